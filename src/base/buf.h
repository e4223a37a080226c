/*
 * buf - a growing byte buffer born with a hard cap.
 *
 * Invariants: data is NULL or NUL-terminated at data[len]; len <= cap.
 * An append that would pass the cap adds nothing, sets `cut` and returns
 * false, now and for each later append until buf_reset().  Owner thread.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

struct buf {
	char *data;
	size_t len;
	size_t size; /* bytes allocated */
	size_t cap;  /* most bytes ever held, NUL not counted */
	bool cut;    /* something did not fit */
};

/* Makes an empty buffer; nothing is allocated before the first byte. */
void buf_init(struct buf *b, size_t cap_bytes);
void buf_clear(struct buf *b); /* frees; b may be initialised again */
void buf_reset(struct buf *b); /* empties, keeps the memory */

/* Appends; `bytes` may be NULL when len is 0 and must not lie in b. */
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_text(struct buf *b, const char *text); /* without its NUL */
bool buf_char(struct buf *b, char c);		/* one byte, also NUL */
/* Appends formatted text, whole or not at all. */
bool buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same from a list of arguments, which is used up. */
bool buf_vprintf(struct buf *b, const char *fmt, va_list args);

const char *buf_str(const struct buf *b); /* "" while empty, never NULL */

/* Hands the storage to the caller (mem_free it); b is empty afterwards. */
char *buf_detach(struct buf *b);

#endif
