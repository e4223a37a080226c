/* prompt_test - the confirm: only the exact phrase, typed, seen whole. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/str.h"
#include "tests/lib/eye.h"
#include "ui/prompt.h"

static void
ready(struct eye *e, enum scene scene, int rows, int cols)
{
	eye_open(e, scene, rows, cols, CHARSET_UTF8);
	eye_wait(e, VIEW_DEAD_MS);
}

static void
only_the_exact_phrase_confirms(void **state)
{
	static const struct {
		enum scene scene;
		const char *typed;
		bool confirms;
		const char *word;
	} rows[] = {
		{ SCENE_CONFIRM, SCENE_PHRASE, true, "" },
		{ SCENE_CONFIRM, "", false, "enter alone does nothing" },
		{ SCENE_CONFIRM, "PUBLISH-FLOW prod us-east-2", false,
		  "at character 27 it must go on with  1" },
		{ SCENE_CONFIRM, "publish-flow prod us-east-1", false,
		  "capitals and small letters" },
		{ SCENE_CONFIRM, "PUBLISH-FLOW prod", false,
		  "it goes on with   us-east-1" },
		{ SCENE_CONFIRM, SCENE_PHRASE " ", false,
		  "too much at its end" },
		{ SCENE_CONFIRM, " " SCENE_PHRASE, false,
		  "at character 1 it must go on" },
		{ SCENE_CONFIRM, "y", false, "at character 1" },
		{ SCENE_CONFIRM, "yes", false, "at character 1" },
		{ SCENE_CONFIRM_KEY, "yes", true, "" },
		{ SCENE_CONFIRM_KEY, "y", false, "it goes on with  es" },
		{ SCENE_CONFIRM_KEY, "", false, "enter alone does nothing" },
		{ SCENE_ROLLBACK_PLAN, SCENE_BACK_PHRASE, true, "" },
		{ SCENE_ROLLBACK_PLAN, "ROLLBACK", false,
		  "it goes on with   prod us-east-1" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct eye e;

		ready(&e, rows[i].scene, 36, 120);
		assert_int_equal(e.view.mode, MODE_PROMPT);
		eye_type(&e, rows[i].typed);
		assert_false(e.out.has_command);
		eye_press(&e, PRESS_ENTER);
		CHECK_ROW(rows[i].typed, e.out.has_command == rows[i].confirms);
		if (rows[i].confirms) {
			assert_int_equal(e.out.command.verb, COMMAND_CONFIRM);
			assert_string_equal(e.out.command.text, rows[i].typed);
			assert_string_equal(e.out.command.digest, SCENE_DIGEST);
		} else {
			CHECK_HOLDS(e.view.word, rows[i].word);
		}
		eye_close(&e);
	}
}

static void
a_confirm_is_sent_once(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 36, 120);
	eye_type(&e, SCENE_PHRASE "\r");
	assert_true(e.out.has_command);
	eye_press(&e, PRESS_ENTER);
	assert_false(e.out.has_command);
	assert_true(eye_sees(&e, "> sent: the plan is compared"));
	/* The director refuses: the phrase must be typed again. */
	e.s->notice_id = 9;
	str_copy(e.s->notice, sizeof(e.s->notice),
		 "not confirmed: something moved");
	eye_wait(&e, 10);
	assert_true(eye_sees(&e, "not confirmed: something moved"));
	eye_wait(&e, VIEW_DEAD_MS);
	eye_press(&e, PRESS_ENTER);
	assert_false(e.out.has_command);
	eye_type(&e, SCENE_PHRASE "\r");
	assert_true(e.out.has_command);
	eye_close(&e);
}

static void
a_paste_cannot_confirm(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 36, 120);
	eye_paste(&e, SCENE_PHRASE "\n");
	assert_false(e.out.has_command);
	assert_string_equal(e.view.prompt.typed.text, "");
	assert_true(eye_sees(&e, "a paste is refused here"));
	eye_press(&e, PRESS_ENTER);
	assert_false(e.out.has_command);
	eye_close(&e);
}

