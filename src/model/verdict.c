/* verdict - GO, HOLD, NO-GO, BLIND, OFF and how they combine. */
#include "model/verdict.h"

#include <assert.h>
#include <stddef.h>

#include "base/str.h"

/* The enum is in order of badness, with OFF below all: worst is greatest. */
_Static_assert(VERDICT_OFF < VERDICT_GO && VERDICT_GO < VERDICT_HOLD &&
		       VERDICT_HOLD < VERDICT_BLIND &&
		       VERDICT_BLIND < VERDICT_NO_GO,
	       "verdicts are ordered by badness");

static const struct {
	const char *word;
	int exit_code;
} verdict_rows[VERDICT_COUNT] = {
	[VERDICT_OFF] = { "OFF", 4 },	  [VERDICT_GO] = { "GO", 0 },
	[VERDICT_HOLD] = { "HOLD", 3 },	  [VERDICT_BLIND] = { "BLIND", 4 },
	[VERDICT_NO_GO] = { "NO-GO", 1 },
};

enum verdict
verdict_worst(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

const char *
verdict_word(enum verdict v)
{
	assert(v < VERDICT_COUNT);
	return verdict_rows[v].word;
}

bool
verdict_parse(const char *word, enum verdict *out)
{
	for (size_t i = 0; i < VERDICT_COUNT; i++)
		if (str_same(word, verdict_rows[i].word)) {
			*out = (enum verdict)i;
			return true;
		}
	return false;
}

int
verdict_exit_code(enum verdict v)
{
	assert(v < VERDICT_COUNT);
	return verdict_rows[v].exit_code;
}
