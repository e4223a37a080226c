/* conf: themes give every role a style, or say which one is missing. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "conf/colour.h"
#include "conf/theme.h"
#include "model/contrast.h"
#include "tests/lib/lint.h"

/* A theme of the tree, without any finding. */
static void
load(struct theme *out, const char *name)
{
	struct findings f = { 0 };
	struct err e = { 0 };
	char path[64];

	str_printf(path, sizeof(path), "themes/%s.yaml", name);
	CHECK_OK(theme_load(out, path, &f, &e), &e);
	lint_expect_none(&f);
}

static void
each_theme_of_the_tree_is_whole(void **state)
{
	static const char *const names[] = { "dark", "light", "high-contrast",
					     "colour-blind", "mono" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct theme t;

		load(&t, names[i]);
		assert_string_equal(t.name, names[i]);
	}
}

/* As one cell looks: that two of them do not differ is a fault. */
static bool
is_same(const struct style *a, const struct style *b)
{
	return a->fg == b->fg && a->bg == b->bg;
}

static void
verdicts_differ_in_colour(void **state)
{
	static const char *const names[] = { "dark", "light", "high-contrast",
					     "colour-blind" };
	static const enum role sets[2][4] = {
		{ ROLE_GO, ROLE_HOLD, ROLE_NO_GO, ROLE_BLIND },
		{ ROLE_BADGE_GO, ROLE_BADGE_HOLD, ROLE_BADGE_NO_GO,
		  ROLE_BADGE_BLIND },
	};

	TEST_UNUSED(state);
	for (size_t n = 0; n < ARRAY_LEN(names); n++) {
		struct theme t;

		load(&t, names[n]);
		for (int i = 0; i < 8; i++)
			for (int k = i / 4 * 4; k < i; k++) {
				enum role a = sets[i / 4][i % 4];
				enum role b = sets[k / 4][k % 4];

				CHECK_ROW(names[n],
					  !is_same(&t.at256[a], &t.at256[b]));
				CHECK_ROW(names[n],
					  !is_same(&t.at16[a], &t.at16[b]));
			}
	}
}

static void
the_colour_blind_have_blue_and_vermillion(void **state)
{
	struct rgb go, no_go;
	struct theme t;

	TEST_UNUSED(state);
	load(&t, "colour-blind");
	go = palette_rgb(t.at256[ROLE_GO].fg);
	no_go = palette_rgb(t.at256[ROLE_NO_GO].fg);
	assert_true(go.b > go.g && go.g > go.r);
	assert_true(no_go.r > no_go.g && no_go.g > no_go.b);
	assert_int_equal(t.at256[ROLE_BADGE_GO].bg, t.at256[ROLE_GO].fg);
	assert_int_equal(t.at256[ROLE_BADGE_NO_GO].bg, t.at256[ROLE_NO_GO].fg);
}

static void
high_contrast_is_high_on_any_terminal(void **state)
{
	struct theme t;

	TEST_UNUSED(state);
	load(&t, "high-contrast");
	for (int i = 0; i < ROLE_COUNT; i++) {
		struct shown many = style_shown(&t.at256[i], true);
		struct shown few = style_shown(&t.at16[i], true);
		bool large = style_is_large((enum role)i, &t.at16[i]);

		/* Paper of its own: nothing hangs on the terminal's. */
		CHECK_ROW(role_rows[i].name,
			  t.at256[i].bg >= 0 && t.at16[i].bg >= 0);
		CHECK_ROW(role_rows[i].name,
			  contrast_ratio(many.ink, many.paper) >= 7);
		CHECK_ROW(role_rows[i].name,
			  contrast_ratio(few.ink, few.paper) >=
				  (large ? 4.5 : 7));
	}
}

/* What a text is judged by is what it is drawn in. */
static void
the_palette_read_is_the_palette_judged(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < 256; i++) {
		struct rgb c = palette_rgb(i);
		char hex[8];
		int got = -1;

		str_printf(hex, sizeof(hex), "#%02x%02x%02x", c.r, c.g, c.b);
		assert_true(colour_parse(hex, i < 16 ? 16 : 256, &got));
		CHECK_ROW(hex, got == i);
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
		  "6:3", "unknown-key", "did you mean \"no-go\"?" },
		{ "a role that is missing", "256:\n  normal:      default default\n",
		  "256:\n", "5:1", "missing", "\"normal\"" },
		{ "a colour that is none", "117 default bold",
		  "gren default bold", "9:16", "bad-colour",
		  "did you mean \"green\"?" },
		{ "an attribute that is none", "117 default bold",
		  "117 default blod", "9:16", "unknown-word",
		  "did you mean \"bold\"?" },
		{ "a style without background", "245 default", "245", "7:16",
		  "missing", "background" },
		{ "ink in the colour of the paper", "245 default", "7 7",
		  "7:16", "unreadable", "background" },
		{ "a background that is none", "background: dark",
		  "background: drak", "3:13", "unknown-word", "\"dark\"" },
		{ "a section that is none", "mono:\n", "mon:\n", "65:1",
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
	assert_true(lint_found(&f, cases[7].at, cases[7].rule, cases[7].part));
	findings_clear(&f);
	mem_free(misspelt);
	mem_free(text);
}

