/* step: words, and which moves exist and which never will. */
#include "tests/lib/test.h"

#include "model/step.h"

static void
every_state_has_a_word_that_reads_back(void **state)
{
	enum step_state out;

	TEST_UNUSED(state);
	for (unsigned i = 0; i < STEP_STATE_COUNT; i++) {
		assert_true(step_word((enum step_state)i)[0] != '\0');
		assert_true(step_help((enum step_state)i)[0] != '\0');
		assert_true(step_parse(step_word((enum step_state)i), &out));
		assert_int_equal(out, i);
	}
	assert_false(step_parse("done", &out));
	assert_false(step_parse("", &out));
	assert_false(step_parse("Ready", &out));
}

static void
the_forward_life_can_be_walked(void **state)
{
	static const enum step_state life[] = {
		STEP_READY,	STEP_ARMED,    STEP_CONFIRMED,	STEP_INTENT,
		STEP_ACTING,	STEP_ACCEPTED, STEP_CONVERGING, STEP_CONVERGING,
		STEP_VERIFYING, STEP_VERIFIED, STEP_UNDONE,
	};

	TEST_UNUSED(state);
	for (size_t i = 1; i < ARRAY_LEN(life); i++)
		CHECK_ROW(step_word(life[i]),
			  step_may_move(life[i - 1], life[i]));
}

