/* engine: a rollback that is confirmed still looks once; what it begins is what
 * was confirmed. */
#include "tests/unit/engine_target.h"

static const struct edit edits[] = { TARGET_GATE(""), TARGET_PROBE,
				     TARGET_POLICY("propose") };

static struct live_night night;

static const struct room *
room(void)
{
	return night.desk.director.room;
}

/* Confirmed, and what is live not read yet. */
static void
confirm_at_first(void)
{
	target_begin(&night, edits, ARRAY_LEN(edits));
	target_ask(&night);
	desk_rest(&night.desk);
	desk_type(&night.desk, room()->prompt.phrase);
	assert_true(errand_is_out(&night.desk.director, PURPOSE_UNDO_RECHECK));
	assert_int_equal(room()->rollback, ROLLBACK_ARMED);
}

static bool
is_last_look(const struct message *m)
{
	const struct director *d = &night.desk.director;

	for (size_t i = 0; m->kind == MESSAGE_END && i < ERRANDS_MOST; i++)
		if (d->errands[i].purpose == PURPOSE_UNDO_RECHECK &&
		    d->errands[i].id == m->errand_id)
			return true;
	return false;
}

static void
a_plan_shown_anew_waits_for_a_confirm_of_its_own(void **state)
{
	struct message *late = NULL, *m;
	char first[DIGEST_HEX];

	TEST_UNUSED(state);
	confirm_at_first();
	str_copy(first, sizeof(first), room()->prompt.digest);
	/* The second answer is to a plan that nobody was shown. */
	m = message_new(MESSAGE_COMMAND);
	m->command.verb = COMMAND_CONFIRM;
	str_copy(m->command.text, sizeof(m->command.text),
		 room()->prompt.phrase);
	director_turn(&night.desk.director, m);
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	while (room()->rollback != ROLLBACK_ARMED || late == NULL) {
		m = queue_take(night.desk.director.inbox,
			       clock_real_us() + 5000);
		if (m != NULL && is_last_look(m))
			late = m;
		else
			director_turn(&night.desk.director, m);
	}
	director_turn(&night.desk.director, late);
	desk_rest(&night.desk);
	assert_int_equal(room()->rollback, ROLLBACK_ARMED);
	assert_string_equal(room()->prompt.digest, first);
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	night_stop(&night);
}

static bool
is_shown_again(const struct desk *k)
{
	return target_is_said(k, "NO-GO");
}

static void
a_target_that_gets_worse_meanwhile_is_asked_about(void **state)
{
	TEST_UNUSED(state);
	confirm_at_first();
	target_has(&night, 4);
	assert_true(desk_until(&night.desk, is_shown_again));
	CHECK_HOLDS(night.desk.director.notice, "no longer healthy");
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	night_stop(&night);
}

static void
a_decline_meanwhile_ends_it(void **state)
{
	TEST_UNUSED(state);
	confirm_at_first();
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	desk_rest(&night.desk);
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	night_stop(&night);
}

static void
lose_the_console(void)
{
	struct message *m = message_new(MESSAGE_LOST);

	str_copy(m->why, sizeof(m->why), "the terminal is gone");
	director_turn(&night.desk.director, m);
}

static void
a_console_that_dies_meanwhile_does_not_keep_it_from_beginning(void **state)
{
	TEST_UNUSED(state);
	confirm_at_first();
	lose_the_console();
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	night_stop(&night);
}

static void
what_moved_meanwhile_is_not_begun_for_nobody(void **state)
{
	TEST_UNUSED(state);
	confirm_at_first();
	lose_the_console();
	target_has(&night, 4);
	desk_rest(&night.desk);
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	night_stop(&night);
}

/* The decision is NO-GO before and after: only what the step names has moved.
 */
