/* engine: a plan of two persons, and who the second one may be. */
#include "tests/unit/engine_edit.h"

#include <unistd.h>

#define OTHER_UID ((int64_t)getuid() + 1)

static struct live_night night;

static const struct edit two_persons[] = {
	{ "takes: 1s\n    confirm: phrase",
	  "takes: 1s\n    confirm: two_person" },
};
static const struct edit two_for_the_rollback[] = {
	{ "{policy: propose,", "{policy: propose, confirm: two_person," },
};

static const struct room_prompt *
prompt(void)
{
	return &night.desk.director.room->prompt;
}

static void
approve_as(const char *target, const char *digest, const char *who, int64_t uid)
{
	struct message *m = message_new(MESSAGE_APPROVAL);

	str_copy(m->approval.target, sizeof(m->approval.target), target);
	str_copy(m->approval.digest, sizeof(m->approval.digest), digest);
	str_copy(m->approval.who, sizeof(m->approval.who), who);
	str_copy(m->approval.how, sizeof(m->approval.how), "uid 4242");
	m->approval.uid = uid;
	director_turn(&night.desk.director, m);
}

static int
approvals(void)
{
	return desk_records(&night.desk, "approval", "");
}

static void
confirm(void)
{
	desk_confirm(&night.desk, prompt()->phrase);
}

static void
the_phrase_counts_only_after_an_approval(void **state)
{
	const struct room *r;

	TEST_UNUSED(state);
	night_start_edited(&night, NULL, 0, two_persons, 1);
	r = night.desk.director.room;
	night_arm(&night, "publish");
	CHECK_HOLDS(prompt()->awaits, "warroom approve /");
	CHECK_HOLDS(prompt()->awaits, " publish");
	confirm();
	desk_rest(&night.desk);
	CHECK_HOLDS(night_notice(&night), "waits for a second person");
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_ARMED);
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	approve_as("publish", prompt()->digest, "bob", OTHER_UID);
	CHECK_HOLDS(night_notice(&night), "bob approved");
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_ARMED);
	confirm();
	desk_until_step(&night.desk, "publish", STEP_VERIFIED);
	assert_int_equal(peer_count(night.peer, "PATCH /flow "), 1);
	assert_string_equal(
		r->steps[runner_step_named(&night.desk.director, "publish")]
			.second,
		"bob");
	assert_int_equal(desk_records(&night.desk, "approval",
				      "\"who\":\"bob\",\"how\":\"uid 4242\""),
			 1);
	night_stop(&night);
}

static void
who_is_no_second_person_leaves_no_approval(void **state)
{
	char other[DIGEST_HEX];

	TEST_UNUSED(state);
	night_start_edited(&night, NULL, 0, two_persons, 1);
	approve_as("publish", "", "bob", OTHER_UID); /* nothing is open */
	night_arm(&night, "sign");
	approve_as("sign", prompt()->digest, "bob", OTHER_UID);
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	night_arm(&night, "publish");
	str_copy(other, sizeof(other), prompt()->digest);
	other[0] = other[0] == '0' ? '1' : '0';
	approve_as("publish", other, "bob", OTHER_UID);
	approve_as("route", prompt()->digest, "bob", OTHER_UID);
	approve_as("publish", prompt()->digest, "bob", (int64_t)getuid());
	approve_as("publish", prompt()->digest, "lead", OTHER_UID);
	approve_as("publish", prompt()->digest, "", OTHER_UID);
	assert_int_equal(approvals(), 0);
	confirm();
	desk_rest(&night.desk);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_ARMED);
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	night_stop(&night);
}

/* Left and shown again it is the same plan, but nobody has looked again; and
 * a decision that moved is another plan. */
static void
an_approval_goes_with_its_plan(void **state)
{
	TEST_UNUSED(state);
	night_start_edited(&night, NULL, 0, two_persons, 1);
	night_arm(&night, "publish");
	approve_as("publish", prompt()->digest, "bob", OTHER_UID);
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	night_arm(&night, "publish");
	assert_string_equal(prompt()->second, "");
	approve_as("publish", prompt()->digest, "bob", OTHER_UID);
	assert_string_equal(prompt()->second, "bob");
	desk_say(&night.desk, COMMAND_MUTE, "telephony.delay_ms", "why not");
	night.desk.director.next_judge_ms = 0;
	desk_pass(&night.desk, 0, 1);
	night_measure(&night, 99, 100);
	assert_int_equal(night.desk.director.room->verdict, VERDICT_NO_GO);
	confirm();
	desk_rest(&night.desk);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_ARMED);
	assert_string_equal(prompt()->second, "");
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	night_stop(&night);
}

