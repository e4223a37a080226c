/* finding: printed one a line, sorted by place, each said once. */
#include "tests/lib/test.h"

#include "conf/finding.h"

static void
findings_print_as_compilers_do_in_the_order_of_the_file(void **state)
{
	struct findings f = { 0 };
	struct buf b;

	TEST_UNUSED(state);
	findings_warn(&f, (struct place){ "b.yaml", 3, 1 }, "unused", "w");
	findings_error(&f, (struct place){ "a.yaml", 10, 2 }, "x-y", "no %d",
		       7);
	findings_error(&f, (struct place){ "a.yaml", 9, 30 }, "x-y", "two");
	findings_error(&f, (struct place){ .file = "a.yaml" }, "empty", "one");
	findings_sort(&f);
	buf_init(&b, 4096);
	findings_print(&b, &f);
	assert_string_equal(buf_str(&b), "a.yaml: error: one [empty]\n"
					 "a.yaml:9:30: error: two [x-y]\n"
					 "a.yaml:10:2: error: no 7 [x-y]\n"
					 "b.yaml:3:1: warning: w [unused]\n");
	assert_int_equal(f.errors, 3);
	assert_int_equal(f.warnings, 1);
	buf_clear(&b);
	findings_clear(&f);
	assert_int_equal(f.count, 0);
}

static void
the_same_thing_is_said_once(void **state)
{
	const struct place at = { "a.yaml", 1, 1 };
	struct findings f = { 0 };

	TEST_UNUSED(state);
	findings_error(&f, at, "x", "a");
	findings_error(&f, at, "x", "a");
	findings_warn(&f, at, "x", "a");
	findings_error(&f, at, "y", "a");
	findings_error(&f, at, "x", "b");
	assert_int_equal(f.count, 4);
	assert_int_equal(f.errors, 3);
	findings_clear(&f);
}

static void
foreign_bytes_are_cleaned_and_long_ones_cut(void **state)
{
	char text[2000];
	struct findings f = { 0 };

	TEST_UNUSED(state);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	findings_error(&f, (struct place){ "a\x1b[m", 1, 1 }, "x",
		       "\x1b]0;t\a\n%s", text);
	assert_null(strchr(f.items[0].text, '\x1b'));
	assert_null(strchr(f.items[0].file, '\x1b'));
	assert_null(strchr(f.items[0].text, '\n'));
	assert_int_equal(strlen(f.items[0].text), sizeof(f.items[0].text) - 1);
	findings_clear(&f);
}

static void
beyond_the_most_they_are_counted(void **state)
{
	struct findings f = { 0 };
	struct buf b;

	TEST_UNUSED(state);
	for (int i = 1; i <= FINDINGS_MOST + 5; i++) {
		assert_true(findings_full(&f) == (i > FINDINGS_MOST));
		findings_error(&f, (struct place){ "a", i, 1 }, "x", "t");
	}
	assert_int_equal(f.count, FINDINGS_MOST);
	assert_int_equal(f.errors, FINDINGS_MOST + 5);
	buf_init(&b, 1 << 20);
	findings_print(&b, &f);
	CHECK_HOLDS(buf_str(&b), "\nand 5 more\n");
	buf_clear(&b);
	findings_clear(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			findings_print_as_compilers_do_in_the_order_of_the_file),
		cmocka_unit_test(the_same_thing_is_said_once),
		cmocka_unit_test(foreign_bytes_are_cleaned_and_long_ones_cut),
		cmocka_unit_test(beyond_the_most_they_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
