/*
 * look - what an object is right now, in a word and a digest.  Reads only.
 */
#ifndef ACTION_LOOK_H
#define ACTION_LOOK_H

#include "action/action.h"

struct action_look {
	bool is_read;		/* the world answered; value and digest stand */
	char value[BOOK_VALUE]; /* "v-1029384756", "not there", "json 1f9a…" */
	char digest[DIGEST_HEX];   /* of all that was read, in any order */
	char in_order[DIGEST_HEX]; /* the members as they stood: once the form
				    */
	char why[ACTION_DETAIL];   /* not read, or not as it must be kept */
};

/*
 * `act` is a row of the runbook's baseline (http with pointer and keep, dns,
 * trunk) or an undo, which is looked at where it would be read back.  Blocks
 * for at most ten real seconds; actor thread.
 */
void action_look(const struct action_env *env, const struct act *act,
		 struct cancel *cancel, struct action_look *out);

/* Is it what `digest` was taken of?  One taken by a former version is of the
 * members as they stood; whichever of the two forms is met, it is the same. */
bool action_look_is(const struct action_look *seen, const char *digest);

#endif
