/* gate in words: the guide's manifest walked through, and every sentence. */
#include "tests/lib/test.h"

#include <math.h>

#include "base/str.h"
#include "model/gate.h"

/* One threshold of the guide's manifest: met at the border, missed by the
 * smallest step, each with its sentence. */
struct threshold {
	const char *signal;
	enum gate_op op;
	struct value limit, past;
	const char *title, *unit, *limit_text;
	const char *met, *missed, *unseen;
};

#define NUMBER(x)                                   \
	{                                           \
		.kind = VALUE_NUMBER, .number = (x) \
	}
#define FLAG(x)                                 \
	{                                       \
		.kind = VALUE_FLAG, .flag = (x) \
	}
#define WORDS(x)                                \
	{                                       \
		.kind = VALUE_WORDS, .words = x \
	}

static const struct threshold manifest[] = {
	{ "telephony.abandonment_rate_percent", GATE_AT_MOST, NUMBER(2.5),
	  NUMBER(2.5000000000000004), "abandonment rate", "%", "<= 2.5 %",
	  "abandonment rate 2.5 % <= 2.5 %, margin 0 %",
	  "abandonment rate 2.5000000000000004 % > 2.5 %",
	  "abandonment rate was never measured. GO when measured <= 2.5 %." },
	{ "telephony.first_response_latency_ms", GATE_AT_MOST, NUMBER(1200),
	  NUMBER(1200.0000000000002), "first response latency", "ms",
	  "<= 1200 ms", "first response latency 1200 ms <= 1200 ms",
	  "first response latency 1200.0000000000002 ms > 1200 ms",
	  "GO when measured <= 1200 ms." },
	{ "telephony.success_rate_percent", GATE_AT_LEAST, NUMBER(99.2),
	  NUMBER(99.19999999999999), "success rate", "%", ">= 99.2 %",
	  "success rate 99.2 % >= 99.2 %",
	  "success rate 99.19999999999999 % < 99.2 %",
	  "GO when measured >= 99.2 %." },
	{ "telephony.sip_failover_test_passed", GATE_EQUALS, FLAG(true),
	  FLAG(false), "SIP failover test passed", "", "= yes",
	  "SIP failover test passed is yes",
	  "SIP failover test passed is no, not yes", "GO when measured yes." },
	{ "integrations.api_error_rate_percent", GATE_AT_MOST, NUMBER(0.5),
	  NUMBER(0.5000000000000001), "API error rate", "%", "<= 0.5 %",
	  "API error rate 0.5 % <= 0.5 %",
	  "API error rate 0.5000000000000001 % > 0.5 %",
	  "GO when measured <= 0.5 %." },
	{ "integrations.webhook_retry_count", GATE_AT_MOST, NUMBER(3),
	  NUMBER(3.0000000000000004), "webhook retry count", "", "<= 3",
	  "webhook retry count 3 <= 3",
	  "webhook retry count 3.0000000000000004 > 3",
	  "GO when measured <= 3." },
	{ "integrations.dead_letter_queue_depth", GATE_AT_MOST, NUMBER(0),
	  NUMBER(4.9406564584124654e-324), "dead letter queue depth", "",
	  "<= 0", "dead letter queue depth 0 <= 0",
	  "dead letter queue depth 5e-324 > 0", "GO when measured <= 0." },
	{ "integrations.schema_validation_passed", GATE_EQUALS, FLAG(true),
	  FLAG(false), "schema validation passed", "", "= yes",
	  "schema validation passed is yes",
	  "schema validation passed is no, not yes", "GO when measured yes." },
	{ "compliance.tls_version", GATE_VERSION_AT_LEAST, WORDS("1.2"),
	  WORDS("1.1.9"), "TLS version", "", ">= 1.2", "TLS version 1.2 >= 1.2",
	  "TLS version 1.1.9 < 1.2", "GO when measured >= 1.2." },
	{ "compliance.data_residency_region", GATE_EQUALS, WORDS("US_EAST_1"),
	  WORDS("US_EAST_2"), "data residency region", "", "= US_EAST_1",
	  "data residency region is US_EAST_1",
	  "data residency region is US_EAST_2, not US_EAST_1",
	  "GO when measured US_EAST_1." },
	{ "compliance.pci_dss_masking_enabled", GATE_EQUALS, FLAG(true),
	  FLAG(false), "PCI DSS masking enabled", "", "= yes",
	  "PCI DSS masking enabled is yes",
	  "PCI DSS masking enabled is no, not yes", "GO when measured yes." },
};

static char told[600];

