/* verb - what keys do: looking around. */
#include "ui/verb.h"

#include "base/str.h"
#include "ui/page_matrix.h"
#include "ui/pane.h"
#include "ui/press.h"
#include "ui/prompt.h"
#include "ui/records.h"

#define PAGE 10 /* rows of a page key */

void
verb_focus(struct hand *h)
{
	struct view *v = h->view;
	int by = h->code == PRESS_LEFT || h->code == 'h' ? VIEW_PANES - 1 : 1;

	if (h->code >= '1' && h->code < '1' + VIEW_PANES)
		v->focus = h->code - '1';
	else
		v->focus = (v->focus + by) % VIEW_PANES;
	if (v->mode != MODE_MAIN)
		view_open(v, MODE_MAIN);
}

/* Rows a key moves by; far beyond any end for home and end. */
static int
distance(int32_t code)
{
	switch (code) {
	case PRESS_UP:
	case 'k':
		return -1;
	case PRESS_PAGE_UP:
	case 'b':
		return -PAGE;
	case PRESS_PAGE_DOWN:
	case PRESS_SPACE:
		return PAGE;
	case PRESS_HOME:
		return -CANVAS_COLS_MAX;
	case PRESS_END:
	case 'G':
		return CANVAS_COLS_MAX;
	default:
		return 1;
	}
}

/* A plan is read line by line: no key jumps over a line of it. */
static void
read_plan(struct hand *h, int by)
{
	struct view *v = h->view;
	struct prompt_box box;
	int most;

	prompt_measure(h->frame->room, v, &box);
	/* The last row of a cut page says how much more there is. */
	most = box.rows > 1 ? box.rows - 1 : 1;
	v->scroll_max = box.scroll_max;
	view_scroll(v, by > most ? most : by < -most ? -most : by);
	if (v->scroll > v->prompt.read_to)
		v->prompt.read_to = v->scroll;
}

void
verb_move(struct hand *h)
{
	int by = distance(h->code);

	if (h->view->mode == MODE_PROMPT)
		read_plan(h, by);
	else if (h->view->mode == MODE_MAIN)
		pane_move(h->frame, h->view, by);
	else if (h->view->mode == MODE_JOURNAL)
		records_move(h->frame, h->view, by);
	else
		view_scroll(h->view, by);
}

void
verb_back(struct hand *h)
{
	struct view *v = h->view;

	if (v->mode == MODE_PROMPT) {
		verb_decline(h);
		return;
	}
	if (v->mode == MODE_FILTER)
		entry_clear(view_filter(v));
	if (v->mode == MODE_MAIN) {
		entry_clear(&v->filter);
		v->marks[0] = '\0';
		v->selected[v->focus][0] = '\0';
		v->word_ms = 0;
		return;
	}
	view_close(v);
}

/* The gate a key is about: the selected one, or the one that decides. */
static int
gate_meant(const struct hand *h)
{
	const struct view *v = h->view;
	char id[SIGNAL_NAME];
	int row;

	if (v->mode == MODE_GATE)
		return frame_gate(h->frame, v->subject);
	if (v->focus != VIEW_RUNBOOK) {
		const struct pane_kind *k = pane_kinds[v->focus];

		row = pane_selected(h->frame, v->focus);
		if (row >= 0) {
			k->identify(k, h->frame, row, id, sizeof(id));
			return frame_gate(h->frame, id);
		}
	}
	return h->frame->decision.leading;
}

void
verb_gate(struct hand *h)
{
	int gate = gate_meant(h);

	if (gate < 0) {
		view_say(h->view, h->frame->now.real_ms,
			 "no gate is meant: "
			 "select one");
		return;
	}
	str_copy(h->view->subject, sizeof(h->view->subject),
		 h->frame->book->gates.gates[gate].signal);
	view_open(h->view, MODE_GATE);
}

const struct book_step *
verb_step_meant(struct hand *h)
{
	const struct frame *f = h->frame;
	int step = frame_step(f);

	if (h->view->mode == MODE_STEP)
		return book_step(f->book, h->view->subject);
	if (step >= 0)
		return &f->book->steps[step];
	if (frame_shows_rollback(f) && frame_item(f) >= 0)
		view_say(h->view, f->now.real_ms,
			 "%s is a row of the rollback manifest, no step: v "
			 "shows the runbook",
			 plan_name(f->book,
				   &f->room->undos[frame_item(f)].item));
	else
		view_say(h->view, f->now.real_ms, "no step is open");
	return NULL;
}

void
verb_step(struct hand *h)
{
	const struct book_step *s = verb_step_meant(h);

	if (s == NULL)
		return;
	str_copy(h->view->subject, sizeof(h->view->subject), s->id);
	view_open(h->view, MODE_STEP);
}

void
verb_journal(struct hand *h)
{
	view_open(h->view, MODE_JOURNAL);
	entry_clear(&h->view->page_filter);
	h->view->record_seq = 0;
}

void
verb_notes(struct hand *h)
{
	verb_journal(h);
	str_copy(h->view->page_filter.text, sizeof(h->view->page_filter.text),
		 record_rows[RECORD_NOTE].word);
}

/* The records that name the step which is open. */
void
verb_records(struct hand *h)
{
	char id[SIGNAL_NAME];

	str_copy(id, sizeof(id), h->view->subject);
	verb_journal(h);
	str_copy(h->view->page_filter.text, sizeof(h->view->page_filter.text),
		 id);
}

void
verb_record(struct hand *h)
{
	int64_t to = h->view->record_seq + (h->code == '[' ? -1 : 1);

	if (to < 1 || to > h->frame->room->records)
		view_say(h->view, h->frame->now.real_ms,
			 to < 1 ? "this is the first record"
				: "this is the newest record");
	else
		h->out->record_seq = to;
}

void
verb_matrix(struct hand *h)
{
	view_open(h->view, MODE_MATRIX);
	h->view->across = 0;
}

void
verb_across(struct hand *h)
{
	bool is_left = h->code == PRESS_LEFT || h->code == 'h';

	matrix_across(h->frame, h->view, is_left ? -1 : 1);
}

void
verb_help(struct hand *h)
{
	if (h->view->mode == MODE_HELP)
		view_close(h->view);
	else
		view_open(h->view, MODE_HELP);
}

void
verb_filter(struct hand *h)
{
	view_open(h->view, MODE_FILTER);
	entry_clear(view_filter(h->view));
}

void
verb_palette(struct hand *h)
{
	view_open(h->view, MODE_PALETTE);
}

void
verb_swap(struct hand *h)
{
	if (h->frame->room->rollback < ROLLBACK_RUNNING)
		view_say(h->view, h->frame->now.real_ms,
			 "there is no rollback to look at");
	else
		h->view->show_steps = !h->view->show_steps;
}

void
verb_suspend(struct hand *h)
{
	enum role role;

	/* Stopping the process would stop gates and steps with it. */
	if (h->frame->snapshot->is_held)
		view_say(h->view, h->frame->now.real_ms,
			 "suspend is off in a %s room: it would stop the "
			 "probes; use tmux",
			 frame_mode(h->frame, &role));
	else
		h->out->wants_suspend = true;
}

void
verb_redraw(struct hand *h)
{
	h->out->wants_redraw = true;
}
