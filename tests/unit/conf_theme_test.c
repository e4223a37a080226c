/* conf: themes give every role a style, or say which one is missing. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "conf/colour.h"
#include "conf/theme.h"
#include "tests/lib/lint.h"

static void
each_theme_of_the_tree_is_whole(void **state)
{
	static const char *const names[] = { "dark", "light", "mono" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct findings f = { 0 };
		struct err e = { 0 };
		struct theme t;
		char path[64];

		str_printf(path, sizeof(path), "themes/%s.yaml", names[i]);
		CHECK_OK(theme_load(&t, path, &f, &e), &e);
		lint_expect_none(&f);
		assert_string_equal(t.name, names[i]);
	}
}

static void
verdicts_differ_without_colours(void **state)
{
	static const enum role badges[] = { ROLE_BADGE_GO, ROLE_BADGE_HOLD,
					    ROLE_BADGE_NO_GO,
					    ROLE_BADGE_BLIND };
	struct findings f = { 0 };
	struct err e = { 0 };
	struct theme t;

	TEST_UNUSED(state);
	CHECK_OK(theme_load(&t, "themes/mono.yaml", &f, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(badges); i++)
		for (size_t k = 0; k < i; k++)
			assert_true(t.mono[badges[i]].attrs !=
				    t.mono[badges[k]].attrs);
	for (int i = 0; i < ROLE_COUNT; i++)
		assert_true(t.at256[i].fg == -1 && t.at256[i].bg == -1 &&
			    t.at16[i].fg == -1 && t.mono[i].bg == -1);
}

static void
colours_have_names_numbers_and_hex(void **state)
{
	static const struct {
		const char *text;
		int count;
		bool ok;
		int want;
	} rows[] = {
		{ "default", 256, true, -1 },	  { "red", 256, true, 1 },
		{ "bright-white", 16, true, 15 }, { "0", 16, true, 0 },
		{ "255", 256, true, 255 },	  { "256", 256, false, 0 },
		{ "16", 16, false, 0 },		  { "-1", 256, false, 0 },
		{ "#ff0000", 256, true, 196 },	  { "#ffffff", 256, true, 231 },
		{ "#808080", 256, true, 244 },	  { "#ff0000", 16, true, 9 },
		{ "#ff000", 256, false, 0 },	  { "#gg0000", 256, false, 0 },
		{ "#+1+1+1", 256, false, 0 },	  { "", 256, false, 0 },
		{ "Red", 256, false, 0 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int got = 99;

		CHECK_ROW(rows[i].text,
			  colour_parse(rows[i].text, rows[i].count, &got) ==
				  rows[i].ok);
		CHECK_ROW(rows[i].text,
			  got == (rows[i].ok ? rows[i].want : 99));
	}
}

static void
each_fault_of_a_theme_is_named(void **state)
{
	/* clang-format off */
	static const struct lint_case cases[] = {
		{ "a role that is none", "256:\n", "256:\n  no-goo: red black\n",
		  "5:3", "unknown-key", "did you mean \"no-go\"?" },
		{ "a role that is missing", "256:\n  normal:      252 default\n",
		  "256:\n", "4:1", "missing", "\"normal\"" },
		{ "a colour that is none", "252 default", "gren default",
		  "5:16", "bad-colour", "did you mean \"green\"?" },
		{ "an attribute that is none", "255 default bold",
		  "255 default blod", "7:16", "unknown-word",
		  "did you mean \"bold\"?" },
		{ "a style without background", "252 default", "252", "5:16",
		  "missing", "background" },
		{ "ink in the colour of the paper", "252 default", "7 7",
		  "5:16", "unreadable", "background" },
		{ "a section that is none", "mono:\n", "mon:\n", "64:1",
		  "unknown-key", "did you mean \"mono\"?" },
	};
	/* clang-format on */
	char *text = test_file_read("themes/dark.yaml");
	char *misspelt = lint_replace(text, "mono:\n", "mon:\n");
	struct findings f = { 0 };

	TEST_UNUSED(state);
	lint_run(cases, ARRAY_LEN(cases) - 1, "t.yaml", text);
	/* This one is a missing section as well. */
	lint_text("t.yaml", misspelt, &f);
	assert_int_equal(f.errors, 2);
	assert_true(lint_found(&f, cases[6].at, cases[6].rule, cases[6].part));
	findings_clear(&f);
	mem_free(misspelt);
	mem_free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_theme_of_the_tree_is_whole),
		cmocka_unit_test(verdicts_differ_without_colours),
		cmocka_unit_test(colours_have_names_numbers_and_hex),
		cmocka_unit_test(each_fault_of_a_theme_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
