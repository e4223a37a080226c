/* dns: the answer to this question, from this server, or none. */
#include "tests/unit/net_peer.h"

#include <netinet/in.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/dns.h"

#define TYPE_A 1
#define TYPE_CNAME 5
#define TYPE_SOA 6
#define TYPE_TXT 16

static const struct fence open_fence;

/* An answer in the making. */
struct wire {
	unsigned char bytes[65536];
	size_t len;
};

/* A DNS server: play() sees each question by UDP and writes the answer; by
 * TCP play_tcp() does. */
struct ns {
	int udp;
	int tcp;
	int port;
	struct thread thread;
	void (*play)(struct ns *ns, const struct wire *question, bool is_tcp);
	int reply_fd;
	struct sockaddr_in from;
	atomic_int questions;
	atomic_bool stops;
	uint16_t ids[8];
};

static void
ns_reply(const struct ns *ns, const struct wire *w, bool is_tcp)
{
	unsigned char head[2] = { (unsigned char)(w->len >> 8),
				  (unsigned char)(w->len & 0xff) };

	if (!is_tcp) {
		sendto(ns->udp, w->bytes, w->len, 0,
		       (const struct sockaddr *)&ns->from, sizeof(ns->from));
		return;
	}
	(void)!send(ns->reply_fd, head, 2, MSG_NOSIGNAL);
	(void)!send(ns->reply_fd, w->bytes, w->len, MSG_NOSIGNAL);
}

static void
ns_take(struct ns *ns, struct wire *w, bool is_tcp)
{
	int n = atomic_fetch_add(&ns->questions, 1);

	if (n < (int)ARRAY_LEN(ns->ids))
		ns->ids[n] = (uint16_t)(w->bytes[0] << 8 | w->bytes[1]);
	ns->play(ns, w, is_tcp);
}

static void
ns_take_stream(struct ns *ns, struct wire *w)
{
	unsigned char head[2];

	ns->reply_fd = accept(ns->tcp, NULL, NULL);
	if (recv(ns->reply_fd, head, 2, MSG_WAITALL) == 2) {
		w->len = (size_t)(head[0] << 8 | head[1]);
		if (recv(ns->reply_fd, w->bytes, w->len, MSG_WAITALL) ==
		    (ssize_t)w->len)
			ns_take(ns, w, true);
	}
	close(ns->reply_fd);
}

static void
ns_serve(void *arg)
{
	struct ns *ns = arg;
	struct wire *w = mem_new(1, sizeof(*w));
	struct pollfd at[2] = { { .fd = ns->udp, .events = POLLIN },
				{ .fd = ns->tcp, .events = POLLIN } };

	while (!atomic_load(&ns->stops)) {
		socklen_t len = sizeof(ns->from);
		ssize_t n;

		if (poll(at, 2, 20) <= 0)
			continue;
		if (at[1].revents != 0)
			ns_take_stream(ns, w);
		if (at[0].revents == 0)
			continue;
		n = recvfrom(ns->udp, w->bytes, sizeof(w->bytes), 0,
			     (struct sockaddr *)&ns->from, &len);
		w->len = n > 0 ? (size_t)n : 0;
		if (w->len > 12)
			ns_take(ns, w, false);
	}
	mem_free(w);
}

static void
ns_start(struct ns *ns, void (*play)(struct ns *, const struct wire *, bool))
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct err e;

	memset(ns, 0, sizeof(*ns));
	ns->play = play;
	do { /* one port for both */
		ns->tcp = test_listen_tcp(&ns->port);
		ns->udp = socket(AF_INET, SOCK_DGRAM, 0);
		at.sin_port = htons((uint16_t)ns->port);
		if (bind(ns->udp, (struct sockaddr *)&at, sizeof(at)) == 0)
			break;
		close(ns->tcp);
		close(ns->udp);
	} while (true);
	CHECK_OK(thread_start(&ns->thread, "ns", ns_serve, ns, &e), &e);
}

static void
ns_stop(struct ns *ns)
{
	atomic_store(&ns->stops, true);
	thread_join(&ns->thread);
	close(ns->udp);
	close(ns->tcp);
}

/* The question back, with flags (QR and AA set) and no records yet. */
static void
begin(struct wire *w, const struct wire *question, int rcode)
{
	size_t end = 12;

	while (end < question->len && question->bytes[end] != 0)
		end += (size_t)question->bytes[end] + 1;
	end += 5;
	memcpy(w->bytes, question->bytes, end);
	w->len = end;
	w->bytes[2] = 0x84;
	w->bytes[3] = (unsigned char)rcode;
	memset(w->bytes + 6, 0, 6);
}

