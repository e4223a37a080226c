/*
 * page - wrapped lines that scroll: help, details, journal, confirm.
 *
 * Born for one drawing, freed after it.  Owner thread.
 */
#ifndef UI_PAGE_H
#define UI_PAGE_H

#include "ui/canvas.h"

struct page_line {
	enum role role;
	char *text;
};

struct page {
	enum charset set;
	int width;
	const char *more; /* keys that show what is cut off */
	const char *only; /* a filter: other texts go; NULL none */
	struct page_line *lines;
	size_t count, space;
};

/* Does a filter let a text through? "" all, "!x" what has no x. */
bool page_matches(const char *filter, const char *text);

/* `width` in cells, at least 1. */
void page_init(struct page *p, enum charset set, int width);
void page_clear(struct page *p); /* drops the lines; width and letters stay */

/* Appends a text, wrapped at blanks; what follows the first line is indented
 * by `indent` cells. */
void page_text(struct page *p, enum role role, int indent, const char *text);
/* As page_text(), cut to a line, indented by four cells. */
void page_printf(struct page *p, enum role role, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Draws from line `scroll` on; a page that is cut says how much more there
 * is in its last line.  Returns the largest scroll that shows more. */
int page_draw(const struct page *p, struct canvas *c, struct rect r,
	      int scroll);

#endif