/* The gate's sentence about a finding; static, until the next call. */
static const char *
sentence(const struct gate *g, const struct gate_finding *f)
{
	struct buf b;

	buf_init(&b, sizeof(told) - 1);
	gate_sentence(&b, g, f);
	assert_false(b.cut);
	str_copy(told, sizeof(told), buf_str(&b));
	buf_clear(&b);
	return told;
}

static struct gate_finding
of_one(const struct gate *g, const struct value *v)
{
	struct sample s = { .value = *v, .at_ms = 1000, .n = -1 };
	struct gate_watch w;
	struct gate_finding f;

	gate_watch_init(&w);
	gate_feed(g, &w, &s);
	gate_judge(g, &w, 1000, &f);
	return f;
}

static void
every_threshold_of_the_manifest_is_judged_at_its_border(void **state)
{
	TEST_UNUSED(state);
	assert_int_equal(ARRAY_LEN(manifest), 11);
	for (size_t i = 0; i < ARRAY_LEN(manifest); i++) {
		const struct threshold *t = &manifest[i];
		struct gate_finding f;
		struct gate_watch w;
		struct gate g;
		char limit[80];

		gate_init(&g, t->signal);
		g.op = t->op;
		g.limit = t->limit;
		assert_string_equal(g.title, t->title);
		assert_string_equal(g.unit, t->unit);
		assert_int_equal(strncmp(g.domain, t->signal, strlen(g.domain)),
				 0);
		assert_int_equal(t->signal[strlen(g.domain)], '.');
		gate_limit_text(limit, sizeof(limit), &g);
		assert_string_equal(limit, t->limit_text);
		f = of_one(&g, &t->limit);
		CHECK_ROW(t->signal, f.verdict == VERDICT_GO);
		CHECK_HOLDS(sentence(&g, &f), t->met);
		CHECK_HOLDS(told, "NO-GO when ");
		f = of_one(&g, &t->past);
		CHECK_ROW(t->signal, f.verdict == VERDICT_NO_GO);
		CHECK_HOLDS(sentence(&g, &f), t->missed);
		CHECK_HOLDS(told, "GO when ");
		gate_watch_init(&w);
		gate_judge(&g, &w, 1000, &f);
		CHECK_ROW(t->signal, f.verdict == VERDICT_BLIND);
		CHECK_HOLDS(sentence(&g, &f), t->unseen);
	}
}

static void
the_past_values_are_the_very_next_ones(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(manifest); i++) {
		const struct threshold *t = &manifest[i];
		double way = t->op == GATE_AT_MOST ? 1e300 : -1e300;

		if (t->limit.kind == VALUE_NUMBER)
			assert_true(nextafter(t->limit.number, way) ==
				    t->past.number);
	}
}

static struct gate
abandonment(void)
{
	struct gate g;

	gate_init(&g, "telephony.abandonment_rate_percent");
	g.limit = value_of_number(2.5);
	g.critical = true;
	g.has_clear = true;
	g.clear = 2.3;
	g.for_ms = 60000;
	g.clear_for_ms = 60000;
	return g;
}

static struct gate_finding
found(enum verdict verdict, enum gate_reason reason, double value)
{
	struct gate_finding f = { .verdict = verdict, .reason = reason };

	f.value = value_of_number(value);
	f.has_margin = true;
	f.margin = 2.5 - value;
	f.since_ms = 95000;
	f.n = 412;
	f.age_ms = 8000;
	return f;
}

