/* plain_test - the room as lines, through pipes. */
#include "tests/lib/test.h"

#include <unistd.h>

#include "tests/lib/stage.h"

static void
begin(struct stage *s, enum scene scene)
{
	struct stage_options o = { .is_plain = true,
				   .on_pipes = true,
				   .rows = 24,
				   .cols = 80,
				   .scene = scene };

	stage_open(s, &o);
	stage_see(s, "room prod_cutover_v4");
}

static void
every_line_has_its_time_and_the_mode_as_a_word(void **state)
{
	struct stage s;
	const char *at;

	TEST_UNUSED(state);
	begin(&s, SCENE_BREACH);
	stage_see(&s, "LIVE 1> ");
	for (at = buf_str(&s.out); *at != '\0'; at = strchr(at, '\n') + 1)
		assert_true(strncmp(at, "LIVE ", 5) == 0 ||
			    strncmp(at + 8, " LIVE ", 6) == 0);
	assert_null(strchr(buf_str(&s.out), '\x1b'));
	stage_close(&s);
	begin(&s, SCENE_DRILL);
	stage_see(&s, "DRILL 1> ");
	stage_close(&s);
}

static void
a_change_of_state_is_one_line(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	stage_see(&s, "step lower-ttl verified");
	stage_see(&s, "decision GO: ");
	stage_forget(&s);
	stage_turn(&s, SCENE_BREACH);
	stage_see(&s, "NO-GO abandonment 2.9 %\n");
	stage_see(&s, "decision NO-GO: abandonment 2.9 % > 2.5 %");
	assert_false(stage_has_seen(&s, "room opened"));
	stage_forget(&s);
	stage_turn(&s, SCENE_BREACH);
	(void)stage_listen(&s, 100);
	assert_int_equal(s.out.len, 0);
	stage_close(&s);
}

static void
choices_are_numbered_and_verbs_are_words(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	stage_see(&s, "1 arm publish-flow, 2 rollback, 3 status, 4 park");
	stage_type(&s, "1\n");
	stage_hear(&s, "arm|publish-flow||\n");
	stage_type(&s, "2\r\n");
	stage_hear(&s, "rollback|||\n");
	stage_type(&s, "skip publish-flow done by hand\n");
	stage_hear(&s, "skip|publish-flow|done by hand|\n");
	stage_type(&s, "3\n");
	stage_see(&s, "gate telephony.abandonment_rate_percent GO 1.1 %");
	stage_see(&s, "step 3 publish-flow ready");
	stage_type(&s, "help\n");
	stage_see(&s, "skip STEP REASON: leave a step out");
	stage_type(&s, "frobnicate\n");
	stage_see(&s, "no verb \"frobnicate\"");
	stage_type(&s, "confirm\n");
	stage_see(&s, "by its phrase");
	stage_close(&s);
}

/* Lines that come too soon are refused with a word: type until it is time. */
static void
type_until_heard(struct stage *s, const char *line, const char *want)
{
	for (int i = 0; i < 100 && !stage_has_heard(s, want); i++) {
		stage_type(s, line);
		(void)stage_listen(s, 20);
	}
	stage_hear(s, want);
}

static void
only_the_exact_phrase_confirms_a_plan(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_ROLLBACK_PLAN);
	stage_see(&s, "plan of the ROLLBACK in PROD");
	stage_see(&s, "plan 1 of 3: 4 steps");
	stage_see(&s, "LIVE 1> type  " SCENE_BACK_PHRASE "  and enter");
	stage_type(&s, "\n");
	stage_see(&s, "enter alone does nothing");
	stage_type(&s, "yes\n");
	stage_see(&s, "not confirmed: at character 1");
	stage_type(&s, "rollback prod us-east-1\n");
	stage_see(&s, "capitals and small letters");
	assert_false(stage_has_heard(&s, "confirm|"));
	type_until_heard(&s, SCENE_BACK_PHRASE "\n",
			 "confirm||" SCENE_BACK_PHRASE "|" SCENE_DIGEST);
	stage_type(&s, "no\n");
	stage_hear(&s, "decline|||\n");
	stage_close(&s);
}

