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
room_fold room_fold_pause;
room_fold room_fold_undo;
room_fold room_fold_request;
room_fold room_fold_rollback;
room_fold room_fold_drain;
room_fold room_fold_approval;
room_fold room_fold_override;

/* ERR_DAMAGED with the record's number and kind in front. */
enum err_code room_refuse(const struct record *rec, struct err *e,
			  const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Beyond this no room time is believed, so that sums of times stay sums. */
#define ROOM_TIME_MOST (INT64_C(1) << 53)

/* A field that is a room time, held within 0..ROOM_TIME_MOST. */
int64_t room_time(const struct record *rec, const char *name, int64_t fallback);
/* A field that counts, held within 0..INT_MAX. */
int room_count(const struct record *rec, const char *name, int fallback);

/* Is a plan of this step (-1: the rollback) open and approved? */
bool room_has_second(const struct room *r, int step);

/* What a record leaves of the objects that invariants are about; after the
 * move, `was` is the state before it. */
void room_objects_step(struct room *r, size_t step, enum step_state was);
/* An item of the rollback moved. */
void room_objects_undo(struct room *r, size_t item, enum step_state was);
/* It left something behind: what is there is unknown. */
void room_objects_left(struct room *r, size_t item);
void room_objects_baseline(struct room *r, size_t row); /* A row was taken */

/* Its plan has ended (-1: the rollback's): no override of it is in force. */
void room_overrides_end(struct room *r, int step);
/* The second person of the open plan has approved them with it. */
void room_overrides_approve(struct room *r);

/* An act that has not begun. */
void room_act_init(struct room_act *a);
/* Frees the items and what they own. */
void room_free_undos(struct room_undo *undos, size_t count);

/* The index of a name, or -1. */
int room_find_signal(const struct room *r, const char *name);
/* The same for a step. */
int room_find_step(const struct room *r, const char *id);

#endif
