/*
 * drills - how long rollbacks took in drills, kept for the forecast.
 *
 * One line of JSON a drill in $XDG_STATE_HOME/warroom/drills/<runbook>.jsonl,
 * mode 0600, the newest fifty.  Only drills of this very runbook (its digest)
 * count.
 */
#ifndef CLI_DRILLS_H
#define CLI_DRILLS_H

#include "model/book.h"
#include "model/snapshot.h"

/* Fills in what earlier drills measured; silent when there are none.  Before
 * the room opens. */
void drills_load(struct book *book);

/* Adds the rollback of this drill, if it was validated and of everything. */
enum err_code drills_save(const struct snapshot *s, struct err *e) MUST_CHECK;

#endif
