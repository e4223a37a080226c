/*
 * parts - what the parts of the director ask of each other.
 *
 * Gates, errands, forward steps, the rollback: a file or two each.  Private to
 * the engine; director's thread only.
 */
#ifndef ENGINE_PARTS_H
#define ENGINE_PARTS_H

#include "engine/desk.h"

/* judge.c: gates and the decision. */
void judge_take_report(struct director *d, struct probe_report *report);
void judge_flush(struct director *d); /* fresh samples become a record */
void judge_tick(struct director *d);
/* Whatever the period: with all that was taken in, and ages as of now. */
void judge_now(struct director *d);
void judge_mute(struct director *d, const struct command *c);
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
void baseline_taken(struct director *d, int step, const struct message *m);
void baseline_kept(struct director *d, const struct message *m);
void baseline_command(struct director *d, const struct command *c);
void baseline_tick(struct director *d);

/* errand.c: actors on their way. */
bool errand_send(struct director *d, enum purpose purpose, int subject,
		 const struct errand_order *o);
void errand_event(struct director *d, const struct message *m);
void errand_end(struct director *d, const struct message *m);
void errand_tick(struct director *d);
/* Is one under way that was not dropped?  Any at all? */
bool errand_is_out(const struct director *d, enum purpose purpose);
bool errand_any(const struct director *d);
void errand_cancel(struct director *d, enum purpose purpose);
void errand_cancel_all(struct director *d);
/* Ends the waits it is in: it tries, or looks, again now. */
void errand_nudge(struct director *d, enum purpose purpose);
/* It sends nothing more until it may go on. */
void errand_pause(struct director *d, enum purpose purpose, bool pauses);
/* Cancels what only looks; its end is not told. */
void errand_drop(struct director *d, enum purpose purpose);
void errand_bound(struct director *d, enum purpose purpose, int real_ms);
void errand_join_all(struct director *d);

/* runner.c: forward steps. */
const struct book_step *runner_step(const struct director *d, int step);
int runner_step_named(const struct director *d, const char *id); /* or -1 */
enum action_class runner_class_of(const struct act *act);
/* Begins a step record with its move; the caller adds fields and emits. */
void runner_record(const struct director *d, struct record *r, size_t step,
		   enum step_state to, const char *by);
/* From confirmed to under way.  `proof`: what a person saw; "" none. */
void runner_carry_out(struct director *d, int step, const char *proof);
void runner_reconcile(struct director *d, int step);
void runner_arm(struct director *d, const struct command *c);
void runner_confirm(struct director *d, const struct command *c);
/* The baseline it waited for is in the journal. */
void runner_baseline_stands(struct director *d, int step);
void runner_decline(struct director *d, const char *why);
void runner_person(struct director *d, const struct command *c);
/* What a person says of a step under way, with who and when. */
bool runner_word(struct director *d, size_t step, const char *detail);
/* runner_pause.c: a step that stands still. */
void runner_pause(struct director *d, const struct command *c);
/* The room is left: a paused step would never end. */
void runner_end_paused(struct director *d);
void runner_tick(struct director *d);
bool runner_move(struct director *d, size_t step, enum step_state to,
		 const char *detail);
/* Its plan was shown and nothing is done: it is what it was before. */
bool runner_leave(struct director *d, size_t step, const char *why);
void runner_resume(struct director *d);
bool runner_is_busy(const struct director *d);
/* Is this very step carried out now, by an actor or by waiting? */
bool runner_is_under_way(const struct director *d, size_t step);
void runner_armed(struct director *d, int step, const struct message *m);
void runner_rechecked(struct director *d, int step, const struct message *m);
void runner_event(struct director *d, int step,
		  const struct action_event *event);
void runner_ended(struct director *d, int step, const struct message *m);
void runner_reconciled(struct director *d, int step, const struct message *m);

/* invariants.c: what must hold before each act. */
struct jwriter;
/* Lines of a plan: what the act, or each item, does to the rules. */
void invariants_step_lines(const struct director *d, struct jwriter *w,
			   int step);
void invariants_undo_lines(const struct director *d, struct jwriter *w,
			   const struct plan_item *items, size_t count);
