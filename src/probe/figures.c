/* figures - what a queue did in closed intervals: windows and Genesys Cloud. */
#include "probe/figures.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"

#define MOST 1e12 /* beyond that a figure is none */

void
figures_window(struct figures_query *q, int64_t now_ms, int64_t window_ms,
	       int64_t lag_ms)
{
	q->until_ms = (now_ms - lag_ms) / q->granularity_ms * q->granularity_ms;
	q->from_ms = q->until_ms - window_ms;
}

static void
put_dimension(struct jwriter *w, const char *dimension, const char *value)
{
	jw_object(w, NULL);
	jw_text(w, "type", "dimension");
	jw_text(w, "dimension", dimension);
	jw_text(w, "operator", "matches");
	jw_text(w, "value", value);
	jw_object_end(w);
}

static void
put_list(struct jwriter *w, const char *key, const char *const *names,
	 size_t count)
{
	jw_array(w, key);
	for (size_t i = 0; i < count; i++)
		jw_text(w, NULL, names[i]);
	jw_array_end(w);
}

void
figures_genesys_body(struct buf *out, const struct figures_query *q)
{
	static const char *const metrics[] = { "nOffered", "tAbandon",
					       "tAnswered", "nConnected",
					       "oServiceLevel" };
	static const char *const by_queue[] = { "queueId", "mediaType" };
	char from[CLOCK_TEXT], until[CLOCK_TEXT], text[2 * CLOCK_TEXT];
	struct jwriter w;

	clock_text(from, q->from_ms);
	clock_text(until, q->until_ms);
	jw_init(&w, out);
	jw_object(&w, NULL);
	str_printf(text, sizeof(text), "%s/%s", from, until);
	jw_text(&w, "interval", text);
	str_printf(text, sizeof(text), "PT%lldM",
		   (long long)(q->granularity_ms / 60000));
	jw_text(&w, "granularity", text);
	jw_text(&w, "timeZone", "UTC");
	/* Without a queue the platform's own sum over all. */
	put_list(&w, "groupBy", by_queue + (q->queue == NULL),
		 q->queue == NULL ? 1 : 2);
	jw_object(&w, "filter");
	jw_text(&w, "type", "and");
	jw_array(&w, "predicates");
	if (q->queue != NULL)
		put_dimension(&w, "queueId", q->queue);
	put_dimension(&w, "mediaType", q->media);
	jw_array_end(&w);
	jw_object_end(&w);
	put_list(&w, "metrics", metrics, ARRAY_LEN(metrics));
	jw_object_end(&w);
}

/* Adds what is said; -1 stays "not said". */
static enum err_code
add(double *sum, const struct json *stats, const char *name, const char *metric,
    struct err *e)
{
	const struct json *v = json_get(stats, name);
	double number;

	if (v == NULL)
		return ERR_NONE;
	if (!json_number(v, &number) || number < 0 || number > MOST)
		return err_set(e, ERR_FORMAT, "%s: its %s is no such figure",
			       metric, name);
	*sum = (*sum < 0 ? 0 : *sum) + number;
	return ERR_NONE;
}

/* Sum and count of a mean count only together. */
static enum err_code
add_mean(struct figures *f, const struct json *stats, struct err *e)
{
	if (json_get(stats, "sum") == NULL || json_get(stats, "count") == NULL)
		return ERR_NONE;
	if (add(&f->wait_ms, stats, "sum", "tAnswered", e) != ERR_NONE)
		return e->code;
	return add(&f->wait_n, stats, "count", "tAnswered", e);
}

static enum err_code
add_level(struct figures *f, const struct json *stats, struct err *e)
{
	if (json_get(stats, "numerator") == NULL ||
	    json_get(stats, "denominator") == NULL)
		return ERR_NONE;
	if (add(&f->within_level, stats, "numerator", "oServiceLevel", e) !=
	    ERR_NONE)
		return e->code;
	return add(&f->level_n, stats, "denominator", "oServiceLevel", e);
}

static enum err_code
add_metric(struct figures *f, const struct json *m, struct err *e)
{
	const char *name = json_text_or(m, "metric", "");
	const struct json *stats = json_get(m, "stats");

	if (str_same(name, "nOffered"))
		return add(&f->offered, stats, "count", name, e);
	if (str_same(name, "tAbandon"))
		return add(&f->abandoned, stats, "count", name, e);
	if (str_same(name, "nConnected"))
		return add(&f->connected, stats, "count", name, e);
	if (str_same(name, "oServiceLevel"))
		return add_level(f, stats, e);
	if (!str_same(name, "tAnswered"))
		return ERR_NONE;
	if (add(&f->answered, stats, "count", name, e) != ERR_NONE)
		return e->code;
	return add_mean(f, stats, e);
}

static bool
read_interval(const char *text, int64_t *from_ms, int64_t *until_ms)
{
	const char *slash = text == NULL ? NULL : strchr(text, '/');
	char from[CLOCK_TEXT + 8];

	return slash != NULL &&
	       str_copy_n(from, sizeof(from), text, (size_t)(slash - text)) &&
	       clock_parse(from, from_ms) && clock_parse(slash + 1, until_ms) &&
	       *from_ms < *until_ms;
}

static enum err_code
add_bucket(struct figures *f, const struct figures_query *q,
	   const struct json *bucket, struct err *e)
{
	const struct json *metrics = json_get(bucket, "metrics");
	int64_t from_ms, until_ms;
	enum err_code code = ERR_NONE;

	if (!read_interval(json_text(json_get(bucket, "interval")), &from_ms,
			   &until_ms))
		return err_set(e, ERR_FORMAT, "a bucket without its interval");
	if (from_ms < q->from_ms || until_ms > q->until_ms ||
	    json_count(metrics) == 0)
		return ERR_NONE;
	for (const struct json *m = json_first(metrics);
	     m != NULL && code == ERR_NONE; m = json_next(m))
		code = add_metric(f, m, e);
	f->buckets++;
	if (until_ms > f->newest_ms)
		f->newest_ms = until_ms;
	return code;
}

/* A group of another queue or medium is not what was asked for. */
static bool
is_ours(const struct figures_query *q, const struct json *group)
{
	const char *media = json_text(json_get(group, "mediaType"));
	const char *queue = json_text(json_get(group, "queueId"));

	return (media == NULL || str_same(media, q->media)) &&
	       (q->queue == NULL || queue == NULL || str_same(queue, q->queue));
}

static void
clear(struct figures *f)
{
	*f = (struct figures){
		.offered = -1,
		.abandoned = -1,
		.answered = -1,
		.connected = -1,
		.wait_ms = -1,
		.wait_n = -1,
		.within_level = -1,
		.level_n = -1,
	};
}

enum err_code
figures_genesys_read(struct figures *out, const struct figures_query *q,
		     const struct json *doc, struct err *e)
{
	const struct json *results = json_get(doc, "results");

	clear(out);
	if (json_type(doc) != JSON_OBJECT ||
	    (results != NULL && json_type(results) != JSON_ARRAY))
		return err_set(e, ERR_FORMAT, "no list of results");
	for (const struct json *r = json_first(results); r != NULL;
	     r = json_next(r)) {
		const struct json *b = json_first(json_get(r, "data"));

		if (!is_ours(q, json_get(r, "group")))
			continue;
		for (; b != NULL; b = json_next(b))
			if (add_bucket(out, q, b, e) != ERR_NONE)
				return e->code;
	}
	if (out->buckets == 0)
		return err_set(e, ERR_ABSENT,
			       "no data: nothing in the closed intervals");
	return ERR_NONE;
}
