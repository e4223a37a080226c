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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_plan_shown_anew_waits_for_a_confirm_of_its_own),
		cmocka_unit_test(
			a_target_that_gets_worse_meanwhile_is_asked_about),
		cmocka_unit_test(a_decline_meanwhile_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
