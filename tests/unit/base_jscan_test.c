/* jscan: every JSON text and nothing else, with the place of the fault. */
#include "tests/lib/test.h"

#include <math.h>

#include "base/clock.h"
#include "base/jscan.h"
#include "base/mem.h"

/* The tokens of a text, one letter each; 'E' at the fault. */
static void
letters(char *to, size_t size, const char *text, size_t len, struct jscan *s)
{
	static const char names[] = "E.{}[]ks#tfn";
	size_t n = 0;
	enum jtok t;

	jscan_init(s, text, len);
	do {
		t = jscan_next(s);
		assert_true(n + 1 < size);
		to[n++] = names[t];
	} while (t != JTOK_ERROR && t != JTOK_END);
	to[n] = '\0';
}

static void
valid_texts_give_their_tokens(void **state)
{
	static const struct {
		const char *text, *tokens;
	} rows[] = {
		{ "null", "n." },
		{ " \t\r\n true \n", "t." },
		{ "false", "f." },
		{ "\"\"", "s." },
		{ "{}", "{}." },
		{ "[]", "[]." },
		{ "[1,2]", "[##]." },
		{ "{\"a\":{\"b\":[null,true]},\"c\":\"x\"}", "{k{k[nt]}ks}." },
		{ "0", "#." },
		{ "-0", "#." },
		{ "-0.0e-0", "#." },
		{ "1E+400", "#." },
		{ "123456789012345678901234567890", "#." },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"", "s." },
		{ "\"\\u0000\"", "s." },
		{ "\"\x7f\"", "s." },
		{ "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "s." },
		{ "[ ]", "[]." },
		{ "{ }", "{}." },
		{ "{ \"a\" : 1 , \"a\" : 2 }", "{k#k#}." },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[64];
		struct jscan s;

		letters(got, sizeof(got), rows[i].text, strlen(rows[i].text),
			&s);
		CHECK_ROW(rows[i].text, strcmp(got, rows[i].tokens) == 0);
	}
}

static void
faults_are_refused_at_their_place(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *why;
	} rows[] = {
		{ "", 0, "text ends" },
		{ "   ", 3, "text ends" },
		{ "[", 1, "text ends" },
		{ "[1", 2, "expected ',' or ']'" },
		{ "[1,]", 3, "expected a value" },
		{ "[1 2]", 3, "expected ','" },
		{ "[1}", 2, "expected ','" },
		{ "[,1]", 1, "expected a value" },
		{ "]", 0, "expected a value" },
		{ "{", 1, "expected a key" },
		{ "{\"a\"}", 4, "expected ':'" },
		{ "{\"a\":}", 5, "expected a value" },
		{ "{\"a\":1,}", 7, "expected a key" },
		{ "{a:1}", 1, "expected a key" },
		{ "{\"a\":1]", 6, "expected ',' or '}'" },
		{ "1 2", 2, "more text" },
		{ "{}x", 2, "more text" },
		{ "01", 0, "leading zero" },
		{ "-01", 0, "leading zero" },
		{ "1.", 0, "digits missing" },
		{ ".5", 0, "expected a value" },
		{ "+1", 0, "expected a value" },
		{ "1e", 0, "exponent" },
		{ "1e+", 0, "exponent" },
		{ "-", 0, "expected a value" },
		{ "0x10", 1, "more text" },
		{ "NaN", 0, "expected a value" },
		{ "Infinity", 0, "expected a value" },
		{ "nul", 0, "expected a value" },
		{ "nulls", 4, "more text" },
		{ "True", 0, "expected a value" },
		{ "'a'", 0, "expected a value" },
		{ "\"a", 0, "closing quote" },
		{ "\"\\", 1, "bad escape" },
		{ "\"\\x41\"", 1, "bad escape" },
		{ "\"\\u12g4\"", 1, "four hex digits" },
		{ "\"\\u12", 1, "four hex digits" },
		{ "\"\\ud800\"", 1, "surrogate" },
		{ "\"\\ud800\\u0041\"", 1, "surrogate" },
		{ "\"\\udc00\"", 1, "surrogate" },
		{ "\"a\nb\"", 2, "control character" },
		{ "\"\x1f\"", 1, "control character" },
		{ "\"\xff\"", 1, "not UTF-8" },
		{ "\"\xc0\x80\"", 1, "not UTF-8" },
		{ "\"\xed\xa0\x80\"", 1, "not UTF-8" },
		{ "\"\xf4\x90\x80\x80\"", 1, "not UTF-8" },
		{ "\"\xe2\x82\"", 1, "not UTF-8" },
		{ "\xef\xbb\xbf{}", 0, "expected a value" },
		{ "[1] // note", 4, "more text" },
		{ "\f1", 0, "expected a value" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[64];
		struct jscan s;

		letters(got, sizeof(got), rows[i].text, strlen(rows[i].text),
			&s);
		CHECK_ROW(rows[i].text, got[strlen(got) - 1] == 'E');
		if (s.at != rows[i].at)
			print_error("at %zu, want %zu\n", s.at, rows[i].at);
		CHECK_ROW(rows[i].text, s.at == rows[i].at);
		CHECK_HOLDS(s.why, rows[i].why);
		CHECK_ROW(rows[i].text, jscan_next(&s) == JTOK_ERROR);
	}
}

