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

#define ITEM_TIMEOUT_MS 300000
#define ITEM_ATTEMPTS 4
#define SETTLE_MS 10000 /* room time an absent effect is doubted */

bool
rollback_is_running(const struct director *d)
{
	return d->room->rollback == ROLLBACK_RUNNING ||
	       d->room->rollback == ROLLBACK_VALIDATING;
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
void
rollback_withdraw(struct director *d, const char *why)
{
	char detail[120];

	if (d->room->rollback != ROLLBACK_ARMED ||
	    d->room->rollback_began_ms < 0) {
		rollback_move(d, ROLLBACK_DECLINED, why);
		return;
	}
	str_printf(detail, sizeof(detail), "not all is taken back; %s", why);
	rollback_move(d, ROLLBACK_HALTED, detail);
}

bool
rollback_is_automatic(const struct director *d)
{
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
	errand_drop(d, PURPOSE_ARM);
	if (d->waiting_step >= 0)
		runner_move(d, (size_t)d->waiting_step, STEP_FAILED,
			    "ended by the rollback");
	d->waiting_step = -1;
	d->rollback.current = -1;
	d->rollback.not_before_ms = 0;
	d->rollback.waits_for_step = true;
	d->rollback.deadline_ms =
		director_now_ms(d) + d->book->rollback.timeout_ms;
	d->rollback.checking = d->rollback.reading_all = false;
	d->rollback.given_up = false;
	d->rollback.by_breach = false;
	rollback_begin_record(d, &r, ROLLBACK_RUNNING, by);
	director_emit(d, &r);
}

void
rollback_retry(struct director *d)
{
	if (d->room->rollback == ROLLBACK_HALTED)
		rollback_begin(d, d->options.commander);
}

/* It acts or has acted, and nothing has proved that nothing came of it: a
 * failed step that was armed again or skipped has forgotten its state, but
 * not that it began. */
static bool
may_have_run(const struct room_act *a)
{
	if (a->state == STEP_UNDONE)
		return false;
	return step_may_have_run(a->state) || a->began_ms >= 0;
}

static bool
something_ran(const struct director *d)
{
	for (size_t i = 0; i < d->book->step_count; i++)
		if (may_have_run(&d->room->steps[i]))
			return true;
	return false;
}

static bool
triggers(const struct director *d, size_t gate, enum verdict verdict)
{
	const struct gate *g = &d->book->gates.gates[gate];

	return g->critical && !g->shadow && verdict == VERDICT_NO_GO;
}

void
rollback_answer(struct director *d)
{
	for (size_t i = 0; i < d->book->gates.gate_count; i++)
		d->rollback.answered[i] =
			triggers(d, i, d->room->gates[i].verdict);
}

/* Is there a breach that nobody has answered?  One that has ended may begin
 * anew. */
static bool
is_unanswered(struct director *d, const struct gate_finding *found)
{
	bool is_new = false;

	for (size_t i = 0; i < d->book->gates.gate_count; i++)
		if (!triggers(d, i, found[i].verdict))
			d->rollback.answered[i] = false;
		else if (!d->rollback.answered[i])
			is_new = true;
	return is_new;
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
	    (state != ROLLBACK_NONE && state != ROLLBACK_DECLINED))
		return;
	runner_decline(d, "a breach interrupted");
	rollback_begin_record(d, &r, ROLLBACK_PROPOSED, "director");
	record_text(&r, "cause", now->sentence);
	if (!director_emit(d, &r) || !rollback_is_automatic(d))
		return;
	d->rollback.by_breach = true;
	rollback_ask(d, now->sentence);
}

static bool
emit_undo(struct director *d, int i, enum step_state to, const char *by,
	  const char *detail)
{
	const struct room_undo *u = &d->room->undos[i];
	struct record r;

	record_init(&r, RECORD_UNDO, by);
	record_int(&r, "item", i);
	record_text(&r, "name", plan_name(d->book, &u->item));
	record_text(&r, "state", step_word(to));
	record_text(&r, "was", step_word(u->act.state));
	record_int(&r, "attempt", u->act.attempt + (to == STEP_INTENT ? 1 : 0));
	record_text(&r, "detail", detail);
	if (to == STEP_INTENT) {
		char what[96], key[80];

		str_printf(what, sizeof(what), "%d %s", i,
			   plan_name(d->book, &u->item));
		director_key(d, key, sizeof(key), what, "undo");
		record_text(&r, "key", key);
	}
	return director_emit(d, &r);
}

static void
halt(struct director *d, const char *hint, const char *name, const char *why)
{
	char detail[240];

	str_printf(detail, sizeof(detail), "%s: %s%s", name, why, hint);
	rollback_move(d, ROLLBACK_HALTED, detail);
	director_notice(d, "rollback halted: %s", detail);
}

