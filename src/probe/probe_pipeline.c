/*
 * probe_pipeline - how long data takes from one end of a pipeline to the other.
 *
 * Without a marker the time of the newest event at the source is read first,
 * then that at the far end: what the far end lacks of it is the latency.  A
 * source that has nothing new proves nothing.
 *
 * With a marker one is written at the source, and the far end is read until
 * the marker is there.  One that is not there by the deadline counts as that
 * late when this is beyond `limit`; before that nothing is known.
 */
#include "probe/probe.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "probe/facts.h"
#include "probe/inquiry.h"
#include "probe/kinds.h"

#define MARK "{marker}"
#define BODY_CAP (64 * 1024)
#define LOOK_EVERY_MS 50
#define LOOK_MARGIN_MS 20 /* of the deadline, for the report */
#define FUTURE_MS 5000	  /* clocks may differ by this much */
#define SECONDS_MOST 1e11 /* numbers above are milliseconds since 1970 */

enum phase { PHASE_SOURCE, PHASE_FAR };

struct pipeline_state {
	struct ask ask;
	struct ask_at source, far;
	const char *newest, *far_newest;
	const char *marker; /* body that writes one; NULL none */
	const char *method;
	int64_t max_age_ms, limit_ms;
	char mark[32];
	enum phase phase;
	int64_t newest_ms, written_us;
	struct loop_timer *look;
};

/* RFC 3339, or seconds or milliseconds since 1970. */
static bool
read_time(const struct json *v, int64_t *out_ms)
{
	double number;

	if (json_type(v) == JSON_STRING)
		return clock_parse(json_text(v), out_ms);
	if (!json_number(v, &number) || !(number > 0) || number > 1e15)
		return false;
	*out_ms = (int64_t)(number > SECONDS_MOST ? number : number * 1000);
	return true;
}

static void
report(struct pipeline_state *s, double latency_s, int64_t age_ms,
       const char *why)
{
	struct probe_fact facts[2];

	facts[0] = facts_number("latency_seconds", latency_s);
	str_copy(facts[0].why, sizeof(facts[0].why), why);
	facts[1] = s->marker != NULL ? facts_missing("source_age_seconds",
						     "a marker was written")
				     : facts_number("source_age_seconds",
						    (double)age_ms / 1000);
	str_printf(s->ask.result.detail, sizeof(s->ask.result.detail),
		   "%.3f s%s%.60s", latency_s, why[0] == '\0' ? "" : ": ", why);
	ask_report(&s->ask, facts, ARRAY_LEN(facts));
}

static void
no_time(struct pipeline_state *s, const char *end, const char *pointer)
{
	char why[SAMPLE_WHY];

	str_printf(why, sizeof(why), "%s: no time at \"%.50s\": no data", end,
		   pointer);
	ask_fail(&s->ask, ERR_ABSENT, why);
}

/* Is there something whose arrival could be seen? */
static void
judge_source(struct pipeline_state *s, const struct json *doc)
{
	char why[SAMPLE_WHY], age[24];
	int64_t age_ms;

	if (!read_time(json_at(doc, s->newest), &s->newest_ms)) {
		no_time(s, "source", s->newest);
		return;
	}
	age_ms = clock_wall_ms() - s->newest_ms;
	if (age_ms < -FUTURE_MS) {
		ask_fail(&s->ask, ERR_FORMAT,
			 "the source's newest is in the future: the clocks "
			 "differ");
	} else if (age_ms > s->max_age_ms) {
		str_duration(age, sizeof(age), age_ms);
		str_printf(why, sizeof(why),
			   "no data: the source has had nothing new for %s",
			   age);
		ask_fail(&s->ask, ERR_ABSENT, why);
	} else {
		s->phase = PHASE_FAR;
		ask_send(&s->ask, &s->far, "GET", NULL);
	}
}

