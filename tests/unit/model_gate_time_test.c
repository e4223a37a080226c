/* gate and time: ages, order, the future, gaps, how long a breach lasts. */
#include "tests/lib/test.h"

#include "base/str.h"
#include "model/gate.h"

#define SIG "telephony.abandonment_rate_percent"

static struct gate
gate_of(const char *signal, enum gate_op op, struct value limit)
{
	struct gate g;

	gate_init(&g, signal);
	g.op = op;
	g.limit = limit;
	return g;
}

static struct gate
at_most(double limit)
{
	return gate_of(SIG, GATE_AT_MOST, value_of_number(limit));
}

static struct sample
sample_of(int64_t at_ms, struct value v)
{
	struct sample s = { .value = v, .at_ms = at_ms, .n = -1 };

	return s;
}

static void
feed(const struct gate *g, struct gate_watch *w, int64_t at_ms, double v)
{
	struct sample s = sample_of(at_ms, value_of_number(v));

	gate_feed(g, w, &s);
}

static void
feed_failed(const struct gate *g, struct gate_watch *w, int64_t at_ms)
{
	struct sample s = { .at_ms = at_ms, .failed = true, .n = -1 };

	str_copy(s.why, sizeof(s.why), "HTTP 503");
	gate_feed(g, w, &s);
}

static struct gate_finding
judge(const struct gate *g, struct gate_watch *w, int64_t now_ms)
{
	struct gate_finding f;

	gate_judge(g, w, now_ms, &f);
	return f;
}

static void
expect(const struct gate *g, struct gate_watch *w, int64_t now_ms,
       enum verdict verdict, enum gate_reason reason)
{
	struct gate_finding f = judge(g, w, now_ms);

	CHECK_ROW(gate_reason_word(f.reason), f.reason == reason);
	CHECK_ROW(verdict_word(f.verdict), f.verdict == verdict);
	CHECK_ROW(verdict_word(f.beneath), w->muted || f.beneath == verdict);
}

static void
old_data_is_blind_after_the_greatest_age(void **state)
{
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f;

	TEST_UNUSED(state);
	feed(&g, &w, 1000, 2);
	expect(&g, &w, 1000 + GATE_MAX_AGE_MS, VERDICT_GO, GATE_MET);
	expect(&g, &w, 1001 + GATE_MAX_AGE_MS, VERDICT_BLIND, GATE_STALE);
	g.max_age_ms = 1;
	expect(&g, &w, 1001, VERDICT_GO, GATE_MET);
	f = judge(&g, &w, 1502);
	assert_int_equal(f.reason, GATE_STALE);
	assert_int_equal(f.since_ms, 501);
	assert_int_equal(f.age_ms, 502);
	assert_true(f.value.number == 2);
	feed(&g, &w, 2000, 2);
	expect(&g, &w, 2000, VERDICT_GO, GATE_MET);
}

static void
late_and_repeated_measurements_change_nothing(void **state)
{
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 }, before;

	TEST_UNUSED(state);
	feed(&g, &w, -1, 1);
	assert_false(w.seen);
	feed(&g, &w, 5000, 1);
	memcpy(&before, &w, sizeof(w));
	feed(&g, &w, 4999, 9);
	feed(&g, &w, 5000, 1);
	feed_failed(&g, &w, 4000);
	assert_memory_equal(&before, &w, sizeof(w));
}

static void
of_two_at_one_time_the_later_call_counts(void **state)
{
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 };
	struct sample s = sample_of(5000, value_of_number(1));

	TEST_UNUSED(state);
	feed(&g, &w, 5000, 1);
	feed(&g, &w, 5000, 9);
	expect(&g, &w, 5000, VERDICT_NO_GO, GATE_BREACHED);
	feed_failed(&g, &w, 5000);
	expect(&g, &w, 5000, VERDICT_NO_GO, GATE_STILL_BREACHED);
	gate_feed(&g, &w, &s);
	expect(&g, &w, 5000, VERDICT_GO, GATE_MET);
	s.n = 17;
	gate_feed(&g, &w, &s);
	assert_int_equal(judge(&g, &w, 5000).n, 17);
}

