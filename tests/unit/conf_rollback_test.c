/* conf: the rollback manifest is bound to acts, row by row, or refused. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/lint.h"
#include "tests/lib/mini_book.h"

static char *
whole_book(void)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	buf_text(&b, mini_book);
	buf_text(&b, mini_rollback);
	return buf_detach(&b);
}

static void
acts_take_the_values_of_their_row(void **state)
{
	char *text = whole_book();
	struct findings f = { 0 };
	struct book *b;
	const struct book_rollback *r;
	const struct settings *with;

	TEST_UNUSED(state);
	lint_book(&b, text, mini_manifest, &f);
	lint_expect_none(&f);
	r = &b->rollback;
	assert_string_equal(r->id, "mini_v1");
	assert_string_equal(r->trigger, "gate_threshold_breach");
	assert_string_equal(r->policy, "propose");
	assert_int_equal(r->timeout_ms, 900000);
	assert_int_equal(r->stagger_ms, 5000);
	assert_int_equal(r->undo_count, 2);
	/* The name is mapped for the act and kept as it was for people. */
	assert_string_equal(r->undos[0].value, "legacy_ip");
	assert_string_equal(r->undos[0].object, "dns:sip.example.test");
	assert_int_equal(r->undos[0].ttl_s, 60);
	with = &r->undos[0].act.with;
	assert_string_equal(r->undos[0].act.kind, "dns");
	assert_string_equal(settings_text(with, "value"), "192.0.2.10");
	assert_string_equal(settings_text(with, "ttl"), "60");
	assert_string_equal(settings_text(with, "type"), "A");
	/* siph_ finds what is bound as sip_. */
	assert_string_equal(r->undos[1].action, "siph_trunk_status");
	assert_int_equal(r->undos[1].ttl_s, -1);
	with = &r->undos[1].act.with;
	assert_string_equal(settings_text(with, "trunk"), "sbc");
	assert_string_equal(settings_text(with, "status"), "disabled");
	assert_string_equal(r->check.kind, "http");
	assert_string_equal(settings_text(&r->check.with, "method"), "GET");
	book_drop(b);
	findings_clear(&f);
	mem_free(text);
}

