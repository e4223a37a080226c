/* stage - a console of its own process on a terminal of the test. */
#include "tests/lib/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "base/clock.h"
#include "tests/lib/test.h"
#include "ui/console.h"
#include "ui/plain.h"

#define WAIT_MS 5000
#define SAY_OVER 200
#define SAY_ABORT 201

/* The child's side. */
struct actor {
	int control, report;
	enum scene scene;
	bool is_over;
};

static int signal_pipe[2] = { -1, -1 };

static void
on_signal(int number)
{
	unsigned char byte = (unsigned char)number;
	ssize_t n = write(signal_pipe[1], &byte, 1);

	(void)n;
}

static struct snapshot *
actor_look(void *with)
{
	struct actor *a = with;
	unsigned char bytes[64];
	ssize_t n = read(a->control, bytes, sizeof(bytes));
	struct snapshot *s;

	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i] == SAY_ABORT)
			abort();
		if (bytes[i] == SAY_OVER)
			a->is_over = true;
		else
			a->scene = (enum scene)bytes[i];
	}
	s = scene_make(a->scene);
	s->made_real_us = clock_real_us();
	return s;
}

static bool
actor_send(void *with, const struct command *c)
{
	struct actor *a = with;

	dprintf(a->report, "%s|%s|%s|%s\n", command_rows[c->verb].word,
		c->target, c->text, c->digest);
	return true;
}

static bool
actor_is_over(void *with)
{
	return ((struct actor *)with)->is_over;
}

static void
actor_lost(void *with, const char *why)
{
	dprintf(((struct actor *)with)->report, "lost|%s\n", why);
}

