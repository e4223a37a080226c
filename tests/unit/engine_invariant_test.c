/*
 * What must hold of several objects is judged before each act; a person may
 * break it for one plan, by name, with a reason and a second person.
 */
#include "tests/unit/engine_edit.h"

#include "net/loop.h"

#define OTHER_UID 4242

static struct live_night night;

/* Never both new: the second step of the two would break it. */
static const struct edit never_both[] = {
	{ "    object: flow:1\n", "    object: flow:1\n    undo_sets: old\n" },
	{ "    object: route:1\n",
	  "    object: route:1\n    undo_sets: old\n" },
	{ NIGHT_ROLLBACK,
	  NIGHT_ROLLBACK "invariants:\n"
			 "  never-both:\n"
			 "    title: Never both are new\n"
			 "    at_most: 1\n"
			 "    of: {\"flow:1\": new, \"route:1\": new}\n" },
};
/* One of them is new at all times, once one is. */
static const struct edit one_stays[] = {
	{ "    object: flow:1\n", "    object: flow:1\n    undo_sets: old\n" },
	{ "    object: route:1\n",
	  "    object: route:1\n    undo_sets: old\n" },
	{ NIGHT_ROLLBACK,
	  NIGHT_ROLLBACK "invariants:\n"
			 "  one-stays:\n"
			 "    at_least: 1\n"
			 "    of: {\"flow:1\": new, \"route:1\": new}\n" },
};

static const struct room *
room(void)
{
	return night.desk.director.room;
}

static const struct room_prompt *
prompt(void)
{
	return &room()->prompt;
}

static bool
plan_says(const char *part)
{
	for (size_t i = 0; i < prompt()->line_count; i++)
		if (strstr(prompt()->lines[i], part) != NULL)
			return true;
	return false;
}

static void
approve(const char *target)
{
	struct message *m = message_new(MESSAGE_APPROVAL);

	str_copy(m->approval.target, sizeof(m->approval.target), target);
	str_copy(m->approval.digest, sizeof(m->approval.digest),
		 prompt()->digest);
	str_copy(m->approval.who, sizeof(m->approval.who), "bob");
	str_copy(m->approval.how, sizeof(m->approval.how), "uid 4242");
	m->approval.uid = OTHER_UID;
	director_turn(&night.desk.director, m);
}

/* Neither was read before the first change: as little is known as there is. */
static void
waive_baseline(void)
{
	desk_say(&night.desk, COMMAND_BASELINE, "", "not today");
	desk_rest(&night.desk);
}

static void
start(const struct edit *edits, size_t count)
{
	night_start_edited(&night, NULL, 0, edits, count);
	waive_baseline();
}

static void
what_would_break_a_rule_is_shown_and_not_confirmed(void **state)
{
	TEST_UNUSED(state);
	start(never_both, ARRAY_LEN(never_both));
	night_arm(&night, "publish");
	assert_true(plan_says("MAY BREAK never-both: 1 to 2 after it, at most "
			      "1: flow:1 new; unknown: route:1"));
	night_agree(&night);
	desk_rest(&night.desk);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_ARMED);
	CHECK_HOLDS(night_notice(&night), "it may break never-both");
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	night_stop(&night);
}

static void
what_the_journal_knows_decides(void **state)
{
	static const struct edit reads[] = {
		{ NIGHT_ROLLBACK, NIGHT_ROLLBACK
		  "baseline:\n"
		  "  - object: flow:1\n"
		  "    http: {endpoint: platform, path: /flowback/old,"
		  " pointer: /is}\n"
		  "  - object: route:1\n"
		  "    http: {endpoint: platform, path: /routeback/old,"
		  " pointer: /is}\n" },
	};
	struct edit edits[4];

	TEST_UNUSED(state);
	edits[0] = reads[0];
	for (size_t i = 0; i < ARRAY_LEN(never_both); i++)
		edits[i + 1] = never_both[i];
	night_start_edited(&night, NULL, 0, edits, ARRAY_LEN(edits));
	night_arm(&night, "publish");
	night_agree(&night); /* the baseline comes first, then it is known */
	desk_until_step(&night.desk, "publish", STEP_VERIFIED);
	desk_rest(&night.desk);
	night_arm(&night, "route");
	assert_true(plan_says("BREAKS never-both: 2 after it, at most 1: "
			      "flow:1 new, route:1 new"));
	night_agree(&night);
	desk_rest(&night.desk);
	assert_int_equal(desk_step(&night.desk, "route"), STEP_ARMED);
	assert_int_equal(peer_count(night.peer, "PATCH /route "), 0);
	night_stop(&night);
}