/* May the step act, as far as they go?  A word if not. */
bool invariants_allow(struct director *d, int step);
/* The same for an item of the rollback; `why` says why not. */
bool invariants_allow_item(const struct director *d,
			   const struct plan_item *item, char *why,
			   size_t size);
void invariants_override(struct director *d, const struct command *c);

/* second.c: the second person. */
/* Adds to a record that opens a plan what a second person types. */
void second_ask(const struct director *d, struct record *r, const char *target);
/* The policy of a drill plays the second person, when it is to. */
void second_play(struct director *d);
void second_take(struct director *d, const struct approval *a);
/* May the open plan be confirmed, as far as that goes?  A word if not. */
bool second_allows(struct director *d);

/* rollback_arm.c: what must be taken back, shown and confirmed. */
/* `names`: what to take back with its closure (see plan_targeted()); "" is
 * all of it, or what halted. */
void rollback_ask(struct director *d, const char *names, const char *cause);
void rollback_confirm(struct director *d, const struct command *c);
void rollback_decline(struct director *d);
void rollback_armed(struct director *d, const struct message *m);
/* The items as of now: the room's while one goes on and nothing else was
 * asked for, else computed; the caller frees.  `kept` (or NULL) gets the ids
 * of steps that stay. */
struct plan_item *rollback_items(const struct director *d, size_t *count,
				 struct buf *kept);
bool rollback_look(struct director *d, enum purpose purpose, enum errand errand,
		   const struct plan_item *items, size_t count);

/* rollback_prove.c: is it as it was, and healthy? */
void rollback_prove(struct director *d);
void rollback_checked(struct director *d, const struct message *m);
void rollback_all_read(struct director *d, const struct message *m);
void rollback_validated(struct director *d, const char *how);

/* rollback_watch.c: is it healthy, and has it been for long enough? */
void rollback_sample(struct director *d, const struct sample *s);
void rollback_watch_begin(struct director *d, const char *how);
void rollback_watch_tick(struct director *d);

/* Has a step run since the rollback of everything halted, that its items do
 * not take back? */
bool rollback_is_outrun(const struct director *d);

/* rollback_drain.c: calls end before what carries them is taken away. */
/* May item `item` act, as far as that goes?  What it waits for is recorded. */
bool rollback_drained(struct director *d, int item);
/* A person goes on without waiting; false when nothing waits so. */
bool rollback_go_on(struct director *d);

/* Is the open plan still what must be taken back? */
bool rollback_plan_stands(const struct director *d);

/* countdown.c: a rollback that begins unless somebody objects. */
bool countdown_is_policy(const struct director *d);
/* Adds to a record that opens the plan when it begins by itself. */
void countdown_ask(const struct director *d, struct record *r);
void countdown_resume(struct director *d);
void countdown_tick(struct director *d);

/* rollback.c: taking it all back. */
/* Halts and tells the person; `offer` is what else could be asked for. */
void rollback_halt(struct director *d, const char *name, const char *why,
		   const char *offer);
void rollback_begin(struct director *d, const char *by);
bool rollback_is_automatic(const struct director *d);
bool rollback_move(struct director *d, enum rollback_state to,
		   const char *detail);
/* Closes the plan that is proposed or armed. */
void rollback_withdraw(struct director *d, const char *why);
void rollback_begin_record(const struct director *d, struct record *r,
			   enum rollback_state to, const char *by);
/* A person gives it up: what is on its way is cancelled, then it halts. */
void rollback_give_up(struct director *d, const struct command *c);
/* Halted: goes on.  Under way: the item that waits is tried, or looked at,
 * again now. */
void rollback_retry(struct director *d);
/* What the manifest's trigger means for breaches nobody has answered yet;
 * `found` is parallel to the gates. */
void rollback_breach(struct director *d, const struct decision *now,
		     const struct gate_finding *found);
/* The commander has answered the breaches of now: no proposal for them. */
void rollback_answer(struct director *d);
void rollback_tick(struct director *d);
void rollback_resume(struct director *d);
bool rollback_is_running(const struct director *d);
void rollback_event(struct director *d, int undo,
		    const struct action_event *event);
void rollback_item_ended(struct director *d, int undo, const struct message *m);
void rollback_item_read(struct director *d, int undo, const struct message *m);

#endif
