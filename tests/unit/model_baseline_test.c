/* baseline: the limit that history gives, whatever the order it comes in. */
#include "tests/lib/test.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "model/baseline.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
/* Monday 2026-08-03 00:00 UTC, and Friday 90 days later. */
#define MONDAY INT64_C(1785715200000)
#define UNTIL (MONDAY + 90 * DAY)

static struct baseline_rule
rule_of(int hour)
{
	struct baseline_rule rule;

	baseline_rule_init(&rule);
	rule.until_ms = UNTIL;
	rule.hour = hour;
	rule.min_points = 1;
	rule.min_weeks = 1;
	return rule;
}

static struct baseline_point
point(int64_t wall_ms, double value)
{
	struct baseline_point p = {
		.wall_ms = wall_ms, .value = value, .n = 100, .accepted = true
	};

	return p;
}

static void
the_defaults_are_the_guides(void **state)
{
	struct baseline_rule rule;

	TEST_UNUSED(state);
	baseline_rule_init(&rule);
	assert_true(rule.percentile == 0.95 && rule.headroom == 1.2);
	assert_int_equal(rule.days, 90);
	assert_int_equal(rule.hours, 1);
	assert_int_equal(rule.min_points, 60);
	assert_int_equal(rule.min_weeks, 4);
}

static void
hours_of_the_week_begin_on_monday(void **state)
{
	static const struct {
		const char *wall;
		int64_t offset_ms;
		int want;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0, 72 }, /* a Thursday */
		{ "1969-12-28T23:59:59Z", 0, 167 },
		{ "1969-12-29T00:00:00Z", 0, 0 },
		{ "2026-08-03T00:00:00Z", 0, 0 },
		{ "2026-08-02T23:59:59.999Z", 0, 167 },
		{ "2026-08-02T23:00:00Z", HOUR, 0 },
		{ "2026-08-03T00:00:00Z", -HOUR, 167 },
		{ "2026-11-20T02:41:00Z", 0, 98 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t wall;

		CHECK_ROW(rows[i].wall, clock_parse(rows[i].wall, &wall));
		CHECK_ROW(rows[i].wall,
			  baseline_hour(wall, rows[i].offset_ms) ==
				  rows[i].want);
	}
}

static void
the_percentile_lies_between_the_nearest_two(void **state)
{
	struct baseline_rule rule = rule_of(0);
	struct baseline_limit out;
	struct baseline_point p[11];
	struct err e;

	TEST_UNUSED(state);
	for (int i = 0; i < 11; i++)
		p[i] = point(MONDAY + i, 10 * i);
	CHECK_OK(baseline_make(&out, &rule, p, 11, &e), &e);
	assert_true(fabs(out.quantile - 95) < 1e-12);
	assert_true(fabs(out.limit - 114) < 1e-12);
	assert_int_equal(out.points, 11);
	assert_int_equal(out.weeks, 1);
	rule.percentile = 0.5;
	CHECK_OK(baseline_make(&out, &rule, p, 11, &e), &e);
	assert_true(out.quantile == 50);
	CHECK_OK(baseline_make(&out, &rule, p, 1, &e), &e);
	assert_true(out.quantile == 0 && out.limit == 0);
}

