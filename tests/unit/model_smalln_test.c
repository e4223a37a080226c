/* smalln: little data is compared honestly, or not at all. */
#include "tests/lib/test.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "model/smalln.h"

static bool
is_near(double a, double b)
{
	return fabs(a - b) <= 1e-9 + 1e-7 * fabs(b);
}

static double
choose(int n, int k)
{
	double c = 1;

	for (int i = 1; i <= k; i++)
		c = c * (n - k + i) / i;
	return c;
}

/* The definition, term by term. */
static double
slow_tail(int hits, int n, int base_hits, int base_n)
{
	int all = hits + base_hits;
	double sum = 0;

	for (int k = hits; k <= n && k <= all; k++)
		if (all - k <= base_n)
			sum += choose(n, k) * choose(base_n, all - k) /
			       choose(n + base_n, all);
	return sum;
}

static void
the_tail_is_the_hypergeometric_one(void **state)
{
	TEST_UNUSED(state);
	for (int n = 1; n <= 12; n += 1)
		for (int m = 1; m <= 15; m += 2)
			for (int x = 0; x <= n; x++)
				for (int y = 0; y <= m; y++) {
					struct smalln r =
						smalln_rate(x, n, y, m, 0.5);

					assert_true(is_near(
						r.p, slow_tail(x, n, y, m)));
				}
}

static void
a_known_table_has_its_known_answer(void **state)
{
	/* The lady tasting tea: 3 of 4 against 1 of 4. */
	struct smalln r = smalln_rate(3, 4, 1, 4, 0.5);

	TEST_UNUSED(state);
	assert_true(is_near(r.p, 17.0 / 70));
	assert_int_equal(r.says, SMALLN_UNSURE);
}

static void
few_events_are_unsure_and_many_are_the_same(void **state)
{
	struct smalln few = smalln_rate(1, 50, 200, 10000, 0);
	struct smalln many;

	TEST_UNUSED(state);
	assert_int_equal(few.says, SMALLN_UNSURE);
	/* 2 % against 4 %, 5 % level, 80 % power: 386 by the formula
	 * ((1.6449 sqrt(p q) + 0.8416 sqrt(p1 q1)) / (p1 - p))^2 */
	assert_in_range(few.enough, 380, 395);
	many = smalln_rate(8, few.enough, 200, 10000, 0);
	assert_int_equal(many.says, SMALLN_SAME);
	assert_int_equal(smalln_rate(8, few.enough - 1, 200, 10000, 0).says,
			 SMALLN_UNSURE);
	/* A baseline of too few events cannot tell either. */
	assert_int_equal(smalln_rate(8, 4000, 2, 100, 0).says, SMALLN_UNSURE);
}

