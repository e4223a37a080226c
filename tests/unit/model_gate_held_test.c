/* gate: "TTL at most 300 s for 24 h" is proven by measurements alone. */
#include "tests/lib/test.h"

#include "base/str.h"
#include "model/gate.h"

#define HOUR INT64_C(3600000)
#define AGE 60000 /* the gate's greatest age */

static struct gate
ttl_gate(void)
{
	struct gate g;

	gate_init(&g, "dns.ttl_seconds");
	g.op = GATE_AT_MOST;
	g.limit = value_of_number(300);
	g.held_for_ms = 24 * HOUR;
	g.max_age_ms = AGE;
	return g;
}

static void
feed(const struct gate *g, struct gate_watch *w, int64_t at_ms, double value)
{
	const struct sample s = { .value = value_of_number(value),
				  .at_ms = at_ms,
				  .n = -1 };

	gate_feed(g, w, &s);
}

static void
fail_at(const struct gate *g, struct gate_watch *w, int64_t at_ms)
{
	const struct sample s = { .failed = true, .at_ms = at_ms, .n = -1 };

	gate_feed(g, w, &s);
}

/* Good ones from `from_ms` to `until_ms`, as far apart as they may be. */
static void
feed_run(const struct gate *g, struct gate_watch *w, int64_t from_ms,
	 int64_t until_ms)
{
	for (int64_t at_ms = from_ms; at_ms < until_ms; at_ms += AGE)
		feed(g, w, at_ms, 300);
	feed(g, w, until_ms, 300);
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
       enum verdict verdict, enum gate_reason reason, int64_t held_ms)
{
	struct gate_finding f = judge(g, w, now_ms);

	CHECK_ROW(verdict_word(f.verdict), f.verdict == verdict);
	CHECK_ROW(gate_reason_word(f.reason), f.reason == reason);
	assert_int_equal(f.held_ms, held_ms);
}

static void
it_is_hold_until_the_last_millisecond_of_the_span(void **state)
{
	struct gate g = ttl_gate();
	struct gate_watch w;

	TEST_UNUSED(state);
	gate_watch_init(&w);
	expect(&g, &w, 0, VERDICT_BLIND, GATE_NEVER_SEEN, 0);
	feed(&g, &w, 1000, 300);
	expect(&g, &w, 1000, VERDICT_HOLD, GATE_UNPROVEN, 0);
	feed_run(&g, &w, 1000, 24 * HOUR);
	expect(&g, &w, 24 * HOUR, VERDICT_HOLD, GATE_UNPROVEN,
	       24 * HOUR - 1000);
	feed(&g, &w, 24 * HOUR + 999, 300);
	expect(&g, &w, 24 * HOUR + 1000, VERDICT_HOLD, GATE_UNPROVEN,
	       24 * HOUR - 1);
	feed(&g, &w, 24 * HOUR + 1000, 300);
	expect(&g, &w, 24 * HOUR + 1000, VERDICT_GO, GATE_MET, 24 * HOUR);
}

static void
only_measurements_prove_not_the_time_behind_them(void **state)
{
	struct gate g = ttl_gate();
	struct gate_watch w;

	TEST_UNUSED(state);
	gate_watch_init(&w);
	feed_run(&g, &w, 0, 24 * HOUR - 1);
	expect(&g, &w, 24 * HOUR + AGE - 1, VERDICT_HOLD, GATE_UNPROVEN,
	       24 * HOUR - 1);
}

static void
a_gap_longer_than_the_greatest_age_starts_it_again(void **state)
{
	struct gate g = ttl_gate();
	struct gate_watch w;

	TEST_UNUSED(state);
	gate_watch_init(&w);
	feed_run(&g, &w, 0, HOUR);
	feed(&g, &w, HOUR + AGE, 300);
	expect(&g, &w, HOUR + AGE, VERDICT_HOLD, GATE_UNPROVEN, HOUR + AGE);
	feed(&g, &w, HOUR + 2 * AGE + 1, 300);
	expect(&g, &w, HOUR + 2 * AGE + 1, VERDICT_HOLD, GATE_UNPROVEN, 0);
}