static void
a_gate_that_the_step_needs_is_asked_again_when_it_acts(void **state)
{
	static const struct edit needs = {
		"  - id: publish\n",
		"  - id: publish\n    before: [telephony.delay_ms]\n"
	};

	TEST_UNUSED(state);
	night_start_edited(&night, NULL, 0, &needs, 1);
	night_measure(&night, 9, 100);
	assert_int_equal(room()->verdict, VERDICT_NO_GO);
	night_arm(&night, "publish");
	desk_type(&night.desk, room()->prompt.phrase);
	assert_true(errand_is_out(&night.desk.director, PURPOSE_RECHECK));
	night_measure(&night, 9, 900);
	desk_rest(&night.desk);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_ARMED);
	CHECK_HOLDS(night_notice(&night), "needs telephony.delay_ms to hold");
	assert_int_equal(peer_count(night.peer, "PATCH /flow "), 0);
	night_measure(&night, 9, 100);
	night_agree(&night);
	desk_until_step(&night.desk, "publish", STEP_VERIFIED);
	night_stop(&night);
}

/* What was measured before it was resumed is no word of now. */
static void
a_gate_that_nobody_has_looked_at_yet_lets_nothing_act(void **state)
{
	static const struct edit needs = {
		"  - id: publish\n",
		"  - id: publish\n    before: [telephony.delay_ms]\n"
	};

	TEST_UNUSED(state);
	night_start_edited(&night, NULL, 0, &needs, 1);
	night_arm(&night, "publish");
	night.desk.director.settled = night.desk.director.probe_seen[0] = false;
	night.desk.director.settle_until_real_us = INT64_MAX;
	desk_type(&night.desk, room()->prompt.phrase);
	CHECK_HOLDS(night_notice(&night), "not every probe has looked yet");
	assert_false(errand_is_out(&night.desk.director, PURPOSE_RECHECK));
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_ARMED);
	night_stop(&night);
}

/* A person's work whose stand-in is a request of its own. */
static const char emergency_book[] =
	"runbook: desk\n"
	"environment: PROD\n"
	"region: us-east-1\n"
	"thresholds:\n"
	"  telephony:\n"
	"    max_loss_percent: {limit: 2.5, max_age: 20h}\n"
	"    max_delay_ms: {limit: 300, max_age: 20h}\n"
	"endpoints:\n"
	"  platform: {adapter: plain, url: \"{url}\"}\n"
	"probes:\n"
	"  loss:\n"
	"    http: {endpoint: platform, path: /loss}\n"
	"    signals: {telephony.loss_percent: /lost}\n"
	"  delay:\n"
	"    http: {endpoint: platform, path: /delay}\n"
	"    signals: {telephony.delay_ms: /delay}\n"
	"steps:\n"
	"  - id: floor\n"
	"    do: {manual: {text: Call the floor.}}\n"
	"    emergency:\n" NIGHT_ACT("route", "new") NIGHT_ROLLBACK;

static void
done_never_stands_for_the_phrase_of_an_emergency(void **state)
{
	TEST_UNUSED(state);
	night_open(&night, NULL, 0, emergency_book);
	desk_say(&night.desk, COMMAND_ARM, "floor", "emergency");
	desk_until_step(&night.desk, "floor", STEP_ARMED);
	desk_rest(&night.desk);
	desk_say(&night.desk, COMMAND_DONE, "floor", "looks fine");
	desk_rest(&night.desk);
	assert_int_equal(desk_step(&night.desk, "floor"), STEP_ARMED);
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	night_agree(&night);
	desk_until_step(&night.desk, "floor", STEP_VERIFIED);
	assert_int_equal(peer_count(night.peer, "PATCH"), 1);
	/* A transaction of its own: no peer takes it for the other variant. */
	assert_int_equal(
		desk_records(&night.desk, "step", "\"key\":\"wr-do-emergency-"),
		1);
	night_stop(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_plan_shown_anew_waits_for_a_confirm_of_its_own),
		cmocka_unit_test(
			a_target_that_gets_worse_meanwhile_is_asked_about),
		cmocka_unit_test(a_decline_meanwhile_ends_it),
		cmocka_unit_test(
			done_never_stands_for_the_phrase_of_an_emergency),
		cmocka_unit_test(
			a_console_that_dies_meanwhile_does_not_keep_it_from_beginning),
		cmocka_unit_test(what_moved_meanwhile_is_not_begun_for_nobody),
		cmocka_unit_test(
			a_gate_that_the_step_needs_is_asked_again_when_it_acts),
		cmocka_unit_test(
			a_gate_that_nobody_has_looked_at_yet_lets_nothing_act),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