static void
judge_far(struct pipeline_state *s, const struct json *doc)
{
	int64_t far_ms, late_ms;

	if (!read_time(json_at(doc, s->far_newest), &far_ms)) {
		no_time(s, "far end", s->far_newest);
		return;
	}
	if (far_ms > clock_wall_ms() + FUTURE_MS) {
		ask_fail(&s->ask, ERR_FORMAT,
			 "the far end's newest is in the future: the clocks "
			 "differ");
		return;
	}
	late_ms = far_ms >= s->newest_ms ? 0 : s->newest_ms - far_ms;
	report(s, (double)late_ms / 1000, clock_wall_ms() - s->newest_ms, "");
}

static void
on_look(void *ctx)
{
	struct pipeline_state *s = ctx;

	s->look = NULL;
	ask_send(&s->ask, &s->far, "GET", NULL);
}

/* Does any text under `v` hold the marker? */
static bool
holds_mark(const struct json *v, const char *mark)
{
	const char *text = json_text(v);

	if (text != NULL)
		return strstr(text, mark) != NULL;
	for (v = json_first(v); v != NULL; v = json_next(v))
		if (holds_mark(v, mark))
			return true;
	return false;
}

/* Not there yet: look again while there is time. */
static void
wait_on(struct pipeline_state *s)
{
	int64_t past_ms = (clock_real_us() - s->written_us) / 1000;
	char why[SAMPLE_WHY], past[24];

	if (ask_left_ms(&s->ask) > LOOK_EVERY_MS + LOOK_MARGIN_MS) {
		s->look = loop_at(s->ask.loop,
				  clock_real_us() + LOOK_EVERY_MS * 1000,
				  on_look, s);
		return;
	}
	str_duration(past, sizeof(past), past_ms);
	str_printf(why, sizeof(why), "the marker is not there after %s", past);
	if (past_ms > s->limit_ms) {
		report(s, (double)past_ms / 1000, 0, why);
		return;
	}
	str_printf(why, sizeof(why),
		   "the marker is not there after %s; the limit is later: "
		   "raise the probe's timeout",
		   past);
	ask_fail(&s->ask, ERR_TIMEOUT, why);
}

static void
judge_mark(struct pipeline_state *s, const struct json *doc)
{
	if (s->phase == PHASE_SOURCE) {
		s->phase = PHASE_FAR;
		ask_send(&s->ask, &s->far, "GET", NULL);
	} else if (holds_mark(json_at(doc, s->far_newest), s->mark)) {
		report(s, (double)(clock_real_us() - s->written_us) / 1e6, 0,
		       "");
	} else {
		wait_on(s);
	}
}

/* 404 is how many say that something is not there yet. */
static bool
is_not_there(const struct pipeline_state *s, const struct http_answer *a)
{
	return s->marker != NULL && s->phase == PHASE_FAR &&
	       a->code == ERR_NONE && a->status == 404;
}

static void
on_heard(void *owner, struct http_answer *a)
{
	struct pipeline_state *s = owner;
	struct answer answer = { .doc = NULL };
	struct probe_result *r = &s->ask.result;

	/* What was written may be acknowledged without a word. */
	if (s->marker != NULL && s->phase == PHASE_SOURCE &&
	    a->code == ERR_NONE && a->status >= 200 && a->status <= 299) {
		str_printf(r->detail, sizeof(r->detail), "%d", a->status);
		judge_mark(s, NULL);
		return;
	}
	if (is_not_there(s, a)) {
		wait_on(s);
		return;
	}
	if (ask_json(&s->ask, &answer, a)) {
		if (s->marker != NULL)
			judge_mark(s, answer.doc);
		else if (s->phase == PHASE_SOURCE)
			judge_source(s, answer.doc);
		else
			judge_far(s, answer.doc);
	}
	answer_clear(&answer);
}

