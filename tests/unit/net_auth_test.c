/* auth: one token for many, renewed in time, never a storm of requests. */
#include "tests/unit/net_peer.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/redact.h"
#include "net/auth.h"

static const struct fence open_fence;

/* Both servers in one: /token and the rest. */
struct office {
	struct peer peer;
	char token_url[80];
	char url[80];
	atomic_int status;	       /* of the token answers, 0: 200 */
	_Atomic(const char *) expires; /* text of expires_in */
	atomic_int good_from; /* tokens below this number are answered 401 */
	atomic_int tokens;
	atomic_int calls;
	struct auth_store *store;
	struct auth_client who;
};

static void
send_json(int fd, int status, const char *json)
{
	char text[400];

	str_printf(text, sizeof(text),
		   "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%s", status,
		   strlen(json), json);
	peer_send(fd, text);
}

static bool
serve(struct peer *p, int fd, const char *request)
{
	struct office *o = p->arg;
	const char *bearer = strstr(request, "Bearer token-");
	char json[200];

	if (str_starts(request, "POST /token")) {
		int n = atomic_fetch_add(&o->tokens, 1) + 1;

		str_printf(json, sizeof(json),
			   "{\"access_token\":\"token-%d-abcdef\","
			   "\"token_type\":\"Bearer\",\"expires_in\":%s}",
			   n, o->expires);
		if (o->status != 0)
			str_copy(json, sizeof(json),
				 "{\"error\":\"invalid_client\","
				 "\"description\":\"no\"}");
		send_json(fd, o->status == 0 ? 200 : o->status, json);
		return true;
	}
	atomic_fetch_add(&o->calls, 1);
	if (bearer == NULL || strtol(bearer + 13, NULL, 10) < o->good_from)
		send_json(fd, 401, "{}");
	else
		send_json(fd, 200, "{}");
	return true;
}

static void
open_office(struct office *o)
{
	memset(o, 0, sizeof(*o));
	o->expires = "3600";
	peer_start(&o->peer, serve, o);
	str_printf(o->token_url, sizeof(o->token_url), "%stoken", o->peer.url);
	str_printf(o->url, sizeof(o->url), "%sflows", o->peer.url);
	o->store = auth_store_new();
	o->who = (struct auth_client){ .name = "genesys",
				       .token_url = o->token_url,
				       .client_id = "id-1",
				       .secret = "hush-hush-hush" };
}

static void
close_office(struct office *o)
{
	peer_stop(&o->peer);
	auth_store_free(o->store);
}

static enum err_code
call(struct office *o, const char *method, struct http_answer *a, struct err *e)
{
	struct http_request r = { .method = method,
				  .url = o->url,
				  .timeout_ms = 3000,
				  .mutates = !str_same(method, "GET") };

	return auth_do(a, &open_fence, o->store, &o->who, &r, -1, e);
}

static void
a_token_is_fetched_once_and_kept(void **state)
{
	struct office o;
	struct err e;

	TEST_UNUSED(state);
	open_office(&o);
	for (int i = 0; i < 3; i++) {
		struct http_answer a;

		CHECK_OK(call(&o, "GET", &a, &e), &e);
		assert_int_equal(a.status, 200);
		http_answer_clear(&a);
	}
	close_office(&o);
	assert_int_equal(o.tokens, 1);
	assert_int_equal(o.calls, 3);
	CHECK_HOLDS(o.peer.seen, "Bearer token-1-abcdef");
}

struct tally {
	int good;
	int calls;
	bool is_done;
	int wanted;
	struct auth_call *victim;
};

static void
count(void *ctx, struct http_answer *answer)
{
	struct tally *t = ctx;

	t->good += answer->code == ERR_NONE && answer->status == 200;
	t->is_done = ++t->calls == t->wanted;
	auth_cancel(t->victim);
	t->victim = NULL;
}

static void
many_callers_wait_for_one_token(void **state)
{
	struct office o;
	struct tally t = { .wanted = 20 };
	struct http_request r = { .method = "GET", .timeout_ms = 3000 };
	struct loop *l;
	struct err e;

	TEST_UNUSED(state);
	open_office(&o);
	r.url = o.url;
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	for (int i = 0; i < t.wanted; i++) {
		struct auth_call *c;

		CHECK_OK(auth_start(&c, l, o.store, &o.who, &r, count, &t, &e),
			 &e);
	}
	CHECK_OK(loop_run_until(l, &t.is_done, -1, clock_real_us() + 4000000,
				&e),
		 &e);
	assert_int_equal(t.good, 20);
	loop_free(l);
	close_office(&o);
	assert_int_equal(o.tokens, 1);
}