static void
headroom_loosens_in_every_direction(void **state)
{
	static const struct {
		const char *what;
		bool at_least, percent;
		double value, want;
	} rows[] = {
		{ "at most", false, false, 10, 12 },
		{ "at most below zero", false, false, -12, -10 },
		{ "at most of a share", false, true, 2, 2.4 },
		{ "a share ends at 100", false, true, 90, 100 },
		{ "at least", true, false, 12, 10 },
		{ "at least below zero", true, false, -10, -12 },
		{ "at least of a share", true, true, 99, 98.8 },
		{ "a share ends at 0", true, true, 10, 0 },
		{ "none at all", false, false, 0, 0 },
		{ "no failure at all", true, true, 100, 100 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct baseline_rule rule = rule_of(0);
		struct baseline_point p = point(MONDAY, rows[i].value);
		struct baseline_limit out;
		struct err e;

		rule.is_at_least = rows[i].at_least;
		rule.is_percent = rows[i].percent;
		CHECK_OK(baseline_make(&out, &rule, &p, 1, &e), &e);
		CHECK_ROW(rows[i].what, fabs(out.limit - rows[i].want) < 1e-12);
		CHECK_ROW(rows[i].what, out.quantile == rows[i].value);
	}
}

static void
for_at_least_the_low_tail_counts(void **state)
{
	struct baseline_rule rule = rule_of(0);
	struct baseline_limit out;
	struct baseline_point p[21];
	struct err e;

	TEST_UNUSED(state);
	for (int i = 0; i < 21; i++)
		p[i] = point(MONDAY + i, 80 + i);
	rule.is_at_least = true;
	rule.is_percent = true;
	CHECK_OK(baseline_make(&out, &rule, p, 21, &e), &e);
	assert_true(fabs(out.quantile - 81) < 1e-9);
	assert_true(fabs(out.limit - (100 - 19 * 1.2)) < 1e-9);
}

static void
only_the_hour_the_span_and_the_accepted_count(void **state)
{
	struct baseline_rule rule = rule_of(26); /* Tuesday 02h */
	struct baseline_limit out;
	const int64_t tue = MONDAY + 26 * HOUR;
	struct baseline_point p[] = {
		point(tue, 1),
		point(tue + HOUR - 1, 1),
		point(tue + 7 * DAY, 1),
		point(tue + 84 * DAY, 1),
		point(tue - 1, 50),
		point(tue + HOUR, 50),
		point(tue + DAY, 50),
		point(tue - 7 * DAY, 50),
		point(tue + 91 * DAY, 50),
		point(tue, (double)NAN),
		point(tue, (double)INFINITY),
		point(tue, 1),
		point(tue, 50),
		point(tue, 1),
	};
	struct err e;

	TEST_UNUSED(state);
	p[11].n = 0;
	p[12].accepted = false;
	p[13].n = -1;
	CHECK_OK(baseline_make(&out, &rule, p, ARRAY_LEN(p), &e), &e);
	assert_int_equal(out.points, 5);
	assert_int_equal(out.weeks, 3);
	assert_int_equal(out.nonsense, 3);
	assert_int_equal(out.not_accepted, 1);
	assert_true(out.quantile == 1);
	assert_int_equal(out.base.events, 0); /* one n is unknown */
	CHECK_OK(baseline_make(&out, &rule, p, ARRAY_LEN(p) - 1, &e), &e);
	assert_int_equal(out.base.events, 400);
}

static void
the_span_ends_before_its_last_moment(void **state)
{
	struct baseline_rule rule = rule_of(0);
	struct baseline_limit out;
	struct baseline_point p[] = {
		point(MONDAY, 1),
		point(MONDAY - 1, 9),
		point(UNTIL, 9),
		point(UNTIL - 1, 1),
	};
	struct err e;

	TEST_UNUSED(state);
	rule.hours = BASELINE_HOURS;
	CHECK_OK(baseline_make(&out, &rule, p, ARRAY_LEN(p), &e), &e);
	assert_int_equal(out.points, 2);
	assert_true(out.quantile == 1);
}

static void
a_window_of_hours_may_pass_the_end_of_the_week(void **state)
{
	struct baseline_rule rule = rule_of(166);
	struct baseline_limit out;
	struct baseline_point p[] = {
		point(MONDAY + 166 * HOUR, 1), point(MONDAY + 167 * HOUR, 1),
		point(MONDAY + 7 * DAY, 1),    point(MONDAY, 1),
		point(MONDAY + HOUR, 9),       point(MONDAY + 165 * HOUR, 9),
	};
	struct err e;

	TEST_UNUSED(state);
	rule.hours = 3;
	CHECK_OK(baseline_make(&out, &rule, p, ARRAY_LEN(p), &e), &e);
	assert_int_equal(out.points, 4);
	assert_true(out.quantile == 1);
}

static void
shares_out_of_range_are_nonsense(void **state)
{
	struct baseline_rule rule = rule_of(0);
	struct baseline_limit out;
	struct baseline_point p[] = {
		point(MONDAY, 0),
		point(MONDAY, 100),
		point(MONDAY, 100.1),
		point(MONDAY, -0.1),
	};
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(baseline_make(&out, &rule, p, 4, &e), &e);
	assert_int_equal(out.points, 4);
	rule.is_percent = true;
	CHECK_OK(baseline_make(&out, &rule, p, 4, &e), &e);
	assert_int_equal(out.points, 2);
	assert_int_equal(out.nonsense, 2);
}

static void
too_little_history_is_refused_with_numbers(void **state)
{
	struct baseline_rule rule = rule_of(0);
	struct baseline_limit out;
	struct baseline_point p[] = { point(MONDAY, 1), point(MONDAY, 2),
				      point(MONDAY + 7 * DAY, 2) };
	struct err e;

	TEST_UNUSED(state);
	rule.min_points = 3;
	rule.min_weeks = 2;
	CHECK_OK(baseline_make(&out, &rule, p, 3, &e), &e);
	rule.min_points = 4;
	CHECK_FAILS(baseline_make(&out, &rule, p, 3, &e), ERR_INPUT, &e,
		    "3 accepted measurements in 2 weeks");
	rule.min_points = 3;
	rule.min_weeks = 3;
	CHECK_FAILS(baseline_make(&out, &rule, p, 3, &e), ERR_INPUT, &e,
		    "it takes 3 in 3 weeks");
	rule.min_points = 0;
	rule.min_weeks = 0;
	CHECK_FAILS(baseline_make(&out, &rule, p, 0, &e), ERR_INPUT, &e,
		    "0 accepted");
	CHECK_FAILS(baseline_make(&out, &rule, NULL, 0, &e), ERR_INPUT, &e,
		    "0 accepted");
}

static void
rules_out_of_range_are_refused(void **state)
{
	struct baseline_rule good = rule_of(0), rule;
	struct baseline_point p = point(MONDAY, 1);
	struct baseline_limit out;
	struct err e;

	TEST_UNUSED(state);
#define REFUSED(change, part)                                               \
	do {                                                                \
		rule = good;                                                \
		rule.change;                                                \
		CHECK_FAILS(baseline_make(&out, &rule, &p, 1, &e), ERR_ARG, \
			    &e, part);                                      \
	} while (0)
#define TAKEN(change)                                                \
	do {                                                         \
		rule = good;                                         \
		rule.change;                                         \
		CHECK_OK(baseline_make(&out, &rule, &p, 1, &e), &e); \
	} while (0)
	REFUSED(percentile = 1, "percentile 1 ");
	REFUSED(percentile = 0.49, "percentile");
	REFUSED(percentile = (double)NAN, "percentile");
	TAKEN(percentile = 0.5);
	REFUSED(headroom = 0.99, "headroom");
	REFUSED(headroom = 101, "headroom");
	REFUSED(headroom = (double)NAN, "headroom");
	TAKEN(headroom = 1);
	TAKEN(headroom = 100);
	REFUSED(days = 0, "0 days");
	REFUSED(days = 3661, "days");
	TAKEN(days = 3660);
	REFUSED(hour = -1, "hour -1");
	REFUSED(hour = 168, "hour 168");
	REFUSED(hours = 0, "0 h");
	REFUSED(hours = 169, "169 h");
	rule = good;
	rule.days = 1;
	rule.until_ms = MONDAY + DAY;
	CHECK_OK(baseline_make(&out, &rule, &p, 1, &e), &e);
	rule.until_ms = MONDAY + HOUR;
	rule.hour = 167;
	p.wall_ms = MONDAY - 1;
	CHECK_OK(baseline_make(&out, &rule, &p, 1, &e), &e);
}

/* A quiet night, a busy Monday, outages not accepted. */
static size_t
ninety_days(struct baseline_point *to, uint64_t seed)
{
	struct rng r;
	size_t count = 0;

	rng_seed(&r, seed);
	for (int64_t at = MONDAY; at < UNTIL; at += 300000) {
		int hour = baseline_hour(at, 0);
		double busy = hour % 24 >= 8 && hour % 24 < 18 ? 2 : 1;
		bool outage = rng_below(&r, 50) == 0;

		busy += hour < 24 ? 0.5 : 0;
		to[count] = point(at, busy * 1.0 + 0.2 * rng_normal(&r) +
					      (outage ? 30 : 0));
		to[count].accepted = !outage;
		count++;
	}
	return count;
}

static void
ninety_days_give_the_true_percentile(void **state)
{
	static const struct {
		int hour;
		double centre;
	} rows[] = { { 10, 2.5 }, { 26, 1 }, { 34, 2 }, { 167, 1 } };
	const double z95 = 1.6448536;
	struct baseline_point *p = mem_new(90 * 288, sizeof(*p));
	size_t count = ninety_days(p, 1);

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct baseline_rule rule;
		struct baseline_limit out;
		double truth = rows[i].centre + 0.2 * z95, error;
		struct err e;

		baseline_rule_init(&rule);
		rule.until_ms = UNTIL;
		rule.hour = rows[i].hour;
		CHECK_OK(baseline_make(&out, &rule, p, count, &e), &e);
		/* Standard error of a quantile: sqrt(q(1-q)/n) / density. */
		error = sqrt(0.95 * 0.05 / (double)out.points) * 0.2 / 0.10314;
		assert_true(out.points > 130 && out.weeks >= 12);
		assert_true(out.not_accepted > 0);
		assert_true(fabs(out.quantile - truth) < 3 * error);
		assert_true(fabs(out.limit - 1.2 * truth) < 1.2 * 3 * error);
		assert_true(fabs(out.base.mean - rows[i].centre) < 0.06);
		assert_true(fabs(out.base.deviation - 0.2) < 0.04);
	}
	mem_free(p);
}

