/*
 * judge - measurements in, verdicts and the decision out.
 *
 * Gates are judged in the manifest's order, twice a second, and only once
 * every probe has reported for the first time (or had its time): the night
 * begins with one look at everything, not with a row of accidents.
 */
#include "engine/director.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

#define JUDGE_EVERY_MS 500
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

void
judge_take_report(struct director *d, struct probe_report *report)
{
	int64_t shift = d->base_ms - d->start_ms;

	remember_probe(d, report, report->at_ms + shift);
	for (size_t i = 0; i < report->count; i++) {
		struct sample *s = &report->samples[i];

		s->at_ms += shift;
		feed_gates(d, s);
		for (size_t j = 0; j < d->room->signal_count; j++) {
			if (strcmp(d->room->signals[j].name, s->signal) != 0)
				continue;
			d->fresh[j].is_new = true;
			d->fresh[j].sample = *s;
		}
	}
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
	if (clock_real_us() >= d->settle_until_real_us)
		d->settled = true;
	return d->settled;
}

static void
emit_verdict(struct director *d, size_t i, const struct gate_finding *f)
{
	const struct gate *g = &d->book->gates.gates[i];
	const struct room_gate *was = &d->room->gates[i];
	char value[96];
	struct buf sentence;
	struct record r;

	buf_init(&sentence, 1024);
	gate_sentence(&sentence, g, f);
	gate_value_text(value, sizeof(value), g, &f->value);
	record_init(&r, RECORD_VERDICT, "director");
	record_text(&r, "gate", g->signal);
	record_text(&r, "verdict", verdict_word(f->verdict));
	record_text(&r, "was", verdict_word(was->verdict));
	record_text(&r, "reason", gate_reason_word(f->reason));
	record_int(&r, "since", director_now_ms(d) - f->since_ms);
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

static bool
differs(const struct room_gate *was, const struct gate_finding *f)
{
	return was->verdict != f->verdict || was->reason != f->reason;
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
	d->next_judge_ms = now + JUDGE_EVERY_MS;
	if (now >= d->next_flush_ms) {
		d->next_flush_ms = now + FLUSH_EVERY_MS;
		judge_flush(d);
	}
	found = mem_new(count, sizeof(*found));
	for (size_t i = 0; i < count; i++)
		gate_judge(&d->book->gates.gates[i], &d->watches[i], now,
			   &found[i]);
	for (size_t i = 0; i < count && !d->dead; i++) {
		if (!differs(&d->room->gates[i], &found[i]))
			continue;
		if (!flushed)
			judge_flush(d);
		flushed = true;
		emit_verdict(d, i, &found[i]);
	}
	decision_make(&decision, &d->book->gates, found);
	if (decision.verdict != d->room->verdict ||
	    d->room->sentence[0] == '\0')
		emit_decision(d, &decision);
	rollback_breach(d, &decision);
	mem_free(found);
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
	int i = gate_named(d, c->target);
	bool mute = c->verb == COMMAND_MUTE;
	int64_t until = 0;
	struct record r;

	if (i < 0) {
		director_notice(d, "no gate \"%s\"", c->target);
		return;
	}
	if (mute && c->text[0] == '\0') {
		director_notice(d, "a mute needs a reason: mute %s REASON",
				c->target);
		return;
	}
	if (mute && c->duration_ms > 0)
		until = director_now_ms(d) + c->duration_ms;
	record_init(&r, RECORD_MUTE, d->options.commander);
	record_text(&r, "gate", c->target);
	record_flag(&r, "muted", mute);
	record_text(&r, "reason", c->text);
	record_int(&r, "until", until);
	if (!director_emit(d, &r))
		return;
	d->watches[i].muted = mute;
	d->watches[i].muted_until_ms = until;
	str_copy(d->watches[i].mute_reason, sizeof(d->watches[i].mute_reason),
		 c->text);
}

void
judge_ack(struct director *d, const struct command *c)
{
	struct record r;

	if (gate_named(d, c->target) < 0) {
		director_notice(d, "no gate \"%s\"", c->target);
		return;
	}
	record_init(&r, RECORD_ACK, d->options.commander);
	record_text(&r, "gate", c->target);
	director_emit(d, &r);
}
