/* settle - what takes time comes into force, and what follows from it.  Pure;
 * under the state's lock. */
#ifndef TWIN_SETTLE_H
#define TWIN_SETTLE_H

#include "twin/state.h"

/* Called for each change that came into force; `path` is where to read it. */
typedef void settle_event(void *ctx, const char *path, const char *key,
			  const char *effect);

/* Lets everything due by `now_ms` come into force; returns when the next thing
 * is due, TWIN_NEVER when nothing is on its way. */
int64_t settle_due(struct twin_state *s, int64_t now_ms, settle_event *event,
		   void *ctx);

/* Points the record; false when nothing changes.  The name server follows a
 * little later, the callers at once. */
bool settle_point(struct twin_state *s, const char *content, int ttl_s,
		  int64_t now_ms, const char *key);

#endif