static void
the_order_of_the_points_changes_no_bit(void **state)
{
	struct baseline_point *p = mem_new(90 * 288, sizeof(*p));
	size_t count = ninety_days(p, 2);
	struct baseline_rule rule = rule_of(10);
	struct baseline_limit a, b;
	struct rng r;
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(baseline_make(&a, &rule, p, count, &e), &e);
	CHECK_OK(baseline_make(&b, &rule, p, count, &e), &e);
	assert_memory_equal(&a, &b, sizeof(a));
	rng_seed(&r, 9);
	for (size_t i = count - 1; i > 0; i--) {
		size_t j = (size_t)rng_below(&r, i + 1);
		struct baseline_point t = p[i];

		p[i] = p[j];
		p[j] = t;
	}
	CHECK_OK(baseline_make(&b, &rule, p, count, &e), &e);
	assert_memory_equal(&a, &b, sizeof(a));
	mem_free(p);
}

static void
what_is_normal_is_described(void **state)
{
	struct baseline_rule rule = rule_of(0);
	struct baseline_limit out;
	struct baseline_point p[64];
	struct err e;

	TEST_UNUSED(state);
	for (int i = 0; i < 64; i++)
		p[i] = point(MONDAY + i, 63 - i);
	CHECK_OK(baseline_make(&out, &rule, p, 64, &e), &e);
	assert_true(fabs(out.base.mean - 31.5) < 1e-12);
	assert_true(fabs(out.base.deviation - sqrt(64.0 * 65 / 12)) < 1e-12);
	assert_int_equal(out.base.events, 6400);
	assert_int_equal(out.base.rank_count, BASELINE_RANKS);
	for (size_t i = 0; i < BASELINE_RANKS; i++)
		assert_true(fabs(out.base.ranks[i] -
				 63 * ((double)i + 0.5) / 32) < 1e-9);
	CHECK_OK(baseline_make(&out, &rule, p, 1, &e), &e);
	assert_true(out.base.deviation == 0 && out.base.mean == 63);
}

