/*
 * probe_calls - the share of synthetic calls that reached the right queue.
 *
 * The results are a list with one row for each call, or for each queue with
 * counts, or one such row.  A call is right when it reached the queue that its
 * row wants and, where the rows tell how calls ended, ended as wanted.  A row
 * that does not say is no right call and no wrong one: the measurement fails.
 */
#include "probe/probe.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "probe/facts.h"
#include "probe/inquiry.h"
#include "probe/kinds.h"

#define QUEUES 64
#define QUEUE_FACT "/queues/"
#define COUNT_MOST 1e9

struct queue {
	char name[VALUE_TEXT]; /* clean */
	double calls, right;
};

struct calls_state {
	struct ask ask;
	struct ask_at at;
	const char *method, *body;
	const char *results, *queue, *reached, *wanted;
	const char *outcome, *good;
	const char *calls, *right; /* NULL: rows are calls */
	size_t count;
	struct queue queues[QUEUES];
};

static enum err_code
refuse(char why[SAMPLE_WHY], size_t row, const char *what, const char *pointer)
{
	str_printf(why, SAMPLE_WHY, "row %zu: %s at \"%.40s\"", row, what,
		   pointer);
	return ERR_FORMAT;
}

static struct queue *
find_queue(struct calls_state *s, const char *name)
{
	char clean[VALUE_TEXT];

	text_clean(clean, sizeof(clean), name, strlen(name));
	for (size_t i = 0; i < s->count; i++)
		if (str_same(s->queues[i].name, clean))
			return &s->queues[i];
	if (s->count == QUEUES)
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
add_counts(struct calls_state *s, const struct json *row, size_t nth,
	   struct queue *q, char why[SAMPLE_WHY])
{
	double calls, right;

	if (!is_count(json_at(row, s->calls), &calls))
		return refuse(why, nth, "no count", s->calls);
	if (!is_count(json_at(row, s->right), &right))
		return refuse(why, nth, "no count", s->right);
	if (right > calls)
		return refuse(why, nth, "more right calls than calls",
			      s->right);
	q->calls += calls;
	q->right += right;
	return ERR_NONE;
}

/* One call.  A call that reached no queue (null) is a wrong one. */
static enum err_code
add_call(const struct calls_state *s, const struct json *row, size_t nth,
	 const char *wanted, struct queue *q, char why[SAMPLE_WHY])
{
	const struct json *v = json_at(row, s->reached);
	const char *end = NULL;
	char reached[256] = "";

	if (json_type(v) != JSON_NULL &&
	    !json_scalar(v, reached, sizeof(reached)))
		return refuse(why, nth, "no queue that it reached", s->reached);
	if (s->outcome != NULL) {
		end = json_text(json_at(row, s->outcome));
		if (end == NULL)
			return refuse(why, nth, "no outcome", s->outcome);
	}
	q->calls++;
	if (str_same(reached, wanted) &&
	    (end == NULL || str_same(end, s->good)))
		q->right++;
	return ERR_NONE;
}

static enum err_code
add_row(struct calls_state *s, const struct json *row, size_t nth,
	char why[SAMPLE_WHY])
{
	const struct json *v = json_at(row, s->queue);
	char name[256] = "(none)";
	struct queue *q;

	if (s->wanted != NULL)
		str_copy(name, sizeof(name), s->wanted);
	else if (!json_scalar(v, name, sizeof(name)) &&
		 (s->calls == NULL || json_type(v) != JSON_NULL))
		return refuse(why, nth, "no queue", s->queue);
	q = find_queue(s, name);
	if (q == NULL)
		return refuse(why, nth, "more queues than are told apart",
			      s->queue);
	return s->calls != NULL ? add_counts(s, row, nth, q, why)
				: add_call(s, row, nth, name, q, why);
}

static enum err_code
add_rows(struct calls_state *s, const struct json *list, char why[SAMPLE_WHY])
{
	enum err_code code = ERR_NONE;
	size_t nth = 0;

	if (json_type(list) == JSON_OBJECT)
		return add_row(s, list, 1, why);
	if (json_type(list) != JSON_ARRAY) {
		str_printf(why, SAMPLE_WHY, "no list of results at \"%.60s\"",
			   s->results);
		return ERR_FORMAT;
	}
	for (const struct json *row = json_first(list);
	     row != NULL && code == ERR_NONE; row = json_next(row))
		code = add_row(s, row, ++nth, why);
	return code;
}

static const struct queue *
find_worst(const struct calls_state *s)
{
	const struct queue *worst = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct queue *q = &s->queues[i];

		if (q->calls > 0 &&
		    (worst == NULL ||
		     q->right * worst->calls < worst->right * q->calls))
			worst = q;
	}
	return worst;
}

/* "/queues/NAME": the share of that queue, by its name as it is shown. */
static bool
look_up(const void *answer, const char *name, struct probe_fact *out)
{
	const struct calls_state *s = answer;

	if (!str_starts(name, QUEUE_FACT))
		return false;
	for (size_t i = 0; i < s->count; i++) {
		const struct queue *q = &s->queues[i];

		if (!str_same(q->name, name + strlen(QUEUE_FACT)))
			continue;
		*out = ask_share(name, q->right, q->calls, "calls");
		return true;
	}
	*out = facts_missing(name, "no data: no calls for that queue");
	return true;
}

