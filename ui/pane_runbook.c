/* pane_runbook - the steps of the night, or the rollback on its way. */
#include <string.h>

#include "base/str.h"
#include "base/text.h"
#include "ui/gauge.h"
#include "ui/pane.h"
#include "ui/rollback.h"

#define GAUGE_CELLS 14
#define CONFIRM_CELLS 11 /* "two persons" */
#define TAKES_CELLS 8	 /* "~59m 59s" */
#define STATE_CELLS (CONFIRM_CELLS + 1 + TAKES_CELLS + (int)sizeof("ready"))
#define TITLE_CELLS 40 /* at most */
#define TITLE_SHORT 20 /* beside a step that has more to say */
#define ITEMS_LEAST 2  /* rows kept for them below the conditions */
#define TITLE_LEAST 8
#define NARROW_CELLS 30 /* here a state and its time come before all else */

static const char *const confirm_words[] = {
	[CONFIRM_NONE] = "no confirm",
	[CONFIRM_KEY] = "confirm",
	[CONFIRM_PHRASE] = "phrase",
	[CONFIRM_TWO_PERSON] = "two persons",
};

static int
runbook_count(const struct pane_kind *k, const struct frame *f)
{
	(void)k;
	return frame_shows_rollback(f) ? (int)f->room->undo_count
				       : (int)f->book->step_count;
}

static void
runbook_identify(const struct pane_kind *k, const struct frame *f, int i,
		 char *to, size_t size)
{
	(void)k;
	to[0] = '\0';
	if (i < 0 || i >= runbook_count(k, f))
		return;
	if (frame_shows_rollback(f))
		frame_item_id(i, to, size);
	else
		str_copy(to, size, f->book->steps[i].id);
}

/* "needs publish-flow": what of it is not over.  That a step needs the row
 * before it goes without saying, unless it is the selected one. */
static void
needs_text(const struct frame *f, size_t step, bool is_selected, char *to,
	   size_t size)
{
	const struct book_step *s = &f->book->steps[step];
	size_t used = 0;
	bool is_plain = true;

	to[0] = '\0';
	for (size_t i = 0; i < s->need_count; i++) {
		const char *id = f->book->steps[s->needs[i]].id;

		if (room_step_is_past(f->room, (size_t)s->needs[i]))
			continue;
		is_plain &= s->needs[i] + 1 == (int)step;
		str_printf(to + used, size - used, "%s %s",
			   used == 0 ? "needs" : "", id);
		used = strlen(to);
	}
	if (is_plain && !is_selected)
		to[0] = '\0';
}

/* What a step that has not begun waits for: its columns, and then `needs`
 * where they have not been said before. */
static void
draw_ready(const struct frame *f, struct pen *p, size_t step, const char *needs)
{
	const struct book_step *s = &f->book->steps[step];
	char takes[32];

	str_copy(takes, sizeof(takes), "~");
	str_duration(takes + 1, sizeof(takes) - 1, s->takes_ms);
	pen_field(p, CONFIRM_CELLS, ROLE_DIM, confirm_words[s->confirm]);
	pen_field(p, TAKES_CELLS, ROLE_DIM, takes);
	if (room_needs_met(f->room, step))
		pen_text(p, ROLE_STRONG, "ready");
	else
		pen_text(p, ROLE_DIM, needs);
}

