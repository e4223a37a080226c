/*
 * probe_sip - asks SIP peers with OPTIONS and says who is in service.
 *
 * A peer goes down after `failures` bad answers in a row and comes back after
 * `recoveries` good ones.  At the start one good answer is enough to be up,
 * but fewer than `failures` bad ones decide nothing.
 *
 * A bad answer with Retry-After says how long the peer will stay away.  It is
 * taken at its word: nothing is sent to it meanwhile (RFC 3261 21.5.4), and
 * each interval counts as that same bad answer, so that three failures take
 * three intervals whatever it wrote.  The silence is bounded to three
 * intervals, so that an early recovery is seen.
 *
 * Peers stand in the order calls would try them: the first in service carries
 * the calls, and a failover is ready when another one behind it is in service
 * too.  A flap is a peer going out of service or coming back, counted in a
 * sliding window, as carriers limit those who come and go.
 */
#include "probe/probe.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/trunks.h"
#include "probe/facts.h"
#include "probe/kinds.h"
#include "probe/toll.h"

#define HOLD_INTERVALS 3
#define CHANGES_MOST 64 /* remembered; more is flapping anyway */
#define FLAP_WINDOW_MS 600000

enum standing { STANDING_OPEN, STANDING_UP, STANDING_DOWN };

/* Times of the last changes, room microseconds; a ring. */
struct changes {
	int64_t at_us[CHANGES_MOST];
	size_t count; /* ever */
};

struct peer {
	struct sip_state *owner;
	const struct book_endpoint *endpoint;
	struct sip_call *call;
	struct toll toll;
	enum standing standing;
	int bad_in_row;
	int good_in_row;
	int64_t down_since_ms; /* wall */
	int64_t hold_until_us; /* room */
	/* Last answer: */
	int status; /* 0: none */
	char why[SAMPLE_WHY];
	int64_t rtt_us;
	bool was_good, was_asked;
	struct changes flaps;	/* in service and out of it */
	struct changes answers; /* good and bad */
	/* Of this round: we could not even ask; says nothing of the peer. */
	enum err_code our_fault;
};

struct sip_state {
	struct peer *peers;
	size_t count;
	bool strict_2xx;
	int failures, recoveries;
	int64_t hold_most_us;
	int64_t flap_window_us;
	int64_t first_us; /* of the first round, room time */
	size_t open;	  /* answers still to come */
	int64_t started_us;
	probe_done *done;
	void *ctx;
};

/* What the probe says, else the trunk manifest, else the guide's figure. */
static int
threshold(const struct settings *with, const char *name, int manifest,
	  int fallback)
{
	return (int)settings_number(with, name,
				    manifest > 0 ? manifest : fallback);
}

static enum err_code
sip_init(void *state, const struct probe_env *env,
	 const struct book_probe *probe, struct err *e)
{
	const struct book_trunk *manifest = &env->book->trunk;
	struct sip_state *s = state;
	struct trunks trunks;

	if (trunks_read(&trunks, env->book, &probe->with, e) != ERR_NONE)
		return e->code;
	s->strict_2xx = settings_flag(&probe->with, "strict_2xx", false);
	s->failures = threshold(&probe->with, "failures",
				manifest->failure_threshold, 3);
	s->recoveries = threshold(&probe->with, "recoveries",
				  manifest->recovery_threshold, 2);
	s->hold_most_us = HOLD_INTERVALS * probe->every_ms * 1000;
	s->flap_window_us =
		1000 * settings_duration_ms(&probe->with, "flap_window",
					    FLAP_WINDOW_MS);
	s->peers = mem_new(trunks.count, sizeof(*s->peers));
	for (; s->count < trunks.count; s->count++) {
		struct peer *p = &s->peers[s->count];

		*p = (struct peer){ .owner = s,
				    .endpoint = trunks.peers[s->count],
				    .rtt_us = -1 };
		toll_init(&p->toll, env, probe);
	}
	return ERR_NONE;
}

static void
add_change(struct changes *c)
{
	c->at_us[c->count++ % CHANGES_MOST] = clock_us();
}

static size_t
changes_since(const struct changes *c, int64_t since_us)
{
	size_t kept = c->count < CHANGES_MOST ? c->count : CHANGES_MOST;
	size_t n = 0;

	for (size_t i = 0; i < kept; i++)
		n += c->at_us[i] > since_us;
	return n;
}

/* What is decided first is no change. */
static void
stand(struct peer *p, enum standing standing)
{
	if (p->standing != STANDING_OPEN && p->standing != standing)
		add_change(&p->flaps);
	p->standing = standing;
}

static void
note_answer(struct peer *p, bool is_good)
{
	if (p->was_asked && p->was_good != is_good)
		add_change(&p->answers);
	p->was_asked = true;
	p->was_good = is_good;
}

static void
count_good(struct peer *p)
{
	note_answer(p, true);
	p->bad_in_row = 0;
	p->good_in_row++;
	if (p->standing == STANDING_OPEN ||
	    p->good_in_row >= p->owner->recoveries)
		stand(p, STANDING_UP);
}

