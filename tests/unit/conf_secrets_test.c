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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_in_a_body_is_found_whatever_its_key),
		cmocka_unit_test(
			a_secret_among_the_words_of_a_program_is_found),
		cmocka_unit_test(what_only_names_a_secret_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
