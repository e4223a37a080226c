/* The night as the twin plays it: causes, order, determinism. */
#include "tests/unit/twin_call.h"

#define PRIMARY "validation_trunk_primary"
#define OLD "192.0.2.10"
#define NEW "198.51.100.7"
#define REASSIGN                                      \
	"{\"select\":\"open_tickets_since_cutover\"," \
	"\"assign_to\":\"legacy_queue_pool\"}"
#define SYNC                                         \
	"{\"select\":\"cutover_window_recordings\"," \
	"\"destination\":\"legacy_storage_bucket\"}"
#define PUBLISH                                                    \
	"{\"versionId\":\"v-2040506070\",\"status\":\"deployed\"," \
	"\"description\":\"CUTOVER_EXECUTED\"}"

static void
calm_figures_are_inside_every_limit_for_any_seed(void **state)
{
	TEST_UNUSED(state);
	for (uint64_t seed = 0; seed < 200; seed++)
		for (int64_t asked = 0; asked < 50; asked++) {
			struct weather_figures f;
			double n;

			weather_figures(&f, seed, PHASE_CALM, asked, 0);
			n = (double)f.offered;
			assert_in_range(f.offered, 400, 424);
			assert_true((double)f.abandoned / n < 0.0145);
			assert_true((double)f.abandoned / n > 0.007);
			assert_true((double)f.connected / n > 0.993);
			assert_true(f.wait_ms > 800 && f.wait_ms < 900);
		}
}

/* Abandonment first, success one query later, response time last. */
static void
a_storm_breaks_the_limits_in_causal_order_for_any_seed(void **state)
{
	TEST_UNUSED(state);
	for (uint64_t seed = 0; seed < 200; seed++) {
		int abandoned = -1, connected = -1, waiting = -1;
		double last = 0;

		for (int i = 0; i < 20; i++) {
			struct weather_figures f;
			double rate, n;

			weather_figures(&f, seed, PHASE_STORM, i, 0);
			n = (double)f.offered;
			rate = 100 * (double)f.abandoned / n;
			assert_true(i > 9 || rate > last);
			assert_true(rate < 9.3);
			last = rate;
			if (abandoned < 0 && rate > 2.5)
				abandoned = i;
			if (connected < 0 &&
			    100 * (double)f.connected / n < 99.2)
				connected = i;
			if (waiting < 0 && f.wait_ms > 1200)
				waiting = i;
		}
		assert_int_equal(abandoned, 2);
		assert_int_equal(connected, 3);
		assert_true(waiting > connected);
	}
}

static void
callers_give_up_only_after_six_refusals(void **state)
{
	double abandoned, connected, wait_ms;
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "trunk-storm", 7);
	for (int i = 0; i < 20; i++)
		assert_int_equal(twin_ping(&t, PRIMARY, i), 200);
	twin_point(&t, NEW);
	assert_int_equal(t.state.weather.phase, PHASE_MOVED);
	for (int i = 100; i < 107; i++) {
		assert_int_equal(twin_ping(&t, PRIMARY, i),
				 i < 102 ? 200 : 503);
		twin_figures(&t, &abandoned, &connected, &wait_ms);
		assert_true(abandoned < 1.5 && connected > 99.2);
	}
	assert_int_equal(t.state.weather.phase, PHASE_MOVED);
	assert_int_equal(twin_ping(&t, PRIMARY, 107), 503);
	assert_int_equal(t.state.weather.phase, PHASE_STORM);
	for (int i = 0; i < 3; i++)
		twin_figures(&t, &abandoned, &connected, &wait_ms);
	assert_true(abandoned > 2.5 && connected > 99.2);
	twin_figures(&t, &abandoned, &connected, &wait_ms);
	assert_true(abandoned > 3.5 && connected < 99.2);
	assert_int_equal(twin_ping(&t, "trunk_secondary", 1), 200);
	twin_end(&t);
}

