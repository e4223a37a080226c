/*
 * probe_prometheus - one number from Prometheus by an instant query, and how
 * old it is.
 *
 * The time that stands beside a value is that of the evaluation: a target may
 * have been silent for the whole look-back and its last value still comes.
 * So a second query asks for the time of the samples themselves,
 * `min(timestamp(SERIES))`, and that is judged against `max_age`.  A function
 * or a sum has no samples of its own: without `age_of` its age is that of the
 * evaluation, which proves nothing, and the measurement fails.
 *
 * Only one series with one finite number, without warnings, is a measurement.
 */
#include "probe/probe.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/percent.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "net/identity.h"
#include "probe/answer.h"
#include "probe/facts.h"
#include "probe/kinds.h"
#include "probe/toll.h"

#define URL_CAP 8192
#define PATH_CAP (URL_CAP / 2)
#define API "/api/v1/query?query="
#define FUTURE_S 5 /* clocks may differ by this much */

struct prom_state {
	struct auth_store *auth;
	struct auth_client who;
	const char *ca_file;
	struct buf value_url, age_url;
	double max_age_s;
	bool is_age; /* the second query is under way */
	double value;
	int64_t started_us, until_us;
	int64_t bytes; /* of both queries */
	int connects;
	struct loop *loop;
	struct auth_call *call;
	struct toll toll;
	const struct buf *asked; /* what passes the toll */
	probe_done *done;
	void *ctx;
};

/* One sample of an answer. */
struct point {
	double at_s;
	double number;
};

static enum err_code
make_url(struct buf *out, const struct book_endpoint *endpoint,
	 const char *before, const char *query, const char *after,
	 struct err *e)
{
	struct buf path, whole;
	enum err_code code = ERR_NONE;

	buf_init(out, URL_CAP);
	buf_init(&path, PATH_CAP);
	buf_init(&whole, PATH_CAP);
	if (!buf_text(&path, API) ||
	    !buf_printf(&whole, "%s%s%s", before, query, after) ||
	    !percent_encode(&path, buf_str(&whole)))
		code = err_set(e, ERR_LIMIT,
			       "the query for %s is longer than %d bytes; make "
			       "it a recording rule",
			       endpoint->id, PATH_CAP);
	else
		code = identity_url(out, endpoint, buf_str(&path), e);
	buf_clear(&path);
	buf_clear(&whole);
	return code;
}

