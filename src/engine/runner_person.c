/* runner_person - what a person may say about a step: done, skip, fail. */
#include "engine/director.h"

#include "base/str.h"

/* Which verbs a person may use on a step, and where they lead. */
static void
say_done(struct director *d, size_t step, const struct command *c)
{
	struct record r;

	if (c->text[0] == '\0') {
		director_notice(d, "done needs proof: done %s WHAT YOU SAW",
				c->target);
		return;
	}
	runner_record(d, &r, step, STEP_VERIFIED, d->options.commander);
	record_text(&r, "detail", c->text);
	director_emit(d, &r);
}

static void
say_skip(struct director *d, size_t step, const struct command *c)
{
	struct record r;

	if (c->text[0] == '\0') {
		director_notice(d, "skip needs a reason: skip %s WHY",
				c->target);
		return;
	}
	runner_record(d, &r, step, STEP_SKIPPED, d->options.commander);
	record_text(&r, "detail", c->text);
	director_emit(d, &r);
}

static void
say_fail(struct director *d, size_t step, const struct command *c)
{
	if (d->waiting_step == (int)step) {
		d->waiting_step = -1;
		runner_move(d, step, STEP_FAILED,
			    c->text[0] ? c->text : "given up by a person");
	} else if (step_is_running(d->room->steps[step].state)) {
		errand_cancel(d, PURPOSE_ACT);
	} else if (d->room->steps[step].state == STEP_UNKNOWN) {
		runner_move(d, step, STEP_FAILED, c->text);
	}
}

void
runner_person(struct director *d, const struct command *c)
{
	int step = runner_step_named(d, c->target);
	enum step_state state, to = STEP_READY;

	if (step < 0) {
		director_notice(d, "no step \"%s\"", c->target);
		return;
	}
	state = d->room->steps[step].state;
	if (c->verb == COMMAND_RETRY) {
		runner_arm(d, c);
		return;
	}
	if (c->verb == COMMAND_RECHECK) {
		if (state == STEP_UNKNOWN &&
		    !errand_is_out(d, PURPOSE_RECONCILE))
			runner_reconcile(d, step);
		return;
	}
	if (c->verb == COMMAND_FAIL) {
		say_fail(d, (size_t)step, c);
		return;
	}
	to = c->verb == COMMAND_DONE ? STEP_VERIFIED : STEP_SKIPPED;
	if (step_is_running(state) || !step_may_move(state, to))
		director_notice(d, "step %s is %s: that is not possible now",
				c->target, step_word(state));
	else if (c->verb == COMMAND_DONE)
		say_done(d, (size_t)step, c);
	else
		say_skip(d, (size_t)step, c);
}
