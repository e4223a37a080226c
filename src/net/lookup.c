/*
 * lookup - names resolved off-thread and kept for a while.
 *
 * Each name is asked by a thread of its own (ask.h); a few dozen run at once,
 * the others wait in line.  Who gives up waiting leaves the thread to finish;
 * what it finds is kept all the same, unless the loop has ended before.
 */
#include <assert.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/address.h"
#include "net/ask.h"
#include "net/loop_item.h"

#define THREADS_MOST 32
#define HOST_MOST ASK_HOST
#define BUCKETS 256
#define KEEP_US 30000000LL
#define KEEP_FAILED_US 5000000LL

struct name {
	struct loop_item item; /* must be first */
	struct loop *loop;
	struct name *next;   /* in its bucket */
	struct name *behind; /* in line for a thread */
	char host[HOST_MOST];
	bool in_line;
	struct ask *ask; /* its thread runs; NULL: none does */
	struct address_lookup *waiting;
	struct loop_watch *watch;
	/* What is known until then. */
	struct address *found;
	size_t count;
	struct err err;
	int64_t until_us; /* 0: nothing is */
};

struct lookups {
	int running;
	struct name *names[BUCKETS];
	struct name *first; /* in line for a thread */
	struct name *last;
};

/* Somebody waits for a name. */
struct address_lookup {
	struct loop_item item; /* must be first */
	struct loop *loop;
	struct name *name;	       /* NULL: it will hear soon */
	struct address_lookup *behind; /* waits for the same */
	int port;
	address_found *done;
	void *ctx;
	struct loop_timer *timer;
	bool is_reporting;
	struct address found[ADDRESS_MOST];
	size_t count;
	struct err err;
};

static size_t
bucket_of(const char *host)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *host != '\0'; host++)
		hash = (hash ^ (unsigned char)*host) * 16777619u;
	return hash % BUCKETS;
}

static void
set_port(struct address *a, int port)
{
	if (a->sa.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->sa)->sin6_port =
			htons((uint16_t)port);
	else
		((struct sockaddr_in *)&a->sa)->sin_port =
			htons((uint16_t)port);
}

static void
stand_in_line(struct lookups *all, struct name *n)
{
	if (all->last != NULL)
		all->last->behind = n;
	else
		all->first = n;
	all->last = n;
	n->in_line = true;
}

static struct name *
take_first(struct lookups *all)
{
	struct name *n = all->first;

	if (n == NULL)
		return NULL;
	all->first = n->behind;
	if (all->first == NULL)
		all->last = NULL;
	n->behind = NULL;
	n->in_line = false;
	return n;
}

static void
leave_name(struct address_lookup *c)
{
	struct address_lookup **at;

	if (c->name == NULL)
		return;
	for (at = &c->name->waiting; *at != c; at = &(*at)->behind)
		assert(*at != NULL);
	*at = c->behind;
	c->behind = NULL;
	c->name = NULL;
}

static void
free_lookup(struct address_lookup *c)
{
	loop_item_remove(&c->item);
	leave_name(c);
	loop_timer_cancel(c->timer);
	mem_free(c);
}

static void
end_lookup(struct loop_item *item)
{
	free_lookup((struct address_lookup *)item);
}

/* Calls back once; the lookup is gone afterwards. */
static void
report(struct address_lookup *c)
{
	leave_name(c);
	c->is_reporting = true;
	c->done(c->ctx, c->found, c->count, &c->err);
	free_lookup(c);
}

static void
take_known(struct address_lookup *c, const struct name *n)
{
	c->err = n->err;
	c->count = n->count;
	for (size_t i = 0; i < n->count; i++) {
		c->found[i] = n->found[i];
		set_port(&c->found[i], c->port);
	}
}

static void
keep(struct name *n, const struct ask_answer *a)
{
	mem_free(n->found);
	n->found = NULL;
	n->count = a->count;
	n->until_us =
		clock_real_us() + (n->count > 0 ? KEEP_US : KEEP_FAILED_US);
	if (n->count == 0) {
		err_set(&n->err, ERR_UNREACHED,
			"the name %s does not resolve: %s; check its spelling "
			"and DNS",
			n->host,
			a->failure == 0 ? "no address"
					: gai_strerror(a->failure));
		return;
	}
	n->err = (struct err){ .code = ERR_NONE };
	n->found = mem_new(n->count, sizeof(*n->found));
	memcpy(n->found, a->found, n->count * sizeof(*n->found));
}

/* Callbacks may end others that wait, and begin new ones. */
static void
tell_waiting(struct name *n)
{
	while (n->waiting != NULL) {
		struct address_lookup *c = n->waiting;

		take_known(c, n);
		report(c);
	}
}

static void start_thread(struct lookups *all, struct name *n);

static void
on_resolved(void *ctx, short revents)
{
	struct name *n = ctx;
	struct lookups *all = loop_part(n->loop, LOOP_LOOKUPS);
	struct name *next;

	(void)revents;
	loop_watch_end(n->watch);
	n->watch = NULL;
	keep(n, ask_take(n->ask));
	ask_end(n->ask);
	n->ask = NULL;
	all->running--;
	next = take_first(all);
	if (next != NULL)
		start_thread(all, next);
	tell_waiting(n);
}

