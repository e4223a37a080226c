/* dialog - a box over the room that wants an answer. */
#include "ui/dialog.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"

#define WIDTH_MAX 116

int
dialog_words(int rows, int cols)
{
	bool is_small = layout_choose(rows, cols, LAYOUT_TINY) <= LAYOUT_SMALL;

	return is_small || rows < 24 ? 1 : 2;
}

struct rect
dialog_area(int rows, int cols)
{
	bool is_small = layout_choose(rows, cols, LAYOUT_TINY) <= LAYOUT_SMALL;
	int head = is_small ? 1 : 3;
	int width = cols < WIDTH_MAX ? cols : WIDTH_MAX;

	return (struct rect){ head, (cols - width) / 2,
			      rows - head - dialog_words(rows, cols) -
				      (is_small ? 0 : 1),
			      width };
}

int
dialog_width(struct rect area)
{
	return area.cols - 4;
}

int
dialog_rows(const struct page *p, bool is_typed)
{
	return (int)p->count + 2 + (is_typed ? 1 : 0);
}

/* The end of what is typed, when it is longer than its line. */
static const char *
tail_of(const char *text, int cells)
{
	while (text_width(text) > cells && *text != '\0') {
		do {
			text++;
		} while ((*text & 0xc0) == 0x80);
	}
	return text;
}

static void
draw_typed(const struct dialog *d, struct canvas *c, struct rect in, int row)
{
	struct pen pen = canvas_pen(c, row, in.col, in.cols);

	pen_text(&pen, ROLE_PROMPT, "> ");
	pen_text(&pen, d->is_wrong ? ROLE_ALERT : ROLE_PROMPT,
		 tail_of(d->typed, in.cols - 3));
	pen_text(&pen, ROLE_PROMPT, "_");
}

int
dialog_draw(struct canvas *c, struct rect area, const struct dialog *d,
	    const struct page *p)
{
	int asked = d->ask != NULL ? (int)d->ask->count : 0;
	int rows = dialog_rows(p, d->typed != NULL) + asked;
	struct rect in;

	if (area.rows < 3 || area.cols < 6)
		return 0;
	area.rows = rows < area.rows ? rows : area.rows;
	in = canvas_box(c, area, d->border, d->title);
	in.col++;
	in.cols -= 2;
	if (d->typed != NULL) {
		in.rows--;
		draw_typed(d, c, in, in.row + in.rows);
	}
	if (asked > 0 && in.rows > asked) {
		in.rows -= asked;
		page_draw(d->ask, c,
			  (struct rect){ in.row + in.rows, in.col, asked,
					 in.cols },
			  0);
	}
	return page_draw(p, c, in, d->scroll);
}

int
dialog_ask(const struct frame *f, struct canvas *c)
{
	struct rect area = dialog_area(f->view->rows, f->view->cols);
	const struct view_ask *ask = &f->view->ask;
	const char *typed = f->view->typed.text;
	struct dialog d = { .border = ROLE_FOCUS,
			    .typed = typed,
			    .scroll = f->view->scroll };
	struct page p;
	enum role role;
	char title[160];
	int scroll;

	page_init(&p, c->set, dialog_width(area));
	p.more = "down";
	str_printf(title, sizeof(title), "%s %s %s", frame_mode(f, &role),
		   words_glyph(c->set, GLYPH_DOT),
		   command_rows[ask->verb].word);
	d.title = title;
	page_text(&p, ROLE_STRONG, 0, ask->title);
	if (ask->word[0] != '\0') {
		d.is_wrong = strncmp(ask->word, typed, strlen(typed)) != 0;
		page_printf(&p, ROLE_NORMAL,
			    "Type  %s  and enter.  esc leaves everything as "
			    "it is.",
			    ask->word);
	} else {
		page_text(&p, ROLE_DIM, 0,
			  ask->may_be_empty
				  ? "enter sends it, also empty; esc leaves "
				    "everything as it is"
				  : "enter sends it; esc leaves everything as "
				    "it is");
	}
	scroll = dialog_draw(c, area, &d, &p);
	page_clear(&p);
	return scroll;
}

int
dialog_alarm(const struct frame *f, struct canvas *c)
{
	struct rect area = dialog_area(f->view->rows, f->view->cols);
	struct dialog d = { .border = ROLE_NO_GO, .scroll = f->view->scroll };
	enum role role;
	struct page p;
	char title[96];
	int scroll;

	page_init(&p, c->set, dialog_width(area));
	p.more = "down";
	str_printf(title, sizeof(title), "ROLLBACK PROPOSED %s %s %s %s",
		   words_glyph(c->set, GLYPH_DOT), f->book->environment,
		   words_glyph(c->set, GLYPH_DOT), frame_mode(f, &role));
	d.title = title;
	/* What was recorded is the same sentence, as it was then. */
	if (f->decision.rollback_due || f->room->rollback_detail[0] == '\0') {
		page_printf(&p, ROLE_ALERT,
			    "A breach asks for the rollback: %s",
			    f->decision.sentence);
	} else {
		page_printf(&p, ROLE_ALERT,
			    "A breach asked for the rollback: %s",
			    f->room->rollback_detail);
		page_printf(&p, ROLE_NORMAL, "Now %s", f->decision.sentence);
	}
	page_text(&p, ROLE_NORMAL, 0, "");
	if (frame_is_read_only(f) || !f->snapshot->is_held)
		page_text(&p, ROLE_DIM, 0,
			  "The commander decides.  esc closes this box.");
	else
		page_text(&p, ROLE_STRONG, 0,
			  "R shows the plan.  d declines: the rollback stays "
			  "available.  esc closes this box and decides "
			  "nothing.");
	scroll = dialog_draw(c, area, &d, &p);
	page_clear(&p);
	return scroll;
}

int
dialog_leave(const struct frame *f, struct canvas *c)
{
	struct rect area = dialog_area(f->view->rows, f->view->cols);
	struct dialog d = { .border = ROLE_FOCUS,
			    .title = "Leave the room",
			    .scroll = f->view->scroll };
	struct page p;
	int scroll;

	page_init(&p, c->set, dialog_width(area));
	p.more = "down";
	if (room_rollback_runs(f->room))
		page_text(&p, ROLE_ALERT, 0,
			  "The rollback goes on to its end, which may take "
			  "minutes; then this console leaves.  R stays.");
	else if (room_is_busy(f->room))
		page_text(&p, ROLE_ALERT, 0,
			  "An act is under way: it ends first, nothing new "
			  "begins.");
	page_text(&p, ROLE_STRONG, 0,
		  "p  park: the room keeps its place and is resumed by the "
		  "same command");
	page_text(&p, ROLE_NORMAL, 0,
		  "esc  stay.  To end the room for good use  :close");
	scroll = dialog_draw(c, area, &d, &p);
	page_clear(&p);
	return scroll;
}
