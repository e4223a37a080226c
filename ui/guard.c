/* guard - what a dying process needs to put the terminal back. */
#include "ui/guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/err.h"

static const int fatal_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

struct kept {
	volatile sig_atomic_t is_armed;
	int fd;
	struct termios modes;
	char bytes[256];
	size_t len;
	struct sigaction before[ARRAY_LEN(fatal_signals)];
};

/* One terminal a process: a handler of a fatal signal has no other way to
 * what it must put back. */
static struct kept kept;

bool
guard_open(int fd)
{
	kept.fd = fd;
	kept.len = 0;
	return tcgetattr(fd, &kept.modes) == 0;
}

void
guard_keep(const char *bytes)
{
	if (bytes == NULL || bytes == (char *)-1)
		return;
	while (*bytes != '\0' && kept.len + 1 < sizeof(kept.bytes)) {
		if (bytes[0] == '$' && bytes[1] == '<') { /* padding */
			bytes = strchr(bytes, '>');
			if (bytes == NULL)
				return;
			bytes++;
			continue;
		}
		kept.bytes[kept.len++] = *bytes++;
	}
}

void
guard_restore(void)
{
	struct pollfd p = { .fd = kept.fd, .events = POLLOUT };
	int error = errno;
	ssize_t n;

	if (!kept.is_armed)
		return;
	kept.is_armed = 0;
	if (poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0) {
		n = write(kept.fd, kept.bytes, kept.len);
		(void)n; /* nobody is left to be told */
	}
	tcsetattr(kept.fd, TCSANOW, &kept.modes);
	errno = error;
}

void
guard_modes(void)
{
	tcsetattr(kept.fd, TCSANOW, &kept.modes);
}

static void
on_fatal(int number)
{
	guard_restore();
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		if (fatal_signals[i] == number)
			sigaction(number, &kept.before[i], NULL);
	raise(number);
}

void
guard_arm(void)
{
	struct sigaction act = { .sa_handler = on_fatal };

	sigemptyset(&act.sa_mask);
	act.sa_flags = SA_NODEFER;
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		sigaction(fatal_signals[i], &act, &kept.before[i]);
	kept.is_armed = 1;
}

void
guard_disarm(void)
{
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		sigaction(fatal_signals[i], &kept.before[i], NULL);
}

bool
guard_is_armed(void)
{
	return kept.is_armed != 0;
}
