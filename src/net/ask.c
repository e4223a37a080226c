/* ask - one name asked of the system's resolver, by a thread of its own. */
#include "net/ask.h"

#include <netdb.h>
#include <resolv.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/thread.h"
#include "base/wake.h"

#define RESOLVE_TRY_S 2 /* for one try at one name server */

struct ask {
	char host[ASK_HOST];
	struct wake wake;
	struct thread thread;
	atomic_bool is_over;
	struct ask_answer answer; /* the thread's until it was joined */
	struct ask *next;	  /* adrift */
};

/* Asks nobody waits for any more, of all loops: a resolver
 * cannot be told to stop. */
struct reaper {
	struct lock lock;
	struct ask *adrift; /* this and the next two under it */
	int count;
	bool has_exit;
};
static struct reaper reaper = { .lock = LOCK_STATIC };

/* Thread: keeps the resolver's patience short, so that joining is bounded. */
static void
resolve(void *arg)
{
	struct ask *a = arg;
	struct ask_answer *to = &a->answer;
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *all = NULL;

	if (res_init() == 0) {
		_res.retrans = RESOLVE_TRY_S;
		_res.retry = 1;
	}
	to->failure = getaddrinfo(a->host, NULL, &hints, &all);
	for (const struct addrinfo *at = all;
	     to->failure == 0 && at != NULL && to->count < ADDRESS_MOST;
	     at = at->ai_next) {
		struct address *found = &to->found[to->count++];

		*found = (struct address){ .len = at->ai_addrlen };
		memcpy(&found->sa, at->ai_addr, at->ai_addrlen);
	}
	if (all != NULL)
		freeaddrinfo(all);
	wake_raise(&a->wake);
	atomic_store(&a->is_over, true);
}

static void
free_ask(struct ask *a)
{
	thread_join(&a->thread);
	wake_close(&a->wake);
	mem_free(a);
}

/* Takes those that are over, or all, off the list. */
static struct ask *
take_adrift(bool all)
{
	struct ask **at = &reaper.adrift;
	struct ask *taken = NULL;

	lock_take(&reaper.lock);
	while (*at != NULL) {
		struct ask *a = *at;

		if (!all && !atomic_load(&a->is_over)) {
			at = &a->next;
			continue;
		}
		*at = a->next;
		reaper.count--;
		a->next = taken;
		taken = a;
	}
	lock_drop(&reaper.lock);
	return taken;
}

static void
reap(bool all)
{
	struct ask *next;

	for (struct ask *a = take_adrift(all); a != NULL; a = next) {
		next = a->next;
		free_ask(a);
	}
}

static void
reap_all(void)
{
	reap(true);
}

enum err_code
ask_start(struct ask **out, const char *host, struct err *e)
{
	struct ask *a = mem_new(1, sizeof(*a));

	reap(false);
	*out = NULL;
	str_copy(a->host, sizeof(a->host), host);
	if (wake_open(&a->wake, e) != ERR_NONE) {
		mem_free(a);
		return e->code;
	}
	if (thread_start(&a->thread, "lookup", resolve, a, e) != ERR_NONE) {
		free_ask(a);
		return e->code;
	}
	*out = a;
	return ERR_NONE;
}

int
ask_fd(const struct ask *a)
{
	return a->wake.fd;
}

const struct ask_answer *
ask_take(struct ask *a)
{
	thread_join(&a->thread);
	return &a->answer;
}

void
ask_end(struct ask *a)
{
	bool is_adrift = false;

	reap(false);
	lock_take(&reaper.lock);
	if (!reaper.has_exit)
		reaper.has_exit = atexit(reap_all) == 0;
	if (reaper.has_exit && a->thread.running &&
	    reaper.count < ASKS_ADRIFT) {
		a->next = reaper.adrift;
		reaper.adrift = a;
		reaper.count++;
		is_adrift = true;
	}
	lock_drop(&reaper.lock);
	if (!is_adrift)
		free_ask(a);
}

int
asks_adrift(void)
{
	int count;

	lock_take(&reaper.lock);
	count = reaper.count;
	lock_drop(&reaper.lock);
	return count;
}
