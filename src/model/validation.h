/*
 * validation - done means healthy: what must hold after a rollback.
 *
 * Each row is a limit on a signal, judged by the gate's own rules, that must
 * be met by measurements taken since the last undo, without a break, for as
 * long as the row says: from the first of them to the latest.  No measurement
 * is no health, and the time behind the last one proves none.  Pure.
 */
#ifndef MODEL_VALIDATION_H
#define MODEL_VALIDATION_H

#include "model/book.h"

enum validation_state {
	VALIDATION_MISSING,  /* nothing usable since the last undo */
	VALIDATION_FAILING,  /* measured, and beyond the limit */
	VALIDATION_SETTLING, /* good, but not for long enough */
	VALIDATION_HOLDS,
};

/* The memory of one row; zeroed = nothing seen. */
struct validation_watch {
	struct gate_watch gate;
	bool is_good;
	int64_t good_since_ms;
};

/* Takes samples of its own signal alone. */
void validation_feed(const struct book_validation *v,
		     struct validation_watch *w, const struct sample *s);

/* As of `now_ms`, when the last undo ended at `since_ms` (room time).  `text`
 * says it in a few words: "agents consistent 91 %, wanted >= 98 %". */
enum validation_state validation_judge(const struct book_validation *v,
				       struct validation_watch *w,
				       int64_t since_ms, int64_t now_ms,
				       char *text, size_t size);

/* Has the row to hold after a rollback of this plan?  A row that names what it
 * watches only when that is part of it. */
struct room;
/* Is that part of the rollback of `r`? */
bool validation_applies(const struct book_validation *v, const struct room *r);

#endif
