/*
 * undoing - what the parts of the rollback ask of each other and are asked.
 *
 * Private to the engine; director's thread only.
 */
#ifndef ENGINE_UNDOING_H
#define ENGINE_UNDOING_H

#include "engine/undo_waits.h"

struct jwriter;

/* rollback_arm.c: what must be taken back, shown and confirmed. */
/* `names`: what to take back with its closure (see plan_targeted()); "" is
 * all of it, or what halted. */
void rollback_ask(struct director *d, const char *names, const char *cause);
/* Begins when phrase and digest are those of the open plan. */
void rollback_confirm(struct director *d, const struct command *c);
void rollback_decline(struct director *d); /* it stays available */
/* What PURPOSE_UNDO_ARM found. */
void rollback_armed(struct director *d, const struct message *m);
/* The items as of now: the room's while one goes on and nothing else was
 * asked for, else computed; the caller frees.  `kept` (or NULL) gets the ids
 * of steps that stay. */
struct plan_item *rollback_items(const struct director *d, size_t *count,
				 struct buf *kept);
/* Sends one errand over all items; false: it could not be sent. */
bool rollback_look(struct director *d, enum purpose purpose, enum errand errand,
		   const struct plan_item *items, size_t count);

/* rollback_prove.c: is it as it was, and healthy? */
void rollback_prove(struct director *d);
/* How the check ended. */
void rollback_checked(struct director *d, const struct message *m);
/* What PURPOSE_READ_ALL found. */
void rollback_all_read(struct director *d, const struct message *m);
/* It has been compared with the baseline; `left` objects are not as they
 * were. */
void rollback_compared(struct director *d, size_t left);
/* Records what item `i` has left behind in `region` ("" all of it).
 * `acts_again`: it was read, and is not as it should be; otherwise nothing is
 * known of it, and it is only read again. */
void rollback_left(struct director *d, size_t i, const char *region,
		   const char *detail, bool acts_again);
/* The rollback ends; `how` says what was proved. */
void rollback_validated(struct director *d, const char *how);

/* rollback_time.c: the manifest's timeoutSeconds. */
/* Adds to the record that begins it until when its items act, and what is said
 * of it. */
void rollback_begin_words(struct director *d, struct record *r);
int64_t rollback_left_ms(const struct director *d); /* at least a second */

/* rollback_watch.c: is it healthy, and has it been for long enough? */
void rollback_sample(struct director *d, const struct sample *s);
/* The conditions must hold from now on; `how` as above. */
void rollback_watch_begin(struct director *d, const char *how);
/* A person does not wait for the next look: at the condition of this name, or
 * at all ("") that do not hold; what is read or checked is tried again now. */
void rollback_look_again(struct director *d, const char *name);
/* Have they held for long enough, or is it too late? */
void rollback_watch_tick(struct director *d);

/* rollback_person.c: an item that a person carries out. */
/* Is it one, as its last intent says? */
bool rollback_is_by_person(const struct director *d, int item);
/* Says what is to be done; the item acts until they have said done. */
void rollback_ask_person(struct director *d, int item);
/* The same words again; false when no person is waited for. */
bool rollback_tell_awaited(struct director *d);
/* The proof of the item that waits: it is read back from now on.  False when
 * none waits, or another is meant. */
bool rollback_person_done(struct director *d, const struct command *c);
/* Is a person waited for?  When the time of the rollback is over, the item has
 * failed. */
bool rollback_awaits(struct director *d);
/* It is given up: an item that waits for a person has failed. */
void rollback_ask_no_more(struct director *d);
/* After a restart: asks on, or looks on.  False: no person's item. */
bool rollback_person_resumes(struct director *d, int item);
/* Adds to the lines of a plan what people are to do. */
void rollback_person_lines(const struct director *d, struct jwriter *w,
			   const struct plan_item *items, size_t count);

/* rollback_end.c: given up by a person. */
/* On the disk first; then what is on its way ends, and it halts.  Said again:
 * nor is anything read back before that. */
void rollback_give_up(struct director *d, const struct command *c);
/* Halts as soon as nothing is on its way, and what is unknown was read back. */
void rollback_end_given_up(struct director *d);
/* What reading an item back found, other than that it is back. */
void rollback_settle(struct director *d, int undo,
		     const struct errand_found *f);

/* rollback_again.c: may an item act once more? */
/* May it be sent again with the same key, whatever came of it? */
bool rollback_is_idempotent(const struct director *d, int item);
/* May an item that was read back as not there act again?  Else `why` says what
 * a person must see to; when that one goes on with the rollback, it may. */
bool rollback_may_repeat(struct director *d, int item, const char *seen,
			 char why[240]);

/* rollback.c: taking it all back. */
/* Halts and tells the person; `offer` is what else could be asked for. */
void rollback_halt(struct director *d, const char *name, const char *why,
		   const char *offer);
/* The same for a halt that is recorded already. */
void rollback_tell_halt(struct director *d, const char *offer);
/* The plan was confirmed by `by`: the first item is due. */
void rollback_begin(struct director *d, const char *by);
/* Does it begin at a breach?  Never when it takes two persons. */
bool rollback_is_automatic(const struct director *d);
/* One record; false: the journal failed. */
bool rollback_move(struct director *d, enum rollback_state to,
		   const char *detail);
/* One record of item `item`; false: the journal failed. */
bool rollback_item_move(struct director *d, int item, enum step_state to,
			const char *by, const char *detail);
/* An actor carries the item out, as its last intent says; `is_repeat`: an
 * earlier try may have had its effect. */
void rollback_perform(struct director *d, int item, bool is_repeat);
/* Closes the plan that is proposed or armed. */
void rollback_withdraw(struct director *d, const char *why);
/* The same by the commander's word, which answers the breaches of now: nothing
 * is proposed for them any more. */
void rollback_answer(struct director *d, const char *why);
/* Begins a record with its move; the caller adds fields and emits. */
void rollback_begin_record(const struct director *d, struct record *r,
			   enum rollback_state to, const char *by);
/* Halted: goes on.  Under way: the item that waits is tried, or looked at,
 * again now. */
void rollback_retry(struct director *d);
/* What the manifest's trigger means for breaches nobody has answered yet;
 * `found` is parallel to the gates. */
void rollback_breach(struct director *d, const struct decision *now,
		     const struct gate_finding *found);
void rollback_tick(struct director *d);	  /* the next item, or a halt */
void rollback_resume(struct director *d); /* after a restart */
/* It acts, proves, or was given up and has not halted yet. */
bool rollback_is_running(const struct director *d);
/* A person gave it up: it begins nothing more, and only halts. */
bool rollback_is_given_up(const struct director *d);
/* What an item told on its way. */
void rollback_event(struct director *d, int undo,
		    const struct action_event *event);
/* One record of an item, by its actor; false: the journal failed. */
bool rollback_item_found(struct director *d, int undo, enum step_state to,
			 const char *detail, const struct regions *regions);
/* Reads an item back; rollback_item_read() hears. */
void rollback_read_item(struct director *d, int undo);
/* How an item ended. */
void rollback_item_ended(struct director *d, int undo, const struct message *m);
/* What reading an item back found. */
void rollback_item_read(struct director *d, int undo, const struct message *m);

/* Is the open plan still what must be taken back? */
bool rollback_plan_stands(const struct director *d);

#endif