static void
a_401_renews_once_and_repeats_once(void **state)
{
	static const struct {
		const char *method;
		int good_from, status, tokens, calls;
	} rows[] = {
		{ "GET", 2, 200, 2, 2 },
		{ "PATCH", 2, 200, 2, 2 },
		{ "GET", 99, 401, 2, 2 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct office o;
		struct http_answer a;
		struct err e;

		open_office(&o);
		o.good_from = rows[i].good_from;
		CHECK_OK(call(&o, rows[i].method, &a, &e), &e);
		assert_int_equal(a.status, rows[i].status);
		http_answer_clear(&a);
		close_office(&o);
		assert_int_equal(o.tokens, rows[i].tokens);
		assert_int_equal(o.calls, rows[i].calls);
	}
}

static void
a_401_for_ever_is_no_storm(void **state)
{
	struct office o;
	struct err e;

	TEST_UNUSED(state);
	open_office(&o);
	o.good_from = 99;
	for (int i = 0; i < 10; i++) {
		struct http_answer a;

		CHECK_OK(call(&o, "GET", &a, &e), &e);
		assert_int_equal(a.status, 401);
		http_answer_clear(&a);
	}
	close_office(&o);
	assert_int_equal(o.tokens, 2);
	assert_int_equal(o.calls, 11);
}

static void
a_refused_secret_is_said_and_not_asked_again_at_once(void **state)
{
	struct office o;
	struct err e;

	TEST_UNUSED(state);
	open_office(&o);
	o.status = 401;
	for (int i = 0; i < 5; i++) {
		struct http_answer a;

		CHECK_FAILS(call(&o, "PATCH", &a, &e), ERR_ABSENT, &e,
			    "invalid_client: no");
		assert_false(a.maybe_sent);
		http_answer_clear(&a);
	}
	close_office(&o);
	assert_int_equal(o.tokens, 1);
	assert_int_equal(o.calls, 0);
}

static void
a_busy_token_server_may_be_asked_again(void **state)
{
	struct office o;
	struct http_answer a;
	struct err e;

	TEST_UNUSED(state);
	open_office(&o);
	o.status = 503;
	CHECK_FAILS(call(&o, "GET", &a, &e), ERR_UNREACHED, &e, "503");
	http_answer_clear(&a);
	o.status = 0;
	CHECK_OK(call(&o, "GET", &a, &e), &e);
	http_answer_clear(&a);
	close_office(&o);
}

static void
nonsense_lives_are_short_and_no_storm(void **state)
{
	static const char *const lives[] = { "0",    "-5",    "\"soon\"",
					     "null", "1e300", "\"3600\"" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(lives); i++) {
		struct office o;
		struct err e;

		open_office(&o);
		o.expires = lives[i];
		for (int n = 0; n < 3; n++) {
			struct http_answer a;

			CHECK_OK(call(&o, "GET", &a, &e), &e);
			CHECK_ROW(lives[i], a.status == 200);
			http_answer_clear(&a);
		}
		close_office(&o);
		CHECK_ROW(lives[i], o.tokens == 1);
	}
}

static void
a_token_server_that_answers_nonsense_gives_no_token(void **state)
{
	struct office o;
	struct http_answer a;
	struct err e;

	TEST_UNUSED(state);
	open_office(&o);
	o.expires = "1}{";
	CHECK_FAILS(call(&o, "GET", &a, &e), ERR_FORMAT, &e, "JSON");
	http_answer_clear(&a);
	close_office(&o);
	assert_int_equal(o.calls, 0);
}

static void
secret_and_token_are_redacted_everywhere(void **state)
{
	struct office o;
	struct http_answer a;
	char text[200] = "hush-hush-hush token-1-abcdef";
	struct err e;

	TEST_UNUSED(state);
	redact_forget_all();
	open_office(&o);
	CHECK_OK(call(&o, "GET", &a, &e), &e);
	http_answer_clear(&a);
	close_office(&o);
	redact_text(text, sizeof(text));
	assert_null(strstr(text, "hush"));
	assert_null(strstr(text, "abcdef"));
}

static void
without_a_token_server_the_secret_is_the_token(void **state)
{
	static const struct {
		const char *what, *secret, *sent;
	} rows[] = {
		{ "a token of its own", "token-7-abcdef", "Bearer token-7-a" },
		{ "none at all", NULL, NULL },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct office o;
		struct http_answer a;
		struct err e;

		open_office(&o);
		o.who.token_url = NULL;
		o.who.secret = rows[i].secret;
		o.good_from = 99;
		CHECK_OK(call(&o, "GET", &a, &e), &e);
		CHECK_ROW(rows[i].what, a.status == 401);
		http_answer_clear(&a);
		close_office(&o);
		CHECK_ROW(rows[i].what, o.tokens == 0 && o.calls == 1);
		if (rows[i].sent != NULL)
			CHECK_HOLDS(o.peer.seen, rows[i].sent);
		else
			assert_null(strstr(o.peer.seen, "Authorization"));
	}
}

static void
calls_in_line_may_be_cancelled_by_each_other(void **state)
{
	struct office o;
	struct tally t = { .wanted = 3 };
	struct http_request r = { .method = "GET", .timeout_ms = 3000 };
	struct auth_call *c[5];
	struct loop *l;
	struct err e;

	TEST_UNUSED(state);
	open_office(&o);
	o.status = 401;
	r.url = o.url;
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		CHECK_OK(auth_start(&c[i], l, o.store, &o.who, &r, count, &t,
				    &e),
			 &e);
	t.victim = c[1]; /* by the first to be told */
	auth_cancel(c[4]);
	CHECK_OK(loop_run_until(l, &t.is_done, -1, clock_real_us() + 4000000,
				&e),
		 &e);
	loop_run(l, 0);
	assert_int_equal(t.calls, 3);
	assert_int_equal(t.good, 0);
	loop_free(l);
	close_office(&o);
}

static void
a_loop_that_ends_calls_nobody_back(void **state)
{
	struct office o;
	struct tally t = { .wanted = 99 };
	struct http_request r = { .method = "GET", .timeout_ms = 3000 };
	struct loop *l;
	struct err e;

	TEST_UNUSED(state);
	open_office(&o);
	r.url = o.url;
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	for (int i = 0; i < 5; i++) {
		struct auth_call *c;

		CHECK_OK(auth_start(&c, l, o.store, &o.who, &r, count, &t, &e),
			 &e);
	}
	loop_free(l);
	assert_int_equal(t.calls, 0);
	close_office(&o);
}

/* What waiting callers keep between two exchanges is seen by connections. */
static void
reads_share_a_connection_and_changes_never_do(void **state)
{
	struct office o;
	struct http_request r = { .method = "GET", .timeout_ms = 3000 };
	struct http_answer a;
	struct err e;
	int before = 0;

	TEST_UNUSED(state);
	open_office(&o);
	r.url = o.url;
	for (int i = 0; i < 6; i++) {
		r.mutates = i >= 3;
		CHECK_OK(auth_do(&a, &open_fence, o.store, &o.who, &r, -1, &e),
			 &e);
		http_answer_clear(&a);
		if (i == 0)
			before = atomic_load(&o.peer.connections);
		assert_int_equal(atomic_load(&o.peer.connections),
				 before + (i < 3 ? 0 : i - 2));
	}
	close_office(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_fetched_once_and_kept),
		cmocka_unit_test(many_callers_wait_for_one_token),
		cmocka_unit_test(a_401_renews_once_and_repeats_once),
		cmocka_unit_test(a_401_for_ever_is_no_storm),
		cmocka_unit_test(
			a_refused_secret_is_said_and_not_asked_again_at_once),
		cmocka_unit_test(a_busy_token_server_may_be_asked_again),
		cmocka_unit_test(nonsense_lives_are_short_and_no_storm),
		cmocka_unit_test(
			a_token_server_that_answers_nonsense_gives_no_token),
		cmocka_unit_test(secret_and_token_are_redacted_everywhere),
		cmocka_unit_test(
			without_a_token_server_the_secret_is_the_token),
		cmocka_unit_test(calls_in_line_may_be_cancelled_by_each_other),
		cmocka_unit_test(a_loop_that_ends_calls_nobody_back),
		cmocka_unit_test(reads_share_a_connection_and_changes_never_do),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
