/* wake - a file descriptor that a thread or a signal handler can raise. */
#ifndef BASE_WAKE_H
#define BASE_WAKE_H

#include "base/err.h"

struct wake {
	int fd; /* readable while raised; poll() it; -1 when closed */
};

/* A lowered flag; fails with ERR_SYSTEM (no descriptors left). */
enum err_code wake_open(struct wake *w, struct err *e) MUST_CHECK;
void wake_raise(const struct wake *w); /* any thread, async-signal-safe */
void wake_lower(const struct wake *w); /* reader only */
void wake_close(struct wake *w);       /* twice is fine */

#endif
