/*
 * book_rollback - the part of a runbook that says how the night is taken back.
 *
 * Plain data; see book.h for whose it is.
 */
#ifndef MODEL_BOOK_ROLLBACK_H
#define MODEL_BOOK_ROLLBACK_H

#include "model/gate_rule.h"
#include "model/param.h"

#define BOOK_ID 48
#define BOOK_VALUE 96 /* of an object: "v-1029384756" */

/* An act: a step kind with its settings. */
struct act {
	char kind[24]; /* "" when there is none */
	struct settings with;
};

/* Undone in this order; done in the reverse. */
enum book_layer {
	LAYER_TRANSPORT,
	LAYER_ROUTING,
	LAYER_FLOW,
	LAYER_USER_STATE,
};

#define UNDO_TIMEOUT_MS 300000 /* room time an item may act, at most */

/* One row of the guide's rollback manifest, bound to an act. */
struct book_undo {
	int step;	 /* the manifest's number */
	char action[40]; /* verbatim: "siph_trunk_status" */
	char target[80];
	char value[80];
	int64_t ttl_s; /* -1 when not given */
	enum book_layer layer;
	char object[80];
	char sets[BOOK_VALUE]; /* what it makes of it; "" unknown */
	struct act act;
	struct act emergency; /* instead of act, when that cannot be reached;
				 kind "" when it has none */
	bool idempotent;      /* either may be sent again with the same key */
};

/* An object as it is before the first change; see RECORD_BASELINE. */
struct book_baseline {
	char object[80]; /* "flow:f-8473625190" */
	enum book_layer layer;
	struct act read; /* a read of the runbook, or a step's undo, which is
			    looked at where it would be read back */
};
#define BOOK_BASELINE_KEPT "rollback.baseline_kept" /* a signal of ours */

/* What must hold before a rollback is done; see validation.h. */
struct book_validation {
	char id[BOOK_ID];
	char channel[32];  /* "inbound"; "" none */
	struct gate gate;  /* signal and limit */
	int64_t for_ms;	   /* without a break, since the last undo */
	char reverts[240]; /* words: steps, actions, objects */
};

/* What an item waits for before it acts; see drain.h. */
struct book_drain {
	char id[BOOK_ID];
	struct gate gate;	  /* its signal is "" : time alone */
	int64_t session_timer_ms; /* by then no session is left */
	char before[240];	  /* words: steps, actions, objects; "": each
				     item of transport and routing */
};

/* What an item took in drills of this very runbook. */
struct book_timing {
	char item[80]; /* see plan_name() */
	int64_t p50_ms, p90_ms;
	int runs; /* 1.. */
};
#define BOOK_DRILLED "rollback.drilled_days_ago" /* a signal of ours */

struct book_rollback {
	char id[BOOK_ID]; /* "" : no manifest, undos are computed */
	char trigger[48];
	struct book_undo *undos;
	size_t undo_count;
	char check_name[64]; /* "all_open_calls_terminated_or_routed" */
	struct act check;    /* how to see that it holds */
	int64_t timeout_ms;  /* default 1800 s */
	char target[240];    /* words: signals of the gates that judge what
				it leads back to; "": see target.h */
	int64_t stagger_ms;  /* wait between dns, trunk and routing */
	enum { ROLLBACK_PHRASE, ROLLBACK_TWO_PERSON } confirm;
	char policy[12]; /* "propose" "countdown" "auto" */
	int64_t countdown_ms;
	struct book_validation *validations;
	size_t validation_count;
	struct book_drain *drains;
	size_t drain_count;
	int64_t validate_within_ms; /* else it halts; default 5 min */
	int64_t baseline_every_ms;  /* between two looks; default 1 min */
};

#endif
