/* drill - the headless commander and what its night was worth. */
#include "engine/drill.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "engine/patience.h"
#include "model/forecast.h"
#include "model/invariant.h"

#define LOOK_MS 50 /* real: longest wait between two looks */
#define RECHECKS 8
#define ASK_AGAIN_US 300000 /* the same request, when nothing came of it */
#define RECHECK_AGAIN_US 2000000

/* Where the policy stands between two looks. */
struct walk {
	struct engine *engine;
	const struct drill_policy *policy;
	char answered[DIGEST_HEX]; /* prompt already confirmed */
	int64_t answered_records;  /* room's length then */
	struct patience patience;
	enum command_verb asked; /* the last request, of what, and when */
	char asked_of[80];
	int64_t asked_us;
	int64_t asked_records; /* room's length at the last override */
	int64_t unknown_ms;    /* since when the step looked at is unknown */
	int rechecks;
	int exit_code; /* -1: goes on */
};

/* The room's time now; a picture may be old. */
static int64_t
now_of(const struct snapshot *s)
{
	return s->now_ms +
	       (int64_t)((double)(clock_real_us() - s->made_real_us) *
			 clock_speed() / 1000.0);
}

static bool
ask(struct walk *w, enum command_verb verb, const char *target,
    const char *text, int64_t number)
{
	struct command c = { .verb = verb, .duration_ms = number };

	str_copy(c.target, sizeof(c.target), target);
	str_copy(c.text, sizeof(c.text), text);
	return engine_send(w->engine, &c);
}

/* Asks, and not the same again before `again_us` of real time have passed. */
static bool
ask_calmly(struct walk *w, enum command_verb verb, const char *target,
	   int64_t again_us)
{
	int64_t now_us = clock_real_us();

	if (verb == w->asked && strcmp(target, w->asked_of) == 0 &&
	    now_us - w->asked_us < again_us)
		return false;
	if (!ask(w, verb, target, "", 0))
		return false;
	w->asked = verb;
	str_copy(w->asked_of, sizeof(w->asked_of), target);
	w->asked_us = now_us;
	return true;
}

/* Types the phrase it was shown, once for each plan and refusal. */
static void
answer(struct walk *w, const struct room *r)
{
	const struct room_prompt *p = &r->prompt;
	struct command c = { .verb = COMMAND_CONFIRM };

	if (strcmp(w->answered, p->digest) == 0 &&
	    w->answered_records == r->records)
		return;
	str_copy(c.text, sizeof(c.text), p->phrase[0] ? p->phrase : "yes");
	str_copy(c.digest, sizeof(c.digest), p->digest);
	if (!engine_send(w->engine, &c))
		return;
	str_copy(w->answered, sizeof(w->answered), p->digest);
	w->answered_records = r->records;
}

static int64_t
last_verdict_ms(const struct room *r)
{
	int64_t last = 0;

	for (size_t i = 0; i < r->book->gates.gate_count; i++)
		if (r->gates[i].since_ms > last)
			last = r->gates[i].since_ms;
	return last;
}

static void
take_rollback(struct walk *w, const struct snapshot *s)
{
	int64_t now = now_of(s);

	if (w->patience.waits_until_ms == 0)
		w->patience.waits_until_ms = now + w->policy->think_ms;
	if (now - last_verdict_ms(s->room) >= w->policy->think_ms)
		ask_calmly(w, COMMAND_ROLLBACK, "", ASK_AGAIN_US);
}

static void
end(struct walk *w, int code, const char *why)
{
	ask(w,
	    code == 4 || code == 6 || code == 130 ? COMMAND_PARK
						  : COMMAND_CLOSE,
	    "", why, code);
	w->exit_code = code;
}

/* Nobody plays the second person: a drill that said yes for two would
 * rehearse nothing. */
static void
refuse_second(struct walk *w, const struct room *r)
{
	char why[200];

	str_printf(why, sizeof(why),
		   "%s needs a second person and no policy plays one: drill "
		   "with --second-person",
		   room_prompt_name(r));
	end(w, 6, why);
}

/* It is taken at the first confirm: more is known then. */
static bool
awaits_baseline(const struct room *r)
{
	for (size_t i = 0; i < r->book->baseline_count; i++)
		if (!r->baseline[i].taken && !r->baseline[i].waived)
			return true;
	return false;
}

/* Is a rule in the way of the open plan?  Two persons may break it, and a
 * drill where nobody plays the second one ends. */
