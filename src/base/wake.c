/* wake - a file descriptor that a thread or a signal handler can raise. */
#include "base/wake.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum err_code
wake_open(struct wake *w, struct err *e)
{
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0)
		return err_set(e, ERR_SYSTEM, "cannot make an eventfd: %s",
			       strerror(errno));
	return ERR_NONE;
}

void
wake_raise(const struct wake *w)
{
	int kept = errno; /* a signal handler must leave it alone */
	uint64_t one = 1;
	ssize_t n;

	do {
		n = write(w->fd, &one, sizeof(one));
	} while (n < 0 && errno == EINTR);
	errno = kept; /* EAGAIN: it is raised already */
}

void
wake_lower(const struct wake *w)
{
	uint64_t count;
	ssize_t n;

	do {
		n = read(w->fd, &count, sizeof(count));
	} while (n < 0 && errno == EINTR);
}

void
wake_close(struct wake *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}
