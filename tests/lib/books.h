/* books - a small runbook made by hand, for tests that need one. */
#ifndef TESTS_LIB_BOOKS_H
#define TESTS_LIB_BOOKS_H

#include "model/book.h"

/* Steps of the book, in its order. */
enum {
	BOOKS_LOCK,    /* flow, key, no undo */
	BOOKS_FLOW,    /* flow, phrase, undo, 20 s */
	BOOKS_ROUTING, /* routing, key, undo, 10 s */
	BOOKS_TRUNK,   /* transport, key, undo, 10 s */
	BOOKS_DNS,     /* transport, phrase, undo; its object has a row */
	BOOKS_TELL,    /* user state, no confirm, no undo */
	BOOKS_STEPS
};

/* Gates, in order: abandonment <= 2.5 % (critical, warn 2.0, at most 20 s
 * old), trunk alive (critical), TTL <= 300 s (at most 60 s old). */
enum { BOOKS_ABANDONMENT, BOOKS_ALIVE, BOOKS_TTL, BOOKS_GATES };

/*
 * Six steps, each needing the one before; two rows in the manifest (DNS,
 * tickets); three gates fed by three probes; window 4 h, RTO 30 min, stagger
 * 5 s.  One reference; end it with book_drop().
 */
struct book *books_small(void);

/* Adds a row "sessions" of rollback.drain: `signal` at most 2 ("": time alone),
 * a session timer of 10 min.  Before a room is made of the book. */
void books_drain(struct book *b, const char *signal, const char *before);

#endif
