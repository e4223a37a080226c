/* gate_watch - what a gate remembers of its signal, and what follows. */
#include "model/gate.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "model/rules.h"

void
gate_watch_init(struct gate_watch *w)
{
	memset(w, 0, sizeof(*w));
	w->over_since_ms = -1;
	w->clear_since_ms = -1;
	w->ended_ms = -1;
}

void
gate_watch_breached(struct gate_watch *w, int64_t since_ms, int64_t now_ms)
{
	gate_watch_init(w);
	w->seen = true;
	w->breached = true;
	w->breach_since_ms = since_ms;
	w->band = GATE_FAILED;
	w->band_since_ms = now_ms;
	w->last = (struct sample){ .at_ms = now_ms, .n = -1, .failed = true };
	str_copy(w->last.why, sizeof(w->last.why),
		 "not measured since the room was resumed");
	w->last_good.n = -1;
}

bool
gate_mute(struct gate_watch *w, const char *reason, int64_t until_ms)
{
	if (reason == NULL || reason[0] == '\0')
		return false;
	w->muted = true;
	w->muted_until_ms = until_ms;
	str_copy(w->mute_reason, sizeof(w->mute_reason), reason);
	return true;
}

void
gate_unmute(struct gate_watch *w)
{
	w->muted = false;
	w->muted_until_ms = 0;
	w->mute_reason[0] = '\0';
}

static bool
is_news(const struct sample *last, const struct sample *s)
{
	if (s->at_ms != last->at_ms)
		return s->at_ms > last->at_ms;
	return s->failed != last->failed || s->n != last->n ||
	       !value_same(&s->value, &last->value);
}

/* `for` is over, counted from over_since_ms. */
static void
start_breach(const struct gate *g, struct gate_watch *w)
{
	if (w->flap_count == GATE_FLAPS) {
		memmove(w->flaps, w->flaps + 1,
			(GATE_FLAPS - 1) * sizeof(w->flaps[0]));
		w->flap_count--;
	}
	w->flaps[w->flap_count++] = w->over_since_ms + g->for_ms;
	w->breached = true;
	w->breach_since_ms = w->over_since_ms;
	w->clear_since_ms = -1;
}

/* A value over the limit holds until the next one, while it is fresh: does
 * that prove a breach before `now_ms`? */
static void
settle(const struct gate *g, struct gate_watch *w, int64_t now_ms)
{
	int64_t held_until;

	if (w->breached || w->over_since_ms < 0 || w->band != GATE_BREACHED)
		return;
	held_until = w->last.at_ms + rules_max_age_ms(g);
	if (now_ms < held_until)
		held_until = now_ms;
	if (held_until - w->over_since_ms > g->for_ms)
		start_breach(g, w);
}

static void
take_over(const struct gate *g, struct gate_watch *w, int64_t at_ms)
{
	w->clear_since_ms = -1;
	if (w->over_since_ms < 0)
		w->over_since_ms = at_ms;
	if (!w->breached && at_ms - w->over_since_ms >= g->for_ms)
		start_breach(g, w);
}

static void
take_inside(const struct gate *g, struct gate_watch *w, const struct sample *s)
{
	w->over_since_ms = -1;
	if (!w->breached)
		return;
	if (!rules_is_clear(g, &s->value)) {
		w->clear_since_ms = -1;
		return;
	}
	if (w->clear_since_ms < 0)
		w->clear_since_ms = s->at_ms;
	if (s->at_ms - w->clear_since_ms < g->clear_for_ms)
		return;
	w->breached = false;
	w->clear_since_ms = -1;
	w->ended_ms = s->at_ms;
}

/* Events of a share that went the bad way: 2.5 % of 400 are 10. */
static int64_t
bad_events(const struct gate *g, double percent, int64_t n)
{
	double share = g->op == GATE_AT_LEAST ? 100 - percent : percent;

	return (int64_t)llround(share / 100 * (double)n);
}

static struct smalln
compare_share(const struct gate *g, const struct sample *s)
{
	const struct baseline *b = g->base;
	double limit = g->op == GATE_AT_LEAST ? 100 - g->limit.number
					      : g->limit.number;

	if (s->n < 0 || b->events <= 0 || s->value.number > 100)
		return (struct smalln){ .says = SMALLN_NONE };
	return smalln_rate(bad_events(g, s->value.number, s->n), s->n,
			   bad_events(g, b->mean, b->events), b->events,
			   limit / 100);
}

static struct smalln
compare_latency(const struct gate *g, struct gate_watch *w, double value)
{
	const struct baseline *b = g->base;

	if (b->rank_count == 0)
		return (struct smalln){ .says = SMALLN_NONE };
	w->recent[w->recent_count++ % GATE_RECENT] = value;
	return smalln_ranks(w->recent,
			    w->recent_count < GATE_RECENT ? w->recent_count
							  : GATE_RECENT,
			    b->ranks, b->rank_count);
}

