/* action_dns, action_trunk and the kinds that need no network. */
#include "tests/unit/action_scene.h"

#define LIST "GET /zones/z1/dns_records?type=A&name=sip.domain.com "
#define RECORD(content, ttl)                                                \
	"{\"success\":true,\"errors\":[],\"result\":[{\"id\":\"r1\","       \
	"\"type\":\"A\",\"name\":\"sip.domain.com\",\"content\":\"" content \
	"\",\"ttl\":" ttl ",\"proxied\":false}]}"
#define OLD RECORD("192.0.2.10", "300")
#define NEW RECORD("198.51.100.7", "300")
#define TAKEN "{\"success\":true,\"errors\":[],\"result\":{\"id\":\"r1\"}}"
#define PATCH "PATCH /zones/z1/dns_records/r1 "

static void
set_record(struct scene *s)
{
	scene_set(s, "zone", "z1");
	scene_set(s, "name", "sip.domain.com");
	scene_set(s, "type", "A");
	scene_set(s, "value", "198.51.100.7");
	scene_set(s, "ttl", "300");
}

/* Wants 198.51.100.7; the name server has 192.0.2.10 until it is told. */
static struct peer *
open_switch(struct scene *s, struct peer **ns, const struct peer_row *rows,
	    size_t count)
{
	struct peer *p = peer_start(rows, count);

	*ns = peer_dns_start("192.0.2.10", 300);
	scene_open(s, peer_url(p));
	str_copy(s->book->endpoints[0].adapter, 16, "cloudflare");
	scene_endpoint(s, "ns", "dns", peer_at(*ns));
	str_copy(s->act.kind, sizeof(s->act.kind), "dns");
	scene_set(s, "server", "ns");
	set_record(s);
	return p;
}

static void
close_switch(struct scene *s, struct peer *p, struct peer *ns)
{
	scene_close(s);
	peer_stop(p);
	peer_stop(ns);
}

static void
a_record_is_done_when_its_own_server_shows_it(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = LIST, .body = OLD },
		{ .expect = PATCH, .body = TAKEN },
		{ .expect = LIST, .body = NEW },
	};
	struct peer *ns;
	struct scene s;
	struct peer *p = open_switch(&s, &ns, rows, ARRAY_LEN(rows));
	char *patch;

	TEST_UNUSED(state);
	peer_dns_say(ns, "198.51.100.7", 300, 2);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(peer_count(ns, ""), 3);
	assert_int_equal(peer_count(p, PATCH), 1);
	patch = peer_request(p, PATCH, 0);
	CHECK_HOLDS(patch, "{\"content\":\"198.51.100.7\",\"ttl\":300}");
	mem_free(patch);
	assert_true(peer_had_line(p, PATCH, 0,
				  "Idempotency-Key: key-of-the-transaction"));
	close_switch(&s, p, ns);
}

static void
a_record_that_is_not_published_whole_is_unknown(void **state)
{
	static const struct {
		const char *what, *ip;
		int ttl_s, rcode;
		bool is_authoritative;
	} cases[] = {
		{ "another value", "192.0.2.10", 300, 0, true },
		{ "another TTL", "198.51.100.7", 60, 0, true },
		{ "no authority", "198.51.100.7", 300, 0, false },
		{ "no such name", "198.51.100.7", 300, 3, true },
	};
	static const struct peer_row rows[] = {
		{ .expect = LIST, .body = OLD },
		{ .expect = PATCH, .body = TAKEN },
		{ .expect = LIST, .body = NEW, .always = true },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct peer *ns;
		struct scene s;
		struct peer *p = open_switch(&s, &ns, rows, ARRAY_LEN(rows));

		s.job.timeout_ms = 15000;
		peer_dns_say(ns, cases[i].ip, cases[i].ttl_s, 0);
		peer_dns_mode(ns, cases[i].is_authoritative, cases[i].rcode);
		scene_perform(&s);
		CHECK_ROW(cases[i].what, s.result.outcome == OUTCOME_UNKNOWN);
		CHECK_ROW(cases[i].what, peer_count(p, PATCH) == 1);
		CHECK_ROW(cases[i].what, peer_count(ns, "") >= 2);
		close_switch(&s, p, ns);
	}
}

static void
a_record_that_is_right_already_is_left_alone(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = LIST, .body = NEW, .always = true },
	};
	struct peer *ns;
	struct scene s;
	struct peer *p = open_switch(&s, &ns, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	peer_dns_say(ns, "198.51.100.7", 300, 0);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(peer_count(p, "PATCH"), 0);
	close_switch(&s, p, ns);
}

