/*
 * room - the picture of one cutover night: a pure fold over its records.
 *
 * room_apply() is the only function that changes a room.  The director calls
 * it with each record it has journaled; resume, watch, replay and status call
 * it with each record they read.  So all of them see the same room.
 */
#ifndef MODEL_ROOM_H
#define MODEL_ROOM_H

#include "model/decision.h"
#include "model/plan.h"
#include "model/record.h"
#include "model/step.h"

#define ROOM_HISTORY 60
#define ROOM_TAIL 240
#define ROOM_LINES 16
#define ROOM_LINE 160

struct room_signal {
	char name[SIGNAL_NAME];
	struct sample last;	     /* also a failed one */
	struct sample last_good;     /* VALUE_NONE: never seen */
	float history[ROOM_HISTORY]; /* ring of numbers, oldest first from
					`history_start` */
	size_t history_start, history_count;
};

/* What the last verdict record said; parallel to book->gates.gates. */
struct room_gate {
	enum verdict verdict;
	enum gate_reason reason;
	int64_t since_ms; /* room time of the state's begin */
	int flaps;
	char why[SAMPLE_WHY];
	bool acknowledged;
	bool muted;
	int64_t muted_until_ms;
	int signal; /* index into signals; -1 none */
};

/* A step or a rollback item on its way. */
struct room_act {
	enum step_state state;
	int attempt;
	int polls;
	int64_t since_ms;	    /* of the state */
	int64_t began_ms, ended_ms; /* -1: not yet */
	int64_t next_ms;	    /* next try or poll; 0 none */
	char detail[240];
	char key[80]; /* idempotency key; "" before the intent */
	char by[64];  /* who confirmed */
};

enum rollback_state {
	ROLLBACK_NONE,
	ROLLBACK_PROPOSED, /* by a breach; nobody has decided */
	ROLLBACK_DECLINED, /* stays available */
	ROLLBACK_ARMED,	   /* plan shown, waiting for the phrase */
	ROLLBACK_RUNNING,
	ROLLBACK_VALIDATING,
	ROLLBACK_VALIDATED, /* everything read back: done and healthy */
	ROLLBACK_HALTED,    /* a person is needed */
};
const char *rollback_word(enum rollback_state s);
bool rollback_parse(const char *word, enum rollback_state *out);

struct room_undo {
	struct plan_item item;
	char before[96], after[96];
	struct room_act act;
};

/* The confirm that waits for a person. */
struct room_prompt {
	bool open;
	int step;	  /* index, or -1 for the rollback */
	char phrase[120]; /* "" : a key is enough */
	char digest[DIGEST_HEX];
	char lines[ROOM_LINES][ROOM_LINE];
	size_t line_count;
	int64_t since_ms;
};

struct room_line {
	int64_t seq, wall_ms;
	enum record_kind kind;
	char text[120];
};

enum room_life { ROOM_NEW, ROOM_OPEN, ROOM_PARKED, ROOM_CLOSED };

struct room {
	struct book *book; /* a reference of its own */
	enum room_life life;
	char name[64];
	char mode[12]; /* "LIVE" "DRILL" */
	char commander[64];
	uint64_t seed;
	int64_t opened_ms, opened_wall_ms; /* room time and wall time */
	int64_t last_ms, last_wall_ms;	   /* of the last record */
	int64_t epoch;			   /* how many processes have held it */
	int64_t records;
	char head[DIGEST_HEX];
	enum verdict verdict; /* of the last decision record */
	char sentence[DECISION_SENTENCE];
	int64_t verdict_since_ms;
	int64_t first_no_go_ms; /* -1: never */
	int64_t first_fault_ms; /* drills: when the twin's fault began; -1 */
	struct room_signal *signals;
	size_t signal_count;
	struct room_gate *gates; /* book->gates.gate_count */
	struct room_act *steps;	 /* book->step_count */
	struct room_undo *undos;
	size_t undo_count;
	enum rollback_state rollback;
	int64_t rollback_began_ms, rollback_ended_ms; /* -1 */
	char rollback_detail[240];
	struct room_prompt prompt;
	size_t leftovers;
	bool console_lost;
	struct room_line tail[ROOM_TAIL]; /* ring */
	size_t tail_start, tail_count;
	int close_code;
};

struct room *room_new(struct book *book); /* takes a reference of its own */
struct room *room_copy(const struct room *r);
void room_free(struct room *r); /* NULL is fine */

/* Folds one record in.  ERR_DAMAGED when it cannot be (unknown step, a move
 * the table forbids): the room is unchanged then. */
enum err_code room_apply(struct room *r, const struct record *rec,
			 struct err *e) MUST_CHECK;

const struct room_signal *room_signal(const struct room *r, const char *name);

/* The gate's finding and the room's decision as of `now_ms`, from what the
 * records say: the same in the live room and in a replay. */
void room_finding(const struct room *r, size_t gate, int64_t now_ms,
		  struct gate_finding *out);
void room_decision(const struct room *r, int64_t now_ms, struct decision *out);

/* The step a person would take next: running, waiting or first ready one
 * whose needs are over; -1 when none. */
int room_next_step(const struct room *r);
bool room_needs_met(const struct room *r, size_t step);
bool room_is_busy(const struct room *r); /* an act is under way */

/* A state dump that is equal for equal rooms, for tests and `status`. */
void room_write(struct buf *out, const struct room *r, int64_t now_ms);

#endif
