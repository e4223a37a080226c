/* conf: gate manifests load as the guide prints them; nonsense is refused. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/lint.h"

/* clang-format off */
static const char manifest[] =
/*  1 */ "{\n"
/*  2 */ "\"gate_id\": \"g1\",\n"
/*  3 */ "\"thresholds\": {\n"
/*  4 */ "\"telephony\": {\n"
/*  5 */ "\"max_loss_percent\": { \"limit\": 2.5, \"source\": \"p95\" },\n"
/*  6 */ "\"min_success_rate_percent\": { \"limit\": 99.2, \"source\": \"p5\" },\n"
/*  7 */ "\"sip_test_passed\": true\n"
/*  8 */ "},\n"
/*  9 */ "\"compliance\": {\n"
/* 10 */ "\"tls_version_minimum\": \"1.2\",\n"
/* 11 */ "\"region\": \"US_EAST_1\"\n"
/* 12 */ "}\n"
/* 13 */ "},\n"
/* 14 */ "\"decision_logic\": \"ALL_THRESHOLDS_MET\"\n"
/* 15 */ "}\n";

static const struct lint_case cases[] = {
	{ "unknown logic", "ALL_THRESHOLDS_MET", "ALL_TRESHOLDS_MET", "14:19",
	  "unknown-word", "did you mean \"ALL_THRESHOLDS_MET\"?" },
	{ "an unknown trigger", "\"decision_logic\": \"ALL_THRESHOLDS_MET\"",
	  "\"rollback_trigger\": \"ANY_CRITICAL\"", "14:21", "unknown-word",
	  "ANY_CRITICAL_THRESHOLD_BREACH" },
	{ "an unknown key", "\"gate_id\"", "\"gateid\"", "2:1",
	  "unknown-key", "did you mean \"gate_id\"?" },
	{ "an unknown key of a threshold", "\"source\": \"p95\"",
	  "\"source\": \"p95\", \"wieght\": 2", "5:54", "unknown-key",
	  "did you mean \"weight\"?" },
	{ "no thresholds in a domain", "\"sip_test_passed\": true\n},",
	  "\"sip_test_passed\": true\n}, \"crm\": {},", "8:4",
	  "no-thresholds", "\"crm\"" },
	{ "a threshold without limit", "{ \"limit\": 2.5, ", "{ ", "5:1",
	  "missing", "no limit" },
	{ "two limits", "\"limit\": 2.5", "\"limit\": 2.5, \"max\": 3", "5:37",
	  "conflict", "two limits" },
	{ "a limit that contradicts its name", "\"limit\": 2.5",
	  "\"min\": 2.5", "5:23", "conflict", "contradicts" },
	{ "a limit in quotes", "\"limit\": 2.5", "\"limit\": \"2.5\"",
	  "5:32", "wrong-type", "leave out the quotes" },
	{ "a limit of null", "true", "null", "7:20", "ambiguous", "null" },
	{ "a limit that is a list", "true", "[1]", "7:20", "wrong-type",
	  "a list" },
	{ "NaN", "2.5", "NaN", "5:32", "syntax", "NaN" },
	{ "a number beyond all numbers", "2.5", "1e999", "5:32", "wrong-type",
	  "a number" },
	{ "a number with a leading zero", "2.5", "02.5", "5:32", "syntax",
	  "leading zero" },
	{ "at least 101 percent", "99.2", "101", "6:40", "never-met",
	  "never above 100 %" },
	{ "at least 0 percent", "99.2", "0", "6:40", "never-breached",
	  "never below 0" },
	{ "at most 100 percent", "2.5", "100", "5:32", "never-breached",
	  "never above 100 %" },
	{ "at most a negative share", "2.5", "-1", "5:32", "never-met",
	  "never below 0" },
	{ "an exit on the wrong side, at most", "\"limit\": 2.5",
	  "\"limit\": 2.5, \"clear\": 3", "5:46", "wrong-side",
	  "at or below the limit 2.5" },
	{ "an exit on the wrong side, at least", "\"limit\": 99.2",
	  "\"limit\": 99.2, \"clear\": 98", "6:55", "wrong-side",
	  "at or above the limit 99.2" },
	{ "a warning on the wrong side", "\"limit\": 2.5",
	  "\"limit\": 2.5, \"warn\": 2.6", "5:45", "wrong-side", "\"warn\"" },
	{ "a band on a flag", "true", "{ \"equals\": true, \"warn\": 1 }",
	  "7:38", "no-band", "numbers" },
	{ "a version that is none", "\"1.2\"", "\"one\"", "10:24",
	  "bad-version", "\"1.2\"" },
	{ "a version without quotes", "\"1.2\"", "1.2", "10:24", "bad-version",
	  "in quotes" },
	{ "the same threshold in two spellings", "\"sip_test_passed\": true",
	  "\"loss_percent\": 2", "7:1", "duplicate-threshold",
	  "first on line 5" },
	{ "a duplicate key", "\"sip_test_passed\": true",
	  "\"max_loss_percent\": 2", "7:1", "duplicate-key",
	  "first on line 5" },
	{ "a duration without unit", "\"limit\": 2.5",
	  "\"limit\": 2.5, \"for\": 60", "5:44", "wrong-type", "60s" },
	{ "a weight of nothing", "\"limit\": 2.5",
	  "\"limit\": 2.5, \"weight\": 0", "5:47", "range", "\"weight\"" },
	{ "a multiplier of nothing", "\"sip_test_passed\": true",
	  "\"sip_test_passed\": true, \"risk_multiplier\": -1", "7:45",
	  "range", "risk_multiplier" },
	{ "a domain with a dot", "\"telephony\"", "\"tele.phony\"", "4:1",
	  "bad-name", "domain" },
	{ "a threshold without name", "\"sip_test_passed\"", "\"max_\"", "7:1",
	  "bad-name", "threshold" },
	{ "a fraction beside percentages", "\"sip_test_passed\": true",
	  "\"max_drop_percent\": { \"limit\": 0.02, \"source\": \"x\" }",
	  "7:1", "fraction", "fraction" },
	{ "a limit without source beside others", ", \"source\": \"p95\"", "",
	  "5:1", "no-baseline", "telephony.loss_percent" },
	{ "a score that nobody asks for",
	  "\"decision_logic\": \"ALL_THRESHOLDS_MET\"",
	  "\"pass_score\": 80", "14:1", "unused", "WEIGHTED_SCORE" },
	{ "a pass mark beyond 100",
	  "\"decision_logic\": \"ALL_THRESHOLDS_MET\"",
	  "\"decision_logic\": \"WEIGHTED_SCORE\", \"pass_score\": 101",
	  "14:51", "range", "100" },
	{ "a warn mark above the pass mark",
	  "\"decision_logic\": \"ALL_THRESHOLDS_MET\"",
	  "\"decision_logic\": \"WEIGHTED_SCORE\", \"warn_score\": 95",
	  "14:51", "wrong-side", "pass_score" },
	{ "a byte that is not UTF-8", "US_EAST_1", "US_\xff", "11:15",
	  "syntax", "UTF-8" },
	{ "half a surrogate pair", "US_EAST_1", "US_\\ud800", "11:15",
	  "syntax", "surrogate" },
	{ "a NUL", "US_EAST_1", "US_\\u0000", "11:11", "control", "NUL" },
	{ "a comment", "\"gate_id\"", "/* a */ \"gate_id\"", "2:1", "syntax",
	  "comments" },
};
/* clang-format on */

