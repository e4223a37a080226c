/*
 * rollback_again - may an item of a rollback act once more, or is it left
 * alone?
 *
 * By itself it does so where twice is as good as once, or where reading back
 * has found that nothing came of it.  A program, and what was accepted and may
 * still be carried out, act again only when a person who was told goes on.
 */
#include "engine/director.h"

#include <string.h>

#include "base/str.h"

#define TRIES 4 /* of one transaction, by itself */

bool
rollback_is_idempotent(const struct director *d, int item)
{
	return plan_is_idempotent(d->book, &d->room->undos[item].item) ||
	       action_sets(room_undo_act(d->room, (size_t)item));
}

/* Why it does not act again by itself; NULL: it may. */
static const char *
objection(const struct director *d, int item)
{
	const struct room_act *a = &d->room->undos[item].act;
	bool is_program =
		action_runs_program(room_undo_act(d->room, (size_t)item));

	if (a->is_open && is_program)
		return "nobody saw its program end, it may still run";
	if (a->is_open)
		return "it was accepted and may still be carried out";
	if (is_program && !rollback_is_idempotent(d, item))
		return "a program is not run again by itself";
	return a->attempt >= TRIES ? "it was tried often enough" : NULL;
}

bool
rollback_may_repeat(struct director *d, int item, const char *seen,
		    char why[240])
{
	const struct room_act *a = &d->room->undos[item].act;
	const char *what = objection(d, item);

	if (what == NULL || (d->rollback.told_item == item + 1 &&
			     d->rollback.told_ms == a->since_ms))
		return true;
	d->rollback.told_item = item + 1;
	d->rollback.told_ms = a->since_ms;
	str_printf(why, 240,
		   "unknown outcome: %s; read back: %.80s; see to it, then go "
		   "on: it is read back, and acts again if it is not there",
		   what, seen);
	return false;
}
