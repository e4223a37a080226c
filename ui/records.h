/*
 * records - the journal as a list, and one record of it with all its fields.
 *
 * The list is what the room keeps of its journal; a record is read from the
 * journal itself.  Owner thread.
 */
#ifndef UI_RECORDS_H
#define UI_RECORDS_H

#include "ui/frame.h"

/* Both return how far their page can be scrolled. */
int records_draw(const struct frame *f, struct canvas *c, struct rect r);
/* The record that is open. */
int records_draw_one(const struct frame *f, struct canvas *c, struct rect r);

/* The record the list points at: the selected one, else the newest; 0 when
 * none is shown. */
int64_t records_selected(const struct frame *f);
/* Moves the selection by `by` records of the list. */
void records_move(const struct frame *f, struct view *v, int by);

#endif
