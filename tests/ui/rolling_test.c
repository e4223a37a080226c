/* rolling_test - what a person sees and reaches while a rollback goes on. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/str.h"
#include "tests/lib/eye.h"

/* The rollback of SCENE_ROLLING halted 100 s after it began, 90 s ago. */
static void
halt(struct eye *e)
{
	struct room *r = scene_room(e->s);

	r->rollback = ROLLBACK_HALTED;
	r->rollback_ended_ms = SCENE_NOW_MS - 90000;
	r->undos[1].act.state = STEP_FAILED;
	r->undos[1].act.ended_ms = r->rollback_ended_ms;
}

static void
open_halted(struct eye *e, int rows, int cols)
{
	eye_open(e, SCENE_ROLLING, rows, cols, CHARSET_UTF8);
	halt(e);
}

static void
the_clock_of_a_halted_rollback_goes_on(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	open_halted(&e, 36, 120);
	assert_true(eye_sees(&e, "03:10 of RTO 30:00"));
	e.now.room_ms += 50000;
	assert_true(eye_sees(&e, "04:00 of RTO 30:00"));
	eye_close(&e);
}

static void
the_clock_of_a_proved_rollback_stands(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLED, 36, 120, CHARSET_UTF8);
	e.now.room_ms += 50000;
	assert_true(eye_sees(&e, "03:00 of RTO 30:00"));
	eye_close(&e);
}

/* Items 2 and 3 take back steps of the runbook, item 4 a row of the manifest.
 */
static void
take_back_steps(struct eye *e)
{
	struct room *r = scene_room(e->s);

	r->undos[1].item = (struct plan_item){ .row = -1, .step = 2 };
	r->undos[2].item = (struct plan_item){ .row = -1, .step = 3 };
	str_copy(e->view.selected[VIEW_RUNBOOK], SIGNAL_NAME, "");
	e->view.focus = VIEW_RUNBOOK;
}

static void
keys_are_about_the_step_of_the_selected_item(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	open_halted(&e, 36, 120);
	take_back_steps(&e);
	eye_press(&e, PRESS_DOWN);
	assert_true(eye_sees(&e, "▸✗  2 publish-flow")); /* what halted it */
	eye_press(&e, PRESS_DOWN);
	assert_true(eye_sees(&e, "▸○  3 set-routing"));
	eye_type(&e, "i");
	assert_int_equal(e.view.mode, MODE_STEP);
	assert_string_equal(e.view.subject, "set-routing");
	eye_press(&e, PRESS_ESC);
	eye_type(&e, "s");
	assert_true(eye_sees(&e, "Reason to leave out set-routing"));
	eye_wait(&e, VIEW_DEAD_MS);
	eye_press(&e, PRESS_ESC);
	eye_type(&e, "d");
	assert_true(eye_sees(&e, "Proof that it is done: set-routing"));
	eye_wait(&e, VIEW_DEAD_MS);
	eye_type(&e, "seen");
	eye_press(&e, PRESS_ENTER);
	assert_string_equal(e.out.command.target, "set-routing");
	eye_close(&e);
}

static void
an_item_that_is_no_step_refuses_the_keys_of_steps(void **state)
{
	static const char *const keys[] = { "i", "s", "d" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct eye e;

		open_halted(&e, 36, 120);
		take_back_steps(&e);
		eye_press(&e, PRESS_END);
		assert_true(eye_sees(&e, "▸○  4 recording_archive_sync"));
		eye_type(&e, keys[i]);
		CHECK_ROW(keys[i], e.view.mode == MODE_MAIN);
		CHECK_ROW(keys[i], eye_sees(&e, "recording_archive_sync is a "
						"row of the rollback "
						"manifest, no step"));
		eye_close(&e);
	}
}

static void
a_small_screen_shows_the_clock_and_the_item_in_hand(void **state)
{
	static const struct {
		enum step_state state;
		const char *clock, *item;
	} rows[] = {
		{ STEP_ACTING, " ROLLING BACK  1 of 4  03:10 of 30:00",
		  "2 siph_trunk_stat… acting 01:40" },
		{ STEP_BACKOFF, " ROLLING BACK  1 of 4  03:10 of 30:00",
		  "2 siph_trunk_stat… backoff 01:40" },
		{ STEP_FAILED, " HALTED  1 of 4  03:10 of 30:00",
		  "2 siph_trunk_stat… failed 00:10" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct eye e;
		int row, col;

		eye_open(&e, SCENE_ROLLING, 12, 40, CHARSET_UTF8);
		if (rows[i].state == STEP_FAILED)
			halt(&e);
		scene_room(e.s)->undos[1].act.state = rows[i].state;
		eye_find(&e, rows[i].clock, &row, &col);
		CHECK_HOLDS(eye_row(&e, row + 1), rows[i].item);
		assert_false(strstr(eye_row(&e, row + 1), " of 4") != NULL);
		eye_close(&e);
	}
}

static void
a_small_screen_shows_the_state_of_the_step_in_hand(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_STEP, 12, 40, CHARSET_UTF8);
	assert_true(eye_sees(&e, "3 publish-flow  converging 00:38"));
	scene_room(e.s)->steps[2].state = STEP_ACTING;
	assert_true(eye_sees(&e, "3 publish-flow  acting 00:38"));
	eye_close(&e);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_of_a_halted_rollback_goes_on),
		cmocka_unit_test(the_clock_of_a_proved_rollback_stands),
		cmocka_unit_test(keys_are_about_the_step_of_the_selected_item),
		cmocka_unit_test(an_item_that_is_no_step_refuses_the_keys_of_steps),
		cmocka_unit_test(a_small_screen_shows_the_clock_and_the_item_in_hand),
		cmocka_unit_test(a_small_screen_shows_the_state_of_the_step_in_hand),
	};
	/* clang-format on */

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
