/* load_read - what a load test found: lines, percentiles, k6's summary. */
#include "conf/load_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

#define MOST 1e15

enum err_code
load_read(struct load_figures *out, enum load_tool tool,
	  const struct load_text *text, struct err *e)
{
	*out = (struct load_figures){
		.attempts = -1,
		.finished = -1,
		.failed = -1,
		.p95_ms = -1,
		.peak_cps = -1,
		.peak_sessions = -1,
		.is_part = text->head != NULL,
	};
	switch (tool) {
	case LOAD_SIPP:
		return load_read_sipp(out, text, e);
	case LOAD_K6:
		return load_read_k6(out, text, e);
	case LOAD_JMETER:
		break;
	}
	return load_read_jmeter(out, text, e);
}

bool
load_next(struct load_line *rest, struct load_line *line)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->at, '\n', rest->len);
	line->at = rest->at;
	line->len = end == NULL ? rest->len : (size_t)(end - rest->at);
	rest->at += line->len + (end != NULL);
	rest->len -= line->len + (end != NULL);
	if (line->len > 0 && line->at[line->len - 1] == '\r')
		line->len--;
	return true;
}

enum err_code
load_split(const struct load_text *text, struct load_line *header,
	   struct load_line *rest, struct err *e)
{
	struct load_line head = { text->head, text->head_len };
	struct load_line part;

	*rest = (struct load_line){ text->tail, text->tail_len };
	if (rest->len == 0)
		return err_set(e, ERR_ABSENT, "no data: the file is empty");
	if (rest->at[rest->len - 1] != '\n')
		return err_set(e, ERR_FORMAT,
			       "truncated: the last line has no end");
	if (text->head == NULL) {
		(void)load_next(rest, header);
		return ERR_NONE;
	}
	if (!load_next(&head, header) || head.len == 0)
		return err_set(e, ERR_FORMAT, "the first line has no end");
	/* The tail begins somewhere in a line. */
	(void)load_next(rest, &part);
	return ERR_NONE;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
load_p95(double *values, size_t count)
{
	size_t rank = (count * 95 + 99) / 100;

	qsort(values, count, sizeof(*values), by_size);
	return values[rank - 1];
}

/* A figure of a metric, whether it has them itself or under "values". */
static bool
figure(const struct json *metrics, const char *metric, const char *name,
       double *out)
{
	const struct json *m = json_get(metrics, metric);
	const struct json *values = json_get(m, "values");

	return json_number(json_get(values == NULL ? m : values, name), out) &&
	       *out >= 0 && *out <= MOST;
}

/* http_req_failed counts what failed as "passes": its samples are true. */
static void
read_k6_counts(struct load_figures *out, const struct json *metrics)
{
	double yes, no;

	if (figure(metrics, "http_req_failed", "passes", &yes) &&
	    figure(metrics, "http_req_failed", "fails", &no)) {
		out->failed = yes;
		out->finished = yes + no;
	} else if (figure(metrics, "checks", "passes", &yes) &&
		   figure(metrics, "checks", "fails", &no)) {
		out->failed = no;
		out->finished = yes + no;
	}
	if (!figure(metrics, "http_reqs", "count", &out->attempts) &&
	    !figure(metrics, "iterations", "count", &out->attempts))
		out->attempts = -1;
}

static void
read_k6_rest(struct load_figures *out, const struct json *metrics)
{
	if (!figure(metrics, "http_req_duration", "p(95)", &out->p95_ms) &&
	    !figure(metrics, "iteration_duration", "p(95)", &out->p95_ms))
		out->p95_ms = -1;
	if (!figure(metrics, "vus_max", "max", &out->peak_sessions) &&
	    !figure(metrics, "vus", "max", &out->peak_sessions))
		out->peak_sessions = -1;
}

enum err_code
load_read_k6(struct load_figures *out, const struct load_text *text,
	     struct err *e)
{
	struct json *doc;
	const struct json *metrics;
	struct err inner;
	enum err_code code = ERR_NONE;

	if (text->head != NULL)
		return err_set(e, ERR_LIMIT,
			       "too large for k6's summary: that of the end of "
			       "the test is wanted");
	if (text->tail_len == 0)
		return err_set(e, ERR_ABSENT, "no data: the file is empty");
	doc = json_parse(text->tail, text->tail_len, &inner);
	metrics = json_get(doc, "metrics");
	if (doc == NULL) {
		code = err_set(e, ERR_FORMAT, "truncated or no JSON: %s",
			       inner.text);
	} else if (json_type(metrics) != JSON_OBJECT) {
		code = err_set(e, ERR_FORMAT,
			       "no summary of k6: it has no \"metrics\"");
	} else {
		read_k6_counts(out, metrics);
		read_k6_rest(out, metrics);
		if (out->attempts < 0)
			code = err_set(e, ERR_ABSENT,
				       "no data: neither requests nor "
				       "iterations");
	}
	json_free(doc);
	return code;
}