/* Compares a good measurement with the baseline. */
static void
take_base(const struct gate *g, struct gate_watch *w, const struct sample *s)
{
	struct smalln found = { .says = SMALLN_NONE };
	double value = s->value.number;

	if (g->base == NULL || s->value.kind != VALUE_NUMBER)
		return;
	if (drift_usable(g->base->mean, g->base->deviation))
		drift_feed(&w->drift, value, g->base->mean, g->base->deviation,
			   g->op == GATE_AT_LEAST, s->at_ms);
	if (rules_is_share(g))
		found = compare_share(g, s);
	else if (str_ends(g->signal, "_ms") && g->op == GATE_AT_MOST)
		found = compare_latency(g, w, value);
	w->small = found.says;
	w->small_enough = found.enough;
}

void
gate_feed(const struct gate *g, struct gate_watch *w, const struct sample *s)
{
	enum gate_reason band;

	if (s->at_ms < 0 || (w->seen && !is_news(&w->last, s)))
		return;
	if (!w->seen) { /* a zeroed watch is as good as an initialised one */
		w->over_since_ms = w->clear_since_ms = w->ended_ms = -1;
	} else {
		settle(g, w, s->at_ms);
		if (s->at_ms - w->last.at_ms > rules_max_age_ms(g))
			w->clear_since_ms = -1;
	}
	band = rules_band(g, s);
	if (!w->seen || band != w->band)
		w->band_since_ms = s->at_ms;
	w->band = band;
	w->seen = true;
	w->last = *s;
	if (rules_is_gap(band)) {
		w->clear_since_ms = -1;
		return;
	}
	w->last_good = *s;
	gate_hold_take(g, &w->hold, s);
	take_base(g, w, s);
	if (band == GATE_BREACHED)
		take_over(g, w, s->at_ms);
	else
		take_inside(g, w, s);
}

/* A measurement from the future is no measurement: what it cleared or began
 * is taken back, what it breached stays. */
static void
disown_future(struct gate_watch *w, int64_t now_ms)
{
	int64_t latest = now_ms + GATE_FUTURE_MS;

	if (!w->seen || w->last.at_ms <= latest)
		return;
	w->last.failed = true;
	w->last.value.kind = VALUE_NONE;
	w->last.at_ms = now_ms;
	w->band = GATE_NONSENSE;
	w->band_since_ms = now_ms;
	w->clear_since_ms = -1;
	if (w->last_good.at_ms > latest)
		w->last_good.value.kind = VALUE_NONE;
	if (w->hold.last_ms > latest)
		w->hold = (struct gate_hold){ .is_on = false };
	if (w->over_since_ms > now_ms)
		w->over_since_ms = now_ms;
	if (w->ended_ms > latest) {
		w->breached = true;
		w->ended_ms = -1;
	}
	if (w->breach_since_ms > now_ms)
		w->breach_since_ms = now_ms;
	for (size_t i = 0; i < w->flap_count; i++)
		if (w->flaps[i] > now_ms)
			w->flaps[i] = now_ms;
}

static int
count_flaps(const struct gate_watch *w, int64_t now_ms)
{
	int count = 0;

	for (size_t i = 0; i < w->flap_count; i++)
		count += now_ms - w->flaps[i] < GATE_FLAP_WINDOW_MS;
	return count;
}

void
gate_measured(struct gate_finding *out, const struct gate *g,
	      const struct sample *good, int64_t now_ms)
{
	double margin;

	out->value = good->value;
	out->n = -1;
	out->age_ms = -1;
	out->has_margin = false;
	out->margin = 0;
	if (good->value.kind == VALUE_NONE)
		return;
	out->n = good->n;
	out->age_ms = good->at_ms < now_ms ? now_ms - good->at_ms : 0;
	if (g->op > GATE_AT_LEAST || good->value.kind != VALUE_NUMBER)
		return;
	margin = g->op == GATE_AT_MOST ? g->limit.number - good->value.number
				       : good->value.number - g->limit.number;
	out->has_margin = isfinite(margin);
	if (out->has_margin)
		out->margin = margin;
}

static int64_t
since(int64_t then_ms, int64_t now_ms)
{
	return then_ms < now_ms ? now_ms - then_ms : 0;
}

