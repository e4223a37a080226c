/*
 * finding - everything that is wrong with the files people write, at once.
 *
 * A finding prints as "file:line:column: error: … [rule]".  Owner thread.
 */
#ifndef CONF_FINDING_H
#define CONF_FINDING_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define FINDINGS_MOST 200 /* further ones are counted, not kept */

struct finding {
	bool is_error; /* else a warning */
	char file[256];
	int line, column; /* 1-based; 0 when the file as a whole */
	char rule[32];	  /* "unknown-key" */
	char text[320];	  /* one clean line */
};

/* Owns the array.  Zeroed = empty. */
struct findings {
	struct finding *items;
	size_t count;
	size_t errors, warnings; /* also those not kept */
};

struct place {
	const char *file;
	int line, column;
};

/* `rule` is static; the text is cut, not cleaned. */
void findings_error(struct findings *f, struct place at, const char *rule,
		    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* The same for what does not hinder loading. */
void findings_warn(struct findings *f, struct place at, const char *rule,
		   const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Is one of the errors that are kept of this place and rule? */
bool findings_has_error(const struct findings *f, struct place at,
			const char *rule);
void findings_sort(struct findings *f); /* by file, line, column */
/* A line each: "file:line:column: error: text [rule]". */
void findings_print(struct buf *out, const struct findings *f);
void findings_clear(struct findings *f); /* twice is fine */

/* No further one is kept: guesses at what was meant may be spared. */
bool findings_full(const struct findings *f);

#endif
