/* journal_find_test - one record of a journal, found by its number. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "journal/journal.h"

#define RECORDS 300

static char dir[FS_PATH], file[FS_PATH];

/* Records of very different lengths, so that halving meets them anywhere. */
static int
begin(void **state)
{
	struct journal_report report;
	struct journal *j;
	struct err e;

	TEST_UNUSED(state);
	test_dir_make(dir);
	assert_true(fs_join(file, dir, "journal.jsonl"));
	CHECK_OK(journal_open(&j, dir, &journal_io_system, NULL, NULL, &report,
			      &e),
		 &e);
	for (int i = 1; i <= RECORDS; i++) {
		char text[RECORD_TEXT];
		struct record r;

		record_init(&r, RECORD_NOTE, "a");
		str_printf(text, sizeof(text), "n%d %*s", i,
			   i % 7 == 0 ? 3000 : i % 11, ".");
		record_text(&r, "text", text);
		CHECK_OK(journal_append(j, &r, &e), &e);
		record_clear(&r);
	}
	journal_close(j);
	return 0;
}

static int
end(void **state)
{
	TEST_UNUSED(state);
	test_dir_drop(dir);
	return 0;
}

static void
every_record_is_found_by_its_number(void **state)
{
	TEST_UNUSED(state);
	for (int i = 1; i <= RECORDS; i++) {
		char want[16];
		struct record r;
		struct err e = { .code = ERR_NONE };

		CHECK_OK(journal_find(dir, i, &r, &e), &e);
		str_printf(want, sizeof(want), "n%d ", i);
		assert_int_equal(r.seq, i);
		assert_true(str_starts(record_get(&r, "text"), want));
		record_clear(&r);
	}
}

static void
what_is_not_there_is_said_to_be_absent(void **state)
{
	static const int64_t numbers[] = { 0, -1, RECORDS + 1, INT64_MAX };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct record r;
		struct err e = { .code = ERR_NONE };

		assert_int_equal(journal_find(dir, numbers[i], &r, &e),
				 ERR_ABSENT);
		CHECK_HOLDS(e.text, "there is no record");
	}
}

/* Replaces the first `from` behind the begin of the line of record `seq`. */
static void
change(int seq, const char *from, const char *to)
{
	struct buf text;
	struct err e;
	char begin[32];
	char *at;

	CHECK_OK(fs_read(&text, file, 4 << 20, &e), &e);
	str_printf(begin, sizeof(begin), "{\"seq\":%d,", seq);
	at = strstr(text.data, begin);
	assert_non_null(at);
	at = strstr(at, from);
	assert_non_null(at);
	memcpy(at, to, strlen(to));
	CHECK_OK(fs_write(file, text.data, text.len, 0600, &e), &e);
	buf_clear(&text);
}

static void
a_changed_record_is_damaged_and_its_neighbours_are_found(void **state)
{
	struct record r;
	struct err e = { .code = ERR_NONE };

	TEST_UNUSED(state);
	change(150, "\"n150", "\"n151");
	assert_int_equal(journal_find(dir, 150, &r, &e), ERR_DAMAGED);
	for (int i = 149; i <= 151; i += 2) {
		e.code = ERR_NONE;
		CHECK_OK(journal_find(dir, i, &r, &e), &e);
		record_clear(&r);
	}
}

static void
a_torn_last_line_is_no_record(void **state)
{
	struct record r;
	struct err e = { .code = ERR_NONE };
	struct buf text;

	TEST_UNUSED(state);
	CHECK_OK(fs_read(&text, file, 4 << 20, &e), &e);
	assert_int_equal(truncate(file, (off_t)text.len - 20), 0);
	assert_int_not_equal(journal_find(dir, RECORDS, &r, &e), ERR_NONE);
	e.code = ERR_NONE;
	CHECK_OK(journal_find(dir, RECORDS - 1, &r, &e), &e);
	record_clear(&r);
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_record_is_found_by_its_number, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_not_there_is_said_to_be_absent, begin, end),
		cmocka_unit_test_setup_teardown(
			a_changed_record_is_damaged_and_its_neighbours_are_found,
			begin, end),
		cmocka_unit_test_setup_teardown(a_torn_last_line_is_no_record,
						begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
