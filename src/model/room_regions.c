/* room_regions - where a step stands in each region once it is taken back. */
#include <assert.h>

#include "base/mem.h"
#include "model/room_fold.h"
#include "model/spread.h"

/* Has an item of the rollback taken the step back in that region?  A step that
 * none of them covers was taken back as its record says: in all. */
static bool
is_reached(const struct room *r, size_t step, const char *region)
{
	bool is_covered = false;

	for (size_t i = 0; i < r->undo_count; i++) {
		if (!plan_covers(r->book, &r->undos[i].item, step))
			continue;
		is_covered = true;
		if (spread_reaches(room_undo_act(r, i), region))
			return true;
	}
	return !is_covered;
}

/* Where the step stands in that region before it is taken back. */
static struct region
stands(const struct room_act *a, const struct region *region)
{
	const struct region *said = NULL;
	struct region now = *region;

	if (a->regions != NULL)
		said = regions_find(a->regions, region->name);
	if (said != NULL)
		return *said;
	now.at_ms = a->since_ms;
	now.side = a->state == STEP_VERIFIED  ? SIDE_TARGET
		   : a->state == STEP_UNKNOWN ? SIDE_UNKNOWN
					      : SIDE_MIXED;
	return now;
}

void
room_regions_left(struct regions *out, const struct room *r, size_t step,
		  int64_t at_ms)
{
	const struct room_act *a = &r->steps[step];

	assert(step < r->book->step_count);
	spread_regions(out, &r->book->steps[step].act);
	for (size_t i = 0; i < out->count; i++) {
		struct region *g = &out->items[i];

		if (is_reached(r, step, g->name)) {
			g->side = SIDE_BASELINE;
			g->at_ms = at_ms;
		} else {
			*g = stands(a, g);
		}
	}
	if (regions_count(out, SIDE_BASELINE) == out->count)
		out->count = 0;
}

void
room_regions_keep(struct room_act *a, enum step_state was,
		  const struct regions *left, int64_t at_ms)
{
	if (left->count > 0 && a->regions == NULL)
		a->regions = mem_copy(left, sizeof(*left));
	if (was != STEP_UNDONE || a->regions == NULL)
		return;
	for (size_t i = 0; i < a->regions->count; i++)
		if (a->regions->items[i].side == SIDE_BASELINE) {
			a->regions->items[i].side = SIDE_UNKNOWN;
			a->regions->items[i].at_ms = at_ms;
		}
}
