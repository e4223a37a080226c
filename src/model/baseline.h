/*
 * baseline - what is normal at one hour of the week, and the limit it gives.
 *
 * Limit = percentile of the history at the same hour of the week, with
 * headroom.  The direction decides what "headroom" widens:
 *
 *   at most             limit = P * headroom        (P the percentile p)
 *   at least, a share   limit = 100 - (100 - Q) * headroom
 *   at least, else      limit = Q / headroom        (Q the percentile 1 - p)
 *
 * so of a success rate the failing share gets the headroom.  For P or Q below
 * zero multiplication and division change places: headroom always loosens.  A
 * limit of a share stays within 0..100.  Percentiles interpolate between the
 * two nearest values.  Only points count that were accepted, are finite, rest
 * on events (n not 0), lie in the span of days and in the hour.  The order of
 * the points does not matter: the same points give the same bits.  Pure.
 */
#ifndef MODEL_BASELINE_H
#define MODEL_BASELINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BASELINE_RANKS 32 /* values kept for a rank test */
#define BASELINE_HOURS 168

/* What is normal for a signal at one hour of the week.  Plain data. */
struct baseline {
	double mean, deviation;	      /* of the accepted measurements */
	int64_t events;		      /* they rest on; 0 unknown */
	double ranks[BASELINE_RANKS]; /* evenly spaced quantiles, rising */
	size_t rank_count;	      /* 0: no rank test */
};

/* One measurement of the past. */
struct baseline_point {
	int64_t wall_ms;
	double value;
	int64_t n;     /* events it rests on; -1 unknown */
	bool accepted; /* false: in an outage, a maintenance, a test */
};

struct baseline_rule {
	double percentile; /* 0.5 .. below 1; default 0.95 */
	double headroom;   /* 1 or more; default 1.2 */
	int64_t days;	   /* of history before `until_ms`; default 90 */
	int64_t until_ms;  /* wall time; points from then on are left out */
	int64_t offset_ms; /* local time less UTC: whose hours these are */
	int hour;	   /* of the week, 0 = Monday 00:00 */
	int hours;	   /* 1..168 in a row, for a window; default 1 */
	size_t min_points; /* fewer is ERR_INPUT; default 60 */
	size_t min_weeks;  /* different weeks; default 4 */
	bool is_at_least;  /* small values are the bad ones */
	bool is_percent;   /* a share: 0..100 */
};

struct baseline_limit {
	double limit;
	double quantile;     /* before the headroom */
	size_t points;	     /* used */
	size_t weeks;	     /* different weeks they come from */
	size_t not_accepted; /* left out, of those in the hour and span */
	size_t nonsense;     /* not finite, no events, a share out of range */
	struct baseline base;
};

/* The defaults above; until_ms, hour and direction stay the caller's. */
void baseline_rule_init(struct baseline_rule *rule);

/* Hour of the week of a wall time, 0 = Monday 00:00, 0..167. */
int baseline_hour(int64_t wall_ms, int64_t offset_ms);

/* ERR_ARG for a rule out of range, ERR_INPUT for too few points or weeks (the
 * text says how many there are and how many it takes).  `points` stays as it
 * is. */
enum err_code baseline_make(struct baseline_limit *out,
			    const struct baseline_rule *rule,
			    const struct baseline_point *points, size_t count,
			    struct err *e) MUST_CHECK;

/* Where the limit comes from: "p95 1.45 x 1.2, Tue 02h, 12 weeks, n=720".
 * Fits 64 bytes. */
void baseline_source(char *to, size_t size, const struct baseline_rule *rule,
		     const struct baseline_limit *limit);

#endif
