/* cancel - a token that ends somebody's waiting, or holds it up. */
#include "base/cancel.h"

#include <assert.h>

#include "base/clock.h"

enum err_code
cancel_open(struct cancel *c, struct err *e)
{
	atomic_init(&c->raised, false);
	atomic_init(&c->nudges, 0);
	c->paused_us = -1;
	c->idle_us = 0;
	c->ears = NULL;
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
	return cancel_sleep_since(c, room_ms, cancel_nudges(c));
}

bool
cancel_sleep_since(struct cancel *c, int64_t room_ms, unsigned before)
{
	int64_t until_us = clock_us() + room_ms * 1000;
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

void
cancel_pause(struct cancel *c)
{
	lock_take(&c->lock);
	if (c->paused_us < 0)
		c->paused_us = clock_us();
	lock_drop(&c->lock);
}

/* The pause of now; the lock is held. */
static int64_t
pause_us(const struct cancel *c)
{
	return c->paused_us < 0 ? 0 : clock_us() - c->paused_us;
}

void
cancel_resume(struct cancel *c)
{
	lock_take(&c->lock);
	c->idle_us += pause_us(c);
	c->paused_us = -1;
	signal_flag_raise(&c->news);
	for (const struct cancel_ear *ear = c->ears; ear; ear = ear->next)
		wake_raise(&ear->wake);
	lock_drop(&c->lock);
}

bool
cancel_is_paused(struct cancel *c)
{
	bool is_paused;

	lock_take(&c->lock);
	is_paused = c->paused_us >= 0;
	lock_drop(&c->lock);
	return is_paused;
}

int64_t
cancel_idle_us(struct cancel *c)
{
	int64_t idle_us;

	lock_take(&c->lock);
	idle_us = c->idle_us + pause_us(c);
	lock_drop(&c->lock);
	return idle_us;
}

bool
cancel_hold(struct cancel *c)
{
	lock_take(&c->lock);
	while (!cancel_is_raised(c) && c->paused_us >= 0)
		signal_flag_wait(&c->news, &c->lock, INT64_MAX);
	lock_drop(&c->lock);
	return !cancel_is_raised(c);
}

enum err_code
cancel_listen(struct cancel *c, struct cancel_ear *ear, struct err *e)
{
	if (wake_open(&ear->wake, e) != ERR_NONE)
		return e->code;
	lock_take(&c->lock);
	ear->next = c->ears;
	c->ears = ear;
	lock_drop(&c->lock);
	return ERR_NONE;
}

void
cancel_unlisten(struct cancel *c, struct cancel_ear *ear)
{
	struct cancel_ear **at;

	lock_take(&c->lock);
	for (at = &c->ears; *at != ear; at = &(*at)->next)
		assert(*at != NULL);
	*at = ear->next;
	lock_drop(&c->lock);
	wake_close(&ear->wake);
}
