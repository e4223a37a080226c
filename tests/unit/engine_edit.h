/* engine_edit - the night of engine_night.h with its runbook edited. */
#ifndef TESTS_UNIT_ENGINE_EDIT_H
#define TESTS_UNIT_ENGINE_EDIT_H

#include "tests/unit/engine_night.h"

struct edit {
	const char *from, *to; /* the first place where `from` stands */
};

/* As night_start_edited(); a gate of the edits may not be measured yet. */
static inline void
night_open_edited(struct live_night *n, const struct peer_row *rows,
		  size_t count, const struct edit *edits, size_t edit_count)
{
	struct book *book;
	char *text, *next;

	memset(n, 0, sizeof(*n));
	clock_set_speed(NIGHT_SPEED);
	for (size_t i = 0; i < count; i++)
		n->rows[i] = rows[i];
	for (size_t i = 0; i < ARRAY_LEN(night_rows); i++)
		n->rows[count + i] = night_rows[i];
	n->peer = peer_start(n->rows, count + ARRAY_LEN(night_rows));
	text = lint_replace(night_book, "{url}", peer_url(n->peer));
	next = lint_replace(text, "{probes}\n", "");
	for (size_t i = 0; i < edit_count; i++) {
		mem_free(text);
		text = next;
		next = lint_replace(text, edits[i].from, edits[i].to);
	}
	book = desk_load(next);
	mem_free(text);
	mem_free(next);
	book->gates.rollback_on_critical = true;
	desk_begin(&n->desk, book);
	desk_open(&n->desk);
	n->desk.director.settled = true; /* other probes may be silent */
	night_measure(n, 1, 100);
}

/* As night_start(), with the edits made in their order. */
static inline void
night_start_edited(struct live_night *n, const struct peer_row *rows,
		   size_t count, const struct edit *edits, size_t edit_count)
{
	night_open_edited(n, rows, count, edits, edit_count);
	assert_int_equal(n->desk.director.room->verdict, VERDICT_GO);
}

#endif
