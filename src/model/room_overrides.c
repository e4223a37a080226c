/* room_overrides - rules that people broke on purpose, and for which plan. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/invariant.h"
#include "model/room_fold.h"

bool
room_is_overridden(const struct room *r, int step, size_t rule)
{
	assert(rule < r->book->invariant_count);
	for (size_t i = 0; i < r->override_count; i++)
		if (r->overrides[i].in_force && r->overrides[i].step == step &&
		    r->overrides[i].rule == (int)rule)
			return true;
	return false;
}

const struct room_override *
room_left_out(const struct room *r, const struct plan_item *item)
{
	for (size_t i = 0; i < r->override_count; i++) {
		const struct room_override *o = &r->overrides[i];

		if (o->in_force && o->rule < 0 && o->step < 0 &&
		    o->leaves.row == item->row && o->leaves.step == item->step)
			return o;
	}
	return NULL;
}

const char *
room_override_name(const struct room *r, const struct room_override *o)
{
	return o->rule >= 0 ? r->book->invariants[o->rule].id
			    : plan_name(r->book, &o->leaves);
}

void
room_override_mix(char digest[DIGEST_HEX], const char *rule, const char *reason)
{
	char before[DIGEST_HEX];

	str_copy(before, sizeof(before), digest);
	digest_parts(digest,
		     (struct digest_part[]){ { before, strlen(before) },
					     { rule, strlen(rule) },
					     { reason, strlen(reason) } },
		     3);
}

void
room_override_digest(const struct room *r, int step, char digest[DIGEST_HEX])
{
	for (size_t i = 0; i < r->override_count; i++) {
		const struct room_override *o = &r->overrides[i];

		if (o->in_force && o->step == step)
			room_override_mix(digest, room_override_name(r, o),
					  o->reason);
	}
}

void
room_overrides_end(struct room *r, int step)
{
	for (size_t i = 0; i < r->override_count; i++)
		if (r->overrides[i].step == step)
			r->overrides[i].in_force = false;
}

void
room_overrides_move(struct room *r, enum rollback_state from,
		    enum rollback_state to)
{
	bool shows = to == ROLLBACK_ARMED || to == ROLLBACK_PROPOSED;
	bool shown = from == ROLLBACK_ARMED || from == ROLLBACK_PROPOSED;

	for (size_t i = 0; i < r->override_count; i++) {
		struct room_override *o = &r->overrides[i];

		if (o->step >= 0)
			continue;
		if (to == ROLLBACK_RUNNING)
			o->begun = o->in_force;
		else if (to == ROLLBACK_HALTED && shown)
			o->in_force = o->begun;
		else if (shows)
			o->in_force = false;
		else if (to < ROLLBACK_RUNNING || to == ROLLBACK_VALIDATED)
			o->in_force = o->begun = false;
	}
}

void
room_overrides_approve(struct room *r)
{
	for (size_t i = 0; i < r->override_count; i++)
		if (r->overrides[i].in_force &&
		    r->overrides[i].step == r->prompt.step)
			str_copy(r->overrides[i].second,
				 sizeof(r->overrides[i].second),
				 r->prompt.second);
}

/* The plan is another one now: who approved it before has not seen this. */
static void
move_prompt(struct room_prompt *p, const struct record *rec, const char *digest)
{
	char line[ROOM_LINE];

	str_copy(p->digest, sizeof(p->digest), digest);
	str_copy(p->awaits, sizeof(p->awaits), record_get(rec, "second"));
	p->second[0] = '\0';
	p->second_how[0] = '\0';
	p->begins_ms = 0;
	str_printf(line, sizeof(line), "%s %s: %s",
		   record_has(rec, "item") ? "LEAVES OUT" : "OVERRIDES",
		   record_get(rec, "rule"), record_get(rec, "reason"));
	if (p->line_count < ROOM_LINES)
		p->line_count++;
	memmove(p->lines[1], p->lines[0],
		(p->line_count - 1) * sizeof(p->lines[0]));
	str_copy(p->lines[0], sizeof(p->lines[0]), line);
}

/* Of the open plan with this rule broken. */
static void
digest_with(const struct room *r, const struct record *rec,
	    char digest[DIGEST_HEX])
{
	str_copy(digest, DIGEST_HEX, r->prompt.digest);
	room_override_mix(digest, record_get(rec, "rule"),
			  record_get(rec, "reason"));
}

/* The item of the open plan that the record leaves out; NULL: there is none. */
static const struct plan_item *
item_left(const struct room *r, const struct record *rec)
{
	const struct room_undo *items = r->has_planned ? r->planned : r->undos;
	size_t count = r->has_planned ? r->planned_count : r->undo_count;
	int64_t i = record_get_int(rec, "item", -1);

	if (!r->prompt.open || r->prompt.step >= 0 || i < 0 ||
	    i >= (int64_t)count ||
	    !str_same(plan_name(r->book, &items[i].item),
		      record_get(rec, "rule")))
		return NULL;
	return &items[i].item;
}

enum err_code
room_judge_override(const struct room *r, const struct record *rec,
		    struct err *e)
{
	const char *name = record_get(rec, "step");
	const char *reason = record_get(rec, "reason");
	int rule = invariant_named(r->book, record_get(rec, "rule"));
	char digest[DIGEST_HEX];

	if (record_has(rec, "item") && item_left(r, rec) == NULL)
		return room_refuse(rec, e, "the open plan has no item \"%s\"",
				   record_get(rec, "rule"));
	if (rule < 0 && !record_has(rec, "item"))
		return room_refuse(rec, e,
				   "the runbook has no invariant \"%s\"",
				   record_get(rec, "rule"));
	if (!r->prompt.open || !str_same(name, room_prompt_name(r)))
		return room_refuse(rec, e, "no plan of \"%s\" is open", name);
	if (reason[0] == '\0' || !record_has(rec, "second"))
		return room_refuse(
			rec, e, "%s: it has no reason, or asks nobody", name);
	if (r->override_count == ROOM_OVERRIDES)
		return room_refuse(rec, e, "%s: too many in one night", name);
	digest_with(r, rec, digest);
	if (!str_same(digest, record_get(rec, "digest")))
		return room_refuse(rec, e, "%s: of another plan", name);
	return ERR_NONE;
}

void
room_fold_override(struct room *r, const struct record *rec)
{
	const struct plan_item *left = item_left(r, rec);
	int rule = invariant_named(r->book, record_get(rec, "rule"));
	char digest[DIGEST_HEX];
	struct room_override *o;

	digest_with(r, rec, digest);
	r->overrides = mem_grow(r->overrides, r->override_count + 1,
				sizeof(*r->overrides));
	o = &r->overrides[r->override_count++];
	*o = (struct room_override){
		.rule = left != NULL ? -1 : rule,
		.leaves = left != NULL ? *left : (struct plan_item){ 0 },
		.step = r->prompt.step,
		.at_ms = rec->at_ms,
		.in_force = true
	};
	str_copy(o->reason, sizeof(o->reason), record_get(rec, "reason"));
	str_copy(o->by, sizeof(o->by), rec->by);
	move_prompt(&r->prompt, rec, digest);
}
