/* str: bounded copies, strict numbers and durations, near words. */
#include "tests/lib/test.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "base/str.h"

static void
copies_end_with_nul_and_say_when_cut(void **state)
{
	char to[6];

	TEST_UNUSED(state);
	assert_true(str_copy(to, sizeof(to), "abcde"));
	assert_string_equal(to, "abcde");
	assert_false(str_copy(to, sizeof(to), "abcdef"));
	assert_string_equal(to, "abcde");
	assert_true(str_copy(to, sizeof(to), NULL));
	assert_string_equal(to, "");
	assert_false(str_copy(to, 1, "x"));
	assert_string_equal(to, "");
	assert_true(str_copy_n(to, sizeof(to), "abcdef", 2));
	assert_string_equal(to, "ab");
	assert_false(str_printf(to, sizeof(to), "%s-%d", "abc", 17));
	assert_string_equal(to, "abc-1");
	assert_true(str_printf(to, sizeof(to), "%s-%d", "ab", 17));
	assert_string_equal(to, "ab-17");
}

static void
an_excerpt_says_that_something_is_missing(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *want;
	} rows[] = {
		{ "abcdefgh", 9, "abcdefgh" },
		{ "abcdefghi", 9, "abcde…" },
		{ "abcd\xc3\xa9ghi", 9, "abcd…" }, /* no half of one */
		{ "abcdef", 4, "…" },
		{ "abcdef", 3, "ab" }, /* no room for the mark */
		{ "", 4, "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char to[16];
		bool is_whole = str_excerpt(to, rows[i].size, rows[i].text);

		assert_string_equal(to, rows[i].want);
		CHECK_ROW(rows[i].text,
			  is_whole == (strcmp(to, rows[i].text) == 0));
	}
}

static void
a_cut_never_splits_a_character(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *want;
	} rows[] = {
		{ "a\xc3\xa9", 3, "a" },
		{ "a\xc3\xa9", 4, "a\xc3\xa9" },
		{ "a\xc3\xa9x", 4, "a\xc3\xa9" },
		{ "\xe2\x82\xac\xe2\x82\xac", 6, "\xe2\x82\xac" },
		{ "\xf0\x9f\x98\x80", 4, "" },
		{ "x\xf0\x9f\x98\x80y", 6, "x\xf0\x9f\x98\x80" },
	};
	char to[16];

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		str_copy(to, rows[i].size, rows[i].text);
		CHECK_ROW(rows[i].text, strcmp(to, rows[i].want) == 0);
		str_printf(to, rows[i].size, "%s", rows[i].text);
		CHECK_ROW(rows[i].text, strcmp(to, rows[i].want) == 0);
	}
}

static void
comparisons_mean_what_they_say(void **state)
{
	TEST_UNUSED(state);
	assert_true(str_same("a", "a") && str_same(NULL, NULL));
	assert_false(str_same("a", "A") || str_same("a", NULL) ||
		     str_same(NULL, "a"));
	assert_true(str_starts("http://x", "http:") && str_starts("x", ""));
	assert_false(str_starts("ht", "http"));
	assert_true(str_ends("a.json", ".json") && str_ends("a", ""));
	assert_false(str_ends("json", ".json"));
	assert_true(str_in_words("key phrase two_person", "phrase"));
	assert_true(str_in_words("key phrase two_person", "two_person"));
	assert_false(str_in_words("key phrase two_person", "person"));
	assert_false(str_in_words("key phrase", "phras"));
	assert_false(str_in_words("a  b", ""));
	assert_false(str_in_words("", "a"));
}

