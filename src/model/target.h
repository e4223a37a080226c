/*
 * target - can what a rollback leads back to carry the business?
 *
 * The runbook names the gates that judge it (book->rollback.target); else the
 * critical ones among those of readiness do.  A target
 * that is NO-GO or BLIND is no place to be led to unawares: nothing begins by
 * itself then, and a person confirms it by name.  Pure.
 */
#ifndef MODEL_TARGET_H
#define MODEL_TARGET_H

#include "model/room.h"

/* The worst verdict of these gates as of `now_ms` (room time); OFF when there
 * are none.  `text` gets each with its value, "" when none. */
enum verdict target_judge(const struct room *r, int64_t now_ms, char *text,
			  size_t size);
/* Is this one to be led to by a person's word alone: NO-GO or BLIND? */
bool target_is_bad(enum verdict v);

#endif
