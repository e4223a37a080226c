/* plan_make - what must be undone now, in order, computed from what ran. */
#include "model/plan.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/room.h"

/* When neither the row nor a step on the same object says how long. */
#define ROW_TAKES_MS 15000

/* The state says so; a step that failed and was then armed again, or skipped,
 * has forgotten its state, but not that it began. */
bool
plan_may_have_run(const struct room *r, size_t step)
{
	const struct room_act *a = &r->steps[step];

	assert(step < r->book->step_count);
	if (a->state == STEP_UNDONE)
		return false;
	return step_may_have_run(a->state) || a->began_ms >= 0;
}

static bool
row_covers(const struct book *b, const char *object)
{
	if (object[0] == '\0')
		return false;
	for (size_t i = 0; i < b->rollback.undo_count; i++)
		if (strcmp(b->rollback.undos[i].object, object) == 0)
			return true;
	return false;
}

static bool
all_placed(const struct book_step *s, const bool *placed)
{
	for (size_t i = 0; i < s->need_count; i++)
		if (!placed[s->needs[i]])
			return false;
	return true;
}

/*
 * Steps in order of dependency: each round takes the first of the runbook
 * whose needs have been placed, so independent steps keep their order.  (The
 * loader refuses circles; were there one, the runbook's order would do.)
 */
static int *
dependency_order(const struct book *b)
{
	int *order = mem_new(b->step_count, sizeof(*order));
	bool *placed = mem_new(b->step_count, sizeof(*placed));

	for (size_t n = 0; n < b->step_count; n++) {
		size_t pick = b->step_count;

		for (size_t i = b->step_count; i-- > 0;)
			if (!placed[i] && all_placed(&b->steps[i], placed))
				pick = i;
		for (size_t i = 0; pick == b->step_count; i++)
			if (!placed[i])
				pick = i;
		order[n] = (int)pick;
		placed[pick] = true;
	}
	mem_free(placed);
	return order;
}

int
plan_declared(const struct room *r, enum rollback_after after)
{
	for (size_t i = 0; i < r->book->step_count; i++)
		if (r->book->steps[i].after == after && plan_may_have_run(r, i))
			return (int)i;
	return -1;
}

bool *
plan_stays(const struct room *r)
{
	const struct book *b = r->book;
	bool *stays, moved = true;

	if (plan_declared(r, AFTER_FORWARD_ONLY) < 0)
		return NULL;
	stays = mem_new(b->step_count, sizeof(*stays));
	for (size_t i = 0; i < b->step_count; i++)
		stays[i] = b->steps[i].after == AFTER_FORWARD_ONLY &&
			   plan_may_have_run(r, i);
	while (moved) {
		moved = false;
		for (size_t i = 0; i < b->step_count; i++)
			for (size_t n = 0;
			     stays[i] && n < b->steps[i].need_count; n++) {
				bool *need = &stays[b->steps[i].needs[n]];

				moved = moved || !*need;
				*need = true;
			}
	}
	return stays;
}

/* Is the row's object one that a step which stays has changed? */
static bool
row_stays(const struct book *b, const bool *stays, const char *object)
{
	for (size_t s = 0; stays != NULL && s < b->step_count; s++)
		if (stays[s] && object[0] != '\0' &&
		    strcmp(b->steps[s].object, object) == 0)
			return true;
	return false;
}

static void
add_rows(struct plan *out, const struct book *b, const bool *stays,
	 enum book_layer layer)
{
	for (size_t i = 0; i < b->rollback.undo_count; i++)
		if (b->rollback.undos[i].layer == layer &&
		    !row_stays(b, stays, b->rollback.undos[i].object))
			out->items[out->count++] = (struct plan_item){
				.row = (int)i, .step = -1, .layer = layer
			};
}

static void
add_undos(struct plan *out, const struct book *b, const struct room *r,
	  const int *order, const bool *stays, enum book_layer layer)
{
	for (size_t n = b->step_count; n-- > 0;) {
		const struct book_step *s = &b->steps[order[n]];

		if (s->layer == layer && s->undo.kind[0] != '\0' &&
		    (stays == NULL || !stays[order[n]]) &&
		    plan_may_have_run(r, (size_t)order[n]) &&
		    !row_covers(b, s->object))
			out->items[out->count++] = (struct plan_item){
				.row = -1, .step = order[n], .layer = layer
			};
	}
}

void
plan_rollback(struct plan *out, const struct book *b, const struct room *r)
{
	int *order = dependency_order(b);
	bool *stays = plan_stays(r);

	*out = (struct plan){ 0 };
	out->items = mem_new(b->rollback.undo_count + b->step_count,
			     sizeof(*out->items));
	out->kept = mem_new(b->step_count, sizeof(*out->kept));
	for (enum book_layer l = LAYER_TRANSPORT; l <= LAYER_USER_STATE; l++) {
		add_rows(out, b, stays, l);
		add_undos(out, b, r, order, stays, l);
	}
	for (size_t i = 0; i < b->step_count; i++)
		if (plan_may_have_run(r, i) &&
		    ((stays != NULL && stays[i]) ||
		     (b->steps[i].undo.kind[0] == '\0' &&
		      !row_covers(b, b->steps[i].object))))
			out->kept[out->kept_count++] = (int)i;
	mem_free(order);
	mem_free(stays);
}

