/* process - one program run to its end, with all it started. */
#include "base/process.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/text.h"

#define SWEEPS 100    /* rounds over what is left, ... */
#define SWEEP_MS 20   /* ... and the real time between two */
#define NAME_BYTES 16 /* of a process, as the kernel keeps it */

struct running {
	const struct process_order *order;
	struct process_end *end;
	pid_t pid;
	int watch;  /* readable once it has ended */
	int output; /* our end of its pipe; -1 closed */
};

/* ---- started ---- */

static enum err_code
spawn(pid_t *pid, const struct process_order *o, int output, struct err *e)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int failure;

	sigemptyset(&none);
	sigfillset(&all);
	sigdelset(&all, SIGKILL);
	sigdelset(&all, SIGSTOP);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, (short)(POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSID));
	posix_spawn_file_actions_init(&files);
	failure = posix_spawn_file_actions_addopen(&files, 0, "/dev/null",
						   O_RDONLY, 0);
	if (failure == 0)
		failure = posix_spawn_file_actions_adddup2(&files, output, 1);
	if (failure == 0)
		failure = posix_spawn_file_actions_adddup2(&files, output, 2);
	if (failure == 0)
		failure = posix_spawn_file_actions_addclosefrom_np(&files, 3);
	if (failure == 0)
		failure = posix_spawn_file_actions_addchdir_np(
			&files, o->folder != NULL ? o->folder : "/");
	if (failure == 0)
		failure = posix_spawn(pid, o->argv[0], &files, &attr,
				      (char *const *)(uintptr_t)o->argv,
				      (char *const *)(uintptr_t)o->env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	if (failure == 0)
		return ERR_NONE;
	return err_set(e, failure == ENOENT ? ERR_ABSENT : ERR_SYSTEM,
		       "cannot run %s: %s", o->argv[0], strerror(failure));
}

/* Above the three that the program gets, so that none is overwritten. */
static int
lift(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	close(fd);
	return high;
}

static enum err_code
start(struct running *r, struct err *e)
{
	int ends[2];
	enum err_code code;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(e, ERR_SYSTEM, "cannot run %s: no pipe: %s",
			       r->order->argv[0], strerror(errno));
	r->output = ends[0];
	ends[1] = lift(ends[1]);
	if (ends[1] < 0 || fcntl(r->output, F_SETFL, O_NONBLOCK) != 0)
		code = err_set(e, ERR_SYSTEM, "cannot run %s: %s",
			       r->order->argv[0], strerror(errno));
	else
		code = spawn(&r->pid, r->order, ends[1], e);
	if (ends[1] >= 0)
		close(ends[1]);
	if (code == ERR_NONE)
		r->watch = pidfd_open(r->pid, 0);
	return code;
}

/* ---- heard ---- */

/* Keeps the last `keep` bytes. */
static void
keep(struct running *r, const char *bytes, size_t len)
{
	struct buf *b = &r->end->output;
	size_t most = r->order->keep;

	if (len > most) {
		r->end->dropped += len - most;
		bytes += len - most;
		len = most;
	}
	if (b->len + len > most) {
		size_t over = b->len + len - most;

		r->end->dropped += over;
		memmove(b->data, b->data + over, b->len - over);
		b->len -= over;
		b->data[b->len] = '\0';
	}
	buf_add(b, bytes, len);
}

/* What lies in the pipe now. */
static void
drain(struct running *r)
{
	char bytes[4096];
	ssize_t n;

	while (r->output >= 0) {
		n = read(r->output, bytes, sizeof(bytes));
		if (n > 0) {
			keep(r, bytes, (size_t)n);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0 || errno != EAGAIN) {
			close(r->output);
			r->output = -1;
		}
		return;
	}
}

/* True once it has ended; it is not yet waited for, so that its number is
 * still its own. */
static bool
has_ended(const struct running *r)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)r->pid, &info,
		      WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == r->pid;
}

