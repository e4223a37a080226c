/* engine: a rollback that begins by itself unless somebody objects. */
#include "tests/unit/engine_edit.h"

#define FULL_MS (60 * 60 * 1000)

static struct live_night night;

static const struct edit soon[] = {
	{ "{policy: propose,", "{policy: countdown, countdown: 30s," },
};
static const struct edit late[] = {
	{ "{policy: propose,", "{policy: countdown, countdown: 1h," },
};

static const struct room *
room(void)
{
	return night.desk.director.room;
}

static void
begin(const struct edit *e)
{
	night_start_edited(&night, NULL, 0, e, 1);
	night_walk(&night, "publish");
}

static void
breach(void)
{
	night_measure(&night, 99, 100);
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	assert_true(room()->prompt.open);
	assert_true(room()->prompt.begins_ms > 0);
}

static int
began_by(const char *who)
{
	char part[64];

	str_printf(part, sizeof(part),
		   "\"by\":\"%s\",\"kind\":\"rollback\",\"state\":\"running\"",
		   who);
	return desk_records(&night.desk, "rollback", part);
}

static bool
is_past_zero(const struct desk *k)
{
	return director_now_ms(&k->director) >
	       k->director.room->last_ms + 120000;
}

static void
at_zero_it_begins_and_says_what_began_it(void **state)
{
	int64_t begins;

	TEST_UNUSED(state);
	begin(soon);
	breach();
	begins = room()->prompt.begins_ms;
	desk_until_rollback(&night.desk, ROLLBACK_RUNNING);
	assert_true(room()->rollback_began_ms >= begins);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(began_by("countdown"), 1);
	night_stop(&night);
}

static void
declined_it_never_begins(void **state)
{
	TEST_UNUSED(state);
	begin(soon);
	breach();
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	desk_until(&night.desk, is_past_zero);
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	assert_int_equal(began_by("countdown"), 0);
	night_stop(&night);
}

static int
proposals(void)
{
	return desk_records(&night.desk, "rollback", "\"state\":\"proposed\"");
}

static void
resume(void)
{
	desk_leave(&night.desk);
	desk_open(&night.desk);
	night.desk.director.settled = true;
}

static void
look(void)
{
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	desk_rest(&night.desk);
}

static void
look_and_die(void)
{
	look();
	resume();
}

static void
look_and_die_twice(void)
{
	look_and_die();
	look_and_die();
	resume();
}

static void
take_a_part_back_and_leave(void)
{
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "route");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	desk_rest(&night.desk);
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	desk_say(&night.desk, COMMAND_PARK, "", "");
	resume();
}

static void
mute(void)
{
	desk_say(&night.desk, COMMAND_MUTE, "telephony.loss_percent", "why");
	night_measure(&night, 99, 100);
	assert_int_equal(room()->verdict, VERDICT_GO);
}

static void
unmute(void)
{
	desk_say(&night.desk, COMMAND_UNMUTE, "telephony.loss_percent", "");
	night_measure(&night, 99, 100);
}

static void
mute_and_unmute(void)
{
	mute();
	unmute();
}

static void
mute_die_and_unmute(void)
{
	mute();
	resume();
	night_measure(&night, 99, 100);
	unmute();
}

static void
decline_a_breach(void)
{
	begin(late);
	night_walk(&night, "route");
	breach();
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	assert_int_equal(proposals(), 1);
}

static void
declined_it_stays_declined_whatever_comes_between(void **state)
{
	static const struct {
		const char *what;
		void (*come)(void);
	} rows[] = {
		{ "a restart", resume },
		{ "a look, and a restart", look_and_die },
		{ "two of them", look_and_die_twice },
		{ "a part that is taken back", take_a_part_back_and_leave },
		{ "a mute", mute_and_unmute },
		{ "a restart beneath a mute", mute_die_and_unmute },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		decline_a_breach();
		rows[i].come();
		night_measure(&night, 98, 100);
		desk_rest(&night.desk);
		CHECK_ROW(rows[i].what, room()->verdict == VERDICT_NO_GO);
		CHECK_ROW(rows[i].what, proposals() == 1);
		CHECK_ROW(rows[i].what, room()->rollback != ROLLBACK_ARMED);
		CHECK_ROW(rows[i].what, began_by("countdown") == 0);
		night_stop(&night);
	}
}

