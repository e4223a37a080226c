/*
 * screen - the whole picture: a pure function of room, view and moment.
 */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "ui/frame.h"

/* Draws into `c`, which has the view's size.  Returns how far the page on
 * screen can be scrolled (for view->scroll_max). */
int screen_draw(struct canvas *c, const struct snapshot *s,
		const struct view *v, struct moment now);

#endif
