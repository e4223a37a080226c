/*
 * runner - forward steps: carried out, verified, reconciled, resumed.
 *
 * The intent is durable, with the undo registered, before an actor starts; an
 * unknown outcome is read back, never repeated blindly.
 */
#include "engine/director.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "model/spread.h"

#define PLAN_BOUND_MS 8000 /* real time an actor may read for a plan */

const struct book_step *
runner_step(const struct director *d, int step)
{
	assert(step >= 0 && (size_t)step < d->book->step_count);
	return &d->book->steps[step];
}

enum action_class
runner_class_of(const struct act *act)
{
	const struct action_kind *k = action_kind_of(act->kind);

	assert(k != NULL);
	return k->class;
}

int
runner_step_named(const struct director *d, const char *id)
{
	for (size_t i = 0; i < d->book->step_count; i++)
		if (strcmp(d->book->steps[i].id, id) == 0)
			return (int)i;
	return -1;
}

void
runner_record(const struct director *d, struct record *r, size_t step,
	      enum step_state to, const char *by)
{
	assert(step < d->book->step_count);
	record_init(r, RECORD_STEP, by);
	r->deferred = step_is_passing(to);
	record_text(r, "step", d->book->steps[step].id);
	record_text(r, "state", step_word(to));
	record_text(r, "was", step_word(d->room->steps[step].state));
}

struct act_said
runner_said(const struct action_result *result)
{
	return (struct act_said){ .detail = result->detail,
				  .regions = &result->regions,
				  .is_open = result->is_open,
				  .in_doubt = result->in_doubt };
}

void
runner_record_said(const struct director *d, struct record *r,
		   const struct act_said *said)
{
	record_text(r, "detail", said->detail);
	if (said->next_ms > 0)
		record_int(r, "next", said->next_ms + d->base_ms - d->start_ms);
	if (said->is_open)
		record_flag(r, "open", true);
	if (said->in_doubt)
		record_flag(r, "doubt", true);
}

static bool
move_in(struct director *d, size_t step, enum step_state to,
	const struct act_said *said)
{
	struct record r;

	runner_record(d, &r, step, to, "director");
	record_int(&r, "attempt", d->room->steps[step].attempt);
	runner_record_said(d, &r, said);
	if (said->regions != NULL)
		regions_record(&r, said->regions);
	return director_emit(d, &r);
}

bool
runner_move(struct director *d, size_t step, enum step_state to,
	    const char *detail)
{
	return move_in(d, step, to, &(struct act_said){ .detail = detail });
}

bool
runner_leave(struct director *d, size_t step, const char *why)
{
	return runner_move(d, step, d->room->steps[step].before, why);
}

bool
runner_is_busy(const struct director *d)
{
	if (d->waiting_step >= 0)
		return true;
	return errand_is_out(d, PURPOSE_ACT) ||
	       errand_is_out(d, PURPOSE_BASELINE) ||
	       errand_is_out(d, PURPOSE_RECHECK) ||
	       errand_is_out(d, PURPOSE_RECONCILE);
}

bool
runner_is_under_way(const struct director *d, size_t step)
{
	return d->waiting_step == (int)step ||
	       (step_is_running(d->room->steps[step].state) &&
		errand_is_out(d, PURPOSE_ACT));
}

/* A gate step, a wait and a manual step are carried out by the director. */
static void
begin_wait(struct director *d, int step)
{
	const struct book_step *s = runner_step(d, step);

	d->waiting_step = step;
	d->wait_broken = false;
	d->wait_until_ms = director_now_ms(d) +
			   settings_duration_ms(
				   &room_step_act(d->room, (size_t)step)->with,
				   "for", s->takes_ms);
}

static void
hold_gate(struct director *d, int step)
{
	const char *least = settings_text_or(
		&room_step_act(d->room, (size_t)step)->with, "verdict", "go");
	bool good = d->room->verdict == VERDICT_GO ||
		    (strcmp(least, "hold") == 0 &&
		     d->room->verdict == VERDICT_HOLD);
	char detail[120];

	str_printf(detail, sizeof(detail), "the decision is %s",
		   verdict_word(d->room->verdict));
	runner_move(d, (size_t)step, good ? STEP_VERIFIED : STEP_FAILED,
		    detail);
}

