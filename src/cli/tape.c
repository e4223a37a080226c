/* tape - a room's whole journal in memory, and the room after any record. */
#include "cli/tape.h"

#include <assert.h>

#include "base/mem.h"
#include "journal/journal.h"

#define STRIDE 256 /* records between two kept rooms */
#define BYTES_MOST ((size_t)1 << 30)

struct mark {
	size_t begin, len; /* of the record's line in `lines` */
	int64_t at_ms;
};

struct tape {
	struct cli_room *c; /* while loading */
	struct buf lines;
	struct mark *marks;
	size_t count, space;
	struct room **kept; /* after 0, STRIDE, 2 * STRIDE ... records */
	size_t kept_count;
	struct room *room; /* after `at` records */
	size_t at;
	struct record record; /* reused */
};

static void
keep(struct tape *t, const struct room *r)
{
	t->kept = mem_grow(t->kept, t->kept_count + 1, sizeof(struct room *));
	t->kept[t->kept_count++] = room_copy(r);
}

static enum err_code
add(void *ctx, const struct record *r, struct err *e)
{
	struct tape *t = ctx;
	struct mark m = { .begin = t->lines.len, .at_ms = r->at_ms };

	if (cli_room_fold(t->c, r, e) != ERR_NONE)
		return e->code;
	record_write(&t->lines, r);
	if (t->lines.cut)
		return err_set(e, ERR_LIMIT,
			       "the journal has more than %zu MiB: too long "
			       "to be played",
			       BYTES_MOST >> 20);
	m.len = t->lines.len - m.begin;
	if (t->count == t->space) {
		t->space = t->space == 0 ? 1024 : t->space * 2;
		t->marks = mem_grow(t->marks, t->space, sizeof(*t->marks));
	}
	t->marks[t->count++] = m;
	if (t->count % STRIDE == 0)
		keep(t, t->c->room);
	return ERR_NONE;
}

enum err_code
tape_load(struct tape **out, struct cli_room *c, const char *dir, struct err *e)
{
	struct tape *t = mem_new(1, sizeof(*t));

	*out = NULL;
	t->c = c;
	buf_init(&t->lines, BYTES_MOST);
	record_init(&t->record, RECORD_NOTE, "");
	keep(t, c->room);
	t->room = room_copy(c->room);
	if (journal_read(dir, add, t, NULL, e) != ERR_NONE) {
		tape_free(t);
		return e->code;
	}
	t->c = NULL;
	*out = t;
	return ERR_NONE;
}

void
tape_free(struct tape *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->kept_count; i++)
		room_free(t->kept[i]);
	mem_free(t->kept);
	mem_free(t->marks);
	room_free(t->room);
	record_clear(&t->record);
	buf_clear(&t->lines);
	mem_free(t);
}

size_t
tape_count(const struct tape *t)
{
	return t->count;
}

int64_t
tape_time(const struct tape *t, size_t record)
{
	assert(record < t->count);
	return t->marks[record].at_ms;
}

size_t
tape_find(const struct tape *t, int64_t at_ms)
{
	size_t low = 0;
	size_t high = t->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->marks[mid].at_ms <= at_ms)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The next record was folded once already, into the same room. */
static void
step(struct tape *t)
{
	const struct mark *m = &t->marks[t->at++];
	enum err_code code;
	struct err e;

	code = record_reread(&t->record, buf_str(&t->lines) + m->begin, m->len,
			     &e);
	if (code == ERR_NONE)
		code = room_apply(t->room, &t->record, &e);
	assert(code == ERR_NONE);
	(void)code;
}

const struct room *
tape_room(struct tape *t, size_t records)
{
	size_t nearest = records / STRIDE;

	assert(records <= t->count);
	if (records < t->at || nearest * STRIDE > t->at) {
		room_free(t->room);
		t->room = room_copy(t->kept[nearest]);
		t->at = nearest * STRIDE;
	}
	while (t->at < records)
		step(t);
	return t->room;
}
