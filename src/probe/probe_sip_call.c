/*
 * probe_sip_call - places test calls and says which codecs a trunk takes.
 *
 * Each trunk is called with one offer after another, all trunks side by side.
 * A call is taken down as soon as it is answered.  Refusals of the media (415,
 * 488, 606) are a verdict on the offer; any other failure ends the round of
 * that trunk and leaves the offers behind it open.
 *
 * The fallback holds when an offer without G722 is answered with PCMU or
 * PCMA.  A trunk that refuses what the first one takes is the case in which
 * calls die at the moment of failover.
 */
#include "probe/probe.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/sdp.h"
#include "net/sip_invite.h"
#include "net/trunks.h"
#include "probe/facts.h"
#include "probe/kinds.h"
#include "probe/toll.h"

#define OFFERS_MOST 8
#define OFFERS "[\"9 0 8\",\"9\",\"0 8\",\"0\"]"
#define HOLD_INTERVALS 3
#define G722 9

enum outcome { OUTCOME_OPEN, OUTCOME_TAKEN, OUTCOME_REFUSED, OUTCOME_FAILED };

struct offer {
	int payloads[SIP_OFFER];
	size_t count;
	bool has_g722;
};

/* What one offer met. */
struct reply {
	enum outcome outcome;
	char codec[24];
	bool is_valid; /* the answer's description, when taken */
	char why[SAMPLE_WHY];
};

struct line {
	struct call_state *owner;
	const struct book_endpoint *endpoint;
	struct sip_invite *call;
	struct toll toll; /* each INVITE is one request */
	size_t at;	  /* the offer under way */
	struct reply replies[OFFERS_MOST];
	int status; /* of the first offer; 0 none */
	int64_t setup_us;
	int64_t hold_until_us; /* room */
	enum err_code our_fault;
	char why[SAMPLE_WHY]; /* of what went wrong last */
};

struct call_state {
	struct line *lines;
	size_t count;
	struct offer offers[OFFERS_MOST];
	size_t offer_count;
	const char *user;
	bool is_strict;
	int64_t hold_most_us;
	struct loop *loop;
	size_t open; /* lines not done */
	int64_t started_us, until_us;
	probe_done *done;
	void *ctx;
};

/* "9 0 8" */
static enum err_code
read_offer(struct offer *o, const char *text, struct err *e)
{
	const char *at = text;

	while (*(at += strspn(at, " ")) != '\0') {
		size_t len = strcspn(at, " ");
		char word[8];
		int64_t payload;

		if (o->count == SIP_OFFER ||
		    !str_copy_n(word, sizeof(word), at, len) ||
		    !str_to_int(word, &payload) || payload < 0 ||
		    payload > 127 || sdp_codec((int)payload) == NULL)
			return err_set(e, ERR_ARG,
				       "offer \"%.40s\": write payload types "
				       "with a fixed codec, as in \"9 0 8\"",
				       text);
		o->payloads[o->count++] = (int)payload;
		o->has_g722 = o->has_g722 || payload == G722;
		at += len;
	}
	if (o->count == 0)
		return err_set(e, ERR_ARG, "an offer is empty");
	return ERR_NONE;
}

static enum err_code
read_offers(struct call_state *s, const char *text, struct err *e)
{
	struct json *list = json_parse(text, strlen(text), e);
	enum err_code code = ERR_NONE;

	if (list == NULL)
		return e->code;
	if (json_count(list) == 0 || json_count(list) > OFFERS_MOST)
		code = err_set(e, ERR_ARG, "offers must be 1 to %d",
			       OFFERS_MOST);
	for (const struct json *v = json_first(list);
	     v != NULL && code == ERR_NONE; v = json_next(v))
		code = read_offer(&s->offers[s->offer_count++],
				  json_text(v) == NULL ? "" : json_text(v), e);
	json_free(list);
	return code;
}

