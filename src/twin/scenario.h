/*
 * scenario - what goes wrong in a drill, as rows.
 *
 * A scenario only says which behaviours are on; what they do is written where
 * the state is.  To add one: a row here, its behaviour where the state asks
 * for it.
 */
#ifndef TWIN_SCENARIO_H
#define TWIN_SCENARIO_H

#include "base/err.h"

/* word, storms, limits writes, loses replies, flow never ends, regions that
 * lag, regions that are split off, help */
/* clang-format off */
#define SCENARIO_LIST(X)                                                      \
	X("trunk-storm", true, false, false, false, "", "",                   \
	  "after the switch the new trunk refuses calls and callers give up") \
	X("calm", false, false, false, false, "", "", "nothing goes wrong")   \
	X("platform-429", false, true, false, false, "", "",                  \
	  "every second write to the platform is answered 429")               \
	X("lost-replies", false, false, true, false, "", "",                  \
	  "the first write to each path takes effect, its answer is lost")    \
	X("worst-night", true, false, true, false, "", "",                    \
	  "trunk-storm and lost-replies at once")                             \
	X("never-converges", false, false, false, true, "", "",               \
	  "a flow that is published keeps deploying for ever")                \
	X("region-lag", false, false, false, false, "eu-west-1", "",          \
	  "what is deployed in eu-west-1 comes 25 s later than elsewhere")    \
	X("split-brain", false, false, false, false, "",                      \
	  "eu-west-1 ap-southeast-2",                                         \
	  "eu-west-1 and ap-southeast-2 answer 200 and stay as they are")
/* clang-format on */

struct scenario {
	const char *name;
	bool storms;	    /* the primary trunk fails after the switch */
	bool limits_writes; /* 429 for every second write to /api/v2 */
	bool loses_replies; /* for the first write to each path */
	bool flow_never_ends;
	const char *lagging; /* regions, space separated; "" none */
	const char *split;   /* the same */
};

/* The row of that name; NULL or "" means the first.  ERR_ARG lists the names:
 * scenarios are built in, a file of one's own is not read. */
enum err_code scenario_find(const struct scenario **out, const char *name,
			    struct err *e) MUST_CHECK;

#endif
