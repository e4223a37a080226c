/*
 * forecast - when would a rollback started now be over, and until when may
 * it start?
 *
 * p50 is the sum of what the plan's items took in drills of this very runbook
 * (the median; `takes` for what was never drilled), the anti-flap waits, the
 * calls that are waited for and the longest time that a validation must hold;
 * p90 is what nine of ten drills kept (1.6 times p50, if more, while
 * there are fewer than five) and, once a DNS step has run, the TTL for which
 * resolvers may still keep its answer (as last measured, else 300 s).  Under
 * way it is the rest that counts.
 *
 * The last safe start is the deadline less p90.  The deadline is the end of
 * the window and, while the room is NO-GO, the recovery time after it became
 * so, whichever comes first.  Pure.
 */
#ifndef MODEL_FORECAST_H
#define MODEL_FORECAST_H

#include "model/plan.h"
#include "model/room.h"

struct forecast {
	int64_t p50_ms, p90_ms; /* from now */
	int64_t last_safe_ms;	/* room time; -1: no deadline */
	int64_t left_ms;	/* until then; < 0 when it has passed */
	int64_t window_left_ms; /* 0: it is over; -1: no window */
	enum verdict verdict;	/* GO; HOLD: less than p90 (or 15 min) left;
				   NO_GO: too late, or p90 is beyond the RTO */
};

/* As of `now_ms`; reads the room only. */
void forecast_make(struct forecast *out, const struct room *r, int64_t now_ms);
/* p50 and p90 of a rollback of these items that has not begun; the rest of
 * *out is not touched. */
void forecast_plan(struct forecast *out, const struct room *r,
		   const struct plan_item *items, size_t count, int64_t now_ms);

/* What a rollback may take: the runbook's rto, else the manifest's
 * timeoutSeconds, else 30 min. */
int64_t forecast_rto_ms(const struct book *b);

#endif
