/* calls_read - which queues synthetic calls reached, from rows of JSON. */
#include "conf/calls_read.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"

#define COUNT_MOST 1e9

static enum err_code
refuse(struct err *e, size_t row, const char *what, const char *pointer)
{
	return err_set(e, ERR_FORMAT, "row %zu: %s at \"%.40s\"", row, what,
		       pointer);
}

static struct calls_queue *
find_queue(struct calls_tally *s, const char *name)
{
	char clean[VALUE_TEXT];

	text_clean(clean, sizeof(clean), name, strlen(name));
	for (size_t i = 0; i < s->count; i++)
		if (str_same(s->queues[i].name, clean))
			return &s->queues[i];
	if (s->count == CALLS_QUEUES)
		return NULL;
	str_copy(s->queues[s->count].name, VALUE_TEXT, clean);
	s->queues[s->count].calls = s->queues[s->count].right = 0;
	return &s->queues[s->count++];
}

static bool
is_count(const struct json *v, double *out)
{
	return json_number(v, out) && *out >= 0 && *out <= COUNT_MOST &&
	       *out == (double)(int64_t)*out;
}

/* Counts of one queue. */
static enum err_code
add_counts(const struct calls_rows *s, const struct json *row, size_t nth,
	   struct calls_queue *q, struct err *e)
{
	double calls, right;

	if (!is_count(json_at(row, s->calls), &calls))
		return refuse(e, nth, "no count", s->calls);
	if (!is_count(json_at(row, s->right), &right))
		return refuse(e, nth, "no count", s->right);
	if (right > calls)
		return refuse(e, nth, "more right calls than calls", s->right);
	q->calls += calls;
	q->right += right;
	return ERR_NONE;
}

/* One call.  A call that reached no queue (null) is a wrong one. */
static enum err_code
add_call(const struct calls_rows *s, const struct json *row, size_t nth,
	 const char *wanted, struct calls_queue *q, struct err *e)
{
	const struct json *v = json_at(row, s->reached);
	const char *end = NULL;
	char reached[256] = "";

	if (json_type(v) != JSON_NULL &&
	    !json_scalar(v, reached, sizeof(reached)))
		return refuse(e, nth, "no queue that it reached", s->reached);
	if (s->outcome != NULL) {
		end = json_text(json_at(row, s->outcome));
		if (end == NULL)
			return refuse(e, nth, "no outcome", s->outcome);
	}
	q->calls++;
	if (str_same(reached, wanted) &&
	    (end == NULL || str_same(end, s->good)))
		q->right++;
	return ERR_NONE;
}

static enum err_code
add_row(struct calls_tally *t, const struct calls_rows *s,
	const struct json *row, size_t nth, struct err *e)
{
	const struct json *v = json_at(row, s->queue);
	char name[256] = "(none)";
	struct calls_queue *q;

	if (s->wanted != NULL)
		str_copy(name, sizeof(name), s->wanted);
	else if (!json_scalar(v, name, sizeof(name)) &&
		 (s->calls == NULL || json_type(v) != JSON_NULL))
		return refuse(e, nth, "no queue", s->queue);
	q = find_queue(t, name);
	if (q == NULL)
		return refuse(e, nth, "more queues than are told apart",
			      s->queue);
	return s->calls != NULL ? add_counts(s, row, nth, q, e)
				: add_call(s, row, nth, name, q, e);
}

enum err_code
calls_tally_read(struct calls_tally *out, const struct calls_rows *r,
		 const struct json *doc, struct err *e)
{
	const struct json *list = json_at(doc, r->results);
	enum err_code code = ERR_NONE;
	size_t nth = 0;

	out->count = 0;
	if (json_type(list) == JSON_OBJECT)
		return add_row(out, r, list, 1, e);
	if (json_type(list) != JSON_ARRAY)
		return err_set(e, ERR_FORMAT, "no list of results at \"%.60s\"",
			       r->results);
	for (const struct json *row = json_first(list);
	     row != NULL && code == ERR_NONE; row = json_next(row))
		code = add_row(out, r, row, ++nth, e);
	return code;
}

static const char *
setting(const struct settings *with, const char *prefix, const char *name)
{
	char dotted[48];

	str_printf(dotted, sizeof(dotted), "%s%s", prefix, name);
	return settings_text(with, dotted);
}

static const char *
setting_or(const struct settings *with, const char *prefix, const char *name,
	   const char *fallback)
{
	const char *text = setting(with, prefix, name);

	return text == NULL ? fallback : text;
}

enum err_code
calls_rows_read(struct calls_rows *out, const struct settings *with,
		const char *prefix, struct err *e)
{
	out->results = setting_or(with, prefix, "results", "");
	out->queue = setting_or(with, prefix, "queue", "/queue");
	out->wanted = setting(with, prefix, "wanted");
	out->reached = setting_or(with, prefix, "reached", "/reached");
	out->outcome = setting(with, prefix, "outcome");
	out->good = setting_or(with, prefix, "good", "completed");
	out->calls = setting(with, prefix, "calls");
	out->right = setting(with, prefix, "right");
	if ((out->calls == NULL) != (out->right == NULL))
		return err_set(e, ERR_ARG,
			       "calls and right belong together: \"%s\" is "
			       "missing",
			       out->calls == NULL ? "calls" : "right");
	return ERR_NONE;
}

bool
calls_tally_since(struct calls_tally *now, const struct calls_tally *before)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct calls_queue *then = &before->queues[i];
		struct calls_queue *q = NULL;

		for (size_t n = 0; n < now->count && q == NULL; n++)
			if (str_same(now->queues[n].name, then->name))
				q = &now->queues[n];
		if (q == NULL && then->calls > 0)
			return false;
		if (q == NULL)
			continue;
		q->calls -= then->calls;
		q->right -= then->right;
		if (q->calls < 0 || q->right < 0 || q->right > q->calls)
			return false;
	}
	return true;
}

void
calls_tally_sum(const struct calls_tally *t, double *calls, double *right)
{
	*calls = *right = 0;
	for (size_t i = 0; i < t->count; i++) {
		*calls += t->queues[i].calls;
		*right += t->queues[i].right;
	}
}

const struct calls_queue *
calls_tally_worst(const struct calls_tally *t)
{
	const struct calls_queue *worst = NULL;

	for (size_t i = 0; i < t->count; i++) {
		const struct calls_queue *q = &t->queues[i];

		if (q->calls > 0 &&
		    (worst == NULL ||
		     q->right * worst->calls < worst->right * q->calls))
			worst = q;
	}
	return worst;
}
