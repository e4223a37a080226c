/* probe_tls - facts of a TLS port, each on its own evidence. */
#include "tests/unit/probe_scene.h"
#include "tests/unit/tls_server.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

/* "two.test" has two addresses here; everything else is the system's word. */
int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
	    struct addrinfo **out)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
		    struct addrinfo **);
	struct addrinfo *more = NULL;
	int code;

	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (name == NULL || strcmp(name, "two.test") != 0)
		return real(name, service, hints, out);
	code = real("127.0.0.1", service, hints, out);
	if (code == 0)
		code = real("127.0.0.2", service, hints, &more);
	if (code == 0)
		(*out)->ai_next = more;
	return code;
}

/* A probe of `where` that runs only when asked to. */
static struct book_probe *
open_scene(struct scene *s, const char *host, int port)
{
	struct book_probe *p;
	char where[64], ca[FS_PATH];

	scene_open(s);
	str_printf(where, sizeof(where), "%s:%d", host, port);
	scene_endpoint(s, "edge", where);
	p = scene_probe(s, "edge", "tls");
	p->every_ms = 3600000;
	p->timeout_ms = 8000;
	assert_true(fs_join(ca, tls_dir, "ca.pem"));
	scene_set(p, "endpoint", "edge");
	scene_set(p, "name", "sbc.test");
	scene_set(p, "ca_file", ca);
	scene_signal(p, "e.minimum", "minimum");
	scene_signal(p, "e.versions", "versions");
	scene_signal(p, "e.1_0", "tls_1_0");
	scene_signal(p, "e.1_1", "tls_1_1");
	scene_signal(p, "e.1_2", "tls_1_2");
	scene_signal(p, "e.1_3", "tls_1_3");
	scene_signal(p, "e.chain", "chain_valid");
	scene_signal(p, "e.days", "days_left");
	scene_signal(p, "e.pinned", "pinned");
	scene_signal(p, "e.addresses", "addresses");
	return p;
}

static const struct probe_report *
measure(struct scene *s)
{
	scene_start(s);
	poller_now(s->poller, "edge");
	return scene_wait(s, "edge", 0);
}

static void
check_words(const struct probe_report *r, const char *signal, const char *words)
{
	const struct sample *x = scene_sample(r, signal);

	CHECK_ROW(signal, !x->failed);
	assert_string_equal(x->value.words, words);
}

static void
check_missing(const struct probe_report *r, const char *signal, const char *why)
{
	const struct sample *x = scene_sample(r, signal);

	CHECK_ROW(signal, x->failed);
	CHECK_ROW(signal, x->value.kind == VALUE_NONE);
	CHECK_HOLDS(x->why, why);
}

static void
a_sound_port_gives_every_fact(void **state)
{
	const struct probe_report *r;
	struct tls_server server;
	struct scene s;

	TEST_UNUSED(state);
	tls_server_start(&server, tls_dir, "127.0.0.1:0", "good", "");
	open_scene(&s, "127.0.0.1", server.port);
	r = measure(&s);
	assert_false(r->failed);
	check_words(r, "e.minimum", "1.2");
	check_words(r, "e.versions", "1.2 1.3");
	check_words(r, "e.1_2", "accepted");
	check_words(r, "e.1_3", "accepted");
	assert_true(
		str_starts(scene_sample(r, "e.1_0")->value.words, "refused"));
	assert_true(scene_sample(r, "e.chain")->value.flag);
	assert_true(scene_sample(r, "e.days")->value.number > 29);
	assert_true(scene_sample(r, "e.addresses")->value.number == 1);
	check_missing(r, "e.pinned", "no pin is set");
	CHECK_HOLDS(r->detail, "TLS 1.2 1.3, chain valid, 30 days left");
	scene_close(&s);
	test_child_drop(&server.child);
}

/* What openssl says the pin of this certificate is. */
static void
read_pin(char *to, size_t size, const char *who)
{
	char line[2 * FS_PATH];
	const char *argv[] = { "sh", "-c", line, NULL };
	struct test_child c;
	char said[100];

	str_printf(line, sizeof(line),
		   "unset OPENSSL_CONF; openssl x509 -in %s/%s.pem -noout "
		   "-pubkey | openssl pkey -pubin -outform DER | openssl dgst "
		   "-sha256 -binary | base64",
		   tls_dir, who);
	test_child_start(&c, argv, true);
	assert_true(test_child_line(&c, said, sizeof(said), 10000));
	str_printf(to, size, "sha256//%s", said);
	test_child_drop(&c);
}

