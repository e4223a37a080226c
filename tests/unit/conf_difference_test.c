/* What moved between two texts of one runbook. */
#include "tests/lib/test.h"

#include <string.h>

#include "conf/difference.h"

static const char first[] = "runbook: a\n"
			    "steps:\n"
			    "  - id: one\n"
			    "    takes: 1m\n"
			    "    do: {trunk: {status: active}}\n"
			    "  - id: two\n"
			    "    needs: [one]\n";

static size_t
differ(struct buf *told, const char *after)
{
	buf_init(told, 65536);
	return conf_difference(told, first, strlen(first), after,
			       strlen(after));
}

static void
layout_and_comments_are_no_difference(void **state)
{
	struct buf told;

	TEST_UNUSED(state);
	assert_int_equal(differ(&told, "runbook:   a # the same\n"
				       "steps:\n"
				       "- {id: one, takes: 1m, do: {trunk: "
				       "{status: active}}}\n"
				       "- {id: two, needs: [one]}\n"),
			 0);
	assert_string_equal(buf_str(&told), "");
	buf_clear(&told);
}

static void
each_key_that_moved_is_named_with_both_values(void **state)
{
	struct buf told;

	TEST_UNUSED(state);
	assert_int_equal(differ(&told, "runbook: a\n"
				       "rto: 5m\n"
				       "steps:\n"
				       "  - id: zero\n"
				       "  - id: one\n"
				       "    takes: 2m\n"
				       "    do: {trunk: {status: standby}}\n"),
			 5);
	assert_string_equal(buf_str(&told),
			    "steps.one.takes: 1m -> 2m\n"
			    "steps.one.do.trunk.status: active -> standby\n"
			    "steps.two: removed\n"
			    "steps.zero: added\n"
			    "rto: added\n");
	buf_clear(&told);
}

static void
a_text_that_cannot_be_read_says_so(void **state)
{
	struct buf told;

	TEST_UNUSED(state);
	assert_int_equal(differ(&told, "steps: [\n"), 1);
	CHECK_HOLDS(buf_str(&told), "cannot be read");
	buf_clear(&told);
}

static void
many_differences_are_counted(void **state)
{
	struct buf told, after;

	TEST_UNUSED(state);
	buf_init(&after, 65536);
	buf_text(&after, first);
	for (int i = 0; i < 100; i++)
		buf_printf(&after, "k%d: 1\n", i);
	assert_int_equal(differ(&told, buf_str(&after)), 100);
	CHECK_HOLDS(buf_str(&told), "and 76 more\n");
	buf_clear(&after);
	buf_clear(&told);
}

static void
a_text_that_is_no_tree_is_compared_by_its_lines(void **state)
{
	static const struct {
		const char *was, *is, *told;
	} rows[] = {
		{ "# who\nbob ssh-ed25519 A\nann ssh-ed25519 B\n",
		  "# who\neve ssh-ed25519 C\nann ssh-ed25519 B\n",
		  "line 2 was: bob ssh-ed25519 A\n"
		  "line 2 is now: eve ssh-ed25519 C\n" },
		{ "bob ssh-ed25519 A\n", "bob ssh-ed25519 A\nbob ssh-rsa A\n",
		  "line 2 is now: bob ssh-rsa A\n" },
		{ "a b\nc d\na b\n", "a b\n",
		  "line 2 was: c d\n"
		  "line 3 was: a b\n" },
		{ "aa b\nx\n", "ba b\nx\n",
		  "line 1 was: aa b\n"
		  "line 1 is now: ba b\n" },
		{ "a \033[2Jb\nx\n", "x\n", "line 1 was: a \\x1b[2Jb\n" },
		{ "a b\nc", "a b\n", "line 2 was: c\n" },
		{ "", "", "" },
		{ "a b\n", "", "line 1 was: a b\n" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf told;

		buf_init(&told, 65536);
		conf_difference(&told, rows[i].was, strlen(rows[i].was),
				rows[i].is, strlen(rows[i].is));
		assert_string_equal(buf_str(&told), rows[i].told);
		buf_clear(&told);
	}
}

static void
what_cannot_be_read_any_more_is_told_by_its_lines(void **state)
{
	struct buf told;

	TEST_UNUSED(state);
	assert_int_equal(differ(&told, "runbook: a\nsteps: [\n"), 1);
	CHECK_HOLDS(buf_str(&told), "cannot be read");
	CHECK_HOLDS(buf_str(&told), "line 2 is now: steps: [\n");
	CHECK_HOLDS(buf_str(&told), "line 7 was:     needs: [one]\n");
	buf_clear(&told);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout_and_comments_are_no_difference),
		cmocka_unit_test(each_key_that_moved_is_named_with_both_values),
		cmocka_unit_test(a_text_that_cannot_be_read_says_so),
		cmocka_unit_test(
			a_text_that_is_no_tree_is_compared_by_its_lines),
		cmocka_unit_test(
			what_cannot_be_read_any_more_is_told_by_its_lines),
		cmocka_unit_test(many_differences_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