static void
send_act(struct director *d, int step)
{
	const struct book_step *s = runner_step(d, step);
	const struct act *acts[] = { room_step_act(d->room, (size_t)step) };
	const struct errand_order o = {
		.errand = ERRAND_PERFORM,
		.acts = acts,
		.act_count = 1,
		.key = d->room->steps[step].key,
		.idempotent = s->idempotent,
		.is_repeat = d->room->steps[step].attempt > 1,
		.is_doubted = d->room->steps[step].in_doubt,
		.doubt_ms = book_doubt_ms(s),
		.max_attempts = s->max_attempts,
		.retry = s->retry,
		.timeout_ms = s->timeout_ms,
	};

	if (!errand_send(d, PURPOSE_ACT, step, &o))
		runner_move(d, (size_t)step, STEP_FAILED,
			    "could not be started: nothing was sent");
}

static bool
emit_intent(struct director *d, int step)
{
	const struct book_step *s = runner_step(d, step);
	char key[80], undo[120];
	struct record r;

	/* Each variant is a transaction of its own. */
	director_key(d, key, sizeof(key), s->id,
		     d->room->steps[step].is_emergency ? "do-emergency" : "do");
	str_printf(undo, sizeof(undo), "%s %s",
		   s->undo.kind[0] ? s->undo.kind : "none", s->object);
	runner_record(d, &r, (size_t)step, STEP_INTENT, "director");
	record_int(&r, "attempt", d->room->steps[step].attempt + 1);
	record_text(&r, "key", key);
	if (d->room->steps[step].is_emergency)
		record_text(&r, "variant", "emergency");
	record_text(&r, "undo", undo);
	record_text(&r, "digest", d->book->digest);
	return director_emit(d, &r);
}

/* From confirmed to under way; the intent takes the confirmation with it to
 * the disk before anything acts. */
void
runner_carry_out(struct director *d, int step, const char *proof)
{
	struct record r;

	if (!second_allows(d) || !invariants_allow(d, step))
		return;
	runner_record(d, &r, (size_t)step, STEP_CONFIRMED,
		      d->options.commander);
	if (!director_emit(d, &r) || !emit_intent(d, step))
		return;
	switch (runner_class_of(room_step_act(d->room, (size_t)step))) {
	case ACTION_NETWORK:
		send_act(d, step);
		break;
	case ACTION_PERSON:
		if (runner_move(d, (size_t)step, STEP_ACTING, ""))
			runner_move(d, (size_t)step, STEP_VERIFIED,
				    proof[0] ? proof : "done by a person");
		break;
	case ACTION_WAIT:
		if (runner_move(d, (size_t)step, STEP_ACTING, ""))
			begin_wait(d, step);
		break;
	case ACTION_GATE:
		if (runner_move(d, (size_t)step, STEP_ACTING, ""))
			hold_gate(d, step);
		break;
	}
}

void
runner_event(struct director *d, int step, const struct action_event *event)
{
	const struct room_act *now = &d->room->steps[step];
	struct record r;

	director_request(d, "step", runner_step(d, step)->id, event);
	if (d->dead || !step_may_move(now->state, event->state) ||
	    (event->state == now->state && event->regions.count == 0))
		return;
	runner_record(d, &r, (size_t)step, event->state, "actor");
	regions_record(&r, &event->regions);
	record_int(&r, "attempt", event->attempt);
	runner_record_said(d, &r,
			   &(struct act_said){ .detail = event->detail,
					       .next_ms = event->next_ms });
	if (event->job[0] != '\0') {
		/* Who comes after us asks it how it ended. */
		record_text(&r, "job", event->job);
		r.deferred = false;
	}
	director_emit(d, &r);
}

static enum step_state
state_of(const struct action_result *result)
{
	switch (result->outcome) {
	case OUTCOME_DONE:
		return STEP_VERIFIED;
	case OUTCOME_UNKNOWN:
		return STEP_UNKNOWN;
	case OUTCOME_FAILED:
	case OUTCOME_CANCELLED:
		break;
	}
	return STEP_FAILED;
}

