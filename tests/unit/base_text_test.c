/* text: foreign bytes become visible, measured and cut whole. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/rng.h"
#include "base/text.h"

static void
harmful_characters_become_visible(void **state)
{
	static const struct {
		const char *what, *from, *want;
	} rows[] = {
		{ "plain text passes", "GO 99.5 %", "GO 99.5 %" },
		{ "letters of the world pass",
		  "\xc3\xa9\xce\xb1\xd0\x96\xe6\xbc\xa2\xe2\x82\xac",
		  "\xc3\xa9\xce\xb1\xd0\x96\xe6\xbc\xa2\xe2\x82\xac" },
		{ "symbols of the screen pass", "\xe2\x9c\x93\xe2\x94\x80",
		  "\xe2\x9c\x93\xe2\x94\x80" },
		{ "newline and tab are blanks", "a\nb\tc", "a b c" },
		{ "odd blanks are blanks", "a\xc2\xa0\x62\xe3\x80\x80\x63",
		  "a b c" },
		{ "escape is shown", "\x1b[2J", "\\x1b[2J" },
		{ "carriage return is shown", "a\rb", "a\\x0db" },
		{ "backspace and bell are shown", "\b\a", "\\x08\\x07" },
		{ "delete is shown", "\x7f", "\\x7f" },
		{ "C1 controls are shown", "\xc2\x9b", "U+009B" },
		{ "invalid bytes are shown", "a\xff\xfe", "a\\xff\\xfe" },
		{ "overlong forms are shown", "\xc0\xaf", "\\xc0\\xaf" },
		{ "surrogates are shown", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "a cut sequence is shown", "\xe2\x82", "\\xe2\\x82" },
		{ "bidi override is shown", "\xe2\x80\xae", "U+202E" },
		{ "bidi isolate is shown", "\xe2\x81\xa6", "U+2066" },
		{ "zero width space is shown", "a\xe2\x80\x8b", "aU+200B" },
		{ "joiner is shown", "\xe2\x80\x8d", "U+200D" },
		{ "byte order mark is shown", "\xef\xbb\xbf", "U+FEFF" },
		{ "line separator is shown", "\xe2\x80\xa8", "U+2028" },
		{ "private use is shown", "\xee\x80\x80", "U+E000" },
		{ "tags are shown", "\xf3\xa0\x81\x81", "U+E0041" },
		{ "variation selector is shown", "\xef\xb8\x8f", "U+FE0F" },
		{ "soft hyphen is shown", "\xc2\xad", "U+00AD" },
		{ "filler is shown", "\xe3\x85\xa4", "U+3164" },
		{ "a mark stays on its letter", "e\xcc\x81", "e\xcc\x81" },
		{ "a mark with nothing below is shown", "\xcc\x81", "U+0301" },
		{ "the fourth mark is shown",
		  "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
		  "e\xcc\x81\xcc\x81\xcc\x81U+0301" },
	};
	char got[128];

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CHECK_ROW(rows[i].what,
			  text_clean(got, sizeof(got), rows[i].from,
				     strlen(rows[i].from)));
		CHECK_ROW(rows[i].what, strcmp(got, rows[i].want) == 0);
	}
}

static void
nul_bytes_are_shown_too(void **state)
{
	char got[16];

	TEST_UNUSED(state);
	assert_true(text_clean(got, sizeof(got), "a\0b", 3));
	assert_string_equal(got, "a\\x00b");
}

/* Whatever comes in: valid UTF-8 without controls goes out, also when cut. */
static void
random_bytes_come_out_clean(void **state)
{
	struct rng r;
	char from[64];
	char got[48];

	TEST_UNUSED(state);
	rng_seed(&r, 7);
	for (int round = 0; round < 20000; round++) {
		size_t len = rng_below(&r, sizeof(from));
		size_t size = 1 + rng_below(&r, sizeof(got));

		for (size_t i = 0; i < len; i++)
			from[i] = (char)rng_next(&r);
		text_clean(got, size, from, len);
		assert_true(strlen(got) < size);
		assert_true(text_is_utf8(got, strlen(got)));
		for (const char *p = got; *p != '\0'; p++)
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
	}
}

