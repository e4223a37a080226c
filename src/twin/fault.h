/*
 * fault - what the platform does wrong on request.
 *
 * Kinds are rows; a fault in force is a kind, how often it still happens and
 * which requests it hits.  To add a kind: a row here, one place that takes it.
 * Plain data, pure.
 */
#ifndef TWIN_FAULT_H
#define TWIN_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* kind, name, help */
/* clang-format off */
#define FAULT_LIST(X)                                                         \
	X(FAULT_LOST_REPLY, "reply-lost-after-commit",                        \
	  "a write takes effect, the connection closes without an answer")    \
	X(FAULT_LIMIT, "429", "refused with Retry-After, nothing happens")    \
	X(FAULT_UNAVAILABLE, "503", "refused, nothing happens")               \
	X(FAULT_SLOW, "slow-answer", "the answer comes `ms` real ms late")    \
	X(FAULT_STUCK_JOB, "job-never-ends",                                  \
	  "what is started stays on its way for ever")                        \
	X(FAULT_REGION_LAG, "region-lag",                                     \
	  "what is deployed in the region comes `ms` room ms later")          \
	X(FAULT_SPLIT_BRAIN, "split-brain",                                   \
	  "the region named by `match` answers 200 and stays as it is")       \
	X(FAULT_LOST_TRUNK, "lost-trunk",                                     \
	  "the trunk named by `match` does not answer OPTIONS")               \
	X(FAULT_TRUNK_503, "trunk-503",                                       \
	  "the trunk answers 503, with Retry-After if told")                  \
	X(FAULT_TRUNK_FLAP, "trunk-flap",                                     \
	  "the trunk is silent for three OPTIONS of every six")               \
	X(FAULT_TRUNK_G722, "trunk-g722-only",                                \
	  "the trunk refuses calls without G722 with 488")                    \
	X(FAULT_TRUNK_RINGS, "trunk-rings",                                   \
	  "calls to the trunk ring and are not answered")                     \
	X(FAULT_EXPIRED_TOKEN, "expired-token",                               \
	  "a valid bearer token is refused with 401")
/* clang-format on */

#define FAULT_ENUM(kind, name, help) kind,
enum fault_kind { FAULT_LIST(FAULT_ENUM) FAULT_KINDS };
#undef FAULT_ENUM

#define FAULTS_MOST 32

struct fault {
	enum fault_kind kind;
	int64_t left;	   /* times it still happens; -1: for ever */
	char match[160];   /* part of the path, or the trunk; "": any */
	int64_t ms;	   /* of a slow answer, real */
	int retry_after_s; /* of a refusal */
};

struct fault_list {
	struct fault items[FAULTS_MOST];
	size_t count;
};

const char *fault_name(enum fault_kind kind); /* static text */
/* ERR_ARG lists the names. */
enum err_code fault_find(enum fault_kind *out, const char *name,
			 struct err *e) MUST_CHECK;
void fault_names(char *to, size_t size); /* all of them, "a, b, c" */

/* False when the list is full. */
bool fault_add(struct fault_list *l, const struct fault *f);

/* Does one of `kind` hit `where`?  Then it has happened once more and, if
 * `out` is given, is copied there. */
bool fault_take(struct fault_list *l, enum fault_kind kind, const char *where,
		struct fault *out);

#endif
