/*
 * parts - what the parts of the director ask of each other.
 *
 * Gates, errands, forward steps: a file or two each; those of the rollback
 * stand in undoing.h and proving.h.  Private to the engine; director's thread
 * only.
 */
#ifndef ENGINE_PARTS_H
#define ENGINE_PARTS_H

#include "engine/proving.h"
#include "engine/undoing.h"

/* judge.c: gates and the decision. */
void judge_take_report(struct director *d, struct probe_report *report);
void judge_flush(struct director *d); /* fresh samples become a record */
/* Judges all gates when that is due, and records what moved. */
void judge_tick(struct director *d);
/* Whatever the period: with all that was taken in, and ages as of now. */
void judge_now(struct director *d);
/* Mutes or unmutes a gate; a mute needs a reason. */
void judge_mute(struct director *d, const struct command *c);
/* The commander has seen the breach of a gate. */
void judge_ack(struct director *d, const struct command *c);

/* A measurement of our own making, as of now; fills in name and time. */
void judge_take_own(struct director *d, const char *signal, struct sample *s);

/* baseline_keep.c: what was live before the first change. */
size_t baseline_missing(const struct director *d); /* rows not taken yet */
/* Must it be taken before this step acts? */
bool baseline_is_due(const struct director *d, int step);
/* Reads what is missing; then runner_baseline_stands(), or a word why not.
 * step -1: for nothing but itself. */
void baseline_take(struct director *d, int step);
/* What PURPOSE_BASELINE found. */
void baseline_taken(struct director *d, int step, const struct message *m);
/* What PURPOSE_KEPT found: is it still there? */
void baseline_kept(struct director *d, const struct message *m);
/* A person asks for it, or goes without what was not read. */
void baseline_command(struct director *d, const struct command *c);
/* Records what a row reads now: its baseline, or beside that what it is since.
 * `declared` says why another value is wanted so, "" it is not.  False: the
 * journal failed. */
bool baseline_seen(struct director *d, int row, const struct action_look *seen,
		   const char *declared);
/* Has anything acted on the object of that row in this room? */
bool baseline_is_touched(const struct director *d, int row);
void baseline_tick(struct director *d); /* looks at it when that is due */

/* errand.c: actors on their way. */
bool errand_send(struct director *d, enum purpose purpose, int subject,
		 const struct errand_order *o);
/* Hands on what an actor told on its way. */
void errand_event(struct director *d, const struct message *m);
/* Hands on its last word, when its slot is free again. */
void errand_end(struct director *d, const struct message *m);
void errand_tick(struct director *d); /* cancels what is late */
/* Is one under way that was not dropped?  Any at all? */
bool errand_is_out(const struct director *d, enum purpose purpose);
bool errand_any(const struct director *d); /* also those that were dropped */
/* All of this purpose; each still tells its end. */
void errand_cancel(struct director *d, enum purpose purpose);
void errand_cancel_all(struct director *d); /* of any purpose */
/* Ends the waits it is in: it tries, or looks, again now. */
void errand_nudge(struct director *d, enum purpose purpose);
/* It sends nothing more until it may go on. */
void errand_pause(struct director *d, enum purpose purpose, bool pauses);
/* Cancels what only looks; its end is not told. */
void errand_drop(struct director *d, enum purpose purpose);
/* Cancelled when `real_ms` have passed. */
void errand_bound(struct director *d, enum purpose purpose, int real_ms);
/* Cancels, and waits for all threads. */
void errand_join_all(struct director *d);

/* runner.c: forward steps. */
const struct book_step *runner_step(const struct director *d, int step);
int runner_step_named(const struct director *d, const char *id); /* or -1 */
/* Its kind is in the table: the loader saw to it. */
enum action_class runner_class_of(const struct act *act);
/* Begins a step record with its move; the caller adds fields and emits. */
void runner_record(const struct director *d, struct record *r, size_t step,
		   enum step_state to, const char *by);
