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
a_host_may_be_a_name_and_one_that_is_none_is_said(void **state)
{
	struct peer p;
	struct http_answer a;
	struct http_request r;
	char url[80];
	struct err e;

	TEST_UNUSED(state);
	peer_start(&p, say_hello, NULL);
	str_printf(url, sizeof(url), "http://localhost%s", strrchr(p.url, ':'));
	r = get(url, 4000);
	CHECK_OK(http_do(&a, &open_fence, &r, -1, &e), &e);
	assert_int_equal(a.status, 200);
	http_answer_clear(&a);
	peer_stop(&p);
	r = get("http://a..b/", 4000);
	assert_int_not_equal(http_do(&a, &open_fence, &r, -1, &e), ERR_NONE);
	CHECK_HOLDS(e.text, "does not resolve");
	assert_false(a.maybe_sent);
	http_answer_clear(&a);
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
		cmocka_unit_test(a_proxy_in_the_environment_is_ignored),
		cmocka_unit_test(retry_after_is_read_in_all_forms_and_bounded),
		cmocka_unit_test(
			a_host_may_be_a_name_and_one_that_is_none_is_said),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
