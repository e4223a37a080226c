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

#include "base/str.h"
#include "conf/calls_read.h"
#include "probe/facts.h"
#include "probe/inquiry.h"
#include "probe/kinds.h"

#define QUEUE_FACT "/queues/"

struct calls_state {
	struct ask ask;
	struct ask_at at;
	const char *method, *body;
	struct calls_rows rows;
	struct calls_tally tally;
};

/* "/queues/NAME": the share of that queue, by its name as it is shown. */
static bool
look_up(const void *answer, const char *name, struct probe_fact *out)
{
	const struct calls_state *s = answer;

	if (!str_starts(name, QUEUE_FACT))
		return false;
	for (size_t i = 0; i < s->tally.count; i++) {
		const struct calls_queue *q = &s->tally.queues[i];

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
	const struct calls_queue *worst = calls_tally_worst(&s->tally);
	struct probe_fact facts[5];
	double calls, right;

	calls_tally_sum(&s->tally, &calls, &right);
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
		   s->tally.count);
	s->ask.result.look_up = look_up;
	s->ask.result.answer = s;
	ask_report(&s->ask, facts, ARRAY_LEN(facts));
}

static void
on_heard(void *owner, struct http_answer *a)
{
	struct calls_state *s = owner;
	struct answer answer;
	struct err e;

	if (ask_json(&s->ask, &answer, a)) {
		if (calls_tally_read(&s->tally, &s->rows, answer.doc, &e) ==
		    ERR_NONE)
			report(s);
		else
			ask_fail(&s->ask, e.code, e.text);
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
	if (calls_rows_read(&s->rows, with, "", e) != ERR_NONE)
		return e->code;
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
	CALLS_ROWS_PARAMS,
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
