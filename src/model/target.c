/* target - the health of what a rollback leads back to; see target.h. */
#include "model/target.h"

#include <string.h>

#include "base/str.h"

static bool
is_named(const struct book *b, const struct gate *g)
{
	if (b->rollback.target[0] != '\0')
		return str_in_words(b->rollback.target, g->signal);
	return g->critical && gate_is_readiness(g);
}

enum verdict
target_judge(const struct room *r, int64_t now_ms, char *text, size_t size)
{
	enum verdict worst = VERDICT_OFF;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < r->book->gates.gate_count; i++) {
		const struct gate *g = &r->book->gates.gates[i];
		struct gate_finding f;
		char value[64];

		if (!is_named(r->book, g))
			continue;
		room_finding(r, i, now_ms, &f);
		gate_value_text(value, sizeof(value), g, &f.value);
		worst = worst == VERDICT_OFF ? f.verdict
					     : verdict_worst(worst, f.verdict);
		if (used + 1 >= size)
			continue;
		str_printf(text + used, size - used, "%s%s %s %s",
			   used > 0 ? ", " : "", g->title, value,
			   verdict_word(f.verdict));
		used = strlen(text);
	}
	return worst;
}

bool
target_is_bad(enum verdict v)
{
	return v == VERDICT_NO_GO || v == VERDICT_BLIND;
}
