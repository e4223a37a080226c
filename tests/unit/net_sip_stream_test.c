/* sip over streams, sipscan and sdp: lies about length, silence, folding. */
#include "tests/unit/net_peer.h"

#include "base/buf.h"
#include "base/clock.h"
#include "net/sdp.h"
#include "net/sip.h"
#include "net/sipscan.h"

static const struct fence open_fence;

struct seen {
	struct sip_result result;
	bool is_done;
};

static void
note(void *ctx, const struct sip_result *result)
{
	struct seen *s = ctx;

	s->result = *result;
	s->is_done = true;
}

static struct sip_result
ask(const struct peer *p, enum sip_transport transport, int timeout_ms)
{
	struct seen s = { 0 };
	struct sip_call *call;
	struct loop *l;
	char where[40];
	struct err e;
	const struct sip_target t = { .where = where,
				      .transport = transport,
				      .timeout_ms = timeout_ms };

	str_printf(where, sizeof(where), "127.0.0.1:%d", p->port);
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	CHECK_OK(sip_options_start(&call, l, &t, note, &s, &e), &e);
	CHECK_OK(loop_run_until(l, &s.is_done, -1, clock_real_us() + 6000000,
				&e),
		 &e);
	loop_free(l);
	return s.result;
}

/* What the peer says: the answer with some of it changed. */
struct lie {
	const char *from, *to; /* in the answer; NULL: nothing */
	const char *before, *after;
	bool closes;
	enum err_code code;
	int status, strays;
};

static void
answer(const struct lie *lie, const char *request, struct buf *out)
{
	struct buf plain;
	struct err e;
	const char *at;

	buf_init(&plain, 8192);
	CHECK_OK(sipmsg_response(&plain, request, strlen(request), 486, "Busy",
				 "t", "", &e),
		 &e);
	buf_text(out, lie->before == NULL ? "" : lie->before);
	at = lie->from == NULL ? NULL : strstr(buf_str(&plain), lie->from);
	if (at != NULL) {
		buf_add(out, buf_str(&plain), (size_t)(at - buf_str(&plain)));
		buf_text(out, lie->to);
		buf_text(out, at + strlen(lie->from));
	} else {
		assert_null(lie->from);
		buf_text(out, buf_str(&plain));
	}
	buf_text(out, lie->after == NULL ? "" : lie->after);
	buf_clear(&plain);
}

static bool
play_lie(struct peer *p, int fd, const char *request)
{
	const struct lie *lie = p->arg;
	struct buf out;

	buf_init(&out, 65536);
	answer(lie, request, &out);
	peer_send(fd, buf_str(&out));
	buf_clear(&out);
	return !lie->closes;
}

#define STRAY                                                            \
	"SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP a;branch=z9hG4bKx\r\n"       \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: " \
	"1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

static void
a_stream_is_cut_by_content_length_and_lies_are_failures(void **state)
{
	static const struct lie lies[] = {
		{ .status = 486 },
		{ .before = "\r\n\r\n", .status = 486 },
		{ .before = STRAY STRAY, .status = 486, .strays = 2 },
		{ .from = "Content-Length: 0",
		  .to = "l : 3",
		  .after = "abc",
		  .status = 486 },
		{ .from = "Call-ID: ", .to = "i:\r\n ", .status = 486 },
		{ .from = "SIP/2.0/TCP",
		  .to = "SIP/2.0/TCP\r\n\t",
		  .status = 486 },
		{ .from = "branch=z9hG4bK",
		  .to = "branch=z9hG4bKf",
		  .code = ERR_TIMEOUT,
		  .strays = 1 },
		{ .from = "Call-ID: ",
		  .to = "Call-ID: f",
		  .code = ERR_TIMEOUT,
		  .strays = 1 },
		{ .from = "CSeq: ",
		  .to = "CSeq: 9",
		  .code = ERR_TIMEOUT,
		  .strays = 1 },
		{ .from = ";tag=",
		  .to = ";tag=f",
		  .code = ERR_TIMEOUT,
		  .strays = 1 },
		{ .from = "Content-Length: 0",
		  .to = "Content-Length: 99",
		  .closes = true,
		  .code = ERR_UNREACHED },
		{ .from = "Content-Length: 0",
		  .to = "X-Length: 0",
		  .code = ERR_FORMAT },
		{ .from = "Content-Length: 0",
		  .to = "Content-Length: -1",
		  .code = ERR_FORMAT },
		{ .from = "Content-Length: 0",
		  .to = "Content-Length: 999999",
		  .code = ERR_FORMAT },
		{ .from = "Content-Length: 0",
		  .to = "Content-Length: 0\r\nContent-Length: 1",
		  .code = ERR_FORMAT },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		struct lie lie = lies[i];
		struct sip_result r;
		struct peer p;

		peer_start(&p, play_lie, &lie);
		r = ask(&p, SIP_TCP, lie.code == ERR_TIMEOUT ? 150 : 3000);
		peer_stop(&p);
		if (r.code != lie.code || r.status != lie.status ||
		    r.strays != lie.strays)
			fail_msg("row %zu: code %d status %d strays %d: %s", i,
				 (int)r.code, r.status, r.strays, r.why);
	}
}