static enum err_code
call_init(void *state, const struct probe_env *env,
	  const struct book_probe *probe, struct err *e)
{
	struct call_state *s = state;
	const char *mode = settings_text(&probe->with, "sdp");
	struct trunks trunks;

	if (trunks_read(&trunks, env->book, &probe->with, e) != ERR_NONE ||
	    read_offers(s, settings_text_or(&probe->with, "offers", OFFERS),
			e) != ERR_NONE)
		return e->code;
	s->user = settings_text_or(&probe->with, "to", "");
	if (trunks_check_user(s->user, e) != ERR_NONE)
		return e->code;
	if (mode == NULL)
		mode = env->book->trunk.sdp_handling;
	s->is_strict = !str_same(mode, "flexible");
	s->hold_most_us = HOLD_INTERVALS * probe->every_ms * 1000;
	s->lines = mem_new(trunks.count, sizeof(*s->lines));
	for (; s->count < trunks.count; s->count++) {
		struct line *l = &s->lines[s->count];

		*l = (struct line){ .owner = s,
				    .endpoint = trunks.peers[s->count] };
		toll_init(&l->toll, env, probe);
	}
	return ERR_NONE;
}

static bool
is_media_refusal(int status)
{
	return status == 415 || status == 488 || status == 606;
}

static void
list_codecs(char *to, size_t size, const struct offer *o)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < o->count && used + 1 < size; i++) {
		str_printf(to + used, size - used, "%s%s", i > 0 ? " " : "",
			   sdp_codec(o->payloads[i]));
		used = strlen(to);
	}
}

/* The first offer the first trunk takes and `l` refuses, NULL: none. */
static const struct offer *
asymmetric(const struct call_state *s, const struct line *l)
{
	const struct line *first = &s->lines[0];

	for (size_t i = 0; i < s->offer_count && l != first; i++)
		if (first->replies[i].outcome == OUTCOME_TAKEN &&
		    l->replies[i].outcome == OUTCOME_REFUSED)
			return &s->offers[i];
	return NULL;
}

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

/* Does an offer without G722 end with PCMU or PCMA?  One that does is
 * enough; none that could was tried: unknown. */
static enum answer
falls_back(const struct call_state *s, const struct line *l)
{
	enum answer found = ANSWER_UNKNOWN;

	for (size_t i = 0; i < s->offer_count; i++) {
		const struct reply *v = &l->replies[i];

		if (s->offers[i].has_g722)
			continue;
		if (v->outcome == OUTCOME_TAKEN && v->is_valid &&
		    (str_same(v->codec, "PCMU") || str_same(v->codec, "PCMA")))
			return ANSWER_YES;
		if (v->outcome == OUTCOME_TAKEN ||
		    v->outcome == OUTCOME_REFUSED)
			found = ANSWER_NO;
	}
	return found;
}

static struct probe_fact
tell_fallback(const struct call_state *s)
{
	struct probe_fact f = facts_flag("codec_fallback", true);

	for (size_t i = 0; i < s->count; i++) {
		const struct line *l = &s->lines[i];
		enum answer a = falls_back(s, l);

		if (a == ANSWER_NO) {
			f = facts_flag("codec_fallback", false);
			str_printf(f.why, sizeof(f.why),
				   "%s takes no offer without G722: %.80s",
				   l->endpoint->id, l->why);
			return f;
		}
		if (a == ANSWER_UNKNOWN) {
			f = facts_missing("codec_fallback", "");
			str_printf(f.why, sizeof(f.why),
				   "%s gave no verdict on an offer without "
				   "G722: %.80s",
				   l->endpoint->id, l->why);
		}
	}
	return f;
}

static struct probe_fact
tell_asymmetric(const struct call_state *s)
{
	struct probe_fact f = facts_flag("asymmetric", false);
	char codecs[48];

	for (size_t i = 1; i < s->count; i++) {
		const struct offer *o = asymmetric(s, &s->lines[i]);

		if (o == NULL)
			continue;
		list_codecs(codecs, sizeof(codecs), o);
		f = facts_flag("asymmetric", true);
		str_printf(f.why, sizeof(f.why),
			   "asymmetric codec: %s refuses %s, which %s takes; "
			   "calls die at failover",
			   s->lines[i].endpoint->id, codecs,
			   s->lines[0].endpoint->id);
		return f;
	}
	return f;
}

static struct probe_fact
tell_answered(const struct call_state *s, const struct line **worst)
{
	struct probe_fact f = facts_flag("answered", true);

	*worst = &s->lines[0];
	for (size_t i = s->count; i-- > 0;) {
		const struct line *l = &s->lines[i];

		if (l->replies[0].outcome == OUTCOME_TAKEN)
			continue;
		*worst = l;
		f = facts_flag("answered", false);
		str_printf(f.why, sizeof(f.why), "%s: %.100s", l->endpoint->id,
			   l->replies[0].why[0] != '\0' ? l->replies[0].why
							: l->why);
	}
	return f;
}

