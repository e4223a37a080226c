/*
 * redact - secrets never leave the process: they are replaced by value.
 *
 * Every byte that goes to the journal, a screen, a report or a log passes
 * redact_text().  The list is process wide (a secret is secret everywhere)
 * and guarded by a lock.  Any thread.
 */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stddef.h>

#include "base/buf.h"

/* Remembers `secret` (also its URL-encoded and base64 forms) under `name`;
 * shorter than 6 bytes is ignored (it would blank ordinary text). */
void redact_add(const char *name, const char *secret);
void redact_forget_all(void); /* wipes the list */

/* Replaces each secret in place by "[name]"; also one whose first 16 bytes or
 * more end the text, cut off there. */
void redact_buf(struct buf *b);
/* The same for a NUL-terminated text in `size` bytes; cut when it grows. */
void redact_text(char *text, size_t size);

/* Foreign bytes for people: redacted, then cleaned, then cut, in this order,
 * for half a secret would pass unseen.  As text_clean() otherwise. */
bool redact_clean(char *to, size_t size, const char *bytes, size_t len);

#endif
