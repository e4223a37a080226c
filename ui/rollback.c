/* rollback - the screen of a rollback on its way: items, time, result. */
#include "ui/rollback.h"

#include <assert.h>

#include "base/str.h"
#include "base/text.h"
#include "model/drain.h"
#include "model/forecast.h"
#include "model/room_health.h"
#include "model/stagger.h"
#include "ui/gauge.h"
#include "ui/page.h"

#define GAUGE_CELLS 12
#define ASKED_LINES 6 /* of what a person is to do, at most */
#define ASKED_INDENT 3
#define CLOCK_CELLS 38 /* "  4 of 4 undone  03:10 of RTO 30:00" */
#define ITEM_LONG 100  /* cells of an item's row with room for more */
#define ITEM_SHORT 60

/* The short text is for screens where the clock has no room beside the long. */
static const struct {
	const char *text, *brief;
	enum role role;
} words[] = {
	[ROLLBACK_NONE] = { "no rollback", "no rollback", ROLE_NORMAL },
	[ROLLBACK_PROPOSED] = { "ROLLBACK PROPOSED", "PROPOSED", ROLE_NO_GO },
	[ROLLBACK_DECLINED] = { "rollback declined", "declined", ROLE_HOLD },
	[ROLLBACK_ARMED] = { "ROLLBACK PLAN SHOWN", "PLAN SHOWN", ROLE_HOLD },
	[ROLLBACK_RUNNING] = { "ROLLING BACK", "ROLLING BACK", ROLE_RUNNING },
	[ROLLBACK_VALIDATING] = { "VALIDATING ROLLBACK", "VALIDATING",
				  ROLE_RUNNING },
	[ROLLBACK_HALTING] = { "ROLLBACK GIVEN UP, HALTING", "HALTING",
			       ROLE_HOLD },
	[ROLLBACK_VALIDATED] = { "ROLLED BACK, VALIDATED", "VALIDATED",
				 ROLE_DONE },
	[ROLLBACK_HALTED] = { "ROLLBACK HALTED: A PERSON IS NEEDED", "HALTED",
			      ROLE_FAILED },
};

static size_t
items_over(const struct room *r)
{
	size_t done = 0;

	for (size_t i = 0; i < r->undo_count; i++)
		done += step_is_over(r->undos[i].act.state);
	return done;
}

/* What the rollback waits for: a condition of its end, calls that must end
 * before an item is taken back, or time between two items. */
struct condition {
	enum validation_state state;
	char text[200];
	int64_t good_ms, left_ms, whole_ms; /* SETTLING: of its time */
};

/* What is amiss is told before what only takes its time. */
static const enum validation_state by_trouble[] = { VALIDATION_FAILING,
						    VALIDATION_MISSING,
						    VALIDATION_SETTLING,
						    VALIDATION_HOLDS };

static bool
is_worse(const struct condition *a, const struct condition *b)
{
	for (size_t i = 0; a->state != b->state; i++)
		if (by_trouble[i] == a->state || by_trouble[i] == b->state)
			return by_trouble[i] == a->state;
	return a->left_ms > b->left_ms;
}

static const struct look health_looks[] = {
	[VALIDATION_MISSING] = { ROLE_BLIND, ROLE_BLIND, GLYPH_BLIND },
	[VALIDATION_FAILING] = { ROLE_NO_GO, ROLE_NO_GO, GLYPH_NO_GO },
	[VALIDATION_SETTLING] = { ROLE_RUNNING, ROLE_RUNNING, GLYPH_RUNNING },
	[VALIDATION_HOLDS] = { ROLE_DONE, ROLE_DONE, GLYPH_GO },
};

/* Row `k` of validate; false when it does not count. */
static bool
take_health(const struct frame *f, size_t k, struct condition *out)
{
	struct room_health h;

	room_health(f->room, k, f->now.room_ms, &h);
	out->state = h.state;
	out->good_ms = h.good_ms;
	out->left_ms = h.left_ms;
	out->whole_ms = f->book->rollback.validations[k].for_ms;
	str_copy(out->text, sizeof(out->text), h.text);
	return h.applies;
}

/* Row `k` of drain; false when it holds nothing back. */
static bool
take_drain(const struct frame *f, size_t k, struct condition *out)
{
	const struct room_drain *n = &f->room->drains[k];
	const struct room_undo *undos = f->room->undos;
	char why[120];

	if (n->state != DRAIN_WAITING || (size_t)n->item >= f->room->undo_count)
		return false;
	drain_judge(f->room, k, f->now.room_ms, why, sizeof(why));
	out->state = VALIDATION_SETTLING;
	out->whole_ms = n->until_ms - n->began_ms;
	out->good_ms = f->now.room_ms - n->began_ms;
	out->left_ms =
		n->until_ms > f->now.room_ms ? n->until_ms - f->now.room_ms : 0;
	str_printf(out->text, sizeof(out->text), "%s waits: %s",
		   plan_name(f->book, &undos[n->item].item), why);
	return true;
}

