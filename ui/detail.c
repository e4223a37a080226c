/* detail - pages over the whole room: one gate, one step. */
#include "ui/detail.h"

#include <string.h>

#include "base/str.h"
#include "model/room_heard.h"
#include "ui/page.h"
#include "ui/spark.h"

#define CHART_LEAST 5
#define CHART_MOST 12

/* What follows is only shown where the filter finds its text. */
static void
begin_filter(const struct frame *f, struct page *p)
{
	const char *only = f->view->page_filter.text;

	if (only[0] == '\0')
		return;
	page_printf(p, ROLE_HOLD, "only lines %s \"%s\"; / asks anew",
		    only[0] == '!' ? "without" : "with",
		    only + (only[0] == '!'));
	p->only = only;
}

/* The wall time at which a room time was, and how long ago that is. */
static void
when_text(const struct frame *f, int64_t room_ms, char *to, size_t size)
{
	char time[16], ago[16];

	words_time(time, sizeof(time), frame_wall(f, room_ms));
	words_age(ago, sizeof(ago), f->now.room_ms - room_ms);
	str_printf(to, size, "%sZ, %s ago", time, ago);
}

static void
gate_state(const struct frame *f, struct page *p, size_t gate)
{
	const struct gate *g = &f->book->gates.gates[gate];
	const struct gate_finding *d = &f->findings[gate];
	struct look look = words_verdict(d->verdict);
	char since[32], limit[96];
	struct buf sentence;

	buf_init(&sentence, 2048);
	gate_sentence(&sentence, g, d);
	str_duration(since, sizeof(since), d->since_ms);
	gate_limit_text(limit, sizeof(limit), g);
	page_printf(p, look.role, "%s %s  %s", words_glyph(p->set, look.glyph),
		    verdict_word(d->verdict), buf_str(&sentence));
	page_printf(p, ROLE_NORMAL, "%s, for %s; limit %s%s%s",
		    gate_reason_word(d->reason), since, limit,
		    g->source[0] != '\0' ? " from " : "", g->source);
	page_printf(p, ROLE_DIM, "signal %s%s%s%s%s", g->signal,
		    g->critical ? ", critical: its breach vetoes" : "",
		    g->key ? ", key: vetoes, not scored" : "",
		    g->shadow ? ", shadow: never counted" : "",
		    f->room->gates[gate].muted ? ", muted" : "");
	if (d->why[0] != '\0')
		page_printf(p, ROLE_STRONG, "why: %s", d->why);
	if (d->flaps > 0)
		page_printf(p, ROLE_HOLD, "breached %d times lately", d->flaps);
	buf_clear(&sentence);
}

static void
gate_answer(const struct frame *f, struct page *p, size_t gate)
{
	const struct book_probe *b = frame_feeder(f, gate);
	const struct snapshot_probe *s;
	char when[48];

	if (b == NULL) {
		page_text(p, ROLE_BLIND, 0, "no probe feeds this gate");
		return;
	}
	s = frame_answer(f, b->id);
	if (s == NULL || s->runs == 0) {
		page_printf(p, ROLE_BLIND, "probe %s (%s) has not run yet",
			    b->id, b->kind);
		return;
	}
	when_text(f, s->at_ms, when, sizeof(when));
	page_printf(p, s->failed ? ROLE_BLIND : ROLE_NORMAL,
		    "probe %s (%s) %s at %s in %d ms, run %llu: %s", b->id,
		    b->kind, s->failed ? "failed" : "answered", when,
		    (int)(s->took_us / 1000), (unsigned long long)s->runs,
		    s->detail);
	if (s->raw[0] != '\0')
		page_printf(p, ROLE_DIM, "last answer: %s", s->raw);
}

