/* route - from a request to the function that answers it. */
#include "twin/route.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define REPLY_CAP (1024 * 1024)
#define FLOW_MS 3000	    /* room time of a deployment */
#define REGION_LAG_MS 25000 /* room time a region lags in a scenario */

const struct route *const route_tables[] = {
	routes_guide, routes_genesys, routes_platform, routes_cloudflare,
	routes_crm,   routes_wfm,     routes_control,  NULL,
};

void
route_reply_clear(struct twin_reply *r)
{
	buf_clear(&r->body);
}

void
route_json(struct twin_call *c, int status, struct jwriter *w)
{
	c->reply->status = status;
	buf_reset(&c->reply->body);
	jw_init(w, &c->reply->body);
}

static bool
is_cloudflare(const char *path)
{
	return str_starts(path, "/client/v4/");
}

static void
fail_cloudflare(struct jwriter *w, const char *code, const char *text)
{
	int64_t number;

	jw_object(w, NULL);
	jw_flag(w, "success", false);
	jw_array(w, "errors");
	jw_object(w, NULL);
	jw_int(w, "code", str_to_int(code, &number) ? number : 10000);
	jw_text(w, "message", text);
	jw_object_end(w);
	jw_array_end(w);
	jw_array(w, "messages");
	jw_array_end(w);
	jw_null(w, "result");
	jw_object_end(w);
}

static void
fail_genesys(struct jwriter *w, int status, const char *code, const char *text,
	     const char *context)
{
	jw_object(w, NULL);
	jw_text(w, "message", text);
	jw_text(w, "code", code);
	jw_int(w, "status", status);
	jw_text(w, "contextId", context);
	jw_array(w, "details");
	jw_array_end(w);
	jw_array(w, "errors");
	jw_array_end(w);
	jw_object_end(w);
}

void
route_fail(struct twin_call *c, int status, const char *code, const char *fmt,
	   ...)
{
	struct jwriter w;
	char text[300];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	route_json(c, status, &w);
	if (is_cloudflare(c->request->path))
		fail_cloudflare(&w, code, text);
	else
		fail_genesys(&w, status, code, text, c->reply->context);
}

void
route_effect(struct twin_call *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->reply->effect, sizeof(c->reply->effect), fmt, args);
	va_end(args);
}

void
route_location(struct twin_call *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->reply->location, sizeof(c->reply->location), fmt, args);
	va_end(args);
}

const char *
route_query(const struct twin_call *c, const char *name)
{
	const struct twin_request *q = c->request;

	for (size_t i = 0; i < q->query_count; i++)
		if (str_same(q->query[i].name, name))
			return q->query[i].value;
	return "";
}

const char *
route_need(struct twin_call *c, const char *pointer)
{
	const char *text =
		c->body == NULL ? NULL : json_text(json_at(c->body, pointer));

	if (text != NULL && text[0] != '\0' && strlen(text) < TWIN_WORD)
		return text;
	route_fail(c, 400, "bad.request",
		   "%s must be a text of 1 to %d bytes in the JSON body",
		   pointer, TWIN_WORD - 1);
	return NULL;
}

int64_t
route_due(struct twin_call *c, int64_t takes_ms)
{
	if (!fault_take(&c->state->faults, FAULT_STUCK_JOB, c->request->path,
			NULL))
		return c->request->now_ms + takes_ms;
	c->reply->fault = fault_name(FAULT_STUCK_JOB);
	return TWIN_NEVER;
}

/* Answers as if all were well, and does nothing. */
static bool
is_split(struct twin_call *c)
{
	if (c->region[0] == '\0')
		return false;
	if (str_in_words(c->state->scenario->split, c->region)) {
		c->reply->fault = c->state->scenario->name;
		return true;
	}
	if (!fault_take(&c->state->faults, FAULT_SPLIT_BRAIN, c->region, NULL))
		return false;
	c->reply->fault = fault_name(FAULT_SPLIT_BRAIN);
	return true;
}

