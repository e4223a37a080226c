/* room_stagger - which item of the rollback is kept apart from the one before,
 * as the records say; stagger.h has the rule. */
#ifndef MODEL_ROOM_STAGGER_H
#define MODEL_ROOM_STAGGER_H

#include <stdint.h>

/* state, word, help */
/* clang-format off */
#define STAGGER_LIST(X)                                                  \
	X(STAGGER_NONE,    "none",    "nothing has waited yet")          \
	X(STAGGER_WAITING, "waiting", "an item is held back")            \
	X(STAGGER_PASSED,  "passed",  "the time is over")                \
	X(STAGGER_CUT,     "cut",     "a person went on without waiting")
/* clang-format on */

#define STAGGER_ENUM(state, word, help) state,
enum stagger_state { STAGGER_LIST(STAGGER_ENUM) STAGGER_STATE_COUNT };
#undef STAGGER_ENUM

/* As the records say; items are indices into room->undos. */
struct room_stagger {
	enum stagger_state state;
	int item;	  /* held back */
	int after;	  /* what it is to be apart from */
	int64_t began_ms; /* when it was first held back */
	int64_t until_ms;
};

#endif