static void
a_failed_one_breaks_nothing_and_bridges_nothing(void **state)
{
	struct gate g = ttl_gate();
	struct gate_watch w;

	TEST_UNUSED(state);
	gate_watch_init(&w);
	feed_run(&g, &w, 0, HOUR);
	fail_at(&g, &w, HOUR + AGE / 2);
	expect(&g, &w, HOUR + AGE / 2, VERDICT_BLIND, GATE_FAILED, HOUR);
	feed(&g, &w, HOUR + AGE, 300);
	expect(&g, &w, HOUR + AGE, VERDICT_HOLD, GATE_UNPROVEN, HOUR + AGE);
	for (int64_t at = HOUR + AGE + 1000; at <= HOUR + 2 * AGE; at += 1000)
		fail_at(&g, &w, at);
	feed(&g, &w, HOUR + 2 * AGE + 1, 300);
	expect(&g, &w, HOUR + 2 * AGE + 1, VERDICT_HOLD, GATE_UNPROVEN, 0);
}

static void
a_value_over_the_limit_starts_it_again(void **state)
{
	struct gate g = ttl_gate();
	struct gate_watch w;

	TEST_UNUSED(state);
	g.for_ms = HOUR;
	gate_watch_init(&w);
	feed_run(&g, &w, 0, HOUR);
	feed(&g, &w, HOUR + 1, 301);
	expect(&g, &w, HOUR + 1, VERDICT_HOLD, GATE_PENDING, 0);
	feed(&g, &w, HOUR + 2, 300);
	expect(&g, &w, HOUR + 2, VERDICT_HOLD, GATE_UNPROVEN, 0);
	feed(&g, &w, HOUR + 5002, 299);
	expect(&g, &w, HOUR + 5002, VERDICT_HOLD, GATE_UNPROVEN, 5000);
}

static void
worse_things_are_said_first(void **state)
{
	struct gate g = ttl_gate();
	struct gate_watch w;

	TEST_UNUSED(state);
	gate_watch_init(&w);
	feed(&g, &w, 0, 301);
	expect(&g, &w, 0, VERDICT_NO_GO, GATE_BREACHED, 0);
	feed_run(&g, &w, 1000, HOUR);
	expect(&g, &w, HOUR, VERDICT_HOLD, GATE_UNPROVEN, HOUR - 1000);
	expect(&g, &w, HOUR + AGE + 1, VERDICT_BLIND, GATE_STALE, HOUR - 1000);
}

static void
a_gate_that_asks_for_nothing_is_as_ever(void **state)
{
	struct gate g = ttl_gate();
	struct gate_watch w;

	TEST_UNUSED(state);
	g.held_for_ms = 0;
	gate_watch_init(&w);
	feed(&g, &w, 1000, 300);
	expect(&g, &w, 1000, VERDICT_GO, GATE_MET, 0);
}

static void
the_sentence_says_how_long_of_how_long(void **state)
{
	struct gate g = ttl_gate();
	struct gate_watch w;
	struct gate_finding f;
	struct buf out;

	TEST_UNUSED(state);
	gate_watch_init(&w);
	feed_run(&g, &w, 0, 3 * HOUR);
	f = judge(&g, &w, 3 * HOUR);
	buf_init(&out, 1000);
	gate_sentence(&out, &g, &f);
	CHECK_HOLDS(buf_str(&out), "300 s <= 300 s, held for 3h of 1d");
	CHECK_HOLDS(buf_str(&out), "GO when held for 1d without a gap.");
	buf_clear(&out);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_hold_until_the_last_millisecond_of_the_span),
		cmocka_unit_test(only_measurements_prove_not_the_time_behind_them),
		cmocka_unit_test(a_gap_longer_than_the_greatest_age_starts_it_again),
		cmocka_unit_test(a_failed_one_breaks_nothing_and_bridges_nothing),
		cmocka_unit_test(a_value_over_the_limit_starts_it_again),
		cmocka_unit_test(worse_things_are_said_first),
		cmocka_unit_test(a_gate_that_asks_for_nothing_is_as_ever),
		cmocka_unit_test(the_sentence_says_how_long_of_how_long),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
