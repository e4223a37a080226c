/*
 * gate - a threshold on a signal, its memory, its verdict, its sentence.
 *
 * The manifest's rows become `struct gate`; what has been seen becomes
 * `struct gate_watch`; gate_judge() turns both and the time into a finding.
 * Pure: time comes in as room milliseconds and never runs backwards.
 *
 * Rules: a missing, failed, stale or too thin measurement is BLIND.  A breach
 * that has not been seen to end stays NO-GO through any gap of data.  A value
 * in the warn band, or within `for` of a fresh breach, or flapping, is HOLD.
 *
 * Time settles what is bad, only a measurement settles what is good: a value
 * over the limit holds until the next one (while fresh), so `for` may end
 * between two measurements; `clear_for` ends only with a measurement, and any
 * gap of data (failed, thin, nonsense, silent for longer than the greatest
 * age) starts it again.  A gap does not end a pending breach.  How often
 * gate_judge() is called changes nothing.
 *
 * `held_for` asks for more than a value inside the limit: each good measurement
 * of that long was, and no two of them lie further apart than the greatest
 * age.  Until that is proven the gate is HOLD.  A failed measurement proves
 * nothing and breaks nothing; only measurements count, not the time behind
 * the last one.
 *
 * Borders: a value equal to the limit is met; one equal to `warn` is in the
 * warn band; one equal to `clear` is clear; an age equal to the greatest is
 * fresh.  No events (n = 0) are too few for any gate.  A percentage above 100,
 * or 50 times a limit below 1, is HOLD: percent or fraction?
 */
#ifndef MODEL_GATE_H
#define MODEL_GATE_H

#include "base/buf.h"
#include "model/baseline.h"
#include "model/drift.h"
#include "model/gate_rule.h"
#include "model/sample.h"
#include "model/smalln.h"
#include "model/verdict.h"

#define GATE_FLAPS 8		   /* breach starts remembered */
#define GATE_FLAP_MIN 3		   /* so many breach starts ... */
#define GATE_FLAP_WINDOW_MS 600000 /* ... within this are flapping */
#define GATE_MAX_AGE_MS 120000	   /* when the gate names none */
#define GATE_FUTURE_MS 5000	   /* clocks may differ by this much */
#define GATE_RECENT 12		   /* latencies kept for the rank test */

/* Frees what the set holds, not the set. */
void gate_set_clear(struct gate_set *set);
/* NULL when the set has none of that name. */
const struct gate_domain *gate_set_domain(const struct gate_set *set,
					  const char *name);

/* Zeroes `g` and fills in what follows from the signal's name: domain, title
 * ("abandonment rate"), unit; weight 1.  The rest is the caller's. */
void gate_init(struct gate *g, const char *signal);

/* The domain of the way back: readiness for a rollback, which a breach takes
 * away and gives no reason for. */
#define GATE_DOMAIN_READINESS "rollback"
bool gate_is_readiness(const struct gate *g);

/* Why the verdict is what it is. */
enum gate_reason {
	GATE_MET,
	GATE_BREACHED,
	GATE_STILL_BREACHED, /* cleared not long or far enough, or a gap */
	GATE_PENDING,	     /* over the limit, not yet `for` long */
	GATE_WARNED,
	GATE_FLAPPING,
	GATE_NEVER_SEEN,
	GATE_FAILED,
	GATE_STALE,
	GATE_THIN,
	GATE_WRONG_TYPE,
	GATE_NONSENSE, /* NaN, infinite, negative rate, from the future */
	GATE_DRIFTING,
	GATE_MUTED,
	GATE_UNSURE,   /* met, but too few events to tell from the baseline */
	GATE_UNPROVEN, /* met, but not yet for `held_for` */
	GATE_REASON_COUNT,
};

/* The unbroken run of measurements inside the limit.  Zeroed = none. */
struct gate_hold {
	bool is_on;
	int64_t since_ms, last_ms; /* its first and its latest */
};

