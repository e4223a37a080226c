/* gate_report - a judgement as text and as JSON. */
#include "cli/gate_report.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"

#define PIECE (64u << 10)
#define PIECE_CAP (1u << 20)
#define NAME_WIDTH 44

/* Hands what has been written so far to stdout, when it is worth a call. */
static void
pass_on(struct buf *out)
{
	if (out->len < PIECE)
		return;
	cli_print(out);
	buf_reset(out);
}

static int
name_width(const struct gate_set *set)
{
	size_t width = 0;

	for (size_t i = 0; i < set->gate_count && width < NAME_WIDTH; i++) {
		size_t len = strlen(set->gates[i].signal);

		if (len > width)
			width = len;
	}
	return width < NAME_WIDTH ? (int)width : NAME_WIDTH;
}

static void
pad_to(struct buf *out, size_t start, int width)
{
	do {
		buf_char(out, ' ');
	} while (out->len < start + (size_t)width + 1);
}

void
report_text(const struct gate_judgement *j)
{
	int width = name_width(j->set);
	struct buf out;

	buf_init(&out, PIECE_CAP);
	for (size_t i = 0; i < j->set->gate_count; i++) {
		const struct gate *g = &j->set->gates[i];
		size_t start = out.len;

		buf_text(&out, verdict_word(j->findings[i].verdict));
		pad_to(&out, start, 6);
		start = out.len;
		buf_text(&out, g->signal);
		pad_to(&out, start, width + 1);
		if (g->shadow)
			buf_text(&out, "(shadow, not counted) ");
		gate_sentence(&out, g, &j->findings[i]);
		buf_char(&out, '\n');
		pass_on(&out);
	}
	buf_printf(&out, "\n%s\n", j->decision->sentence);
	cli_print(&out);
	buf_clear(&out);
}

static void
json_value(struct jwriter *w, const char *key, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NUMBER:
		jw_number(w, key, v->number);
		return;
	case VALUE_FLAG:
		jw_flag(w, key, v->flag);
		return;
	case VALUE_WORDS:
		jw_text(w, key, v->words);
		return;
	case VALUE_NONE:
		break;
	}
	jw_null(w, key);
}

/* -1 is "unknown" in findings and null in JSON. */
static void
json_known(struct jwriter *w, const char *key, int64_t value)
{
	if (value < 0)
		jw_null(w, key);
	else
		jw_int(w, key, value);
}

static void
json_gate(struct jwriter *w, const struct gate *g)
{
	static const char *const ops[] = {
		[GATE_AT_MOST] = "at_most",
		[GATE_AT_LEAST] = "at_least",
		[GATE_EQUALS] = "equals",
		[GATE_VERSION_AT_LEAST] = "version_at_least",
	};

	jw_text(w, "signal", g->signal);
	jw_text(w, "domain", g->domain);
	jw_text(w, "title", g->title);
	jw_text(w, "op", g->is_strict ? "below" : ops[g->op]);
	json_value(w, "limit", &g->limit);
	jw_text(w, "unit", g->unit);
	jw_text(w, "source", g->source);
	jw_flag(w, "critical", g->critical);
	jw_flag(w, "key", g->key);
	jw_flag(w, "shadow", g->shadow);
	jw_number(w, "weight", g->weight);
}

static void
json_finding(struct jwriter *w, const struct gate *g,
	     const struct gate_finding *f, struct buf *sentence)
{
	buf_reset(sentence);
	gate_sentence(sentence, g, f);
	jw_object(w, NULL);
	jw_text(w, "verdict", verdict_word(f->verdict));
	jw_text(w, "reason", gate_reason_word(f->reason));
	json_gate(w, g);
	json_value(w, "value", &f->value);
	if (f->has_margin)
		jw_number(w, "margin", value_round(f->margin));
	else
		jw_null(w, "margin");
	json_known(w, "n", f->n);
	json_known(w, "age_ms", f->age_ms);
	json_known(w, "since_ms", f->since_ms);
	jw_int(w, "flaps", f->flaps);
	jw_text(w, "why", f->why);
	jw_text(w, "sentence", buf_str(sentence));
	jw_object_end(w);
}

static void
json_counts(struct jwriter *w, const struct series_counts *c)
{
	if (c == NULL) {
		jw_null(w, "samples");
		return;
	}
	jw_object(w, "samples");
	jw_int(w, "taken", (int64_t)c->samples);
	jw_int(w, "unknown", (int64_t)c->unknown);
	jw_int(w, "disordered", (int64_t)c->disordered);
	jw_int(w, "repeated", (int64_t)c->repeated);
	jw_int(w, "conflicting", (int64_t)c->conflicting);
	jw_int(w, "future", (int64_t)c->future);
	jw_object_end(w);
}

static void
json_decision(struct jwriter *w, const struct gate_judgement *j)
{
	const struct decision *d = j->decision;
	char at[CLOCK_TEXT];

	jw_int(w, "schema_version", 1);
	jw_text(w, "verdict", verdict_word(d->verdict));
	jw_int(w, "exit", verdict_exit_code(d->verdict));
	jw_text(w, "sentence", d->sentence);
	jw_text(w, "logic",
		j->set->logic == GATE_WEIGHTED ? "WEIGHTED_SCORE"
					       : "ALL_THRESHOLDS_MET");
	jw_flag(w, "vetoed", d->vetoed);
	if (d->has_score)
		jw_number(w, "score", value_round(d->score));
	else
		jw_null(w, "score");
	jw_flag(w, "rollback_due", d->rollback_due);
	jw_text(w, "leading",
		d->leading < 0 ? NULL : j->set->gates[d->leading].signal);
	jw_object(w, "counts");
	for (enum verdict v = VERDICT_OFF; v < VERDICT_COUNT; v++)
		jw_int(w, verdict_word(v), (int64_t)d->counts[v]);
	jw_object_end(w);
	jw_text(w, "gate_id", j->set->id);
	jw_text(w, "platform", j->set->platform);
	if (j->wall_ms != REPORT_NO_TIME)
		clock_text(at, j->wall_ms);
	jw_text(w, "at", j->wall_ms != REPORT_NO_TIME ? at : NULL);
	json_counts(w, j->counts);
}

void
report_json(const struct gate_judgement *j)
{
	struct buf out, sentence;
	struct jwriter w;

	buf_init(&out, PIECE_CAP);
	buf_init(&sentence, PIECE);
	jw_init(&w, &out);
	jw_object(&w, NULL);
	json_decision(&w, j);
	jw_array(&w, "gates");
	for (size_t i = 0; i < j->set->gate_count; i++) {
		json_finding(&w, &j->set->gates[i], &j->findings[i], &sentence);
		pass_on(&out);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	buf_char(&out, '\n');
	cli_print(&out);
	buf_clear(&sentence);
	buf_clear(&out);
}