static void
what_can_hardly_be_read_is_named(void **state)
{
	/* clang-format off */
	static const struct lint_case on_dark[] = {
		{ "grey on black", "245 default", "240 default", "7:16",
		  "low-contrast", "\"dim\" has a contrast of 2.95 on a black "
		  "background (256 colours); text needs 4.5" },
		{ "hardly anything on black", "245 default", "234 default",
		  "7:16", "unreadable", "1.23 on a black background" },
		{ "bold may be fainter", "221 default bold", "23 default bold",
		  "15:16", "low-contrast", "bold text needs 3.0" },
		{ "a paper of its own", "255 238 bold", "255 249 bold",
		  "12:16", "unreadable", "a contrast of 1.82 (256 colours)" },
		{ "with sixteen, too", "bright-cyan default bold",
		  "blue default bold", "39:16", "low-contrast",
		  "on a black background (16 colours)" },
		{ "dim takes a third away", "245 default", "245 default dim",
		  "7:16", "low-contrast", "\"dim\"" },
	};
	static const struct lint_case on_light[] = {
		{ "yellow on white", "242 default", "226 default", "7:16",
		  "unreadable", "1.07 on a white background" },
		{ "green on white", "default default dim",
		  "green default bold", "37:16", "low-contrast",
		  "2.15 on a white background (16 colours)" },
	};
	static const struct lint_case on_any[] = {
		{ "the worse side counts", "252 16", "252 default", "9:16",
		  "unreadable", "on a white background" },
	};
	/* clang-format on */
	char *dark = test_file_read("themes/dark.yaml");
	char *light = test_file_read("themes/light.yaml");
	char *any = test_file_read("themes/high-contrast.yaml");

	TEST_UNUSED(state);
	lint_run(on_dark, ARRAY_LEN(on_dark), "t.yaml", dark);
	lint_run(on_light, ARRAY_LEN(on_light), "t.yaml", light);
	lint_run(on_any, ARRAY_LEN(on_any), "t.yaml", any);
	mem_free(dark);
	mem_free(light);
	mem_free(any);
}

static void
a_theme_that_says_nothing_is_for_dark_terminals(void **state)
{
	static const struct lint_case cases[] = {
		{ "as before", "252", "235", "5:16", "unreadable", "black" },
	};
	char *text = test_file_read("themes/dark.yaml");
	char *silent = lint_replace(text, "background: dark\n", "");
	char *body = lint_replace(silent, "default default", "252 default");
	struct findings f = { 0 };

	TEST_UNUSED(state);
	lint_text("t.yaml", body, &f);
	lint_expect_none(&f);
	lint_run(cases, 1, "t.yaml", body);
	mem_free(body);
	mem_free(silent);
	mem_free(text);
}

static void
what_the_colour_blind_cannot_tell_apart_is_named(void **state)
{
	/* clang-format off */
	static const struct lint_case cases[] = {
		{ "purple like blue", "blind:       175 16 bold",
		  "blind:       141 16 bold", "21:16", "look-alike",
		  "\"blind\" looks like \"go\" to deuteranopia (256 colours)" },
		{ "white like pale yellow", "blind:       175 16 bold",
		  "blind:       230 16 bold", "21:16", "look-alike",
		  "\"blind\" looks like \"hold\" to tritanopia" },
		{ "the same to everybody", "badge-no-go: 16 202 bold",
		  "badge-no-go: 16 227 bold", "25:16", "look-alike",
		  "\"badge-no-go\" looks like \"badge-hold\" to normal sight" },
		{ "with sixteen, too", "go:          bright-cyan black bold",
		  "go:          bright-blue black bold", "51:16", "look-alike",
		  "to protanopia (16 colours): a difference of 4, 20 is safe" },
	};
	/* clang-format on */
	char *text = test_file_read("themes/colour-blind.yaml");
	char *close, *other;
	struct findings f = { 0 };

	TEST_UNUSED(state);
	lint_run(cases, ARRAY_LEN(cases), "t.yaml", text);
	close = lint_replace(text, cases[0].from, cases[0].to);
	/* A theme that promises nothing of the kind. */
	other = lint_replace(close, "theme: colour-blind", "theme: night");
	lint_text("t.yaml", other, &f);
	lint_expect_none(&f);
	mem_free(other);
	/* And the other spelling. */
	other = lint_replace(close, "theme: colour-blind",
			     "theme: my-color-blind-2");
	lint_text("t.yaml", other, &f);
	assert_int_equal(f.warnings, 1);
	findings_clear(&f);
	mem_free(other);
	mem_free(close);
	mem_free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_theme_of_the_tree_is_whole),
		cmocka_unit_test(verdicts_differ_in_colour),
		cmocka_unit_test(verdicts_differ_without_colours),
		cmocka_unit_test(the_colour_blind_have_blue_and_vermillion),
		cmocka_unit_test(high_contrast_is_high_on_any_terminal),
		cmocka_unit_test(the_palette_read_is_the_palette_judged),
		cmocka_unit_test(colours_have_names_numbers_and_hex),
		cmocka_unit_test(each_fault_of_a_theme_is_named),
		cmocka_unit_test(what_can_hardly_be_read_is_named),
		cmocka_unit_test(
			a_theme_that_says_nothing_is_for_dark_terminals),
		cmocka_unit_test(
			what_the_colour_blind_cannot_tell_apart_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
