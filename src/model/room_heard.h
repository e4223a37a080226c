/*
 * room_heard - the last exchanges of the acts, with what was sent and said.
 *
 * One for each subject, request, attempt and status: of polls that say the
 * same, the last.  When there are ROOM_HEARD the oldest goes; the journal
 * keeps them all.
 */
#ifndef MODEL_ROOM_HEARD_H
#define MODEL_ROOM_HEARD_H

#include "model/room.h"

#define ROOM_HEARD 16
#define HEARD_BODY 2048 /* of a body, redacted and clean, with the NUL */

struct heard {
	char subject[BOOK_ID]; /* step id, or what the rollback calls it */
	bool is_undo;
	int64_t seq, wall_ms; /* of its record */
	char method[12];
	char url[200];
	int status; /* 0: no answer */
	int64_t took_ms;
	int attempt;
	char detail[160];
	char sent[HEARD_BODY], answer[HEARD_BODY]; /* "" none */
};

struct room_heard {
	size_t count;
	struct heard items[]; /* in no order */
};

/* The oldest exchange of `subject` after record `seq` (0: of all); NULL: no
 * more of them. */
const struct heard *room_heard_next(const struct room *r, const char *subject,
				    int64_t seq);

/* For room_*.c alone: made and copied; room_fold_request() keeps. */
void room_heard_new(struct room *r);
void room_heard_copy(struct room *r);

#endif
