/*
 * verdict - GO, HOLD, NO-GO, BLIND, OFF and how they combine.
 *
 * Worst wins: NO-GO > BLIND > HOLD > GO.  OFF takes no part in the ordering
 * but is always shown.  Nothing combined (no data at all) is BLIND, never GO.
 * Pure.
 */
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include "base/err.h"

enum verdict {
	VERDICT_OFF, /* muted by a person, with a reason */
	VERDICT_GO,
	VERDICT_HOLD,
	VERDICT_BLIND,
	VERDICT_NO_GO,
	VERDICT_COUNT
};

/* The one of the two that is further from GO. */
enum verdict verdict_worst(enum verdict a, enum verdict b);
const char *verdict_word(enum verdict v); /* "GO" "HOLD" "NO-GO" ... */
/* False when the word names none. */
bool verdict_parse(const char *word, enum verdict *out);
int verdict_exit_code(enum verdict v); /* 0 GO, 1 NO-GO, 3 HOLD, 4 BLIND/OFF */

#endif
