/*
 * retry - what an ended exchange means for the next one, and how long to wait.
 *
 * One const table: it decides whether a request may be sent again, is over,
 * or has left the world in doubt.  Pure.
 */
#ifndef ACTION_RETRY_H
#define ACTION_RETRY_H

#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"

enum retry_class {
	RETRY_ACCEPTED, /* 2xx */
	RETRY_AGAIN,	/* certainly without effect; later may be better */
	RETRY_DOUBT,	/* answered, but the effect may be there */
	RETRY_LOST, /* sent, and no whole answer came: never blindly again */
	RETRY_CONFLICT, /* the peer says no: the state it is in decides */
	RETRY_ODD,	/* a 2xx in words we do not know */
	RETRY_FINAL,	/* without effect, and another try changes nothing */
	RETRY_CUT,	/* cancelled by us */
	RETRY_CLASSES,
};

/* One row of the table of answers: statuses `from` .. `to`. */
struct retry_row {
	int from, to;
	enum retry_class class;
};
/* First matching row wins; ends with a row whose `from` is 0. */
extern const struct retry_row retry_rows[];

/* How one exchange ended. */
struct retry_case {
	enum err_code code; /* ERR_NONE: answered with `status` */
	int status;
	bool mutates;
	bool maybe_sent; /* bytes of the request may have left */
};

/* By the table above. */
enum retry_class retry_class_of(const struct retry_case *c);
const char *retry_word(enum retry_class c); /* "final", for traces */

#define RETRY_BASE_MS 500
#define RETRY_CAP_MS 30000
#define RETRY_AFTER_MOST_MS (5 * 60 * 1000)

/* Room time to wait after attempt `attempt` (1..): full jitter over a window
 * that doubles up to 30 s, or what Retry-After asks for if that is longer, at
 * most 5 minutes; `retry_after_ms` below 0: the peer said nothing. */
int64_t retry_delay_ms(struct rng *r, int attempt, int64_t retry_after_ms);
/* The same with another first and widest window; 0: those above. */
int64_t retry_paced_ms(struct rng *r, int attempt, int64_t retry_after_ms,
		       int64_t base_ms, int64_t cap_ms);

#endif
