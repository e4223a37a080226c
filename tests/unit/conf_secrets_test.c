/* conf: a secret that stands in a runbook is found, one that is named is not.
 */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/lint.h"
#include "tests/lib/mini_book.h"

#define AWS "AKIAIOSFODNN7EXAMPLE"
#define GITHUB "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
#define JWT "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk"

/* Is `to` in the place of `from` a finding at `at`?  NULL: it is none. */
static bool
found_as(const char *from, const char *to, const char *at)
{
	char *text = lint_replace(mini_book, from, to);
	struct findings f = { 0 };
	bool holds;

	lint_text("runbook.yaml", text, &f);
	holds = at == NULL ? f.errors + f.warnings == 0
			   : f.errors == 1 && lint_found(&f, at, "secret",
							 "literal secret");
	if (!holds) {
		print_error("%s\n", to);
		for (size_t i = 0; i < f.count; i++)
			print_error("%d:%d %s\n", f.items[i].line,
				    f.items[i].column, f.items[i].text);
	}
	findings_clear(&f);
	mem_free(text);
	return holds;
}

static bool
found_in_body(const char *value, const char *at)
{
	char to[256];

	str_printf(to, sizeof(to), "{version: 2, x: \"%s\"}", value);
	return found_as("{version: 2}", to, at);
}

static bool
found_in_argv(const char *words, const char *at)
{
	char to[256];

	str_printf(to, sizeof(to),
		   "exec: {argv: [/bin/true, %s], verify: {argv: [/bin/true]}}"
		   "\n    undo: none\n",
		   words);
	return found_as("wait: {for: 1m}\n", to, at);
}

static void
a_secret_in_a_body_is_found_whatever_its_key(void **state)
{
	static const char *const literals[] = {
		AWS,
		"key " AWS " of the bucket",
		GITHUB,
		JWT,
		"-----BEGIN RSA PRIVATE KEY-----",
		"password=hunter2",
		"user=a&client_secret=abcdef",
		"https://admin:hunter2@example.test/x",
		"Authorization: Bearer abcdefghij",
		"X-Api-Key: abcdefghij",
		"$ecret-but-literal: password=$ecret",
	};
	int missed = 0;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(literals); i++)
		missed += !found_in_body(literals[i], "43:31");
	assert_int_equal(missed, 0);
}

static void
a_secret_among_the_words_of_a_program_is_found(void **state)
{
	static const struct {
		const char *words, *at;
	} rows[] = {
		{ "-u, \"admin:hunter2\"", "63:36" },
		{ "--user, \"admin:hunter2\"", "63:40" },
		{ "--password, hunter2", "63:44" },
		{ "--token=hunter2", "63:32" },
		{ "password=hunter2", "63:32" },
		{ "\"https://u:p@example.test/\"", "63:32" },
		{ "\"--header=Authorization: Bearer abcdefghij\"", "63:32" },
		{ "-H, \"X-Api-Key: abcdefghij\"", "63:36" },
		{ AWS, "63:32" },
	};
	int missed = 0;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		missed += !found_in_argv(rows[i].words, rows[i].at);
	assert_int_equal(missed, 0);
}

static void
what_only_names_a_secret_passes(void **state)
{
	static const char *const bodies[] = {
		"password=${PW}",
		"https://admin:${PW}@example.test/",
		"Authorization: Bearer $TOKEN",
		"token=<token>",
		"the password: ask the lead",
		"Reset the password, then call.",
		"https://example.test:8443/a?b=c@d",
		"sip:100@example.test",
		"password_file=/run/secrets/pw",
		"AKIA",
		"eyJ.a.b",
		"password=****",
	};
	static const char *const words[] = {
		"-u, root",
		"-u, \"10.0.0.1:8080\"",
		"-u, \"1000:1000\"",
		"--password-file, /run/secrets/pw",
		"--secret-id, prod/db",
		"--token, $TOKEN",
		"--password, \"@/run/pw\"",
		"\"--header=Authorization: Bearer ${TOKEN}\"",
	};
	int missed = 0;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		missed += !found_in_body(bodies[i], NULL);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		missed += !found_in_argv(words[i], NULL);
	assert_int_equal(missed, 0);
}

static void
a_secret_is_found_wherever_it_stands(void **state)
{
	static const struct {
		const char *from, *to, *at;
	} rows[] = {
		{ "runbook: mini\n", "runbook: mini\ntitle: Bearer " JWT "\n",
		  "2:8" },
		{ "runbook: mini\n",
		  "runbook: mini\ntitle: Bearer 0a1b2c3d4e5f\n", "2:8" },
		{ "    adapter: guide\n",
		  "    adapter: guide\n    client_id: " AWS "\n", "10:16" },
		{ "{limit: 2.5, source: p95}",
		  "{limit: 2.5, source: \"of token=hunter2\"}", "5:44" },
		{ "    takes: 20s\n", "    takes: 20s\n    owner: " AWS "\n",
		  "37:12" },
	};
	int missed = 0;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		missed += !found_as(rows[i].from, rows[i].to, rows[i].at);
	assert_int_equal(missed, 0);
}

