/*
 * room_rules - what the invariants of the runbook look at, and who overrode
 * one.
 *
 * Part of the room; changed by its fold alone.
 */
#ifndef MODEL_ROOM_RULES_H
#define MODEL_ROOM_RULES_H

#include <stdint.h>

#include "base/digest.h"
#include "model/book.h"
#include "model/plan.h"

struct room;

/* An object that an invariant is about; parallel to book->objects. */
struct room_object {
	char value[BOOK_VALUE]; /* as the journal knows it; "" unknown */
	char was[BOOK_VALUE];	/* before the act that is under way */
	bool touched;		/* by this room: no baseline any more */
};

#define ROOM_OVERRIDES 64 /* of one night */
#define ROOM_REASON 240

/* A rule that a person broke on purpose, or an item that a rollback leaves out
 * of what it takes back; kept for the night. */
struct room_override {
	int rule;		 /* -1: it leaves an item out */
	struct plan_item leaves; /* that item */
	int step;		 /* of the plan it is for; -1 the rollback */
	char reason[ROOM_REASON];
	char by[64];
	char second[64]; /* who approved; "" nobody yet */
	int64_t at_ms;
	bool in_force; /* its plan is open or under way */
	bool begun;    /* its plan has begun: declining another leaves it */
};

/* Is the rule overridden in the plan of this step (-1: the rollback)? */
bool room_is_overridden(const struct room *r, int step, size_t rule);
/* Does the open plan of the rollback, or the one under way, leave the item out?
 * The override says why; NULL: it does not. */
const struct room_override *room_left_out(const struct room *r,
					  const struct plan_item *item);
/* What is overridden, by its name in the runbook. */
const char *room_override_name(const struct room *r,
			       const struct room_override *o);
/* The digest of a plan, `digest`, as its overrides in force make it. */
void room_override_digest(const struct room *r, int step,
			  char digest[DIGEST_HEX]);
/* The same with one more. */
void room_override_mix(char digest[DIGEST_HEX], const char *rule,
		       const char *reason);

#endif
