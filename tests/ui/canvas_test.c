/* canvas_test - cells, pens, boxes: nothing outside, nothing foreign. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/mem.h"
#include "base/text.h"
#include "ui/canvas.h"

static struct canvas
make(enum charset set, int rows, int cols)
{
	struct canvas c;

	canvas_init(&c, set);
	canvas_resize(&c, rows, cols);
	return c;
}

static void
check_text(const struct canvas *c, const char *want)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	canvas_text(&b, c);
	assert_string_equal(buf_str(&b), want);
	buf_clear(&b);
}

static void
a_text_that_does_not_fit_says_so(void **state)
{
	static const struct {
		enum charset set;
		const char *text, *want;
	} rows[] = {
		{ CHARSET_UTF8, "abcde", "abcde\n" },
		{ CHARSET_UTF8, "abcdef", "abcd…\n" },
		{ CHARSET_ASCII, "abcdef", "abcd~\n" },
		{ CHARSET_UTF8, "abc漢字", "abc …\n" },
		{ CHARSET_UTF8, "漢字", "漢字\n" },
		{ CHARSET_UTF8, "漢字字", "漢字…\n" },
		{ CHARSET_ASCII, "≤ 2", "<= 2\n" },
		{ CHARSET_ASCII, "漢é", "??\n" },
		{ CHARSET_ASCII, "→→→", "->->~\n" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct canvas c = make(rows[i].set, 1, 5);
		struct pen p = canvas_pen(&c, 0, 0, 5);
		struct buf b;

		pen_text(&p, ROLE_NORMAL, rows[i].text);
		buf_init(&b, 100);
		canvas_text(&b, &c);
		CHECK_ROW(rows[i].text, strcmp(buf_str(&b), rows[i].want) == 0);
		buf_clear(&b);
		canvas_clear(&c);
	}
}

static void
nothing_is_written_outside_the_place_of_a_pen(void **state)
{
	struct canvas c = make(CHARSET_UTF8, 3, 10);
	struct pen p;

	TEST_UNUSED(state);
	for (int row = -2; row < 6; row++)
		for (int col = -3; col < 14; col++)
			for (int cells = -2; cells < 20; cells++) {
				p = canvas_pen(&c, row, col, cells);
				pen_text(&p, ROLE_KEY, "漢a漢b漢c漢d漢");
				pen_field(&p, 4, ROLE_KEY, "漢漢漢");
				assert_true(p.col <= p.end);
			}
	canvas_blank(&c);
	p = canvas_pen(&c, 1, 3, 4);
	pen_text(&p, ROLE_KEY, "abcdefgh");
	check_text(&c, "\n   abc…\n\n");
	p = canvas_pen(&c, 1, 5, 0);
	pen_text(&p, ROLE_KEY, "x");
	check_text(&c, "\n   abc…\n\n");
	canvas_clear(&c);
}

static void
half_of_a_wide_character_never_stays(void **state)
{
	struct canvas c = make(CHARSET_UTF8, 1, 6);
	struct pen p = canvas_pen(&c, 0, 0, 6);

	TEST_UNUSED(state);
	pen_text(&p, ROLE_NORMAL, "漢字漢");
	p = canvas_pen(&c, 0, 1, 2);
	pen_text(&p, ROLE_NORMAL, "ab");
	check_text(&c, " ab 漢\n");
	canvas_clear(&c);
}

static void
hostile_bytes_become_visible_code(void **state)
{
	static const char *const evil[] = {
		"\x1b[2J",	    "a\rb",	     "\x07",	 "\xe2\x80\xae",
		"\xe2\x80\x8b",	    "\xc2\x9b",	     "\xff\xfe", "\xef\xbb\xbf",
		"\xf3\xa0\x81\x81", "\xe2\x81\xa6x",
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		struct canvas c = make(CHARSET_UTF8, 1, 40);
		struct pen p = canvas_pen(&c, 0, 0, 40);
		bool has_code = false;

		pen_text(&p, ROLE_NORMAL, evil[i]);
		for (int col = 0; col < 40; col++) {
			const struct cell *cell = canvas_cell(&c, 0, col);
			const char *text = cell->text;
			char clean[64];

			assert_true(text_clean(clean, sizeof(clean), text,
					       strlen(text)));
			assert_string_equal(clean, text);
			has_code |= text[0] == '\\' || text[0] == 'U';
		}
		CHECK_ROW(evil[i], has_code);
		canvas_clear(&c);
	}
}

static void
marks_stay_on_their_character_and_are_bounded(void **state)
{
	struct canvas c = make(CHARSET_UTF8, 1, 8);
	struct pen p = canvas_pen(&c, 0, 0, 8);

	TEST_UNUSED(state);
	pen_text(&p, ROLE_NORMAL, "e\xcc\x81\xcc\x82\xcc\x83z");
	assert_string_equal(canvas_cell(&c, 0, 0)->text, "e\xcc\x81\xcc\x82");
	assert_string_equal(canvas_cell(&c, 0, 1)->text, "z");
	canvas_clear(&c);
}

static void
a_box_of_any_size_is_whole_or_nothing(void **state)
{
	TEST_UNUSED(state);
	for (int rows = 0; rows < 6; rows++)
		for (int cols = 0; cols < 12; cols++) {
			struct canvas c = make(CHARSET_ASCII, 6, 12);
			struct rect in = canvas_box(
				&c, (struct rect){ 0, 0, rows, cols },
				ROLE_BORDER, "a title of some length");

			assert_true(in.rows >= 0 && in.cols >= 0);
			if (rows >= 2 && cols >= 2) {
				assert_string_equal(canvas_cell(&c, 0, 0)->text,
						    "+");
				assert_string_equal(
					canvas_cell(&c, rows - 1, cols - 1)
						->text,
					"+");
			}
			if (cols < 12)
				assert_string_equal(
					canvas_cell(&c, 0, cols)->text, " ");
			canvas_clear(&c);
		}
}

static void
absurd_sizes_are_clamped(void **state)
{
	struct canvas c = make(CHARSET_UTF8, 65535, 65535);

	TEST_UNUSED(state);
	assert_int_equal(c.rows, CANVAS_ROWS_MAX);
	assert_int_equal(c.cols, CANVAS_COLS_MAX);
	canvas_resize(&c, -4, 0);
	assert_int_equal(c.rows, 1);
	assert_int_equal(c.cols, 1);
	canvas_clear(&c);
}

static void
every_sign_takes_one_cell_in_both_sets(void **state)
{
	TEST_UNUSED(state);
	for (int g = 0; g < GLYPH_COUNT; g++)
		for (int set = 0; set < 2; set++) {
			const char *sign =
				words_glyph((enum charset)set, (enum glyph)g);

			CHECK_ROW(sign, text_width(sign) == 1);
		}
	for (int i = 0; i <= 8; i++) {
		assert_int_equal(text_width(words_column(CHARSET_UTF8, i)), 1);
		assert_int_equal(text_width(words_part(CHARSET_UTF8, i)), 1);
	}
}

static void
ages_are_exact_when_young_and_coarse_when_old(void **state)
{
	static const struct {
		int64_t ms;
		const char *want;
	} rows[] = {
		{ -1, "never" },    { 0, "0s" },	 { 8900, "8s" },
		{ 20000, "20s" },   { 24999, "20s" },	 { 25000, "25s" },
		{ 119999, "115s" }, { 120000, "2m" },	 { 7199999, "119m" },
		{ 7200000, "2h" },  { 172800000, "2d" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[16];

		words_age(text, sizeof(text), rows[i].ms);
		CHECK_ROW(rows[i].want, strcmp(text, rows[i].want) == 0);
	}
}

static void
signs_of_comparison_are_shown_where_they_exist(void **state)
{
	char text[40];

	TEST_UNUSED(state);
	words_shown(CHARSET_UTF8, text, sizeof(text), "<= 2 >= 1 a -> b");
	assert_string_equal(text, "≤ 2 ≥ 1 a → b");
	words_shown(CHARSET_ASCII, text, sizeof(text), "<= 2");
	assert_string_equal(text, "<= 2");
	words_shown(CHARSET_UTF8, text, 3, "<=");
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_that_does_not_fit_says_so),
		cmocka_unit_test(nothing_is_written_outside_the_place_of_a_pen),
		cmocka_unit_test(half_of_a_wide_character_never_stays),
		cmocka_unit_test(hostile_bytes_become_visible_code),
		cmocka_unit_test(marks_stay_on_their_character_and_are_bounded),
		cmocka_unit_test(a_box_of_any_size_is_whole_or_nothing),
		cmocka_unit_test(absurd_sizes_are_clamped),
		cmocka_unit_test(every_sign_takes_one_cell_in_both_sets),
		cmocka_unit_test(ages_are_exact_when_young_and_coarse_when_old),
		cmocka_unit_test(
			signs_of_comparison_are_shown_where_they_exist),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
