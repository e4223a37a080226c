/* sip: one OPTIONS, the right answer to it, nothing else believed. */
#include "tests/unit/net_peer.h"

#include <netinet/in.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/sip.h"

static const struct fence open_fence;

/* A SIP peer: play() sees each datagram and may send some back. */
struct ua {
	int fd;
	int port;
	struct thread thread;
	void (*play)(struct ua *ua, const char *request, size_t len);
	struct sockaddr_in from;
	atomic_int requests;
	atomic_bool stops;
	const char *extra;
	int status;
	char branches[4][96];
};

static void
ua_serve(void *arg)
{
	struct ua *ua = arg;
	char bytes[8192];

	while (!atomic_load(&ua->stops)) {
		socklen_t len = sizeof(ua->from);
		ssize_t n = recvfrom(ua->fd, bytes, sizeof(bytes) - 1, 0,
				     (struct sockaddr *)&ua->from, &len);

		if (n <= 1)
			continue; /* the tick, or the call to stop */
		bytes[n] = '\0';
		atomic_fetch_add(&ua->requests, 1);
		ua->play(ua, bytes, (size_t)n);
	}
}

static void
ua_start(struct ua *ua, void (*play)(struct ua *, const char *, size_t))
{
	struct timeval tick = { .tv_usec = 20000 };
	struct err e;

	ua->play = play;
	ua->fd = test_bind_udp(&ua->port);
	setsockopt(ua->fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick));
	CHECK_OK(thread_start(&ua->thread, "ua", ua_serve, ua, &e), &e);
}

static void
ua_stop(struct ua *ua)
{
	atomic_store(&ua->stops, true);
	thread_join(&ua->thread);
	close(ua->fd);
}

static void
ua_say(const struct ua *ua, const char *bytes, size_t len)
{
	sendto(ua->fd, bytes, len, 0, (const struct sockaddr *)&ua->from,
	       sizeof(ua->from));
}

static void
ua_respond(const struct ua *ua, const char *request, size_t len, int status,
	   const char *extra)
{
	struct buf b;
	struct err e;

	buf_init(&b, 8192);
	if (sipmsg_response(&b, request, len, status, "Some Reason", "tag-9",
			    extra, &e) == ERR_NONE)
		ua_say(ua, b.data, b.len);
	buf_clear(&b);
}

struct seen {
	struct sip_result result;
	int calls;
	bool is_done;
};

static void
note(void *ctx, const struct sip_result *result)
{
	struct seen *s = ctx;

	s->result = *result;
	s->calls++;
	s->is_done = true;
}

static struct sip_result
ask_port(int port, int timeout_ms)
{
	char where[40];
	struct seen s = { 0 };
	struct sip_call *call;
	struct loop *l;
	struct err e;

	str_printf(where, sizeof(where), "127.0.0.1:%d", port);
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	CHECK_OK(sip_options_start(
			 &call, l,
			 &(struct sip_target){ .where = where,
					       .timeout_ms = timeout_ms },
			 note, &s, &e),
		 &e);
	CHECK_OK(loop_run_until(l, &s.is_done, -1, clock_real_us() + 6000000,
				&e),
		 &e);
	loop_free(l);
	assert_int_equal(s.calls, 1);
	return s.result;
}

static void
answer_plainly(struct ua *ua, const char *request, size_t len)
{
	ua_respond(ua, request, len, ua->status, ua->extra);
}

static void
an_answer_brings_status_reason_and_time(void **state)
{
	struct ua ua = { .status = 503,
			 .extra = "Retry-After: 12 (night);duration=3600\r\n" };
	struct sip_result r;

	TEST_UNUSED(state);
	ua_start(&ua, answer_plainly);
	r = ask_port(ua.port, 3000);
	ua_stop(&ua);
	assert_int_equal(r.code, ERR_NONE);
	assert_int_equal(r.status, 503);
	assert_string_equal(r.reason, "Some Reason");
	assert_int_equal(r.retry_after_s, 12);
	assert_int_equal(r.strays, 0);
	assert_true(r.rtt_us > 0 && r.rtt_us < 3000000);
	assert_int_equal(ua.requests, 1);
}

/* Makes the first character behind `field` another one. */
static void
alter(char *text, const char *field)
{
	char *at = strstr(text, field);

	assert_non_null(at);
	at += strlen(field);
	*at = *at == '1' ? '2' : '1';
}

