/*
 * journal - the append-only, hash-chained record of the room.
 *
 * JSON Lines, mode 0600, one writer (flock on the file itself), in a folder
 * of mode 0700.  A record whose kind is durable (and that is not deferred)
 * is on the disk when journal_append() returns; others follow with the next
 * durable one or journal_sync().  The first failed write or fsync is final:
 * every later append fails, the file must be read again.  Director's thread
 * only.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <stddef.h>
#include <sys/types.h>

#include "model/record.h"

/* The system calls it rests on; tests replace them by failing ones. */
struct journal_io {
	ssize_t (*write)(int fd, const void *bytes, size_t len);
	int (*sync)(int fd);
	int (*cut)(int fd, off_t len);
};
extern const struct journal_io journal_io_system;

struct journal;

/* What reading found. */
struct journal_report {
	int64_t records;
	char head[DIGEST_HEX];
	bool torn;	    /* the last line was not whole */
	int64_t torn_bytes; /* cut off (or to be cut) */
	int64_t bad_record; /* number of the damaged record; 0 none */
	int64_t bad_offset; /* of its line in bytes */
};

/* Borrowed record; return other than ERR_NONE ends the reading. */
typedef enum err_code journal_visit(void *ctx, const struct record *r,
				    struct err *e);

/*
 * Opens DIR/journal.jsonl for writing, making folder and file when absent.
 * Each whole record is visited in order and the chain checked; a torn tail is
 * cut off (see report->torn).  ERR_HELD says who holds it; ERR_DAMAGED names
 * record and offset; the file is not changed then.
 */
enum err_code journal_open(struct journal **out, const char *dir,
			   const struct journal_io *io, journal_visit *visit,
			   void *ctx, struct journal_report *report,
			   struct err *e) MUST_CHECK;
void journal_close(struct journal *j); /* syncs; NULL is fine */

/* Sets seq, prev and hash in `r`. */
enum err_code journal_append(struct journal *j, struct record *r,
			     struct err *e) MUST_CHECK;
/* All appended is on the disk, or ERR_SYSTEM, and so for ever. */
enum err_code journal_sync(struct journal *j, struct err *e) MUST_CHECK;
/* Hash of the last record; the journal's own text. */
const char *journal_head(const struct journal *j);

/* Drills only: the process kills itself (SIGKILL) once record `seq` is
 * written, so that recovery can be rehearsed at every record. */
void journal_die_after(struct journal *j, int64_t seq);

/* Reads without writing or locking: status, watch, verify.  `path` is a room
 * folder or a journal file.  A torn tail is reported, not refused. */
enum err_code journal_read(const char *path, journal_visit *visit, void *ctx,
			   struct journal_report *report,
			   struct err *e) MUST_CHECK;

/* Record `seq` alone, found without reading the others; its own hash is
 * checked, not the chain.  The caller clears *out.  ERR_ABSENT when there is
 * no such record, ERR_DAMAGED. */
enum err_code journal_find(const char *path, int64_t seq, struct record *out,
			   struct err *e) MUST_CHECK;

/*
 * A journal read while another process writes it; never writes or locks.
 * A commander that dies and one that resumes are both followed: a torn tail
 * is waited for until it is whole or cut off.
 */
struct journal_follow;

/* Opens `path` as journal_read() does; nothing is read yet. */
enum err_code journal_follow_open(struct journal_follow **out, const char *path,
				  struct err *e) MUST_CHECK;
void journal_follow_close(struct journal_follow *f); /* NULL is fine */

/* Visits each whole record that has come since the last call; never blocks.
 * ERR_DAMAGED as journal_read(), also for a journal that has become shorter;
 * ERR_ABSENT when the file was removed. */
enum err_code journal_follow(struct journal_follow *f, journal_visit *visit,
			     void *ctx, struct err *e) MUST_CHECK;

/* Readable when there may be more; journal_follow() makes it quiet. */
int journal_follow_fd(const struct journal_follow *f);
/* What reading found so far; lives as long as `f`. */
const struct journal_report *
journal_follow_report(const struct journal_follow *f);

/* May a journal be written in this folder: is it ours, private, writable?
 * ERR_INPUT says why not, ERR_SYSTEM. */
enum err_code journal_may_write(const char *dir, struct err *e) MUST_CHECK;

/* Keeps this folder, which is there, from whoever else prepares a room in it,
 * until the descriptor is closed: before there is a journal to lock.  Where
 * folders cannot be locked *claim is -1, and the journal's own lock decides.
 * ERR_HELD: somebody prepares it now. */
enum err_code journal_claim(int *claim, const char *dir,
			    struct err *e) MUST_CHECK;

/* Who says to be writing it, without a look at the lock: false when nobody
 * does, or a process of this host that is gone.  `holder` as below. */
bool journal_is_signed(const char *dir, char *holder, size_t size);

/* Is somebody writing it now?  Then `holder` says who ("pid 4711 on host"). */
bool journal_is_held(const char *dir, char *holder, size_t size);

#endif
