/* engine: the rollback proposed, declined, begun, halted, tried again. */
#include "tests/unit/engine_night.h"

static struct live_night night;

static const struct room *
room(void)
{
	return night.desk.director.room;
}

static enum step_state
state_of(const char *step)
{
	return desk_step(&night.desk, step);
}

/* How often it was proposed so far. */
static int
proposals(void)
{
	return desk_records(&night.desk, "rollback", "\"state\":\"proposed\"");
}

/* Both steps that change something are done. */
static void
start_with_both_done(const struct peer_row *rows, size_t count)
{
	night_start(&night, rows, count);
	night_walk(&night, "publish");
	night_walk(&night, "route");
}

static void
show_the_plan(void)
{
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	desk_rest(&night.desk);
}

static void
a_breach_before_anything_ran_proposes_nothing(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_measure(&night, 9, 100);
	assert_int_equal(room()->verdict, VERDICT_NO_GO);
	assert_int_equal(room()->rollback, ROLLBACK_NONE);
	night_stop(&night);
}

static void
a_breach_interrupts_an_open_plan(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_walk(&night, "publish");
	night_arm(&night, "route");
	night_measure(&night, 9, 100);
	assert_int_equal(room()->rollback, ROLLBACK_PROPOSED);
	CHECK_HOLDS(room()->rollback_detail, "NO-GO");
	assert_int_equal(state_of("route"), STEP_READY);
	assert_false(room()->prompt.open);
	night_stop(&night);
}

static void
declined_it_is_not_proposed_again_for_the_same_breach(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_walk(&night, "publish");
	night_measure(&night, 9, 100);
	assert_int_equal(proposals(), 1);
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	for (int i = 0; i < 5; i++)
		night_measure(&night, 9 + i, 100);
	assert_int_equal(proposals(), 1);
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	night_stop(&night);
}

static void
declined_it_stays_available(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_walk(&night, "publish");
	night_measure(&night, 9, 100);
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	show_the_plan();
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	night_measure(&night, 9, 100);
	assert_int_equal(proposals(), 1);
	show_the_plan();
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	night_stop(&night);
}

static void
a_new_breach_is_proposed_again(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_walk(&night, "publish");
	night_measure(&night, 9, 100);
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	night_measure(&night, 1, 100);
	assert_int_equal(room()->verdict, VERDICT_GO);
	assert_int_equal(proposals(), 1);
	night_measure(&night, 9, 100);
	assert_int_equal(proposals(), 2);
	assert_int_equal(room()->rollback, ROLLBACK_PROPOSED);
	night_stop(&night);
}

static void
a_breach_of_another_gate_is_a_new_one(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_walk(&night, "publish");
	night_measure(&night, 9, 100);
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	night_measure(&night, 9, 900);
	assert_int_equal(proposals(), 2);
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	night_measure(&night, 9, 100);
	night_measure(&night, 9, 100);
	assert_int_equal(proposals(), 2);
	night_stop(&night);
}

static void
a_declined_breach_stays_declined_over_a_restart(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_walk(&night, "publish");
	night_measure(&night, 9, 100);
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	desk_leave(&night.desk);
	desk_open(&night.desk);
	night_measure(&night, 9, 100);
	assert_int_equal(room()->verdict, VERDICT_NO_GO);
	assert_int_equal(proposals(), 1);
	night_stop(&night);
}

static void
its_phrase_is_typed_exactly(void **state)
{
	TEST_UNUSED(state);
	start_with_both_done(NULL, 0);
	show_the_plan();
	desk_confirm(&night.desk, "yes");
	desk_confirm(&night.desk, "rollback PROD us-east-1");
	assert_int_equal(room()->rollback, ROLLBACK_ARMED);
	CHECK_HOLDS(night_notice(&night), room()->prompt.phrase);
	assert_int_equal(peer_count(night.peer, "PATCH /routeback "), 0);
	night_stop(&night);
}

/* Routing goes back before the flow it was pointed at. */
static void
all_is_taken_back_in_order_and_read_back(void **state)
{
	char *first;

	TEST_UNUSED(state);
	start_with_both_done(NULL, 0);
	show_the_plan();
	assert_int_equal(room()->undo_count, 2);
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(state_of("publish"), STEP_UNDONE);
	assert_int_equal(state_of("route"), STEP_UNDONE);
	first = peer_request(night.peer, "PATCH", 2);
	CHECK_HOLDS(first, "PATCH /routeback ");
	mem_free(first);
	assert_int_equal(peer_count(night.peer, "PATCH"), 4);
	desk_say(&night.desk, COMMAND_ARM, "publish", "");
	CHECK_HOLDS(night_notice(&night), "rolled back");
	night_stop(&night);
}

static void
after_a_halt_it_goes_on_with_the_item_that_failed(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH /flowback ", .status = 400, .body = "{}" },
	};

	TEST_UNUSED(state);
	start_with_both_done(rows, ARRAY_LEN(rows));
	show_the_plan();
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_HALTED);
	desk_rest(&night.desk);
	assert_int_equal(state_of("route"), STEP_UNDONE);
	assert_int_equal(state_of("publish"), STEP_VERIFIED);
	CHECK_HOLDS(night_notice(&night), "halted");
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(state_of("publish"), STEP_UNDONE);
	assert_int_equal(peer_count(night.peer, "PATCH /routeback "), 1);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 2);
	night_stop(&night);
}