static void
a_retransmission_is_answered_again_and_counts_once(void **state)
{
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "trunk-storm", 7);
	twin_point(&t, NEW);
	assert_int_equal(twin_ping(&t, PRIMARY, 1), 200);
	assert_int_equal(twin_ping(&t, PRIMARY, 2), 200);
	for (int i = 0; i < 20; i++)
		assert_int_equal(twin_ping(&t, PRIMARY, 3), 503);
	assert_int_equal(t.state.weather.refused, 1);
	twin_end(&t);
}

static void
nothing_goes_wrong_in_the_calm_scenario(void **state)
{
	double abandoned, connected, wait_ms;
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 3);
	twin_point(&t, NEW);
	for (int i = 0; i < 30; i++) {
		assert_int_equal(twin_ping(&t, PRIMARY, i), 200);
		twin_figures(&t, &abandoned, &connected, &wait_ms);
		assert_true(abandoned < 2.5 && connected > 99.2);
		assert_true(wait_ms < 1200);
	}
	twin_end(&t);
}

static void
brew_a_storm(struct twin *t)
{
	double unused;

	twin_point(t, NEW);
	for (int i = 0; i < 8; i++)
		twin_ping(t, PRIMARY, i);
	for (int i = 0; i < 6; i++)
		twin_figures(t, &unused, &unused, &unused);
	assert_int_equal(t->state.weather.phase, PHASE_STORM);
}

/* The four undos of the guide, one bit each. */
static void
undo(struct twin *t, unsigned which)
{
	if (which & 1)
		twin_point(t, OLD);
	if (which & 2)
		assert_int_equal(twin_call(t, "PATCH", TRUNK_PATH,
					   "{\"status\":\"disabled\"}", ""),
				 202);
	if (which & 4)
		assert_int_equal(twin_call(t, "POST", "/crm/tickets/reassign",
					   REASSIGN, ""),
				 202);
	if (which & 8)
		assert_int_equal(twin_call(t, "POST",
					   "/api/v2/recordings/archive/sync",
					   SYNC, ""),
				 202);
}

static void
callers_are_back_only_when_all_four_undos_are_in_force(void **state)
{
	TEST_UNUSED(state);
	for (unsigned which = 0; which < 16; which++) {
		struct twin t;

		twin_begin(&t, "trunk-storm", 7);
		brew_a_storm(&t);
		undo(&t, which);
		assert_int_equal(t.state.weather.phase, PHASE_STORM);
		twin_later(&t, 5000);
		assert_int_equal(t.state.weather.phase,
				 which == 15 ? PHASE_DRAINING : PHASE_STORM);
		twin_end(&t);
	}
}

static void
open_calls_drain_in_two_looks_and_then_the_figures_recover(void **state)
{
	double abandoned, connected, wait_ms;
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "trunk-storm", 7);
	twin_get(&t, "/api/v2/conversations/open");
	assert_true(twin_says(&t, "/unrouted", "0"));
	brew_a_storm(&t);
	twin_get(&t, "/api/v2/conversations/open");
	assert_true(twin_says(&t, "/unrouted", "7"));
	undo(&t, 15);
	twin_later(&t, 5000);
	twin_figures(&t, &abandoned, &connected, &wait_ms);
	assert_true(abandoned > 2.5);
	twin_get(&t, "/api/v2/conversations/open");
	assert_true(twin_says(&t, "/unrouted", "3"));
	twin_get(&t, "/api/v2/conversations/open");
	assert_true(twin_says(&t, "/unrouted", "0"));
	for (int i = 0; i < 6; i++)
		twin_figures(&t, &abandoned, &connected, &wait_ms);
	assert_true(abandoned < 1.5 && connected > 99.2 && wait_ms < 900);
	assert_int_equal(twin_ping(&t, PRIMARY, 77), 503);
	twin_end(&t);
}

