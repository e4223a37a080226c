/* action_manual - what a person did is seen, each way and all together. */
#include "tests/unit/action_scene.h"

#define IVR "GET /ivr "

static void
open_by_hand(struct scene *s, struct peer *p)
{
	scene_open(s, peer_url(p));
	str_copy(s->act.kind, sizeof(s->act.kind), "manual");
	scene_set(s, "text", "Switch the IVR on in the old console.");
	scene_set(s, "owner", "ivr desk");
	s->job.timeout_ms = 15000;
}

static void
see_by_http(struct scene *s)
{
	scene_set(s, "verify.http.endpoint", "platform");
	scene_set(s, "verify.http.path", "/ivr");
	scene_set(s, "verify.http.pointer", "/is");
	scene_set(s, "verify.http.equals", "on");
}

static void
see_by_dns(struct scene *s, struct peer *ns)
{
	scene_endpoint(s, "ns", "dns", peer_at(ns));
	scene_set(s, "verify.dns.server", "ns");
	scene_set(s, "verify.dns.name", "sip.domain.com");
	scene_set(s, "verify.dns.type", "A");
	scene_set(s, "verify.dns.value", "192.0.2.10");
}

static enum action_landed
read_back(struct scene *s)
{
	char said[ACTION_DETAIL];

	return action_readback(&s->env, &s->act, &s->cancel, said,
			       sizeof(said));
}

static void
what_a_person_did_is_done_once_it_is_seen(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = IVR, .body = "{\"is\":\"off\"}" },
		{ .expect = IVR, .body = "{\"is\":\"off\"}" },
		{ .expect = IVR, .body = "{\"is\":\"on\"}" },
	};
	struct peer *p = peer_start(rows, ARRAY_LEN(rows));
	struct scene s;

	TEST_UNUSED(state);
	open_by_hand(&s, p);
	see_by_http(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	CHECK_HOLDS(s.result.detail, "/is is on");
	assert_int_equal(peer_count(p, ""), 3);
	scene_close(&s);
	peer_stop(p);
}

static void
a_record_of_a_registrar_is_seen_at_its_server(void **state)
{
	static const struct {
		const char *what, *ip;
		int ttl_s, rcode;
		bool is_authoritative;
		enum action_landed landed;
	} cases[] = {
		{ "the value", "192.0.2.10", 60, 0, true, LANDED_YES },
		{ "another value", "198.51.100.7", 60, 0, true, LANDED_NO },
		{ "no such name", "192.0.2.10", 60, 3, true, LANDED_NO },
		{ "no authority", "192.0.2.10", 60, 0, false, LANDED_UNCLEAR },
		{ "it fails", "192.0.2.10", 60, 2, true, LANDED_UNCLEAR },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct peer *ns = peer_dns_start(cases[i].ip, cases[i].ttl_s);
		struct peer *p = peer_start(NULL, 0);
		struct scene s;

		peer_dns_mode(ns, cases[i].is_authoritative, cases[i].rcode);
		open_by_hand(&s, p);
		see_by_dns(&s, ns);
		CHECK_ROW(cases[i].what, read_back(&s) == cases[i].landed);
		scene_close(&s);
		peer_stop(p);
		peer_stop(ns);
	}
}

static void
a_program_says_whether_it_is_there(void **state)
{
	static const struct {
		const char *argv;
		enum action_landed landed;
	} cases[] = {
		{ "[\"/bin/true\"]", LANDED_YES },
		{ "[\"/bin/false\"]", LANDED_NO },
		{ "[\"/usr/bin/env\",\"/nowhere/at/all\"]", LANDED_UNCLEAR },
		{ "[\"/nowhere/at/all\"]", LANDED_UNCLEAR },
	};
	struct peer *p = peer_start(NULL, 0);

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene s;

		open_by_hand(&s, p);
		scene_set(&s, "verify.exec.argv", cases[i].argv);
		CHECK_ROW(cases[i].argv, read_back(&s) == cases[i].landed);
		scene_close(&s);
	}
	peer_stop(p);
}

static void
all_that_is_named_must_hold(void **state)
{
	static const struct {
		const char *http, *argv;
		enum action_landed landed;
	} cases[] = {
		{ "{\"is\":\"on\"}", "[\"/bin/true\"]", LANDED_YES },
		{ "{\"is\":\"on\"}", "[\"/bin/false\"]", LANDED_NO },
		{ "{\"is\":\"off\"}", "[\"/bin/true\"]", LANDED_NO },
		{ "{}", "[\"/bin/true\"]", LANDED_UNCLEAR },
		{ "{}", "[\"/bin/false\"]", LANDED_NO },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row rows[] = {
			{ .expect = IVR,
			  .body = cases[i].http,
			  .always = true },
		};
		struct peer *p = peer_start(rows, ARRAY_LEN(rows));
		struct scene s;

		open_by_hand(&s, p);
		see_by_http(&s);
		scene_set(&s, "verify.exec.argv", cases[i].argv);
		CHECK_ROW(cases[i].argv, read_back(&s) == cases[i].landed);
		scene_close(&s);
		peer_stop(p);
	}
}

static void
what_nobody_sees_is_never_there(void **state)
{
	struct peer *p = peer_start(NULL, 0);
	struct scene s;

	TEST_UNUSED(state);
	open_by_hand(&s, p);
	assert_false(action_is_read(&s.act));
	assert_int_equal(read_back(&s), LANDED_UNCLEAR);
	scene_set(&s, "verify.http.path", "/ivr");
	scene_set(&s, "verify.http.endpoint", "nobody");
	assert_true(action_is_read(&s.act));
	assert_int_equal(read_back(&s), LANDED_UNCLEAR);
	scene_close(&s);
	peer_stop(p);
}

static void
its_plan_says_who_does_what_and_how_it_is_seen(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = IVR, .body = "{\"is\":\"off\"}", .always = true },
	};
	struct peer *p = peer_start(rows, ARRAY_LEN(rows));
	struct action_plan plan, other;
	struct scene s;
	struct err e;

	TEST_UNUSED(state);
	open_by_hand(&s, p);
	see_by_http(&s);
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &plan, &e), &e);
	CHECK_HOLDS(plan.lines[0],
		    "by a person, ivr desk: Switch the IVR on in the old");
	CHECK_HOLDS(plan.lines[1], "read back platform /ivr until /is is on");
	CHECK_HOLDS(plan.lines[2], "/is is off");
	assert_string_equal(plan.before, "not there");
	assert_string_equal(plan.after, "there");
	scene_set(&s, "verify.exec.argv", "[\"/bin/true\"]");
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &other, &e), &e);
	assert_string_not_equal(plan.fingerprint, other.fingerprint);
	scene_close(&s);
	peer_stop(p);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_person_did_is_done_once_it_is_seen),
		cmocka_unit_test(a_record_of_a_registrar_is_seen_at_its_server),
		cmocka_unit_test(a_program_says_whether_it_is_there),
		cmocka_unit_test(all_that_is_named_must_hold),
		cmocka_unit_test(what_nobody_sees_is_never_there),
		cmocka_unit_test(its_plan_says_who_does_what_and_how_it_is_seen),
	};
	/* clang-format on */

	net_setup();
	clock_set_speed(SCENE_SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