/* A step in hand: state, attempt, next try, time spent of time expected. */
static void
draw_running(const struct frame *f, struct pen *p, size_t step)
{
	const struct book_step *s = &f->book->steps[step];
	const struct room_act *a = &f->room->steps[step];
	struct look look = words_step(a->state);
	int64_t spent_ms = a->began_ms >= 0 ? f->now.room_ms - a->began_ms : 0;
	bool is_narrow = p->end - p->col < NARROW_CELLS;
	char spent[24], takes[24], next[16];

	spent_ms -= room_idle_ms(a, f->now.room_ms);
	words_span(spent, sizeof(spent), spent_ms);
	words_span(takes, sizeof(takes), s->takes_ms);
	if (a->is_paused) {
		words_age(next, sizeof(next), f->now.room_ms - a->paused_ms);
		pen_printf(p, ROLE_HOLD, "paused %s in ", next);
	}
	pen_printf(p, look.role, "%s ", step_word(a->state));
	if (is_narrow)
		pen_printf(p, ROLE_STRONG, "%s ", spent);
	if (a->attempt > 1)
		pen_printf(p, ROLE_HOLD, "try %d ", a->attempt);
	if (a->polls > 0)
		pen_printf(p, ROLE_NORMAL, "poll %d ", a->polls);
	if (!a->is_paused && a->next_ms > f->now.room_ms) {
		words_age(next, sizeof(next), a->next_ms - f->now.room_ms);
		pen_printf(p, ROLE_HOLD, "next in %s ", next);
	}
	if (!is_narrow)
		pen_printf(p, ROLE_STRONG, "%s / ~%s ", spent, takes);
	gauge_draw(p, GAUGE_CELLS, ROLE_CHART, (double)spent_ms,
		   (double)s->takes_ms);
	if (a->detail[0] != '\0')
		pen_printf(p, ROLE_DIM, " %s", a->detail);
}

static void
draw_over(const struct frame *f, struct pen *p, size_t step)
{
	const struct room_act *a = &f->room->steps[step];
	struct look look = words_step(a->state);
	char when[16], took[24];

	pen_printf(p, look.role, "%s ", step_word(a->state));
	if (a->ended_ms >= 0) {
		words_time(when, sizeof(when), frame_wall(f, a->ended_ms));
		pen_printf(p, ROLE_DIM, "%s ", when);
	}
	if (a->began_ms >= 0 && a->ended_ms >= a->began_ms) {
		str_duration(took, sizeof(took), a->ended_ms - a->began_ms);
		pen_printf(p, ROLE_DIM, "in %s ", took);
	}
	if (a->by[0] != '\0')
		pen_printf(p, ROLE_DIM, "%s ", a->by);
	if (a->detail[0] != '\0' && a->state != STEP_VERIFIED)
		pen_text(p, look.role, a->detail);
}

/* Has a step in this state more to say than its columns? */
static bool
is_talkative(enum step_state state)
{
	return step_is_running(state) || state == STEP_FAILED ||
	       state == STEP_UNKNOWN || state == STEP_SKIPPED;
}

/* The title has what room there is before the columns; what a step needs
 * takes a part of it where none is left behind them. */
static void
draw_title(struct pen *p, const struct book_step *s, enum step_state state,
	   char *needs)
{
	int space = p->end - p->col - STATE_CELLS - 1;
	int title = space > TITLE_CELLS ? TITLE_CELLS : space;
	int wanted = text_width(needs);

	/* Where not even the columns have room the state goes first. */
	if (is_talkative(state) && space < TITLE_CELLS)
		title = space < 0 ? 0 : TITLE_SHORT;
	if (title < TITLE_LEAST)
		return;
	if (wanted == 0 || space - title > wanted) {
		pen_field(p, title, ROLE_NORMAL, s->title);
		return;
	}
	if (wanted + TITLE_LEAST >= title)
		wanted = title;
	else
		pen_field(p, title - wanted - 1, ROLE_NORMAL, s->title);
	pen_field(p, wanted, ROLE_DIM, needs);
	needs[0] = '\0';
}

static void
draw_step(const struct frame *f, struct pen *p, size_t step, bool is_selected)
{
	const struct book_step *s = &f->book->steps[step];
	enum step_state state = f->room->steps[step].state;
	struct look look = words_step(state);
	int space = p->end - p->col;
	bool is_lit = is_selected && f->view->focus == VIEW_RUNBOOK;
	char needs[160] = "";

	pane_pointer(f, p, VIEW_RUNBOOK, is_selected);
	pen_glyph(p, look.role, look.glyph);
	pen_printf(p, ROLE_NORMAL, "%s%2d ",
		   str_in_words(f->view->marks, s->id) ? "*" : " ",
		   (int)step + 1);
	pen_field(p, space >= 70 ? 16 : 13,
		  is_lit ? ROLE_SELECTED : ROLE_STRONG, s->id);
	if (state == STEP_READY)
		needs_text(f, step, is_selected, needs, sizeof(needs));
	draw_title(p, s, state, needs);
	if (state == STEP_READY)
		draw_ready(f, p, step, needs);
	else if (step_is_running(state))
		draw_running(f, p, step);
	else
		draw_over(f, p, step);
}