static void
each_reason_has_its_sentence(void **state)
{
	static const struct {
		enum verdict verdict;
		enum gate_reason reason;
		double value;
		const char *why, *want;
	} rows[] = {
		{ VERDICT_NO_GO, GATE_BREACHED, 2.9, "",
		  "abandonment rate 2.9 % > 2.5 % (critical) for 95 s, "
		  "margin -0.4 %, n=412, age 8 s. GO when <= 2.3 % for 60 s." },
		{ VERDICT_NO_GO, GATE_STILL_BREACHED, 2.4, "",
		  "abandonment rate (critical) in breach for 95 s, now 2.4 %, "
		  "margin 0.1 %, n=412, age 8 s. GO when <= 2.3 % for 60 s." },
		{ VERDICT_NO_GO, GATE_STILL_BREACHED, 2.4, "HTTP 503",
		  "abandonment rate (critical) in breach for 95 s, not seen "
		  "to end (HTTP 503), last 2.4 %, margin 0.1 %, n=412, age 8 "
		  "s. GO when <= 2.3 % for 60 s." },
		{ VERDICT_GO, GATE_MET, 2.1, "",
		  "abandonment rate 2.1 % <= 2.5 % (critical) for 95 s, margin "
		  "0.4 %, n=412, age 8 s. NO-GO when > 2.5 % for 60 s." },
		{ VERDICT_HOLD, GATE_WARNED, 2.4, "over 100 %",
		  "abandonment rate 2.4 % <= 2.5 % (critical), but doubtful: "
		  "over 100 % for 95 s, margin 0.1 %, n=412, age 8 s. GO when "
		  "limit and value agree." },
		{ VERDICT_HOLD, GATE_FLAPPING, 2.1, "",
		  "abandonment rate 2.1 % <= 2.5 % (critical), but flapping: 4 "
		  "breaches in 10 min for 95 s, margin 0.4 %, n=412, age 8 s. "
		  "GO when fewer than 3 breaches in 10 min." },
		{ VERDICT_HOLD, GATE_DRIFTING, 2.1, "",
		  "abandonment rate 2.1 % <= 2.5 % (critical), but drifting "
		  "away from its baseline for 95 s, margin 0.4 %, n=412, age 8 "
		  "s. GO when back at its baseline." },
		{ VERDICT_HOLD, GATE_UNSURE, 2.1, "391 needed",
		  "abandonment rate 2.1 % <= 2.5 % (critical), but low "
		  "confidence: too few to tell from the baseline (391 needed) "
		  "for 95 s, margin 0.4 %, n=412, age 8 s. GO when enough is "
		  "measured." },
		{ VERDICT_BLIND, GATE_FAILED, 2.1, "HTTP 503",
		  "abandonment rate (critical) cannot be measured (HTTP 503) "
		  "for 95 s, last 2.1 %, margin 0.4 %, n=412, age 8 s. GO when "
		  "measured <= 2.5 %." },
		{ VERDICT_BLIND, GATE_STALE, 2.1, "",
		  "abandonment rate (critical) is stale for 95 s, last 2.1 %, "
		  "margin 0.4 %, n=412, age 8 s. GO when measured <= 2.5 %." },
		{ VERDICT_BLIND, GATE_THIN, 2.1, "n=3",
		  "abandonment rate (critical) rests on too few events (n=3) "
		  "for 95 s, last 2.1 %" },
		{ VERDICT_BLIND, GATE_WRONG_TYPE, 2.1, "a number belongs here",
		  "abandonment rate (critical) has a value of the wrong type "
		  "(a number belongs here) for 95 s, last 2.1 %" },
		{ VERDICT_BLIND, GATE_NONSENSE, 2.1, "negative",
		  "abandonment rate (critical) has a nonsensical value "
		  "(negative) for 95 s, last 2.1 %" },
	};
	struct gate g = abandonment();

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gate_finding f =
			found(rows[i].verdict, rows[i].reason, rows[i].value);

		f.flaps = rows[i].reason == GATE_FLAPPING ? 4 : 0;
		str_copy(f.why, sizeof(f.why), rows[i].why);
		CHECK_HOLDS(sentence(&g, &f), rows[i].want);
	}
}

static void
what_is_pending_says_when(void **state)
{
	struct gate g = abandonment();
	struct gate_finding f = found(VERDICT_HOLD, GATE_PENDING, 2.9);

	TEST_UNUSED(state);
	f.since_ms = 20000;
	assert_string_equal(sentence(&g, &f),
			    "abandonment rate 2.9 % > 2.5 % (critical) for 20 "
			    "s of 60 s, margin -0.4 %, n=412, age 8 s. NO-GO "
			    "in 40 s; GO when <= 2.5 %.");
	f.since_ms = 60000;
	CHECK_HOLDS(sentence(&g, &f), "NO-GO in 0 s;");
	f.since_ms = 60001;
	CHECK_HOLDS(sentence(&g, &f), "NO-GO in 0 s;");
}

static void
unknown_facts_are_left_out(void **state)
{
	struct gate g = abandonment();
	struct gate_finding f = found(VERDICT_NO_GO, GATE_BREACHED, 2.9);

	TEST_UNUSED(state);
	f.has_margin = false;
	f.since_ms = f.n = f.age_ms = -1;
	g.clear_for_ms = 0;
	assert_string_equal(sentence(&g, &f),
			    "abandonment rate 2.9 % > 2.5 % (critical). GO "
			    "when <= 2.3 %.");
	f.since_ms = f.n = f.age_ms = 0;
	CHECK_HOLDS(sentence(&g, &f), "(critical), n=0, age 0 s.");
	f = found(VERDICT_GO, GATE_MET, 2);
	g.for_ms = 0;
	CHECK_HOLDS(sentence(&g, &f), "NO-GO when > 2.5 %.");
	g.title[0] = '\0';
	CHECK_HOLDS(sentence(&g, &f), "telephony.abandonment_rate_percent 2 %");
}