static bool
meets_rule(struct walk *w, const struct room *r)
{
	enum invariant_word word;
	char why[160], said[240];
	int rule = invariant_of_prompt(r, &word, why, sizeof(why));

	if (rule < 0 || (word == INVARIANT_DOUBT && r->prompt.step >= 0 &&
			 awaits_baseline(r)))
		return false;
	if (w->policy->plays_second) {
		if (w->asked_records != r->records &&
		    ask(w, COMMAND_OVERRIDE, r->book->invariants[rule].id,
			"policy of the drill", 0))
			w->asked_records = r->records;
		return true;
	}
	str_printf(said, sizeof(said),
		   "%s %s %s; overriding it takes a second person: drill with "
		   "--second-person",
		   room_prompt_name(r),
		   word == INVARIANT_BROKEN ? "breaks" : "may break", why);
	end(w, 6, said);
	return true;
}

/* The engine reads back by itself at first. */
static void
recheck(struct walk *w, const struct snapshot *s, int step)
{
	const struct book_step *b = &s->room->book->steps[step];
	int64_t since_ms = s->room->steps[step].since_ms;

	if (room_is_busy(s->room))
		return;
	if (since_ms != w->unknown_ms)
		w->rechecks++;
	w->unknown_ms = since_ms;
	if (w->rechecks > RECHECKS)
		end(w, 6, "an outcome stays unknown");
	else if (now_of(s) >= since_ms + book_doubt_ms(b) &&
		 ask_calmly(w, COMMAND_RECHECK, b->id, RECHECK_AGAIN_US))
		w->rechecks++;
}

static bool
all_over(const struct room *r)
{
	for (size_t i = 0; i < r->book->step_count; i++)
		if (!room_step_is_past(r, i))
			return false;
	return true;
}

static bool
something_ran(const struct room *r)
{
	for (size_t i = 0; i < r->book->step_count; i++)
		if (step_may_have_run(r->steps[i].state))
			return true;
	return false;
}

/* Takes the next forward step, or decides that there is none. */
static void
step_on(struct walk *w, const struct snapshot *s)
{
	const struct room *r = s->room;
	int next = room_next_step(r);

	if (all_over(r)) {
		end(w, 0, "every step is over");
	} else if (next < 0) {
		return;
	} else if (r->steps[next].state == STEP_UNKNOWN) {
		recheck(w, s, next);
	} else if (r->steps[next].state == STEP_FAILED) {
		if (something_ran(r))
			take_rollback(w, s);
		else
			end(w, 1, "a step failed before anything changed");
	} else if (r->verdict == VERDICT_GO) {
		ask_calmly(w, COMMAND_ARM, r->book->steps[next].id,
			   ASK_AGAIN_US);
	} else if (r->verdict == VERDICT_NO_GO && !something_ran(r)) {
		end(w, 1, "NO-GO before anything changed");
	}
}

/* An item that a person is to carry out: the policy is the person, as it is
 * where a manual step is confirmed.  What comes of it is read back. */
static void
do_by_hand(struct walk *w, const struct room *r)
{
	int item = room_awaits_person(r);

	if (item >= 0 && w->asked_records != r->records &&
	    ask(w, COMMAND_DONE, plan_name(r->book, &r->undos[item].item),
		"done by the policy of the drill", 0))
		w->asked_records = r->records;
}

static void
decide(struct walk *w, const struct snapshot *s)
{
	const struct room *r = s->room;

	switch (r->rollback) {
	case ROLLBACK_VALIDATED:
		end(w, 5, "rolled back and validated");
		return;
	case ROLLBACK_HALTED:
		end(w, 6, "the rollback halted");
		return;
	case ROLLBACK_RUNNING:
		do_by_hand(w, r);
		return;
	case ROLLBACK_VALIDATING:
	case ROLLBACK_HALTING:
		return;
	case ROLLBACK_PROPOSED:
		take_rollback(w, s);
		return;
	case ROLLBACK_ARMED:
	case ROLLBACK_DECLINED:
	case ROLLBACK_NONE:
		break;
	}
	if (room_awaits_second(r))
		refuse_second(w, r);
	else if (r->prompt.open && meets_rule(w, r))
		return;
	else if (r->prompt.open)
		answer(w, r);
	else if (r->rollback == ROLLBACK_DECLINED && something_ran(r))
		take_rollback(w, s);
	else if (!room_is_busy(r))
		step_on(w, s);
}

/* Gives up when nothing has moved for too long. */
static bool
has_patience(struct walk *w, const struct snapshot *s)
{
	char why[120], most[24];

	if (patience_lasts(&w->patience, s->room, now_of(s), clock_real_us(),
			   w->policy->patience_ms))
		return true;
	str_duration(most, sizeof(most), w->policy->patience_ms);
	str_printf(why, sizeof(why),
		   "no step and no rollback moved for %s of real time", most);
	end(w, s->room->verdict == VERDICT_BLIND ? 4 : 6, why);
	return false;
}

