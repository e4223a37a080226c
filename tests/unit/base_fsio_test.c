/* fsio and digest: suspicious opens, whole writes, known sums. */
#include "tests/lib/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"

static char dir[FS_PATH];

static int
make_dir(void **state)
{
	TEST_UNUSED(state);
	test_dir_make(dir);
	return 0;
}

static int
drop_dir(void **state)
{
	TEST_UNUSED(state);
	test_dir_drop(dir);
	return 0;
}

/* A path in the private folder; overwritten by the next call. */
static const char *
in_dir(const char *name)
{
	static char path[FS_PATH];

	assert_true(fs_join(path, dir, name));
	return path;
}

static int
entries(void)
{
	DIR *d = opendir(dir);
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void
a_file_is_read_whole(void **state)
{
	struct buf b;
	struct err e;

	TEST_UNUSED(state);
	test_file_write(in_dir("f"), "line one\nline two\n");
	CHECK_OK(fs_read(&b, in_dir("f"), 18, &e), &e);
	assert_string_equal(buf_str(&b), "line one\nline two\n");
	buf_clear(&b);
	test_file_write(in_dir("f"), "");
	CHECK_OK(fs_read(&b, in_dir("f"), 0, &e), &e);
	assert_int_equal(b.len, 0);
	buf_clear(&b);
}

static void
what_is_no_plain_small_file_is_refused(void **state)
{
	struct buf b;
	struct err e;

	TEST_UNUSED(state);
	test_file_write(in_dir("f"), "123456");
	CHECK_FAILS(fs_read(&b, in_dir("f"), 5, &e), ERR_LIMIT, &e, "6 bytes");
	buf_clear(&b);
	CHECK_FAILS(fs_read(&b, in_dir("none"), 5, &e), ERR_ABSENT, &e,
		    "none: no such file");
	buf_clear(&b);
	CHECK_FAILS(fs_read(&b, in_dir("f/g"), 5, &e), ERR_ABSENT, &e, "");
	buf_clear(&b);
	CHECK_FAILS(fs_read(&b, dir, 5, &e), ERR_INPUT, &e, "regular");
	buf_clear(&b);
	CHECK_FAILS(fs_read(&b, "/dev/zero", 5, &e), ERR_INPUT, &e, "regular");
	buf_clear(&b);
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	CHECK_FAILS(fs_read(&b, in_dir("fifo"), 5, &e), ERR_INPUT, &e,
		    "regular");
	buf_clear(&b);
	assert_int_equal(symlink("f", in_dir("link")), 0);
	CHECK_FAILS(fs_read(&b, in_dir("link"), 10, &e), ERR_INPUT, &e,
		    "symbolic link");
	buf_clear(&b);
}

static void
names_are_cleaned_before_they_are_shown(void **state)
{
	struct buf b;
	struct err e;

	TEST_UNUSED(state);
	CHECK_FAILS(fs_read(&b, "/none/\x1b[2J", 5, &e), ERR_ABSENT, &e,
		    "/none/\\x1b[2J");
	buf_clear(&b);
}

static void
a_write_replaces_the_whole_file_with_its_mode(void **state)
{
	struct stat st;
	struct err e;
	char *text;

	TEST_UNUSED(state);
	CHECK_OK(fs_write(in_dir("w"), "old and long", 12, 0600, &e), &e);
	CHECK_OK(fs_write(in_dir("w"), "new", 3, 0640, &e), &e);
	text = test_file_read(in_dir("w"));
	assert_string_equal(text, "new");
	mem_free(text);
	assert_int_equal(stat(in_dir("w"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void
a_failed_write_leaves_the_old_file_and_nothing_else(void **state)
{
	struct err e;
	int before;

	TEST_UNUSED(state);
	assert_int_equal(mkdir(in_dir("d"), 0700), 0);
	before = entries();
	CHECK_FAILS(fs_write(in_dir("d"), "x", 1, 0600, &e), ERR_SYSTEM, &e,
		    "cannot write");
	CHECK_FAILS(fs_write(in_dir("no/x"), "x", 1, 0600, &e), ERR_ABSENT, &e,
		    "folder does not exist");
	assert_int_equal(entries(), before);
}

static void
a_write_through_a_link_does_not_touch_its_target(void **state)
{
	struct err e;
	char *text;

	TEST_UNUSED(state);
	test_file_write(in_dir("victim"), "precious");
	assert_int_equal(symlink("victim", in_dir("trap")), 0);
	CHECK_OK(fs_write(in_dir("trap"), "x", 1, 0600, &e), &e);
	text = test_file_read(in_dir("victim"));
	assert_string_equal(text, "precious");
	mem_free(text);
}

static void
folders_are_made_all_the_way_down(void **state)
{
	struct stat st;
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(fs_make_dirs(in_dir("a/b//c/"), 0700, &e), &e);
	CHECK_OK(fs_make_dirs(in_dir("a/b/c"), 0700, &e), &e);
	assert_int_equal(stat(in_dir("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	test_file_write(in_dir("plain"), "");
	CHECK_FAILS(fs_make_dirs(in_dir("plain"), 0700, &e), ERR_INPUT, &e,
		    "not a folder");
	CHECK_FAILS(fs_make_dirs(in_dir("plain/x"), 0700, &e), ERR_SYSTEM, &e,
		    "");
	assert_true(fs_exists(in_dir("a")));
	assert_false(fs_exists(in_dir("z")));
}

static void
paths_join_and_part(void **state)
{
	char to[FS_PATH];
	char longest[FS_PATH];

	TEST_UNUSED(state);
	assert_true(fs_join(to, "a", "b"));
	assert_string_equal(to, "a/b");
	assert_true(fs_join(to, "/", "b"));
	assert_string_equal(to, "/b");
	assert_true(fs_join(to, "", "b"));
	assert_string_equal(to, "b");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(fs_join(to, longest, "b"));
	fs_dir_of(to, "a/b/c");
	assert_string_equal(to, "a/b");
	fs_dir_of(to, "c");
	assert_string_equal(to, ".");
	fs_dir_of(to, "/c");
	assert_string_equal(to, "/");
	assert_true(fs_beside(to, "a/b", "c/d"));
	assert_string_equal(to, "a/c/d");
	assert_true(fs_beside(to, "a/b", "/d"));
	assert_string_equal(to, "/d");
	assert_true(fs_beside(to, "b", "../d"));
	assert_string_equal(to, "../d");
	assert_true(fs_beside(to, "/b", "d"));
	assert_string_equal(to, "/d");
	assert_false(fs_beside(to, "a/b", longest));
}

static void
rooms_live_where_xdg_says(void **state)
{
	char to[FS_PATH];
	struct err e;

	TEST_UNUSED(state);
	setenv("XDG_STATE_HOME", "/state", 1);
	setenv("HOME", "/home/me", 1);
	CHECK_OK(fs_state_dir(to, &e), &e);
	assert_string_equal(to, "/state/warroom");
	setenv("XDG_STATE_HOME", "relative", 1);
	CHECK_OK(fs_state_dir(to, &e), &e);
	assert_string_equal(to, "/home/me/.local/state/warroom");
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	CHECK_FAILS(fs_state_dir(to, &e), ERR_ABSENT, &e, "--room");
}

static void
digests_are_those_of_sha256(void **state)
{
	static const struct digest_part parts[] = { { "a", 1 },
						    { NULL, 0 },
						    { "bc", 2 } };
	char got[DIGEST_HEX];

	TEST_UNUSED(state);
	digest_hex(got, "abc", 3);
	assert_string_equal(got, "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
	digest_hex(got, NULL, 0);
	assert_string_equal(got, "e3b0c44298fc1c149afbf4c8996fb924"
				 "27ae41e4649b934ca495991b7852b855");
	digest_parts(got, parts, ARRAY_LEN(parts));
	assert_string_equal(got, "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole),
		cmocka_unit_test(what_is_no_plain_small_file_is_refused),
		cmocka_unit_test(names_are_cleaned_before_they_are_shown),
		cmocka_unit_test(a_write_replaces_the_whole_file_with_its_mode),
		cmocka_unit_test(
			a_failed_write_leaves_the_old_file_and_nothing_else),
		cmocka_unit_test(
			a_write_through_a_link_does_not_touch_its_target),
		cmocka_unit_test(folders_are_made_all_the_way_down),
		cmocka_unit_test(paths_join_and_part),
		cmocka_unit_test(rooms_live_where_xdg_says),
		cmocka_unit_test(digests_are_those_of_sha256),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
