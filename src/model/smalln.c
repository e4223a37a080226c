/* smalln - is what little we have seen worse than the baseline? */
#include "model/smalln.h"

#include <math.h>

#define Z_LEVEL 1.6449 /* normal quantile of 95 % */
#define Z_POWER 0.8416 /* of 80 % */

static double
log_factorial(int64_t n)
{
	int sign;

	return lgamma_r((double)n + 1, &sign);
}

static double
log_choose(int64_t n, int64_t k)
{
	return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

/* Chance of `hits` or more among `n` when all hits fell at random on both
 * groups: the upper tail of the hypergeometric distribution. */
static double
fisher_tail(int64_t hits, int64_t n, int64_t base_hits, int64_t base_n)
{
	int64_t all = hits + base_hits;
	int64_t top = n < all ? n : all;
	double term = exp(log_choose(n, hits) + log_choose(base_n, base_hits) -
			  log_choose(n + base_n, all));
	double sum = term;

	for (int64_t k = hits; k < top; k++) {
		double ratio =
			(double)(n - k) * (double)(all - k) /
			((double)(k + 1) * (double)(base_n - all + k + 1));

		term *= ratio;
		sum += term;
		if (ratio < 1 && term < sum * 1e-15)
			break;
	}
	return fmin(sum, 1);
}

/* Events needed to tell the rates p0 < p1 apart (normal approximation). */
static int64_t
events_to_tell(double p0, double p1)
{
	double spread =
		Z_LEVEL * sqrt(p0 * (1 - p0)) + Z_POWER * sqrt(p1 * (1 - p1));
	double ratio = spread / (p1 - p0);

	return (int64_t)ceil(fmin(ratio * ratio, 1e15));
}

struct smalln
smalln_rate(int64_t hits, int64_t n, int64_t base_hits, int64_t base_n,
	    double limit)
{
	struct smalln r = { .says = SMALLN_UNSURE, .p = 1 };
	double p0, p1;

	if (hits < 0 || n <= 0 || hits > n || base_hits < 0 || base_n <= 0 ||
	    base_hits > base_n)
		return r;
	/* Half an event more keeps a baseline without any off zero. */
	p0 = ((double)base_hits + 0.5) / ((double)base_n + 1);
	p1 = fmax(2 * p0, isfinite(limit) ? limit : 0);
	if (p1 < 1)
		r.enough = events_to_tell(p0, p1);
	r.p = fisher_tail(hits, n, base_hits, base_n);
	if (r.p < SMALLN_ALPHA)
		r.says = SMALLN_WORSE;
	else if (r.enough > 0 && n >= r.enough && base_n >= r.enough)
		r.says = SMALLN_SAME;
	return r;
}

/* Values of `base` below `x`, ties half. */
static double
below(double x, const double *base, size_t count)
{
	double u = 0;

	for (size_t i = 0; i < count; i++)
		u += base[i] < x ? 1 : base[i] == x ? 0.5 : 0;
	return u;
}

/* How often `x` occurs in both groups together. */
static double
times(double x, const double *a, size_t a_count, const double *b,
      size_t b_count)
{
	double n = 0;

	for (size_t i = 0; i < a_count; i++)
		n += a[i] == x;
	for (size_t i = 0; i < b_count; i++)
		n += b[i] == x;
	return n;
}

/* Sum of t^3 - t over the groups of equal values, t their size: a value of
 * such a group adds t^2 - 1. */
static double
tie_term(const double *a, size_t a_count, const double *b, size_t b_count)
{
	double sum = 0;

	for (size_t i = 0; i < a_count + b_count; i++) {
		double x = i < a_count ? a[i] : b[i - a_count];
		double t = times(x, a, a_count, b, b_count);

		sum += t * t - 1;
	}
	return sum;
}

static bool
all_finite(const double *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isfinite(values[i]))
			return false;
	return true;
}

struct smalln
smalln_ranks(const double *values, size_t count, const double *base,
	     size_t base_count)
{
	struct smalln r = { .says = SMALLN_UNSURE,
			    .p = 1,
			    .enough = SMALLN_RANKS };
	double n = (double)count, m = (double)base_count;
	double all = n + m;
	double u = 0, variance;

	if (count < SMALLN_RANKS || base_count < SMALLN_BASE ||
	    !all_finite(values, count) || !all_finite(base, base_count))
		return r;
	for (size_t i = 0; i < count; i++)
		u += below(values[i], base, base_count);
	variance =
		n * m / 12 *
		(all + 1 -
		 tie_term(values, count, base, base_count) / (all * (all - 1)));
	/* All alike: nothing to rank, nothing shown. */
	if (!(variance > 1e-9))
		return r;
	/* Half a rank: the continuity correction. */
	r.p = 0.5 * erfc((u - n * m / 2 - 0.5) / sqrt(2 * variance));
	r.says = r.p < SMALLN_ALPHA ? SMALLN_WORSE : SMALLN_SAME;
	return r;
}