static enum err_code
prom_init(void *state, const struct probe_env *env,
	  const struct book_probe *probe, struct err *e)
{
	struct prom_state *s = state;
	const struct settings *with = &probe->with;
	const char *id = settings_text_or(with, "endpoint", "");
	const struct book_endpoint *endpoint = book_endpoint(env->book, id);
	const char *query = settings_text_or(with, "query", "");

	if (endpoint == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
	s->auth = env->auth;
	s->who = identity_client(endpoint);
	s->ca_file = endpoint->ca_file;
	toll_init(&s->toll, env, probe);
	s->max_age_s =
		(double)settings_duration_ms(with, "max_age", 120000) / 1000;
	if (make_url(&s->value_url, endpoint, "", query, "", e) != ERR_NONE)
		return e->code;
	return make_url(&s->age_url, endpoint, "min(timestamp(",
			settings_text_or(with, "age_of", query), "))", e);
}

static enum err_code
fail(struct probe_result *r, enum err_code code, const char *why)
{
	r->code = code;
	text_clean(r->why, sizeof(r->why), why, strlen(why));
	return code;
}

/* What Prometheus says of an error; its words are foreign. */
static enum err_code
fail_as_told(struct probe_result *r, int status, const struct json *doc)
{
	const char *said = json_text_or(doc, "error", "");
	const char *type = json_text_or(doc, "errorType", "error");
	char why[600], what[41], words[401];

	if (doc == NULL || said[0] == '\0') {
		str_printf(why, sizeof(why), "HTTP %d", status);
	} else {
		redact_clean(what, sizeof(what), type, strlen(type));
		redact_clean(words, sizeof(words), said, strlen(said));
		str_printf(why, sizeof(why), "%s: %s", what, words);
	}
	return fail(r, ERR_REFUSED, why);
}

/* "[1795167068.707, "2.5"]" */
static enum err_code
read_point(struct probe_result *r, const struct json *pair, struct point *out)
{
	const char *text = json_text(json_item(pair, 1));
	char why[SAMPLE_WHY], shown[61];

	if (json_count(pair) != 2 || text == NULL ||
	    !json_number(json_item(pair, 0), &out->at_s))
		return fail(r, ERR_FORMAT, "no pair of time and value");
	if (str_to_number(text, &out->number))
		return ERR_NONE;
	redact_clean(shown, sizeof(shown), text, strlen(text));
	str_printf(why, sizeof(why), "the value is %s, not a finite number",
		   shown);
	return fail(r, ERR_FORMAT, why);
}

static enum err_code
read_vector(struct probe_result *r, const struct json *result,
	    struct point *out)
{
	size_t count = json_count(result);
	const struct json *value = json_get(json_first(result), "value");
	char why[SAMPLE_WHY];

	if (count == 0)
		return fail(r, ERR_ABSENT, "no series: no data");
	if (count > 1) {
		str_printf(why, sizeof(why),
			   "%zu series, one is wanted: select or sum them",
			   count);
		return fail(r, ERR_FORMAT, why);
	}
	if (json_type(value) != JSON_ARRAY)
		return fail(r, ERR_FORMAT, "the series has no plain value");
	return read_point(r, value, out);
}

static enum err_code
read_data(struct probe_result *r, const struct json *doc, struct point *out)
{
	const struct json *data = json_get(doc, "data");
	const struct json *result = json_get(data, "result");
	const char *type = json_text_or(data, "resultType", "nothing");
	const struct json *warnings = json_get(doc, "warnings");
	char why[600], shown[401];

	if (json_count(warnings) > 0) {
		const char *first = json_text(json_first(warnings));

		if (first == NULL)
			first = "(no text)";
		redact_clean(shown, sizeof(shown), first, strlen(first));
		str_printf(why, sizeof(why), "warning: %s", shown);
		return fail(r, ERR_FORMAT, why);
	}
	if (json_type(result) == JSON_ARRAY && str_same(type, "vector"))
		return read_vector(r, result, out);
	if (json_type(result) == JSON_ARRAY && str_same(type, "scalar"))
		return read_point(r, result, out);
	redact_clean(shown, 41, type, strlen(type));
	str_printf(why, sizeof(why),
		   "the answer is a %s, a vector or a scalar is wanted", shown);
	return fail(r, ERR_FORMAT, why);
}

static enum err_code
read_answer(struct probe_result *r, const struct http_answer *a,
	    struct point *out)
{
	const struct buf *body = &a->body;
	struct json *doc;
	struct err e;
	enum err_code code;

	if (a->code != ERR_NONE)
		return fail(r, a->code, a->why);
	if (a->retry_after_ms > 0)
		r->hold_ms = a->retry_after_ms;
	doc = json_parse(buf_str(body), body->len, &e);
	if (a->status != 200 ||
	    (doc != NULL &&
	     !str_same(json_text_or(doc, "status", ""), "success")))
		code = fail_as_told(r, a->status, doc);
	else if (doc == NULL)
		code = fail(r, ERR_FORMAT, "the answer is not JSON");
	else
		code = read_data(r, doc, out);
	json_free(doc);
	return code;
}

/* The age by our clock: a Prometheus whose own clock stands still is stale. */
static void
judge_age(const struct prom_state *s, struct probe_result *r,
	  const struct point *p, double *age_s)
{
	char why[SAMPLE_WHY], age[24], most[24];

	*age_s = (double)clock_wall_ms() / 1000 - p->number;
	if (p->number == p->at_s) {
		fail(r, ERR_FORMAT,
		     "the age of a calculated value is not known: name its "
		     "series in age_of");
	} else if (*age_s < -FUTURE_S) {
		str_printf(why, sizeof(why),
			   "measured %.0f s in the future: the clocks differ",
			   -*age_s);
		fail(r, ERR_FORMAT, why);
	} else if (*age_s > s->max_age_s) {
		str_duration(age, sizeof(age), (int64_t)(*age_s * 1000));
		str_duration(most, sizeof(most),
			     (int64_t)(s->max_age_s * 1000));
		str_printf(why, sizeof(why),
			   "stale: measured %s ago, at most %s is fresh", age,
			   most);
		fail(r, ERR_REFUSED, why);
	}
	if (*age_s < 0)
		*age_s = 0;
}

static void
report(struct prom_state *s, struct probe_result *r, double age_s)
{
	struct probe_fact facts[2];
	char number[40];

	r->took_us = clock_real_us() - s->started_us;
	r->bytes = s->bytes;
	r->connects = s->connects;
	facts[0] = facts_number("value", s->value);
	facts[1] = facts_number("age_seconds", age_s);
	if (r->code == ERR_NONE) {
		str_number(number, sizeof(number), s->value);
		str_printf(r->detail, sizeof(r->detail), "%s, %.1f s old",
			   number, age_s);
	}
	r->facts = facts;
	r->fact_count = ARRAY_LEN(facts);
	s->done(s->ctx, r);
}

static void ask(struct prom_state *s, const struct buf *url);

static void
on_answer(void *ctx, struct http_answer *a)
{
	struct prom_state *s = ctx;
	struct probe_result r = { .code = ERR_NONE };
	struct point p = { 0 };
	double age_s = NAN;

	s->call = NULL;
	s->bytes += a->bytes;
	s->connects += a->connects;
	if (a->status != 0)
		answer_keep_raw(&r, &a->body);
	if (read_answer(&r, a, &p) == ERR_NONE) {
		if (!s->is_age) {
			s->value = p.number;
			s->is_age = true;
			ask(s, &s->age_url);
			return;
		}
		judge_age(s, &r, &p, &age_s);
	} else if (s->is_age) {
		char why[sizeof(r.why)];

		str_copy(why, sizeof(why), r.why);
		str_printf(r.why, sizeof(r.why), "age: %s", why);
	}
	report(s, &r, age_s);
}

/* Past the toll. */
static void
send_now(void *ctx)
{
	struct prom_state *s = ctx;
	struct http_request request = { .method = "GET",
					.url = buf_str(s->asked),
					.ca_file = s->ca_file };
	int64_t left_ms = (s->until_us - clock_real_us()) / 1000;
	struct err e;

	request.timeout_ms = left_ms < 1 ? 1 : (int)left_ms;
	if (auth_start(&s->call, s->loop, s->auth, &s->who, &request, on_answer,
		       s, &e) != ERR_NONE) {
		struct probe_result r = { .code = ERR_NONE };

		fail(&r, e.code, e.text);
		report(s, &r, NAN);
	}
}

static void
send_never(void *ctx, enum err_code code, const char *why)
{
	struct probe_result r = { .code = ERR_NONE };

	fail(&r, code, why);
	report(ctx, &r, NAN);
}

static void
ask(struct prom_state *s, const struct buf *url)
{
	s->asked = url;
	toll_pass(&s->toll, s->toll.named);
}

static void
prom_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	   void *ctx)
{
	struct prom_state *s = state;

	assert(s->call == NULL);
	s->done = done;
	s->ctx = ctx;
	s->loop = l;
	s->is_age = false;
	s->value = NAN;
	s->bytes = 0;
	s->connects = 0;
	s->started_us = clock_real_us();
	s->until_us = s->started_us + timeout_ms * 1000LL;
	toll_begin(&s->toll, l, s->until_us, send_now, send_never, s);
	ask(s, &s->value_url);
}

static void
prom_clear(void *state)
{
	struct prom_state *s = state;

	if (s->call != NULL)
		auth_cancel(s->call);
	s->call = NULL;
	toll_clear(&s->toll);
	buf_clear(&s->value_url);
	buf_clear(&s->age_url);
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "the Prometheus server" },
	{ .name = "query", .type = PARAM_TEXT, .required = true,
	  .help = "PromQL that gives one series or a scalar" },
	{ .name = "age_of", .type = PARAM_TEXT,
	  .help = "series whose oldest sample is the age; query by default" },
	{ .name = "max_age", .type = PARAM_DURATION, .fallback = "2m",
	  .help = "older is a failed measurement" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_prometheus = {
	.spec = { .name = "prometheus",
		  .help = "ask Prometheus for one number and its age",
		  .params = params,
		  .facts = "value age_seconds" },
	.state_size = sizeof(struct prom_state),
	.init = prom_init,
	.start = prom_begin,
	.clear = prom_clear,
};