void
runner_reconcile(struct director *d, int step)
{
	const struct book_step *s = runner_step(d, step);
	const struct act *acts[] = { room_step_act(d->room, (size_t)step) };
	const struct errand_order o = {
		.errand = ERRAND_READBACK,
		.acts = acts,
		.act_count = 1,
		.settle_ms = book_doubt_ms(s),
		.decides = true,
		.job = d->room->steps[step].job,
	};

	errand_send(d, PURPOSE_RECONCILE, step, &o);
}

/* Behind the word of the person who ended it, if one did. */
static void
ended_why(const struct director *d, size_t step, bool has_failed,
	  const char *detail, char *to, size_t size)
{
	const char *word = d->room->steps[step].given_up;

	if (has_failed && word[0] != '\0')
		str_printf(to, size, "%s; %s", word, detail);
	else
		str_copy(to, size, detail);
}

void
runner_ended(struct director *d, int step, const struct message *m)
{
	enum step_state to = state_of(&m->result);
	struct act_said said = runner_said(&m->result);
	char why[240];

	ended_why(d, (size_t)step, to == STEP_FAILED, m->result.detail, why,
		  sizeof(why));
	said.detail = why;
	if (!move_in(d, (size_t)step, to, &said))
		return;
	if (to == STEP_UNKNOWN &&
	    (!d->rollback.waits_for_step || rollback_is_given_up(d)))
		runner_reconcile(d, step);
}

/* Has an undo acted on what the step changed, since it did? */
static bool
was_taken_back(const struct room *r, size_t step)
{
	for (size_t i = 0; i < r->undo_count; i++)
		if (r->undos[i].act.began_ms >= 0 &&
		    r->undos[i].act.began_ms >= r->steps[step].began_ms &&
		    plan_covers(r->book, &r->undos[i].item, step))
			return true;
	return false;
}

/* Never landed, it has not begun, unless a person has ended it, or an undo has
 * acted since: then that it is not there says nothing of it.  Landed in part,
 * it has failed. */
static void
settle_absent(struct director *d, size_t step, const struct errand_found *f)
{
	bool has_failed = f->landed == LANDED_PART ||
			  d->room->steps[step].given_up[0] != '\0' ||
			  was_taken_back(d->room, step);
	char why[240];

	ended_why(d, step, has_failed, f->detail, why, sizeof(why));
	move_in(d, step, has_failed ? STEP_FAILED : STEP_READY,
		&(struct act_said){ .detail = why, .regions = &f->regions });
}

/* Why what is not there may still come; NULL: it does not, or a person has
 * ended it, which does not end a program that nobody sees. */
static const char *
may_still_come(const struct director *d, int step)
{
	const struct room_act *a = &d->room->steps[step];

	if (!a->is_open)
		return NULL;
	if (action_runs_program(room_step_act(d->room, (size_t)step)))
		return "nobody saw its program end, it may still run: see that "
		       "it does not";
	return a->given_up[0] != '\0'
		       ? NULL
		       : "it was accepted and never said to be done or "
			 "failed, it may still be carried out";
}

static void
stays_unknown(struct director *d, int step, const char *seen, const char *why)
{
	const char *id = runner_step(d, step)->id;

	if (why == NULL)
		director_notice(d,
				"step %s: the outcome is still unknown (%s); "
				"recheck, or say done or fail with a reason",
				id, seen);
	else
		director_notice(d,
				"step %s: not there (%.80s), and yet unknown: "
				"%s; recheck, or say done or fail with a "
				"reason",
				id, seen, why);
}

