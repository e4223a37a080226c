/*
 * drain - calls in progress end before what carries them is taken from them.
 *
 * Each row of book->rollback.drains holds an item of the rollback back until
 * its signal is within the limit, measured since it began to wait, or until
 * the session timer has passed: by then a SIP session has been refreshed or is
 * gone (RFC 4028; the rollback guide, edge case 2).  One clock per row and
 * rollback, so that the wait is bounded however many items there are.  Pure.
 */
#ifndef MODEL_DRAIN_H
#define MODEL_DRAIN_H

#include "model/room.h"

/* state, word, help */
/* clang-format off */
#define DRAIN_LIST(X)                                                    \
	X(DRAIN_NONE,    "none",    "nothing has waited yet")            \
	X(DRAIN_WAITING, "waiting", "an item is held back")              \
	X(DRAIN_ENDED,   "ended",   "the signal is within the limit")    \
	X(DRAIN_PASSED,  "passed",  "the session timer has passed")      \
	X(DRAIN_CUT,     "cut",     "a person went on without waiting")
/* clang-format on */

#define DRAIN_ENUM(state, word, help) state,
enum drain_state { DRAIN_LIST(DRAIN_ENUM) DRAIN_STATE_COUNT };
#undef DRAIN_ENUM

/* Parallel to book->rollback.drains; as the records say. */
struct room_drain {
	enum drain_state state;
	int item;	  /* index into room->undos that it is about */
	int64_t began_ms; /* when the first item was held back */
	int64_t until_ms; /* the session timer of that */
};

const char *drain_word(enum drain_state s); /* never NULL; static */
/* False when it is no such word. */
bool drain_parse(const char *word, enum drain_state *out);

/* Is an item of the plan held back by this row? */
bool drain_applies(const struct book_drain *drain, const struct book *b,
		   const struct plan_item *item);
/* Has the row been settled for this item, so that it holds it back no more,
 * whatever is measured?  (One that ENDED is judged again.) */
bool drain_is_settled(const struct room_drain *drain, int item);

/* What becomes of row `i` as of `now_ms` (room time), by the measurements in
 * the room: WAITING, ENDED or PASSED.  `text` says why: "active sessions 12,
 * wanted <= 0". */
enum drain_state drain_judge(const struct room *r, size_t i, int64_t now_ms,
			     char *text, size_t size);

/* The line of a plan: "waits before open-trunk: active sessions <= 0, at most
 * 10m".  False when the row holds none of the items back. */
bool drain_plan_line(char *to, size_t size, const struct book_drain *drain,
		     const struct book *b, const struct plan_item *items,
		     size_t count);

/* How long the row still holds a rollback up as of `now_ms`, at most (p90) or
 * as it stands (not p90: nothing when the last measurement is within the
 * limit).  Milliseconds; it must apply to something that is to come. */
int64_t drain_left_ms(const struct room *r, size_t i, int64_t now_ms, bool p90);

/* For room_*.c alone. */
void room_drains_reset(struct room *r);

#endif
