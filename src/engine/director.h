/*
 * director - the thread that owns the room and decides what happens next.
 *
 * Private to the engine.  Everything below is called on the director's thread
 * only.  The room changes by director_emit() alone: journal first, fold after.
 */
#ifndef ENGINE_DIRECTOR_H
#define ENGINE_DIRECTOR_H

#include "engine/actor.h"
#include "engine/options.h"
#include "journal/journal.h"
#include "model/snapshot.h"

#define ERRANDS_MOST 4

/* What an errand is for; errand.c has the row of each. */
enum purpose {
	PURPOSE_NONE,
	PURPOSE_ARM,	   /* plan of a step, to be shown */
	PURPOSE_RECHECK,   /* the same again, at the confirm */
	PURPOSE_ACT,	   /* the step itself */
	PURPOSE_RECONCILE, /* unknown outcome of a step: read back */
	PURPOSE_UNDO_ARM,  /* plan of the rollback */
	PURPOSE_UNDO_ACT,  /* one item of the rollback */
	PURPOSE_UNDO_RECONCILE,
	PURPOSE_CHECK,	  /* the manifest's validation check */
	PURPOSE_READ_ALL, /* every item read back at the end */
	PURPOSE_COUNT
};

struct errand_slot {
	enum purpose purpose; /* PURPOSE_NONE: free */
	int64_t id;
	int subject; /* step or undo index; -1 */
	struct actor *actor;
	int64_t give_up_real_us; /* cancel it then; INT64_MAX never */
};

/* A measurement not yet in the journal; parallel to room->signals. */
struct fresh_sample {
	bool is_new;
	struct sample sample;
};

/* The rollback on its way, beside what the room says. */
struct rollback_run {
	int current;	       /* undo under way; -1 between two */
	int64_t not_before_ms; /* stagger: the next item waits until then */
	int64_t deadline_ms;   /* of the whole rollback */
	bool waits_for_step;   /* a cancelled forward step must end first */
	bool checking, reading_all;
	bool declined_breach; /* do not propose again for the same breach */
	char cause[200];      /* why the plan was asked for */
};

struct director {
	struct engine_options options;
	struct book *book;
	struct room *room;
	struct journal *journal;
	struct queue *inbox;
	struct poller *poller;
	struct auth_store *auth;
	struct action_env env;
	struct probe_env probe_env;

	int64_t base_ms, start_ms; /* room time = base + clock_ms() - start */
	int64_t wall_offset_ms;	   /* wall - real monotonic, for jumps */

	struct gate_watch *watches;
	struct fresh_sample *fresh;
	bool *probe_seen;
	struct snapshot_probe *probes;
	bool settled; /* the first round of probes is in */
	int64_t settle_until_real_us;
	int64_t next_judge_ms, next_flush_ms, next_sync_ms;

	struct errand_slot errands[ERRANDS_MOST];
	int64_t last_errand;
	int waiting_step; /* of kind wait; -1 */
	int64_t wait_until_ms;
	char confirmed_by[64];
	struct rollback_run rollback;

	bool dirty; /* a new snapshot is due */
	int64_t last_publish_us;
	bool parking, over, dead;
	char park_why[120];
	char notice[200];
	uint64_t notice_id;

	void (*publish)(void *ctx, struct snapshot *s); /* takes it */
	void *publish_ctx;
};

int64_t director_now_ms(const struct director *d); /* room time */

/* Journals `r` (sets its times), folds it in, clears it.  False when the
 * journal failed: the director is dead then and acts no more. */
bool director_emit(struct director *d, struct record *r);

