/* dns_call - one question to one server (UDP, TCP on truncation) on a loop. */
#include "net/dns.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/text.h"
#include "net/dnsmsg.h"
#include "net/loop_item.h"
#include "net/socket.h"

#define RESEND_US 1000000LL /* doubles */
#define READ_MOST 16
#define MESSAGE_MOST 65535
#define NAME_MOST 300

struct dns_call {
	struct loop_item item; /* must be first */
	struct loop *loop;
	dns_done *done;
	void *ctx;
	char where[300];
	char name[NAME_MOST];
	char type[16];
	int timeout_ms;
	struct address_lookup *lookup;
	struct address found[ADDRESS_MOST];
	size_t found_count;
	size_t at; /* which of them is asked now */
	int fd;
	bool is_tcp;
	bool recurse;
	bool is_reporting;
	bool saw_bad; /* something with our id could not be read */
	struct loop_watch *watch;
	struct loop_timer *deadline;
	struct loop_timer *resend;
	int64_t interval_us;
	int64_t sent_us;
	uint16_t id;
	struct buf question; /* behind its two bytes of length */
	size_t written;	     /* of the question, by TCP */
	struct buf reply;    /* by TCP, with its two bytes of length */
	struct dns_answer answer;
};

static void on_resend(void *ctx);
static void try_next(struct dns_call *c, const struct err *last);

static void
close_socket(struct dns_call *c)
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
free_call(struct dns_call *c)
{
	loop_item_remove(&c->item);
	address_lookup_cancel(c->lookup);
	loop_timer_cancel(c->deadline);
	close_socket(c);
	buf_clear(&c->question);
	buf_clear(&c->reply);
	mem_free(c);
}

static void
end_call(struct loop_item *item)
{
	free_call((struct dns_call *)item);
}

/* Reports and frees: the call is gone afterwards. */
static void
finish(struct dns_call *c)
{
	close_socket(c);
	c->is_reporting = true;
	c->done(c->ctx, &c->answer);
	free_call(c);
}

static void
fail(struct dns_call *c, enum err_code code, const char *why)
{
	c->answer.code = code;
	str_copy(c->answer.why, sizeof(c->answer.why), why);
	finish(c);
}

static enum dnsmsg_fit
read_reply(struct dns_call *c, const void *wire, size_t len)
{
	enum dnsmsg_fit fit =
		dnsmsg_read(&c->answer, wire, len, c->id, c->name, c->type);

	if (fit == DNSMSG_ANSWER)
		c->answer.rtt_us = clock_real_us() - c->sent_us;
	return fit;
}

static void
next_address(struct dns_call *c, int error)
{
	struct err e;

	socket_err(&c->found[c->at], error, &e);
	c->at++;
	try_next(c, &e);
}

/* TCP: writes what is left of the question; false when it failed. */
static bool
write_question(struct dns_call *c)
{
	while (c->written < c->question.len) {
		ssize_t n = send(c->fd, c->question.data + c->written,
				 c->question.len - c->written, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		c->written += (size_t)n;
	}
	loop_watch_events(c->watch, POLLIN);
	return true;
}

static size_t
reply_len(const struct dns_call *c)
{
	const unsigned char *head = (const unsigned char *)c->reply.data;

	return (size_t)(head[0] << 8 | head[1]);
}

/* TCP: reads what has come; false when the call is over. */
static bool
read_stream(struct dns_call *c)
{
	char bytes[4096];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0) {
		next_address(c, n == 0 ? ECONNRESET : errno);
		return false;
	}
	if (!buf_add(&c->reply, bytes, (size_t)n)) {
		fail(c, ERR_LIMIT, "the DNS answer is longer than it says");
		return false;
	}
	if (c->reply.len < 2 || c->reply.len < 2 + reply_len(c))
		return true;
	if (read_reply(c, c->reply.data + 2, reply_len(c)) == DNSMSG_ANSWER)
		finish(c);
	else
		fail(c, ERR_FORMAT,
		     "the DNS answer by TCP does not fit the question");
	return false;
}

static void
on_stream(void *ctx, short revents)
{
	struct dns_call *c = ctx;
	int error = socket_failure(c->fd);

	if (error != 0 ||
	    (c->written < c->question.len && !write_question(c))) {
		next_address(c, error != 0 ? error : errno);
		return;
	}
	if (revents & (POLLIN | POLLHUP | POLLERR))
		(void)read_stream(c);
}

