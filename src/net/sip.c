/* sip - a SIP OPTIONS transaction (RFC 3261 17.1.2) on a loop. */
#include "net/sip.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/text.h"
#include "net/loop_item.h"
#include "net/sipscan.h"

#define T1_US 500000LL
#define T2_US 4000000LL
#define REQUEST_MOST 4096

struct sip_call {
	struct loop_item item; /* must be first */
	struct loop *loop;
	sip_done *done;
	void *ctx;
	char where[120];
	int timeout_ms;
	struct sip_way *way;
	struct loop_timer *timer; /* the next sending, or the deadline */
	int64_t until_us;
	int64_t interval_us; /* Timer E */
	int64_t sent_us;     /* the first sending */
	int sendings;
	int provisional; /* last 1xx, 0 none */
	bool is_reporting;
	struct buf request;
	char branch[24];
	char from_tag[12];
	char cseq[24]; /* "4711 OPTIONS" */
	long number;
	struct sip_result result;
};

static void on_timer(void *ctx);

static void
free_call(struct sip_call *c)
{
	loop_item_remove(&c->item);
	loop_timer_cancel(c->timer);
	sip_way_close(c->way);
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
	c->result.strays = sip_way_strays(c->way);
	c->is_reporting = true;
	c->done(c->ctx, &c->result);
	free_call(c);
}

static void
set_timer(struct sip_call *c, int64_t at_us)
{
	loop_timer_cancel(c->timer);
	c->timer = loop_at(c->loop, at_us < c->until_us ? at_us : c->until_us,
			   on_timer, c);
}

/* Streams deliver by themselves: one sending. */
static void
send_request(struct sip_call *c)
{
	sip_way_send(c->way, c->request.data, c->request.len);
	c->sendings++;
	if (sip_way_transport(c->way) == SIP_UDP)
		set_timer(c, clock_real_us() + c->interval_us);
}

static void
tell_silence(struct sip_call *c)
{
	char why[200];
	char wait[32];

	str_duration(wait, sizeof(wait), c->timeout_ms);
	if (c->provisional != 0)
		str_printf(why, sizeof(why),
			   "%.100s: only %d and no final answer within %s",
			   c->where, c->provisional, wait);
	else if (c->sendings > 0)
		str_printf(why, sizeof(why),
			   "%.100s: no answer within %s (asked %d times)",
			   c->where, wait, c->sendings);
	else
		str_printf(why, sizeof(why), "%.100s: %s within %s", c->where,
			   sip_way_stage(c->way), wait);
	finish(c, ERR_TIMEOUT, why);
}

static void
on_timer(void *ctx)
{
	struct sip_call *c = ctx;

	c->timer = NULL;
	if (clock_real_us() >= c->until_us) {
		tell_silence(c);
		return;
	}
	c->interval_us *= 2;
	if (c->interval_us > T2_US || c->provisional != 0)
		c->interval_us = T2_US;
	send_request(c);
}

static bool
is_ours(const struct sip_call *c, const struct sipmsg *m)
{
	return !m->is_request && str_same(m->branch, c->branch) &&
	       str_same(m->call_id, sip_way_call_id(c->way)) &&
	       str_same(m->from_tag, c->from_tag) && m->cseq == c->number &&
	       str_same(m->method, "OPTIONS");
}

static void
read_reason(char *to, size_t size, const char *bytes, size_t len)
{
	const char *feed = memchr(bytes, '\n', len);
	size_t line = feed == NULL ? len : (size_t)(feed - bytes);

	while (line > 12 && bytes[line - 1] == '\r')
		line--;
	redact_clean(to, size, bytes + 12, line > 12 ? line - 12 : 0);
}

/* The common answer needs no parser: all that counts is repeated plainly. */
static void
on_message(void *ctx, const char *bytes, size_t len)
{
	struct sip_call *c = ctx;
	struct sip_result *r = &c->result;
	const struct sipscan_ids ids = { c->branch, sip_way_call_id(c->way),
					 c->from_tag, c->cseq };
	struct sipmsg m;
	struct err e;

	r->status = sipscan_success(bytes, len, &ids);
	if (r->status != 0) {
		read_reason(r->reason, sizeof(r->reason), bytes, len);
	} else {
		if (sipmsg_parse(&m, bytes, len, &e) != ERR_NONE ||
		    !is_ours(c, &m)) {
			sip_way_stray(c->way);
			return;
		}
		if (m.status < 200) {
			c->provisional = m.status;
			return;
		}
		r->status = m.status;
		str_copy(r->reason, sizeof(r->reason), m.reason);
		r->retry_after_s = m.retry_after_s;
	}
	r->rtt_us = clock_real_us() - c->sent_us;
	finish(c, ERR_NONE, "");
}

/* Branch and tag are as unguessable as the Call-ID beside them. */
static bool
write_request(struct sip_call *c)
{
	const char *transport = sip_transport_token(sip_way_transport(c->way));
	uint64_t random = rng_system();
	char uri[300];
	struct sip_request r = { .method = "OPTIONS",
				 .uri = uri,
				 .to = uri,
				 .transport = transport,
				 .local = sip_way_local(c->way),
				 .branch = c->branch,
				 .call_id = sip_way_call_id(c->way),
				 .from_tag = c->from_tag,
				 .extra = "Accept: application/sdp\r\n" };

	str_printf(c->branch, sizeof(c->branch), "z9hG4bK%016llx",
		   (unsigned long long)random);
	str_printf(c->from_tag, sizeof(c->from_tag), "%08llx",
		   (unsigned long long)(random >> 16 & 0xffffffff));
	c->number = (long)(random % 1000000) + 1;
	r.cseq = c->number;
	str_printf(c->cseq, sizeof(c->cseq), "%ld OPTIONS", c->number);
	buf_reset(&c->request);
	return sipmsg_uri(uri, sizeof(uri), "", sip_way_host(c->way),
			  sip_way_port(c->way), transport) &&
	       sipmsg_request(&c->request, &r);
}

static void
on_open(void *ctx)
{
	struct sip_call *c = ctx;

	if (!write_request(c)) {
		finish(c, ERR_LIMIT, "the SIP request is too long");
		return;
	}
	c->interval_us = T1_US;
	c->sendings = 0;
	c->sent_us = clock_real_us();
	send_request(c);
}

static void
on_lost(void *ctx, const struct err *e)
{
	finish(ctx, e->code, e->text);
}

static const struct sip_way_user way_user = {
	.open = on_open,
	.message = on_message,
	.lost = on_lost,
};

enum err_code
sip_options_start(struct sip_call **out, struct loop *l,
		  const struct sip_target *t, sip_done *done, void *ctx,
		  struct err *e)
{
	struct sip_call *c = mem_new(1, sizeof(*c));

	*out = NULL;
	/* First, so that the loop ends it before the lookup it starts. */
	loop_item_add(l, &c->item, end_call);
	if (sip_way_open(&c->way, l, t, &way_user, c, e) != ERR_NONE) {
		loop_item_remove(&c->item);
		mem_free(c);
		return e->code;
	}
	c->loop = l;
	c->done = done;
	c->ctx = ctx;
	c->timeout_ms = t->timeout_ms;
	c->until_us = clock_real_us() + t->timeout_ms * 1000LL;
	c->result.rtt_us = -1;
	c->result.retry_after_s = -1;
	text_clean(c->where, sizeof(c->where), t->where, strlen(t->where));
	buf_init(&c->request, REQUEST_MOST);
	set_timer(c, c->until_us);
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