static void
the_table_allows_what_a_night_needs(void **state)
{
	static const struct {
		const char *what;
		enum step_state from, to;
	} rows[] = {
		{ "a person declines", STEP_ARMED, STEP_READY },
		{ "a declined retry stays failed", STEP_ARMED, STEP_FAILED },
		{ "a step is left out", STEP_READY, STEP_SKIPPED },
		{ "a console ends with a yes in hand", STEP_CONFIRMED,
		  STEP_READY },
		{ "the same of a step that had failed", STEP_CONFIRMED,
		  STEP_FAILED },
		{ "a person's word before it acts", STEP_INTENT, STEP_INTENT },
		{ "a crash after the intent", STEP_INTENT, STEP_UNKNOWN },
		{ "the answer is lost", STEP_ACTING, STEP_UNKNOWN },
		{ "a busy peer", STEP_ACTING, STEP_BACKOFF },
		{ "the next attempt", STEP_BACKOFF, STEP_ACTING },
		{ "a failed step is tried again", STEP_FAILED, STEP_ARMED },
		{ "a failed step is left out", STEP_FAILED, STEP_SKIPPED },
		{ "a failed step is proved done", STEP_FAILED, STEP_VERIFIED },
		{ "an unknown one never landed", STEP_UNKNOWN, STEP_READY },
		{ "an unknown one is proved done", STEP_UNKNOWN,
		  STEP_VERIFIED },
		{ "an unknown one is given up", STEP_UNKNOWN, STEP_FAILED },
		{ "one region tries again, others read back", STEP_VERIFYING,
		  STEP_ACTING },
		{ "an item of a rollback begins", STEP_READY, STEP_INTENT },
		{ "an item is tried again", STEP_FAILED, STEP_INTENT },
		{ "an unknown item is sent again", STEP_UNKNOWN, STEP_INTENT },
		{ "a failed step is undone", STEP_FAILED, STEP_UNDONE },
		{ "an unknown step is undone", STEP_UNKNOWN, STEP_UNDONE },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_ROW(rows[i].what,
			  step_may_move(rows[i].from, rows[i].to));
}

static void
nothing_acts_without_an_intent(void **state)
{
	TEST_UNUSED(state);
	assert_false(step_may_move(STEP_READY, STEP_ACTING));
	assert_false(step_may_move(STEP_ARMED, STEP_ACTING));
	assert_false(step_may_move(STEP_ARMED, STEP_INTENT));
	assert_false(step_may_move(STEP_CONFIRMED, STEP_ACTING));
	assert_false(step_may_move(STEP_FAILED, STEP_ACTING));
	assert_false(step_may_move(STEP_UNKNOWN, STEP_ACTING));
}

static void
what_is_unknown_is_never_armed(void **state)
{
	TEST_UNUSED(state);
	assert_false(step_may_move(STEP_UNKNOWN, STEP_ARMED));
	assert_false(step_may_move(STEP_ARMED, STEP_UNKNOWN));
	assert_false(step_may_move(STEP_CONFIRMED, STEP_UNKNOWN));
}

static void
an_intent_is_written_once_for_an_act(void **state)
{
	TEST_UNUSED(state);
	for (unsigned i = 0; i < STEP_STATE_COUNT; i++)
		if (step_is_running((enum step_state)i))
			CHECK_ROW(step_word((enum step_state)i),
				  step_may_move((enum step_state)i,
						STEP_INTENT) ==
					  (i == STEP_INTENT));
}

static void
nothing_is_undone_that_never_began(void **state)
{
	TEST_UNUSED(state);
	assert_false(step_may_move(STEP_READY, STEP_UNDONE));
	assert_false(step_may_move(STEP_ARMED, STEP_UNDONE));
	assert_false(step_may_move(STEP_CONFIRMED, STEP_UNDONE));
}

static void
nothing_is_verified_that_never_began(void **state)
{
	TEST_UNUSED(state);
	assert_false(step_may_move(STEP_READY, STEP_VERIFIED));
	assert_false(step_may_move(STEP_ARMED, STEP_VERIFIED));
	assert_false(step_may_move(STEP_CONFIRMED, STEP_VERIFIED));
	assert_false(step_may_move(STEP_SKIPPED, STEP_VERIFIED));
}

static void
an_end_stays_an_end(void **state)
{
	TEST_UNUSED(state);
	for (unsigned to = 0; to < STEP_STATE_COUNT; to++) {
		enum step_state s = (enum step_state)to;

		/* Not as it was after all. */
		assert_int_equal(step_may_move(STEP_UNDONE, s),
				 s == STEP_UNKNOWN);
		assert_int_equal(step_may_move(STEP_VERIFIED, s),
				 s == STEP_UNDONE);
		assert_int_equal(step_may_move(STEP_SKIPPED, s),
				 s == STEP_UNDONE);
	}
}

static void
a_running_act_can_always_end_three_ways_and_never_be_forgotten(void **state)
{
	TEST_UNUSED(state);
	for (unsigned i = 0; i < STEP_STATE_COUNT; i++) {
		enum step_state s = (enum step_state)i;

		if (!step_is_running(s))
			continue;
		assert_true(step_may_move(s, STEP_VERIFIED));
		assert_true(step_may_move(s, STEP_FAILED));
		assert_true(step_may_move(s, STEP_UNKNOWN));
		assert_false(step_may_move(s, STEP_SKIPPED));
		assert_false(step_may_move(s, STEP_ARMED));
		assert_false(step_may_move(s, STEP_UNDONE));
		assert_false(step_may_move(s, STEP_READY));
	}
}

static void
running_over_and_may_have_run_are_told_apart(void **state)
{
	static const struct {
		bool running, over, ran;
	} rows[STEP_STATE_COUNT] = {
		[STEP_INTENT] = { true, false, true },
		[STEP_ACTING] = { true, false, true },
		[STEP_ACCEPTED] = { true, false, true },
		[STEP_CONVERGING] = { true, false, true },
		[STEP_VERIFYING] = { true, false, true },
		[STEP_BACKOFF] = { true, false, true },
		[STEP_VERIFIED] = { false, true, true },
		[STEP_FAILED] = { false, false, true },
		[STEP_UNKNOWN] = { false, false, true },
		[STEP_SKIPPED] = { false, true, false },
		[STEP_UNDONE] = { false, true, false },
	};

	TEST_UNUSED(state);
	for (unsigned i = 0; i < STEP_STATE_COUNT; i++) {
		enum step_state s = (enum step_state)i;

		CHECK_ROW(step_word(s), step_is_running(s) == rows[i].running);
		CHECK_ROW(step_word(s), step_is_over(s) == rows[i].over);
		CHECK_ROW(step_word(s), step_may_have_run(s) == rows[i].ran);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_has_a_word_that_reads_back),
		cmocka_unit_test(the_forward_life_can_be_walked),
		cmocka_unit_test(the_table_allows_what_a_night_needs),
		cmocka_unit_test(nothing_acts_without_an_intent),
		cmocka_unit_test(what_is_unknown_is_never_armed),
		cmocka_unit_test(an_intent_is_written_once_for_an_act),
		cmocka_unit_test(nothing_is_undone_that_never_began),
		cmocka_unit_test(nothing_is_verified_that_never_began),
		cmocka_unit_test(an_end_stays_an_end),
		cmocka_unit_test(
			a_running_act_can_always_end_three_ways_and_never_be_forgotten),
		cmocka_unit_test(running_over_and_may_have_run_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
