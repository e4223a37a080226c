/* room_write - the whole room as one JSON text. */
#include "base/json.h"
#include "model/drain.h"
#include "model/stagger.h"

static const char *
life_word(enum room_life life)
{
	static const char *const words[] = { "new", "open", "parked",
					     "closed" };

	return words[life];
}

static void
write_value(struct jwriter *w, const char *key, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NUMBER:
		jw_number(w, key, v->number);
		break;
	case VALUE_FLAG:
		jw_flag(w, key, v->flag);
		break;
	case VALUE_WORDS:
		jw_text(w, key, v->words);
		break;
	case VALUE_NONE:
		jw_null(w, key);
		break;
	}
}

static void
write_sample(struct jwriter *w, const char *key, const struct sample *s)
{
	if (s->signal[0] == '\0') {
		jw_null(w, key);
		return;
	}
	jw_object(w, key);
	write_value(w, "value", &s->value);
	jw_int(w, "n", s->n);
	jw_int(w, "at_ms", s->at_ms);
	if (s->failed)
		jw_text(w, "why", s->why);
	jw_object_end(w);
}

static void
write_signals(struct jwriter *w, const struct room *r)
{
	jw_array(w, "signals");
	for (size_t i = 0; i < r->signal_count; i++) {
		const struct room_signal *s = &r->signals[i];

		jw_object(w, NULL);
		jw_text(w, "signal", s->name);
		write_sample(w, "last", &s->last);
		write_sample(w, "last_good", &s->last_good);
		jw_array(w, "history");
		for (size_t n = 0; n < s->history_count; n++)
			jw_number(w, NULL,
				  (double)s->history[(s->history_start + n) %
						     ROOM_HISTORY]);
		jw_array_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_gates(struct jwriter *w, const struct room *r, int64_t now_ms)
{
	jw_array(w, "gates");
	for (size_t i = 0; i < r->book->gates.gate_count; i++) {
		const struct room_gate *g = &r->gates[i];
		struct gate_finding f;

		room_finding(r, i, now_ms, &f);
		jw_object(w, NULL);
		jw_text(w, "gate", r->book->gates.gates[i].signal);
		jw_text(w, "verdict", verdict_word(f.verdict));
		jw_text(w, "reason", gate_reason_word(f.reason));
		jw_text(w, "recorded", verdict_word(g->verdict));
		jw_text(w, "recorded_reason", gate_reason_word(g->reason));
		write_value(w, "value", &f.value);
		jw_int(w, "n", f.n);
		jw_int(w, "age_ms", f.age_ms);
		jw_int(w, "since_ms", g->since_ms);
		jw_int(w, "breached_ms", g->breached_ms);
		jw_flag(w, "answered", g->answered);
		jw_int(w, "flaps", g->flaps);
		jw_text(w, "why", g->why);
		jw_int(w, "held_ms", gate_hold_ms(&g->hold));
		jw_flag(w, "acknowledged", g->acknowledged);
		jw_flag(w, "muted", g->muted);
		jw_int(w, "muted_until_ms", g->muted_until_ms);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_act(struct jwriter *w, const struct room_act *a)
{
	jw_text(w, "state", step_word(a->state));
	if (a->state == STEP_ARMED || a->state == STEP_CONFIRMED)
		jw_text(w, "was", step_word(a->before));
	jw_int(w, "attempt", a->attempt);
	if (a->is_emergency)
		jw_flag(w, "emergency", true);
	if (a->in_doubt)
		jw_flag(w, "doubt", true);
	if (a->is_open)
		jw_flag(w, "open", true);
	jw_int(w, "polls", a->polls);
	jw_int(w, "since_ms", a->since_ms);
	jw_int(w, "began_ms", a->began_ms);
	jw_int(w, "ended_ms", a->ended_ms);
	jw_int(w, "next_ms", a->next_ms);
	jw_flag(w, "paused", a->is_paused);
	if (a->is_paused)
		jw_int(w, "paused_ms", a->paused_ms);
	jw_int(w, "idle_ms", a->idle_ms);
	jw_text(w, "detail", a->detail);
	if (a->given_up[0] != '\0')
		jw_text(w, "given_up", a->given_up);
	jw_text(w, "key", a->key);
	jw_text(w, "by", a->by);
	jw_text(w, "second", a->second);
	if (a->regions == NULL)
		return;
	jw_object(w, "regions");
	for (size_t i = 0; i < a->regions->count; i++) {
		const struct region *g = &a->regions->items[i];

		jw_object(w, g->name);
		jw_text(w, "side", side_word(g->side));
		jw_int(w, "at_ms", g->at_ms);
		jw_object_end(w);
	}
	jw_object_end(w);
}

static void
write_steps(struct jwriter *w, const struct room *r)
{
	jw_array(w, "steps");
	for (size_t i = 0; i < r->book->step_count; i++) {
		jw_object(w, NULL);
		jw_text(w, "step", r->book->steps[i].id);
		write_act(w, &r->steps[i]);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_baseline(struct jwriter *w, const struct room *r)
{
	jw_array(w, "baseline");
	for (size_t i = 0; i < r->book->baseline_count; i++) {
		const struct room_baseline *b = &r->baseline[i];

		jw_object(w, NULL);
		jw_text(w, "object", r->book->baseline[i].object);
		jw_flag(w, "taken", b->taken);
		jw_flag(w, "waived", b->waived);
		jw_text(w, "value", b->value);
		jw_text(w, "digest", b->digest);
		jw_int(w, "at_ms", b->at_ms);
		jw_text(w, "drift", b->drift);
		jw_text(w, "declared", b->declared);
		jw_int(w, "seen_ms", b->seen_ms);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_rules(struct jwriter *w, const struct room *r)
{
	jw_object(w, "objects");
	for (size_t i = 0; i < r->book->object_count; i++)
		jw_text(w, r->book->objects[i], r->objects[i].value);
	jw_object_end(w);
	jw_array(w, "overrides");
	for (size_t i = 0; i < r->override_count; i++) {
		const struct room_override *o = &r->overrides[i];

		jw_object(w, NULL);
		jw_text(w, o->rule < 0 ? "leaves" : "rule",
			room_override_name(r, o));
		jw_text(w, "for",
			o->step < 0 ? "rollback" : r->book->steps[o->step].id);
		jw_text(w, "reason", o->reason);
		jw_text(w, "by", o->by);
		jw_text(w, "second", o->second);
		jw_int(w, "at_ms", o->at_ms);
		jw_flag(w, "in_force", o->in_force);
		jw_flag(w, "begun", o->begun);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_drains(struct jwriter *w, const struct room *r)
{
	jw_array(w, "drains");
	for (size_t i = 0; i < r->book->rollback.drain_count; i++) {
		const struct room_drain *n = &r->drains[i];

		jw_object(w, NULL);
		jw_text(w, "drain", r->book->rollback.drains[i].id);
		jw_text(w, "state", drain_word(n->state));
		jw_int(w, "item", n->item);
		jw_int(w, "began_ms", n->began_ms);
		jw_int(w, "until_ms", n->until_ms);
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* What a person is asked for, and who. */
static void
write_awaited(struct jwriter *w, const struct room *r)
{
	int item = room_awaits_person(r);
	const struct settings *with;

	if (item < 0) {
		jw_null(w, "person");
		return;
	}
	with = &room_undo_act(r, (size_t)item)->with;
	jw_object(w, "person");
	jw_int(w, "item", item);
	jw_text(w, "owner", settings_text_or(with, "owner", ""));
	jw_text(w, "text", settings_text_or(with, "text", ""));
	jw_object_end(w);
}

static void
write_stagger(struct jwriter *w, const struct room *r)
{
	const struct room_stagger *n = &r->stagger;

	jw_object(w, "stagger");
	jw_text(w, "state", stagger_word(n->state));
	jw_int(w, "item", n->item);
	jw_int(w, "after", n->after);
	jw_int(w, "began_ms", n->began_ms);
	jw_int(w, "until_ms", n->until_ms);
	jw_object_end(w);
}

static void
write_rollback(struct jwriter *w, const struct room *r)
{
	jw_object(w, "rollback");
	jw_text(w, "state", rollback_word(r->rollback));
	jw_int(w, "began_ms", r->rollback_began_ms);
	jw_int(w, "until_ms", r->rollback_until_ms);
	jw_int(w, "ended_ms", r->rollback_ended_ms);
	jw_text(w, "detail", r->rollback_detail);
	jw_flag(w, "targeted", r->is_targeted);
	jw_text(w, "second", r->rollback_second);
	jw_int(w, "leftovers", (int64_t)r->leftovers);
	jw_array(w, "left");
	for (size_t i = 0; i < r->left_count; i++) {
		const struct room_leftover *l = &r->left[i];

		jw_object(w, NULL);
		jw_text(w, "object", l->object);
		jw_text(w, "region", l->region);
		jw_text(w, "detail", l->detail);
		jw_int(w, "at_ms", l->at_ms);
		jw_object_end(w);
	}
	jw_array_end(w);
	write_drains(w, r);
	write_awaited(w, r);
	write_stagger(w, r);
	jw_array(w, "items");
	for (size_t i = 0; i < r->undo_count; i++) {
		const struct room_undo *u = &r->undos[i];

		jw_object(w, NULL);
		jw_text(w, "name", plan_name(r->book, &u->item));
		jw_text(w, "object", plan_object(r->book, &u->item));
		jw_text(w, "before", u->before);
		jw_text(w, "after", u->after);
		jw_int(w, "round", u->round);
		jw_flag(w, "is_left", u->is_left);
		write_act(w, &u->act);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static void
write_prompt(struct jwriter *w, const struct room *r)
{
	const struct room_prompt *p = &r->prompt;

	if (!p->open) {
		jw_null(w, "prompt");
		return;
	}
	jw_object(w, "prompt");
	jw_text(w, "for",
		p->step < 0 ? "rollback" : r->book->steps[p->step].id);
	jw_text(w, "phrase", p->phrase);
	jw_text(w, "digest", p->digest);
	jw_int(w, "since_ms", p->since_ms);
	jw_int(w, "begins_ms", p->begins_ms);
	jw_text(w, "awaits", p->awaits);
	jw_text(w, "second", p->second);
	jw_text(w, "second_how", p->second_how);
	jw_array(w, "lines");
	for (size_t i = 0; i < p->line_count; i++)
		jw_text(w, NULL, p->lines[i]);
	jw_array_end(w);
	jw_object_end(w);
}

static void
write_decision(struct jwriter *w, const struct room *r, int64_t now_ms)
{
	struct decision d;

	room_decision(r, now_ms, &d);
	jw_object(w, "decision");
	jw_text(w, "verdict", verdict_word(d.verdict));
	jw_text(w, "sentence", d.sentence);
	if (d.has_score)
		jw_number(w, "score", d.score);
	jw_flag(w, "vetoed", d.vetoed);
	jw_flag(w, "rollback_due", d.rollback_due);
	jw_text(w, "recorded", verdict_word(r->verdict));
	jw_text(w, "recorded_sentence", r->sentence);
	jw_int(w, "since_ms", r->verdict_since_ms);
	jw_int(w, "first_no_go_ms", r->first_no_go_ms);
	jw_int(w, "first_fault_ms", r->first_fault_ms);
	jw_object_end(w);
}

static void
write_tail(struct jwriter *w, const struct room *r)
{
	jw_array(w, "tail");
	for (size_t i = 0; i < r->tail_count; i++) {
		const struct room_line *l =
			&r->tail[(r->tail_start + i) % ROOM_TAIL];

		jw_object(w, NULL);
		jw_int(w, "seq", l->seq);
		jw_int(w, "wall_ms", l->wall_ms);
		jw_text(w, "kind", record_rows[l->kind].word);
		jw_text(w, "text", l->text);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void
room_write(struct buf *out, const struct room *r, int64_t now_ms)
{
	struct jwriter w;

	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_text(&w, "room", r->name);
	jw_text(&w, "runbook", r->book->id);
	jw_text(&w, "life", life_word(r->life));
	jw_text(&w, "mode", r->mode);
	jw_text(&w, "commander", r->commander);
	jw_int(&w, "seed", (int64_t)r->seed);
	jw_int(&w, "opened_ms", r->opened_ms);
	jw_int(&w, "opened_wall_ms", r->opened_wall_ms);
	jw_int(&w, "last_ms", r->last_ms);
	jw_int(&w, "last_wall_ms", r->last_wall_ms);
	jw_int(&w, "epoch", r->epoch);
	jw_int(&w, "records", r->records);
	jw_text(&w, "head", r->head);
	jw_flag(&w, "console_lost", r->console_lost);
	jw_int(&w, "close_code", r->close_code);
	write_decision(&w, r, now_ms);
	write_gates(&w, r, now_ms);
	write_steps(&w, r);
	write_baseline(&w, r);
	write_rules(&w, r);
	write_rollback(&w, r);
	write_prompt(&w, r);
	write_signals(&w, r);
	write_tail(&w, r);
	jw_object_end(&w);
}