/* Waits for news or for the word to stop. */
static void
settle(struct walk *w)
{
	struct pollfd p[] = {
		{ .fd = engine_fd(w->engine), .events = POLLIN },
		{ .fd = w->policy->stop_fd, .events = POLLIN },
	};

	if (poll(p, 2, LOOK_MS) > 0 && p[1].revents != 0 && w->exit_code < 0)
		end(w, 130, "told to stop");
}

int
drill_walk(struct engine *g, const struct drill_policy *policy)
{
	struct walk w = {
		.engine = g,
		.policy = policy,
		.asked = COMMAND_COUNT,
		.exit_code = -1,
	};
	struct snapshot *first = engine_look(g);

	patience_begin(&w.patience, now_of(first), clock_real_us());
	snapshot_drop(first);
	while (w.exit_code < 0 && !engine_is_over(g)) {
		struct snapshot *s;

		settle(&w);
		s = engine_look(g);
		if (policy->watch != NULL)
			policy->watch(policy->ctx, s);
		if (w.exit_code < 0 && has_patience(&w, s))
			decide(&w, s);
		snapshot_drop(s);
	}
	while (!engine_is_over(g))
		settle(&w);
	return w.exit_code < 0 ? 6 : w.exit_code;
}

static void
score_steps(struct jwriter *w, const struct room *r)
{
	jw_array(w, "steps");
	for (size_t i = 0; i < r->book->step_count; i++) {
		const struct room_act *a = &r->steps[i];

		jw_object(w, NULL);
		jw_text(w, "id", r->book->steps[i].id);
		jw_text(w, "outcome", step_word(a->state));
		jw_int(w, "attempts", a->attempt);
		if (a->began_ms >= 0 && a->ended_ms >= a->began_ms)
			jw_int(w, "took_ms", a->ended_ms - a->began_ms);
		jw_text(w, "detail", a->detail);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
score_rollback(struct jwriter *w, const struct room *r)
{
	jw_object(w, "rollback");
	jw_text(w, "state", rollback_word(r->rollback));
	if (r->rollback_began_ms >= 0 && r->rollback_ended_ms >= 0)
		jw_int(w, "duration_ms",
		       r->rollback_ended_ms - r->rollback_began_ms);
	else
		jw_null(w, "duration_ms");
	jw_int(w, "rto_ms", forecast_rto_ms(r->book));
	jw_text(w, "detail", r->rollback_detail);
	jw_array(w, "items");
	for (size_t i = 0; i < r->undo_count; i++) {
		jw_object(w, NULL);
		jw_text(w, "name", plan_name(r->book, &r->undos[i].item));
		jw_text(w, "object", plan_object(r->book, &r->undos[i].item));
		jw_text(w, "outcome", step_word(r->undos[i].act.state));
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static void
score_delay(struct jwriter *w, const struct room *r,
	    const struct drill_witness *witness)
{
	int64_t seen_wall;

	if (witness->fault_wall_ms < 0 || r->first_no_go_ms < 0) {
		jw_null(w, "detection_delay_ms");
		return;
	}
	seen_wall = r->opened_wall_ms +
		    (int64_t)((double)(r->first_no_go_ms - r->opened_ms) /
			      clock_speed());
	jw_int(w, "detection_delay_ms",
	       (int64_t)((double)(seen_wall - witness->fault_wall_ms) *
			 clock_speed()));
}

void
drill_score(struct buf *out, const struct snapshot *s,
	    const struct drill_witness *witness, int exit_code)
{
	const struct room *r = s->room;
	struct decision d;
	struct jwriter w;

	room_decision(r, s->now_ms, &d);
	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_int(&w, "schema_version", 1);
	jw_text(&w, "room", r->name);
	jw_text(&w, "runbook", r->book->id);
	jw_text(&w, "mode", r->mode);
	jw_int(&w, "seed", (int64_t)r->seed);
	jw_int(&w, "exit", exit_code);
	jw_object(&w, "decision");
	jw_text(&w, "verdict", verdict_word(d.verdict));
	jw_text(&w, "sentence", d.sentence);
	jw_object_end(&w);
	score_delay(&w, r, witness);
	score_rollback(&w, r);
	score_steps(&w, r);
	jw_int(&w, "leftovers", (int64_t)r->leftovers);
	jw_int(&w, "records", r->records);
	jw_text(&w, "head", r->head);
	jw_object_end(&w);
}
