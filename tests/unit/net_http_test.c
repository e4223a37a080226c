/* http: bounded, never redirected, never sent twice, honest about losses. */
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

static void
a_get_brings_status_headers_and_body(void **state)
{
	struct peer p;
	struct http_answer a;
	struct http_request r;
	struct err e;

	TEST_UNUSED(state);
	peer_start(&p, say_hello, NULL);
	r = get(p.url, 3000);
	r.headers[0] = (struct http_header){ "X-Room", "night" };
	r.headers[1] = (struct http_header){ "X-Empty", "" };
	r.bearer = "token-1";
	CHECK_OK(http_do(&a, &open_fence, &r, -1, &e), &e);
	assert_int_equal(a.status, 200);
	assert_string_equal(buf_str(&a.body), "hello");
	assert_string_equal(a.type, "Application/JSON");
	assert_string_equal(a.idempotency, "k-1");
	assert_int_equal(a.retry_after_ms, 7000);
	assert_true(a.maybe_sent);
	assert_true(a.took_us > 0);
	http_answer_clear(&a);
	peer_stop(&p);
	CHECK_HOLDS(p.seen, "GET / HTTP/1.1\r\n");
	CHECK_HOLDS(p.seen, "X-Room: night\r\n");
	CHECK_HOLDS(p.seen, "X-Empty:\r\n");
	CHECK_HOLDS(p.seen, "Authorization: Bearer token-1\r\n");
	assert_null(strstr(p.seen, "Accept-Encoding"));
}

static void
a_body_goes_out_as_it_is(void **state)
{
	static const char *const methods[] = { "POST", "PATCH", "PUT",
					       "DELETE" };
	struct err e;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		struct http_request r;
		struct http_answer a;
		struct peer p;
		char line[80];

		peer_start(&p, say_hello, NULL);
		r = get(p.url, 3000);
		r.method = methods[i];
		r.body = "{\"a\":1}";
		r.body_len = 7;
		r.mutates = true;
		r.headers[0] = (struct http_header){ "Content-Type",
						     "application/json" };
		CHECK_OK(http_do(&a, &open_fence, &r, -1, &e), &e);
		http_answer_clear(&a);
		peer_stop(&p);
		str_printf(line, sizeof(line), "%s / HTTP/1.1\r\n", methods[i]);
		CHECK_HOLDS(p.seen, line);
		CHECK_HOLDS(p.seen, "Content-Length: 7\r\n");
		CHECK_HOLDS(p.seen, "Content-Type: application/json\r\n");
		CHECK_HOLDS(p.seen, "\r\n\r\n{\"a\":1}");
		assert_null(strstr(p.seen, "Expect"));
	}
}

static void
a_post_without_a_body_has_length_zero_and_no_type(void **state)
{
	struct peer p;
	struct http_answer a;
	struct http_request r;
	struct err e;

	TEST_UNUSED(state);
	peer_start(&p, say_hello, NULL);
	r = get(p.url, 3000);
	r.method = "POST";
	CHECK_OK(http_do(&a, &open_fence, &r, -1, &e), &e);
	http_answer_clear(&a);
	peer_stop(&p);
	CHECK_HOLDS(p.seen, "Content-Length: 0\r\n");
	assert_null(strstr(p.seen, "Content-Type"));
}

static bool
send_elsewhere(struct peer *p, int fd, const char *request)
{
	char text[200];

	TEST_UNUSED(request);
	str_printf(text, sizeof(text),
		   "HTTP/1.1 307 Go\r\nLocation: %selse\r\n"
		   "Content-Length: 0\r\n\r\n",
		   p->url);
	peer_send(fd, text);
	return true;
}

static void
a_redirect_is_an_answer_and_is_not_followed(void **state)
{
	struct peer p;
	struct http_answer a;
	struct http_request r;
	struct err e;

	TEST_UNUSED(state);
	peer_start(&p, send_elsewhere, NULL);
	r = get(p.url, 3000);
	r.headers[0] = (struct http_header){ "X-Api-Key", "secret" };
	CHECK_OK(http_do(&a, &open_fence, &r, -1, &e), &e);
	assert_int_equal(a.status, 307);
	CHECK_HOLDS(a.location, "/else");
	http_answer_clear(&a);
	peer_stop(&p);
	assert_int_equal(p.requests, 1);
}

static bool
drip(struct peer *p, int fd, const char *request)
{
	struct timeval tick = { .tv_usec = 20000 };
	char byte;

	TEST_UNUSED(request);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick));
	peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	/* The peer's going away ends this, the tick paces it. */
	while (!atomic_load(&p->stops) && recv(fd, &byte, 1, 0) != 0)
		peer_send(fd, ".");
	return false;
}

static void
a_slow_drip_ends_at_the_deadline(void **state)
{
	struct peer p;
	struct http_answer a;
	struct http_request r;
	struct err e;
	int64_t start_us;

	TEST_UNUSED(state);
	peer_start(&p, drip, NULL);
	r = get(p.url, 300);
	start_us = clock_real_us();
	CHECK_FAILS(http_do(&a, &open_fence, &r, -1, &e), ERR_TIMEOUT, &e,
		    "no whole answer");
	assert_true(clock_real_us() - start_us < 2000000);
	assert_int_equal(a.status, 200);
	http_answer_clear(&a);
	r.mutates = true;
	r.method = "PATCH";
	CHECK_FAILS(http_do(&a, &open_fence, &r, -1, &e), ERR_LOST, &e,
		    "read the state back");
	http_answer_clear(&a);
	peer_stop(&p);
}