/* False when no item is kept apart from the one before. */
static bool
take_stagger(const struct frame *f, struct condition *out)
{
	const struct room_stagger *n = &f->room->stagger;
	const struct room_undo *undos = f->room->undos;

	if (n->state != STAGGER_WAITING ||
	    (size_t)n->item >= f->room->undo_count ||
	    (size_t)n->after >= f->room->undo_count)
		return false;
	out->state = VALIDATION_SETTLING;
	out->whole_ms = n->until_ms - n->began_ms;
	out->good_ms = f->now.room_ms - n->began_ms;
	out->left_ms =
		n->until_ms > f->now.room_ms ? n->until_ms - f->now.room_ms : 0;
	str_printf(out->text, sizeof(out->text), "%s waits after %s: %s",
		   plan_name(f->book, &undos[n->item].item),
		   plan_name(f->book, &undos[n->after].item), stagger_reason());
	return true;
}

/* What row `k` is about: one of validate while that goes on, else one of
 * drain, or the stagger behind the last of them. */
static bool
take_row(const struct frame *f, size_t k, struct condition *out)
{
	if (f->room->rollback == ROLLBACK_VALIDATING)
		return take_health(f, k, out);
	return k < f->book->rollback.drain_count ? take_drain(f, k, out)
						 : take_stagger(f, out);
}

/* The i-th condition that counts; how many there are when i is beyond. */
static int
find_condition(const struct frame *f, int i, struct condition *out)
{
	const struct book_rollback *b = &f->book->rollback;
	bool runs = f->room->rollback == ROLLBACK_RUNNING;
	size_t rows = runs ? b->drain_count + 1 : b->validation_count;
	int count = 0;

	if (!runs && f->room->rollback != ROLLBACK_VALIDATING)
		return 0;
	for (size_t k = 0; k < rows; k++) {
		*out = (struct condition){ 0 };
		if (!take_row(f, k, out))
			continue;
		if (count++ == i)
			return i;
	}
	return count;
}

/* What the item asks of a person, and of whom, as wide as the screen; the
 * caller clears it. */
static void
take_asked(const struct frame *f, int item, struct page *out)
{
	const struct settings *with =
		&room_undo_act(f->room, (size_t)item)->with;
	const char *owner = settings_text_or(with, "owner", "");
	char text[1024], shown[1024];

	str_printf(text, sizeof(text), "%s%s%s", owner,
		   owner[0] != '\0' ? ": " : "",
		   settings_text_or(with, "text", ""));
	words_shown(f->view->set, shown, sizeof(shown), text);
	page_init(out, f->view->set, f->view->cols - ASKED_INDENT - 3);
	page_text(out, ROLE_STRONG, 0, shown);
}

static int
asked_lines(const struct frame *f, int item)
{
	struct page p;
	int lines;

	take_asked(f, item, &p);
	lines = (int)p.count;
	page_clear(&p);
	return lines < ASKED_LINES ? lines : ASKED_LINES;
}

static void
asked_line(const struct frame *f, int item, int i, struct pen *p)
{
	struct page page;

	take_asked(f, item, &page);
	if (i == 0)
		pen_printf(p, ROLE_HOLD, " %s ",
			   words_glyph(p->on->set, GLYPH_POINTER));
	pen_go(p, p->col + (i == 0 ? 0 : ASKED_INDENT));
	if ((size_t)i < page.count)
		pen_text(p, page.lines[i].role, page.lines[i].text);
	page_clear(&page);
}

int
rollback_conditions(const struct frame *f)
{
	int item = room_awaits_person(f->room);
	struct condition c;

	return item >= 0 ? asked_lines(f, item) : find_condition(f, -1, &c);
}

bool
rollback_waits(const struct frame *f)
{
	struct condition c;

	return f->room->rollback == ROLLBACK_RUNNING &&
	       find_condition(f, -1, &c) > 0;
}

