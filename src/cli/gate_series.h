/*
 * gate_series - recorded samples by signal, in order of time, fed to gates.
 *
 * A hash table leads from a signal's name to its samples, so that taking in
 * and judging are linear in samples and thresholds.  Samples of one signal
 * that stand out of order are put in order of time first; of equal times the
 * later line counts.
 *
 * A sample without a time is as old as the one before it in the file (the
 * first ones as the first that has a time).  When none has one, all were
 * measured at the moment of judgement: nothing is stale then.
 */
#ifndef CLI_GATE_SERIES_H
#define CLI_GATE_SERIES_H

#include "model/gate.h"

#define SERIES_NO_TIME INT64_MIN

enum series_kind { SERIES_NUMBER, SERIES_FLAG, SERIES_WORDS, SERIES_FAILED };

/* One sample.  Copy freely; `text` is borrowed and outlives the series. */
struct series_point {
	int64_t at_ms;	  /* wall time, or SERIES_NO_TIME */
	int64_t n;	  /* -1 unknown */
	double number;	  /* of a flag: 1 true, 0 false */
	const char *text; /* JSON text of words, or why it failed */
	uint32_t text_len;
	uint32_t next; /* private */
	enum series_kind kind;
	bool has_escape; /* in `text` */
};

/* What was odd about the file. */
struct series_counts {
	size_t samples;	    /* that some gate asks for */
	size_t unknown;	    /* that no gate asks for */
	size_t disordered;  /* older than the one before of their signal */
	size_t repeated;    /* exactly as the one before */
	size_t conflicting; /* another value at the same time */
	size_t future;	    /* later than the judgement */
};

struct series;

/* `set` outlives the series. */
struct series *series_new(const struct gate_set *set);
void series_free(struct series *s); /* NULL is fine */

/* Adds a sample of signal[0..len), as decoded.  False when no gate asks for
 * it; its time is heeded all the same. */
bool series_add(struct series *s, const char *signal, size_t len,
		const struct series_point *point);
/* After the last sample, once: puts them in order, settles their times. */
void series_end(struct series *s);

/* The latest time, of unknown signals too; SERIES_NO_TIME when none has one. */
int64_t series_last_ms(const struct series *s);

/*
 * Feeds the samples of gate `gate` of the set to `w`, up to `now_ms`.  Later
 * ones are not known yet at that time and are left out; where nothing else is
 * known the first of them is fed, and the gate says that it was measured in
 * the future (or takes it, when clocks may differ by so much).
 */
void series_feed(struct series *s, size_t gate, int64_t now_ms,
		 struct gate_watch *w);

/* So far; `future` grows with series_feed(). */
const struct series_counts *series_counts(const struct series *s);

#endif
