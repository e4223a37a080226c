/* conf: the example becomes the book that the whole console works from. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/kinds.h"
#include "tests/lib/lint.h"
#include "tests/lib/mini_book.h"

#define EXAMPLE "runbooks/voice-cutover.yaml"

static struct book *
example(void)
{
	struct findings f = { 0 };
	struct err e = { 0 };
	struct book *b;

	CHECK_OK(conf_load_book(&b, EXAMPLE, &test_kinds, &f, &e), &e);
	lint_expect_none(&f);
	findings_clear(&f);
	return b;
}

static void
the_example_loads_without_a_finding(void **state)
{
	struct book *b = example();

	TEST_UNUSED(state);
	assert_string_equal(b->id, "voice-cutover");
	assert_string_equal(b->environment, "PROD");
	assert_string_equal(b->region, "us-east-1");
	assert_string_equal(b->platform_title, "Genesys Cloud CX");
	assert_string_equal(b->path, EXAMPLE);
	assert_int_equal(b->window_ms, 4 * 3600000);
	assert_int_equal(b->rto_ms, 30 * 60000);
	assert_false(b->is_drill);
	assert_int_equal(b->endpoint_count, 9);
	assert_int_equal(b->probe_count, 14);
	assert_int_equal(b->baseline_count, 7);
	assert_int_equal(b->rollback.validation_count, 5);
	assert_int_equal(b->step_count, 8);
	assert_int_equal(b->gates.gate_count, 11 + 4);
	assert_int_equal(b->gates.domain_count, 4);
	assert_int_equal(b->rollback.undo_count, 4);
	assert_int_equal(b->trunk.sequence_count, 2);
	book_drop(b);
}

static void
endpoints_know_their_adapter_and_place(void **state)
{
	struct book *b = example();
	const struct book_endpoint *ep = book_endpoint(b, "platform");

	TEST_UNUSED(state);
	assert_string_equal(ep->adapter, "guide");
	assert_string_equal(ep->url, "https://api.mypurecloud.com");
	assert_string_equal(ep->token_url,
			    "https://login.mypurecloud.com/oauth/token");
	assert_string_equal(ep->client_id, "warroom-cutover");
	assert_string_equal(ep->secret_env, "WARROOM_PLATFORM_SECRET");
	assert_null(ep->secret_file);
	assert_int_equal(ep->rate_per_minute, 0);
	ep = book_endpoint(b, "legacy_trunk");
	assert_string_equal(ep->adapter, "sip");
	assert_string_equal(ep->url, "192.0.2.10:5060");
	assert_null(book_endpoint(b, "platfrom"));
	book_drop(b);
}

static void
probes_have_times_settings_and_signals(void **state)
{
	struct book *b = example();
	const struct book_probe *p = book_probe(b, "queue");

	TEST_UNUSED(state);
	assert_string_equal(p->kind, "http");
	assert_int_equal(p->every_ms, 5000);
	assert_int_equal(p->timeout_ms, 2000);
	assert_string_equal(settings_text(&p->with, "method"), "POST");
	assert_string_equal(settings_text(&p->with, "body"),
			    "{\"interval\":\"{last 30m}\","
			    "\"groupBy\":[\"mediaType\"],"
			    "\"metrics\":[\"nOffered\",\"tAbandon\","
			    "\"tAnswered\",\"nConnected\"]}");
	assert_int_equal(p->signal_count, 3);
	assert_string_equal(p->signals[0].name,
			    "telephony.abandonment_rate_percent");
	assert_true(strstr(p->signals[0].from, " / ") != NULL);
	assert_string_equal(p->signals[0].count_from,
			    "/results/0/data/0/metrics/0/stats/count");
	assert_true(p->signals[0].scale == 100 && p->signals[1].scale == 1);
	p = book_probe(b, "trunk-failover");
	assert_string_equal(settings_text(&p->with, "endpoints"),
			    "[\"trunk_secondary\",\"trunk_tertiary\"]");
	assert_string_equal(settings_text(&p->with, "failures"), "3");
	assert_null(p->signals[0].count_from);
	p = book_probe(b, "contract");
	assert_string_equal(settings_text(&p->with, "key"),
			    "cutover-validation-20241027-001");
	assert_string_equal(settings_text(&p->with, "readback.sent"),
			    "/inputs");
	CHECK_HOLDS(settings_text(&p->with, "schema"),
		    "Answer of the validation action");
	assert_string_equal(p->signals[0].from, "holds");
	assert_string_equal(book_probe(b, "integration")->signals[1].from,
			    "/webhook_retries");
	book_drop(b);
}

static void
steps_have_needs_acts_and_undos(void **state)
{
	struct book *b = example();
	const struct book_step *step = book_step(b, "publish-flow");

	TEST_UNUSED(state);
	assert_string_equal(step->phase, "2 Switch");
	assert_int_equal(step->need_count, 1);
	assert_string_equal(b->steps[step->needs[0]].id, "go-no-go");
	assert_int_equal(step->confirm, CONFIRM_PHRASE);
	assert_int_equal(step->layer, LAYER_FLOW);
	assert_true(step->idempotent && !step->before_gates);
	assert_int_equal(step->takes_ms, 20000);
	assert_int_equal(step->timeout_ms, 300000);
	assert_int_equal(step->max_attempts, 4);
	assert_string_equal(settings_text(&step->act.with, "poll.done"),
			    "deployed");
	assert_string_equal(settings_text(&step->act.with, "poll.every"), "2s");
	assert_string_equal(settings_text(&step->undo.with, "verify.equals"),
			    "v-1029384756");
	/* A group that is not there brings no fallbacks. */
	step = book_step(b, "set-routing");
	assert_null(settings_text(&step->act.with, "poll.every"));
	assert_non_null(strstr(settings_text(&step->act.with, "body"),
			       "\"{{queue.skillRequirements == "
			       "['Support_Tier1']}}\""));
	step = book_step(b, "switch-dns");
	assert_true(step->before_gates);
	assert_string_equal(step->undo.kind, "dns");
	assert_string_equal(book_step(b, "lock-baseline")->undo.kind, "");
	assert_string_equal(step->sets, "198.51.100.7");
	assert_string_equal(step->undo_sets, "192.0.2.10");
	step = book_step(b, "publish-flow");
	assert_string_equal(step->sets, "v-2040506070");
	assert_string_equal(step->undo_sets, "v-1029384756");
	step = book_step(b, "open-trunk");
	assert_string_equal(step->sets, "active");
	assert_string_equal(step->undo_sets, "disabled");
	assert_string_equal(book_step(b, "announce")->sets, "");
	assert_string_equal(b->rollback.undos[0].sets, "192.0.2.10");
	step = book_step(b, "watch-traffic");
	assert_int_equal(step->confirm, CONFIRM_NONE);
	assert_int_equal(step->timeout_ms, 4 * 300000);
	assert_int_equal(step->line, 436);
	book_drop(b);
}

