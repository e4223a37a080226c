/*
 * engine_target - a night whose old platform is judged before a rollback leads
 * back to it.
 */
#ifndef TESTS_UNIT_ENGINE_TARGET_H
#define TESTS_UNIT_ENGINE_TARGET_H

#include "tests/unit/engine_edit.h"

/* Edits of the night's book; `rest` goes into the gate, `words` are a policy.
 */
#define TARGET_GATE(rest)                                             \
	{                                                             \
		"thresholds:\n", "thresholds:\n  rollback:\n"         \
				 "    max_legacy_errors: {limit: 0, " \
				 "max_age: 20h" rest "}\n"            \
	}
#define TARGET_PROBE                                                       \
	{                                                                  \
		"probes:\n", "probes:\n  legacy:\n"                        \
			     "    http: {endpoint: platform, path: /l}\n"  \
			     "    signals: {rollback.legacy_errors: /e}\n" \
	}
#define TARGET_POLICY(words)                                              \
	{                                                                 \
		"{policy: propose,", "{target: [rollback.legacy_errors]," \
				     " policy: " words ","                \
	}

static inline void
target_has(struct live_night *n, double errors)
{
	desk_measure(&n->desk, "legacy", errors, 1000);
	n->desk.director.next_judge_ms = 0;
	desk_pass(&n->desk, 0, 1);
}

/* One step has run, and the target was sound. */
static inline void
target_begin(struct live_night *n, const struct edit *edits, size_t count)
{
	night_open_edited(n, NULL, 0, edits, count);
	target_has(n, 0);
	night_walk(n, "publish");
}

static inline void
target_ask(struct live_night *n)
{
	desk_say(&n->desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&n->desk, ROLLBACK_ARMED);
	assert_true(n->desk.director.room->prompt.open);
}

/* Does the phrase of the open plan say that of the target? */
static inline bool
target_is_said(const struct desk *k, const char *verdict)
{
	const struct room *r = k->director.room;
	char end[32];

	str_printf(end, sizeof(end), " TARGET %s", verdict);
	return r->rollback == ROLLBACK_ARMED && r->prompt.open &&
	       str_ends(r->prompt.phrase, end);
}

#endif
