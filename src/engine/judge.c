/*
 * judge - measurements in, verdicts and the decision out.
 *
 * Gates are judged in the manifest's order, twice a second, and only once
 * every probe has reported for the first time (or had its time): the night
 * begins with one look at everything, not with a row of accidents.
 */
#include "engine/director.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

#define JUDGE_EVERY_MS 500   /* while measurements come in */
#define JUDGE_SELDOM_MS 4000 /* when nothing came in lately */
#define MEASURED_LATELY_MS 10000
#define FLUSH_EVERY_MS 1000
#define SAMPLES_CAP (128 * 1024)

static void
remember_probe(struct director *d, const struct probe_report *report,
	       int64_t at_ms)
{
	for (size_t i = 0; i < d->book->probe_count; i++) {
		struct snapshot_probe *p = &d->probes[i];

		if (strcmp(p->id, report->probe) != 0)
			continue;
		d->probe_seen[i] = true;
		str_copy(p->detail, sizeof(p->detail), report->detail);
		str_copy(p->raw, sizeof(p->raw), report->raw);
		p->at_ms = at_ms;
		p->took_us = report->took_us;
		p->failed = report->failed;
		p->runs = report->runs;
	}
}

static void
feed_gates(struct director *d, const struct sample *s)
{
	for (size_t i = 0; i < d->book->gates.gate_count; i++) {
		const struct gate *g = &d->book->gates.gates[i];

		if (strcmp(g->signal, s->signal) == 0)
			gate_feed(g, &d->watches[i], s);
	}
}

/* For the next record: the newest of each signal. */
static void
keep_fresh(struct director *d, const struct sample *s)
{
	for (size_t i = 0; i < d->room->signal_count; i++) {
		struct fresh_sample *fresh = &d->fresh[i];

		if (strcmp(d->room->signals[i].name, s->signal) != 0)
			continue;
		if (s->at_ms < fresh->sample.at_ms)
			return;
		fresh->is_new = true;
		fresh->sample = *s;
		return;
	}
}

/* Nothing is measured later than now.  A moment ahead is how clocks differ;
 * more is no measurement. */
static void
hold_in_time(struct sample *s, int64_t now)
{
	if (s->at_ms <= now)
		return;
	if (s->at_ms > now + GATE_FUTURE_MS) {
		s->failed = true;
		s->value.kind = VALUE_NONE;
		str_copy(s->why, sizeof(s->why), "measured in the future");
	}
	s->at_ms = now;
}

/* What came in is judged soon, however seldom it is done otherwise. */
static void
judge_soon(struct director *d)
{
	int64_t soon = director_now_ms(d) + JUDGE_EVERY_MS;

	if (d->next_judge_ms > soon)
		d->next_judge_ms = soon;
}

void
judge_take_report(struct director *d, struct probe_report *report)
{
	int64_t shift = d->base_ms - d->start_ms;

	assert(report != NULL);
	remember_probe(d, report, report->at_ms + shift);
	for (size_t i = 0; i < report->count; i++) {
		struct sample *s = &report->samples[i];

		s->at_ms += shift;
		hold_in_time(s, director_now_ms(d));
		feed_gates(d, s);
		rollback_sample(d, s);
		keep_fresh(d, s);
	}
	d->last_sample_ms = director_now_ms(d);
	judge_soon(d);
	d->dirty = true;
}

void
judge_take_own(struct director *d, const char *signal, struct sample *s)
{
	str_copy(s->signal, sizeof(s->signal), signal);
	s->at_ms = director_now_ms(d);
	feed_gates(d, s);
	rollback_sample(d, s);
	keep_fresh(d, s);
	judge_soon(d);
	d->dirty = true;
}

static void
write_value(struct jwriter *w, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NUMBER:
		jw_number(w, NULL, v->number);
		break;
	case VALUE_FLAG:
		jw_flag(w, NULL, v->flag);
		break;
	case VALUE_WORDS:
		jw_text(w, NULL, v->words);
		break;
	case VALUE_NONE:
		jw_null(w, NULL);
		break;
	}
}

static void
write_sample(struct jwriter *w, const struct sample *s)
{
	jw_array(w, NULL);
	jw_text(w, NULL, s->signal);
	write_value(w, &s->value);
	jw_int(w, NULL, s->n);
	jw_int(w, NULL, s->at_ms);
	if (s->failed)
		jw_text(w, NULL, s->why);
	jw_array_end(w);
}

