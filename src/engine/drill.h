/*
 * drill - a headless commander that follows a policy, and the score.
 *
 * It sits where a person sits: it looks at snapshots and sends commands, with
 * the phrase typed and the digest seen; it has no other way in.
 */
#ifndef ENGINE_DRILL_H
#define ENGINE_DRILL_H

#include "base/buf.h"
#include "engine/engine.h"

struct drill_policy {
	int64_t think_ms; /* room time the verdicts must have been quiet before
			     a proposed rollback is taken */
	int64_t patience_ms; /* real time in which nothing moves, by patience.h:
				then it gives up */
	bool plays_second;   /* a rule in the way is overridden */
	int stop_fd;	     /* readable: park and end with 130; -1: none */
	/* Called for each look, NULL for none: progress lines. */
	void (*watch)(void *ctx, const struct snapshot *s);
	void *ctx;
};

/* Walks the room to its end; returns the exit code: 0 done, 1 NO-GO before
 * anything ran or a step failed, 4 BLIND, 5 rolled back and validated, 6 a
 * person is needed, 130 told to stop.  Closes the room (5, 0, 1) or leaves it
 * parked (4, 6); 6 also where a plan waits for a second person that no policy
 * plays. */
int drill_walk(struct engine *g, const struct drill_policy *policy);

/* What an independent witness says about the fault; -1 unknown. */
struct drill_witness {
	int64_t fault_wall_ms; /* when it began */
};

/* The score as one JSON object: decision, detection delay, rollback duration
 * against RTO, steps, leftovers, journal head. */
void drill_score(struct buf *out, const struct snapshot *s,
		 const struct drill_witness *witness, int exit_code);

#endif
