/* rollback - the screen of a rollback on its way: items, time, result. */
#ifndef UI_ROLLBACK_H
#define UI_ROLLBACK_H

#include "ui/frame.h"

/* One line about the whole: state, items done, time spent of the RTO. */
void rollback_line(const struct frame *f, struct pen *p);

/* What it waits for before it is done, while it is validated: how many
 * conditions there are, and one line for condition `i`. */
int rollback_conditions(const struct frame *f);
void rollback_condition(const struct frame *f, int i, struct pen *p);

/* One line for item `i`: state, attempt, next try, time. */
void rollback_item(const struct frame *f, int i, struct pen *p);

#endif
