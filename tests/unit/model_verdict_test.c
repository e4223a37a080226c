/* verdict: worst wins, in every order; words and exit codes. */
#include "tests/lib/test.h"

#include "model/verdict.h"

static void
the_worst_of_two_wins(void **state)
{
	static const enum verdict worst_first[] = {
		VERDICT_NO_GO, VERDICT_BLIND, VERDICT_HOLD,
		VERDICT_GO,    VERDICT_OFF,
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < VERDICT_COUNT; i++)
		for (size_t j = 0; j < VERDICT_COUNT; j++)
			assert_int_equal(
				verdict_worst(worst_first[i], worst_first[j]),
				worst_first[i < j ? i : j]);
}

static void
the_order_of_combining_does_not_matter(void **state)
{
	TEST_UNUSED(state);
	for (int a = 0; a < VERDICT_COUNT; a++)
		for (int b = 0; b < VERDICT_COUNT; b++)
			for (int c = 0; c < VERDICT_COUNT; c++) {
				enum verdict x = (enum verdict)a;
				enum verdict y = (enum verdict)b;
				enum verdict z = (enum verdict)c;

				assert_int_equal(
					verdict_worst(verdict_worst(x, y), z),
					verdict_worst(x, verdict_worst(y, z)));
			}
}

static void
words_and_exit_codes_are_the_documented_ones(void **state)
{
	static const struct {
		enum verdict verdict;
		const char *word;
		int exit_code;
	} rows[] = {
		{ VERDICT_GO, "GO", 0 },     { VERDICT_NO_GO, "NO-GO", 1 },
		{ VERDICT_HOLD, "HOLD", 3 }, { VERDICT_BLIND, "BLIND", 4 },
		{ VERDICT_OFF, "OFF", 4 },
	};

	TEST_UNUSED(state);
	assert_int_equal(ARRAY_LEN(rows), VERDICT_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum verdict back = VERDICT_COUNT;

		assert_string_equal(verdict_word(rows[i].verdict),
				    rows[i].word);
		assert_int_equal(verdict_exit_code(rows[i].verdict),
				 rows[i].exit_code);
		assert_true(verdict_parse(rows[i].word, &back));
		assert_int_equal(back, rows[i].verdict);
	}
}

static void
other_words_are_no_verdict(void **state)
{
	static const char *const words[] = { "", "go", "NOGO", "GO ", "PASS" };
	enum verdict out = VERDICT_BLIND;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		CHECK_ROW(words[i], !verdict_parse(words[i], &out));
	assert_int_equal(out, VERDICT_BLIND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_of_two_wins),
		cmocka_unit_test(the_order_of_combining_does_not_matter),
		cmocka_unit_test(words_and_exit_codes_are_the_documented_ones),
		cmocka_unit_test(other_words_are_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
