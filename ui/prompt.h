/*
 * prompt - the confirm: plan, phrase, and the line in which it is typed.
 *
 * Only the exact phrase confirms, and only a plan that was shown to its last
 * line.  A plan that is longer than the screen scrolls above the phrase, which
 * is always in sight; that takes 60 x 15.  On less it is shown whole or not at
 * all.  Pure.
 */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include "ui/dialog.h"

/* What must be typed: the plan's phrase, or "yes" when it has none. */
const char *prompt_phrase(const struct room_prompt *p);

/* True when `typed` is the phrase and no second person is awaited; else `why`
 * explains what is missing. */
bool prompt_check(const struct room_prompt *p, const char *typed, char *why,
		  size_t size);

/* The box on a screen of this size. */
struct prompt_box {
	bool fits;
	int need_rows, need_cols; /* of a screen on which it fits */
	int rows;		  /* of the plan seen at a time */
	int scroll_max;		  /* 0: the whole plan is seen */
};
/* Sizes of the box the plan of `r` is shown in. */
void prompt_measure(const struct room *r, const struct view *v,
		    struct prompt_box *out);

/* Lines of the plan that were not shown yet on this screen; 0 all were. */
int prompt_unread(const struct view *v, const struct prompt_box *b);

/* Returns how far the plan can be scrolled. */
int prompt_draw(const struct frame *f, struct canvas *c);

#endif