void
judge_flush(struct director *d)
{
	struct record r;
	struct jwriter w;
	struct buf list;
	size_t count = 0;

	buf_init(&list, SAMPLES_CAP);
	jw_init(&w, &list);
	jw_array(&w, NULL);
	for (size_t i = 0; i < d->room->signal_count; i++) {
		if (!d->fresh[i].is_new)
			continue;
		if (list.len > SAMPLES_CAP - 1024)
			break; /* the rest goes with the next record */
		write_sample(&w, &d->fresh[i].sample);
		d->fresh[i].is_new = false;
		count++;
	}
	jw_array_end(&w);
	if (count > 0) {
		record_init(&r, RECORD_SAMPLES, "pollers");
		record_json(&r, "s", buf_str(&list));
		director_emit(d, &r);
	}
	buf_clear(&list);
}

static bool
first_round_is_in(struct director *d)
{
	if (d->settled)
		return true;
	d->settled = true;
	for (size_t i = 0; i < d->book->probe_count; i++)
		d->settled = d->settled && d->probe_seen[i];
	if (d->book->baseline_count > 0 && !d->baseline.is_known)
		d->settled = false;
	if (clock_real_us() >= d->settle_until_real_us)
		d->settled = true;
	return d->settled;
}

/* How many gates before this one judge the same signal. */
static int64_t
nth_of_signal(const struct director *d, size_t gate)
{
	const struct gate *gates = d->book->gates.gates;
	int64_t nth = 0;

	for (size_t i = 0; i < gate; i++)
		nth += strcmp(gates[i].signal, gates[gate].signal) == 0;
	return nth;
}

static void
emit_verdict(struct director *d, size_t i, const struct gate_finding *f,
	     int64_t now)
{
	const struct gate *g = &d->book->gates.gates[i];
	const struct room_gate *was = &d->room->gates[i];
	int64_t nth = nth_of_signal(d, i);
	char value[96];
	struct buf sentence;
	struct record r;

	buf_init(&sentence, 1024);
	gate_sentence(&sentence, g, f);
	gate_value_text(value, sizeof(value), g, &f->value);
	record_init(&r, RECORD_VERDICT, "director");
	record_text(&r, "gate", g->signal);
	if (nth > 0)
		record_int(&r, "nth", nth);
	record_text(&r, "verdict", verdict_word(f->verdict));
	record_text(&r, "was", verdict_word(was->verdict));
	record_text(&r, "reason", gate_reason_word(f->reason));
	record_int(&r, "since", f->since_ms > 0 ? now - f->since_ms : now);
	record_int(&r, "flaps", f->flaps);
	record_text(&r, "value", value);
	record_text(&r, "why", f->why);
	record_text(&r, "sentence", buf_str(&sentence));
	director_emit(d, &r);
	buf_clear(&sentence);
}

static void
emit_decision(struct director *d, const struct decision *now)
{
	const struct gate_set *set = &d->book->gates;
	struct record r;

	record_init(&r, RECORD_DECISION, "director");
	record_text(&r, "verdict", verdict_word(now->verdict));
	record_text(&r, "was", verdict_word(d->room->verdict));
	if (now->has_score)
		record_number(&r, "score", now->score);
	record_flag(&r, "vetoed", now->vetoed);
	if (now->leading >= 0)
		record_text(&r, "leading", set->gates[now->leading].signal);
	record_text(&r, "sentence", now->sentence);
	record_flag(&r, "due", now->rollback_due);
	director_emit(d, &r);
}

static void
emit_mute(struct director *d, const char *signal, const char *reason,
	  int64_t until_ms, const char *by)
{
	struct record r;

	record_init(&r, RECORD_MUTE, by);
	record_text(&r, "gate", signal);
	record_flag(&r, "muted", reason != NULL);
	record_text(&r, "reason", reason != NULL ? reason : "");
	record_int(&r, "until", until_ms);
	director_emit(d, &r);
}

/* A mute whose time is over has ended in the judging; now it is recorded. */
static void
end_mutes(struct director *d)
{
	for (size_t i = 0; i < d->book->gates.gate_count; i++)
		if (d->room->gates[i].muted && !d->watches[i].muted)
			emit_mute(d, d->book->gates.gates[i].signal, NULL, 0,
				  "director");
}

static bool
differs(const struct room_gate *was, const struct gate_finding *f)
{
	return was->verdict != f->verdict || was->reason != f->reason;
}

