/* The calls of the twin: convergence, keys, faults, refusals. */
#include "tests/unit/twin_call.h"

#define REASSIGN                                      \
	"{\"select\":\"open_tickets_since_cutover\"," \
	"\"assign_to\":\"legacy_queue_pool\"}"
#define PUBLISH                                                    \
	"{\"versionId\":\"v-2040506070\",\"status\":\"deployed\"," \
	"\"description\":\"CUTOVER_EXECUTED\"}"

static void
a_flow_shows_its_version_only_when_it_has_converged(void **state)
{
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 7);
	twin_get(&t, FLOW_PATH);
	assert_true(twin_says(&t, "/versionId", "v-1029384756"));
	assert_int_equal(twin_call(&t, "PATCH", FLOW_PATH, PUBLISH, ""), 202);
	assert_true(twin_says(&t, "/status", "deploying"));
	assert_string_equal(t.reply.location, FLOW_PATH);
	twin_later(&t, 2999);
	twin_get(&t, FLOW_PATH);
	assert_true(twin_says(&t, "/status", "deploying"));
	assert_true(twin_says(&t, "/versionId", "-"));
	twin_later(&t, 1);
	twin_get(&t, FLOW_PATH);
	assert_true(twin_says(&t, "/status", "deployed"));
	assert_true(twin_says(&t, "/versionId", "v-2040506070"));
	assert_string_equal(t.arrived, "flow f-8473625190 at v-2040506070");
	twin_get(&t, "/api/v2/flows/f-8473625190");
	assert_true(twin_says(&t, "/publishedVersion/id", "v-2040506070"));
	twin_end(&t);
}

static void
the_name_server_follows_its_record_a_little_later(void **state)
{
	const struct twin_record *r;
	struct twin t;
	int64_t serial;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 7);
	r = &t.state.record;
	serial = r->serial;
	twin_point(&t, "198.51.100.7");
	twin_get(&t, RECORD_PATH);
	assert_true(twin_says(&t, "/result/content", "198.51.100.7"));
	twin_later(&t, 499);
	assert_string_equal(r->content.now, "192.0.2.10");
	assert_int_equal(r->serial, serial);
	twin_later(&t, 1);
	assert_string_equal(r->content.now, "198.51.100.7");
	assert_int_equal(r->serial, serial + 1);
	twin_end(&t);
}

static void
a_strategy_refuses_a_version_that_is_not_deployed_yet(void **state)
{
	static const char path[] =
		"/api/v2/routing/routing-strategies/rs-5566778899";
	static const char body[] = "{\"name\":\"Production_Inbound_Routing\","
				   "\"flow\":{\"id\":\"f-8473625190\","
				   "\"version\":\"v-2040506070\"}}";
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 7);
	assert_int_equal(twin_call(&t, "PATCH", path, body, ""), 409);
	twin_call(&t, "PATCH", FLOW_PATH, PUBLISH, "");
	assert_int_equal(twin_call(&t, "PATCH", path, body, ""), 409);
	assert_string_equal(t.reply.effect, "");
	twin_later(&t, 3000);
	assert_int_equal(twin_call(&t, "PATCH", path, body, ""), 200);
	assert_string_equal(t.reply.effect,
			    "strategy rs-5566778899 -> v-2040506070");
	twin_get(&t, path);
	assert_true(twin_says(&t, "/flow/version", "v-2040506070"));
	assert_true(twin_says(&t, "/conditions/0/truePath", "defaultQueue"));
	assert_int_equal(twin_call(&t, "PATCH", path, body, ""), 200);
	assert_string_equal(t.reply.effect, "");
	twin_end(&t);
}