static void
a_measurement_from_the_future_is_no_measurement(void **state)
{
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f;

	TEST_UNUSED(state);
	feed(&g, &w, 1000 + GATE_FUTURE_MS, 1);
	expect(&g, &w, 1000, VERDICT_GO, GATE_MET);
	assert_int_equal(judge(&g, &w, 1000).age_ms, 0);
	gate_watch_init(&w);
	feed(&g, &w, 1001 + GATE_FUTURE_MS, 1);
	f = judge(&g, &w, 1000);
	assert_int_equal(f.verdict, VERDICT_BLIND);
	assert_int_equal(f.reason, GATE_NONSENSE);
	assert_string_equal(f.why, "measured in the future");
	assert_int_equal(f.value.kind, VALUE_NONE);
	assert_int_equal(f.since_ms, 0);
	/* It does not shut out the next true one. */
	feed(&g, &w, 1500, 1);
	expect(&g, &w, 1500, VERDICT_GO, GATE_MET);
}

static void
the_future_neither_ends_nor_forgets_a_breach(void **state)
{
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f;

	TEST_UNUSED(state);
	g.clear_for_ms = 60000;
	feed(&g, &w, 1000, 3);
	feed(&g, &w, 2000, 1);
	feed(&g, &w, 90000, 1); /* would end it */
	f = judge(&g, &w, 3000);
	assert_int_equal(f.verdict, VERDICT_NO_GO);
	assert_int_equal(f.reason, GATE_STILL_BREACHED);
	assert_string_equal(f.why, "measured in the future");
	/* The wait for the end begins anew. */
	feed(&g, &w, 4000, 1);
	feed(&g, &w, 63999, 1);
	expect(&g, &w, 63999, VERDICT_NO_GO, GATE_STILL_BREACHED);
	feed(&g, &w, 64000, 1);
	expect(&g, &w, 64000, VERDICT_GO, GATE_MET);
	/* A breach it brings stays until a true measurement ends it. */
	gate_watch_init(&w);
	g.clear_for_ms = 0;
	feed(&g, &w, 500000, 9);
	f = judge(&g, &w, 1000);
	assert_int_equal(f.reason, GATE_STILL_BREACHED);
	assert_int_equal(f.since_ms, 0);
	assert_int_equal(f.flaps, 1);
	assert_int_equal(judge(&g, &w, 2000).since_ms, 1000);
	assert_int_equal(judge(&g, &w, 1000 + GATE_FLAP_WINDOW_MS).flaps, 0);
	feed(&g, &w, 2000, 1);
	expect(&g, &w, 2000, VERDICT_GO, GATE_MET);
	/* A pending breach counts from now, not from then. */
	gate_watch_init(&w);
	g.for_ms = 10000;
	feed(&g, &w, 500000, 9);
	judge(&g, &w, 1000);
	feed(&g, &w, 11000, 9);
	expect(&g, &w, 11000, VERDICT_NO_GO, GATE_BREACHED);
	/* An end that is not from the future stays one. */
	gate_watch_init(&w);
	g.for_ms = 0;
	feed(&g, &w, 1000, 9);
	feed(&g, &w, 2000, 1);
	feed(&g, &w, 500000, 1);
	expect(&g, &w, 3000, VERDICT_BLIND, GATE_NONSENSE);
	assert_true(w.last_good.value.kind == VALUE_NONE);
}

static void
a_breach_lasts_for_before_it_counts(void **state)
{
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f;

	TEST_UNUSED(state);
	g.for_ms = 60000;
	feed(&g, &w, 10000, 3);
	f = judge(&g, &w, 50000);
	assert_int_equal(f.reason, GATE_PENDING);
	assert_int_equal(f.since_ms, 40000);
	/* At the last moment a measurement may still say it is over. */
	expect(&g, &w, 70000, VERDICT_HOLD, GATE_PENDING);
	feed(&g, &w, 70000, 2);
	expect(&g, &w, 70000, VERDICT_GO, GATE_MET);
	/* Or that it is not. */
	feed(&g, &w, 80000, 3);
	feed(&g, &w, 140000, 3);
	f = judge(&g, &w, 140000);
	assert_int_equal(f.reason, GATE_BREACHED);
	assert_int_equal(f.since_ms, 60000);
	/* Without one the clock says it, while the value is fresh. */
	gate_watch_init(&w);
	feed(&g, &w, 10000, 3);
	expect(&g, &w, 70001, VERDICT_NO_GO, GATE_BREACHED);
	gate_watch_init(&w);
	g.max_age_ms = 60000;
	feed(&g, &w, 10000, 3);
	expect(&g, &w, 70001, VERDICT_BLIND, GATE_STALE);
}

