/*
 * countdown - a rollback that begins by itself unless somebody objects.
 *
 * It counts only while its plan is open before the commander, and only for a
 * plan that a breach asked for.  A resumed room counts anew from the start;
 * a plan that moved is shown again, and counts again from the start.
 */
#include "engine/director.h"

#include <string.h>

#include "base/str.h"

bool
countdown_is_policy(const struct director *d)
{
	return !rollback_is_automatic(d) &&
	       d->book->rollback.confirm != ROLLBACK_TWO_PERSON &&
	       strcmp(d->book->rollback.policy, "countdown") == 0;
}

void
countdown_ask(struct director *d, struct record *r)
{
	if (countdown_is_policy(d) && d->rollback.by_breach &&
	    !rollback_target_forbids(d))
		record_int(r, "begins",
			   director_now_ms(d) + d->book->rollback.countdown_ms);
}

static bool
is_counting(const struct room *r)
{
	return r->rollback == ROLLBACK_ARMED && r->prompt.begins_ms > 0;
}

void
countdown_resume(struct director *d)
{
	const struct room *r = d->room;
	bool was_counting = is_counting(r);
	struct record rec;

	if (rollback_is_automatic(d) && r->rollback == ROLLBACK_PROPOSED) {
		/* Judged anew before it begins: it may have healed. */
		rollback_withdraw(d, "the console ended before it began");
		return;
	}
	if (!countdown_is_policy(d) ||
	    (!was_counting && r->rollback != ROLLBACK_PROPOSED))
		return;
	if (was_counting) {
		rollback_begin_record(d, &rec, ROLLBACK_PROPOSED, "director");
		record_text(&rec, "cause",
			    "the console ended while it counted down; it "
			    "counts anew");
		if (!director_emit(d, &rec))
			return;
	}
	d->rollback.by_breach = true;
	rollback_ask(d, "", r->rollback_detail);
}

void
countdown_tick(struct director *d)
{
	if (d->dead || d->parking || !is_counting(d->room) ||
	    !d->room->prompt.open ||
	    director_now_ms(d) < d->room->prompt.begins_ms)
		return;
	if (!rollback_target_is_known(d)) {
		rollback_withdraw(d, "the target is not healthy");
		rollback_ask(d, "", "the target is not healthy");
		return;
	}
	if (rollback_plan_stands(d)) {
		rollback_check_live(d, "countdown");
		return;
	}
	director_notice(d, "what must be undone has changed: the countdown "
			   "begins anew");
	rollback_withdraw(d, "the plan was stale");
	rollback_ask(d, "", "the plan was stale");
}
