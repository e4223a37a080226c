/* lane - how many measurements of one endpoint are under way, and who waits. */
#include "probe/lane.h"

#include <assert.h>

void
lane_init(struct lane *l)
{
	*l = (struct lane){ 0 };
	l->waiting.next = &l->waiting;
	l->waiting.prev = &l->waiting;
}

bool
lane_is_free(const struct lane *l)
{
	return l->under_way < LANE_MOST;
}

void
lane_enter(struct lane *l)
{
	assert(lane_is_free(l));
	l->under_way++;
}

void
lane_leave(struct lane *l)
{
	assert(l->under_way > 0);
	l->under_way--;
}

void
lane_wait(struct lane *l, struct lane_place *place)
{
	assert(!lane_is_waiting(place));
	place->prev = l->waiting.prev;
	place->next = &l->waiting;
	l->waiting.prev->next = place;
	l->waiting.prev = place;
}

bool
lane_is_waiting(const struct lane_place *place)
{
	return place->next != NULL;
}

void
lane_give_up(struct lane_place *place)
{
	if (!lane_is_waiting(place))
		return;
	place->prev->next = place->next;
	place->next->prev = place->prev;
	*place = (struct lane_place){ 0 };
}

void
lane_move(struct lane *l, void (*go)(struct lane_place *place))
{
	if (l->is_moving)
		return;
	l->is_moving = true;
	while (lane_is_free(l) && l->waiting.next != &l->waiting) {
		struct lane_place *first = l->waiting.next;

		lane_give_up(first);
		go(first);
	}
	l->is_moving = false;
}
