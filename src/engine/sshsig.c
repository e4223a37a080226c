/* sshsig - ssh-keygen as a program: what it reads and writes are memory. */
#include "engine/sshsig.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "base/text.h"

#define PROGRAM "ssh-keygen"
#define SPACE "warroom"
#define SIGN_MS 120000
#define VERIFY_MS 5000
#define SAID_MOST 4096

extern char **environ;

/* Where the program finds what it is given and leaves what it says. */
enum slot {
	SLOT_IN,
	SLOT_OUT,
	SLOT_ERR,
	SLOT_SIGNATURE,
	SLOT_ALLOWED,
	SLOT_COUNT
};
#define AT_SIGNATURE "/dev/fd/3"
#define AT_ALLOWED "/dev/fd/4"

struct run {
	int fds[SLOT_COUNT]; /* -1: not given */
	int code;	     /* exit code; -1: did not end by itself */
};

static void
run_close(struct run *r)
{
	for (size_t i = 0; i < SLOT_COUNT; i++)
		if (r->fds[i] >= 0)
			close(r->fds[i]);
}

/* A file in memory that holds `text`. */
static bool
give(struct run *r, enum slot slot, const char *text)
{
	size_t left = strlen(text);
	int fd = memfd_create("warroom", MFD_CLOEXEC);

	r->fds[slot] = fd;
	while (fd >= 0 && left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		left -= (size_t)n;
	}
	return fd >= 0 && lseek(fd, 0, SEEK_SET) == 0;
}

/* What it left in a slot. */
static void
take(const struct run *r, enum slot slot, struct buf *out)
{
	char bytes[1024];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(r->fds[slot], bytes, sizeof(bytes), at)) > 0) {
		if (!buf_add(out, bytes, (size_t)n))
			return;
		at += n;
	}
}

/* Waits for the end; what takes too long is killed. */
static int
wait_for(pid_t pid, int most_ms)
{
	struct pollfd end = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int status = 0, n;

	do
		n = poll(&end, 1, most_ms);
	while (n < 0 && errno == EINTR);
	if (n == 0 || end.fd < 0)
		kill(pid, SIGKILL);
	if (end.fd >= 0)
		close(end.fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return n > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static enum err_code
run(struct run *r, char *const argv[], bool is_quiet, int most_ms,
    struct err *e)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipe;
	pid_t pid;
	int failure;

	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipe);
	/* What may ask a person keeps the terminal. */
	posix_spawnattr_setflags(
		&attr, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
			       (is_quiet ? POSIX_SPAWN_SETSID : 0)));
	posix_spawn_file_actions_init(&files);
	/* From the last to the first: what is given lies above all slots. */
	for (int i = SLOT_COUNT - 1; i >= 0; i--)
		if (r->fds[i] >= 0)
			posix_spawn_file_actions_adddup2(&files, r->fds[i], i);
	failure = posix_spawnp(&pid, PROGRAM, &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	if (failure != 0)
		return err_set(e, ERR_SYSTEM, "cannot run " PROGRAM ": %s",
			       strerror(failure));
	r->code = wait_for(pid, most_ms);
	if (r->code < 0)
		return err_set(e, ERR_TIMEOUT, PROGRAM " did not end");
	return ERR_NONE;
}

/* No slot may lie where another one is to be put. */
static bool
lift(struct run *r)
{
	for (size_t i = 0; i < SLOT_COUNT; i++) {
		int fd = r->fds[i];

		if (fd < 0 || fd >= SLOT_COUNT)
			continue;
		r->fds[i] = fcntl(fd, F_DUPFD_CLOEXEC, SLOT_COUNT);
		close(fd);
		if (r->fds[i] < 0)
			return false;
	}
	return true;
}

static enum err_code
no_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "cannot prepare " PROGRAM ": %s",
		       strerror(errno));
}

enum err_code
sshsig_sign(struct buf *out, const char *key_file, const char *text,
	    struct err *e)
{
	char file[1024];
	char *argv[] = { PROGRAM, "-Y", "sign", "-n", SPACE, "-f", file, NULL };
	struct run r = { { -1, -1, -1, -1, -1 }, -1 };
	struct err first = { .code = ERR_NONE };

