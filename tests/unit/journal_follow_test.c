/* journal_follow: what is written by another is read as soon as it is whole. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "journal/journal.h"

static char dir[FS_PATH];
static char room[FS_PATH];
static char file[FS_PATH];
static char texts[256]; /* of the notes that were visited */

static int
begin(void **state)
{
	TEST_UNUSED(state);
	test_dir_make(dir);
	assert_true(fs_join(room, dir, "night"));
	assert_true(fs_join(file, room, "journal.jsonl"));
	texts[0] = '\0';
	return 0;
}

static int
end(void **state)
{
	TEST_UNUSED(state);
	test_dir_drop(dir);
	return 0;
}

static enum err_code
collect(void *ctx, const struct record *r, struct err *e)
{
	TEST_UNUSED(ctx);
	TEST_UNUSED(e);
	strcat(texts, record_get(r, "text"));
	strcat(texts, " ");
	return ERR_NONE;
}

static struct journal *
open_room(void)
{
	struct journal *j;
	struct err e;

	CHECK_OK(journal_open(&j, room, &journal_io_system, NULL, NULL, NULL,
			      &e),
		 &e);
	return j;
}

static void
write_note(struct journal *j, const char *text)
{
	struct record r;
	struct err e;

	record_init(&r, RECORD_NOTE, "lead");
	r.wall_ms = 1795140000000;
	record_text(&r, "text", text);
	CHECK_OK(journal_append(j, &r, &e), &e);
	record_clear(&r);
}

static struct journal_follow *
open_follow(void)
{
	struct journal_follow *f;
	struct err e;

	CHECK_OK(journal_follow_open(&f, room, &e), &e);
	return f;
}

static void
follow(struct journal_follow *f)
{
	struct err e;

	CHECK_OK(journal_follow(f, collect, NULL, &e), &e);
}

