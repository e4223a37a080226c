/*
 * thread - threads that are joined, locks that are never held over I/O.
 *
 * All signals are blocked in the new thread.  Never cancelled, never
 * detached: stop = a flag + a wake, then thread_join().
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stdint.h>

#include "base/err.h"

struct thread {
	pthread_t id;
	bool running;
	void (*body)(void *);
	void *arg;
};

/* Starts body(arg); `t` must live until thread_join().  `name` at most 15
 * bytes.  Fails with ERR_SYSTEM. */
enum err_code thread_start(struct thread *t, const char *name,
			   void (*body)(void *), void *arg,
			   struct err *e) MUST_CHECK;
void thread_join(struct thread *t); /* no-op when it never started */

struct lock {
	pthread_mutex_t mutex;
};

void lock_init(struct lock *l);
void lock_clear(struct lock *l);
void lock_take(struct lock *l);
void lock_drop(struct lock *l);

/* A condition with a monotonic deadline. */
struct signal_flag {
	pthread_cond_t cond;
};

void signal_flag_init(struct signal_flag *f);
void signal_flag_clear(struct signal_flag *f);
void signal_flag_raise(struct signal_flag *f); /* wakes all */
/* Holds `l` on entry and exit.  False when clock_real_us() passed
 * `until_real_us` (INT64_MAX: for ever). */
bool signal_flag_wait(struct signal_flag *f, struct lock *l,
		      int64_t until_real_us);

#endif
