/* A parallel act: one request a region, at once, each read back. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "action/action.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/thread.h"
#include "net/loop.h"
#include "tests/lib/region_world.h"

#define SPEED 100
#define ROWS 12

#define OLD "{\"version\":\"v-1\"}"
#define NEW "{\"version\":\"v-2\"}"
#define GET "GET /flows/1"
#define PATCH "PATCH /flows/1"

/* Takes the write at once. */
static const struct peer_row good[] = {
	{ .expect = GET, .body = OLD },
	{ .expect = PATCH, .body = NEW },
	{ .expect = GET, .body = NEW, .always = true },
};
/* Takes it, and shows it only at the sixth look. */
static const struct peer_row lagging[] = {
	{ .expect = GET, .body = OLD },
	{ .expect = PATCH, .status = 202, .body = OLD },
	{ .expect = GET, .body = OLD },
	{ .expect = GET, .body = OLD },
	{ .expect = GET, .body = OLD },
	{ .expect = GET, .body = OLD },
	{ .expect = GET, .body = NEW, .always = true },
};
/* The answer is lost and nobody can look any more. */
static const struct peer_row lost[] = {
	{ .expect = GET, .body = OLD },
	{ .expect = PATCH, .end = PEER_CLOSE },
	{ .expect = GET, .status = 403, .body = "{}", .always = true },
};
static const struct peer_row broken[] = {
	{ .expect = PATCH, .status = 500, .body = "{}", .always = true },
	{ .expect = GET, .body = OLD, .always = true },
};
/* Says 200 and does nothing. */
static const struct peer_row lying[] = {
	{ .expect = PATCH, .body = NEW, .always = true },
	{ .expect = GET, .body = OLD, .always = true },
};
static const struct peer_row there[] = {
	{ .expect = GET, .body = NEW, .always = true },
};
static const struct peer_row hanging[] = {
	{ .expect = GET, .body = OLD },
	{ .expect = PATCH, .end = PEER_HANG, .always = true },
	{ .expect = GET, .body = OLD, .always = true },
};

static const struct script all_good[REGIONS] = {
	SCRIPT(good), SCRIPT(good), SCRIPT(good), SCRIPT(good),
	SCRIPT(good), SCRIPT(good), SCRIPT(good), SCRIPT(good),
};

static enum side
side_in(const struct regions *r, const char *name)
{
	const struct region *g = regions_find(r, name);

	assert_non_null(g);
	return g->side;
}

static void
each_region_is_told_once_with_a_key_of_its_own_and_read_back(void **state)
{
	struct world w;

	TEST_UNUSED(state);
	world_open(&w, all_good, 0);
	action_perform(&w.job, &w.result);
	assert_int_equal(w.result.outcome, OUTCOME_DONE);
	assert_int_equal(w.result.regions.count, REGIONS);
	assert_int_equal(regions_all(&w.result.regions), SIDE_TARGET);
	for (size_t i = 0; i < REGIONS; i++) {
		char line[96];

		str_printf(line, sizeof(line), "Idempotency-Key: wr-do-1-%s",
			   region_names[i]);
		assert_int_equal(peer_count(w.peers[i], PATCH), 1);
		assert_true(peer_had_line(w.peers[i], PATCH, 0, line));
		assert_int_equal(peer_strays(w.peers[i]), 0);
	}
	world_close(&w);
}

static const struct action_event *
event_with(const struct world *w, enum step_state state, const char *text)
{
	for (size_t i = 0; i < w->event_count; i++)
		if (w->events[i].state == state &&
		    strstr(w->events[i].detail, text) != NULL)
			return &w->events[i];
	return NULL;
}

static void
a_region_that_lags_keeps_the_step_converging_and_is_named(void **state)
{
	struct script scripts[REGIONS];
	const struct action_event *event;
	struct world w;

	TEST_UNUSED(state);
	memcpy(scripts, all_good, sizeof(scripts));
	scripts[2] = (struct script)SCRIPT(lagging);
	world_open(&w, scripts, 0);
	action_perform(&w.job, &w.result);
	assert_int_equal(w.result.outcome, OUTCOME_DONE);
	event = event_with(&w, STEP_CONVERGING,
			   "7 of 8 regions, waiting for eu-west-1 ");
	assert_non_null(event);
	assert_int_equal(side_in(&event->regions, "eu-west-1"), SIDE_UNKNOWN);
	assert_int_equal(side_in(&event->regions, "sa-east-1"), SIDE_TARGET);
	for (size_t i = 0; i < w.event_count; i++) {
		/* Never before the first: a repeat is known by it. */
		assert_true(w.events[i].attempt >= 1);
		if (i > 0)
			assert_true(step_may_move(w.events[i - 1].state,
						  w.events[i].state));
	}
	world_close(&w);
}

