/* turn: a recorded night is turned by keys and by words. */
#include "tests/lib/test.h"

#include "tests/lib/eye.h"
#include "ui/press.h"
#include "ui/turn.h"

static void
every_turn_has_a_key_a_word_and_help(void **state)
{
	static const int32_t codes[TURN_COUNT] = {
		[TURN_PAUSE] = PRESS_SPACE,  [TURN_STEP] = '.',
		[TURN_BACK] = ',',	     [TURN_LATER] = PRESS_RIGHT,
		[TURN_EARLIER] = PRESS_LEFT, [TURN_FASTER] = '+',
		[TURN_SLOWER] = '-',	     [TURN_BEGIN] = PRESS_HOME,
		[TURN_END] = PRESS_END,
	};
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_READ_ONLY, 36, 120, CHARSET_UTF8);
	e.view.is_recording = true;
	for (int i = 0; i < TURN_COUNT; i++) {
		const struct turn_row *row = &turn_rows[i];
		enum turn turn = TURN_COUNT;
		int64_t ms;

		CHECK_ROW(row->word, row->help[0] != '\0');
		CHECK_ROW(row->word, turn_of_line(row->word, &turn, &ms));
		CHECK_ROW(row->word, (int)turn == i);
		eye_press(&e, codes[i]);
		CHECK_ROW(row->word, e.out.has_turn && (int)e.out.turn == i);
		CHECK_ROW(row->word, !e.out.has_command);
	}
	eye_close(&e);
}

static void
a_live_room_is_never_turned(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_READ_ONLY, 36, 120, CHARSET_UTF8);
	for (int32_t code = PRESS_UP; code < PRESS_OTHER; code++) {
		eye_press(&e, code);
		assert_false(e.out.has_turn);
	}
	eye_type(&e, ".");
	assert_false(e.out.has_turn);
	eye_close(&e);
}

static void
what_is_typed_into_a_line_turns_nothing(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_READ_ONLY, 36, 120, CHARSET_UTF8);
	e.view.is_recording = true;
	eye_type(&e, "/p.");
	assert_false(e.out.has_turn);
	assert_int_equal(e.view.mode, MODE_FILTER);
	assert_string_equal(e.view.filter.text, "p.");
	eye_close(&e);
}

static void
help_shows_the_turns_and_not_what_they_replace(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_READ_ONLY, 100, 120, CHARSET_UTF8);
	e.view.is_recording = true;
	assert_true(eye_sees(&e, " . step"));
	eye_type(&e, "?");
	for (int i = 0; i < TURN_COUNT; i++)
		CHECK_ROW(turn_rows[i].help, eye_sees(&e, turn_rows[i].help));
	assert_false(eye_sees(&e, "pause: ask to park the room"));
	assert_true(eye_sees(&e, "the keys that work here"));
	eye_close(&e);
}

static void
words_take_a_duration_where_it_means_something(void **state)
{
	enum turn turn;
	int64_t ms;

	TEST_UNUSED(state);
	assert_true(turn_of_line("later", &turn, &ms));
	assert_int_equal(ms, TURN_SEEK_MS);
	assert_true(turn_of_line("earlier 1m30s", &turn, &ms));
	assert_int_equal(turn, TURN_EARLIER);
	assert_int_equal(ms, 90000);
	assert_false(turn_of_line("later soon", &turn, &ms));
	assert_false(turn_of_line("step 5m", &turn, &ms));
	assert_false(turn_of_line("stepping", &turn, &ms));
	assert_false(turn_of_line("", &turn, &ms));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_turn_has_a_key_a_word_and_help),
		cmocka_unit_test(a_live_room_is_never_turned),
		cmocka_unit_test(what_is_typed_into_a_line_turns_nothing),
		cmocka_unit_test(
			help_shows_the_turns_and_not_what_they_replace),
		cmocka_unit_test(
			words_take_a_duration_where_it_means_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
