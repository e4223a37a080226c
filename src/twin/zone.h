/* zone - the authoritative answers for domain.com.  Pure; any thread. */
#ifndef TWIN_ZONE_H
#define TWIN_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define ZONE_ANSWER_CAP 4096

/* What the name server serves now.  Copy freely. */
struct zone_view {
	char address[64]; /* of sip.domain.com */
	int ttl_s;	  /* 1 ("automatic") is served as 300 */
	int64_t serial;
};

/* Appends the answer to a query; false (and nothing appended) for bytes that
 * deserve none: too short, or an answer themselves. */
bool zone_answer(struct buf *out, const struct zone_view *v,
		 const unsigned char *query, size_t len);

#endif
