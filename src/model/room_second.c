/* room_second - what a second person has to do with the open plan. */
#include "base/str.h"
#include "model/room_fold.h"

const char *
room_prompt_name(const struct room *r)
{
	return r->prompt.step < 0 ? "rollback"
				  : r->book->steps[r->prompt.step].id;
}

bool
room_awaits_second(const struct room *r)
{
	return r->prompt.open && r->prompt.awaits[0] != '\0' &&
	       r->prompt.second[0] == '\0';
}

bool
room_has_second(const struct room *r, int step)
{
	return r->prompt.open && r->prompt.step == step &&
	       r->prompt.second[0] != '\0';
}

enum err_code
room_judge_approval(const struct room *r, const struct record *rec,
		    struct err *e)
{
	const struct room_prompt *p = &r->prompt;
	const char *name = record_get(rec, "step");
	const char *who = record_get(rec, "who");

	if (!p->open || !str_same(name, room_prompt_name(r)))
		return room_refuse(rec, e, "no plan of \"%s\" is open", name);
	if (!str_same(record_get(rec, "digest"), p->digest))
		return room_refuse(rec, e, "%s: another plan was approved",
				   name);
	if (p->awaits[0] == '\0')
		return room_refuse(rec, e, "%s needs no second person", name);
	if (who[0] == '\0' || str_same(who, r->commander))
		return room_refuse(rec, e, "%s: \"%s\" is no second person",
				   name, who);
	return ERR_NONE;
}

/* An approval is of the very plan that is open, and goes with it: whatever
 * closes the plan or moves it takes the approval away. */
void
room_fold_approval(struct room *r, const struct record *rec)
{
	struct room_prompt *p = &r->prompt;

	str_copy(p->second, sizeof(p->second), record_get(rec, "who"));
	str_copy(p->second_how, sizeof(p->second_how), record_get(rec, "how"));
	room_overrides_approve(r);
}