static void
report(struct calls_state *s)
{
	const struct queue *worst = find_worst(s);
	struct probe_fact facts[5];
	double calls = 0, right = 0;

	for (size_t i = 0; i < s->count; i++) {
		calls += s->queues[i].calls;
		right += s->queues[i].right;
	}
	if (worst == NULL) {
		ask_fail(&s->ask, ERR_ABSENT, "no data: no calls");
		return;
	}
	facts[0] = ask_share("right_queue_percent", right, calls, "calls");
	facts[1] = facts_number("calls", calls);
	facts[2] = facts_number("wrong", calls - right);
	facts[3] = facts_words("worst_queue", worst->name);
	facts[4] =
		ask_share("worst_percent", worst->right, worst->calls, "calls");
	if (right < calls)
		str_printf(facts[0].why, sizeof(facts[0].why),
			   "%.60s: %.0f of %.0f calls", worst->name,
			   worst->right, worst->calls);
	str_printf(s->ask.result.detail, sizeof(s->ask.result.detail),
		   "%.0f of %.0f calls right, %zu queues", right, calls,
		   s->count);
	s->ask.result.look_up = look_up;
	s->ask.result.answer = s;
	ask_report(&s->ask, facts, ARRAY_LEN(facts));
}

static void
on_heard(void *owner, struct http_answer *a)
{
	struct calls_state *s = owner;
	char why[SAMPLE_WHY];
	struct answer answer;

	s->count = 0;
	if (ask_json(&s->ask, &answer, a)) {
		enum err_code code =
			add_rows(s, json_at(answer.doc, s->results), why);

		if (code == ERR_NONE)
			report(s);
		else
			ask_fail(&s->ask, code, why);
	}
	answer_clear(&answer);
}

static enum err_code
calls_init(void *state, const struct probe_env *env,
	   const struct book_probe *probe, struct err *e)
{
	struct calls_state *s = state;
	const struct settings *with = &probe->with;

	ask_init(&s->ask, env, probe, on_heard, s);
	s->method = settings_text_or(with, "method", "GET");
	s->body = settings_text(with, "body");
	s->results = settings_text_or(with, "results", "");
	s->queue = settings_text_or(with, "queue", "/queue");
	s->wanted = settings_text(with, "wanted");
	s->reached = settings_text_or(with, "reached", "/reached");
	s->outcome = settings_text(with, "outcome");
	s->good = settings_text_or(with, "good", "completed");
	s->calls = settings_text(with, "calls");
	s->right = settings_text(with, "right");
	if ((s->calls == NULL) != (s->right == NULL))
		return err_set(e, ERR_ARG,
			       "calls and right belong together: \"%s\" is "
			       "missing",
			       s->calls == NULL ? "calls" : "right");
	return ask_at_init(&s->at, env, settings_text_or(with, "endpoint", ""),
			   settings_text_or(with, "path", "/"), e);
}

static void
calls_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	    void *ctx)
{
	struct calls_state *s = state;

	ask_begin(&s->ask, l, timeout_ms, done, ctx);
	ask_send(&s->ask, &s->at, s->method, s->body);
}

static void
calls_clear(void *state)
{
	struct calls_state *s = state;

	ask_clear(&s->ask);
	ask_at_clear(&s->at);
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "who has the results" },
	{ .name = "method", .type = PARAM_WORD, .choices = "GET POST",
	  .fallback = "GET", .help = "how; POST where it makes the calls" },
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "what to ask for" },
	{ .name = "body", .type = PARAM_JSON, .help = "sent as JSON" },
	{ .name = "results", .type = PARAM_POINTER, .fallback = "",
	  .help = "list of rows in the answer, or one row" },
	{ .name = "queue", .type = PARAM_POINTER, .fallback = "/queue",
	  .help = "in a row: the queue that is right" },
	{ .name = "wanted", .type = PARAM_TEXT,
	  .help = "the right queue of all rows, instead of queue" },
	{ .name = "reached", .type = PARAM_POINTER, .fallback = "/reached",
	  .help = "in a row: the queue that the call reached" },
	{ .name = "outcome", .type = PARAM_POINTER,
	  .help = "in a row: how the call ended" },
	{ .name = "good", .type = PARAM_TEXT, .fallback = "completed",
	  .help = "how a right call ends" },
	{ .name = "calls", .type = PARAM_POINTER,
	  .help = "in a row of counts: how many calls" },
	{ .name = "right", .type = PARAM_POINTER,
	  .help = "in a row of counts: how many were right" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_calls = {
	.spec = { .name = "calls",
		  .help = "read which queues synthetic calls reached",
		  .params = params,
		  .facts = "right_queue_percent calls wrong worst_queue "
			   "worst_percent" },
	.state_size = sizeof(struct calls_state),
	.init = calls_init,
	.start = calls_begin,
	.clear = calls_clear,
};