/* clang-format off */
static const struct lint_case book_cases[] = {
	{ "an action that is not bound", "    dns_ttl_override:\n",
	  "    dns_ttl_overide:\n", "5:24", "unbound",
	  "did you mean \"dns_ttl_overide\"?" },
	{ "a check that is not bound", "    calls_ended:\n",
	  "    call_ended:\n", "11:20", "unbound",
	  "did you mean \"call_ended\"?" },
	{ "an unknown placeholder", "zone: z1\n        name: \"{target}\"",
	  "zone: z1\n        name: \"{targt}\"", "75:15", "template",
	  "{targt} (did you mean \"target\"?)" },
	{ "a placeholder in what is only looked at", "path: /calls\n",
	  "path: /calls\n        headers: {X-Of: \"{target}\"}\n", "90:25",
	  "template", "{target}: none is known here" },
	{ "a value that the kind does not take", "status: \"{value}\"",
	  "status: \"{target}\"", "9:13", "unknown-word",
	  "found \"sbc\" (target of step 2, put into \"status\")" },
	{ "a ttl that the manifest does not give", "trunk: \"{target}\"",
	  "trunk: \"{ttl_seconds}\"", "8:1", "template",
	  "step 2 has no \"ttl_seconds\", which its act puts into \"trunk\"" },
	{ "a name that the act does not take as it is", "legacy_ip: 192.0.2.10",
	  "legacy_ip: 192.0.2.256", "67:16", "bad-record",
	  "no value of a record of type A" },
	{ "a record whose value is no name of a host", "value: \"{value}\"\n",
	  "value: \"{target}\"\n        type: AAAA\n", "6:13", "bad-record",
	  "an IPv6 address" },
	{ "a name with a line break", "legacy_ip: 192.0.2.10",
	  "legacy_ip: \"a\\nb\"", "67:16", "line-break", "one line" },
	{ "a name with a placeholder", "legacy_ip: 192.0.2.10",
	  "legacy_ip: \"{target}\"", "67:16", "template", "holds a brace" },
	{ "an act that nobody reads back",
	  "      trunk:\n        endpoint: platform\n        trunk: \"{target}\"\n"
	  "        status: \"{value}\"\n",
	  "      http: {endpoint: platform, method: PUT, path: /t,\n"
	  "             body: \"{target}\"}\n",
	  "78:5", "undo-unverified", "\"sip_trunk_status\"" },
	{ "two rows for one object", "object: \"trunk:{target}\"",
	  "object: dns:sip.example.test", "8:1", "duplicate-object",
	  "steps 1 and 2" },
	{ "a row that leaves what its step sets", "legacy_ip: 192.0.2.10",
	  "legacy_ip: 198.51.100.7", "6:42", "undo-sets-the-same",
	  "\"dns_ttl_override\" leaves \"dns:sip.example.test\" as the step" },
	{ "a row that changes another record than its step",
	  "name: \"{target}\"", "name: other.example.test", "5:1",
	  "undo-elsewhere", "at the name \"other.example.test\"" },
	{ "an unknown policy", "  names:\n", "  policy: ask\n  names:\n",
	  "66:11", "unknown-word", "propose countdown auto" },
	{ "a countdown that is not used", "  names:\n",
	  "  countdown: 30s\n  names:\n", "66:3", "unused", "countdown" },
	{ "a name that is not used", "legacy_ip: 192.0.2.10\n",
	  "legacy_ip: 192.0.2.10\n    legcy_ip: a\n", "68:5", "unused",
	  "legcy_ip" },
	{ "an act that is not used", "  checks:\n",
	  "    other:\n      manual: {text: a}\n  checks:\n", "84:5", "unused",
	  "other" },
	{ "a condition on a signal that nobody measures", "  names:\n",
	  "  validate:\n    calls: {guide: synthetic_calls, signal: a.b}\n"
	  "  names:\n", "67:45", "unfed", "a.b" },
	{ "a condition without a limit", "  names:\n",
	  "  validate:\n    calls: {signal: telephony.loss_percent}\n"
	  "  names:\n", "67:5", "missing", "no limit" },
	{ "a condition with two limits", "  names:\n",
	  "  validate:\n    calls: {signal: telephony.loss_percent, min: 1,\n"
	  "      max: 2}\n  names:\n", "67:5", "two-limits", "calls" },
	{ "a condition that must hold as long as is waited for it",
	  "  names:\n",
	  "  validate:\n    up: {signal: telephony.alive, equals: true, for: 5m}\n"
	  "  names:\n", "67:54", "never-holds", "must hold for 5m" },
	{ "a guide's condition that is not waited for", "  names:\n",
	  "  validate_within: 120s\n  validate:\n"
	  "    up: {guide: trunks_stable, signal: telephony.alive}\n"
	  "  names:\n", "68:17", "never-holds", "(\"validate_within\")" },
	{ "waits as long as the rollback may take", "  names:\n",
	  "  stagger: 15m\n  names:\n", "66:12", "never-done",
	  "it waits 15m, and the whole may take 15m" },
	{ "items that take longer than the rollback may", "  names:\n",
	  "  stagger: 14m31s\n  names:\n", "64:1", "long-rollback",
	  "takes 15m 1s by what the runbook says" },
	{ "an act of the manifest that never looks twice",
	  "      trunk:\n        endpoint: platform\n        trunk: \"{target}\"\n"
	  "        status: \"{value}\"\n",
	  "      http: {endpoint: platform, method: PUT, path: /t,\n"
	  "             poll: {pointer: /a, done: b, every: 1000d},\n"
	  "             verify: {path: /t, pointer: /a, equals: b}}\n",
	  "81:50", "never-again", "looks every 1000d" },
	{ "a reversion of nothing", "  names:\n",
	  "  validate:\n    calls: {signal: telephony.loss_percent, max: 2,\n"
	  "      reverts: [point-dsn]}\n  names:\n", "68:17", "unknown-item",
	  "point-dsn" },
	{ "a channel that nothing proves", "  names:\n",
	  "  channels: [inbound]\n  names:\n", "66:14", "unvalidated",
	  "\"inbound\"" },
	{ "a rule about an object nobody changes", "path: /calls\n",
	  "path: /calls\ninvariants:\n"
	  "  one: {exactly: 1, of: {\"trunk:sbx\": disabled}}\n",
	  "91:26", "unknown-object", "\"trunk:sbx\"" },
	{ "a rule without a count", "path: /calls\n",
	  "path: /calls\ninvariants:\n"
	  "  one: {of: {\"trunk:sbc\": disabled}}\n",
	  "91:3", "count", "one of exactly, at_most and at_least" },
	{ "a rule that can never hold", "path: /calls\n",
	  "path: /calls\ninvariants:\n"
	  "  one: {at_least: 2, of: {\"trunk:sbc\": disabled}}\n",
	  "91:3", "count", "2 of 1 objects" },
	{ "a rule that can never be broken", "path: /calls\n",
	  "path: /calls\ninvariants:\n"
	  "  one: {at_most: 1, of: {\"trunk:sbc\": disabled}}\n",
	  "91:3", "count", "never be broken" },
	{ "a state that nothing sets", "path: /calls\n",
	  "path: /calls\ninvariants:\n"
	  "  one: {exactly: 1, of: {\"trunk:sbc\": enabled}}\n",
	  "91:39", "never-set", "\"enabled\"" },
};

