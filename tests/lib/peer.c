/* peer - small servers on loopback that do what a script says. */
#include "tests/lib/test.h"

#include "tests/lib/peer.h"

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/thread.h"
#include "base/wake.h"

#define REQUEST_MOST 65536
#define ROWS_MOST 64
#define HUNG_MOST 64
#define KEPT_MOST 8192

struct peer {
	struct thread thread;
	struct wake stop;
	struct lock lock; /* of all below but rows and fd */
	int fd;
	char url[64];
	char at[32];
	const struct peer_row *rows;
	size_t count;
	bool used[ROWS_MOST];
	char *kept[KEPT_MOST];
	int kept_count;
	int strays;
	int act;
	/* Connections that get their answer later, or (no row) never. */
	struct {
		int fd;
		const struct peer_row *row;
	} hung[HUNG_MOST];
	int hung_count;
	/* SIP and DNS: */
	int status, retry_after_s;
	char ip[2][16];
	int ttl_s[2];
	int until_second; /* questions left before the second record */
	bool is_authoritative;
	int rcode;
};

static bool
starts(const char *text, const char *prefix)
{
	return prefix == NULL || strncmp(text, prefix, strlen(prefix)) == 0;
}

/* True when the peer was stopped meanwhile. */
static bool
pause_ms(struct peer *p, int ms)
{
	struct pollfd stop = { .fd = p->stop.fd, .events = POLLIN };

	return poll(&stop, 1, ms) > 0;
}

static void
keep(struct peer *p, const char *text)
{
	lock_take(&p->lock);
	if (p->kept_count < KEPT_MOST)
		p->kept[p->kept_count++] = mem_text(text);
	lock_drop(&p->lock);
}

static const struct peer_row *
take_row(struct peer *p, const char *request)
{
	const struct peer_row *row = NULL;

	lock_take(&p->lock);
	for (size_t i = 0; i < p->count && row == NULL; i++) {
		if (p->used[i] || p->rows[i].act != p->act ||
		    !starts(request, p->rows[i].expect))
			continue;
		row = &p->rows[i];
		p->used[i] = !row->always;
	}
	p->strays += row == NULL;
	lock_drop(&p->lock);
	return row;
}

static size_t
wanted_len(const char *request)
{
	const char *head = strstr(request, "\r\n\r\n");
	const char *line = strcasestr(request, "\r\ncontent-length:");

	if (head == NULL)
		return REQUEST_MOST;
	return (size_t)(head + 4 - request) +
	       (line == NULL || line > head ? 0 : strtoul(line + 17, NULL, 10));
}

/* False when the client left or the peer was stopped first. */
static bool
read_request(struct peer *p, int fd, char *to)
{
	size_t len = 0;

	to[0] = '\0';
	while (len < wanted_len(to)) {
		struct pollfd fds[2] = { { .fd = fd, .events = POLLIN },
					 { .fd = p->stop.fd,
					   .events = POLLIN } };
		ssize_t n;

		poll(fds, 2, -1);
		if (fds[1].revents != 0)
			return false;
		n = read(fd, to + len, REQUEST_MOST - 1 - len);
		if (n <= 0)
			return false;
		len += (size_t)n;
		to[len] = '\0';
	}
	return true;
}

