/*
 * tape - a room's whole journal in memory, and the room after any record.
 *
 * Going back folds again from a copy of the room that was kept on the way, so
 * a seek costs no more than some hundred records.  Owner thread.
 */
#ifndef CLI_TAPE_H
#define CLI_TAPE_H

#include "cli/visit.h"

struct tape;

/* Reads the journal of `dir` into memory, folded into `c`, which stands at its
 * end afterwards.  As journal_read(); ERR_LIMIT when it is too long. */
enum err_code tape_load(struct tape **out, struct cli_room *c, const char *dir,
			struct err *e) MUST_CHECK;
void tape_free(struct tape *t); /* NULL is fine */

size_t tape_count(const struct tape *t); /* records on it */
/* Room time of a record, 0 .. count - 1. */
int64_t tape_time(const struct tape *t, size_t record);
/* How many records are not later than this room time. */
size_t tape_find(const struct tape *t, int64_t at_ms);
/* The room after the first `records` of them; good until the next call. */
const struct room *tape_room(struct tape *t, size_t records);

#endif
