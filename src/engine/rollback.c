/*
 * rollback - taking it all back: proposed, armed, run, read back, validated.
 *
 * Items run one after another in the plan's order.  An item that fails for
 * good halts the rollback; one whose answer was lost is read back first and
 * sent again only with its old key.  At the end every item is read back from
 * the world, then the manifest's check must hold.
 */
#include "engine/director.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define ITEM_ATTEMPTS 4
#define LEFT_HALF "; not all is taken back: "

bool
rollback_is_running(const struct director *d)
{
	return room_rollback_runs(d->room);
}

bool
rollback_is_given_up(const struct director *d)
{
	return d->room->rollback == ROLLBACK_HALTING;
}

void
rollback_begin_record(const struct director *d, struct record *r,
		      enum rollback_state to, const char *by)
{
	record_init(r, RECORD_ROLLBACK, by);
	record_text(r, "state", rollback_word(to));
	record_text(r, "was", rollback_word(d->room->rollback));
}

bool
rollback_move(struct director *d, enum rollback_state to, const char *detail)
{
	struct record r;

	rollback_begin_record(d, &r, to, "director");
	record_text(&r, "detail", detail);
	return director_emit(d, &r);
}

/* A plan nobody takes: one that halted half way is halted still. */
static void
close_plan(struct director *d, const char *why, bool is_answer)
{
	enum rollback_state to = ROLLBACK_DECLINED;
	const char *halted = d->room->rollback_detail; /* why it did */
	char detail[240];
	struct record r;

	/* What was confirmed was this plan, and no other. */
	errand_drop(d, PURPOSE_UNDO_RECHECK);
	str_copy(detail, sizeof(detail), why);
	if (d->room->rollback == ROLLBACK_ARMED &&
	    d->room->rollback_began_ms >= 0) {
		const char *before = strstr(halted, LEFT_HALF);

		to = ROLLBACK_HALTED;
		str_printf(detail, sizeof(detail), "%.*s" LEFT_HALF "%s",
			   before == NULL ? 160 : (int)(before - halted),
			   halted, why);
	}
	rollback_begin_record(d, &r, to, "director");
	record_text(&r, "detail", detail);
	record_flag(&r, "answered", is_answer);
	director_emit(d, &r);
}

void
rollback_withdraw(struct director *d, const char *why)
{
	close_plan(d, why, false);
}

void
rollback_answer(struct director *d, const char *why)
{
	close_plan(d, why, true);
}

bool
rollback_is_automatic(const struct director *d)
{
	/* What needs two persons never begins by itself. */
	if (d->book->rollback.confirm == ROLLBACK_TWO_PERSON)
		return false;
	return d->options.auto_rollback ||
	       strcmp(d->book->rollback.policy, "auto") == 0;
}

/* Cancels the forward step in hand and lets its last word come first. */
void
rollback_begin(struct director *d, const char *by)
{
	struct record r;

	errand_cancel(d, PURPOSE_ACT);
	errand_cancel(d, PURPOSE_RECONCILE);
	errand_drop(d, PURPOSE_RECHECK);
	errand_drop(d, PURPOSE_BASELINE);
	errand_drop(d, PURPOSE_UNDO_RECHECK);
	/* A halted one that goes on may find the plan of a step open. */
	runner_decline(d, "a rollback begins");
	if (d->waiting_step >= 0)
		runner_move(d, (size_t)d->waiting_step, STEP_FAILED,
			    "ended by the rollback");
	d->waiting_step = -1;
	d->rollback.current = -1;
	d->rollback.absent = -1;
	d->rollback.waits_for_step = true;
	d->rollback.checking = d->rollback.reading_all = false;
	d->rollback.watching = false;
	d->rollback.compare.is_on = false;
	d->rollback.by_breach = false;
	rollback_begin_record(d, &r, ROLLBACK_RUNNING, by);
	rollback_begin_words(d, &r);
	director_emit(d, &r);
}

