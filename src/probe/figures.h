/*
 * figures - what a queue did in closed intervals, from Genesys Cloud or CXone.
 *
 * "If there were no interactions in the interval no data is returned": what is
 * missing is unknown, never 0, but where the other figures leave no room for
 * anything else.  Pure.
 */
#ifndef PROBE_FIGURES_H
#define PROBE_FIGURES_H

#include <stdint.h>

#include "base/json.h"

/* What is asked for; closed intervals only: until_ms is a whole granularity
 * and not in the future. */
struct figures_query {
	int64_t from_ms, until_ms; /* wall time */
	int64_t granularity_ms;	   /* whole minutes; divides the window */
	const char *queue;	   /* id; NULL: all */
	const char *media;	   /* "voice" */
};

/* Sums over all buckets; below 0: not said.  n are the events of a mean. */
struct figures {
	double offered, abandoned, answered, connected;
	double wait_ms, wait_n;	      /* until the first response */
	double within_level, level_n; /* of the service level */
	int64_t newest_ms;	      /* end of the newest bucket with data */
	int buckets;
};

/* The last closed window before `now_ms - lag_ms`. */
void figures_window(struct figures_query *q, int64_t now_ms, int64_t window_ms,
		    int64_t lag_ms);

/* Genesys Cloud: body of POST …/analytics/conversations/aggregates/query. */
void figures_genesys_body(struct buf *out, const struct figures_query *q);
/* ERR_ABSENT: no data; ERR_FORMAT with the place.  Buckets that reach beyond
 * the window are left out. */
enum err_code figures_genesys_read(struct figures *out,
				   const struct figures_query *q,
				   const struct json *doc,
				   struct err *e) MUST_CHECK;

/* CXone: path and query of GET …/skills/summary; false when it has no media
 * type of that name. */
bool figures_cxone_path(struct buf *out, const struct figures_query *q,
			const char *base);
enum err_code figures_cxone_read(struct figures *out,
				 const struct figures_query *q,
				 const struct json *doc,
				 struct err *e) MUST_CHECK;

#endif
