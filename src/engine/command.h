/* command - what a person (or a policy) asks the director to do. */
#ifndef ENGINE_COMMAND_H
#define ENGINE_COMMAND_H

#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"

/* verb, word, help */
/* clang-format off */
#define COMMAND_LIST(X)                                                       \
	X(COMMAND_ARM,      "arm",      "show the plan of a step")            \
	X(COMMAND_ROLLBACK, "rollback", "show the plan of the rollback")      \
	X(COMMAND_CONFIRM,  "confirm",  "do what the open plan says")         \
	X(COMMAND_DECLINE,  "decline",  "leave everything as it is")          \
	X(COMMAND_DONE,     "done",     "a manual step or item is done (proof)") \
	X(COMMAND_FAIL,     "fail",     "give up the step, or rollback, under way") \
	X(COMMAND_ABORT,    "abort",    "end the step under way and read it back") \
	X(COMMAND_RETRY,    "retry",    "try again; while it waits, now")     \
	X(COMMAND_PAUSE,    "pause",    "let the step under way send nothing more") \
	X(COMMAND_RESUME,   "resume",   "let a paused step go on")            \
	X(COMMAND_RECHECK,  "recheck",  "read an unknown outcome back")       \
	X(COMMAND_SKIP,     "skip",     "leave a step out (reason)")          \
	X(COMMAND_OVERRIDE, "override", "break a rule in the open plan (reason)") \
	X(COMMAND_ACK,      "ack",      "acknowledge a breach")               \
	X(COMMAND_MUTE,     "mute",     "mute a gate (reason)")               \
	X(COMMAND_UNMUTE,   "unmute",   "judge a muted gate again")           \
	X(COMMAND_BASELINE, "baseline", "take it now, or go without (reason)") \
	X(COMMAND_NOTE,     "note",     "write a note into the journal")      \
	X(COMMAND_PROBE,    "probe",    "measure now")                        \
	X(COMMAND_PARK,     "park",     "leave the room so it can be resumed")\
	X(COMMAND_CLOSE,    "close",    "end the room")
/* clang-format on */

#define COMMAND_ENUM(code, word, help) code,
enum command_verb { COMMAND_LIST(COMMAND_ENUM) COMMAND_COUNT };
#undef COMMAND_ENUM

struct command_row {
	const char *word;
	const char *help;
};
extern const struct command_row command_rows[COMMAND_COUNT];

/* Plain data; copied into the director's inbox. */
struct command {
	enum command_verb verb;
	char target[80];	 /* step id, gate signal, probe id; "" none */
	char text[240];		 /* typed phrase, reason, note */
	char digest[DIGEST_HEX]; /* CONFIRM: of the plan that was seen */
	int64_t duration_ms;	 /* MUTE: how long; 0 until unmuted */
};

#endif