static void
each_fault_is_named_at_its_place(void **state)
{
	TEST_UNUSED(state);
	lint_run(cases, ARRAY_LEN(cases), "gates.json", manifest);
}

static void
the_edges_of_sense_pass(void **state)
{
	static const char *const swaps[][2] = {
		{ "99.2", "100" },
		{ "99.2", "0.001" },
		{ "2.5", "0" },
		{ "2.5", "99.99" },
		{ "\"limit\": 2.5", "\"limit\": 2.5, \"clear\": 2.5" },
		{ "\"limit\": 2.5", "\"limit\": 2.5, \"warn\": 2.5" },
		{ "\"limit\": 99.2", "\"limit\": 99.2, \"clear\": 99.2" },
		{ "\"limit\": 99.2", "\"limit\": 99.2, \"warn\": 99.9" },
		{ "\"sip_test_passed\": true",
		  "\"min_loss_percent\": {\"limit\": 1.5, \"source\": \"x\"}" },
		{ "\"sip_test_passed\": true", "\"min_gain_db\": -3" },
	};
	size_t failed = 0;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(swaps); i++) {
		char *text = lint_replace(manifest, swaps[i][0], swaps[i][1]);
		struct findings f = { 0 };

		lint_text("gates.json", text, &f);
		if (f.errors > 0)
			print_error("%s: %s\n", swaps[i][1], f.items[0].text);
		failed += f.errors > 0;
		findings_clear(&f);
		mem_free(text);
	}
	assert_int_equal(failed, 0);
}

