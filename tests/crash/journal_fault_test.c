/*
 * journal faults - every byte flipped, every cut, every call failing: what
 * was promised is there, and nothing else is believed.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "journal/journal.h"

#define RECORDS 5

static char dir[FS_PATH];
static char file[FS_PATH];

/* A good journal in memory, and where its lines begin. */
static char good[8192];
static size_t good_len;
static size_t starts[RECORDS + 1]; /* the last: the end */

static enum err_code
append(struct journal *j, enum record_kind kind, struct err *e)
{
	enum err_code code;
	struct record r;

	record_init(&r, kind, "lead");
	r.wall_ms = 1795140000000;
	record_text(&r, "text", "a \"quoted\" word, \xe2\x89\xa4 2.5");
	record_int(&r, "n", 42);
	code = journal_append(j, &r, e);
	record_clear(&r);
	return code;
}

static struct journal *
open_with(const struct journal_io *io)
{
	struct journal *j;
	struct err e;

	CHECK_OK(journal_open(&j, dir, io, NULL, NULL, NULL, &e), &e);
	return j;
}

/* Overwrites in place: some file systems sync a file that was emptied. */
static void
put(const char *bytes, size_t len)
{
	int fd = open(file, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(ftruncate(fd, (off_t)len), 0);
	close(fd);
}

static int
begin(void **state)
{
	struct journal *j;
	struct err e;
	char *text;
	size_t n = 0;

	TEST_UNUSED(state);
	test_dir_make(dir);
	assert_true(fs_join(file, dir, "journal.jsonl"));
	j = open_with(&journal_io_system);
	for (int i = 0; i < RECORDS; i++)
		CHECK_OK(append(j, RECORD_NOTE, &e), &e);
	journal_close(j);
	text = test_file_read(file);
	good_len = strlen(text);
	assert_true(good_len < sizeof(good));
	memcpy(good, text, good_len + 1);
	mem_free(text);
	starts[n++] = 0;
	for (size_t i = 0; i < good_len; i++)
		if (good[i] == '\n')
			starts[n++] = i + 1;
	assert_int_equal(n, RECORDS + 1);
	return 0;
}

static int
end(void **state)
{
	TEST_UNUSED(state);
	test_dir_drop(dir);
	return 0;
}

/* The file holds these bytes: refused, by the number of the record and the
 * place of its line, by readers and by writers, who change nothing. */
static void
assert_damaged(const char *bytes, size_t len, int record, bool also_open)
{
	struct journal_report report;
	struct journal *j;
	struct stat st;
	char part[64];
	struct err e;

	put(bytes, len);
	str_printf(part, sizeof(part), "record %d at byte %zu", record,
		   starts[record - 1]);
	CHECK_FAILS(journal_read(file, NULL, NULL, &report, &e), ERR_DAMAGED,
		    &e, part);
	assert_int_equal(report.bad_record, record);
	assert_int_equal(report.bad_offset, starts[record - 1]);
	assert_int_equal(report.records, record - 1);
	if (!also_open)
		return;
	CHECK_FAILS(
		journal_open(&j, dir, &journal_io_system, NULL, NULL, NULL, &e),
		ERR_DAMAGED, &e, part);
	assert_null(j);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_size, len);
}

/* The same for bytes that end in the middle of a line: accepted with a word,
 * cut by a writer. */
static void
assert_torn(const char *bytes, size_t len, int whole, bool also_open)
{
	size_t tail = len - starts[whole];
	struct journal_report report;
	struct journal *j;
	struct err e;

	put(bytes, len);
	CHECK_OK(journal_read(file, NULL, NULL, &report, &e), &e);
	assert_int_equal(report.records, whole);
	assert_int_equal(report.torn, tail > 0);
	assert_int_equal(report.torn_bytes, tail);
	if (!also_open)
		return;
	CHECK_OK(journal_open(&j, dir, &journal_io_system, NULL, NULL, &report,
			      &e),
		 &e);
	assert_int_equal(report.torn, tail > 0);
	CHECK_OK(append(j, RECORD_TORN, &e), &e);
	journal_close(j);
	CHECK_OK(journal_read(file, NULL, NULL, &report, &e), &e);
	assert_int_equal(report.records, whole + 1);
	assert_false(report.torn);
}