/* Four forgeries, rubbish, and then the truth. */
static void
forge_then_answer(struct ua *ua, const char *request, size_t len)
{
	static const char *const fields[] = { "branch=z9hG4bK",
					      "Call-ID: ", "CSeq: ", ";tag=" };
	char forged[8192];

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct buf b;
		struct err e;

		str_copy(forged, sizeof(forged), request);
		alter(forged, fields[i]);
		buf_init(&b, 8192);
		if (sipmsg_response(&b, forged, len, 200, "OK", "t", "", &e) ==
		    ERR_NONE)
			ua_say(ua, b.data, b.len);
		buf_clear(&b);
	}
	ua_say(ua, "\0\xff rubbish", 10);
	ua_say(ua, request, len);
	ua_respond(ua, request, len, 486, "");
}

static void
forged_answers_do_not_count(void **state)
{
	struct ua ua = { 0 };
	struct sip_result r;

	TEST_UNUSED(state);
	ua_start(&ua, forge_then_answer);
	r = ask_port(ua.port, 3000);
	ua_stop(&ua);
	assert_int_equal(r.code, ERR_NONE);
	assert_int_equal(r.status, 486);
	assert_true(r.strays >= 5);
}

static void
say_nothing(struct ua *ua, const char *request, size_t len)
{
	struct sipmsg m;
	struct err e;
	int n = atomic_load(&ua->requests);

	if (n <= (int)ARRAY_LEN(ua->branches) &&
	    sipmsg_parse(&m, request, len, &e) == ERR_NONE)
		str_copy(ua->branches[n - 1], sizeof(ua->branches[0]),
			 m.branch);
}

static void
silence_is_asked_again_until_the_deadline(void **state)
{
	struct ua ua = { 0 };
	struct sip_result r;
	int64_t start_us = clock_real_us();

	TEST_UNUSED(state);
	ua_start(&ua, say_nothing);
	r = ask_port(ua.port, 1200);
	ua_stop(&ua);
	assert_int_equal(r.code, ERR_TIMEOUT);
	CHECK_HOLDS(r.why, "no answer");
	assert_int_equal(r.rtt_us, -1);
	assert_true(clock_real_us() - start_us < 3000000);
	assert_int_equal(ua.requests, 2); /* at 0 and 500 ms */
	assert_string_equal(ua.branches[0], ua.branches[1]);
}

static void
answer_the_second(struct ua *ua, const char *request, size_t len)
{
	if (atomic_load(&ua->requests) == 1)
		ua_respond(ua, request, len, 100, "");
	else
		ua_respond(ua, request, len, 200, "");
}

static void
a_provisional_answer_is_no_answer(void **state)
{
	struct ua ua = { 0 };
	struct sip_result r;

	TEST_UNUSED(state);
	ua_start(&ua, answer_the_second);
	r = ask_port(ua.port, 3000);
	ua_stop(&ua);
	assert_int_equal(r.code, ERR_NONE);
	assert_int_equal(r.status, 200);
	assert_int_equal(ua.requests, 2);
}

static void
a_closed_port_is_refused_at_once(void **state)
{
	struct sip_result r;
	int64_t start_us = clock_real_us();
	int port;

	TEST_UNUSED(state);
	close(test_bind_udp(&port));
	r = ask_port(port, 3000);
	assert_int_equal(r.code, ERR_REFUSED);
	assert_true(clock_real_us() - start_us < 2000000);
}

static void
what_cannot_start_says_why(void **state)
{
	struct fence fence = { 0 };
	struct seen s = { 0 };
	struct sip_call *call;
	struct loop *l;
	struct err e;

	TEST_UNUSED(state);
	fence_allow(&fence, "192.0.2.1");
	CHECK_OK(loop_new(&l, &fence, &e), &e);
	CHECK_FAILS(
		sip_options_start(&call, l,
				  &(struct sip_target){ .where = "127.0.0.1",
							.timeout_ms = 100 },
				  note, &s, &e),
		ERR_FENCED, &e, "port 5060");
	CHECK_FAILS(sip_options_start(&call, l,
				      &(struct sip_target){ .where = "a:b:c",
							    .timeout_ms = 100 },
				      note, &s, &e),
		    ERR_ARG, &e, "a:b:c");
	assert_null(call);
	loop_free(l);
	fence_clear(&fence);
}

static void
calls_may_be_cancelled_or_left_to_the_loop(void **state)
{
	struct ua ua = { 0 };
	struct seen s = { 0 };
	struct sip_call *calls[10];
	struct loop *l;
	char where[40];
	struct err e;

	TEST_UNUSED(state);
	ua_start(&ua, say_nothing);
	str_printf(where, sizeof(where), "127.0.0.1:%d", ua.port);
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		CHECK_OK(sip_options_start(
				 &calls[i], l,
				 &(struct sip_target){ .where = where,
						       .timeout_ms = 3000 },
				 note, &s, &e),
			 &e);
	sip_cancel(calls[0]);
	loop_run(l, clock_real_us() + 20000);
	sip_cancel(calls[1]);
	loop_free(l);
	assert_int_equal(s.calls, 0);
	ua_stop(&ua);
}

