/* value: kinds, sameness, words for people, versions by numbers. */
#include "tests/lib/test.h"

#include <math.h>

#include "base/str.h"
#include "model/value.h"

static void
values_are_the_same_only_within_their_kind(void **state)
{
	struct value none = { .kind = VALUE_NONE };
	struct value all[] = {
		none,
		value_of_number(1),
		value_of_number(0),
		value_of_number((double)NAN),
		value_of_flag(true),
		value_of_flag(false),
		value_of_words("1"),
		value_of_words(""),
		value_of_words("true"),
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		for (size_t j = 0; j < ARRAY_LEN(all); j++)
			assert_int_equal(value_same(&all[i], &all[j]), i == j);
}

static void
numbers_are_compared_exactly_and_zero_has_no_sign(void **state)
{
	struct value a = value_of_number(99.2);
	struct value b = value_of_number(nextafter(99.2, 0));
	struct value zero = value_of_number(0);
	struct value minus = value_of_number(-0.0);

	TEST_UNUSED(state);
	assert_false(value_same(&a, &b));
	assert_true(value_same(&zero, &minus));
}

static void
values_read_as_people_say_them(void **state)
{
	const struct {
		struct value value;
		const char *unit;
		const char *want;
	} rows[] = {
		{ value_of_number(2.9), "%", "2.9 %" },
		{ value_of_number(840), "ms", "840 ms" },
		{ value_of_number(3), "", "3" },
		{ value_of_number(3), NULL, "3" },
		{ value_of_number(99.19999999999999), "%",
		  "99.19999999999999 %" },
		{ value_of_flag(true), "", "yes" },
		{ value_of_flag(false), "%", "no" },
		{ value_of_words("1.2"), "", "1.2" },
		{ value_of_words("a\x1b[2Jb"), "", "a\\x1b[2Jb" },
		{ { .kind = VALUE_NONE }, "ms", "-" },
	};
	char text[80];

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		value_text(text, sizeof(text), &rows[i].value, rows[i].unit);
		assert_string_equal(text, rows[i].want);
	}
}

static void
long_words_are_cut_and_still_a_text(void **state)
{
	struct value v = value_of_words("0123456789012345678901234567890123456"
					"789012345678901234567890");

	TEST_UNUSED(state);
	assert_int_equal(v.kind, VALUE_WORDS);
	assert_int_equal(strlen(v.words), VALUE_TEXT - 1);
}

/* Cut where a character did not fit, it must not be the text before that. */
static void
what_was_cut_is_no_shorter_text(void **state)
{
	char is[64], text[VALUE_TEXT];
	struct value a, b;

	TEST_UNUSED(state);
	for (int len = 0; len < VALUE_TEXT; len++) {
		str_printf(text, sizeof(text), "%.*s", len,
			   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
		str_printf(is, sizeof(is), "%s\xf4\x8f\xbf\xbf", text);
		a = value_of_words(text);
		b = value_of_words(is);
		CHECK_ROW(text, !value_same(&a, &b) || len == VALUE_TEXT - 1);
	}
}

static void
rounding_keeps_six_digits(void **state)
{
	static const double rows[][2] = {
		{ 2.5 - 2.1, 0.4 },
		{ -(2.5 - 2.1), -0.4 },
		{ 123456.7, 123457 },
		{ 1234567.8, 1234570 },
		{ 99.19999999999999 - 99.2, -1.42109e-14 },
		{ 0, 0 },
		{ 1e-320, 1e-320 },
		{ 1.7e308, 1.7e308 },
		{ 100, 100 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_true(fabs(value_round(rows[i][0]) - rows[i][1]) <=
			    1e-15 * fabs(rows[i][1]));
	assert_true(isnan(value_round((double)NAN)));
	assert_true(isinf(value_round((double)INFINITY)));
}

static void
versions_are_compared_by_their_numbers(void **state)
{
	static const struct {
		const char *a, *b;
		int want;
	} rows[] = {
		{ "1.2", "1.2", 0 },
		{ "1.10", "1.2", 1 },
		{ "1.2", "1.10", -1 },
		{ "1.3", "1.2", 1 },
		{ "1.1", "1.2", -1 },
		{ "2", "1.9.9", 1 },
		{ "1.2", "1.2.0", 0 },
		{ "1.2.1", "1.2", 1 },
		{ "1.2", "1.2.1", -1 },
		{ "01.02", "1.2", 0 },
		{ "0", "0.0.0", 0 },
		{ "1.0", "1", 0 },
		{ "1.19", "1.2", 1 },
		{ "1.1.9", "1.2", -1 },
		{ "0.9", "1", -1 },
		{ "10", "9", 1 },
		{ "99999999999999999999.1", "99999999999999999998.9", 1 },
		{ "18446744073709551617", "1", 1 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int order = 7;

		CHECK_ROW(rows[i].a,
			  value_compare_versions(rows[i].a, rows[i].b, &order));
		CHECK_ROW(rows[i].a, order == rows[i].want);
		CHECK_ROW(rows[i].b,
			  value_compare_versions(rows[i].b, rows[i].a, &order));
		CHECK_ROW(rows[i].b, order == -rows[i].want);
	}
}

static void
what_is_no_version_is_not_compared(void **state)
{
	static const char *const words[] = {
		"",	   ".",	      "1.", ".2",  "1..2", "v1.2", "1.2 ", " 1",
		"1.2-rc1", "TLS_1.2", "-1", "1,2", "1.x",  "1/2",  "1:2",
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		int order = 7;

		CHECK_ROW(words[i],
			  !value_compare_versions(words[i], "1.2", &order));
		CHECK_ROW(words[i],
			  !value_compare_versions("1.2", words[i], &order));
		CHECK_ROW(words[i], order == 7);
	}
	assert_false(value_compare_versions(NULL, "1", &(int){ 0 }));
	assert_false(value_compare_versions("1", NULL, &(int){ 0 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_the_same_only_within_their_kind),
		cmocka_unit_test(
			numbers_are_compared_exactly_and_zero_has_no_sign),
		cmocka_unit_test(values_read_as_people_say_them),
		cmocka_unit_test(long_words_are_cut_and_still_a_text),
		cmocka_unit_test(what_was_cut_is_no_shorter_text),
		cmocka_unit_test(rounding_keeps_six_digits),
		cmocka_unit_test(versions_are_compared_by_their_numbers),
		cmocka_unit_test(what_is_no_version_is_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
