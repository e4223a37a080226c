/* errand - actors on their way: sent, heard, bounded, joined. */
#include "engine/director.h"

#include <assert.h>
#include <stdint.h>

#include "base/clock.h"

/* What to do with the words of an actor, by what it was sent for. */
struct purpose_row {
	void (*event)(struct director *d, int subject,
		      const struct action_event *event);
	void (*end)(struct director *d, int subject, const struct message *m);
};

static void
undo_armed(struct director *d, int subject, const struct message *m)
{
	(void)subject;
	rollback_armed(d, m);
}

static void
live_read(struct director *d, int subject, const struct message *m)
{
	(void)subject;
	rollback_live_read(d, m);
}

static void
checked(struct director *d, int subject, const struct message *m)
{
	(void)subject;
	rollback_checked(d, m);
}

static void
all_read(struct director *d, int subject, const struct message *m)
{
	(void)subject;
	rollback_all_read(d, m);
}

static void
compared(struct director *d, int subject, const struct message *m)
{
	(void)subject;
	rollback_compare_read(d, m);
}

static void
kept(struct director *d, int subject, const struct message *m)
{
	(void)subject;
	baseline_kept(d, m);
}

static void
check_event(struct director *d, int subject, const struct action_event *event)
{
	(void)subject;
	director_request(d, "undo", d->book->rollback.check_name, event);
}

static const struct purpose_row purposes[PURPOSE_COUNT] = {
	[PURPOSE_ARM] = { NULL, runner_armed },
	[PURPOSE_RECHECK] = { NULL, runner_rechecked },
	[PURPOSE_ACT] = { runner_event, runner_ended },
	[PURPOSE_RECONCILE] = { NULL, runner_reconciled },
	[PURPOSE_UNDO_ARM] = { NULL, undo_armed },
	[PURPOSE_UNDO_RECHECK] = { NULL, live_read },
	[PURPOSE_UNDO_ACT] = { rollback_event, rollback_item_ended },
	[PURPOSE_UNDO_RECONCILE] = { NULL, rollback_item_read },
	[PURPOSE_CHECK] = { check_event, checked },
	[PURPOSE_READ_ALL] = { NULL, all_read },
	[PURPOSE_COMPARE] = { NULL, compared },
	[PURPOSE_BASELINE] = { NULL, baseline_taken },
	[PURPOSE_KEPT] = { NULL, kept },
};

static struct errand_slot *
slot_of(struct director *d, int64_t id)
{
	for (size_t i = 0; i < ERRANDS_MOST; i++)
		if (d->errands[i].purpose != PURPOSE_NONE &&
		    d->errands[i].id == id)
			return &d->errands[i];
	return NULL;
}

/* A free slot, one whose actor waits for work before one without; or NULL. */
static struct errand_slot *
free_slot(struct director *d)
{
	struct errand_slot *empty = NULL;

	for (size_t i = 0; i < ERRANDS_MOST; i++) {
		struct errand_slot *s = &d->errands[i];

		if (s->purpose != PURPOSE_NONE)
			continue;
		if (s->actor != NULL)
			return s;
		if (empty == NULL)
			empty = s;
	}
	return empty;
}

/* Frees the slot; an actor that was cancelled does nothing any more. */
static void
release(struct errand_slot *s)
{
	s->purpose = PURPOSE_NONE;
	if (s->actor == NULL || actor_may_go_again(s->actor))
		return;
	actor_join(s->actor);
	s->actor = NULL;
}

/* By the slot's actor, or here when it takes no time; told in a message in
 * either case. */
static bool
carry_out(struct director *d, struct errand_slot *s,
	  const struct errand_order *o, struct err *e)
{
	struct message *end = actor_plan(o);

	if (end != NULL && queue_put(d->inbox, end))
		return true;
	message_free(end);
	if (s->actor == NULL && actor_new(&s->actor, d->inbox, e) != ERR_NONE)
		return false;
	actor_send(s->actor, o);
	return true;
}

