/*
 * record - one line of the journal: a kind and named fields.
 *
 * Everything that happens in the room is one of these; room_apply() folds
 * them.  The kinds are rows: name, help, durable before effect?  Pure.
 */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

/* kind, word, durable, help */
/* clang-format off */
#define RECORD_LIST(X)                                                        \
	X(RECORD_OPEN,     "open",     true,  "the room opens")               \
	X(RECORD_RESUME,   "resume",   true,  "a new process takes the room") \
	X(RECORD_SAMPLES,  "samples",  false, "measurements, coalesced")      \
	X(RECORD_VERDICT,  "verdict",  true,  "a gate changed its verdict")   \
	X(RECORD_DECISION, "decision", true,  "the room changed its verdict") \
	X(RECORD_STEP,     "step",     true,  "a step moved")                 \
	X(RECORD_PAUSE,    "pause",    true,  "a step was paused, or goes on") \
	X(RECORD_REQUEST,  "request",  false, "a request and its answer")     \
	X(RECORD_ROLLBACK, "rollback", true,  "the rollback moved")           \
	X(RECORD_UNDO,     "undo",     true,  "an item of the rollback moved")\
	X(RECORD_DRAIN,    "drain",    true,  "an item waits for calls to end")\
	X(RECORD_STAGGER,  "stagger",  true,  "an item waits so that no trunk flaps")\
	X(RECORD_APPROVAL, "approval", true,  "a second person approved a plan")\
	X(RECORD_OVERRIDE, "override", true,  "a rule was broken on purpose") \
	X(RECORD_MUTE,     "mute",     true,  "a gate was muted or unmuted")  \
	X(RECORD_ACK,      "ack",      true,  "a breach was acknowledged")    \
	X(RECORD_NOTE,     "note",     true,  "a person wrote a note")        \
	X(RECORD_CONSOLE,  "console",  true,  "a console came or was lost")   \
	X(RECORD_PARKED,   "parked",   true,  "the runbook is parked")        \
	X(RECORD_TORN,     "torn",     true,  "a torn tail was cut off")      \
	X(RECORD_CLOCK,    "clock",    true,  "the wall clock jumped")        \
	X(RECORD_BASELINE, "baseline", true,  "what was live before a change")\
	X(RECORD_LEFTOVER, "leftover", true,  "what a rollback left behind")  \
	X(RECORD_CLOSE,    "close",    true,  "the room closes")
/* clang-format on */

#define RECORD_ENUM(code, word, durable, help) code,
enum record_kind { RECORD_LIST(RECORD_ENUM) RECORD_KIND_COUNT };
#undef RECORD_ENUM

struct record_row {
	const char *word;
	const char *help;
	bool durable; /* fsynced before it has effect */
};
extern const struct record_row record_rows[RECORD_KIND_COUNT];

#define RECORD_FIELDS 20
#define RECORD_CAP (256 * 1024) /* longest line, bytes */
#define RECORD_TEXT 4096	/* longest text; longer is cut */
#define RECORD_NAME 32		/* field names: a-z 0-9 _, with the NUL */

enum record_type {
	FIELD_TEXT,
	FIELD_INT,
	FIELD_NUMBER,
	FIELD_FLAG,
	FIELD_JSON
};

struct record_field {
	const char *name; /* static or in the record's own text */
	enum record_type type;
	size_t text; /* offset into `texts` (TEXT, JSON) */
	int64_t integer;
	double number;
};

/* Owns `texts`; texts.cut: a field did not fit, the record cannot be stored.
 * Fields keep the order they were added in. */
struct record {
	int64_t seq;	 /* 1.. ; set by the journal */
	int64_t wall_ms; /* when, for people */
	int64_t at_ms;	 /* when, room time: never runs backwards */
	char by[64];	 /* "lead", "director", "policy" */
	enum record_kind kind;
	bool deferred; /* set by the caller: of a durable kind, yet without
			  effect of its own; safe with the next durable one */
	struct record_field fields[RECORD_FIELDS];
	size_t count;
	struct buf texts;
	char prev[DIGEST_HEX], hash[DIGEST_HEX]; /* set by the journal */
};

/* Copies `by`; record_clear() frees what it holds. */
void record_init(struct record *r, enum record_kind kind, const char *by);
void record_clear(struct record *r); /* twice is fine */
/* Makes a new record in the memory of an old one. */
void record_reset(struct record *r, enum record_kind kind, const char *by);

/* Texts are cleaned and redacted on the way in.  NULL and "" are not stored.
 * `name` must be static (or live as long as the record). */
void record_text(struct record *r, const char *name, const char *text);
/* The same for a whole number. */
void record_int(struct record *r, const char *name, int64_t value);
/* The same for a number; one that is not finite is null. */
void record_number(struct record *r, const char *name, double value);
/* The same for a flag. */
void record_flag(struct record *r, const char *name, bool value);
/* JSON (an array or object) without its blanks; texts in it are redacted and
 * cleaned.  What is not JSON is stored as a text. */
void record_json(struct record *r, const char *name, const char *json);

const char *record_get(const struct record *r, const char *name); /* or "" */
/* `fallback` when absent or no whole number. */
int64_t record_get_int(const struct record *r, const char *name,
		       int64_t fallback);
/* `fallback` when absent or no number. */
double record_get_number(const struct record *r, const char *name,
			 double fallback);
/* False when absent. */
bool record_get_flag(const struct record *r, const char *name);
/* Is there a field of that name? */
bool record_has(const struct record *r, const char *name);

/* False when no kind is written so. */
bool record_kind_parse(const char *word, enum record_kind *out);

/* One JSON object without newline: seq, at, t, by, kind, the fields, prev;
 * `hash` last when not "".  The bytes are canonical: the same record gives
 * the same bytes. */
void record_write(struct buf *out, const struct record *r);
/* The inverse; keeps unknown fields; refuses unknown kinds, keys out of
 * order or twice, texts that are not clean (ERR_DAMAGED; nothing to clear
 * then).  Add no field to a record that was read. */
enum err_code record_read(struct record *out, const char *line, size_t len,
			  struct err *e) MUST_CHECK;
/* The same in the memory of an old record, which stays to be cleared. */
enum err_code record_reread(struct record *r, const char *line, size_t len,
			    struct err *e) MUST_CHECK;

/* One line for people: "NO-GO abandonment rate 2.9 %". */
void record_summary(char *to, size_t size, const struct record *r);

#endif
