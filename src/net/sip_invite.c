/* sip_invite - a whole SIP call on a loop, taken down as soon as it stands. */
#include "net/sip_invite.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/text.h"
#include "net/loop_item.h"
#include "net/sdp.h"
#include "net/sipmsg.h"

#define T1_US 500000LL
#define T2_US 4000000LL
#define LINGER_US (64 * T1_US)
#define GRACE_MOST_US 1000000LL /* kept back for CANCEL and BYE */
#define MESSAGE_MOST 16384
#define URI_MOST 400
#define MEDIA_PORT 40000 /* offered; nothing listens there */

enum phase {
	PHASE_CALLING,	  /* nothing heard */
	PHASE_RINGING,	  /* 1xx heard */
	PHASE_CANCELLING, /* CANCEL sent, no final response yet */
	PHASE_ENDING,	  /* answered: ACK and BYE sent */
	PHASE_OVER,	  /* final response, nothing open */
};

/* A request that is sent until it is answered. */
struct pending {
	struct buf text;
	int64_t next_us; /* of the next sending; INT64_MAX none */
	int64_t interval_us;
	int64_t most_us; /* of the interval */
};

struct sip_invite {
	struct loop_item item; /* must be first */
	struct loop *loop;
	sip_invite_done *done; /* NULL: has reported */
	void *ctx;
	char where[120];
	char user[64];
	int payloads[SIP_OFFER];
	size_t count;
	int timeout_ms;
	struct sip_way *way;
	struct loop_timer *timer;
	enum phase phase;
	int64_t cancel_us; /* from then on a ringing call is cancelled */
	int64_t until_us;  /* of the report */
	int64_t gone_us;   /* of the call itself */
	int64_t sent_us;
	int sendings;
	struct pending invite;
	struct pending side; /* CANCEL, then BYE */
	struct buf ack;	     /* to the 2xx, sent again with each of them */
	char branch[24], side_branch[24];
	char from_tag[12], to_tag[64];
	long cseq;
	char uri[URI_MOST];
	struct sip_invite_result result;
};

static void on_timer(void *ctx);

static void
free_invite(struct sip_invite *c)
{
	loop_item_remove(&c->item);
	loop_timer_cancel(c->timer);
	sip_way_close(c->way);
	buf_clear(&c->invite.text);
	buf_clear(&c->side.text);
	buf_clear(&c->ack);
	mem_free(c);
}