static void
a_lost_change_is_looked_up_before_it_goes_again(void **state)
{
	TEST_UNUSED(state);
	for (int has_landed = 0; has_landed <= 1; has_landed++) {
		const struct peer_row rows[] = {
			{ .expect = LIST, .body = OLD },
			{ .expect = PATCH, .end = PEER_CLOSE },
			{ .expect = LIST, .body = has_landed ? NEW : OLD },
			{ .expect = LIST, .body = has_landed ? NEW : OLD },
			{ .expect = PATCH, .body = TAKEN },
			{ .expect = LIST, .body = NEW, .always = true },
		};
		struct peer *ns;
		struct scene s;
		struct peer *p = open_switch(&s, &ns, rows, ARRAY_LEN(rows));

		peer_dns_say(ns, "198.51.100.7", 300, 0);
		scene_perform(&s);
		assert_int_equal(s.result.outcome, OUTCOME_DONE);
		assert_int_equal(peer_count(p, PATCH), has_landed ? 1 : 2);
		close_switch(&s, p, ns);
	}
}

static void
a_record_that_cannot_be_meant_is_refused_unsent(void **state)
{
	static const struct {
		const char *what, *list, *why;
	} cases[] = {
		{ "none", "{\"success\":true,\"result\":[]}", "0 A records" },
		{ "two",
		  "{\"success\":true,\"result\":[{\"id\":\"r1\",\"type\":\"A\","
		  "\"name\":\"sip.domain.com\",\"content\":\"192.0.2.1\","
		  "\"ttl\":60},{\"id\":\"r2\",\"type\":\"A\",\"name\":"
		  "\"sip.domain.com\",\"content\":\"192.0.2.2\",\"ttl\":60}]}",
		  "2 A records" },
		{ "proxied",
		  "{\"success\":true,\"result\":[{\"id\":\"r1\",\"type\":\"A\","
		  "\"name\":\"sip.domain.com\",\"content\":\"192.0.2.1\","
		  "\"ttl\":1,\"proxied\":true}]}",
		  "proxied" },
		{ "refused",
		  "{\"success\":false,\"errors\":[{\"message\":\"Invalid "
		  "access "
		  "token\"}],\"result\":null}",
		  "Invalid access token" },
		{ "another name",
		  "{\"success\":true,\"result\":[{\"id\":\"r1\",\"type\":\"A\","
		  "\"name\":\"www.domain.com\",\"content\":\"192.0.2.1\","
		  "\"ttl\":60}]}",
		  "0 A records" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row rows[] = {
			{ .expect = LIST,
			  .body = cases[i].list,
			  .always = true },
		};
		struct peer *ns;
		struct scene s;
		struct peer *p = open_switch(&s, &ns, rows, ARRAY_LEN(rows));

		scene_perform(&s);
		CHECK_ROW(cases[i].what, s.result.outcome == OUTCOME_FAILED);
		CHECK_ROW(cases[i].what, !s.result.may_retry);
		CHECK_HOLDS(s.result.detail, cases[i].why);
		CHECK_ROW(cases[i].what, peer_count(p, "PATCH") == 0);
		close_switch(&s, p, ns);
	}
}

static void
a_look_that_fails_at_first_is_tried_again(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = LIST, .status = 500 },
		{ .expect = LIST, .end = PEER_CLOSE },
		{ .expect = LIST, .body = OLD },
		{ .expect = PATCH, .body = TAKEN },
		{ .expect = LIST, .body = NEW, .always = true },
	};
	struct peer *ns;
	struct scene s;
	struct peer *p = open_switch(&s, &ns, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	peer_dns_say(ns, "198.51.100.7", 300, 0);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(s.result.attempts, 3);
	assert_int_equal(peer_count(p, PATCH), 1);
	close_switch(&s, p, ns);
}

static void
a_dns_plan_shows_the_record_as_it_is_and_will_be(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = LIST, .body = OLD, .always = true },
	};
	struct action_plan plan;
	struct peer *ns;
	struct scene s;
	struct peer *p = open_switch(&s, &ns, rows, ARRAY_LEN(rows));
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &plan, &e), &e);
	assert_string_equal(plan.before, "A 192.0.2.10 ttl 300");
	assert_string_equal(plan.after, "A 198.51.100.7 ttl 300");
	CHECK_HOLDS(plan.lines[0], "/zones/z1/dns_records/r1 {\"content\":");
	CHECK_HOLDS(plan.lines[2], "until 198.51.100.7 ttl 300");
	assert_int_equal(strlen(plan.fingerprint), 64);
	assert_int_equal(peer_count(p, "PATCH"), 0);
	close_switch(&s, p, ns);
}

/* The provider decides what is absent, its server what is there: callers reach
 * what that one shows, whatever the provider has. */
