/*
 * auth_call - requests that carry a token, fetched when one is missing.
 *
 * On each loop one fetch runs per client; the calls that want its token wait
 * in its line.  A call passes through: token -> request -> (401: token ->
 * request once more) -> answer, all under the deadline of the request.
 */
#include "net/auth.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "net/auth_token.h"
#include "net/http_request.h"
#include "net/loop_item.h"

#define FETCH_MS 15000
#define KEPT_MOST (4 + 2 * HTTP_HEADERS)

/* One request for a token, on one loop. */
struct fetch {
	struct loop_item item; /* must be first */
	struct fetch *next;    /* of this loop's fetches */
	struct loop *loop;
	struct auth_store *store;
	char *client;
	struct http_call *http;
	struct auth_call *first; /* in line */
};

/* The fetches of one loop. */
struct fetches {
	struct fetch *first;
};

struct auth_call {
	struct loop_item item; /* must be first */
	struct loop *loop;
	struct auth_store *store;
	const struct auth_client *who;
	struct http_request request; /* owns its texts through `kept` */
	char *kept[KEPT_MOST];
	size_t kept_count;
	http_done *done;
	void *ctx;
	struct http_call *http;
	char *token; /* in use */
	struct fetch *fetch;
	struct auth_call *behind; /* in its line */
	struct loop_timer *deadline;
	int64_t until_us;
	bool has_renewed;
	bool is_reporting;
};

static char *
keep(struct auth_call *c, const char *text)
{
	if (text == NULL)
		return NULL;
	assert(c->kept_count < KEPT_MOST);
	return c->kept[c->kept_count++] = mem_text(text);
}

static void
copy_request(struct auth_call *c, const struct http_request *r)
{
	c->request = *r;
	c->request.method = keep(c, r->method);
	c->request.url = keep(c, r->url);
	c->request.basic = NULL;
	c->request.bearer = NULL;
	c->request.ca_file =
		keep(c, r->ca_file == NULL ? c->who->ca_file : r->ca_file);
	for (int i = 0; i < HTTP_HEADERS && r->headers[i].name != NULL; i++) {
		c->request.headers[i].name = keep(c, r->headers[i].name);
		c->request.headers[i].value = keep(c, r->headers[i].value);
	}
	if (r->body == NULL)
		return;
	assert(c->kept_count < KEPT_MOST);
	c->kept[c->kept_count++] = mem_text_n(r->body, r->body_len);
	c->request.body = c->kept[c->kept_count - 1];
}

static void
leave_line(struct auth_call *c)
{
	struct auth_call **at;

	if (c->fetch == NULL)
		return;
	for (at = &c->fetch->first; *at != c; at = &(*at)->behind)
		assert(*at != NULL);
	*at = c->behind;
	c->fetch = NULL;
	c->behind = NULL;
}

static void
stop(struct auth_call *c)
{
	leave_line(c);
	http_cancel(c->http);
	c->http = NULL;
	loop_timer_cancel(c->deadline);
	c->deadline = NULL;
}

static void
free_call(struct auth_call *c)
{
	loop_item_remove(&c->item);
	stop(c);
	for (size_t i = 0; i < c->kept_count; i++)
		mem_free(c->kept[i]);
	mem_free(c->token);
	mem_free(c);
}

static void
end_call(struct loop_item *item)
{
	free_call((struct auth_call *)item);
}

/* Reports and frees: the call is gone afterwards. */
static void
report(struct auth_call *c, struct http_answer *answer)
{
	stop(c);
	c->is_reporting = true;
	c->done(c->ctx, answer);
	free_call(c);
}

static void
report_failure(struct auth_call *c, const struct err *e)
{
	struct http_answer a = { .code = e->code, .retry_after_ms = -1 };

	buf_init(&a.body, HTTP_BODY_CAP);
	str_copy(a.why, sizeof(a.why), e->text);
	report(c, &a);
	http_answer_clear(&a);
}

static enum err_code get_token_then_send(struct auth_call *c, struct err *e);

/* A 401 says the token is no good and nothing was done: once more. */
static void
on_answer(void *ctx, struct http_answer *answer)
{
	struct auth_call *c = ctx;
	struct err e;

	c->http = NULL; /* ends by itself */
	if (answer->code != ERR_NONE || answer->status != 401 ||
	    c->token == NULL || c->has_renewed ||
	    !auth_token_drop(c->store, c->who->name, c->token)) {
		report(c, answer);
		return;
	}
	c->has_renewed = true;
	if (get_token_then_send(c, &e) != ERR_NONE)
		report_failure(c, &e);
}

