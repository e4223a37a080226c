/* lock - locks that are never held over I/O, and conditions with an end. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <pthread.h>
#include <stdint.h>

#include "base/attr.h"

/* For a static lock; all others take lock_init(). */
/* clang-format off */
#define LOCK_STATIC { PTHREAD_MUTEX_INITIALIZER }
/* clang-format on */

struct lock {
	pthread_mutex_t mutex;
};

void lock_init(struct lock *l);	 /* not recursive */
void lock_clear(struct lock *l); /* held by nobody */
void lock_take(struct lock *l);	 /* waits for ever */
void lock_drop(struct lock *l);	 /* by the thread that took it */

/* A condition with a monotonic deadline. */
struct signal_flag {
	pthread_cond_t cond;
};

void signal_flag_init(struct signal_flag *f);  /* nobody waits yet */
void signal_flag_clear(struct signal_flag *f); /* nobody waits any more */
void signal_flag_raise(struct signal_flag *f); /* wakes all */
/* Holds `l` on entry and exit.  False when clock_real_us() passed
 * `until_real_us` (INT64_MAX: for ever). */
bool signal_flag_wait(struct signal_flag *f, struct lock *l,
		      int64_t until_real_us);

#endif