static void
thresholds_of_the_runbook_join_those_of_the_manifest(void **state)
{
	struct book *b = example();
	const struct gate *g = &b->gates.gates[13];

	TEST_UNUSED(state);
	assert_string_equal(b->gates.id, "prod_cutover_gate_v4");
	assert_true(b->gates.rollback_on_critical);
	assert_string_equal(b->gates.gates[11].signal,
			    "telephony.primary_trunk_alive");
	assert_true(b->gates.gates[11].critical);
	assert_string_equal(g->signal, "rollback.dns_ttl_seconds");
	assert_string_equal(g->title, "DNS TTL");
	assert_string_equal(g->unit, "s");
	assert_true(g->op == GATE_AT_MOST && g->limit.number == 300);
	assert_false(g->critical);
	book_drop(b);
}

static void
the_rollback_manifest_stays_verbatim_and_is_bound(void **state)
{
	struct book *b = example();
	const struct book_rollback *r = &b->rollback;

	TEST_UNUSED(state);
	assert_string_equal(r->id, "cutover_rollback_v4");
	assert_string_equal(r->undos[0].value, "legacy_trunk_ip");
	assert_string_equal(settings_text(&r->undos[0].act.with, "value"),
			    "192.0.2.10");
	assert_string_equal(settings_text(&r->undos[0].act.with, "ttl"), "300");
	assert_string_equal(r->undos[1].action, "siph_trunk_status");
	assert_string_equal(r->undos[1].object,
			    "trunk:validation_trunk_primary");
	assert_int_equal(r->undos[2].layer, LAYER_USER_STATE);
	assert_string_equal(settings_text(&r->undos[2].act.with, "body"),
			    "{\"select\":\"open_tickets_since_cutover\","
			    "\"assign_to\":\"legacy_queue_pool\"}");
	assert_int_equal(r->undos[3].step, 4);
	assert_string_equal(r->check_name,
			    "all_open_calls_terminated_or_routed");
	assert_string_equal(settings_text(&r->check.with, "poll.done"), "0");
	assert_int_equal(r->timeout_ms, 1800000);
	assert_int_equal(r->stagger_ms, 5000);
	book_drop(b);
}

