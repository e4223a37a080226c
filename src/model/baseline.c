/* baseline - what is normal at one hour of the week, and the limit it gives. */
#include "model/baseline.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/value.h"

#define HOUR_MS 3600000
#define DAY_MS (24 * (int64_t)HOUR_MS)
#define WEEK_MS (7 * DAY_MS)
#define MONDAY_MS (4 * DAY_MS) /* 1970-01-05, the first Monday */

void
baseline_rule_init(struct baseline_rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	rule->percentile = 0.95;
	rule->headroom = 1.2;
	rule->days = 90;
	rule->hours = 1;
	rule->min_points = 60;
	rule->min_weeks = 4;
}

/* Milliseconds since a Monday 00:00, 0..WEEK_MS-1. */
static int64_t
into_week(int64_t local_ms)
{
	int64_t ms = (local_ms % WEEK_MS - MONDAY_MS) % WEEK_MS;

	return ms < 0 ? ms + WEEK_MS : ms;
}

int
baseline_hour(int64_t wall_ms, int64_t offset_ms)
{
	return (int)(into_week(wall_ms + offset_ms) / HOUR_MS);
}

/* One usable measurement and the Monday its week began. */
struct kept {
	double value;
	int64_t week_ms;
	int64_t n;
};

static bool
is_in_hours(const struct baseline_rule *rule, const struct baseline_point *p)
{
	int ahead = baseline_hour(p->wall_ms, rule->offset_ms) - rule->hour;

	if (ahead < 0)
		ahead += BASELINE_HOURS;
	return ahead < rule->hours;
}

static bool
is_in_span(const struct baseline_rule *rule, const struct baseline_point *p)
{
	return p->wall_ms < rule->until_ms &&
	       p->wall_ms >= rule->until_ms - rule->days * DAY_MS;
}

static bool
is_nonsense(const struct baseline_rule *rule, const struct baseline_point *p)
{
	if (!isfinite(p->value) || p->n == 0)
		return true;
	return rule->is_percent && (p->value < 0 || p->value > 100);
}

/* Copies what counts; the number of values. */
static size_t
keep(struct kept *to, struct baseline_limit *out,
     const struct baseline_rule *rule, const struct baseline_point *points,
     size_t count)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		const struct baseline_point *p = &points[i];
		int64_t local = p->wall_ms + rule->offset_ms;

		if (!is_in_span(rule, p) || !is_in_hours(rule, p))
			continue;
		if (!p->accepted) {
			out->not_accepted++;
		} else if (is_nonsense(rule, p)) {
			out->nonsense++;
		} else {
			to[used].value = p->value;
			to[used].week_ms = local - into_week(local);
			to[used].n = p->n;
			used++;
		}
	}
	return used;
}

static int
by_week(const void *a, const void *b)
{
	int64_t left = ((const struct kept *)a)->week_ms;
	int64_t right = ((const struct kept *)b)->week_ms;

	return (left > right) - (left < right);
}

static int
by_value(const void *a, const void *b)
{
	double left = ((const struct kept *)a)->value;
	double right = ((const struct kept *)b)->value;

	return (left > right) - (left < right);
}

static size_t
count_weeks(struct kept *kept, size_t count)
{
	size_t weeks = count > 0;

	qsort(kept, count, sizeof(*kept), by_week);
	for (size_t i = 1; i < count; i++)
		weeks += kept[i].week_ms != kept[i - 1].week_ms;
	return weeks;
}

/* Of values in rising order; `share` 0..1. */
static double
quantile(const struct kept *kept, size_t count, double share)
{
	double place = share * (double)(count - 1);
	size_t low = (size_t)place;
	double part = place - (double)low;

	if (low + 1 >= count)
		return kept[count - 1].value;
	return kept[low].value + part * (kept[low + 1].value - kept[low].value);
}

