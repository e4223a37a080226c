/* Programs: what they inherit, how they end, what they leave behind. */
#include "tests/lib/test.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/str.h"
#include "base/thread.h"

#define SECOND 1000000LL

static bool has_no_descriptor;

DIR *
opendir(const char *path)
{
	DIR *(*real)(const char *);

	if (has_no_descriptor) {
		errno = EMFILE;
		return NULL;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "opendir");
	return real(path);
}

static struct process_end
run_with(const char *script, int64_t most_us, size_t keep,
	 const struct cancel *cancel)
{
	const char *argv[] = { "/bin/sh", "-c", script, NULL };
	const char *env[] = { "PATH=/usr/bin:/bin", "WORD=one", NULL };
	const struct process_order o = { .argv = argv,
					 .env = env,
					 .until_real_us =
						 clock_real_us() + most_us,
					 .grace_ms = 200,
					 .cancel = cancel,
					 .keep = keep };
	struct process_end end;
	struct err e;

	CHECK_OK(process_run(&end, &o, &e), &e);
	return end;
}

static struct process_end
run(const char *script)
{
	return run_with(script, 20 * SECOND, 4096, NULL);
}

static void
both_outputs_and_the_exit_code_are_kept(void **state)
{
	struct process_end end = run("echo out; echo err >&2; exit 7");

	(void)state;
	assert_int_equal(end.how, PROCESS_EXITED);
	assert_int_equal(end.code, 7);
	assert_string_equal(buf_str(&end.output), "out\nerr\n");
	assert_int_equal(end.left_count, 0);
	buf_clear(&end.output);
}

static void
the_environment_is_what_was_given_and_nothing_else(void **state)
{
	struct process_end end;

	(void)state;
	setenv("WARROOM_TEST_TOKEN", "hunter2", 1);
	end = run("exec /usr/bin/env");
	CHECK_HOLDS(buf_str(&end.output), "WORD=one\n");
	assert_null(strstr(buf_str(&end.output), "hunter2"));
	assert_null(strstr(buf_str(&end.output), "HOME="));
	buf_clear(&end.output);
}

static void
it_gets_three_descriptors_a_session_of_its_own_and_the_root_folder(void **state)
{
	int open_here = dup(1); /* without close-on-exec: ours all the same */
	struct process_end end =
		run("readlink /proc/$$/fd/0; ls -m /proc/$$/fd; "
		    "set -- $(cat /proc/$$/stat); echo $(($6 == $1)); "
		    "readlink /proc/$$/cwd");

	(void)state;
	assert_true(open_here >= 3);
	close(open_here);
	assert_string_equal(buf_str(&end.output), "/dev/null\n0, 1, 2\n1\n/\n");
	buf_clear(&end.output);
}

static void
what_ignores_the_term_signal_is_killed_when_its_time_is_over(void **state)
{
	struct process_end end =
		run_with("trap '' TERM; echo begun; while :; do sleep 1; done",
			 SECOND / 2, 4096, NULL);

	(void)state;
	assert_int_equal(end.how, PROCESS_LATE);
	assert_int_equal(end.code, SIGKILL);
	CHECK_HOLDS(buf_str(&end.output), "begun");
	buf_clear(&end.output);
}

static void
the_term_signal_lets_it_clean_up(void **state)
{
	struct process_end end = run_with("trap 'echo cleaned; exit 3' TERM; "
					  "sleep 60 & wait",
					  SECOND / 2, 4096, NULL);

	(void)state;
	assert_int_equal(end.how, PROCESS_LATE);
	assert_int_equal(end.code, 3);
	CHECK_HOLDS(buf_str(&end.output), "cleaned");
	buf_clear(&end.output);
}

