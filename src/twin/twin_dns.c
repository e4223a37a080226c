/* twin_dns - the zone on a UDP and a TCP port of the same number. */
#include "twin/twin_dns.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "twin/port.h"

#define PEERS 16
#define QUERY_CAP 4096
#define PEER_US 5000000 /* real; a TCP connection may last so long */
#define BURST 64	/* datagrams in one round of the loop */
#define TRIES 20	/* for a number that is free for both */

/* A TCP connection; free while fd is -1. */
struct peer {
	struct twin_dns *dns;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *timer;
	unsigned char in[2 + QUERY_CAP]; /* length, then the query */
	size_t have;
};

struct twin_dns {
	struct site *site;
	struct loop *loop;
	int port;
	int udp, tcp;
	struct loop_watch *udp_watch, *tcp_watch;
	struct peer peers[PEERS];
};

static bool
answer(struct twin_dns *d, struct buf *out, const unsigned char *query,
       size_t len)
{
	struct zone_view v;

	site_dns(d->site, &v);
	return zone_answer(out, &v, query, len);
}

static void
udp_ready(void *ctx, short revents)
{
	struct twin_dns *d = ctx;
	unsigned char query[QUERY_CAP];
	struct buf out;

	(void)revents;
	buf_init(&out, ZONE_ANSWER_CAP);
	for (int i = 0; i < BURST; i++) {
		struct sockaddr_storage from;
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(d->udp, query, sizeof(query), 0,
				     (struct sockaddr *)&from, &from_len);

		if (n < 0)
			break;
		buf_reset(&out);
		if (answer(d, &out, query, (size_t)n))
			(void)sendto(d->udp, out.data, out.len, 0,
				     (const struct sockaddr *)&from, from_len);
	}
	buf_clear(&out);
}

static void
peer_end(struct peer *p)
{
	loop_watch_end(p->watch);
	loop_timer_cancel(p->timer);
	close(p->fd);
	p->watch = NULL;
	p->timer = NULL;
	p->fd = -1;
}

static void
peer_late(void *ctx)
{
	struct peer *p = ctx;

	p->timer = NULL; /* it has just fired */
	peer_end(p);
}

/* Answers are far smaller than a socket's buffer: a peer that cannot take
 * one at once does not read, and is dropped. */
static bool
peer_send(const struct peer *p, const struct buf *out)
{
	unsigned char framed[2 + ZONE_ANSWER_CAP];
	size_t len = 2 + out->len;

	framed[0] = (unsigned char)(out->len >> 8);
	framed[1] = (unsigned char)(out->len & 0xff);
	memcpy(framed + 2, out->data, out->len);
	return send(p->fd, framed, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Answers the whole queries it has; false when the peer is to be dropped. */
static bool
peer_serve(struct peer *p)
{
	while (p->have >= 2) {
		size_t len = (size_t)p->in[0] << 8 | p->in[1];
		struct buf out;
		bool is_good;

		if (len > QUERY_CAP)
			return false;
		if (p->have < 2 + len)
			return true;
		buf_init(&out, ZONE_ANSWER_CAP);
		is_good = answer(p->dns, &out, p->in + 2, len) &&
			  peer_send(p, &out);
		buf_clear(&out);
		if (!is_good)
			return false;
		p->have -= 2 + len;
		memmove(p->in, p->in + 2 + len, p->have);
	}
	return true;
}

static void
peer_ready(void *ctx, short revents)
{
	struct peer *p = ctx;
	ssize_t n = recv(p->fd, p->in + p->have, sizeof(p->in) - p->have, 0);

	(void)revents;
	if (n > 0) {
		p->have += (size_t)n;
		if (peer_serve(p))
			return;
	}
	peer_end(p);
}

static void
peer_begin(struct twin_dns *d, struct peer *p, int fd)
{
	p->fd = fd;
	p->have = 0;
	p->watch = loop_watch(d->loop, fd, POLLIN, peer_ready, p);
	p->timer = loop_at(d->loop, clock_real_us() + PEER_US, peer_late, p);
	if (p->watch == NULL)
		peer_end(p);
}

static void
tcp_ready(void *ctx, short revents)
{
	struct twin_dns *d = ctx;
	int fd = accept4(d->tcp, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)revents;
	if (fd < 0)
		return;
	for (size_t i = 0; i < PEERS; i++)
		if (d->peers[i].fd < 0) {
			peer_begin(d, &d->peers[i], fd);
			return;
		}
	close(fd); /* full; the asker tries again */
}

/* Both sockets on one number. */
static enum err_code
open_ports(struct twin_dns *d, struct err *e)
{
	enum err_code code = ERR_NONE;

	for (int i = 0; i < TRIES; i++) {
		d->port = 0;
		code = port_open(&d->tcp, &d->port, SOCK_STREAM, e);
		if (code != ERR_NONE)
			return code;
		code = port_open(&d->udp, &d->port, SOCK_DGRAM, e);
		if (code == ERR_NONE)
			return code;
		close(d->tcp);
		d->tcp = -1;
	}
	return code;
}

enum err_code
twin_dns_open(struct twin_dns **out, struct site *site, struct loop *loop,
	      struct err *e)
{
	struct twin_dns *d = mem_new(1, sizeof(*d));

	*out = NULL;
	*d = (struct twin_dns){
		.site = site, .loop = loop, .udp = -1, .tcp = -1
	};
	for (size_t i = 0; i < PEERS; i++)
		d->peers[i] = (struct peer){ .dns = d, .fd = -1 };
	if (open_ports(d, e) != ERR_NONE) {
		twin_dns_close(d);
		return e->code;
	}
	d->udp_watch = loop_watch(loop, d->udp, POLLIN, udp_ready, d);
	d->tcp_watch = loop_watch(loop, d->tcp, POLLIN, tcp_ready, d);
	if (d->udp_watch == NULL || d->tcp_watch == NULL) {
		twin_dns_close(d);
		return err_set(e, ERR_SYSTEM, "cannot watch the DNS sockets");
	}
	*out = d;
	return ERR_NONE;
}

void
twin_dns_close(struct twin_dns *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < PEERS; i++)
		if (d->peers[i].fd >= 0)
			peer_end(&d->peers[i]);
	loop_watch_end(d->udp_watch);
	loop_watch_end(d->tcp_watch);
	if (d->udp >= 0)
		close(d->udp);
	if (d->tcp >= 0)
		close(d->tcp);
	mem_free(d);
}

int
twin_dns_port(const struct twin_dns *d)
{
	return d->port;
}
