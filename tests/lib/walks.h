/*
 * walks - random nights: one legal record after the other, by a seed.
 *
 * The same seed over the same book gives the same records, so a failure can
 * be walked again.
 */
#ifndef TESTS_LIB_WALKS_H
#define TESTS_LIB_WALKS_H

#include "base/rng.h"
#include "model/room.h"

struct walk {
	struct rng rng;
	int64_t at_ms;
};

void walk_init(struct walk *w, uint64_t seed);

/* Makes the next record, which room_apply() must take.  `rec` was initialised
 * before and is overwritten. */
void walk_next(struct walk *w, const struct room *r, struct record *rec);

/* A text full of what hurts: quotes, escapes, controls, bidi, bad UTF-8. */
const char *walk_text(struct walk *w);

#endif
