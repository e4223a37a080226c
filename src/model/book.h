/*
 * book - a runbook as loaded: immutable, whole, checked.
 *
 * conf makes it, everybody reads it, nobody changes it after the room has
 * opened.  Reference counted; any thread may take and drop.
 */
#ifndef MODEL_BOOK_H
#define MODEL_BOOK_H

#include <stdatomic.h>

#include "model/book_files.h"
#include "model/book_rollback.h"
#include "model/gate.h"
#include "model/param.h"

#define BOOK_TITLE 96
#define BOOK_NEEDS 16

struct book_endpoint {
	char id[BOOK_ID];
	char adapter[16]; /* "guide" "genesys" "cxone" "cloudflare" "sip"
			     "dns" "tls" "plain" */
	char *url;	  /* "https://…" for HTTP, "host:port" else */
	char *token_url;  /* NULL: no OAuth */
	char *client_id;
	char *secret_env;  /* environment variable, or NULL */
	char *secret_file; /* 0600 file, or NULL */
	char *secret;	   /* resolved before the room opens; never shown */
	char *ca_file;
	char region[32];     /* it serves; "" none.  A drill finds it there. */
	char transport[8];   /* of "sip": "udp" "tcp" "tls"; "" is udp */
	char *name;	     /* its certificate must carry; NULL: the host */
	int rate_per_minute; /* 0: not limited by us */
};

/* One signal a probe feeds: `from` is a fact of the kind or a JSON pointer,
 * or "/a/b / /c/d" for a ratio in the same answer. */
struct book_signal {
	char name[SIGNAL_NAME];
	char *from;
	char *count_from; /* where n comes from; NULL: unknown */
	double scale;	  /* multiplies numbers; default 1 */
};

struct book_probe {
	char id[BOOK_ID];
	char kind[24];
	char title[BOOK_TITLE]; /* for the pane row; may be "" */
	char pane[GATE_DOMAIN]; /* which pane lists it; "" by its signals */
	int64_t every_ms;
	int64_t timeout_ms; /* real; at most half of every_ms in live rooms */
	struct settings with;
	struct book_signal *signals;
	size_t signal_count;
};

enum book_confirm {
	CONFIRM_NONE,
	CONFIRM_KEY,
	CONFIRM_PHRASE,
	CONFIRM_TWO_PERSON,
};

/* How tries of an idempotent act are apart; zeros: as retry.h says. */
struct book_retry {
	int attempts;	   /* 1..; 0: the step's max_attempts */
	int64_t base_ms;   /* first window */
	int64_t cap_ms;	   /* widest window */
	int64_t budget_ms; /* no try begins later than this; 0: no limit of
			      its own */
};

enum rollback_after { AFTER_FULL, AFTER_DATA_LOSS, AFTER_FORWARD_ONLY };

struct book_step {
	char id[BOOK_ID];
	char title[BOOK_TITLE];
	char phase[32]; /* "2 Switch"; may be "" */
	char owner[32];
	int needs[BOOK_NEEDS]; /* indices into steps */
	size_t need_count, before_count;
	enum book_layer layer;
	char object[80]; /* what it changes: "dns:sip.domain.com"; "" none */
	char sets[BOOK_VALUE];	    /* what it makes of it; "" unknown */
	char undo_sets[BOOK_VALUE]; /* what the undo makes of it; "" unknown */
	enum book_confirm confirm;
	bool idempotent;      /* may be sent again with the same key */
	bool undo_idempotent; /* the same of its undo, and of that one's
				 emergency variant */
	bool cleanup;	      /* its failure never triggers a rollback */
	int64_t takes_ms;     /* expected */
	int64_t timeout_ms;   /* room time for the whole act */
	int max_attempts;
	struct book_retry retry;
	enum rollback_after after;
	bool before_gates;	/* the decision must be GO before it acts */
	int before[BOOK_NEEDS]; /* gates that must be GO before it acts */
	struct act act;
	struct act undo;	   /* kind "" when it has none */
	struct act undo_emergency; /* the same, of the undo */
	struct act emergency; /* instead of act, when that cannot be reached;
				 kind "" when it has none */
	int line;	      /* in the runbook */
};

/* How many of several objects may be in a state at once. */
struct book_invariant {
	char id[BOOK_ID];
	char title[BOOK_TITLE];
	int least, most; /* exactly: the same */
	struct book_member {
		size_t object; /* index into book->objects */
		char value[BOOK_VALUE];
	} * of;
	size_t of_count;
};

struct book {
	atomic_int refs;
	char id[BOOK_ID];
	char title[BOOK_TITLE];
	char environment[24]; /* "PROD" */
	char region[32];
	char platform_title[48]; /* "Genesys Cloud CX" */
	char digest[DIGEST_HEX]; /* of the runbook and the files it names */
	char path[1024];
	struct book_file *files; /* the runbook first, each name once */
	size_t file_count;
	int64_t window_ms; /* length of the cutover window; 0 none */
	int64_t rto_ms;	   /* recovery time objective; 0: rollback timeout */
	bool is_drill;	   /* set by drill binding, before the room opens */
	struct gate_set gates; /* manifest and the runbook's own thresholds */
	struct book_endpoint *endpoints;
	size_t endpoint_count;
	struct book_probe *probes;
	size_t probe_count;
	struct book_step *steps;
	size_t step_count;
	struct book_baseline *baseline;
	size_t baseline_count;
	struct book_invariant *invariants;
	size_t invariant_count;
	char (*objects)[80]; /* that an invariant is about, each once */
	size_t object_count;
	struct book_rollback rollback;
	struct book_timing *timings; /* from drills; before the room opens */
	size_t timing_count;
	int64_t drilled_wall_ms; /* the last drill; 0: never */
	int drilled_count;
	struct book_trunk trunk;
	char *approvers;      /* allowed_signers of second persons; or NULL */
	char **staging_hosts; /* allowed in a drill besides the twin */
	size_t staging_count;
	char **staging_programs; /* may run in a drill; absolute paths */
	size_t staging_program_count;
};

struct book *book_new(void);		/* one reference, all zero */
struct book *book_take(struct book *b); /* any thread */
void book_drop(struct book *b);		/* any thread; NULL is fine */
void act_clear(struct act *a);		/* frees its settings; twice is fine */
/* Copies all; act_clear() ends the copy. */
void act_copy(struct act *to, const struct act *from);

/* By id, borrowed from the book; NULL: there is none. */
const struct book_endpoint *book_endpoint(const struct book *b, const char *id);
/* The same for a step. */
const struct book_step *book_step(const struct book *b, const char *id);
/* Index of the row of the baseline that reads `object`, or -1. */
int book_baseline_of(const struct book *b, const char *object);
/* By id, borrowed; NULL: there is none. */
const struct book_probe *book_probe(const struct book *b, const char *id);
/* The first that feeds the signal, borrowed; NULL: none does. */
const struct book_probe *book_feeder(const struct book *b, const char *signal);

/* For how long, in room time, an effect of the step that is not there is
 * doubted and looked for again. */
int64_t book_doubt_ms(const struct book_step *s);

/* Verb + environment + target, to be typed exactly: "SWITCH-DNS prod
 * us-east-1", "ROLLBACK prod us-east-1". */
void book_phrase(char *to, size_t size, const struct book *b, const char *verb);
/* The same with what it is done to, as it stands: "REVERT dns:sip.domain.com
 * prod us-east-1". */
void book_phrase_for(char *to, size_t size, const struct book *b,
		     const char *verb, const char *what);

#endif
