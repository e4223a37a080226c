/*
 * lane - how many measurements of one endpoint are under way, and who waits.
 *
 * Each takes memory and a descriptor while it lasts.  Where the first round of
 * thousands of probes, or an endpoint that hangs, would have all of them at
 * once, those beyond LANE_MOST wait in the order in which they came; other
 * endpoints have lanes of their own.  One thread's; no memory of its own.
 */
#ifndef PROBE_LANE_H
#define PROBE_LANE_H

#include <stdbool.h>
#include <stddef.h>

#define LANE_MOST 512

/* First member of what waits; next is NULL while it does not. */
struct lane_place {
	struct lane_place *next;
	struct lane_place *prev;
};

struct lane {
	size_t under_way;
	bool is_moving;
	struct lane_place waiting; /* ring head */
};

/* Empty: none under way, none waiting. */
void lane_init(struct lane *l);
/* One more may start; it counts from lane_enter() to lane_leave(). */
bool lane_is_free(const struct lane *l);
/* Counts one that starts. */
void lane_enter(struct lane *l);
/* Counts one that ended. */
void lane_leave(struct lane *l);
/* Behind all that wait already; `place` must not wait anywhere. */
void lane_wait(struct lane *l, struct lane_place *place);
/* Is it waiting? */
bool lane_is_waiting(const struct lane_place *place);
/* Takes it out; one that does not wait is left as it is. */
void lane_give_up(struct lane_place *place);
/* Hands those who may start to go(), the first first, which enters or not.
 * Called from inside go() it does nothing: the outer call goes on. */
void lane_move(struct lane *l, void (*go)(struct lane_place *place));

#endif
