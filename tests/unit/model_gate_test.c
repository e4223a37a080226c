/* gate: borders and bad input: nothing seen is never GO. */
#include "tests/lib/test.h"

#include <math.h>

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

/* What a gate says of one fresh measurement. */
static struct gate_finding
of_one(const struct gate *g, struct sample s)
{
	struct gate_watch w;

	gate_watch_init(&w);
	gate_feed(g, &w, &s);
	return judge(g, &w, s.at_ms);
}

static void
nothing_seen_is_blind_zeroed_or_initialised(void **state)
{
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f = judge(&g, &w, 99);

	TEST_UNUSED(state);
	assert_int_equal(f.verdict, VERDICT_BLIND);
	assert_int_equal(f.reason, GATE_NEVER_SEEN);
	assert_int_equal(f.value.kind, VALUE_NONE);
	assert_int_equal(f.age_ms, -1);
	assert_int_equal(f.since_ms, -1);
	assert_int_equal(f.n, -1);
	assert_false(f.has_margin);
	/* A zeroed watch is over since never, not since 0. */
	g.for_ms = 5000;
	feed(&g, &w, 10000, 3);
	expect(&g, &w, 10000, VERDICT_HOLD, GATE_PENDING);
	gate_watch_init(&w);
	expect(&g, &w, 0, VERDICT_BLIND, GATE_NEVER_SEEN);
	feed(&g, &w, 0, 1);
	expect(&g, &w, 0, VERDICT_GO, GATE_MET);
}

static void
a_limit_is_met_exactly_and_missed_by_the_smallest_step(void **state)
{
	static const double limits[] = { 0, 0.5, 2.5, 99.2, 1200, 1e-300 };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		double l = limits[i];
		struct gate most =
			gate_of("a.x", GATE_AT_MOST, value_of_number(l));
		struct gate least =
			gate_of("a.x", GATE_AT_LEAST, value_of_number(l));
		struct sample at = sample_of(5, value_of_number(l));
		struct sample up = sample_of(
			5, value_of_number(nextafter(l, (double)INFINITY)));
		struct sample down = sample_of(
			5, value_of_number(nextafter(l, (double)-INFINITY)));
		struct gate_finding f;

		assert_int_equal(of_one(&most, at).verdict, VERDICT_GO);
		assert_int_equal(of_one(&least, at).verdict, VERDICT_GO);
		f = of_one(&most, up);
		assert_int_equal(f.verdict, VERDICT_NO_GO);
		assert_true(f.has_margin && f.margin < 0);
		f = of_one(&least, down);
		assert_int_equal(f.verdict, VERDICT_NO_GO);
		assert_true(f.has_margin && f.margin < 0);
		f = of_one(&most, down);
		assert_int_equal(f.verdict, VERDICT_GO);
		assert_true(f.margin > 0);
		f = of_one(&least, up);
		assert_int_equal(f.verdict, VERDICT_GO);
		assert_true(f.margin > 0);
	}
}

/* What one bad measurement is called, for a gate on a number. */
static void
bad_numbers_have_a_word_and_are_blind(void **state)
{
	static const struct {
		const char *signal;
		double value;
		enum gate_reason want;
		const char *why;
	} rows[] = {
		{ "a.x", (double)NAN, GATE_NONSENSE, "not a number" },
		{ "a.x", (double)INFINITY, GATE_NONSENSE, "infinite" },
		{ "a.x", (double)-INFINITY, GATE_NONSENSE, "infinite" },
		{ "a.x", -1, GATE_MET, "" },
		{ "a.rate_percent", -1, GATE_NONSENSE, "negative" },
		{ "a.retry_count", -1, GATE_NONSENSE, "negative" },
		{ "a.latency_ms", -1e-9, GATE_NONSENSE, "negative" },
		{ "a.queue_depth", -1, GATE_NONSENSE, "negative" },
		{ "a.queue_depth", -0.0, GATE_MET, "" },
		{ "a.queue_depth", 0, GATE_MET, "" },
		{ "a.rate_percent", 0, GATE_MET, "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gate g = gate_of(rows[i].signal, GATE_AT_MOST,
					value_of_number(5));
		struct gate_finding f = of_one(
			&g, sample_of(7, value_of_number(rows[i].value)));

		CHECK_ROW(rows[i].signal, f.reason == rows[i].want);
		CHECK_ROW(rows[i].signal,
			  f.verdict == (rows[i].want == GATE_MET
						? VERDICT_GO
						: VERDICT_BLIND));
		assert_string_equal(f.why, rows[i].why);
		if (rows[i].want == GATE_NONSENSE)
			assert_int_equal(f.value.kind, VALUE_NONE);
	}
}