static void
a_key_has_one_effect_and_one_answer(void **state)
{
	static const char path[] = FLOW_PATH "/deployments";
	static const char body[] = "{\"description\":\"PRE\","
				   "\"flowVersionId\":\"v-1029384756\","
				   "\"deploymentId\":\"d-9876543210\"}";
	static const char other[] = "{\"flowVersionId\":\"v-1029384756\"}";
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 7);
	assert_int_equal(twin_call(&t, "POST", path, body, "k-1"), 201);
	assert_string_equal(
		t.reply.effect,
		"deployment d-9876543210 of f-8473625190 at v-1029384756");
	assert_false(t.reply.is_repeat);
	assert_int_equal(twin_call(&t, "POST", path, body, "k-1"), 201);
	assert_true(t.reply.is_repeat);
	assert_string_equal(t.reply.effect, "");
	assert_true(twin_says(&t, "/deploymentId", "d-9876543210"));
	assert_int_equal(twin_call(&t, "POST", path, body, "k-2"), 409);
	assert_int_equal(twin_call(&t, "POST", path, other, "k-1"), 409);
	assert_true(twin_says(&t, "/code", "idempotency.key.reused"));
	assert_int_equal(t.state.deployment_count, 1);
	twin_end(&t);
}

static void
a_flow_that_never_converges_leaves_the_way_back_open(void **state)
{
	static const char back[] = "{\"versionId\":\"v-1029384756\","
				   "\"status\":\"deployed\"}";
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "never-converges", 7);
	assert_int_equal(twin_call(&t, "PATCH", FLOW_PATH, PUBLISH, ""), 202);
	twin_later(&t, 100000000);
	twin_get(&t, FLOW_PATH);
	assert_true(twin_says(&t, "/status", "deploying"));
	assert_int_equal(twin_call(&t, "PATCH", FLOW_PATH, back, ""), 202);
	twin_later(&t, 3000);
	twin_get(&t, FLOW_PATH);
	assert_true(twin_says(&t, "/versionId", "v-1029384756"));
	twin_end(&t);
}

static void
every_second_write_is_limited_and_no_read_is(void **state)
{
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "platform-429", 7);
	for (int i = 0; i < 6; i++) {
		bool is_limited = i % 2 == 1;
		int status = twin_call(&t, "PATCH", TRUNK_PATH,
				       "{\"status\":\"active\"}", "");

		assert_int_equal(status, is_limited ? 429 : 202);
		assert_int_equal(t.reply.retry_after_s, is_limited ? 1 : 0);
		assert_int_equal(twin_get(&t, TRUNK_PATH), 200);
		assert_int_equal(
			twin_call(&t, "POST", QUERY_PATH, QUERY_BODY, ""), 200);
	}
	twin_end(&t);
}

static void
the_first_write_to_each_path_takes_effect_and_its_answer_is_lost(void **state)
{
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "lost-replies", 7);
	twin_call(&t, "PATCH", FLOW_PATH, "{\"versionId\":\"\"}", "");
	assert_false(t.reply.is_lost); /* nothing was committed */
	twin_call(&t, "PATCH", FLOW_PATH, PUBLISH, "k");
	assert_true(t.reply.is_lost);
	assert_string_equal(t.reply.effect,
			    "flow f-8473625190 -> v-2040506070");
	twin_call(&t, "PATCH", FLOW_PATH, PUBLISH, "k");
	assert_false(t.reply.is_lost);
	assert_true(t.reply.is_repeat);
	twin_call(&t, "PATCH", TRUNK_PATH, "{\"status\":\"active\"}", "");
	assert_true(t.reply.is_lost);
	twin_end(&t);
}

static void
fault(struct twin *t, const char *body)
{
	t->is_control = true;
	assert_int_equal(twin_call(t, "POST", "/twin/fault", body, ""), 200);
	t->is_control = false;
}

