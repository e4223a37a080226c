/*
 * difference - what moved between two texts of one runbook, key by key.
 *
 * Steps are told apart by their id, other items of lists by id, object or
 * place.  Comments and layout are no difference.  Owner thread.
 */
#ifndef CONF_DIFFERENCE_H
#define CONF_DIFFERENCE_H

#include "base/buf.h"

#define DIFFERENCE_LINES 24 /* the rest is counted */

/* Appends lines such as "steps.open.do.trunk.status: active -> standby",
 * clean, redacted, each with a newline; how many places differ.  A text that
 * cannot be read is one difference that says so. */
size_t conf_difference(struct buf *out, const char *before, size_t before_len,
		       const char *after, size_t after_len);

#endif
