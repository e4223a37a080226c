/*
 * probe_analytics - what a queue did, from the platform's own analytics.
 *
 * Asks for whole intervals that are over and sums them: the open one is still
 * filling, and would show callers as waiting who are about to be answered.
 */
#include "probe/probe.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "probe/facts.h"
#include "probe/figures.h"
#include "probe/inquiry.h"
#include "probe/kinds.h"

#define BODY_CAP 8192
#define PATH_CAP 4096
#define BUCKETS_MOST 1000

struct analytics_state {
	struct ask ask;
	struct ask_at at;
	const struct probe_env *env;
	const char *endpoint, *base;
	bool is_cxone;
	int64_t window_ms, lag_ms;
	struct figures_query query;
};

/* How many calls were abandoned, or below 0.  A platform that names no
 * abandoned calls has none only when all were answered. */
static double
abandoned_of(const struct figures *f)
{
	if (f->abandoned < 0 && f->offered > 0 && f->answered >= f->offered)
		return 0;
	return f->abandoned;
}

static struct probe_fact
count_of(const char *name, double v, const char *metric)
{
	char why[80];

	if (v >= 0)
		return facts_number(name, v);
	str_printf(why, sizeof(why), "no data: %s is not in the answer",
		   metric);
	return facts_missing(name, why);
}

static struct probe_fact
share_of(const char *name, double part, double n, const char *metric)
{
	if (part < 0 || n < 0)
		return count_of(name, -1, metric);
	if (part > n)
		return facts_missing(name, "more than there are in all");
	return ask_share(name, part, n, "events");
}

static struct probe_fact
mean_of(const char *name, const struct figures *f)
{
	struct probe_fact out;

	if (f->wait_ms < 0 || !(f->wait_n > 0))
		return facts_missing(name, "no data: nothing was answered");
	out = facts_number(name, f->wait_ms / f->wait_n);
	out.n = (int64_t)f->wait_n;
	return out;
}

static void
report(struct analytics_state *s, const struct figures *f)
{
	struct probe_fact facts[9];
	double abandoned = abandoned_of(f);
	size_t n = 0;

	facts[n++] = count_of("offered", f->offered, "offered");
	facts[n++] = count_of("abandoned", abandoned, "abandoned");
	facts[n++] = share_of("abandonment_percent", abandoned, f->offered,
			      abandoned < 0 ? "abandoned" : "offered");
	facts[n++] = count_of("answered", f->answered, "answered");
	facts[n++] = mean_of("first_response_ms", f);
	facts[n++] = share_of("service_level_percent", f->within_level,
			      f->level_n, "service level");
	facts[n++] = count_of("connected", f->connected, "connected");
	facts[n++] = share_of("success_percent", f->connected, f->offered,
			      f->connected < 0 ? "connected" : "offered");
	facts[n++] = facts_number(
		"age_seconds", (double)(clock_wall_ms() - f->newest_ms) / 1000);
	if (f->offered >= 0)
		str_printf(s->ask.result.detail, sizeof(s->ask.result.detail),
			   "%.0f offered, %d %s", f->offered, f->buckets,
			   s->is_cxone ? "skills" : "intervals");
	ask_report(&s->ask, facts, n);
}

static void
on_heard(void *owner, struct http_answer *a)
{
	struct analytics_state *s = owner;
	struct answer answer = { .doc = NULL };
	struct figures f;
	struct err e;

	if (a->code == ERR_NONE && a->status == 204) {
		ask_fail(&s->ask, ERR_ABSENT, "no data: HTTP 204");
		return;
	}
	if (ask_json(&s->ask, &answer, a)) {
		enum err_code code =
			s->is_cxone ? figures_cxone_read(&f, &s->query,
							 answer.doc, &e)
				    : figures_genesys_read(&f, &s->query,
							   answer.doc, &e);

		if (code == ERR_NONE)
			report(s, &f);
		else
			ask_fail(&s->ask, code, e.text);
	}
	answer_clear(&answer);
}

static enum err_code
check_times(const struct analytics_state *s, struct err *e)
{
	int64_t step_ms = s->query.granularity_ms;

	if (step_ms < 60000 || step_ms % 60000 != 0)
		return err_set(e, ERR_ARG,
			       "granularity: whole minutes, at least 1m");
	if (s->window_ms < step_ms || s->window_ms % step_ms != 0 ||
	    s->window_ms / step_ms > BUCKETS_MOST)
		return err_set(e, ERR_ARG,
			       "window: 1 to %d times the granularity",
			       BUCKETS_MOST);
	return ERR_NONE;
}

