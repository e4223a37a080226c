/*
 * visit - a room that is only looked at: its runbook, and the fold of its
 * records beside it.  For status, watch and replay.
 */
#ifndef CLI_VISIT_H
#define CLI_VISIT_H

#include "cli/cli.h"
#include "model/room.h"

struct cli_room {
	struct room *room; /* with a reference to its runbook */
	const char *dir;   /* where it lies; borrowed */
	/* Room and wall time of the process that holds it or was the last to
	 * hold it, when it began. */
	int64_t began_ms, began_wall_ms;
};

/* Finds and loads the runbook that the room in `dir` was opened with; the
 * room has no record yet.  -1 (end it with cli_room_clear), else the exit
 * code of what was printed. */
int cli_room_open(struct cli_room *c, const struct cli_command *self,
		  const char *dir);
void cli_room_clear(struct cli_room *c); /* frees what opening took */

/* A journal_visit whose `ctx` is a struct cli_room.  ERR_INPUT: the runbook is
 * not the one the records were made with, so they would mean nothing. */
enum err_code cli_room_fold(void *ctx, const struct record *r, struct err *e);

/* Prints why a journal could not be read; the exit code. */
int cli_room_fail(const struct cli_command *self, const struct err *e);

/* How many times faster than the wall clock this room's time runs: 1, but for
 * drills, where the records tell. */
double cli_room_pace(const struct cli_room *c);

/* Now, in the room's time: what was GO when everybody left is stale today.  A
 * closed room stays as it ended, and one that nobody has opened is at 0. */
int64_t cli_room_now_ms(const struct room *r);

/* The exit code of a room as its last record left it. */
int cli_room_code(const struct room *r);

#endif
