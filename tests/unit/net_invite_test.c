/* sip_invite: whatever the peer does, no call is left up. */
#include "tests/unit/net_peer.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>

#include "base/clock.h"
#include "net/sip.h"
#include "net/sip_invite.h"

#define LEGS "ab" /* tags of the peer's phones */

static const struct fence open_fence;

/* A SIP peer; what it counted may be looked at at any time. */
struct ua {
	int fd, port;
	int stranger; /* a socket of 127.0.0.2 */
	struct thread thread;
	void (*play)(struct ua *ua, const struct sipmsg *m, const char *bytes,
		     size_t len);
	struct sockaddr_in from;
	atomic_bool stops;
	atomic_int invites, cancels, answered; /* our 200 to its BYE */
	atomic_int acks[2], byes[2];	       /* of each leg */
	atomic_int plain_acks;		       /* of refusals */
	char invite[8192];
	size_t invite_len;
};

static void
count(struct ua *ua, const struct sipmsg *m)
{
	const char *leg =
		m->to_tag[0] == '\0' ? NULL : strchr(LEGS, m->to_tag[0]);

	if (!m->is_request)
		atomic_fetch_add(&ua->answered, m->status == 200);
	else if (str_same(m->method, "INVITE"))
		atomic_fetch_add(&ua->invites, 1);
	else if (str_same(m->method, "CANCEL"))
		atomic_fetch_add(&ua->cancels, 1);
	else if (leg == NULL)
		atomic_fetch_add(&ua->plain_acks, str_same(m->method, "ACK"));
	else if (str_same(m->method, "ACK"))
		atomic_fetch_add(&ua->acks[leg - LEGS], 1);
	else if (str_same(m->method, "BYE"))
		atomic_fetch_add(&ua->byes[leg - LEGS], 1);
}

static void
serve(void *arg)
{
	struct ua *ua = arg;
	char bytes[8192];

	while (!atomic_load(&ua->stops)) {
		socklen_t size = sizeof(ua->from);
		ssize_t n = recvfrom(ua->fd, bytes, sizeof(bytes) - 1, 0,
				     (struct sockaddr *)&ua->from, &size);
		struct sipmsg m;
		struct err e;

		if (n <= 1)
			continue;
		bytes[n] = '\0';
		if (sipmsg_parse(&m, bytes, (size_t)n, &e) != ERR_NONE)
			continue;
		if (m.is_request && str_same(m.method, "INVITE")) {
			memcpy(ua->invite, bytes, (size_t)n + 1);
			ua->invite_len = (size_t)n;
		}
		count(ua, &m);
		ua->play(ua, &m, bytes, (size_t)n);
	}
}

static void
say_by(const struct ua *ua, int fd, const char *bytes, size_t len)
{
	sendto(fd, bytes, len, 0, (const struct sockaddr *)&ua->from,
	       sizeof(ua->from));
}

static void
respond_by(const struct ua *ua, int fd, const char *request, size_t len,
	   int status, const char *tag)
{
	struct buf b;
	struct err e;

	buf_init(&b, 8192);
	if (sipmsg_response(&b, request, len, status, "Some Reason", tag, "",
			    &e) == ERR_NONE)
		say_by(ua, fd, b.data, b.len);
	buf_clear(&b);
}

static void
respond(const struct ua *ua, const char *request, size_t len, int status,
	const char *tag)
{
	respond_by(ua, ua->fd, request, len, status, tag);
}

static bool
is(const struct sipmsg *m, const char *method)
{
	return m->is_request && str_same(m->method, method);
}

/* What every peer says to the end of a call. */
static void
let_go(const struct ua *ua, const struct sipmsg *m, const char *bytes,
       size_t len)
{
	if (is(m, "BYE") || is(m, "CANCEL"))
		respond(ua, bytes, len, 200, "c");
}

static void
alter(char *text, const char *field)
{
	char *at = strstr(text, field);

	assert(at != NULL);
	at += strlen(field);
	*at = *at == '1' ? '2' : '1';
}