int
detail_gate(const struct frame *f, struct canvas *c, struct rect r)
{
	int gate = frame_gate(f, f->view->subject);
	const struct room_signal *s = NULL;
	struct page top, rest;
	struct rect in;
	int chart, scroll;

	if (gate < 0) {
		canvas_box(c, r, ROLE_FOCUS, "no such gate");
		return 0;
	}
	if (f->room->gates[gate].signal >= 0)
		s = &f->room->signals[f->room->gates[gate].signal];
	in = canvas_box(c, r, ROLE_FOCUS, f->book->gates.gates[gate].title);
	page_init(&top, c->set, in.cols - 1);
	page_init(&rest, c->set, in.cols - 1);
	in.col++;
	in.cols--;
	gate_state(f, &top, (size_t)gate);
	begin_filter(f, &rest);
	gate_answer(f, &rest, (size_t)gate);
	chart = in.rows - (int)top.count - (int)rest.count - 2;
	chart = chart > CHART_MOST ? CHART_MOST : chart;
	if (chart < CHART_LEAST || s == NULL || s->history_count < 2) {
		begin_filter(f, &top);
		gate_answer(f, &top, (size_t)gate);
		scroll = page_draw(&top, c, in, f->view->scroll);
	} else {
		page_draw(&top, c, in, 0);
		in.row += (int)top.count + 1;
		spark_chart(c, (struct rect){ in.row, in.col, chart, in.cols },
			    s, &f->book->gates.gates[gate]);
		in.row += chart + 1;
		in.rows -= (int)top.count + chart + 2;
		scroll = page_draw(&rest, c, in, f->view->scroll);
	}
	page_clear(&top);
	page_clear(&rest);
	return scroll;
}

static void
settings_page(struct page *p, const char *what, const struct act *a)
{
	if (a->kind[0] == '\0')
		return;
	page_printf(p, ROLE_STRONG, "%s: %s", what, a->kind);
	for (size_t i = 0; i < a->with.count; i++)
		page_printf(p, ROLE_DIM, "  %s = %s", a->with.items[i].name,
			    a->with.items[i].text);
}

static void
step_needs(const struct frame *f, struct page *p, const struct book_step *s)
{
	for (size_t i = 0; i < s->need_count; i++) {
		enum step_state state = f->room->steps[s->needs[i]].state;

		page_printf(p, words_step(state).role, "needs %s: %s",
			    f->book->steps[s->needs[i]].id, step_word(state));
	}
}

/* What a person can do about a step in this state. */
static const char *
step_hint(const struct book_step *s, const struct room_act *a)
{
	enum step_state state = a->state;

	if (state == STEP_UNKNOWN)
		return "c reads the outcome back; R shows the rollback's plan";
	if (state == STEP_FAILED)
		return "r tries it again, s leaves it out, R shows the "
		       "rollback's plan";
	if (state == STEP_READY)
		return "enter in the runbook shows its plan";
	if (step_is_running(state) && str_same(s->act.kind, "manual"))
		return "d ends it with a proof, f gives it up";
	if (a->is_paused)
		return "p lets it go on; f gives it up, a ends it and reads it "
		       "back";
	return step_is_running(state)
		       ? "p pauses it, r ends its wait; f gives it up, a ends "
			 "it and reads it back"
		       : "";
}

static void
step_progress(const struct frame *f, struct page *p, const struct room_act *a)
{
	struct look look = words_step(a->state);
	int64_t idle_ms;
	char when[48], polls[24] = "";

	page_printf(p, look.role, "%s %s: %s", words_glyph(p->set, look.glyph),
		    step_word(a->state), step_help(a->state));
	if (a->detail[0] != '\0')
		page_printf(p, look.role, "%s", a->detail);
	if (a->is_paused) {
		when_text(f, a->paused_ms, when, sizeof(when));
		page_printf(p, ROLE_HOLD,
			    "paused since %s: nothing more is sent, and its "
			    "time stands still",
			    when);
	}
	idle_ms = room_idle_ms(a, f->now.room_ms);
	if (idle_ms > 0) {
		str_duration(when, sizeof(when), idle_ms / 1000 * 1000);
		page_printf(p, ROLE_NORMAL, "paused for %s in all", when);
	}
	if (a->began_ms >= 0) {
		when_text(f, a->began_ms, when, sizeof(when));
		if (a->polls > 0)
			str_printf(polls, sizeof(polls), ", %d polls",
				   a->polls);
		page_printf(p, ROLE_NORMAL, "began %s, attempt %d%s%s%s", when,
			    a->attempt, polls,
			    a->by[0] != '\0' ? ", confirmed by " : "", a->by);
	}
	if (a->ended_ms >= 0) {
		when_text(f, a->ended_ms, when, sizeof(when));
		page_printf(p, ROLE_NORMAL, "ended %s", when);
	}
	if (a->key[0] != '\0')
		page_printf(p, ROLE_DIM, "idempotency key %s", a->key);
}

