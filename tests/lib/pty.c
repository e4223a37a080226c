/* pty - a person at a terminal of the built program: keys in, bytes out. */
#include "tests/lib/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

#define ROUND_MS 10
#define SETTLE_MS 300 /* a screen follows its room within this */
#define READ_MS 500   /* a plan that has just opened takes no keys */
#define AGAIN_MS 1500

#define ESC "\033"
#define ERASE "\025" /* ctrl-U */

/* What a person types at each step of the shipped runbook. */
static const struct {
	const char *step, *phrase;
} steps[] = {
	{ "lock-baseline", "yes" },
	{ "go-no-go", "yes" },
	{ "publish-flow", "PUBLISH-FLOW prod us-east-1" },
	{ "set-routing", "yes" },
	{ "open-trunk", "yes" },
	{ "switch-dns", "SWITCH-DNS prod us-east-1" },
};

int64_t
pty_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int
pty_patience_ms(int real_ms)
{
	const char *san = getenv("SAN");

	if (san == NULL || san[0] == '\0')
		return real_ms;
	return real_ms * (strcmp(san, "thread") == 0 ? 5 : 3);
}

const char *
pty_program(void)
{
	const char *path = getenv("WARROOM");

	if (path == NULL || path[0] == '\0') {
		print_message("WARROOM does not name the program\n");
		skip();
	}
	return path;
}

/* In the child, between fork and exec. */
static _Noreturn void
become(const char *const argv[], int terminal)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (login_tty(terminal) != 0)
		_exit(127);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

void
pty_drill(struct pty_seat *s, const char *room, const char *speed, int rows,
	  int cols, const char *const more[])
{
	const char *argv[PTY_ARGS] = {
		pty_program(),
		"drill",
		"runbooks/voice-cutover.yaml",
		"--theme",
		"themes/dark.yaml",
		"--room",
		room,
		"--speed",
		speed,
	};
	size_t count = 9;

	while (more != NULL && *more != NULL && count < PTY_ARGS - 1)
		argv[count++] = *more++;
	pty_start(s, argv, room, rows, cols);
	s->speed = speed;
}

void
pty_start(struct pty_seat *s, const char *const argv[], const char *room,
	  int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
				.ws_col = (unsigned short)cols };

	memset(s, 0, sizeof(*s));
	s->is_read = true;
	str_copy(s->room, sizeof(s->room), room);
	assert_int_equal(openpty(&s->master, &s->terminal, NULL, NULL, &size),
			 0);
	fcntl(s->master, F_SETFD, FD_CLOEXEC);
	fcntl(s->master, F_SETFL, O_NONBLOCK);
	fcntl(s->terminal, F_SETFD, FD_CLOEXEC);
	assert_int_equal(tcgetattr(s->terminal, &s->before), 0);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0)
		become(argv, s->terminal);
}

void
pty_resize(struct pty_seat *s, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
				.ws_col = (unsigned short)cols };

	assert_int_equal(ioctl(s->master, TIOCSWINSZ, &size), 0);
}

void
pty_type(struct pty_seat *s, const char *keys)
{
	size_t len = strlen(keys);

	/* A line is far below what the terminal holds. */
	assert_int_equal(write(s->master, keys, len), (ssize_t)len);
}

static void
keep(struct pty_seat *s, const char *bytes, size_t len)
{
	size_t over;

	if (s->tail_len + len > PTY_TAIL) {
		over = s->tail_len + len - PTY_TAIL;
		memmove(s->tail, s->tail + over, s->tail_len - over);
		s->tail_len -= over;
	}
	memcpy(s->tail + s->tail_len, bytes, len);
	s->tail_len += len;
	s->tail[s->tail_len] = '\0';
}

static void
draw(struct pty_seat *s)
{
	char bytes[4096];
	ssize_t n;

	while (s->is_read && s->master >= 0 &&
	       (n = read(s->master, bytes, sizeof(bytes))) > 0) {
		if (s->drawn != NULL)
			s->drawn(s->with, bytes, (size_t)n);
		keep(s, bytes, (size_t)n);
	}
}

bool
pty_wait(struct pty_seat *seats, size_t count, bool (*is_true)(void *arg),
	 void *arg, int real_ms)
{
	int64_t until_ms = pty_now_ms() + real_ms;

	for (;;) {
		for (size_t i = 0; i < count; i++)
			draw(&seats[i]);
		if (is_true(arg))
			return true;
		if (pty_now_ms() >= until_ms)
			return false;
		poll(NULL, 0, ROUND_MS);
	}
}

char *
pty_journal(const struct pty_seat *s)
{
	char path[FS_PATH];

	assert_true(fs_join(path, s->room, "journal.jsonl"));
	return test_file_read(path);
}

bool
pty_recorded(const struct pty_seat *s, const char *text)
{
	char *journal = pty_journal(s);
	bool is_there = journal != NULL && strstr(journal, text) != NULL;

	mem_free(journal);
	return is_there;
}

/* The state in the last record of a step, "" without one. */
static void
last_state(const char *journal, const char *step, char *to, size_t size)
{
	char before[80];
	const char *at = journal;

	to[0] = '\0';
	str_printf(before, sizeof(before), "\"step\":\"%s\",\"state\":\"",
		   step);
	while ((at = strstr(at, before)) != NULL) {
		at += strlen(before);
		str_copy_n(to, size, at, strcspn(at, "\""));
	}
}