static enum err_code
pipeline_init(void *state, const struct probe_env *env,
	      const struct book_probe *probe, struct err *e)
{
	struct pipeline_state *s = state;
	const struct settings *with = &probe->with;
	const char *endpoint = settings_text_or(with, "endpoint", "");

	ask_init(&s->ask, env, probe, on_heard, s);
	s->newest = settings_text_or(with, "newest", "");
	s->far_newest = settings_text_or(with, "far.newest", "");
	s->marker = settings_text(with, "marker");
	s->method = settings_text_or(with, "method", "POST");
	s->max_age_ms = settings_duration_ms(with, "max_age", 300000);
	s->limit_ms = settings_duration_ms(with, "limit", 5000);
	if (s->marker != NULL && strstr(s->marker, MARK) == NULL)
		return err_set(e, ERR_ARG,
			       "marker: its body must hold \"" MARK "\"");
	if (ask_at_init(&s->source, env, endpoint,
			settings_text_or(with, "path", "/"), e) != ERR_NONE)
		return e->code;
	return ask_at_init(&s->far, env,
			   settings_text_or(with, "far.endpoint", endpoint),
			   settings_text_or(with, "far.path", "/"), e);
}

/* The body with each "{marker}" in it replaced. */
static bool
make_body(const struct pipeline_state *s, struct buf *out)
{
	const char *at = s->marker, *next;

	while ((next = strstr(at, MARK)) != NULL) {
		buf_add(out, at, (size_t)(next - at));
		buf_text(out, s->mark);
		at = next + strlen(MARK);
	}
	buf_text(out, at);
	return !out->cut;
}

static void
write_mark(struct pipeline_state *s)
{
	struct buf body;

	str_printf(s->mark, sizeof(s->mark), "warroom-%016llx",
		   (unsigned long long)rng_system());
	buf_init(&body, BODY_CAP);
	s->written_us = clock_real_us();
	if (make_body(s, &body))
		ask_send(&s->ask, &s->source, s->method, buf_str(&body));
	else
		ask_fail(&s->ask, ERR_LIMIT, "the marker's body is too large");
	buf_clear(&body);
}

static void
pipeline_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	       void *ctx)
{
	struct pipeline_state *s = state;

	s->phase = PHASE_SOURCE;
	ask_begin(&s->ask, l, timeout_ms, done, ctx);
	if (s->marker != NULL)
		write_mark(s);
	else
		ask_send(&s->ask, &s->source, "GET", NULL);
}

static void
pipeline_clear(void *state)
{
	struct pipeline_state *s = state;

	loop_timer_cancel(s->look);
	s->look = NULL;
	ask_clear(&s->ask);
	ask_at_clear(&s->source);
	ask_at_clear(&s->far);
}

/* clang-format off */
static const struct param far_params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT,
	  .help = "who has it; endpoint by default" },
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "what to ask for" },
	{ .name = "newest", .type = PARAM_POINTER, .fallback = "",
	  .help = "time of the newest event, or where a marker turns up" },
	{ 0 },
};

static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "the source" },
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "what to ask for, or where a marker is written" },
	{ .name = "newest", .type = PARAM_POINTER, .fallback = "",
	  .help = "time of the newest event in the answer" },
	{ .name = "max_age", .type = PARAM_DURATION, .fallback = "5m",
	  .help = "a source without anything newer proves nothing" },
	{ .name = "marker", .type = PARAM_JSON,
	  .help = "body that writes one; \"{marker}\" in it is made new" },
	{ .name = "method", .type = PARAM_WORD, .choices = "POST PUT",
	  .fallback = "POST", .help = "how a marker is written" },
	{ .name = "limit", .type = PARAM_DURATION, .fallback = "5s",
	  .help = "a marker later than this is late, however much" },
	{ .name = "far", .type = PARAM_GROUP, .required = true,
	  .inside = far_params, .help = "the other end" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_pipeline = {
	.spec = { .name = "pipeline",
		  .help = "measure how late data is at the far end",
		  .params = params,
		  .facts = "latency_seconds source_age_seconds" },
	.state_size = sizeof(struct pipeline_state),
	.init = pipeline_init,
	.start = pipeline_begin,
	.clear = pipeline_clear,
};
