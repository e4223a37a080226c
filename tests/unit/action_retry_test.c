/* action_retry - the class table, row by row, and the waits. */
#include "tests/lib/test.h"

#include "action/retry.h"

static void
each_way_an_exchange_ends_has_its_class(void **state)
{
	static const struct {
		const char *what;
		struct retry_case c;
		enum retry_class want;
	} rows[] = {
		{ "200 is accepted",
		  { ERR_NONE, 200, true, true },
		  RETRY_ACCEPTED },
		{ "202 is accepted",
		  { ERR_NONE, 202, true, true },
		  RETRY_ACCEPTED },
		{ "299 is accepted",
		  { ERR_NONE, 299, true, true },
		  RETRY_ACCEPTED },
		{ "301 is final", { ERR_NONE, 301, true, true }, RETRY_FINAL },
		{ "307 is final", { ERR_NONE, 307, true, true }, RETRY_FINAL },
		{ "400 is final", { ERR_NONE, 400, true, true }, RETRY_FINAL },
		{ "401 after the renewal is final",
		  { ERR_NONE, 401, true, true },
		  RETRY_FINAL },
		{ "403 is final", { ERR_NONE, 403, true, true }, RETRY_FINAL },
		{ "404 is final", { ERR_NONE, 404, true, true }, RETRY_FINAL },
		{ "408 may be tried again",
		  { ERR_NONE, 408, true, true },
		  RETRY_AGAIN },
		{ "409 asks for a look",
		  { ERR_NONE, 409, true, true },
		  RETRY_CONFLICT },
		{ "412 is final", { ERR_NONE, 412, true, true }, RETRY_FINAL },
		{ "425 may be tried again",
		  { ERR_NONE, 425, true, true },
		  RETRY_AGAIN },
		{ "429 may be tried again",
		  { ERR_NONE, 429, true, true },
		  RETRY_AGAIN },
		{ "499 is final", { ERR_NONE, 499, true, true }, RETRY_FINAL },
		{ "500 leaves a doubt",
		  { ERR_NONE, 500, true, true },
		  RETRY_DOUBT },
		{ "501 is final", { ERR_NONE, 501, true, true }, RETRY_FINAL },
		{ "502 leaves a doubt",
		  { ERR_NONE, 502, true, true },
		  RETRY_DOUBT },
		{ "503 may be tried again",
		  { ERR_NONE, 503, true, true },
		  RETRY_AGAIN },
		{ "504 leaves a doubt",
		  { ERR_NONE, 504, true, true },
		  RETRY_DOUBT },
		{ "505 is final", { ERR_NONE, 505, true, true }, RETRY_FINAL },
		{ "507 leaves a doubt",
		  { ERR_NONE, 507, true, true },
		  RETRY_DOUBT },
		{ "600 leaves a doubt",
		  { ERR_NONE, 600, true, true },
		  RETRY_DOUBT },
		{ "100 leaves a doubt",
		  { ERR_NONE, 100, true, true },
		  RETRY_DOUBT },
		{ "a refused connection may be tried again",
		  { ERR_REFUSED, 0, true, false },
		  RETRY_AGAIN },
		{ "an unreached peer may be tried again",
		  { ERR_UNREACHED, 0, true, false },
		  RETRY_AGAIN },
		{ "a timeout before sending may be tried again",
		  { ERR_TIMEOUT, 0, true, false },
		  RETRY_AGAIN },
		{ "a timeout after sending is lost",
		  { ERR_TIMEOUT, 0, true, true },
		  RETRY_LOST },
		{ "a loss after sending is lost",
		  { ERR_LOST, 0, true, true },
		  RETRY_LOST },
		{ "an unreadable answer after sending is lost",
		  { ERR_FORMAT, 200, true, true },
		  RETRY_LOST },
		{ "an answer too large after sending is lost",
		  { ERR_LIMIT, 200, true, true },
		  RETRY_LOST },
		{ "a TLS failure is final",
		  { ERR_TLS, 0, true, false },
		  RETRY_FINAL },
		{ "the fence is final",
		  { ERR_FENCED, 0, true, false },
		  RETRY_FINAL },
		{ "a bad argument is final",
		  { ERR_ARG, 0, true, false },
		  RETRY_FINAL },
		{ "a lost read may be tried again",
		  { ERR_TIMEOUT, 0, false, true },
		  RETRY_AGAIN },
		{ "an unreadable read is final",
		  { ERR_FORMAT, 200, false, true },
		  RETRY_FINAL },
		{ "a cancel is a cut",
		  { ERR_CANCELLED, 0, true, true },
		  RETRY_CUT },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_ROW(rows[i].what,
			  retry_class_of(&rows[i].c) == rows[i].want);
}

static void
waits_are_jittered_over_a_doubling_window_up_to_thirty_seconds(void **state)
{
	static const int64_t most_ms[] = { 500,	  1000,	 2000,	4000, 8000,
					   16000, 30000, 30000, 30000 };
	struct rng r;

	TEST_UNUSED(state);
	rng_seed(&r, 7);
	for (int attempt = 1; attempt <= (int)ARRAY_LEN(most_ms); attempt++) {
		int64_t least = INT64_MAX, most = 0;

		for (int i = 0; i < 2000; i++) {
			int64_t ms = retry_delay_ms(&r, attempt, -1);

			least = ms < least ? ms : least;
			most = ms > most ? ms : most;
		}
		assert_true(most <= most_ms[attempt - 1]);
		assert_true(most > most_ms[attempt - 1] * 9 / 10);
		assert_true(least < most_ms[attempt - 1] / 10);
	}
	assert_true(retry_delay_ms(&r, 1000, -1) <= 30000);
}

static void
retry_after_is_honoured_and_bounded_to_five_minutes(void **state)
{
	struct rng r;

	TEST_UNUSED(state);
	rng_seed(&r, 7);
	assert_int_equal(retry_delay_ms(&r, 1, 42000), 42000);
	assert_int_equal(retry_delay_ms(&r, 1, 86400000), 300000);
	assert_true(retry_delay_ms(&r, 1, 0) <= 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_an_exchange_ends_has_its_class),
		cmocka_unit_test(
			waits_are_jittered_over_a_doubling_window_up_to_thirty_seconds),
		cmocka_unit_test(
			retry_after_is_honoured_and_bounded_to_five_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