static struct probe_fact
tell_sdp(const struct call_state *s)
{
	struct probe_fact f = facts_missing("sdp_valid", "no call answered");

	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < s->offer_count; k++) {
			const struct reply *v = &s->lines[i].replies[k];

			if (v->outcome != OUTCOME_TAKEN)
				continue;
			f = facts_flag("sdp_valid", v->is_valid);
			str_copy(f.why, sizeof(f.why), v->why);
			if (!v->is_valid)
				return f;
		}
	return f;
}

static struct probe_fact
tell_setup(const struct call_state *s)
{
	int64_t slowest_us = -1;

	for (size_t i = 0; i < s->count; i++)
		if (s->lines[i].setup_us > slowest_us)
			slowest_us = s->lines[i].setup_us;
	if (slowest_us < 0)
		return facts_missing("setup_ms", "no answer");
	return facts_number("setup_ms", (double)slowest_us / 1000);
}

static void
tell(struct probe_result *r, const struct line *worst,
     const struct probe_fact *answered, const struct probe_fact *fallback,
     const struct probe_fact *uneven)
{
	const struct reply *v = &worst->replies[0];

	if (uneven->value.flag)
		str_copy(r->detail, sizeof(r->detail), uneven->why);
	else if (!answered->value.flag)
		str_copy(r->detail, sizeof(r->detail), answered->why);
	else
		str_printf(r->detail, sizeof(r->detail),
			   "%d %s %lld ms, fallback %s", worst->status,
			   v->codec, (long long)(worst->setup_us / 1000),
			   fallback->value.kind != VALUE_FLAG ? "unknown"
			   : fallback->value.flag	      ? "works"
							      : "MISSING");
	str_copy(r->raw, sizeof(r->raw), worst->why);
}

static void
finish(struct call_state *s)
{
	struct probe_result r = { .took_us = clock_real_us() - s->started_us };
	const struct reply *v = &s->lines[0].replies[0];
	const struct line *worst;
	struct probe_fact facts[7];

	facts[0] = tell_answered(s, &worst);
	facts[1] = v->codec[0] == '\0'
			   ? facts_missing("codec", "no call answered")
			   : facts_words("codec", v->codec);
	facts[2] = tell_fallback(s);
	facts[3] = worst->status == 0 ? facts_missing("status", "no answer")
				      : facts_number("status", worst->status);
	facts[4] = tell_setup(s);
	facts[5] = tell_sdp(s);
	facts[6] = tell_asymmetric(s);
	for (size_t i = 0; i < s->count; i++)
		if (s->lines[i].our_fault != ERR_NONE) {
			r.code = s->lines[i].our_fault;
			str_copy(r.why, sizeof(r.why), s->lines[i].why);
		}
	tell(&r, worst, &facts[0], &facts[2], &facts[6]);
	r.facts = facts;
	r.fact_count = ARRAY_LEN(facts);
	s->done(s->ctx, &r);
}

static void
end_line(struct line *l)
{
	struct call_state *s = l->owner;

	if (--s->open == 0)
		finish(s);
}

static void
judge_answer(struct line *l, struct reply *v, const struct sip_invite_result *a)
{
	const struct offer *o = &l->owner->offers[l->at];
	struct err e;

	v->outcome = OUTCOME_TAKEN;
	v->is_valid = sdp_judge(v->codec, a->sdp, o->payloads, o->count,
				l->owner->is_strict, &e) == ERR_NONE;
	if (!v->is_valid)
		str_copy(v->why, sizeof(v->why), e.text);
}

static void
judge(struct line *l, const struct sip_invite_result *a)
{
	struct reply *v = &l->replies[l->at];
	char codecs[48];

	list_codecs(codecs, sizeof(codecs), &l->owner->offers[l->at]);
	if (l->at == 0) {
		l->status = a->status;
		l->setup_us = a->setup_us;
	}
	if (a->code != ERR_NONE)
		str_copy(v->why, sizeof(v->why), a->why);
	else if (a->is_cancelled)
		str_printf(v->why, sizeof(v->why),
			   "rang (%d), not answered in time, cancelled",
			   a->provisional);
	else
		str_printf(v->why, sizeof(v->why), "%d %.40s to %s%s%.60s",
			   a->status, a->reason, codecs,
			   a->warning[0] != '\0' ? ", " : "", a->warning);
	str_copy(l->why, sizeof(l->why), v->why);
	if (a->code == ERR_NONE && !a->is_cancelled && a->status / 100 == 2) {
		v->why[0] = '\0';
		judge_answer(l, v, a);
	} else {
		v->outcome = a->code == ERR_NONE && is_media_refusal(a->status)
				     ? OUTCOME_REFUSED
				     : OUTCOME_FAILED;
	}
}