static void
the_key_is_one_of_the_pins_or_it_is_not(void **state)
{
	static const struct {
		const char *what;
		const char *pins[2];
		bool is_pinned;
	} rows[] = {
		{ "its own", { "good", NULL }, true },
		{ "one of two", { "self", "good" }, true },
		{ "another's", { "self", NULL }, false },
	};
	struct tls_server server;

	TEST_UNUSED(state);
	tls_server_start(&server, tls_dir, "127.0.0.1:0", "good", "");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct probe_report *r;
		char first[64], second[64], list[160];
		const struct sample *x;
		struct scene s;

		read_pin(first, sizeof(first), rows[i].pins[0]);
		str_printf(list, sizeof(list), "[\"%s\"]", first);
		if (rows[i].pins[1] != NULL) {
			read_pin(second, sizeof(second), rows[i].pins[1]);
			str_printf(list, sizeof(list), "[\"%s\",\"%s\"]", first,
				   second);
		}
		scene_set(open_scene(&s, "127.0.0.1", server.port), "pin",
			  list);
		r = measure(&s);
		x = scene_sample(r, "e.pinned");
		CHECK_ROW(rows[i].what, !x->failed);
		CHECK_ROW(rows[i].what, x->value.flag == rows[i].is_pinned);
		CHECK_HOLDS(x->why, rows[i].is_pinned ? "" : "shows sha256//");
		scene_close(&s);
	}
	test_child_drop(&server.child);
}

static void
a_pin_that_is_none_is_refused_at_the_start(void **state)
{
	struct scene s;
	struct err e;

	TEST_UNUSED(state);
	scene_set(open_scene(&s, "127.0.0.1", 1), "pin", "[\"sha256//short\"]");
	CHECK_FAILS(
		poller_start(&s.poller, &s.env, NULL, 7, scene_take, &s, &e),
		ERR_ARG, &e, "\"sha256//short\" is no pin");
	scene_close(&s);
}

/* One old node behind a name is the usual finding. */
static void
every_address_of_a_name_is_tried_and_the_odd_one_named(void **state)
{
	const struct probe_report *r;
	struct tls_server one, two;
	struct scene s;
	char at[64], pin[64], list[80];

	TEST_UNUSED(state);
	tls_server_start(&one, tls_dir, "127.0.0.1:0", "good", "");
	str_printf(at, sizeof(at), "127.0.0.2:%d", one.port);
	tls_server_start(&two, tls_dir, at, "self",
			 "-min_protocol TLSv1 -cipher ALL:@SECLEVEL=0");
	read_pin(pin, sizeof(pin), "good");
	str_printf(list, sizeof(list), "[\"%s\"]", pin);
	scene_set(open_scene(&s, "two.test", one.port), "pin", list);
	r = measure(&s);
	assert_false(r->failed);
	assert_true(scene_sample(r, "e.addresses")->value.number == 2);
	check_words(r, "e.minimum", "1.0");
	check_words(r, "e.1_0", "accepted");
	CHECK_HOLDS(scene_sample(r, "e.1_0")->why, at);
	assert_false(scene_sample(r, "e.chain")->failed);
	assert_false(scene_sample(r, "e.chain")->value.flag);
	CHECK_HOLDS(scene_sample(r, "e.chain")->why, at);
	assert_false(scene_sample(r, "e.pinned")->value.flag);
	CHECK_HOLDS(scene_sample(r, "e.pinned")->why, at);
	CHECK_HOLDS(r->detail, at);
	CHECK_HOLDS(r->raw, "1.0 accepted");
	scene_close(&s);
	test_child_drop(&one.child);
	test_child_drop(&two.child);
}

