/*
 * tls: a server that accepts an old version is never called refused.
 *
 * The whole program runs under an OpenSSL configuration that forbids what the
 * probe must be able to see; the servers are openssl s_server without it.
 */
#include "tests/unit/net_peer.h"
#include "tests/unit/tls_server.h"

#include <arpa/inet.h>
#include <math.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/http.h"
#include "net/tls.h"

static const struct fence open_fence;

struct seen {
	struct tls_result result;
	bool is_done;
};

static void
note(void *ctx, const struct tls_result *result)
{
	struct seen *s = ctx;

	s->result = *result;
	s->is_done = true;
}

static bool expects_sip; /* of the targets that follow */

static struct tls_result
look_on(struct loop *l, int port, const char *name, const char *ca,
	int timeout_ms)
{
	char where[40];
	char ca_file[FS_PATH];
	struct tls_target t = { .where = where,
				.name = name,
				.ca_file = ca_file,
				.is_sip = expects_sip,
				.timeout_ms = timeout_ms };
	struct seen s = { 0 };
	struct tls_call *call;
	struct err e;

	str_printf(where, sizeof(where), "127.0.0.1:%d", port);
	assert_true(fs_join(ca_file, tls_dir, ca));
	CHECK_OK(tls_start(&call, l, &t, note, &s, &e), &e);
	CHECK_OK(loop_run_until(l, &s.is_done, -1,
				clock_real_us() + timeout_ms * 1000LL + 2000000,
				&e),
		 &e);
	return s.result;
}

static struct tls_result
look(int port, const char *name, const char *ca, int timeout_ms)
{
	struct tls_result r;
	struct loop *l;
	struct err e;

	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	r = look_on(l, port, name, ca, timeout_ms);
	loop_free(l);
	return r;
}

static struct tls_result
look_at_server(const char *who, const char *options, const char *name)
{
	struct tls_server s;
	struct tls_result r;

	tls_server_start(&s, tls_dir, "127.0.0.1:0", who, options);
	r = look(s.port, name, "ca.pem", 8000);
	test_child_drop(&s.child);
	return r;
}

static bool
is_refusal(enum tls_verdict v)
{
	return v == TLS_REFUSED || v == TLS_REFUSED_WEAK;
}