bool
plan_covers(const struct book *b, const struct plan_item *i, size_t step)
{
	const char *object = plan_object(b, i);

	assert(step < b->step_count);
	return (int)step == i->step ||
	       (object[0] != '\0' &&
		strcmp(b->steps[step].object, object) == 0);
}

bool
plan_awaits(const struct room *r, size_t step)
{
	for (size_t i = 0; i < r->undo_count; i++)
		if (r->undos[i].act.state != STEP_VERIFIED &&
		    plan_covers(r->book, &r->undos[i].item, step))
			return true;
	return false;
}

void
plan_clear(struct plan *p)
{
	mem_free(p->items);
	mem_free(p->kept);
	*p = (struct plan){ 0 };
}

static const struct book_undo *
row_of(const struct book *b, const struct plan_item *i)
{
	assert(i->row < (int)b->rollback.undo_count);
	return i->row < 0 ? NULL : &b->rollback.undos[i->row];
}

static const struct book_step *
step_of(const struct book *b, const struct plan_item *i)
{
	assert(i->step >= 0 && i->step < (int)b->step_count);
	return &b->steps[i->step];
}

const struct act *
plan_act(const struct book *b, const struct plan_item *i)
{
	const struct book_undo *row = row_of(b, i);

	return row != NULL ? &row->act : &step_of(b, i)->undo;
}

const struct act *
plan_emergency(const struct book *b, const struct plan_item *i)
{
	const struct book_undo *row = row_of(b, i);
	const struct act *act =
		row != NULL ? &row->emergency : &step_of(b, i)->undo_emergency;

	return act->kind[0] != '\0' ? act : NULL;
}

const char *
plan_name(const struct book *b, const struct plan_item *i)
{
	const struct book_undo *row = row_of(b, i);

	return row != NULL ? row->action : step_of(b, i)->id;
}

const char *
plan_object(const struct book *b, const struct plan_item *i)
{
	const struct book_undo *row = row_of(b, i);

	return row != NULL ? row->object : step_of(b, i)->object;
}

bool
plan_staggers(const struct book *b, const struct plan_item *done,
	      const struct plan_item *next)
{
	const char *kind = plan_act(b, done)->kind;

	if (done->layer > LAYER_ROUTING || next->layer != done->layer)
		return done->layer <= LAYER_ROUTING;
	/* Any two requests may be a record's and a trunk's. */
	return done->layer == LAYER_TRANSPORT &&
	       (str_same(kind, "http") ||
		!str_same(kind, plan_act(b, next)->kind));
}

bool
plan_is_idempotent(const struct book *b, const struct plan_item *i)
{
	const struct book_undo *row = row_of(b, i);

	return row != NULL ? row->idempotent : step_of(b, i)->undo_idempotent;
}

/* What a step is expected to take, its undo takes too; a row takes what a
 * step on the same object does. */
int64_t
plan_takes_ms(const struct book *b, const struct plan_item *i)
{
	const struct book_undo *row = row_of(b, i);
	int64_t takes = 0;

	if (row == NULL)
		takes = step_of(b, i)->takes_ms;
	for (size_t n = 0; row != NULL && n < b->step_count; n++)
		if (row->object[0] != '\0' && b->steps[n].takes_ms > takes &&
		    strcmp(b->steps[n].object, row->object) == 0)
			takes = b->steps[n].takes_ms;
	return takes > 0 ? takes : ROW_TAKES_MS;
}

/* Is the item among those of the room, and nothing it takes back has run
 * since it was taken back? */
static bool
is_in_hand(const struct room *r, const struct plan_item *item)
{
	for (size_t i = 0; i < r->undo_count; i++) {
		const struct room_undo *u = &r->undos[i];

		if (u->item.row != item->row || u->item.step != item->step)
			continue;
		/* What is left over acts again. */
		if (u->act.state != STEP_VERIFIED || u->is_left)
			return true;
		for (size_t s = 0; s < r->book->step_count; s++)
			if (plan_covers(r->book, item, s) &&
			    plan_may_have_run(r, s))
				return false;
		return true;
	}
	return false;
}

bool
plan_is_outrun(const struct room *r)
{
	struct plan plan;
	bool is_outrun = false;

	if (r->is_targeted || !room_rollback_goes_on(r))
		return false;
	plan_rollback(&plan, r->book, r);
	for (size_t i = 0; i < plan.count; i++)
		is_outrun = is_outrun || !is_in_hand(r, &plan.items[i]);
	plan_clear(&plan);
	return is_outrun;
}
