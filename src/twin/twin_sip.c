/*
 * twin_sip - the SIP trunks: a port each for UDP and TCP, one for TLS, that
 * answer OPTIONS and take calls.
 *
 * A call is answered at once and stays up until BYE; one that only rings ends
 * by CANCEL.  What is up is counted, so that a call left up is seen.
 */
#include "twin/twin_sip.h"

#include <assert.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/sdp.h"
#include "net/sipmsg.h"
#include "twin/port.h"
#include "twin/twin_sip_stream.h"

#define BURST 64
#define ANSWER_CAP 16384
#define ALLOWED "Allow: OPTIONS, INVITE, ACK, BYE, CANCEL\r\n"
#define CALLS 64     /* at a time, of a trunk; more are refused with 486 */
#define PORT_TRIES 8 /* until UDP and TCP have the same number */
#define MEDIA_PORT 40002

/* A call that is up or rings. */
struct trunk_call {
	char id[128]; /* Call-ID; "" free */
	char branch[96];
	bool is_ringing;
	char *invite; /* as it came, to end it with 487 */
	size_t len;
};

struct trunk_port {
	struct twin_sip *sip;
	char trunk[TWIN_WORD];
	int port;
	int tls_port;
	int fd;
	struct loop_watch *watch;
	struct sip_streams *tcp, *tls;
	struct trunk_call calls[CALLS];
};

struct twin_sip {
	struct site *site;
	struct trunk_port ports[TWIN_TRUNKS];
};

struct datagram {
	char bytes[SIP_DATAGRAM];
	struct sockaddr_storage from;
	socklen_t from_len;
};

static const char *
reason(int status)
{
	switch (status) {
	case 180:
		return "Ringing";
	case 200:
		return "OK";
	case 405:
		return "Method Not Allowed";
	case 481:
		return "Call/Transaction Does Not Exist";
	case 486:
		return "Busy Here";
	case 487:
		return "Request Terminated";
	case 488:
		return "Not Acceptable Here";
	default:
		return "Service Unavailable";
	}
}

/* A request and where its answers go. */
struct asked {
	struct trunk_port *port;
	struct sipmsg m;
	const char *bytes;
	size_t len;
	const struct sip_ear *ear;
};

static void
say_to(const struct asked *q, const char *bytes, size_t len, int status,
       const char *extra)
{
	struct buf out;
	struct err e;

	buf_init(&out, ANSWER_CAP);
	if (sipmsg_response(&out, bytes, len, status, reason(status),
			    q->port->trunk, extra, &e) == ERR_NONE)
		q->ear->say(q->ear->ctx, out.data, out.len);
	buf_clear(&out);
}

static void
say(const struct asked *q, int status, const char *extra)
{
	say_to(q, q->bytes, q->len, status, extra);
}

static void
refuse(const struct asked *q, const struct twin_ping *ping)
{
	char extra[64] = "";

	if (ping->retry_after_s > 0)
		str_printf(extra, sizeof(extra), "Retry-After: %d\r\n",
			   ping->retry_after_s);
	say(q, ping->status, extra);
}

static void
serve_options(const struct asked *q)
{
	struct twin_ping ping;

	site_sip(q->port->sip->site, q->port->trunk, q->m.branch, &ping);
	if (ping.is_silent)
		return;
	if (ping.status == 200)
		say(q, 200,
		    ALLOWED "Accept: application/sdp\r\nSupported: timer\r\n");
	else
		refuse(q, &ping);
}

static struct trunk_call *
find_call(struct trunk_port *p, const char *id)
{
	for (size_t i = 0; i < CALLS; i++)
		if (str_same(p->calls[i].id, id))
			return &p->calls[i];
	return NULL;
}

static void
end_call(struct trunk_port *p, struct trunk_call *c)
{
	mem_free(c->invite);
	*c = (struct trunk_call){ 0 };
	site_sip_call(p->sip->site, p->trunk, TWIN_CALL_ENDED);
}

/* The first offered codec the trunk takes; -1: none. */
static int
choose(const char *offer, bool is_g722_only)
{
	struct sdp sdp;
	struct err e;

	if (sdp_read(&sdp, offer, false, &e) != ERR_NONE)
		return -1;
	for (size_t i = 0; i < sdp.format_count; i++) {
		int payload = sdp.formats[i].payload;

		if (payload == 9 ||
		    (!is_g722_only && (payload == 0 || payload == 8)))
			return payload;
	}
	return -1;
}

static void
answer_call(const struct asked *q, int payload)
{
	struct sdp_offer o = { .local = "127.0.0.1",
			       .port = MEDIA_PORT,
			       .payloads = &payload,
			       .count = 1,
			       .session = 1 };
	struct buf extra;

	buf_init(&extra, ANSWER_CAP);
	buf_printf(&extra,
		   ALLOWED "Contact: <sip:%s@127.0.0.1:%d>\r\n"
			   "Content-Type: application/sdp\r\n\r\n",
		   q->port->trunk, q->port->port);
	if (sdp_write(&extra, &o))
		say(q, 200, buf_str(&extra));
	buf_clear(&extra);
}

static void
take_call(const struct asked *q, const struct twin_ping *ping, int payload)
{
	struct trunk_call *c = find_call(q->port, "");

	if (c == NULL) {
		say(q, 486, "");
		return;
	}
	str_copy(c->id, sizeof(c->id), q->m.call_id);
	str_copy(c->branch, sizeof(c->branch), q->m.branch);
	c->is_ringing = ping->rings;
	c->invite = mem_copy(q->bytes, q->len);
	c->len = q->len;
	site_sip_call(q->port->sip->site, q->port->trunk, TWIN_CALL_MADE);
	say(q, 180, "");
	if (!c->is_ringing)
		answer_call(q, payload);
}

