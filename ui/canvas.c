/* canvas - a grid of cells: what a screen is before a terminal sees it. */
#include "ui/canvas.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define LINE_BYTES 4096 /* of a text for one row, cleaned */
#define MARKS 2		/* combining characters kept in a cell */

static const struct cell blank = { .text = " ", .width = 1 };

static int
clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

void
canvas_init(struct canvas *c, enum charset set)
{
	*c = (struct canvas){ .set = set };
	canvas_resize(c, 1, 1);
}

void
canvas_clear(struct canvas *c)
{
	mem_free(c->cells);
	*c = (struct canvas){ .set = c->set };
}

void
canvas_resize(struct canvas *c, int rows, int cols)
{
	size_t need;

	c->rows = clamp(rows, 1, CANVAS_ROWS_MAX);
	c->cols = clamp(cols, 1, CANVAS_COLS_MAX);
	need = (size_t)c->rows * (size_t)c->cols;
	if (need > c->space) {
		c->cells = mem_grow(c->cells, need, sizeof(*c->cells));
		c->space = need;
	}
	canvas_blank(c);
}

void
canvas_blank(struct canvas *c)
{
	size_t count = (size_t)c->rows * (size_t)c->cols;

	for (size_t i = 0; i < count; i++)
		c->cells[i] = blank;
}

struct rect
canvas_all(const struct canvas *c)
{
	return (struct rect){ 0, 0, c->rows, c->cols };
}

static struct cell *
cell_at(const struct canvas *c, int row, int col)
{
	if (row < 0 || col < 0 || row >= c->rows || col >= c->cols)
		return NULL;
	return &c->cells[(size_t)row * (size_t)c->cols + (size_t)col];
}

const struct cell *
canvas_cell(const struct canvas *c, int row, int col)
{
	return cell_at(c, row, col);
}

/* Overwriting half of a wide character blanks its other half. */
static void
release(struct canvas *c, int row, int col)
{
	struct cell *here = cell_at(c, row, col);
	struct cell *other = NULL;

	if (here == NULL)
		return;
	if (here->width == 0)
		other = cell_at(c, row, col - 1);
	else if (here->width == 2)
		other = cell_at(c, row, col + 1);
	if (other != NULL) {
		unsigned char role = other->role;

		*other = blank;
		other->role = role;
	}
}

/* The whole character must be inside, or nothing is written. */
static void
put(struct canvas *c, int row, int col, const struct cell *what)
{
	struct cell *here = cell_at(c, row, col);

	if (here == NULL || (what->width == 2 && col + 1 >= c->cols))
		return;
	release(c, row, col);
	if (what->width == 2)
		release(c, row, col + 1);
	*here = *what;
	if (what->width == 2)
		here[1] = (struct cell){ .width = 0, .role = what->role };
}

void
canvas_fill(struct canvas *c, struct rect r, enum role role)
{
	struct cell what = blank;

	what.role = (unsigned char)role;
	for (int row = 0; row < r.rows; row++)
		for (int col = 0; col < r.cols; col++)
			put(c, r.row + row, r.col + col, &what);
}

void
canvas_paint(struct canvas *c, struct rect r, enum role role)
{
	for (int row = 0; row < r.rows; row++)
		for (int col = 0; col < r.cols; col++) {
			struct cell *here =
				cell_at(c, r.row + row, r.col + col);

			if (here != NULL)
				here->role = (unsigned char)role;
		}
}

struct rect
canvas_box(struct canvas *c, struct rect r, enum role role, const char *title)
{
	struct pen p;

	if (r.rows < 2 || r.cols < 2) {
		canvas_fill(c, r, ROLE_NORMAL);
		return (struct rect){ r.row, r.col, 0, 0 };
	}
	canvas_fill(c, r, ROLE_NORMAL);
	for (int i = 0; i < r.rows; i++) {
		bool is_top = i == 0;
		bool is_end = is_top || i == r.rows - 1;

		p = canvas_pen(c, r.row + i, r.col, r.cols);
		pen_glyph(&p, role,
			  is_top   ? GLYPH_TOP_LEFT
			  : is_end ? GLYPH_BOTTOM_LEFT
				   : GLYPH_DOWN);
		for (int k = 2; is_end && k < r.cols; k++)
			pen_glyph(&p, role, GLYPH_ACROSS);
		pen_go(&p, r.col + r.cols - 1);
		pen_glyph(&p, role,
			  is_top   ? GLYPH_TOP_RIGHT
			  : is_end ? GLYPH_BOTTOM_RIGHT
				   : GLYPH_DOWN);
	}
	if (title[0] != '\0' && r.cols > 4) {
		p = canvas_pen(c, r.row, r.col + 1, r.cols - 2);
		pen_printf(&p, ROLE_TITLE, " %s ", title);
	}
	return (struct rect){ r.row + 1, r.col + 1, r.rows - 2, r.cols - 2 };
}

