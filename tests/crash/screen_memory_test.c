/* screen_memory - memory ends under a console that draws: the terminal is as
 * it was before, and the person reads why. */
#include <stdlib.h>

#include "base/err.h"
#include "base/str.h"
#include "tests/lib/pty.h"

#define SECOND 1000
#define FAILED 1

#define WORDS "warroom: out of memory"
#define LEAVES "\033[?1049l" /* the screen of the console */

static struct pty_seat seat;
static char dir[FS_PATH], when[FS_PATH];

static bool
is_drawn(void *arg)
{
	const struct pty_seat *s = arg;

	return strstr(s->tail, "\033[?1049h") != NULL && s->tail_len > SECOND;
}

static int
play(void **state)
{
	const char *san = getenv("SAN"), *build = getenv("BUILD");
	char preload[FS_PATH], room[FS_PATH];

	TEST_UNUSED(state);
	if (san != NULL && san[0] != '\0')
		exit(77); /* no sanitizer likes to be second */
	seat.master = seat.terminal = -1;
	test_dir_make(dir);
	assert_true(fs_join(room, dir, "room") && fs_join(when, dir, "when"));
	assert_true(fs_join(preload, build != NULL ? build : "build",
			    "tests/lib/preload_fault.so"));
	setenv("LD_PRELOAD", preload, 1);
	setenv("FAULT_CALL", "alloc", 1);
	setenv("FAULT_AT", "1", 1);
	setenv("FAULT_WHEN", when, 1);
	pty_drill(&seat, room, "5", 36, 120, NULL);
	unsetenv("LD_PRELOAD");
	assert_true(pty_wait(&seat, 1, is_drawn, &seat,
			     pty_patience_ms(20 * SECOND)));
	test_file_write(when, "now");
	assert_true(pty_ended(&seat, 1, pty_patience_ms(20 * SECOND)));
	return 0;
}

static int
stop(void **state)
{
	TEST_UNUSED(state);
	pty_drop(&seat);
	test_dir_drop(dir);
	return 0;
}

static void
it_ends_by_itself(void **state)
{
	TEST_UNUSED(state);
	assert_int_equal(seat.code, FAILED);
}

static void
the_terminal_is_as_it_was(void **state)
{
	TEST_UNUSED(state);
	assert_true(pty_is_restored(&seat));
}

static void
the_person_reads_why(void **state)
{
	const char *left = strstr(seat.tail, LEAVES);

	TEST_UNUSED(state);
	assert_non_null(left);
	assert_non_null(strstr(left, WORDS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_by_itself),
		cmocka_unit_test(the_terminal_is_as_it_was),
		cmocka_unit_test(the_person_reads_why),
	};

	return cmocka_run_group_tests(tests, play, stop);
}
