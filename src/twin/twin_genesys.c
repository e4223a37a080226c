/* twin_genesys - the platform's real calls: tokens, analytics, flows. */
#include "twin/route.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "twin/weather.h"

#define TOKEN_S 86399

static void
fail_token(struct twin_call *c, int status, const char *error, const char *text)
{
	struct jwriter w;

	route_json(c, status, &w);
	jw_object(&w, NULL);
	jw_text(&w, "error", error);
	jw_text(&w, "description", text);
	jw_text(&w, "error_description", text);
	jw_object_end(&w);
}

/* Any client may have a token, but it must say who it is and what it wants. */
static bool
may_have_token(struct twin_call *c)
{
	const struct twin_request *q = c->request;
	char form[2048];

	if (!str_copy_n(form, sizeof(form), q->body, q->body_len) ||
	    strstr(form, "grant_type=client_credentials") == NULL)
		fail_token(c, 400, "unsupported_grant_type",
			   "grant_type must be client_credentials");
	else if (!(str_starts(q->authorization, "Basic ") &&
		   strlen(q->authorization) > strlen("Basic ")) &&
		 strstr(form, "client_id=") == NULL)
		fail_token(c, 401, "invalid_client", "authentication failed");
	else
		return true;
	return false;
}

static void
post_token(struct twin_call *c)
{
	struct twin_state *s = c->state;
	struct twin_token *t;
	struct jwriter w;

	if (!may_have_token(c))
		return;
	t = &s->tokens[s->counts.tokens++ % TWIN_TOKENS];
	str_printf(t->text, sizeof(t->text), "twin-%016llx-%lld",
		   (unsigned long long)s->seed, (long long)s->counts.tokens);
	t->ends_wall_ms = c->request->wall_ms + TOKEN_S * 1000LL;
	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_text(&w, "access_token", t->text);
	jw_text(&w, "token_type", "bearer");
	jw_int(&w, "expires_in", TOKEN_S);
	jw_object_end(&w);
}

/* One metric; `sum` below 0 when it only counts. */
struct figure {
	const char *name;
	int64_t count;
	double sum_ms;
};

#define FIGURES 6

static void
fill_figures(struct figure f[FIGURES], const struct weather_figures *v)
{
	double wait = v->wait_ms * (double)v->answered;

	f[0] = (struct figure){ "nOffered", v->offered, -1 };
	f[1] = (struct figure){ "tAbandon", v->abandoned,
				31000.0 * (double)v->abandoned };
	f[2] = (struct figure){ "tAnswered", v->answered, wait };
	f[3] = (struct figure){ "nConnected", v->connected, -1 };
	f[4] = (struct figure){ "nError", v->offered - v->connected, -1 };
	f[5] = (struct figure){ "tWait", v->offered,
				wait + 31000.0 * (double)v->abandoned };
}

static const struct figure *
find_figure(const struct figure f[FIGURES], const char *name)
{
	for (size_t i = 0; i < FIGURES; i++)
		if (str_same(f[i].name, name))
			return &f[i];
	return NULL;
}

static bool
good_interval(const char *text)
{
	const char *slash = text == NULL ? NULL : strchr(text, '/');
	int64_t from_ms, to_ms;
	char from[CLOCK_TEXT];

	return slash != NULL &&
	       str_copy_n(from, sizeof(from), text, (size_t)(slash - text)) &&
	       clock_parse(from, &from_ms) && clock_parse(slash + 1, &to_ms) &&
	       from_ms < to_ms;
}

/* False when the call was refused. */
static bool
good_query(struct twin_call *c)
{
	const struct json *metrics = json_get(c->body, "metrics");
	struct figure known[FIGURES];
	struct weather_figures none = { 0 };
	const struct json *m;

	fill_figures(known, &none);
	if (!good_interval(json_text(json_get(c->body, "interval")))) {
		route_fail(c, 400, "invalid.date",
			   "interval must be two ISO-8601 times, the earlier "
			   "first: 2026-05-01T10:00:00.000Z/"
			   "2026-05-01T10:30:00.000Z");
		return false;
	}
	for (m = json_first(metrics); m != NULL; m = json_next(m))
		if (find_figure(known, json_text(m)) == NULL)
			break;
	if (m == NULL && json_type(metrics) == JSON_ARRAY &&
	    json_count(metrics) > 0)
		return true;
	route_fail(c, 400, "bad.request",
		   "metrics must be a list out of nOffered, tAbandon, "
		   "tAnswered, nConnected, nError, tWait");
	return false;
}

/* Only voice has calls: any other media type has no data at all. */
static bool
wants_voice(const struct json *body)
{
	const struct json *list = json_at(body, "/filter/predicates");
	const struct json *p;

	for (p = json_first(list); p != NULL; p = json_next(p))
		if (str_same(json_text(json_get(p, "dimension")),
			     "mediaType") &&
		    !str_same(json_text(json_get(p, "value")), "voice"))
			return false;
	return true;
}