static void
send_text(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

static void
add_headers(struct buf *out, const struct peer *p, const char *text)
{
	const char *at = strstr(text, "{url}");

	if (at == NULL) {
		buf_text(out, text);
		return;
	}
	buf_add(out, text, (size_t)(at - text));
	buf_printf(out, "%s%s", p->url, at + strlen("{url}"));
}

static void
answer(const struct peer *p, int fd, const struct peer_row *row)
{
	const char *body = row->body == NULL ? "" : row->body;
	struct buf b;

	buf_init(&b, 4 * 1024 * 1024);
	buf_printf(&b,
		   "HTTP/1.1 %d Scripted\r\nContent-Length: %zu\r\n"
		   "Connection: close\r\n",
		   row->status == 0 ? 200 : row->status, strlen(body));
	if (row->headers != NULL)
		add_headers(&b, p, row->headers);
	buf_text(&b, "\r\n");
	buf_text(&b, body);
	send_text(fd, buf_str(&b),
		  row->end == PEER_CUT ? b.len - strlen(body) / 2 - 1 : b.len);
	buf_clear(&b);
}

static bool
is_held(struct peer *p, const struct peer_row *row)
{
	return row->until != NULL && row->decide == NULL &&
	       peer_count(p, row->until) < row->until_count;
}

static void
set_aside(struct peer *p, int fd, const struct peer_row *row)
{
	p->hung[p->hung_count].fd = fd;
	p->hung[p->hung_count++].row = row;
}

/* What was held back for the request that has just come. */
static void
answer_held(struct peer *p)
{
	for (int i = 0; i < p->hung_count; i++) {
		const struct peer_row *row = p->hung[i].row;

		if (row == NULL || is_held(p, row))
			continue;
		answer(p, p->hung[i].fd, row);
		close(p->hung[i].fd);
		p->hung[i--] = p->hung[--p->hung_count];
	}
}

static void
serve(struct peer *p, int fd)
{
	static const struct peer_row unknown = { .status = 599 };
	char *request = mem_new(REQUEST_MOST, 1);

	if (read_request(p, fd, request)) {
		const struct peer_row *row = take_row(p, request);
		struct peer_row own;

		keep(p, request);
		if (row == NULL)
			row = &unknown;
		if (row->decide != NULL) {
			own = *row;
			row->decide(row->ctx, request, &own);
			row = &own;
		}
		if ((row->end == PEER_HANG || is_held(p, row)) &&
		    p->hung_count < HUNG_MOST) {
			set_aside(p, fd, row->end == PEER_HANG ? NULL : row);
			fd = -1;
		} else if (row->end != PEER_HANG &&
			   !pause_ms(p, row->delay_ms) &&
			   row->end != PEER_CLOSE) {
			answer(p, fd, row);
		}
		answer_held(p);
	}
	mem_free(request);
	if (fd >= 0)
		close(fd);
}

static void
run_http(void *arg)
{
	struct peer *p = arg;

	for (;;) {
		struct pollfd fds[2] = { { .fd = p->fd, .events = POLLIN },
					 { .fd = p->stop.fd,
					   .events = POLLIN } };
		int fd;

		poll(fds, 2, -1);
		if (fds[1].revents != 0)
			return;
		fd = accept(p->fd, NULL, NULL);
		if (fd >= 0)
			serve(p, fd);
	}
}

/* Answers datagrams until it is stopped. */
static void
run_udp(struct peer *p,
	size_t (*reply)(struct peer *p, const char *in, size_t len, char *out))
{
	for (;;) {
		struct pollfd fds[2] = { { .fd = p->fd, .events = POLLIN },
					 { .fd = p->stop.fd,
					   .events = POLLIN } };
		struct sockaddr_storage from;
		socklen_t from_len = sizeof(from);
		char in[4096], out[4096];
		ssize_t n;
		size_t len;

		poll(fds, 2, -1);
		if (fds[1].revents != 0)
			return;
		n = recvfrom(p->fd, in, sizeof(in) - 1, 0,
			     (struct sockaddr *)&from, &from_len);
		if (n <= 0)
			continue;
		in[n] = '\0';
		keep(p, in);
		lock_take(&p->lock);
		len = reply(p, in, (size_t)n, out);
		lock_drop(&p->lock);
		if (len > 0)
			(void)!sendto(p->fd, out, len, 0,
				      (struct sockaddr *)&from, from_len);
	}
}

/* Copies the header line `name` of a SIP request. */
static void
copy_line(struct buf *out, const char *in, const char *name, const char *more)
{
	const char *at = strstr(in, name);

	if (at == NULL)
		return;
	buf_add(out, at, strcspn(at, "\r\n"));
	buf_printf(out, "%s\r\n", more);
}

static size_t
reply_sip(struct peer *p, const char *in, size_t len, char *out)
{
	struct buf b;
	size_t n;

	(void)len;
	if (p->status == 0)
		return 0;
	buf_init(&b, 4000);
	buf_printf(&b, "SIP/2.0 %d Scripted\r\n", p->status);
	copy_line(&b, in, "Via:", "");
	copy_line(&b, in, "From:", "");
	copy_line(&b, in, "To:", ";tag=peer");
	copy_line(&b, in, "Call-ID:", "");
	copy_line(&b, in, "CSeq:", "");
	if (p->retry_after_s > 0)
		buf_printf(&b, "Retry-After: %d\r\n", p->retry_after_s);
	buf_text(&b, "Content-Length: 0\r\n\r\n");
	memcpy(out, buf_str(&b), b.len);
	n = b.len;
	buf_clear(&b);
	return n;
}

static size_t
reply_dns(struct peer *p, const char *in, size_t len, char *out)
{
	int which = p->until_second > 0 ? 0 : 1;
	unsigned char record[16] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4 };
	uint32_t ttl = htonl((uint32_t)p->ttl_s[which]);
	size_t end = 12;

	if (len < 17)
		return 0;
	p->until_second -= p->until_second > 0;
	while (end < len && in[end] != 0)
		end += (size_t)(unsigned char)in[end] + 1;
	end += 5;
	memcpy(out, in, end);
	out[2] = (char)(p->is_authoritative ? 0x84 : 0x80);
	out[3] = (char)p->rcode;
	memset(out + 6, 0, 6);
	if (p->rcode != 0)
		return end;
	out[7] = 1;
	memcpy(record + 6, &ttl, 4);
	inet_pton(AF_INET, p->ip[which], record + 12);
	memcpy(out + end, record, sizeof(record));
	return end + sizeof(record);
}