/* What is proven at one address stays proven; the rest is not known. */
static void
an_address_that_is_not_reached_leaves_the_rest_open(void **state)
{
	const struct probe_report *r;
	struct tls_server one;
	struct scene s;
	char pin[64], list[80];

	TEST_UNUSED(state);
	tls_server_start(&one, tls_dir, "127.0.0.1:0", "good", "");
	read_pin(pin, sizeof(pin), "good");
	str_printf(list, sizeof(list), "[\"%s\"]", pin);
	scene_set(open_scene(&s, "two.test", one.port), "pin", list);
	r = measure(&s);
	check_missing(r, "e.minimum", "undecided");
	check_missing(r, "e.versions", "127.0.0.2");
	check_missing(r, "e.1_0", "TLS 1.0 is undecided at 127.0.0.2");
	check_missing(r, "e.chain", "");
	check_missing(r, "e.pinned", "no certificate was seen at 127.0.0.2");
	scene_close(&s);
	test_child_drop(&one.child);
	tls_server_start(&one, tls_dir, "127.0.0.1:0", "good",
			 "-min_protocol TLSv1 -cipher ALL:@SECLEVEL=0");
	open_scene(&s, "two.test", one.port);
	r = measure(&s);
	check_words(r, "e.minimum", "1.0");
	check_words(r, "e.1_0", "accepted");
	check_missing(r, "e.1_3", "undecided");
	scene_close(&s);
	test_child_drop(&one.child);
}

/* A port that takes connections and says nothing. */
static void
tls_that_hangs_ends_within_its_deadline_as_no_measurement(void **state)
{
	const struct probe_report *r;
	struct scene s;
	int port;
	int fd = test_listen_tcp(&port);

	TEST_UNUSED(state);
	open_scene(&s, "127.0.0.1", port)->timeout_ms = 400;
	r = measure(&s);
	assert_true(r->failed);
	assert_true(r->took_us < 4000000);
	check_missing(r, "e.minimum", "undecided");
	check_missing(r, "e.1_0", "undecided");
	check_missing(r, "e.chain", "");
	check_missing(r, "e.days", "");
	scene_close(&s);
	close(fd);
}

static void
a_trunk_of_sip_is_looked_at_where_sips_is_spoken(void **state)
{
	const struct probe_report *r;
	struct scene s;

	TEST_UNUSED(state);
	open_scene(&s, "127.0.0.1", 1)->timeout_ms = 2000;
	mem_free(s.book->endpoints[0].url);
	s.book->endpoints[0].url = mem_text("127.0.0.2");
	str_copy(s.book->endpoints[0].adapter,
		 sizeof(s.book->endpoints[0].adapter), "sip");
	fence_allow(&s.fence, "127.0.0.1");
	r = measure(&s);
	check_missing(r, "e.minimum", "5061");
	scene_close(&s);
}

static void
a_drill_takes_the_key_of_its_own_authority_for_the_pinned_one(void **state)
{
	static const struct {
		const char *who;
		bool is_pinned;
	} rows[] = { { "good", true }, { "self", false } };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct probe_report *r;
		struct tls_server server;
		struct scene s;

		tls_server_start(&server, tls_dir, "127.0.0.1:0", rows[i].who,
				 "");
		scene_set(open_scene(&s, "127.0.0.1", server.port), "pin",
			  "[\"sha256//"
			  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]");
		s.book->is_drill = true;
		r = measure(&s);
		assert_int_equal(scene_sample(r, "e.pinned")->value.flag,
				 rows[i].is_pinned);
		CHECK_HOLDS(scene_sample(r, "e.pinned")->why, "drill");
		scene_close(&s);
		test_child_drop(&server.child);
	}
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_port_gives_every_fact),
		cmocka_unit_test(the_key_is_one_of_the_pins_or_it_is_not),
		cmocka_unit_test(a_pin_that_is_none_is_refused_at_the_start),
		cmocka_unit_test(every_address_of_a_name_is_tried_and_the_odd_one_named),
		cmocka_unit_test(an_address_that_is_not_reached_leaves_the_rest_open),
		cmocka_unit_test(tls_that_hangs_ends_within_its_deadline_as_no_measurement),
		cmocka_unit_test(a_trunk_of_sip_is_looked_at_where_sips_is_spoken),
		cmocka_unit_test(a_drill_takes_the_key_of_its_own_authority_for_the_pinned_one),
	};
	/* clang-format on */

	net_setup();
	return cmocka_run_group_tests(tests, tls_server_group,
				      tls_server_group_end);
}