static bool
something_ran(const struct director *d)
{
	for (size_t i = 0; i < d->book->step_count; i++)
		if (plan_may_have_run(d->room, i))
			return true;
	return false;
}

static bool
triggers(const struct director *d, size_t gate, enum verdict verdict)
{
	const struct gate *g = &d->book->gates.gates[gate];

	return g->critical && !g->shadow && !gate_is_readiness(g) &&
	       verdict == VERDICT_NO_GO;
}

/* Is there a breach that nobody has answered?  One that has ended may begin
 * anew. */
static bool
is_unanswered(const struct director *d, const struct gate_finding *found)
{
	for (size_t i = 0; i < d->book->gates.gate_count; i++)
		if (triggers(d, i, found[i].verdict) &&
		    !d->room->gates[i].answered)
			return true;
	return false;
}

/* The room proposes (or, by policy, begins). */
void
rollback_breach(struct director *d, const struct decision *now,
		const struct gate_finding *found)
{
	enum rollback_state state = d->room->rollback;
	struct record r;

	if (!is_unanswered(d, found) || !now->rollback_due || d->parking ||
	    d->dead || !something_ran(d) ||
	    (state != ROLLBACK_NONE && state != ROLLBACK_DECLINED &&
	     (state != ROLLBACK_VALIDATED || room_is_rolled_back(d->room))))
		return;
	runner_decline(d, "a breach interrupted");
	rollback_begin_record(d, &r, ROLLBACK_PROPOSED, "director");
	record_text(&r, "cause", now->sentence);
	if (!director_emit(d, &r) ||
	    (!rollback_is_automatic(d) && !countdown_is_policy(d)))
		return;
	/* The policy's plan is its own, not one a person has asked for. */
	errand_drop(d, PURPOSE_UNDO_ARM);
	d->rollback.by_breach = true;
	rollback_ask(d, "", now->sentence);
}

/* What an undo wants is the baseline: its words are turned round. */
static bool
emit_undo(struct director *d, int i, enum step_state to, const char *by,
	  const struct act_said *said)
{
	const struct room_undo *u = &d->room->undos[i];
	struct regions sides = { 0 };
	struct record r;

	record_init(&r, RECORD_UNDO, by);
	/* What a person was asked, or has said, nothing else tells. */
	r.deferred = step_is_passing(to) && !rollback_is_by_person(d, i);
	record_int(&r, "item", i);
	record_text(&r, "name", plan_name(d->book, &u->item));
	record_text(&r, "state", step_word(to));
	record_text(&r, "was", step_word(u->act.state));
	record_int(&r, "attempt", u->act.attempt);
	runner_record_said(d, &r, said);
	if (said->regions != NULL)
		sides = *said->regions;
	regions_flip(&sides);
	regions_record(&r, &sides);
	return director_emit(d, &r);
}

bool
rollback_item_move(struct director *d, int i, enum step_state to,
		   const char *by, const char *detail)
{
	return emit_undo(d, i, to, by, &(struct act_said){ .detail = detail });
}

bool
rollback_item_found(struct director *d, int i, enum step_state to,
		    const char *detail, const struct regions *regions)
{
	return emit_undo(
		d, i, to, "actor",
		&(struct act_said){ .detail = detail, .regions = regions });
}

/* Each round, and each variant, is a transaction of its own. */
static bool
emit_intent(struct director *d, int i, bool is_emergency, const char *detail)
{
	const struct room_undo *u = &d->room->undos[i];
	const char *name = plan_name(d->book, &u->item);
	char what[120], key[80];
	struct record r;

	record_init(&r, RECORD_UNDO, "director");
	record_int(&r, "item", i);
	record_text(&r, "name", name);
	record_text(&r, "state", step_word(STEP_INTENT));
	record_text(&r, "was", step_word(u->act.state));
	record_int(&r, "attempt", u->act.attempt + 1);
	record_text(&r, "detail", detail);
	if (is_emergency)
		record_text(&r, "variant", "emergency");
	str_printf(what, sizeof(what), "%d %s", i, name);
	if (u->round > 1)
		str_printf(what, sizeof(what), "%d %s #%d", i, name, u->round);
	director_key(d, key, sizeof(key), what,
		     is_emergency ? "emergency" : "undo");
	record_text(&r, "key", key);
	return director_emit(d, &r);
}