static void
send_item(struct director *d, int i)
{
	const struct plan_item *item = &d->room->undos[i].item;
	const struct act *acts[] = { plan_act(d->book, item) };
	struct errand_order o = {
		.errand = ERRAND_PERFORM,
		.acts = acts,
		.act_count = 1,
		.idempotent = true, /* the same key, the same wanted state */
		.max_attempts = ITEM_ATTEMPTS,
		.timeout_ms = ITEM_TIMEOUT_MS,
	};

	if (!emit_undo(d, i, STEP_INTENT, "director", ""))
		return;
	o.key = d->room->undos[i].act.key;
	if (errand_send(d, PURPOSE_UNDO_ACT, i, &o)) {
		d->rollback.current = i;
		return;
	}
	emit_undo(d, i, STEP_FAILED, "director", "could not be started");
	halt(d, "", plan_name(d->book, item), "could not be started");
}

static void
read_item(struct director *d, int i)
{
	const struct act *acts[] = { plan_act(d->book,
					      &d->room->undos[i].item) };
	const struct errand_order o = {
		.errand = ERRAND_READBACK,
		.acts = acts,
		.act_count = 1,
		.settle_ms = SETTLE_MS,
	};

	if (errand_send(d, PURPOSE_UNDO_RECONCILE, i, &o))
		d->rollback.current = i;
}

void
rollback_event(struct director *d, int i, const struct action_event *event)
{
	const struct room_undo *u = &d->room->undos[i];

	director_request(d, "undo", plan_name(d->book, &u->item), event);
	if (!d->dead && event->state != u->act.state &&
	    step_may_move(u->act.state, event->state))
		emit_undo(d, i, event->state, "actor", event->detail);
}

/* Steps that changed the same object are taken back by this item. */
static void
mark_undone(struct director *d, int i)
{
	const struct plan_item *item = &d->room->undos[i].item;
	const char *object = plan_object(d->book, item);

	for (size_t s = 0; s < d->book->step_count && !d->dead; s++) {
		bool same = (int)s == item->step ||
			    (object[0] != '\0' &&
			     strcmp(d->book->steps[s].object, object) == 0);

		if (same && may_have_run(&d->room->steps[s]) &&
		    step_may_move(d->room->steps[s].state, STEP_UNDONE))
			runner_move(d, s, STEP_UNDONE, "taken back");
	}
}

static void
item_is_back(struct director *d, int i, const char *detail)
{
	if (!emit_undo(d, i, STEP_VERIFIED, "actor", detail))
		return;
	mark_undone(d, i);
	if (d->room->undos[i].item.layer <= LAYER_ROUTING)
		d->rollback.not_before_ms =
			director_now_ms(d) + d->book->rollback.stagger_ms;
}

void
rollback_item_ended(struct director *d, int i, const struct message *m)
{
	const char *name = plan_name(d->book, &d->room->undos[i].item);

	d->rollback.current = -1;
	switch (m->result.outcome) {
	case OUTCOME_DONE:
		item_is_back(d, i, m->result.detail);
		break;
	case OUTCOME_UNKNOWN:
		emit_undo(d, i, STEP_UNKNOWN, "actor", m->result.detail);
		break;
	case OUTCOME_FAILED:
	case OUTCOME_CANCELLED:
		if (emit_undo(d, i, STEP_FAILED, "actor", m->result.detail))
			halt(d, "", name, m->result.detail);
		break;
	}
}

void
rollback_item_read(struct director *d, int i, const struct message *m)
{
	const struct errand_found *f = &m->found[0];
	const struct room_undo *u = &d->room->undos[i];

	d->rollback.current = -1;
	if (f->landed == LANDED_YES)
		item_is_back(d, i, f->detail);
	else if (d->rollback.given_up)
		return; /* stays unknown; the next turn halts */
	else if (f->landed == LANDED_NO && u->act.attempt < ITEM_ATTEMPTS)
		send_item(d, i); /* not there: the same key again */
	else
		halt(d, " (unknown outcome: read it back)",
		     plan_name(d->book, &u->item), f->detail);
}

static int
next_item(const struct director *d)
{
	for (size_t i = 0; i < d->room->undo_count; i++)
		if (d->room->undos[i].act.state != STEP_VERIFIED)
			return (int)i;
	return -1;
}

static void
read_everything(struct director *d)
{
	struct plan_item *items;
	size_t count;

	items = rollback_items(d, &count, NULL);
	if (d->room->rollback != ROLLBACK_VALIDATING)
		rollback_move(d, ROLLBACK_VALIDATING,
			      "reading everything back");
	if (!d->dead)
		d->rollback.reading_all = rollback_look(
			d, PURPOSE_READ_ALL, ERRAND_READBACK, items, count);
	mem_free(items);
}

