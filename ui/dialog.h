/* dialog - a box over the room that wants an answer. */
#ifndef UI_DIALOG_H
#define UI_DIALOG_H

#include "ui/frame.h"
#include "ui/page.h"

struct dialog {
	const char *title;
	enum role border;
	const char *typed; /* the line being typed; NULL: none is asked for */
	bool is_wrong;	   /* what is typed cannot become right */
	const struct page *ask; /* stays above that line; NULL none */
	int scroll;		/* of the page above both */
};

/* Where boxes may stand on a screen of this size: below the head, above the
 * line of words and the keys. */
struct rect dialog_area(int rows, int cols);
/* Rows kept free below boxes for what is said to the person. */
int dialog_words(int rows, int cols);
/* Cells for text in the widest box of the area. */
int dialog_width(struct rect area);
/* Rows a box with this page takes, with its border and typing line. */
int dialog_rows(const struct page *p, bool is_typed);

/* As many lines of the page as the area leaves room for, from d->scroll on.
 * Returns the largest scroll that shows more. */
int dialog_draw(struct canvas *c, struct rect area, const struct dialog *d,
		const struct page *p);

/* The boxes that are not the confirm: a question, the alarm, leaving.  They
 * return how far they can be scrolled. */
int dialog_ask(const struct frame *f, struct canvas *c);
/* What has gone wrong. */
int dialog_alarm(const struct frame *f, struct canvas *c);
int dialog_leave(const struct frame *f, struct canvas *c); /* leave, or park? */

#endif
