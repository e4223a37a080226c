/* inquiry - HTTP exchanges in a row, within one deadline, for one measurement.
 */
#include "probe/inquiry.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/identity.h"
#include "probe/facts.h"

#define URL_CAP 8192

enum err_code
ask_at_init(struct ask_at *at, const struct probe_env *env,
	    const char *endpoint, const char *path, struct err *e)
{
	const struct book_endpoint *p = book_endpoint(env->book, endpoint);

	buf_init(&at->url, URL_CAP);
	if (p == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", endpoint);
	at->endpoint = p;
	at->who = identity_client(p);
	at->ca_file = p->ca_file;
	return identity_url(&at->url, p, path, e);
}

void
ask_at_clear(struct ask_at *at)
{
	buf_clear(&at->url);
}

static void
on_answer(void *ctx, struct http_answer *answer)
{
	struct ask *a = ctx;

	a->call = NULL;
	a->result.bytes += answer->bytes;
	a->result.connects += answer->connects;
	a->heard(a->owner, answer);
}

static void
drop_body(struct ask *a)
{
	mem_free(a->body);
	a->body = NULL;
}

/* Past the toll. */
static void
send_now(void *ctx)
{
	struct ask *a = ctx;
	const struct ask_at *at = a->at;
	struct http_request request = { .method = a->method,
					.url = buf_str(&at->url),
					.ca_file = at->ca_file,
					.body = a->body };
	enum err_code code;
	struct err e;

	if (a->body != NULL) {
		request.body_len = strlen(a->body);
		request.headers[0] = (struct http_header){ "Content-Type",
							   "application/json" };
	}
	request.timeout_ms = (int)ask_left_ms(a);
	if (request.timeout_ms < 1)
		request.timeout_ms = 1;
	code = auth_start(&a->call, a->loop, a->auth, &at->who, &request,
			  on_answer, a, &e);
	drop_body(a);
	if (code != ERR_NONE)
		ask_fail(a, e.code, e.text);
}

static void
send_never(void *ctx, enum err_code code, const char *why)
{
	drop_body(ctx);
	ask_fail(ctx, code, why);
}

void
ask_begin(struct ask *a, struct loop *l, int timeout_ms, probe_done *done,
	  void *ctx)
{
	assert(a->call == NULL);
	a->loop = l;
	a->done = done;
	a->ctx = ctx;
	a->result = (struct probe_result){ .code = ERR_NONE };
	a->started_us = clock_real_us();
	a->until_us = a->started_us + timeout_ms * 1000LL;
	toll_begin(&a->toll, l, a->until_us, send_now, send_never, a);
}

void
ask_init(struct ask *a, const struct probe_env *env,
	 const struct book_probe *probe, ask_heard *heard, void *owner)
{
	a->auth = env->auth;
	a->heard = heard;
	a->owner = owner;
	toll_init(&a->toll, env, probe);
}

void
ask_send(struct ask *a, const struct ask_at *at, const char *method,
	 const char *body)
{
	a->at = at;
	a->method = method;
	a->body = mem_text(body);
	toll_pass(&a->toll, at->endpoint);
}

bool
ask_json(struct ask *a, struct answer *to, const struct http_answer *from)
{
	struct probe_result *r = &a->result;
	struct probe_result one = { .code = ERR_NONE };

	answer_read(to, from, true, &one);
	str_copy(r->raw, sizeof(r->raw), one.raw);
	str_copy(r->detail, sizeof(r->detail), one.detail);
	if (one.code == ERR_NONE)
		return true;
	r->hold_ms = one.hold_ms;
	ask_fail(a, one.code, one.why);
	return false;
}

void
ask_report(struct ask *a, const struct probe_fact *facts, size_t count)
{
	a->result.facts = facts;
	a->result.fact_count = count;
	a->result.took_us = clock_real_us() - a->started_us;
	a->done(a->ctx, &a->result);
}

void
ask_fail(struct ask *a, enum err_code code, const char *why)
{
	answer_fail(&a->result, code, why);
	ask_report(a, NULL, 0);
}

int64_t
ask_left_ms(const struct ask *a)
{
	int64_t left_ms = (a->until_us - clock_real_us()) / 1000;

	return left_ms < 0 ? 0 : left_ms;
}

void
ask_clear(struct ask *a)
{
	if (a->call != NULL)
		auth_cancel(a->call);
	a->call = NULL;
	toll_clear(&a->toll);
	drop_body(a);
}

struct probe_fact
ask_share(const char *name, double part, double n, const char *events)
{
	struct probe_fact f;
	char why[80];

	if (!(n > 0)) {
		str_printf(why, sizeof(why), "no data: no %s", events);
		return facts_missing(name, why);
	}
	f = facts_number(name, 100 * part / n);
	f.n = (int64_t)n;
	return f;
}

enum err_code
ask_setting(struct json **out, const struct settings *with, const char *name,
	    struct err *e)
{
	const char *text = settings_text(with, name);

	*out = NULL;
	if (text == NULL)
		return ERR_NONE;
	*out = json_parse(text, strlen(text), e);
	return *out == NULL ? e->code : ERR_NONE;
}