static void
a_breach_says_how_long_it_is_clear_and_how_often_it_came(void **state)
{
	struct gate g = abandonment();
	struct gate_finding f = found(VERDICT_NO_GO, GATE_STILL_BREACHED, 2.2);

	TEST_UNUSED(state);
	f.clear_ms = 12000;
	CHECK_HOLDS(sentence(&g, &f), "now 2.2 %, clear for 12 s of 60 s, m");
	f.clear_ms = 1;
	CHECK_HOLDS(sentence(&g, &f), ", clear for 1 ms of 60 s");
	f = found(VERDICT_NO_GO, GATE_BREACHED, 2.9);
	f.flaps = 3;
	CHECK_HOLDS(sentence(&g, &f), ", breach 3 of the last 10 min. GO");
	f.flaps = 2;
	assert_null(strstr(sentence(&g, &f), "10 min"));
}

static void
the_way_to_go_heeds_warn_and_clear(void **state)
{
	static const struct {
		enum gate_op op;
		bool has_warn, has_clear;
		double warn, clear;
		enum gate_reason reason;
		const char *want;
	} rows[] = {
		{ GATE_AT_MOST, 0, 0, 0, 0, GATE_BREACHED, "GO when <= 10." },
		{ GATE_AT_MOST, 0, 1, 0, 8, GATE_BREACHED, "GO when <= 8." },
		{ GATE_AT_MOST, 1, 1, 8, 8, GATE_BREACHED, "GO when < 8." },
		{ GATE_AT_MOST, 1, 1, 9, 8, GATE_BREACHED, "GO when <= 8." },
		{ GATE_AT_MOST, 1, 1, 7, 8, GATE_BREACHED, "GO when < 7." },
		{ GATE_AT_MOST, 1, 1, 9, 8, GATE_WARNED,
		  "in the warn band from 9, margin 1. GO when < 9." },
		{ GATE_AT_LEAST, 0, 0, 0, 0, GATE_BREACHED, "GO when >= 10." },
		{ GATE_AT_LEAST, 0, 1, 0, 12, GATE_BREACHED, "GO when >= 12." },
		{ GATE_AT_LEAST, 1, 1, 12, 12, GATE_BREACHED, "GO when > 12." },
		{ GATE_AT_LEAST, 1, 1, 11, 12, GATE_BREACHED,
		  "GO when >= 12." },
		{ GATE_AT_LEAST, 1, 1, 13, 12, GATE_BREACHED, "GO when > 13." },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gate_finding f = { .reason = rows[i].reason,
					  .since_ms = -1,
					  .n = -1,
					  .age_ms = -1,
					  .has_margin = true,
					  .margin = 1 };
		struct gate g;

		gate_init(&g, "a.x");
		g.op = rows[i].op;
		g.limit = value_of_number(10);
		g.has_warn = rows[i].has_warn;
		g.has_clear = rows[i].has_clear;
		g.warn = rows[i].warn;
		g.clear = rows[i].clear;
		CHECK_HOLDS(sentence(&g, &f), rows[i].want);
	}
}