static void
the_trunk_manifest_loads_verbatim(void **state)
{
	struct book *b = example();
	const struct book_trunk *t = &b->trunk;

	TEST_UNUSED(state);
	assert_string_equal(t->id, "validation_trunk_primary");
	assert_string_equal(t->sequence[0], "trunk_secondary");
	assert_string_equal(t->sequence[1], "trunk_tertiary");
	assert_int_equal(t->interval_ms, 30000);
	assert_int_equal(t->failure_threshold, 3);
	assert_int_equal(t->recovery_threshold, 2);
	assert_int_equal(t->codec_count, 3);
	assert_string_equal(t->codecs[0], "G722");
	assert_string_equal(t->sdp_handling, "strict");
	assert_int_equal(t->max_sessions, 500);
	book_drop(b);
}

static void
the_digest_covers_the_runbook_and_its_files_in_order(void **state)
{
	static const char *const files[] = {
		EXAMPLE,
		"runbooks/voice-cutover.gates.json",
		"runbooks/voice-cutover.trunk.json",
		"runbooks/voice-cutover.rollback.json",
	};
	struct digest_part parts[ARRAY_LEN(files) + 1];
	char want[DIGEST_HEX], schema[DIGEST_HEX];
	struct book *b = example();
	char *text = test_file_read("runbooks/voice-cutover.action.json");

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		parts[i].bytes = test_file_read(files[i]);
		parts[i].len = strlen(parts[i].bytes);
	}
	digest_hex(schema, text, strlen(text));
	parts[ARRAY_LEN(files)] =
		(struct digest_part){ schema, strlen(schema) };
	digest_parts(want, parts, ARRAY_LEN(parts));
	assert_string_equal(b->digest, want);
	mem_free(text);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		mem_free((void *)(uintptr_t)parts[i].bytes);
	book_drop(b);
}

static void
what_is_not_said_has_a_default(void **state)
{
	struct findings f = { 0 };
	struct book *b;
	const struct book_step *step;

	TEST_UNUSED(state);
	lint_book(&b, mini_book, NULL, &f);
	lint_expect_none(&f);
	assert_string_equal(b->title, "mini");
	assert_string_equal(b->gates.id, "mini");
	assert_int_equal(b->probes[1].every_ms, 5000);
	step = book_step(b, "publish");
	assert_string_equal(step->title, "publish");
	assert_int_equal(step->confirm, CONFIRM_KEY);
	assert_false(step->idempotent || step->cleanup);
	step = book_step(b, "point-dns");
	assert_string_equal(settings_text(&step->act.with, "type"), "A");
	assert_string_equal(settings_text(&step->act.with, "ttl"), "300");
	assert_int_equal(book_step(b, "settle")->confirm, CONFIRM_NONE);
	assert_string_equal(b->rollback.id, "");
	assert_string_equal(b->rollback.policy, "propose");
	assert_int_equal(b->rollback.timeout_ms, 1800000);
	book_drop(b);
	findings_clear(&f);
}

static void
plain_values_of_a_body_keep_their_type_and_digits(void **state)
{
	char *text = lint_replace(
		mini_book, "{version: 2}",
		"{a: 1.10, b: true, c: null, d: '7', e: 007, f: v-1,\n"
		"               g: \"\", h: [1e3, {i: off_peak}]}");
	struct findings f = { 0 };
	struct book *b;

	TEST_UNUSED(state);
	lint_book(&b, text, NULL, &f);
	lint_expect_none(&f);
	assert_string_equal(settings_text(&b->steps[0].act.with, "body"),
			    "{\"a\":1.10,\"b\":true,\"c\":null,\"d\":\"7\","
			    "\"e\":\"007\",\"f\":\"v-1\",\"g\":\"\","
			    "\"h\":[1e3,{\"i\":\"off_peak\"}]}");
	book_drop(b);
	findings_clear(&f);
	mem_free(text);
}

static void
a_runbook_that_is_not_there_is_absent(void **state)
{
	struct findings f = { 0 };
	struct err e = { 0 };
	struct book *b;

	TEST_UNUSED(state);
	CHECK_FAILS(conf_load_book(&b, "/nowhere/b.yaml", &test_kinds, &f, &e),
		    ERR_ABSENT, &e, "no such file");
	assert_null(b);
	CHECK_FAILS(conf_load_book(&b, "runbooks", &test_kinds, &f, &e),
		    ERR_INPUT, &e, "");
	assert_null(b);
	findings_clear(&f);
}