static void
a_record_reads_back_as_there_once_its_own_server_shows_it(void **state)
{
	static const struct {
		const char *what, *list,
			*ip; /* the server's, NULL: no record */
		enum action_landed want;
	} cases[] = {
		{ "neither", OLD, "192.0.2.10", LANDED_NO },
		{ "the provider only", NEW, "192.0.2.10", LANDED_PENDING },
		{ "the server has no such name", NEW, NULL, LANDED_PENDING },
		{ "both", NEW, "198.51.100.7", LANDED_YES },
		{ "another TTL", RECORD("198.51.100.7", "60"), "198.51.100.7",
		  LANDED_NO },
		{ "the provider fails", NULL, "198.51.100.7", LANDED_UNCLEAR },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row rows[] = {
			{ .expect = LIST,
			  .status = cases[i].list == NULL ? 503 : 200,
			  .body = cases[i].list },
		};
		char detail[ACTION_DETAIL];
		enum action_landed found;
		struct peer *ns;
		struct scene s;
		struct peer *p = open_switch(&s, &ns, rows, ARRAY_LEN(rows));

		if (cases[i].ip != NULL)
			peer_dns_say(ns, cases[i].ip, 300, 0);
		else
			peer_dns_mode(ns, true, 3);
		found = action_readback(&s.env, &s.act, &s.cancel, detail,
					sizeof(detail));
		CHECK_ROW(cases[i].what, found == cases[i].want);
		CHECK_ROW(cases[i].what, peer_count(p, "PATCH") == 0);
		if (cases[i].want == LANDED_PENDING) {
			CHECK_HOLDS(detail, peer_at(ns));
			CHECK_HOLDS(detail, "its provider has A 198.51.100.7 "
					    "ttl 300");
		}
		close_switch(&s, p, ns);
	}
}

static void
a_record_without_a_server_reads_back_at_its_provider(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = LIST, .body = OLD },
		{ .expect = LIST, .body = NEW },
		{ .expect = LIST, .status = 503, .always = true },
	};
	static const enum action_landed want[] = { LANDED_NO, LANDED_YES,
						   LANDED_UNCLEAR };
	char detail[ACTION_DETAIL];
	struct peer *ns;
	struct scene s;
	struct peer *p = open_switch(&s, &ns, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	settings_clear(&s.act.with);
	scene_set(&s, "endpoint", "platform");
	set_record(&s);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(action_readback(&s.env, &s.act, &s.cancel,
						 detail, sizeof(detail)),
				 want[i]);
	assert_int_equal(peer_count(ns, ""), 0);
	close_switch(&s, p, ns);
}

/* The same as the only region of a parallel act. */
static void
make_parallel(struct scene *s)
{
	struct settings one = s->act.with;

	s->act.with = (struct settings){ 0 };
	str_copy(s->act.kind, sizeof(s->act.kind), "parallel");
	scene_set(s, "kind", "dns");
	scene_set(s, "over", "[\"here\"]");
	for (size_t i = 0; i < one.count; i++) {
		char name[64];

		str_printf(name, sizeof(name), "here.%s", one.items[i].name);
		scene_set(s, name, one.items[i].text);
	}
	settings_clear(&one);
}

static void
a_region_is_there_once_its_name_server_shows_it(void **state)
{
	static const struct peer_row stored[] = {
		{ .expect = LIST, .body = NEW, .always = true },
	};
	static const struct peer_row taken[] = {
		{ .expect = LIST, .body = OLD },
		{ .expect = LIST, .body = OLD },
		{ .expect = PATCH, .body = TAKEN },
		{ .expect = LIST, .body = NEW, .always = true },
	};
	static const struct {
		const char *what;
		const struct peer_row *rows;
		size_t count;
		int shown_after; /* questions; 0: never */
		int patches;
	} cases[] = {
		{ "the provider takes it", taken, ARRAY_LEN(taken), 0, 1 },
		{ "the provider has it already", stored, 1, 0, 0 },
		{ "its server follows", stored, 1, 3, 0 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct peer *ns;
		struct scene s;
		struct peer *p =
			open_switch(&s, &ns, cases[i].rows, cases[i].count);
		bool is_shown = cases[i].shown_after > 0;

		make_parallel(&s);
		/* Six real seconds at most for what comes, less for what does
		 * not. */
		s.job.timeout_ms = is_shown ? 600000 : 60000;
		if (is_shown)
			peer_dns_say(ns, "198.51.100.7", 300,
				     cases[i].shown_after);
		scene_perform(&s);
		CHECK_ROW(cases[i].what,
			  s.result.outcome ==
				  (is_shown ? OUTCOME_DONE : OUTCOME_UNKNOWN));
		CHECK_ROW(cases[i].what,
			  s.result.regions.items[0].side ==
				  (is_shown ? SIDE_TARGET : SIDE_UNKNOWN));
		CHECK_ROW(cases[i].what,
			  peer_count(p, PATCH) == cases[i].patches);
		CHECK_ROW(cases[i].what,
			  peer_count(ns, "") > cases[i].shown_after);
		close_switch(&s, p, ns);
	}
}

static void
an_adapter_without_dns_is_refused(void **state)
{
	struct action_plan plan;
	struct peer *ns;
	struct scene s;
	struct peer *p = open_switch(&s, &ns, NULL, 0);
	struct err e;

	TEST_UNUSED(state);
	str_copy(s.book->endpoints[0].adapter, 16, "plain");
	CHECK_FAILS(action_plan(&s.env, &s.act, &s.cancel, &plan, &e), ERR_ARG,
		    &e, "must be cloudflare");
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	assert_int_equal(peer_count(p, ""), 0);
	close_switch(&s, p, ns);
}

#define TRUNK "/api/v2/telephony/trunks/new%2Ftrunk "

static struct peer *
open_trunk(struct scene *s, const struct peer_row *rows, size_t count)
{
	struct peer *p = peer_start(rows, count);

	scene_open(s, peer_url(p));
	str_copy(s->act.kind, sizeof(s->act.kind), "trunk");
	scene_set(s, "trunk", "new/trunk");
	scene_set(s, "status", "active");
	return p;
}

static void
a_trunk_is_set_and_watched_until_it_says_so(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH " TRUNK, .status = 202 },
		{ .expect = "GET " TRUNK, .body = "{\"status\":\"standby\"}" },
		{ .expect = "GET " TRUNK, .body = "{\"status\":\"active\"}" },
	};
	struct scene s;
	struct peer *p = open_trunk(&s, rows, ARRAY_LEN(rows));
	char *patch;

	TEST_UNUSED(state);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(peer_strays(p), 0);
	assert_int_equal(peer_count(p, "GET"), 2);
	patch = peer_request(p, "PATCH", 0);
	CHECK_HOLDS(patch, "\r\n\r\n{\"status\":\"active\"}");
	mem_free(patch);
	scene_close(&s);
	peer_stop(p);
}

