/* help - the keys that work here, from the rows that make them work. */
#ifndef UI_HELP_H
#define UI_HELP_H

#include "ui/frame.h"

/* The page of keys for the mode help was opened from; how far it scrolls. */
int help_draw(const struct frame *f, struct canvas *c, struct rect r);

/* One line: the most useful keys of the present mode, the journal's head. */
void help_line(const struct frame *f, struct canvas *c, struct rect r,
	       bool scrolls);

#endif
