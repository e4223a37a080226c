/*
 * dead_letter - answers that broke a contract, kept for the day after.
 *
 * One file each, mode 0600, in a folder that only its owner may enter; what
 * was sent, what came back, and why it was not accepted, redacted.  The same
 * answer is kept once, however often it comes; count and size are bounded.  A
 * slow disk delays no other probe: nobody waits until a letter is durable.
 * Poller's thread.
 */
#ifndef PROBE_DEAD_LETTER_H
#define PROBE_DEAD_LETTER_H

#include <stddef.h>

#include "base/err.h"
#include "base/fsio.h"

#define DEAD_LETTERS_MOST 200	/* files in a folder; no more are written */
#define DEAD_LETTER_BYTES 65536 /* of an answer, and of what was sent */

struct dead_letter {
	const char *probe; /* its id: the beginning of the file's name */
	const char *url, *why;
	int status;
	const char *sent; /* NULL none */
	size_t sent_len;
	const char *answer;
	size_t answer_len;
};

/* The folder of a runbook's letters: `given`, else
 * $XDG_STATE_HOME/warroom/dead-letters/ID. */
enum err_code dead_letter_folder(char to[FS_PATH], const char *given,
				 const char *book, struct err *e) MUST_CHECK;

/* Writes one; ERR_NONE also when it is there already.  ERR_LIMIT: the folder
 * is full; ERR_SYSTEM. */
enum err_code dead_letter_write(const char *folder, const struct dead_letter *d,
				struct err *e) MUST_CHECK;

/* How many letters lie in the folder, 0 when there is none; -1 with errno when
 * nobody can say. */
int dead_letter_count(const char *folder);

#endif
