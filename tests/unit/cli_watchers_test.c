/* cli_watchers_test - who watches is counted, and whoever dies is not. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/watchers.h"

static char room[FS_PATH];

static int
begin(void **state)
{
	TEST_UNUSED(state);
	test_dir_make(room);
	return 0;
}

static int
end(void **state)
{
	TEST_UNUSED(state);
	test_dir_drop(room);
	return 0;
}

/* A process that watches until it is killed. */
static pid_t
watch_apart(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct watcher w;

		watchers_join(&w, room);
		byte = w.fd >= 0 ? 'y' : 'n';
		if (write(ready[1], &byte, 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	close(ready[0]);
	return pid;
}

static void
whoever_watches_is_counted_until_they_leave(void **state)
{
	struct watcher w;

	TEST_UNUSED(state);
	assert_int_equal(watchers_count(room), 0);
	watchers_join(&w, room);
	assert_int_equal(watchers_count(room), 1);
	assert_int_equal(watchers_count(room), 1);
	watchers_leave(&w);
	assert_int_equal(watchers_count(room), 0);
}

static void
a_watcher_that_is_killed_is_no_longer_counted(void **state)
{
	char path[FS_PATH];
	struct stat st;
	pid_t pids[3];

	TEST_UNUSED(state);
	for (int i = 0; i < 3; i++)
		pids[i] = watch_apart();
	assert_int_equal(watchers_count(room), 3);
	for (int i = 0; i < 3; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
		assert_int_equal(watchers_count(room), 2 - i);
	}
	assert_true(fs_join(path, room, "watchers"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_nlink, 2);
	assert_int_equal(rmdir(path), 0); /* nothing was left in it */
}

static void
strange_files_are_neither_counted_nor_touched(void **state)
{
	char folder[FS_PATH], path[FS_PATH];
	struct stat st;

	TEST_UNUSED(state);
	assert_true(fs_join(folder, room, "watchers"));
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_true(fs_join(path, folder, "a-folder"));
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(fs_join(path, folder, "a-pipe"));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(fs_join(path, folder, "a-link"));
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(watchers_count(room), 0);
	assert_int_equal(lstat(path, &st), 0);
}

static void
a_room_that_cannot_be_written_is_watched_uncounted(void **state)
{
	struct watcher w;

	TEST_UNUSED(state);
	watchers_join(&w, "/proc/no-such-room");
	assert_int_equal(w.fd, -1);
	watchers_leave(&w);
	assert_int_equal(watchers_count("/proc/no-such-room"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			whoever_watches_is_counted_until_they_leave, begin,
			end),
		cmocka_unit_test_setup_teardown(
			a_watcher_that_is_killed_is_no_longer_counted, begin,
			end),
		cmocka_unit_test_setup_teardown(
			strange_files_are_neither_counted_nor_touched, begin,
			end),
		cmocka_unit_test_setup_teardown(
			a_room_that_cannot_be_written_is_watched_uncounted,
			begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