/* What the system refuses is nobody's answer: it is not kept. */
static void
start_thread(struct lookups *all, struct name *n)
{
	if (ask_start(&n->ask, n->host, &n->err) == ERR_NONE) {
		n->watch = loop_watch(n->loop, ask_fd(n->ask), POLLIN,
				      on_resolved, n);
		if (n->watch != NULL) {
			all->running++;
			return;
		}
		err_set(&n->err, ERR_SYSTEM, "cannot watch a lookup of %s",
			n->host);
		ask_end(n->ask);
		n->ask = NULL;
	}
	n->count = 0;
	tell_waiting(n);
}

static void
on_late(void *ctx)
{
	struct address_lookup *c = ctx;

	c->timer = NULL;
	if (c->name != NULL) {
		c->count = 0;
		err_set(&c->err, ERR_TIMEOUT,
			"the name %s did not resolve in time; check DNS",
			c->name->host);
	}
	report(c);
}

static void
end_name(struct loop_item *item)
{
	struct name *n = (struct name *)item;
	struct lookups *all = loop_part(n->loop, LOOP_LOOKUPS);
	struct name **at = &all->names[bucket_of(n->host)];

	while (n->waiting != NULL)
		leave_name(n->waiting);
	for (; *at != n; at = &(*at)->next)
		assert(*at != NULL);
	*at = n->next;
	loop_item_remove(&n->item);
	if (n->ask != NULL) {
		loop_watch_end(n->watch);
		ask_end(n->ask);
	}
	mem_free(n->found);
	mem_free(n);
}

static struct lookups *
get_lookups(struct loop *l)
{
	struct lookups *all = loop_part(l, LOOP_LOOKUPS);

	if (all != NULL)
		return all;
	all = mem_new(1, sizeof(*all));
	loop_part_set(l, LOOP_LOOKUPS, all, mem_free);
	return all;
}

static struct name *
find_name(const struct lookups *all, const char *host)
{
	struct name *n = all->names[bucket_of(host)];

	while (n != NULL && strcmp(n->host, host) != 0)
		n = n->next;
	return n;
}

static struct name *
get_name(struct loop *l, struct lookups *all, const char *host)
{
	struct name *n = find_name(all, host);
	size_t bucket = bucket_of(host);

	if (n != NULL)
		return n;
	n = mem_new(1, sizeof(*n));
	n->loop = l;
	str_copy(n->host, sizeof(n->host), host);
	n->next = all->names[bucket];
	all->names[bucket] = n;
	loop_item_add(l, &n->item, end_name);
	return n;
}

static void
report_soon(struct address_lookup *c)
{
	c->timer = loop_at(c->loop, clock_real_us(), on_late, c);
}

static void
wait_for(struct address_lookup *c, struct name *n, int timeout_ms)
{
	struct lookups *all = loop_part(c->loop, LOOP_LOOKUPS);

	c->timer = loop_at(c->loop, clock_real_us() + timeout_ms * 1000LL,
			   on_late, c);
	c->name = n;
	c->behind = n->waiting;
	n->waiting = c;
	if (n->ask != NULL || n->in_line)
		return;
	stand_in_line(all, n);
}

/* Starts what stands in line; a failure to start is told through the loop. */
static void
start_line(void *ctx)
{
	struct lookups *all = loop_part(ctx, LOOP_LOOKUPS);

	while (all->first != NULL && all->running < THREADS_MOST)
		start_thread(all, take_first(all));
}

struct address_lookup *
address_lookup(struct loop *l, const char *host, int port, int timeout_ms,
	       address_found *done, void *ctx)
{
	struct lookups *all = get_lookups(l);
	struct address_lookup *c = mem_new(1, sizeof(*c));
	struct name *n;
	struct err ignored;

	c->loop = l;
	c->port = port;
	c->done = done;
	c->ctx = ctx;
	loop_item_add(l, &c->item, end_lookup);
	if (strlen(host) >= HOST_MOST) {
		err_set(&c->err, ERR_ARG, "the host name is too long");
		report_soon(c);
		return c;
	}
	if (address_parse(&c->found[0], host, port, &ignored) == ERR_NONE) {
		c->count = 1;
		report_soon(c);
		return c;
	}
	n = get_name(l, all, host);
	if (clock_real_us() < n->until_us) {
		take_known(c, n);
		report_soon(c);
		return c;
	}
	wait_for(c, n, timeout_ms);
	if (n->in_line && all->running < THREADS_MOST)
		loop_at(l, clock_real_us(), start_line, l);
	return c;
}

void
address_lookup_cancel(struct address_lookup *c)
{
	if (c != NULL && !c->is_reporting)
		free_lookup(c);
}

size_t
address_known(struct loop *l, const char *host, int port,
	      struct address found[ADDRESS_MOST])
{
	const struct lookups *all = loop_part(l, LOOP_LOOKUPS);
	const struct name *n = all == NULL ? NULL : find_name(all, host);

	if (n == NULL || clock_real_us() >= n->until_us)
		return 0;
	for (size_t i = 0; i < n->count; i++) {
		found[i] = n->found[i];
		set_port(&found[i], port);
	}
	return n->count;
}
