/* lock - locks that are never held over I/O, and conditions with an end. */
#include "base/lock.h"

#include <assert.h>
#include <time.h>

#include "base/clock.h"

void
lock_init(struct lock *l)
{
	int failure = pthread_mutex_init(&l->mutex, NULL);

	assert(failure == 0);
	(void)failure;
}

void
lock_clear(struct lock *l)
{
	int failure = pthread_mutex_destroy(&l->mutex);

	assert(failure == 0); /* EBUSY: somebody still holds it */
	(void)failure;
}

void
lock_take(struct lock *l)
{
	int failure = pthread_mutex_lock(&l->mutex);

	assert(failure == 0);
	(void)failure;
}

void
lock_drop(struct lock *l)
{
	int failure = pthread_mutex_unlock(&l->mutex);

	assert(failure == 0);
	(void)failure;
}

void
signal_flag_init(struct signal_flag *f)
{
	pthread_condattr_t attr;
	int failure;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	failure = pthread_cond_init(&f->cond, &attr);
	assert(failure == 0);
	(void)failure;
	pthread_condattr_destroy(&attr);
}

void
signal_flag_clear(struct signal_flag *f)
{
	pthread_cond_destroy(&f->cond);
}

void
signal_flag_raise(struct signal_flag *f)
{
	pthread_cond_broadcast(&f->cond);
}

bool
signal_flag_wait(struct signal_flag *f, struct lock *l, int64_t until_real_us)
{
	struct timespec until;
	int64_t left_us;
	int64_t now_us;

	if (until_real_us == INT64_MAX) {
		pthread_cond_wait(&f->cond, &l->mutex);
		return true;
	}
	left_us = until_real_us - clock_real_us();
	if (left_us <= 0)
		return false;
	/* The kernel knows only its own clock; a replaced one may stand
	 * elsewhere, so the time left is what carries over. */
	clock_gettime(CLOCK_MONOTONIC, &until);
	now_us = (int64_t)until.tv_sec * 1000000 + until.tv_nsec / 1000;
	if (left_us > INT64_MAX - now_us)
		left_us = INT64_MAX - now_us;
	now_us += left_us;
	until.tv_sec = (time_t)(now_us / 1000000);
	until.tv_nsec = (long)(now_us % 1000000) * 1000;
	return pthread_cond_timedwait(&f->cond, &l->mutex, &until) == 0;
}
