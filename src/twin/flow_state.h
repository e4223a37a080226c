/* flow_state - values on their way, and the flow that stands in each region.
 * Plain data; see state.h. */
#ifndef TWIN_FLOW_STATE_H
#define TWIN_FLOW_STATE_H

#include <stdint.h>

#include "twin/kept.h"

#define TWIN_WORD 64
#define TWIN_LINE 200

/* `next` comes into force at due_ms; "" when nothing is on its way. */
struct twin_value {
	char now[TWIN_WORD];
	char next[TWIN_WORD];
	int64_t due_ms;
	char key[KEPT_KEY]; /* of the request that asked for it */
};

struct twin_flow {
	char id[TWIN_WORD];
	char name[TWIN_WORD];
	char description[TWIN_LINE];
	struct twin_value version;
};

/* Some objects stand in each region on their own: a request below
 * /regions/NAME sees them.  A region is there once it was asked for. */
#define TWIN_REGIONS 32
struct twin_region {
	char name[32];
	struct twin_flow flow;
};

#endif