/* Publish is done, its undo fails and halts; then route is done. */
static void
go_on_in_a_halt(void)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH /flowback ", .status = 400, .body = "{}" },
	};

	night_start(&night, rows, ARRAY_LEN(rows));
	night_walk(&night, "publish");
	show_the_plan();
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_HALTED);
	desk_rest(&night.desk);
	night_walk(&night, "route");
}

static void
what_ran_after_a_halt_is_in_the_next_plan(void **state)
{
	TEST_UNUSED(state);
	go_on_in_a_halt();
	show_the_plan();
	assert_int_equal(room()->planned_count, 2);
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(state_of("route"), STEP_UNDONE);
	assert_int_equal(state_of("publish"), STEP_UNDONE);
	assert_int_equal(peer_count(night.peer, "PATCH /routeback "), 1);
	night_stop(&night);
}

/* Tried again it would end validated, and route would still stand. */
static void
what_ran_after_a_halt_is_not_forgotten_by_a_retry(void **state)
{
	TEST_UNUSED(state);
	go_on_in_a_halt();
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	assert_int_equal(room()->rollback, ROLLBACK_HALTED);
	CHECK_HOLDS(night_notice(&night), "R shows the plan with it");
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 1);
	night_stop(&night);
}

static void
given_up_by_a_person_it_halts_and_can_be_tried_again(void **state)
{
	static const struct peer_row rows[] = {
		/* The plan reads it once; then it does not seem done. */
		{ .expect = "GET /routeback/old ", .body = "{\"is\":\"new\"}" },
		{ .expect = "GET /routeback/old ", .body = "{\"is\":\"new\"}" },
		{ .expect = "GET /routeback/old ",
		  .body = "{\"is\":\"new\"}",
		  .delay_ms = 400 },
	};

	TEST_UNUSED(state);
	start_with_both_done(rows, ARRAY_LEN(rows));
	show_the_plan();
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_RUNNING);
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	CHECK_HOLDS(night_notice(&night), ":fail");
	desk_say(&night.desk, COMMAND_FAIL, "route", "it takes too long");
	desk_until_rollback(&night.desk, ROLLBACK_HALTED);
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(state_of("publish"), STEP_UNDONE);
	night_stop(&night);
}

static void
the_second_try_of_an_item_carries_its_first_key(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH /flowback ", .status = 400, .body = "{}" },
	};
	char line[160], key[80];

	TEST_UNUSED(state);
	start_with_both_done(rows, ARRAY_LEN(rows));
	show_the_plan();
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_HALTED);
	desk_rest(&night.desk);
	str_copy(key, sizeof(key), room()->undos[1].act.key);
	assert_true(str_starts(key, "wr-undo-"));
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	str_printf(line, sizeof(line), "Idempotency-Key: %s", key);
	assert_true(peer_had_line(night.peer, "PATCH /flowback ", 0, line));
	assert_true(peer_had_line(night.peer, "PATCH /flowback ", 1, line));
	night_stop(&night);
}

/* It failed, so it may have changed something; that a person then left it
 * out does not make it undone. */
static void
a_step_that_failed_and_was_left_out_is_taken_back(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH /flow ", .status = 400, .body = "{}" },
	};

	TEST_UNUSED(state);
	night_start(&night, rows, ARRAY_LEN(rows));
	night_arm(&night, "publish");
	night_agree(&night);
	desk_until_step(&night.desk, "publish", STEP_FAILED);
	desk_rest(&night.desk);
	desk_say(&night.desk, COMMAND_SKIP, "publish", "by hand instead");
	night_measure(&night, 9, 100);
	assert_int_equal(room()->rollback, ROLLBACK_PROPOSED);
	show_the_plan();
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(state_of("publish"), STEP_UNDONE);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 1);
	night_stop(&night);
}

static void
by_policy_a_breach_begins_it_without_a_person(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night.desk.director.options.auto_rollback = true;
	night_walk(&night, "publish");
	night_measure(&night, 9, 100);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(state_of("publish"), STEP_UNDONE);
	night_stop(&night);
}

/* The policy answers breaches; what a person asks for, a person confirms. */
static void
by_policy_a_person_who_asks_still_confirms(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night.desk.director.options.auto_rollback = true;
	night_walk(&night, "publish");
	show_the_plan();
	desk_pass(&night.desk, 0, 3);
	assert_int_equal(room()->rollback, ROLLBACK_ARMED);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 0);
	night_stop(&night);
}

/* The part a person asked for is not begun by a breach that comes while its
 * plan is read: the policy takes all back. */
