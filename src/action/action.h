/*
 * action - acts on the world: planned, performed, read back.
 *
 * Every function here blocks on the network under deadlines and runs on an
 * actor thread; nothing here knows the room or the journal.  The director
 * journals the intent (durably) before it lets an actor call
 * action_perform().
 *
 * To add a kind: write action_<kind>.c with one `const struct action_kind`,
 * add it to action_kinds[] in action.c, describe it in man/warroom-runbook.5.
 */
#ifndef ACTION_ACTION_H
#define ACTION_ACTION_H

#include "base/cancel.h"
#include "model/book.h"
#include "model/regions.h"
#include "model/step.h"
#include "net/auth.h"
#include "net/budget.h"

/* What an act needs of the process; borrowed, shared by threads. */
struct action_env {
	const struct book *book;
	const struct fence *fence;
	struct auth_store *auth;
	struct budget *budget; /* NULL: no endpoint is spared */
	bool decides;	       /* how an act ended hangs on what is read back */
	const char *job;       /* where its job is looked at; NULL: not known */
};

/* Who carries the act out. */
enum action_class {
	ACTION_NETWORK, /* an actor, by the functions below */
	ACTION_PERSON,	/* a person: who says so has done it; read back by the
			   functions below, where it says how */
	ACTION_WAIT,	/* the director's clock, gates watched */
	ACTION_GATE,	/* the decision itself */
};

#define ACTION_LINES 12
#define ACTION_LINE 160
#define ACTION_DETAIL 240
#define ACTION_BODY 2048 /* most that is told of a body, with the NUL */

/* What would be sent, for people; resolved, redacted, clean. */
struct action_plan {
	char lines[ACTION_LINES][ACTION_LINE];
	size_t count;
	char before[96];	  /* live now; "?" when it could not be read */
	char unread[ACTION_LINE]; /* why, where the act says how to; "" */
	char after[96];
	char fingerprint[DIGEST_HEX]; /* of request and live state: if it
					 moves, the plan is stale */
};

/* Progress; the pointer is valid during the call only. */
struct action_event {
	enum step_state
		state; /* ACTING ACCEPTED CONVERGING VERIFYING BACKOFF */
	int attempt;   /* 1.. */
	char detail[ACTION_DETAIL];
	int64_t next_ms;	 /* room time of the next try or poll; 0 none */
	char job[ACTION_DETAIL]; /* with ACCEPTED, as job_place() says it */
	/* Of the exchange just ended, when there was one: */
	char method[12]; /* "" none */
	char url[200];	 /* redacted, clean */
	/* Their bodies, redacted, clean; what is cut ends with its size. */
	char sent[ACTION_BODY], answer[ACTION_BODY];
	int status;
	int64_t took_us;
	/* Where it stands in each region; told with a state of the whole, none
	 * with a single exchange.  Times are not filled in. */
	struct regions regions;
};

/* Actor thread, no lock held; must not call back into action. */
typedef void action_report(void *ctx, const struct action_event *event);

enum action_outcome {
	OUTCOME_DONE,	   /* verified by reading back */
	OUTCOME_FAILED,	   /* certainly without the effect, or refused */
	OUTCOME_UNKNOWN,   /* may have happened */
	OUTCOME_CANCELLED, /* ended before anything was sent */
};

struct action_result {
	enum action_outcome outcome;
	bool may_retry; /* OUTCOME_FAILED: another try could help */
	bool is_down;	/* FAILED or UNKNOWN: each try ended without an answer
			   that decides; the peer cannot be reached */
	bool in_doubt;	/* FAILED: some try may have had its effect after all */
	bool is_open;	/* UNKNOWN: what it began may still be under way */
	int attempts;
	char detail[ACTION_DETAIL];
	struct regions regions; /* none: not an act per region */
};