void
rollback_tell_halt(struct director *d, const char *offer)
{
	director_notice(d, "rollback halted: %.120s; r tries it again%s%s",
			d->room->rollback_detail,
			offer[0] ? ", :rollback " : "", offer);
}

void
rollback_halt(struct director *d, const char *name, const char *why,
	      const char *offer)
{
	char detail[240];

	str_printf(detail, sizeof(detail), "%s: %s", name, why);
	d->baseline.next_ms = 0; /* what is it, as far as it came? */
	if (rollback_move(d, ROLLBACK_HALTED, detail))
		rollback_tell_halt(d, offer);
}

static void
halt(struct director *d, const char *name, const char *why)
{
	rollback_halt(d, name, why, "");
}

void
rollback_perform(struct director *d, int i, bool is_repeat)
{
	const struct act *acts[] = { room_undo_act(d->room, (size_t)i) };
	int64_t left = rollback_left_ms(d);
	const struct errand_order o = {
		.errand = ERRAND_PERFORM,
		.acts = acts,
		.act_count = 1,
		.key = d->room->undos[i].act.key,
		.idempotent = rollback_is_idempotent(d, i),
		.if_absent = !action_runs_program(acts[0]),
		.is_repeat = is_repeat,
		.is_doubted = is_repeat && d->room->undos[i].act.in_doubt,
		.doubt_ms = ROLLBACK_SETTLE_MS,
		.max_attempts = ITEM_ATTEMPTS,
		.timeout_ms = left < UNDO_TIMEOUT_MS ? left : UNDO_TIMEOUT_MS,
	};

	if (errand_send(d, PURPOSE_UNDO_ACT, i, &o)) {
		d->rollback.current = i;
		return;
	}
	rollback_item_move(d, i, STEP_FAILED, "director",
			   "could not be started");
	halt(d, plan_name(d->book, &d->room->undos[i].item),
	     "could not be started");
}

/* Sends what its last intent says. */
static void
send_intended(struct director *d, int i, bool is_repeat)
{
	if (rollback_is_by_person(d, i))
		rollback_ask_person(d, i);
	else
		rollback_perform(d, i, is_repeat);
}

static void
send_item(struct director *d, int i)
{
	const struct room_act *a = &d->room->undos[i].act;
	bool is_repeat = a->attempt > 0;

	/* What was sent and is not there goes again as it went. */
	d->rollback.absent = -1;
	if (emit_intent(d, i, a->state == STEP_UNKNOWN && a->is_emergency, ""))
		send_intended(d, i, is_repeat);
}

/* The platform cannot be reached, and the plan said what to do then: does it,
 * and says so.  False when it said nothing, or that was tried already. */
static bool
send_emergency(struct director *d, int i, const char *why)
{
	const struct room_undo *u = &d->room->undos[i];
	const struct act *other = plan_emergency(d->book, &u->item);
	char detail[240];

	if (other == NULL || u->act.is_emergency || rollback_is_given_up(d))
		return false;
	str_printf(detail, sizeof(detail),
		   "EMERGENCY variant by %s, instead of %s: %.160s",
		   other->kind, plan_act(d->book, &u->item)->kind, why);
	director_notice(d, "%s: %s", plan_name(d->book, &u->item), detail);
	if (emit_intent(d, i, true, detail))
		send_intended(d, i, false);
	return true;
}

void
rollback_read_item(struct director *d, int i)
{
	const struct act *acts[] = { room_undo_act(d->room, (size_t)i) };
	const struct errand_order o = {
		.errand = ERRAND_READBACK,
		.acts = acts,
		.act_count = 1,
		.settle_ms = ROLLBACK_SETTLE_MS,
		.decides = true,
	};

	if (errand_send(d, PURPOSE_UNDO_RECONCILE, i, &o))
		d->rollback.current = i;
}