static const struct lint_case manifest_cases[] = {
	{ "an unknown key", "\"timeoutSeconds\"", "\"timeoutSecond\"",
	  "12:1", "unknown-key", "did you mean \"timeoutSeconds\"?" },
	{ "an unknown key of a row", "\"target\": \"sbc\"",
	  "\"target\": \"sbc\", \"ttl\": 3", "9:20", "unknown-key", "\"ttl\"" },
	{ "a step number twice", "\"step\": 2", "\"step\": 1", "8:11",
	  "duplicate-step", "two rows" },
	{ "steps out of order", "\"step\": 1", "\"step\": 3", "8:11",
	  "step-order", "step 2 stands after step 3" },
	{ "an action nobody knows", "dns_ttl_override", "dns_override", "5:24",
	  "unbound", "rollback: acts" },
	{ "a check nobody knows", "calls_ended", "calls_gone", "11:20",
	  "unbound", "rollback: checks" },
	{ "an unknown trigger", "gate_threshold_breach", "gate_treshold_breach",
	  "3:21", "unknown-word", "did you mean \"gate_threshold_breach\"?" },
	{ "a timeout of nothing", "900", "0", "12:19", "range", "from 1" },
	{ "a timeout as text", "900", "\"soon\"", "12:19", "wrong-type",
	  "a whole number" },
	{ "a target with a line break", "\"target\": \"sbc\"",
	  "\"target\": \"s\\nbc\"", "9:13", "control", "one line" },
	{ "a target that is a placeholder", "\"target\": \"sbc\"",
	  "\"target\": \"{value}\"", "9:13", "template", "holds a brace" },
	{ "a value that \"names\" does not know", "\"legacy_ip\"",
	  "\"old_ip\"", "6:42", "bad-record",
	  "say by \"names\" of the rollback what it stands for (value of "
	  "step 1, put into \"value\")" },
	{ "a row without the value its act takes",
	  "\"target\": \"sbc\", \"value\": \"disabled\"",
	  "\"target\": \"sbc\"", "8:1", "template",
	  "step 2 has no \"value\", which its act puts into \"status\"" },
	{ "a record without a value", ", \"value\": \"legacy_ip\"", "", "5:1",
	  "template", "step 1 has no \"value\"" },
	{ "a record whose name has a blank", "\"sip.example.test\"",
	  "\"sip example.test\"", "6:13", "bad-record",
	  "no name of a record" },
	{ "a record that lives for no time", "60", "0", "7:18", "range",
	  "1 to 86400 seconds, found 0 (ttl_seconds of step 1" },
	{ "a record that is asked for without end", "60", "59", "7:18", "ttl",
	  "below 60 s" },
	{ "a record that is kept for too long", "60", "301", "7:18", "ttl",
	  "above 300 s" },
	{ "a trailing comma", "\"timeoutSeconds\": 900\n",
	  "\"timeoutSeconds\": 900,\n", "13:1", "syntax", "" },
};
/* clang-format on */

