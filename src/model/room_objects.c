/* room_objects - what each object of an invariant is known to be. */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "model/invariant.h"
#include "model/room_fold.h"

static struct room_object *
object_of(struct room *r, const char *object)
{
	int i = invariant_object(r->book, object);

	return i < 0 ? NULL : &r->objects[i];
}

static void
set(struct room_object *o, const char *value)
{
	str_copy(o->value, sizeof(o->value), value);
	o->touched = true;
}

/* What was shown and left alone changes nothing.  While an act is under way,
 * and when it ended otherwise than done, nobody knows; read back and not there,
 * it is what it was. */
static void
follow(struct room_object *o, enum step_state was, enum step_state now,
       const char *sets)
{
	if (now == STEP_FAILED && (was == STEP_ARMED || was == STEP_CONFIRMED))
		return;
	if (now == STEP_INTENT && !step_is_running(was))
		str_copy(o->was, sizeof(o->was), o->value);
	if (step_is_running(now) || now == STEP_FAILED || now == STEP_UNKNOWN)
		set(o, "");
	else if (now == STEP_VERIFIED)
		set(o, sets);
	else if (now == STEP_READY &&
		 (step_is_running(was) || was == STEP_UNKNOWN))
		set(o, o->was);
}

void
room_objects_step(struct room *r, size_t step, enum step_state was)
{
	const struct book_step *s = &r->book->steps[step];
	struct room_object *o = object_of(r, s->object);

	assert(step < r->book->step_count);
	if (o != NULL)
		follow(o, was, r->steps[step].state, s->sets);
}

void
room_objects_undo(struct room *r, size_t item, enum step_state was)
{
	const struct room_undo *u = &r->undos[item];
	struct room_object *o = object_of(r, plan_object(r->book, &u->item));

	assert(item < r->undo_count);
	if (o != NULL)
		follow(o, was, u->act.state, invariant_undo_sets(r, &u->item));
}

void
room_objects_left(struct room *r, size_t item)
{
	struct room_object *o =
		object_of(r, plan_object(r->book, &r->undos[item].item));

	assert(item < r->undo_count);
	if (o != NULL)
		set(o, "");
}

/* What was read before any change stands until this room changes it; what
 * somebody else changed is not known. */
void
room_objects_baseline(struct room *r, size_t row)
{
	const struct room_baseline *b = &r->baseline[row];
	struct room_object *o = object_of(r, r->book->baseline[row].object);

	assert(row < r->book->baseline_count);
	if (o != NULL && !o->touched && b->taken)
		str_copy(o->value, sizeof(o->value),
			 b->drift[0] != '\0' ? "" : b->value);
}