static void
catch_signals(void)
{
	static const int numbers[] = { SIGHUP, SIGTERM, SIGINT, SIGWINCH,
				       SIGCONT };
	/* The test library would go on with the tests that follow, in here. */
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
	struct sigaction act = { .sa_handler = on_signal };

	sigemptyset(&act.sa_mask);
	if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		_exit(99);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		sigaction(numbers[i], &act, NULL);
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		signal(fatal[i], SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
}

static void
act(struct actor *a, const struct stage_options *o, int in, int out)
{
	struct console_source source = {
		.look = actor_look,
		.send = actor_send,
		.is_over = actor_is_over,
		.lost = actor_lost,
		.fd = a->control,
		.with = a,
	};
	enum console_end how;
	struct err e;

	catch_signals();
	if (o->ignores_hangup)
		signal(SIGHUP, SIG_IGN);
	setenv("TERM", o->term != NULL ? o->term : "xterm-256color", 1);
	setenv("LC_ALL", o->locale != NULL ? o->locale : "C.UTF-8", 1);
	unsetenv("TMUX");
	setlocale(LC_CTYPE, "");
	if (o->is_plain) {
		struct plain_options po = { in, out, signal_pipe[0] };

		how = plain_run(&source, &po);
	} else {
		struct console_options co = { .signal_fd = signal_pipe[0],
					      .calls = CALL_BELL | CALL_TITLE };

		co.term.in_fd = in;
		co.term.out_fd = out;
		if (console_run(&how, &source, &co, &e) != ERR_NONE) {
			dprintf(a->report, "refused|%s\n", e.text);
			_exit(3);
		}
	}
	dprintf(a->report, "end|%d\n", (int)how);
	_exit(0);
}

static void
make_pipe(int fds[2])
{
	if (pipe2(fds, O_CLOEXEC) != 0)
		fail_msg("pipe: %s", strerror(errno));
}

static void
be_child(const struct stage_options *o, int slave, const int *fds)
{
	struct actor a = { .control = fds[0],
			   .report = fds[1],
			   .scene = o->scene };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fcntl(a.control, F_SETFL, O_NONBLOCK);
	if (!o->on_pipes) {
		login_tty(slave);
		act(&a, o, 0, 1);
	}
	act(&a, o, fds[2], fds[3]);
}

void
stage_open(struct stage *s, const struct stage_options *o)
{
	struct winsize w = { .ws_row = (unsigned short)o->rows,
			     .ws_col = (unsigned short)o->cols };
	int control[2], report[2], in[2], out[2], master, slave;

	*s = (struct stage){ .screen = -1, .keys = -1 };
	buf_init(&s->out, 16 << 20);
	buf_init(&s->reports, 1 << 20);
	make_pipe(control);
	make_pipe(report);
	make_pipe(in);
	make_pipe(out);
	if (openpty(&master, &slave, NULL, NULL, &w) != 0)
		fail_msg("openpty: %s", strerror(errno));
	fcntl(master, F_SETFD, FD_CLOEXEC);
	tcgetattr(slave, &s->before);
	s->pid = fork();
	if (s->pid == 0) {
		int fds[] = { control[0], report[1], in[0], out[1] };

		close(master);
		close(in[1]);
		close(out[0]);
		close(control[1]);
		close(report[0]);
		be_child(o, slave, fds);
	}
	close(control[0]);
	close(report[1]);
	close(in[0]);
	close(out[1]);
	s->control = control[1];
	s->report = report[0];
	s->slave = slave;
	s->keys = o->on_pipes ? in[1] : master;
	s->screen = o->on_pipes ? out[0] : master;
	close(o->on_pipes ? master : in[1]);
	if (!o->on_pipes)
		close(out[0]);
	fcntl(s->screen, F_SETFL, O_NONBLOCK);
	fcntl(s->report, F_SETFL, O_NONBLOCK);
}

static void
say(struct stage *s, int what)
{
	unsigned char byte = (unsigned char)what;

	if (write(s->control, &byte, 1) != 1)
		fail_msg("the child does not listen");
}

void
stage_turn(struct stage *s, enum scene scene)
{
	say(s, (int)scene);
}

void
stage_end_room(struct stage *s)
{
	say(s, SAY_OVER);
}

void
stage_crash(struct stage *s)
{
	say(s, SAY_ABORT);
}

void
stage_type(struct stage *s, const char *bytes)
{
	size_t len = strlen(bytes);

	if (write(s->keys, bytes, len) != (ssize_t)len)
		fail_msg("typing: %s", strerror(errno));
}

void
stage_resize(struct stage *s, int rows, int cols)
{
	struct winsize w = { .ws_row = (unsigned short)rows,
			     .ws_col = (unsigned short)cols };

	ioctl(s->slave, TIOCSWINSZ, &w);
	kill(s->pid, SIGWINCH);
}

void
stage_signal(struct stage *s, int number)
{
	kill(s->pid, number);
}

/* Takes in what is there within `real_ms`; NUL bytes are left out. */
static void
take(int fd, struct buf *to)
{
	char bytes[4096];
	ssize_t n;

	while (fd >= 0 && (n = read(fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < n; i++)
			if (bytes[i] != '\0')
				buf_char(to, bytes[i]);
}

static void
take_all(struct stage *s, int real_ms)
{
	struct pollfd fds[2] = {
		{ .fd = s->screen, .events = POLLIN },
		{ .fd = s->report, .events = POLLIN },
	};

	poll(fds, 2, real_ms);
	take(s->screen, &s->out);
	take(s->report, &s->reports);
}

static void
await(struct stage *s, struct buf *in, const char *text)
{
	int64_t end_us = clock_real_us() + WAIT_MS * 1000;

	while (strstr(buf_str(in), text) == NULL) {
		if (clock_real_us() > end_us)
			fail_msg("never came: %s\nseen:\n%.3000s\nheard:\n%s",
				 text, buf_str(&s->out), buf_str(&s->reports));
		take_all(s, 5);
	}
}

void
stage_see(struct stage *s, const char *text)
{
	await(s, &s->out, text);
}

void
stage_hear(struct stage *s, const char *text)
{
	await(s, &s->reports, text);
}

bool
stage_has_seen(struct stage *s, const char *text)
{
	take_all(s, 0);
	return strstr(buf_str(&s->out), text) != NULL;
}

bool
stage_has_heard(struct stage *s, const char *text)
{
	take_all(s, 0);
	return strstr(buf_str(&s->reports), text) != NULL;
}

void
stage_forget(struct stage *s)
{
	take_all(s, 0);
	buf_reset(&s->out);
	buf_reset(&s->reports);
}

size_t
stage_listen(struct stage *s, int real_ms)
{
	int64_t end_us = clock_real_us() + (int64_t)real_ms * 1000;
	size_t before;

	take_all(s, 0);
	before = s->out.len;
	while (clock_real_us() < end_us)
		take_all(s, 10);
	return s->out.len - before;
}

static bool
has_ended(void *arg)
{
	struct stage *s = arg;

	take_all(s, 0);
	return waitpid(s->pid, &s->status, WNOHANG) == s->pid;
}

int
stage_wait(struct stage *s)
{
	if (s->pid > 0 && !test_wait(has_ended, s, WAIT_MS))
		fail_msg("the console does not end\n%s", buf_str(&s->reports));
	s->pid = 0;
	take_all(s, 0);
	return WIFSIGNALED(s->status) ? 128 + WTERMSIG(s->status)
				      : WEXITSTATUS(s->status);
}

bool
stage_is_restored(struct stage *s)
{
	struct termios now;

	tcgetattr(s->slave, &now);
	return now.c_lflag == s->before.c_lflag &&
	       now.c_iflag == s->before.c_iflag &&
	       now.c_oflag == s->before.c_oflag;
}

void
stage_hang_up(struct stage *s)
{
	close(s->slave);
	if (s->keys != s->screen)
		close(s->keys);
	close(s->screen);
	s->slave = s->screen = s->keys = -1;
}

void
stage_close(struct stage *s)
{
	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, &s->status, 0);
	}
	if (s->keys >= 0 && s->keys != s->screen)
		close(s->keys);
	if (s->screen >= 0)
		close(s->screen);
	if (s->slave >= 0)
		close(s->slave);
	close(s->control);
	close(s->report);
	buf_clear(&s->out);
	buf_clear(&s->reports);
}