static void
each_version_is_told_apart(void **state)
{
	static const struct {
		const char *options;
		bool accepts[TLS_VERSIONS];
		const char *minimum;
	} rows[] = {
		{ "-tls1 -cipher ALL:@SECLEVEL=0", { true }, "1.0" },
		{ "-tls1_1 -cipher ALL:@SECLEVEL=0", { false, true }, "1.1" },
		{ "-tls1_2", { false, false, true }, "1.2" },
		{ "-tls1_3", { false, false, false, true }, "1.3" },
		{ "-min_protocol TLSv1 -cipher ALL:@SECLEVEL=0",
		  { true, true, true, true },
		  "1.0" },
		{ "", { false, false, true, true }, "1.2" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tls_result r =
			look_at_server("good", rows[i].options, NULL);

		for (int v = 0; v < TLS_VERSIONS; v++)
			CHECK_ROW(rows[i].options,
				  rows[i].accepts[v]
					  ? r.versions[v] == TLS_ACCEPTED
					  : is_refusal(r.versions[v]));
		CHECK_ROW(rows[i].options, r.code == ERR_NONE);
		assert_string_equal(r.minimum, rows[i].minimum);
		assert_int_equal(r.addresses, 1);
	}
}

static void
a_demand_for_a_certificate_hides_no_old_version(void **state)
{
	struct tls_result r;

	TEST_UNUSED(state);
	r = look_at_server("good",
			   "-Verify 1 -min_protocol TLSv1 -cipher "
			   "ALL:@SECLEVEL=0",
			   NULL);
	for (int v = 0; v < TLS_VERSIONS; v++)
		assert_int_equal(r.versions[v], TLS_ACCEPTED);
	assert_string_equal(r.minimum, "1.0");
	assert_true(r.chain_valid);
}

static void
chain_name_and_dates_are_judged(void **state)
{
	static const struct {
		const char *what, *who, *name;
		bool is_valid;
		const char *why;
	} rows[] = {
		{ "the address it names", "good", NULL, true, "" },
		{ "the host it names", "good", "sbc.test", true, "" },
		{ "another host", "good", "other.test", false, "ostname" },
		{ "a CN is no name", "bare", "sbc.test", false, "ostname" },
		{ "nobody vouches for it", "self", NULL, false, "self" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tls_result r =
			look_at_server(rows[i].who, "", rows[i].name);

		CHECK_ROW(rows[i].what, r.chain_valid == rows[i].is_valid);
		CHECK_ROW(rows[i].what, r.code == ERR_NONE);
		CHECK_HOLDS(r.chain_why, rows[i].why);
		CHECK_ROW(rows[i].what, r.days_left > 29 && r.days_left <= 30);
		CHECK_ROW(rows[i].what,
			  str_starts(r.places[0].pin, "sha256//") &&
				  strlen(r.places[0].pin) == 52);
	}
}

/* RFC 5922 7.1: a SIP domain is named by a URI; elsewhere a URI is no name. */
static void
the_name_of_a_trunk_may_stand_in_a_uri(void **state)
{
	static const struct {
		const char *who, *name;
		bool is_sip, is_valid;
	} rows[] = {
		{ "trunk", "sbc.test", true, true },
		{ "trunk", "SBC.test", true, true },
		{ "trunk", "longer.test", true, true },
		{ "trunk", "longer.tes", true, false },
		{ "trunk", "other.test", true, false },
		{ "trunk", "sbc.test", false, false },
		{ "good", "sbc.test", true, true },
		{ "trunk", "127.0.0.1", true, false },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tls_server s;
		struct tls_result r;

		tls_server_start(&s, tls_dir, "127.0.0.1:0", rows[i].who, "");
		expects_sip = rows[i].is_sip;
		r = look(s.port, rows[i].name, "ca.pem", 8000);
		expects_sip = false;
		test_child_drop(&s.child);
		CHECK_ROW(rows[i].name, r.code == ERR_NONE);
		CHECK_ROW(rows[i].name, r.chain_valid == rows[i].is_valid);
		if (!rows[i].is_valid)
			CHECK_HOLDS(r.chain_why, "mismatch");
	}
}

/* Each keeps what it has read: the file of one may go meanwhile. */
static void
authorities_do_not_push_each_other_out(void **state)
{
	static const char *const turns[] = { "other.pem", "self.pem",
					     "other.pem", "ca.pem",
					     "other.pem" };
	char line[FS_PATH + 80];
	struct tls_server s;
	struct loop *l;
	struct err e;

	TEST_UNUSED(state);
	str_printf(line, sizeof(line), "cd %s && cp ca.pem other.pem", tls_dir);
	tls_server_shell(line);
	tls_server_start(&s, tls_dir, "127.0.0.1:0", "good", "");
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
		struct tls_result r = look_on(l, s.port, NULL, turns[i], 8000);

		CHECK_ROW(turns[i], r.code == ERR_NONE);
		assert_int_equal(r.chain_valid,
				 !str_same(turns[i], "self.pem"));
		str_printf(line, sizeof(line), "rm -f %s/other.pem", tls_dir);
		tls_server_shell(line);
	}
	loop_free(l);
	test_child_drop(&s.child);
}

static int64_t
real_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int64_t
in_forty_days_ms(void)
{
	return (time(NULL) + 40 * 86400LL) * 1000;
}

static void
an_ended_certificate_is_not_valid(void **state)
{
	struct tls_result r;

	TEST_UNUSED(state);
	clock_use(real_now_us, in_forty_days_ms);
	r = look_at_server("good", "", NULL);
	clock_use(NULL, NULL);
	assert_false(r.chain_valid);
	CHECK_HOLDS(r.chain_why, "expired");
	assert_true(r.days_left < -9 && r.days_left > -11);
	assert_int_equal(r.versions[TLS_1_3], TLS_ACCEPTED);
}

/* Peers that are no TLS servers: bytes come and play() answers. */
struct odd {
	int fd;
	int port;
	int target; /* port behind it, 0 none */
	bool talks;
	bool waits;
	atomic_bool stops;
	struct thread thread;
};

/* Passes what is new on to the real server, drops what is old. */
static void
relay(const struct odd *o, int fd)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)o->target),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct pollfd at[2] = { { .fd = fd, .events = POLLIN },
				{ .events = POLLIN } };
	char bytes[4096];
	ssize_t n;

	at[1].fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(at[1].fd, (struct sockaddr *)&to, sizeof(to)),
			 0);
	while (poll(at, 2, 4000) > 0) {
		int from = at[0].revents != 0 ? 0 : 1;

		n = recv(at[from].fd, bytes, sizeof(bytes), 0);
		if (n <= 0)
			break;
		(void)!send(at[1 - from].fd, bytes, (size_t)n, MSG_NOSIGNAL);
	}
	close(at[1].fd);
}

