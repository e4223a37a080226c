/* thread - threads that are joined, never cancelled, never detached. */
#include "base/thread.h"

#include <assert.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/str.h"

static void *
run_body(void *arg)
{
	struct thread *t = arg;

	/* By itself: naming another thread goes through /proc. */
	prctl(PR_SET_NAME, t->name);
	t->body(t->arg);
	return NULL;
}

enum err_code
thread_start(struct thread *t, const char *name, void (*body)(void *),
	     void *arg, struct err *e)
{
	sigset_t all, old;
	int failure;

	*t = (struct thread){ .body = body, .arg = arg };
	str_copy(t->name, sizeof(t->name), name);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	failure = pthread_create(&t->id, NULL, run_body, t);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (failure != 0)
		return err_set(e, ERR_SYSTEM, "cannot start thread %s: %s",
			       name, strerror(failure));
	t->running = true;
	return ERR_NONE;
}

void
thread_join(struct thread *t)
{
	int failure;

	if (!t->running)
		return;
	failure = pthread_join(t->id, NULL);
	assert(failure == 0);
	(void)failure;
	t->running = false;
}