static void
a_nul_byte_is_no_end_of_text(void **state)
{
	struct jscan s;
	char got[16];

	TEST_UNUSED(state);
	letters(got, sizeof(got), "1\0", 2, &s);
	assert_string_equal(got, "#E");
	letters(got, sizeof(got), "\0", 1, &s);
	assert_string_equal(got, "E");
	letters(got, sizeof(got), "\"a\0b\"", 5, &s);
	assert_string_equal(got, "E");
}

/* Every text cut short anywhere is refused, and nothing behind the cut is
 * read (the copy has the exact size). */
static void
no_cut_text_passes(void **state)
{
	static const char text[] =
		"{\"a\":[1.5e3,\"\\u00e9\\ud83d\\ude00\xc3\xa9\",true,null]}";

	TEST_UNUSED(state);
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		char *cut = mem_copy(text, len);
		char got[64];
		struct jscan s;

		letters(got, sizeof(got), cut, len, &s);
		assert_int_equal(got[strlen(got) - 1], 'E');
		mem_free(cut);
	}
}

static void
sixty_four_levels_pass_and_one_more_does_not(void **state)
{
	char text[2 * (JSCAN_DEPTH + 1)];
	struct jscan s;
	enum jtok t;

	TEST_UNUSED(state);
	for (size_t depth = JSCAN_DEPTH; depth <= JSCAN_DEPTH + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		jscan_init(&s, text, 2 * depth);
		do {
			t = jscan_next(&s);
		} while (t != JTOK_ERROR && t != JTOK_END);
		assert_int_equal(t,
				 depth == JSCAN_DEPTH ? JTOK_END : JTOK_ERROR);
	}
	CHECK_HOLDS(s.why, "too deep");
}

static void
strings_decode_to_utf8(void **state)
{
	static const char text[] = "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9"
				   "\\u20AC\\ud83d\\ude00 plain\"";
	struct jscan s;
	char got[64];

	TEST_UNUSED(state);
	jscan_init(&s, text, sizeof(text) - 1);
	assert_int_equal(jscan_next(&s), JTOK_STRING);
	assert_true(s.has_escape);
	assert_true(jscan_string(&s, got, sizeof(got)));
	assert_string_equal(got, "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac"
				 "\xf0\x9f\x98\x80 plain");
}

static void
a_string_that_does_not_fit_says_so(void **state)
{
	static const char *const texts[] = { "\"abcd\"", "\"abc\\u0064\"" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct jscan s;
		char got[8];

		jscan_init(&s, texts[i], strlen(texts[i]));
		assert_int_equal(jscan_next(&s), JTOK_STRING);
		assert_false(jscan_string(&s, got, 4));
		assert_true(strlen(got) < 4);
		assert_true(jscan_string(&s, got, 5));
		assert_string_equal(got, "abcd");
	}
}

static void
an_escaped_nul_never_becomes_a_c_string(void **state)
{
	static const char text[] = "\"a\\u0000b\"";
	struct jscan s;
	char got[8];

	TEST_UNUSED(state);
	jscan_init(&s, text, sizeof(text) - 1);
	assert_int_equal(jscan_next(&s), JTOK_STRING);
	assert_false(jscan_string(&s, got, sizeof(got)));
}