static void
time_zero_is_a_time_like_any_other(void **state)
{
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 };

	TEST_UNUSED(state);
	g.for_ms = 10000;
	feed(&g, &w, 0, 3);
	expect(&g, &w, 10001, VERDICT_NO_GO, GATE_BREACHED);
	gate_watch_init(&w);
	feed(&g, &w, 0, 3);
	feed(&g, &w, 9999, 3);
	expect(&g, &w, 9999, VERDICT_HOLD, GATE_PENDING);
	feed(&g, &w, 10000, 3);
	expect(&g, &w, 10000, VERDICT_NO_GO, GATE_BREACHED);
	gate_watch_init(&w);
	g.for_ms = 0;
	g.clear_for_ms = 10000;
	feed(&g, &w, 0, 3);
	feed(&g, &w, 0, 1);
	assert_int_equal(judge(&g, &w, 4000).clear_ms, 4000);
	feed(&g, &w, 10000, 1);
	expect(&g, &w, 10000, VERDICT_GO, GATE_MET);
}

static void
what_is_just_not_the_future_stays(void **state)
{
	const int64_t now = 60000, latest = now + GATE_FUTURE_MS;
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 };

	TEST_UNUSED(state);
	feed(&g, &w, latest, 1);
	feed_failed(&g, &w, latest + 1);
	assert_int_equal(judge(&g, &w, now).value.kind, VALUE_NUMBER);
	gate_watch_init(&w);
	feed(&g, &w, 1000, 3);
	feed(&g, &w, latest, 1);
	feed(&g, &w, latest + 1, 1);
	expect(&g, &w, now, VERDICT_BLIND, GATE_NONSENSE);
	/* Of a full ring of breaches all are known. */
	gate_watch_init(&w);
	for (int i = 0; i < GATE_FLAPS; i++) {
		feed(&g, &w, 1000 + 2 * i, 3);
		feed(&g, &w, 1001 + 2 * i, 1);
	}
	feed(&g, &w, latest + 1, 1);
	assert_int_equal(judge(&g, &w, now).flaps, GATE_FLAPS);
	assert_int_equal(w.flaps[0], 1000);
}

static void
a_gap_ends_neither_breach_nor_pending(void **state)
{
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f;

	TEST_UNUSED(state);
	g.for_ms = 60000;
	feed(&g, &w, 10000, 3);
	feed_failed(&g, &w, 20000);
	expect(&g, &w, 100000, VERDICT_BLIND, GATE_FAILED);
	feed(&g, &w, 100000, 3);
	expect(&g, &w, 100000, VERDICT_NO_GO, GATE_BREACHED);
	feed_failed(&g, &w, 101000);
	f = judge(&g, &w, 102000);
	assert_int_equal(f.verdict, VERDICT_NO_GO);
	assert_int_equal(f.reason, GATE_STILL_BREACHED);
	assert_string_equal(f.why, "HTTP 503");
	assert_int_equal(f.since_ms, 92000);
	assert_int_equal(f.clear_ms, 0);
	/* Silence is a gap too, for ever. */
	feed(&g, &w, 103000, 3);
	f = judge(&g, &w, INT64_C(1) << 40);
	assert_int_equal(f.reason, GATE_STILL_BREACHED);
	assert_string_equal(f.why, "no fresh data");
	feed(&g, &w, INT64_C(1) << 40, 1);
	expect(&g, &w, INT64_C(1) << 40, VERDICT_GO, GATE_MET);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_data_is_blind_after_the_greatest_age),
		cmocka_unit_test(late_and_repeated_measurements_change_nothing),
		cmocka_unit_test(of_two_at_one_time_the_later_call_counts),
		cmocka_unit_test(
			a_measurement_from_the_future_is_no_measurement),
		cmocka_unit_test(the_future_neither_ends_nor_forgets_a_breach),
		cmocka_unit_test(a_breach_lasts_for_before_it_counts),
		cmocka_unit_test(time_zero_is_a_time_like_any_other),
		cmocka_unit_test(what_is_just_not_the_future_stays),
		cmocka_unit_test(a_gap_ends_neither_breach_nor_pending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