static enum err_code
ask_by_tcp(struct dns_call *c, struct err *e)
{
	close_socket(c);
	c->is_tcp = true;
	c->written = 0;
	buf_reset(&c->reply);
	if (socket_connect(&c->fd, &c->found[c->at], SOCK_STREAM, e) !=
	    ERR_NONE)
		return e->code;
	c->watch = loop_watch(c->loop, c->fd, POLLIN | POLLOUT, on_stream, c);
	if (c->watch == NULL)
		return err_set(e, ERR_SYSTEM, "cannot watch a socket: %s",
			       strerror(errno));
	return ERR_NONE;
}

/* False when the call is over or has moved to another socket. */
static bool
take_datagram(struct dns_call *c, const char *bytes, size_t len)
{
	struct err e;

	switch (read_reply(c, bytes, len)) {
	case DNSMSG_FOREIGN:
		return true;
	case DNSMSG_BAD:
		c->saw_bad = true;
		return true;
	case DNSMSG_CUT:
		if (ask_by_tcp(c, &e) != ERR_NONE)
			fail(c, e.code, e.text);
		return false;
	case DNSMSG_ANSWER:
		break;
	}
	finish(c);
	return false;
}

static void
on_datagrams(void *ctx, short revents)
{
	struct dns_call *c = ctx;
	char bytes[MESSAGE_MOST];

	(void)revents;
	for (int i = 0; i < READ_MOST; i++) {
		ssize_t len = recv(c->fd, bytes, sizeof(bytes), 0);

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (len < 0) {
			next_address(c, errno);
			return;
		}
		if (!take_datagram(c, bytes, (size_t)len))
			return;
	}
}

static void
send_question(struct dns_call *c)
{
	(void)send(c->fd, c->question.data + 2, c->question.len - 2,
		   MSG_NOSIGNAL);
	c->resend = loop_at(c->loop, clock_real_us() + c->interval_us,
			    on_resend, c);
}

static void
on_resend(void *ctx)
{
	struct dns_call *c = ctx;

	c->resend = NULL;
	c->interval_us *= 2;
	send_question(c);
}

static enum err_code
ask(struct dns_call *c, struct err *e)
{
	c->is_tcp = false;
	if (socket_connect(&c->fd, &c->found[c->at], SOCK_DGRAM, e) != ERR_NONE)
		return e->code;
	c->watch = loop_watch(c->loop, c->fd, POLLIN, on_datagrams, c);
	if (c->watch == NULL)
		return err_set(e, ERR_SYSTEM, "cannot watch a socket: %s",
			       strerror(errno));
	c->interval_us = RESEND_US;
	c->sent_us = clock_real_us();
	send_question(c);
	return ERR_NONE;
}

/* Asks the address at c->at, or the one behind it, or gives up. */
static void
try_next(struct dns_call *c, const struct err *last)
{
	struct err e = *last;

	for (; c->at < c->found_count; c->at++) {
		close_socket(c);
		if (ask(c, &e) == ERR_NONE)
			return;
	}
	fail(c, e.code, e.text);
}

static void
on_found(void *ctx, const struct address *found, size_t count,
	 const struct err *e)
{
	struct dns_call *c = ctx;

	c->lookup = NULL;
	for (size_t i = 0; i < count; i++)
		c->found[i] = found[i];
	c->found_count = count;
	try_next(c, e);
}

static void
on_deadline(void *ctx)
{
	struct dns_call *c = ctx;
	char why[200];
	char wait[32];

	c->deadline = NULL;
	str_duration(wait, sizeof(wait), c->timeout_ms);
	if (c->saw_bad) {
		str_printf(why, sizeof(why),
			   "%.100s sent only answers that cannot be read",
			   c->where);
		fail(c, ERR_FORMAT, why);
		return;
	}
	str_printf(why, sizeof(why), "no DNS answer from %.100s%s within %s",
		   c->where, c->is_tcp ? " by TCP" : "", wait);
	fail(c, ERR_TIMEOUT, why);
}

/* The two bytes of length stand in front for TCP; UDP leaves them out. */
static enum err_code
write_message(struct dns_call *c, struct err *e)
{
	size_t len;

	buf_init(&c->question, 2 + 1024);
	buf_init(&c->reply, 2 + MESSAGE_MOST);
	c->id = (uint16_t)(rng_system() & 0xffff);
	if (!buf_add(&c->question, "\0\0", 2) ||
	    dnsmsg_ask(&c->question, c->id, c->name, c->type, c->recurse, e) !=
		    ERR_NONE)
		return e->code;
	len = c->question.len - 2;
	c->question.data[0] = (char)(len >> 8);
	c->question.data[1] = (char)(len & 0xff);
	return ERR_NONE;
}