static void
faults_strike_as_often_and_where_they_should(void **state)
{
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 7);
	fault(&t, "{\"fault\":\"429\",\"count\":2,\"match\":\"/trunks/\","
		  "\"retry_after\":9}");
	assert_int_equal(twin_get(&t, FLOW_PATH), 200);
	assert_int_equal(twin_get(&t, TRUNK_PATH), 429);
	assert_int_equal(t.reply.retry_after_s, 9);
	assert_int_equal(twin_get(&t, TRUNK_PATH), 429);
	assert_int_equal(twin_get(&t, TRUNK_PATH), 200);
	fault(&t, "{\"fault\":\"503\"}");
	assert_int_equal(twin_get(&t, TRUNK_PATH), 503);
	fault(&t, "{\"fault\":\"slow-answer\",\"ms\":250}");
	assert_int_equal(twin_get(&t, TRUNK_PATH), 200);
	assert_int_equal(t.reply.slow_ms, 250);
	fault(&t, "{\"fault\":\"expired-token\"}");
	assert_int_equal(twin_get(&t, TRUNK_PATH), 401);
	assert_true(twin_says(&t, "/code", "credentials.expired"));
	fault(&t, "{\"fault\":\"lost-trunk\",\"match\":\"trunk_secondary\","
		  "\"count\":-1}");
	assert_int_equal(twin_ping(&t, "trunk_secondary", 1), 0);
	assert_int_equal(twin_ping(&t, "trunk_tertiary", 1), 200);
	fault(&t, "{\"fault\":\"none\"}");
	assert_int_equal(twin_ping(&t, "trunk_secondary", 2), 200);
	fault(&t, "{\"fault\":\"job-never-ends\",\"match\":\"tickets\"}");
	twin_point(&t, "198.51.100.7");
	assert_int_equal(
		twin_call(&t, "POST", "/crm/tickets/reassign", REASSIGN, ""),
		202);
	twin_later(&t, 100000000);
	twin_get(&t, "/crm/jobs/job-1");
	assert_true(twin_says(&t, "/state", "running"));
	fault(&t, "{\"fault\":\"reply-lost-after-commit\"}");
	assert_int_equal(twin_get(&t, TRUNK_PATH), 200);
	assert_false(t.reply.is_lost); /* reads are not committed */
	twin_call(&t, "PATCH", TRUNK_PATH, "{\"status\":\"active\"}", "");
	assert_true(t.reply.is_lost);
	twin_end(&t);
}

static void
bad_calls_are_refused_and_change_nothing(void **state)
{
	static const struct {
		const char *what, *method, *path, *body;
		int status;
	} rows[] = {
		{ "an unknown path", "GET", "/api/v2/nope", "", 404 },
		{ "a path with a tail", "GET", TRUNK_PATH "/x", "", 404 },
		{ "an unknown flow", "GET", "/api/v2/architect/flows/f-1", "",
		  404 },
		{ "an empty segment", "GET", "/api/v2/telephony/trunks/", "",
		  404 },
		{ "a wrong method", "DELETE", FLOW_PATH, "", 405 },
		{ "an unknown version", "PATCH", FLOW_PATH,
		  "{\"versionId\":\"v-1\"}", 400 },
		{ "half a document", "PATCH", FLOW_PATH,
		  "{\"versionId\":", 400 },
		{ "a list for an object", "PATCH", FLOW_PATH, "[]", 400 },
		{ "no body", "PATCH", FLOW_PATH, "", 400 },
		{ "a number for a text", "PATCH", FLOW_PATH,
		  "{\"versionId\":7}", 400 },
		{ "an unknown status", "PATCH", TRUNK_PATH,
		  "{\"status\":\"on\"}", 400 },
		{ "an address that is none", "PATCH", RECORD_PATH,
		  "{\"content\":\"legacy_trunk_ip\"}", 400 },
		{ "a TTL below the minimum", "PATCH", RECORD_PATH,
		  "{\"ttl\":59}", 400 },
		{ "a TTL that is a text", "PATCH", RECORD_PATH,
		  "{\"ttl\":\"60\"}", 400 },
		{ "a record half overwritten", "PUT", RECORD_PATH,
		  "{\"content\":\"198.51.100.7\"}", 400 },
		{ "tickets of another night", "POST", "/crm/tickets/reassign",
		  "{\"select\":\"all\",\"assign_to\":\"x\"}", 400 },
		{ "a metric nobody knows", "POST", QUERY_PATH,
		  "{\"interval\":\"2026-05-01T10:00:00Z/"
		  "2026-05-01T11:00:00Z\",\"metrics\":[\"nNope\"]}",
		  400 },
		{ "an interval backwards", "POST", QUERY_PATH,
		  "{\"interval\":\"2026-05-01T11:00:00Z/"
		  "2026-05-01T10:00:00Z\",\"metrics\":[\"nOffered\"]}",
		  400 },
		{ "control without its header", "POST", "/twin/stop", "", 403 },
	};
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 7);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int status = twin_call(&t, rows[i].method, rows[i].path,
				       rows[i].body, "");

		CHECK_ROW(rows[i].what, status == rows[i].status);
		CHECK_ROW(rows[i].what, t.reply.effect[0] == '\0');
		CHECK_ROW(rows[i].what, !t.reply.stops);
	}
	assert_int_equal(twin_call(&t, "DELETE", FLOW_PATH, "", ""), 405);
	assert_string_equal(t.reply.allow, "GET, PATCH");
	assert_string_equal(state_target(&t.state.record.content),
			    "192.0.2.10");
	twin_end(&t);
}