static void
an_override_takes_a_reason_and_a_later_approval(void **state)
{
	char before[DIGEST_HEX];

	TEST_UNUSED(state);
	start(never_both, ARRAY_LEN(never_both));
	desk_say(&night.desk, COMMAND_OVERRIDE, "never-both", "no plan yet");
	CHECK_HOLDS(night_notice(&night), "no plan is open");
	night_arm(&night, "publish");
	str_copy(before, sizeof(before), prompt()->digest);
	desk_say(&night.desk, COMMAND_OVERRIDE, "never-both", " ");
	CHECK_HOLDS(night_notice(&night), "needs a reason");
	desk_say(&night.desk, COMMAND_OVERRIDE, "always-one", "why not");
	CHECK_HOLDS(night_notice(&night), "no such invariant");
	assert_int_equal(desk_records(&night.desk, "override", ""), 0);
	desk_say(&night.desk, COMMAND_OVERRIDE, "never-both", "calls wait");
	assert_string_not_equal(prompt()->digest, before);
	assert_true(plan_says("OVERRIDES never-both: calls wait"));
	CHECK_HOLDS(prompt()->awaits, "warroom approve ");
	night_agree(&night);
	desk_rest(&night.desk);
	CHECK_HOLDS(night_notice(&night), "waits for a second person");
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	approve("publish");
	night_agree(&night);
	desk_until_step(&night.desk, "publish", STEP_VERIFIED);
	assert_int_equal(desk_records(&night.desk, "override",
				      "\"rule\":\"never-both\",\"reason\":"
				      "\"calls wait\""),
			 1);
	assert_int_equal(room()->override_count, 1);
	assert_string_equal(room()->overrides[0].second, "bob");
	assert_false(room()->overrides[0].in_force);
	night_stop(&night);
}

static void
an_override_goes_with_its_plan(void **state)
{
	TEST_UNUSED(state);
	start(never_both, ARRAY_LEN(never_both));
	night_arm(&night, "publish");
	desk_say(&night.desk, COMMAND_OVERRIDE, "never-both", "calls wait");
	approve("publish");
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	assert_false(room()->overrides[0].in_force);
	night_arm(&night, "publish");
	night_agree(&night);
	desk_rest(&night.desk);
	CHECK_HOLDS(night_notice(&night), "it may break never-both");
	desk_say(&night.desk, COMMAND_OVERRIDE, "never-both", "calls wait");
	approve("publish");
	desk_leave(&night.desk);
	desk_open(&night.desk);
	assert_false(room()->overrides[1].in_force);
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	night_stop(&night);
}

/* A step that nobody confirms stops at the rule as well. */
static void
a_step_without_a_confirm_is_not_run(void **state)
{
	TEST_UNUSED(state);
	start(never_both, ARRAY_LEN(never_both));
	desk_say(&night.desk, COMMAND_ARM, "route", "");
	desk_until_step(&night.desk, "route", STEP_ARMED);
	desk_rest(&night.desk);
	assert_int_equal(desk_step(&night.desk, "route"), STEP_ARMED);
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	desk_say(&night.desk, COMMAND_OVERRIDE, "never-both", "calls wait");
	approve("route");
	night_agree(&night);
	desk_until_step(&night.desk, "route", STEP_VERIFIED);
	night_stop(&night);
}

static bool
is_halted(const struct desk *k)
{
	return k->director.room->rollback == ROLLBACK_HALTED;
}

static void
a_rollback_names_the_item_and_halts_rather_than_break_a_rule(void **state)
{
	TEST_UNUSED(state);
	start(one_stays, ARRAY_LEN(one_stays));
	night_walk(&night, "publish");
	night_walk(&night, "route");
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	assert_true(plan_says("item 2 publish BREAKS: one-stays: 0 after it, "
			      "at least 1"));
	night_agree(&night);
	assert_true(desk_until(&night.desk, is_halted));
	assert_int_equal(peer_count(night.peer, "PATCH /routeback "), 1);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 0);
	CHECK_HOLDS(room()->rollback_detail, "it breaks one-stays: 0 after it");
	/* Tried again it halts again. */
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	assert_true(desk_until(&night.desk, is_halted));
	assert_int_equal(
		desk_records(&night.desk, "rollback", "\"state\":\"halted\""),
		2);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 0);
	/* Shown anew, overridden and approved, it goes to its end. */
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	desk_say(&night.desk, COMMAND_OVERRIDE, "one-stays", "all of it");
	night_agree(&night);
	CHECK_HOLDS(night_notice(&night), "waits for a second person");
	approve("rollback");
	night_agree(&night);
	assert_true(room()->overrides[0].in_force);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_false(room()->overrides[0].in_force);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 1);
	night_stop(&night);
}

static void
a_part_that_keeps_the_rule_is_taken_back_without_a_word(void **state)
{
	TEST_UNUSED(state);
	start(one_stays, ARRAY_LEN(one_stays));
	night_walk(&night, "publish");
	night_walk(&night, "route");
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "route");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	assert_false(plan_says("BREAK"));
	desk_say(&night.desk, COMMAND_OVERRIDE, "one-stays", "for nothing");
	CHECK_HOLDS(night_notice(&night), "the open plan keeps it");
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	night_stop(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_would_break_a_rule_is_shown_and_not_confirmed),
		cmocka_unit_test(what_the_journal_knows_decides),
		cmocka_unit_test(
			an_override_takes_a_reason_and_a_later_approval),
		cmocka_unit_test(an_override_goes_with_its_plan),
		cmocka_unit_test(a_step_without_a_confirm_is_not_run),
		cmocka_unit_test(
			a_rollback_names_the_item_and_halts_rather_than_break_a_rule),
		cmocka_unit_test(
			a_part_that_keeps_the_rule_is_taken_back_without_a_word),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
