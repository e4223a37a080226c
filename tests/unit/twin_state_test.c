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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
