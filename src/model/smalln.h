/*
 * smalln - is what little we have seen worse than the baseline?
 *
 * A rate is compared by the exact test of two proportions (Fisher,
 * one-sided), a latency by the rank test (Mann-Whitney, one-sided, ties
 * corrected).  Both answer WORSE only below SMALLN_ALPHA, since a live gate
 * asks again and again.  What a test cannot tell is UNSURE, never SAME: too
 * few events to see the rate double, no variation at all, a value that is no
 * number.  Larger is worse; callers turn the other direction round.  Pure.
 */
#ifndef MODEL_SMALLN_H
#define MODEL_SMALLN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SMALLN_ALPHA 0.001 /* chance of a false WORSE, at most, per look */
#define SMALLN_RANKS 8	   /* fewest values for the rank test */
#define SMALLN_BASE 20	   /* fewest baseline values for the rank test */

enum smalln_says {
	SMALLN_NONE, /* not asked */
	SMALLN_SAME,
	SMALLN_WORSE,
	SMALLN_UNSURE,
};

struct smalln {
	enum smalln_says says;
	double p;	/* chance of at least this by luck; 1 when unsure */
	int64_t enough; /* events (values) that would suffice; 0 unknown */
};

/* Are `hits` of `n` events more than the baseline's share explains?  Counts
 * are >= 0, hits <= n; others are UNSURE.  `enough` is what sees a doubling of
 * the baseline rate, or a rise to `limit` (0..1) when that is further away, in
 * four of five cases at a level of 5 %. */
struct smalln smalln_rate(int64_t hits, int64_t n, int64_t base_hits,
			  int64_t base_n, double limit);

/* Do the values tend to lie above those of the baseline? */
struct smalln smalln_ranks(const double *values, size_t count,
			   const double *base, size_t base_count);

#endif