void
rollback_event(struct director *d, int i, const struct action_event *event)
{
	const struct room_undo *u = &d->room->undos[i];

	assert(i >= 0 && (size_t)i < d->room->undo_count);
	director_request(d, "undo", plan_name(d->book, &u->item), event);
	if (!d->dead && step_may_move(u->act.state, event->state) &&
	    (event->state != u->act.state || event->regions.count > 0))
		emit_undo(d, i, event->state, "actor",
			  &(struct act_said){ .detail = event->detail,
					      .next_ms = event->next_ms,
					      .regions = &event->regions });
}

/* Steps that changed the same object are taken back by this item, if it is the
 * last of them. */
static void
mark_undone(struct director *d, int i)
{
	const struct plan_item *item = &d->room->undos[i].item;

	for (size_t s = 0; s < d->book->step_count && !d->dead; s++)
		if (plan_covers(d->book, item, s) && !plan_awaits(d->room, s) &&
		    plan_may_have_run(d->room, s) &&
		    step_may_move(d->room->steps[s].state, STEP_UNDONE))
			runner_move(d, s, STEP_UNDONE, "taken back");
}

static int
next_item(const struct director *d)
{
	for (size_t i = 0; i < d->room->undo_count; i++)
		if (d->room->undos[i].act.state != STEP_VERIFIED &&
		    room_left_out(d->room, &d->room->undos[i].item) == NULL)
			return (int)i;
	return -1;
}

static void
item_is_back(struct director *d, int i, const char *detail,
	     const struct regions *regions)
{
	if (rollback_item_found(d, i, STEP_VERIFIED, detail, regions))
		mark_undone(d, i);
}

void
rollback_item_ended(struct director *d, int i, const struct message *m)
{
	const struct act_said said = runner_said(&m->result);

	assert(i >= 0 && (size_t)i < d->room->undo_count);
	d->rollback.current = -1;
	switch (m->result.outcome) {
	case OUTCOME_DONE:
		item_is_back(d, i, m->result.detail, &m->result.regions);
		break;
	case OUTCOME_UNKNOWN:
		emit_undo(d, i, STEP_UNKNOWN, "actor", &said);
		break;
	case OUTCOME_FAILED:
	case OUTCOME_CANCELLED:
		if (emit_undo(d, i, STEP_FAILED, "actor", &said) &&
		    !rollback_is_given_up(d) && /* else a next turn halts */
		    (!m->result.is_down ||
		     !send_emergency(d, i, m->result.detail)))
			rollback_isolate(d, i, m->result.detail);
		break;
	}
}

static bool
is_absent(const struct errand_found *f)
{
	return f->landed == LANDED_NO || f->landed == LANDED_PART ||
	       f->landed == LANDED_UNHEARD;
}

static void
give_up_reading(struct director *d, int i, const char *seen)
{
	char why[240];

	str_printf(why, sizeof(why), "%.190s (unknown outcome: read it back)",
		   seen);
	rollback_isolate(d, i, why);
}

void
rollback_item_read(struct director *d, int i, const struct message *m)
{
	const struct errand_found *f = &m->found[0];
	char why[240];

	assert(i >= 0 && (size_t)i < d->room->undo_count);
	assert(m->found_count == 1);
	d->rollback.current = -1;
	if (f->landed == LANDED_YES)
		item_is_back(d, i, f->detail, &f->regions);
	else if (rollback_is_given_up(d))
		rollback_settle(d, i, f);
	else if (is_absent(f) && rollback_may_repeat(d, i, f->detail, why))
		d->rollback.absent = i; /* the same key again */
	else if (is_absent(f))
		rollback_isolate(d, i, why);
	else if (f->landed == LANDED_PENDING || /* the platform was reached */
		 !send_emergency(d, i, f->detail))
		give_up_reading(d, i, f->detail);
}