static void
numbers_are_read_strictly(void **state)
{
	static const struct {
		const char *text;
		bool is_number;
		double value;
	} rows[] = {
		{ "0", true, 0 },	{ "-0.5", true, -0.5 },
		{ "2.5", true, 2.5 },	{ "1e3", true, 1000 },
		{ "1E-2", true, 0.01 }, { "007", true, 7 },
		{ "", false, 0 },	{ " 1", false, 0 },
		{ "1 ", false, 0 },	{ "+1", false, 0 },
		{ "1.", false, 0 },	{ ".5", false, 0 },
		{ "0x10", false, 0 },	{ "inf", false, 0 },
		{ "nan", false, 0 },	{ "1e", false, 0 },
		{ "1e999", false, 0 },	{ "1,5", false, 0 },
		{ "1_000", false, 0 },	{ "--1", false, 0 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double got = -77;
		bool is_number = str_to_number(rows[i].text, &got);

		CHECK_ROW(rows[i].text, is_number == rows[i].is_number);
		CHECK_ROW(rows[i].text,
			  got == (is_number ? rows[i].value : -77));
	}
	assert_false(str_to_number(NULL, &(double){ 0 }));
}

static void
integers_are_read_strictly_to_their_limits(void **state)
{
	int64_t n = 5;

	TEST_UNUSED(state);
	assert_true(str_to_int("9223372036854775807", &n) && n == INT64_MAX);
	assert_true(str_to_int("-9223372036854775808", &n) && n == INT64_MIN);
	n = 5;
	assert_false(str_to_int("9223372036854775808", &n));
	assert_false(str_to_int("-9223372036854775809", &n));
	assert_false(str_to_int("", &n) || str_to_int("-", &n) ||
		     str_to_int(" 1", &n) || str_to_int("1 ", &n) ||
		     str_to_int("+1", &n) || str_to_int("1.0", &n) ||
		     str_to_int("0x1", &n) || str_to_int(NULL, &n));
	assert_int_equal(n, 5);
}

static void
durations_need_their_unit(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} rows[] = {
		{ "250ms", 250 },
		{ "90s", 90000 },
		{ "5m", 300000 },
		{ "1h30m", 5400000 },
		{ "2d", 172800000 },
		{ "1d2h3m4s5ms", 93784005 },
		{ "0s", 0 },
		{ "1m1ms", 60001 },
		{ "5", -1 },
		{ "", -1 },
		{ "s", -1 },
		{ "5 s", -1 },
		{ "-5s", -1 },
		{ "1.5h", -1 },
		{ "30m1h", -1 },
		{ "1h1h", -1 },
		{ "5x", -1 },
		{ "5sec", -1 },
		{ "1h ", -1 },
		{ "99999999999999999999s", -1 },
		{ "106751991168d", -1 },
		{ "3650d", 315360000000 },
		{ "3650d1ms", -1 },
		{ "106751991167d", -1 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t got = -1;

		CHECK_ROW(rows[i].text,
			  str_to_duration_ms(rows[i].text, &got) ==
				  (rows[i].ms >= 0));
		CHECK_ROW(rows[i].text, got == rows[i].ms);
	}
}

static void
durations_are_shown_short(void **state)
{
	static const struct {
		int64_t ms;
		const char *want;
	} rows[] = {
		{ 0, "0ms" },
		{ 250, "250ms" },
		{ 999, "999ms" },
		{ 1000, "1s" },
		{ 8000, "8s" },
		{ 8999, "8s" },
		{ 59999, "59s" },
		{ 60000, "1m" },
		{ 95000, "1m 35s" },
		{ 3599999, "59m 59s" },
		{ 3600000, "1h" },
		{ 7800000, "2h 10m" },
		{ 86399999, "23h 59m" },
		{ 259200000, "3d" },
		{ 273600000, "3d 4h" },
		{ -95000, "-1m 35s" },
		{ INT64_MIN, "-106751991167d 7h" },
	};
	char got[32];

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		str_duration(got, sizeof(got), rows[i].ms);
		CHECK_ROW(rows[i].want, strcmp(got, rows[i].want) == 0);
	}
}

static void
numbers_are_shown_short(void **state)
{
	static const struct {
		double value;
		const char *want;
	} rows[] = {
		{ 0, "0" },
		{ -0.0, "0" },
		{ 2.5, "2.5" },
		{ 0.1, "0.1" },
		{ 99.95, "99.95" },
		{ -3, "-3" },
		{ 1000000, "1000000" },
		{ 123456789012345, "123456789012345" },
		{ 1e20, "1e+20" },
		{ 1e-7, "1e-07" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ 0.1 + 0.2, "0.30000000000000004" },
	};
	char got[40];

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		str_number(got, sizeof(got), rows[i].value);
		CHECK_ROW(rows[i].want, strcmp(got, rows[i].want) == 0);
	}
	str_number(got, sizeof(got), (double)NAN);
	assert_string_equal(got, "nan");
	str_number(got, sizeof(got), (double)INFINITY);
	assert_string_equal(got, "inf");
}

static void
shown_numbers_read_back_as_themselves(void **state)
{
	struct rng r;

	TEST_UNUSED(state);
	rng_seed(&r, 20261120);
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = rng_next(&r);
		double value, back = 0;
		char text[40];

		memcpy(&value, &bits, sizeof(value));
		if (i % 2 == 0)
			value = (double)(int64_t)(bits >> 40) / 1000;
		if (!isfinite(value))
			continue;
		str_number(text, sizeof(text), value);
		assert_true(str_to_number(text, &back));
		assert_true(back == value);
	}
}

static void
the_nearest_word_is_one_that_was_meant(void **state)
{
	static const char *const words[] = { "timeout", "confirm", "retry",
					     "verify", "undo" };
	const size_t n = ARRAY_LEN(words);

	TEST_UNUSED(state);
	assert_string_equal(str_nearest("timout", words, n), "timeout");
	assert_string_equal(str_nearest("comfirm", words, n), "confirm");
	assert_string_equal(str_nearest("RETRY", words, n), "retry");
	assert_string_equal(str_nearest("udno", words, n), "undo");
	assert_string_equal(str_nearest("verfiy", words, n), "verify");
	assert_null(str_nearest("endpoint", words, n));
	assert_null(str_nearest("", words, n));
	assert_null(str_nearest("x", words, n));
	assert_null(str_nearest("retry", words, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_end_with_nul_and_say_when_cut),
		cmocka_unit_test(an_excerpt_says_that_something_is_missing),
		cmocka_unit_test(a_cut_never_splits_a_character),
		cmocka_unit_test(comparisons_mean_what_they_say),
		cmocka_unit_test(numbers_are_read_strictly),
		cmocka_unit_test(integers_are_read_strictly_to_their_limits),
		cmocka_unit_test(durations_need_their_unit),
		cmocka_unit_test(durations_are_shown_short),
		cmocka_unit_test(numbers_are_shown_short),
		cmocka_unit_test(shown_numbers_read_back_as_themselves),
		cmocka_unit_test(the_nearest_word_is_one_that_was_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