static void
what_was_typed_before_the_plan_is_forgotten(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	stage_see(&s, "LIVE 1> ");
	stage_type(&s, "half a line");
	(void)stage_listen(&s, 30);
	stage_turn(&s, SCENE_CONFIRM_KEY);
	stage_see(&s, "type  yes  and enter");
	stage_type(&s, "yes\n");
	stage_see(&s, "too soon");
	assert_false(stage_has_heard(&s, "confirm|"));
	type_until_heard(&s, "yes\n", "confirm||yes|" SCENE_DIGEST);
	stage_close(&s);
}

static void
a_breach_offers_the_rollback_also_under_a_plan(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CONFIRM);
	stage_see(&s, "type  " SCENE_PHRASE);
	stage_turn(&s, SCENE_PROPOSED);
	stage_see(&s, "a breach asks for the rollback");
	stage_type(&s, "rollback\n");
	stage_hear(&s, "rollback|||\n");
	stage_close(&s);
}

static void
a_paused_step_is_told_as_such(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_PAUSED);
	stage_type(&s, "status\n");
	stage_see(&s, "publish-flow paused in backoff");
	stage_type(&s, "resume publish-flow\n");
	stage_hear(&s, "resume|publish-flow||\n");
	stage_type(&s, "pause publish-flow\n");
	stage_hear(&s, "pause|publish-flow||\n");
	stage_close(&s);
}

static void
the_end_of_the_input_is_the_end_of_the_person(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_STEP);
	close(s.keys);
	s.keys = -1;
	stage_hear(&s, "lost|the input has ended\nend|1\n");
	assert_int_equal(stage_wait(&s), 0);
	stage_close(&s);
}

static void
a_watcher_needs_no_input_and_ends_with_the_room(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_READ_ONLY);
	close(s.keys);
	s.keys = -1;
	stage_turn(&s, SCENE_READ_ONLY);
	(void)stage_listen(&s, 50);
	assert_false(stage_has_heard(&s, "lost|"));
	stage_end_room(&s);
	stage_hear(&s, "end|2\n");
	stage_close(&s);
}

static void
output_that_nobody_reads_is_a_loss(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	close(s.screen);
	s.screen = -1;
	stage_turn(&s, SCENE_BREACH);
	stage_hear(&s, "lost|the output is gone\nend|1\n");
	stage_close(&s);
}

static void
foreign_text_is_visible_code(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_HOSTILE);
	stage_see(&s, "LIVE 1> ");
	stage_type(&s, "status\nx\x1b[2Jy\n");
	stage_see(&s, "no verb \"x\\x1b[2Jy\"");
	assert_false(stage_has_seen(&s, "\x1b"));
	assert_false(stage_has_seen(&s, "\r"));
	assert_false(stage_has_seen(&s, "\xe2\x80\xae"));
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_line_has_its_time_and_the_mode_as_a_word),
		cmocka_unit_test(a_change_of_state_is_one_line),
		cmocka_unit_test(choices_are_numbered_and_verbs_are_words),
		cmocka_unit_test(only_the_exact_phrase_confirms_a_plan),
		cmocka_unit_test(what_was_typed_before_the_plan_is_forgotten),
		cmocka_unit_test(
			a_breach_offers_the_rollback_also_under_a_plan),
		cmocka_unit_test(a_paused_step_is_told_as_such),
		cmocka_unit_test(the_end_of_the_input_is_the_end_of_the_person),
		cmocka_unit_test(
			a_watcher_needs_no_input_and_ends_with_the_room),
		cmocka_unit_test(output_that_nobody_reads_is_a_loss),
		cmocka_unit_test(foreign_text_is_visible_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