/* What a record says of an act beside its state. */
struct act_said {
	const char *detail;
	int64_t next_ms;	       /* of the actor's clock; 0 none */
	const struct regions *regions; /* NULL: nothing of them */
	bool is_open, in_doubt;	       /* see room_act.h */
};
struct act_said runner_said(const struct action_result *result); /* borrowed */
/* All of it but the regions, which have two sides. */
void runner_record_said(const struct director *d, struct record *r,
			const struct act_said *said);
/* The console ended in `state`: may what the act began go on without it? */
bool runner_leaves_open(const struct act *act, enum step_state state);
/* From confirmed to under way.  `proof`: what a person saw; "" none. */
void runner_carry_out(struct director *d, int step, const char *proof);
/* Reads back what came of a step; runner_reconciled() hears. */
void runner_reconcile(struct director *d, int step);
/* Has the plan of a step made, to be shown and confirmed. */
void runner_arm(struct director *d, const struct command *c);
/* Compares the plan once more with what is live, then carries it out. */
void runner_confirm(struct director *d, const struct command *c);
/* The baseline it waited for is in the journal. */
void runner_baseline_stands(struct director *d, int step);
/* Closes the plan that is open; nothing is done. */
void runner_decline(struct director *d, const char *why);
/* Retry, fail, done, recheck, skip, abort: a person's word on a step. */
void runner_person(struct director *d, const struct command *c);
/* What a person says of a step under way, with who and when. */
bool runner_word(struct director *d, size_t step, const char *detail);
/* runner_pause.c: a step that stands still. */
void runner_pause(struct director *d, const struct command *c);
/* The room is left: a paused step would never end. */
void runner_end_paused(struct director *d);
void runner_tick(struct director *d); /* ends a wait that is over */
/* One record of a step; false: the journal failed, nothing acts any more. */
bool runner_move(struct director *d, size_t step, enum step_state to,
		 const char *detail);
/* Its plan was shown and nothing is done: it is what it was before. */
bool runner_leave(struct director *d, size_t step, const char *why);
void runner_resume(struct director *d);	       /* what the last process left */
bool runner_is_busy(const struct director *d); /* does a step act or wait? */
/* Is this very step carried out now, by an actor or by waiting? */
bool runner_is_under_way(const struct director *d, size_t step);
/* What PURPOSE_ARM found. */
void runner_armed(struct director *d, int step, const struct message *m);
/* What PURPOSE_RECHECK found. */
void runner_rechecked(struct director *d, int step, const struct message *m);
/* What an act told on its way. */
void runner_event(struct director *d, int step,
		  const struct action_event *event);
/* How an act ended. */
void runner_ended(struct director *d, int step, const struct message *m);
/* What PURPOSE_RECONCILE found. */
void runner_reconciled(struct director *d, int step, const struct message *m);

/* invariants.c: what must hold before each act. */
struct jwriter;
/* Lines of a plan: what the act, or each item, does to the rules. */
void invariants_step_lines(const struct director *d, struct jwriter *w,
			   int step);
/* The same for items of a rollback. */
void invariants_undo_lines(const struct director *d, struct jwriter *w,
			   const struct plan_item *items, size_t count);
/* May the step act, as far as they go?  A word if not. */
bool invariants_allow(struct director *d, int step);
/* The same for an item of the rollback; `why` says why not. */
bool invariants_allow_item(const struct director *d,
			   const struct plan_item *item, char *why,
			   size_t size);
/* A person breaks a rule with a reason, for the plan that is open. */
void invariants_override(struct director *d, const struct command *c);

/* second.c: the second person. */
/* Adds to a record that opens a plan what a second person types. */
void second_ask(const struct director *d, struct record *r, const char *target);
/* The policy of a drill plays the second person, when it is to. */
void second_play(struct director *d);
/* Judges who approves, and answers the client. */
void second_take(struct director *d, const struct approval *a);
/* May the open plan be confirmed, as far as that goes?  A word if not. */
bool second_allows(struct director *d);

#endif
