/* drift: seen before the limit is passed, and seldom seen where none is. */
#include "tests/lib/test.h"

#include <math.h>

#include "base/rng.h"
#include "model/drift.h"

static void
a_baseline_without_spread_says_nothing(void **state)
{
	TEST_UNUSED(state);
	assert_true(drift_usable(0, 1));
	assert_true(drift_usable(-3, 1e-9));
	assert_false(drift_usable(1, 0));
	assert_false(drift_usable(1, -1));
	assert_false(drift_usable((double)NAN, 1));
	assert_false(drift_usable(1, (double)NAN));
	assert_false(drift_usable((double)INFINITY, 1));
	assert_false(drift_usable(1, (double)INFINITY));
}

static void
one_wild_measurement_is_no_drift(void **state)
{
	struct drift d = { 0 };

	TEST_UNUSED(state);
	drift_feed(&d, 1e300, 10, 1, false, 1);
	drift_feed(&d, 1e300, 10, 1, false, 2);
	assert_false(d.raised);
	drift_feed(&d, 1e300, 10, 1, false, 3);
	assert_true(d.raised);
	assert_int_equal(d.since_ms, 3);
}

static void
values_that_are_no_number_change_nothing(void **state)
{
	struct drift d = { .sum = 5 };

	TEST_UNUSED(state);
	drift_feed(&d, (double)NAN, 10, 1, false, 1);
	drift_feed(&d, (double)INFINITY, 10, 1, false, 1);
	assert_true(d.sum == 5 && !d.raised);
}

static void
only_the_bad_direction_adds_up(void **state)
{
	struct drift up = { 0 }, down = { 0 };

	TEST_UNUSED(state);
	for (int i = 0; i < 100; i++) {
		drift_feed(&up, 8, 10, 1, false, i);
		drift_feed(&down, 12, 10, 1, true, i);
	}
	assert_true(up.sum == 0 && !up.raised);
	assert_true(down.sum == 0 && !down.raised);
	for (int i = 0; i < 100; i++) {
		drift_feed(&up, 12, 10, 1, false, i);
		drift_feed(&down, 8, 10, 1, true, i);
	}
	assert_true(up.raised && down.raised);
}

static void
the_sum_is_exact_at_its_borders(void **state)
{
	struct drift d = { 0 };

	TEST_UNUSED(state);
	/* 2.5 deviations add 2 each: 2, 4, 6, 8 is not above 8; 10 is. */
	for (int i = 1; i <= 4; i++)
		drift_feed(&d, 2.5, 0, 1, false, i);
	assert_true(d.sum == DRIFT_RAISE && !d.raised);
	drift_feed(&d, 2.5, 0, 1, false, 5);
	assert_true(d.sum == 10 && d.raised && d.since_ms == 5);
	/* It stops at 12 and keeps the time it was raised. */
	drift_feed(&d, 4, 0, 1, false, 6);
	assert_true(d.sum == DRIFT_MOST && d.since_ms == 5);
	/* 11, 10, .. 5 are still a drift; 4 is calm. */
	for (int i = 7; i < 14; i++)
		drift_feed(&d, -0.5, 0, 1, false, i);
	assert_true(d.sum == 5 && d.raised);
	drift_feed(&d, -0.5, 0, 1, false, 14);
	assert_true(d.sum == DRIFT_CALM && !d.raised);
}

/* Measurements until the drift is raised, from rest. */
static int64_t
run_length(struct rng *r, double shift)
{
	struct drift d = { 0 };
	int64_t count = 0;

	while (!d.raised) {
		drift_feed(&d, 50 + 3 * (rng_normal(r) + shift), 50, 3, false,
			   0);
		count++;
	}
	return count;
}

static void
false_alarms_are_as_rare_as_documented(void **state)
{
	const int runs = 1200;
	double sum = 0, squares = 0, mean, error;
	struct rng r;

	TEST_UNUSED(state);
	rng_seed(&r, 20261120);
	for (int i = 0; i < runs; i++) {
		double n = (double)run_length(&r, 0);

		sum += n;
		squares += n * n;
	}
	mean = sum / runs;
	error = sqrt((squares / runs - mean * mean) / (runs - 1));
	print_message("one false alarm in %.0f +- %.0f measurements, "
		      "documented %.0f\n",
		      mean, 2.58 * error, DRIFT_ALARM_EVERY);
	assert_true(mean - 2.58 * error < DRIFT_ALARM_EVERY);
	assert_true(mean + 2.58 * error > DRIFT_ALARM_EVERY);
	/* The bounds are narrow enough to mean something. */
	assert_true(error < 0.035 * mean);
}

static void
a_shift_is_seen_as_soon_as_documented(void **state)
{
	static const struct {
		double shift;
		double least, most;
	} rows[] = { { 1, 15, 18 }, { 2, 5.5, 6.7 } };
	struct rng r;

	TEST_UNUSED(state);
	rng_seed(&r, 7);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double sum = 0;

		for (int k = 0; k < 4000; k++)
			sum += (double)run_length(&r, rows[i].shift);
		print_message("shift %g: seen after %.2f\n", rows[i].shift,
			      sum / 4000);
		assert_true(sum / 4000 > rows[i].least);
		assert_true(sum / 4000 < rows[i].most);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_baseline_without_spread_says_nothing),
		cmocka_unit_test(one_wild_measurement_is_no_drift),
		cmocka_unit_test(values_that_are_no_number_change_nothing),
		cmocka_unit_test(only_the_bad_direction_adds_up),
		cmocka_unit_test(the_sum_is_exact_at_its_borders),
		cmocka_unit_test(false_alarms_are_as_rare_as_documented),
		cmocka_unit_test(a_shift_is_seen_as_soon_as_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