static void
a_platform_call_needs_a_token_the_twin_gave_out(void **state)
{
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 7);
	t.state.tokens[0].ends_wall_ms = WALL_MS + 1;
	assert_int_equal(twin_get(&t, FLOW_PATH), 200);
	t.state.tokens[0].ends_wall_ms = WALL_MS;
	assert_int_equal(twin_get(&t, FLOW_PATH), 401);
	str_copy(t.token, sizeof(t.token), "");
	assert_int_equal(twin_get(&t, FLOW_PATH), 401);
	assert_true(twin_says(&t, "/code", "authentication.required"));
	assert_int_equal(twin_get(&t, RECORD_PATH), 401);
	assert_true(twin_says(&t, "/success", "false"));
	assert_int_equal(twin_call(&t, "POST", "/oauth/token",
				   "grant_type=client_credentials", ""),
			 401);
	assert_true(twin_says(&t, "/error", "invalid_client"));
	str_copy(t.token, sizeof(t.token), "Bearer made-up");
	assert_int_equal(twin_get(&t, FLOW_PATH), 401);
	assert_int_equal(twin_get(&t, RECORD_PATH), 200);
	assert_int_equal(twin_get(&t, "/crm/tickets/summary"), 200);
	twin_end(&t);
}

static void
every_row_says_what_it_is_and_is_reached(void **state)
{
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 7);
	t.is_control = true;
	for (size_t i = 0; route_tables[i] != NULL; i++)
		for (const struct route *r = route_tables[i]; r->path != NULL;
		     r++) {
			int status = twin_call(&t, r->method, r->path, "{", "");

			CHECK_ROW(r->path, r->help != NULL && r->help[0]);
			CHECK_ROW(r->path, r->path[0] == '/');
			CHECK_ROW(r->path, status != 404 && status != 405);
			CHECK_ROW(r->path, t.reply.kind == r->kind);
		}
	twin_end(&t);
}

static void
an_unknown_scenario_is_refused_with_the_list(void **state)
{
	const struct scenario *row;
	struct err e;

	TEST_UNUSED(state);
	CHECK_FAILS(scenario_find(&row, "storm.yaml", &e), ERR_ARG, &e,
		    "trunk-storm, calm, platform-429, lost-replies, "
		    "worst-night, never-converges");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_flow_shows_its_version_only_when_it_has_converged),
		cmocka_unit_test(
			the_name_server_follows_its_record_a_little_later),
		cmocka_unit_test(
			a_strategy_refuses_a_version_that_is_not_deployed_yet),
		cmocka_unit_test(a_key_has_one_effect_and_one_answer),
		cmocka_unit_test(
			a_flow_that_never_converges_leaves_the_way_back_open),
		cmocka_unit_test(every_second_write_is_limited_and_no_read_is),
		cmocka_unit_test(
			the_first_write_to_each_path_takes_effect_and_its_answer_is_lost),
		cmocka_unit_test(faults_strike_as_often_and_where_they_should),
		cmocka_unit_test(bad_calls_are_refused_and_change_nothing),
		cmocka_unit_test(
			a_platform_call_needs_a_token_the_twin_gave_out),
		cmocka_unit_test(every_row_says_what_it_is_and_is_reached),
		cmocka_unit_test(an_unknown_scenario_is_refused_with_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
