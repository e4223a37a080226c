/* engine: a rollback is done when the platform is healthy, and not before. */
#include "tests/unit/engine_night.h"

static struct live_night night;

/* What the guide asks for, each from a probe of its own. */
static const char probes[] =
	"  calls:\n"
	"    http: {endpoint: platform, path: /calls}\n"
	"    signals: {validation.routed_percent: /routed}\n"
	"  trunks:\n"
	"    http: {endpoint: platform, path: /trunks}\n"
	"    signals: {validation.trunks_alive: /alive}\n"
	"  pipeline:\n"
	"    http: {endpoint: platform, path: /pipeline}\n"
	"    signals: {validation.pipeline_seconds: /seconds}\n"
	"  agents:\n"
	"    http: {endpoint: platform, path: /agents}\n"
	"    signals: {validation.agents_percent: /consistent}\n";

/* clang-format off */
#define ROLLBACK(within, stable) \
	"rollback:\n" \
	"  stagger: 1s\n" \
	"  validate_within: " within "\n" \
	"  channels: [inbound, integrations]\n" \
	"  validate:\n" \
	"    calls: {guide: synthetic_calls, channel: inbound,\n" \
	"      signal: validation.routed_percent, reverts: [route]}\n" \
	"    trunks: {guide: trunks_stable, channel: inbound,\n" \
	"      signal: validation.trunks_alive" stable "}\n" \
	"    pipeline: {guide: pipeline_latency, channel: integrations,\n" \
	"      signal: validation.pipeline_seconds}\n" \
	"    agents: {guide: agents_consistent, channel: inbound,\n" \
	"      signal: validation.agents_percent, reverts: [publish]}\n"
/* clang-format on */

/* As the guide has it, and one that is over sooner. */
static const char patient[] = ROLLBACK("3m", "");
static const char brief[] = ROLLBACK("20s", ", for: 10s");

/* What the probes say from now on. */
static struct figures {
	double routed, seconds, agents;
	bool alive, silent_agents;
} say;

static const struct figures healthy = { 100, 0.8, 100, true, false };

static const struct room *
room(void)
{
	return night.desk.director.room;
}

static void
measure(void)
{
	int64_t now = director_now_ms(&night.desk.director);

	desk_measure(&night.desk, "calls", say.routed, 20);
	desk_measure_at(&night.desk, "trunks", value_of_flag(say.alive), -1,
			now);
	desk_measure(&night.desk, "pipeline", say.seconds, -1);
	if (!say.silent_agents)
		desk_measure(&night.desk, "agents", say.agents, 50);
}

/* Measures until the rollback is there, or nine seconds have passed. */
static bool
measured_until(enum rollback_state state)
{
	int64_t end_us = clock_real_us() + 9000000;

	while (room()->rollback != state && clock_real_us() < end_us) {
		measure();
		director_turn(&night.desk.director,
			      queue_take(night.desk.director.inbox,
					 clock_real_us() + 5000));
	}
	return room()->rollback == state;
}

static void
take_back(const char *names)
{
	desk_say(&night.desk, COMMAND_ROLLBACK, "", names);
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	desk_rest(&night.desk);
	night_agree(&night);
}

static void
begin(struct figures figures, const char *rollback)
{
	say = figures;
	night_start_with(&night, NULL, 0, probes, rollback);
	measure();
	night_walk(&night, "publish");
	night_walk(&night, "route");
}

static void
healthy_for_two_minutes_it_is_validated(void **state)
{
	int64_t last;

	TEST_UNUSED(state);
	begin(healthy, patient);
	take_back("");
	assert_true(measured_until(ROLLBACK_VALIDATED));
	CHECK_HOLDS(room()->rollback_detail, "4 of 4 conditions hold");
	last = room()->undos[room()->undo_count - 1].act.ended_ms;
	assert_true(room()->rollback_ended_ms - last >= 120000);
	night_stop(&night);
}

