/*
 * calls_read - which queues synthetic calls reached, from rows of JSON.
 *
 * A row is a call, or has the counts of a queue.  A call is right when it
 * reached the queue that its row wants and, where the rows tell how calls
 * ended, ended as wanted.  A row that does not say is no right call and no
 * wrong one: nothing is read then.  For the probe and for the step.  Pure.
 */
#ifndef CONF_CALLS_READ_H
#define CONF_CALLS_READ_H

#include "base/json.h"
#include "model/param.h"
#include "model/value.h"

#define CALLS_QUEUES 64

/* How rows are to be read; borrows from the settings. */
struct calls_rows {
	const char *results, *queue, *reached, *wanted;
	const char *outcome, *good;
	const char *calls, *right; /* NULL: rows are calls */
};

struct calls_queue {
	char name[VALUE_TEXT]; /* clean */
	double calls, right;
};

struct calls_tally {
	size_t count;
	struct calls_queue queues[CALLS_QUEUES];
};

/* From the settings whose names begin with `prefix` ("" or "queues.");
 * ERR_ARG. */
enum err_code calls_rows_read(struct calls_rows *out,
			      const struct settings *with, const char *prefix,
			      struct err *e) MUST_CHECK;

/* ERR_FORMAT with the row and what it lacks. */
enum err_code calls_tally_read(struct calls_tally *out,
			       const struct calls_rows *r,
			       const struct json *doc,
			       struct err *e) MUST_CHECK;
/* Takes away what was there before; false when that has become less. */
bool calls_tally_since(struct calls_tally *now,
		       const struct calls_tally *before);
void calls_tally_sum(const struct calls_tally *t, double *calls, double *right);
/* The queue with the least share of right calls; NULL without calls. */
const struct calls_queue *calls_tally_worst(const struct calls_tally *t);

/* The settings of both, for their rows. */
/* clang-format off */
#define CALLS_ROWS_PARAMS \
	{ .name = "results", .type = PARAM_POINTER, .fallback = "", \
	  .help = "list of rows in the answer, or one row" }, \
	{ .name = "queue", .type = PARAM_POINTER, .fallback = "/queue", \
	  .help = "in a row: the queue that is right" }, \
	{ .name = "wanted", .type = PARAM_TEXT, \
	  .help = "the right queue of all rows, instead of queue" }, \
	{ .name = "reached", .type = PARAM_POINTER, .fallback = "/reached", \
	  .help = "in a row: the queue that the call reached" }, \
	{ .name = "outcome", .type = PARAM_POINTER, \
	  .help = "in a row: how the call ended" }, \
	{ .name = "good", .type = PARAM_TEXT, .fallback = "completed", \
	  .help = "how a right call ends" }, \
	{ .name = "calls", .type = PARAM_POINTER, \
	  .help = "in a row of counts: how many calls" }, \
	{ .name = "right", .type = PARAM_POINTER, \
	  .help = "in a row of counts: how many were right" }
/* clang-format on */

#endif
