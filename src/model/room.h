/*
 * room - the picture of one cutover night: a pure fold over its records.
 *
 * room_take() alone changes a room.  The director asks room_judge() whether a
 * record may come, journals it and takes it in; resume, watch, replay and
 * status room_apply() each record they read.  So all of them see the same
 * room, and none that could not be read again is ever written.
 */
#ifndef MODEL_ROOM_H
#define MODEL_ROOM_H

#include "model/decision.h"
#include "model/plan.h"
#include "model/record.h"
#include "model/room_act.h"
#include "model/room_prompt.h"
#include "model/room_rules.h"
#include "model/room_stagger.h"

#define ROOM_HISTORY 60
#define ROOM_TAIL 240

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
	int64_t since_ms;    /* room time of the state's begin */
	int64_t breached_ms; /* of its breach's, muted or not; -1 none */
	int flaps;
	char why[SAMPLE_WHY];
	bool acknowledged, muted, answered; /* that breach: declined */
	int64_t muted_until_ms;
	struct gate_hold hold; /* from the samples; see gate.h */
	int signal;	       /* index into signals; -1 none */
};

enum rollback_state {
	ROLLBACK_NONE,
	ROLLBACK_PROPOSED, /* by a breach; nobody has decided */
	ROLLBACK_DECLINED, /* stays available */
	ROLLBACK_ARMED,	   /* plan shown, waiting for the phrase */
	ROLLBACK_RUNNING,
	ROLLBACK_VALIDATING,
	ROLLBACK_HALTING,   /* given up by a person: nothing more begins */
	ROLLBACK_VALIDATED, /* everything read back: done and healthy */
	ROLLBACK_HALTED,    /* a person is needed */
};
const char *rollback_word(enum rollback_state s); /* static */
bool rollback_parse(const char *word, enum rollback_state *out);

struct room_undo {
	struct plan_item item;
	char before[96], after[96];
	struct room_act act;
	int round;    /* which transaction this is: 1.. */
	bool is_left; /* read back, and not as it should be: acts again */
};

/* What a rollback left behind, as its last reading of everything found it. */
#define ROOM_LEFT 512
struct room_leftover {
	char object[80];
	char region[REGION_NAME]; /* "" : not one of several */
	char detail[160];
	int64_t at_ms, wall_ms;
};

/* An object as it was before the first change; parallel to book->baseline. */
struct room_baseline {
	bool taken;  /* value and digest stand, for good */
	bool waived; /* a person went without it */
	char value[BOOK_VALUE];
	char digest[DIGEST_HEX];
	int64_t at_ms, seen_ms; /* taken; read another time, 0 never */
	char drift[BOOK_VALUE]; /* read later, and another; "" the same */
	char declared[160];	/* that it is wanted so, and by what */
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
	struct room_gate *gates;	 /* book->gates.gate_count */
	size_t held_gates;		 /* those with a `held_for` */
	struct room_act *steps;		 /* book->step_count */
	struct room_baseline *baseline;	 /* book->baseline_count */
	struct room_object *objects;	 /* book->object_count */
	struct room_override *overrides; /* of the whole night */
	size_t override_count;
	struct room_undo *undos;
	size_t undo_count;
	/* A plan shown in place of one that halted; takes over when it runs. */
	struct room_undo *planned;
	size_t planned_count;
	bool has_planned, planned_targeted;
	bool is_targeted;    /* undos take back a part; the rest stays */
	int rollback_rounds; /* plans begun, or begun again */
	enum rollback_state rollback;
	int64_t rollback_began_ms, rollback_ended_ms; /* -1 */
	int64_t rollback_until_ms; /* its items act until then */
	char rollback_detail[ROOM_END];
	char rollback_second[64]; /* who approved its plan; "" nobody */
	struct room_prompt prompt;
	size_t leftovers;
	struct room_leftover *left; /* the first ROOM_LEFT of them */
	size_t left_count;
	struct validation_watch *watches; /* see room_health.h */
	struct room_drain *drains;	  /* see drain.h */
	struct room_stagger stagger;
	struct room_heard *heard; /* see room_heard.h */
	bool console_lost;
	struct room_line tail[ROOM_TAIL]; /* ring */
	size_t tail_start, tail_count;
	int close_code;
};

struct room *room_new(struct book *book);     /* takes a reference of its own */
struct room *room_copy(const struct room *r); /* deep, but for the book */
void room_free(struct room *r);		      /* NULL is fine */

/* May the record come next?  ERR_DAMAGED when it cannot (unknown step, a move
 * the table forbids), with its number, its kind and what forbids it. */
enum err_code room_judge(const struct room *r, const struct record *rec,
			 struct err *e) MUST_CHECK;
/* Folds a record in that room_judge() has allowed of this very room. */
void room_take(struct room *r, const struct record *rec);
/* Both, of what was read: a refusal says how to go on, nothing is changed. */
enum err_code room_apply(struct room *r, const struct record *rec,
			 struct err *e) MUST_CHECK;

/* Was everything taken back, for good?  By a targeted rollback it is not. */
bool room_is_rolled_back(const struct room *r);
/* Does its rollback stand still, or will it once what is on its way has ended:
 * is a person needed? */
bool room_is_halted(const struct room *r);
/* Is its rollback under way: acts, proves, or was given up, not halted yet? */
bool room_rollback_runs(const struct room *r);
/* Is there a rollback that has begun and goes on: under way or halted? */
bool room_rollback_goes_on(const struct room *r);

/* By name, borrowed from the room; NULL: there is none. */
const struct room_signal *room_signal(const struct room *r, const char *name);

/* The gate's finding and the room's decision as of `now_ms`, from what the
 * records say: the same in the live room and in a replay. */
void room_finding(const struct room *r, size_t gate, int64_t now_ms,
		  struct gate_finding *out);
void room_decision(const struct room *r, int64_t now_ms, struct decision *out);

/* The step a person would take next: running, waiting or first ready one
 * whose needs are over; -1 when none. */
int room_next_step(const struct room *r);
/* The step that is under way; -1 when none is. */
int room_step_under_way(const struct room *r);
/* Over, or a cleanup that failed: nothing waits for it, it asks nothing. */
bool room_step_is_past(const struct room *r, size_t step);
/* What the step does, by the plan shown last; an item, by its last intent. */
const struct act *room_step_act(const struct room *r, size_t step);
const struct act *room_undo_act(const struct room *r, size_t item);
/* The item that waits for a person to say that it is done; -1 none does. */
int room_awaits_person(const struct room *r);
bool room_needs_met(const struct room *r, size_t step);
bool room_is_busy(const struct room *r); /* an act is under way */

/* A state dump that is equal for equal rooms, for tests and `status`. */
void room_write(struct buf *out, const struct room *r, int64_t now_ms);

#endif
