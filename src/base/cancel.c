/* cancel - a token that ends somebody's waiting. */
#include "base/cancel.h"

#include "base/clock.h"

enum err_code
cancel_open(struct cancel *c, struct err *e)
{
	atomic_init(&c->raised, false);
	atomic_init(&c->nudges, 0);
	lock_init(&c->lock);
	signal_flag_init(&c->news);
	return wake_open(&c->wake, e);
}

void
cancel_raise(struct cancel *c)
{
	atomic_store(&c->raised, true);
	wake_raise(&c->wake); /* never lowered: it ends all later waits too */
	lock_take(&c->lock);
	signal_flag_raise(&c->news);
	lock_drop(&c->lock);
}

void
cancel_nudge(struct cancel *c)
{
	lock_take(&c->lock);
	atomic_fetch_add(&c->nudges, 1);
	signal_flag_raise(&c->news);
	lock_drop(&c->lock);
}

unsigned
cancel_nudges(const struct cancel *c)
{
	return atomic_load(&c->nudges);
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
	signal_flag_clear(&c->news);
	lock_clear(&c->lock);
}

bool
cancel_sleep_ms(struct cancel *c, int64_t room_ms)
{
	int64_t until_us = clock_us() + room_ms * 1000;
	unsigned before = cancel_nudges(c);
	int64_t left_us;

	lock_take(&c->lock);
	while (!cancel_is_raised(c) && cancel_nudges(c) == before &&
	       (left_us = until_us - clock_us()) > 0)
		signal_flag_wait(
			&c->news, &c->lock,
			clock_real_us() +
				1000LL * clock_real_wait_ms((left_us + 999) /
							    1000));
	lock_drop(&c->lock);
	return !cancel_is_raised(c);
}