static void
weights_here_and_none_there_are_refused(void **state)
{
	static const struct lint_case c = {
		.what = "a group without weight",
		.at = "9:1",
		.rule = "no-weight",
		.part = "\"compliance\"",
	};
	char *scored =
		lint_replace(manifest, "ALL_THRESHOLDS_MET", "WEIGHTED_SCORE");
	char *text = lint_replace(scored, "\"limit\": 2.5",
				  "\"limit\": 2.5, \"weight\": 3");
	struct findings f = { 0 };

	TEST_UNUSED(state);
	lint_text("gates.json", text, &f);
	assert_true(lint_holds(&c, &f));
	findings_clear(&f);
	mem_free(text);
	mem_free(scored);
}

static void
nothing_to_judge_is_refused(void **state)
{
	static const char *const texts[] = {
		"{\"thresholds\": {}}",
		"{\"gate_id\": \"g\"}",
		"{\"thresholds\":{\"a\":{\"x\":{\"max\":1,\"shadow\":true}}}}",
		"{\"thresholds\": []}",
		"[]",
		"{}",
		"",
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct findings f = { 0 };

		lint_text("gates.json", texts[i], &f);
		CHECK_ROW(texts[i], f.errors == 1);
		findings_clear(&f);
	}
}

static void
the_manifest_of_the_guide_loads_verbatim(void **state)
{
	static const struct {
		const char *signal, *title, *unit, *limit;
		bool critical;
	} rows[] = {
		{ "telephony.abandonment_rate_percent", "abandonment rate", "%",
		  "<= 2.5 %", true },
		{ "telephony.first_response_latency_ms",
		  "first response latency", "ms", "<= 1200 ms", true },
		{ "telephony.success_rate_percent", "success rate", "%",
		  ">= 99.2 %", true },
		{ "telephony.sip_failover_test_passed",
		  "SIP failover test passed", "", "= yes", true },
		{ "integrations.api_error_rate_percent", "API error rate", "%",
		  "<= 0.5 %", false },
		{ "integrations.webhook_retry_count", "webhook retry count", "",
		  "<= 3", false },
		{ "integrations.dead_letter_queue_depth",
		  "dead letter queue depth", "", "<= 0", false },
		{ "integrations.schema_validation_passed",
		  "schema validation passed", "", "= yes", false },
		{ "compliance.tls_version", "TLS version", "", ">= 1.2", true },
		{ "compliance.data_residency_region", "data residency region",
		  "", "= US_EAST_1", true },
		{ "compliance.pci_dss_masking_enabled",
		  "PCI DSS masking enabled", "", "= yes", true },
	};
	struct gate_set set;
	struct findings f = { 0 };
	struct err e = { 0 };

	TEST_UNUSED(state);
	CHECK_OK(conf_load_gates(&set, "runbooks/voice-cutover.gates.json", &f,
				 &e),
		 &e);
	lint_expect_none(&f);
	assert_string_equal(set.id, "prod_cutover_gate_v4");
	assert_string_equal(set.platform, "genesys_cloud_cx");
	assert_int_equal(set.logic, GATE_ALL_MET);
	assert_true(set.rollback_on_critical);
	assert_int_equal(set.domain_count, 3);
	assert_int_equal(set.gate_count, ARRAY_LEN(rows));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct gate *g = &set.gates[i];
		char limit[64];

		gate_limit_text(limit, sizeof(limit), g);
		assert_string_equal(g->signal, rows[i].signal);
		assert_string_equal(g->title, rows[i].title);
		assert_string_equal(g->unit, rows[i].unit);
		assert_string_equal(limit, rows[i].limit);
		assert_int_equal(g->critical, rows[i].critical);
		assert_int_equal(g->line,
				 (int)i + 6 + 2 * (i > 3) + 2 * (i > 7));
	}
	gate_set_clear(&set);
	findings_clear(&f);
}