/* From values in rising order, so that their first order does not matter. */
static void
describe(struct baseline *base, const struct kept *kept, size_t count)
{
	double mean = 0, squares = 0;

	for (size_t i = 0; i < count; i++) {
		double off = kept[i].value - mean;

		mean += off / (double)(i + 1);
		squares += off * (kept[i].value - mean);
		/* One unknown count makes the sum unknown. */
		if (kept[i].n < 0 || base->events < 0)
			base->events = -1;
		else
			base->events += kept[i].n;
	}
	if (base->events < 0)
		base->events = 0;
	base->mean = mean;
	base->deviation = count > 1 ? sqrt(squares / (double)(count - 1)) : 0;
	base->rank_count = BASELINE_RANKS;
	for (size_t i = 0; i < BASELINE_RANKS; i++)
		base->ranks[i] = quantile(kept, count,
					  ((double)i + 0.5) / BASELINE_RANKS);
}

static double
widen(const struct baseline_rule *rule, double q)
{
	double h = rule->headroom;

	if (rule->is_at_least && rule->is_percent)
		return fmax(100 - (100 - q) * h, 0);
	if (rule->is_at_least)
		return q >= 0 ? q / h : q * h;
	q = q >= 0 ? q * h : q / h;
	return rule->is_percent ? fmin(q, 100) : q;
}

static enum err_code
check_rule(const struct baseline_rule *rule, struct err *e)
{
	if (!(rule->percentile >= 0.5 && rule->percentile < 1))
		return err_set(e, ERR_ARG,
			       "percentile %g is not from 0.5 to below 1",
			       rule->percentile);
	if (!(rule->headroom >= 1 && rule->headroom <= 100))
		return err_set(e, ERR_ARG, "headroom %g is not from 1 to 100",
			       rule->headroom);
	if (rule->days < 1 || rule->days > 3660)
		return err_set(e, ERR_ARG,
			       "%lld days of history are not from 1 to 3660",
			       (long long)rule->days);
	if (rule->hour < 0 || rule->hour >= BASELINE_HOURS || rule->hours < 1 ||
	    rule->hours > BASELINE_HOURS)
		return err_set(e, ERR_ARG,
			       "hour %d for %d h is not an hour of the week "
			       "(0 to 167) for 1 to 168 h",
			       rule->hour, rule->hours);
	return ERR_NONE;
}

enum err_code
baseline_make(struct baseline_limit *out, const struct baseline_rule *rule,
	      const struct baseline_point *points, size_t count, struct err *e)
{
	struct kept *kept;
	enum err_code code;
	double share;

	memset(out, 0, sizeof(*out));
	code = check_rule(rule, e);
	if (code != ERR_NONE)
		return code;
	kept = mem_new(count, sizeof(*kept));
	out->points = keep(kept, out, rule, points, count);
	out->weeks = count_weeks(kept, out->points);
	if (out->points == 0 || out->points < rule->min_points ||
	    out->weeks < rule->min_weeks) {
		code = err_set(e, ERR_INPUT,
			       "%zu accepted measurements in %zu weeks are too "
			       "few for a baseline: it takes %zu in %zu weeks",
			       out->points, out->weeks, rule->min_points,
			       rule->min_weeks);
		mem_free(kept);
		return code;
	}
	qsort(kept, out->points, sizeof(*kept), by_value);
	share = rule->is_at_least ? 1 - rule->percentile : rule->percentile;
	out->quantile = quantile(kept, out->points, share);
	out->limit = widen(rule, out->quantile);
	describe(&out->base, kept, out->points);
	mem_free(kept);
	return ERR_NONE;
}

void
baseline_source(char *to, size_t size, const struct baseline_rule *rule,
		const struct baseline_limit *limit)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu",
					    "Fri", "Sat", "Sun" };
	char share[40], value[40], headroom[40];

	assert(rule->hour >= 0 && rule->hour < BASELINE_HOURS);
	str_number(share, sizeof(share),
		   round((rule->is_at_least ? 1 - rule->percentile
					    : rule->percentile) *
			 1e4) /
			   100);
	str_number(value, sizeof(value), value_round(limit->quantile));
	str_number(headroom, sizeof(headroom), rule->headroom);
	str_printf(to, size, "p%s %s x %s, %s %02dh, %zu weeks, n=%zu", share,
		   value, headroom, days[rule->hour / 24], rule->hour % 24,
		   limit->weeks, limit->points);
}