/* Says something to the person; not journaled. */
void director_notice(struct director *d, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* Journal and fold are no longer trustworthy: stop acting, say why. */
void director_die(struct director *d, const char *why);

/* Makes the first picture, before the thread starts. */
void director_publish(struct director *d);

/* The thread's body: until parked, closed or dead. */
void director_run(struct director *d);

/* judge.c: gates and the decision. */
void judge_take_report(struct director *d, struct probe_report *report);
void judge_flush(struct director *d); /* fresh samples become a record */
void judge_tick(struct director *d);
void judge_mute(struct director *d, const struct command *c);
void judge_ack(struct director *d, const struct command *c);

/* errand.c: actors on their way. */
bool errand_send(struct director *d, enum purpose purpose, int subject,
		 const struct errand_order *o);
void errand_event(struct director *d, const struct message *m);
void errand_end(struct director *d, const struct message *m);
void errand_tick(struct director *d);
bool errand_is_out(const struct director *d, enum purpose purpose);
bool errand_any(const struct director *d);
void errand_cancel(struct director *d, enum purpose purpose);
void errand_bound(struct director *d, enum purpose purpose, int real_ms);
void errand_join_all(struct director *d);

/* runner.c: forward steps. */
const struct book_step *runner_step(const struct director *d, int step);
int runner_step_named(const struct director *d, const char *id); /* or -1 */
enum action_class runner_class_of(const struct book_step *s);
/* Begins a step record with its move; the caller adds fields and emits. */
void runner_record(const struct director *d, struct record *r, size_t step,
		   enum step_state to, const char *by);
/* From confirmed to under way. */
void runner_carry_out(struct director *d, int step);
void runner_reconcile(struct director *d, int step);
void runner_arm(struct director *d, const struct command *c);
void runner_confirm(struct director *d, const struct command *c);
void runner_decline(struct director *d, const char *why);
void runner_person(struct director *d, const struct command *c);
void runner_tick(struct director *d);
bool runner_move(struct director *d, size_t step, enum step_state to,
		 const char *detail);
void runner_resume(struct director *d);
bool runner_is_busy(const struct director *d);
void runner_armed(struct director *d, int step, const struct message *m);
void runner_rechecked(struct director *d, int step, const struct message *m);
void runner_event(struct director *d, int step,
		  const struct action_event *event);
void runner_ended(struct director *d, int step, const struct message *m);
void runner_reconciled(struct director *d, int step, const struct message *m);

/* rollback_arm.c: what must be taken back, shown and confirmed. */
void rollback_ask(struct director *d, const char *cause);
void rollback_confirm(struct director *d, const struct command *c);
void rollback_decline(struct director *d);
void rollback_armed(struct director *d, const struct message *m);
/* The items as of now: the room's once it has begun, else computed; the
 * caller frees.  `kept` (or NULL) gets the ids of steps that stay. */
struct plan_item *rollback_items(const struct director *d, size_t *count,
				 struct buf *kept);
bool rollback_look(struct director *d, enum purpose purpose, enum errand errand,
		   const struct plan_item *items, size_t count);

/* rollback.c: taking it all back. */
void rollback_begin(struct director *d, const char *by);
bool rollback_is_automatic(const struct director *d);
bool rollback_move(struct director *d, enum rollback_state to,
		   const char *detail);
void rollback_begin_record(const struct director *d, struct record *r,
			   enum rollback_state to, const char *by);
void rollback_retry(struct director *d);
void rollback_breach(struct director *d, const struct decision *now);
void rollback_tick(struct director *d);
void rollback_resume(struct director *d);
bool rollback_is_running(const struct director *d);
void rollback_event(struct director *d, int undo,
		    const struct action_event *event);
void rollback_item_ended(struct director *d, int undo, const struct message *m);
void rollback_item_read(struct director *d, int undo, const struct message *m);
void rollback_checked(struct director *d, const struct message *m);
void rollback_all_read(struct director *d, const struct message *m);

/* Idempotency key of a step's or item's business transaction: stable over
 * retries and restarts, different between rooms, objects and directions. */
void director_key(const struct director *d, char *to, size_t size,
		  const char *what, const char *direction);

/* Records an exchange of an actor with the world. */
void director_request(struct director *d, const char *field, const char *name,
		      const struct action_event *event);

#endif