static bool
is_udp(const struct sip_invite *c)
{
	return sip_way_transport(c->way) == SIP_UDP;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
set_timer(struct sip_invite *c)
{
	int64_t at_us = least(c->invite.next_us, c->side.next_us);

	if (c->done != NULL)
		at_us = least(at_us, c->until_us);
	if (c->phase == PHASE_RINGING)
		at_us = least(at_us, c->cancel_us);
	loop_timer_cancel(c->timer);
	c->timer = loop_at(c->loop, least(at_us, c->gone_us), on_timer, c);
}

/* Over a stream once is enough (RFC 3261 17.1.1.2, 17.1.2.2). */
static void
send_pending(struct sip_invite *c, struct pending *p)
{
	sip_way_send(c->way, p->text.data, p->text.len);
	p->next_us = is_udp(c) ? clock_real_us() + p->interval_us : INT64_MAX;
	p->interval_us = least(2 * p->interval_us, p->most_us);
}

static void
start_pending(struct sip_invite *c, struct pending *p, int64_t most_us)
{
	p->interval_us = T1_US;
	p->most_us = most_us;
	send_pending(c, p);
}

static void
stop_pending(struct pending *p)
{
	p->next_us = INT64_MAX;
}

static void
make_branch(char branch[24])
{
	str_printf(branch, 24, "z9hG4bK%016llx",
		   (unsigned long long)rng_system());
}

/* What all requests of the call have in common. */
static struct sip_request
request_of(const struct sip_invite *c, const char *method, const char *branch)
{
	return (struct sip_request){
		.method = method,
		.uri = c->uri,
		.to = c->uri,
		.transport = sip_transport_token(sip_way_transport(c->way)),
		.local = sip_way_local(c->way),
		.branch = branch,
		.call_id = sip_way_call_id(c->way),
		.from_tag = c->from_tag,
		.cseq = c->cseq,
	};
}

static bool
write_invite(struct sip_invite *c)
{
	struct sdp_offer o = { .port = MEDIA_PORT,
			       .local = sip_way_local(c->way),
			       .payloads = c->payloads,
			       .count = c->count };
	struct sip_request r;
	struct buf offer;
	bool fits;

	make_branch(c->branch);
	str_printf(c->from_tag, sizeof(c->from_tag), "%08llx",
		   (unsigned long long)(rng_system() & 0xffffffff));
	c->cseq = (long)(rng_system() % 1000000) + 1;
	o.session = c->cseq;
	r = request_of(c, "INVITE", c->branch);
	buf_init(&offer, MESSAGE_MOST);
	buf_reset(&c->invite.text);
	fits = sipmsg_uri(c->uri, sizeof(c->uri), c->user, sip_way_host(c->way),
			  sip_way_port(c->way), r.transport) &&
	       sdp_write(&offer, &o);
	r.extra = "Accept: application/sdp\r\n"
		  "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n"
		  "Subject: warroom test call\r\n";
	r.sdp = buf_str(&offer);
	fits = fits && sipmsg_request(&c->invite.text, &r);
	buf_clear(&offer);
	return fits;
}

/* The final response of a call that is over: UDP may bring it once more. */
static void
linger(struct sip_invite *c)
{
	c->gone_us = clock_real_us() + LINGER_US;
	if (!is_udp(c) && c->phase == PHASE_OVER)
		c->gone_us = 0;
	set_timer(c);
}

/* Once; the call lives on until nothing can come any more. */
static void
report(struct sip_invite *c, enum err_code code, const char *why)
{
	sip_invite_done *done = c->done;

	if (done == NULL) {
		linger(c);
		return;
	}
	c->done = NULL;
	c->result.code = code;
	str_copy(c->result.why, sizeof(c->result.why), why);
	c->result.strays = sip_way_strays(c->way);
	stop_pending(&c->invite);
	linger(c);
	done(c->ctx, &c->result);
}

/* RFC 3261 9.1: not before a provisional response; same branch, no tag. */
static void
cancel_ringing(struct sip_invite *c)
{
	struct sip_request r = request_of(c, "CANCEL", c->branch);

	c->phase = PHASE_CANCELLING;
	c->result.is_cancelled = true;
	stop_pending(&c->invite);
	buf_reset(&c->side.text);
	if (sipmsg_request(&c->side.text, &r))
		start_pending(c, &c->side, T2_US);
}

static void
send_once(struct sip_invite *c, const struct sip_request *r)
{
	struct buf b;

	buf_init(&b, MESSAGE_MOST);
	if (sipmsg_request(&b, r))
		sip_way_send(c->way, b.data, b.len);
	buf_clear(&b);
}

/* RFC 3261 17.1.1.3: within the transaction of the INVITE. */
static void
ack_refusal(struct sip_invite *c, const struct sipmsg *m)
{
	struct sip_request r = request_of(c, "ACK", c->branch);

	r.to_tag = m->to_tag;
	send_once(c, &r);
}

/* ACK (RFC 3261 13.2.2.4) or BYE (15.1.1) of the dialog that `m` made. */
static struct sip_request
in_dialog(const struct sip_invite *c, const struct sipmsg *m,
	  const char *method, const char *branch)
{
	struct sip_request r = request_of(c, method, branch);

	if (m->contact[0] != '\0')
		r.uri = m->contact;
	r.to_tag = m->to_tag;
	r.routes = m->routes;
	if (str_same(method, "BYE"))
		r.cseq++;
	return r;
}

/* Two phones may both have answered: one is as much up as the other. */
static void
hang_up_other(struct sip_invite *c, const struct sipmsg *m)
{
	char branch[24];
	struct sip_request r;

	make_branch(branch);
	r = in_dialog(c, m, "ACK", branch);
	send_once(c, &r);
	make_branch(branch);
	r = in_dialog(c, m, "BYE", branch);
	send_once(c, &r);
}

static void
take_final(struct sip_invite *c, const struct sipmsg *m)
{
	struct sip_invite_result *r = &c->result;

	stop_pending(&c->invite);
	r->status = m->status;
	str_copy(r->reason, sizeof(r->reason), m->reason);
	str_copy(r->warning, sizeof(r->warning), m->warning);
	r->retry_after_s = m->retry_after_s;
	r->setup_us = clock_real_us() - c->sent_us;
}

/* Acknowledged with each copy of it, hung up with the first. */
static void
take_success(struct sip_invite *c, const struct sipmsg *m)
{
	struct sip_request r;
	char branch[24];

	if (c->phase == PHASE_ENDING || c->phase == PHASE_OVER) {
		if (str_same(m->to_tag, c->to_tag) && c->ack.len > 0)
			sip_way_send(c->way, c->ack.data, c->ack.len);
		else
			hang_up_other(c, m);
		return;
	}
	take_final(c, m);
	str_copy(c->result.sdp, sizeof(c->result.sdp), m->body);
	str_copy(c->to_tag, sizeof(c->to_tag), m->to_tag);
	c->phase = PHASE_ENDING;
	make_branch(branch);
	r = in_dialog(c, m, "ACK", branch);
	if (sipmsg_request(&c->ack, &r))
		sip_way_send(c->way, c->ack.data, c->ack.len);
	make_branch(c->side_branch);
	r = in_dialog(c, m, "BYE", c->side_branch);
	buf_reset(&c->side.text);
	if (sipmsg_request(&c->side.text, &r))
		start_pending(c, &c->side, T2_US);
	if (c->done == NULL)
		linger(c);
}

static void
take_refusal(struct sip_invite *c, const struct sipmsg *m)
{
	ack_refusal(c, m);
	if (c->phase == PHASE_ENDING || c->phase == PHASE_OVER)
		return;
	take_final(c, m);
	stop_pending(&c->side);
	c->phase = PHASE_OVER;
	report(c, ERR_NONE, "");
}

/* False: it is not ours. */
static bool
take_invite_response(struct sip_invite *c, const struct sipmsg *m)
{
	if (!str_same(m->branch, c->branch) || m->cseq != c->cseq)
		return false;
	if (m->status >= 300) {
		take_refusal(c, m);
	} else if (m->status >= 200) {
		take_success(c, m);
	} else if (c->phase == PHASE_CALLING || c->phase == PHASE_RINGING) {
		c->result.provisional = m->status;
		c->phase = PHASE_RINGING;
		stop_pending(&c->invite);
		if (c->done == NULL)
			cancel_ringing(c);
	}
	return true;
}

static bool
take_bye_response(struct sip_invite *c, const struct sipmsg *m)
{
	if (!str_same(m->branch, c->side_branch) || m->cseq != c->cseq + 1)
		return false;
	if (m->status < 200 || c->phase != PHASE_ENDING)
		return true;
	stop_pending(&c->side);
	c->result.bye_status = m->status;
	c->phase = PHASE_OVER;
	report(c, ERR_NONE, "");
	return true;
}

static bool
take_cancel_response(struct sip_invite *c, const struct sipmsg *m)
{
	if (!str_same(m->branch, c->branch) || m->cseq != c->cseq)
		return false;
	if (m->status >= 200 && c->phase == PHASE_CANCELLING)
		stop_pending(&c->side);
	return true;
}

/* The peer asks something within the call: only its BYE means something. */
static bool
take_request(struct sip_invite *c, const struct sipmsg *m, const char *bytes,
	     size_t len)
{
	bool is_bye = str_same(m->method, "BYE");
	struct buf b;
	struct err e;

	if (!str_same(m->to_tag, c->from_tag))
		return false;
	if (str_same(m->method, "ACK"))
		return true;
	buf_init(&b, MESSAGE_MOST);
	if (sipmsg_response(&b, bytes, len, is_bye ? 200 : 488,
			    is_bye ? "OK" : "Not Acceptable Here", NULL, "",
			    &e) == ERR_NONE)
		sip_way_send(c->way, b.data, b.len);
	buf_clear(&b);
	if (is_bye && c->phase == PHASE_ENDING) {
		stop_pending(&c->side);
		c->phase = PHASE_OVER;
		report(c, ERR_NONE, "");
	}
	return true;
}

static void
on_message(void *ctx, const char *bytes, size_t len)
{
	struct sip_invite *c = ctx;
	struct sipmsg m;
	struct err e;
	bool is_ours = false;

	if (sipmsg_parse(&m, bytes, len, &e) != ERR_NONE ||
	    !str_same(m.call_id, sip_way_call_id(c->way))) {
		sip_way_stray(c->way);
		return;
	}
	if (m.is_request)
		is_ours = take_request(c, &m, bytes, len);
	else if (!str_same(m.from_tag, c->from_tag))
		is_ours = false;
	else if (str_same(m.method, "INVITE"))
		is_ours = take_invite_response(c, &m);
	else if (str_same(m.method, "BYE"))
		is_ours = take_bye_response(c, &m);
	else if (str_same(m.method, "CANCEL"))
		is_ours = take_cancel_response(c, &m);
	if (!is_ours)
		sip_way_stray(c->way);
	set_timer(c);
}

static void
tell_silence(struct sip_invite *c)
{
	char why[200], wait[32];

	str_duration(wait, sizeof(wait), c->timeout_ms);
	if (c->phase == PHASE_ENDING) {
		report(c, ERR_NONE, "");
		return;
	}
	if (c->result.provisional != 0)
		str_printf(why, sizeof(why),
			   "%.100s: only %d and no final answer within %s%s",
			   c->where, c->result.provisional, wait,
			   c->phase == PHASE_CANCELLING ? ", also to CANCEL"
							: "");
	else if (c->sendings > 0)
		str_printf(why, sizeof(why),
			   "%.100s: no answer to INVITE within %s", c->where,
			   wait);
	else
		str_printf(why, sizeof(why), "%.100s: %s within %s", c->where,
			   sip_way_stage(c->way), wait);
	if (c->phase == PHASE_RINGING)
		cancel_ringing(c);
	report(c, ERR_TIMEOUT, why);
}

static void
on_timer(void *ctx)
{
	struct sip_invite *c = ctx;
	int64_t now_us = clock_real_us();

	c->timer = NULL;
	if (now_us >= c->gone_us) {
		free_invite(c);
		return;
	}
	if (c->done != NULL && now_us >= c->until_us) {
		tell_silence(c);
		return;
	}
	if (c->phase == PHASE_RINGING && now_us >= c->cancel_us)
		cancel_ringing(c);
	if (now_us >= c->invite.next_us) {
		c->sendings++;
		send_pending(c, &c->invite);
	}
	if (now_us >= c->side.next_us)
		send_pending(c, &c->side);
	set_timer(c);
}

static void
on_open(void *ctx)
{
	struct sip_invite *c = ctx;

	if (!write_invite(c)) {
		c->phase = PHASE_OVER;
		c->gone_us = 0;
		report(c, ERR_LIMIT, "the SIP request is too long");
		return;
	}
	c->phase = PHASE_CALLING;
	c->sent_us = clock_real_us();
	c->sendings = 1;
	start_pending(c, &c->invite, INT64_MAX / 2);
	set_timer(c);
}

static void
on_lost(void *ctx, const struct err *e)
{
	struct sip_invite *c = ctx;

	if (c->done != NULL) {
		sip_invite_done *done = c->done;

		c->done = NULL;
		c->result.code = c->phase == PHASE_ENDING ? ERR_NONE : e->code;
		str_copy(c->result.why, sizeof(c->result.why), e->text);
		c->result.strays = sip_way_strays(c->way);
		done(c->ctx, &c->result);
	}
	free_invite(c);
}

/* The loop ends: a last word to whom it may concern. */
static void
end_invite(struct loop_item *item)
{
	struct sip_invite *c = (struct sip_invite *)item;

	if (c->phase == PHASE_RINGING)
		cancel_ringing(c);
	free_invite(c);
}

static const struct sip_way_user way_user = { .open = on_open,
					      .message = on_message,
					      .lost = on_lost };

enum err_code
sip_invite_start(struct sip_invite **out, struct loop *l,
		 const struct sip_invite_order *o, sip_invite_done *done,
		 void *ctx, struct err *e)
{
	struct sip_invite *c = mem_new(1, sizeof(*c));
	int64_t time_us = o->target.timeout_ms * 1000LL;

	*out = NULL;
	/* First, so that the loop ends it before the lookup it starts. */
	loop_item_add(l, &c->item, end_invite);
	if (sip_way_open(&c->way, l, &o->target, &way_user, c, e) != ERR_NONE) {
		loop_item_remove(&c->item);
		mem_free(c);
		return e->code;
	}
	c->loop = l;
	c->done = done;
	c->ctx = ctx;
	c->timeout_ms = o->target.timeout_ms;
	c->until_us = clock_real_us() + time_us;
	c->cancel_us = c->until_us - least(time_us / 3, GRACE_MOST_US);
	c->gone_us = c->until_us + LINGER_US;
	c->result.setup_us = -1;
	c->result.retry_after_s = -1;
	c->count = o->count < SIP_OFFER ? o->count : SIP_OFFER;
	memcpy(c->payloads, o->payloads, c->count * sizeof(c->payloads[0]));
	str_copy(c->user, sizeof(c->user), o->user);
	text_clean(c->where, sizeof(c->where), o->target.where,
		   strlen(o->target.where));
	buf_init(&c->invite.text, MESSAGE_MOST);
	buf_init(&c->side.text, MESSAGE_MOST);
	buf_init(&c->ack, MESSAGE_MOST);
	stop_pending(&c->invite);
	stop_pending(&c->side);
	set_timer(c);
	*out = c;
	return ERR_NONE;
}

void
sip_invite_hang_up(struct sip_invite *c, int real_ms)
{
	if (c == NULL || c->done == NULL)
		return;
	c->until_us = least(c->until_us, clock_real_us() + real_ms * 1000LL);
	c->cancel_us = 0;
	set_timer(c);
}

void
sip_invite_cancel(struct sip_invite *c)
{
	if (c == NULL || c->done == NULL)
		return;
	c->done = NULL;
	if (c->phase == PHASE_RINGING)
		cancel_ringing(c);
	stop_pending(&c->invite);
	linger(c);
}
