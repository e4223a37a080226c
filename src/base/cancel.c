/* cancel - a token that ends somebody's waiting. */
#include "base/cancel.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "base/clock.h"

enum err_code
cancel_open(struct cancel *c, struct err *e)
{
	atomic_init(&c->raised, false);
	return wake_open(&c->wake, e);
}

void
cancel_raise(struct cancel *c)
{
	atomic_store(&c->raised, true);
	wake_raise(&c->wake); /* never lowered: it ends all later waits too */
}

bool
cancel_is_raised(const struct cancel *c)
{
	return atomic_load(&c->raised);
}

void
cancel_close(struct cancel *c)
{
	wake_close(&c->wake);
}

bool
cancel_sleep_ms(const struct cancel *c, int64_t room_ms)
{
	struct pollfd pfd = { .fd = c->wake.fd, .events = POLLIN };
	int64_t until_us = clock_us() + room_ms * 1000;

	while (!cancel_is_raised(c)) {
		int64_t left_us = until_us - clock_us();

		if (left_us <= 0)
			return true;
		poll(&pfd, 1, clock_real_wait_ms((left_us + 999) / 1000));
	}
	return false;
}
