/*
 * budget - how often an endpoint may be asked, shared by probes and acts.
 *
 * One per process and book, for all its threads.  An endpoint with a
 * `rate_per_minute` is never sent more than that many requests in any minute;
 * a third of what may come at once is left to acts, and while an act waits no
 * probe is let through.  An endpoint that answered 429 or 503 with Retry-After
 * is left alone by all until then.  Times are room time, so that a fast drill
 * keeps the proportions of its night.  Any thread.
 */
#ifndef NET_BUDGET_H
#define NET_BUDGET_H

#include <stdint.h>

#include "base/err.h"
#include "model/book.h"

#define BUDGET_HOLD_MOST_MS (5 * 60 * 1000)

struct budget;

/* `book` is borrowed and outlives the budget. */
struct budget *budget_new(const struct book *book);
void budget_free(struct budget *b); /* NULL is fine */

enum budget_word {
	BUDGET_GO,   /* one request is taken: send it */
	BUDGET_FULL, /* the rate is used up, or an act goes first */
	BUDGET_HELD, /* the endpoint asked for quiet (RFC 9110 10.2.3) */
};

/* Each asks for one request now; *wait_us: room time after which asking again
 * is worth it.  `endpoint` is of the budget's book; NULL: always GO. */
enum budget_word budget_probe(struct budget *b,
			      const struct book_endpoint *endpoint,
			      int64_t *wait_us);
/* The same for an act, which comes first. */
enum budget_word budget_act(struct budget *b,
			    const struct book_endpoint *endpoint,
			    int64_t *wait_us);

/* An act begins or ends to wait: probes stand back meanwhile. */
void budget_act_waits(struct budget *b, const struct book_endpoint *endpoint,
		      bool waits);

/* Retry-After of a 429 or 503; at most BUDGET_HOLD_MOST_MS of it. */
void budget_hold(struct budget *b, const struct book_endpoint *endpoint,
		 int64_t hold_ms);

/* What was let through so far, and what had to come back later. */
struct budget_use {
	uint64_t probes, acts; /* requests */
	uint64_t put_off;      /* askings answered with FULL or HELD */
	double share;	       /* most used in any minute so far, of the rate;
				  0 without a rate */
};
/* Since the budget began; any thread. */
void budget_use(struct budget *b, const struct book_endpoint *endpoint,
		struct budget_use *out);

#endif
