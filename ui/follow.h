/* follow - what a new picture of the room does to a person's view. */
#ifndef UI_FOLLOW_H
#define UI_FOLLOW_H

#include "ui/view.h"

/* Opens and closes the confirm, raises the alarm of a proposed rollback,
 * shows notices, takes back words that a rollback has made untrue, asks for
 * the bell once per worsening.  True when *out holds a command to send: a plan
 * that cannot be seen whole is declined. */
bool follow_snapshot(struct view *v, const struct snapshot *s, int64_t real_ms,
		     struct command *out);

#endif