/* One that is known is a retransmission: it gets what it got. */
static void
serve_invite(const struct asked *q)
{
	struct trunk_call *known = find_call(q->port, q->m.call_id);
	struct twin_ping ping;
	int payload;

	site_sip_asked(q->port->sip->site, q->port->trunk, &ping);
	payload = choose(q->m.body, ping.g722_only);
	if (known != NULL) {
		say(q, 180, "");
		if (!known->is_ringing && payload >= 0)
			answer_call(q, payload);
		return;
	}
	if (ping.is_silent)
		return;
	if (ping.status != 200) {
		refuse(q, &ping);
	} else if (payload < 0) {
		site_sip_call(q->port->sip->site, q->port->trunk,
			      TWIN_CALL_REFUSED);
		say(q, 488,
		    "Warning: 305 twin \"Incompatible media format\"\r\n");
	} else {
		take_call(q, &ping, payload);
	}
}

static void
serve_bye(const struct asked *q)
{
	struct trunk_call *c = find_call(q->port, q->m.call_id);

	if (c == NULL || c->is_ringing) {
		say(q, 481, "");
		return;
	}
	say(q, 200, "");
	end_call(q->port, c);
}

static void
serve_cancel(const struct asked *q)
{
	struct trunk_call *c = find_call(q->port, q->m.call_id);

	if (c == NULL || !str_same(c->branch, q->m.branch)) {
		say(q, 481, "");
		return;
	}
	say(q, 200, "");
	if (!c->is_ringing)
		return;
	say_to(q, c->invite, c->len, 487, "");
	end_call(q->port, c);
}

static void
serve(void *ctx, const char *bytes, size_t len, const struct sip_ear *ear)
{
	struct asked q = {
		.port = ctx, .bytes = bytes, .len = len, .ear = ear
	};
	struct err e;

	if (sipmsg_parse(&q.m, bytes, len, &e) != ERR_NONE) {
		log_line("twin", "%s: %s", q.port->trunk, e.text);
		return;
	}
	if (!q.m.is_request || str_same(q.m.method, "ACK"))
		return;
	if (str_same(q.m.method, "OPTIONS"))
		serve_options(&q);
	else if (q.m.call_id[0] == '\0')
		say(&q, 481, "");
	else if (str_same(q.m.method, "INVITE"))
		serve_invite(&q);
	else if (str_same(q.m.method, "BYE"))
		serve_bye(&q);
	else if (str_same(q.m.method, "CANCEL"))
		serve_cancel(&q);
	else
		say(&q, 405, ALLOWED);
}

struct sender {
	int fd;
	const struct datagram *d;
};

static void
say_datagram(void *ctx, const char *bytes, size_t len)
{
	const struct sender *s = ctx;

	(void)sendto(s->fd, bytes, len, 0, (const struct sockaddr *)&s->d->from,
		     s->d->from_len);
}

static void
port_ready(void *ctx, short revents)
{
	struct trunk_port *p = ctx;
	struct datagram *d = mem_new(1, sizeof(*d));
	struct sender sender = { .fd = p->fd, .d = d };
	const struct sip_ear ear = { .say = say_datagram, .ctx = &sender };
	ssize_t n;

	(void)revents;
	for (int i = 0; i < BURST; i++) {
		d->from_len = sizeof(d->from);
		n = recvfrom(p->fd, d->bytes, sizeof(d->bytes), 0,
			     (struct sockaddr *)&d->from, &d->from_len);
		if (n < 0)
			break;
		serve(p, d->bytes, (size_t)n, &ear);
	}
	mem_free(d);
}

/* As real trunks do: one number for UDP and TCP. */
static enum err_code
open_pair(struct trunk_port *p, struct loop *loop, struct err *e)
{
	for (int i = 0; i < PORT_TRIES; i++) {
		p->port = 0;
		if (port_open(&p->fd, &p->port, SOCK_DGRAM, e) != ERR_NONE)
			return e->code;
		if (sip_streams_open(&p->tcp, loop, &p->port, NULL, serve, p,
				     e) == ERR_NONE)
			return ERR_NONE;
		close(p->fd);
		p->fd = -1;
	}
	return e->code;
}

static enum err_code
open_trunk(struct trunk_port *p, struct loop *loop,
	   const struct twin_certs *certs, struct err *e)
{
	if (open_pair(p, loop, e) != ERR_NONE ||
	    sip_streams_open(&p->tls, loop, &p->tls_port, certs, serve, p, e) !=
		    ERR_NONE)
		return e->code;
	p->watch = loop_watch(loop, p->fd, POLLIN, port_ready, p);
	if (p->watch == NULL)
		return err_set(e, ERR_SYSTEM, "cannot watch trunk %s",
			       p->trunk);
	return ERR_NONE;
}

enum err_code
twin_sip_open(struct twin_sip **out, struct site *site, struct loop *loop,
	      const struct twin_certs *certs, struct err *e)
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
		if (open_trunk(&s->ports[i], loop, certs, e) != ERR_NONE) {
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
		sip_streams_close(s->ports[i].tcp);
		sip_streams_close(s->ports[i].tls);
		for (size_t k = 0; k < CALLS; k++)
			mem_free(s->ports[i].calls[k].invite);
		if (s->ports[i].fd >= 0)
			close(s->ports[i].fd);
	}
	mem_free(s);
}

const char *
twin_sip_trunk(const struct twin_sip *s, size_t index, int *port, int *tls_port)
{
	assert(index < TWIN_TRUNKS);
	*port = s->ports[index].port;
	*tls_port = s->ports[index].tls_port;
	return s->ports[index].trunk;
}
