/* read_only_test - whoever only looks sees all, and no key does anything. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/str.h"
#include "tests/lib/eye.h"

static void
sit(struct eye *e, enum scene scene)
{
	eye_open(e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	e->view.is_read_only = true;
	eye_turn(e, scene);
	eye_wait(e, VIEW_DEAD_MS);
}

static void
no_key_sends_a_command_in_any_scene(void **state)
{
	TEST_UNUSED(state);
	for (int scene = 0; scene < SCENE_COUNT; scene++)
		for (size_t i = 0; i < key_row_count; i++)
			for (int k = 0; key_rows[i].codes[k] != 0; k++) {
				struct eye e;

				sit(&e, (enum scene)scene);
				eye_press(&e, key_rows[i].codes[k]);
				assert_false(e.out.has_command);
				eye_type(&e, SCENE_PHRASE "\r" SCENE_BACK_PHRASE
							  "\ryes\r");
				assert_false(e.out.has_command);
				assert_false(e.is_told);
				eye_close(&e);
				if (k + 1 == KEY_CODES)
					break;
			}
}

static void
keys_that_act_say_why_they_do_not(void **state)
{
	static const char keys[] = "Rsdfcnt\r ";

	TEST_UNUSED(state);
	for (const char *key = keys; *key != '\0'; key++) {
		struct eye e;

		sit(&e, SCENE_BREACH);
		e.view.focus = *key == ' ' || *key == 't' ? 0 : VIEW_RUNBOOK;
		eye_press(&e, *key);
		CHECK_HOLDS(e.view.word, "read-only");
		eye_close(&e);
	}
}

static void
a_room_that_nobody_holds_says_so_as_long_as_that_lasts(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	sit(&e, SCENE_ROLLING);
	e.s->is_held = false;
	e.s->is_read_only = e.s->is_deserted = true;
	eye_wait(&e, 60000);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 0), "NOBODY HOLDS IT");
	CHECK_HOLDS(eye_row(&e, 2), "ROLLBACK STANDS STILL");
	e.s->is_deserted = false;
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 2), "ROLLING BACK");
	eye_close(&e);
}

static void
the_word_is_on_the_screen_and_beside_the_mode(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	sit(&e, SCENE_DRILL);
	assert_true(eye_sees(&e, " READ-ONLY "));
	assert_true(eye_sees(&e, " DRILL "));
	assert_int_equal(eye_role_of(&e, "READ-ONLY"), ROLE_READ_ONLY);
	eye_size(&e, 5, 20);
	assert_true(eye_sees(&e, "READ-ONLY"));
	eye_close(&e);
}

static void
a_plan_is_not_opened_for_whoever_only_looks(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	sit(&e, SCENE_ROLLBACK_PLAN);
	assert_int_not_equal(e.view.mode, MODE_PROMPT);
	eye_close(&e);
	sit(&e, SCENE_PROPOSED);
	assert_int_equal(e.view.mode, MODE_ALARM);
	assert_true(eye_sees(&e, "The commander decides."));
	eye_close(&e);
}

static void
leaving_a_held_room_is_asked_for_all_the_same(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	sit(&e, SCENE_CALM);
	eye_type(&e, "q");
	assert_false(e.out.wants_leave);
	assert_int_equal(e.view.mode, MODE_LEAVE);
	eye_type(&e, "p");
	assert_true(e.out.wants_leave);
	eye_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_sends_a_command_in_any_scene),
		cmocka_unit_test(keys_that_act_say_why_they_do_not),
		cmocka_unit_test(
			a_room_that_nobody_holds_says_so_as_long_as_that_lasts),
		cmocka_unit_test(the_word_is_on_the_screen_and_beside_the_mode),
		cmocka_unit_test(a_plan_is_not_opened_for_whoever_only_looks),
		cmocka_unit_test(leaving_a_held_room_is_asked_for_all_the_same),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