static void
a_trunk_plan_shows_its_status_now(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET " TRUNK, .body = "{\"status\":\"standby\"}" },
	};
	struct action_plan plan;
	struct scene s;
	struct peer *p = open_trunk(&s, rows, ARRAY_LEN(rows));
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &plan, &e), &e);
	assert_string_equal(plan.before, "standby");
	assert_string_equal(plan.after, "active");
	CHECK_HOLDS(plan.lines[0], "{\"status\":\"active\"}");
	scene_close(&s);
	peer_stop(p);
}

static void
each_kind_says_what_it_is_and_can_do_it(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; action_kinds[i] != NULL; i++) {
		const struct action_kind *kind = action_kinds[i];
		bool is_read = kind->class == ACTION_NETWORK ||
			       kind->class == ACTION_PERSON;

		assert_ptr_equal(action_specs()[i], &kind->spec);
		assert_ptr_equal(action_kind_of(kind->spec.name), kind);
		assert_true(kind->spec.help[0] != '\0');
		assert_null(kind->spec.facts);
		assert_int_equal(kind->plan != NULL, is_read);
		assert_int_equal(kind->perform != NULL, is_read);
		assert_int_equal(kind->readback != NULL, is_read);
		assert_int_equal(kind->mutates != NULL, is_read);
		for (const struct param *p = kind->spec.params; p->name != NULL;
		     p++)
			assert_true(p->help[0] != '\0');
	}
	assert_null(action_kind_of("nothing"));
	assert_int_equal(action_kind_of("manual")->class, ACTION_PERSON);
	assert_int_equal(action_kind_of("wait")->class, ACTION_WAIT);
	assert_int_equal(action_kind_of("gate")->class, ACTION_GATE);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_done_when_its_own_server_shows_it),
		cmocka_unit_test(a_record_that_is_not_published_whole_is_unknown),
		cmocka_unit_test(a_record_that_is_right_already_is_left_alone),
		cmocka_unit_test(a_lost_change_is_looked_up_before_it_goes_again),
		cmocka_unit_test(a_record_that_cannot_be_meant_is_refused_unsent),
		cmocka_unit_test(a_look_that_fails_at_first_is_tried_again),
		cmocka_unit_test(a_dns_plan_shows_the_record_as_it_is_and_will_be),
		cmocka_unit_test(a_record_reads_back_as_there_once_its_own_server_shows_it),
		cmocka_unit_test(a_record_without_a_server_reads_back_at_its_provider),
		cmocka_unit_test(a_region_is_there_once_its_name_server_shows_it),
		cmocka_unit_test(an_adapter_without_dns_is_refused),
		cmocka_unit_test(a_trunk_is_set_and_watched_until_it_says_so),
		cmocka_unit_test(a_trunk_plan_shows_its_status_now),
		cmocka_unit_test(each_kind_says_what_it_is_and_can_do_it),
	};
	/* clang-format on */

	net_setup();
	clock_set_speed(SCENE_SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