static void
values_of_the_wrong_kind_are_blind(void **state)
{
	const struct {
		enum gate_op op;
		struct value limit, value;
		const char *why;
	} rows[] = {
		{ GATE_AT_MOST, value_of_number(5), value_of_words("2"),
		  "a number belongs here" },
		{ GATE_AT_LEAST, value_of_number(5), value_of_flag(true),
		  "a number belongs here" },
		{ GATE_AT_MOST,
		  value_of_number(5),
		  { VALUE_NONE, 0, 0, "" },
		  "no value" },
		{ GATE_EQUALS, value_of_flag(true), value_of_number(1),
		  "yes or no belongs here" },
		{ GATE_EQUALS, value_of_flag(true), value_of_words("true"),
		  "yes or no belongs here" },
		{ GATE_EQUALS, value_of_words("EU"), value_of_flag(true),
		  "a text belongs here" },
		{ GATE_VERSION_AT_LEAST, value_of_words("1.2"),
		  value_of_number(1.2), "a text belongs here" },
		{ GATE_VERSION_AT_LEAST, value_of_words("1.2"),
		  value_of_words("TLSv1.3"), "a version belongs here" },
		{ GATE_VERSION_AT_LEAST, value_of_words("x"),
		  value_of_words("1.3"), "a version belongs here" },
		{ GATE_AT_MOST, value_of_flag(true), value_of_flag(true),
		  "the limit is no number" },
		{ GATE_AT_LEAST, value_of_words("5"), value_of_words("6"),
		  "the limit is no number" },
		{ GATE_EQUALS,
		  { VALUE_NONE, 0, 0, "" },
		  value_of_number(1),
		  "the gate has no limit" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gate g = gate_of("a.x", rows[i].op, rows[i].limit);
		struct gate_finding f = of_one(&g, sample_of(7, rows[i].value));

		CHECK_ROW(rows[i].why, f.verdict == VERDICT_BLIND);
		CHECK_ROW(rows[i].why, f.reason == GATE_WRONG_TYPE);
		assert_string_equal(f.why, rows[i].why);
	}
}

static void
texts_that_may_have_been_cut_prove_nothing(void **state)
{
	char text[VALUE_TEXT + 8];
	struct gate g;

	TEST_UNUSED(state);
	memset(text, 'x', sizeof(text));
	text[VALUE_TEXT - 5] = '\0'; /* 43: whole for certain */
	g = gate_of("a.x", GATE_EQUALS, value_of_words(text));
	assert_int_equal(of_one(&g, sample_of(1, value_of_words(text))).verdict,
			 VERDICT_GO);
	text[VALUE_TEXT - 5] = 'x';
	text[VALUE_TEXT - 4] = '\0';
	g = gate_of("a.x", GATE_EQUALS, value_of_words(text));
	assert_string_equal(of_one(&g, sample_of(1, value_of_words(text))).why,
			    "too long to compare");
}

static void
equality_and_versions_are_judged_by_their_kind(void **state)
{
	const struct {
		enum gate_op op;
		struct value limit, value;
		enum verdict want;
	} rows[] = {
		{ GATE_EQUALS, value_of_flag(true), value_of_flag(true),
		  VERDICT_GO },
		{ GATE_EQUALS, value_of_flag(true), value_of_flag(false),
		  VERDICT_NO_GO },
		{ GATE_EQUALS, value_of_flag(false), value_of_flag(false),
		  VERDICT_GO },
		{ GATE_EQUALS, value_of_words("US"), value_of_words("US"),
		  VERDICT_GO },
		{ GATE_EQUALS, value_of_words("US"), value_of_words("us"),
		  VERDICT_NO_GO },
		{ GATE_EQUALS, value_of_number(3), value_of_number(3),
		  VERDICT_GO },
		{ GATE_EQUALS, value_of_number(3), value_of_number(4),
		  VERDICT_NO_GO },
		{ GATE_VERSION_AT_LEAST, value_of_words("1.2"),
		  value_of_words("1.2"), VERDICT_GO },
		{ GATE_VERSION_AT_LEAST, value_of_words("1.2"),
		  value_of_words("1.10"), VERDICT_GO },
		{ GATE_VERSION_AT_LEAST, value_of_words("1.2"),
		  value_of_words("1.1"), VERDICT_NO_GO },
		{ GATE_AT_MOST, value_of_number((double)NAN),
		  value_of_number(0), VERDICT_NO_GO },
		{ GATE_AT_LEAST, value_of_number((double)NAN),
		  value_of_number(0), VERDICT_NO_GO },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gate g = gate_of("a.x", rows[i].op, rows[i].limit);
		struct gate_finding f = of_one(&g, sample_of(7, rows[i].value));

		assert_int_equal(f.verdict, rows[i].want);
		assert_false(f.has_margin && rows[i].op > GATE_AT_LEAST);
	}
}

static void
too_few_events_are_blind(void **state)
{
	static const struct {
		int64_t min, n;
		enum gate_reason want;
		const char *why;
	} rows[] = {
		{ 0, -1, GATE_MET, "" },
		{ 0, 1, GATE_MET, "" },
		{ 0, 0, GATE_THIN, "n=0" },
		{ 30, 30, GATE_MET, "" },
		{ 30, 29, GATE_THIN, "n=29" },
		{ 30, 31, GATE_MET, "" },
		{ 30, -1, GATE_THIN, "n unknown" },
		{ 1, 1, GATE_MET, "" },
		{ 1, -1, GATE_THIN, "n unknown" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gate g = at_most(2.5);
		struct sample s = sample_of(7, value_of_number(1));
		struct gate_finding f;

		g.min_samples = rows[i].min;
		s.n = rows[i].n;
		f = of_one(&g, s);
		assert_int_equal(f.reason, rows[i].want);
		assert_string_equal(f.why, rows[i].why);
		assert_int_equal(f.n,
				 rows[i].want == GATE_MET ? rows[i].n : -1);
	}
}

static void
a_failure_shows_the_last_good_value_and_its_age(void **state)
{
	struct gate g = at_most(2.5);
	struct gate_watch w = { 0 };
	struct gate_finding f;

	TEST_UNUSED(state);
	feed(&g, &w, 1000, 2);
	feed_failed(&g, &w, 2000);
	feed_failed(&g, &w, 3000);
	f = judge(&g, &w, 4000);
	assert_int_equal(f.verdict, VERDICT_BLIND);
	assert_int_equal(f.reason, GATE_FAILED);
	assert_string_equal(f.why, "HTTP 503");
	assert_int_equal(f.since_ms, 2000);
	assert_int_equal(f.age_ms, 3000);
	assert_true(f.value.number == 2 && f.has_margin && f.margin == 0.5);
	/* A failure that is old says how it failed, not that it is old. */
	expect(&g, &w, 3001 + GATE_MAX_AGE_MS, VERDICT_BLIND, GATE_FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_seen_is_blind_zeroed_or_initialised),
		cmocka_unit_test(
			a_limit_is_met_exactly_and_missed_by_the_smallest_step),
		cmocka_unit_test(bad_numbers_have_a_word_and_are_blind),
		cmocka_unit_test(values_of_the_wrong_kind_are_blind),
		cmocka_unit_test(texts_that_may_have_been_cut_prove_nothing),
		cmocka_unit_test(
			equality_and_versions_are_judged_by_their_kind),
		cmocka_unit_test(too_few_events_are_blind),
		cmocka_unit_test(
			a_failure_shows_the_last_good_value_and_its_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