static enum err_code
send_request(struct auth_call *c, struct err *e)
{
	int64_t left_ms = (c->until_us - clock_real_us()) / 1000;

	loop_timer_cancel(c->deadline);
	c->deadline = NULL;
	c->request.bearer = c->token;
	if (c->who->token_url == NULL && c->who->secret != NULL) {
		redact_add(c->who->name, c->who->secret);
		c->request.bearer = c->who->secret; /* a token of its own */
	}
	c->request.timeout_ms = left_ms < 1 ? 1 : (int)left_ms;
	return http_start(&c->http, c->loop, &c->request, on_answer, c, e);
}

static void
free_fetch(struct fetch *f)
{
	struct fetches *all = loop_part(f->loop, LOOP_FETCHES);
	struct fetch **at;

	for (at = &all->first; *at != f; at = &(*at)->next)
		assert(*at != NULL);
	*at = f->next;
	loop_item_remove(&f->item);
	http_cancel(f->http);
	mem_free(f->client);
	mem_free(f);
}

static void
end_fetch(struct loop_item *item)
{
	struct fetch *f = (struct fetch *)item;

	while (f->first != NULL)
		leave_line(f->first);
	free_fetch(f);
}

/* A renewal that fails is no harm while the old token lives. */
static void
go_on(struct auth_call *c, const struct err *failed)
{
	struct err e;

	mem_free(c->token);
	c->token = auth_token_last(c->store, c->who->name);
	if (c->token == NULL) {
		report_failure(c, failed);
		return;
	}
	if (send_request(c, &e) != ERR_NONE)
		report_failure(c, &e);
}

/* Callbacks below may cancel any call in the line and start others: the line
 * is taken from its head, and a fetch that is over takes nobody in. */
static void
on_token(void *ctx, struct http_answer *answer)
{
	struct fetch *f = ctx;
	struct auth_call *line = NULL;
	struct err e = { .code = ERR_ABSENT };
	struct fetch over = { 0 };

	f->http = NULL;
	if (auth_token_take(f->store, f->client, answer, &e) == ERR_NONE)
		err_set(&e, ERR_ABSENT, "the token for %s ended at once",
			f->client);
	line = f->first;
	f->first = NULL;
	free_fetch(f);
	over.first = line;
	for (; line != NULL; line = line->behind)
		line->fetch = &over;
	while (over.first != NULL) {
		struct auth_call *c = over.first;

		leave_line(c);
		go_on(c, &e);
	}
}

static enum err_code
start_fetch(struct fetch *f, const struct auth_client *who, struct err *e)
{
	static const char form[] = "grant_type=client_credentials";
	struct http_request r = {
		.method = "POST",
		.url = who->token_url,
		.headers = { { "Content-Type",
			       "application/x-www-form-urlencoded" },
			     { "Accept", "application/json" } },
		.body = form,
		.body_len = sizeof(form) - 1,
		.ca_file = who->ca_file,
		.timeout_ms = FETCH_MS,
	};
	struct buf basic;
	enum err_code code;

	if (who->client_id == NULL || who->secret == NULL ||
	    strchr(who->client_id, ':') != NULL)
		return err_set(e, ERR_ARG,
			       "client %s wants an id without a colon and a "
			       "secret",
			       who->name);
	redact_add(who->name, who->secret);
	buf_init(&basic, 4096);
	if (buf_printf(&basic, "%s:%s", who->client_id, who->secret)) {
		r.basic = buf_str(&basic);
		code = http_start(&f->http, f->loop, &r, on_token, f, e);
	} else {
		code = err_set(e, ERR_ARG, "the secret of %s is too long",
			       who->name);
	}
	buf_clear(&basic);
	return code;
}

static struct fetches *
get_fetches(struct loop *l)
{
	struct fetches *all = loop_part(l, LOOP_FETCHES);

	if (all == NULL) {
		all = mem_new(1, sizeof(*all));
		loop_part_set(l, LOOP_FETCHES, all, mem_free);
	}
	return all;
}

static struct fetch *
find_fetch(const struct fetches *all, const struct auth_call *c)
{
	for (struct fetch *f = all->first; f != NULL; f = f->next)
		if (f->store == c->store && str_same(f->client, c->who->name))
			return f;
	return NULL;
}

static void
on_deadline(void *ctx)
{
	struct auth_call *c = ctx;
	struct err e;

	c->deadline = NULL;
	err_set(&e, ERR_TIMEOUT, "no token for %s in time", c->who->name);
	report_failure(c, &e);
}

