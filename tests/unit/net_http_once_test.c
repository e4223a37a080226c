/* http: a change is sent once or not at all, and a loss is called one. */
#include "tests/unit/net_peer.h"

#include <poll.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/wake.h"
#include "net/http.h"

static const struct fence open_fence;

static struct http_request
get(const char *url, int timeout_ms)
{
	return (struct http_request){ .method = "GET",
				      .url = url,
				      .timeout_ms = timeout_ms };
}

static bool
say_hello(struct peer *p, int fd, const char *request)
{
	TEST_UNUSED(p);
	TEST_UNUSED(request);
	peer_send(fd, "HTTP/1.1 200 OK\r\n"
		      "Content-Type: Application/JSON; charset=utf-8\r\n"
		      "X-Idempotency-Key: k-1\r\n"
		      "Retry-After: 7\r\n"
		      "Content-Length: 5\r\n\r\nhello");
	return true;
}

/* What a callback saw. */
struct seen {
	int calls;
	enum err_code code;
	int status;
	bool maybe_sent;
	bool is_done;
	char body[64];
	struct http_call *victim;
};

static void
note(void *ctx, struct http_answer *answer)
{
	struct seen *s = ctx;

	s->calls++;
	s->code = answer->code;
	s->status = answer->status;
	s->maybe_sent = answer->maybe_sent;
	str_copy(s->body, sizeof(s->body), buf_str(&answer->body));
	http_cancel(s->victim);
	s->victim = NULL;
	s->is_done = true;
}

static void
run_one(struct loop *l, const struct http_request *r, struct seen *s)
{
	struct http_call *call;
	struct err e;

	*s = (struct seen){ 0 };
	CHECK_OK(http_start(&call, l, r, note, s, &e), &e);
	CHECK_OK(loop_run_until(l, &s->is_done, -1, clock_real_us() + 5000000,
				&e),
		 &e);
}

/* Takes a GET, resets on anything that changes something. */
static bool
do_it_and_vanish(struct peer *p, int fd, const char *request)
{
	atomic_int *patches = p->arg;

	if (strncmp(request, "GET", 3) == 0) {
		peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
		return true;
	}
	atomic_fetch_add(patches, 1);
	peer_reset(fd);
	return false;
}

static void
a_reset_after_a_patch_is_a_loss_and_sends_it_once(void **state)
{
	struct fence fence = { 0 };
	atomic_int patches = 0;
	struct peer p;
	struct loop *l;
	struct seen s;
	struct http_request r;
	struct err e;

	TEST_UNUSED(state);
	peer_start(&p, do_it_and_vanish, &patches);
	CHECK_OK(loop_new(&l, &fence, &e), &e);
	r = get(p.url, 3000);
	run_one(l, &r, &s);
	run_one(l, &r, &s);
	assert_int_equal(s.status, 200);
	assert_int_equal(p.connections, 1); /* reads do share one */
	r.method = "PATCH";
	r.body = "{}";
	r.body_len = 2;
	r.mutates = true;
	run_one(l, &r, &s);
	assert_int_equal(s.code, ERR_LOST);
	assert_true(s.maybe_sent);
	loop_free(l);
	peer_stop(&p);
	assert_int_equal(patches, 1);
}

static bool
answer_then_close_silently(struct peer *p, int fd, const char *request)
{
	TEST_UNUSED(p);
	TEST_UNUSED(request);
	peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	return atomic_load(&p->requests) != 1;
}

static void
a_change_never_rides_on_an_old_connection(void **state)
{
	struct fence fence = { 0 };
	struct peer p;
	struct loop *l;
	struct seen s;
	struct http_request r;
	struct err e;

	TEST_UNUSED(state);
	peer_start(&p, answer_then_close_silently, NULL);
	CHECK_OK(loop_new(&l, &fence, &e), &e);
	r = get(p.url, 3000);
	run_one(l, &r, &s);
	r.method = "POST";
	r.mutates = true;
	for (int i = 0; i < 3; i++) {
		run_one(l, &r, &s);
		assert_int_equal(s.code, ERR_NONE);
	}
	loop_free(l);
	peer_stop(&p);
	assert_int_equal(p.requests, 4);
	assert_int_equal(p.connections, 4);
}

