/* plan_targeted - the part of a rollback that goes with what is picked. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/plan.h"
#include "model/room.h"

/* Candidates are all items there could be; steps are walked, items taken. */
struct closure {
	const struct book *book;
	const struct room *room;
	struct plan all;
	bool *picked; /* per item of `all` */
	bool *taken;  /* per item of `all` */
	int *because; /* per item of `all`: an item of it, or -1 */
	bool *shares; /* per item of `all` */
	bool *goes;   /* per step: it is taken back, or would be */
	int *with;    /* per step: the item it goes with */
	int *item_of; /* per step: the item that takes it back, or -1 */
};

/* Every row, and every undo whose step acted, also one that was taken back
 * since: a copy of the room in which it was not. */
static void
closure_start(struct closure *c, const struct book *b, const struct room *r)
{
	struct room *before = room_copy(r);

	*c = (struct closure){ .book = b, .room = r };
	for (size_t i = 0; i < b->step_count; i++)
		if (before->steps[i].state == STEP_UNDONE)
			before->steps[i].state = STEP_VERIFIED;
	plan_rollback(&c->all, b, before);
	room_free(before);
	c->picked = mem_new(c->all.count, sizeof(*c->picked));
	c->taken = mem_new(c->all.count, sizeof(*c->taken));
	c->because = mem_new(c->all.count, sizeof(*c->because));
	c->shares = mem_new(c->all.count, sizeof(*c->shares));
	c->goes = mem_new(b->step_count, sizeof(*c->goes));
	c->with = mem_new(b->step_count, sizeof(*c->with));
	c->item_of = mem_new(b->step_count, sizeof(*c->item_of));
	for (size_t s = 0; s < b->step_count; s++) {
		c->item_of[s] = -1;
		for (size_t i = c->all.count; i-- > 0;)
			if (c->all.items[i].step == (int)s ||
			    (c->all.items[i].row >= 0 &&
			     plan_covers(b, &c->all.items[i], s)))
				c->item_of[s] = (int)i;
	}
}

static void
closure_clear(struct closure *c)
{
	plan_clear(&c->all);
	mem_free(c->picked);
	mem_free(c->taken);
	mem_free(c->because);
	mem_free(c->shares);
	mem_free(c->goes);
	mem_free(c->with);
	mem_free(c->item_of);
}

/* Marks each item that is called so; false when there is none. */
static bool
pick(struct closure *c, const char *word)
{
	bool found = false;

	for (size_t i = 0; i < c->all.count; i++) {
		const struct plan_item *item = &c->all.items[i];

		if (str_same(plan_name(c->book, item), word) ||
		    str_same(plan_object(c->book, item), word))
			found = c->picked[i] = true;
	}
	for (size_t s = 0; s < c->book->step_count; s++)
		if (str_same(c->book->steps[s].id, word) && c->item_of[s] >= 0)
			found = c->picked[c->item_of[s]] = true;
	return found;
}

static enum err_code
pick_all(struct closure *c, const char *names, struct err *e)
{
	char word[BOOK_VALUE];
	bool any = false;

	for (;;) {
		size_t len;

		names += strspn(names, " \t");
		len = strcspn(names, " \t");
		if (len == 0)
			break;
		any = true;
		if (!str_copy_n(word, sizeof(word), names, len) ||
		    !pick(c, word))
			return err_set(e, ERR_ARG,
				       "\"%.*s\" is nothing that can be taken "
				       "back: name a step that ran, an action "
				       "of the manifest, or an object",
				       len > 60 ? 60 : (int)len, names);
		names += len;
	}
	if (!any)
		return err_set(e, ERR_ARG, "nothing is named");
	return ERR_NONE;
}

static bool
same_object(const struct book *b, size_t s, size_t t)
{
	return b->steps[s].object[0] != '\0' &&
	       strcmp(b->steps[s].object, b->steps[t].object) == 0;
}

static void
take_step(struct closure *c, size_t s, int with, bool shares)
{
	int item = c->item_of[s];

	c->goes[s] = true;
	c->with[s] = with;
	if (item < 0)
		return;
	if (c->because[item] < 0 && !c->picked[item]) {
		c->because[item] = with;
		c->shares[item] = shares;
	}
	/* What was taken back already need not be again. */
	if (plan_may_have_run(c->room, s))
		c->taken[item] = true;
	c->with[s] = item; /* what needs it goes with its item */
}

/* One look at step `s`: does something pull it in? */
static bool
pull(struct closure *c, size_t s)
{
	const struct book_step *step = &c->book->steps[s];

	for (size_t n = 0; n < step->need_count; n++)
		if (c->goes[step->needs[n]]) {
			take_step(c, s, c->with[step->needs[n]], false);
			return true;
		}
	for (size_t t = 0; t < c->book->step_count; t++)
		if (c->goes[t] && same_object(c->book, s, t)) {
			take_step(c, s, c->with[t], true);
			return true;
		}
	return false;
}

static void
close_over(struct closure *c)
{
	bool moved = true;

	for (size_t i = 0; i < c->all.count; i++) {
		c->because[i] = -1;
		c->taken[i] = c->picked[i];
	}
	for (size_t i = 0; i < c->all.count; i++)
		for (size_t s = 0; c->picked[i] && s < c->book->step_count; s++)
			if (plan_covers(c->book, &c->all.items[i], s))
				take_step(c, s, (int)i, true);
	while (moved) {
		moved = false;
		for (size_t s = 0; s < c->book->step_count; s++)
			if (!c->goes[s] && pull(c, s))
				moved = true;
	}
}

/* Names the nearest item that is in the plan. */
static int
reason_of(const struct closure *c, size_t item, const int *place)
{
	int with = c->because[item];

	for (size_t n = 0; with >= 0 && n < c->all.count; n++) {
		if (place[with] > 0)
			return place[with];
		with = c->because[with];
	}
	return 0;
}

static void
write_plan(const struct closure *c, struct plan *out)
{
	const struct book *b = c->book;
	int *place = mem_new(c->all.count, sizeof(*place));

	out->items = mem_new(c->all.count, sizeof(*out->items));
	out->kept = mem_new(b->step_count, sizeof(*out->kept));
	for (size_t i = 0; i < c->all.count; i++)
		if (c->taken[i]) {
			out->items[out->count++] = c->all.items[i];
			place[i] = (int)out->count;
		}
	for (size_t i = 0; i < c->all.count; i++)
		if (c->taken[i] && !c->picked[i]) {
			struct plan_item *item = &out->items[place[i] - 1];

			item->because = reason_of(c, i, place);
			item->shares = c->shares[i];
		}
	for (size_t s = 0; s < b->step_count; s++)
		if (plan_may_have_run(c->room, s) &&
		    (c->item_of[s] < 0 || !c->taken[c->item_of[s]]))
			out->kept[out->kept_count++] = (int)s;
	mem_free(place);
}

enum err_code
plan_targeted(struct plan *out, const struct book *b, const struct room *r,
	      const char *names, struct err *e)
{
	struct closure c;
	enum err_code code;

	*out = (struct plan){ 0 };
	closure_start(&c, b, r);
	code = pick_all(&c, names, e);
	if (code == ERR_NONE) {
		close_over(&c);
		write_plan(&c, out);
	}
	closure_clear(&c);
	return code;
}
