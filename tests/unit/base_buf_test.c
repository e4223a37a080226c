/* buf: capped, always terminated, honest about what did not fit. */
#include "tests/lib/test.h"

#include "base/buf.h"
#include "base/mem.h"

static void
an_empty_buffer_reads_as_empty_text(void **state)
{
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, 10);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.len, 0);
	buf_clear(&b);
	assert_string_equal(buf_str(&b), "");
}

static void
appends_join_and_stay_terminated(void **state)
{
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, 1000);
	assert_true(buf_text(&b, "GO"));
	assert_true(buf_char(&b, ' '));
	assert_true(buf_printf(&b, "%d of %d", 3, 4));
	assert_true(buf_add(&b, "\0x", 2));
	assert_string_equal(buf_str(&b), "GO 3 of 4");
	assert_int_equal(b.len, 11);
	assert_int_equal(b.data[b.len], 0);
	buf_clear(&b);
}

static void
exactly_the_cap_fits_and_one_more_does_not(void **state)
{
	TEST_UNUSED(state);
	for (size_t cap = 0; cap < 200; cap++) {
		struct buf b;

		buf_init(&b, cap);
		for (size_t i = 0; i < cap; i++)
			assert_true(buf_char(&b, 'x'));
		assert_int_equal(b.len, cap);
		assert_false(b.cut);
		assert_false(buf_char(&b, 'y'));
		assert_true(b.cut);
		assert_int_equal(b.len, cap);
		assert_true(b.size <= cap + 1);
		buf_clear(&b);
	}
}

static void
an_append_over_the_cap_adds_nothing_now_or_later(void **state)
{
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, 5);
	assert_true(buf_text(&b, "abc"));
	assert_false(buf_text(&b, "def"));
	assert_string_equal(buf_str(&b), "abc");
	assert_false(buf_char(&b, 'd')); /* would fit, but a gap would lie */
	assert_false(buf_printf(&b, "%s", ""));
	assert_string_equal(buf_str(&b), "abc");
	buf_reset(&b);
	assert_false(b.cut);
	assert_true(buf_text(&b, "def"));
	assert_string_equal(buf_str(&b), "def");
	buf_clear(&b);
}

static void
a_huge_length_does_not_wrap_around(void **state)
{
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, 100);
	assert_true(buf_text(&b, "abc"));
	assert_false(buf_add(&b, "x", SIZE_MAX));
	assert_false(buf_add(&b, "x", SIZE_MAX - 3));
	assert_string_equal(buf_str(&b), "abc");
	buf_clear(&b);
}

static void
detaching_hands_the_storage_over(void **state)
{
	struct buf b;
	char *text;

	TEST_UNUSED(state);
	buf_init(&b, 100);
	text = buf_detach(&b);
	assert_string_equal(text, "");
	mem_free(text);
	assert_true(buf_text(&b, "mine"));
	text = buf_detach(&b);
	assert_string_equal(text, "mine");
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.len, 0);
	assert_true(buf_text(&b, "next"));
	assert_string_equal(text, "mine");
	mem_free(text);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_reads_as_empty_text),
		cmocka_unit_test(appends_join_and_stay_terminated),
		cmocka_unit_test(exactly_the_cap_fits_and_one_more_does_not),
		cmocka_unit_test(
			an_append_over_the_cap_adds_nothing_now_or_later),
		cmocka_unit_test(a_huge_length_does_not_wrap_around),
		cmocka_unit_test(detaching_hands_the_storage_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
