/* clock: monotonic room time at any speed, and times people read. */
#include "tests/lib/test.h"

#include <limits.h>

#include "base/clock.h"
#include "base/thread.h"

static void
room_time_is_real_time_at_speed_one(void **state)
{
	int64_t start;

	TEST_UNUSED(state);
	test_clock_take();
	start = clock_us();
	test_clock_forward_ms(1234);
	assert_int_equal(clock_us() - start, 1234000);
	assert_int_equal(clock_ms(), clock_us() / 1000);
	test_clock_release();
}

static void
a_drill_runs_room_time_faster_and_real_time_not(void **state)
{
	int64_t room, real;

	TEST_UNUSED(state);
	test_clock_take();
	clock_set_speed(60);
	room = clock_us();
	real = clock_real_us();
	test_clock_forward_ms(1000);
	assert_int_equal(clock_us() - room, 60000000);
	assert_int_equal(clock_real_us() - real, 1000000);
	assert_true(clock_speed() == 60);
	test_clock_release();
}

static void
a_change_of_speed_makes_no_jump(void **state)
{
	static const double speeds[] = { 1000, 0.1, 7.5, 1, 60 };

	TEST_UNUSED(state);
	test_clock_take();
	for (size_t i = 0; i < ARRAY_LEN(speeds); i++) {
		int64_t before = clock_us();

		clock_set_speed(speeds[i]);
		assert_int_equal(clock_us(), before);
		test_clock_forward_ms(10);
		assert_int_equal(clock_us() - before,
				 (int64_t)(10000 * speeds[i]));
	}
	test_clock_release();
}

static void
waits_are_translated_and_never_zero(void **state)
{
	TEST_UNUSED(state);
	assert_int_equal(clock_real_wait_ms(0), 0);
	assert_int_equal(clock_real_wait_ms(-5), 0);
	assert_int_equal(clock_real_wait_ms(250), 250);
	assert_int_equal(clock_real_wait_ms(INT64_MAX), INT_MAX);
	clock_set_speed(100);
	assert_int_equal(clock_real_wait_ms(250), 3); /* not too early */
	assert_int_equal(clock_real_wait_ms(1), 1);
	clock_set_speed(0.5);
	assert_int_equal(clock_real_wait_ms(250), 500);
	clock_set_speed(1);
}

struct reader {
	struct thread thread;
	bool went_back;
};

static void
read_on(void *arg)
{
	struct reader *r = arg;
	int64_t last = clock_us();

	for (int i = 0; i < 20000; i++) {
		int64_t now = clock_us();

		r->went_back = r->went_back || now < last;
		last = now;
	}
}

static void
time_never_runs_back_in_any_thread(void **state)
{
	struct reader readers[2] = { 0 };
	struct err e;

	TEST_UNUSED(state);
	for (size_t i = 0; i < 2; i++)
		CHECK_OK(thread_start(&readers[i].thread, "reader", read_on,
				      &readers[i], &e),
			 &e);
	/* Documented as not to be done; but even then time goes forward. */
	for (int i = 0; i < 200; i++)
		clock_set_speed(i % 2 ? 100 : 1);
	for (size_t i = 0; i < 2; i++) {
		thread_join(&readers[i].thread);
		assert_false(readers[i].went_back);
	}
	clock_set_speed(1);
}

static void
times_are_written_in_utc_with_milliseconds(void **state)
{
	static const struct {
		int64_t ms;
		const char *want;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ 1795140067123, "2026-11-20T02:01:07.123Z" },
		{ 1709164800000, "2024-02-29T00:00:00.000Z" },
		{ 4102444800000, "2100-01-01T00:00:00.000Z" },
		{ 253402300799999, "9999-12-31T23:59:59.999Z" },
		{ 253402300800000, "(time out of range)" },
		{ INT64_MAX, "(time out of range)" },
		{ INT64_MIN, "(time out of range)" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[CLOCK_TEXT];
		int64_t back = 0;

		clock_text(got, rows[i].ms);
		CHECK_ROW(rows[i].want, strcmp(got, rows[i].want) == 0);
		if (got[0] == '(')
			continue;
		CHECK_ROW(rows[i].want, clock_parse(got, &back));
		CHECK_ROW(rows[i].want, back == rows[i].ms);
	}
}

static void
times_with_any_offset_are_read(void **state)
{
	static const char *const same[] = {
		"2026-11-20T02:01:07.123Z",
		"2026-11-20t02:01:07.123z",
		"2026-11-20 02:01:07.123Z",
		"2026-11-20T03:01:07.123+01:00",
		"2026-11-19T20:31:07.123-05:30",
		"2026-11-20T02:01:07.1239Z",
		"2026-11-20T02:01:07.123-00:00",
	};
	int64_t got = 0;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		CHECK_ROW(same[i], clock_parse(same[i], &got));
		CHECK_ROW(same[i], got == 1795140067123);
	}
	assert_true(clock_parse("2026-11-20T02:01:07Z", &got));
	assert_int_equal(got, 1795140067000);
	assert_true(clock_parse("2026-11-20T02:01:07.5Z", &got));
	assert_int_equal(got, 1795140067500);
	assert_true(clock_parse("2016-12-31T23:59:60Z", &got));
	assert_int_equal(got, 1483228800000);
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"2026",
		"2026-11-20",
		"2026-11-20T02:01:07",
		"2026-11-20T02:01Z",
		"2026-11-20T02:01:07.Z",
		"2026-13-20T02:01:07Z",
		"2026-00-20T02:01:07Z",
		"2026-02-29T02:01:07Z",
		"2100-02-29T02:01:07Z",
		"2026-11-31T02:01:07Z",
		"2026-11-00T02:01:07Z",
		"2026-11-20T24:01:07Z",
		"2026-11-20T02:60:07Z",
		"2026-11-20T02:01:61Z",
		"2026-11-20T02:01:07Z ",
		" 2026-11-20T02:01:07Z",
		"2026-11-20T02:01:07+1:00",
		"2026-11-20T02:01:07+24:00",
		"2026-11-20T02:01:07+0100",
		"20261120T020107Z",
		"Fri, 20 Nov 2026 02:01:07 GMT",
	};
	int64_t got = 5;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_ROW(rows[i], !clock_parse(rows[i], &got));
	assert_false(clock_parse(NULL, &got));
	assert_int_equal(got, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_time_is_real_time_at_speed_one),
		cmocka_unit_test(
			a_drill_runs_room_time_faster_and_real_time_not),
		cmocka_unit_test(a_change_of_speed_makes_no_jump),
		cmocka_unit_test(waits_are_translated_and_never_zero),
		cmocka_unit_test(time_never_runs_back_in_any_thread),
		cmocka_unit_test(times_are_written_in_utc_with_milliseconds),
		cmocka_unit_test(times_with_any_offset_are_read),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