static void
count_bad(struct peer *p)
{
	note_answer(p, false);
	p->good_in_row = 0;
	p->bad_in_row++;
	if (p->standing == STANDING_DOWN || p->bad_in_row < p->owner->failures)
		return;
	stand(p, STANDING_DOWN);
	p->down_since_ms = clock_wall_ms();
}

/* The peer all others are better than: without an answer, then bad, then the
 * highest status. */
static const struct peer *
worst_of(const struct sip_state *s)
{
	const struct peer *worst = &s->peers[0];

	for (size_t i = 1; i < s->count; i++) {
		const struct peer *p = &s->peers[i];

		if (p->was_good != worst->was_good) {
			if (!p->was_good)
				worst = p;
		} else if (worst->status != 0 &&
			   (p->status == 0 || p->status > worst->status)) {
			worst = p;
		}
	}
	return worst;
}

static void
tell_down(char *to, size_t size, const struct peer *p)
{
	char at[CLOCK_TEXT];
	char answer[48];

	clock_text(at, p->down_since_ms);
	at[19] = '\0'; /* the seconds end there */
	if (p->status != 0)
		str_printf(answer, sizeof(answer), "%d", p->status);
	else
		str_copy(answer, sizeof(answer), "no answer");
	str_printf(to, size, "%s %s down since %sZ", answer, p->endpoint->id,
		   at + 11);
}

static void
tell(char *to, size_t size, const struct sip_state *s, size_t alive)
{
	const struct peer *worst = worst_of(s);

	for (size_t i = 0; i < s->count; i++)
		if (s->peers[i].standing == STANDING_DOWN) {
			tell_down(to, size, &s->peers[i]);
			return;
		}
	if (worst->status == 0)
		str_printf(to, size, "no answer from %s, %d of %d failures",
			   worst->endpoint->id, worst->bad_in_row, s->failures);
	else if (!worst->was_good)
		str_printf(to, size, "%d %s, %d of %d failures", worst->status,
			   worst->endpoint->id, worst->bad_in_row, s->failures);
	else if (s->count == 1)
		str_printf(to, size, "%d %lld ms", worst->status,
			   (long long)(worst->rtt_us / 1000));
	else
		str_printf(to, size, "%d %lld ms, %zu of %zu up", worst->status,
			   (long long)(worst->rtt_us / 1000), alive, s->count);
}

/* What keeps `alive` from being known: our own fault, or too few answers. */
static void
judge(const struct sip_state *s, struct probe_result *r)
{
	const struct peer *open = NULL;
	bool is_down = false;

	for (size_t i = 0; i < s->count; i++) {
		const struct peer *p = &s->peers[i];

		if (p->our_fault != ERR_NONE) {
			r->code = p->our_fault;
			str_copy(r->why, sizeof(r->why), p->why);
			return;
		}
		is_down = is_down || p->standing == STANDING_DOWN;
		if (p->standing == STANDING_OPEN)
			open = p;
	}
	if (is_down || open == NULL)
		return;
	r->code = ERR_UNREACHED;
	str_printf(r->why, sizeof(r->why),
		   "not yet decided: %s failed %d of %d times (%s)",
		   open->endpoint->id, open->bad_in_row, s->failures,
		   open->why);
}

/* The first in service carries the calls; what stands behind it is ready. */
static void
tell_order(const struct sip_state *s, size_t alive, struct probe_fact *active,
	   struct probe_fact *ready)
{
	size_t open = 0;

	*active = facts_missing("active", "no peer is in service");
	for (size_t i = s->count; i-- > 0;) {
		open += s->peers[i].standing == STANDING_OPEN;
		if (s->peers[i].standing == STANDING_UP)
			*active =
				facts_words("active", s->peers[i].endpoint->id);
	}
	*ready = alive < 2 && alive + open >= 2
			 ? facts_missing("failover_ready", "not yet decided")
			 : facts_flag("failover_ready", alive >= 2);
}

/* Of the peer that comes and goes most. */
static void
tell_changes(const struct sip_state *s, struct probe_fact facts[3])
{
	int64_t now_us = clock_us();
	int64_t last_us = s->first_us;
	size_t flaps = 0;
	size_t answers = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct peer *p = &s->peers[i];
		size_t f = changes_since(&p->flaps, now_us - s->flap_window_us);
		size_t a =
			changes_since(&p->answers, now_us - s->flap_window_us);
		size_t count = p->flaps.count;

		flaps = f > flaps ? f : flaps;
		answers = a > answers ? a : answers;
		if (count > 0 &&
		    p->flaps.at_us[(count - 1) % CHANGES_MOST] > last_us)
			last_us = p->flaps.at_us[(count - 1) % CHANGES_MOST];
	}
	facts[0] = facts_number("flaps", (double)flaps);
	facts[1] = facts_number("answer_changes", (double)answers);
	facts[2] = facts_number("stable_s", (double)(now_us - last_us) / 1e6);
}

