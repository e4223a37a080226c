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

/* Beyond this no room time is believed, so that sums of times stay sums. */
#define ROOM_TIME_MOST (INT64_C(1) << 53)

/* A field that is a room time, held within 0..ROOM_TIME_MOST. */
int64_t room_time(const struct record *rec, const char *name, int64_t fallback);
/* A field that counts, held within 0..INT_MAX. */
int room_count(const struct record *rec, const char *name, int fallback);

/* An act that has not begun. */
void room_act_init(struct room_act *a);

/* The index of a name, or -1. */
int room_find_signal(const struct room *r, const char *name);
int room_find_step(const struct room *r, const char *id);

#endif
