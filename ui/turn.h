/*
 * turn - what a person asks of a recorded night: pause, step, seek, speed.
 *
 * Words for lines, keys for the screen, in one table.  To add one: a row
 * here, its keys in turn.c, its meaning in the source that is asked.
 */
#ifndef UI_TURN_H
#define UI_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* turn, word, keys, help */
/* clang-format off */
#define TURN_LIST(X)                                                        \
	X(TURN_PAUSE,   "pause",   "space", "stop the night, or let it go on") \
	X(TURN_STEP,    "step",    ".",     "one record on, and stop there")   \
	X(TURN_BACK,    "back",    ",",     "one record back, and stop there") \
	X(TURN_LATER,   "later",   "right", "ten seconds of the room on")      \
	X(TURN_EARLIER, "earlier", "left",  "ten seconds of the room back")    \
	X(TURN_FASTER,  "faster",  "+",     "twice as fast")                   \
	X(TURN_SLOWER,  "slower",  "-",     "half as fast")                    \
	X(TURN_BEGIN,   "begin",   "home",  "to the begin of the night")       \
	X(TURN_END,     "end",     "end",   "to the end of the night")
/* clang-format on */

#define TURN_ENUM(code, word, keys, help) code,
enum turn { TURN_LIST(TURN_ENUM) TURN_COUNT };
#undef TURN_ENUM

struct turn_row {
	const char *word;
	const char *keys;
	const char *help;
};
extern const struct turn_row turn_rows[TURN_COUNT];

#define TURN_SEEK_MS 10000 /* later, earlier: when nothing else is said */

/* The turn a key asks for; false when none. */
bool turn_of_key(int32_t code, enum turn *out);

/* The turn a line asks for, as "step" or "later 5m"; *ms is how far. */
bool turn_of_line(const char *line, enum turn *out, int64_t *ms);

#endif