static void
a_breach_that_began_beneath_a_mute_is_another(void **state)
{
	TEST_UNUSED(state);
	decline_a_breach();
	mute();
	night_measure(&night, 1, 100);
	night_measure(&night, 99, 100);
	assert_int_equal(proposals(), 1);
	unmute();
	assert_int_equal(proposals(), 2);
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	assert_true(room()->prompt.begins_ms > 0);
	night_stop(&night);
}

/* The next process closes the plan; that is no answer of a person. */
static void
a_plan_that_died_with_its_console_declines_nothing(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_walk(&night, "publish");
	night_measure(&night, 99, 100);
	assert_int_equal(room()->rollback, ROLLBACK_PROPOSED);
	look_and_die();
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	resume();
	night_measure(&night, 99, 100);
	assert_int_equal(proposals(), 2);
	night_stop(&night);
}

static void
the_phrase_begins_it_at_once(void **state)
{
	TEST_UNUSED(state);
	begin(late);
	breach();
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(began_by("lead"), 1);
	night_stop(&night);
}

static void
what_a_commander_asks_for_waits_for_the_phrase(void **state)
{
	TEST_UNUSED(state);
	begin(soon);
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	assert_int_equal(room()->prompt.begins_ms, 0);
	night_stop(&night);
}

static void
a_resumed_room_counts_from_the_start(void **state)
{
	int64_t before;

	TEST_UNUSED(state);
	begin(late);
	breach();
	before = room()->prompt.begins_ms;
	assert_true(before > room()->last_ms + FULL_MS - 120000);
	desk_leave(&night.desk);
	desk_open(&night.desk);
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	assert_true(room()->prompt.begins_ms > before);
	assert_true(room()->prompt.begins_ms - room()->prompt.since_ms >=
		    FULL_MS - 1000);
	assert_int_equal(desk_records(&night.desk, "rollback", "counts anew"),
			 2);
	assert_int_equal(began_by("countdown"), 0);
	night_stop(&night);
}

/* It ends with its plan not read yet; what stands is judged before it begins.
 */
static void
an_automatic_one_that_was_proposed_begins_in_the_next_console(void **state)
{
	const struct edit automatic = { "{policy: propose,", "{policy: auto," };

	TEST_UNUSED(state);
	begin(&automatic);
	night_measure(&night, 99, 100);
	assert_int_equal(room()->rollback, ROLLBACK_PROPOSED);
	desk_leave(&night.desk);
	desk_open(&night.desk);
	desk_rest(&night.desk);
	assert_int_equal(room()->rollback, ROLLBACK_DECLINED);
	assert_int_equal(began_by("policy"), 0);
	night.desk.director.settled = true;
	night_measure(&night, 99, 100);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(began_by("policy"), 1);
	night_stop(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_zero_it_begins_and_says_what_began_it),
		cmocka_unit_test(declined_it_never_begins),
		cmocka_unit_test(
			declined_it_stays_declined_whatever_comes_between),
		cmocka_unit_test(a_breach_that_began_beneath_a_mute_is_another),
		cmocka_unit_test(
			a_plan_that_died_with_its_console_declines_nothing),
		cmocka_unit_test(the_phrase_begins_it_at_once),
		cmocka_unit_test(
			what_a_commander_asks_for_waits_for_the_phrase),
		cmocka_unit_test(a_resumed_room_counts_from_the_start),
		cmocka_unit_test(
			an_automatic_one_that_was_proposed_begins_in_the_next_console),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
