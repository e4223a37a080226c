/*
 * doctor - what would bite tonight: one line a check.
 *
 * A check says ok, warn (the night can be had, but something is worse than it
 * need be) or cannot (something will not work), what it found and what to do
 * next.  Checks change nothing they look at.  Main thread.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/session.h"

enum doctor_word { DOCTOR_OK, DOCTOR_WARN, DOCTOR_CANNOT };

struct doctor_line {
	enum doctor_word word;
	char check[72]; /* "terminal", "endpoint crm" */
	char found[240];
	char next[240]; /* what to do; "" for ok */
};

/* Owns its lines. */
struct doctor {
	struct doctor_line *lines;
	size_t count, room;
};

/* Adds a line; `next` is a whole sentence or "".  Texts are cleaned. */
void doctor_say(struct doctor *d, enum doctor_word word, const char *check,
		const char *next, const char *found, ...) PRINTF_LIKE(5, 6);

/* This machine and this terminal; `book` NULL when none was named. */
void doctor_host(struct doctor *d, const struct book *book);
/* What the runbook needs: secrets, certificates, programs. */
void doctor_book(struct doctor *d, struct book *book);
/* Endpoints and probes, each asked once, under the session's fence. */
void doctor_reach(struct doctor *d, const struct session *s);

/* Runs a program found in PATH for at most half a second; false when it is
 * not there or fails.  `out` gets its first line, clean. */
bool doctor_ask(char *out, size_t size, const char *const *argv);
/* Is it in PATH? */
bool doctor_has(const char *program);

#endif