void
rollback_condition(const struct frame *f, int i, struct pen *p)
{
	int item = room_awaits_person(f->room);
	struct condition c;
	struct look look;
	char shown[240], left[24];

	if (item >= 0)
		asked_line(f, item, i, p);
	if (item >= 0 || i >= rollback_conditions(f) ||
	    find_condition(f, i, &c) != i)
		return;
	look = health_looks[c.state];
	words_shown(p->on->set, shown, sizeof(shown), c.text);
	pen_text(p, ROLE_NORMAL, " ");
	pen_glyph(p, look.role, look.glyph);
	pen_printf(p, look.role, " %s", shown);
	if (c.state != VALIDATION_SETTLING)
		return;
	words_age(left, sizeof(left), c.left_ms);
	pen_text(p, ROLE_NORMAL, " ");
	gauge_draw(p, GAUGE_CELLS, ROLE_CHART, (double)c.good_ms,
		   (double)c.whole_ms);
	pen_printf(p, ROLE_STRONG, " %s left", left);
}

/* "at most 4m left, r goes on now: open-trunk waits: active sessions 12" */
static void
drains_line(const struct frame *f, struct pen *p)
{
	struct condition c, longest = { .left_ms = -1 };
	char shown[240], left[24];
	int count = rollback_conditions(f);

	for (int i = 0; i < count; i++) {
		find_condition(f, i, &c);
		if (c.left_ms > longest.left_ms)
			longest = c;
	}
	words_shown(p->on->set, shown, sizeof(shown), longest.text);
	words_age(left, sizeof(left), longest.left_ms);
	pen_printf(p, ROLE_STRONG, "at most %s left, r goes on now: ", left);
	pen_text(p, health_looks[VALIDATION_SETTLING].role, shown);
}

/* "4 of 5 hold, 57s left: trunk stable good for 1m 3s of 2m" */
static void
waits_line(const struct frame *f, struct pen *p)
{
	int count = rollback_conditions(f), holding = 0;
	struct condition c, worst = { .state = VALIDATION_HOLDS };
	int64_t left_ms = 0;
	char shown[240], left[24];

	for (int i = 0; i < count; i++) {
		find_condition(f, i, &c);
		holding += c.state == VALIDATION_HOLDS;
		left_ms = c.left_ms > left_ms ? c.left_ms : left_ms;
		if (is_worse(&c, &worst))
			worst = c;
	}
	words_shown(p->on->set, shown, sizeof(shown), worst.text);
	words_age(left, sizeof(left), left_ms);
	pen_printf(p, ROLE_STRONG, "%d of %d hold%s%s%s", holding, count,
		   worst.state == VALIDATION_SETTLING ? ", " : "",
		   worst.state == VALIDATION_SETTLING ? left : "",
		   worst.state == VALIDATION_SETTLING ? " left" : "");
	if (holding < count)
		pen_printf(p, health_looks[worst.state].role, ": %s", shown);
}

/* Room time of it: until all is proved, also while it stands halted; the
 * caller is without service all the same. */
static int64_t
spent(const struct frame *f)
{
	const struct room *r = f->room;

	return (r->rollback == ROLLBACK_VALIDATED ? r->rollback_ended_ms
						  : f->now.room_ms) -
	       r->rollback_began_ms;
}

/* " ROLLING BACK  1 of 4 undone  03:10 of RTO 30:00 ", where there is no room
 * for that " ROLLING BACK  1 of 4  03:10 of 30:00". */
static void
state_and_clock(const struct frame *f, struct pen *p, int64_t spent_ms,
		int64_t rto_ms)
{
	const struct room *r = f->room;
	char so_far[24], rto[24];
	bool is_brief;

	assert((size_t)r->rollback < ARRAY_LEN(words));
	is_brief = p->end - p->col <
		   text_width(words[r->rollback].text) + CLOCK_CELLS;
	if (f->snapshot->is_deserted && room_rollback_runs(r))
		pen_printf(p, ROLE_NO_GO, " %sSTANDS STILL",
			   is_brief ? "" : "ROLLBACK ");
	else
		pen_printf(p, words[r->rollback].role, " %s",
			   is_brief ? words[r->rollback].brief
				    : words[r->rollback].text);
	if (r->rollback_began_ms < 0 || r->rollback < ROLLBACK_RUNNING)
		return;
	words_span(so_far, sizeof(so_far), spent_ms);
	words_span(rto, sizeof(rto), rto_ms);
	if (rollback_conditions(f) == 0 || rollback_waits(f) ||
	    room_awaits_person(r) >= 0)
		pen_printf(p, ROLE_STRONG, "  %d of %d%s", (int)items_over(r),
			   (int)r->undo_count, is_brief ? "" : " undone");
	pen_printf(p, spent_ms > rto_ms ? ROLE_NO_GO : ROLE_STRONG,
		   "  %s of %s%s ", so_far, is_brief ? "" : "RTO ", rto);
}

