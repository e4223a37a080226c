/* help - the keys that work here, from the rows that make them work. */
#include "ui/help.h"

#include "base/str.h"
#include "base/text.h"
#include "ui/keymap.h"
#include "ui/page.h"
#include "ui/pane.h"
#include "ui/turn.h"
#include "ui/works.h"

static const char *const mode_helps[VIEW_MODE_COUNT] = {
#define MODE_HELP_TEXT(code, title, help) [code] = help,
	VIEW_MODE_LIST(MODE_HELP_TEXT)
#undef MODE_HELP_TEXT
};

/* Does an earlier row already take this row's first key in this mode? */
static bool
is_shadowed(const struct key_row *row, enum view_mode mode)
{
	return keymap_find(mode, row->codes[0]) != row;
}

/* The keys of a recorded night stand before those they take the place of. */
static void
list_turns(struct page *p)
{
	for (int i = 0; i < TURN_COUNT; i++)
		page_printf(p, ROLE_STRONG, " %-10s %s", turn_rows[i].keys,
			    turn_rows[i].help);
	page_text(p, ROLE_NORMAL, 0, "");
}

static bool
is_turn(const struct frame *f, const struct key_row *row)
{
	enum turn turn;

	return f->view->is_recording && turn_of_key(row->codes[0], &turn);
}

int
help_draw(const struct frame *f, struct canvas *c, struct rect r)
{
	enum view_mode mode = f->view->back;
	char title[120];
	struct rect in;
	struct page p;
	int scroll;

	str_printf(title, sizeof(title), "Keys in: %s (%s)",
		   view_mode_titles[mode], mode_helps[mode]);
	in = canvas_box(c, r, ROLE_FOCUS, title);
	page_init(&p, c->set, in.cols);
	if (f->view->is_recording)
		list_turns(&p);
	for (size_t i = 0; i < key_row_count; i++) {
		const struct key_row *row = &key_rows[i];

		if ((row->where & (1u << mode)) != 0 && works(row, f) &&
		    !is_shadowed(row, mode) && !is_turn(f, row) &&
		    (view_finds(f->view, row->name) ||
		     view_finds(f->view, row->help)))
			page_printf(&p, ROLE_NORMAL, " %-10s %s", row->name,
				    row->help);
	}
	page_text(&p, ROLE_NORMAL, 0, "");
	for (int i = 0; mode == MODE_MAIN && i < PANE_COUNT; i++)
		page_printf(&p, ROLE_DIM, " %-20s %s", pane_kinds[i]->title,
			    pane_kinds[i]->help);
	scroll = page_draw(&p, c, in, f->view->scroll);
	page_clear(&p);
	return scroll;
}

/* " enter open ", where there is room for it. */
static void
brief(struct pen *p, const char *keys, const char *word)
{
	if (p->col + text_width(keys) + text_width(word) + 4 > p->end)
		return;
	pen_text(p, ROLE_NORMAL, " ");
	pen_text(p, ROLE_KEY, keys);
	pen_printf(p, ROLE_DIM, " %s  ", word);
}

void
help_line(const struct frame *f, struct canvas *c, struct rect r, bool scrolls)
{
	struct pen p = canvas_pen(c, r.row, r.col, r.cols);
	bool has_head = f->room->head[0] != '\0' && r.cols >= 100;

	if (r.rows < 1)
		return;
	if (has_head)
		p.end -= 20;
	for (int i = 0; f->view->is_recording && f->view->mode == MODE_MAIN &&
			i < TURN_COUNT;
	     i++)
		brief(&p, turn_rows[i].keys, turn_rows[i].word);
	for (size_t i = 0; i < key_row_count; i++) {
		const struct key_row *row = &key_rows[i];

		if ((row->where & (1u << f->view->mode)) != 0 &&
		    row->brief != NULL && works(row, f) &&
		    (scrolls || row->codes[0] != PRESS_DOWN) &&
		    !is_shadowed(row, f->view->mode))
			brief(&p, row->name, row->brief);
	}
	if (has_head) {
		p = canvas_pen(c, r.row, r.col + r.cols - 19, 19);
		pen_printf(&p, ROLE_DIM, "head %.12s", f->room->head);
	}
}
