/* validation: healthy is measured, since the last undo, without a break. */
#include "tests/lib/test.h"

#include "base/str.h"
#include "model/validation.h"

#define UNDONE_MS 50000 /* when the last undo ended */

static struct book_validation row;
static struct validation_watch watch;
static char text[200];

static int
begin(void **state)
{
	TEST_UNUSED(state);
	memset(&row, 0, sizeof(row));
	memset(&watch, 0, sizeof(watch));
	gate_init(&row.gate, "rollback.agents_consistent_percent");
	row.gate.op = GATE_AT_LEAST;
	row.gate.limit = value_of_number(98);
	row.for_ms = 120000;
	return 0;
}

static void
measure(int64_t at_ms, double value)
{
	struct sample s = { .value = value_of_number(value),
			    .at_ms = at_ms,
			    .n = 100 };

	str_copy(s.signal, sizeof(s.signal), row.gate.signal);
	validation_feed(&row, &watch, &s);
}

static void
fail_to_measure(int64_t at_ms)
{
	struct sample s = { .at_ms = at_ms, .n = -1, .failed = true };

	str_copy(s.signal, sizeof(s.signal), row.gate.signal);
	str_copy(s.why, sizeof(s.why), "refused");
	validation_feed(&row, &watch, &s);
}

static enum validation_state
judge(int64_t now_ms)
{
	return validation_judge(&row, &watch, UNDONE_MS, now_ms, text,
				sizeof(text));
}

static void
nothing_measured_is_no_health(void **state)
{
	TEST_UNUSED(state);
	assert_int_equal(judge(UNDONE_MS + 1), VALIDATION_MISSING);
	CHECK_HOLDS(text, "not measured since the last undo");
}

static void
what_was_good_before_the_last_undo_counts_for_nothing(void **state)
{
	TEST_UNUSED(state);
	measure(UNDONE_MS - 1, 100);
	assert_int_equal(judge(UNDONE_MS + 1000), VALIDATION_MISSING);
	row.for_ms = 0;
	assert_int_equal(judge(UNDONE_MS + 1000), VALIDATION_MISSING);
	measure(UNDONE_MS, 100);
	assert_int_equal(judge(UNDONE_MS + 1000), VALIDATION_HOLDS);
}

/* Good all the time, and it still takes two minutes from the last undo. */
static void
time_counts_from_the_last_undo(void **state)
{
	TEST_UNUSED(state);
	for (int64_t at = 0; at <= 300000; at += 10000) {
		measure(at, 100);
		assert_int_equal(judge(at), at < UNDONE_MS ? VALIDATION_MISSING
					    : at < UNDONE_MS + 120000
						    ? VALIDATION_SETTLING
						    : VALIDATION_HOLDS);
	}
}

static void
the_border_is_good_and_a_hair_below_is_not(void **state)
{
	TEST_UNUSED(state);
	row.for_ms = 0;
	measure(60000, 98);
	assert_int_equal(judge(60000), VALIDATION_HOLDS);
	measure(61000, 97.99);
	assert_int_equal(judge(61000), VALIDATION_FAILING);
	CHECK_HOLDS(text, "wanted >= 98");
}

/* Between two looks it was bad once; both looks see it good. */
static void
a_break_that_nobody_looked_at_begins_it_again(void **state)
{
	TEST_UNUSED(state);
	measure(60000, 100);
	assert_int_equal(judge(60000), VALIDATION_SETTLING);
	measure(100000, 50);
	measure(110000, 100);
	assert_int_equal(judge(181000), VALIDATION_SETTLING);
	measure(225000, 100);
	assert_int_equal(judge(229999), VALIDATION_SETTLING);
	measure(230000, 100);
	assert_int_equal(judge(230000), VALIDATION_HOLDS);
}

/* One good answer, and then none: two minutes later nobody knows more. */
static void
the_time_behind_the_last_measurement_proves_nothing(void **state)
{
	TEST_UNUSED(state);
	row.gate.max_age_ms = 600000;
	measure(60000, 100);
	assert_int_equal(judge(60000), VALIDATION_SETTLING);
	assert_int_equal(judge(180000), VALIDATION_SETTLING);
	assert_int_equal(judge(660000), VALIDATION_SETTLING);
	measure(180000, 100);
	assert_int_equal(judge(180000), VALIDATION_HOLDS);
}

/* Longer than the greatest age, and both ends of it were looked at. */
static void
a_silence_that_nobody_looked_at_begins_it_again(void **state)
{
	TEST_UNUSED(state);
	row.gate.max_age_ms = 30000;
	measure(60000, 100);
	assert_int_equal(judge(60000), VALIDATION_SETTLING);
	measure(200000, 100);
	assert_int_equal(judge(200000), VALIDATION_SETTLING);
}

static void
a_failed_measurement_begins_it_again(void **state)
{
	TEST_UNUSED(state);
	measure(60000, 100);
	fail_to_measure(170000);
	assert_int_equal(judge(170000), VALIDATION_MISSING);
	CHECK_HOLDS(text, "refused");
	measure(175000, 100);
	assert_int_equal(judge(181000), VALIDATION_SETTLING);
}

static void
silence_begins_it_again(void **state)
{
	TEST_UNUSED(state);
	row.gate.max_age_ms = 30000;
	measure(60000, 100);
	assert_int_equal(judge(90001), VALIDATION_MISSING);
	measure(100000, 100);
	assert_int_equal(judge(100000), VALIDATION_SETTLING);
	for (int64_t at = 110000; at <= 220000; at += 10000)
		measure(at, 100);
	assert_int_equal(judge(219999), VALIDATION_SETTLING);
	assert_int_equal(judge(220000), VALIDATION_HOLDS);
}

static void
a_channel_is_named(void **state)
{
	TEST_UNUSED(state);
	str_copy(row.channel, sizeof(row.channel), "outbound");
	measure(60000, 50);
	judge(60000);
	CHECK_HOLDS(text, "(outbound) 50");
}

int
main(void)
{
#define ROW_TEST(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
		ROW_TEST(nothing_measured_is_no_health),
		ROW_TEST(what_was_good_before_the_last_undo_counts_for_nothing),
		ROW_TEST(time_counts_from_the_last_undo),
		ROW_TEST(the_border_is_good_and_a_hair_below_is_not),
		ROW_TEST(a_break_that_nobody_looked_at_begins_it_again),
		ROW_TEST(a_failed_measurement_begins_it_again),
		ROW_TEST(silence_begins_it_again),
		ROW_TEST(the_time_behind_the_last_measurement_proves_nothing),
		ROW_TEST(a_silence_that_nobody_looked_at_begins_it_again),
		ROW_TEST(a_channel_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
