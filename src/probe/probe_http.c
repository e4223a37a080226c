/* probe_http - asks an HTTP API and reads facts from its JSON answer. */
#include "probe/probe.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/identity.h"
#include "probe/answer.h"
#include "probe/facts.h"
#include "probe/kinds.h"

#define URL_CAP 8192
#define BODY_CAP (256 * 1024)
#define LAST "{last "

struct http_state {
	struct auth_store *auth;
	struct auth_client who;
	struct http_request request; /* all but the body */
	struct buf url;
	struct json *headers; /* owns what request.headers points to */
	const char *body;     /* template; NULL none */
	struct json *expect;
	bool needs_json; /* some fact in use comes from the body */
	struct auth_call *call;
	probe_done *done;
	void *ctx;
};

static enum err_code
read_headers(struct http_state *s, const char *text, struct err *e)
{
	struct http_header *h = s->request.headers;
	int count = 0;

	if (s->body != NULL)
		h[count++] = (struct http_header){ "Content-Type",
						   "application/json" };
	if (text == NULL)
		return ERR_NONE;
	s->headers = json_parse(text, strlen(text), e);
	if (s->headers == NULL)
		return e->code;
	for (const struct json *v = json_first(s->headers); v != NULL;
	     v = json_next(v)) {
		if (count == HTTP_HEADERS)
			return err_set(e, ERR_LIMIT,
				       "more headers than %d are not sent",
				       HTTP_HEADERS - 1);
		h[count].name = json_key(v);
		h[count++].value = json_text(v) == NULL ? "" : json_text(v);
	}
	return ERR_NONE;
}

static bool
is_pointer(const char *from)
{
	return from != NULL && from[0] == '/';
}

static bool
reads_body(const struct book_probe *p)
{
	for (size_t i = 0; i < p->signal_count; i++)
		if (is_pointer(p->signals[i].from) ||
		    is_pointer(p->signals[i].count_from))
			return true;
	return settings_text(&p->with, "expect") != NULL;
}

static enum err_code
http_init(void *state, const struct probe_env *env,
	  const struct book_probe *probe, struct err *e)
{
	struct http_state *s = state;
	const struct settings *with = &probe->with;
	const char *id = settings_text_or(with, "endpoint", "");
	const struct book_endpoint *endpoint = book_endpoint(env->book, id);
	const char *expect = settings_text(with, "expect");

	if (endpoint == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
	s->auth = env->auth;
	s->who = identity_client(endpoint);
	s->body = settings_text(with, "body");
	s->needs_json = reads_body(probe);
	buf_init(&s->url, URL_CAP);
	if (identity_url(&s->url, endpoint, settings_text_or(with, "path", "/"),
			 e) != ERR_NONE)
		return e->code;
	s->request.url = buf_str(&s->url);
	s->request.target = http_target_new(s->request.url);
	s->request.method = settings_text_or(with, "method", "GET");
	s->request.ca_file = endpoint->ca_file;
	if (expect != NULL) {
		s->expect = json_parse(expect, strlen(expect), e);
		if (s->expect == NULL)
			return e->code;
	}
	return read_headers(s, settings_text(with, "headers"), e);
}

/* "{last 30m}" becomes the interval of that length that ends now. */
static bool
expand_one(struct buf *out, const char *at, const char **after)
{
	const char *end = strchr(at, '}');
	char text[24];
	char from[CLOCK_TEXT], to[CLOCK_TEXT];
	int64_t now_ms = clock_wall_ms();
	int64_t ms;

	at += strlen(LAST);
	if (end == NULL ||
	    !str_copy_n(text, sizeof(text), at, (size_t)(end - at)) ||
	    !str_to_duration_ms(text, &ms))
		return false;
	clock_text(from, now_ms - ms);
	clock_text(to, now_ms);
	*after = end + 1;
	return buf_printf(out, "%s/%s", from, to);
}

static void
expand(struct buf *out, const char *body)
{
	const char *at;

	while ((at = strstr(body, LAST)) != NULL) {
		const char *after;

		buf_add(out, body, (size_t)(at - body));
		if (!expand_one(out, at, &after)) {
			buf_text(out, LAST);
			after = at + strlen(LAST);
		}
		body = after;
	}
	buf_text(out, body);
}

static void
on_answer(void *ctx, struct http_answer *a)
{
	struct http_state *s = ctx;
	struct probe_result r = { 0 };
	struct probe_fact facts[3];
	struct answer answer;

	s->call = NULL;
	answer_read(&answer, a, s->needs_json, &r);
	facts[0] = facts_number("status", a->status);
	facts[1] = facts_number("latency_ms", (double)a->took_us / 1000);
	facts[2] = s->expect == NULL
			   ? facts_missing("as_expected", "nothing is expected")
			   : answer_as_expected(&answer, s->expect);
	r.facts = facts;
	r.fact_count = ARRAY_LEN(facts);
	s->done(s->ctx, &r);
	answer_clear(&answer);
}

static void
http_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	   void *ctx)
{
	struct http_state *s = state;
	struct http_request request = s->request;
	enum err_code code;
	struct buf body;
	struct err e;

	assert(s->call == NULL);
	s->done = done;
	s->ctx = ctx;
	request.timeout_ms = timeout_ms;
	buf_init(&body, BODY_CAP);
	if (s->body != NULL) {
		expand(&body, s->body);
		request.body = buf_str(&body);
		request.body_len = body.len;
	}
	code = body.cut ? err_set(&e, ERR_LIMIT,
				  "the body is larger than %d bytes", BODY_CAP)
			: auth_start(&s->call, l, s->auth, &s->who, &request,
				     on_answer, s, &e);
	buf_clear(&body);
	if (code != ERR_NONE) {
		struct probe_result r = { 0 };

		answer_fail(&r, code, e.text);
		done(ctx, &r);
	}
}

static void
http_clear(void *state)
{
	struct http_state *s = state;

	if (s->call != NULL)
		auth_cancel(s->call);
	s->call = NULL;
	json_free(s->headers);
	json_free(s->expect);
	http_target_free(s->request.target);
	buf_clear(&s->url);
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "whom to ask" },
	{ .name = "method", .type = PARAM_WORD, .choices = "GET POST HEAD",
	  .fallback = "GET", .help = "how; POST only for queries" },
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "what to ask for" },
	{ .name = "headers", .type = PARAM_MAP, .help = "further headers" },
	{ .name = "body", .type = PARAM_JSON,
	  .help = "sent as JSON; \"{last 30m}\" becomes an interval" },
	{ .name = "expect", .type = PARAM_MAP,
	  .help = "JSON pointers and the texts they must hold" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_http = {
	.spec = { .name = "http",
		  .help = "ask an HTTP API and read its JSON answer",
		  .params = params,
		  .facts = "status latency_ms as_expected" },
	.state_size = sizeof(struct http_state),
	.init = http_init,
	.start = http_begin,
	.clear = http_clear,
};