/* What was asked and answered, the last at the end; of an undo too. */
static void
step_exchanges(const struct frame *f, struct page *p, const char *id)
{
	const struct heard *h = NULL;
	char answer[24];

	while ((h = room_heard_next(f->room, id, h == NULL ? 0 : h->seq))) {
		char when[16];

		words_time(when, sizeof(when), h->wall_ms);
		if (h->status > 0)
			str_printf(answer, sizeof(answer), "%d", h->status);
		else
			str_copy(answer, sizeof(answer), "no answer");
		page_printf(p, h->status > 0 ? ROLE_STRONG : ROLE_HOLD,
			    "%s %s%s %s: %s in %lld ms, attempt %d", when,
			    h->is_undo ? "undo " : "", h->method, h->url,
			    answer, (long long)h->took_ms, h->attempt);
		if (h->detail[0] != '\0')
			page_printf(p, ROLE_DIM, "  %s", h->detail);
		if (h->sent[0] != '\0')
			page_printf(p, ROLE_DIM, "  sent %s", h->sent);
		if (h->answer[0] != '\0')
			page_printf(p, ROLE_NORMAL, "  answered %s", h->answer);
	}
}

static bool
is_shown_whole(const struct frame *f, const char *id, int64_t seq)
{
	const struct heard *h = room_heard_next(f->room, id, seq - 1);

	return h != NULL && h->seq == seq;
}

static void
step_journal(const struct frame *f, struct page *p, const char *id)
{
	int count = 0;

	for (size_t i = 0; i < f->room->tail_count; i++) {
		const struct room_line *l =
			&f->room->tail[(f->room->tail_start + i) % ROOM_TAIL];
		char when[16];

		if (strstr(l->text, id) == NULL ||
		    is_shown_whole(f, id, l->seq))
			continue;
		if (count++ == 0)
			page_text(p, ROLE_KEY, 0,
				  "enter lists its records; enter there opens "
				  "one");
		words_time(when, sizeof(when), l->wall_ms);
		page_printf(p, ROLE_DIM, "%s %s", when, l->text);
	}
}

int
detail_step(const struct frame *f, struct canvas *c, struct rect r)
{
	const struct book_step *s = book_step(f->book, f->view->subject);
	char takes[32], title[BOOK_ID + BOOK_TITLE + 8];
	const char *hint;
	struct page p;
	struct rect in;
	int scroll;

	if (s == NULL) {
		canvas_box(c, r, ROLE_FOCUS, "no such step");
		return 0;
	}
	str_printf(title, sizeof(title), "%s: %s", s->id, s->title);
	in = canvas_box(c, r, ROLE_FOCUS, title);
	in.col++;
	in.cols--;
	page_init(&p, c->set, in.cols);
	step_progress(f, &p, &f->room->steps[s - f->book->steps]);
	hint = step_hint(s, &f->room->steps[s - f->book->steps]);
	if (hint[0] != '\0')
		page_text(&p, ROLE_KEY, 0, hint);
	begin_filter(f, &p);
	str_duration(takes, sizeof(takes), s->takes_ms);
	page_printf(&p, ROLE_NORMAL, "phase %s, owner %s, takes about %s%s%s",
		    s->phase[0] != '\0' ? s->phase : "-",
		    s->owner[0] != '\0' ? s->owner : "-", takes,
		    s->object[0] != '\0' ? ", changes " : "", s->object);
	step_needs(f, &p, s);
	settings_page(&p, "does", &s->act);
	settings_page(&p, "undone by", &s->undo);
	if (s->undo.kind[0] == '\0')
		page_text(&p, ROLE_HOLD, 0, "has no undo of its own");
	step_exchanges(f, &p, s->id);
	step_journal(f, &p, s->id);
	scroll = page_draw(&p, c, in, f->view->scroll);
	page_clear(&p);
	return scroll;
}