static void
finish(struct sip_state *s)
{
	const struct peer *worst = worst_of(s);
	struct probe_result r = { .took_us = clock_real_us() - s->started_us };
	struct probe_fact facts[9];
	size_t alive = 0;

	for (size_t i = 0; i < s->count; i++)
		alive += s->peers[i].standing == STANDING_UP;
	judge(s, &r);
	tell(r.detail, sizeof(r.detail), s, alive);
	str_copy(r.raw, sizeof(r.raw), worst->why);
	facts[0] = facts_flag("alive", alive == s->count);
	if (!worst->was_good)
		str_printf(facts[0].why, sizeof(facts[0].why), "%s: %.120s",
			   worst->endpoint->id, worst->why);
	facts[1] = facts_number("alive_count", (double)alive);
	facts[2] = worst->status == 0 ? facts_missing("status", "no answer")
				      : facts_number("status", worst->status);
	facts[3] =
		worst->rtt_us < 0
			? facts_missing("rtt_ms", "no answer")
			: facts_number("rtt_ms", (double)worst->rtt_us / 1000);
	tell_order(s, alive, &facts[4], &facts[5]);
	tell_changes(s, &facts[6]);
	r.facts = facts;
	r.fact_count = ARRAY_LEN(facts);
	s->done(s->ctx, &r);
}

static void
on_answer(void *ctx, const struct sip_result *a)
{
	struct peer *p = ctx;
	struct sip_state *s = p->owner;

	p->call = NULL;
	p->our_fault = trunks_is_our_fault(a->code) ? a->code : ERR_NONE;
	p->status = a->code == ERR_NONE ? a->status : 0;
	p->rtt_us = a->code == ERR_NONE ? a->rtt_us : -1;
	if (a->code == ERR_NONE)
		str_printf(p->why, sizeof(p->why), "%d %s", a->status,
			   a->reason);
	else
		str_copy(p->why, sizeof(p->why), a->why);
	if (p->our_fault != ERR_NONE) {
		p->was_good = false;
	} else if (a->code == ERR_NONE &&
		   sip_is_healthy(a->status, s->strict_2xx)) {
		count_good(p);
	} else {
		count_bad(p);
		p->hold_until_us =
			trunks_hold_until_us(a->retry_after_s, s->hold_most_us);
	}
	if (--s->open == 0)
		finish(s);
}

static void
refuse(void *ctx, enum err_code code, const char *why)
{
	struct sip_result refused = { .code = code,
				      .rtt_us = -1,
				      .retry_after_s = -1 };

	str_copy(refused.why, sizeof(refused.why), why);
	on_answer(ctx, &refused);
}

/* Past the toll. */
static void
ask_now(void *ctx)
{
	struct peer *p = ctx;
	const struct sip_target target =
		trunks_target(p->endpoint, toll_left_ms(&p->toll));
	struct err e;

	if (sip_options_start(&p->call, p->toll.loop, &target, on_answer, p,
			      &e) != ERR_NONE)
		refuse(p, e.code, e.text);
}

/* The caller's own place in `open` keeps the round from ending in here. */
static void
ask(struct peer *p, struct loop *l, int64_t until_us)
{
	if (p->hold_until_us > clock_us()) {
		count_bad(p);
		p->owner->open--;
		return;
	}
	toll_begin(&p->toll, l, until_us, ask_now, refuse, p);
	toll_pass(&p->toll, p->endpoint);
}

static void
sip_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	  void *ctx)
{
	struct sip_state *s = state;

	assert(s->open == 0);
	s->done = done;
	s->ctx = ctx;
	s->started_us = clock_real_us();
	if (s->first_us == 0)
		s->first_us = clock_us();
	s->open = s->count + 1;
	for (size_t i = 0; i < s->count; i++)
		ask(&s->peers[i], l, s->started_us + timeout_ms * 1000LL);
	if (--s->open == 0)
		finish(s);
}

static void
sip_clear(void *state)
{
	struct sip_state *s = state;

	for (size_t i = 0; i < s->count; i++) {
		if (s->peers[i].call != NULL)
			sip_cancel(s->peers[i].call);
		toll_clear(&s->peers[i].toll);
	}
	mem_free(s->peers);
	s->peers = NULL;
	s->count = 0;
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoints", .type = PARAM_LIST, .required = true,
	  .help = "peers that must all be in service" },
	{ .name = "strict_2xx", .type = PARAM_FLAG, .fallback = "false",
	  .help = "only a 2xx is a good answer" },
	{ .name = "failures", .type = PARAM_INTEGER,
	  .help = "bad answers in a row until a peer is down" },
	{ .name = "recoveries", .type = PARAM_INTEGER,
	  .help = "good answers in a row until it is up again" },
	{ .name = "flap_window", .type = PARAM_DURATION, .fallback = "10m",
	  .help = "how far back changes count as flaps" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_sip = {
	.spec = { .name = "sip_options",
		  .help = "ask SIP trunks whether they are in service",
		  .params = params,
		  .facts = "alive status rtt_ms alive_count active "
			   "failover_ready flaps answer_changes stable_s" },
	.state_size = sizeof(struct sip_state),
	.init = sip_init,
	.start = sip_begin,
	.clear = sip_clear,
};
