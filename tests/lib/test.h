/*
 * test - what all test programs share: cmocka, checks that say more, private
 * folders, bounded waits, children, loopback ports and a clock in the hand.
 *
 * Test functions take (void **state) and use TEST_UNUSED(state).  Helpers fail
 * the running test themselves when the system lets them down.  Main thread
 * only, but test_wait() and the clock, which any thread may use.
 */
#ifndef TESTS_LIB_TEST_H
#define TESTS_LIB_TEST_H

/* cmocka wants these four before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/fsio.h"

#define TEST_UNUSED(x) ((void)(x))

/* The call succeeded; else the test fails with the words of the error. */
#define CHECK_OK(call, e) test_check_ok((call), (e), #call, __FILE__, __LINE__)

/* The call failed with `code` and its text holds `part` ("" for any). */
#define CHECK_FAILS(call, code, e, part) \
	test_check_fails((call), (code), (e), (part), __FILE__, __LINE__)

/* `text` holds `part`; else both are printed. */
#define CHECK_HOLDS(text, part) \
	test_check_holds((text), (part), __FILE__, __LINE__)

/* A row of a case table failed: says which one.  `what` is a promise. */
#define CHECK_ROW(what, claim) \
	test_check_row((what), (claim), #claim, __FILE__, __LINE__)

void test_check_ok(enum err_code got, const struct err *e, const char *call,
		   const char *file, int line);
void test_check_fails(enum err_code got, enum err_code want,
		      const struct err *e, const char *part, const char *file,
		      int line);
void test_check_holds(const char *text, const char *part, const char *file,
		      int line);
void test_check_row(const char *what, bool holds, const char *claim,
		    const char *file, int line);

/* A new empty folder of this test, mode 0700; its path is short enough for a
 * socket in it.  test_dir_drop() removes it with all that is inside. */
void test_dir_make(char to[FS_PATH]);
void test_dir_drop(const char *dir);

/* Whole files, made and read without the code under test. */
void test_file_write(const char *path, const char *text);
char *test_file_read(const char *path); /* NULL when absent; mem_free() it */

/* Waits in real time until is_true(arg), at most `real_ms`; looks every
 * millisecond.  False when it never came true. */
bool test_wait(bool (*is_true)(void *arg), void *arg, int real_ms);

/* A child process with its output on a pipe; stderr joins it when asked. */
struct test_child {
	pid_t pid;  /* 0 once reaped */
	int out;    /* reading end of its stdout */
	int in;	    /* writing end of its stdin, -1 when closed */
	int status; /* of waitpid(), after it was reaped */
};

/* argv ends with NULL and argv[0] is looked up in PATH; the child dies with
 * this process. */
void test_child_start(struct test_child *c, const char *const argv[],
		      bool with_stderr);
/* One line of its output without the newline; false at the end of the output
 * or after `real_ms`. */
bool test_child_line(struct test_child *c, char *to, size_t size, int real_ms);
/* Waits for its end; its exit code, 128 + signal when one ended it, or -1
 * after `real_ms` (it still runs then). */
int test_child_wait(struct test_child *c, int real_ms);
/* SIGKILL if it still runs, reaps it, closes the pipes. */
void test_child_drop(struct test_child *c);

/* A listening TCP socket or a bound UDP socket on 127.0.0.1; the kernel
 * chooses the port. */
int test_listen_tcp(int *port);
int test_bind_udp(int *port);

/* A clock in the hand: real, room and wall time stand still until moved.
 * Begins at real 1000 s and wall 2026-11-20T02:00:00Z. */
void test_clock_take(void);
void test_clock_forward_ms(int64_t ms);
void test_clock_release(void); /* the system's clock again, speed 1 */

#endif
