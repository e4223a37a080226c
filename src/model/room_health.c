/*
 * room_health - what a rollback that is being validated still waits for.
 *
 * The director decides by its own measurements; these are the recorded ones,
 * so that whoever watches or replays sees the same conditions and times.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "model/room_health.h"

int64_t
room_undone_ms(const struct room *r)
{
	int64_t last = 0;

	for (size_t i = 0; i < r->undo_count; i++)
		if (r->undos[i].act.ended_ms > last)
			last = r->undos[i].act.ended_ms;
	return last;
}

void
room_watches_new(struct room *r)
{
	r->watches = mem_new(r->book->rollback.validation_count,
			     sizeof(*r->watches));
}

void
room_watches_copy(struct room *r)
{
	r->watches = mem_copy(r->watches, r->book->rollback.validation_count *
						  sizeof(*r->watches));
}

void
room_watches_init(struct room *r)
{
	memset(r->watches, 0,
	       r->book->rollback.validation_count * sizeof(*r->watches));
}

void
room_watches_feed(struct room *r, const struct sample *s)
{
	const struct book_rollback *b = &r->book->rollback;

	if (r->rollback != ROLLBACK_RUNNING &&
	    r->rollback != ROLLBACK_VALIDATING)
		return;
	for (size_t i = 0; i < b->validation_count; i++)
		validation_feed(&b->validations[i], &r->watches[i], s);
}

void
room_watches_look(struct room *r, int64_t now_ms)
{
	const struct book_rollback *b = &r->book->rollback;
	char text[120];

	if (r->rollback != ROLLBACK_VALIDATING)
		return;
	for (size_t i = 0; i < b->validation_count; i++)
		validation_judge(&b->validations[i], &r->watches[i],
				 room_undone_ms(r), now_ms, text, sizeof(text));
}

void
room_health(const struct room *r, size_t i, int64_t now_ms,
	    struct room_health *out)
{
	const struct book_validation *v = &r->book->rollback.validations[i];
	struct validation_watch w = r->watches[i];

	assert(i < r->book->rollback.validation_count);
	*out = (struct room_health){ .applies = validation_applies(v, r) };
	if (!out->applies)
		return;
	out->state = validation_judge(v, &w, room_undone_ms(r), now_ms,
				      out->text, sizeof(out->text));
	if (out->state != VALIDATION_SETTLING)
		return;
	out->good_ms = now_ms - w.good_since_ms;
	if (out->good_ms > v->for_ms) /* the next measurement decides */
		out->good_ms = v->for_ms;
	out->left_ms = v->for_ms - out->good_ms;
}