static void
add_record(struct wire *w, const char *name, size_t name_len, int type,
	   uint32_t ttl_s, const void *data, size_t len)
{
	unsigned char head[10] = { 0,
				   (unsigned char)type,
				   0,
				   1,
				   (unsigned char)(ttl_s >> 24),
				   (unsigned char)(ttl_s >> 16),
				   (unsigned char)(ttl_s >> 8),
				   (unsigned char)ttl_s,
				   (unsigned char)(len >> 8),
				   (unsigned char)len };

	memcpy(w->bytes + w->len, name, name_len);
	memcpy(w->bytes + w->len + name_len, head, sizeof(head));
	memcpy(w->bytes + w->len + name_len + sizeof(head), data, len);
	w->len += name_len + sizeof(head) + len;
	w->bytes[7]++;
}

#define ASKED "\xc0\x0c", 2 /* points at the name in the question */

static struct dns_answer
ask(const struct ns *ns, const char *type, int timeout_ms)
{
	struct dns_answer a;
	char server[40];
	struct err e = { 0 };

	str_printf(server, sizeof(server), "127.0.0.1:%d", ns->port);
	if (dns_do(&a, &open_fence, server, "sip.example.test", type,
		   timeout_ms, -1, &e) != ERR_NONE)
		assert_int_equal(a.code, e.code);
	return a;
}

static void
play_two_addresses(struct ns *ns, const struct wire *q, bool is_tcp)
{
	struct wire w;

	begin(&w, q, 0);
	add_record(&w, ASKED, TYPE_A, 300, "\xc0\x00\x02\x0b", 4);
	add_record(&w, ASKED, TYPE_A, 60, "\xc0\x00\x02\x0a", 4);
	add_record(&w,
		   "\x04"
		   "evil\0",
		   6, TYPE_A, 1, "\x06\x06\x06\x06", 4);
	ns_reply(ns, &w, is_tcp);
}

static void
an_answer_brings_sorted_values_and_the_lowest_ttl(void **state)
{
	struct ns ns;
	struct dns_answer a;

	TEST_UNUSED(state);
	ns_start(&ns, play_two_addresses);
	a = ask(&ns, "A", 3000);
	ns_stop(&ns);
	assert_int_equal(a.code, ERR_NONE);
	assert_int_equal(a.rcode, 0);
	assert_true(a.authoritative);
	assert_int_equal(a.count, 2); /* the other name's does not count */
	assert_string_equal(a.values[0], "192.0.2.10");
	assert_string_equal(a.values[1], "192.0.2.11");
	assert_int_equal(a.ttl_s, 60);
	assert_int_equal(a.serial, -1);
	assert_true(a.rtt_us > 0);
}

static void
play_nothing_there(struct ns *ns, const struct wire *q, bool is_tcp)
{
	struct wire w;

	begin(&w, q, 3);
	ns_reply(ns, &w, is_tcp);
}

static void
a_denial_is_an_answer_without_records(void **state)
{
	struct ns ns;
	struct dns_answer a;

	TEST_UNUSED(state);
	ns_start(&ns, play_nothing_there);
	a = ask(&ns, "A", 3000);
	ns_stop(&ns);
	assert_int_equal(a.code, ERR_NONE);
	assert_int_equal(a.rcode, 3);
	assert_int_equal(a.count, 0);
	assert_int_equal(a.ttl_s, -1);
}

/* Another id, another question, no answer bit, rubbish; then the truth. */
static void
play_forgeries(struct ns *ns, const struct wire *q, bool is_tcp)
{
	struct wire w;

	begin(&w, q, 0);
	add_record(&w, ASKED, TYPE_A, 1, "\x06\x06\x06\x06", 4);
	w.bytes[0] ^= 1;
	ns_reply(ns, &w, is_tcp);
	w.bytes[0] ^= 1;
	w.bytes[13] ^= 1;
	ns_reply(ns, &w, is_tcp);
	w.bytes[13] ^= 1;
	w.bytes[2] = 0;
	ns_reply(ns, &w, is_tcp);
	w.bytes[2] = 0x84;
	w.bytes[5] = 0;
	ns_reply(ns, &w, is_tcp);
	w.len = 5;
	ns_reply(ns, &w, is_tcp);
	play_two_addresses(ns, q, is_tcp);
}