static void
tickets_and_recordings_exist_only_after_the_switch(void **state)
{
	static const char tickets[] = "/crm/tickets/summary";
	static const char recordings[] = "/api/v2/recordings/archive/summary";
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 7);
	twin_get(&t, tickets);
	assert_true(twin_says(&t, "/since_cutover/total", "0"));
	twin_point(&t, NEW);
	twin_get(&t, tickets);
	assert_true(twin_says(&t, "/since_cutover/total", "18"));
	assert_true(
		twin_says(&t, "/since_cutover/not_in_legacy_queue_pool", "18"));
	twin_get(&t, recordings);
	assert_true(twin_says(
		&t, "/cutover_window/not_in_legacy_storage_bucket", "41"));
	undo(&t, 4 | 8);
	twin_get(&t, tickets);
	assert_true(
		twin_says(&t, "/since_cutover/not_in_legacy_queue_pool", "18"));
	twin_later(&t, 2500);
	twin_get(&t, tickets);
	assert_true(
		twin_says(&t, "/since_cutover/not_in_legacy_queue_pool", "0"));
	twin_get(&t, recordings);
	assert_true(twin_says(
		&t, "/cutover_window/not_in_legacy_storage_bucket", "0"));
	twin_end(&t);
}

/* Plays a night and appends each answer; `pause_ms` is how slow it is. */
static void
play(struct buf *out, uint64_t seed, int64_t pause_ms)
{
	double unused;
	struct twin t;

	twin_begin(&t, "trunk-storm", seed);
	for (int i = 0; i < 40; i++) {
		if (i == 5)
			twin_point(&t, NEW);
		if (i == 30)
			undo(&t, 15);
		buf_printf(out, "%d ", twin_ping(&t, PRIMARY, i));
		twin_figures(&t, &unused, &unused, &unused);
		buf_text(out, buf_str(&t.reply.body));
		twin_get(&t, "/crm/integration/health");
		buf_text(out, buf_str(&t.reply.body));
		/* The rollback needs room time, the storm does not. */
		twin_later(&t, i == 30 ? 5000 : pause_ms);
	}
	twin_end(&t);
}

static void
the_same_seed_and_calls_give_the_same_answers_at_any_speed(void **state)
{
	struct buf slow, fast, other;

	TEST_UNUSED(state);
	buf_init(&slow, 1024 * 1024);
	buf_init(&fast, 1024 * 1024);
	buf_init(&other, 1024 * 1024);
	play(&slow, 7, 60000);
	play(&fast, 7, 0);
	play(&other, 8, 0);
	assert_string_equal(buf_str(&slow), buf_str(&fast));
	assert_string_not_equal(buf_str(&slow), buf_str(&other));
	buf_clear(&slow);
	buf_clear(&fast);
	buf_clear(&other);
}

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
	twin_point(&t, NEW);
	undo(&t, 4);
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
	assert_string_equal(state_target(&t.state.record.content), OLD);
	twin_end(&t);
}

static void
a_platform_call_needs_a_token_the_twin_gave_out(void **state)
{
	struct twin t;

	TEST_UNUSED(state);
	twin_begin(&t, "calm", 7);
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
		    "never-converges");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			calm_figures_are_inside_every_limit_for_any_seed),
		cmocka_unit_test(
			a_storm_breaks_the_limits_in_causal_order_for_any_seed),
		cmocka_unit_test(callers_give_up_only_after_six_refusals),
		cmocka_unit_test(
			a_retransmission_is_answered_again_and_counts_once),
		cmocka_unit_test(nothing_goes_wrong_in_the_calm_scenario),
		cmocka_unit_test(
			callers_are_back_only_when_all_four_undos_are_in_force),
		cmocka_unit_test(
			open_calls_drain_in_two_looks_and_then_the_figures_recover),
		cmocka_unit_test(
			tickets_and_recordings_exist_only_after_the_switch),
		cmocka_unit_test(
			the_same_seed_and_calls_give_the_same_answers_at_any_speed),
		cmocka_unit_test(
			a_flow_shows_its_version_only_when_it_has_converged),
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
