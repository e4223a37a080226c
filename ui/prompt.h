/*
 * prompt - the confirm: plan, phrase, and the line in which it is typed.
 *
 * Only the exact phrase confirms.  A box that cannot be seen whole is not
 * shown at all.  Pure.
 */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include "ui/dialog.h"

/* What must be typed: the plan's phrase, or "yes" when it has none. */
const char *prompt_phrase(const struct room_prompt *p);

/* True when `typed` is the phrase; else `why` explains the difference. */
bool prompt_check(const struct room_prompt *p, const char *typed, char *why,
		  size_t size);

/* Can the whole box be seen on this screen?  `need` is the size it takes. */
bool prompt_fits(const struct room *r, const struct view *v, struct rect *need);

void prompt_draw(const struct frame *f, struct canvas *c);

#endif
