/*
 * address - "host:port" texts, socket addresses, names resolved off-thread.
 *
 * Each name is looked up by a thread of its own, because getaddrinfo() cannot
 * be interrupted; a few dozen run at once, the others wait in line.  A lookup
 * that is cancelled or late leaves its thread to finish within bounds set for
 * that thread's resolver, and the loop joins it.
 */
#include "net/address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netdb.h>
#include <poll.h>
#include <resolv.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "base/thread.h"
#include "base/wake.h"
#include "net/loop_item.h"

#define THREADS_MOST 32
#define HOST_MOST 256
#define RESOLVE_TRY_S 2 /* for one try at one name server */

/* Lookups of one loop. */
struct lookups {
	int running;
	struct address_lookup *first; /* in line for a thread */
	struct address_lookup *last;
};

struct address_lookup {
	struct loop_item item; /* must be first */
	struct loop *loop;
	struct address_lookup *behind; /* next in line */
	char host[HOST_MOST];
	int port;
	address_found *done; /* NULL: nobody waits any more */
	void *ctx;
	struct loop_timer *timer;
	struct loop_watch *watch;
	struct wake wake;
	struct thread thread;
	bool in_line;
	bool is_threaded;
	bool is_reporting;
	struct err err;
	/* Written by the thread, read after it was joined. */
	struct address found[ADDRESS_MOST];
	size_t count;
	int failure; /* EAI_ value */
};

static bool
is_host_text(const char *host, size_t len)
{
	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)host[i] <= 0x20 ||
		    (unsigned char)host[i] >= 0x7f ||
		    strchr("/@[]?#\\\"'", host[i]) != NULL)
			return false;
	return true;
}

static bool
read_port(const char *text, int *port)
{
	int64_t value;

	if (!str_to_int(text, &value) || value < 1 || value > 65535)
		return false;
	*port = (int)value;
	return true;
}

/* Finds host and port text; *port_at is NULL when there is none. */
static bool
find_parts(const char *text, const char **host, size_t *len,
	   const char **port_at)
{
	const char *colon = strchr(text, ':');
	const char *close;

	*host = text;
	*len = strlen(text);
	*port_at = NULL;
	if (text[0] == '[') {
		close = strchr(text, ']');
		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return false;
		*host = text + 1;
		*len = (size_t)(close - text - 1);
		if (close[1] == ':')
			*port_at = close + 2;
		return true;
	}
	if (colon == NULL || strchr(colon + 1, ':') != NULL)
		return true; /* none, or a bare IPv6 address */
	*len = (size_t)(colon - text);
	*port_at = colon + 1;
	return true;
}

enum err_code
address_split(const char *text, int fallback_port, char *host, size_t host_size,
	      int *port, struct err *e)
{
	struct in6_addr v6;
	const char *at;
	const char *port_at;
	char shown[100];
	size_t len;
	bool is_v6;

	*port = fallback_port;
	host[0] = '\0';
	text_clean(shown, sizeof(shown), text, strlen(text));
	if (!find_parts(text, &at, &len, &port_at) || !is_host_text(at, len) ||
	    !str_copy_n(host, host_size, at, len) ||
	    (port_at != NULL && !read_port(port_at, port)))
		return err_set(e, ERR_ARG,
			       "\"%s\" is no host:port; write name:port, "
			       "address:port or [v6]:port",
			       shown);
	is_v6 = strchr(host, ':') != NULL;
	if ((is_v6 || text[0] == '[') && inet_pton(AF_INET6, host, &v6) != 1)
		return err_set(e, ERR_ARG, "\"%s\" holds no IPv6 address",
			       shown);
	return ERR_NONE;
}

enum err_code
address_parse(struct address *out, const char *host, int port, struct err *e)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&out->sa;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->sa;
	char shown[100];

	*out = (struct address){ 0 };
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		out->len = sizeof(*v4);
		return ERR_NONE;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		out->len = sizeof(*v6);
		return ERR_NONE;
	}
	text_clean(shown, sizeof(shown), host, strlen(host));
	return err_set(e, ERR_ARG, "\"%s\" is a name, not an address", shown);
}

void
address_text(const struct address *a, char *to, size_t size)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a->sa;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a->sa;
	char host[INET6_ADDRSTRLEN];

	if (a->sa.ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		str_printf(to, size, "%s:%d", host, ntohs(v4->sin_port));
	} else if (a->sa.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		str_printf(to, size, "[%s]:%d", host, ntohs(v6->sin6_port));
	} else {
		str_copy(to, size, "no address");
	}
}

bool
address_same(const struct address *a, const struct address *b)
{
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)&a->sa;
	const struct sockaddr_in *b4 = (const struct sockaddr_in *)&b->sa;
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)&a->sa;
	const struct sockaddr_in6 *b6 = (const struct sockaddr_in6 *)&b->sa;

	if (a->sa.ss_family != b->sa.ss_family)
		return false;
	if (a->sa.ss_family == AF_INET)
		return a4->sin_port == b4->sin_port &&
		       a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a->sa.ss_family == AF_INET6 && a6->sin6_port == b6->sin6_port &&
	       memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) ==
		       0;
}

/* By address only: a name may point anywhere. */
bool
address_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &v6) != 1)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&v6))
		return v6.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6);
}

/* Thread: keeps the resolver's patience short, so that joining is bounded. */
static void
resolve(void *arg)
{
	struct address_lookup *c = arg;
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICSERV };
	struct addrinfo *all = NULL;
	char port[8];

	if (res_init() == 0) {
		_res.retrans = RESOLVE_TRY_S;
		_res.retry = 1;
	}
	str_printf(port, sizeof(port), "%d", c->port);
	c->failure = getaddrinfo(c->host, port, &hints, &all);
	for (const struct addrinfo *a = all;
	     c->failure == 0 && a != NULL && c->count < ADDRESS_MOST;
	     a = a->ai_next) {
		memcpy(&c->found[c->count].sa, a->ai_addr, a->ai_addrlen);
		c->found[c->count++].len = a->ai_addrlen;
	}
	if (all != NULL)
		freeaddrinfo(all);
	wake_raise(&c->wake);
}

