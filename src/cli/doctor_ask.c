/* doctor_ask - a program asked for one line, under a deadline. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/str.h"
#include "base/text.h"
#include "cli/doctor.h"

#define ASK_MS 500
#define LINE_MOST 400

extern char **environ;

bool
doctor_has(const char *program)
{
	const char *path = getenv("PATH");
	char file[FS_PATH];

	for (size_t len; path != NULL && *path != '\0';
	     path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		if (str_printf(file, sizeof(file), "%.*s/%s", (int)len, path,
			       program) &&
		    access(file, X_OK) == 0)
			return true;
	}
	return false;
}

static bool
spawn(pid_t *pid, int out, const char *const *argv)
{
	posix_spawn_file_actions_t files;
	int failure;

	if (posix_spawn_file_actions_init(&files) != 0)
		return false;
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	failure = posix_spawnp(pid, argv[0], &files, NULL, (char *const *)argv,
			       environ);
	posix_spawn_file_actions_destroy(&files);
	return failure == 0;
}

/* Until its end or the deadline; what does not fit is left. */
static size_t
read_until(int fd, char *to, size_t size, int64_t until_us)
{
	size_t len = 0;
	struct pollfd at = { .fd = fd, .events = POLLIN };

	while (len < size) {
		int64_t left_ms = (until_us - clock_real_us()) / 1000;
		ssize_t n;

		if (left_ms <= 0 || poll(&at, 1, (int)left_ms) <= 0)
			break;
		n = read(fd, to + len, size - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return len;
}

/* Its end by itself within the time, with code 0. */
static bool
has_ended_well(pid_t pid, int64_t until_us)
{
	int status = 0;
	pid_t got;

	while ((got = waitpid(pid, &status, WNOHANG)) == 0 &&
	       clock_real_us() < until_us)
		poll(NULL, 0, 5);
	if (got == 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
		return false;
	}
	return got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool
doctor_ask(char *out, size_t size, const char *const *argv)
{
	int64_t until_us = clock_real_us() + ASK_MS * 1000;
	char line[LINE_MOST];
	size_t len = 0;
	pid_t pid = -1;
	bool is_started;
	int fds[2];

	out[0] = '\0';
	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	is_started = spawn(&pid, fds[1], argv);
	close(fds[1]);
	if (is_started)
		len = read_until(fds[0], line, sizeof(line), until_us);
	close(fds[0]);
	if (!is_started || !has_ended_well(pid, until_us))
		return false;
	for (size_t i = 0; i < len; i++)
		if (line[i] == '\n')
			len = i;
	text_clean(out, size, line, len);
	return true;
}