/* The keys that are due at a seat, judged by its journal. */
static void
walk_on(struct pty_seat *s, const char *journal)
{
	int64_t since_ms = pty_now_ms() - s->acted_ms;
	char state[32], line[80];

	if (strstr(journal, "\"kind\":\"decision\",\"verdict\":\"GO\"") == NULL)
		return;
	last_state(journal, steps[s->at].step, state, sizeof(state));
	if (strcmp(state, "verified") == 0 &&
	    s->at + 1 < sizeof(steps) / sizeof(steps[0])) {
		s->at++;
		s->presses = 0;
		s->acted_ms = pty_now_ms() - AGAIN_MS + SETTLE_MS;
	} else if (strcmp(state, "armed") == 0 && since_ms >= READ_MS) {
		str_printf(line, sizeof(line), ERASE "%s\r",
			   steps[s->at].phrase);
		pty_type(s, line);
		s->acted_ms = pty_now_ms();
	} else if ((state[0] == '\0' || strcmp(state, "ready") == 0) &&
		   since_ms >= AGAIN_MS) {
		/* Whatever is open by now is left first. */
		pty_type(s, s->presses++ % 2 == 0 ? "\r" : ESC);
		s->acted_ms = pty_now_ms();
	}
}

struct walk {
	struct pty_seat *seats;
	size_t count;
	const char *text;
};

static bool
has_arrived(void *arg)
{
	struct walk *w = arg;
	bool all = true;

	for (size_t i = 0; i < w->count; i++) {
		char *journal = pty_journal(&w->seats[i]);

		if (journal == NULL || strstr(journal, w->text) == NULL) {
			all = false;
			if (journal != NULL)
				walk_on(&w->seats[i], journal);
		}
		mem_free(journal);
	}
	return all;
}

bool
pty_walk(struct pty_seat *seats, size_t count, const char *text, int real_ms)
{
	struct walk w = { seats, count, text };

	return pty_wait(seats, count, has_arrived, &w, real_ms);
}

bool
pty_is_full(const struct pty_seat *s)
{
	struct pollfd p = { .fd = s->terminal, .events = POLLOUT };

	return poll(&p, 1, 0) == 0;
}

bool
pty_is_restored(const struct pty_seat *s)
{
	struct termios now;

	return tcgetattr(s->terminal, &now) == 0 &&
	       now.c_iflag == s->before.c_iflag &&
	       now.c_oflag == s->before.c_oflag &&
	       now.c_cflag == s->before.c_cflag &&
	       now.c_lflag == s->before.c_lflag &&
	       memcmp(now.c_cc, s->before.c_cc, sizeof(now.c_cc)) == 0;
}

void
pty_hang_up(struct pty_seat *s)
{
	close(s->terminal);
	close(s->master);
	s->terminal = s->master = -1;
}

static void
reap(struct pty_seat *s, int options)
{
	int status;

	if (s->pid == 0 || wait4(s->pid, &status, options, &s->used) != s->pid)
		return;
	s->pid = 0;
	s->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				      : WEXITSTATUS(status);
}

static bool
all_ended(void *arg)
{
	struct walk *w = arg;
	bool all = true;

	for (size_t i = 0; i < w->count; i++) {
		reap(&w->seats[i], WNOHANG);
		all = all && w->seats[i].pid == 0;
	}
	return all;
}

bool
pty_ended(struct pty_seat *seats, size_t count, int real_ms)
{
	struct walk w = { seats, count, NULL };

	return pty_wait(seats, count, all_ended, &w, real_ms);
}

static void
end_twin(const struct pty_seat *s)
{
	struct err e = { .code = ERR_NONE };
	char path[FS_PATH];
	struct json *doc = NULL;
	char *text;
	pid_t pid = 0;

	if (!fs_join(path, s->room, "services.json"))
		return;
	text = test_file_read(path);
	if (text != NULL)
		doc = json_parse(text, strlen(text), &e);
	if (doc != NULL)
		pid = (pid_t)json_number_or(doc, "pid", 0);
	if (pid > 1)
		kill(pid, SIGTERM);
	json_free(doc);
	mem_free(text);
}

void
pty_drop(struct pty_seat *s)
{
	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		reap(s, 0);
	}
	if (s->room[0] != '\0')
		end_twin(s);
	if (s->master >= 0 && s->terminal >= 0)
		pty_hang_up(s);
}

int64_t
pty_cpu_ms(const struct pty_seat *s)
{
	long user, system, ticks = sysconf(_SC_CLK_TCK);
	char path[64], *text;
	const char *at;
	int64_t ms = -1;

	if (s->pid == 0)
		return (int64_t)(s->used.ru_utime.tv_sec +
				 s->used.ru_stime.tv_sec) *
			       1000 +
		       (s->used.ru_utime.tv_usec + s->used.ru_stime.tv_usec) /
			       1000;
	str_printf(path, sizeof(path), "/proc/%d/stat", (int)s->pid);
	text = test_file_read(path);
	at = text == NULL ? NULL : strrchr(text, ')');
	if (at != NULL && sscanf(at + 1,
				 " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u "
				 "%*u %ld %ld",
				 &user, &system) == 2)
		ms = (int64_t)(user + system) * 1000 / ticks;
	mem_free(text);
	return ms;
}