static void
stand_in_line(struct lookups *all, struct address_lookup *c)
{
	if (all->last != NULL)
		all->last->behind = c;
	else
		all->first = c;
	all->last = c;
	c->in_line = true;
}

static void
leave_line(struct lookups *all, struct address_lookup *c)
{
	struct address_lookup *before = NULL;

	if (!c->in_line)
		return;
	for (struct address_lookup *p = all->first; p != c; p = p->behind)
		before = p;
	if (before != NULL)
		before->behind = c->behind;
	else
		all->first = c->behind;
	if (all->last == c)
		all->last = before;
	c->in_line = false;
}

static void
free_lookup(struct address_lookup *c)
{
	loop_item_remove(&c->item);
	leave_line(loop_part(c->loop, LOOP_LOOKUPS), c);
	loop_timer_cancel(c->timer);
	thread_join(&c->thread);
	loop_watch_end(c->watch);
	if (c->is_threaded)
		wake_close(&c->wake);
	mem_free(c);
}

static void
end_lookup(struct loop_item *item)
{
	free_lookup((struct address_lookup *)item);
}

/* Calls back once; the lookup stays for its thread when that still runs. */
static void
report(struct address_lookup *c)
{
	address_found *done = c->done;

	c->done = NULL;
	if (done == NULL)
		return;
	c->is_reporting = true;
	done(c->ctx, c->found, c->count, &c->err);
	c->is_reporting = false;
}

static void start_thread(struct lookups *all, struct address_lookup *c);

static void
start_waiting(struct lookups *all)
{
	struct address_lookup *next = all->first;

	if (next == NULL || all->running >= THREADS_MOST)
		return;
	leave_line(all, next);
	start_thread(all, next);
}

static void
on_resolved(void *ctx, short revents)
{
	struct address_lookup *c = ctx;
	struct lookups *all = loop_part(c->loop, LOOP_LOOKUPS);

	(void)revents;
	thread_join(&c->thread);
	all->running--;
	loop_timer_cancel(c->timer);
	c->timer = NULL;
	if (c->count == 0)
		err_set(&c->err, ERR_UNREACHED,
			"the name %s does not resolve: %s; check its spelling "
			"and DNS",
			c->host,
			c->failure == 0 ? "no address"
					: gai_strerror(c->failure));
	start_waiting(all);
	report(c);
	free_lookup(c);
}

static void
on_late(void *ctx)
{
	struct address_lookup *c = ctx;

	c->timer = NULL;
	if (c->is_threaded || c->in_line) {
		/* The thread may be writing: its results are not read. */
		address_found *done = c->done;

		c->done = NULL;
		err_set(&c->err, ERR_TIMEOUT,
			"the name %s did not resolve in time; check DNS",
			c->host);
		c->is_reporting = true;
		done(c->ctx, NULL, 0, &c->err);
		c->is_reporting = false;
	} else {
		report(c);
	}
	if (!c->is_threaded)
		free_lookup(c);
}

static void
report_soon(struct address_lookup *c)
{
	loop_timer_cancel(c->timer);
	c->timer = loop_at(c->loop, clock_real_us(), on_late, c);
}

static void
start_thread(struct lookups *all, struct address_lookup *c)
{
	if (wake_open(&c->wake, &c->err) != ERR_NONE) {
		report_soon(c);
		return;
	}
	c->watch = loop_watch(c->loop, c->wake.fd, POLLIN, on_resolved, c);
	if (c->watch == NULL || thread_start(&c->thread, "lookup", resolve, c,
					     &c->err) != ERR_NONE) {
		if (c->watch == NULL)
			err_set(&c->err, ERR_SYSTEM,
				"cannot watch a lookup of %s", c->host);
		loop_watch_end(c->watch);
		c->watch = NULL;
		wake_close(&c->wake);
		report_soon(c);
		return;
	}
	c->is_threaded = true;
	all->running++;
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

struct address_lookup *
address_lookup(struct loop *l, const char *host, int port, int timeout_ms,
	       address_found *done, void *ctx)
{
	struct lookups *all = get_lookups(l);
	struct address_lookup *c = mem_new(1, sizeof(*c));
	struct err ignored;

	c->loop = l;
	c->port = port;
	c->done = done;
	c->ctx = ctx;
	loop_item_add(l, &c->item, end_lookup);
	if (!str_copy(c->host, sizeof(c->host), host)) {
		err_set(&c->err, ERR_ARG, "the host name is too long");
		report_soon(c);
		return c;
	}
	if (address_parse(&c->found[0], host, port, &ignored) == ERR_NONE) {
		c->count = 1;
		report_soon(c);
		return c;
	}
	c->found[0] = (struct address){ 0 };
	c->timer =
		loop_at(l, clock_real_us() + timeout_ms * 1000LL, on_late, c);
	if (all->running < THREADS_MOST)
		start_thread(all, c);
	else
		stand_in_line(all, c);
	return c;
}

void
address_lookup_cancel(struct address_lookup *c)
{
	if (c == NULL || c->is_reporting)
		return;
	c->done = NULL;
	if (!c->is_threaded) {
		free_lookup(c);
		return;
	}
	/* Its thread still writes: the loop joins and frees it. */
	loop_timer_cancel(c->timer);
	c->timer = NULL;
}
