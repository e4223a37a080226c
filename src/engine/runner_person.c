/* runner_person - what a person may say about a step: done, skip, fail. */
#include "engine/director.h"

#include <string.h>

#include "base/str.h"

static void
refuse(struct director *d, const struct command *c, enum step_state state,
       const char *what)
{
	director_notice(d, "step %s is %s: %s", c->target, step_word(state),
			what);
}

static bool
lacks_words(struct director *d, const struct command *c, const char *what)
{
	if (c->text[strspn(c->text, " \t")] != '\0')
		return false;
	director_notice(d, "%s needs %s", command_rows[c->verb].word, what);
	return true;
}

/* Records the person's word as the step's end. */
static void
end_step(struct director *d, size_t step, enum step_state to,
	 const struct command *c)
{
	struct record r;

	runner_record(d, &r, step, to, d->options.commander);
	record_int(&r, "attempt", d->room->steps[step].attempt);
	record_text(&r, "detail", c->text);
	director_emit(d, &r);
}

bool
runner_word(struct director *d, size_t step, const char *detail)
{
	struct record r;

	runner_record(d, &r, step, d->room->steps[step].state,
		      d->options.commander);
	r.deferred = false;
	record_int(&r, "attempt", d->room->steps[step].attempt);
	record_text(&r, "detail", detail);
	return director_emit(d, &r);
}

/* A manual step whose plan was seen is confirmed by the proof, unless it
 * wants more than a key or the gates to hold.  An emergency variant wants its
 * phrase. */
static bool
proof_confirms(const struct director *d, size_t step)
{
	const struct book_step *s = runner_step(d, (int)step);
	int gate;

	return d->room->steps[step].state == STEP_ARMED &&
	       !d->room->steps[step].is_emergency &&
	       runner_class_of(&s->act) == ACTION_PERSON &&
	       (s->confirm == CONFIRM_KEY || s->confirm == CONFIRM_NONE) &&
	       (d->settled || s->before_count == 0) &&
	       room_before_holds(d->room, step, &gate);
}

static void
say_done(struct director *d, size_t step, const struct command *c)
{
	enum step_state state = d->room->steps[step].state;

	if (lacks_words(d, c, "proof: what was seen"))
		return;
	if (proof_confirms(d, step) && baseline_is_due(d, (int)step)) {
		director_notice(d, "not done yet: the baseline is taken first; "
				   "say done again once it stands");
		baseline_take(d, -1);
	} else if (proof_confirms(d, step)) {
		runner_carry_out(d, (int)step, c->text);
	} else if (step_is_running(state) ||
		   !step_may_move(state, STEP_VERIFIED)) {
		refuse(d, c, state, "it cannot be called done now");
	} else {
		end_step(d, step, STEP_VERIFIED, c);
	}
}

static void
say_skip(struct director *d, size_t step, const struct command *c)
{
	enum step_state state = d->room->steps[step].state;

	if (lacks_words(d, c, "a reason"))
		return;
	if (step_is_running(state) || !step_may_move(state, STEP_SKIPPED))
		refuse(d, c, state, "it cannot be left out now");
	else
		end_step(d, step, STEP_SKIPPED, c);
}

/* Ended while it acts: nothing more is sent, and it stands still before the
 * journal says so.  Whoever takes the room up holds to it. */
static void
end_under_way(struct director *d, size_t step, const char *word)
{
	struct record r;

	errand_cancel(d, PURPOSE_ACT);
	runner_record(d, &r, step, d->room->steps[step].state,
		      d->options.commander);
	r.deferred = false;
	record_int(&r, "attempt", d->room->steps[step].attempt);
	record_text(&r, "detail", word);
	record_flag(&r, "given_up", true);
	director_emit(d, &r);
}

static void
say_fail(struct director *d, size_t step, const struct command *c)
{
	enum step_state state = d->room->steps[step].state;

	char word[sizeof(c->text) + 16];

	if (!runner_is_under_way(d, step) && state != STEP_UNKNOWN) {
		refuse(d, c, state, "there is nothing to give up");
	} else if (lacks_words(d, c, "a reason")) {
		return;
	} else if (d->waiting_step == (int)step || state == STEP_UNKNOWN) {
		if (d->waiting_step == (int)step)
			d->waiting_step = -1;
		end_step(d, step, STEP_FAILED, c);
	} else {
		str_printf(word, sizeof(word), "given up: %s", c->text);
		end_under_way(d, step, word);
	}
}

static void
say_abort(struct director *d, size_t step, const struct command *c)
{
	enum step_state state = d->room->steps[step].state;

	if (d->waiting_step == (int)step) {
		d->waiting_step = -1;
		end_step(d, step, STEP_FAILED,
			 &(struct command){ .text = "aborted while it "
						    "waited" });
	} else if (!runner_is_under_way(d, step)) {
		refuse(d, c, state, "it is not under way");
	} else {
		end_under_way(d, step, "aborted: what came of it is read back");
	}
}

/* While it waits for its next try or look: now.  Otherwise to try again is to
 * look at the plan again. */
static void
say_retry(struct director *d, size_t step, const struct command *c)
{
	enum step_state state = d->room->steps[step].state;

	if (!step_is_running(state) || !errand_is_out(d, PURPOSE_ACT))
		runner_arm(d, c);
	else if (d->room->steps[step].given_up[0] != '\0')
		refuse(d, c, state,
		       "and ended by you: retry once it has ended");
	else if (d->room->steps[step].is_paused)
		refuse(d, c, state, "and paused: resume lets it go on");
	else if (runner_word(d, step, "tried again now"))
		errand_nudge(d, PURPOSE_ACT);
}

static void
say_recheck(struct director *d, size_t step, const struct command *c)
{
	enum step_state state = d->room->steps[step].state;

	if (state != STEP_UNKNOWN)
		refuse(d, c, state, "there is nothing to read back");
	else if (errand_is_out(d, PURPOSE_RECONCILE))
		director_notice(d,
				"step %s is being read back already: it is "
				"told when that is known, or when its time of "
				"doubt is over",
				c->target);
	else
		runner_reconcile(d, (int)step);
}

void
runner_person(struct director *d, const struct command *c)
{
	int step = runner_step_named(d, c->target);

	if (c->target[0] == '\0') {
		director_notice(d, "%s what? name a step",
				command_rows[c->verb].word);
		return;
	}
	if (step < 0) {
		director_notice(d, "no step \"%s\"", c->target);
		return;
	}
	switch (c->verb) {
	case COMMAND_DONE:
		say_done(d, (size_t)step, c);
		break;
	case COMMAND_SKIP:
		say_skip(d, (size_t)step, c);
		break;
	case COMMAND_FAIL:
		say_fail(d, (size_t)step, c);
		break;
	case COMMAND_RECHECK:
		say_recheck(d, (size_t)step, c);
		break;
	case COMMAND_ABORT:
		say_abort(d, (size_t)step, c);
		break;
	default:
		say_retry(d, (size_t)step, c);
		break;
	}
}
