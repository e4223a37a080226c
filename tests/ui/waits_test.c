/* ui: a rollback that waits, and a person who does not. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/validation.h"
#include "tests/lib/eye.h"
#include "ui/head.h"
#include "ui/palette.h"

static void
a_wait_between_two_items_says_why_how_long_and_how_to_go_on(void **state)
{
	struct room *r;
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLED, 24, 120, CHARSET_UTF8);
	r = scene_room(e.s);
	r->rollback = ROLLBACK_RUNNING;
	r->stagger = (struct room_stagger){
		.state = STAGGER_WAITING,
		.item = 1,
		.after = 0,
		.began_ms = SCENE_NOW_MS - 20000,
		.until_ms = SCENE_NOW_MS + 40000,
	};
	assert_true(eye_sees(&e, "at most 40s left, r goes on now: "));
	assert_true(eye_sees(&e, "siph_trunk_status waits after "
				 "dns_ttl_override: carriers turn"));
	e.now.room_ms += 30000;
	assert_true(eye_sees(&e, "at most 10s left"));
	eye_type(&e, "r");
	assert_true(eye_sees(&e, "though carriers may turn it away"));
	eye_wait(&e, VIEW_DEAD_MS);
	eye_type(&e, "retry");
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.out.command.verb, COMMAND_RETRY);
	assert_string_equal(e.out.command.target, "");
	r->stagger.state = STAGGER_CUT;
	eye_press(&e, PRESS_ESC);
	assert_false(eye_sees(&e, "r goes on now"));
	eye_close(&e);
}

/* Two conditions that nobody has measured. */
static void
validate(struct room *r)
{
	struct book_rollback *b = &r->book->rollback;

	r->rollback = ROLLBACK_VALIDATING;
	b->validations = mem_new(2, sizeof(*b->validations));
	b->validation_count = 2;
	mem_free(r->watches);
	r->watches = mem_new(2, sizeof(*r->watches));
	for (size_t i = 0; i < 2; i++)
		gate_init(&b->validations[i].gate, "telephony.something");
	str_copy(b->validations[0].id, BOOK_ID, "agents");
	str_copy(b->validations[1].id, BOOK_ID, "trunks");
}

static void
while_validating_a_retry_looks_again_at_all_or_at_the_named(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLED, 24, 80, CHARSET_UTF8);
	validate(scene_room(e.s));
	eye_type(&e, "r");
	assert_true(eye_sees(&e, "Look again now at what does not hold"));
	eye_wait(&e, VIEW_DEAD_MS);
	eye_type(&e, "retry");
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.out.command.verb, COMMAND_RETRY);
	assert_string_equal(e.out.command.target, "");
	eye_type(&e, ":retry tru");
	eye_press(&e, PRESS_TAB);
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.out.command.verb, COMMAND_RETRY);
	assert_string_equal(e.out.command.target, "trunks");
	eye_close(&e);
}

/* What a person who leaves is told, and how they stay. */
static void
leaving_during_a_rollback_says_that_it_goes_on(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLING, 24, 80, CHARSET_UTF8);
	eye_press(&e, 'q');
	eye_look(&e);
	assert_true(eye_sees(&e, "goes on to its end"));
	assert_true(eye_sees(&e, "R stays"));
	eye_wait(&e, VIEW_DEAD_MS);
	eye_press(&e, 'p');
	assert_int_equal(e.out.command.verb, COMMAND_PARK);
	eye_wait(&e, 60000);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 0), "PARKING");
	eye_close(&e);
}

/* And by nothing else, while there is one to be given up. */
static void
a_rollback_is_given_up_or_tried_again_by_its_word(void **state)
{
	static const struct {
		enum rollback_state state;
		const char *line;
		bool is_read;
		const char *text;
	} rows[] = {
		{ ROLLBACK_RUNNING, "fail rollback no more", true, "no more" },
		{ ROLLBACK_RUNNING, "abort rollback", true, "" },
		{ ROLLBACK_RUNNING, "fail rollback", false, "" },
		{ ROLLBACK_VALIDATING, "fail rollback why", true, "why" },
		{ ROLLBACK_VALIDATING, "retry rollback", true, "" },
		{ ROLLBACK_HALTED, "retry rollback", true, "" },
		{ ROLLBACK_NONE, "fail rollback no more", false, "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct command c;
		struct frame f;
		struct eye e;
		char why[200] = "";

		eye_open(&e, SCENE_ROLLING, 36, 120, CHARSET_UTF8);
		scene_room(e.s)->rollback = rows[i].state;
		frame_make(&f, e.s, &e.view, e.now);
		CHECK_ROW(rows[i].line,
			  palette_parse(&f, rows[i].line, &c, why,
					sizeof(why)) == rows[i].is_read);
		if (rows[i].is_read) {
			assert_string_equal(c.target, "");
			assert_string_equal(c.text, rows[i].text);
		}
		frame_clear(&f);
		eye_close(&e);
	}
}

/* Also where there is room for one word alone. */
static void
a_room_that_halted_half_way_is_called_go_nowhere(void **state)
{
	static const int rows[] = { 36, 24, 12, 4 };
	static const int cols[] = { 120, 80, 40, 19 };
	char title[80];
	struct eye e;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct frame f;

		eye_open(&e, SCENE_ROLLED, rows[i], cols[i], CHARSET_UTF8);
		scene_room(e.s)->rollback = ROLLBACK_HALTED;
		eye_look(&e);
		assert_true(eye_sees(&e, "HALTED"));
		assert_null(strstr(eye_row(&e, 1), "GO▐"));
		frame_make(&f, e.s, &e.view, frame_moment(e.s));
		head_title(&f, title, sizeof(title));
		assert_true(str_starts(title, "HALTED "));
		frame_clear(&f);
		eye_close(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_wait_between_two_items_says_why_how_long_and_how_to_go_on),
		cmocka_unit_test(
			while_validating_a_retry_looks_again_at_all_or_at_the_named),
		cmocka_unit_test(
			leaving_during_a_rollback_says_that_it_goes_on),
		cmocka_unit_test(
			a_rollback_is_given_up_or_tried_again_by_its_word),
		cmocka_unit_test(
			a_room_that_halted_half_way_is_called_go_nowhere),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