void
runner_reconciled(struct director *d, int step, const struct message *m)
{
	const struct errand_found *f = &m->found[0];
	/* In part, and not by region: its job said so, and has ended. */
	bool is_over = f->landed == LANDED_PART && f->regions.count == 0;
	const char *why = is_over ? NULL : may_still_come(d, step);

	assert(m->found_count == 1);
	if (d->room->steps[step].state != STEP_UNKNOWN)
		return;
	/* A rollback has cut the look short: "not there" was not doubted. */
	if (f->landed != LANDED_YES && rollback_is_running(d) &&
	    d->rollback.waits_for_step) {
		stays_unknown(d, step, "a rollback cut the look short", NULL);
		return;
	}
	if (f->landed == LANDED_YES)
		move_in(d, (size_t)step, STEP_VERIFIED,
			&(struct act_said){ .detail = f->detail,
					    .regions = &f->regions });
	else if (f->landed != LANDED_NO && f->landed != LANDED_PART)
		stays_unknown(d, step, f->detail, NULL);
	else if (why != NULL)
		stays_unknown(d, step, f->detail, why);
	else
		settle_absent(d, (size_t)step, f);
}

/* A wait ends when its time is over and the gates hold. */
void
runner_tick(struct director *d)
{
	const struct act *act;
	bool watches, good;

	if (d->waiting_step < 0)
		return;
	act = room_step_act(d->room, (size_t)d->waiting_step);
	watches = strcmp(settings_text_or(&act->with, "gates", "watch"),
			 "watch") == 0;
	if (d->room->verdict == VERDICT_NO_GO)
		d->wait_broken = true;
	if (d->room->steps[d->waiting_step].is_paused ||
	    director_now_ms(d) < d->wait_until_ms)
		return;
	judge_now(d); /* it ends by what the gates say now */
	d->wait_broken |= d->room->verdict == VERDICT_NO_GO;
	good = !watches || (!d->wait_broken && d->room->verdict == VERDICT_GO);
	runner_move(d, (size_t)d->waiting_step,
		    good ? STEP_VERIFIED : STEP_FAILED,
		    good ? "the time is over"
			 : "the gates did not hold to the end");
	d->waiting_step = -1;
}

/* Do the regions of the act set off jobs that are polled? */
static bool
regions_poll(const struct act *act)
{
	struct regions over;
	struct act one;
	bool polls;

	spread_regions(&over, act);
	if (over.count == 0)
		return false;
	spread_act(&one, act, over.items[0].name);
	polls = settings_text(&one.with, "poll.pointer") != NULL;
	act_clear(&one);
	return polls;
}

bool
runner_leaves_open(const struct act *act, enum step_state state)
{
	if (action_runs_program(act))
		return state != STEP_VERIFYING && state != STEP_BACKOFF;
	if (state != STEP_ACCEPTED && state != STEP_CONVERGING)
		return false;
	/* Several regions converge also when each has answered. */
	return !str_same(act->kind, SPREAD_KIND) || regions_poll(act);
}

/* What was under way when the last process ended is unknown. */
static void
leave_unknown(struct director *d, size_t step)
{
	const struct room_act *a = &d->room->steps[step];
	const struct act *act = room_step_act(d->room, step);
	const struct act_said said = {
		.detail = a->given_up[0] != '\0'
				  ? "the console ended before it had ended"
			  : a->is_paused
				  ? "the console ended while it was paused"
			  : action_runs_program(act)
				  ? "the console ended while it acted: its "
				    "program may still run"
				  : "the console ended while it acted",
		.is_open = runner_leaves_open(act, a->state),
	};

	move_in(d, step, STEP_UNKNOWN, &said);
	if (runner_class_of(act) != ACTION_NETWORK)
		runner_move(d, step, STEP_READY, "nothing was sent");
}

/* What was under way when the last process ended: first say that it is
 * unknown, then read it back; what never left is ready again. */
void
runner_resume(struct director *d)
{
	for (size_t i = 0; i < d->book->step_count && !d->dead; i++) {
		enum step_state state = d->room->steps[i].state;
		bool on_network = runner_class_of(room_step_act(d->room, i)) ==
				  ACTION_NETWORK;

		if (state == STEP_ARMED || state == STEP_CONFIRMED)
			runner_leave(d, i, "the console ended before it acted");
		else if (step_is_running(state))
			leave_unknown(d, i);
		if (d->room->steps[i].state == STEP_UNKNOWN && on_network &&
		    (!rollback_is_running(d) || rollback_is_given_up(d)))
			runner_reconcile(d, (int)i);
	}
}
