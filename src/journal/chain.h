/*
 * chain - how records are sealed, one to the next; for this folder alone.
 *
 * The hash of a record is SHA-256 over the hash of the one before and the
 * record's own bytes without its hash.  It stands last on the line, so the
 * bytes it covers are the line as it lies on the disk, not a rewriting of it.
 */
#ifndef JOURNAL_CHAIN_H
#define JOURNAL_CHAIN_H

#include <sys/types.h>

#include "journal/journal.h"

/* What the first record names as the one before it. */
extern const char chain_zero[DIGEST_HEX];

/* Sets prev and hash of `r` (its seq is set) and writes its line, newline
 * included.  ERR_LIMIT: longer than a record may be; nothing is usable. */
enum err_code chain_seal(struct buf *line, struct record *r, const char *head,
			 struct err *e) MUST_CHECK;

/* Reads a line (no newline) as the record `seq` behind `head`; every byte of
 * it counts.  ERR_DAMAGED says what is wrong. */
enum err_code chain_check(struct record *r, const char *line, size_t len,
			  const char *head, int64_t seq,
			  struct err *e) MUST_CHECK;

/* Is this the begin of record `seq`, cut anywhere before its newline?  Bytes
 * behind a whole record are damage, never a cut. */
bool chain_is_torn(const char *tail, size_t len, int64_t seq);

/* Reads a journal from where it stands, in bounded memory.  Borrows all but
 * `record` and `bytes`; `fd` is only read at places of its own choice. */
struct chain_reader {
	int fd;
	const char *name; /* for errors */
	journal_visit *visit;
	void *ctx;
	struct journal_report *report;
	struct record record; /* reused for each line */
	char *bytes;	      /* a window of the file ... */
	size_t len;
	int64_t offset; /* ... that begins here; a line begins there too */
};

/* `name` and `report` outlive it; `fd` stays the caller's. */
void chain_reader_init(struct chain_reader *c, int fd, const char *name,
		       struct journal_report *report);
/* Frees its memory; the descriptor stays open. */
void chain_reader_clear(struct chain_reader *c);

/* Visits each whole record from `offset` to the end of the file, which may
 * have grown since the last call.  The report counts from the first call. */
enum err_code chain_reader_go(struct chain_reader *c, struct err *e) MUST_CHECK;

/* The same for a whole journal, from its begin.  *whole is set to the bytes
 * of whole records. */
enum err_code chain_walk(int fd, const char *name, journal_visit *visit,
			 void *ctx, struct journal_report *report,
			 int64_t *whole, struct err *e) MUST_CHECK;

#endif