static int
record_of(size_t at)
{
	int n = 1;

	while (at >= starts[n])
		n++;
	return n;
}

static void
a_flipped_bit_in_any_byte_is_refused_by_name(void **state)
{
	char bytes[sizeof(good)];

	TEST_UNUSED(state);
	for (size_t at = 0; at < good_len; at++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(bytes, good, good_len);
			bytes[at] = (char)(bytes[at] ^ (1 << bit));
			assert_damaged(bytes, good_len, record_of(at),
				       bit == 0 && at % 128 == 0);
		}
}

static void
any_byte_made_a_newline_or_a_zero_is_refused_by_name(void **state)
{
	char bytes[sizeof(good)];

	TEST_UNUSED(state);
	for (size_t at = 0; at < good_len; at++)
		for (int i = 0; i < 2; i++) {
			memcpy(bytes, good, good_len);
			bytes[at] = i == 0 ? '\0' : '\n';
			if (memcmp(bytes, good, good_len) != 0)
				assert_damaged(bytes, good_len, record_of(at),
					       false);
		}
}

static void
a_cut_at_any_byte_loses_only_the_torn_record(void **state)
{
	TEST_UNUSED(state);
	for (size_t len = 0; len <= good_len; len++) {
		int whole = 0;

		while (whole < RECORDS && starts[whole + 1] <= len)
			whole++;
		/* Readers everywhere; writers, who sync, around borders and
		 * here and there. */
		assert_torn(good, len, whole,
			    len - starts[whole] < 2 || len % 61 == 0 ||
				    good[len] == '\n');
	}
}

static void
zeros_for_a_tail_are_a_cut(void **state)
{
	char bytes[sizeof(good)] = { 0 };

	TEST_UNUSED(state);
	memcpy(bytes, good, starts[3]);
	assert_torn(bytes, starts[3] + 100, 3, true);
}

static void
bytes_behind_the_end_are_damage_not_a_cut(void **state)
{
	static const char *const tails[] = { "x",  "\n", "\n\n",       "{}\n",
					     "{}", " ",	 "{\"seq\":7," };
	char bytes[sizeof(good)];

	TEST_UNUSED(state);
	starts[RECORDS] = good_len;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		size_t len = strlen(tails[i]);
		struct journal_report report;
		struct err e;

		memcpy(bytes, good, good_len);
		memcpy(bytes + good_len, tails[i], len);
		put(bytes, good_len + len);
		CHECK_FAILS(journal_read(file, NULL, NULL, &report, &e),
			    ERR_DAMAGED, &e, "record 6");
	}
}

static void
a_dropped_record_is_missed(void **state)
{
	char bytes[sizeof(good)];

	TEST_UNUSED(state);
	for (int n = 1; n < RECORDS; n++) {
		size_t from = starts[n - 1], to = starts[n];

		memcpy(bytes, good, from);
		memcpy(bytes + from, good + to, good_len - to);
		assert_damaged(bytes, good_len - (to - from), n, true);
	}
}

static void
a_doubled_record_is_noticed(void **state)
{
	char bytes[2 * sizeof(good)];

	TEST_UNUSED(state);
	for (int n = 1; n < RECORDS; n++) {
		size_t from = starts[n - 1], to = starts[n];

		memcpy(bytes, good, to);
		memcpy(bytes + to, good + from, good_len - from);
		assert_damaged(bytes, good_len + (to - from), n + 1, true);
	}
}

