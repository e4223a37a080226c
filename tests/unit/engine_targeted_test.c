/* engine: a part is taken back, the rest stays, and it can be done again. */
#include "tests/unit/engine_night.h"

static struct live_night night;

static const struct room *
room(void)
{
	return night.desk.director.room;
}

static void
both_done(const struct peer_row *rows, size_t count)
{
	night_start(&night, rows, count);
	night_walk(&night, "publish");
	night_walk(&night, "route");
}

static void
ask(const char *names)
{
	desk_say(&night.desk, COMMAND_ROLLBACK, "", names);
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	desk_rest(&night.desk);
}

static void
take_back(const char *names, enum rollback_state end)
{
	ask(names);
	night_agree(&night);
	desk_until_rollback(&night.desk, end);
	desk_rest(&night.desk);
}

static bool
plan_says(const char *part)
{
	for (size_t i = 0; i < room()->prompt.line_count; i++)
		if (strstr(room()->prompt.lines[i], part) != NULL)
			return true;
	return false;
}

static void
the_phrase_names_what_is_taken_back(void **state)
{
	TEST_UNUSED(state);
	both_done(NULL, 0);
	ask("route");
	assert_string_equal(room()->prompt.phrase,
			    "REVERT route:1 prod us-east-1");
	assert_true(plan_says("Keeps: publish."));
	desk_confirm(&night.desk, "ROLLBACK prod us-east-1");
	assert_int_equal(room()->rollback, ROLLBACK_ARMED);
	night_stop(&night);
}

static void
only_that_is_taken_back_and_the_room_stays_open(void **state)
{
	TEST_UNUSED(state);
	both_done(NULL, 0);
	take_back("route", ROLLBACK_VALIDATED);
	assert_int_equal(desk_step(&night.desk, "route"), STEP_UNDONE);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_VERIFIED);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 0);
	assert_false(room_is_rolled_back(room()));
	night_arm(&night, "tell");
	night_stop(&night);
}

static void
then_all_of_it_can_be_taken_back(void **state)
{
	TEST_UNUSED(state);
	both_done(NULL, 0);
	take_back("route", ROLLBACK_VALIDATED);
	take_back("", ROLLBACK_VALIDATED);
	assert_true(room_is_rolled_back(room()));
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_UNDONE);
	assert_int_equal(peer_count(night.peer, "PATCH /routeback "), 1);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 1);
	night_stop(&night);
}

/* A platform that remembers keys would not do it again under the old one. */
static void
taken_back_once_more_it_is_another_transaction(void **state)
{
	char first[80];

	TEST_UNUSED(state);
	both_done(NULL, 0);
	take_back("route", ROLLBACK_VALIDATED);
	str_copy(first, sizeof(first), room()->undos[0].act.key);
	take_back("route", ROLLBACK_VALIDATED);
	assert_int_equal(peer_count(night.peer, "PATCH /routeback "), 2);
	assert_string_not_equal(room()->undos[0].act.key, first);
	night_stop(&night);
}

static void
what_is_no_item_is_refused_with_a_word(void **state)
{
	TEST_UNUSED(state);
	both_done(NULL, 0);
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "ruote");
	desk_rest(&night.desk);
	assert_int_equal(room()->rollback, ROLLBACK_NONE);
	CHECK_HOLDS(night_notice(&night), "\"ruote\"");
	night_stop(&night);
}

static const struct peer_row refused[] = {
	{ .expect = "PATCH /routeback ", .status = 400, .body = "{}" },
};

/* Routing fails for good; the flow is offered without it, and goes alone. */
static void
what_failed_is_isolated_and_the_rest_is_offered(void **state)
{
	TEST_UNUSED(state);
	both_done(refused, ARRAY_LEN(refused));
	take_back("", ROLLBACK_HALTED);
	CHECK_HOLDS(night_notice(&night), ":rollback publish");
	take_back("publish", ROLLBACK_VALIDATED);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_UNDONE);
	assert_int_equal(desk_step(&night.desk, "route"), STEP_VERIFIED);
	take_back("", ROLLBACK_VALIDATED);
	assert_int_equal(desk_step(&night.desk, "route"), STEP_UNDONE);
	assert_true(room_is_rolled_back(room()));
	night_stop(&night);
}

static void
declined_in_a_halt_it_is_halted_as_before(void **state)
{
	TEST_UNUSED(state);
	both_done(refused, ARRAY_LEN(refused));
	take_back("", ROLLBACK_HALTED);
	ask("publish");
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	assert_int_equal(room()->rollback, ROLLBACK_HALTED);
	assert_int_equal(room()->undo_count, 2);
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_true(room_is_rolled_back(room()));
	night_stop(&night);
}

static void
a_part_goes_on_after_the_console_died(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH /routeback ",
		  .end = PEER_CLOSE,
		  .delay_ms = 150 },
	};

	TEST_UNUSED(state);
	both_done(rows, ARRAY_LEN(rows));
	ask("route");
	night_agree(&night);
	desk_pass(&night.desk, 0, 2);
	assert_true(peer_wait(night.peer, "PATCH /routeback ", 1));
	desk_leave(&night.desk);
	desk_open(&night.desk);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_VERIFIED);
	assert_int_equal(room()->undo_count, 1);
	assert_false(room_is_rolled_back(room()));
	night_stop(&night);
}

/* Read back it is not as it was: when the rollback goes on, that item acts
 * again under a key of its own, and the step is not called undone. */
static void
what_is_left_over_acts_again(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /routeback/old ", .body = "{\"is\":\"?\"}" },
		{ .expect = "GET /routeback/old ", .body = "{\"is\":\"?\"}" },
		{ .expect = "GET /routeback/old ", .body = "{\"is\":\"old\"}" },
	};
	static const struct peer_row bad = { .expect = "GET /routeback/old ",
					     .body = "{\"is\":\"new\"}" };
	struct peer_row script[15];
	char first[80];

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(script); i++)
		script[i] = i < ARRAY_LEN(rows) ? rows[i] : bad;
	both_done(script, ARRAY_LEN(script));
	take_back("", ROLLBACK_HALTED);
	assert_int_equal(room()->leftovers, 1);
	assert_int_equal(desk_step(&night.desk, "route"), STEP_UNKNOWN);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_UNDONE);
	str_copy(first, sizeof(first), room()->undos[0].act.key);
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(peer_count(night.peer, "PATCH /routeback "), 2);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 1);
	assert_string_not_equal(room()->undos[0].act.key, first);
	assert_int_equal(desk_step(&night.desk, "route"), STEP_UNDONE);
	night_stop(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_phrase_names_what_is_taken_back),
		cmocka_unit_test(
			only_that_is_taken_back_and_the_room_stays_open),
		cmocka_unit_test(then_all_of_it_can_be_taken_back),
		cmocka_unit_test(
			taken_back_once_more_it_is_another_transaction),
		cmocka_unit_test(what_is_no_item_is_refused_with_a_word),
		cmocka_unit_test(
			what_failed_is_isolated_and_the_rest_is_offered),
		cmocka_unit_test(declined_in_a_halt_it_is_halted_as_before),
		cmocka_unit_test(a_part_goes_on_after_the_console_died),
		cmocka_unit_test(what_is_left_over_acts_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