static void
the_needed_events_are_those_of_the_formula(void **state)
{
	static const struct {
		int64_t hits, n;
		double limit, p0, p1;
	} rows[] = {
		{ 200, 10000, 0, 200.5 / 10001, 401.0 / 10001 },
		{ 200, 10000, 0.1, 200.5 / 10001, 0.1 },
		{ 0, 10000, 0.005, 0.5 / 10001, 0.005 },
		{ 0, 10000, 0, 0.5 / 10001, 1.0 / 10001 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double p0 = rows[i].p0, p1 = rows[i].p1;
		double x = (1.6449 * sqrt(p0 * (1 - p0)) +
			    0.8416 * sqrt(p1 * (1 - p1))) /
			   (p1 - p0);

		assert_int_equal(smalln_rate(0, 10, rows[i].hits, rows[i].n,
					     rows[i].limit)
					 .enough,
				 (int64_t)ceil(x * x));
	}
}

static void
much_worse_is_said_also_of_few_events(void **state)
{
	TEST_UNUSED(state);
	assert_int_equal(smalln_rate(10, 50, 200, 10000, 0).says, SMALLN_WORSE);
	/* +650 % over a baseline of one in a thousand. */
	assert_int_equal(smalln_rate(30, 4000, 100, 100000, 0).says,
			 SMALLN_WORSE);
	/* A baseline without a single error against errors. */
	assert_int_equal(smalln_rate(5, 1000, 0, 100000, 0).says, SMALLN_WORSE);
	/* One event alone proves nothing. */
	assert_int_equal(smalln_rate(1, 1, 200, 10000, 0).says, SMALLN_UNSURE);
}

static void
nothing_and_nonsense_are_never_the_same(void **state)
{
	static const struct {
		int64_t hits, n, base_hits, base_n;
	} rows[] = {
		{ 0, 0, 0, 0 },
		{ 0, 0, 10, 100000 },
		{ 0, 100000, 0, 0 },
		{ -1, 100000, 10, 100000 },
		{ 2, 1, 10, 100000 },
		{ 0, -5, 10, 100000 },
		{ 0, 100000, -1, 100000 },
		{ 0, 100000, 11, 10 },
		{ 0, 100000, 0, -1 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct smalln r =
			smalln_rate(rows[i].hits, rows[i].n, rows[i].base_hits,
				    rows[i].base_n, 0.5);

		assert_int_equal(r.says, SMALLN_UNSURE);
		assert_true(r.p == 1 && r.enough == 0);
	}
	/* Nothing doubles from more than a half. */
	assert_int_equal(smalln_rate(60, 100, 60000, 100000, 0.5).says,
			 SMALLN_UNSURE);
	/* A limit that is no number does not disturb. */
	assert_int_equal(smalln_rate(8, 400, 200, 10000, (double)NAN).says,
			 SMALLN_SAME);
	assert_int_equal(smalln_rate(8, 400, 200, 10000, (double)INFINITY).says,
			 SMALLN_SAME);
	/* All hits, on either side: defined and not the same. */
	assert_int_equal(smalln_rate(10, 10, 10, 10, 0).says, SMALLN_UNSURE);
}

static void
false_alarms_of_rates_stay_below_their_level(void **state)
{
	const int looks = 40000;
	int worse = 0;
	struct rng r;

	TEST_UNUSED(state);
	rng_seed(&r, 11);
	for (int i = 0; i < looks; i++) {
		int64_t hits = 0;

		for (int k = 0; k < 120; k++)
			hits += rng_unit(&r) < 0.05;
		worse += smalln_rate(hits, 120, 1000, 20000, 0).says ==
			 SMALLN_WORSE;
	}
	/* Exact tests keep below their level: 40 expected at most, and three
	 * standard errors of the count above that. */
	print_message("%d false of %d\n", worse, looks);
	assert_true(worse <= 40 + 3 * sqrt(40));
	assert_true(worse > 0);
}

/* The definition of the statistic, pair by pair, without ties. */
static double
slow_ranks(const double *a, size_t n, const double *b, size_t m)
{
	double u = 0, x = (double)n, y = (double)m;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			u += a[i] > b[j];
	return 0.5 * erfc((u - x * y / 2 - 0.5) /
			  sqrt(x * y * (x + y + 1) / 12) / sqrt(2));
}

static void
ranks_without_ties_follow_the_definition(void **state)
{
	struct rng r;
	double a[12], b[32];

	TEST_UNUSED(state);
	rng_seed(&r, 3);
	for (int k = 0; k < 200; k++) {
		for (size_t i = 0; i < 12; i++)
			a[i] = rng_normal(&r) + k / 100.0;
		for (size_t i = 0; i < 32; i++)
			b[i] = rng_normal(&r);
		assert_true(is_near(smalln_ranks(a, 12, b, 32).p,
				    slow_ranks(a, 12, b, 32)));
	}
}

static void
ties_count_half_and_narrow_the_spread(void **state)
{
	/* U = 8 * 20 / 2 + 8 * 10 / 2 ... by hand: every value above the ten
	 * low ones, equal to the ten high ones: U = 8 * (10 + 5) = 120; groups
	 * of 10 and 18 alike among 28. */
	double a[8], b[20], variance, p;
	struct smalln r;

	TEST_UNUSED(state);
	for (int i = 0; i < 8; i++)
		a[i] = 2;
	for (int i = 0; i < 20; i++)
		b[i] = i < 10 ? 1 : 2;
	variance =
		8.0 * 20 / 12 * (29 - (10.0 * 99 + 18.0 * 323) / (28.0 * 27));
	p = 0.5 * erfc((120 - 80 - 0.5) / sqrt(2 * variance));
	r = smalln_ranks(a, 8, b, 20);
	assert_true(is_near(r.p, p));
	assert_int_equal(r.says, SMALLN_SAME);
}

static void
clearly_slower_is_worse_and_faster_is_not(void **state)
{
	double a[SMALLN_RANKS], b[SMALLN_BASE];

	TEST_UNUSED(state);
	for (int i = 0; i < SMALLN_BASE; i++)
		b[i] = 100 + i;
	for (int i = 0; i < SMALLN_RANKS; i++)
		a[i] = 200 + i;
	assert_int_equal(smalln_ranks(a, ARRAY_LEN(a), b, ARRAY_LEN(b)).says,
			 SMALLN_WORSE);
	for (int i = 0; i < SMALLN_RANKS; i++)
		a[i] = 10 + i;
	assert_int_equal(smalln_ranks(a, ARRAY_LEN(a), b, ARRAY_LEN(b)).says,
			 SMALLN_SAME);
}

static void
too_few_alike_or_no_numbers_are_unsure(void **state)
{
	double a[SMALLN_RANKS], b[SMALLN_BASE];

	TEST_UNUSED(state);
	for (int i = 0; i < SMALLN_BASE; i++)
		b[i] = i;
	for (int i = 0; i < SMALLN_RANKS; i++)
		a[i] = i;
	assert_int_equal(smalln_ranks(a, SMALLN_RANKS, b, SMALLN_BASE).says,
			 SMALLN_SAME);
	assert_int_equal(smalln_ranks(a, SMALLN_RANKS - 1, b, SMALLN_BASE).says,
			 SMALLN_UNSURE);
	assert_int_equal(smalln_ranks(a, SMALLN_RANKS, b, SMALLN_BASE - 1).says,
			 SMALLN_UNSURE);
	assert_int_equal(smalln_ranks(a, 0, b, 0).says, SMALLN_UNSURE);
	b[3] = (double)NAN;
	assert_int_equal(smalln_ranks(a, SMALLN_RANKS, b, SMALLN_BASE).says,
			 SMALLN_UNSURE);
	b[3] = 3;
	a[SMALLN_RANKS - 1] = (double)INFINITY;
	assert_int_equal(smalln_ranks(a, SMALLN_RANKS, b, SMALLN_BASE).says,
			 SMALLN_UNSURE);
	/* All zero: identical series pass nothing. */
	memset(a, 0, sizeof(a));
	memset(b, 0, sizeof(b));
	assert_int_equal(smalln_ranks(a, SMALLN_RANKS, b, SMALLN_BASE).says,
			 SMALLN_UNSURE);
}

static void
false_alarms_of_ranks_stay_near_their_level(void **state)
{
	const int looks = 20000;
	int worse = 0;
	struct rng r;
	double a[12], b[32];

	TEST_UNUSED(state);
	rng_seed(&r, 5);
	for (int k = 0; k < looks; k++) {
		for (size_t i = 0; i < 12; i++)
			a[i] = exp(rng_normal(&r));
		for (size_t i = 0; i < 32; i++)
			b[i] = exp(rng_normal(&r));
		worse += smalln_ranks(a, 12, b, 32).says == SMALLN_WORSE;
	}
	print_message("%d false of %d\n", worse, looks);
	assert_true(worse <= 20 + 3 * sqrt(20));
	assert_true(worse > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tail_is_the_hypergeometric_one),
		cmocka_unit_test(a_known_table_has_its_known_answer),
		cmocka_unit_test(few_events_are_unsure_and_many_are_the_same),
		cmocka_unit_test(the_needed_events_are_those_of_the_formula),
		cmocka_unit_test(much_worse_is_said_also_of_few_events),
		cmocka_unit_test(nothing_and_nonsense_are_never_the_same),
		cmocka_unit_test(false_alarms_of_rates_stay_below_their_level),
		cmocka_unit_test(ranks_without_ties_follow_the_definition),
		cmocka_unit_test(ties_count_half_and_narrow_the_spread),
		cmocka_unit_test(clearly_slower_is_worse_and_faster_is_not),
		cmocka_unit_test(too_few_alike_or_no_numbers_are_unsure),
		cmocka_unit_test(false_alarms_of_ranks_stay_near_their_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