static enum err_code
read_arguments(struct dns_call *c, const char *server, const char *name,
	       const char *type, struct err *e)
{
	char shown[100];

	text_clean(shown, sizeof(shown), name, strlen(name));
	if (!str_copy(c->name, sizeof(c->name), name) || name[0] == '\0')
		return err_set(e, ERR_ARG, "\"%s\" is no DNS name", shown);
	if (!str_copy(c->type, sizeof(c->type), type))
		return err_set(e, ERR_ARG, "the DNS type for %s is unknown",
			       shown);
	text_clean(c->where, sizeof(c->where), server, strlen(server));
	return write_message(c, e);
}

/* A call that asks nobody yet; NULL with the reason in `e`. */
static struct dns_call *
new_call(struct loop *l, const char *server, const char *name, const char *type,
	 bool recurse, int timeout_ms, dns_done *done, void *ctx, struct err *e)
{
	struct dns_call *c = mem_new(1, sizeof(*c));

	c->loop = l;
	c->done = done;
	c->ctx = ctx;
	c->recurse = recurse;
	c->timeout_ms = timeout_ms;
	c->fd = -1;
	c->answer =
		(struct dns_answer){ .rtt_us = -1, .ttl_s = -1, .serial = -1 };
	loop_item_add(l, &c->item, end_call);
	if (read_arguments(c, server, name, type, e) != ERR_NONE) {
		free_call(c);
		return NULL;
	}
	c->deadline = loop_at(l, clock_real_us() + timeout_ms * 1000LL,
			      on_deadline, c);
	return c;
}

enum err_code
dns_start(struct dns_call **out, struct loop *l, const char *server,
	  const char *name, const char *type, int timeout_ms, dns_done *done,
	  void *ctx, struct err *e)
{
	struct dns_call *c;
	char host[256];
	int port;

	*out = NULL;
	if (address_split(server, 53, host, sizeof(host), &port, e) !=
		    ERR_NONE ||
	    fence_check(loop_fence(l), host, port, e) != ERR_NONE)
		return e->code;
	c = new_call(l, server, name, type, false, timeout_ms, done, ctx, e);
	if (c == NULL)
		return e->code;
	c->lookup = address_lookup(l, host, port, timeout_ms, on_found, c);
	*out = c;
	return ERR_NONE;
}

/* Nothing is called back before the loop runs. */
static void
on_ask_now(void *ctx)
{
	struct dns_call *c = ctx;
	struct err e = { .code = ERR_UNREACHED };

	c->resend = NULL;
	try_next(c, &e);
}

enum err_code
dns_start_at(struct dns_call **out, struct loop *l, const struct address *at,
	     const char *name, const char *type, bool recurse, int timeout_ms,
	     dns_done *done, void *ctx, struct err *e)
{
	char where[80];
	struct dns_call *c;

	*out = NULL;
	address_text(at, where, sizeof(where));
	c = new_call(l, where, name, type, recurse, timeout_ms, done, ctx, e);
	if (c == NULL)
		return e->code;
	c->found[0] = *at;
	c->found_count = 1;
	c->resend = loop_at(l, clock_real_us(), on_ask_now, c);
	*out = c;
	return ERR_NONE;
}

void
dns_cancel(struct dns_call *c)
{
	if (c != NULL && !c->is_reporting)
		free_call(c);
}

/* Somebody waits for one answer. */
struct waiter {
	struct dns_answer *out;
	bool is_done;
};

static void
take_answer(void *ctx, const struct dns_answer *answer)
{
	struct waiter *w = ctx;

	*w->out = *answer;
	w->is_done = true;
}

enum err_code
dns_do(struct dns_answer *out, const struct fence *fence, const char *server,
       const char *name, const char *type, int timeout_ms, int cancel_fd,
       struct err *e)
{
	struct waiter w = { .out = out };
	struct dns_call *call;
	struct loop *l = NULL;
	int64_t until_us = clock_real_us() + (timeout_ms + 2000) * 1000LL;

	*out = (struct dns_answer){ .rtt_us = -1, .ttl_s = -1, .serial = -1 };
	if (loop_new(&l, fence, e) != ERR_NONE ||
	    dns_start(&call, l, server, name, type, timeout_ms, take_answer, &w,
		      e) != ERR_NONE ||
	    loop_run_until(l, &w.is_done, cancel_fd, until_us, e) != ERR_NONE) {
		out->code = e->code;
		str_copy(out->why, sizeof(out->why), e->text);
	}
	loop_free(l);
	if (out->code == ERR_NONE)
		return ERR_NONE;
	return err_set(e, out->code, "%s", out->why);
}