/* Does time alone leave this as it is, ages apart? */
static bool
is_at_rest(enum gate_reason reason)
{
	switch (reason) {
	case GATE_MET:
	case GATE_NEVER_SEEN:
	case GATE_FAILED:
	case GATE_STALE:
	case GATE_MUTED:
		return true;
	default:
		return false;
	}
}

/* A room in which something was measured lately, or a window of a gate is
 * open, is judged twice a second.  One in which all rests is judged every
 * four: an age or the end of a mute is told that much later at most.  A
 * measurement that comes in brings the next judgement forward. */
static int64_t
judge_period_ms(const struct director *d, int64_t now)
{
	if (d->last_sample_ms > 0 &&
	    now - d->last_sample_ms < MEASURED_LATELY_MS)
		return JUDGE_EVERY_MS;
	for (size_t i = 0; i < d->book->gates.gate_count; i++)
		if (!is_at_rest(d->room->gates[i].reason))
			return JUDGE_EVERY_MS;
	return JUDGE_SELDOM_MS;
}

void
judge_tick(struct director *d)
{
	size_t count = d->book->gates.gate_count;
	int64_t now = director_now_ms(d);
	struct gate_finding *found;
	struct decision decision;
	bool flushed = false;

	if (now < d->next_judge_ms || !first_round_is_in(d))
		return;
	d->next_judge_ms = now + judge_period_ms(d, now);
	if (now >= d->next_flush_ms) {
		d->next_flush_ms = now + FLUSH_EVERY_MS;
		judge_flush(d);
	}
	found = mem_new(count, sizeof(*found));
	for (size_t i = 0; i < count; i++)
		gate_judge(&d->book->gates.gates[i], &d->watches[i], now,
			   &found[i]);
	end_mutes(d);
	for (size_t i = 0; i < count && !d->dead; i++) {
		if (!differs(&d->room->gates[i], &found[i]))
			continue;
		if (!flushed)
			judge_flush(d);
		flushed = true;
		emit_verdict(d, i, &found[i], now);
	}
	decision_make(&decision, &d->book->gates, found);
	if (decision.verdict != d->room->verdict ||
	    d->room->sentence[0] == '\0')
		emit_decision(d, &decision);
	rollback_breach(d, &decision, found);
	mem_free(found);
}

void
judge_now(struct director *d)
{
	d->next_judge_ms = director_now_ms(d);
	judge_tick(d);
}

static int
gate_named(const struct director *d, const char *signal)
{
	for (size_t i = 0; i < d->book->gates.gate_count; i++)
		if (strcmp(d->book->gates.gates[i].signal, signal) == 0)
			return (int)i;
	return -1;
}

void
judge_mute(struct director *d, const struct command *c)
{
	bool mute = c->verb == COMMAND_MUTE;
	int64_t until = 0;

	if (gate_named(d, c->target) < 0) {
		director_notice(d, "no gate \"%s\"", c->target);
		return;
	}
	if (mute && c->text[strspn(c->text, " \t")] == '\0') {
		director_notice(d, "a mute needs a reason: mute %s REASON",
				c->target);
		return;
	}
	if (mute && c->duration_ms > 0)
		until = director_now_ms(d) + c->duration_ms;
	emit_mute(d, c->target, mute ? c->text : NULL, until,
		  d->options.commander);
	for (size_t i = 0; i < d->book->gates.gate_count && !d->dead; i++) {
		if (strcmp(d->book->gates.gates[i].signal, c->target) != 0)
			continue;
		if (mute)
			gate_mute(&d->watches[i], c->text, until);
		else
			gate_unmute(&d->watches[i]);
	}
}

/* Several gates may judge one signal. */
static bool
all_are_go(const struct director *d, const char *signal)
{
	const struct gate_set *set = &d->book->gates;

	for (size_t i = 0; i < set->gate_count; i++)
		if (str_same(set->gates[i].signal, signal) &&
		    d->room->gates[i].verdict != VERDICT_GO)
			return false;
	return true;
}

void
judge_ack(struct director *d, const struct command *c)
{
	int gate = gate_named(d, c->target);
	struct record r;

	if (gate < 0) {
		director_notice(d, "no gate \"%s\"", c->target);
		return;
	}
	if (all_are_go(d, c->target)) {
		director_notice(d, "%s is GO: there is nothing to acknowledge",
				c->target);
		return;
	}
	record_init(&r, RECORD_ACK, d->options.commander);
	record_text(&r, "gate", c->target);
	director_emit(d, &r);
}
