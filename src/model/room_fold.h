/*
 * room_fold - what the parts of the fold share; for room_*.c alone.
 *
 * Each function folds one record: it judges all of it first and changes the
 * room only when nothing is wrong.
 */
#ifndef MODEL_ROOM_FOLD_H
#define MODEL_ROOM_FOLD_H

#include "model/room.h"

typedef enum err_code room_fold(struct room *r, const struct record *rec,
				struct err *e);

room_fold room_fold_samples;
room_fold room_fold_step;
room_fold room_fold_undo;
room_fold room_fold_rollback;

/* ERR_DAMAGED with the record's number and kind in front. */
enum err_code room_refuse(const struct record *rec, struct err *e,
			  const char *fmt, ...) PRINTF_LIKE(3, 4);

/* An act that has not begun. */
void room_act_init(struct room_act *a);

/* The index of a name, or -1. */
int room_find_signal(const struct room *r, const char *name);
int room_find_gate(const struct room *r, const char *signal);
int room_find_step(const struct room *r, const char *id);

#endif
