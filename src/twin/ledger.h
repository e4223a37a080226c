/*
 * ledger - the witness: one JSON line for each write and each effect.
 *
 * Lines are appended with one write(2) each before the answer leaves, so that
 * they survive whatever becomes of the twin and its callers.  Numbers go on
 * where an earlier twin in the same folder stopped.  Not locked: site.h is.
 */
#ifndef TWIN_LEDGER_H
#define TWIN_LEDGER_H

#include <stdint.h>

#include "base/fsio.h"

struct ledger {
	int fd;
	int64_t lines;
	char path[FS_PATH];
};

/* Borrowed texts, none of them NULL. */
struct ledger_line {
	const char *surface; /* "http" "sip" "dns", "job" for what converged */
	const char *method;
	const char *path;
	const char *key; /* idempotency key, "" when none */
	int status;
	const char *effect; /* "" when nothing changed */
	bool is_repeat;	    /* answered from memory */
	const char *fault;  /* name of what spoiled it, "" when nothing */
};

/* DIR/ledger.jsonl; a torn last line of a twin that was killed is ended. */
enum err_code ledger_open(struct ledger *l, const char *dir,
			  struct err *e) MUST_CHECK;
/* One line, numbered, written when it returns.  ERR_LIMIT, ERR_SYSTEM. */
enum err_code ledger_write(struct ledger *l, const struct ledger_line *line,
			   int64_t wall_ms, struct err *e) MUST_CHECK;
void ledger_close(struct ledger *l); /* twice is fine */

#endif
