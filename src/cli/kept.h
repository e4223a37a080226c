/*
 * kept - the files of a room's book as they were when it was opened.
 *
 * A copy of the runbook and of each file it names lies in the room, readable
 * by its owner alone, so that one that was edited since can be refused by its
 * name and with what moved, and can be put back.  The runbook is
 * "runbook.kept", the file of line N of "runbook.files" (from 0, as sha256sum
 * writes them) is "runbook.kept.N": no name of a file is a name in the room.
 */
#ifndef CLI_KEPT_H
#define CLI_KEPT_H

#include "base/err.h"
#include "model/book.h"

/* Makes the copies those of this book; what is right already is not written.
 * For a room that no other book has opened, before its first record.  They are
 * on the disk when it returns.  ERR_INPUT: a file is not any more what the
 * book was made from. */
enum err_code kept_put(const char *room, const struct book *book,
		       struct err *e) MUST_CHECK;

/* Says on stderr which files changed since, how, and what puts them back.
 * `runbook` is where the runbook lies now.  `is_other`: it is known that some
 * file did, so that a room without the copies (of an older version) says so;
 * else it says nothing. */
void kept_tell(const char *room, const char *runbook, bool is_other);

#endif
