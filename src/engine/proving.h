/*
 * proving - what is left, what has moved, what is not as it was: the parts of
 * the rollback that compare.
 *
 * Private to the engine; director's thread only.
 */
#ifndef ENGINE_PROVING_H
#define ENGINE_PROVING_H

#include "engine/desk.h"

#define ROLLBACK_PLAN_BOUND_MS 3000 /* real time for reading what is live */
/* Room time an effect that is not seen, or a difference, is doubted. */
#define ROLLBACK_SETTLE_MS 10000

/* rollback_rest.c: halts for the item that failed, and offers what can be taken
 * back without it. */
void rollback_isolate(struct director *d, int item, const char *why);
/* Leaves an item out of the open plan; false: the command is about none. */
bool rollback_leave(struct director *d, const struct command *c);
/* By whom item `i` is left out, and why; false: it is not. */
bool rollback_left_words(const struct director *d, size_t i, char *to,
			 size_t size);

/* rollback_live.c: is what is live what the plan has shown? */
/* Keeps what was read for the plan. */
void rollback_show(struct director *d, const struct message *m);
/* The plan is confirmed by `by`: it begins once nothing has moved. */
void rollback_check_live(struct director *d, const char *by);
/* What PURPOSE_UNDO_RECHECK found. */
void rollback_live_read(struct director *d, const struct message *m);

/* rollback_compare.c: is it what the night began with? */
enum likeness {
	LIKENESS_NONE,	   /* nothing takes it back */
	LIKENESS_SAME,	   /* as its baseline */
	LIKENESS_DECLARED, /* not, and the undo says so itself */
	LIKENESS_OTHER,
	LIKENESS_UNREAD,
};
/* Of a row of the baseline that was read once more; `why` says what differs
 * ("" nothing). */
enum likeness rollback_likeness(const struct director *d, int row,
				const struct action_look *seen, char *why,
				size_t size);
/* All is read back: then rollback_compared(). */
void rollback_compare_begin(struct director *d);
void rollback_compare_tick(struct director *d);
/* What PURPOSE_COMPARE found. */
void rollback_compare_read(struct director *d, const struct message *m);

#endif