static void
nothing_was_sent_when_nobody_listens(void **state)
{
	struct http_answer a;
	struct http_request r;
	struct err e;
	char url[64];
	int port;

	TEST_UNUSED(state);
	close(test_listen_tcp(&port));
	str_printf(url, sizeof(url), "http://127.0.0.1:%d/", port);
	r = get(url, 3000);
	r.method = "POST";
	r.mutates = true;
	CHECK_FAILS(http_do(&a, &open_fence, &r, -1, &e), ERR_REFUSED, &e,
		    "refused");
	assert_false(a.maybe_sent);
	http_answer_clear(&a);
}

static void
requests_that_must_not_start_do_not(void **state)
{
	static const struct {
		const char *what;
		struct http_request r;
		enum err_code code;
		const char *part;
	} rows[] = {
		{ "a host outside the fence",
		  { .method = "GET", .url = "http://127.0.0.1:2/" },
		  ERR_FENCED,
		  "127.0.0.1 port 2" },
		{ "a user in the URL",
		  { .method = "GET", .url = "http://127.0.0.1:1@evil.test/" },
		  ERR_ARG,
		  "user" },
		{ "another scheme",
		  { .method = "GET", .url = "file:///etc/passwd" },
		  ERR_ARG,
		  "neither" },
		{ "a blank in the URL",
		  { .method = "GET", .url = "http://127.0.0.1:1/a b" },
		  ERR_ARG,
		  "percent" },
		{ "a line break in the URL",
		  { .method = "GET", .url = "http://127.0.0.1:1/\r\nX: y" },
		  ERR_ARG,
		  "percent" },
		{ "a line break in a header",
		  { .method = "GET",
		    .url = "http://127.0.0.1:1/",
		    .headers = { { "X-A", "b\r\nX-C: d" } } },
		  ERR_ARG,
		  "control" },
		{ "a header name with a colon",
		  { .method = "GET",
		    .url = "http://127.0.0.1:1/",
		    .headers = { { "X:A", "b" } } },
		  ERR_ARG,
		  "no header name" },
		{ "a length of the caller's own",
		  { .method = "POST",
		    .url = "http://127.0.0.1:1/",
		    .headers = { { "content-length", "5" } } },
		  ERR_ARG,
		  "computed" },
		{ "a line break in a token",
		  { .method = "GET",
		    .url = "http://127.0.0.1:1/",
		    .bearer = "a\nb" },
		  ERR_ARG,
		  "credentials" },
		{ "a token in clear to another host",
		  { .method = "GET",
		    .url = "http://192.0.2.1/",
		    .bearer = "token" },
		  ERR_ARG,
		  "plain http" },
		{ "a password in clear to another host",
		  { .method = "GET",
		    .url = "http://192.0.2.1/",
		    .basic = "a:b" },
		  ERR_ARG,
		  "plain http" },
		{ "an Authorization header in clear to another host",
		  { .method = "GET",
		    .url = "http://192.0.2.1/",
		    .headers = { { "authorization", "Bearer x" } } },
		  ERR_ARG,
		  "plain http" },
		{ "a method with a blank",
		  { .method = "GET /x", .url = "http://127.0.0.1:1/" },
		  ERR_ARG,
		  "method" },
	};
	struct fence fence = { 0 };
	struct loop *l;
	struct err e;

	TEST_UNUSED(state);
	fence_allow(&fence, "127.0.0.1:1");
	fence_allow(&fence, "192.0.2.1");
	CHECK_OK(loop_new(&l, &fence, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct http_request r = rows[i].r;
		struct http_call *call;
		struct seen s = { 0 };

		r.timeout_ms = 100;
		CHECK_ROW(rows[i].what, http_start(&call, l, &r, note, &s,
						   &e) == rows[i].code);
		CHECK_ROW(rows[i].what, call == NULL && s.calls == 0);
		CHECK_HOLDS(e.text, rows[i].part);
	}
	loop_free(l);
	fence_clear(&fence);
}

static bool
stay_silent(struct peer *p, int fd, const char *request)
{
	char byte;

	TEST_UNUSED(p);
	TEST_UNUSED(request);
	(void)!recv(fd, &byte, 1, 0);
	return false;
}

struct hand {
	struct peer *peer;
	struct wake *wake;
};

static bool
has_request(void *arg)
{
	const struct peer *p = arg;

	return atomic_load(&p->requests) > 0;
}

static void
raise_when_seen(void *arg)
{
	const struct hand *h = arg;

	test_wait(has_request, h->peer, 4000);
	wake_raise(h->wake);
}

static void
a_cancel_ends_the_wait_and_tells_what_may_have_left(void **state)
{
	static const struct {
		bool mutates;
		enum err_code code;
	} rows[] = { { false, ERR_CANCELLED }, { true, ERR_LOST } };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct peer p;
		struct wake wake;
		struct hand hand = { &p, &wake };
		struct thread thread = { 0 };
		struct http_answer a;
		struct http_request r;
		struct err e;

		peer_start(&p, stay_silent, NULL);
		CHECK_OK(wake_open(&wake, &e), &e);
		CHECK_OK(thread_start(&thread, "hand", raise_when_seen, &hand,
				      &e),
			 &e);
		r = get(p.url, 20000);
		r.mutates = rows[i].mutates;
		CHECK_FAILS(http_do(&a, &open_fence, &r, wake.fd, &e),
			    rows[i].code, &e, "");
		assert_true(a.maybe_sent);
		http_answer_clear(&a);
		thread_join(&thread);
		wake_close(&wake);
		peer_stop(&p);
	}
}