static bool
play_endless(struct peer *p, int fd, const char *request)
{
	TEST_UNUSED(request);
	peer_send(fd, "SIP/2.0 200 OK\r\n");
	for (int i = 0; i < 400 && !atomic_load(&p->stops); i++)
		peer_send(fd, "X-More: 0123456789012345678901234567890123456789"
			      "0123456789012345678901234567890\r\n");
	return true;
}

static void
headers_without_an_end_are_given_up(void **state)
{
	struct sip_result r;
	struct peer p;

	TEST_UNUSED(state);
	peer_start(&p, play_endless, NULL);
	r = ask(&p, SIP_TCP, 3000);
	peer_stop(&p);
	assert_int_equal(r.code, ERR_FORMAT);
	CHECK_HOLDS(r.why, "do not end within");
}

/* The peer waits for the end of an HTTP request, which no hello has. */
static void
a_handshake_that_hangs_ends_in_time(void **state)
{
	int64_t start_us = clock_real_us();
	struct sip_result r;
	struct peer p;

	TEST_UNUSED(state);
	peer_start(&p, play_endless, NULL);
	r = ask(&p, SIP_TLS, 300);
	peer_stop(&p);
	assert_int_equal(r.code, ERR_TIMEOUT);
	CHECK_HOLDS(r.why, "no end of the TLS handshake");
	assert_true(clock_real_us() - start_us < 5000000);
}

static void
an_answer_is_judged_strictly_or_flexibly(void **state)
{
#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"
#define BODY "c=IN IP4 192.0.2.1\r\nt=0 0\r\n"
	static const struct {
		const char *text, *strict, *flexible; /* codec; "" not valid */
	} rows[] = {
		{ HEAD BODY "m=audio 9 RTP/AVP 0\r\n", "PCMU", "PCMU" },
		{ HEAD BODY "m=audio 9 RTP/AVP 101 8\r\n", "PCMA", "PCMA" },
		{ HEAD BODY "m=audio 0 RTP/AVP 0\r\n", "", "" },
		{ HEAD BODY "m=audio 9 RTP/AVP 18\r\n", "", "" },
		{ HEAD BODY "m=audio 9 RTP/AVP 0 18\r\n", "", "PCMU" },
		{ HEAD BODY "m=audio 9 RTP/AVP 96\r\na=rtpmap:96 PCMU/8000\r\n",
		  "", "PCMU" },
		{ HEAD BODY "m=audio 9 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n",
		  "", "PCMU" },
		{ HEAD "t=0 0\r\nm=audio 9 RTP/AVP 0\r\n", "", "PCMU" },
		{ HEAD "c=IN IP4 192.0.2.1\r\nm=audio 9 RTP/AVP 0\r\n", "",
		  "PCMU" },
		{ "v=0\ns=-\nm=audio 9 RTP/AVP 9\n", "", "G722" },
		{ HEAD BODY "m=audio 9 RTP/SAVP 0\r\n", "", "" },
		{ "", "", "" },
		{ "v=1\r\n", "", "" },
	};
	static const int payloads[] = { 9, 0, 8 };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int strict = 0; strict < 2; strict++) {
			const char *want =
				strict ? rows[i].strict : rows[i].flexible;
			struct err e = { 0 };
			char codec[24];
			enum err_code code =
				sdp_judge(codec, rows[i].text, payloads,
					  ARRAY_LEN(payloads), strict != 0, &e);

			if (strcmp(codec, want) != 0 ||
			    (code == ERR_NONE) != (want[0] != '\0'))
				fail_msg("row %zu strict %d: \"%s\" %s", i,
					 strict, codec, e.text);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_stream_is_cut_by_content_length_and_lies_are_failures),
		cmocka_unit_test(headers_without_an_end_are_given_up),
		cmocka_unit_test(a_handshake_that_hangs_ends_in_time),
		cmocka_unit_test(an_answer_is_judged_strictly_or_flexibly),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
