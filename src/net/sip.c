/* sip - a SIP OPTIONS transaction over UDP (RFC 3261 17.1.2) on a loop. */
#include "net/sip.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "net/loop_item.h"
#include "net/socket.h"

#define T1_US 500000LL
#define T2_US 4000000LL
#define READ_MOST 16 /* datagrams in a row: a storm must not own the loop */
#define REQUEST_MOST 4096

struct sip_call {
	struct loop_item item; /* must be first */
	struct loop *loop;
	sip_done *done;
	void *ctx;
	char where[300];
	char host[256];
	int port;
	int timeout_ms;
	struct address_lookup *lookup;
	struct address found[ADDRESS_MOST];
	size_t found_count;
	size_t at; /* which of them is asked now */
	int fd;
	struct loop_watch *watch;
	struct loop_timer *deadline;
	struct loop_timer *resend;
	int64_t interval_us; /* Timer E */
	int64_t sent_us;     /* the first sending */
	int sendings;
	int provisional; /* last 1xx, 0 none */
	bool is_reporting;
	struct buf request;
	char branch[40];
	char call_id[48];
	char from_tag[24];
	long cseq;
	struct sip_result result;
};

static void on_resend(void *ctx);

static void
close_socket(struct sip_call *c)
{
	loop_timer_cancel(c->resend);
	c->resend = NULL;
	loop_watch_end(c->watch);
	c->watch = NULL;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void
free_call(struct sip_call *c)
{
	loop_item_remove(&c->item);
	address_lookup_cancel(c->lookup);
	loop_timer_cancel(c->deadline);
	close_socket(c);
	buf_clear(&c->request);
	mem_free(c);
}

static void
end_call(struct loop_item *item)
{
	free_call((struct sip_call *)item);
}

/* Reports and frees: the call is gone afterwards. */
static void
finish(struct sip_call *c, enum err_code code, const char *why)
{
	c->result.code = code;
	str_copy(c->result.why, sizeof(c->result.why), why);
	close_socket(c);
	c->is_reporting = true;
	c->done(c->ctx, &c->result);
	free_call(c);
}

static void
send_request(struct sip_call *c)
{
	/* A refusal (ICMP) shows when the socket is read; a full buffer is
	 * what the next retransmission is for. */
	(void)send(c->fd, c->request.data, c->request.len, MSG_NOSIGNAL);
	c->sendings++;
	c->resend = loop_at(c->loop, clock_real_us() + c->interval_us,
			    on_resend, c);
}

static void
on_resend(void *ctx)
{
	struct sip_call *c = ctx;

	c->resend = NULL;
	c->interval_us *= 2;
	if (c->interval_us > T2_US || c->provisional != 0)
		c->interval_us = T2_US;
	send_request(c);
}

static bool
is_ours(const struct sip_call *c, const struct sipmsg *m)
{
	return !m->is_request && str_same(m->branch, c->branch) &&
	       str_same(m->call_id, c->call_id) &&
	       str_same(m->from_tag, c->from_tag) && m->cseq == c->cseq &&
	       str_same(m->method, "OPTIONS");
}

/* False when the call is over (and freed). */
static bool
take_datagram(struct sip_call *c, const char *bytes, size_t len)
{
	struct sipmsg m;
	struct err e;

	if (sipmsg_parse(&m, bytes, len, &e) != ERR_NONE || !is_ours(c, &m)) {
		c->result.strays++;
		return true;
	}
	if (m.status < 200) {
		c->provisional = m.status;
		return true;
	}
	c->result.status = m.status;
	str_copy(c->result.reason, sizeof(c->result.reason), m.reason);
	c->result.retry_after_s = m.retry_after_s;
	c->result.rtt_us = clock_real_us() - c->sent_us;
	finish(c, ERR_NONE, "");
	return false;
}

static void try_next(struct sip_call *c, const struct err *last);

static void
on_ready(void *ctx, short revents)
{
	struct sip_call *c = ctx;
	char bytes[SIP_DATAGRAM];
	struct err e;

	(void)revents;
	for (int i = 0; i < READ_MOST; i++) {
		ssize_t len = recv(c->fd, bytes, sizeof(bytes), 0);

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (len < 0) {
			socket_err(&c->found[c->at], errno, &e);
			c->at++;
			try_next(c, &e);
			return;
		}
		if (!take_datagram(c, bytes, (size_t)len))
			return;
	}
}

static bool
write_request(struct sip_call *c)
{
	struct address local = { .len = sizeof(local.sa) };
	struct sip_options o = { .host = c->host,
				 .port = c->port,
				 .transport = "UDP",
				 .branch = c->branch,
				 .call_id = c->call_id,
				 .from_tag = c->from_tag,
				 .cseq = c->cseq };
	char text[80];

	if (getsockname(c->fd, (struct sockaddr *)&local.sa, &local.len) != 0)
		return false;
	address_text(&local, text, sizeof(text));
	o.local = text;
	str_printf(c->branch, sizeof(c->branch), "z9hG4bK%016llx",
		   (unsigned long long)rng_system());
	str_printf(c->call_id, sizeof(c->call_id), "%016llx%016llx",
		   (unsigned long long)rng_system(),
		   (unsigned long long)rng_system());
	str_printf(c->from_tag, sizeof(c->from_tag), "%016llx",
		   (unsigned long long)rng_system());
	c->cseq = (long)(rng_system() % 1000000) + 1;
	o.cseq = c->cseq;
	buf_reset(&c->request);
	return sipmsg_options(&c->request, &o);
}

static enum err_code
ask(struct sip_call *c, const struct address *a, struct err *e)
{
	if (socket_connect(&c->fd, a, SOCK_DGRAM, e) != ERR_NONE)
		return e->code;
	if (!write_request(c))
		return err_set(e, ERR_LIMIT, "the request for %s is too long",
			       c->where);
	c->watch = loop_watch(c->loop, c->fd, POLLIN, on_ready, c);
	if (c->watch == NULL)
		return err_set(e, ERR_SYSTEM, "cannot watch a socket: %s",
			       strerror(errno));
	c->interval_us = T1_US;
	c->sendings = 0;
	c->provisional = 0;
	c->sent_us = clock_real_us();
	send_request(c);
	return ERR_NONE;
}

/* Asks the address at c->at, or the one behind it, or gives up. */
static void
try_next(struct sip_call *c, const struct err *last)
{
	struct err e = *last;

	for (; c->at < c->found_count; c->at++) {
		close_socket(c);
		if (ask(c, &c->found[c->at], &e) == ERR_NONE)
			return;
	}
	finish(c, e.code, e.text);
}

static void
on_found(void *ctx, const struct address *found, size_t count,
	 const struct err *e)
{
	struct sip_call *c = ctx;

	c->lookup = NULL;
	for (size_t i = 0; i < count; i++)
		c->found[i] = found[i];
	c->found_count = count;
	try_next(c, e);
}

static void
on_deadline(void *ctx)
{
	struct sip_call *c = ctx;
	char why[200];
	char wait[32];

	c->deadline = NULL;
	str_duration(wait, sizeof(wait), c->timeout_ms);
	if (c->provisional != 0)
		str_printf(why, sizeof(why),
			   "%.100s: only %d and no final answer within %s",
			   c->where, c->provisional, wait);
	else
		str_printf(why, sizeof(why),
			   "%.100s: no answer within %s (asked %d times)",
			   c->where, wait, c->sendings);
	finish(c, ERR_TIMEOUT, why);
}

enum err_code
sip_options_start(struct sip_call **out, struct loop *l, const char *where,
		  int timeout_ms, sip_done *done, void *ctx, struct err *e)
{
	struct sip_call *c;
	char host[256];
	int port;

	*out = NULL;
	if (address_split(where, 5060, host, sizeof(host), &port, e) !=
		    ERR_NONE ||
	    fence_check(loop_fence(l), host, port, e) != ERR_NONE)
		return e->code;
	c = mem_new(1, sizeof(*c));
	c->loop = l;
	c->done = done;
	c->ctx = ctx;
	c->port = port;
	c->timeout_ms = timeout_ms;
	c->fd = -1;
	c->result.rtt_us = -1;
	c->result.retry_after_s = -1;
	str_copy(c->host, sizeof(c->host), host);
	str_copy(c->where, sizeof(c->where), where);
	buf_init(&c->request, REQUEST_MOST);
	loop_item_add(l, &c->item, end_call);
	c->deadline = loop_at(l, clock_real_us() + timeout_ms * 1000LL,
			      on_deadline, c);
	c->lookup = address_lookup(l, host, port, timeout_ms, on_found, c);
	*out = c;
	return ERR_NONE;
}

void
sip_cancel(struct sip_call *c)
{
	if (c != NULL && !c->is_reporting)
		free_call(c);
}

bool
sip_is_healthy(int status, bool strict_2xx)
{
	if (strict_2xx)
		return status >= 200 && status < 300;
	switch (status) {
	case 408:
	case 500:
	case 502:
	case 503:
	case 504:
	case 513:
		return false;
	default:
		return status >= 200 && status <= 699;
	}
}