static void
health_follows_the_rule_of_final_answers(void **state)
{
	static const struct {
		int status;
		bool is_healthy, is_strict;
	} rows[] = {
		{ 200, true, true },   { 299, true, true },
		{ 404, true, false },  { 486, true, false },
		{ 408, false, false }, { 500, false, false },
		{ 501, true, false },  { 503, false, false },
		{ 513, false, false }, { 100, false, false },
		{ 0, false, false },   { 603, true, false },
		{ 700, false, false },
	};
	char what[20];

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		str_printf(what, sizeof(what), "status %d", rows[i].status);
		CHECK_ROW(what, sip_is_healthy(rows[i].status, false) ==
					rows[i].is_healthy);
		CHECK_ROW(what, sip_is_healthy(rows[i].status, true) ==
					rows[i].is_strict);
	}
}

static void
hostile_messages_are_refused_or_cleaned(void **state)
{
	static const char head[] = "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
				   "From: <sip:a@b>;tag=1\r\n"
				   "To: <sip:c@d>\r\nCall-ID: x\x1b[2J\r\n";
	static const struct {
		const char *what, *first, *last;
		bool passes;
	} rows[] = {
		{ "a plain one", "SIP/2.0 200 O\x1b[31mK\r\n",
		  "CSeq: 1 OPTIONS\r\n\r\n", true },
		{ "no CSeq", "SIP/2.0 200 OK\r\n", "\r\n", false },
		{ "a huge CSeq", "SIP/2.0 200 OK\r\n",
		  "CSeq: 99999999999 OPTIONS\r\n\r\n", false },
		{ "status 99", "SIP/2.0 99 OK\r\n", "CSeq: 1 OPTIONS\r\n\r\n",
		  false },
		{ "status 700", "SIP/2.0 700 OK\r\n", "CSeq: 1 OPTIONS\r\n\r\n",
		  false },
		{ "another version", "SIP/9.0 200 OK\r\n",
		  "CSeq: 1 OPTIONS\r\n\r\n", false },
		{ "two minds about the method", "INVITE sip:a SIP/2.0\r\n",
		  "CSeq: 1 OPTIONS\r\n\r\n", false },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[500];
		struct sipmsg m;
		struct err e;
		enum err_code code;

		str_printf(text, sizeof(text), "%s%s%s", rows[i].first, head,
			   rows[i].last);
		code = sipmsg_parse(&m, text, strlen(text), &e);
		CHECK_ROW(rows[i].what, (code == ERR_NONE) == rows[i].passes);
		CHECK_ROW(rows[i].what,
			  strchr(m.reason, '\x1b') == NULL &&
				  strchr(m.call_id, '\x1b') == NULL);
	}
}

static void
a_response_may_carry_a_body(void **state)
{
	static const char request[] =
		"OPTIONS sip:c@d SIP/2.0\r\n"
		"Via: SIP/2.0/UDP h2;branch=z9hG4bK2\r\n"
		"Via: SIP/2.0/UDP h1;branch=z9hG4bK1\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n"
		"Call-ID: x\r\nCSeq: 7 OPTIONS\r\n\r\n";
	struct buf b;
	struct sipmsg m;
	struct err e;

	TEST_UNUSED(state);
	buf_init(&b, 4096);
	CHECK_OK(sipmsg_response(
			 &b, request, sizeof(request) - 1, 200, "OK", "t2",
			 "Content-Type: application/sdp\r\n\r\nv=0\r\n", &e),
		 &e);
	CHECK_OK(sipmsg_parse(&m, b.data, b.len, &e), &e);
	assert_string_equal(m.body, "v=0\r\n");
	assert_string_equal(m.to_tag, "t2");
	assert_string_equal(m.branch, "z9hG4bK2");
	assert_int_equal(m.cseq, 7);
	CHECK_HOLDS(buf_str(&b), "branch=z9hG4bK1");
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_brings_status_reason_and_time),
		cmocka_unit_test(forged_answers_do_not_count),
		cmocka_unit_test(silence_is_asked_again_until_the_deadline),
		cmocka_unit_test(a_provisional_answer_is_no_answer),
		cmocka_unit_test(a_closed_port_is_refused_at_once),
		cmocka_unit_test(what_cannot_start_says_why),
		cmocka_unit_test(calls_may_be_cancelled_or_left_to_the_loop),
		cmocka_unit_test(health_follows_the_rule_of_final_answers),
		cmocka_unit_test(hostile_messages_are_refused_or_cleaned),
		cmocka_unit_test(a_response_may_carry_a_body),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
