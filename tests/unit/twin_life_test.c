/* The life of a twin: its folder, its end, its ledger, its TLS port. */
#include "tests/unit/twin_lines.h"

#include "base/clock.h"
#include "net/tls.h"

#define FAST 50
#define FLOW "/api/v2/architect/flows/f-8473625190"
#define PUBLISH                                                    \
	"{\"versionId\":\"v-2040506070\",\"status\":\"deployed\"," \
	"\"description\":\"CUTOVER_EXECUTED\"}"

static const struct fence open_fence;

struct handshakes {
	bool is_done;
	struct tls_result result;
};

static void
take_handshakes(void *ctx, const struct tls_result *result)
{
	struct handshakes *h = ctx;

	h->result = *result;
	h->is_done = true;
}

static void
the_tls_port_takes_nothing_below_1_2_and_proves_its_name(void **state)
{
	struct handshakes h = { .is_done = false };
	struct tls_target t = { .name = "sip.domain.com", .timeout_ms = 10000 };
	char where[FS_PATH], ca[FS_PATH];
	struct tls_call *call;
	struct served s;
	struct loop *l;
	struct err e;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	served_service(&s, "/tls", where);
	served_service(&s, "/ca_file", ca);
	t.where = where;
	t.ca_file = ca;
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	CHECK_OK(tls_start(&call, l, &t, take_handshakes, &h, &e), &e);
	CHECK_OK(loop_run_until(l, &h.is_done, -1, clock_real_us() + 15000000,
				&e),
		 &e);
	loop_free(l);
	assert_string_equal(h.result.why, "");
	assert_string_equal(h.result.minimum, "1.2");
	assert_true(h.result.chain_valid);
	assert_int_not_equal(h.result.versions[TLS_1_0], TLS_ACCEPTED);
	assert_int_not_equal(h.result.versions[TLS_1_1], TLS_ACCEPTED);
	assert_int_equal(h.result.versions[TLS_1_3], TLS_ACCEPTED);
	assert_true(h.result.days_left > 90);
	served_end(&s);
}

static void
the_tls_port_serves_the_same_state_under_its_own_ca(void **state)
{
	char where[FS_PATH], ca[FS_PATH], url[FS_PATH + 64];
	struct http_answer a;
	struct served s;
	struct err e;
	struct http_request r = { .method = "GET",
				  .url = url,
				  .timeout_ms = 10000 };

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	served_service(&s, "/tls", where);
	served_service(&s, "/ca_file", ca);
	r.ca_file = ca;
	r.bearer = s.token;
	str_printf(url, sizeof(url), "https://%s%s", where, FLOW);
	CHECK_OK(http_do(&a, &open_fence, &r, -1, &e), &e);
	assert_int_equal(a.status, 200);
	CHECK_HOLDS(buf_str(&a.body), "v-1029384756");
	http_answer_clear(&a);
	served_end(&s);
}

static void
a_second_twin_in_the_folder_is_refused(void **state)
{
	struct twin_options o = { .speed = 1 };
	struct served s;
	struct err e;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	o.dir = s.dir;
	CHECK_FAILS(twin_serve(&o, &e), ERR_HELD, &e, s.dir);
	assert_int_equal(served_get(&s, "/twin/hello"), 200);
	served_end(&s);
}

static void
a_term_signal_ends_it_and_its_services_file(void **state)
{
	struct served s;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	assert_int_equal(kill(s.pid, SIGHUP), 0);
	assert_int_equal(served_get(&s, "/twin/hello"), 200);
	assert_int_equal(kill(s.pid, SIGTERM), 0);
	assert_int_equal(served_wait(&s), 0);
	assert_false(fs_exists(s.services));
	served_end(&s);
}

static void
the_ledger_outlives_a_killed_twin_and_its_numbers_go_on(void **state)
{
	struct twin_options o = { .seed = 7, .speed = FAST, .idle_ms = 60000 };
	char path[FS_PATH];
	struct served s;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	assert_int_equal(served_ask(&s, "PATCH", FLOW, PUBLISH, ""), 202);
	assert_int_equal(kill(s.pid, SIGKILL), 0);
	assert_int_equal(served_wait(&s), 128 + SIGKILL);
	assert_true(unlink(s.services) == 0);
	assert_true(fs_join(path, s.dir, "ledger.jsonl"));
	served_run(&s, o);
	served_log_in(&s);
	assert_int_equal(served_ask(&s, "PATCH", FLOW, PUBLISH, ""), 202);
	assert_int_equal(served_lines(&s, "\"n\":1,", "-> v-2040506070"), 1);
	assert_int_equal(served_lines(&s, "-> v-2040506070", ""), 2);
	assert_int_equal(served_get(&s, "/twin/ledger"), 200);
	CHECK_HOLDS(buf_str(&s.answer.body), "\"n\":2,");
	served_end(&s);
}

static void
it_ends_by_itself_when_nobody_uses_it(void **state)
{
	struct twin_options o = { .speed = 1, .idle_ms = 300 };
	struct served s = { .pid = 0 };

	TEST_UNUSED(state);
	test_dir_make(s.dir);
	assert_true(fs_join(s.services, s.dir, "services.json"));
	buf_init(&s.answer.body, HTTP_BODY_CAP);
	served_run(&s, o);
	assert_int_equal(served_wait(&s), 0);
	served_end(&s);
}

static void
options_that_make_no_sense_are_refused(void **state)
{
	struct twin_options rows[] = {
		{ .dir = "", .speed = 1 },
		{ .dir = "/tmp/unused", .speed = 0 },
		{ .dir = "/tmp/unused", .speed = 1001 },
		{ .dir = "/tmp/unused", .speed = 1, .scenario = "nope" },
	};
	struct err e;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_FAILS(twin_serve(&rows[i], &e), ERR_ARG, &e, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_tls_port_takes_nothing_below_1_2_and_proves_its_name),
		cmocka_unit_test(
			the_tls_port_serves_the_same_state_under_its_own_ca),
		cmocka_unit_test(a_second_twin_in_the_folder_is_refused),
		cmocka_unit_test(a_term_signal_ends_it_and_its_services_file),
		cmocka_unit_test(
			the_ledger_outlives_a_killed_twin_and_its_numbers_go_on),
		cmocka_unit_test(it_ends_by_itself_when_nobody_uses_it),
		cmocka_unit_test(options_that_make_no_sense_are_refused),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
