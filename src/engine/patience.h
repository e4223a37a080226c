/*
 * patience - is a night still moving, or would one wait for it for ever?
 *
 * It moves when a step or an item of the rollback acts, or when that ends.  A
 * plan that is shown, withdrawn and shown again moves once; measurements and
 * what gates make of them, the decision among it, move nothing: they may come
 * and go for ever.  What is under way is waited for as long as its own time
 * lasts, however little is heard of it.  Pure; one thread.
 */
#ifndef ENGINE_PATIENCE_H
#define ENGINE_PATIENCE_H

#include "model/room.h"

struct patience {
	int64_t from_ms;	/* room time of the first look */
	int64_t waits_until_ms; /* room time: the one who looks means to wait
				   until then; 0 no.  A move ends it. */
	int64_t acted_ms;	/* room time of the last move; -1 none yet */
	unsigned shown;		/* plans since then, a bit for each state */
	int64_t moved_real_us;	/* real time when patience was last due */
};

/* The first look, at room time `now_ms` and real time `real_us`. */
void patience_begin(struct patience *p, int64_t now_ms, int64_t real_us);

/* A look at the room as of then; false once nothing has moved for
 * `most_real_ms`, which count from when what is under way should have ended. */
bool patience_lasts(struct patience *p, const struct room *r, int64_t now_ms,
		    int64_t real_us, int64_t most_real_ms);

#endif