static void call_next(struct line *l);

static void
on_result(void *ctx, const struct sip_invite_result *a)
{
	struct line *l = ctx;

	l->call = NULL;
	l->our_fault = trunks_is_our_fault(a->code) ? a->code : ERR_NONE;
	judge(l, a);
	if (a->retry_after_s > 0 && !sip_is_healthy(a->status, false))
		l->hold_until_us = trunks_hold_until_us(a->retry_after_s,
							l->owner->hold_most_us);
	if (l->replies[l->at].outcome == OUTCOME_FAILED ||
	    ++l->at == l->owner->offer_count)
		end_line(l);
	else
		call_next(l);
}

static void
call_next(struct line *l)
{
	toll_pass(&l->toll, l->endpoint);
}

static void
refuse(void *ctx, enum err_code code, const char *why)
{
	struct sip_invite_result refused = { .code = code,
					     .setup_us = -1,
					     .retry_after_s = -1 };

	str_copy(refused.why, sizeof(refused.why), why);
	on_result(ctx, &refused);
}

/* Past the toll.  Each offer gets its share of the time left. */
static void
call_now(void *ctx)
{
	struct line *l = ctx;
	struct call_state *s = l->owner;
	const struct offer *o = &s->offers[l->at];
	int64_t left_us = s->until_us - clock_real_us();
	struct sip_invite_order order = {
		.user = s->user,
		.count = o->count,
	};
	struct err e;

	left_us /= (int64_t)(s->offer_count - l->at);
	order.target = trunks_target(l->endpoint, (int)(left_us / 1000) + 1);
	memcpy(order.payloads, o->payloads, sizeof(order.payloads));
	if (sip_invite_start(&l->call, s->loop, &order, on_result, l, &e) !=
	    ERR_NONE)
		refuse(l, e.code, e.text);
}

/* A trunk that asked for quiet keeps what it said last. */
static void
start_line(struct line *l)
{
	if (l->hold_until_us > clock_us()) {
		end_line(l);
		return;
	}
	for (size_t i = 0; i < OFFERS_MOST; i++)
		l->replies[i] = (struct reply){ 0 };
	l->at = 0;
	l->status = 0;
	l->setup_us = -1;
	l->our_fault = ERR_NONE;
	l->why[0] = '\0';
	toll_begin(&l->toll, l->owner->loop, l->owner->until_us, call_now,
		   refuse, l);
	call_next(l);
}

static void
call_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	   void *ctx)
{
	struct call_state *s = state;

	assert(s->open == 0);
	s->loop = l;
	s->done = done;
	s->ctx = ctx;
	s->started_us = clock_real_us();
	/* A little less: the last call ends before the probe's time. */
	s->until_us = s->started_us + timeout_ms * 950LL;
	s->open = s->count + 1;
	for (size_t i = 0; i < s->count; i++)
		start_line(&s->lines[i]);
	if (--s->open == 0)
		finish(s);
}

static void
call_clear(void *state)
{
	struct call_state *s = state;

	for (size_t i = 0; i < s->count; i++) {
		sip_invite_cancel(s->lines[i].call);
		toll_clear(&s->lines[i].toll);
	}
	mem_free(s->lines);
	s->lines = NULL;
	s->count = 0;
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoints", .type = PARAM_LIST, .required = true,
	  .help = "trunks to call" },
	{ .name = "to", .type = PARAM_TEXT, .required = true,
	  .help = "number or name to call" },
	{ .name = "offers", .type = PARAM_LIST, .fallback = OFFERS,
	  .help = "payload types of each call, the preferred first" },
	{ .name = "sdp", .type = PARAM_WORD, .choices = "strict flexible",
	  .help = "how exact an answer must be" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_sip_call = {
	.spec = { .name = "sip_call",
		  .help = "place test calls and find the codecs trunks take",
		  .params = params,
		  .facts = "answered codec codec_fallback status setup_ms "
			   "sdp_valid asymmetric" },
	.state_size = sizeof(struct call_state),
	.init = call_init,
	.start = call_begin,
	.clear = call_clear,
};