static void
a_callback_may_cancel_a_sibling(void **state)
{
	struct fence fence = { 0 };
	struct peer fast, slow;
	struct loop *l;
	struct seen first = { 0 };
	struct seen second = { 0 };
	struct http_call *call;
	struct http_request r;
	struct err e;

	TEST_UNUSED(state);
	peer_start(&fast, say_hello, NULL);
	peer_start(&slow, stay_silent, NULL);
	CHECK_OK(loop_new(&l, &fence, &e), &e);
	r = get(slow.url, 3000);
	CHECK_OK(http_start(&first.victim, l, &r, note, &second, &e), &e);
	r = get(fast.url, 3000);
	CHECK_OK(http_start(&call, l, &r, note, &first, &e), &e);
	CHECK_OK(loop_run_until(l, &first.is_done, -1,
				clock_real_us() + 5000000, &e),
		 &e);
	loop_run(l, 0);
	assert_int_equal(first.calls, 1);
	assert_int_equal(second.calls, 0);
	loop_free(l);
	peer_stop(&slow);
	peer_stop(&fast);
}

static void
a_loop_that_ends_calls_nobody_back(void **state)
{
	struct fence fence = { 0 };
	struct peer p;
	struct loop *l;
	struct seen s[20];
	struct http_request r;
	struct err e;

	TEST_UNUSED(state);
	memset(s, 0, sizeof(s));
	peer_start(&p, stay_silent, NULL);
	CHECK_OK(loop_new(&l, &fence, &e), &e);
	r = get(p.url, 3000);
	for (size_t i = 0; i < ARRAY_LEN(s); i++) {
		struct http_call *call;

		CHECK_OK(http_start(&call, l, &r, note, &s[i], &e), &e);
	}
	loop_run(l, clock_real_us() + 20000);
	loop_free(l);
	for (size_t i = 0; i < ARRAY_LEN(s); i++)
		assert_int_equal(s[i].calls, 0);
	peer_stop(&p);
}

static bool
answer_twice(struct peer *p, int fd, const char *request)
{
	TEST_UNUSED(p);
	if (strncmp(request, "GET /a", 6) == 0)
		peer_send(fd,
			  "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"
			  "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
	else
		peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb");
	return true;
}

static void
a_second_answer_is_never_taken_for_the_next(void **state)
{
	struct fence fence = { 0 };
	struct peer p;
	struct loop *l;
	struct seen s;
	char url[80];
	struct http_request r;
	struct err e;

	TEST_UNUSED(state);
	peer_start(&p, answer_twice, NULL);
	CHECK_OK(loop_new(&l, &fence, &e), &e);
	str_printf(url, sizeof(url), "%sa", p.url);
	r = get(url, 3000);
	run_one(l, &r, &s);
	assert_string_equal(s.body, "a");
	str_printf(url, sizeof(url), "%sb", p.url);
	run_one(l, &r, &s);
	assert_string_equal(s.body, "b");
	loop_free(l);
	peer_stop(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_reset_after_a_patch_is_a_loss_and_sends_it_once),
		cmocka_unit_test(a_change_never_rides_on_an_old_connection),
		cmocka_unit_test(nothing_was_sent_when_nobody_listens),
		cmocka_unit_test(requests_that_must_not_start_do_not),
		cmocka_unit_test(
			a_cancel_ends_the_wait_and_tells_what_may_have_left),
		cmocka_unit_test(a_callback_may_cancel_a_sibling),
		cmocka_unit_test(a_loop_that_ends_calls_nobody_back),
		cmocka_unit_test(a_second_answer_is_never_taken_for_the_next),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