static bool
flood_body(struct peer *p, int fd, const char *request)
{
	char block[4096];

	TEST_UNUSED(request);
	memset(block, 'x', sizeof(block));
	peer_send(fd, "HTTP/1.1 200 OK\r\n\r\n");
	while (!atomic_load(&p->stops) &&
	       send(fd, block, sizeof(block), MSG_NOSIGNAL) > 0)
		continue;
	return false;
}

static bool
flood_headers(struct peer *p, int fd, const char *request)
{
	TEST_UNUSED(request);
	peer_send(fd, "HTTP/1.1 200 OK\r\n");
	while (!atomic_load(&p->stops) &&
	       send(fd, "X-A: bbbbbbbbbbbbbbbbbbbbbb\r\n", 29, MSG_NOSIGNAL) >
		       0)
		continue;
	return false;
}

static void
endless_answers_are_cut_off(void **state)
{
	static const struct {
		const char *what;
		bool (*play)(struct peer *, int, const char *);
		const char *why;
	} rows[] = {
		{ "a body is held to 1 MiB", flood_body, "1 MiB" },
		{ "headers are held to 256 KiB", flood_headers, "256 KiB" },
	};
	struct err e;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct peer p;
		struct http_answer a;
		struct http_request r;
		enum err_code code;

		peer_start(&p, rows[i].play, NULL);
		r = get(p.url, 5000);
		code = http_do(&a, &open_fence, &r, -1, &e);
		CHECK_ROW(rows[i].what, code == ERR_LIMIT);
		CHECK_ROW(rows[i].what, a.body.len <= HTTP_BODY_CAP);
		CHECK_HOLDS(e.text, rows[i].why);
		http_answer_clear(&a);
		peer_stop(&p);
	}
}

static bool
send_packed(struct peer *p, int fd, const char *request)
{
	TEST_UNUSED(p);
	TEST_UNUSED(request);
	peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
		      "Content-Length: 4\r\n\r\n\x1f\x8b\x08\x01");
	return true;
}

static void
a_packed_body_stays_packed(void **state)
{
	struct peer p;
	struct http_answer a;
	struct http_request r;
	struct err e;

	TEST_UNUSED(state);
	peer_start(&p, send_packed, NULL);
	r = get(p.url, 3000);
	CHECK_OK(http_do(&a, &open_fence, &r, -1, &e), &e);
	assert_int_equal(a.body.len, 4);
	assert_memory_equal(a.body.data, "\x1f\x8b\x08\x01", 4);
	http_answer_clear(&a);
	peer_stop(&p);
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

static void
a_proxy_in_the_environment_is_ignored(void **state)
{
	struct peer p;
	struct http_answer a;
	struct http_request r;
	struct err e;

	TEST_UNUSED(state);
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
	peer_start(&p, say_hello, NULL);
	r = get(p.url, 3000);
	CHECK_OK(http_do(&a, &open_fence, &r, -1, &e), &e);
	http_answer_clear(&a);
	peer_stop(&p);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

static void
retry_after_is_read_in_all_forms_and_bounded(void **state)
{
	static const struct {
		const char *value;
		int64_t ms;
	} rows[] = {
		{ "0", 0 },
		{ "120", 120000 },
		{ "301", 300000 },
		{ "99999999999999999999999", 300000 },
		{ "-1", -1 },
		{ "1.5", -1 },
		{ "soon", -1 },
		{ "", -1 },
		{ "tomorrow 10:00", -1 },
		{ "Fri, 20 Nov 2026 02:00:30 GMT", 30000 },
		{ "Friday, 20-Nov-26 02:00:30 GMT", 30000 },
		{ "Fri Nov 20 02:00:30 2026", 30000 },
		{ "Fri, 20 Nov 2026 01:59:59 GMT", -1 },
		{ "Fri, 20 Nov 2099 01:59:59 GMT", 300000 },
		{ "Fri, 99 Foo 2026 01:59:59 GMT", -1 },
	};
	int64_t now_ms;

	TEST_UNUSED(state);
	assert_true(clock_parse("2026-11-20T02:00:00Z", &now_ms));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_ROW(rows[i].value,
			  http_retry_after_ms(rows[i].value, now_ms) ==
				  rows[i].ms);
	assert_int_equal(http_retry_after_ms(NULL, now_ms), -1);
}

static void
encoded_text_cannot_leave_its_segment(void **state)
{
	static const struct {
		const char *text, *encoded;
	} rows[] = {
		{ "queue-1_~.x", "queue-1_~.x" },
		{ "a/b?c#d%e f", "a%2Fb%3Fc%23d%25e%20f" },
		{ "..", "%2E%2E" },
		{ ".", "%2E" },
		{ "\xc3\xa9\r\n", "%C3%A9%0D%0A" },
		{ "", "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b;

		buf_init(&b, 100);
		CHECK_ROW(rows[i].text, http_encode(&b, rows[i].text));
		assert_string_equal(buf_str(&b), rows[i].encoded);
		buf_clear(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_get_brings_status_headers_and_body),
		cmocka_unit_test(a_body_goes_out_as_it_is),
		cmocka_unit_test(
			a_post_without_a_body_has_length_zero_and_no_type),
		cmocka_unit_test(a_redirect_is_an_answer_and_is_not_followed),
		cmocka_unit_test(a_slow_drip_ends_at_the_deadline),
		cmocka_unit_test(endless_answers_are_cut_off),
		cmocka_unit_test(a_packed_body_stays_packed),
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
		cmocka_unit_test(a_proxy_in_the_environment_is_ignored),
		cmocka_unit_test(retry_after_is_read_in_all_forms_and_bounded),
		cmocka_unit_test(encoded_text_cannot_leave_its_segment),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