/* "6 of 8 done", "2 of 8 done, 1 skipped". */
static void
steps_done(const struct frame *f, char *to, size_t size)
{
	int done = 0, skipped = 0;
	char more[32] = "";

	for (size_t i = 0; i < f->book->step_count; i++) {
		enum step_state state = f->room->steps[i].state;

		skipped += state == STEP_SKIPPED;
		done += step_is_over(state) && state != STEP_SKIPPED;
	}
	if (skipped > 0)
		str_printf(more, sizeof(more), ", %d skipped", skipped);
	str_printf(to, size, "%d of %d done%s", done, (int)f->book->step_count,
		   more);
}

/* " - 7 of 19 - 2 Switch - 00:41 elapsed" */
static void
heading(const struct frame *f, enum charset set, char *to, size_t size)
{
	const char *dot = words_glyph(set, GLYPH_DOT);
	int next = frame_shows_rollback(f) ? -1 : room_next_step(f->room);
	char span[24], done[64];

	steps_done(f, done, sizeof(done));
	words_long(span, sizeof(span), f->now.room_ms - f->room->opened_ms);
	if (frame_shows_rollback(f))
		str_printf(to, size, " %s rollback, %d items", dot,
			   (int)f->room->undo_count);
	else if (next >= 0 && f->book->steps[next].phase[0] != '\0')
		str_printf(to, size, " %s %s %s phase %s %s %s in", dot, done,
			   dot, f->book->steps[next].phase, dot, span);
	else
		str_printf(to, size, " %s %s %s %s in", dot, done, dot, span);
}

static void
runbook_draw(const struct pane_kind *k, const struct frame *f, struct canvas *c,
	     struct rect r)
{
	bool is_back = frame_shows_rollback(f);
	int count = runbook_count(k, f);
	int selected = pane_selected(f, VIEW_RUNBOOK);
	int waits = is_back ? rollback_conditions(f) : 0;
	char more[160];
	struct rect in;
	struct pen p;
	int top;

	heading(f, c->set, more, sizeof(more));
	if (f->view->marks[0] != '\0')
		str_copy(more, sizeof(more), " * marked: R takes it back");
	in = pane_frame(k, f, c, r, more);
	if (is_back && in.rows > 1) {
		p = canvas_pen(c, in.row++, in.col, in.cols);
		in.rows--;
		rollback_line(f, &p);
	}
	/* What is waited for stands above what was done. */
	for (int i = 0; i < waits && in.rows > ITEMS_LEAST; i++) {
		p = canvas_pen(c, in.row++, in.col, in.cols);
		in.rows--;
		rollback_condition(f, i, &p);
	}
	top = pane_top(count, in.rows, selected);
	for (int i = 0; i < in.rows && top + i < count; i++) {
		p = canvas_pen(c, in.row + i, in.col, in.cols);
		if (is_back) {
			pane_pointer(f, &p, VIEW_RUNBOOK, top + i == selected);
			rollback_item(f, top + i, &p);
		} else {
			draw_step(f, &p, (size_t)(top + i),
				  top + i == selected);
		}
	}
	pane_hidden(c, r, count - in.rows, is_back ? " items" : " steps");
}

static void
runbook_summary(const struct pane_kind *k, const struct frame *f, struct pen *p)
{
	int step = room_next_step(f->room);
	char done[64];

	(void)k;
	if (frame_shows_rollback(f)) {
		pane_pointer(f, p, VIEW_RUNBOOK, false);
		rollback_in_hand(f, p);
	} else if (step >= 0) {

		draw_step(f, p, (size_t)step, false);
	} else {
		steps_done(f, done, sizeof(done));
		pen_printf(p, ROLE_DIM, " no step is open, %s", done);
	}
}

const struct pane_kind pane_kind_runbook = {
	.name = "runbook",
	.title = "Runbook",
	.help = "steps with state, owner and time; the rollback while it runs",
	.count = runbook_count,
	.identify = runbook_identify,
	.draw = runbook_draw,
	.summary = runbook_summary,
};
