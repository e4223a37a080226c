/*
 * answer - an HTTP answer as a measurement, and the values in its JSON.
 *
 * What every kind that asks over HTTP has in common.  Pure.
 */
#ifndef PROBE_ANSWER_H
#define PROBE_ANSWER_H

#include "base/json.h"
#include "probe/probe.h"

struct answer {
	struct json *doc;     /* NULL: no JSON, see why */
	char why[SAMPLE_WHY]; /* clean */
};

/* Judges status and body into `r` (all but its facts): failed when there is no
 * whole answer, its status is no 2xx, or its body is no JSON and `needs_json`.
 * Facts named by a JSON pointer are looked up in `to`, which outlives `r`.  The
 * caller clears `to` always. */
void answer_read(struct answer *to, const struct http_answer *a,
		 bool needs_json, struct probe_result *r);
void answer_clear(struct answer *a); /* twice is fine */

/* "as_expected": does each JSON pointer of the map `expect` hold its text?  The
 * first miss is named. */
struct probe_fact answer_as_expected(const struct answer *a,
				     const struct json *expect);

/* Keeps what a person is shown of the body: without secrets, clean, and with a
 * mark where it was cut. */
void answer_keep_raw(struct probe_result *r, const struct buf *body);

/* A failed measurement; `why` is cleaned here. */
void answer_fail(struct probe_result *r, enum err_code code, const char *why);

#endif
