/*
 * site - the state behind its one lock, and the ledger beside it.
 *
 * HTTP, SIP and DNS come through here and nowhere else: each call settles what
 * is due, asks the state, and writes to the ledger what changed.  The line is
 * written under the lock on purpose: lines must stand in the order of the
 * effects, and on disk before the answer leaves.  Any thread.
 */
#ifndef TWIN_SITE_H
#define TWIN_SITE_H

#include "base/cancel.h"
#include "base/thread.h"
#include "twin/ledger.h"
#include "twin/route.h"
#include "twin/zone.h"

struct site {
	struct cancel stop;  /* raised: the twin ends */
	struct wake changed; /* raised: something new may be due */
	struct lock lock;    /* guards everything below */
	struct twin_state state;
	struct ledger ledger;
	int64_t used_real_us; /* last request of any kind */
	struct err failure;   /* why the ledger ended the twin */
};

/* The night of the scenario; `scenario` outlives it.  ERR_SYSTEM. */
enum err_code site_open(struct site *s, const char *dir,
			const struct scenario *scenario, uint64_t seed,
			struct err *e) MUST_CHECK;
/* Ends all services and frees them. */
void site_close(struct site *s);

/* Times, ledger path and the rest of `q` that only the site knows are filled
 * in here. `r` as with route_answer(). */
void site_http(struct site *s, struct twin_request *q, struct twin_reply *r);
/* An OPTIONS request; `branch` tells a retransmission. */
void site_sip(struct site *s, const char *trunk, const char *branch,
	      struct twin_ping *out);
/* How a trunk takes a call, and what became of one. */
enum twin_call_event { TWIN_CALL_MADE, TWIN_CALL_REFUSED, TWIN_CALL_ENDED };
/* How `trunk` takes a call. */
void site_sip_asked(struct site *s, const char *trunk, struct twin_ping *out);
/* What became of one; an unknown trunk is let be. */
void site_sip_call(struct site *s, const char *trunk,
		   enum twin_call_event event);
/* What the name server says now; counts the question. */
void site_dns(struct site *s, struct zone_view *out);

/* Lets due things happen; the room time of the next, TWIN_NEVER. */
int64_t site_settle(struct site *s);
int64_t site_used_us(struct site *s); /* real time of the last request */
/* ERR_NONE, or why the twin had to end. */
enum err_code site_failure(struct site *s, struct err *e);

#endif