static void
forged_answers_do_not_count(void **state)
{
	struct ns ns;
	struct dns_answer a;

	TEST_UNUSED(state);
	ns_start(&ns, play_forgeries);
	a = ask(&ns, "A", 3000);
	ns_stop(&ns);
	assert_int_equal(a.code, ERR_NONE);
	assert_int_equal(a.count, 2);
	assert_string_equal(a.values[0], "192.0.2.10");
}

static void
play_cut(struct ns *ns, const struct wire *q, bool is_tcp)
{
	struct wire w;

	if (is_tcp) {
		play_two_addresses(ns, q, true);
		return;
	}
	begin(&w, q, 0);
	w.bytes[2] |= 2; /* TC */
	ns_reply(ns, &w, false);
}

static void
a_cut_answer_is_asked_for_again_by_tcp(void **state)
{
	struct ns ns;
	struct dns_answer a;

	TEST_UNUSED(state);
	ns_start(&ns, play_cut);
	a = ask(&ns, "A", 3000);
	ns_stop(&ns);
	assert_int_equal(a.code, ERR_NONE);
	assert_int_equal(a.count, 2);
	assert_int_equal(ns.questions, 2);
}

/* A pointer that leads to itself, and a text with an escape in it. */
static void
play_loop(struct ns *ns, const struct wire *q, bool is_tcp)
{
	struct wire w;

	begin(&w, q, 0);
	add_record(&w, ASKED, TYPE_CNAME, 1, "\xc0\x0c", 2);
	w.bytes[w.len - 1] = (unsigned char)(w.len - 2);
	ns_reply(ns, &w, is_tcp);
}

static void
a_pointer_loop_ends_as_unreadable(void **state)
{
	struct ns ns;
	struct dns_answer a;

	TEST_UNUSED(state);
	ns_start(&ns, play_loop);
	a = ask(&ns, "CNAME", 300);
	ns_stop(&ns);
	assert_int_equal(a.code, ERR_FORMAT);
	CHECK_HOLDS(a.why, "cannot be read");
}

static void
play_text(struct ns *ns, const struct wire *q, bool is_tcp)
{
	struct wire w;

	begin(&w, q, 0);
	add_record(&w, ASKED, TYPE_TXT, 9,
		   "\x07"
		   "a\x1b[2J\r\n",
		   8);
	ns_reply(ns, &w, is_tcp);
}

static void
texts_are_cleaned(void **state)
{
	struct ns ns;
	struct dns_answer a;

	TEST_UNUSED(state);
	ns_start(&ns, play_text);
	a = ask(&ns, "TXT", 3000);
	ns_stop(&ns);
	assert_int_equal(a.count, 1);
	for (const char *p = a.values[0]; *p != '\0'; p++)
		assert_true((unsigned char)*p >= 0x20);
}

/* asked -> n0 -> n1 -> ... -> n<count>, whose address follows. */
static void
play_chain(struct ns *ns, const struct wire *q, bool is_tcp, int count)
{
	struct wire w;
	char from[8] = "\x03n00";
	char to[8] = "\x03n00";

	begin(&w, q, 0);
	add_record(&w, ASKED, TYPE_CNAME, 100, to, 5);
	for (int i = 1; i <= count; i++) {
		memcpy(from, to, sizeof(from));
		to[2] = (char)('0' + i / 10);
		to[3] = (char)('0' + i % 10);
		add_record(&w, from, 5, TYPE_CNAME, 50, to, 5);
	}
	add_record(&w, to, 5, TYPE_A, 70, "\xc0\x00\x02\x0a", 4);
	ns_reply(ns, &w, is_tcp);
}

static void
play_short_chain(struct ns *ns, const struct wire *q, bool is_tcp)
{
	play_chain(ns, q, is_tcp, 3);
}

static void
play_long_chain(struct ns *ns, const struct wire *q, bool is_tcp)
{
	play_chain(ns, q, is_tcp, 90);
}

static void
cnames_are_followed_but_not_for_ever(void **state)
{
	struct ns ns;
	struct dns_answer a;

	TEST_UNUSED(state);
	ns_start(&ns, play_short_chain);
	a = ask(&ns, "A", 3000);
	ns_stop(&ns);
	assert_int_equal(a.count, 1);
	assert_int_equal(a.ttl_s, 50);
	ns_start(&ns, play_long_chain);
	a = ask(&ns, "A", 3000);
	ns_stop(&ns);
	assert_int_equal(a.code, ERR_NONE);
	assert_int_equal(a.count, 0);
}

static void
play_crowd(struct ns *ns, const struct wire *q, bool is_tcp)
{
	struct wire w;

	begin(&w, q, 0);
	for (int i = 0; i < DNS_VALUES + 1; i++) {
		unsigned char data[4] = { 192, 0, 2, (unsigned char)i };

		add_record(&w, ASKED, TYPE_A, 9, data, 4);
	}
	ns_reply(ns, &w, is_tcp);
}

