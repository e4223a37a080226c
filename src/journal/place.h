/*
 * place - the folder and the file of a journal, and who holds them; for this
 * folder alone.
 */
#ifndef JOURNAL_PLACE_H
#define JOURNAL_PLACE_H

#include <stddef.h>

#include "base/err.h"
#include "base/fsio.h"

/* A journal taken for writing.  Invariant: the lock is held while fd is. */
struct place {
	int fd;
	char holder[FS_PATH]; /* file that says who we are */
	char shown[256];      /* the file's path, fit for people */
};

/* Makes folder (0700) and file (0600) when absent, takes the lock, says who
 * holds it.  ERR_HELD, ERR_INPUT (not ours, not private, not a plain file),
 * ERR_SYSTEM. */
enum err_code place_take(struct place *p, const char *dir,
			 struct err *e) MUST_CHECK;
void place_leave(struct place *p); /* lets the lock go; the place was taken */

/* Opens DIR/journal.jsonl, or the file itself, for reading; the caller closes
 * *fd.  `shown` becomes the path fit for people. */
enum err_code place_open(int *fd, const char *path, char shown[256],
			 struct err *e) MUST_CHECK;

#endif
