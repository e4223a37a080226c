/* journal: one writer, private files, a chain anybody can compute. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "journal/journal.h"

static char dir[FS_PATH];
static char room[FS_PATH];
static char file[FS_PATH];

static int
begin(void **state)
{
	TEST_UNUSED(state);
	test_dir_make(dir);
	assert_true(fs_join(room, dir, "rooms/night"));
	assert_true(fs_join(file, room, "journal.jsonl"));
	return 0;
}

static int
end(void **state)
{
	TEST_UNUSED(state);
	test_dir_drop(dir);
	return 0;
}

static int syncs;

static int
count_sync(int fd)
{
	syncs++;
	return fdatasync(fd);
}

static const struct journal_io counting = { write, count_sync, ftruncate };

/* Every text field "text" that was read, with blanks between. */
static enum err_code
collect(void *ctx, const struct record *r, struct err *e)
{
	TEST_UNUSED(e);
	strcat(ctx, record_get(r, "text"));
	strcat(ctx, " ");
	return ERR_NONE;
}

static struct journal *
open_room(void)
{
	struct journal_report report;
	struct journal *j;
	struct err e;

	CHECK_OK(journal_open(&j, room, &counting, NULL, NULL, &report, &e),
		 &e);
	return j;
}

static enum err_code
append(struct journal *j, enum record_kind kind, const char *text,
       struct err *e)
{
	enum err_code code;
	struct record r;

	record_init(&r, kind, "lead");
	r.wall_ms = 1795140000000;
	r.at_ms = 5;
	record_text(&r, "text", text);
	code = journal_append(j, &r, e);
	record_clear(&r);
	return code;
}

