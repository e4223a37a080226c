/* conf: hostile YAML and JSON are refused early, by name and place. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "conf/node.h"
#include "tests/lib/lint.h"
#include "tests/lib/mini_book.h"

/* clang-format off */
static const struct {
	const char *what, *text, *at, *rule, *part;
} rows[] = {
	{ "an anchor", "runbook: &a x\n", "1:10", "anchor", "" },
	{ "an alias", "runbook: x\ntitle: *a\n", "2:8", "anchor", "" },
	{ "a tag", "runbook: !!str x\n", "1:10", "tag", "" },
	{ "a tag of our own", "runbook: !secret x\n", "1:10", "tag", "" },
	{ "a merge key", "runbook: x\n<<: {a: b}\n", "2:1", "merge-key", "" },
	{ "a second document", "runbook: x\n---\nrunbook: y\n", "2:1",
	  "documents", "one document" },
	{ "a directive", "%YAML 1.1\n---\nrunbook: x\n", "1:1", "directive",
	  "" },
	{ "a tab", "runbook: x\nsteps:\n\t- id: a\n", "3:1", "syntax", "tab" },
	{ "a bad byte", "runbook: x\ntitle: caf\xe9\n", "2:11", "utf8",
	  "UTF-8" },
	{ "an overlong character", "runbook: \xc0\xaf\n", "1:10", "utf8", "" },
	{ "an escape character", "runbook: a\x1b[2J\n", "1:11", "control",
	  "" },
	{ "DEL", "runbook: a\x7f\n", "1:11", "control", "" },
	{ "a line separator", "runbook: x\ntitle: a\xe2\x80\xa8" "b\n", "2:9",
	  "line-separator", "" },
	{ "NEL", "runbook: x\ntitle: a\xc2\x85" "b\n", "2:9",
	  "line-separator", "" },
	{ "text that runs backwards", "runbook: x\ntitle: a\xe2\x80\xae" "b\n",
	  "2:9", "invisible", "" },
	{ "what only the parser refuses", "runbook: x\ntitle: \xef\xbf\xbf\n",
	  "2:8", "syntax", "" },
	{ "an unclosed quote", "runbook: \"x\ntitle: y\n", "3:1", "syntax",
	  "" },
	{ "an unclosed list", "runbook: [a, b\n", "2:1", "syntax", "" },
	{ "a map as a key", "runbook: x\n? {a: b}\n: c\n", "2:3", "syntax",
	  "one word" },
	{ "a placeholder without quotes", "runbook: x\ntitle: {{a}}\n", "2:9",
	  "syntax", "quotes" },
	{ "nothing", "", "0:0", "empty", "" },
	{ "a comment alone", "# hello\n", "0:0", "empty", "" },
	{ "a word alone", "hello\n", "1:1", "unknown-file", "" },
};
/* clang-format on */

static void
each_trick_is_refused_by_name(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct findings f = { 0 };
		const struct lint_case c = { .what = rows[i].what,
					     .at = rows[i].at,
					     .rule = rows[i].rule,
					     .part = rows[i].part };

		lint_text("t.yaml", rows[i].text, &f);
		if (!lint_found(&f, c.at, c.rule, c.part)) {
			lint_holds(&c, &f);
			fail();
		}
		findings_clear(&f);
	}
}

/* `open` n times, then `close` n times. */
static char *
nested(const char *open, const char *close, size_t n)
{
	struct buf b;

	buf_init(&b, 4 << 20);
	buf_text(&b, "runbook: ");
	for (size_t i = 0; i < n; i++)
		buf_text(&b, open);
	for (size_t i = 0; i < n; i++)
		buf_text(&b, close);
	buf_char(&b, '\n');
	assert_false(b.cut);
	return buf_detach(&b);
}

static void
depth_is_bounded_before_the_parser_feels_it(void **state)
{
	static const char *const pairs[][2] = {
		{ "[", "]" }, { "{a: ", "}" }, { "[", "" }, { "{ ? ", "" }
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char *text = nested(pairs[i][0], pairs[i][1], 100000);
		struct findings f = { 0 };

		lint_text("deep.yaml", text, &f);
		assert_int_equal(f.errors, 1);
		CHECK_ROW(pairs[i][0],
			  strcmp(f.items[0].rule, "too-deep") == 0 ||
				  strcmp(f.items[0].rule, "syntax") == 0);
		findings_clear(&f);
		mem_free(text);
	}
}

static void
thirty_one_levels_are_fine_and_more_are_not(void **state)
{
	TEST_UNUSED(state);
	for (size_t n = 31; n <= 32; n++) {
		char *text = nested("[", "]", n);
		struct findings f = { 0 };
		struct doc d;

		doc_parse(&d, "t.yaml", text, strlen(text), &f);
		assert_true((d.root != NULL) == (n == 31));
		assert_int_equal(f.errors, n == 31 ? 0 : 1);
		doc_clear(&d);
		findings_clear(&f);
		mem_free(text);
	}
}

static void
an_alias_bomb_does_not_go_off(void **state)
{
	struct findings f = { 0 };
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, 1 << 16);
	buf_text(&b, "runbook: x\na0: &a0 [x, x]\n");
	for (int i = 1; i < 30; i++)
		buf_printf(&b, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
	lint_text("bomb.yaml", buf_str(&b), &f);
	assert_true(f.errors >= 30);
	assert_true(lint_found(&f, "2:5", "anchor", ""));
	findings_clear(&f);
	buf_clear(&b);
}