/* CXone has the times in its path: that is made anew each time. */
static enum err_code
aim(struct analytics_state *s, struct err *e)
{
	struct buf path;
	enum err_code code;

	figures_window(&s->query, clock_wall_ms(), s->window_ms, s->lag_ms);
	if (!s->is_cxone)
		return ERR_NONE;
	ask_at_clear(&s->at);
	buf_init(&path, PATH_CAP);
	if (!figures_cxone_path(&path, &s->query, s->base))
		code = err_set(e, ERR_ARG,
			       "media: CXone has voice and chat, not \"%s\"",
			       s->query.media);
	else
		code = ask_at_init(&s->at, s->env, s->endpoint, buf_str(&path),
				   e);
	buf_clear(&path);
	return code;
}

static enum err_code
analytics_init(void *state, const struct probe_env *env,
	       const struct book_probe *probe, struct err *e)
{
	struct analytics_state *s = state;
	const struct settings *with = &probe->with;
	const struct book_endpoint *endpoint;

	ask_init(&s->ask, env, probe, on_heard, s);
	s->env = env;
	s->endpoint = settings_text_or(with, "endpoint", "");
	endpoint = book_endpoint(env->book, s->endpoint);
	s->is_cxone = endpoint != NULL && str_same(endpoint->adapter, "cxone");
	s->base =
		settings_text_or(with, "base", "/incontactapi/services/v30.0");
	s->window_ms = settings_duration_ms(with, "window", 1800000);
	s->lag_ms = settings_duration_ms(with, "lag", 0);
	s->query.granularity_ms =
		settings_duration_ms(with, "granularity", 300000);
	s->query.queue = settings_text(with, "queue");
	s->query.media = settings_text_or(with, "media", "voice");
	if (check_times(s, e) != ERR_NONE)
		return e->code;
	if (s->is_cxone)
		return aim(s, e);
	return ask_at_init(&s->at, env, s->endpoint,
			   settings_text_or(with, "path",
					    "/api/v2/analytics/conversations/"
					    "aggregates/query"),
			   e);
}

static void
analytics_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
		void *ctx)
{
	struct analytics_state *s = state;
	struct buf body;
	struct err e;

	ask_begin(&s->ask, l, timeout_ms, done, ctx);
	if (aim(s, &e) != ERR_NONE) {
		ask_fail(&s->ask, e.code, e.text);
		return;
	}
	buf_init(&body, BODY_CAP);
	if (!s->is_cxone)
		figures_genesys_body(&body, &s->query);
	if (body.cut)
		ask_fail(&s->ask, ERR_LIMIT, "the query is too long");
	else
		ask_send(&s->ask, &s->at, s->is_cxone ? "GET" : "POST",
			 s->is_cxone ? NULL : buf_str(&body));
	buf_clear(&body);
}

static void
analytics_clear(void *state)
{
	struct analytics_state *s = state;

	ask_clear(&s->ask);
	ask_at_clear(&s->at);
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "the platform; its adapter says which calls it has" },
	{ .name = "path", .type = PARAM_PATH,
	  .fallback = "/api/v2/analytics/conversations/aggregates/query",
	  .help = "where Genesys Cloud takes the query" },
	{ .name = "base", .type = PARAM_PATH,
	  .fallback = "/incontactapi/services/v30.0",
	  .help = "where CXone's calls begin, with their version" },
	{ .name = "queue", .type = PARAM_TEXT,
	  .help = "id of the queue or skill; all by default" },
	{ .name = "media", .type = PARAM_WORD,
	  .choices = "voice chat callback email message",
	  .fallback = "voice", .help = "media type" },
	{ .name = "window", .type = PARAM_DURATION, .fallback = "30m",
	  .help = "how far back, a multiple of granularity" },
	{ .name = "granularity", .type = PARAM_DURATION, .fallback = "5m",
	  .help = "length of an interval, whole minutes" },
	{ .name = "lag", .type = PARAM_DURATION, .fallback = "0s",
	  .help = "how long intervals are amended after their end" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_analytics = {
	.spec = { .name = "analytics",
		  .help = "read what a queue did in intervals that are over",
		  .params = params,
		  .facts = "offered abandoned abandonment_percent answered "
			   "first_response_ms service_level_percent "
			   "connected success_percent age_seconds" },
	.state_size = sizeof(struct analytics_state),
	.init = analytics_init,
	.start = analytics_begin,
	.clear = analytics_clear,
};