bool
errand_send(struct director *d, enum purpose purpose, int subject,
	    const struct errand_order *order)
{
	struct errand_slot *s = free_slot(d);
	struct errand_order o = *order;
	struct err e = { .code = ERR_NONE };

	assert(purpose > PURPOSE_NONE && purpose < PURPOSE_COUNT);
	assert(order->act_count > 0);
	if (s == NULL) {
		director_notice(d, "too much is under way at once: try again");
		return false;
	}
	o.id = d->last_errand + 1;
	o.env = &d->env;
	o.seed = d->options.seed + (uint64_t)o.id;
	if (!carry_out(d, s, &o, &e)) {
		director_notice(d, "%s", e.text);
		return false;
	}
	s->purpose = purpose;
	s->id = d->last_errand = o.id;
	s->subject = subject;
	s->is_dropped = false;
	s->give_up_real_us = INT64_MAX;
	return true;
}

void
errand_event(struct director *d, const struct message *m)
{
	const struct errand_slot *s = slot_of(d, m->errand_id);

	assert(s != NULL);
	if (purposes[s->purpose].event != NULL)
		purposes[s->purpose].event(d, s->subject, &m->event);
}

void
errand_end(struct director *d, const struct message *m)
{
	struct errand_slot *s = slot_of(d, m->errand_id);
	struct errand_slot ended;

	assert(s != NULL);
	ended = *s;
	release(s);
	if (!ended.is_dropped)
		purposes[ended.purpose].end(d, ended.subject, m);
}

void
errand_tick(struct director *d)
{
	int64_t now_us = clock_real_us();

	for (size_t i = 0; i < ERRANDS_MOST; i++) {
		struct errand_slot *s = &d->errands[i];

		if (s->purpose == PURPOSE_NONE || now_us < s->give_up_real_us)
			continue;
		s->give_up_real_us = INT64_MAX;
		actor_cancel(s->actor);
	}
}

bool
errand_is_out(const struct director *d, enum purpose purpose)
{
	for (size_t i = 0; i < ERRANDS_MOST; i++)
		if (d->errands[i].purpose == purpose &&
		    !d->errands[i].is_dropped)
			return true;
	return false;
}

bool
errand_any(const struct director *d)
{
	for (size_t i = 0; i < ERRANDS_MOST; i++)
		if (d->errands[i].purpose != PURPOSE_NONE)
			return true;
	return false;
}

void
errand_cancel(struct director *d, enum purpose purpose)
{
	for (size_t i = 0; i < ERRANDS_MOST; i++)
		if (d->errands[i].purpose == purpose)
			actor_cancel(d->errands[i].actor);
}

void
errand_cancel_all(struct director *d)
{
	for (size_t i = 0; i < ERRANDS_MOST; i++)
		if (d->errands[i].purpose != PURPOSE_NONE)
			actor_cancel(d->errands[i].actor);
}

void
errand_nudge(struct director *d, enum purpose purpose)
{
	for (size_t i = 0; i < ERRANDS_MOST; i++)
		if (d->errands[i].purpose == purpose)
			actor_nudge(d->errands[i].actor);
}

void
errand_pause(struct director *d, enum purpose purpose, bool pauses)
{
	for (size_t i = 0; i < ERRANDS_MOST; i++)
		if (d->errands[i].purpose == purpose)
			actor_pause(d->errands[i].actor, pauses);
}

void
errand_drop(struct director *d, enum purpose purpose)
{
	for (size_t i = 0; i < ERRANDS_MOST; i++)
		if (d->errands[i].purpose == purpose) {
			d->errands[i].is_dropped = true;
			actor_cancel(d->errands[i].actor);
		}
}

void
errand_bound(struct director *d, enum purpose purpose, int real_ms)
{
	assert(real_ms > 0);
	for (size_t i = 0; i < ERRANDS_MOST; i++)
		if (d->errands[i].purpose == purpose)
			d->errands[i].give_up_real_us =
				clock_real_us() + real_ms * 1000LL;
}

void
errand_join_all(struct director *d)
{
	errand_cancel_all(d);
	for (size_t i = 0; i < ERRANDS_MOST; i++) {
		actor_join(d->errands[i].actor);
		d->errands[i] = (struct errand_slot){ 0 };
	}
}
