/*
 * room_health - what a rollback that is being validated still waits for.
 *
 * room->watches holds what was measured since the rollback began; it is
 * parallel to book->rollback.validations.
 */
#ifndef MODEL_ROOM_HEALTH_H
#define MODEL_ROOM_HEALTH_H

#include "model/room.h"
#include "model/validation.h"

/* When the last of what the rollback takes back had ended; 0 nothing has. */
int64_t room_undone_ms(const struct room *r);

/* Condition `i` of book->rollback.validations as of `now_ms`. */
struct room_health {
	bool applies; /* it counts for this rollback; else nothing is said */
	enum validation_state state;
	int64_t left_ms; /* SETTLING: until it holds, if it stays good */
	int64_t good_ms; /* SETTLING: so far */
	char text[120];
};
/* Pure; `i` is below validation_count. */
void room_health(const struct room *r, size_t i, int64_t now_ms,
		 struct room_health *out);

/* For room_*.c alone: the watches are made, copied, forgotten, fed, and looked
 * at once all samples of a record were fed. */
void room_watches_new(struct room *r);
void room_watches_copy(struct room *r); /* gives a copied room its own */
void room_watches_init(struct room *r); /* forgets what was fed */
/* While a rollback runs or is validated. */
void room_watches_feed(struct room *r, const struct sample *s);
/* While it is validated. */
void room_watches_look(struct room *r, int64_t now_ms);

#endif
