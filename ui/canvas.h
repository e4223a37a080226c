/*
 * canvas - a grid of cells: what a screen is before a terminal sees it.
 *
 * Every text passes the allow-list of base/text.h on its way into a cell, so
 * no control, escape or bidi character can be in one.  Wide characters take
 * two cells, the second has width 0.  Nothing is ever written outside.
 * Owner thread.
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include "base/buf.h"
#include "ui/words.h"

#define CANVAS_ROWS_MAX 500
#define CANVAS_COLS_MAX 1000

/* Zero padded, so that equal cells are equal bytes. */
struct cell {
	char text[13];	     /* up to three code points */
	unsigned char width; /* 1 or 2; 0: right half of the one before */
	unsigned char role;
	unsigned char spare;
};

struct rect {
	int row, col, rows, cols;
};

struct canvas {
	int rows, cols;
	enum charset set;
	struct cell *cells;
	size_t space; /* cells allocated */
};

/* A place to write on one row, from `col` up to `end` (not included). */
struct pen {
	struct canvas *on;
	int row, start, col, end;
	bool cut; /* something did not fit: the last cell says so */
};

/* Blank, one cell; canvas_clear() frees it. */
void canvas_init(struct canvas *c, enum charset set);
void canvas_clear(struct canvas *c); /* frees */

/* Sizes are clamped to 1..500 rows and 1..1000 columns; all cells blank. */
void canvas_resize(struct canvas *c, int rows, int cols);
void canvas_blank(struct canvas *c); /* all cells; the size stays */

/* All of it as a rectangle; what a fill leaves is blank in that role. */
struct rect canvas_all(const struct canvas *c);
/* Blank in that role; cut at the edges. */
void canvas_fill(struct canvas *c, struct rect r, enum role role);
/* Changes roles, keeps the text. */
void canvas_paint(struct canvas *c, struct rect r, enum role role);
/* A frame with `title` in its upper border; the inside is blanked. */
struct rect canvas_box(struct canvas *c, struct rect r, enum role role,
		       const char *title);

/* Writes from there on, at most `cells` wide; cut at the edge. */
struct pen canvas_pen(struct canvas *c, int row, int col, int cells);
/* Cleaned on the way. */
void pen_text(struct pen *p, enum role role, const char *text);
void pen_glyph(struct pen *p, enum role role, enum glyph g); /* one cell */
/* As pen_text(), at most a line. */
void pen_printf(struct pen *p, enum role role, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void pen_go(struct pen *p, int col); /* never back */
/* A field of `cells` cells at the pen, then one blank. */
void pen_field(struct pen *p, int cells, enum role role, const char *text);

/* NULL when outside. */
const struct cell *canvas_cell(const struct canvas *c, int row, int col);

/* All rows as lines without trailing blanks; for tests and `--plain`. */
void canvas_text(struct buf *out, const struct canvas *c);

#endif
