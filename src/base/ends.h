/*
 * ends - the beginning and the end of a file that may be of any size.
 *
 * For results that others write while we read: opened as base/fsio opens,
 * bounded however large the file, and told apart from what was read before.
 */
#ifndef BASE_ENDS_H
#define BASE_ENDS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* What a file was when it was read; equal: the same bytes. */
struct ends_stamp {
	uint64_t device, inode;
	int64_t size, mtime_ns;
};

struct ends {
	struct ends_stamp stamp;
	struct buf head, tail; /* whole: head is empty, tail is the file */
	bool is_whole;
};

/* ERR_ABSENT, ERR_INPUT (no regular file), ERR_SYSTEM. */
enum err_code ends_stamp(struct ends_stamp *out, const char *path,
			 struct err *e) MUST_CHECK;
/* At most `head_most` bytes from the start and `tail_most` from the end; all of
 * a file of up to `tail_most`.  Initialised here; caller clears it always. */
enum err_code ends_read(struct ends *out, const char *path, size_t head_most,
			size_t tail_most, struct err *e) MUST_CHECK;
void ends_clear(struct ends *x); /* twice is fine */
/* The same file, unchanged? */
bool ends_same(const struct ends_stamp *a, const struct ends_stamp *b);

#endif
