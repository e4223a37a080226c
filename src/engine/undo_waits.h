/*
 * undo_waits - what a rollback waits for, and what stops it, before it acts.
 *
 * Private to the engine; director's thread only.
 */
#ifndef ENGINE_UNDO_WAITS_H
#define ENGINE_UNDO_WAITS_H

#include "engine/desk.h"

/* rollback_drain.c: calls end before what carries them is taken away. */
/* May item `item` act, as far as that goes?  What it waits for is recorded. */
bool rollback_drained(struct director *d, int item);
/* A person goes on without waiting; false when nothing waits so. */
bool rollback_go_on(struct director *d);

/* rollback_target.c: is what it leads back to fit to carry the business? */
/* The line of a plan that says so. */
void rollback_target_line(const struct director *d, char *to, size_t size);
/* Adds to the phrase what is typed for a target that is not healthy. */
void rollback_target_phrase(const struct director *d, char *phrase,
			    size_t size);
/* Is it healthy, or does the open plan's phrase say that it is not, be it
 * NO-GO or BLIND? */
bool rollback_target_is_known(const struct director *d);
/* May the rollback not begin by itself for its sake?  Then it is said. */
bool rollback_target_forbids(struct director *d);

/* rollback_stagger.c: items are kept apart, so that no trunk flaps. */
/* May item `item` act, as far as that goes?  What it waits for is recorded. */
bool rollback_staggered(struct director *d, int item);
/* A person goes on without waiting; false when nothing waits so. */
bool rollback_stagger_cut(struct director *d);

/* countdown.c: a rollback that begins unless somebody objects. */
bool countdown_is_policy(const struct director *d);
/* Adds to a record that opens the plan when it begins by itself. */
void countdown_ask(struct director *d, struct record *r);
void countdown_resume(struct director *d); /* after a restart */
void countdown_tick(struct director *d);   /* begins it when the time is over */

#endif