static int64_t
region_delay_ms(struct twin_call *c)
{
	int64_t ms;
	struct fault f;

	if (c->region[0] == '\0')
		return 0;
	ms = state_region_delay_ms(c->state, c->region);
	if (str_in_words(c->state->scenario->lagging, c->region)) {
		c->reply->fault = c->state->scenario->name;
		ms += REGION_LAG_MS;
	}
	if (fault_take(&c->state->faults, FAULT_REGION_LAG, c->region, &f)) {
		c->reply->fault = fault_name(FAULT_REGION_LAG);
		ms += f.ms;
	}
	return ms;
}

bool
route_deploy(struct twin_call *c, const char *version)
{
	struct twin_flow *f = c->flow;
	int64_t due_ms;

	if (str_same(state_target(&f->version), version) || is_split(c))
		return false;
	due_ms = route_due(c, FLOW_MS + region_delay_ms(c));
	/* Back to what is in force is always possible. */
	if (c->state->scenario->flow_never_ends &&
	    !str_same(version, f->version.now)) {
		c->reply->fault = c->state->scenario->name;
		due_ms = TWIN_NEVER;
	}
	route_effect(c, "flow %s -> %s%s%s", f->id, version,
		     c->region[0] == '\0' ? "" : " in ", c->region);
	return state_move(&f->version, version, due_ms, c->request->key);
}

/* One segment of `path` against one of `pattern`; moves both behind it. */
static bool
match_segment(const char **pattern, const char **path, char *arg, bool *is_arg)
{
	size_t want = strcspn(*pattern, "/");
	size_t have = strcspn(*path, "/");

	*is_arg = (*pattern)[0] == '{';
	if (*is_arg) {
		if (have == 0 || have >= TWIN_WORD ||
		    !text_clean(arg, TWIN_WORD, *path, have))
			return false;
	} else if (want != have || memcmp(*pattern, *path, want) != 0) {
		return false;
	}
	*pattern += want;
	*path += have;
	return **pattern == **path;
}

static bool
matches(const char *pattern, const char *path, char args[][TWIN_WORD])
{
	size_t count = 0;
	bool is_arg;

	for (;;) {
		char arg[TWIN_WORD] = "";

		if (!match_segment(&pattern, &path, arg, &is_arg))
			return false;
		if (is_arg) {
			assert(count < TWIN_ARGS);
			str_copy(args[count++], TWIN_WORD, arg);
		}
		if (*pattern == '\0')
			return true;
		pattern++;
		path++;
	}
}

/* The row, or NULL with the other methods of the path in reply->allow. */
static const struct route *
find(struct twin_call *c, const char *method)
{
	char *allow = c->reply->allow;
	size_t size = sizeof(c->reply->allow);

	for (size_t t = 0; route_tables[t] != NULL; t++)
		for (const struct route *r = route_tables[t]; r->path != NULL;
		     r++) {
			size_t used = strlen(allow);

			if (!matches(r->path, c->local, c->args))
				continue;
			if (str_same(r->method, method)) {
				allow[0] = '\0';
				return r;
			}
			if (strstr(allow, r->method) == NULL)
				str_printf(allow + used, size - used, "%s%s",
					   used == 0 ? "" : ", ", r->method);
		}
	return NULL;
}

static bool
is_issued(const struct twin_state *s, const char *token, int64_t wall_ms)
{
	for (size_t i = 0; i < TWIN_TOKENS; i++)
		if (str_same(s->tokens[i].text, token))
			return wall_ms < s->tokens[i].ends_wall_ms;
	return false;
}

/* False when the call was refused for want of a good bearer token. */
static bool
admit(struct twin_call *c)
{
	const struct twin_request *q = c->request;
	const char *token = q->authorization + strlen("Bearer ");

	if (!str_starts(c->local, "/api/") && !str_starts(c->local, "/crm/") &&
	    !is_cloudflare(c->local))
		return true;
	if (!str_starts(q->authorization, "Bearer ") || token[0] == '\0')
		route_fail(c, 401, "authentication.required",
			   "No authentication bearer token specified in "
			   "authorization header.");
	else if (fault_take(&c->state->faults, FAULT_EXPIRED_TOKEN, q->path,
			    NULL)) {
		c->reply->fault = fault_name(FAULT_EXPIRED_TOKEN);
		route_fail(c, 401, "credentials.expired",
			   "The supplied credentials are expired and cannot "
			   "be used.");
	} else if (str_starts(q->path, "/api/") &&
		   !is_issued(c->state, token, q->wall_ms))
		route_fail(c, 401, "bad.credentials",
			   "Invalid login credentials.");
	else
		return true;
	return false;
}

