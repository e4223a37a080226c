/*
 * rollback_stagger - an item of the rollback is kept apart from the one before.
 *
 * Until when is in the room: whoever takes the room over waits for what is
 * left, and no longer.
 */
#include "engine/director.h"

#include <assert.h>

#include "base/str.h"
#include "model/stagger.h"

static const char *
name_of(const struct director *d, int item)
{
	return plan_name(d->book, &d->room->undos[item].item);
}

/* Of the wait that is recorded; `by` "director" or a person. */
static bool
emit_end(struct director *d, enum stagger_state to, const char *by,
	 const char *detail)
{
	const struct room_stagger *now = &d->room->stagger;
	struct record r;

	record_init(&r, RECORD_STAGGER, by);
	record_int(&r, "item", now->item);
	record_int(&r, "after", now->after);
	record_text(&r, "name", name_of(d, now->item));
	record_text(&r, "state", stagger_word(to));
	record_text(&r, "was", stagger_word(now->state));
	record_text(&r, "detail", detail);
	return director_emit(d, &r);
}

static bool
emit_wait(struct director *d, int item, int after, int64_t until_ms)
{
	struct record r;
	char whole[24], detail[240];

	str_duration(whole, sizeof(whole), d->book->rollback.stagger_ms);
	str_printf(detail, sizeof(detail), "%s after %s: %s", whole,
		   name_of(d, after), stagger_reason());
	record_init(&r, RECORD_STAGGER, "director");
	record_int(&r, "item", item);
	record_int(&r, "after", after);
	record_text(&r, "name", name_of(d, item));
	record_text(&r, "state", stagger_word(STAGGER_WAITING));
	record_text(&r, "was", stagger_word(d->room->stagger.state));
	record_int(&r, "until", until_ms);
	record_text(&r, "detail", detail);
	if (!director_emit(d, &r))
		return false;
	director_notice(d, "%s waits %s; retry goes on now", name_of(d, item),
			detail);
	return true;
}

bool
rollback_staggered(struct director *d, int item)
{
	const struct room_stagger *now = &d->room->stagger;
	int after;
	int64_t until_ms = stagger_until_ms(d->room, item, &after);
	bool is_known = now->until_ms == until_ms;

	assert(item >= 0 && (size_t)item < d->room->undo_count);
	if (director_now_ms(d) >= until_ms)
		return now->state != STAGGER_WAITING ||
		       emit_end(d, STAGGER_PASSED, "director", "");
	if (now->state == STAGGER_CUT && is_known)
		return true;
	if (now->state != STAGGER_WAITING || now->item != item || !is_known)
		emit_wait(d, item, after, until_ms);
	return false;
}

bool
rollback_stagger_cut(struct director *d)
{
	const struct room_stagger *now = &d->room->stagger;
	int64_t left_ms = now->until_ms - director_now_ms(d);
	char early[24], detail[240];

	if (d->room->rollback != ROLLBACK_RUNNING ||
	    now->state != STAGGER_WAITING)
		return false;
	str_duration(early, sizeof(early),
		     left_ms < 0 ? 0 : (left_ms + 999) / 1000 * 1000);
	str_printf(detail, sizeof(detail), "%s goes on %s early, though %s",
		   d->options.commander, early, stagger_reason());
	return emit_end(d, STAGGER_CUT, d->options.commander, detail);
}