static void
numbers_are_the_nearest_double(void **state)
{
	static const struct {
		const char *text;
		double value;
	} rows[] = {
		{ "0", 0 },
		{ "-0", -0.0 },
		{ "2.5", 2.5 },
		{ "0.1", 0.1 },
		{ "99.95", 99.95 },
		{ "-17", -17 },
		{ "0.000001", 0.000001 },
		{ "123456789012345", 123456789012345.0 },
		{ "9007199254740993", 9007199254740992.0 },
		{ "1e3", 1000 },
		{ "1.5E-3", 0.0015 },
		{ "1.7976931348623157e308", 1.7976931348623157e308 },
		{ "0.30000000000000004", 0.30000000000000004 },
	};
	struct jscan s;
	double got;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		jscan_init(&s, rows[i].text, strlen(rows[i].text));
		assert_int_equal(jscan_next(&s), JTOK_NUMBER);
		CHECK_ROW(rows[i].text, jscan_number(&s, &got));
		CHECK_ROW(rows[i].text,
			  memcmp(&got, &rows[i].value, sizeof(got)) == 0);
	}
	jscan_init(&s, "1e400", 5);
	assert_int_equal(jscan_next(&s), JTOK_NUMBER);
	assert_false(jscan_number(&s, &got));
}

static void
skipping_steps_over_one_whole_value(void **state)
{
	static const char text[] =
		"{\"a\":{\"x\":[1,[2]],\"y\":{}},\"b\":[],\"c\":7}";
	struct jscan s;
	double got;

	TEST_UNUSED(state);
	jscan_init(&s, text, sizeof(text) - 1);
	assert_int_equal(jscan_next(&s), JTOK_OBJECT);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(jscan_next(&s), JTOK_KEY);
		jscan_skip(&s, jscan_next(&s));
	}
	assert_int_equal(jscan_next(&s), JTOK_KEY);
	assert_memory_equal(s.raw, "c", 1);
	assert_int_equal(jscan_skip(&s, jscan_next(&s)), JTOK_NUMBER);
	assert_true(jscan_number(&s, &got) && got == 7);
	assert_int_equal(jscan_next(&s), JTOK_OBJECT_END);
	assert_int_equal(jscan_next(&s), JTOK_END);
	jscan_init(&s, "[[1,[2}", 7);
	assert_int_equal(jscan_skip(&s, jscan_next(&s)), JTOK_ERROR);
}

static void
places_count_lines_and_characters(void **state)
{
	static const char text[] = "a\n\xc3\xa9x\n\ny";
	int line, column;

	TEST_UNUSED(state);
	jscan_place(text, 0, &line, &column);
	assert_true(line == 1 && column == 1);
	jscan_place(text, 1, &line, &column);
	assert_true(line == 1 && column == 2);
	jscan_place(text, 4, &line, &column); /* x, behind one character */
	assert_true(line == 2 && column == 2);
	jscan_place(text, 7, &line, &column);
	assert_true(line == 4 && column == 1);
}

/* Five megabytes are a bound that a person does not notice. */
static void
five_megabytes_take_less_than_a_second(void **state)
{
	static const char row[] =
		"{\"name\":\"telephony.rate\",\"limit\":99.95,\"on\":true},\n";
	size_t count = (size_t)5 * 1024 * 1024 / (sizeof(row) - 1);
	struct buf b;
	int64_t start_us;
	struct jscan s;
	enum jtok t;

	TEST_UNUSED(state);
	buf_init(&b, 1 << 24);
	buf_char(&b, '[');
	for (size_t i = 0; i < count; i++)
		buf_add(&b, row, sizeof(row) - 1);
	buf_text(&b, "0]");
	start_us = clock_real_us();
	jscan_init(&s, b.data, b.len);
	do {
		t = jscan_next(&s);
	} while (t != JTOK_ERROR && t != JTOK_END);
	assert_int_equal(t, JTOK_END);
	assert_true(clock_real_us() - start_us < 1000000);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_texts_give_their_tokens),
		cmocka_unit_test(faults_are_refused_at_their_place),
		cmocka_unit_test(a_nul_byte_is_no_end_of_text),
		cmocka_unit_test(no_cut_text_passes),
		cmocka_unit_test(sixty_four_levels_pass_and_one_more_does_not),
		cmocka_unit_test(strings_decode_to_utf8),
		cmocka_unit_test(a_string_that_does_not_fit_says_so),
		cmocka_unit_test(an_escaped_nul_never_becomes_a_c_string),
		cmocka_unit_test(numbers_are_the_nearest_double),
		cmocka_unit_test(skipping_steps_over_one_whole_value),
		cmocka_unit_test(places_count_lines_and_characters),
		cmocka_unit_test(five_megabytes_take_less_than_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