static void
refuse_limited(struct twin_call *c, int retry_after_s, const char *fault)
{
	c->reply->retry_after_s = retry_after_s;
	c->reply->fault = fault;
	route_fail(c, 429, "too.many.requests.retry.after",
		   "Rate limit exceeded the maximum. Retry the request in "
		   "[%d] seconds",
		   retry_after_s);
}

/* Refusals on request, before anything happens. */
static bool
refused(struct twin_call *c, const struct route *row)
{
	struct twin_state *s = c->state;
	const char *path = c->request->path;
	struct fault f;

	if (fault_take(&s->faults, FAULT_LIMIT, path, &f)) {
		refuse_limited(c, f.retry_after_s, fault_name(FAULT_LIMIT));
		return true;
	}
	if (fault_take(&s->faults, FAULT_UNAVAILABLE, path, &f)) {
		c->reply->retry_after_s = f.retry_after_s;
		c->reply->fault = fault_name(FAULT_UNAVAILABLE);
		route_fail(c, 503, "service.unavailable",
			   "The service is temporarily unavailable.");
		return true;
	}
	if (row->kind != ROUTE_WRITE || !str_starts(c->local, "/api/v2/"))
		return false;
	if (++s->counts.writes % 2 == 0 && s->scenario->limits_writes) {
		refuse_limited(c, 1, s->scenario->name);
		return true;
	}
	return false;
}

/* What may still go wrong with an answer that is ready. */
static void
spoil(struct twin_call *c, const struct route *row)
{
	struct twin_state *s = c->state;
	const char *path = c->request->path;
	struct twin_reply *r = c->reply;
	bool is_committed = r->status < 300;
	struct fault f;

	if (is_committed && row->kind == ROUTE_WRITE &&
	    kept_first_write(&s->kept, path) && s->scenario->loses_replies) {
		r->is_lost = true;
		r->fault = s->scenario->name;
	}
	if (is_committed &&
	    (row->kind == ROUTE_WRITE || row->kind == ROUTE_TRIAL) &&
	    fault_take(&s->faults, FAULT_LOST_REPLY, path, &f)) {
		r->is_lost = true;
		r->fault = fault_name(FAULT_LOST_REPLY);
	}
	if (fault_take(&s->faults, FAULT_SLOW, path, &f)) {
		r->slow_ms = f.ms;
		r->fault = fault_name(FAULT_SLOW);
	}
}

/* True when the key was answered before: again, or refused as misused. */
static bool
repeated(struct twin_call *c, const char digest[DIGEST_HEX])
{
	const struct twin_request *q = c->request;
	const struct kept *k;

	k = kept_find(&c->state->kept, q->key, q->method, q->path);
	if (q->key[0] == '\0' || k == NULL)
		return false;
	if (!str_same(k->digest, digest)) {
		route_fail(c, 409, "idempotency.key.reused",
			   "The idempotency key %s was used with another "
			   "body; a new transaction needs a new key.",
			   k->key);
		return true;
	}
	c->reply->status = k->status;
	c->reply->is_repeat = true;
	str_copy(c->reply->location, sizeof(c->reply->location), k->location);
	buf_reset(&c->reply->body);
	buf_text(&c->reply->body, k->body);
	return true;
}

static void
keep(struct twin_call *c, const char digest[DIGEST_HEX])
{
	const struct twin_request *q = c->request;
	const struct twin_reply *r = c->reply;
	struct kept k = { .status = r->status };

	if (q->key[0] == '\0' || r->status < 200 || r->status > 299)
		return;
	str_copy(k.key, sizeof(k.key), q->key);
	str_copy(k.method, sizeof(k.method), q->method);
	str_copy(k.path, sizeof(k.path), q->path);
	str_copy(k.digest, sizeof(k.digest), digest);
	str_copy(k.location, sizeof(k.location), r->location);
	k.body = r->body.data;
	kept_add(&c->state->kept, &k);
}

