/* gate: hysteresis, flapping, mutes, baselines: what a gate remembers. */
#include "tests/lib/test.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "model/gate.h"

#define SIG "telephony.abandonment_rate_percent"

static struct gate
gate_of(const char *signal, enum gate_op op, double limit)
{
	struct gate g;

	gate_init(&g, signal);
	g.op = op;
	g.limit = value_of_number(limit);
	return g;
}

static void
feed_n(const struct gate *g, struct gate_watch *w, int64_t at_ms, double v,
       int64_t n)
{
	struct sample s = { .value = value_of_number(v),
			    .at_ms = at_ms,
			    .n = n };

	gate_feed(g, w, &s);
}

static void
feed(const struct gate *g, struct gate_watch *w, int64_t at_ms, double v)
{
	feed_n(g, w, at_ms, v, -1);
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
}

static void
a_breach_ends_far_and_long_enough_inside(void **state)
{
	struct gate g = gate_of(SIG, GATE_AT_MOST, 2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f;

	TEST_UNUSED(state);
	g.has_clear = true;
	g.clear = 2.3;
	g.clear_for_ms = 20000;
	feed(&g, &w, 10000, 2.9);
	feed(&g, &w, 20000, nextafter(2.3, 9)); /* not far enough */
	f = judge(&g, &w, 25000);
	assert_int_equal(f.reason, GATE_STILL_BREACHED);
	assert_int_equal(f.clear_ms, 0);
	assert_int_equal(f.since_ms, 15000);
	feed(&g, &w, 30000, 2.3);
	assert_int_equal(judge(&g, &w, 41000).clear_ms, 11000);
	/* The clock alone ends nothing good. */
	expect(&g, &w, 99000, VERDICT_NO_GO, GATE_STILL_BREACHED);
	feed(&g, &w, 49999, 2.3);
	expect(&g, &w, 49999, VERDICT_NO_GO, GATE_STILL_BREACHED);
	feed(&g, &w, 50000, 2.3);
	f = judge(&g, &w, 50500);
	assert_int_equal(f.reason, GATE_MET);
	assert_int_equal(f.since_ms, 500); /* since it was over */
	/* Between clear and limit is fine outside a breach. */
	feed(&g, &w, 60000, 2.5);
	expect(&g, &w, 60000, VERDICT_GO, GATE_MET);
}

static void
going_over_again_keeps_the_breach_and_its_begin(void **state)
{
	struct gate g = gate_of(SIG, GATE_AT_MOST, 2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f;

	TEST_UNUSED(state);
	g.clear_for_ms = 20000;
	feed(&g, &w, 10000, 2.9);
	feed(&g, &w, 20000, 2);
	feed(&g, &w, 30000, 2.6);
	f = judge(&g, &w, 30000);
	assert_int_equal(f.reason, GATE_BREACHED);
	assert_int_equal(f.since_ms, 20000);
	assert_int_equal(f.flaps, 1);
	/* The wait for the end begins anew. */
	feed(&g, &w, 35000, 2);
	feed(&g, &w, 54000, 2);
	expect(&g, &w, 54000, VERDICT_NO_GO, GATE_STILL_BREACHED);
	feed(&g, &w, 55000, 2);
	expect(&g, &w, 55000, VERDICT_GO, GATE_MET);
}

static void
gates_of_the_other_direction_are_mirrored(void **state)
{
	struct gate g = gate_of("t.success_rate_percent", GATE_AT_LEAST, 99.2);
	struct gate_watch w = { 0 };

	TEST_UNUSED(state);
	g.has_clear = g.has_warn = true;
	g.clear = 99.4;
	g.warn = 99.5;
	feed(&g, &w, 1000, 99.1);
	expect(&g, &w, 1000, VERDICT_NO_GO, GATE_BREACHED);
	feed(&g, &w, 2000, nextafter(99.4, 0));
	expect(&g, &w, 2000, VERDICT_NO_GO, GATE_STILL_BREACHED);
	feed(&g, &w, 3000, 99.4);
	expect(&g, &w, 3000, VERDICT_HOLD, GATE_WARNED);
	feed(&g, &w, 4000, 99.5);
	expect(&g, &w, 4000, VERDICT_HOLD, GATE_WARNED);
	feed(&g, &w, 5000, nextafter(99.5, 100));
	expect(&g, &w, 5000, VERDICT_GO, GATE_MET);
	feed(&g, &w, 6000, 99.2);
	expect(&g, &w, 6000, VERDICT_HOLD, GATE_WARNED);
}

static void
the_warn_band_begins_at_warn_and_ends_at_the_limit(void **state)
{
	struct gate g = gate_of(SIG, GATE_AT_MOST, 2.5);
	struct gate_watch w = { 0 };

	TEST_UNUSED(state);
	g.has_warn = true;
	g.warn = 2.2;
	feed(&g, &w, 1000, nextafter(2.2, 0));
	expect(&g, &w, 1000, VERDICT_GO, GATE_MET);
	feed(&g, &w, 2000, 2.2);
	expect(&g, &w, 2000, VERDICT_HOLD, GATE_WARNED);
	feed(&g, &w, 3000, 2.5);
	expect(&g, &w, 3000, VERDICT_HOLD, GATE_WARNED);
	assert_int_equal(judge(&g, &w, 4000).since_ms, 2000);
	assert_string_equal(judge(&g, &w, 4000).why, "");
	/* Equality and versions have no band and no clear limit. */
	g = gate_of("a.x", GATE_EQUALS, 3);
	g.has_warn = g.has_clear = true;
	gate_watch_init(&w);
	feed(&g, &w, 1000, 4);
	expect(&g, &w, 1000, VERDICT_NO_GO, GATE_BREACHED);
	feed(&g, &w, 2000, 3);
	expect(&g, &w, 2000, VERDICT_GO, GATE_MET);
}

static void
percent_against_fraction_is_doubtful(void **state)
{
	static const struct {
		const char *signal;
		enum gate_op op;
		double limit, value;
		enum gate_reason want;
		const char *why;
	} rows[] = {
		{ "a.r_percent", GATE_AT_LEAST, 99.2, 100, GATE_MET, "" },
		{ "a.r_percent", GATE_AT_LEAST, 99.2, 100.5, GATE_WARNED,
		  "over 100 %" },
		{ "a.r_percent", GATE_AT_LEAST, 100, 9940, GATE_WARNED,
		  "over 100 %" },
		{ "a.r_percent", GATE_AT_MOST, 150, 120, GATE_MET, "" },
		{ "a.r_percent", GATE_AT_LEAST, 0.5, 25, GATE_WARNED,
		  "limit a fraction, value a percentage?" },
		{ "a.r_percent", GATE_AT_LEAST, 0.5, 24.9, GATE_MET, "" },
		{ "a.r_percent", GATE_AT_LEAST, 1, 99, GATE_MET, "" },
		{ "a.r_percent", GATE_AT_LEAST, 0, 99, GATE_MET, "" },
		{ "a.r_percent", GATE_AT_MOST, 0.025, 2.5, GATE_BREACHED, "" },
		{ "a.r", GATE_AT_LEAST, 99.2, 9940, GATE_MET, "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gate g =
			gate_of(rows[i].signal, rows[i].op, rows[i].limit);
		struct gate_watch w = { 0 };
		struct gate_finding f;

		feed(&g, &w, 1000, rows[i].value);
		f = judge(&g, &w, 1000);
		assert_int_equal(f.reason, rows[i].want);
		assert_string_equal(f.why, rows[i].why);
	}
}

/* One breach of a second at each of the times. */
static void
flap_at(const struct gate *g, struct gate_watch *w, int64_t at_ms)
{
	feed(g, w, at_ms, 9);
	feed(g, w, at_ms + 1000, 1);
}

static void
three_breaches_in_ten_minutes_are_flapping(void **state)
{
	struct gate g = gate_of(SIG, GATE_AT_MOST, 2.5);
	struct gate_watch w = { 0 };

	TEST_UNUSED(state);
	flap_at(&g, &w, 100000);
	flap_at(&g, &w, 200000);
	expect(&g, &w, 210000, VERDICT_GO, GATE_MET);
	assert_int_equal(judge(&g, &w, 210000).flaps, 2);
	flap_at(&g, &w, 300000);
	expect(&g, &w, 310000, VERDICT_HOLD, GATE_FLAPPING);
	assert_int_equal(judge(&g, &w, 310000).flaps, 3);
	/* A breach is a breach, flapping or not. */
	feed(&g, &w, 320000, 9);
	expect(&g, &w, 320000, VERDICT_NO_GO, GATE_BREACHED);
	assert_int_equal(judge(&g, &w, 320000).flaps, 4);
	feed(&g, &w, 330000, 1);
	/* The first two leave the window: 700 000 and 800 000. */
	feed(&g, &w, 790000, 1);
	expect(&g, &w, 799999, VERDICT_HOLD, GATE_FLAPPING);
	assert_int_equal(judge(&g, &w, 799999).flaps, 3);
	expect(&g, &w, 800000, VERDICT_GO, GATE_MET);
	assert_int_equal(judge(&g, &w, 800000).flaps, 2);
}

static void
more_breaches_than_fit_push_out_the_oldest(void **state)
{
	struct gate g = gate_of(SIG, GATE_AT_MOST, 2.5);
	struct gate_watch w = { 0 };

	TEST_UNUSED(state);
	for (int64_t i = 0; i < GATE_FLAPS + 3; i++)
		flap_at(&g, &w, 10000 * (i + 1));
	assert_int_equal(judge(&g, &w, 120000).flaps, GATE_FLAPS);
	assert_int_equal(w.flaps[0], 40000);
	assert_int_equal(w.flaps[GATE_FLAPS - 1], 110000);
}

static void
a_mute_is_off_with_its_reason_and_its_end(void **state)
{
	struct gate g = gate_of(SIG, GATE_AT_MOST, 2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f;

	TEST_UNUSED(state);
	assert_false(gate_mute(&w, "", 0));
	assert_false(gate_mute(&w, NULL, 0));
	assert_false(w.muted);
	feed(&g, &w, 1000, 9);
	assert_true(gate_mute(&w, "carrier works", 60000));
	f = judge(&g, &w, 2000);
	assert_int_equal(f.verdict, VERDICT_OFF);
	assert_int_equal(f.reason, GATE_MUTED);
	assert_int_equal(f.beneath, VERDICT_NO_GO);
	assert_int_equal(f.left_ms, 58000);
	assert_int_equal(f.since_ms, -1);
	assert_string_equal(f.why, "carrier works");
	assert_true(f.value.number == 9);
	/* It ends by itself, and the breach is still there. */
	expect(&g, &w, 59999, VERDICT_OFF, GATE_MUTED);
	expect(&g, &w, 60000, VERDICT_NO_GO, GATE_BREACHED);
	assert_false(w.muted);
	assert_string_equal(w.mute_reason, "");
	/* Without an end it lasts. */
	assert_true(gate_mute(&w, "broken probe", 0));
	f = judge(&g, &w, INT64_C(1) << 40);
	assert_int_equal(f.verdict, VERDICT_OFF);
	assert_int_equal(f.left_ms, 0);
	gate_unmute(&w);
	expect(&g, &w, 60000, VERDICT_NO_GO, GATE_BREACHED);
}

static void
a_mute_cuts_a_long_reason(void **state)
{
	struct gate_watch w = { 0 };
	char reason[200];

	TEST_UNUSED(state);
	memset(reason, 'r', sizeof(reason));
	reason[sizeof(reason) - 1] = '\0';
	assert_true(gate_mute(&w, reason, 0));
	assert_int_equal(strlen(w.mute_reason), sizeof(w.mute_reason) - 1);
}

static void
drift_holds_before_the_limit_is_passed(void **state)
{
	struct baseline b = { .mean = 1, .deviation = 0.1 };
	struct gate g = gate_of("t.x", GATE_AT_MOST, 2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f;
	struct rng r;
	int64_t at = 0;

	TEST_UNUSED(state);
	rng_seed(&r, 4);
	g.base = &b;
	for (; at < 200000; at += 1000)
		feed(&g, &w, at, 1 + 0.1 * rng_normal(&r));
	expect(&g, &w, at, VERDICT_GO, GATE_MET);
	for (; at < 230000; at += 1000)
		feed(&g, &w, at, 1.2 + 0.1 * rng_normal(&r));
	f = judge(&g, &w, at);
	assert_int_equal(f.verdict, VERDICT_HOLD);
	assert_int_equal(f.reason, GATE_DRIFTING);
	assert_in_range(f.since_ms, 15000, 29000);
	/* Back at the baseline it calms down. */
	for (; at < 270000; at += 1000)
		feed(&g, &w, at, 1);
	expect(&g, &w, at, VERDICT_GO, GATE_MET);
	/* Downwards is the good direction here, and the bad one there. */
	for (; at < 300000; at += 1000)
		feed(&g, &w, at, 0.5);
	expect(&g, &w, at, VERDICT_GO, GATE_MET);
	g = gate_of("t.x", GATE_AT_LEAST, 0.1);
	g.base = &b;
	gate_watch_init(&w);
	for (at = 0; at < 30000; at += 1000)
		feed(&g, &w, at, 0.5);
	expect(&g, &w, at, VERDICT_HOLD, GATE_DRIFTING);
	/* Without spread there is no drift. */
	b.deviation = 0;
	gate_watch_init(&w);
	feed(&g, &w, 0, 0.5);
	expect(&g, &w, 0, VERDICT_GO, GATE_MET);
}

static void
a_repeated_measurement_does_not_drift_twice(void **state)
{
	struct baseline b = { .mean = 1, .deviation = 0.1 };
	struct gate g = gate_of("t.x", GATE_AT_MOST, 2.5);
	struct gate_watch w = { 0 };
	double sum;

	TEST_UNUSED(state);
	g.base = &b;
	feed(&g, &w, 1000, 1.2);
	sum = w.drift.sum;
	assert_true(sum > 0);
	feed(&g, &w, 1000, 1.2);
	assert_true(w.drift.sum == sum);
}

static void
a_small_share_is_compared_with_its_baseline(void **state)
{
	struct baseline b = { .mean = 2, .events = 100000 };
	struct gate g = gate_of(SIG, GATE_AT_MOST, 4);
	struct gate_watch w = { 0 };

	TEST_UNUSED(state);
	g.base = &b;
	feed_n(&g, &w, 1000, 2, 100);
	expect(&g, &w, 1000, VERDICT_HOLD, GATE_UNSURE);
	assert_string_equal(judge(&g, &w, 1000).why, "391 needed");
	feed_n(&g, &w, 2000, 2, 391);
	expect(&g, &w, 2000, VERDICT_GO, GATE_MET);
	feed_n(&g, &w, 3000, 3.9, 4000);
	expect(&g, &w, 3000, VERDICT_HOLD, GATE_DRIFTING);
	assert_string_equal(judge(&g, &w, 3000).why,
			    "worse than its baseline beyond chance");
	/* Not asked: n unknown, no events behind the baseline. */
	feed_n(&g, &w, 4000, 2, -1);
	expect(&g, &w, 4000, VERDICT_GO, GATE_MET);
	b.events = 0;
	feed_n(&g, &w, 5000, 2, 100);
	expect(&g, &w, 5000, VERDICT_GO, GATE_MET);
	/* Of a success rate it is the failures that count. */
	b = (struct baseline){ .mean = 98, .events = 100000 };
	g = gate_of("t.success_rate_percent", GATE_AT_LEAST, 96);
	g.base = &b;
	gate_watch_init(&w);
	feed_n(&g, &w, 1000, 98, 390);
	expect(&g, &w, 1000, VERDICT_HOLD, GATE_UNSURE);
	feed_n(&g, &w, 2000, 98, 391);
	expect(&g, &w, 2000, VERDICT_GO, GATE_MET);
	feed_n(&g, &w, 3000, 96.1, 4000);
	expect(&g, &w, 3000, VERDICT_HOLD, GATE_DRIFTING);
	feed_n(&g, &w, 4000, 100, 4000);
	expect(&g, &w, 4000, VERDICT_GO, GATE_MET);
	/* All well, of a few, is not yet well; what nothing can tell apart
	 * names no number. */
	feed_n(&g, &w, 4500, 100, 10);
	expect(&g, &w, 4500, VERDICT_HOLD, GATE_UNSURE);
	b.mean = 40;
	g.limit.number = 30;
	feed_n(&g, &w, 4600, 40, 10);
	expect(&g, &w, 4600, VERDICT_HOLD, GATE_UNSURE);
	assert_string_equal(judge(&g, &w, 4600).why, "");
	/* A share above 100 is not compared. */
	g.limit.number = 101;
	g.op = GATE_AT_MOST;
	feed_n(&g, &w, 5000, 101, 4000);
	expect(&g, &w, 5000, VERDICT_GO, GATE_MET);
}

static void
few_latencies_are_unsure_and_slower_ones_hold(void **state)
{
	struct baseline b = { .rank_count = BASELINE_RANKS };
	struct gate g = gate_of("t.latency_ms", GATE_AT_MOST, 1200);
	struct gate_watch w = { 0 };
	int64_t at = 0;

	TEST_UNUSED(state);
	for (int i = 0; i < BASELINE_RANKS; i++)
		b.ranks[i] = 400 + 10 * i;
	g.base = &b;
	for (; at < SMALLN_RANKS - 1; at++) {
		feed(&g, &w, at, 500 + (double)at);
		expect(&g, &w, at, VERDICT_HOLD, GATE_UNSURE);
	}
	assert_string_equal(judge(&g, &w, at).why, "8 needed");
	feed(&g, &w, at++, 520);
	expect(&g, &w, at, VERDICT_GO, GATE_MET);
	for (; at < 40; at++)
		feed(&g, &w, at, 900 + (double)at);
	expect(&g, &w, at, VERDICT_HOLD, GATE_DRIFTING);
	/* The ring forgets the slow ones. */
	for (; at < 40 + GATE_RECENT; at++)
		feed(&g, &w, at, 500);
	expect(&g, &w, at, VERDICT_GO, GATE_MET);
	/* No ranks, no test; nor for a gate that wants slowness. */
	b.rank_count = 0;
	gate_watch_init(&w);
	feed(&g, &w, 1, 500);
	expect(&g, &w, 1, VERDICT_GO, GATE_MET);
	b.rank_count = BASELINE_RANKS;
	g.op = GATE_AT_LEAST;
	g.limit.number = 10;
	gate_watch_init(&w);
	feed(&g, &w, 1, 500);
	expect(&g, &w, 1, VERDICT_GO, GATE_MET);
	/* Nor for what is no latency. */
	g = gate_of("t.latency_sum", GATE_AT_MOST, 1200);
	g.base = &b;
	gate_watch_init(&w);
	feed(&g, &w, 1, 500);
	expect(&g, &w, 1, VERDICT_GO, GATE_MET);
}

static void
what_is_no_number_has_no_baseline(void **state)
{
	struct baseline b = { .mean = 1, .deviation = 1, .events = 9 };
	struct gate g = gate_of("t.passed", GATE_EQUALS, 0);
	struct gate_watch w = { 0 };
	struct sample s = { .value = value_of_flag(true), .n = 5, .at_ms = 1 };

	TEST_UNUSED(state);
	g.limit = value_of_flag(true);
	g.base = &b;
	gate_feed(&g, &w, &s);
	expect(&g, &w, 1, VERDICT_GO, GATE_MET);
	assert_true(w.drift.sum == 0 && w.small == SMALLN_NONE);
}

static void
the_strongest_caution_is_named(void **state)
{
	struct baseline b = { .mean = 0, .deviation = 0.1, .events = 100000 };
	struct gate g = gate_of(SIG, GATE_AT_MOST, 2.5);
	struct gate_watch w = { 0 };
	int64_t at = 0;

	TEST_UNUSED(state);
	g.base = &b;
	g.has_warn = true;
	g.warn = 2;
	for (; at < 40000; at += 1000)
		feed_n(&g, &w, at, 1.9, 10);
	assert_int_equal(w.small, SMALLN_UNSURE);
	expect(&g, &w, at, VERDICT_HOLD, GATE_DRIFTING);
	feed_n(&g, &w, at, 2, 10);
	expect(&g, &w, at, VERDICT_HOLD, GATE_WARNED);
	for (int i = 0; i < 3; i++, at += 3000) {
		feed_n(&g, &w, at + 1000, 3, 10);
		feed_n(&g, &w, at + 2000, 2, 10);
	}
	expect(&g, &w, at, VERDICT_HOLD, GATE_FLAPPING);
}

static void
a_set_finds_its_domains_and_gives_all_back(void **state)
{
	struct gate_set set = { .domain_count = 2, .gate_count = 1 };

	TEST_UNUSED(state);
	set.domains = mem_new(2, sizeof(*set.domains));
	set.gates = mem_new(1, sizeof(*set.gates));
	set.bases = mem_new(1, sizeof(*set.bases));
	str_copy(set.domains[0].name, GATE_DOMAIN, "telephony");
	str_copy(set.domains[1].name, GATE_DOMAIN, "compliance");
	assert_ptr_equal(gate_set_domain(&set, "compliance"), &set.domains[1]);
	assert_null(gate_set_domain(&set, "comp"));
	gate_set_clear(&set);
	assert_null(set.gates);
	assert_int_equal(set.gate_count, 0);
	assert_null(gate_set_domain(&set, "telephony"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_breach_ends_far_and_long_enough_inside),
		cmocka_unit_test(
			going_over_again_keeps_the_breach_and_its_begin),
		cmocka_unit_test(gates_of_the_other_direction_are_mirrored),
		cmocka_unit_test(
			the_warn_band_begins_at_warn_and_ends_at_the_limit),
		cmocka_unit_test(percent_against_fraction_is_doubtful),
		cmocka_unit_test(three_breaches_in_ten_minutes_are_flapping),
		cmocka_unit_test(more_breaches_than_fit_push_out_the_oldest),
		cmocka_unit_test(a_mute_is_off_with_its_reason_and_its_end),
		cmocka_unit_test(a_mute_cuts_a_long_reason),
		cmocka_unit_test(drift_holds_before_the_limit_is_passed),
		cmocka_unit_test(a_repeated_measurement_does_not_drift_twice),
		cmocka_unit_test(a_small_share_is_compared_with_its_baseline),
		cmocka_unit_test(few_latencies_are_unsure_and_slower_ones_hold),
		cmocka_unit_test(what_is_no_number_has_no_baseline),
		cmocka_unit_test(the_strongest_caution_is_named),
		cmocka_unit_test(a_set_finds_its_domains_and_gives_all_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