/* In the same group, and in one of its own. */
static void
what_it_leaves_behind_is_killed_and_named(void **state)
{
	static const char *const scripts[] = {
		"sleep 300 & echo $!; sleep 0.3",
		"timeout 300 sleep 300 & echo $!; sleep 0.3",
		"(trap '' TERM HUP; sleep 300) & echo $!; sleep 0.3",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		struct process_end end = run(scripts[i]);
		pid_t left = (pid_t)atoi(buf_str(&end.output));

		assert_int_equal(end.how, PROCESS_EXITED);
		assert_true(left > 1);
		assert_true(end.left_count >= 1);
		assert_false(end.is_left);
		CHECK_HOLDS(end.left, "sleep (");
		/* Gone, or a zombie that init has still to wait for. */
		for (int n = 0; n < 500 && kill(left, 0) == 0; n++)
			usleep(10000);
		assert_int_not_equal(kill(left, 0), 0);
		buf_clear(&end.output);
	}
}

static void
output_without_end_is_drained_and_only_its_end_kept(void **state)
{
	struct process_end end =
		run_with("i=0; while [ $i -lt 20000 ]; do echo 0123456789; "
			 "i=$((i+1)); done; echo last",
			 60 * SECOND, 64, NULL);

	(void)state;
	assert_int_equal(end.how, PROCESS_EXITED);
	assert_int_equal(end.output.len, 64);
	assert_int_equal(end.dropped, 20000 * 11 + 5 - 64);
	assert_true(str_ends(buf_str(&end.output), "0123456789\nlast\n"));
	buf_clear(&end.output);
}

static void
raise_it(void *arg)
{
	cancel_raise(arg);
}

static void
a_cancel_ends_it_at_once(void **state)
{
	struct cancel cancel;
	struct thread thread;
	struct process_end end;
	struct err e;

	(void)state;
	CHECK_OK(cancel_open(&cancel, &e), &e);
	CHECK_OK(thread_start(&thread, "raise", raise_it, &cancel, &e), &e);
	end = run_with("sleep 300", 300 * SECOND, 64, &cancel);
	thread_join(&thread);
	assert_int_equal(end.how, PROCESS_CANCELLED);
	assert_int_equal(end.code, SIGTERM);
	buf_clear(&end.output);
	cancel_close(&cancel);
}

static void
a_program_that_is_not_there_is_said_so(void **state)
{
	const char *argv[] = { "/nowhere/tool", NULL }, *env[] = { NULL };
	const struct process_order o = {
		.argv = argv, .env = env, .until_real_us = INT64_MAX, .keep = 1
	};
	struct process_end end;
	struct err e;

	(void)state;
	assert_int_equal(process_run(&end, &o, &e), ERR_ABSENT);
	CHECK_HOLDS(e.text, "/nowhere/tool");
	buf_clear(&end.output);
}

static void
somebody_else_s_signal_is_no_exit_code(void **state)
{
	struct process_end end = run("kill -SEGV $$; sleep 5");

	(void)state;
	assert_int_equal(end.how, PROCESS_SIGNALLED);
	assert_int_equal(end.code, SIGSEGV);
	buf_clear(&end.output);
}

static void
what_cannot_be_looked_for_may_be_left(void **state)
{
	struct process_end end;

	(void)state;
	has_no_descriptor = true;
	end = run("true");
	has_no_descriptor = false;
	assert_int_equal(end.code, 0);
	assert_true(end.is_left && end.left_count > 0);
	CHECK_HOLDS(end.left, "/proc cannot be read");
	buf_clear(&end.output);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_outputs_and_the_exit_code_are_kept),
		cmocka_unit_test(
			the_environment_is_what_was_given_and_nothing_else),
		cmocka_unit_test(
			it_gets_three_descriptors_a_session_of_its_own_and_the_root_folder),
		cmocka_unit_test(
			what_ignores_the_term_signal_is_killed_when_its_time_is_over),
		cmocka_unit_test(the_term_signal_lets_it_clean_up),
		cmocka_unit_test(what_it_leaves_behind_is_killed_and_named),
		cmocka_unit_test(what_cannot_be_looked_for_may_be_left),
		cmocka_unit_test(
			output_without_end_is_drained_and_only_its_end_kept),
		cmocka_unit_test(a_cancel_ends_it_at_once),
		cmocka_unit_test(a_program_that_is_not_there_is_said_so),
		cmocka_unit_test(somebody_else_s_signal_is_no_exit_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