static void
serve_odd(void *arg)
{
	struct odd *o = arg;
	unsigned char hello[11];
	int fd;

	while ((fd = accept(o->fd, NULL, NULL)) >= 0) {
		ssize_t n =
			recv(fd, hello, sizeof(hello), MSG_PEEK | MSG_WAITALL);

		if (o->talks)
			peer_send(fd, "220 mail.test ESMTP\r\n");
		if (o->waits)
			while (!atomic_load(&o->stops) &&
			       recv(fd, hello, sizeof(hello), 0) > 0)
				continue;
		if (o->target != 0 && n == sizeof(hello) && hello[10] > 2)
			relay(o, fd);
		peer_reset(fd);
		close(fd);
	}
}

static struct tls_result
look_at_odd(struct odd *o, int timeout_ms)
{
	struct tls_result r;
	struct err e;

	o->fd = test_listen_tcp(&o->port);
	CHECK_OK(thread_start(&o->thread, "odd", serve_odd, o, &e), &e);
	r = look(o->port, NULL, "ca.pem", timeout_ms);
	atomic_store(&o->stops, true);
	shutdown(o->fd, SHUT_RDWR);
	thread_join(&o->thread);
	close(o->fd);
	return r;
}

static void
peers_that_are_no_tls_servers_prove_nothing(void **state)
{
	static const struct {
		const char *what;
		bool talks, waits;
		int timeout_ms;
	} rows[] = {
		{ "one that hangs up", false, false, 3000 },
		{ "one that speaks something else", true, false, 3000 },
		{ "one that is silent", false, true, 500 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct odd o = { .talks = rows[i].talks,
				 .waits = rows[i].waits };
		struct tls_result r = look_at_odd(&o, rows[i].timeout_ms);

		for (int v = 0; v < TLS_VERSIONS; v++)
			CHECK_ROW(rows[i].what,
				  r.versions[v] == TLS_INCONCLUSIVE);
		CHECK_ROW(rows[i].what, r.code != ERR_NONE);
		CHECK_ROW(rows[i].what, !r.chain_valid && isnan(r.days_left));
		CHECK_ROW(rows[i].what, r.minimum[0] == '\0');
		CHECK_HOLDS(r.why, "undecided");
	}
}

static void
hanging_up_counts_beside_a_good_handshake(void **state)
{
	struct tls_server s;
	struct odd o = { 0 };
	struct tls_result r;

	TEST_UNUSED(state);
	tls_server_start(&s, tls_dir, "127.0.0.1:0", "good", "");
	o.target = s.port;
	r = look_at_odd(&o, 8000);
	test_child_drop(&s.child);
	assert_int_equal(r.versions[TLS_1_0], TLS_DROPPED);
	assert_int_equal(r.versions[TLS_1_1], TLS_DROPPED);
	assert_int_equal(r.versions[TLS_1_2], TLS_ACCEPTED);
	assert_int_equal(r.versions[TLS_1_3], TLS_ACCEPTED);
	assert_int_equal(r.code, ERR_NONE);
	assert_string_equal(r.minimum, "1.2");
}

static void
a_closed_port_is_refused_and_undecided(void **state)
{
	struct tls_result r;
	int port;

	TEST_UNUSED(state);
	close(test_listen_tcp(&port));
	r = look(port, NULL, "ca.pem", 3000);
	assert_int_equal(r.code, ERR_REFUSED);
	for (int v = 0; v < TLS_VERSIONS; v++)
		assert_int_equal(r.versions[v], TLS_INCONCLUSIVE);
}

static void
what_cannot_start_says_why(void **state)
{
	struct fence fence = { 0 };
	struct tls_target t = { .where = "127.0.0.1:1",
				.ca_file = "/nonexistent.pem",
				.timeout_ms = 100 };
	struct seen s = { 0 };
	struct tls_call *call;
	struct loop *l;
	struct err e;

	TEST_UNUSED(state);
	fence_allow(&fence, "192.0.2.1");
	CHECK_OK(loop_new(&l, &fence, &e), &e);
	CHECK_FAILS(tls_start(&call, l, &t, note, &s, &e), ERR_FENCED, &e,
		    "127.0.0.1");
	t.where = "192.0.2.1:443";
	CHECK_FAILS(tls_start(&call, l, &t, note, &s, &e), ERR_TLS, &e,
		    "/nonexistent.pem");
	t.where = "[::1";
	CHECK_FAILS(tls_start(&call, l, &t, note, &s, &e), ERR_ARG, &e, "");
	assert_null(call);
	loop_free(l);
	fence_clear(&fence);
}

static void
a_look_may_be_cancelled_or_left_to_the_loop(void **state)
{
	struct tls_server s;
	struct tls_target t = { .timeout_ms = 3000 };
	struct seen seen = { 0 };
	struct tls_call *calls[2];
	struct loop *l;
	char where[40];
	struct err e;

	TEST_UNUSED(state);
	tls_server_start(&s, tls_dir, "127.0.0.1:0", "good", "");
	str_printf(where, sizeof(where), "127.0.0.1:%d", s.port);
	t.where = where;
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	for (int i = 0; i < 2; i++)
		CHECK_OK(tls_start(&calls[i], l, &t, note, &seen, &e), &e);
	loop_run(l, clock_real_us() + 50000);
	loop_run(l, clock_real_us() + 50000);
	tls_cancel(calls[0]);
	loop_run(l, clock_real_us() + 50000);
	loop_free(l);
	assert_false(seen.is_done);
	test_child_drop(&s.child);
}

static void
https_trusts_only_what_the_ca_file_vouches_for(void **state)
{
	static const struct {
		const char *who, *options;
		enum err_code code;
	} rows[] = {
		{ "good", "-www", ERR_NONE },
		{ "self", "-www", ERR_TLS },
		{ "good", "-www -tls1_1 -cipher ALL:@SECLEVEL=0", ERR_TLS },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tls_server s;
		char url[64];
		char ca_file[FS_PATH];
		struct http_answer a;
		struct http_request r = { .method = "POST",
					  .url = url,
					  .ca_file = ca_file,
					  .timeout_ms = 5000,
					  .mutates = true };
		struct err e = { 0 };

		tls_server_start(&s, tls_dir, "127.0.0.1:0", rows[i].who,
				 rows[i].options);
		str_printf(url, sizeof(url), "https://127.0.0.1:%d/", s.port);
		assert_true(fs_join(ca_file, tls_dir, "ca.pem"));
		if (rows[i].code == ERR_NONE)
			r.method = "GET";
		CHECK_ROW(rows[i].options,
			  http_do(&a, &open_fence, &r, -1, &e) == rows[i].code);
		CHECK_ROW(rows[i].options,
			  a.maybe_sent == (rows[i].code == ERR_NONE));
		http_answer_clear(&a);
		test_child_drop(&s.child);
	}
}

/* Everything a configuration can forbid; must be in place before OpenSSL
 * wakes up. */
static void
forbid_by_configuration(void)
{
	char path[FS_PATH];

	test_dir_make(tls_dir);
	if (!fs_join(path, tls_dir, "hostile.cnf"))
		return;
	test_file_write(path, "openssl_conf = a\n[a]\nssl_conf = b\n"
			      "[b]\nsystem_default = c\n[c]\n"
			      "MinProtocol = TLSv1.3\n"
			      "CipherString = DEFAULT@SECLEVEL=3\n"
			      "Ciphersuites = TLS_AES_256_GCM_SHA384\n"
			      "Groups = P-256\n"
			      "SignatureAlgorithms = ECDSA+SHA256\n"
			      "Options = -SessionTicket\n");
	setenv("OPENSSL_CONF", path, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_version_is_told_apart),
		cmocka_unit_test(
			a_demand_for_a_certificate_hides_no_old_version),
		cmocka_unit_test(chain_name_and_dates_are_judged),
		cmocka_unit_test(the_name_of_a_trunk_may_stand_in_a_uri),
		cmocka_unit_test(authorities_do_not_push_each_other_out),
		cmocka_unit_test(an_ended_certificate_is_not_valid),
		cmocka_unit_test(peers_that_are_no_tls_servers_prove_nothing),
		cmocka_unit_test(hanging_up_counts_beside_a_good_handshake),
		cmocka_unit_test(a_closed_port_is_refused_and_undecided),
		cmocka_unit_test(what_cannot_start_says_why),
		cmocka_unit_test(a_look_may_be_cancelled_or_left_to_the_loop),
		cmocka_unit_test(
			https_trusts_only_what_the_ca_file_vouches_for),
	};

	forbid_by_configuration();
	net_setup();
	return cmocka_run_group_tests(tests, tls_server_group,
				      tls_server_group_end);
}
