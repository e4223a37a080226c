/*
 * load_read - what a load test found, from the file its tool wrote.
 *
 * sipp's statistics (-trace_stat), k6's summary (--summary-export, or the data
 * of handleSummary()), JMeter's JTL as CSV.  A file that ends in the middle of
 * something is no result.  Pure.
 */
#ifndef CONF_LOAD_READ_H
#define CONF_LOAD_READ_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum load_tool { LOAD_SIPP, LOAD_K6, LOAD_JMETER };

/* A file, or its first bytes and its last. */
struct load_text {
	const char *head; /* NULL: `tail` is the whole file */
	size_t head_len;
	const char *tail;
	size_t tail_len;
};

/* Below 0: the tool does not say. */
struct load_figures {
	double attempts, finished, failed;
	double p95_ms;
	bool p95_is_bound; /* sipp counts in buckets: at most that */
	double peak_cps, peak_sessions;
	/* Wall time of the first event and the last; 0: not in the file. */
	int64_t started_ms, newest_ms;
	bool is_part; /* of a long file only its end */
};

/* ERR_FORMAT with what is wrong, ERR_ABSENT when nothing was measured,
 * ERR_LIMIT when a whole file was needed. */
enum err_code load_read(struct load_figures *out, enum load_tool tool,
			const struct load_text *text, struct err *e) MUST_CHECK;

/* For load_*.c.  One line without its end, for lists of lines. */
struct load_line {
	const char *at;
	size_t len;
};

/* The header, and what is behind it in `rest`: all lines, or those of the tail
 * that are whole.  ERR_FORMAT when there is no header or the last line has no
 * end. */
enum err_code load_split(const struct load_text *text, struct load_line *header,
			 struct load_line *rest, struct err *e) MUST_CHECK;
/* The next line of `rest`; false at its end. */
bool load_next(struct load_line *rest, struct load_line *line);
/* The nearest-rank 95th percentile; sorts. */
double load_p95(double *values, size_t count);

/* SIPp's statistics; `e` says what is wrong with them. */
enum err_code load_read_sipp(struct load_figures *out,
			     const struct load_text *text,
			     struct err *e) MUST_CHECK;
/* k6's summary; likewise. */
enum err_code load_read_k6(struct load_figures *out,
			   const struct load_text *text,
			   struct err *e) MUST_CHECK;
/* JMeter's results; likewise. */
enum err_code load_read_jmeter(struct load_figures *out,
			       const struct load_text *text,
			       struct err *e) MUST_CHECK;

#endif
