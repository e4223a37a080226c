/*
 * snapshot - an immutable picture of the room for screens and reports.
 *
 * Reference counted, made by the director, read by any thread.
 */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include <stdatomic.h>

#include "model/room.h"

#define SNAPSHOT_NOTICE 400

/* Per probe: the last answer, for the detail views. */
struct snapshot_probe {
	char id[BOOK_ID];
	char detail[96];
	char raw[400];
	int64_t at_ms, took_us;
	bool failed;
	uint64_t runs;
};

struct snapshot {
	atomic_int refs;
	struct room *room; /* never changed after the snapshot was made */
	int64_t now_ms;	   /* room time when made; screens add what passed */
	int64_t made_real_us;
	bool is_read_only;
	bool is_held;	  /* this process commands the room */
	bool is_deserted; /* read-only: nobody commands it, it stands still */
	char notice[SNAPSHOT_NOTICE]; /* last word to the person: a refusal, an
					 error */
	uint64_t notice_id;	      /* changes with each notice */
	struct snapshot_probe *probes;
	size_t probe_count;
};

/* Takes ownership of `room` and `probes`; one reference. */
struct snapshot *snapshot_new(struct room *room, struct snapshot_probe *probes,
			      size_t count);
struct snapshot *snapshot_take(struct snapshot *s); /* any thread */
void snapshot_drop(struct snapshot *s);		    /* any thread */

#endif