static void
a_lost_a_broken_and_a_lying_region_split_it_and_each_is_named(void **state)
{
	struct script scripts[REGIONS];
	const struct regions *r;
	struct world w;

	TEST_UNUSED(state);
	memcpy(scripts, all_good, sizeof(scripts));
	scripts[2] = (struct script)SCRIPT(lagging);
	scripts[3] = (struct script)SCRIPT(lost);
	scripts[4] = (struct script)SCRIPT(broken);
	scripts[5] = (struct script)SCRIPT(lying);
	world_open(&w, scripts, 0);
	action_perform(&w.job, &w.result);
	r = &w.result.regions;
	assert_int_equal(w.result.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(regions_count(r, SIDE_TARGET), 5);
	assert_int_equal(side_in(r, "eu-west-1"), SIDE_TARGET);
	assert_int_equal(side_in(r, "eu-central-1"), SIDE_UNKNOWN);
	assert_int_equal(side_in(r, "ap-east-1"), SIDE_BASELINE);
	assert_int_equal(side_in(r, "ap-southeast-2"), SIDE_BASELINE);
	CHECK_HOLDS(w.result.detail, "split: target in 5 (");
	CHECK_HOLDS(w.result.detail,
		    "baseline in 2 (ap-east-1, ap-southeast-2)");
	CHECK_HOLDS(w.result.detail, "unknown in 1 (eu-central-1)");
	/* Nothing that is not idempotent was sent twice. */
	for (size_t i = 0; i < REGIONS; i++)
		assert_int_equal(peer_count(w.peers[i], PATCH), 1);
	world_close(&w);
}

static void
trying_again_tells_only_the_regions_that_are_not_there(void **state)
{
	static const struct peer_row second_try[] = {
		{ .expect = GET, .body = OLD },
		{ .expect = PATCH, .status = 500, .body = "{}" },
		{ .expect = GET, .body = OLD },
		{ .expect = GET, .body = OLD },
		{ .expect = GET, .body = OLD },
		{ .expect = PATCH, .body = NEW },
		{ .expect = GET, .body = NEW, .always = true },
	};
	struct script scripts[REGIONS];
	struct world w;

	TEST_UNUSED(state);
	memcpy(scripts, all_good, sizeof(scripts));
	scripts[6] = (struct script)SCRIPT(second_try);
	world_open(&w, scripts, 0);
	action_perform(&w.job, &w.result);
	assert_int_equal(w.result.outcome, OUTCOME_FAILED);
	CHECK_HOLDS(w.result.detail, "baseline in 1 (ap-northeast-1)");
	w.job.is_repeat = true;
	action_perform(&w.job, &w.result);
	if (w.result.outcome != OUTCOME_DONE)
		action_perform(&w.job, &w.result);
	assert_int_equal(w.result.outcome, OUTCOME_DONE);
	for (size_t i = 0; i < REGIONS; i++)
		assert_int_equal(peer_count(w.peers[i], PATCH), i == 6 ? 2 : 1);
	world_close(&w);
}

static void
perform_body(void *arg)
{
	struct world *w = arg;

	action_perform(&w->job, &w->result);
}

static void
a_cancel_reaches_every_region(void **state)
{
	struct script scripts[REGIONS];
	struct world w;
	struct err e;

	TEST_UNUSED(state);
	for (size_t i = 0; i < REGIONS; i++)
		scripts[i] = (struct script)SCRIPT(hanging);
	world_open(&w, scripts, 0);
	CHECK_OK(thread_start(&w.thread, "actor", perform_body, &w, &e), &e);
	for (size_t i = 0; i < REGIONS; i++)
		assert_true(peer_wait(w.peers[i], PATCH, 1));
	cancel_raise(&w.cancel);
	thread_join(&w.thread);
	assert_int_equal(w.result.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(regions_count(&w.result.regions, SIDE_UNKNOWN),
			 REGIONS);
	for (size_t i = 0; i < REGIONS; i++)
		assert_int_equal(peer_count(w.peers[i], PATCH), 1);
	world_close(&w);
}

static void
cancelled_before_it_began_it_sends_nothing(void **state)
{
	struct world w;

	TEST_UNUSED(state);
	world_open(&w, all_good, 0);
	cancel_raise(&w.cancel);
	action_perform(&w.job, &w.result);
	assert_int_equal(w.result.outcome, OUTCOME_CANCELLED);
	for (size_t i = 0; i < REGIONS; i++)
		assert_int_equal(peer_count(w.peers[i], PATCH), 0);
	world_close(&w);
}

static void
the_plan_shows_the_requests_and_counts_the_rest(void **state)
{
	struct script scripts[REGIONS];
	struct action_plan plan, again;
	struct err e = { .code = ERR_NONE };
	bool counts = false;
	struct world w;

	TEST_UNUSED(state);
	for (size_t i = 0; i < REGIONS; i++)
		scripts[i] = (struct script)SCRIPT(lying);
	scripts[7] = (struct script)SCRIPT(there);
	world_open(&w, scripts, 0);
	CHECK_OK(action_plan(&w.env, &w.act, &w.cancel, &plan, &e), &e);
	assert_true(str_starts(plan.lines[0], "us-east-1: PATCH http://"));
	for (size_t i = 0; i < plan.count; i++)
		counts = counts ||
			 str_starts(plan.lines[i], "and 3 more like it: ");
	assert_true(counts);
	assert_string_equal(plan.before, "v-1 in 7, v-2 in 1");
	assert_string_equal(plan.after, "v-2");
	CHECK_OK(action_plan(&w.env, &w.act, &w.cancel, &again, &e), &e);
	assert_string_equal(plan.fingerprint, again.fingerprint);
	world_close(&w);
}

static void
reading_back_tells_a_part_from_all_none_and_unread(void **state)
{
	static const struct {
		struct script rest, one;
		enum action_landed want;
	} cases[] = {
		{ SCRIPT(there), SCRIPT(there), LANDED_YES },
		{ SCRIPT(lying), SCRIPT(lying), LANDED_NO },
		{ SCRIPT(there), SCRIPT(lying), LANDED_PART },
		{ SCRIPT(there), { &lost[2], 1 }, LANDED_UNCLEAR },
	};

	TEST_UNUSED(state);
	for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
		struct script scripts[REGIONS];
		char detail[ACTION_DETAIL];
		struct regions regions;
		struct world w;

		for (size_t i = 0; i < REGIONS; i++)
			scripts[i] = i == 4 ? cases[c].one : cases[c].rest;
		world_open(&w, scripts, 0);
		assert_int_equal(action_readback_regions(
					 &w.env, &w.act, &w.cancel, &regions,
					 detail, sizeof(detail)),
				 cases[c].want);
		assert_int_equal(regions.count, REGIONS);
		if (cases[c].want == LANDED_PART)
			CHECK_HOLDS(detail, "baseline in 1 (ap-east-1)");
		world_close(&w);
	}
}

/* Whatever the peers do: between two writes to a region it was read. */
static void
no_region_is_told_twice_without_reading_it_back(void **state)
{
	static const enum peer_end ends[] = { PEER_ANSWER, PEER_CLOSE, PEER_CUT,
					      PEER_ANSWER, PEER_ANSWER };
	static const int statuses[] = { 200, 0, 200, 500, 429 };
	struct rng rng;

	TEST_UNUSED(state);
	rng_seed(&rng, 20241027);
	for (int round = 0; round < 4; round++) {
		struct peer_row rows[REGIONS][ROWS];
		struct script scripts[REGIONS];
		struct world w;

		for (size_t i = 0; i < REGIONS; i++) {
			for (size_t n = 0; n < ROWS - 2; n++) {
				size_t how = rng_below(&rng, ARRAY_LEN(ends));

				rows[i][n] = (struct peer_row){
					.expect = n % 2 ? PATCH : GET,
					.end = n % 2 ? ends[how] : PEER_ANSWER,
					.status = n % 2 ? statuses[how] : 200,
					.body = rng_below(&rng, 4) == 0 ? NEW
									: OLD,
				};
			}
			rows[i][ROWS - 2] = (struct peer_row){ .expect = PATCH,
							       .body = NEW,
							       .always = true };
			rows[i][ROWS - 1] = (struct peer_row){ .expect = GET,
							       .body = OLD,
							       .always = true };
			scripts[i] = (struct script){ rows[i], ROWS };
		}
		world_open(&w, scripts, 0);
		w.job.timeout_ms = 20000;
		for (int i = 0; i < 3; i++) {
			action_perform(&w.job, &w.result);
			w.job.is_repeat = true;
		}
		for (size_t i = 0; i < REGIONS; i++) {
			bool was_write = false;
			char *text;

			for (int n = 0;
			     (text = peer_request(w.peers[i], "", n)) != NULL;
			     n++) {
				bool is_write = str_starts(text, PATCH);

				mem_free(text);
				assert_false(is_write && was_write);
				was_write = is_write;
			}
		}
		world_close(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_region_is_told_once_with_a_key_of_its_own_and_read_back),
		cmocka_unit_test(
			a_region_that_lags_keeps_the_step_converging_and_is_named),
		cmocka_unit_test(
			a_lost_a_broken_and_a_lying_region_split_it_and_each_is_named),
		cmocka_unit_test(
			trying_again_tells_only_the_regions_that_are_not_there),
		cmocka_unit_test(a_cancel_reaches_every_region),
		cmocka_unit_test(cancelled_before_it_began_it_sends_nothing),
		cmocka_unit_test(
			the_plan_shows_the_requests_and_counts_the_rest),
		cmocka_unit_test(
			reading_back_tells_a_part_from_all_none_and_unread),
		cmocka_unit_test(
			no_region_is_told_twice_without_reading_it_back),
	};

	net_setup();
	clock_set_speed(SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