static void
what_was_typed_ahead_is_not_an_answer(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	eye_press(&e, PRESS_ENTER);
	eye_turn(&e, SCENE_CONFIRM_KEY);
	assert_int_equal(e.view.mode, MODE_PROMPT);
	assert_true(e.view.wants_flush);
	eye_type(&e, "yes\r");
	assert_false(e.out.has_command);
	eye_wait(&e, VIEW_DEAD_MS - 1);
	eye_type(&e, "yes\r");
	assert_false(e.out.has_command);
	eye_wait(&e, 1);
	eye_type(&e, "yes\r");
	assert_true(e.out.has_command);
	eye_close(&e);
}

static void
a_changed_plan_must_be_read_again(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 36, 120);
	eye_type(&e, SCENE_PHRASE);
	str_copy(e.s->room->prompt.digest, DIGEST_HEX, "another");
	eye_press(&e, PRESS_ENTER); /* the new picture is not yet taken in */
	assert_false(e.out.has_command);
	eye_wait(&e, 1);
	assert_string_equal(e.view.prompt.typed.text, "");
	eye_close(&e);
}

static void
escape_declines_and_says_so(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 36, 120);
	eye_type(&e, SCENE_PHRASE);
	eye_press(&e, PRESS_ESC);
	assert_int_equal(e.out.command.verb, COMMAND_DECLINE);
	assert_true(eye_sees(&e, "declined: everything stays as it is"));
	eye_wait(&e, 1000); /* the same plan does not open by itself again */
	assert_int_equal(e.view.mode, MODE_MAIN);
	eye_close(&e);
}

static void
a_plan_that_cannot_be_seen_whole_is_withdrawn(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 36, 120);
	eye_type(&e, SCENE_PHRASE);
	eye_size(&e, 7, 40);
	assert_true(eye_sees(&e, "The plan needs a window of"));
	assert_string_equal(e.view.prompt.typed.text, "");
	eye_wait(&e, VIEW_DEAD_MS);
	assert_false(e.is_told);
	eye_type(&e, SCENE_PHRASE "\r");
	assert_false(e.out.has_command);
	eye_wait(&e, VIEW_UNFIT_MS);
	assert_true(e.is_told);
	assert_int_equal(e.told.verb, COMMAND_DECLINE);
	assert_true(eye_sees(&e, "the plan was withdrawn"));
	assert_int_equal(e.view.mode, MODE_MAIN);
	eye_close(&e);
}

static void
another_size_asks_for_the_phrase_again(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 36, 120);
	eye_type(&e, SCENE_PHRASE);
	eye_size(&e, 36, 119);
	eye_press(&e, PRESS_ENTER);
	eye_wait(&e, VIEW_DEAD_MS);
	eye_press(&e, PRESS_ENTER);
	assert_false(e.out.has_command);
	assert_string_equal(e.view.prompt.typed.text, "");
	eye_type(&e, SCENE_PHRASE "\r");
	assert_true(e.out.has_command);
	eye_close(&e);
}

static void
a_drag_through_a_small_size_only_clears_the_phrase(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 36, 120);
	eye_type(&e, SCENE_PHRASE);
	eye_size(&e, 7, 40);
	eye_size(&e, 30, 100);
	eye_wait(&e, VIEW_UNFIT_MS + 1000);
	assert_false(e.is_told);
	assert_int_equal(e.view.mode, MODE_PROMPT);
	assert_string_equal(e.view.prompt.typed.text, "");
	eye_close(&e);
}

