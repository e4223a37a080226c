/* stagger - time between two items of a rollback, so that no trunk flaps. */
#include "model/stagger.h"

#include <assert.h>
#include <string.h>

#include "model/room_fold.h"

#define STAGGER_ROW(state, word, help) [state] = word,
static const char *const words[STAGGER_STATE_COUNT] = { STAGGER_LIST(
	STAGGER_ROW) };
#undef STAGGER_ROW

const char *
stagger_word(enum stagger_state s)
{
	assert((unsigned)s < STAGGER_STATE_COUNT);
	return words[s];
}

bool
stagger_parse(const char *word, enum stagger_state *out)
{
	for (unsigned i = 0; i < STAGGER_STATE_COUNT; i++)
		if (strcmp(words[i], word) == 0) {
			*out = (enum stagger_state)i;
			return true;
		}
	return false;
}

const char *
stagger_reason(void)
{
	return "carriers turn away what registers again too fast";
}

int64_t
stagger_until_ms(const struct room *r, int item, int *after)
{
	const struct plan_item *next = &r->undos[item].item;
	int64_t last_ms = -1;

	*after = -1;
	for (size_t i = 0; i < r->undo_count; i++) {
		const struct room_undo *u = &r->undos[i];

		if (u->act.state != STEP_VERIFIED ||
		    u->act.ended_ms < last_ms ||
		    !plan_staggers(r->book, &u->item, next))
			continue;
		last_ms = u->act.ended_ms;
		*after = (int)i;
	}
	return *after < 0 ? 0 : last_ms + r->book->rollback.stagger_ms;
}

enum err_code
room_judge_stagger(const struct room *r, const struct record *rec,
		   struct err *e)
{
	const char *word = record_get(rec, "state");
	int64_t item = record_get_int(rec, "item", -1);
	int64_t after = record_get_int(rec, "after", -1);
	bool waits = r->stagger.state == STAGGER_WAITING;
	enum stagger_state to;

	if (item < 0 || item >= (int64_t)r->undo_count || after < 0 ||
	    after >= (int64_t)r->undo_count)
		return room_refuse(rec, e,
				   "the rollback has %zu items, not %lld "
				   "behind %lld",
				   r->undo_count, (long long)item,
				   (long long)after);
	if (!stagger_parse(word, &to) || to == STAGGER_NONE ||
	    (to != STAGGER_WAITING && !waits))
		return room_refuse(rec, e, "it cannot move from %s to \"%s\"",
				   stagger_word(r->stagger.state), word);
	if (r->rollback != ROLLBACK_RUNNING)
		return room_refuse(rec, e, "no item waits: the rollback is %s",
				   rollback_word(r->rollback));
	return ERR_NONE;
}

void
room_fold_stagger(struct room *r, const struct record *rec)
{
	struct room_stagger *now = &r->stagger;

	stagger_parse(record_get(rec, "state"), &now->state);
	now->item = (int)record_get_int(rec, "item", 0);
	now->after = (int)record_get_int(rec, "after", 0);
	if (now->state != STAGGER_WAITING)
		return;
	now->began_ms = rec->at_ms;
	now->until_ms = room_time(rec, "until", rec->at_ms);
}
