/* by_hand_test - what a person sees of an undo that they are to do. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/eye.h"
#include "ui/follow.h"
#include "ui/palette.h"

#define TEXT                                                               \
	"Call the carrier's night desk, have the range 1-800-555-0100 to " \
	"0199 ported back to trunk group 12, and write down the ticket."

/* The second item of a rollback under way waits for the carrier desk. */
static void
wait_for_person(struct eye *e)
{
	struct room *r = scene_room(e->s);
	struct room_undo *u = &r->undos[1];
	struct act *act = u->item.row >= 0
				  ? &r->book->rollback.undos[u->item.row].act
				  : &r->book->steps[u->item.step].undo;

	act_clear(act);
	str_copy(act->kind, sizeof(act->kind), "manual");
	settings_add(&act->with, "text", TEXT);
	settings_add(&act->with, "owner", "carrier desk");
	u->act.is_emergency = false;
	u->act.state = STEP_ACTING;
	r->undos[0].act.state = STEP_VERIFIED;
	e->is_told = follow_snapshot(&e->view, e->s, e->now.real_ms, &e->told);
}

static const char *
awaited(const struct eye *e)
{
	return plan_name(e->s->room->book, &e->s->room->undos[1].item);
}

static void
open_awaited(struct eye *e, int rows, int cols)
{
	eye_open(e, SCENE_ROLLING, rows, cols, CHARSET_UTF8);
	wait_for_person(e);
}

static void
the_screen_says_whole_who_is_to_do_what_and_which_keys(void **state)
{
	static const struct {
		int rows, cols;
	} sizes[] = { { 36, 120 }, { 24, 80 } };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char said[400] = "";
		const char *at = TEXT;
		struct eye e;

		open_awaited(&e, sizes[i].rows, sizes[i].cols);
		assert_true(eye_sees(&e, "carrier desk: Call the carrier's"));
		/* Each word of it, wherever the lines are broken. */
		while (*at != '\0') {
			size_t len = strcspn(at, " ");

			str_copy_n(said, sizeof(said), at, len);
			CHECK_ROW(said, eye_sees(&e, said));
			at += len + (at[len] == ' ');
		}
		assert_true(eye_sees(&e, "d done, f halts"));
		assert_true(eye_sees(&e, awaited(&e)));
		eye_close(&e);
	}
}

static void
whoever_only_looks_is_offered_no_key(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	open_awaited(&e, 24, 80);
	e.view.is_read_only = true;
	assert_true(eye_sees(&e, "carrier desk: Call the carrier's"));
	assert_true(eye_sees(&e, "a person is asked: "));
	assert_false(eye_sees(&e, "d done"));
	eye_close(&e);
}

static void
d_asks_for_the_proof_and_f_for_the_reason(void **state)
{
	static const struct {
		const char *key;
		enum command_verb verb;
	} rows[] = { { "d", COMMAND_DONE }, { "f", COMMAND_FAIL } };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct eye e;

		open_awaited(&e, 24, 80);
		eye_type(&e, rows[i].key);
		CHECK_ROW(rows[i].key, e.view.mode == MODE_ASK);
		eye_wait(&e, VIEW_DEAD_MS);
		eye_press(&e, PRESS_ENTER);
		CHECK_ROW(rows[i].key, !e.out.has_command);
		eye_type(&e, "ticket 4711");
		eye_press(&e, PRESS_ENTER);
		CHECK_ROW(rows[i].key, e.out.has_command);
		CHECK_ROW(rows[i].key, e.out.command.verb == rows[i].verb);
		assert_string_equal(e.out.command.target, awaited(&e));
		assert_string_equal(e.out.command.text, "ticket 4711");
		eye_close(&e);
	}
}

static void
a_person_is_called_once_for_each_time_they_are_asked(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	open_awaited(&e, 24, 80);
	assert_true(e.view.wants_bell);
	CHECK_HOLDS(e.view.call, "waits for a person");
	e.view.wants_bell = false;
	follow_snapshot(&e.view, e.s, e.now.real_ms, &e.told);
	assert_false(e.view.wants_bell);
	scene_room(e.s)->undos[1].act.state = STEP_FAILED;
	follow_snapshot(&e.view, e.s, e.now.real_ms, &e.told);
	scene_room(e.s)->undos[1].act.state = STEP_ACTING;
	follow_snapshot(&e.view, e.s, e.now.real_ms, &e.told);
	assert_true(e.view.wants_bell);
	eye_close(&e);
}

static void
the_word_for_it_takes_the_item_by_its_name(void **state)
{
	struct command c;
	struct frame f;
	struct eye e;
	char line[120], why[160];

	TEST_UNUSED(state);
	open_awaited(&e, 24, 80);
	frame_make(&f, e.s, &e.view, e.now);
	str_printf(line, sizeof(line), "done %s ticket 4711", awaited(&e));
	assert_true(palette_parse(&f, line, &c, why, sizeof(why)));
	assert_string_equal(c.target, awaited(&e));
	assert_string_equal(c.text, "ticket 4711");
	frame_clear(&f);
	eye_close(&e);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_screen_says_whole_who_is_to_do_what_and_which_keys),
		cmocka_unit_test(whoever_only_looks_is_offered_no_key),
		cmocka_unit_test(d_asks_for_the_proof_and_f_for_the_reason),
		cmocka_unit_test(a_person_is_called_once_for_each_time_they_are_asked),
		cmocka_unit_test(the_word_for_it_takes_the_item_by_its_name),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