static void
a_limit_says_where_it_comes_from(void **state)
{
	struct baseline_rule rule = rule_of(26);
	struct baseline_limit limit = { .quantile = 1.4500000001,
					.weeks = 12,
					.points = 720 };
	char text[64];

	TEST_UNUSED(state);
	baseline_source(text, sizeof(text), &rule, &limit);
	assert_string_equal(text, "p95 1.45 x 1.2, Tue 02h, 12 weeks, n=720");
	rule.is_at_least = true;
	rule.hour = 167;
	baseline_source(text, sizeof(text), &rule, &limit);
	assert_string_equal(text, "p5 1.45 x 1.2, Sun 23h, 12 weeks, n=720");
	rule.is_at_least = false;
	rule.percentile = 0.999;
	rule.hour = 0;
	baseline_source(text, sizeof(text), &rule, &limit);
	assert_string_equal(text, "p99.9 1.45 x 1.2, Mon 00h, 12 weeks, n=720");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_are_the_guides),
		cmocka_unit_test(hours_of_the_week_begin_on_monday),
		cmocka_unit_test(the_percentile_lies_between_the_nearest_two),
		cmocka_unit_test(headroom_loosens_in_every_direction),
		cmocka_unit_test(for_at_least_the_low_tail_counts),
		cmocka_unit_test(only_the_hour_the_span_and_the_accepted_count),
		cmocka_unit_test(the_span_ends_before_its_last_moment),
		cmocka_unit_test(
			a_window_of_hours_may_pass_the_end_of_the_week),
		cmocka_unit_test(shares_out_of_range_are_nonsense),
		cmocka_unit_test(too_little_history_is_refused_with_numbers),
		cmocka_unit_test(rules_out_of_range_are_refused),
		cmocka_unit_test(ninety_days_give_the_true_percentile),
		cmocka_unit_test(the_order_of_the_points_changes_no_bit),
		cmocka_unit_test(what_is_normal_is_described),
		cmocka_unit_test(a_limit_says_where_it_comes_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