static void
swapped_records_are_noticed(void **state)
{
	char bytes[sizeof(good)];

	TEST_UNUSED(state);
	for (int n = 1; n < RECORDS; n++) {
		size_t a = starts[n - 1], b = starts[n], c = starts[n + 1];

		memcpy(bytes, good, good_len);
		memcpy(bytes + a, good + b, c - b);
		memcpy(bytes + a + (c - b), good + a, b - a);
		assert_damaged(bytes, good_len, n, true);
	}
}

static void
a_record_of_another_night_does_not_follow(void **state)
{
	char bytes[sizeof(good)];
	char *text;
	struct journal *j;
	struct err e;
	size_t len;

	TEST_UNUSED(state);
	/* The same records but one: all behind it belong to another chain. */
	remove(file);
	j = open_with(&journal_io_system);
	CHECK_OK(append(j, RECORD_ACK, &e), &e);
	CHECK_OK(append(j, RECORD_NOTE, &e), &e);
	journal_close(j);
	text = test_file_read(file);
	len = strlen(text);
	memcpy(bytes, good, starts[1]);
	memcpy(bytes + starts[1], strchr(text, '\n') + 1,
	       len - (size_t)(strchr(text, '\n') + 1 - text));
	len = starts[1] + strlen(strchr(text, '\n') + 1);
	assert_damaged(bytes, len, 2, true);
	mem_free(text);
}

static void
a_line_without_end_is_refused_in_bounded_memory(void **state)
{
	size_t len = good_len + RECORD_CAP + 100;
	char *bytes = mem_new(len, 1);
	struct journal_report report;
	struct err e;

	TEST_UNUSED(state);
	memset(bytes, 'x', len);
	memcpy(bytes, good, good_len);
	memcpy(bytes + good_len, "{\"seq\":6,\"at\":\"", 15);
	put(bytes, len);
	CHECK_FAILS(journal_read(file, NULL, NULL, &report, &e), ERR_DAMAGED,
		    &e, "record 6");
	mem_free(bytes);
}

/* ---- the system lets us down ---- */

static struct {
	int countdown;	/* the call that fails; 0: none does */
	bool for_ever;	/* and all behind it */
	bool hit;	/* it came to that */
	size_t at_once; /* most bytes a write takes; 0: all */
	bool interrupt; /* every other call is interrupted first */
	bool was_interrupted;
} fault;

static bool
must_fail(void)
{
	if (fault.countdown == 0 || (fault.hit && !fault.for_ever))
		return false;
	if (!fault.hit && --fault.countdown > 0)
		return false;
	fault.countdown = 1;
	fault.hit = true;
	return true;
}

static bool
must_interrupt(void)
{
	fault.was_interrupted = fault.interrupt && !fault.was_interrupted;
	return fault.was_interrupted;
}

static ssize_t
bad_write(int fd, const void *bytes, size_t len)
{
	if (must_interrupt()) {
		errno = EINTR;
		return -1;
	}
	if (must_fail()) {
		errno = ENOSPC;
		return -1;
	}
	if (fault.at_once > 0 && len > fault.at_once)
		len = fault.at_once;
	return write(fd, bytes, len);
}

static int
bad_sync(int fd)
{
	if (must_interrupt()) {
		errno = EINTR;
		return -1;
	}
	if (must_fail()) {
		errno = EIO;
		return -1;
	}
	return fdatasync(fd);
}

static int
bad_cut(int fd, off_t len)
{
	if (must_interrupt()) {
		errno = EINTR;
		return -1;
	}
	if (must_fail()) {
		errno = EIO;
		return -1;
	}
	return ftruncate(fd, len);
}

static const struct journal_io bad_io = { bad_write, bad_sync, bad_cut };

/* Writes a few records and stops at the first failure; how many were
 * promised. */
static int
write_until_failure(struct journal *j)
{
	enum record_kind kinds[] = { RECORD_NOTE, RECORD_SAMPLES, RECORD_NOTE,
				     RECORD_NOTE };
	int promised = 0;
	struct err e;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (append(j, kinds[i], &e) != ERR_NONE) {
			assert_int_equal(e.code, ERR_SYSTEM);
			break;
		}
		promised = (int)i + 1;
	}
	return promised;
}

