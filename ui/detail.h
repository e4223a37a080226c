/*
 * detail - pages over the whole room: one gate, one step.
 *
 * Each draws into `r` and returns how far it can be scrolled.
 */
#ifndef UI_DETAIL_H
#define UI_DETAIL_H

#include "ui/frame.h"

/* Of the gate that is open. */
int detail_gate(const struct frame *f, struct canvas *c, struct rect r);
/* Of the step that is open. */
int detail_step(const struct frame *f, struct canvas *c, struct rect r);

#endif
