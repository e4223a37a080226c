/*
 * case_cover - what the journals of many nights have told, and what none has.
 *
 * Collects the moves of steps and undos, and how exchanges that change
 * something ended, so that a table of rules can be held against it.
 */
#ifndef TESTS_LIB_CASE_COVER_H
#define TESTS_LIB_CASE_COVER_H

#include "action/retry.h"
#include "model/room.h"

#define COVER_STATUSES 1000

struct case_cover {
	size_t journals;
	bool moves[STEP_STATE_COUNT][STEP_STATE_COUNT];
	bool statuses[COVER_STATUSES]; /* answers to what changes something */
	bool failures[ERR_COUNT];      /* exchanges without a whole answer */
};

/* Folds the journal in `dir` into a room of its own and notes what moves. */
void case_cover_journal(struct case_cover *c, struct book *b, const char *dir);

#endif