/* Bytes as they come from a writer that is not us. */
static void
add_bytes(const char *bytes, size_t len)
{
	int fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

/* The journal's bytes; cuts `cut` of them off the file. */
static char *
take_tail(size_t *len, size_t cut)
{
	struct buf text;
	struct err e;

	CHECK_OK(fs_read(&text, file, 1 << 20, &e), &e);
	*len = text.len;
	assert_true(cut < text.len);
	assert_int_equal(truncate(file, (off_t)(text.len - cut)), 0);
	return buf_detach(&text);
}

/* A night of two notes of which the last `cut` bytes are not there yet, as a
 * follower finds it; the caller owns the bytes and the follower. */
static char *
torn_night(struct journal_follow **f, size_t *len, size_t cut)
{
	struct journal *j = open_room();
	char *bytes;

	*f = open_follow();
	write_note(j, "n1");
	write_note(j, "n2");
	journal_close(j);
	bytes = take_tail(len, cut);
	follow(*f);
	assert_string_equal(texts, "n1 ");
	assert_true(journal_follow_report(*f)->torn);
	return bytes;
}

static void
new_records_come_once_and_in_order(void **state)
{
	struct journal *j = open_room();
	struct journal_follow *f;

	TEST_UNUSED(state);
	write_note(j, "n1");
	f = open_follow();
	follow(f);
	follow(f);
	assert_string_equal(texts, "n1 ");
	write_note(j, "n2");
	write_note(j, "n3");
	follow(f);
	assert_string_equal(texts, "n1 n2 n3 ");
	assert_int_equal(journal_follow_report(f)->records, 3);
	assert_string_equal(journal_follow_report(f)->head, journal_head(j));
	journal_follow_close(f);
	journal_close(j);
}

static void
its_descriptor_tells_of_news_and_falls_quiet(void **state)
{
	struct journal *j = open_room();
	struct journal_follow *f = open_follow();
	struct pollfd p = { .fd = journal_follow_fd(f), .events = POLLIN };

	TEST_UNUSED(state);
	write_note(j, "n1");
	assert_int_equal(poll(&p, 1, 5000), 1);
	follow(f);
	assert_int_equal(poll(&p, 1, 0), 0);
	write_note(j, "n2");
	assert_int_equal(poll(&p, 1, 5000), 1);
	journal_follow_close(f);
	journal_close(j);
}

static void
a_torn_line_is_taken_when_it_is_whole(void **state)
{
	struct journal_follow *f;
	size_t len;
	char *bytes = torn_night(&f, &len, 20);

	TEST_UNUSED(state);
	add_bytes(bytes + len - 20, 19);
	follow(f);
	assert_string_equal(texts, "n1 ");
	add_bytes(bytes + len - 1, 1);
	follow(f);
	assert_string_equal(texts, "n1 n2 ");
	assert_false(journal_follow_report(f)->torn);
	mem_free(bytes);
	journal_follow_close(f);
}

static void
a_torn_line_may_be_cut_off_by_the_next_writer(void **state)
{
	struct journal_follow *f;
	struct journal *j;
	size_t len;

	TEST_UNUSED(state);
	mem_free(torn_night(&f, &len, 20));
	j = open_room();
	write_note(j, "n3");
	follow(f);
	assert_string_equal(texts, "n1 n3 ");
	journal_follow_close(f);
	journal_close(j);
}

static void
a_changed_record_is_damage(void **state)
{
	struct err e = { .code = ERR_NONE };
	struct journal_follow *f;
	size_t len;
	char *bytes = torn_night(&f, &len, 20);

	TEST_UNUSED(state);
	bytes[len - 10] = bytes[len - 10] == 'a' ? 'b' : 'a';
	add_bytes(bytes + len - 20, 20);
	assert_int_equal(journal_follow(f, collect, NULL, &e), ERR_DAMAGED);
	assert_non_null(strstr(e.text, "record 2 at byte"));
	assert_int_equal(journal_follow_report(f)->bad_record, 2);
	assert_string_equal(texts, "n1 ");
	mem_free(bytes);
	journal_follow_close(f);
}

static void
lost_records_and_a_lost_file_are_told(void **state)
{
	struct journal *j = open_room();
	struct journal_follow *f = open_follow();
	struct err e = { .code = ERR_NONE };

	TEST_UNUSED(state);
	write_note(j, "n1");
	journal_close(j);
	follow(f);
	assert_int_equal(truncate(file, 10), 0);
	assert_int_equal(journal_follow(f, collect, NULL, &e), ERR_DAMAGED);
	assert_non_null(strstr(e.text, "records are missing"));
	assert_int_equal(unlink(file), 0);
	assert_int_equal(journal_follow(f, collect, NULL, &e), ERR_ABSENT);
	journal_follow_close(f);
	assert_int_equal(journal_follow_open(&f, room, &e), ERR_ABSENT);
}

static void
a_reader_is_never_in_the_way_of_a_writer(void **state)
{
	struct journal_follow *f;
	struct journal *j = open_room();
	char holder[160];

	TEST_UNUSED(state);
	assert_true(journal_is_signed(room, holder, sizeof(holder)));
	assert_non_null(strstr(holder, "pid "));
	journal_close(j);
	assert_false(journal_is_signed(room, holder, sizeof(holder)));
	f = open_follow();
	follow(f);
	j = open_room(); /* the lock is free */
	journal_close(j);
	journal_follow_close(f);
}

static void
a_holder_that_died_is_no_holder(void **state)
{
	char path[FS_PATH], host[64] = "", text[128], holder[160];
	struct err e;

	TEST_UNUSED(state);
	journal_close(open_room());
	gethostname(host, sizeof(host) - 1);
	assert_true(fs_join(path, room, "holder"));
	/* No process ever has this number: it is above the kernel's most. */
	str_printf(text, sizeof(text), "pid 2000000000 on %s\n", host);
	CHECK_OK(fs_write(path, text, strlen(text), 0600, &e), &e);
	assert_false(journal_is_signed(room, holder, sizeof(holder)));
	str_copy(text, sizeof(text), "pid 2000000000 on elsewhere.invalid\n");
	CHECK_OK(fs_write(path, text, strlen(text), 0600, &e), &e);
	assert_true(journal_is_signed(room, holder, sizeof(holder)));
}

#define FOLLOW_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FOLLOW_TEST(new_records_come_once_and_in_order),
		FOLLOW_TEST(its_descriptor_tells_of_news_and_falls_quiet),
		FOLLOW_TEST(a_torn_line_is_taken_when_it_is_whole),
		FOLLOW_TEST(a_torn_line_may_be_cut_off_by_the_next_writer),
		FOLLOW_TEST(a_changed_record_is_damage),
		FOLLOW_TEST(lost_records_and_a_lost_file_are_told),
		FOLLOW_TEST(a_reader_is_never_in_the_way_of_a_writer),
		FOLLOW_TEST(a_holder_that_died_is_no_holder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
