/* spark - a trend in one row, and a chart of several rows. */
#include "ui/spark.h"

#include <math.h>

#include "base/str.h"

#define SCALE_CELLS 10 /* numbers at the left of a chart */

struct range {
	double low, high;
};

static double
number_at(const struct room_signal *s, size_t i)
{
	return (double)s->history[(s->history_start + i) % ROOM_HISTORY];
}

static void
include(struct range *r, double value)
{
	if (!isfinite(value))
		return;
	if (value < r->low)
		r->low = value;
	if (value > r->high)
		r->high = value;
}

static struct range
range_of(const struct room_signal *s, size_t from)
{
	struct range r = { INFINITY, -INFINITY };

	for (size_t i = from; i < s->history_count; i++)
		include(&r, number_at(s, i));
	return r;
}

/* 0..steps; a flat line is at the bottom. */
static int
level_of(double value, const struct range *r, int steps)
{
	double span = r->high - r->low;
	double part;

	if (!isfinite(value) || !(span > 0) || !isfinite(span))
		return isfinite(value) ? 1 : 0;
	part = (value - r->low) / span;
	part = part < 0 ? 0 : part > 1 ? 1 : part;
	return 1 + (int)(part * (steps - 1) + 0.5);
}

void
spark_draw(struct pen *p, int cells, const struct room_signal *s,
	   const struct gate *g)
{
	size_t from = 0;
	struct range r;

	if (s == NULL || cells <= 0 || p->end - p->col < cells)
		return;
	if (s->history_count > (size_t)cells)
		from = s->history_count - (size_t)cells;
	r = range_of(s, from);
	if (g->limit.kind == VALUE_NUMBER) {
		include(&r, g->limit.number);
		if (g->op == GATE_AT_MOST)
			include(&r, 0);
	}
	for (size_t i = from; i < s->history_count; i++)
		pen_text(p, ROLE_CHART,
			 words_column(p->on->set,
				      level_of(number_at(s, i), &r, 8)));
}

/* A horizontal line of a chart and its word. */
struct mark {
	double value;
	const char *what;
	enum glyph glyph;
	enum role role;
};

#define MARKS_MOST 5

/* Least important first: a later line stands over an earlier number.  The
 * band of the baseline holds nineteen of twenty accepted measurements. */
static size_t
marks_of(const struct gate *g, struct mark marks[MARKS_MOST])
{
	const struct baseline *b = g->base;
	size_t n = 0;

	if (b != NULL && b->deviation > 0) {
		marks[n++] = (struct mark){ b->mean - 2 * b->deviation, "base",
					    GLYPH_DOT, ROLE_DIM };
		marks[n++] = (struct mark){ b->mean + 2 * b->deviation, "base",
					    GLYPH_DOT, ROLE_DIM };
	}
	if (g->has_warn)
		marks[n++] = (struct mark){ g->warn, "warn", GLYPH_MARK,
					    ROLE_ALERT };
	if (g->has_clear)
		marks[n++] = (struct mark){ g->clear, "clear", GLYPH_MARK,
					    ROLE_ALERT };
	if (g->limit.kind == VALUE_NUMBER)
		marks[n++] = (struct mark){ g->limit.number, "limit",
					    GLYPH_LIMIT, ROLE_ALERT };
	return n;
}

/* One horizontal line, if it lies in the picture. */
static void
chart_line(struct canvas *c, struct rect r, const struct range *range,
	   const struct mark *m)
{
	int row = r.rows - level_of(m->value, range, r.rows);
	struct pen p;

	if (m->value < range->low || m->value > range->high || row < 0)
		return;
	p = canvas_pen(c, r.row + row, r.col + SCALE_CELLS,
		       r.cols - SCALE_CELLS);
	while (p.col < p.end) {
		const struct cell *here = canvas_cell(c, p.row, p.col);

		if (here != NULL && here->text[0] == ' ')
			pen_glyph(&p, m->role, m->glyph);
		else
			p.col++;
	}
}

static void
chart_scale(struct canvas *c, struct rect r, int row, double value,
	    const char *what)
{
	struct pen p = canvas_pen(c, r.row + row, r.col, SCALE_CELLS - 1);
	char number[32];

	if (row < 0 || row >= r.rows)
		return;
	str_printf(number, sizeof(number), "%.4g", value);
	pen_printf(&p, ROLE_DIM, "%s %s", number, what);
}

static void
chart_columns(struct canvas *c, struct rect r, const struct room_signal *s,
	      const struct range *range)
{
	int space = r.cols - SCALE_CELLS;
	int width = space / ROOM_HISTORY;
	size_t from = 0;

	width = width < 1 ? 1 : width > 3 ? 3 : width;
	if (s->history_count > (size_t)(space / width))
		from = s->history_count - (size_t)(space / width);
	for (size_t i = from; i < s->history_count; i++) {
		int level = level_of(number_at(s, i), range, r.rows * 8);
		int col = r.col + SCALE_CELLS + (int)(i - from) * width;

		for (int row = 0; row < r.rows; row++) {
			int part = level - (r.rows - 1 - row) * 8;
			struct pen p = canvas_pen(c, r.row + row, col, width);

			part = part < 0 ? 0 : part > 8 ? 8 : part;
			for (int k = 0; part > 0 && k < width; k++)
				pen_text(&p, ROLE_CHART,
					 words_column(c->set, part));
		}
	}
}

void
spark_chart(struct canvas *c, struct rect r, const struct room_signal *s,
	    const struct gate *g)
{
	struct mark marks[MARKS_MOST];
	size_t n = marks_of(g, marks);
	struct range range;

	if (r.rows < 2 || r.cols <= SCALE_CELLS + 1 || s == NULL ||
	    s->history_count == 0)
		return;
	range = range_of(s, 0);
	for (size_t i = 0; i < n; i++)
		include(&range, marks[i].value);
	if (!isfinite(range.low) || !isfinite(range.high))
		return;
	chart_columns(c, r, s, &range);
	chart_scale(c, r, 0, range.high, "");
	chart_scale(c, r, r.rows - 1, range.low, "");
	for (size_t i = 0; i < n; i++) {
		chart_line(c, r, &range, &marks[i]);
		chart_scale(c, r,
			    r.rows - level_of(marks[i].value, &range, r.rows),
			    marks[i].value, marks[i].what);
	}
}
