/*
 * ask - one name asked of the system's resolver, by a thread of its own,
 * because getaddrinfo() cannot be interrupted.
 *
 * Whoever gives up does not wait for the thread: it goes to a reaper that the
 * process has, which joins it once it is over, at the latest when the process
 * ends.  For lookup.c alone.
 */
#ifndef NET_ASK_H
#define NET_ASK_H

#include "net/address.h"

#define ASK_HOST 256
#define ASKS_ADRIFT 128 /* given up and not over yet; more are waited for */

struct ask;

struct ask_answer {
	struct address found[ADDRESS_MOST];
	size_t count;
	int failure; /* EAI_ value */
};

/* ERR_SYSTEM: no descriptor or thread is left. */
enum err_code ask_start(struct ask **out, const char *host,
			struct err *e) MUST_CHECK;
int ask_fd(const struct ask *a); /* readable once it is over */
/* Waits until it is over.  The answer is the asker's until ask_end(). */
const struct ask_answer *ask_take(struct ask *a);
/* Of one that was taken or not: any thread; returns at once but for a process
 * that has ASKS_ADRIFT of them adrift. */
void ask_end(struct ask *a);
int asks_adrift(void); /* how many the reaper has; any thread */

#endif