static void
the_plan_is_shown_whole_wherever_it_can_be_confirmed(void **state)
{
	TEST_UNUSED(state);
	for (int rows = 1; rows < 40; rows += 1 + rows / 16)
		for (int cols = 1; cols < 130; cols += 7) {
			struct eye e;
			struct prompt_box box;

			ready(&e, SCENE_ROLLBACK_PLAN, rows, cols);
			prompt_measure(e.s->room, &e.view, &box);
			if (!box.fits) {
				assert_true(box.need_rows > rows ||
					    box.need_cols > cols);
				eye_close(&e);
				continue;
			}
			while (prompt_unread(&e.view, &box) > 0)
				eye_press(&e, PRESS_DOWN);
			assert_true(eye_sees(&e, SCENE_BACK_PHRASE));
			assert_true(eye_sees(&e, "> _"));
			assert_true(eye_sees(&e, "disabled"));
			assert_true(eye_sees(&e, "PROD"));
			assert_false(eye_sees(&e, "more lines"));
			eye_close(&e);
		}
}

/* Eight more items than fit any small screen. */
static void
lengthen(struct eye *e)
{
	struct room_prompt *p = &scene_room(e->s)->prompt;

	while (p->line_count < ROOM_LINES) {
		str_printf(p->lines[p->line_count], ROOM_LINE,
			   "%d item-%d  object  before → after",
			   (int)p->line_count, (int)p->line_count);
		p->line_count++;
	}
}

static void
a_long_plan_counts_once_its_last_line_was_shown(void **state)
{
	static const struct {
		int rows, cols;
		int32_t key;
	} rows[] = {
		{ 24, 80, PRESS_DOWN },	     { 19, 60, PRESS_DOWN },
		{ 19, 60, PRESS_PAGE_DOWN }, { 15, 60, PRESS_DOWN },
		{ 15, 60, PRESS_PAGE_DOWN },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct eye e;
		bool seen[ROOM_LINES] = { false };
		char item[24];

		ready(&e, SCENE_ROLLBACK_PLAN, rows[i].rows, rows[i].cols);
		lengthen(&e);
		assert_false(eye_sees(&e, "item-15"));
		assert_true(eye_sees(&e, "down, before the phrase counts"));
		eye_type(&e, SCENE_BACK_PHRASE "\r");
		assert_false(e.out.has_command);
		CHECK_HOLDS(e.view.word, "lines of the plan were not shown");
		for (int k = 0; k < ROOM_LINES; k++) {
			for (int l = 7; l < ROOM_LINES; l++) {
				str_printf(item, sizeof(item), "item-%d ", l);
				seen[l] |= eye_sees(&e, item);
			}
			assert_true(eye_sees(&e, "> " SCENE_BACK_PHRASE));
			assert_true(eye_sees(&e, "and enter"));
			eye_press(&e, rows[i].key);
		}
		for (int l = 7; l < ROOM_LINES; l++)
			CHECK_ROW("a line was jumped over", seen[l]);
		assert_false(eye_sees(&e, "more lines"));
		eye_press(&e, PRESS_ENTER);
		assert_int_equal(e.out.command.verb, COMMAND_CONFIRM);
		eye_close(&e);
	}
}

static void
another_size_asks_to_read_the_plan_again(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_ROLLBACK_PLAN, 19, 60);
	lengthen(&e);
	for (int i = 0; i < 2 * ROOM_LINES; i++)
		eye_press(&e, PRESS_DOWN);
	eye_size(&e, 18, 60);
	eye_wait(&e, VIEW_DEAD_MS);
	eye_type(&e, SCENE_BACK_PHRASE "\r");
	assert_false(e.out.has_command);
	CHECK_HOLDS(e.view.word, "were not shown yet");
	eye_close(&e);
}