	buf_init(out, SSHSIG_MOST);
	/* A name that begins with a dash would be an option. */
	if (!str_printf(file, sizeof(file), "%s%s",
			key_file[0] == '-' ? "./" : "", key_file))
		return err_set(e, ERR_LIMIT, "%.40s...: path too long",
			       key_file);
	if (!give(&r, SLOT_IN, text) || !give(&r, SLOT_OUT, "") || !lift(&r))
		no_memory(&first);
	else if (run(&r, argv, false, SIGN_MS, &first) == ERR_NONE)
		take(&r, SLOT_OUT, out);
	run_close(&r);
	if (first.code != ERR_NONE)
		return err_set(e, first.code, "%s", first.text);
	if (r.code != 0 || out->cut || out->len == 0)
		return err_set(e, ERR_REFUSED, "%s did not sign", file);
	return ERR_NONE;
}

/* The one name of a key; "" when there are two, or a pattern. */
static void
one_name(struct buf *said, char *to, size_t size)
{
	const char *text = buf_str(said);
	size_t len = strcspn(text, "\r\n");

	to[0] = '\0';
	if (text[len + strspn(text + len, "\r\n")] != '\0' ||
	    strcspn(text, "*?!,") < len || !str_copy_n(to, size, text, len))
		to[0] = '\0';
}

/* One of ssh-keygen's questions about the signature; `said` gets its answer
 * (or, when it refuses, its reason). */
static enum err_code
ask(struct buf *said, char *const argv[], const char *allowed,
    const char *signature, const char *text, struct err *e)
{
	struct run r = { { -1, -1, -1, -1, -1 }, -1 };
	char line[160];

	buf_init(said, SAID_MOST);
	if (!give(&r, SLOT_IN, text) || !give(&r, SLOT_OUT, "") ||
	    !give(&r, SLOT_ERR, "") || !give(&r, SLOT_SIGNATURE, signature) ||
	    !give(&r, SLOT_ALLOWED, allowed) || !lift(&r)) {
		no_memory(e);
	} else if (run(&r, argv, true, VERIFY_MS, e) == ERR_NONE) {
		take(&r, r.code == 0 ? SLOT_OUT : SLOT_ERR, said);
		if (r.code != 0) {
			text_clean(line, sizeof(line), buf_str(said),
				   strcspn(buf_str(said), "\r\n"));
			err_set(e, ERR_REFUSED, "the signature is nobody's: %s",
				line);
		}
	}
	run_close(&r);
	return e->code;
}

enum err_code
sshsig_verify(struct sshsig_signer *out, const char *allowed,
	      const char *signature, const char *text, struct err *e)
{
	char *find[] = { PROGRAM,      "-Y", "find-principals", "-s",
			 AT_SIGNATURE, "-f", AT_ALLOWED,	NULL };
	char *verify[] = { PROGRAM,	 "-Y", "verify",   "-n",
			   SPACE,	 "-I", out->name,  "-s",
			   AT_SIGNATURE, "-f", AT_ALLOWED, NULL };
	struct err first = { .code = ERR_NONE };
	struct buf said;
	const char *key;

	*out = (struct sshsig_signer){ .name = "" };
	if (ask(&said, find, allowed, signature, "", &first) == ERR_NONE)
		one_name(&said, out->name, sizeof(out->name));
	buf_clear(&said);
	if (first.code != ERR_NONE)
		return err_set(e, first.code, "%s", first.text);
	if (out->name[0] == '\0' || out->name[0] == '-')
		return err_set(e, ERR_REFUSED,
			       "the key does not say who signed: it has no "
			       "name, or more than one");
	if (ask(&said, verify, allowed, signature, text, &first) == ERR_NONE) {
		key = strstr(buf_str(&said), " with ");
		key = key != NULL ? key + strlen(" with ") : "a key";
		text_clean(out->key, sizeof(out->key), key,
			   strcspn(key, "\r\n"));
	}
	buf_clear(&said);
	if (first.code != ERR_NONE)
		return err_set(e, first.code, "%s", first.text);
	return ERR_NONE;
}