static void
try_fault(int countdown, bool for_ever, size_t at_once)
{
	struct journal_report report;
	struct journal *j;
	struct err e;
	int promised;

	remove(file);
	j = open_with(&journal_io_system);
	journal_close(j);
	memset(&fault, 0, sizeof(fault));
	j = open_with(&bad_io);
	fault.countdown = countdown;
	fault.for_ever = for_ever;
	fault.at_once = at_once;
	promised = write_until_failure(j);
	if (fault.hit) {
		/* Final, also when the disk is well again. */
		CHECK_FAILS(append(j, RECORD_NOTE, &e), ERR_SYSTEM, &e,
			    "failed before");
		CHECK_FAILS(journal_sync(j, &e), ERR_SYSTEM, &e,
			    "failed before");
	}
	journal_close(j);
	/* What was promised is there, and the room goes on. */
	CHECK_OK(journal_read(file, NULL, NULL, &report, &e), &e);
	assert_true(report.records >= promised);
	assert_true(report.records <= promised + 1);
	j = open_with(&journal_io_system);
	CHECK_OK(append(j, RECORD_NOTE, &e), &e);
	journal_close(j);
}

static void
whichever_call_fails_what_was_promised_is_there(void **state)
{
	static const size_t sizes[] = { 0, 1, 100 };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (int for_ever = 0; for_ever < 2; for_ever++) {
			int step = sizes[i] == 1 ? 211 : 1;
			int n = 1;

			do {
				try_fault(n, for_ever != 0, sizes[i]);
				n += step;
			} while (fault.hit);
			assert_true(n > 5);
		}
}

static void
one_byte_at_a_time_and_interrupted_it_still_arrives(void **state)
{
	struct journal *j;
	char *text;
	struct err e;

	TEST_UNUSED(state);
	remove(file);
	memset(&fault, 0, sizeof(fault));
	fault.at_once = 1;
	fault.interrupt = true;
	j = open_with(&bad_io);
	for (int i = 0; i < RECORDS; i++)
		CHECK_OK(append(j, RECORD_NOTE, &e), &e);
	journal_close(j);
	text = test_file_read(file);
	assert_string_equal(text, good);
	mem_free(text);
}

static void
a_tail_that_cannot_be_cut_keeps_the_room_shut(void **state)
{
	TEST_UNUSED(state);
	for (int n = 1; n <= 2; n++) {
		struct journal *j;
		struct err e;

		put(good, good_len - 5);
		memset(&fault, 0, sizeof(fault));
		fault.countdown = n;
		CHECK_FAILS(
			journal_open(&j, dir, &bad_io, NULL, NULL, NULL, &e),
			ERR_SYSTEM, &e, "");
		assert_null(j);
		memset(&fault, 0, sizeof(fault));
		fault.interrupt = true;
		journal_close(open_with(&bad_io));
	}
}

#define FAULT_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FAULT_TEST(a_flipped_bit_in_any_byte_is_refused_by_name),
		FAULT_TEST(
			any_byte_made_a_newline_or_a_zero_is_refused_by_name),
		FAULT_TEST(a_cut_at_any_byte_loses_only_the_torn_record),
		FAULT_TEST(zeros_for_a_tail_are_a_cut),
		FAULT_TEST(bytes_behind_the_end_are_damage_not_a_cut),
		FAULT_TEST(a_dropped_record_is_missed),
		FAULT_TEST(a_doubled_record_is_noticed),
		FAULT_TEST(swapped_records_are_noticed),
		FAULT_TEST(a_record_of_another_night_does_not_follow),
		FAULT_TEST(a_line_without_end_is_refused_in_bounded_memory),
		FAULT_TEST(whichever_call_fails_what_was_promised_is_there),
		FAULT_TEST(one_byte_at_a_time_and_interrupted_it_still_arrives),
		FAULT_TEST(a_tail_that_cannot_be_cut_keeps_the_room_shut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
