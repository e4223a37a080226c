/*
 * region_world - one act in eight regions, a scripted peer behind each.
 *
 * Owner thread; what the act tells is kept in `events`, by the thread that
 * performs it.
 */
#ifndef TESTS_LIB_REGION_WORLD_H
#define TESTS_LIB_REGION_WORLD_H

#include "action/action.h"
#include "base/thread.h"
#include "tests/lib/peer.h"

#define REGIONS 8
#define REGION_EVENTS 600

extern const char *const region_names[REGIONS];

struct script {
	const struct peer_row *rows;
	size_t count;
};
#define SCRIPT(rows)                  \
	{                             \
		rows, ARRAY_LEN(rows) \
	}

struct world {
	struct book *book;
	struct fence fence;
	struct action_env env;
	struct act act; /* a PATCH of /flows/1 that wants version v-2 */
	struct cancel cancel;
	struct action_job job;
	struct action_result result;
	struct peer *peers[REGIONS];
	struct action_event events[REGION_EVENTS];
	size_t event_count;
	struct thread thread;
};

/* A peer each; the act is over the regions from `from` on.  Rows are
 * borrowed. */
void world_open(struct world *w, const struct script scripts[REGIONS],
		size_t from);
void world_close(struct world *w); /* when nothing performs any more */

#endif