static enum err_code
wait_for_token(struct auth_call *c, struct err *e)
{
	struct fetches *all = get_fetches(c->loop);
	struct fetch *f = find_fetch(all, c);
	struct auth_call **end;

	if (f == NULL) {
		f = mem_new(1, sizeof(*f));
		f->loop = c->loop;
		f->store = c->store;
		f->client = mem_text(c->who->name);
		f->next = all->first;
		all->first = f;
		loop_item_add(c->loop, &f->item, end_fetch);
		if (start_fetch(f, c->who, e) != ERR_NONE) {
			free_fetch(f);
			return e->code;
		}
	}
	for (end = &f->first; *end != NULL; end = &(*end)->behind)
		continue;
	*end = c;
	c->fetch = f;
	c->deadline = loop_at(c->loop, c->until_us, on_deadline, c);
	return ERR_NONE;
}

static enum err_code
get_token_then_send(struct auth_call *c, struct err *e)
{
	mem_free(c->token);
	c->token = NULL;
	switch (auth_token_get(&c->token, c->store, c->who->name, e)) {
	case AUTH_READY:
		return send_request(c, e);
	case AUTH_HELD:
		c->token = auth_token_last(c->store, c->who->name);
		return c->token == NULL ? e->code : send_request(c, e);
	case AUTH_WANTED:
		break;
	}
	return wait_for_token(c, e);
}

/* What is wrong with the request is said before a token is asked for. */
static enum err_code
check_early(const struct loop *l, const struct http_request *r, struct err *e)
{
	struct http_request with_token = *r;
	struct http_parts parts;
	enum err_code code;

	with_token.bearer = "token";
	with_token.basic = NULL;
	code = http_request_check(&parts, loop_fence(l), &with_token, e);
	http_parts_clear(&parts);
	return code;
}

enum err_code
auth_start(struct auth_call **out, struct loop *l, struct auth_store *s,
	   const struct auth_client *who, const struct http_request *r,
	   http_done *done, void *ctx, struct err *e)
{
	struct auth_call *c;
	enum err_code code;

	*out = NULL;
	if (who->token_url != NULL && check_early(l, r, e) != ERR_NONE)
		return e->code;
	c = mem_new(1, sizeof(*c));
	c->loop = l;
	c->store = s;
	c->who = who;
	c->done = done;
	c->ctx = ctx;
	c->until_us = clock_real_us() + r->timeout_ms * 1000LL;
	loop_item_add(l, &c->item, end_call);
	if (who->token_url == NULL) {
		/* goes out now and never again: nothing to keep */
		c->request = *r;
		c->request.basic = NULL;
		if (r->ca_file == NULL)
			c->request.ca_file = who->ca_file;
		code = send_request(c, e);
	} else {
		copy_request(c, r);
		code = get_token_then_send(c, e);
	}
	if (code != ERR_NONE) {
		free_call(c);
		return code;
	}
	*out = c;
	return ERR_NONE;
}

void
auth_cancel(struct auth_call *c)
{
	if (c != NULL && !c->is_reporting)
		free_call(c);
}

/* Somebody waits for one exchange. */
struct waiter {
	struct http_answer *out;
	bool is_done;
};

static void
take_answer(void *ctx, struct http_answer *answer)
{
	struct waiter *w = ctx;

	buf_clear(&w->out->body);
	*w->out = *answer;
	buf_init(&answer->body, HTTP_BODY_CAP);
	w->is_done = true;
}

static void
give_up(struct http_answer *out, const struct auth_call *c, const struct err *e)
{
	out->code = e->code;
	str_copy(out->why, sizeof(out->why), e->text);
	out->maybe_sent =
		c != NULL && c->http != NULL && http_maybe_sent(c->http);
	if (!out->maybe_sent || !c->request.mutates)
		return;
	out->code = ERR_LOST;
	str_copy(out->why, sizeof(out->why),
		 "given up after the request may have left; read the state "
		 "back");
}

enum err_code
auth_do(struct http_answer *out, const struct fence *fence,
	struct auth_store *s, const struct auth_client *who,
	const struct http_request *r, int cancel_fd, struct err *e)
{
	struct waiter w = { .out = out };
	struct auth_call *call = NULL;
	struct loop *l = NULL;
	int64_t until_us = clock_real_us() + (r->timeout_ms + 2000) * 1000LL;

	*out = (struct http_answer){ .retry_after_ms = -1 };
	buf_init(&out->body, HTTP_BODY_CAP);
	if (auth_loop_take(&l, s, fence, e) != ERR_NONE ||
	    auth_start(&call, l, s, who, r, take_answer, &w, e) != ERR_NONE ||
	    loop_run_until(l, &w.is_done, cancel_fd, until_us, e) != ERR_NONE)
		give_up(out, call, e);
	if (w.is_done)
		auth_loop_give(s, l);
	else
		loop_free(l);
	if (out->code == ERR_NONE)
		return ERR_NONE;
	return err_set(e, out->code, "%s", out->why);
}