/* Without data: why, and since when. */
static void
judge_gap(const struct gate *g, const struct gate_watch *w, int64_t now_ms,
	  bool is_stale, struct gate_finding *out)
{
	out->verdict = VERDICT_BLIND;
	out->reason = is_stale && !rules_is_gap(w->band) ? GATE_STALE : w->band;
	out->since_ms = since(w->band_since_ms, now_ms);
	switch (out->reason) {
	case GATE_STALE:
		out->since_ms =
			since(w->last.at_ms + rules_max_age_ms(g), now_ms);
		break;
	case GATE_FAILED:
		str_copy(out->why, sizeof(out->why), w->last.why);
		break;
	case GATE_WRONG_TYPE:
		str_copy(out->why, sizeof(out->why),
			 rules_misfit(g, &w->last.value));
		break;
	case GATE_THIN:
		if (w->last.n < 0)
			str_copy(out->why, sizeof(out->why), "n unknown");
		else
			str_printf(out->why, sizeof(out->why), "n=%lld",
				   (long long)w->last.n);
		break;
	default:
		/* The future has been disowned: no number is left then. */
		str_copy(out->why, sizeof(out->why),
			 w->last.failed
				 ? "measured in the future"
				 : rules_nonsense(g, w->last.value.number));
		break;
	}
}

/* With fresh data, inside the limit and not in a breach. */
static void
judge_inside(const struct gate *g, const struct gate_watch *w, int64_t now_ms,
	     struct gate_finding *out)
{
	int64_t began = w->band_since_ms;
	const char *why = NULL;

	if (w->ended_ms > began)
		began = w->ended_ms;
	out->verdict = VERDICT_HOLD;
	if (out->flaps >= GATE_FLAP_MIN) {
		out->reason = GATE_FLAPPING;
	} else if (w->band == GATE_WARNED) {
		out->reason = GATE_WARNED;
		why = rules_doubt(g, &w->last.value);
	} else if (w->drift.raised) {
		out->reason = GATE_DRIFTING;
		began = w->drift.since_ms;
	} else if (w->small == SMALLN_WORSE) {
		out->reason = GATE_DRIFTING;
		why = "worse than its baseline beyond chance";
	} else if (w->small == SMALLN_UNSURE) {
		out->reason = GATE_UNSURE;
		if (w->small_enough > 0)
			str_printf(out->why, sizeof(out->why), "%lld needed",
				   (long long)w->small_enough);
	} else if (out->held_ms < g->held_for_ms) {
		out->reason = GATE_UNPROVEN;
		if (w->hold.since_ms > began)
			began = w->hold.since_ms;
	} else {
		out->verdict = VERDICT_GO;
		out->reason = GATE_MET;
	}
	out->since_ms = since(began, now_ms);
	if (why != NULL)
		str_copy(out->why, sizeof(out->why), why);
}

static void
judge_breach(const struct gate_watch *w, int64_t now_ms, bool is_blind,
	     struct gate_finding *out)
{
	out->verdict = VERDICT_NO_GO;
	out->reason = is_blind || w->band != GATE_BREACHED ? GATE_STILL_BREACHED
							   : GATE_BREACHED;
	out->since_ms = since(w->breach_since_ms, now_ms);
	if (w->clear_since_ms >= 0 && !is_blind)
		out->clear_ms = since(w->clear_since_ms, now_ms);
}

static void
judge_unmuted(const struct gate *g, const struct gate_watch *w, int64_t now_ms,
	      struct gate_finding *out)
{
	bool is_stale = w->seen && now_ms - w->last.at_ms > rules_max_age_ms(g);
	bool is_blind = !w->seen || is_stale || rules_is_gap(w->band);

	if (!w->seen) {
		out->verdict = VERDICT_BLIND;
		out->reason = GATE_NEVER_SEEN;
		return;
	}
	if (is_blind)
		judge_gap(g, w, now_ms, is_stale, out);
	/* After the gap: its reason stays as the breach's "why". */
	if (w->breached) {
		if (is_blind && out->why[0] == '\0')
			str_copy(out->why, sizeof(out->why), "no fresh data");
		judge_breach(w, now_ms, is_blind, out);
		return;
	}
	if (is_blind)
		return;
	if (w->band == GATE_BREACHED) {
		out->verdict = VERDICT_HOLD;
		out->reason = GATE_PENDING;
		out->since_ms = since(w->over_since_ms, now_ms);
		return;
	}
	judge_inside(g, w, now_ms, out);
}

void
gate_judge(const struct gate *g, struct gate_watch *w, int64_t now_ms,
	   struct gate_finding *out)
{
	memset(out, 0, sizeof(*out));
	out->since_ms = -1;
	disown_future(w, now_ms);
	settle(g, w, now_ms);
	if (w->muted && w->muted_until_ms > 0 && now_ms >= w->muted_until_ms)
		gate_unmute(w);
	out->flaps = count_flaps(w, now_ms);
	gate_measured(out, g, &w->last_good, now_ms);
	out->held_ms = gate_hold_ms(&w->hold);
	judge_unmuted(g, w, now_ms, out);
	out->beneath = out->verdict;
	if (!w->muted)
		return;
	out->verdict = VERDICT_OFF;
	out->reason = GATE_MUTED;
	out->since_ms = -1;
	if (w->muted_until_ms > 0)
		out->left_ms = w->muted_until_ms - now_ms;
	str_copy(out->why, sizeof(out->why), w->mute_reason);
}