struct pen
canvas_pen(struct canvas *c, int row, int col, int cells)
{
	int from = clamp(col, 0, c->cols);
	int end = clamp(cells < 0 ? from : col + cells, from, c->cols);

	if (row < 0 || row >= c->rows)
		end = from;
	return (struct pen){
		.on = c, .row = row, .start = from, .col = from, .end = end
	};
}

/* The text ends here: the last cell of the place says that more follows. */
static void
mark_cut(struct pen *p, enum role role)
{
	struct cell mark = { .width = 1, .role = (unsigned char)role };

	p->cut = true;
	p->col = p->end;
	str_copy(mark.text, sizeof(mark.text),
		 words_glyph(p->on->set, GLYPH_CUT));
	put(p->on, p->row, p->end - 1, &mark);
}

/* One character with its marks; false when it does not fit any more. */
static bool
pen_cell(struct pen *p, const struct cell *what)
{
	if (p->col + what->width > p->end) {
		mark_cut(p, (enum role)what->role);
		return false;
	}
	put(p->on, p->row, p->col, what);
	p->col += what->width;
	return true;
}

/* A character that ASCII has no sign for, spelled with several. */
static bool
pen_spelled(struct pen *p, enum role role, const char *ascii)
{
	for (; *ascii != '\0'; ascii++) {
		struct cell one = { .width = 1, .role = (unsigned char)role };

		one.text[0] = *ascii;
		if (!pen_cell(p, &one))
			return false;
	}
	return true;
}

/* Takes the next character and the marks on it from clean text. */
static int32_t
next_cell(const char **p, const char *end, struct cell *out)
{
	int32_t c = text_next(p, end);
	size_t len = text_encode(c < 0 ? '?' : c, out->text);

	out->width =
		(unsigned char)clamp(text_char_width(c < 0 ? '?' : c), 0, 2);
	for (int marks = 0; *p < end; marks++) {
		const char *ahead = *p;
		int32_t mark = text_next(&ahead, end);
		char bytes[5];
		size_t n;

		if (mark < 0x80 || text_char_width(mark) != 0)
			break;
		*p = ahead;
		n = text_encode(mark, bytes);
		if (marks >= MARKS || len + n >= sizeof(out->text))
			continue;
		memcpy(out->text + len, bytes, n + 1);
		len += n;
	}
	return c;
}

void
pen_text(struct pen *p, enum role role, const char *text)
{
	char clean[LINE_BYTES];
	bool is_whole = text_clean(clean, sizeof(clean), text, strlen(text));
	const char *at = clean;
	const char *end = clean + strlen(clean);

	if (p->cut || p->end <= p->start)
		return;
	while (at < end) {
		struct cell one = { .role = (unsigned char)role };
		int32_t c = next_cell(&at, end, &one);
		bool fits;

		if (p->on->set == CHARSET_ASCII && c >= 0x80)
			fits = pen_spelled(p, role, words_ascii(c));
		else if (one.width == 0)
			fits = true; /* a mark with nothing to stand on */
		else
			fits = pen_cell(p, &one);
		if (!fits)
			return;
	}
	if (!is_whole)
		mark_cut(p, role);
}

void
pen_glyph(struct pen *p, enum role role, enum glyph g)
{
	struct cell one = { .width = 1, .role = (unsigned char)role };

	if (p->cut || p->col >= p->end)
		return;
	str_copy(one.text, sizeof(one.text), words_glyph(p->on->set, g));
	(void)pen_cell(p, &one);
}

void
pen_printf(struct pen *p, enum role role, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	pen_text(p, role, text);
}

void
pen_go(struct pen *p, int col)
{
	if (col > p->col)
		p->col = col > p->end ? p->end : col;
}

void
pen_field(struct pen *p, int cells, enum role role, const char *text)
{
	struct pen field = *p;

	if (p->cut || cells <= 0)
		return;
	field.start = p->col;
	field.end = clamp(p->col + cells, p->col, p->end);
	if (field.end > field.col)
		pen_text(&field, role, text);
	pen_go(p, p->col + cells + 1);
}

void
canvas_text(struct buf *out, const struct canvas *c)
{
	for (int row = 0; row < c->rows; row++) {
		int last = c->cols - 1;

		while (last >= 0 && str_same(cell_at(c, row, last)->text, " "))
			last--;
		for (int col = 0; col <= last; col++)
			buf_text(out, cell_at(c, row, col)->text);
		buf_char(out, '\n');
	}
}
