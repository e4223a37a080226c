/* param: settings are kept by name and read as what they mean. */
#include "tests/lib/test.h"

#include "model/param.h"

static void
settings_are_found_by_their_name(void **state)
{
	struct settings s = { 0 };

	TEST_UNUSED(state);
	assert_null(settings_text(&s, "path"));
	settings_add(&s, "path", "/a");
	settings_add(&s, "poll.path", "/b");
	settings_add(&s, "empty", "");
	assert_string_equal(settings_text(&s, "path"), "/a");
	assert_string_equal(settings_text(&s, "poll.path"), "/b");
	assert_string_equal(settings_text(&s, "empty"), "");
	assert_null(settings_text(&s, "poll"));
	assert_string_equal(settings_text_or(&s, "poll", "x"), "x");
	assert_string_equal(settings_text_or(&s, "empty", "x"), "");
	assert_null(settings_text_or(&s, "poll", NULL));
	settings_clear(&s);
	assert_int_equal(s.count, 0);
	assert_null(settings_text(&s, "path"));
}

static void
a_name_said_again_replaces_the_text(void **state)
{
	struct settings s = { 0 };

	TEST_UNUSED(state);
	settings_add(&s, "a", "1");
	settings_add(&s, "b", "2");
	settings_add(&s, "a", "3");
	settings_add(&s, "a", settings_text(&s, "a")); /* its own text */
	assert_int_equal(s.count, 2);
	assert_string_equal(settings_text(&s, "a"), "3");
	assert_string_equal(settings_text(&s, "b"), "2");
	settings_clear(&s);
}

static void
a_copy_lives_on_its_own(void **state)
{
	struct settings s = { 0 }, copy;

	TEST_UNUSED(state);
	settings_add(&s, "a", "1");
	settings_copy(&copy, &s);
	settings_add(&s, "a", "2");
	settings_clear(&s);
	assert_int_equal(copy.count, 1);
	assert_string_equal(settings_text(&copy, "a"), "1");
	settings_clear(&copy);
	settings_copy(&copy, &s);
	assert_int_equal(copy.count, 0);
	settings_clear(&copy);
}

static void
texts_are_read_as_what_they_mean(void **state)
{
	struct settings s = { 0 };

	TEST_UNUSED(state);
	settings_add(&s, "every", "1m30s");
	settings_add(&s, "ratio", "0.25");
	settings_add(&s, "strict", "true");
	settings_add(&s, "loose", "false");
	assert_int_equal(settings_duration_ms(&s, "every", 7), 90000);
	assert_int_equal(settings_duration_ms(&s, "never", 7), 7);
	assert_true(settings_number(&s, "ratio", 9) == 0.25);
	assert_true(settings_number(&s, "none", 9) == 9);
	assert_true(settings_flag(&s, "strict", false));
	assert_false(settings_flag(&s, "loose", true));
	assert_true(settings_flag(&s, "none", true));
	assert_false(settings_flag(&s, "none", false));
	settings_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_found_by_their_name),
		cmocka_unit_test(a_name_said_again_replaces_the_text),
		cmocka_unit_test(a_copy_lives_on_its_own),
		cmocka_unit_test(texts_are_read_as_what_they_mean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