static void
forge_then_refuse(struct ua *ua, const struct sipmsg *m, const char *bytes,
		  size_t len)
{
	static const char *const fields[] = { "branch=z9hG4bK",
					      "Call-ID: ", "CSeq: ", ";tag=" };
	char forged[8192];

	if (!is(m, "INVITE"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		str_copy(forged, sizeof(forged), bytes);
		alter(forged, fields[i]);
		respond(ua, forged, len, 200, "a");
	}
	say_by(ua, ua->fd, "\0\xff rubbish", 10);
	say_by(ua, ua->fd, "SIP/2.0 999999999999 Up\r\n\r\n", 27);
	respond_by(ua, ua->stranger, bytes, len, 200, "a");
	respond(ua, bytes, len, 486, "t");
}

static void
repeat_the_answer(struct ua *ua, const struct sipmsg *m, const char *bytes,
		  size_t len)
{
	if (is(m, "INVITE"))
		for (int i = 0; i < 3; i++)
			respond(ua, bytes, len, 200, "a");
	let_go(ua, m, bytes, len);
}

static void
answer_with_two_phones(struct ua *ua, const struct sipmsg *m, const char *bytes,
		       size_t len)
{
	if (is(m, "INVITE")) {
		respond(ua, bytes, len, 200, "a");
		respond(ua, bytes, len, 200, "b");
	}
	let_go(ua, m, bytes, len);
}

/* Its own BYE crosses ours, which it never answers. */
static void
hang_up_too(struct ua *ua, const struct sipmsg *m, const char *bytes,
	    size_t len)
{
	char bye[2048], call_id[128], tag[64];
	const char *from = strstr(ua->invite, "From:");

	if (is(m, "INVITE"))
		respond(ua, bytes, len, 200, "a");
	if (!is(m, "ACK") || from == NULL)
		return;
	str_copy(call_id, sizeof(call_id), m->call_id);
	str_copy(tag, sizeof(tag), m->from_tag);
	str_printf(bye, sizeof(bye),
		   "BYE sip:x@127.0.0.1 SIP/2.0\r\n"
		   "Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bKpeer\r\n"
		   "From: <sip:y@127.0.0.1>;tag=a\r\n"
		   "To: <sip:x@127.0.0.1>;tag=%s\r\nCall-ID: %s\r\n"
		   "CSeq: 1 BYE\r\nMax-Forwards: 70\r\n"
		   "Content-Length: 0\r\n\r\n",
		   ua->port, tag, call_id);
	say_by(ua, ua->fd, bye, strlen(bye));
}

static void
storm_then_refuse(struct ua *ua, const struct sipmsg *m, const char *bytes,
		  size_t len)
{
	if (!is(m, "INVITE"))
		return;
	for (int i = 0; i < 2000; i++)
		respond(ua, bytes, len, 100 + i % 100, "a");
	for (int i = 0; i < 20; i++)
		respond(ua, bytes, len, 486, "t");
}

/* The answer and our CANCEL cross. */
static void
answer_what_was_cancelled(struct ua *ua, const struct sipmsg *m,
			  const char *bytes, size_t len)
{
	if (is(m, "INVITE"))
		respond(ua, bytes, len, 180, "a");
	let_go(ua, m, bytes, len);
	if (is(m, "CANCEL"))
		respond(ua, ua->invite, ua->invite_len, 200, "a");
}

static void
talk_rubbish(struct ua *ua, const struct sipmsg *m, const char *bytes,
	     size_t len)
{
	char noise[2000];

	(void)m;
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)(i * 131 % 251);
	say_by(ua, ua->fd, noise, sizeof(noise));
	say_by(ua, ua->fd, bytes, len);
	say_by(ua, ua->fd, bytes, len / 2);
	respond(ua, bytes, len, 700, "a");
	respond(ua, bytes, len, 99, "a");
}

struct seen {
	struct sip_invite_result result;
	int calls;
	bool is_done;
};

static void
note(void *ctx, const struct sip_invite_result *r)
{
	struct seen *s = ctx;

	s->result = *r;
	s->calls++;
	s->is_done = true;
}