/* A row each: what is off, what the room says, what it offers. */
static void
each_threshold_keeps_it_from_being_validated(void **state)
{
	static const struct {
		struct figures figures;
		const char *says, *offers;
	} rows[] = {
		{ { 94.9, 0.8, 100, true, false },
		  "calls (inbound) 94.9 %, wanted >= 95 %",
		  ":rollback route" },
		{ { 100, 5.0, 100, true, false },
		  "pipeline (integrations) 5 s, wanted < 5 s",
		  "r tries it again" },
		{ { 100, 0.8, 97.9, true, false },
		  "agents (inbound) 97.9 %, wanted >= 98 %",
		  ":rollback publish" },
		{ { 100, 0.8, 100, false, false },
		  "trunks (inbound) no",
		  "r tries it again" },
		{ { 100, 0.8, 100, true, true },
		  "agents (inbound) not measured since the last undo",
		  ":rollback publish" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin(rows[i].figures, brief);
		take_back("");
		CHECK_ROW(rows[i].says, measured_until(ROLLBACK_HALTED));
		CHECK_HOLDS(room()->rollback_detail, rows[i].says);
		CHECK_HOLDS(night_notice(&night), rows[i].offers);
		CHECK_ROW(rows[i].says, !room_is_rolled_back(room()));
		night_stop(&night);
	}
}

/* The last undo was long ago, but the trunk blinked since. */
static void
a_break_begins_the_two_minutes_again(void **state)
{
	int64_t end_us = clock_real_us() + 300000;
	int64_t broken_ms;

	TEST_UNUSED(state);
	begin(healthy, patient);
	take_back("");
	assert_true(measured_until(ROLLBACK_VALIDATING));
	while (clock_real_us() < end_us) {
		measure();
		director_turn(&night.desk.director,
			      queue_take(night.desk.director.inbox,
					 clock_real_us() + 5000));
	}
	say.alive = false;
	measure();
	broken_ms = director_now_ms(&night.desk.director);
	say.alive = true;
	assert_true(measured_until(ROLLBACK_VALIDATED));
	assert_true(room()->rollback_ended_ms - broken_ms >= 120000);
	night_stop(&night);
}

static void
what_is_degraded_is_taken_back_once_more_and_alone(void **state)
{
	static const struct figures wrong_queue = { 60, 0.8, 100, true, false };

	TEST_UNUSED(state);
	begin(wrong_queue, brief);
	take_back("");
	assert_true(measured_until(ROLLBACK_HALTED));
	say = healthy;
	take_back("route");
	assert_int_equal(room()->undo_count, 1);
	assert_true(measured_until(ROLLBACK_VALIDATED));
	assert_int_equal(peer_count(night.peer, "PATCH /routeback "), 2);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 1);
	night_stop(&night);
}

/* The same, measured so seldom that nobody sees it twice in a night. */
static const char seldom[] =
	"  calls:\n"
	"    every: 10h\n"
	"    http: {endpoint: platform, path: /calls}\n"
	"    signals: {validation.routed_percent: /routed}\n"
	"  trunks:\n"
	"    every: 10h\n"
	"    http: {endpoint: platform, path: /trunks}\n"
	"    signals: {validation.trunks_alive: /alive}\n"
	"  pipeline:\n"
	"    every: 10h\n"
	"    http: {endpoint: platform, path: /pipeline}\n"
	"    signals: {validation.pipeline_seconds: /seconds}\n"
	"  agents:\n"
	"    every: 10h\n"
	"    http: {endpoint: platform, path: /agents}\n"
	"    signals: {validation.agents_percent: /consistent}\n";

static void
drop_report(void *ctx, struct probe_report *report)
{
	(void)ctx;
	probe_report_free(report);
}

static bool
is_watched(const struct desk *k)
{
	return k->director.rollback.watching;
}

static void
who_does_not_wait_for_the_next_look_looks_at_once(void **state)
{
	static const struct peer_row answers[] = {
		{ .expect = "GET /trunks ",
		  .body = "{\"alive\":true}",
		  .always = true },
		{ .expect = "GET /agents ",
		  .body = "{\"consistent\":99}",
		  .always = true },
	};
	static const char *const looks[] = { "GET /calls ", "GET /trunks ",
					     "GET /pipeline ", "GET /agents " };
	struct director *d = &night.desk.director;
	struct err e;

	TEST_UNUSED(state);
	night_start_with(&night, answers, ARRAY_LEN(answers), seldom, patient);
	night_walk(&night, "publish");
	take_back("");
	assert_true(desk_until(&night.desk, is_watched));
	CHECK_OK(poller_start(&d->poller, &d->probe_env, NULL, 7, drop_report,
			      NULL, &e),
		 &e);
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) /* its first round */
		assert_true(peer_wait(night.peer, looks[i], 1));
	desk_say(&night.desk, COMMAND_RETRY, "coffee", "");
	CHECK_HOLDS(night_notice(&night),
		    "no condition \"coffee\" of this rollback: calls trunks "
		    "pipeline agents");
	desk_say(&night.desk, COMMAND_RETRY, "trunks", "");
	assert_true(peer_wait(night.peer, "GET /trunks ", 2));
	assert_int_equal(peer_count(night.peer, "GET /agents "), 1);
	assert_int_equal(desk_records(&night.desk, "rollback",
				      "looked at again now: trunks\""),
			 1);
	/* What holds is not asked for again. */
	desk_measure(&night.desk, "pipeline", 0.8, -1);
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	assert_true(peer_wait(night.peer, "GET /agents ", 2));
	assert_true(peer_wait(night.peer, "GET /trunks ", 3));
	assert_int_equal(peer_count(night.peer, "GET /pipeline "), 1);
	assert_int_equal(desk_records(&night.desk, "rollback",
				      "looked at again now: calls trunks "
				      "agents\""),
			 1);
	assert_int_equal(room()->rollback, ROLLBACK_VALIDATING);
	night_stop(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_for_two_minutes_it_is_validated),
		cmocka_unit_test(each_threshold_keeps_it_from_being_validated),
		cmocka_unit_test(a_break_begins_the_two_minutes_again),
		cmocka_unit_test(
			who_does_not_wait_for_the_next_look_looks_at_once),
		cmocka_unit_test(
			what_is_degraded_is_taken_back_once_more_and_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
