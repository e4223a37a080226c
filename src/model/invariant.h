/*
 * invariant - what must hold of several objects at once, whatever is done.
 *
 * "Exactly one trunk group in service", "never two writers": so many of these
 * objects may be in these states.  Judged on the predicted state, each object
 * as the journal knows it with the act applied.  What is unknown may be either:
 * an act is kept from what it may break, and from nothing that it mends.  Pure.
 */
#ifndef MODEL_INVARIANT_H
#define MODEL_INVARIANT_H

#include "model/room.h"

enum invariant_word {
	INVARIANT_KEPT,
	INVARIANT_DOUBT,  /* may break: something is unknown */
	INVARIANT_BROKEN, /* whatever the unknown is */
};

/* What the objects of book->objects are; "" unknown.  Owns its values. */
struct invariant_state {
	const struct book *book; /* borrowed */
	char (*values)[BOOK_VALUE];
};

/* As the room's journal knows them; end it with invariant_clear(). */
void invariant_now(struct invariant_state *out, const struct room *r);
void invariant_clear(struct invariant_state *s); /* twice is fine */
/* The act is done: `object` is `sets` ("": unknown).  One that no rule is
 * about changes nothing. */
void invariant_do(struct invariant_state *s, const char *object,
		  const char *sets);

/* Index into book->objects, or -1. */
int invariant_object(const struct book *b, const char *object);
/* Index of the rule, or -1. */
int invariant_named(const struct book *b, const char *id);
/* Is the rule about this object? */
bool invariant_is_about(const struct book_invariant *rule, const struct book *b,
			const char *object);

/* Does it hold, whatever the unknown is? */
bool invariant_holds(const struct invariant_state *s,
		     const struct book_invariant *rule);

/*
 * What an act that makes `sets` of `object` does to the rule.  `why` gets the
 * words: "one-trunk: 2 after it, exactly 1: trunk:a active, trunk:b active".
 * KEPT when it cannot make the count worse than it is.
 */
enum invariant_word invariant_judge(const struct invariant_state *s,
				    size_t rule, const char *object,
				    const char *sets, char *why, size_t size);

/* What the item makes of its object: as the runbook says, else its baseline;
 * "" unknown. */
const char *invariant_undo_sets(const struct room *r,
				const struct plan_item *i);

/* The first rule that acting on the step would or may break and that nobody
 * overrode, or -1; `word` and `why` say of it. */
int invariant_of_step(const struct room *r, size_t step,
		      enum invariant_word *word, char *why, size_t size);
/* The same for one item of the rollback on its way, as of now. */
int invariant_of_item(const struct room *r, const struct plan_item *item,
		      enum invariant_word *word, char *why, size_t size);
/* The same for the open plan: its step, or its items one after another. */
int invariant_of_prompt(const struct room *r, enum invariant_word *word,
			char *why, size_t size);

#endif