static void
run_sip(void *arg)
{
	run_udp(arg, reply_sip);
}

static void
run_dns(void *arg)
{
	run_udp(arg, reply_dns);
}

static struct peer *
new_peer(bool is_udp)
{
	struct peer *p = mem_new(1, sizeof(*p));
	struct err e;
	int port;

	p->fd = is_udp ? test_bind_udp(&port) : test_listen_tcp(&port);
	str_printf(p->at, sizeof(p->at), "127.0.0.1:%d", port);
	str_printf(p->url, sizeof(p->url), "http://%s", p->at);
	lock_init(&p->lock);
	CHECK_OK(wake_open(&p->stop, &e), &e);
	return p;
}

static struct peer *
launch(struct peer *p, void (*body)(void *))
{
	struct err e;

	CHECK_OK(thread_start(&p->thread, "peer", body, p, &e), &e);
	return p;
}

struct peer *
peer_start(const struct peer_row *rows, size_t count)
{
	struct peer *p = new_peer(false);

	assert(count <= ROWS_MOST);
	p->rows = rows;
	p->count = count;
	return launch(p, run_http);
}

void
peer_stop(struct peer *p)
{
	wake_raise(&p->stop);
	thread_join(&p->thread);
	close(p->fd);
	for (int i = 0; i < p->hung_count; i++)
		close(p->hung[i].fd);
	for (int i = 0; i < p->kept_count; i++)
		mem_free(p->kept[i]);
	wake_close(&p->stop);
	lock_clear(&p->lock);
	mem_free(p);
}

const char *
peer_url(const struct peer *p)
{
	return p->url;
}

const char *
peer_at(const struct peer *p)
{
	return p->at;
}

int
peer_count(struct peer *p, const char *prefix)
{
	int n = 0;

	lock_take(&p->lock);
	for (int i = 0; i < p->kept_count; i++)
		n += starts(p->kept[i], prefix);
	lock_drop(&p->lock);
	return n;
}

int
peer_strays(struct peer *p)
{
	int n;

	lock_take(&p->lock);
	n = p->strays;
	lock_drop(&p->lock);
	return n;
}

void
peer_act(struct peer *p, int act)
{
	lock_take(&p->lock);
	p->act = act;
	lock_drop(&p->lock);
}

char *
peer_request(struct peer *p, const char *prefix, int nth)
{
	char *text = NULL;

	lock_take(&p->lock);
	for (int i = 0; i < p->kept_count && text == NULL; i++)
		if (starts(p->kept[i], prefix) && nth-- == 0)
			text = mem_text(p->kept[i]);
	lock_drop(&p->lock);
	return text;
}

bool
peer_had_line(struct peer *p, const char *prefix, int nth, const char *line)
{
	char *request = peer_request(p, prefix, nth);
	char wanted[512];
	bool had;

	str_printf(wanted, sizeof(wanted), "\r\n%s\r\n", line);
	had = request != NULL && strstr(request, wanted) != NULL;
	mem_free(request);
	return had;
}

struct waiting {
	struct peer *peer;
	const char *prefix;
	int count;
};

static bool
has_come(void *arg)
{
	const struct waiting *w = arg;

	return peer_count(w->peer, w->prefix) >= w->count;
}

bool
peer_wait(struct peer *p, const char *prefix, int count)
{
	struct waiting w = { p, prefix, count };

	return test_wait(has_come, &w, 5000);
}

int
peer_refusing(char at[32])
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	str_printf(at, 32, "127.0.0.1:%d", ntohs(sa.sin_port));
	return fd;
}

struct peer *
peer_sip_start(int status)
{
	struct peer *p = new_peer(true);

	p->status = status;
	return launch(p, run_sip);
}

void
peer_sip_say(struct peer *p, int status, int retry_after_s)
{
	lock_take(&p->lock);
	p->status = status;
	p->retry_after_s = retry_after_s;
	lock_drop(&p->lock);
}

struct peer *
peer_dns_start(const char *ip, int ttl_s)
{
	struct peer *p = new_peer(true);

	p->is_authoritative = true;
	str_copy(p->ip[1], sizeof(p->ip[1]), ip);
	p->ttl_s[1] = ttl_s;
	return launch(p, run_dns);
}

void
peer_dns_say(struct peer *p, const char *ip, int ttl_s, int after)
{
	lock_take(&p->lock);
	memcpy(p->ip[0], p->ip[1], sizeof(p->ip[0]));
	p->ttl_s[0] = p->ttl_s[1];
	str_copy(p->ip[1], sizeof(p->ip[1]), ip);
	p->ttl_s[1] = ttl_s;
	p->until_second = after;
	lock_drop(&p->lock);
}

void
peer_dns_mode(struct peer *p, bool is_authoritative, int rcode)
{
	lock_take(&p->lock);
	p->is_authoritative = is_authoritative;
	p->rcode = rcode;
	lock_drop(&p->lock);
}
