/* engine: nobody is led back unawares to what cannot carry the business. */
#include "model/target.h"
#include "tests/unit/engine_target.h"

static struct live_night night;

static const struct edit propose[] = { TARGET_GATE(""), TARGET_PROBE,
				       TARGET_POLICY("propose") };
static const struct edit automatic[] = { TARGET_GATE(""), TARGET_PROBE,
					 TARGET_POLICY("auto") };
static const struct edit countdown[] = { TARGET_GATE(""), TARGET_PROBE,
					 TARGET_POLICY(
						 "countdown, countdown: 30s") };
static const struct edit critical[] = { TARGET_GATE(", critical: true"),
					TARGET_PROBE };

static const struct room *
room(void)
{
	return night.desk.director.room;
}

static void
legacy_has(double errors)
{
	target_has(&night, errors);
}

static void
begin(const struct edit *edits, size_t count)
{
	target_begin(&night, edits, count);
}

static void
ask(void)
{
	target_ask(&night);
}

static bool
says_target(const char *verdict)
{
	return target_is_said(&night.desk, verdict);
}

static bool
is_armed_again(const struct desk *k)
{
	const struct room *r = k->director.room;

	return r->rollback == ROLLBACK_ARMED && r->prompt.open &&
	       strstr(r->prompt.phrase, " TARGET ") != NULL;
}

static bool
is_past_zero(const struct desk *k)
{
	return director_now_ms(&k->director) >
	       k->director.room->last_ms + 120000;
}

static void
a_healthy_target_is_shown_and_asks_nothing_more(void **state)
{
	TEST_UNUSED(state);
	begin(propose, ARRAY_LEN(propose));
	ask();
	assert_null(strstr(room()->prompt.phrase, "TARGET"));
	assert_int_equal(desk_records(&night.desk, "rollback",
				      "target: legacy errors 0 GO"),
			 1);
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	night_stop(&night);
}

static void
a_target_that_is_no_go_is_part_of_the_phrase(void **state)
{
	char plain[sizeof(room()->prompt.phrase)];

	TEST_UNUSED(state);
	begin(propose, ARRAY_LEN(propose));
	legacy_has(4);
	ask();
	assert_true(says_target("NO-GO"));
	assert_int_equal(desk_records(&night.desk, "rollback",
				      "TARGET NOT HEALTHY: legacy errors 4 "
				      "NO-GO"),
			 1);
	str_copy(plain, sizeof(plain), room()->prompt.phrase);
	*strstr(plain, " TARGET") = '\0';
	desk_confirm(&night.desk, plain);
	assert_int_equal(room()->rollback, ROLLBACK_ARMED);
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	night_stop(&night);
}

static void
a_target_that_was_never_measured_is_blind(void **state)
{
	TEST_UNUSED(state);
	night_open_edited(&night, NULL, 0, propose, ARRAY_LEN(propose));
	night_walk(&night, "publish");
	ask();
	assert_true(says_target("BLIND"));
	night_stop(&night);
}

static void
a_target_that_gets_worse_refuses_the_confirm(void **state)
{
	char phrase[sizeof(room()->prompt.phrase)];

	TEST_UNUSED(state);
	begin(propose, ARRAY_LEN(propose));
	ask();
	str_copy(phrase, sizeof(phrase), room()->prompt.phrase);
	legacy_has(4);
	desk_confirm(&night.desk, phrase);
	CHECK_HOLDS(night.desk.director.notice, "no longer healthy");
	desk_until(&night.desk, is_armed_again);
	assert_true(says_target("NO-GO"));
	/* Better than the phrase says is no reason to refuse. */
	legacy_has(0);
	night_agree(&night);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	night_stop(&night);
}

/* What it last said was good. */
static void
legacy_goes_dead(void)
{
	legacy_has(0);
	desk_measure_at(&night.desk, "legacy", value_of_words("gone"), 1000,
			director_now_ms(&night.desk.director));
	night.desk.director.next_judge_ms = 0;
	desk_pass(&night.desk, 0, 1);
}

static void
takes_what_was_shown(const char *verdict, void (*then)(void))
{
	char text[ROOM_LINE], phrase[sizeof(room()->prompt.phrase)];
	enum verdict now;

	ask();
	assert_true(says_target(verdict));
	str_copy(phrase, sizeof(phrase), room()->prompt.phrase);
	then();
	now = target_judge(room(), director_now_ms(&night.desk.director), text,
			   sizeof(text));
	assert_true(target_is_bad(now));
	assert_string_not_equal(verdict_word(now), verdict);
	desk_confirm(&night.desk, phrase);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	night_stop(&night);
}

static void
legacy_has_errors(void)
{
	legacy_has(4);
}

/* Who has typed that it is bad knows where it leads. */
static void
one_bad_target_that_turns_into_the_other_is_taken(void **state)
{
	TEST_UNUSED(state);
	night_open_edited(&night, NULL, 0, propose, ARRAY_LEN(propose));
	night_walk(&night, "publish");
	takes_what_was_shown("BLIND", legacy_has_errors);
	begin(propose, ARRAY_LEN(propose));
	legacy_has_errors();
	takes_what_was_shown("NO-GO", legacy_goes_dead);
}

static void
nothing_leads_there_by_itself(void **state)
{
	TEST_UNUSED(state);
	begin(automatic, ARRAY_LEN(automatic));
	legacy_has(4);
	night_measure(&night, 99, 100);
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	CHECK_HOLDS(night.desk.director.notice, "does not begin by itself");
	desk_until(&night.desk, is_past_zero);
	assert_int_equal(room()->rollback, ROLLBACK_ARMED);
	assert_true(says_target("NO-GO"));
	night_stop(&night);
}

static void
a_healthy_target_lets_the_policy_begin(void **state)
{
	TEST_UNUSED(state);
	begin(automatic, ARRAY_LEN(automatic));
	night_measure(&night, 99, 100);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	night_stop(&night);
}

static void
a_countdown_stops_when_the_target_gets_worse(void **state)
{
	TEST_UNUSED(state);
	begin(countdown, ARRAY_LEN(countdown));
	night_measure(&night, 99, 100);
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	assert_true(room()->prompt.begins_ms > 0);
	legacy_has(4);
	desk_until(&night.desk, is_armed_again);
	assert_int_equal(room()->prompt.begins_ms, 0);
	assert_true(says_target("NO-GO"));
	night_stop(&night);
}

/* Death of the way back is no reason to take it. */
static void
a_breach_of_readiness_proposes_nothing(void **state)
{
	TEST_UNUSED(state);
	begin(critical, ARRAY_LEN(critical));
	legacy_has(4);
	assert_int_equal(room()->verdict, VERDICT_NO_GO);
	assert_int_equal(room()->rollback, ROLLBACK_NONE);
	/* A critical one judges the target when none is named. */
	ask();
	assert_true(says_target("NO-GO"));
	night_stop(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_healthy_target_is_shown_and_asks_nothing_more),
		cmocka_unit_test(a_target_that_is_no_go_is_part_of_the_phrase),
		cmocka_unit_test(a_target_that_was_never_measured_is_blind),
		cmocka_unit_test(a_target_that_gets_worse_refuses_the_confirm),
		cmocka_unit_test(
			one_bad_target_that_turns_into_the_other_is_taken),
		cmocka_unit_test(nothing_leads_there_by_itself),
		cmocka_unit_test(a_healthy_target_lets_the_policy_begin),
		cmocka_unit_test(a_countdown_stops_when_the_target_gets_worse),
		cmocka_unit_test(a_breach_of_readiness_proposes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
