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
void judge_mute(struct director *d, const struct command *c);
void judge_ack(struct director *d, const struct command *c);

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
/* Cancels what only looks; its end is not told. */
void errand_drop(struct director *d, enum purpose purpose);
void errand_bound(struct director *d, enum purpose purpose, int real_ms);
void errand_join_all(struct director *d);

/* runner.c: forward steps. */
const struct book_step *runner_step(const struct director *d, int step);
int runner_step_named(const struct director *d, const char *id); /* or -1 */
enum action_class runner_class_of(const struct book_step *s);
/* Begins a step record with its move; the caller adds fields and emits. */
void runner_record(const struct director *d, struct record *r, size_t step,
		   enum step_state to, const char *by);
/* From confirmed to under way.  `proof`: what a person saw; "" none. */
void runner_carry_out(struct director *d, int step, const char *proof);
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
/* Closes the plan that is proposed or armed. */
void rollback_withdraw(struct director *d, const char *why);
void rollback_begin_record(const struct director *d, struct record *r,
			   enum rollback_state to, const char *by);
/* A person gives it up: what is on its way is cancelled, then it halts. */
void rollback_give_up(struct director *d);
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
void rollback_checked(struct director *d, const struct message *m);
void rollback_all_read(struct director *d, const struct message *m);

#endif
