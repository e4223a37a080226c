/*
 * runbook_lint - the parts of what only a linter says; see book_lint().
 *
 * Owner thread.
 */
#ifndef CONF_RUNBOOK_LINT_H
#define CONF_RUNBOOK_LINT_H

#include "conf/runbook.h"

/* Does what takes a step of the book back bring back what stood before?
 * Reported at the undo, or at the row of the manifest. */
void undo_lint(struct loader *l, size_t step);

/* Reports times that cannot hold beside each other. */
void times_lint(struct loader *l, const struct node *root);
/* Reports an `every` of the act in `map` that is no shorter than the time it
 * may take. */
void looks_check(struct loader *l, const struct node *map,
		 const struct act *act, int64_t limit_ms);

#endif
