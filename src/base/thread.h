/*
 * thread - threads that are joined, never cancelled, never detached.
 *
 * All signals are blocked in the new thread.  To stop one: a flag and a wake,
 * then thread_join().  Locks and conditions come along from lock.h.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

#include "base/err.h"
#include "base/lock.h"

struct thread {
	pthread_t id;
	bool running;
	void (*body)(void *);
	void *arg;
	char name[16];
};

/* Starts body(arg); `t` must live until thread_join().  `name` at most 15
 * bytes.  Fails with ERR_SYSTEM. */
enum err_code thread_start(struct thread *t, const char *name,
			   void (*body)(void *), void *arg,
			   struct err *e) MUST_CHECK;
void thread_join(struct thread *t); /* no-op when it never started */

#endif