static void
by_policy_a_breach_does_not_begin_what_a_person_asked_for(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /routeback/old ",
		  .body = "{\"is\":\"new\"}",
		  .delay_ms = 150 },
	};

	TEST_UNUSED(state);
	start_with_both_done(rows, ARRAY_LEN(rows));
	night.desk.director.options.auto_rollback = true;
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "route");
	night_measure(&night, 9, 100);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_false(room()->is_targeted);
	assert_int_equal(state_of("route"), STEP_UNDONE);
	assert_int_equal(state_of("publish"), STEP_UNDONE);
	night_stop(&night);
}

static void
declined_while_it_is_read_the_plan_does_not_appear(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /flowback/old ",
		  .body = "{\"is\":\"new\"}",
		  .delay_ms = 150 },
	};

	TEST_UNUSED(state);
	night_start(&night, rows, ARRAY_LEN(rows));
	night_walk(&night, "publish");
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	/* The actor still reads, and is in nobody's way. */
	assert_true(errand_any(&night.desk.director));
	assert_false(errand_is_out(&night.desk.director, PURPOSE_UNDO_ARM));
	desk_rest(&night.desk);
	assert_int_equal(room()->rollback, ROLLBACK_NONE);
	assert_false(room()->prompt.open);
	show_the_plan();
	night_stop(&night);
}

static void
confirmed_it_goes_on_after_the_console_died(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH /routeback ",
		  .end = PEER_CLOSE,
		  .delay_ms = 150 },
	};

	TEST_UNUSED(state);
	start_with_both_done(rows, ARRAY_LEN(rows));
	show_the_plan();
	night_agree(&night);
	assert_int_equal(room()->rollback, ROLLBACK_RUNNING);
	desk_pass(&night.desk, 0, 2);
	assert_true(peer_wait(night.peer, "PATCH /routeback ", 1));
	desk_leave(&night.desk);
	desk_open(&night.desk);
	assert_int_equal(room()->rollback, ROLLBACK_RUNNING);
	assert_int_equal(room()->undos[0].act.state, STEP_UNKNOWN);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(state_of("publish"), STEP_UNDONE);
	assert_int_equal(state_of("route"), STEP_UNDONE);
	night_stop(&night);
}

static void
a_plan_that_waited_is_declined_when_the_console_dies(void **state)
{
	TEST_UNUSED(state);
	start_with_both_done(NULL, 0);
	show_the_plan();
	desk_leave(&night.desk);
	desk_open(&night.desk);
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	assert_int_equal(peer_count(night.peer, "PATCH /routeback "), 0);
	show_the_plan();
	night_stop(&night);
}

/* What reads back as it was not before the rollback is named and halts it. */
static void
what_is_left_over_halts_it(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /routeback/old ", .body = "{\"is\":\"?\"}" },
		{ .expect = "GET /routeback/old ", .body = "{\"is\":\"?\"}" },
		{ .expect = "GET /routeback/old ", .body = "{\"is\":\"old\"}" },
		{ .expect = "GET /routeback/old ",
		  .body = "{\"is\":\"new\"}",
		  .always = true },
	};

	TEST_UNUSED(state);
	start_with_both_done(rows, ARRAY_LEN(rows));
	show_the_plan();
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_HALTED);
	assert_int_equal(room()->leftovers, 1);
	assert_int_equal(desk_records(&night.desk, "leftover", "route:1"), 1);
	night_stop(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_breach_before_anything_ran_proposes_nothing),
		cmocka_unit_test(a_breach_interrupts_an_open_plan),
		cmocka_unit_test(
			declined_it_is_not_proposed_again_for_the_same_breach),
		cmocka_unit_test(declined_it_stays_available),
		cmocka_unit_test(a_new_breach_is_proposed_again),
		cmocka_unit_test(a_breach_of_another_gate_is_a_new_one),
		cmocka_unit_test(
			a_declined_breach_stays_declined_over_a_restart),
		cmocka_unit_test(its_phrase_is_typed_exactly),
		cmocka_unit_test(all_is_taken_back_in_order_and_read_back),
		cmocka_unit_test(
			after_a_halt_it_goes_on_with_the_item_that_failed),
		cmocka_unit_test(what_ran_after_a_halt_is_in_the_next_plan),
		cmocka_unit_test(
			what_ran_after_a_halt_is_not_forgotten_by_a_retry),
		cmocka_unit_test(
			by_policy_a_breach_does_not_begin_what_a_person_asked_for),
		cmocka_unit_test(
			given_up_by_a_person_it_halts_and_can_be_tried_again),
		cmocka_unit_test(
			the_second_try_of_an_item_carries_its_first_key),
		cmocka_unit_test(
			a_step_that_failed_and_was_left_out_is_taken_back),
		cmocka_unit_test(by_policy_a_breach_begins_it_without_a_person),
		cmocka_unit_test(by_policy_a_person_who_asks_still_confirms),
		cmocka_unit_test(
			declined_while_it_is_read_the_plan_does_not_appear),
		cmocka_unit_test(confirmed_it_goes_on_after_the_console_died),
		cmocka_unit_test(
			a_plan_that_waited_is_declined_when_the_console_dies),
		cmocka_unit_test(what_is_left_over_halts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