static void
what_people_read_may_speak_of_secrets(void **state)
{
	static const char *const titles[] = {
		"Basic checks of the routing",
		"Bearer of bad news",
		"\"Change the admin-password: afterwards call\"",
		"Password and token are renewed",
		"\"Authorization: basic checks are done\"",
		"Basic",
	};
	int missed = 0;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
		char to[128];

		str_printf(to, sizeof(to), "runbook: mini\ntitle: %s\n",
			   titles[i]);
		missed += !found_as("runbook: mini\n", to, NULL);
	}
	assert_int_equal(missed, 0);
}

/* The book with its rollback, in which the trunk's act is by http. */
static char *
whole_book(const char *from, const char *to)
{
	struct buf b;
	char *by_http, *changed;

	buf_init(&b, 1 << 16);
	buf_text(&b, mini_book);
	buf_text(&b, mini_rollback);
	by_http = lint_replace(buf_str(&b),
			       "      trunk:\n        endpoint: platform\n"
			       "        trunk: \"{target}\"\n"
			       "        status: \"{value}\"\n",
			       "      http:\n        endpoint: platform\n"
			       "        method: PUT\n        path: /t\n"
			       "        headers: {X-Of: \"{target}\"}\n"
			       "        body: {assign_to: \"{value}\"}\n"
			       "        verify: {path: /t, pointer: /to, "
			       "equals: a}\n");
	changed = lint_replace(by_http, from, to);
	mem_free(by_http);
	buf_clear(&b);
	return changed;
}

static void
a_secret_is_told_at_the_row_it_was_filled_in_from(void **state)
{
	static const struct {
		const char *manifest[2], *book[2];
		const char *file, *at, *part;
	} rows[] = {
		{ { "\"disabled\"", "\"Bearer abcdefghij\"" },
		  { "X-Of", "X-Of" },
		  "rollback.json",
		  "9:29",
		  "\"assign_to\" is a literal secret" },
		{ { "\"disabled\"", "\"" AWS "\"" },
		  { "X-Of", "X-Of" },
		  "rollback.json",
		  "9:29",
		  "(value of step 2, put into \"assign_to\")" },
		{ { "\"sbc\"", "\"hunter2\"" },
		  { "X-Of", "X-Api-Key" },
		  "rollback.json",
		  "9:13",
		  "(target of step 2, put into \"X-Api-Key\")" },
		{ { "\"disabled\"", "\"legacy_queue\"" },
		  { "legacy_ip: 192.0.2.10\n",
		    "legacy_ip: 192.0.2.10\n    legacy_queue: " JWT "\n" },
		  "book.yaml",
		  "68:19",
		  "(value of step 2, put into \"assign_to\")" },
		{ { "\"disabled\"", "\"api_key\"" },
		  { "legacy_ip: 192.0.2.10\n",
		    "legacy_ip: 192.0.2.10\n    api_key: hunter2hunter2\n" },
		  "book.yaml",
		  "68:14",
		  "\"api_key\" is a literal secret" },
		{ { "\"mini_v1\"", "\"mini_v1\"" },
		  { "X-Of: \"{target}\"", "X-Api-Key: abcdefghij" },
		  "book.yaml",
		  "84:30",
		  "\"X-Api-Key\" is a literal secret" },
	};
	int missed = 0;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *text = whole_book(rows[i].book[0], rows[i].book[1]);
		char *manifest =
			lint_replace(mini_manifest, rows[i].manifest[0],
				     rows[i].manifest[1]);
		struct findings f = { 0 };
		struct book *b;
		bool holds;

		lint_book(&b, text, manifest, &f);
		holds = f.errors == 1 &&
			lint_found(&f, rows[i].at, "secret", rows[i].part) &&
			str_ends(f.items[0].file, rows[i].file);
		for (size_t j = 0; !holds && j < f.count; j++)
			print_error("%zu: %s:%d:%d %s\n", i, f.items[j].file,
				    f.items[j].line, f.items[j].column,
				    f.items[j].text);
		missed += !holds;
		book_drop(b);
		findings_clear(&f);
		mem_free(manifest);
		mem_free(text);
	}
	assert_int_equal(missed, 0);
}

static void
a_secret_in_a_manifest_of_its_own_is_found(void **state)
{
	static const char *const files[][2] = {
		{ "gates.json",
		  "{\"gate_id\": \"g\", \"thresholds\": {\"a\": {\"max_b\":\n"
		  "{\"limit\": 1, \"source\": \"Bearer " JWT "\"}}}}" },
		{ "rollback.json",
		  "{\"rollback_id\": \"r\", \"sequence\": [{\"step\": 1, "
		  "\"action\": \"a\",\n\"target\": \"token=hunter2\"}]}" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct findings f = { 0 };

		lint_text(files[i][0], files[i][1], &f);
		assert_int_equal(f.errors, 1);
		assert_string_equal(f.items[0].rule, "secret");
		assert_int_equal(f.items[0].line, 2);
		findings_clear(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_in_a_body_is_found_whatever_its_key),
		cmocka_unit_test(
			a_secret_among_the_words_of_a_program_is_found),
		cmocka_unit_test(what_only_names_a_secret_passes),
		cmocka_unit_test(a_secret_is_found_wherever_it_stands),
		cmocka_unit_test(what_people_read_may_speak_of_secrets),
		cmocka_unit_test(
			a_secret_is_told_at_the_row_it_was_filled_in_from),
		cmocka_unit_test(a_secret_in_a_manifest_of_its_own_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