/* A write: once per idempotency key. */
static void
write_once(struct twin_call *c, const struct route *row)
{
	char digest[DIGEST_HEX];

	digest_hex(digest, c->request->body, c->request->body_len);
	if (repeated(c, digest))
		return;
	row->handle(c);
	keep(c, digest);
}

/* Form bodies belong to their handler, everything else is JSON. */
static bool
parse_body(struct twin_call *c, struct json **doc)
{
	const struct twin_request *q = c->request;
	struct err e;

	*doc = NULL;
	if (q->body_len == 0 || str_starts(q->path, "/oauth/"))
		return true;
	*doc = json_parse(q->body, q->body_len, &e);
	if (*doc == NULL)
		route_fail(c, 400, "bad.request",
			   "The request body is not JSON: %s", e.text);
	else if (json_type(*doc) != JSON_OBJECT)
		route_fail(c, 400, "bad.request",
			   "The request body must be a JSON object.");
	else
		return true;
	return false;
}

static void
dispatch(struct twin_call *c, const struct route *row)
{
	struct json *doc;

	if (parse_body(c, &doc)) {
		c->body = doc;
		if (row->kind == ROUTE_WRITE || row->kind == ROUTE_TRIAL)
			write_once(c, row);
		else
			row->handle(c);
	}
	c->body = NULL;
	json_free(doc);
}

/* "/regions/NAME/…" is a path of that region. */
static bool
enter_region(struct twin_call *c)
{
	static const char above[] = "/regions/";
	const char *path = c->request->path;
	struct twin_region *r;
	char name[sizeof(r->name)];
	size_t len;

	c->local = path;
	c->region = "";
	c->flow = &c->state->flow;
	if (!str_starts(path, above))
		return true;
	path += strlen(above);
	len = strcspn(path, "/");
	if (!str_copy_n(name, sizeof(name), path, len) ||
	    (r = state_region(c->state, name)) == NULL)
		return false;
	c->local = path + len;
	c->region = r->name;
	c->flow = &r->flow;
	return true;
}

static void
serve(struct twin_call *c, const char *method)
{
	const struct route *row = enter_region(c) ? find(c, method) : NULL;

	if (row != NULL)
		c->reply->kind = row->kind;
	if (c->request->is_too_big)
		route_fail(c, 413, "request.entity.too.large",
			   "The request body exceeds %zu bytes.",
			   TWIN_BODY_CAP);
	else if (row == NULL && c->reply->allow[0] != '\0')
		route_fail(c, 405, "method.not.allowed",
			   "The method is not allowed here; use %s.",
			   c->reply->allow);
	else if (row == NULL)
		route_fail(c, 404, "not.found",
			   "The requested resource was not found.");
	else if (strlen(c->request->key) >= KEPT_KEY)
		route_fail(c, 400, "invalid.value",
			   "The idempotency key is longer than %d bytes.",
			   KEPT_KEY - 1);
	else if (row->kind == ROUTE_CONTROL && !c->request->is_control)
		route_fail(c, 403, "not.authorized",
			   "Control calls need the header X-Twin: 1.");
	else if (row->kind == ROUTE_CONTROL)
		dispatch(c, row);
	else if (admit(c) && !refused(c, row)) {
		dispatch(c, row);
		spoil(c, row);
	}
}

void
route_answer(struct twin_state *s, const struct twin_request *q,
	     struct twin_reply *r)
{
	struct twin_call c = { .state = s,
			       .request = q,
			       .reply = r,
			       .local = q->path,
			       .region = "",
			       .flow = &s->flow };
	bool is_head = str_same(q->method, "HEAD");
	bool is_read = is_head || str_same(q->method, "GET");

	*r = (struct twin_reply){ .type = "application/json", .fault = "" };
	r->kind = is_read ? ROUTE_READ : ROUTE_WRITE;
	buf_init(&r->body, REPLY_CAP);
	if (!str_starts(q->path, "/twin/"))
		s->counts.http++;
	str_printf(r->context, sizeof(r->context),
		   "7e57%04x-0000-4000-8000-%012llx",
		   (unsigned)(s->seed & 0xffff),
		   (unsigned long long)s->counts.http);
	serve(&c, is_head ? "GET" : q->method);
}
