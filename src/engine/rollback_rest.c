/*
 * rollback_rest - what failed is left alone; what does not build on it can be
 * taken back without it.
 *
 * Only that is offered: a part whose closure has the item that failed in it
 * would meet it again.
 */
#include "engine/director.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* Is it taken back without the item that failed? */
static bool
goes_without(const struct director *d, const char *name,
	     const struct plan_item *failed)
{
	struct plan p;
	struct err e;
	bool goes;

	goes = plan_targeted(&p, d->book, d->room, name, &e) == ERR_NONE;
	for (size_t i = 0; goes && i < p.count; i++)
		goes = p.items[i].row != failed->row ||
		       p.items[i].step != failed->step;
	plan_clear(&p);
	return goes;
}

/* The names of what could still be taken back without the one that failed; how
 * many could not. */
static size_t
rest_of(const struct director *d, int failed, char *to, size_t size)
{
	const struct room *r = d->room;
	size_t used = 0, bound = 0;

	to[0] = '\0';
	for (size_t i = 0; i < r->undo_count; i++) {
		const char *name = plan_name(d->book, &r->undos[i].item);

		if ((int)i == failed ||
		    r->undos[i].act.state == STEP_VERIFIED ||
		    room_left_out(r, &r->undos[i].item) != NULL)
			continue;
		if (!goes_without(d, name, &r->undos[failed].item)) {
			bound++;
			continue;
		}
		if (used + strlen(name) + 2 > size)
			continue;
		str_printf(to + used, size - used, "%s%s", used > 0 ? " " : "",
			   name);
		used = strlen(to);
	}
	return bound;
}

void
rollback_isolate(struct director *d, int i, const char *why)
{
	char rest[80], said[240];
	size_t bound =
		rest_of(d, i, rest, sizeof(rest) - sizeof(" goes without it"));

	if (rest[0] != '\0')
		str_printf(rest + strlen(rest), sizeof(rest) - strlen(rest),
			   " goes without it");
	str_copy(said, sizeof(said), why);
	if (bound > 0)
		str_printf(said, sizeof(said),
			   "%.110s (%zu more cannot go back before it: R, then "
			   ":override %.40s REASON, leaves it out)",
			   why, bound,
			   plan_name(d->book, &d->room->undos[i].item));
	rollback_halt(d, plan_name(d->book, &d->room->undos[i].item), said,
		      rest);
}

/* The items of the open plan with that name or object; how many. */
static size_t
meant(const struct director *d, const char *word, struct plan_item *out,
      int *index)
{
	size_t count, found = 0;
	struct plan_item *items = rollback_items(d, &count, NULL);

	for (size_t i = 0; i < count; i++)
		if (str_same(word, plan_name(d->book, &items[i])) ||
		    str_same(word, plan_object(d->book, &items[i]))) {
			*out = items[i];
			*index = (int)i;
			found++;
		}
	mem_free(items);
	return found;
}

/* Why it is not left out; NULL when it is. */
static const char *
refusal(const struct director *d, const struct command *c, size_t found,
	const struct plan_item *item)
{
	if (c->text[strspn(c->text, " \t")] == '\0')
		return "it needs a reason";
	if (found > 1)
		return "several items are called so: name the object";
	if (errand_is_out(d, PURPOSE_UNDO_RECHECK))
		return "the plan is being confirmed";
	if (!rollback_plan_stands(d))
		return "what must be undone has changed since it was shown; "
		       "leave the plan and look again";
	if (room_left_out(d->room, item) != NULL)
		return "it is left out already";
	if (d->room->override_count == ROOM_OVERRIDES)
		return "too many rules were overridden in this night";
	return NULL;
}

bool
rollback_leave(struct director *d, const struct command *c)
{
	const struct room_prompt *p = &d->room->prompt;
	struct plan_item item;
	char digest[DIGEST_HEX];
	const char *name, *why;
	struct record r;
	size_t found;
	int index = -1;

	if (d->room->rollback != ROLLBACK_ARMED || !p->open || p->step >= 0)
		return false;
	found = meant(d, c->target, &item, &index);
	if (found == 0)
		return false;
	why = refusal(d, c, found, &item);
	if (why != NULL) {
		director_notice(d, "not left out: \"%.48s\": %s", c->target,
				why);
		return true;
	}
	name = plan_name(d->book, &item);
	record_init(&r, RECORD_OVERRIDE, d->options.commander);
	record_text(&r, "step", room_prompt_name(d->room));
	record_text(&r, "rule", name);
	record_int(&r, "item", index);
	record_text(&r, "reason", c->text);
	str_copy(digest, sizeof(digest), p->digest);
	room_override_mix(digest, name, record_get(&r, "reason"));
	record_text(&r, "digest", digest);
	second_ask(d, &r, room_prompt_name(d->room));
	if (!director_emit(d, &r))
		return true;
	director_notice(d,
			"%s is left out of this plan once a second person "
			"approves",
			name);
	second_play(d);
	return true;
}

bool
rollback_left_words(const struct director *d, size_t i, char *to, size_t size)
{
	const struct room_override *o =
		room_left_out(d->room, &d->room->undos[i].item);

	if (o != NULL)
		str_printf(to, size, "left out by %.30s, approved by %.30s: %s",
			   o->by, o->second, o->reason);
	return o != NULL;
}