static void
a_set_that_does_not_fit_is_no_answer(void **state)
{
	struct ns ns;
	struct dns_answer a;

	TEST_UNUSED(state);
	ns_start(&ns, play_crowd);
	a = ask(&ns, "A", 3000);
	ns_stop(&ns);
	assert_int_equal(a.code, ERR_LIMIT);
}

static void
play_soa(struct ns *ns, const struct wire *q, bool is_tcp)
{
	static const char data[] = "\x01m\0"
				   "\x01r\0"
				   "\x78\xc0\x11\x22"
				   "\0\0\0\1\0\0\0\2"
				   "\0\0\0\3\0\0\0\4";
	struct wire w;

	begin(&w, q, 0);
	add_record(&w, ASKED, TYPE_SOA, 9, data, sizeof(data) - 1);
	ns_reply(ns, &w, is_tcp);
}

static void
a_soa_brings_its_serial(void **state)
{
	struct ns ns;
	struct dns_answer a;

	TEST_UNUSED(state);
	ns_start(&ns, play_soa);
	a = ask(&ns, "SOA", 3000);
	ns_stop(&ns);
	assert_int_equal(a.count, 1);
	assert_int_equal(a.serial, 0x78c01122);
}

static void
play_dead(struct ns *ns, const struct wire *q, bool is_tcp)
{
	TEST_UNUSED(ns);
	TEST_UNUSED(q);
	TEST_UNUSED(is_tcp);
}

static void
silence_ends_at_the_deadline_and_ids_differ(void **state)
{
	struct ns ns;
	struct dns_answer a;
	int same = 0;

	TEST_UNUSED(state);
	ns_start(&ns, play_dead);
	for (int i = 0; i < 4; i++) {
		a = ask(&ns, "A", 50);
		assert_int_equal(a.code, ERR_TIMEOUT);
		CHECK_HOLDS(a.why, "no DNS answer");
	}
	ns_stop(&ns);
	assert_int_equal(ns.questions, 4);
	for (int i = 1; i < 4; i++)
		same += ns.ids[i] == ns.ids[i - 1];
	assert_true(same < 2);
}

static void
what_cannot_start_says_why(void **state)
{
	static const struct {
		const char *server, *name, *type;
		enum err_code code;
		const char *part;
	} rows[] = {
		{ "127.0.0.2", "a.test", "A", ERR_FENCED, "port 53" },
		{ "x y", "a.test", "A", ERR_ARG, "x y" },
		{ "127.0.0.1", "a.test", "AXFR", ERR_ARG, "AXFR" },
		{ "127.0.0.1", "a.test", "BOGUS", ERR_ARG, "BOGUS" },
		{ "127.0.0.1", "", "A", ERR_ARG, "no DNS name" },
		{ "127.0.0.1", "a..b", "A", ERR_ARG, "a..b" },
	};
	struct fence fence = { 0 };
	struct err e;

	TEST_UNUSED(state);
	fence_allow(&fence, "127.0.0.1");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dns_answer a;

		CHECK_FAILS(dns_do(&a, &fence, rows[i].server, rows[i].name,
				   rows[i].type, 100, -1, &e),
			    rows[i].code, &e, rows[i].part);
	}
	fence_clear(&fence);
}

static void
a_closed_port_is_refused_at_once(void **state)
{
	struct ns ns = { 0 };
	struct dns_answer a;

	TEST_UNUSED(state);
	close(test_bind_udp(&ns.port));
	a = ask(&ns, "A", 3000);
	assert_int_equal(a.code, ERR_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_answer_brings_sorted_values_and_the_lowest_ttl),
		cmocka_unit_test(a_denial_is_an_answer_without_records),
		cmocka_unit_test(forged_answers_do_not_count),
		cmocka_unit_test(a_cut_answer_is_asked_for_again_by_tcp),
		cmocka_unit_test(a_pointer_loop_ends_as_unreadable),
		cmocka_unit_test(texts_are_cleaned),
		cmocka_unit_test(cnames_are_followed_but_not_for_ever),
		cmocka_unit_test(a_set_that_does_not_fit_is_no_answer),
		cmocka_unit_test(a_soa_brings_its_serial),
		cmocka_unit_test(silence_ends_at_the_deadline_and_ids_differ),
		cmocka_unit_test(what_cannot_start_says_why),
		cmocka_unit_test(a_closed_port_is_refused_at_once),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
