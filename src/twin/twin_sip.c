/* twin_sip - the SIP trunks: a UDP port each that answers OPTIONS. */
#include "twin/twin_sip.h"

#include <assert.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/sipmsg.h"
#include "twin/port.h"

#define BURST 64
#define ANSWER_CAP 16384
#define ALLOWED "Allow: OPTIONS\r\n"

struct trunk_port {
	struct twin_sip *sip;
	char trunk[TWIN_WORD];
	int port;
	int fd;
	struct loop_watch *watch;
};

struct twin_sip {
	struct site *site;
	struct trunk_port ports[TWIN_TRUNKS];
};

struct datagram {
	char bytes[SIP_DATAGRAM];
	size_t len;
	struct sockaddr_storage from;
	socklen_t from_len;
};

/* Status line and headers of the answer; false when there is none. */
static bool
judge(struct trunk_port *p, const struct sipmsg *m, struct twin_ping *ping,
      char *extra, size_t size)
{
	if (str_same(m->method, "ACK"))
		return false;
	if (!str_same(m->method, "OPTIONS")) {
		*ping = (struct twin_ping){ .status = 405 };
		str_copy(extra, size, ALLOWED);
		return true;
	}
	site_sip(p->sip->site, p->trunk, m->branch, ping);
	if (ping->retry_after_s > 0)
		str_printf(extra, size, "Retry-After: %d\r\n",
			   ping->retry_after_s);
	else
		str_copy(extra, size,
			 ALLOWED "Accept: application/sdp\r\n"
				 "Supported: timer\r\n");
	return !ping->is_silent;
}

static const char *
reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 405:
		return "Method Not Allowed";
	default:
		return "Service Unavailable";
	}
}

static void
serve(struct trunk_port *p, const struct datagram *d)
{
	struct twin_ping ping;
	struct sipmsg m;
	char extra[160];
	struct buf out;
	struct err e;

	if (sipmsg_parse(&m, d->bytes, d->len, &e) != ERR_NONE) {
		log_line("twin", "%s: %s", p->trunk, e.text);
		return;
	}
	if (!m.is_request || !judge(p, &m, &ping, extra, sizeof(extra)))
		return;
	buf_init(&out, ANSWER_CAP);
	if (sipmsg_response(&out, d->bytes, d->len, ping.status,
			    reason(ping.status), p->trunk, extra,
			    &e) == ERR_NONE)
		(void)sendto(p->fd, out.data, out.len, 0,
			     (const struct sockaddr *)&d->from, d->from_len);
	buf_clear(&out);
}

static void
port_ready(void *ctx, short revents)
{
	struct trunk_port *p = ctx;
	struct datagram *d = mem_new(1, sizeof(*d));
	ssize_t n;

	(void)revents;
	for (int i = 0; i < BURST; i++) {
		d->from_len = sizeof(d->from);
		n = recvfrom(p->fd, d->bytes, sizeof(d->bytes), 0,
			     (struct sockaddr *)&d->from, &d->from_len);
		if (n < 0)
			break;
		d->len = (size_t)n;
		serve(p, d);
	}
	mem_free(d);
}

static enum err_code
open_trunk(struct trunk_port *p, struct loop *loop, struct err *e)
{
	if (port_open(&p->fd, &p->port, SOCK_DGRAM, e) != ERR_NONE)
		return e->code;
	p->watch = loop_watch(loop, p->fd, POLLIN, port_ready, p);
	if (p->watch == NULL)
		return err_set(e, ERR_SYSTEM, "cannot watch trunk %s",
			       p->trunk);
	return ERR_NONE;
}

enum err_code
twin_sip_open(struct twin_sip **out, struct site *site, struct loop *loop,
	      struct err *e)
{
	struct twin_sip *s = mem_new(1, sizeof(*s));

	*out = NULL;
	s->site = site;
	for (size_t i = 0; i < TWIN_TRUNKS; i++) {
		s->ports[i].sip = s;
		s->ports[i].fd = -1;
		str_copy(s->ports[i].trunk, TWIN_WORD,
			 site->state.trunks[i].id);
	}
	for (size_t i = 0; i < TWIN_TRUNKS; i++)
		if (open_trunk(&s->ports[i], loop, e) != ERR_NONE) {
			twin_sip_close(s);
			return e->code;
		}
	*out = s;
	return ERR_NONE;
}

void
twin_sip_close(struct twin_sip *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < TWIN_TRUNKS; i++) {
		loop_watch_end(s->ports[i].watch);
		if (s->ports[i].fd >= 0)
			close(s->ports[i].fd);
	}
	mem_free(s);
}

const char *
twin_sip_trunk(const struct twin_sip *s, size_t index, int *port)
{
	assert(index < TWIN_TRUNKS);
	*port = s->ports[index].port;
	return s->ports[index].trunk;
}
