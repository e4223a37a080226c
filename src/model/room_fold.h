/*
 * room_fold - what the parts of the fold share; for room_*.c alone.
 *
 * What judges a record changes nothing; what folds it was judged before.
 */
#ifndef MODEL_ROOM_FOLD_H
#define MODEL_ROOM_FOLD_H

#include "model/room.h"

/* May it come next?  ERR_DAMAGED says why not. */
typedef enum err_code room_judging(const struct room *r,
				   const struct record *rec, struct err *e);
typedef void room_folding(struct room *r, const struct record *rec);

room_judging room_judge_samples, room_judge_step, room_judge_pause,
	room_judge_undo, room_judge_rollback, room_judge_drain,
	room_judge_approval, room_judge_override, room_judge_stagger;
room_folding room_fold_samples, room_fold_step, room_fold_pause, room_fold_undo,
	room_fold_request, room_fold_rollback, room_fold_drain,
	room_fold_approval, room_fold_override, room_fold_stagger;

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

/* A step that is taken back at `at_ms`, before the move: where it stands in
 * each region then.  What no undo has reached keeps its side; none at all when
 * it is the baseline everywhere. */
void room_regions_left(struct regions *out, const struct room *r, size_t step,
		       int64_t at_ms);
/* After the move: that is so.  What is doubted again later is unknown where it
 * was said to be back. */
void room_regions_keep(struct room_act *a, enum step_state was,
		       const struct regions *left, int64_t at_ms);

/* Its plan has ended (-1: the rollback's): no override of it is in force. */
void room_overrides_end(struct room *r, int step);
/* The same when the rollback moves: those of a plan that has begun are back in
 * force when another one was only looked at. */
void room_overrides_move(struct room *r, enum rollback_state from,
			 enum rollback_state to);
/* The second person of the open plan has approved them with it. */
void room_overrides_approve(struct room *r);

/* The items of a plan that a record tells of; the caller frees.  *items NULL:
 * it tells of none.  False when they cannot be read. */
bool room_items_read(const struct room *r, const struct record *rec,
		     struct room_undo **items, size_t *count);

/* An act that has not begun. */
void room_act_init(struct room_act *a);
/* Frees the items and what they own. */
void room_free_undos(struct room_undo *undos, size_t count);

/* The index of a name, or -1. */
int room_find_signal(const struct room *r, const char *name);
/* The same for a step. */
int room_find_step(const struct room *r, const char *id);

#endif
