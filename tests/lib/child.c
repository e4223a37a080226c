/* child - child processes of a test: started, heard, reaped. */
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* In the child, between fork and exec. */
static _Noreturn void
become(const char *const argv[], int in, int out, bool with_stderr)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	if (with_stderr)
		dup2(out, STDERR_FILENO);
	/* execvp() does not change the strings; its type is older than const */
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

void
test_child_start(struct test_child *c, const char *const argv[],
		 bool with_stderr)
{
	int in[2], out[2];

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	*c = (struct test_child){ .out = out[0], .in = in[1] };
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0)
		become(argv, in[0], out[1], with_stderr);
	close(in[0]);
	close(out[1]);
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool
test_child_line(struct test_child *c, char *to, size_t size, int real_ms)
{
	int64_t until_ms = now_ms() + real_ms;
	size_t used = 0;

	to[0] = '\0';
	for (;;) {
		struct pollfd pfd = { .fd = c->out, .events = POLLIN };
		int64_t left_ms = until_ms - now_ms();
		char byte;

		if (poll(&pfd, 1, left_ms > 0 ? (int)left_ms : 0) < 1) {
			if (left_ms > 0)
				continue; /* a signal came between */
			return false;
		}
		if (read(c->out, &byte, 1) != 1)
			return used > 0;
		if (byte == '\n')
			return true;
		if (used + 1 < size) {
			to[used++] = byte;
			to[used] = '\0';
		}
	}
}

static bool
has_ended(void *arg)
{
	struct test_child *c = arg;

	if (c->pid != 0 && waitpid(c->pid, &c->status, WNOHANG) == c->pid)
		c->pid = 0;
	return c->pid == 0;
}

int
test_child_wait(struct test_child *c, int real_ms)
{
	if (!test_wait(has_ended, c, real_ms))
		return -1;
	if (WIFSIGNALED(c->status))
		return 128 + WTERMSIG(c->status);
	return WEXITSTATUS(c->status);
}

void
test_child_drop(struct test_child *c)
{
	if (c->pid != 0) {
		kill(c->pid, SIGKILL);
		while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
			continue;
		c->pid = 0;
	}
	if (c->in >= 0)
		close(c->in);
	if (c->out >= 0)
		close(c->out);
	c->in = c->out = -1;
}
