/*
 * history - measurements of the past, as CSV.
 *
 * Columns time (RFC 3339), signal, value, n, accepted; the last two may be
 * left out, and an empty n or accepted is "unknown" and "true".  A first line
 * of their names may put them in another order.  Fields may stand in double
 * quotes.  A line with an empty value is a gap: counted, not kept.  Anything
 * else that does not fit is an error at its line and column.  Owner thread.
 */
#ifndef CONF_HISTORY_H
#define CONF_HISTORY_H

#include "base/digest.h"
#include "conf/finding.h"
#include "model/baseline.h"
#include "model/sample.h"

#define HISTORY_BYTES (1024u << 20) /* the largest file read */

struct history_signal {
	char name[SIGNAL_NAME];
	struct baseline_point *points; /* in the order of the file */
	size_t count, room;
};

/* Owns everything in it. */
struct history {
	struct history_signal **signals; /* by name, rising */
	size_t signal_count;
	size_t points, gaps;
	int64_t first_ms, last_ms; /* wall time; both 0 without points */
	char digest[DIGEST_HEX];   /* SHA-256 of the file */
};

/* Reads `path`.  ERR_INPUT: see `f`; else `e` says why not.  *out is to be
 * cleared in each case. */
enum err_code history_read(struct history *out, const char *path,
			   struct findings *f, struct err *e) MUST_CHECK;
void history_clear(struct history *h); /* twice is fine */

#endif