static int
ms_until(int64_t real_us)
{
	int64_t ms = (real_us - clock_real_us()) / 1000 + 1;

	return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

static bool
is_cancelled(const struct process_order *o)
{
	return o->cancel != NULL && cancel_is_raised(o->cancel);
}

/* Hears it until it ends or `until_real_us`; true when it has ended. */
static bool
attend(struct running *r, int64_t until_real_us, bool may_cancel)
{
	const struct process_order *o = r->order;

	for (;;) {
		struct pollfd fds[3] = {
			{ .fd = r->output, .events = POLLIN },
			{ .fd = r->watch, .events = POLLIN },
			{ .fd = may_cancel && o->cancel != NULL
					? o->cancel->wake.fd
					: -1,
			  .events = POLLIN },
		};
		int ms = ms_until(until_real_us);

		/* Without a descriptor of its end it is asked for instead. */
		if (r->watch < 0 && ms > SWEEP_MS)
			ms = SWEEP_MS;
		poll(fds, 3, ms);
		drain(r);
		if (has_ended(r))
			return true;
		if ((may_cancel && is_cancelled(o)) ||
		    clock_real_us() >= until_real_us)
			return false;
	}
}

/* ---- what it left ---- */

/* What the kernel says of a process; false when it is gone (errno 0 or ENOENT)
 * or cannot be looked at. */
static bool
read_stat(const char *pid, char *text, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	str_printf(path, sizeof(path), "/proc/%.20s/stat", pid);
	errno = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Session and state of a process, and its name; false when it is gone. */
static bool
look_at(const char *pid, long *session, char *state, char name[NAME_BYTES])
{
	char text[512], *first, *last;

	if (!read_stat(pid, text, sizeof(text)))
		return false;
	/* The name stands in brackets and may hold some itself. */
	first = strchr(text, '(');
	last = strrchr(text, ')');
	if (first == NULL || last == NULL || last < first)
		return false;
	text_clean(name, NAME_BYTES, first + 1, (size_t)(last - first - 1));
	return sscanf(last + 1, " %c %*d %*d %ld", state, session) == 2;
}

static void
name_left(struct process_end *end, const char *name, const char *pid)
{
	size_t used = strlen(end->left);

	str_printf(end->left + used, sizeof(end->left) - used, "%s%s (%s)",
		   used > 0 ? ", " : "", name, pid);
}

/* Kills one by a handle, so that no other of the same number is hit. */
static void
kill_one(pid_t number, const char *pid, long session)
{
	int handle = pidfd_open(number, 0);
	char state, name[NAME_BYTES];
	long now = 0;

	if (handle < 0)
		return;
	if (look_at(pid, &now, &state, name) && now == session)
		pidfd_send_signal(handle, SIGKILL, NULL, 0);
	close(handle);
}

/* Kills what is in its session beside itself; how many there were, -1 when
 * nobody can say: no descriptor or no memory to look with. */
static int
sweep(struct running *r, bool tells)
{
	DIR *all = opendir("/proc");
	struct dirent *d;
	int found = 0;
	bool is_blind = all == NULL;

	while (all != NULL && (d = readdir(all)) != NULL) {
		char state, name[NAME_BYTES];
		int64_t number;
		long session;

		if (!str_to_int(d->d_name, &number) || number == r->pid)
			continue;
		if (!look_at(d->d_name, &session, &state, name)) {
			is_blind = is_blind || errno == EMFILE ||
				   errno == ENFILE || errno == ENOMEM;
			continue;
		}
		if (session != r->pid || state == 'Z' || state == 'X')
			continue;
		found++;
		if (tells)
			name_left(r->end, name, d->d_name);
		kill_one((pid_t)number, d->d_name, session);
	}
	if (all != NULL)
		closedir(all);
	return is_blind ? -1 : found;
}

/* Until nothing is left: what is killed may have begun others. */
static void
clear_session(struct running *r)
{
	int left = sweep(r, true);

	r->end->left_count = left;
	for (int i = 0; left != 0 && i < SWEEPS; i++) {
		poll(NULL, 0, SWEEP_MS);
		/* What could not be looked at has no name yet. */
		left = sweep(r, r->end->left_count < 0);
		if (r->end->left_count < 0)
			r->end->left_count = left;
	}
	r->end->is_left = left != 0;
	if (r->end->left_count >= 0)
		return;
	r->end->left_count = 1;
	str_copy(r->end->left, sizeof(r->end->left),
		 "nobody knows what, /proc cannot be read");
}

/* ---- its end ---- */

static void
reap(struct running *r)
{
	int status = 0;

	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	r->end->code =
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	if (r->end->how == PROCESS_EXITED && WIFSIGNALED(status))
		r->end->how = PROCESS_SIGNALLED;
}

enum err_code
process_run(struct process_end *out, const struct process_order *o,
	    struct err *e)
{
	struct running r = {
		.order = o, .end = out, .output = -1, .watch = -1
	};
	enum err_code code;

	assert(o->argv[0] != NULL && o->argv[0][0] == '/' && o->keep > 0);
	*out = (struct process_end){ .how = PROCESS_EXITED };
	buf_init(&out->output, o->keep);
	code = start(&r, e);
	if (code == ERR_NONE) {
		if (!attend(&r, o->until_real_us, true)) {
			out->how = is_cancelled(o) ? PROCESS_CANCELLED
						   : PROCESS_LATE;
			kill(-r.pid, SIGTERM);
			if (!attend(&r, clock_real_us() + o->grace_ms * 1000LL,
				    false))
				kill(-r.pid, SIGKILL);
			attend(&r, INT64_MAX, false);
		}
		clear_session(&r);
		drain(&r);
		reap(&r);
	}
	if (r.output >= 0)
		close(r.output);
	if (r.watch >= 0)
		close(r.watch);
	return code;
}