static size_t
record_leftovers(struct director *d, const struct message *m)
{
	size_t left = 0;

	for (size_t i = 0; i < m->found_count && !d->dead; i++) {
		struct record r;

		if (m->found[i].landed == LANDED_YES)
			continue;
		left++;
		record_init(&r, RECORD_LEFTOVER, "actor");
		record_text(&r, "object",
			    plan_object(d->book, &d->room->undos[i].item));
		record_text(&r, "detail", m->found[i].detail);
		director_emit(d, &r);
	}
	return left;
}

static void
validated(struct director *d, const char *how)
{
	char detail[240], took[24], rto[24];

	str_duration(took, sizeof(took),
		     director_now_ms(d) - d->room->rollback_began_ms);
	str_duration(rto, sizeof(rto), d->book->rto_ms);
	str_printf(detail, sizeof(detail),
		   "rolled back and validated in %s of %s; %s", took, rto, how);
	rollback_move(d, ROLLBACK_VALIDATED, detail);
}

static void
send_check(struct director *d)
{
	const struct act *acts[] = { &d->book->rollback.check };
	int64_t left = d->rollback.deadline_ms - director_now_ms(d);
	const struct errand_order o = {
		.errand = ERRAND_PERFORM,
		.acts = acts,
		.act_count = 1,
		.key = "check",
		.idempotent = true,
		.max_attempts = ITEM_ATTEMPTS,
		.timeout_ms = left > 1000 ? left : 1000,
	};

	d->rollback.checking = errand_send(d, PURPOSE_CHECK, -1, &o);
	if (!d->rollback.checking)
		halt(d, "", d->book->rollback.check_name,
		     "could not be started");
}

void
rollback_all_read(struct director *d, const struct message *m)
{
	size_t left;

	d->rollback.reading_all = false;
	if (d->rollback.given_up)
		return; /* what was not read is not left over; it halts */
	left = record_leftovers(d, m);
	if (d->dead)
		return;
	if (left > 0)
		halt(d, "", "read back", "not everything is as it was");
	else if (d->book->rollback.check.kind[0] == '\0')
		validated(d, "every item read back");
	else
		send_check(d);
}

void
rollback_checked(struct director *d, const struct message *m)
{
	d->rollback.checking = false;
	if (m->result.outcome == OUTCOME_DONE)
		validated(d, d->book->rollback.check_name);
	else
		halt(d, "", d->book->rollback.check_name, m->result.detail);
}

void
rollback_tick(struct director *d)
{
	int i;

	if (d->dead || !rollback_is_running(d))
		return;
	if (errand_is_out(d, PURPOSE_ACT) ||
	    errand_is_out(d, PURPOSE_RECONCILE))
		return; /* the cancelled step has not ended yet */
	d->rollback.waits_for_step = false;
	if (d->rollback.current >= 0 || d->rollback.checking ||
	    d->rollback.reading_all)
		return;
	i = next_item(d);
	if (d->rollback.given_up)
		halt(d, "", "given up", d->options.commander);
	else if (director_now_ms(d) >= d->rollback.deadline_ms && i >= 0)
		halt(d, "", "time", "timeoutSeconds of the manifest passed");
	else if (i < 0)
		read_everything(d);
	else if (director_now_ms(d) < d->rollback.not_before_ms)
		return;
	else if (d->room->undos[i].act.state == STEP_UNKNOWN)
		read_item(d, i);
	else
		send_item(d, i);
}

void
rollback_give_up(struct director *d)
{
	d->rollback.given_up = true;
	errand_cancel(d, PURPOSE_ACT);
	errand_cancel(d, PURPOSE_RECONCILE);
	errand_cancel(d, PURPOSE_UNDO_ACT);
	errand_cancel(d, PURPOSE_UNDO_RECONCILE);
	errand_cancel(d, PURPOSE_CHECK);
	errand_cancel(d, PURPOSE_READ_ALL);
	director_notice(d, "the rollback halts once what is on its way has "
			   "ended; retry goes on with it");
}

/* A rollback that was confirmed goes on after a crash: what was under way is
 * unknown and read back first. */
void
rollback_resume(struct director *d)
{
	d->rollback.current = -1;
	if (d->room->rollback == ROLLBACK_ARMED)
		rollback_withdraw(d, "the console ended before it ran");
	if (!rollback_is_running(d))
		return;
	d->rollback.deadline_ms =
		director_now_ms(d) + d->book->rollback.timeout_ms;
	for (size_t i = 0; i < d->room->undo_count && !d->dead; i++)
		if (step_is_running(d->room->undos[i].act.state))
			emit_undo(d, (int)i, STEP_UNKNOWN, "director",
				  "the console ended while it acted");
}
