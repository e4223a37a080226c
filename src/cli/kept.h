/*
 * kept - the runbook as it was when its room was opened.
 *
 * A copy lies in the room, readable by its owner alone, so that one that was
 * edited since can be refused with what moved and not by a digest alone.
 */
#ifndef CLI_KEPT_H
#define CLI_KEPT_H

#include "base/err.h"

/* Keeps a copy in the room, once. */
enum err_code kept_put(const char *room, const char *runbook,
		       struct err *e) MUST_CHECK;
/* Says on stderr what moved since; nothing when there is no copy. */
void kept_tell(const char *room, const char *runbook);

#endif
