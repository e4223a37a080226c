/*
 * rollback_drain - an item of the rollback waits for calls to end.
 *
 * What it waits for, and since when, is in the room: whoever takes the room
 * over goes on waiting with the time that is left.
 */
#include "engine/director.h"

#include <assert.h>

#include "base/str.h"
#include "model/drain.h"

static bool
emit_drain(struct director *d, size_t row, int item, enum drain_state to,
	   const char *by, const char *detail)
{
	const struct book_drain *drain = &d->book->rollback.drains[row];
	const struct room_drain *now = &d->room->drains[row];
	struct record r;

	record_init(&r, RECORD_DRAIN, by);
	record_text(&r, "drain", drain->id);
	record_int(&r, "item", item);
	record_text(&r, "name", plan_name(d->book, &d->room->undos[item].item));
	record_text(&r, "state", drain_word(to));
	record_text(&r, "was", drain_word(now->state));
	if (to == DRAIN_WAITING)
		record_int(&r, "until",
			   now->state == DRAIN_NONE
				   ? director_now_ms(d) +
					     drain->session_timer_ms
				   : now->until_ms);
	record_text(&r, "detail", detail);
	return director_emit(d, &r);
}

/* Once for each item that is held back; screens show the rest. */
static void
tell_wait(struct director *d, size_t row, int item, const char *why)
{
	int64_t left_ms = d->room->drains[row].until_ms - director_now_ms(d);
	char left[24];

	str_duration(left, sizeof(left), (left_ms + 999) / 1000 * 1000);
	director_notice(d, "%s waits at most %s: %.120s; retry goes on now",
			plan_name(d->book, &d->room->undos[item].item), left,
			why);
}

/* True when this row holds the item back no longer. */
static bool
lets_go(struct director *d, size_t row, int item)
{
	const struct room_drain *now = &d->room->drains[row];
	enum drain_state to;
	char why[200];

	if (drain_is_settled(now, item))
		return true;
	to = drain_judge(d->room, row, director_now_ms(d), why, sizeof(why));
	if (now->state == to && now->item == item)
		return to != DRAIN_WAITING;
	if (!emit_drain(d, row, item, to, "director", why))
		return false;
	if (to == DRAIN_WAITING)
		tell_wait(d, row, item, why);
	return to != DRAIN_WAITING;
}

bool
rollback_drained(struct director *d, int item)
{
	const struct book_rollback *b = &d->book->rollback;
	bool may = true;

	assert(item >= 0 && (size_t)item < d->room->undo_count);
	for (size_t i = 0; i < b->drain_count && !d->dead; i++)
		if (drain_applies(&b->drains[i], d->book,
				  &d->room->undos[item].item) &&
		    !lets_go(d, i, item))
			may = false;
	return may && !d->dead;
}

bool
rollback_go_on(struct director *d)
{
	bool any = rollback_stagger_cut(d);

	if (d->room->rollback != ROLLBACK_RUNNING)
		return false;
	for (size_t i = 0; i < d->book->rollback.drain_count && !d->dead; i++) {
		const struct room_drain *now = &d->room->drains[i];
		char why[200], said[280];

		if (now->state != DRAIN_WAITING)
			continue;
		any = true;
		drain_judge(d->room, i, director_now_ms(d), why, sizeof(why));
		str_printf(said, sizeof(said), "%s goes on now: %s",
			   d->options.commander, why);
		emit_drain(d, i, now->item, DRAIN_CUT, d->options.commander,
			   said);
	}
	return any;
}