struct action_job {
	const struct action_env *env;
	const struct act *act;
	const char *key;  /* idempotency key of the business transaction */
	bool idempotent;  /* may be sent again with the same key */
	bool if_absent;	  /* not idempotent: may be all the same, once reading
			     back has found that it is not there */
	bool is_repeat;	  /* an earlier try may have had its effect */
	bool is_doubted;  /* one was lost: read back before it is sent again */
	int64_t doubt_ms; /* room time that what was lost is looked for before
			     "not there" is believed */
	int max_attempts; /* 1.. */
	struct book_retry retry; /* its attempts are max_attempts */
	int64_t timeout_ms;	 /* room time for all of it */
	uint64_t seed;		 /* of the jitter */
	struct cancel *cancel;
	action_report *report;
	void *ctx;
};

enum action_landed {
	LANDED_YES,
	LANDED_NO,
	LANDED_UNCLEAR, /* nobody could say */
	LANDED_PART, /* in some regions, and not in the others: all were read */
	LANDED_UNHEARD, /* it is there; how its items ended was not heard */
	LANDED_PENDING, /* a provider has it, and callers do not see it yet */
};

struct action_kind {
	struct kind_spec spec;
	enum action_class class;
	/* ACTION_NETWORK and ACTION_PERSON only, NULL otherwise: */
	/* Does it change what can be read back? */
	bool (*mutates)(const struct act *act);
	/* Does it make a value what it says, so that twice is as good as once?
	 * NULL: never. */
	bool (*sets)(const struct act *act);
	/* Does it run a program, which may outlive the console? */
	bool runs_program;
	/* Is it planned without asking anybody?  NULL: never. */
	bool (*plans_alone)(const struct act *act);
	enum err_code (*plan)(const struct action_env *env,
			      const struct act *act, struct cancel *cancel,
			      struct action_plan *out, struct err *e);
	/* One whole attempt cycle: retries, polling, verification. */
	void (*perform)(const struct action_job *job,
			struct action_result *out);
	/* Did an act whose answer was lost take effect? Reads only. */
	enum action_landed (*readback)(const struct action_env *env,
				       const struct act *act,
				       struct cancel *cancel, char *detail,
				       size_t size);
	/* The same region by region, for kinds that act in several; NULL. */
	enum action_landed (*readback_regions)(const struct action_env *env,
					       const struct act *act,
					       struct cancel *cancel,
					       struct regions *out,
					       char *detail, size_t size);
};

/* NULL-terminated, in the order people should see them. */
extern const struct action_kind *const action_kinds[];
/* The same rows as the loader wants them; NULL-terminated. */
const struct kind_spec *const *action_specs(void);

const struct action_kind *action_kind_of(const char *name); /* or NULL */

/* Can it be planned and read back: is it carried out by an actor, or by a
 * person and says how to see it? */
bool action_is_read(const struct act *act);

/* Does action_plan() ask nobody for this act, so that it may be called where
 * nothing may wait?  Its kind as below. */
bool action_plans_alone(const struct act *act);

/* Does it make a value what it says?  False for kinds that no actor does. */
bool action_sets(const struct act *act);
/* Does it run a program, which nobody may see the end of? */
bool action_runs_program(const struct act *act);

/* The three calls for any act (its kind must be ACTION_NETWORK, or
 * ACTION_PERSON: to perform that is to look until what was done is seen). */
enum err_code action_plan(const struct action_env *env, const struct act *act,
			  struct cancel *cancel, struct action_plan *out,
			  struct err *e) MUST_CHECK;
/* To its end, told on the way by job->report; never fails itself: `out`
 * says. */
void action_perform(const struct action_job *job, struct action_result *out);
/* Reads only; `detail` says what was seen. */
enum action_landed action_readback(const struct action_env *env,
				   const struct act *act, struct cancel *cancel,
				   char *detail, size_t size);
/* The same; `out` says where it stands in each region, none when the act is
 * not one per region. */
enum action_landed action_readback_regions(const struct action_env *env,
					   const struct act *act,
					   struct cancel *cancel,
					   struct regions *out, char *detail,
					   size_t size);

#endif