void
rollback_line(const struct frame *f, struct pen *p)
{
	const struct room *r = f->room;
	int asked = room_awaits_person(r);
	const char *why;
	int64_t spent_ms = spent(f);
	int64_t rto_ms = forecast_rto_ms(f->book);

	state_and_clock(f, p, spent_ms, rto_ms);
	if (rollback_conditions(f) > 0) {
		pen_text(p, ROLE_NORMAL, " ");
		if (asked >= 0)
			pen_printf(p, ROLE_HOLD,
				   frame_may_act(f, &why)
					   ? "d done, f halts: %s"
					   : "a person is asked: %s",
				   plan_name(f->book, &r->undos[asked].item));
		else if (rollback_waits(f))
			drains_line(f, p);
		else
			waits_line(f, p);
		return;
	}
	if (r->rollback_began_ms >= 0 && r->rollback >= ROLLBACK_RUNNING) {
		gauge_draw(p, 20, spent_ms > rto_ms ? ROLE_NO_GO : ROLE_CHART,
			   (double)spent_ms, (double)rto_ms);
	}
	if (r->rollback_detail[0] != '\0') {
		char shown[300];

		words_shown(p->on->set, shown, sizeof(shown),
			    r->rollback_detail);
		pen_printf(p, ROLE_NORMAL, "  %s", shown);
	}
}

/* What goes on, or else what is still to be done; -1: all is over. */
static int
item_in_hand(const struct room *r)
{
	int open = -1;

	for (size_t i = 0; i < r->undo_count; i++) {
		enum step_state state = r->undos[i].act.state;

		if (step_is_running(state))
			return (int)i;
		if (open < 0 && !step_is_over(state))
			open = (int)i;
	}
	return open;
}

void
rollback_in_hand(const struct frame *f, struct pen *p)
{
	int item = item_in_hand(f->room);

	if (item >= 0)
		rollback_item(f, item, p);
	else if (rollback_conditions(f) == 0)
		pen_printf(p, ROLE_DIM, "all %d items are over",
			   (int)f->room->undo_count);
}

/* How long it took, or has taken so far. */
static void
item_time(const struct frame *f, const struct room_act *a, struct pen *p)
{
	int64_t end_ms = a->ended_ms >= 0 ? a->ended_ms : f->now.room_ms;
	char text[24];

	if (a->began_ms < 0)
		return;
	words_span(text, sizeof(text), end_ms - a->began_ms);
	pen_printf(p, ROLE_NORMAL, "%s  ", text);
}

void
rollback_item(const struct frame *f, int i, struct pen *p)
{
	const struct room_undo *u = &f->room->undos[i];
	struct look look = words_step(u->act.state);
	bool is_running = step_is_running(u->act.state);
	int cells = p->end - p->col;
	char text[64];

	pen_glyph(p, look.role, look.glyph);
	pen_printf(p, ROLE_NORMAL, "%s%2d ",
		   str_in_words(f->view->marks, plan_name(f->book, &u->item))
			   ? "*"
			   : " ",
		   i + 1);
	pen_field(p,
		  cells >= ITEM_LONG	? 26
		  : cells >= ITEM_SHORT ? 18
					: 16,
		  ROLE_STRONG, plan_name(f->book, &u->item));
	if (cells >= ITEM_SHORT) {
		pen_field(p, 10, look.role, step_word(u->act.state));
	} else {
		pen_printf(p, look.role, "%s ", step_word(u->act.state));
		item_time(f, &u->act, p);
	}
	if (u->act.is_emergency)
		pen_text(p, ROLE_HOLD, "EMERGENCY  ");
	if (u->act.attempt > 1)
		pen_printf(p, ROLE_HOLD, "try %d  ", u->act.attempt);
	if (is_running && u->act.next_ms > f->now.room_ms) {
		words_age(text, sizeof(text), u->act.next_ms - f->now.room_ms);
		pen_printf(p, ROLE_HOLD, "next in %s  ", text);
	}
	if (cells >= ITEM_SHORT)
		item_time(f, &u->act, p);
	if (u->act.detail[0] != '\0')
		pen_text(p, look.role, u->act.detail);
	else if (u->before[0] != '\0' || u->after[0] != '\0')
		pen_printf(p, ROLE_DIM, "%s %s %s", u->before,
			   p->on->set == CHARSET_UTF8 ? "→" : "->", u->after);
	else
		pen_text(p, ROLE_DIM, plan_object(f->book, &u->item));
}
