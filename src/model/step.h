/*
 * step - the life of one act: states, and the only moves allowed.
 *
 * Used for forward steps and, with the same table, for the items of a
 * rollback.  Pure.
 */
#ifndef MODEL_STEP_H
#define MODEL_STEP_H

#include "base/err.h"

/* name for people and records, help, is it an end of the forward life? */
/* clang-format off */
#define STEP_STATE_LIST(X)                                                   \
	X(STEP_READY,      "ready",      "not begun")                        \
	X(STEP_ARMED,      "armed",      "plan shown, waiting for confirm")  \
	X(STEP_CONFIRMED,  "confirmed",  "a person said yes")                \
	X(STEP_INTENT,     "intent",     "about to act; undo registered")    \
	X(STEP_ACTING,     "acting",     "request on its way")               \
	X(STEP_ACCEPTED,   "accepted",   "peer accepted, not done yet")      \
	X(STEP_CONVERGING, "converging", "polling until it holds")           \
	X(STEP_VERIFYING,  "verifying",  "reading back")                     \
	X(STEP_BACKOFF,    "backoff",    "waiting before the next attempt")  \
	X(STEP_VERIFIED,   "verified",   "done and read back")               \
	X(STEP_FAILED,     "failed",     "ended without the effect")         \
	X(STEP_UNKNOWN,    "unknown",    "may have happened: read it back")  \
	X(STEP_SKIPPED,    "skipped",    "left out by a person, with reason")\
	X(STEP_UNDONE,     "undone",     "taken back and read back")
/* clang-format on */

#define STEP_ENUM(code, word, help) code,
enum step_state { STEP_STATE_LIST(STEP_ENUM) STEP_STATE_COUNT };
#undef STEP_ENUM

/* Words of a state, static; false when a word names none. */
const char *step_word(enum step_state s);
const char *step_help(enum step_state s); /* what it means, a clause */
/* False when the word names none. */
bool step_parse(const char *word, enum step_state *out);

/* Does the table of states allow it? */
bool step_may_move(enum step_state from, enum step_state to);

bool step_is_running(enum step_state s);   /* INTENT .. BACKOFF */
bool step_is_over(enum step_state s);	   /* VERIFIED SKIPPED UNDONE */
bool step_may_have_run(enum step_state s); /* must be undone in a rollback */
/* A move into this state has no effect of its own: losing it loses nothing that
 * the intent before it or the outcome after it does not tell. */
bool step_is_passing(enum step_state s);

#endif
