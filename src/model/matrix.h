/*
 * matrix - where each object of the night stands, in each region.
 *
 * Rows are the objects that steps and rollback items change, in the order of
 * the runbook, then those of the baseline that none of them names; columns are
 * the regions its acts name.  What was said last
 * counts; what nobody has touched stands at the baseline if that was read, and
 * is unknown if it was not.  Pure.
 */
#ifndef MODEL_MATRIX_H
#define MODEL_MATRIX_H

#include "model/regions.h"
#include "model/room.h"

struct matrix_cell {
	bool is_there; /* the object stands in this region */
	enum side side;
	int64_t at_ms; /* room time since when it is known so; -1 never read */
};

struct matrix_row {
	char object[80];
	struct matrix_cell all;	   /* all its regions together */
	struct matrix_cell *cells; /* one a region */
};

/* Owns its arrays. */
struct matrix {
	char (*regions)[REGION_NAME];
	size_t region_count;
	struct matrix_row *rows;
	size_t row_count;
};

/* Fills `out`; matrix_clear() frees what it holds. */
void matrix_make(struct matrix *out, const struct room *r);
void matrix_clear(struct matrix *m); /* twice is fine */

/* Cells that stand on `side`; an object without regions counts once. */
size_t matrix_count(const struct matrix *m, enum side side);

/* RFC 4180 with a header line: object, region ("" all), side, age_s as of
 * `now_ms` ("" never read). */
void matrix_csv(struct buf *out, const struct matrix *m, int64_t now_ms);
/* One JSON object: regions, and for each object its sides with ages. */
void matrix_json(struct buf *out, const struct matrix *m, int64_t now_ms);
/* What a rollback left behind, the same way: object, region, detail, since. */
void leftovers_csv(struct buf *out, const struct room *r);

#endif
