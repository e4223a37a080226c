/*
 * difference - what moved between two texts of a runbook, or of a file that it
 * names, key by key.
 *
 * Steps are told apart by their id, other items of lists by id, object or
 * place.  Comments and layout are no difference.  A text that is no tree (keys
 * of second persons) is compared by its lines.  Owner thread.
 */
#ifndef CONF_DIFFERENCE_H
#define CONF_DIFFERENCE_H

#include "base/buf.h"

#define DIFFERENCE_LINES 24 /* the rest is counted */

/* Appends lines such as "steps.open.do.trunk.status: active -> standby", or
 * "line 3 was: bob ssh-ed25519 ...", clean, redacted, each with a newline; how
 * many places differ.  A tree that cannot be read any more is one difference
 * that says so, and its lines follow. */
size_t conf_difference(struct buf *out, const char *before, size_t before_len,
		       const char *after, size_t after_len);

#endif