static void
ua_start(struct ua *ua,
	 void (*play)(struct ua *, const struct sipmsg *, const char *, size_t))
{
	struct timeval tick = { .tv_usec = 20000 };
	struct sockaddr_in other = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1),
	};
	struct err e;

	*ua = (struct ua){ .play = play };
	ua->fd = test_bind_udp(&ua->port);
	ua->stranger = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(ua->stranger, (const struct sockaddr *)&other,
			      sizeof(other)),
			 0);
	setsockopt(ua->fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick));
	CHECK_OK(thread_start(&ua->thread, "ua", serve, ua, &e), &e);
}

static void
ua_stop(struct ua *ua)
{
	atomic_store(&ua->stops, true);
	thread_join(&ua->thread);
	close(ua->fd);
	close(ua->stranger);
}

struct row {
	const char *what;
	void (*play)(struct ua *, const struct sipmsg *, const char *, size_t);
	int timeout_ms;
	/* at least so many of each; more do not come for a leg without any */
	int acks[2], byes[2], plain_acks, answered;
	enum err_code code;
	int status;
	bool is_cancelled;
};

static bool
is_all_there(const struct row *row, struct ua *ua)
{
	for (int i = 0; i < 2; i++)
		if (atomic_load(&ua->acks[i]) < row->acks[i] ||
		    atomic_load(&ua->byes[i]) < row->byes[i])
			return false;
	return atomic_load(&ua->plain_acks) >= row->plain_acks &&
	       atomic_load(&ua->answered) >= row->answered;
}

/* The loop goes on after the report, as it does in a poller. */
static void
call(const struct row *row, struct ua *ua, struct seen *s)
{
	char where[40];
	struct sip_invite_order o = {
		.target = { .where = where, .timeout_ms = row->timeout_ms },
		.user = "+4930123456",
		.payloads = { 9, 0, 8 },
		.count = 3,
	};
	struct sip_invite *c;
	struct loop *l;
	struct err e;
	int64_t until_us = clock_real_us() + 10000000;

	str_printf(where, sizeof(where), "127.0.0.1:%d", ua->port);
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	CHECK_OK(sip_invite_start(&c, l, &o, note, s, &e), &e);
	while ((!s->is_done || !is_all_there(row, ua)) &&
	       clock_real_us() < until_us)
		loop_run(l, clock_real_us() + 20000);
	loop_free(l);
}

static void
no_call_is_left_up(void **state)
{
	static const struct row rows[] = {
		{ "forged answers, one of a stranger, then the true one",
		  forge_then_refuse, 4000, .plain_acks = 1, .status = 486 },
		{ "each copy of the answer is acknowledged", repeat_the_answer,
		  4000, .acks = { 3 }, .byes = { 1 }, .status = 200 },
		{ "two phones answer", answer_with_two_phones, 4000,
		  .acks = { 1, 1 }, .byes = { 1, 1 }, .status = 200 },
		{ "the peer hangs up inside the call", hang_up_too, 4000,
		  .acks = { 1 }, .byes = { 1 }, .answered = 1, .status = 200 },
		{ "a storm of provisional answers, refused many times",
		  storm_then_refuse, 4000, .plain_acks = 1, .status = 486 },
		{ "the answer crosses the CANCEL", answer_what_was_cancelled,
		  900, .acks = { 1 }, .byes = { 1 }, .status = 200,
		  .is_cancelled = true },
		{ "rubbish alone", talk_rubbish, 900, .code = ERR_TIMEOUT },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct seen s = { 0 };
		struct ua ua;

		ua_start(&ua, row->play);
		call(row, &ua, &s);
		ua_stop(&ua);
		CHECK_ROW(row->what, s.calls == 1);
		CHECK_ROW(row->what, s.result.code == row->code);
		CHECK_ROW(row->what, s.result.status == row->status);
		CHECK_ROW(row->what,
			  s.result.is_cancelled == row->is_cancelled);
		CHECK_ROW(row->what, is_all_there(row, &ua));
		for (int leg = 0; leg < 2; leg++)
			CHECK_ROW(row->what,
				  (row->acks[leg] > 0) == (ua.acks[leg] > 0) &&
					  (row->byes[leg] > 0) ==
						  (ua.byes[leg] > 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_call_is_left_up),
	};

	sipmsg_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