static void
each_kind_of_file_is_known_by_its_content(void **state)
{
	static const char *const files[] = {
		"runbooks/voice-cutover.trunk.json",
		"runbooks/voice-cutover.rollback.json",
		"themes/dark.yaml",
	};
	struct findings f = { 0 };
	struct err e = { 0 };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		CHECK_OK(conf_check(files[i], &test_kinds, &f, &e), &e);
	lint_expect_none(&f);
	CHECK_OK(conf_check("runbooks/voice-cutover.gates.json", &test_kinds,
			    &f, &e),
		 &e);
	assert_int_equal(f.warnings, 1);
	assert_true(lint_found(&f, "4:1", "no-baseline", "\"source\""));
	findings_clear(&f);
	CHECK_OK(conf_check(EXAMPLE, &test_kinds, &f, &e), &e);
	assert_int_equal(f.warnings, 1);
	assert_true(lint_found(&f, "11:1", "no-baseline", "baseline"));
	findings_clear(&f);
	lint_text("any.txt", "{\"hello\": 1}", &f);
	assert_true(lint_found(&f, "1:1", "unknown-file", "neither"));
	findings_clear(&f);
}

/* One limit has a source: then each that has none is named where it stands,
 * in the manifest or in the runbook. */
static void
each_limit_without_a_baseline_is_named_in_its_own_file(void **state)
{
	static const char gates[] =
		"{\"thresholds\": {\"telephony\": {\n"
		"\"max_loss_percent\": {\"limit\": 2, \"source\": \"p95\"},\n"
		"\"max_delay_ms\": 20}}}\n";
	char *text = lint_replace(
		mini_book, "    max_loss_percent: {limit: 2.5, source: p95}\n",
		"    min_mos: 4\n");
	char *named = lint_replace(text, "thresholds:\n",
				   "gates: g.json\nthresholds:\n");
	char dir[FS_PATH], path[FS_PATH];
	struct findings f = { 0 };
	struct err e = { 0 };
	size_t told = 0;

	TEST_UNUSED(state);
	test_dir_make(dir);
	str_printf(path, sizeof(path), "%s/g.json", dir);
	test_file_write(path, gates);
	str_printf(path, sizeof(path), "%s/b.yaml", dir);
	test_file_write(path, named);
	CHECK_OK(conf_check(path, &test_kinds, &f, &e), &e);
	assert_true(lint_found(&f, "3:1", "no-baseline", "delay_ms"));
	assert_true(lint_found(&f, "6:5", "no-baseline", "telephony.mos"));
	for (size_t i = 0; i < f.count; i++) {
		bool in_json = str_ends(f.items[i].file, "g.json");

		if (strcmp(f.items[i].rule, "no-baseline") != 0)
			continue;
		told++;
		assert_int_equal(in_json, f.items[i].line == 3);
	}
	assert_int_equal(told, 2);
	findings_clear(&f);
	test_dir_drop(dir);
	mem_free(named);
	mem_free(text);
}

static void
the_schema_is_json_and_names_every_kind(void **state)
{
	struct err e = { 0 };
	struct json *doc;
	const struct json *p;
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, 1 << 20);
	conf_write_schema(&b, &test_kinds);
	doc = json_parse(buf_str(&b), b.len, &e);
	assert_non_null(doc);
	assert_string_equal(json_text(json_get(doc, "$schema")),
			    "https://json-schema.org/draft/2020-12/schema");
	p = json_at(doc, "/properties/probes/additionalProperties/properties");
	for (size_t i = 0; test_kinds.probes[i] != NULL; i++)
		assert_non_null(json_get(p, test_kinds.probes[i]->name));
	p = json_at(doc, "/$defs/act/properties");
	for (size_t i = 0; test_kinds.steps[i] != NULL; i++)
		assert_non_null(json_get(p, test_kinds.steps[i]->name));
	assert_non_null(json_at(doc, "/properties/steps/items/properties/"
				     "confirm/enum/3"));
	json_free(doc);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_loads_without_a_finding),
		cmocka_unit_test(endpoints_know_their_adapter_and_place),
		cmocka_unit_test(probes_have_times_settings_and_signals),
		cmocka_unit_test(steps_have_needs_acts_and_undos),
		cmocka_unit_test(
			thresholds_of_the_runbook_join_those_of_the_manifest),
		cmocka_unit_test(
			the_rollback_manifest_stays_verbatim_and_is_bound),
		cmocka_unit_test(the_trunk_manifest_loads_verbatim),
		cmocka_unit_test(
			the_digest_covers_the_runbook_and_its_files_in_order),
		cmocka_unit_test(what_is_not_said_has_a_default),
		cmocka_unit_test(
			plain_values_of_a_body_keep_their_type_and_digits),
		cmocka_unit_test(a_runbook_that_is_not_there_is_absent),
		cmocka_unit_test(each_kind_of_file_is_known_by_its_content),
		cmocka_unit_test(
			each_limit_without_a_baseline_is_named_in_its_own_file),
		cmocka_unit_test(the_schema_is_json_and_names_every_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