static void
roles_are_named(void **state)
{
	static const struct {
		bool critical, key, shadow;
		const char *want;
	} rows[] = {
		{ 0, 0, 0, "x was" },
		{ 1, 0, 0, "x (critical) was" },
		{ 0, 1, 0, "x (key) was" },
		{ 1, 1, 0, "x (critical) was" },
		{ 0, 0, 1, "x (shadow) was" },
		{ 1, 0, 1, "x (critical, shadow) was" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gate_finding f = { .reason = GATE_NEVER_SEEN,
					  .since_ms = -1 };
		struct gate g;

		gate_init(&g, "a.x");
		g.critical = rows[i].critical;
		g.key = rows[i].key;
		g.shadow = rows[i].shadow;
		CHECK_HOLDS(sentence(&g, &f), rows[i].want);
	}
}

static void
a_mute_says_why_and_until_when_and_what_it_hides(void **state)
{
	struct gate g = abandonment();
	struct gate_finding f = { .reason = GATE_MUTED,
				  .left_ms = 180000,
				  .beneath = VERDICT_NO_GO,
				  .why = "carrier works" };

	TEST_UNUSED(state);
	assert_string_equal(sentence(&g, &f),
			    "abandonment rate (critical) muted: carrier works, "
			    "ends in 3m; without the mute NO-GO.");
	f.left_ms = 0;
	f.beneath = VERDICT_OFF;
	assert_string_equal(sentence(&g, &f),
			    "abandonment rate (critical) muted: carrier works, "
			    "until unmuted.");
	f.left_ms = 1;
	CHECK_HOLDS(sentence(&g, &f), "ends in 1 ms.");
}

static void
drift_names_the_baseline_and_thin_data_the_need(void **state)
{
	struct baseline b = { .mean = 1.4500000001 };
	struct gate g = abandonment();
	struct gate_finding f = found(VERDICT_HOLD, GATE_DRIFTING, 2.1);

	TEST_UNUSED(state);
	g.base = &b;
	CHECK_HOLDS(sentence(&g, &f), "away from its baseline 1.45 % for");
	str_copy(f.why, sizeof(f.why), "beyond chance");
	CHECK_HOLDS(sentence(&g, &f), "1.45 % (beyond chance) for");
	f = found(VERDICT_BLIND, GATE_THIN, 2.1);
	assert_null(strstr(sentence(&g, &f), "needed"));
	g.min_samples = 30;
	CHECK_HOLDS(sentence(&g, &f), ", 30 needed, last");
	f = found(VERDICT_HOLD, GATE_UNSURE, 2.1);
	CHECK_HOLDS(sentence(&g, &f), "from the baseline for 95 s");
	g.has_warn = true;
	g.warn = 2;
	f = found(VERDICT_HOLD, GATE_WARNED, 2.1);
	CHECK_HOLDS(sentence(&g, &f), "warn band from 2 % for");
	CHECK_HOLDS(told, "GO when < 2 %.");
}

static void
times_are_short_up_to_two_minutes(void **state)
{
	static const struct {
		int64_t ms;
		const char *want;
	} rows[] = {
		{ 0, "age 0 s." },	   { 1, "age 1 ms." },
		{ 999, "age 999 ms." },	   { 1000, "age 1 s." },
		{ 119999, "age 119 s." },  { 120000, "age 2m." },
		{ 7500000, "age 2h 5m." },
	};
	struct gate g = abandonment();

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gate_finding f = found(VERDICT_GO, GATE_MET, 2);

		f.age_ms = rows[i].ms;
		CHECK_HOLDS(sentence(&g, &f), rows[i].want);
	}
}

static void
names_become_titles(void **state)
{
	static const struct {
		const char *signal, *domain, *title, *unit;
	} rows[] = {
		{ "a.delay_seconds", "a", "delay", "s" },
		{ "a.delay_s", "a", "delay", "s" },
		{ "a.wait_minutes", "a", "wait", "min" },
		{ "plain", "", "plain", "" },
		{ "a.b.c_ms", "a", "b.c", "ms" },
		{ "a.", "a", "", "" },
		{ "a._x__y_", "a", "x y", "" },
		{ "a.apiary_api", "a", "apiary API", "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gate g;

		gate_init(&g, rows[i].signal);
		assert_string_equal(g.signal, rows[i].signal);
		assert_string_equal(g.domain, rows[i].domain);
		assert_string_equal(g.title, rows[i].title);
		assert_string_equal(g.unit, rows[i].unit);
		assert_true(g.weight == 1 && !g.critical);
	}
}

static void
every_reason_has_a_word_of_its_own(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < GATE_REASON_COUNT; i++)
		for (int j = 0; j <= i; j++)
			assert_int_equal(
				str_same(gate_reason_word((enum gate_reason)i),
					 gate_reason_word((enum gate_reason)j)),
				i == j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_threshold_of_the_manifest_is_judged_at_its_border),
		cmocka_unit_test(the_past_values_are_the_very_next_ones),
		cmocka_unit_test(each_reason_has_its_sentence),
		cmocka_unit_test(what_is_pending_says_when),
		cmocka_unit_test(unknown_facts_are_left_out),
		cmocka_unit_test(
			a_breach_says_how_long_it_is_clear_and_how_often_it_came),
		cmocka_unit_test(the_way_to_go_heeds_warn_and_clear),
		cmocka_unit_test(roles_are_named),
		cmocka_unit_test(
			a_mute_says_why_and_until_when_and_what_it_hides),
		cmocka_unit_test(
			drift_names_the_baseline_and_thin_data_the_need),
		cmocka_unit_test(times_are_short_up_to_two_minutes),
		cmocka_unit_test(names_become_titles),
		cmocka_unit_test(every_reason_has_a_word_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