static void
a_threshold_can_say_all_that_a_gate_can(void **state)
{
	static const char text[] =
		"{\"thresholds\": {\"crm\": {\"critical\": true, "
		"\"risk_multiplier\": 2.5, \"latency\": {\"max\": 10, "
		"\"weight\": 3, \"critical\": false, \"key\": true, "
		"\"for\": \"90s\", \"clear_for\": \"2m\", \"clear\": 8, "
		"\"warn\": 9, \"min_samples\": 30, \"max_age\": \"1m\", "
		"\"title\": \"answer time\", \"unit\": \"ms\", "
		"\"source\": \"SLA\"}, \"build\": {\"version\": \"2.10\"}, "
		"\"mode\": {\"equals\": \"on\"}, \"max_age_seconds\": 5}}, "
		"\"decision_logic\": \"WEIGHTED_SCORE\", \"pass_score\": 70}";
	char dir[FS_PATH], path[FS_PATH];
	struct gate_set set;
	struct findings f = { 0 };
	struct err e = { 0 };
	const struct gate *g;

	TEST_UNUSED(state);
	test_dir_make(dir);
	assert_true(fs_join(path, dir, "g.json"));
	test_file_write(path, text);
	CHECK_OK(conf_load_gates(&set, path, &f, &e), &e);
	lint_expect_none(&f);
	assert_int_equal(set.logic, GATE_WEIGHTED);
	assert_true(set.pass_score == 70 && set.warn_score == 70);
	assert_false(set.rollback_on_critical);
	assert_true(set.domains[0].risk_multiplier == 2.5);
	assert_int_equal(set.gate_count, 4);
	g = &set.gates[0];
	assert_string_equal(g->signal, "crm.latency");
	assert_true(g->op == GATE_AT_MOST && g->limit.number == 10);
	assert_true(g->weight == 3 && !g->critical && g->key && !g->shadow);
	assert_int_equal(g->for_ms, 90000);
	assert_int_equal(g->clear_for_ms, 120000);
	assert_true(g->has_clear && g->clear == 8);
	assert_true(g->has_warn && g->warn == 9);
	assert_int_equal(g->min_samples, 30);
	assert_int_equal(g->max_age_ms, 60000);
	assert_string_equal(g->title, "answer time");
	assert_string_equal(g->unit, "ms");
	assert_string_equal(g->source, "SLA");
	assert_int_equal(set.gates[1].op, GATE_VERSION_AT_LEAST);
	assert_string_equal(set.gates[1].limit.words, "2.10");
	assert_int_equal(set.gates[2].op, GATE_EQUALS);
	assert_string_equal(set.gates[2].limit.words, "on");
	assert_true(set.gates[3].critical); /* as its domain says */
	assert_string_equal(set.gates[3].signal, "crm.age_seconds");
	gate_set_clear(&set);
	findings_clear(&f);
	test_dir_drop(dir);
}

static void
an_absent_manifest_is_absent_not_malformed(void **state)
{
	struct gate_set set;
	struct findings f = { 0 };
	struct err e = { 0 };

	TEST_UNUSED(state);
	CHECK_FAILS(conf_load_gates(&set, "/nowhere/g.json", &f, &e),
		    ERR_ABSENT, &e, "no such file");
	assert_int_equal(f.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_manifest_of_the_guide_loads_verbatim),
		cmocka_unit_test(a_threshold_can_say_all_that_a_gate_can),
		cmocka_unit_test(each_fault_is_named_at_its_place),
		cmocka_unit_test(the_edges_of_sense_pass),
		cmocka_unit_test(weights_here_and_none_there_are_refused),
		cmocka_unit_test(nothing_to_judge_is_refused),
		cmocka_unit_test(an_absent_manifest_is_absent_not_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