/* The memory of one gate.  Zeroed = nothing seen.  One owner. */
struct gate_watch {
	bool seen;
	struct sample last; /* latest measurement, also a failed one */
	struct sample last_good;
	enum gate_reason band;	/* `last` by itself: MET, WARNED, BREACHED (over
				   the limit) or a kind of gap */
	int64_t band_since_ms;	/* first measurement of this run of `band` */
	bool breached;		/* proven and not yet proven cleared */
	int64_t over_since_ms;	/* -1: not over the limit now */
	int64_t clear_since_ms; /* -1: not clear now */
	int64_t breach_since_ms;
	int64_t ended_ms;	   /* when the latest breach was proven over */
	int64_t flaps[GATE_FLAPS]; /* starts of recent breaches */
	size_t flap_count;
	bool muted;
	int64_t muted_until_ms; /* 0: until unmuted */
	char mute_reason[80];
	struct drift drift;	/* against gate.base */
	enum smalln_says small; /* the last good one against gate.base */
	int64_t small_enough;	/* events that would tell; 0 unknown */
	struct gate_hold hold;
	double recent[GATE_RECENT]; /* ring of good latencies */
	size_t recent_count;	    /* ever; slot = count % GATE_RECENT */
};

struct gate_finding {
	enum verdict verdict;
	enum gate_reason reason;
	struct value value; /* last good one; VALUE_NONE when never seen */
	bool has_margin;
	double margin;	      /* distance to the limit, > 0 on the good side */
	int64_t since_ms;     /* how long this state has lasted; -1 unknown */
	int64_t clear_ms;     /* breached, but clear for so long; 0 not */
	int64_t held_ms;      /* how long it has held inside the limit */
	int64_t left_ms;      /* OFF: until the mute ends; 0 open end */
	enum verdict beneath; /* without the mute; OFF: not known */
	int64_t n;	      /* -1 unknown */
	int64_t age_ms;	      /* -1 never seen */
	int flaps;	      /* breaches within the flap window */
	char why[SAMPLE_WHY]; /* failure or mute reason; may be "" */
};

void gate_watch_init(struct gate_watch *w); /* nothing seen yet, not muted */

/* A watch whose memory is lost but for this: its gate was in a breach since
 * `since_ms`, and nothing has been measured up to `now_ms`.  The breach ends
 * as any other does. */
void gate_watch_breached(struct gate_watch *w, int64_t since_ms,
			 int64_t now_ms);

/* Mutes until `until_ms` (0: until unmuted).  False, and nothing muted, when
 * the reason is empty.  The reason is clean text and cut to fit. */
bool gate_mute(struct gate_watch *w, const char *reason, int64_t until_ms);
void gate_unmute(struct gate_watch *w); /* fine when it is not muted */

/* Takes in a measurement of the gate's signal.  Out of order (older than the
 * last, or before time zero) and duplicate samples change nothing; of two that
 * differ at the same time the later call counts.  One from the future shows as
 * such in gate_judge(), which then forgets what it cleared. */
void gate_feed(const struct gate *g, struct gate_watch *w,
	       const struct sample *s);

/* The same for the run alone: what a fold of records keeps. */
void gate_hold_take(const struct gate *g, struct gate_hold *h,
		    const struct sample *s);
int64_t gate_hold_ms(const struct gate_hold *h); /* its length */
/* Does this reason say that a value over the limit was seen now? */
bool gate_reason_breaks(enum gate_reason r);

/* Judges as of `now_ms`.  May settle windows in `w` that time has ended. */
void gate_judge(const struct gate *g, struct gate_watch *w, int64_t now_ms,
		struct gate_finding *out);

/* Fills in what a measurement alone says: value, margin, n, age.  `good` may
 * be of kind VALUE_NONE: never seen. */
void gate_measured(struct gate_finding *out, const struct gate *g,
		   const struct sample *good, int64_t now_ms);

/* One finished sentence without the verdict word: "abandonment rate 2.9 % >
 * 2.5 % (critical) for 95 s, n=412, age 8 s.  GO when <= 2.3 % for 60 s." */
void gate_sentence(struct buf *out, const struct gate *g,
		   const struct gate_finding *f);
/* "<= 2.5 %", ">= 1.2", "= US_EAST_1". */
void gate_limit_text(char *to, size_t size, const struct gate *g);

/* A measured value beside this gate's limit, rounded for people: "2.91 %". */
void gate_value_text(char *to, size_t size, const struct gate *g,
		     const struct value *v);

/* Never NULL; static. */
const char *gate_reason_word(enum gate_reason r);

#endif
