/*
 * nights - a room and the records that fill it, a line of test each.
 *
 * Records are written as a kind and "name=value" fields; a value of digits is
 * an int, true and false are flags, one that begins with [ or { is JSON.
 */
#ifndef TESTS_LIB_NIGHTS_H
#define TESTS_LIB_NIGHTS_H

#include "model/room.h"

struct night {
	struct book *book;
	struct room *room;
	int64_t at_ms; /* of the next record */
};

/* books_small() opened LIVE at room time 1000 by lead. */
void night_begin(struct night *n);
/* The same, not opened yet. */
void night_prepare(struct night *n);
void night_end(struct night *n);

/* Fields end with NULL; `by` is lead. */
enum err_code night_add(struct night *n, struct err *e, enum record_kind kind,
			...);
/* Must be taken, else the test fails. */
#define NIGHT(n, ...) night_must((n), __FILE__, __LINE__, __VA_ARGS__, NULL)
void night_must(struct night *n, const char *file, int line, int kind, ...);

/* Walks the step through its whole forward life up to `state`. */
void night_step(struct night *n, int step, enum step_state state);

#endif