/* Unknown, and not found to be absent since. */
static bool
is_in_doubt(const struct director *d, int i)
{
	return d->room->undos[i].act.state == STEP_UNKNOWN &&
	       d->rollback.absent != i;
}

void
rollback_tick(struct director *d)
{
	char why[240];
	int i;

	countdown_tick(d);
	if (d->dead || !rollback_is_running(d))
		return;
	if (rollback_is_given_up(d)) {
		rollback_end_given_up(d);
		return;
	}
	if (errand_is_out(d, PURPOSE_ACT) ||
	    errand_is_out(d, PURPOSE_RECONCILE))
		return; /* the cancelled step has not ended yet */
	d->rollback.waits_for_step = false;
	if (rollback_awaits(d) || d->rollback.current >= 0 ||
	    d->rollback.checking || d->rollback.reading_all)
		return;
	i = next_item(d);
	if (d->rollback.watching) {
		rollback_watch_tick(d);
		return;
	}
	if (director_now_ms(d) >= d->room->rollback_until_ms && i >= 0)
		halt(d, "time", "timeoutSeconds of the manifest passed");
	else if (d->rollback.compare.is_on)
		rollback_compare_tick(d);
	else if (i < 0)
		rollback_prove(d);
	else if (!rollback_staggered(d, i))
		return;
	else if (is_in_doubt(d, i))
		rollback_read_item(d, i);
	else if (!rollback_drained(d, i))
		return;
	else if (!invariants_allow_item(d, &d->room->undos[i].item, why,
					sizeof(why)))
		halt(d, plan_name(d->book, &d->room->undos[i].item), why);
	else
		send_item(d, i);
}

/* An item that waits for its next try is tried again now; who said so is in
 * the journal. */
static void
hurry(struct director *d)
{
	int i = d->rollback.current;
	enum step_state state;

	if (rollback_is_given_up(d)) {
		director_notice(d,
				"the rollback was %s: retry goes on with it "
				"once it has halted",
				d->room->rollback_detail);
		return;
	}
	if (i < 0 || !errand_is_out(d, PURPOSE_UNDO_ACT)) {
		director_notice(d, "no item of the rollback waits for another "
				   "try");
		return;
	}
	state = d->room->undos[i].act.state;
	if (state != STEP_INTENT && step_may_move(state, state) &&
	    rollback_item_move(d, i, state, d->options.commander,
			       "tried again now"))
		errand_nudge(d, PURPOSE_UNDO_ACT);
}

void
rollback_retry(struct director *d)
{
	if (rollback_tell_awaited(d))
		return;
	if (d->room->rollback != ROLLBACK_HALTED)
		hurry(d);
	else if (plan_is_outrun(d->room))
		director_notice(d, "not tried again: a step has run since the "
				   "rollback halted; R shows the plan with it");
	else
		rollback_begin(d, d->options.commander);
}

/* A rollback that was confirmed goes on after a crash: what was under way is
 * unknown and read back first. */
void
rollback_resume(struct director *d)
{
	d->rollback.current = -1;
	d->rollback.absent = -1;
	countdown_resume(d);
	if (d->room->rollback == ROLLBACK_ARMED)
		rollback_withdraw(d, "the console ended before it ran");
	if (!rollback_is_running(d))
		return;
	d->rollback.read_to = -1;
	for (size_t i = 0; i < d->room->undo_count && !d->dead; i++) {
		enum step_state state = d->room->undos[i].act.state;
		const struct act_said said = {
			.detail = "the console ended while it acted",
			.is_open = runner_leaves_open(room_undo_act(d->room, i),
						      state),
		};

		if (state == STEP_VERIFIED)
			mark_undone(d, (int)i); /* it may not have got to it */
		else if (step_is_running(state) &&
			 !rollback_person_resumes(d, (int)i))
			emit_undo(d, (int)i, STEP_UNKNOWN, "director", &said);
	}
}
