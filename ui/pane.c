/* pane - the parts of the main screen, as rows of a table. */
#include "ui/pane.h"

#include <assert.h>

#include "base/str.h"

#define PANE_OTHERS 1 /* takes domains that nobody claims */

const struct pane_kind *const pane_kinds[PANE_COUNT] = {
	&pane_kind_telephony, &pane_kind_integration, &pane_kind_compliance,
	&pane_kind_rollback,  &pane_kind_runbook,     &pane_kind_journal,
};

int
pane_of_domain(const char *domain)
{
	for (int i = 0; i < PANE_COUNT; i++)
		if (pane_kinds[i]->domains != NULL &&
		    str_in_words(pane_kinds[i]->domains, domain))
			return i;
	return PANE_OTHERS;
}

int
pane_index(const struct pane_kind *k)
{
	for (int i = 0; i < PANE_COUNT; i++)
		if (pane_kinds[i] == k)
			return i;
	assert(0 && "a pane that is not in the table");
	return 0;
}

int
pane_selected(const struct frame *f, int pane)
{
	const struct pane_kind *k = pane_kinds[pane];
	int count = k->count(k, f);
	const char *want = f->view->selected[pane];

	for (int i = 0; want[0] != '\0' && i < count; i++) {
		char id[SIGNAL_NAME];

		k->identify(k, f, i, id, sizeof(id));
		if (str_same(id, want))
			return i;
	}
	if (count == 0)
		return -1;
	if (pane == VIEW_RUNBOOK && frame_shows_rollback(f))
		return frame_item(f);
	if (pane == VIEW_RUNBOOK) {
		int next = room_next_step(f->room);

		return next >= 0 && next < count ? next : 0;
	}
	return 0;
}

void
pane_move(const struct frame *f, struct view *v, int by)
{
	const struct pane_kind *k = pane_kinds[v->focus];
	int count = k->count(k, f);
	int at = pane_selected(f, v->focus);

	if (count == 0)
		return;
	at = at + by < 0 ? 0 : at + by >= count ? count - 1 : at + by;
	k->identify(k, f, at, v->selected[v->focus],
		    sizeof(v->selected[v->focus]));
}

int
pane_top(int count, int rows, int selected)
{
	int top = selected - rows + 1 + (selected + 1 < count ? 1 : 0);

	if (top > count - rows)
		top = count - rows;
	return top > 0 && rows > 0 ? top : 0;
}

struct rect
pane_frame(const struct pane_kind *k, const struct frame *f, struct canvas *c,
	   struct rect r, const char *more)
{
	int index = pane_index(k);
	bool is_focused = f->view->focus == index;
	char title[200];

	str_printf(title, sizeof(title), "%s%d %s%s",
		   is_focused ? words_glyph(c->set, GLYPH_POINTER) : "",
		   index + 1, k->title, more);
	return canvas_box(c, r, is_focused ? ROLE_FOCUS : ROLE_BORDER, title);
}

void
pane_hidden(struct canvas *c, struct rect r, int hidden, const char *what)
{
	struct pen p;
	char text[80];

	if (hidden <= 0)
		return;
	str_printf(text, sizeof(text), " %s %d more%s ",
		   words_glyph(c->set, GLYPH_CUT), hidden, what);
	p = canvas_pen(c, r.row + r.rows - 1, r.col + 2, r.cols - 4);
	pen_text(&p, ROLE_STRONG, text);
}

void
pane_pointer(const struct frame *f, struct pen *p, int pane, bool is_it)
{
	if (is_it && f->view->focus == pane)
		pen_glyph(p, ROLE_SELECTED, GLYPH_POINTER);
	else
		pen_text(p, ROLE_NORMAL, " ");
}
