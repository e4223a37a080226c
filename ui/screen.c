/* screen - the whole picture: a pure function of room, view and moment. */
#include "ui/screen.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "ui/detail.h"
#include "ui/dialog.h"
#include "ui/head.h"
#include "ui/help.h"
#include "ui/page.h"
#include "ui/page_matrix.h"
#include "ui/palette.h"
#include "ui/pane.h"
#include "ui/prompt.h"
#include "ui/records.h"
#include "ui/rollback.h"

static void
draw_head(const struct frame *f, struct canvas *c)
{
	head_place(f, c, 0);
	head_decision(f, c, 1);
	head_rollback(f, c, 2);
}

/* Below 20 x 5: the decision word, as large a part of it as there is. */
static void
draw_tiny(const struct frame *f, struct canvas *c)
{
	struct pen p = canvas_pen(c, c->rows / 2, 0, c->cols);
	struct look look;
	const char *word = head_word(f, &look);

	if (c->cols >= (int)strlen(word) + 2)
		head_badge(f, &p);
	else
		pen_text(&p, look.badge, word);
	if (c->rows >= 2) {
		enum role role;
		const char *mode = frame_mode(f, &role);

		p = canvas_pen(c, 0, 0, c->cols);
		if (c->rows / 2 > 0)
			pen_text(&p, role, mode);
	}
}

/* Below 60 x 15: decision, rollback clock, the current step. */
static void
draw_small(const struct frame *f, struct canvas *c)
{
	char said[DECISION_SENTENCE + 120], shown[DECISION_SENTENCE + 160];
	struct pen p;
	struct page page;
	int rows = c->rows - 5;

	head_place(f, c, 0);
	p = canvas_pen(c, 1, 0, c->cols);
	head_badge(f, &p);
	head_say(f, said, sizeof(said));
	words_shown(c->set, shown, sizeof(shown), said);
	page_init(&page, c->set, c->cols);
	page_text(&page, ROLE_NORMAL, 0, shown);
	if (rows > (int)page.count)
		rows = (int)page.count;
	if (rows > 0)
		page_draw(&page, c, (struct rect){ 2, 0, rows, c->cols }, 0);
	else
		rows = 0;
	page_clear(&page);
	head_rollback(f, c, 2 + rows);
	if (3 + rows < c->rows - 1) {
		p = canvas_pen(c, 3 + rows, 0, c->cols);
		pane_kind_runbook.summary(&pane_kind_runbook, f, &p);
	}
	for (int i = 0; frame_shows_rollback(f) && i < rollback_conditions(f) &&
			4 + rows + i < c->rows - 1;
	     i++) {
		p = canvas_pen(c, 4 + rows + i, 0, c->cols);
		rollback_condition(f, i, &p);
	}
}

static void
draw_panes(const struct frame *f, struct canvas *c, const struct layout *l)
{
	for (int i = 0; i < LAYOUT_GATE_PANES; i++) {
		const struct pane_kind *k = pane_kinds[i];
		struct rect r = l->panes[i];

		if (r.rows >= 3) {
			k->draw(k, f, c, r);
		} else {
			struct pen p = canvas_pen(c, r.row, r.col, r.cols);

			k->summary(k, f, &p);
		}
	}
	if (l->runbook.rows >= 3)
		pane_kind_runbook.draw(&pane_kind_runbook, f, c, l->runbook);
	if (l->journal.rows > 0)
		pane_kind_journal.draw(&pane_kind_journal, f, c, l->journal);
}

static void
make_layout(const struct frame *f, struct layout *l)
{
	int need[LAYOUT_NEEDS];
	const struct view *v = f->view;

	for (int i = 0; i < LAYOUT_NEEDS; i++)
		need[i] = pane_kinds[i]->count(pane_kinds[i], f);
	if (frame_shows_rollback(f))
		/* The line about the whole, and what is waited for. */
		need[VIEW_RUNBOOK] += 1 + rollback_conditions(f);
	layout_make(l, v->layout, v->rows, v->cols, need, v->focus);
}

/* Pages take the place of the panes. */
static bool
draw_page(const struct frame *f, struct canvas *c, struct rect body,
	  int *scroll)
{
	switch (view_seen(f->view)) {
	case MODE_GATE:
		*scroll = detail_gate(f, c, body);
		return true;
	case MODE_STEP:
		*scroll = detail_step(f, c, body);
		return true;
	case MODE_JOURNAL:
		*scroll = records_draw(f, c, body);
		return true;
	case MODE_RECORD:
		*scroll = records_draw_one(f, c, body);
		return true;
	case MODE_MATRIX:
		*scroll = matrix_draw(f, c, body);
		return true;
	case MODE_HELP:
		*scroll = help_draw(f, c, body);
		return true;
	default:
		return false;
	}
}