static void
fill(int records)
{
	struct journal *j = open_room();
	char text[16];
	struct err e;

	for (int i = 1; i <= records; i++) {
		str_printf(text, sizeof(text), "n%d", i);
		CHECK_OK(append(j, RECORD_NOTE, text, &e), &e);
	}
	journal_close(j);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
a_new_room_is_private(void **state)
{
	struct journal *j;
	mode_t mask = umask(0);

	TEST_UNUSED(state);
	j = open_room();
	umask(mask);
	assert_int_equal(mode_of(room), 0700);
	assert_int_equal(mode_of(file), 0600);
	assert_string_equal(journal_head(j),
			    "00000000000000000000000000000000"
			    "00000000000000000000000000000000");
	journal_close(j);
}

static void
what_was_appended_reads_back(void **state)
{
	struct journal_report report;
	char texts[64] = "";
	struct err e;

	TEST_UNUSED(state);
	fill(3);
	CHECK_OK(journal_read(room, collect, texts, &report, &e), &e);
	assert_string_equal(texts, "n1 n2 n3 ");
	assert_int_equal(report.records, 3);
	assert_false(report.torn);
	texts[0] = '\0';
	CHECK_OK(journal_read(file, collect, texts, &report, &e), &e);
	assert_string_equal(texts, "n1 n2 n3 ");
}

static void
a_reopened_journal_goes_on_where_it_stood(void **state)
{
	struct journal_report report;
	struct journal *j;
	char texts[64] = "";
	char head[DIGEST_HEX];
	struct err e;

	TEST_UNUSED(state);
	fill(2);
	CHECK_OK(journal_open(&j, room, &counting, collect, texts, &report, &e),
		 &e);
	assert_string_equal(texts, "n1 n2 ");
	assert_string_equal(journal_head(j), report.head);
	CHECK_OK(append(j, RECORD_NOTE, "more", &e), &e);
	str_copy(head, sizeof(head), journal_head(j));
	journal_close(j);
	CHECK_OK(journal_read(room, NULL, NULL, &report, &e), &e);
	assert_int_equal(report.records, 3);
	assert_string_equal(report.head, head);
}

/* What a stranger would do with sha256sum, without our record code. */
static void
the_chain_can_be_computed_from_the_bytes_alone(void **state)
{
	char prev[DIGEST_HEX];
	char *text, *line;

	TEST_UNUSED(state);
	fill(4);
	memset(prev, '0', DIGEST_HEX - 1);
	prev[DIGEST_HEX - 1] = '\0';
	text = test_file_read(file);
	for (line = strtok(text, "\n"); line != NULL;
	     line = strtok(NULL, "\n")) {
		char *seal = strstr(line, ",\"hash\":\"");
		char hash[DIGEST_HEX], want[DIGEST_HEX], all[2048];

		assert_non_null(seal);
		str_copy_n(want, sizeof(want), seal + 9, 64);
		*seal = '\0';
		str_printf(all, sizeof(all), "%s%s}", prev, line);
		digest_hex(hash, all, strlen(all));
		assert_string_equal(hash, want);
		CHECK_HOLDS(line, prev);
		memcpy(prev, want, sizeof(prev));
	}
	mem_free(text);
}

static void
durable_records_are_synced_before_they_return_and_others_later(void **state)
{
	struct journal *j = open_room();
	struct err e;

	TEST_UNUSED(state);
	for (unsigned i = 0; i < RECORD_KIND_COUNT; i++) {
		enum record_kind kind = (enum record_kind)i;

		CHECK_OK(journal_sync(j, &e), &e);
		syncs = 0;
		CHECK_OK(append(j, kind, "x", &e), &e);
		CHECK_ROW(record_rows[i].word,
			  syncs == (record_rows[i].durable ? 1 : 0));
	}
	syncs = 0;
	CHECK_OK(journal_sync(j, &e), &e);
	assert_int_equal(syncs, 0);
	CHECK_OK(append(j, RECORD_SAMPLES, "x", &e), &e);
	CHECK_OK(journal_sync(j, &e), &e);
	assert_int_equal(syncs, 1);
	CHECK_OK(append(j, RECORD_SAMPLES, "x", &e), &e);
	journal_close(j);
	assert_int_equal(syncs, 2);
}

static void
a_record_too_long_is_refused_and_the_next_is_not(void **state)
{
	struct journal *j = open_room();
	struct journal_report report;
	struct record r;
	struct buf json;
	struct err e;

	TEST_UNUSED(state);
	buf_init(&json, 2 * RECORD_CAP);
	buf_text(&json, "[1");
	while (json.len < RECORD_CAP - 200)
		buf_text(&json, ",1234567");
	buf_text(&json, "]");
	record_init(&r, RECORD_SAMPLES, "director");
	record_json(&r, "s", buf_str(&json));
	assert_false(r.texts.cut);
	CHECK_FAILS(journal_append(j, &r, &e), ERR_LIMIT, &e, "samples");
	record_clear(&r);
	CHECK_OK(append(j, RECORD_NOTE, "next", &e), &e);
	/* and the longest that fits reads back */
	json.len = RECORD_CAP - 400;
	while (json.data[json.len - 1] == ',')
		json.len--;
	json.data[json.len] = '\0';
	buf_text(&json, "]");
	record_init(&r, RECORD_SAMPLES, "director");
	record_json(&r, "s", buf_str(&json));
	CHECK_OK(journal_append(j, &r, &e), &e);
	record_clear(&r);
	journal_close(j);
	CHECK_OK(journal_read(room, NULL, NULL, &report, &e), &e);
	assert_int_equal(report.records, 2);
	buf_clear(&json);
}

/* No next start would find what is written to it. */
static void
a_journal_that_was_removed_takes_no_more(void **state)
{
	struct journal *j = open_room();
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(append(j, RECORD_OPEN, "n1", &e), &e);
	assert_int_equal(unlink(file), 0);
	CHECK_FAILS(append(j, RECORD_STEP, "n2", &e), ERR_SYSTEM, &e,
		    "it was removed");
	CHECK_FAILS(append(j, RECORD_NOTE, "n3", &e), ERR_SYSTEM, &e,
		    "failed before");
	journal_close(j);
}

static void
a_second_commander_is_refused_and_told_who_holds(void **state)
{
	struct journal *j = open_room();
	struct journal *other;
	char who[64], holder[64];
	struct err e;

	TEST_UNUSED(state);
	str_printf(who, sizeof(who), "pid %lld on ", (long long)getpid());
	CHECK_FAILS(journal_open(&other, room, &counting, NULL, NULL, NULL, &e),
		    ERR_HELD, &e, who);
	assert_null(other);
	assert_true(journal_is_held(room, holder, sizeof(holder)));
	CHECK_HOLDS(holder, who);
	CHECK_OK(journal_read(room, NULL, NULL, NULL, &e), &e);
	journal_close(j);
	assert_false(journal_is_held(room, holder, sizeof(holder)));
	assert_string_equal(holder, "");
	journal_close(open_room());
}

/* Holds the room in a process of its own, until `to` is closed. */
static pid_t
hold_elsewhere(int *to)
{
	int ready[2], go[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct journal *j;
		struct err e;

		close(go[1]);
		if (journal_open(&j, room, &journal_io_system, NULL, NULL, NULL,
				 &e) != ERR_NONE ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		_exit(read(go[0], &byte, 1) == 0 ? 0 : 2);
	}
	close(ready[1]);
	close(go[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	*to = go[1];
	return pid;
}

static void
of_two_processes_one_writes_and_its_death_frees_the_room(void **state)
{
	struct journal *j;
	char holder[64], who[64];
	struct err e;
	pid_t pid;
	int to;

	TEST_UNUSED(state);
	pid = hold_elsewhere(&to);
	str_printf(who, sizeof(who), "pid %lld on ", (long long)pid);
	CHECK_FAILS(journal_open(&j, room, &counting, NULL, NULL, NULL, &e),
		    ERR_HELD, &e, who);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(to);
	assert_false(journal_is_held(room, holder, sizeof(holder)));
	journal_close(open_room());
}

static void
strange_files_are_refused_by_name(void **state)
{
	static const struct {
		const char *what, *part;
	} rows[] = {
		{ "a symbolic link", "symbolic link" },
		{ "a link to nowhere", "symbolic link" },
		{ "a FIFO", "not a regular file" },
		{ "a folder", "not a regular file" },
		{ "a second name", "hard links" },
		{ "readable by the group", "0640" },
		{ "writable by others", "0602" },
	};
	char other[FS_PATH];

	TEST_UNUSED(state);
	assert_true(fs_join(other, dir, "other"));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct journal *j;
		struct err e;

		fill(1);
		if (i == 0 || i == 4)
			assert_int_equal(rename(file, other), 0);
		else if (i < 4)
			assert_int_equal(unlink(file), 0);
		if (i < 2)
			assert_int_equal(
				symlink(i == 0 ? other : "nowhere", file), 0);
		else if (i == 2)
			assert_int_equal(mkfifo(file, 0600), 0);
		else if (i == 3)
			assert_int_equal(mkdir(file, 0700), 0);
		else if (i == 4)
			assert_int_equal(link(other, file), 0);
		else
			assert_int_equal(chmod(file, i == 5 ? 0640 : 0602), 0);
		CHECK_FAILS(
			journal_open(&j, room, &counting, NULL, NULL, NULL, &e),
			ERR_INPUT, &e, rows[i].part);
		if (i < 4)
			CHECK_FAILS(journal_read(room, NULL, NULL, NULL, &e),
				    ERR_INPUT, &e, rows[i].part);
		assert_int_equal(remove(file), 0);
		unlink(other);
	}
}

static void
a_folder_others_may_write_is_refused(void **state)
{
	struct journal *j;
	struct err e;

	TEST_UNUSED(state);
	fill(1);
	assert_int_equal(chmod(room, 0770), 0);
	CHECK_FAILS(journal_open(&j, room, &counting, NULL, NULL, NULL, &e),
		    ERR_INPUT, &e, "chmod");
	assert_int_equal(chmod(room, 0755), 0);
	journal_close(open_room());
}

static void
what_is_not_there_is_absent(void **state)
{
	struct err e;

	TEST_UNUSED(state);
	CHECK_FAILS(journal_read(room, NULL, NULL, NULL, &e), ERR_ABSENT, &e,
		    "night");
	assert_int_equal(mkdir(dir, 0700), -1);
	CHECK_FAILS(journal_read(dir, NULL, NULL, NULL, &e), ERR_ABSENT, &e,
		    "journal.jsonl");
}

static enum err_code
refuse_second(void *ctx, const struct record *r, struct err *e)
{
	enum err_code *code = ctx;

	if (r->seq < 2)
		return ERR_NONE;
	return err_set(e, *code, "seen enough");
}

static void
a_visitor_ends_the_reading_with_its_own_word(void **state)
{
	struct journal_report report;
	enum err_code code = ERR_CANCELLED;
	struct err e;

	TEST_UNUSED(state);
	fill(3);
	CHECK_FAILS(journal_read(room, refuse_second, &code, &report, &e),
		    ERR_CANCELLED, &e, "seen enough");
	assert_int_equal(report.bad_record, 0);
	code = ERR_DAMAGED;
	CHECK_FAILS(journal_read(room, refuse_second, &code, &report, &e),
		    ERR_DAMAGED, &e, "record 2");
	assert_int_equal(report.bad_record, 2);
	assert_true(report.bad_offset > 0);
}

static void
a_rehearsed_death_comes_right_after_its_record(void **state)
{
	TEST_UNUSED(state);
	for (int n = 1; n <= 3; n++) {
		struct journal_report report;
		struct err e;
		int status;
		pid_t pid;

		remove(file);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			struct journal *j;

			if (journal_open(&j, room, &journal_io_system, NULL,
					 NULL, NULL, &e) != ERR_NONE)
				_exit(1);
			journal_die_after(j, n);
			for (int i = 0; i < 5; i++)
				if (append(j, RECORD_SAMPLES, "x", &e) !=
				    ERR_NONE)
					_exit(2);
			_exit(3);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGKILL);
		CHECK_OK(journal_read(room, NULL, NULL, &report, &e), &e);
		assert_int_equal(report.records, n);
		assert_false(report.torn);
	}
}

static void
a_journal_larger_than_the_window_is_read_whole(void **state)
{
	struct journal *j = open_room();
	struct journal_report report;
	char text[4000];
	struct err e;

	TEST_UNUSED(state);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 400; i++) {
		text[3900 - i] = '\0';
		CHECK_OK(append(j, RECORD_SAMPLES, text, &e), &e);
		text[3900 - i] = 'x';
	}
	journal_close(j);
	CHECK_OK(journal_read(room, NULL, NULL, &report, &e), &e);
	assert_int_equal(report.records, 400);
}

#define ROOM_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(a_new_room_is_private),
		ROOM_TEST(what_was_appended_reads_back),
		ROOM_TEST(a_journal_that_was_removed_takes_no_more),
		ROOM_TEST(a_reopened_journal_goes_on_where_it_stood),
		ROOM_TEST(the_chain_can_be_computed_from_the_bytes_alone),
		ROOM_TEST(
			durable_records_are_synced_before_they_return_and_others_later),
		ROOM_TEST(a_record_too_long_is_refused_and_the_next_is_not),
		ROOM_TEST(a_second_commander_is_refused_and_told_who_holds),
		ROOM_TEST(
			of_two_processes_one_writes_and_its_death_frees_the_room),
		ROOM_TEST(strange_files_are_refused_by_name),
		ROOM_TEST(a_folder_others_may_write_is_refused),
		ROOM_TEST(what_is_not_there_is_absent),
		ROOM_TEST(a_visitor_ends_the_reading_with_its_own_word),
		ROOM_TEST(a_rehearsed_death_comes_right_after_its_record),
		ROOM_TEST(a_journal_larger_than_the_window_is_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