static void
run(const struct lint_case *cases, size_t count, bool in_manifest)
{
	char *whole = whole_book();
	size_t failed = 0;

	for (size_t i = 0; i < count; i++) {
		const struct lint_case *c = &cases[i];
		char *changed = lint_replace(
			in_manifest ? mini_manifest : whole, c->from, c->to);
		struct findings f = { 0 };
		struct book *b;

		lint_book(&b, in_manifest ? whole : changed,
			  in_manifest ? changed : mini_manifest, &f);
		/* What has no act is also not used; that is not the point. */
		while (f.warnings > 0 && f.errors > 0)
			f.warnings--;
		failed += !lint_holds(c, &f);
		book_drop(b);
		findings_clear(&f);
		mem_free(changed);
	}
	mem_free(whole);
	assert_int_equal(failed, 0);
}

static void
each_fault_of_the_binding_is_named(void **state)
{
	TEST_UNUSED(state);
	run(book_cases, ARRAY_LEN(book_cases), false);
}

static void
each_fault_of_the_manifest_is_named(void **state)
{
	TEST_UNUSED(state);
	run(manifest_cases, ARRAY_LEN(manifest_cases), true);
}

static void
a_value_cannot_break_out_of_its_place(void **state)
{
	static const char quoting[] =
		"      http: {endpoint: platform, method: PUT, path: /t,\n"
		"             body: {to: \"{value}\", raw: \"{{value}}\"},\n"
		"             verify: {path: /t, pointer: /to, equals: "
		"\"{value}\"}}\n";
	char *whole = whole_book();
	char *text = lint_replace(whole,
				  "      trunk:\n        endpoint: platform\n"
				  "        trunk: \"{target}\"\n"
				  "        status: \"{value}\"\n",
				  quoting);
	char *manifest = lint_replace(mini_manifest, "\"disabled\"",
				      "\"a\\\", \\\"b\\\": target\"");
	struct findings f = { 0 };
	struct book *b;

	TEST_UNUSED(state);
	lint_book(&b, text, manifest, &f);
	lint_expect_none(&f);
	assert_string_equal(
		settings_text(&b->rollback.undos[1].act.with, "body"),
		"{\"to\":\"a\\\", \\\"b\\\": target\","
		"\"raw\":\"{{value}}\"}");
	book_drop(b);
	findings_clear(&f);
	mem_free(manifest);
	mem_free(text);
	mem_free(whole);
}

/* The trunk's act by http, as the manifest's second row fills it in. */
static const char by_path[] =
	"      http: {endpoint: platform, method: PUT,\n"
	"             path: \"/crm/{target}/to?is={value}\",\n"
	"             body: {path: \"{target}\"},\n"
	"             verify: {path: \"/crm/{target}\", pointer: "
	"\"/of/{target}\","
	" equals: \"{value}\"}}\n";

