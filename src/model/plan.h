/*
 * plan - what must be undone now, in order, computed from what ran.
 *
 * The rollback manifest's rows in the manifest's order, joined by the undos of
 * every step that ran or may have run and whose object no row covers; sorted
 * by layer (transport, routing, flow, user state), within a layer rows first,
 * then undos in reverse order of dependency.
 *
 * A step that is declared forward_only is a point of no return once it may
 * have run: it and what it builds on, over any number of steps, stay as they
 * are, and so do the rows of their objects.
 *
 * A targeted plan takes back what is picked and its closure: whatever needs
 * it, over any number of steps, or changes the same object.  The rest stays.
 * Pure.
 */
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

#include "model/book.h"

struct room;

struct plan_item {
	int row;  /* index into book->rollback.undos, or -1 */
	int step; /* index into book->steps, or -1 */
	enum book_layer layer;
	int because; /* targeted: 1 + index of the item it goes with; 0:
			picked, or the plan is whole */
	bool shares; /* it goes with it for the object's sake */
};

/* Owns its arrays. */
struct plan {
	struct plan_item *items;
	size_t count;
	int *kept; /* steps that ran and have no undo: stay as they are */
	size_t kept_count;
};

/* Of the whole room; plan_clear() ends it. */
void plan_rollback(struct plan *out, const struct book *b,
		   const struct room *r);
/*
 * The same for what `names` picks: words between blanks, each a step's id, a
 * row's action or an object.  A step that was taken back may be picked again.
 * ERR_ARG: `e` says which word is no item; *out is empty then.
 */
enum err_code plan_targeted(struct plan *out, const struct book *b,
			    const struct room *r, const char *names,
			    struct err *e) MUST_CHECK;
void plan_clear(struct plan *p); /* twice is fine */

/* Has a step run since the rollback of everything halted, that its items do
 * not take back? */
bool plan_is_outrun(const struct room *r);

/* The first step that may have run and is declared so; -1 when none. */
int plan_declared(const struct room *r, enum rollback_after after);
/* Steps that a point of no return keeps as they are: one flag a step; the
 * caller frees.  NULL when none was passed. */
bool *plan_stays(const struct room *r);

/* Is the act of this step to be taken back: has it acted, and was it never
 * proved that nothing came of it? */
bool plan_may_have_run(const struct room *r, size_t step);
/* Does taking this item back take the step back? */
bool plan_covers(const struct book *b, const struct plan_item *i, size_t step);

/* Has an item of the rollback in hand still to act on what the step changed? */
bool plan_awaits(const struct room *r, size_t step);

/* What takes it back; borrowed from the book. */
const struct act *plan_act(const struct book *b, const struct plan_item *i);
/* What stands in for it when the platform cannot be reached; NULL: nothing. */
const struct act *plan_emergency(const struct book *b,
				 const struct plan_item *i);
/* "dns_ttl_override", or the step's id. */
const char *plan_name(const struct book *b, const struct plan_item *i);
/* What it changes; "" unnamed. */
const char *plan_object(const struct book *b, const struct plan_item *i);
/* Must `next` wait for the anti-flap time once `done` is back?  Between DNS,
 * trunks and routing, and before what comes behind them: carriers refuse who
 * registers again faster than their session timers allow (rollback guide,
 * edge case 2). */
bool plan_staggers(const struct book *b, const struct plan_item *done,
		   const struct plan_item *next);
/* Does the runbook say that it may be sent again with the same key? */
bool plan_is_idempotent(const struct book *b, const struct plan_item *i);
/* Expected room time of it. */
int64_t plan_takes_ms(const struct book *b, const struct plan_item *i);

#endif
