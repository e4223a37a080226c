/*
 * room_act - a step, or an item of a rollback, on its way.
 *
 * Part of the room; changed by its fold alone.
 */
#ifndef MODEL_ROOM_ACT_H
#define MODEL_ROOM_ACT_H

#include <stdint.h>

#include "model/regions.h"
#include "model/step.h"

struct room; /* of model/room.h */

struct room_act {
	enum step_state state;
	enum step_state before; /* its plan was shown: READY or FAILED */
	int attempt;
	int polls;
	int64_t since_ms;	    /* of the state */
	int64_t began_ms, ended_ms; /* -1: not yet */
	int64_t next_ms;	    /* next try or poll; 0 none */
	bool is_paused;		    /* by a person; it keeps its state */
	int64_t paused_ms;	    /* since when */
	int64_t idle_ms;	    /* paused in all before that, this time */
	char detail[240];
	char given_up[160]; /* a person ended it under way, in these words,
			       and what came of it is not known yet; "" */
	char job[256];	    /* where its job is looked at; "" not known */
	char key[80];	    /* idempotency key; "" before the intent */
	bool in_doubt;	    /* some try may have had its effect after all */
	bool is_open;	    /* UNKNOWN: what it began may still be under way */
	bool is_emergency;  /* its emergency variant was shown, or acts, last */
	char by[64];	    /* who confirmed */
	char second[64]; /* who approved the plan as second person; "" none */
	/* Where it stands in each region, as last said; NULL: not known, or
	 * not an act per region.  Owned. */
	struct regions *regions;
};

/* For how long the act has been paused in all, as of `now_ms`. */
int64_t room_idle_ms(const struct room_act *a, int64_t now_ms);

/* Does what the step names under "before" hold?  *gate is the first that does
 * not, -1 for the decision itself; untouched when all hold. */
bool room_before_holds(const struct room *r, size_t step, int *gate);

#endif