static char *
book_by_path(void)
{
	char *whole = whole_book();
	char *text = lint_replace(whole,
				  "      trunk:\n        endpoint: platform\n"
				  "        trunk: \"{target}\"\n"
				  "        status: \"{value}\"\n",
				  by_path);

	mem_free(whole);
	return text;
}

static void
a_value_stays_one_segment_of_a_path(void **state)
{
	static const struct {
		const char *target;		   /* JSON's text */
		const char *path, *pointer, *body; /* of the act */
	} rows[] = {
		{ "sbc", "/crm/sbc/to?is=a%26b%3D1", "/of/sbc",
		  "{\"path\":\"sbc\"}" },
		{ "open?force=1", "/crm/open%3Fforce%3D1/to?is=a%26b%3D1",
		  "/of/open?force=1", "{\"path\":\"open?force=1\"}" },
		{ "a/../b", "/crm/a%2F..%2Fb/to?is=a%26b%3D1", "/of/a~1..~1b",
		  "{\"path\":\"a/../b\"}" },
		{ "50%#~ x", "/crm/50%25%23~%20x/to?is=a%26b%3D1",
		  "/of/50%#~0 x", "{\"path\":\"50%#~ x\"}" },
	};
	char *text = book_by_path();
	char *manifest =
		lint_replace(mini_manifest, "\"disabled\"", "\"a&b=1\"");

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char to[64];
		char *changed;
		struct findings f = { 0 };
		const struct settings *with;
		struct book *b;

		str_printf(to, sizeof(to), "\"%s\"", rows[i].target);
		changed = lint_replace(manifest, "\"sbc\"", to);
		lint_book(&b, text, changed, &f);
		lint_expect_none(&f);
		with = &b->rollback.undos[1].act.with;
		assert_string_equal(settings_text(with, "path"), rows[i].path);
		assert_string_equal(settings_text(with, "verify.pointer"),
				    rows[i].pointer);
		assert_string_equal(settings_text(with, "body"), rows[i].body);
		book_drop(b);
		findings_clear(&f);
		mem_free(changed);
	}
	mem_free(manifest);
	mem_free(text);
}

static void
a_target_that_climbs_is_refused_at_its_row(void **state)
{
	static const char *const targets[] = { "\".\"", "\"..\"" };
	char *text = book_by_path();

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		char *manifest =
			lint_replace(mini_manifest, "\"sbc\"", targets[i]);
		struct findings f = { 0 };
		struct book *b;

		lint_book(&b, text, manifest, &f);
		assert_true(lint_found(&f, "9:13", "bad-path", "climbs"));
		assert_true(lint_found(&f, "9:13", "bad-path",
				       "(target of step 2, put into "
				       "\"path\")"));
		findings_clear(&f);
		mem_free(manifest);
	}
	mem_free(text);
}

static void
a_step_is_covered_by_the_row_for_its_object(void **state)
{
	char *whole = whole_book();
	char *text = lint_replace(
		whole,
		"    undo:\n      dns: {endpoint: dns-api, server: ns, "
		"zone: z1,\n            name: sip.example.test, "
		"value: 192.0.2.10}\n",
		"");
	struct findings f = { 0 };
	struct book *b;

	TEST_UNUSED(state);
	lint_book(&b, text, mini_manifest, &f);
	lint_expect_none(&f);
	assert_string_equal(b->steps[1].undo.kind, "");
	book_drop(b);
	findings_clear(&f);
	mem_free(text);
	mem_free(whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acts_take_the_values_of_their_row),
		cmocka_unit_test(each_fault_of_the_binding_is_named),
		cmocka_unit_test(each_fault_of_the_manifest_is_named),
		cmocka_unit_test(a_value_cannot_break_out_of_its_place),
		cmocka_unit_test(a_value_stays_one_segment_of_a_path),
		cmocka_unit_test(a_target_that_climbs_is_refused_at_its_row),
		cmocka_unit_test(a_step_is_covered_by_the_row_for_its_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