/* The console is killed between the approval and the intent. */
static void
a_crash_forgets_the_approval_and_nothing_was_sent(void **state)
{
	TEST_UNUSED(state);
	night_start_edited(&night, NULL, 0, two_persons, 1);
	night_arm(&night, "publish");
	approve_as("publish", prompt()->digest, "bob", OTHER_UID);
	assert_int_equal(approvals(), 1);
	desk_leave(&night.desk);
	desk_open(&night.desk);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_READY);
	assert_false(prompt()->open);
	night_measure(&night, 1, 100);
	night_arm(&night, "publish");
	confirm();
	desk_rest(&night.desk);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_ARMED);
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	night_stop(&night);
}

static void
walk_publish(void)
{
	night_arm(&night, "publish");
	confirm();
	desk_until_step(&night.desk, "publish", STEP_VERIFIED);
}

static void
a_rollback_needs_two_only_where_the_runbook_says_so(void **state)
{
	TEST_UNUSED(state);
	for (int two = 0; two <= 1; two++) {
		night_start_edited(&night, NULL, 0, two_for_the_rollback,
				   (size_t)two);
		walk_publish();
		desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
		desk_until_rollback(&night.desk, ROLLBACK_ARMED);
		assert_int_equal(prompt()->awaits[0] != '\0', two);
		confirm();
		if (two) {
			assert_int_equal(night.desk.director.room->rollback,
					 ROLLBACK_ARMED);
			CHECK_HOLDS(prompt()->awaits, " rollback");
			approve_as("rollback", prompt()->digest, "bob",
				   OTHER_UID);
			confirm();
		}
		desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
		assert_string_equal(night.desk.director.room->rollback_second,
				    two ? "bob" : "");
		night_stop(&night);
	}
}

/* What begins by itself would ask nobody. */
static void
a_rollback_of_two_persons_never_begins_by_itself(void **state)
{
	TEST_UNUSED(state);
	night_start_edited(&night, NULL, 0, two_for_the_rollback, 1);
	night.desk.director.options.auto_rollback = true;
	walk_publish();
	night_measure(&night, 99, 100);
	desk_pass(&night.desk, 0, 3);
	assert_int_equal(night.desk.director.room->rollback, ROLLBACK_PROPOSED);
	night_stop(&night);
}

static void
a_policy_plays_the_second_person_in_drills_alone(void **state)
{
	TEST_UNUSED(state);
	for (int drill = 0; drill <= 1; drill++) {
		night_start_edited(&night, NULL, 0, two_persons, 1);
		night.desk.director.options.plays_second = true;
		night.desk.book->is_drill = drill;
		night_arm(&night, "publish");
		assert_int_equal(approvals(), drill);
		assert_int_equal(desk_records(&night.desk, "approval",
					      "policy of the drill"),
				 drill);
		confirm();
		desk_rest(&night.desk);
		assert_int_equal(desk_step(&night.desk, "publish"),
				 drill ? STEP_VERIFIED : STEP_ARMED);
		night_stop(&night);
	}
}

/* The fold itself refuses: no journal can tell of a step that one person
 * alone has confirmed. */
static void
no_record_confirms_alone_what_needs_two(void **state)
{
	struct err e = { .code = ERR_NONE };
	struct director *d = &night.desk.director;
	struct record r;
	size_t step;

	TEST_UNUSED(state);
	night_start_edited(&night, NULL, 0, two_persons, 1);
	night_arm(&night, "publish");
	step = (size_t)runner_step_named(d, "publish");
	runner_record(d, &r, step, STEP_CONFIRMED, "lead");
	r.at_ms = d->room->last_ms;
	assert_int_equal(room_apply(d->room, &r, &e), ERR_DAMAGED);
	CHECK_HOLDS(e.text, "without a second person");
	approve_as("publish", prompt()->digest, "bob", OTHER_UID);
	r.at_ms = d->room->last_ms;
	CHECK_OK(room_apply(d->room, &r, &e), &e);
	record_clear(&r);
	night_stop(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_phrase_counts_only_after_an_approval),
		cmocka_unit_test(who_is_no_second_person_leaves_no_approval),
		cmocka_unit_test(an_approval_goes_with_its_plan),
		cmocka_unit_test(
			a_crash_forgets_the_approval_and_nothing_was_sent),
		cmocka_unit_test(
			a_rollback_needs_two_only_where_the_runbook_says_so),
		cmocka_unit_test(
			a_rollback_of_two_persons_never_begins_by_itself),
		cmocka_unit_test(
			a_policy_plays_the_second_person_in_drills_alone),
		cmocka_unit_test(no_record_confirms_alone_what_needs_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
