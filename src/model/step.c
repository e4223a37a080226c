/* step - the life of one act: states, and the only moves allowed. */
#include "model/step.h"

#include <assert.h>
#include <string.h>

#define STEP_ROW(code, word, help) [code] = { word, help },
static const struct {
	const char *word;
	const char *help;
} rows[STEP_STATE_COUNT] = { STEP_STATE_LIST(STEP_ROW) };
#undef STEP_ROW

#define TO(state) (1u << STEP_##state)

/* How an act under way may end, whatever it was doing. */
#define ENDS (TO(VERIFIED) | TO(FAILED) | TO(UNKNOWN))

/*
 * From (row) to (bits).  What is not here does not happen:
 *
 * - nothing acts without the intent: ACTING is reached through INTENT, except
 *   when the same act goes on (BACKOFF, or another region that tries again);
 * - a running act ends VERIFIED, FAILED or UNKNOWN and in no other way; only
 *   a reading back that proves "never landed" makes an UNKNOWN one READY;
 * - FAILED waits for a person: armed again, skipped, proved done (VERIFIED);
 *   UNKNOWN is read back first, then the same, but it is never armed;
 * - ARMED and CONFIRMED fall back to what it was before, READY or FAILED, when
 *   a person declines or the console ends;
 * - items of a rollback go to INTENT without a confirm of their own;
 * - UNDONE is what a rollback makes of all that ran or may have run; when a
 *   later look finds it is not so, it is UNKNOWN again.
 *
 * A state that leads to itself reports progress: one more poll, a person's
 * word, a region that is there.
 */
static const unsigned moves[STEP_STATE_COUNT] = {
	[STEP_READY] = TO(ARMED) | TO(INTENT) | TO(SKIPPED),
	[STEP_ARMED] = TO(CONFIRMED) | TO(READY) | TO(FAILED) | TO(SKIPPED),
	[STEP_CONFIRMED] = TO(INTENT) | TO(READY) | TO(FAILED),
	[STEP_INTENT] = TO(INTENT) | TO(ACTING) | ENDS,
	[STEP_ACTING] = TO(ACTING) | TO(ACCEPTED) | TO(CONVERGING) |
			TO(VERIFYING) | TO(BACKOFF) | ENDS,
	[STEP_ACCEPTED] = TO(ACCEPTED) | TO(CONVERGING) | TO(VERIFYING) | ENDS,
	[STEP_CONVERGING] = TO(CONVERGING) | TO(VERIFYING) | ENDS,
	[STEP_VERIFYING] = TO(VERIFYING) | TO(CONVERGING) | TO(ACTING) | ENDS,
	[STEP_BACKOFF] = TO(BACKOFF) | TO(ACTING) | TO(CONVERGING) |
			 TO(VERIFYING) | ENDS,
	[STEP_VERIFIED] = TO(UNDONE),
	[STEP_FAILED] = TO(ARMED) | TO(INTENT) | TO(SKIPPED) | TO(VERIFIED) |
			TO(UNDONE),
	[STEP_UNKNOWN] = TO(INTENT) | TO(VERIFIED) | TO(READY) | TO(FAILED) |
			 TO(SKIPPED) | TO(UNDONE),
	[STEP_SKIPPED] = TO(UNDONE),
	[STEP_UNDONE] = TO(UNKNOWN),
};

#undef ENDS
#undef TO

const char *
step_word(enum step_state s)
{
	assert((unsigned)s < STEP_STATE_COUNT);
	return rows[s].word;
}

const char *
step_help(enum step_state s)
{
	assert((unsigned)s < STEP_STATE_COUNT);
	return rows[s].help;
}

bool
step_parse(const char *word, enum step_state *out)
{
	for (unsigned i = 0; i < STEP_STATE_COUNT; i++)
		if (strcmp(rows[i].word, word) == 0) {
			*out = (enum step_state)i;
			return true;
		}
	return false;
}

bool
step_may_move(enum step_state from, enum step_state to)
{
	assert((unsigned)from < STEP_STATE_COUNT);
	assert((unsigned)to < STEP_STATE_COUNT);
	return (moves[from] >> to & 1u) != 0;
}

bool
step_is_running(enum step_state s)
{
	return s >= STEP_INTENT && s <= STEP_BACKOFF;
}

bool
step_is_over(enum step_state s)
{
	return s == STEP_VERIFIED || s == STEP_SKIPPED || s == STEP_UNDONE;
}

bool
step_may_have_run(enum step_state s)
{
	return step_is_running(s) || s == STEP_VERIFIED || s == STEP_FAILED ||
	       s == STEP_UNKNOWN;
}

bool
step_is_passing(enum step_state s)
{
	return s == STEP_ARMED || s == STEP_CONFIRMED ||
	       (step_is_running(s) && s != STEP_INTENT);
}