static void
a_breach_interrupts_a_confirm_and_offers_the_rollback(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 36, 120);
	eye_type(&e, SCENE_PHRASE);
	eye_turn(&e, SCENE_PROPOSED);
	assert_int_equal(e.view.mode, MODE_ALARM);
	assert_true(e.view.wants_bell && e.view.wants_flush);
	assert_true(eye_sees(&e, "ROLLBACK PROPOSED · PROD · LIVE"));
	assert_true(eye_sees(&e, "R shows the plan."));
	eye_type(&e, "RR\r"); /* still meant for the box that was there */
	assert_false(e.out.has_command);
	eye_wait(&e, VIEW_DEAD_MS);
	eye_type(&e, "R");
	assert_int_equal(e.out.command.verb, COMMAND_ROLLBACK);
	eye_turn(&e, SCENE_ROLLBACK_PLAN);
	assert_int_equal(e.view.mode, MODE_PROMPT);
	assert_true(eye_sees(&e, "a breach asks for it"));
	eye_close(&e);
}

static void
a_proposal_is_closed_or_declined_on_purpose(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_PROPOSED, 24, 80);
	eye_press(&e, PRESS_ESC);
	assert_false(e.out.has_command);
	assert_int_equal(e.view.mode, MODE_MAIN);
	assert_true(eye_sees(&e, "ROLLBACK PROPOSED: R"));
	eye_close(&e);
	ready(&e, SCENE_PROPOSED, 24, 80);
	eye_type(&e, "d");
	assert_int_equal(e.out.command.verb, COMMAND_DECLINE);
	eye_close(&e);
}

static void
a_plan_that_ends_elsewhere_closes_its_box(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 24, 80);
	eye_turn(&e, SCENE_CALM);
	assert_int_equal(e.view.mode, MODE_MAIN);
	assert_true(eye_sees(&e, "the plan was withdrawn"));
	eye_close(&e);
}

static void
what_is_typed_into_a_plan_that_went_away_is_no_command(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 36, 120);
	eye_turn(&e, SCENE_CALM);
	eye_type(&e, "s");
	assert_int_equal(e.view.mode, MODE_MAIN);
	eye_type(&e, "yes\r");
	assert_int_equal(e.view.mode, MODE_MAIN);
	assert_false(e.out.has_command);
	eye_type(&e, "R");
	assert_int_equal(e.out.command.verb, COMMAND_ROLLBACK);
	eye_wait(&e, VIEW_AWAY_MS);
	eye_type(&e, "?");
	assert_int_equal(e.view.mode, MODE_HELP);
	eye_close(&e);
}

static void
a_wrong_beginning_shows_while_it_is_typed(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	ready(&e, SCENE_CONFIRM, 36, 120);
	eye_type(&e, "PUBLISH");
	assert_int_equal(eye_role_of(&e, "PUBLISH_"), ROLE_PROMPT);
	eye_type(&e, "!");
	assert_int_equal(eye_role_of(&e, "PUBLISH!_"), ROLE_ALERT);
	eye_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_exact_phrase_confirms),
		cmocka_unit_test(a_confirm_is_sent_once),
		cmocka_unit_test(a_paste_cannot_confirm),
		cmocka_unit_test(what_was_typed_ahead_is_not_an_answer),
		cmocka_unit_test(a_changed_plan_must_be_read_again),
		cmocka_unit_test(escape_declines_and_says_so),
		cmocka_unit_test(a_plan_that_cannot_be_seen_whole_is_withdrawn),
		cmocka_unit_test(another_size_asks_for_the_phrase_again),
		cmocka_unit_test(
			a_drag_through_a_small_size_only_clears_the_phrase),
		cmocka_unit_test(
			the_plan_is_shown_whole_wherever_it_can_be_confirmed),
		cmocka_unit_test(
			a_long_plan_counts_once_its_last_line_was_shown),
		cmocka_unit_test(another_size_asks_to_read_the_plan_again),
		cmocka_unit_test(
			a_breach_interrupts_a_confirm_and_offers_the_rollback),
		cmocka_unit_test(a_proposal_is_closed_or_declined_on_purpose),
		cmocka_unit_test(a_plan_that_ends_elsewhere_closes_its_box),
		cmocka_unit_test(
			what_is_typed_into_a_plan_that_went_away_is_no_command),
		cmocka_unit_test(a_wrong_beginning_shows_while_it_is_typed),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