static void
put_metric(struct jwriter *w, const struct figure *f)
{
	jw_object(w, NULL);
	jw_text(w, "metric", f->name);
	jw_null(w, "qualifier");
	jw_object(w, "stats");
	jw_int(w, "count", f->count);
	if (f->sum_ms >= 0)
		jw_number(w, "sum", f->sum_ms);
	jw_object_end(w);
	jw_object_end(w);
}

static void
put_result(struct twin_call *c, struct jwriter *w)
{
	const struct json *asked = json_get(c->body, "metrics");
	const struct json *m;
	struct weather_figures v;
	struct figure f[FIGURES];

	weather_ask(c->state, &v);
	fill_figures(f, &v);
	jw_object(w, NULL);
	jw_object(w, "group");
	jw_text(w, "mediaType", "voice");
	jw_object_end(w);
	jw_array(w, "data");
	jw_object(w, NULL);
	jw_text(w, "interval", json_text(json_get(c->body, "interval")));
	jw_array(w, "metrics");
	for (m = json_first(asked); m != NULL; m = json_next(m))
		put_metric(w, find_figure(f, json_text(m)));
	jw_array_end(w);
	jw_array(w, "views");
	jw_array_end(w);
	jw_object_end(w);
	jw_array_end(w);
	jw_object_end(w);
}

static void
post_aggregates(struct twin_call *c)
{
	struct jwriter w;

	if (!good_query(c))
		return;
	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_array(&w, "results");
	if (wants_voice(c->body))
		put_result(c, &w);
	jw_array_end(&w);
	jw_object_end(&w);
}

/* The operation of a publish in the shape of the real service. */
static void
put_operation(struct jwriter *w, const char *key, const struct twin_value *v)
{
	bool is_moving = v->next[0] != '\0';

	jw_object(w, key);
	jw_text(w, "id", state_target(v));
	jw_flag(w, "complete", !is_moving);
	jw_text(w, "actionName", "PUBLISH");
	jw_text(w, "actionStatus", is_moving ? "STARTED" : "SUCCESS");
	jw_object_end(w);
}

static void
get_real_flow(struct twin_call *c)
{
	const struct twin_flow *f = c->flow;
	struct jwriter w;

	if (!str_same(c->args[0], f->id)) {
		route_fail(c, 404, "not.found",
			   "The requested resource was not found.");
		return;
	}
	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_text(&w, "id", f->id);
	jw_text(&w, "name", f->name);
	jw_text(&w, "type", "INBOUNDCALL");
	jw_flag(&w, "active", true);
	jw_object(&w, "publishedVersion");
	jw_text(&w, "id", f->version.now);
	jw_object_end(&w);
	put_operation(&w, "currentOperation", &f->version);
	jw_text(&w, "selfUri", c->request->path);
	jw_object_end(&w);
}

static void
publish_real_flow(struct twin_call *c)
{
	struct twin_flow *f = c->flow;
	const char *version = route_query(c, "version");
	struct jwriter w;

	if (!str_same(route_query(c, "flow"), f->id) ||
	    state_version(c->state, f->id, version) == NULL) {
		route_fail(c, 404, "not.found",
			   "The requested resource was not found.");
		return;
	}
	(void)route_deploy(c, version);
	route_json(c, 200, &w);
	put_operation(&w, NULL, &f->version);
}

/* The calls that are up on the trunk, as the real service counts them; nobody
 * calls out from the twin. */
static void
get_trunk_metrics(struct twin_call *c)
{
	const struct twin_trunk *t = state_trunk(c->state, c->args[0]);
	char now[CLOCK_TEXT];
	struct jwriter w;

	if (t == NULL) {
		route_fail(c, 404, "not.found",
			   "The requested resource was not found.");
		return;
	}
	clock_text(now, c->request->wall_ms);
	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_text(&w, "eventTime", now);
	jw_object(&w, "trunk");
	jw_text(&w, "id", t->id);
	jw_object_end(&w);
	jw_object(&w, "calls");
	jw_int(&w, "inboundCallCount", t->calls_open);
	jw_int(&w, "outboundCallCount", 0);
	jw_object_end(&w);
	jw_object_end(&w);
}

const struct route routes_genesys[] = {
	{ "POST", "/oauth/token", ROUTE_READ, post_token,
	  "a bearer token for any client" },
	{ "POST", "/api/v2/analytics/conversations/aggregates/query",
	  ROUTE_READ, post_aggregates, "figures of the voice queue" },
	{ "GET", "/api/v2/telephony/providers/edges/trunks/{trunkId}/metrics",
	  ROUTE_READ, get_trunk_metrics, "the calls that are up on a trunk" },
	{ "GET", "/api/v2/flows/{flowId}", ROUTE_READ, get_real_flow,
	  "the flow in the shape of the real service" },
	{ "POST", "/api/v2/flows/actions/publish", ROUTE_WRITE,
	  publish_real_flow, "publish a version, as the real service does" },
	{ NULL, NULL, ROUTE_READ, NULL, NULL },
};
