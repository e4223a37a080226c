/* records - the journal as a list, and one record of it with all its fields. */
#include "ui/records.h"

#include "base/str.h"
#include "ui/page.h"
#include "ui/pane.h"

#define WIDE 60 /* cells from which number and kind have room */

/* The records the list shows, by their place in the room's tail. */
struct list {
	size_t at[ROOM_TAIL];
	int count, selected;
};

static const struct room_line *
line_at(const struct frame *f, size_t i)
{
	const struct room *r = f->room;

	return &r->tail[(r->tail_start + i) % ROOM_TAIL];
}

static void
fill_list(const struct frame *f, struct list *l)
{
	l->count = 0;
	l->selected = -1;
	for (size_t i = 0; i < f->room->tail_count; i++) {
		const struct room_line *line = line_at(f, i);

		if (!view_finds(f->view, line->text) &&
		    !view_finds(f->view, record_rows[line->kind].word))
			continue;
		if (line->seq == f->view->record_seq)
			l->selected = l->count;
		l->at[l->count++] = i;
	}
	if (l->selected < 0)
		l->selected = l->count - 1; /* follows the newest */
}

int64_t
records_selected(const struct frame *f)
{
	struct list l;

	fill_list(f, &l);
	return l.count > 0 ? line_at(f, l.at[l.selected])->seq : 0;
}

void
records_move(const struct frame *f, struct view *v, int by)
{
	struct list l;
	int to;

	fill_list(f, &l);
	if (l.count == 0)
		return;
	to = l.selected + by;
	to = to < 0 ? 0 : to >= l.count ? l.count - 1 : to;
	/* At the end it follows what comes. */
	v->record_seq = to == l.count - 1 ? 0 : line_at(f, l.at[to])->seq;
}

static void
draw_line(const struct frame *f, struct pen *p, size_t at, bool is_selected)
{
	const struct room_line *l = line_at(f, at);
	enum role role = is_selected ? ROLE_SELECTED : ROLE_NORMAL;
	char when[16], shown[200];

	if (is_selected)
		pen_glyph(p, ROLE_SELECTED, GLYPH_POINTER);
	else
		pen_text(p, ROLE_NORMAL, " ");
	words_time(when, sizeof(when), l->wall_ms);
	words_shown(p->on->set, shown, sizeof(shown), l->text);
	if (p->end - p->start >= WIDE)
		pen_printf(p, ROLE_DIM, "%6lld ", (long long)l->seq);
	pen_printf(p, ROLE_DIM, "%s ", when);
	if (p->end - p->start >= WIDE)
		pen_field(p, 8, ROLE_DIM, record_rows[l->kind].word);
	pen_text(p, role, shown);
}

static void
list_title(const struct frame *f, const struct list *l, enum charset set,
	   char *to, size_t size)
{
	const char *dot = words_glyph(set, GLYPH_DOT);
	const char *filter = f->view->page_filter.text;

	str_printf(to, size,
		   "Journal %s %d of %lld records %s head %.12s%s%.60s", dot,
		   l->count, (long long)f->room->records, dot, f->room->head,
		   filter[0] != '\0' ? " /" : "", filter);
}

int
records_draw(const struct frame *f, struct canvas *c, struct rect r)
{
	struct list l;
	char title[160];
	struct rect in;
	int top;

	fill_list(f, &l);
	list_title(f, &l, c->set, title, sizeof(title));
	in = canvas_box(c, r, ROLE_FOCUS, title);
	top = pane_top(l.count, in.rows, l.selected);
	for (int i = 0; i < in.rows && top + i < l.count; i++) {
		struct pen p = canvas_pen(c, in.row + i, in.col, in.cols);

		draw_line(f, &p, l.at[top + i], top + i == l.selected);
	}
	if (l.count == 0) {
		struct pen p = canvas_pen(c, in.row, in.col, in.cols);

		pen_text(&p, ROLE_DIM, " no record to show");
	}
	pane_hidden(c, r, l.count - in.rows, " records");
	return l.count > in.rows ? l.count - in.rows : 0;
}

static void
add_field(struct page *p, const struct record *r, size_t i)
{
	const struct record_field *x = &r->fields[i];

	switch (x->type) {
	case FIELD_TEXT:
	case FIELD_JSON:
		page_printf(p, ROLE_NORMAL, "%-10s %s", x->name,
			    buf_str(&r->texts) + x->text);
		break;
	case FIELD_INT:
		page_printf(p, ROLE_NORMAL, "%-10s %lld", x->name,
			    (long long)x->integer);
		break;
	case FIELD_NUMBER:
		page_printf(p, ROLE_NORMAL, "%-10s %g", x->name, x->number);
		break;
	case FIELD_FLAG:
		page_printf(p, ROLE_NORMAL, "%-10s %s", x->name,
			    x->integer != 0 ? "yes" : "no");
		break;
	}
}

int
records_draw_one(const struct frame *f, struct canvas *c, struct rect r)
{
	const struct record *one = f->view->record;
	char title[120], when[16], span[24];
	struct page p;
	struct rect in;
	int scroll;

	if (one == NULL) {
		canvas_box(c, r, ROLE_FOCUS, "no record is open");
		return 0;
	}
	str_printf(title, sizeof(title), "Record %lld of %lld %s %s",
		   (long long)one->seq, (long long)f->room->records,
		   words_glyph(c->set, GLYPH_DOT), record_rows[one->kind].word);
	in = canvas_box(c, r, ROLE_FOCUS, title);
	in.col++;
	in.cols--;
	page_init(&p, c->set, in.cols);
	words_time(when, sizeof(when), one->wall_ms);
	words_span(span, sizeof(span), one->at_ms);
	page_printf(&p, ROLE_STRONG, "%s by %s at %sZ, %s in the room",
		    record_rows[one->kind].help, one->by, when, span);
	for (size_t i = 0; i < one->count; i++)
		add_field(&p, one, i);
	page_printf(&p, ROLE_DIM, "%-10s %s", "prev", one->prev);
	page_printf(&p, ROLE_DIM, "%-10s %s", "hash", one->hash);
	scroll = page_draw(&p, c, in, f->view->scroll);
	page_clear(&p);
	return scroll;
}
