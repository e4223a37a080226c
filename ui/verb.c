/* verb - what keys do: looking around. */
#include "ui/verb.h"

#include "base/str.h"
#include "ui/pane.h"
#include "ui/press.h"

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

void
verb_move(struct hand *h)
{
	int by = distance(h->code);

	if (h->view->mode == MODE_MAIN)
		pane_move(h->frame, h->view, by);
	else if (h->view->mode == MODE_JOURNAL)
		view_scroll(h->view, -by); /* counted from its end */
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
		entry_clear(&v->filter);
	if (v->mode == MODE_MAIN) {
		entry_clear(&v->filter);
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

void
verb_step(struct hand *h)
{
	int step = frame_step(h->frame);

	if (step < 0) {
		view_say(h->view, h->frame->now.real_ms, "no step is open");
		return;
	}
	str_copy(h->view->subject, sizeof(h->view->subject),
		 h->frame->book->steps[step].id);
	view_open(h->view, MODE_STEP);
}

void
verb_journal(struct hand *h)
{
	view_open(h->view, MODE_JOURNAL);
}

void
verb_matrix(struct hand *h)
{
	view_open(h->view, MODE_MATRIX);
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
	entry_clear(&h->view->filter);
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