static void
sizes_are_bounded(void **state)
{
	struct findings f = { 0 };
	struct buf b;

	TEST_UNUSED(state);
	/* One text of 70 KiB. */
	buf_init(&b, 8 << 20);
	buf_text(&b, "runbook: x\ntitle: ");
	for (int i = 0; i < 70 * 1024; i++)
		buf_char(&b, 'a');
	lint_text("long.yaml", buf_str(&b), &f);
	assert_true(lint_found(&f, "2:8", "too-large", "64 KiB"));
	findings_clear(&f);
	/* More than 4 MiB. */
	while (b.len < (4 << 20) + 1)
		buf_text(&b, "\n# comment comment comment");
	lint_text("huge.yaml", buf_str(&b), &f);
	assert_true(lint_found(&f, "0:0", "too-large", "4 MiB"));
	findings_clear(&f);
	/* More than 200 000 values. */
	buf_reset(&b);
	buf_text(&b, "runbook: [");
	for (int i = 0; i < 200001; i++)
		buf_text(&b, "a,\n");
	buf_text(&b, "a]\n");
	lint_text("many.yaml", buf_str(&b), &f);
	assert_int_equal(f.errors, 1);
	assert_string_equal(f.items[0].rule, "too-large");
	findings_clear(&f);
	buf_clear(&b);
}

static void
line_ends_and_a_byte_order_mark_do_not_matter(void **state)
{
	struct findings f = { 0 };
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, 1 << 16);
	buf_text(&b, "\xef\xbb\xbf");
	for (const char *p = mini_book; *p != '\0'; p++) {
		if (*p == '\n')
			buf_char(&b, '\r');
		buf_char(&b, *p);
	}
	lint_text("dos.yaml", buf_str(&b), &f);
	lint_expect_none(&f);
	buf_text(&b, "titel: x\r\n");
	lint_text("dos.yaml", buf_str(&b), &f);
	assert_true(lint_found(&f, "64:1", "unknown-key", "title"));
	findings_clear(&f);
	buf_clear(&b);
}

static void
a_byte_of_nul_is_named(void **state)
{
	static const char text[] = "runbook: x\ntitle: a\0b\n";
	static const char quoted[] = "runbook: x\ntitle: \"a\\0b\"\n";
	struct findings f = { 0 };

	TEST_UNUSED(state);
	lint_bytes("nul.yaml", text, sizeof(text) - 1, &f);
	assert_true(lint_found(&f, "2:9", "control", ""));
	findings_clear(&f);
	lint_text("nul.yaml", quoted, &f);
	assert_true(lint_found(&f, "2:8", "control", "NUL"));
	findings_clear(&f);
}

static void
columns_count_characters(void **state)
{
	struct findings f = { 0 };

	TEST_UNUSED(state);
	lint_text("t.json",
		  "{\"rollback_id\": \"é\", \"gr\xc3\xbc\xc3\x9f\": 1}", &f);
	assert_true(lint_found(&f, "1:22", "unknown-key", "grüß"));
	findings_clear(&f);
	lint_text("t.yaml", "{runbook: é, gr\xc3\xbc\xc3\x9f: 1}", &f);
	assert_true(lint_found(&f, "1:14", "unknown-key", "grüß"));
	findings_clear(&f);
}

static void
findings_never_carry_an_escape(void **state)
{
	struct findings f = { 0 };

	TEST_UNUSED(state);
	lint_text("t.yaml", "runbook: x\n\"a\\e[2Jb\\u202E\": 1\n", &f);
	assert_true(f.errors > 0);
	for (size_t i = 0; i < f.count; i++)
		for (const char *p = f.items[i].text; *p != '\0'; p++)
			assert_true((unsigned char)*p >= ' ' &&
				    (unsigned char)*p < 0x7f);
	findings_clear(&f);
}

static void
a_flood_of_findings_is_counted_not_kept(void **state)
{
	struct findings f = { 0 };
	struct buf b, out;

	TEST_UNUSED(state);
	buf_init(&b, 4 << 20);
	buf_init(&out, 1 << 20);
	buf_text(&b, "runbook: x\n");
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, "k%d: 1\n", i);
	lint_text("flood.yaml", buf_str(&b), &f);
	assert_int_equal(f.count, FINDINGS_MOST);
	assert_true(f.errors >= 5000);
	findings_print(&out, &f);
	assert_non_null(strstr(buf_str(&out), " more\n"));
	findings_clear(&f);
	buf_clear(&out);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_trick_is_refused_by_name),
		cmocka_unit_test(depth_is_bounded_before_the_parser_feels_it),
		cmocka_unit_test(thirty_one_levels_are_fine_and_more_are_not),
		cmocka_unit_test(an_alias_bomb_does_not_go_off),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(line_ends_and_a_byte_order_mark_do_not_matter),
		cmocka_unit_test(a_byte_of_nul_is_named),
		cmocka_unit_test(columns_count_characters),
		cmocka_unit_test(findings_never_carry_an_escape),
		cmocka_unit_test(a_flood_of_findings_is_counted_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
