/* case_cover - what the journals of many nights have told. */
#include "tests/lib/case_cover.h"

#include "base/mem.h"
#include "base/str.h"
#include "journal/journal.h"
#include "tests/lib/test.h"

struct reading {
	struct case_cover *cover;
	struct room *room;
};

/* The states of what the record is about, before and after it is folded. */
static enum step_state
state_in(const struct room *r, const struct record *rec)
{
	if (rec->kind == RECORD_UNDO) {
		int64_t i = record_get_int(rec, "item", -1);

		assert_in_range(i, 0, r->undo_count - 1);
		return r->undos[i].act.state;
	}
	for (size_t i = 0; i < r->book->step_count; i++)
		if (str_same(r->book->steps[i].id, record_get(rec, "step")))
			return r->steps[i].state;
	fail_msg("no step \"%s\"", record_get(rec, "step"));
	return STEP_STATE_COUNT;
}

/* What the sentence of a failed exchange says of its code. */
static void
note_failure(struct case_cover *c, const char *detail)
{
	static const struct {
		enum err_code code;
		const char *part;
	} signs[] = {
		{ ERR_REFUSED, "refused" },
		{ ERR_TIMEOUT, "no whole answer" },
		{ ERR_LOST, "closed without an answer" },
	};

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (strstr(detail, signs[i].part) != NULL)
			c->failures[signs[i].code] = true;
}

static void
note_request(struct case_cover *c, const struct record *rec)
{
	int64_t status = record_get_int(rec, "status", 0);

	if (status == 0)
		note_failure(c, record_get(rec, "detail"));
	else if (status < COVER_STATUSES &&
		 !str_same(record_get(rec, "method"), "GET"))
		c->statuses[status] = true;
}

static enum err_code
note(void *ctx, const struct record *rec, struct err *e)
{
	struct reading *r = ctx;
	bool moves = rec->kind == RECORD_STEP || rec->kind == RECORD_UNDO;
	enum step_state from = moves ? state_in(r->room, rec) : STEP_READY;

	if (room_apply(r->room, rec, e) != ERR_NONE)
		return e->code;
	if (moves)
		r->cover->moves[from][state_in(r->room, rec)] = true;
	if (rec->kind == RECORD_REQUEST)
		note_request(r->cover, rec);
	return ERR_NONE;
}

void
case_cover_journal(struct case_cover *c, struct book *b, const char *dir)
{
	struct reading r = { .cover = c, .room = room_new(b) };
	struct journal_report report;
	struct err e = { .code = ERR_NONE };

	CHECK_OK(journal_read(dir, note, &r, &report, &e), &e);
	c->journals++;
	room_free(r.room);
}
