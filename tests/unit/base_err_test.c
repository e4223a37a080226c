/* err: one line, complete, without secrets; codes with words and a policy. */
#include "tests/lib/test.h"

#include "base/redact.h"

static void
every_code_has_words_of_its_own(void **state)
{
	TEST_UNUSED(state);
	for (int a = 0; a < ERR_COUNT; a++) {
		assert_true(strlen(err_words((enum err_code)a)) > 3);
		for (int b = a + 1; b < ERR_COUNT; b++)
			assert_string_not_equal(err_words((enum err_code)a),
						err_words((enum err_code)b));
	}
	assert_string_equal(err_words(ERR_COUNT), "unknown error");
}

static void
only_failures_that_touched_nothing_may_be_retried(void **state)
{
	TEST_UNUSED(state);
	for (int c = 0; c <= ERR_COUNT; c++)
		assert_int_equal(err_may_retry((enum err_code)c),
				 c == ERR_REFUSED || c == ERR_UNREACHED ||
					 c == ERR_TIMEOUT);
}

static void
setting_hands_the_code_back(void **state)
{
	struct err e = { 0 };

	TEST_UNUSED(state);
	assert_int_equal(err_set(&e, ERR_TLS, "port %d", 5061), ERR_TLS);
	assert_int_equal(e.code, ERR_TLS);
	assert_string_equal(e.text, "port 5061");
}

static void
an_error_can_wrap_its_own_text(void **state)
{
	struct err e = { 0 };

	TEST_UNUSED(state);
	err_set(&e, ERR_TIMEOUT, "no answer in %d s", 3);
	err_set(&e, e.code, "step 4: %s", e.text);
	assert_string_equal(e.text, "step 4: no answer in 3 s");
}

static void
the_text_is_one_line_and_never_cut_inside_a_character(void **state)
{
	struct err e = { 0 };
	char longer[sizeof(e.text) + 40];

	TEST_UNUSED(state);
	err_set(&e, ERR_INPUT, "a\nb\rc");
	assert_string_equal(e.text, "a b c");
	for (size_t shift = 0; shift < 3; shift++) {
		memset(longer, 'x', shift);
		for (size_t i = shift; i + 3 < sizeof(longer); i += 3)
			memcpy(longer + i, "\xe2\x82\xac", 4);
		err_set(&e, ERR_INPUT, "%s", longer);
		assert_true(strlen(e.text) < sizeof(e.text));
		assert_int_equal((strlen(e.text) - shift) % 3, 0);
		assert_memory_equal(e.text, longer, strlen(e.text));
	}
}

static void
secrets_do_not_get_into_errors_even_where_the_text_is_cut(void **state)
{
	struct err e = { 0 };

	TEST_UNUSED(state);
	redact_add("token", "s3cr3t-t0ken-value");
	err_set(&e, ERR_REFUSED, "peer said: s3cr3t-t0ken-value is bad");
	assert_string_equal(e.text, "peer said: [token] is bad");
	for (int pad = 290; pad < 330; pad++) {
		err_set(&e, ERR_REFUSED, "%*s%s", pad, "",
			"s3cr3t-t0ken-value");
		assert_null(strstr(e.text, "s3cr"));
	}
	redact_forget_all();
}

/* What a peer or a file brought along cannot move the cursor. */
static void
the_text_is_clean(void **state)
{
	struct err e = { 0 };

	TEST_UNUSED(state);
	err_set(&e, ERR_INPUT, "%s: no", "a\x1b[31m\xc2\x9b\xe2\x80\xae\xff");
	assert_string_equal(e.text, "a\\x1b[31mU+009BU+202E\\xff: no");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_words_of_its_own),
		cmocka_unit_test(
			only_failures_that_touched_nothing_may_be_retried),
		cmocka_unit_test(setting_hands_the_code_back),
		cmocka_unit_test(the_text_is_clean),
		cmocka_unit_test(an_error_can_wrap_its_own_text),
		cmocka_unit_test(
			the_text_is_one_line_and_never_cut_inside_a_character),
		cmocka_unit_test(
			secrets_do_not_get_into_errors_even_where_the_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