static void
draw_box(const struct frame *f, struct canvas *c, int *scroll)
{
	switch (f->view->mode) {
	case MODE_PROMPT:
		*scroll = prompt_draw(f, c);
		break;
	case MODE_ALARM:
		*scroll = dialog_alarm(f, c);
		break;
	case MODE_ASK:
		*scroll = dialog_ask(f, c);
		break;
	case MODE_LEAVE:
		*scroll = dialog_leave(f, c);
		break;
	case MODE_PALETTE:
		*scroll = palette_draw(f, c);
		break;
	default:
		break;
	}
}

/* The word, wrapped to the rows kept for it; the last of them is `row`. */
static void
draw_said(const struct frame *f, struct canvas *c, int row)
{
	int most = dialog_words(c->rows, c->cols);
	struct page p;
	int rows;

	page_init(&p, c->set, c->cols - 3);
	page_text(&p, ROLE_ALERT, 0, f->view->word);
	rows = (int)p.count < most ? (int)p.count : most;
	for (int i = 0; i < rows; i++) {
		struct pen pen = canvas_pen(c, row - rows + 1 + i, 0, c->cols);

		canvas_fill(c, (struct rect){ pen.row, 0, 1, c->cols },
			    ROLE_NORMAL);
		if (i == 0)
			pen_printf(&pen, ROLE_ALERT, " %s",
				   words_glyph(c->set, GLYPH_POINTER));
		pen_go(&pen, 3);
		pen_text(&pen, ROLE_ALERT, p.lines[i].text);
		/* More than there is room for: the last row says so. */
		if (i == rows - 1 && (int)p.count > rows)
			pen_printf(&pen, ROLE_ALERT, " %*s", c->cols, "");
	}
	page_clear(&p);
}

/* What was last said to the person, above the keys; the filter's line while
 * it is typed. */
static void
draw_word(const struct frame *f, struct canvas *c)
{
	const struct view *v = f->view;
	bool is_fresh = v->word[0] != '\0' && v->word_ms > 0 &&
			f->now.real_ms - v->word_ms < VIEW_WORD_MS;
	int row = v->layout <= LAYOUT_SMALL ? c->rows - 1 : c->rows - 2;
	struct pen p = canvas_pen(c, row, 0, c->cols);

	if (v->layout == LAYOUT_TINY)
		return;
	if (v->mode == MODE_FILTER) {
		canvas_fill(c, (struct rect){ row, 0, 1, c->cols },
			    ROLE_NORMAL);
		pen_printf(&p, ROLE_PROMPT, "/%s_",
			   (view_seen(v) == MODE_MAIN ? &v->filter
						      : &v->page_filter)
				   ->text);
	} else if (is_fresh) {
		draw_said(f, c, row);
	} else if (v->reading[0] != '\0') {
		canvas_fill(c, (struct rect){ row, 0, 1, c->cols },
			    ROLE_NORMAL);
		pen_printf(&p, ROLE_RUNNING, " %s %s, %d s",
			   words_glyph(c->set, GLYPH_RUNNING), v->reading,
			   (int)((f->now.real_ms - v->reading_ms) / 1000));
	}
}

int
screen_draw(struct canvas *c, const struct snapshot *s, const struct view *v,
	    struct moment now)
{
	struct layout l;
	struct frame f;
	int scroll = 0;

	assert(c->rows == v->rows && c->cols == v->cols);
	canvas_blank(c);
	frame_make(&f, s, v, now);
	make_layout(&f, &l);
	if (v->layout == LAYOUT_TINY) {
		draw_tiny(&f, c);
	} else if (v->layout == LAYOUT_SMALL) {
		struct rect body = { 1, 0, c->rows - 2, c->cols };

		if (!draw_page(&f, c, body, &scroll))
			draw_small(&f, c);
		head_place(&f, c, 0);
	} else {
		draw_head(&f, c);
		if (!draw_page(&f, c, l.body, &scroll))
			draw_panes(&f, c, &l);
	}
	if (v->layout != LAYOUT_TINY) {
		draw_box(&f, c, &scroll);
		help_line(&f, c, l.keys, scroll > 0);
	}
	draw_word(&f, c);
	frame_clear(&f);
	return scroll;
}
