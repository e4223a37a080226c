/* notice_test - what catches the eye: a new breach, who watches. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/str.h"
#include "tests/lib/eye.h"

static void
a_critical_breach_is_marked_once_until_it_is_acknowledged(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	eye_turn(&e, SCENE_BREACH);
	assert_int_equal(eye_role_of(&e, "2.9 %   "), ROLE_BADGE_NO_GO);
	assert_int_equal(eye_role_of(&e, "abandonment   "), ROLE_BADGE_NO_GO);
	eye_wait(&e, VIEW_FLASH_MS);
	assert_int_equal(eye_role_of(&e, "2.9 %   "), ROLE_NO_GO);
	assert_int_equal(eye_role_of(&e, "abandonment   "), ROLE_NORMAL);
	for (int i = 0; i < 20; i++) { /* never again */
		eye_wait(&e, 500);
		eye_turn(&e, SCENE_BREACH);
		assert_int_equal(eye_role_of(&e, "2.9 %   "), ROLE_NO_GO);
	}
	eye_close(&e);
}

static void
an_acknowledged_breach_looks_different(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BREACH, 36, 120, CHARSET_UTF8);
	for (size_t i = 0; i < e.s->room->book->gates.gate_count; i++)
		scene_room(e.s)->gates[i].acknowledged = true;
	eye_wait(&e, VIEW_FLASH_MS);
	assert_int_equal(eye_role_of(&e, "abandonment   "), ROLE_STALE);
	assert_true(eye_sees(&e, " seen "));
	assert_true(eye_sees(&e, "NO-GO abandonment"));
	eye_close(&e);
}

static void
the_head_says_how_many_watch(void **state)
{
	static const int cols[] = { 120, 80 };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cols); i++) {
		struct eye e;

		eye_open(&e, SCENE_CALM, 36, cols[i], CHARSET_UTF8);
		assert_false(eye_sees(&e, " watch "));
		e.view.watchers = 2;
		eye_look(&e);
		CHECK_HOLDS(eye_row(&e, 0), "2 watch");
		eye_close(&e);
	}
}

static void
what_needs_a_person_calls_once_and_says_what(void **state)
{
	static const struct {
		enum scene from, to;
		const char *why; /* "" nobody is called */
	} rows[] = {
		{ SCENE_CALM, SCENE_BREACH, "NO-GO" },
		{ SCENE_CALM, SCENE_PROPOSED, "ROLLBACK PROPOSED" },
		{ SCENE_STEP, SCENE_UNKNOWN, "step publish-flow unknown" },
		{ SCENE_ROLLING, SCENE_ROLLED, "rollback validated" },
		{ SCENE_BREACH, SCENE_CALM, "" },
		{ SCENE_CALM, SCENE_STEP, "" },
		{ SCENE_CALM, SCENE_CONFIRM, "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool calls = rows[i].why[0] != '\0';
		struct eye e;

		eye_open(&e, rows[i].from, 24, 80, CHARSET_UTF8);
		assert_false(e.view.wants_bell);
		eye_turn(&e, rows[i].to);
		CHECK_ROW(rows[i].why, e.view.wants_bell == calls);
		CHECK_HOLDS(e.view.call, rows[i].why);
		e.view.wants_bell = false;
		eye_turn(&e, rows[i].to);
		CHECK_ROW(rows[i].why, !e.view.wants_bell);
		eye_close(&e);
	}
}

static void
a_refusal_goes_when_the_next_answer_is_taken(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CONFIRM, 24, 80, CHARSET_UTF8);
	eye_wait(&e, VIEW_DEAD_MS);
	eye_type(&e, "publish-flow prod us-east-1");
	eye_press(&e, PRESS_ENTER);
	assert_false(e.out.has_command);
	assert_true(eye_sees(&e, "capitals"));
	eye_press(&e, PRESS_CTRL('u'));
	assert_true(eye_sees(&e, "capitals")); /* while it is mended */
	eye_type(&e, SCENE_PHRASE);
	eye_press(&e, PRESS_ENTER);
	assert_true(e.out.has_command);
	assert_false(eye_sees(&e, "capitals"));
	eye_close(&e);
}

static void
what_was_said_of_a_rollback_goes_when_it_goes_on(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLBACK_PLAN, 36, 120, CHARSET_UTF8);
	eye_wait(&e, VIEW_DEAD_MS);
	eye_press(&e, PRESS_ESC);
	assert_true(e.out.has_command);
	assert_true(eye_sees(&e, "declined: everything stays as it is"));
	eye_turn(&e, SCENE_CALM);
	assert_true(eye_sees(&e, "declined: everything stays as it is"));
	eye_turn(&e, SCENE_ROLLING);
	assert_false(eye_sees(&e, "declined: "));
	/* What comes with the change is news. */
	scene_room(e.s)->rollback = ROLLBACK_HALTED;
	str_copy(e.s->notice, sizeof(e.s->notice),
		 "rollback halted: given up; r tries it again");
	e.s->notice_id = 7;
	eye_wait(&e, 100);
	assert_true(eye_sees(&e, "rollback halted: given up"));
	eye_wait(&e, 100);
	assert_true(eye_sees(&e, "rollback halted: given up"));
	snapshot_drop(e.s);
	e.s = scene_make(SCENE_ROLLED);
	e.s->notice_id = 7;
	eye_wait(&e, 100);
	assert_false(eye_sees(&e, "rollback halted: given up"));
	eye_close(&e);
}

static void
a_plan_put_away_over_a_halted_rollback_says_so(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLING, 36, 120, CHARSET_UTF8);
	scene_room(e.s)->rollback = ROLLBACK_ARMED;
	eye_wait(&e, 100);
	view_say(&e.view, e.now.real_ms, "declined: everything stays");
	scene_room(e.s)->rollback = ROLLBACK_HALTED;
	eye_wait(&e, 100);
	assert_true(eye_sees(&e, "declined: everything stays"));
	eye_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_critical_breach_is_marked_once_until_it_is_acknowledged),
		cmocka_unit_test(an_acknowledged_breach_looks_different),
		cmocka_unit_test(the_head_says_how_many_watch),
		cmocka_unit_test(what_needs_a_person_calls_once_and_says_what),
		cmocka_unit_test(a_refusal_goes_when_the_next_answer_is_taken),
		cmocka_unit_test(
			what_was_said_of_a_rollback_goes_when_it_goes_on),
		cmocka_unit_test(
			a_plan_put_away_over_a_halted_rollback_says_so),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
