/* pane_journal - the last records of the journal, newest first. */
#include "base/str.h"
#include "ui/pane.h"

static const struct room_line *
line_at(const struct room *r, size_t i)
{
	return &r->tail[(r->tail_start + i) % ROOM_TAIL];
}

static int
journal_count(const struct pane_kind *k, const struct frame *f)
{
	(void)k;
	return (int)f->room->tail_count;
}

static void
journal_identify(const struct pane_kind *k, const struct frame *f, int i,
		 char *to, size_t size)
{
	to[0] = '\0';
	if (i >= 0 && i < journal_count(k, f))
		str_printf(to, size, "%lld",
			   (long long)line_at(f->room, (size_t)i)->seq);
}

static void
journal_draw(const struct pane_kind *k, const struct frame *f, struct canvas *c,
	     struct rect r)
{
	int count = journal_count(k, f);

	for (int i = 0; i < r.rows && i < count; i++) {
		const struct room_line *l =
			line_at(f->room, (size_t)(count - 1 - i));
		struct pen p = canvas_pen(c, r.row + i, r.col, r.cols);
		char when[16], shown[200];

		words_time(when, sizeof(when), l->wall_ms);
		words_shown(c->set, shown, sizeof(shown), l->text);
		pen_printf(&p, ROLE_DIM, " %s ", when);
		pen_text(&p, i == 0 ? ROLE_NORMAL : ROLE_DIM, shown);
	}
}

const struct pane_kind pane_kind_journal = {
	.name = "journal",
	.title = "Journal",
	.help = "the last records, newest first; j opens them all",
	.count = journal_count,
	.identify = journal_identify,
	.draw = journal_draw,
};
