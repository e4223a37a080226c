/* rollback - the screen of a rollback on its way: items, time, result. */
#ifndef UI_ROLLBACK_H
#define UI_ROLLBACK_H

#include "ui/frame.h"

/* One line about the whole: state, items done, time spent of the RTO. */
void rollback_line(const struct frame *f, struct pen *p);

/* What it waits for: while it is validated the conditions of its end, while
 * it runs the calls that must end before an item goes on, or what a person is
 * to do, in lines as wide as the screen.  How many there are, and one line for
 * condition `i`. */
int rollback_conditions(const struct frame *f);
/* Nothing for an `i` that is none. */
void rollback_condition(const struct frame *f, int i, struct pen *p);
/* Does it run, and wait for calls to end? */
bool rollback_waits(const struct frame *f);

/* One line for the item that goes on or comes next, or that all are over. */
void rollback_in_hand(const struct frame *f, struct pen *p);

/* One line for item `i`: state, attempt, next try, time. */
void rollback_item(const struct frame *f, int i, struct pen *p);

#endif
