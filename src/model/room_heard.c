/* room_heard - the last exchanges of the acts, with what was sent and said. */
#include "model/room_heard.h"

#include "base/mem.h"
#include "base/str.h"
#include "model/room_fold.h"

static size_t
size_of(size_t count)
{
	return sizeof(struct room_heard) + count * sizeof(struct heard);
}

void
room_heard_new(struct room *r)
{
	r->heard = mem_new(1, size_of(0));
}

void
room_heard_copy(struct room *r)
{
	r->heard = mem_copy(r->heard, size_of(r->heard->count));
}

const struct heard *
room_heard_next(const struct room *r, const char *subject, int64_t seq)
{
	const struct heard *next = NULL;

	for (size_t i = 0; i < r->heard->count; i++) {
		const struct heard *h = &r->heard->items[i];

		if (h->seq > seq && str_same(h->subject, subject) &&
		    (next == NULL || h->seq < next->seq))
			next = h;
	}
	return next;
}

static bool
is_same(const struct heard *a, const struct heard *b)
{
	return a->is_undo == b->is_undo && a->attempt == b->attempt &&
	       a->status == b->status && str_same(a->subject, b->subject) &&
	       str_same(a->method, b->method) && str_same(a->url, b->url);
}

/* Where it belongs: over its like, else over the oldest when all are full. */
static struct heard *
place_of(struct room *r, const struct heard *one)
{
	struct heard *oldest = NULL;
	size_t count = r->heard->count;

	for (size_t i = 0; i < count; i++) {
		struct heard *h = &r->heard->items[i];

		if (is_same(h, one))
			return h;
		if (oldest == NULL || h->seq < oldest->seq)
			oldest = h;
	}
	if (count == ROOM_HEARD)
		return oldest;
	r->heard = mem_grow(r->heard, 1, size_of(count + 1));
	r->heard->count++;
	return &r->heard->items[count];
}

void
room_fold_request(struct room *r, const struct record *rec)
{
	struct heard h = { .is_undo = record_has(rec, "undo"),
			   .seq = rec->seq,
			   .wall_ms = rec->wall_ms,
			   .status = room_count(rec, "status", 0),
			   .took_ms = room_time(rec, "took_ms", 0),
			   .attempt = room_count(rec, "attempt", 0) };

	str_copy(h.subject, sizeof(h.subject),
		 record_get(rec, h.is_undo ? "undo" : "step"));
	str_copy(h.method, sizeof(h.method), record_get(rec, "method"));
	str_copy(h.url, sizeof(h.url), record_get(rec, "url"));
	str_excerpt(h.detail, sizeof(h.detail), record_get(rec, "detail"));
	str_copy(h.sent, sizeof(h.sent), record_get(rec, "sent"));
	str_copy(h.answer, sizeof(h.answer), record_get(rec, "answer"));
	*place_of(r, &h) = h;
}