static void
a_cut_result_says_so(void **state)
{
	char got[6];

	TEST_UNUSED(state);
	assert_true(text_clean(got, sizeof(got), "abcde", 5));
	assert_false(text_clean(got, sizeof(got), "abcdef", 6));
	assert_string_equal(got, "abcde");
	assert_false(text_clean(got, sizeof(got), "abc\x1b", 4));
	assert_string_equal(got, "abc"); /* no half of a visible code */
}

static void
every_character_encodes_and_decodes(void **state)
{
	TEST_UNUSED(state);
	for (int32_t c = 0; c <= 0x10ffff; c++) {
		char bytes[5];
		const char *p = bytes;
		size_t len = text_encode(c, bytes);
		int32_t back = text_next(&p, bytes + len);

		if (c >= 0xd800 && c <= 0xdfff) {
			assert_int_equal(back, -1);
			continue;
		}
		assert_int_equal(back, c);
		assert_ptr_equal(p, bytes + len);
	}
}

static void
widths_are_those_of_the_terminal(void **state)
{
	TEST_UNUSED(state);
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(text_char_width('a'), 1);
		assert_int_equal(text_char_width(0xe9), 1);
		assert_int_equal(text_char_width(0x0301), 0);
		assert_int_equal(text_char_width(0x6f22), 2);
		assert_int_equal(text_char_width(0x2500), 1);
		assert_int_equal(text_char_width(-1), 1);
		assert_int_equal(text_width("a\xe6\xbc\xa2z"), 4);
		/* Without a UTF-8 locale the rule of thumb agrees. */
		assert_non_null(setlocale(LC_CTYPE, "C"));
	}
}

static void
cuts_fill_the_cells_and_mark_the_loss(void **state)
{
	static const struct {
		const char *what, *text;
		int cells;
		const char *want;
		int used;
	} rows[] = {
		{ "what fits stays", "abc", 3, "abc", 3 },
		{ "what is shorter stays", "abc", 9, "abc", 3 },
		{ "what is longer is marked", "abcd", 3, "ab~", 3 },
		{ "one cell is the mark", "abcd", 1, "~", 1 },
		{ "no cell is nothing", "abcd", 0, "", 0 },
		{ "fewer than none is nothing", "abcd", -1, "", 0 },
		{ "a wide character is never halved",
		  "a\xe6\xbc\xa2\xe6\xbc\xa2", 3, "a~", 2 },
		{ "a wide character fits exactly", "a\xe6\xbc\xa2", 3,
		  "a\xe6\xbc\xa2", 3 },
		{ "a mark goes with its letter", "e\xcc\x81xyz", 2,
		  "e\xcc\x81~", 2 },
	};
	char got[32];

	TEST_UNUSED(state);
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int used = text_cut(got, sizeof(got), rows[i].text,
				    rows[i].cells, "~");

		CHECK_ROW(rows[i].what, strcmp(got, rows[i].want) == 0);
		CHECK_ROW(rows[i].what, used == rows[i].used);
	}
	assert_int_equal(text_cut(got, 4, "abcdefgh", 8, "~"), 3);
	assert_string_equal(got, "ab~");
	assert_int_equal(text_cut(got, 32, "abcdef", 3, "\xe2\x80\xa6"), 3);
	assert_string_equal(got, "ab\xe2\x80\xa6");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(harmful_characters_become_visible),
		cmocka_unit_test(nul_bytes_are_shown_too),
		cmocka_unit_test(random_bytes_come_out_clean),
		cmocka_unit_test(a_cut_result_says_so),
		cmocka_unit_test(every_character_encodes_and_decodes),
		cmocka_unit_test(widths_are_those_of_the_terminal),
		cmocka_unit_test(cuts_fill_the_cells_and_mark_the_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
