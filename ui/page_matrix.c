/* page_matrix - the page of objects and regions. */
#include "ui/page_matrix.h"

#include <string.h>

#include "base/str.h"
#include "model/matrix.h"

#define CELL 15 /* "baseline 1h 20m" */
#define OBJECT_MOST 34
#define BORDERS 2

static int
object_cols(int cols)
{
	return cols / 3 < OBJECT_MOST ? cols / 3 : OBJECT_MOST;
}

/* How many regions stand beside the object and what all of them say; 0: one
 * column alone, of all and then of each. */
static int
shown_regions(int cols)
{
	int left = cols - object_cols(cols) - CELL - 1;

	return left < CELL + 1 ? 0 : left / (CELL + 1);
}

static int
last_across(const struct matrix *m, int cols)
{
	int shown = shown_regions(cols);
	int count = (int)m->region_count;

	if (shown == 0)
		return count; /* one at a time, in place of "all" */
	return count > shown ? count - shown : 0;
}

static enum role
role_of(enum side side)
{
	switch (side) {
	case SIDE_TARGET:
		return ROLE_GO;
	case SIDE_MIXED:
		return ROLE_NO_GO;
	case SIDE_UNKNOWN:
		return ROLE_BLIND;
	default:
		return ROLE_NORMAL;
	}
}

static void
draw_cell(struct canvas *c, int row, int col, int cols,
	  const struct matrix_cell *cell, int64_t now_ms)
{
	struct pen pen = canvas_pen(c, row, col, cols);
	char age[16] = "";

	if (!cell->is_there) {
		pen_text(&pen, ROLE_DIM, "-");
		return;
	}
	if (cell->at_ms >= 0)
		words_age(age, sizeof(age), now_ms - cell->at_ms);
	pen_printf(&pen, role_of(cell->side), "%s %s", side_word(cell->side),
		   age);
}

/* The columns of one line: -1 is what all regions say. */
struct columns {
	int object, first, count;
};

static struct columns
columns_of(const struct matrix *m, int cols, int across)
{
	int shown = shown_regions(cols);
	struct columns k = { .object = object_cols(cols) };

	if (across > last_across(m, cols))
		across = last_across(m, cols);
	k.first = shown == 0 ? across - 1 : across;
	k.count = shown == 0 ? 1 : shown;
	if (k.first + k.count > (int)m->region_count)
		k.count = (int)m->region_count - k.first;
	return k;
}

static void
draw_names(struct canvas *c, struct rect r, const struct matrix *m,
	   const struct columns *k)
{
	bool has_all = shown_regions(r.cols) > 0;
	int col = r.col + k->object;
	struct pen pen = canvas_pen(c, r.row, r.col, k->object - 1);

	pen_text(&pen, ROLE_DIM, "object");
	for (int i = has_all ? -1 : 0; i < k->count; i++) {
		int n = i < 0 ? -1 : k->first + i;

		pen = canvas_pen(c, r.row, col, CELL);
		pen_text(&pen, ROLE_DIM, n < 0 ? "all" : m->regions[n]);
		col += CELL + 1;
	}
}

static void
draw_row(struct canvas *c, struct rect r, const struct matrix_row *row,
	 const struct columns *k, int64_t now_ms)
{
	bool has_all = shown_regions(r.cols) > 0;
	int col = r.col + k->object;
	struct pen pen = canvas_pen(c, r.row, r.col, k->object - 1);

	pen_text(&pen, ROLE_NORMAL, row->object);
	for (int i = has_all ? -1 : 0; i < k->count; i++) {
		int n = i < 0 ? -1 : k->first + i;

		draw_cell(c, r.row, col, CELL,
			  n < 0 ? &row->all : &row->cells[n], now_ms);
		col += CELL + 1;
	}
}

/* What is out of sight to the right, and how to get there. */
static void
draw_more(struct canvas *c, struct rect r, const struct matrix *m,
	  const struct columns *k, int hidden)
{
	int right = (int)m->region_count - k->first - k->count;
	struct pen pen = canvas_pen(c, r.row + r.rows - 1, r.col, r.cols);

	if (hidden > 0)
		pen_printf(&pen, ROLE_DIM, "%s %d more objects: down ",
			   words_glyph(c->set, GLYPH_CUT), hidden);
	if (right > 0)
		pen_printf(&pen, ROLE_DIM, "%s %d more regions: right",
			   words_glyph(c->set, GLYPH_CUT), right);
}

/* Those the filter finds to the front, in their order; what is mixed or
 * unknown it never hides.  How many. */
static size_t
keep_found(const struct frame *f, struct matrix *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->row_count; i++) {
		struct matrix_row row = m->rows[i];

		if (row.all.side != SIDE_MIXED &&
		    row.all.side != SIDE_UNKNOWN &&
		    !view_finds(f->view, row.object))
			continue;
		memmove(&m->rows[kept + 1], &m->rows[kept],
			(i - kept) * sizeof(row));
		m->rows[kept++] = row;
	}
	return kept;
}

int
matrix_draw(const struct frame *f, struct canvas *c, struct rect r)
{
	struct rect in =
		canvas_box(c, r, ROLE_FOCUS, "Objects and where they stand");
	int visible = in.rows - 2; /* between the names and the last line */
	struct columns k;
	struct matrix m;
	size_t all;
	int last, from;

	matrix_make(&m, f->room);
	all = m.row_count;
	m.row_count = keep_found(f, &m);
	k = columns_of(&m, in.cols, f->view->across);
	last = (int)m.row_count > visible ? (int)m.row_count - visible : 0;
	from = f->view->scroll > last ? last : f->view->scroll;
	if (m.row_count == 0) {
		struct pen pen = canvas_pen(c, in.row, in.col, in.cols);

		pen_text(&pen, ROLE_DIM,
			 all == 0 ? "no step names an object"
				  : "no object has the filter's text");
	} else if (in.rows > 2) {
		draw_names(c, in, &m, &k);
		for (int i = 0; i < visible && from + i < (int)m.row_count; i++)
			draw_row(c,
				 (struct rect){ in.row + 1 + i, in.col, 1,
						in.cols },
				 &m.rows[from + i], &k, f->now.room_ms);
		draw_more(c, in, &m, &k, last - from);
	}
	m.row_count = all;
	matrix_clear(&m);
	return last;
}

void
matrix_across(const struct frame *f, struct view *v, int by)
{
	struct matrix m;
	int last;

	matrix_make(&m, f->room);
	last = last_across(&m, v->cols - BORDERS);
	matrix_clear(&m);
	v->across += by;
	if (v->across > last)
		v->across = last;
	if (v->across < 0)
		v->across = 0;
}
