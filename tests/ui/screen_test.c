/* screen_test - what a person reads in every size, set and situation. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/str.h"
#include "base/text.h"
#include "tests/lib/eye.h"
#include "ui/pane.h"

static const struct {
	int rows, cols;
} sizes[] = { { 36, 120 }, { 24, 80 }, { 19, 60 }, { 12, 40 },
	      { 5, 20 },   { 4, 19 },  { 1, 1 },   { 500, 1000 } };

/* Every cell is a clean character of a known role; rows are full. */
static void
check_cells(const struct eye *e)
{
	const struct canvas *c = &e->canvas;

	for (int row = 0; row < c->rows; row++) {
		int width = 0;

		for (int col = 0; col < c->cols; col++) {
			const struct cell *cell = canvas_cell(c, row, col);
			const char *t = cell->text;
			char clean[64];

			width += cell->width;
			assert_true(cell->role < ROLE_COUNT);
			if (strlen(t) == 1 && t[0] >= 0x20 && t[0] < 0x7f)
				continue;
			assert_true(e->view.set == CHARSET_UTF8);
			text_clean(clean, sizeof(clean), t, strlen(t));
			assert_string_equal(clean, t);
		}
		assert_int_equal(width, c->cols);
	}
}

static void
every_scene_mode_size_and_set_is_drawn_whole(void **state)
{
	TEST_UNUSED(state);
	for (int scene = 0; scene < SCENE_COUNT; scene++)
		for (size_t i = 0; i + 1 < ARRAY_LEN(sizes); i++)
			for (int set = 0; set < 2; set++) {
				struct eye e;

				eye_open(&e, (enum scene)scene, sizes[i].rows,
					 sizes[i].cols, (enum charset)set);
				for (int m = 0; m < VIEW_MODE_COUNT; m++) {
					e.view.mode = (enum view_mode)m;
					e.view.focus = m % VIEW_PANES;
					eye_look(&e);
					check_cells(&e);
				}
				eye_close(&e);
			}
}

static void
the_largest_screen_is_drawn(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_HOSTILE, 65535, 65535, CHARSET_UTF8);
	assert_int_equal(e.view.rows, 500);
	eye_look(&e);
	check_cells(&e);
	eye_close(&e);
}

static void
environment_mode_decision_and_clock_are_always_there(void **state)
{
	TEST_UNUSED(state);
	for (int m = 0; m < VIEW_MODE_COUNT; m++)
		for (size_t i = 0; i < 4; i++) {
			struct eye e;
			const char *top;

			eye_open(&e, SCENE_BREACH, sizes[i].rows, sizes[i].cols,
				 CHARSET_UTF8);
			e.view.mode = (enum view_mode)m;
			eye_look(&e);
			top = eye_row(&e, 0);
			assert_true(strncmp(top, " PROD  LIVE ", 12) == 0);
			assert_true(strstr(top, "02:41:07Z") != NULL);
			if (i < 3) {
				CHECK_HOLDS(eye_row(&e, 1), "▌NO-GO▐ ");
				CHECK_HOLDS(eye_row(&e, 2), "rollback now");
			}
			eye_close(&e);
		}
}

static void
the_decision_is_one_sentence_with_its_reason(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BREACH, 36, 120, CHARSET_UTF8);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 1), "▌NO-GO▐ abandonment 2.9 % > 2.5 %");
	assert_int_equal(eye_role_of(&e, "▌NO-GO▐"), ROLE_BADGE_NO_GO);
	eye_close(&e);
	eye_open(&e, SCENE_BREACH, 36, 120, CHARSET_ASCII);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 1), "[NO-GO] abandonment 2.9 % > 2.5 %");
	eye_close(&e);
}

static void
a_row_says_its_state_by_sign_word_and_role(void **state)
{
	static const struct {
		enum scene scene;
		enum charset set;
		const char *row;
		enum role role;
	} rows[] = {
		{ SCENE_CALM, CHARSET_UTF8, "✓ GO    abandonment", ROLE_GO },
		{ SCENE_CALM, CHARSET_ASCII, "+ GO    abandonment", ROLE_GO },
		{ SCENE_BREACH, CHARSET_UTF8, "✗ NO-GO abandonment",
		  ROLE_NO_GO },
		{ SCENE_BREACH, CHARSET_ASCII, "x NO-GO abandonment",
		  ROLE_NO_GO },
		{ SCENE_BLIND, CHARSET_UTF8, "? BLIND residency", ROLE_BLIND },
		{ SCENE_BLIND, CHARSET_ASCII, "? BLIND residency", ROLE_BLIND },
		{ SCENE_UNKNOWN, CHARSET_UTF8, "?  3 publish-flow",
		  ROLE_UNKNOWN },
		{ SCENE_STEP, CHARSET_UTF8, "▶  3 publish-flow", ROLE_RUNNING },
		{ SCENE_STEP, CHARSET_ASCII, ">  3 publish-flow",
		  ROLE_RUNNING },
		{ SCENE_CALM, CHARSET_UTF8, "✓  1 lock-baseline", ROLE_DONE },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct eye e;

		eye_open(&e, rows[i].scene, 36, 120, rows[i].set);
		eye_wait(&e, VIEW_FLASH_MS); /* no breach is new any more */
		CHECK_ROW(rows[i].row, eye_sees(&e, rows[i].row));
		CHECK_ROW(rows[i].row,
			  eye_role_of(&e, rows[i].row) == rows[i].role);
		eye_close(&e);
	}
}

static void
a_gate_row_has_value_limit_and_age_in_fixed_columns(void **state)
{
	struct eye e;
	int row, col, row2, col2;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BREACH, 36, 120, CHARSET_UTF8);
	eye_find(&e, "2.9 %     ≤ 2.5", &row, &col);
	eye_find(&e, "99.6 %    ≥ 99.2", &row2, &col2);
	assert_int_equal(col, col2);
	assert_true(strstr(eye_row(&e, row), "   8s│") != NULL);
	eye_close(&e);
}

static void
a_stale_row_is_dim_and_says_why_and_how_old(void **state)
{
	struct eye e;
	int row, col;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BLIND, 36, 120, CHARSET_UTF8);
	eye_find(&e, "? BLIND residency", &row, &col);
	assert_int_equal(canvas_cell(&e.canvas, row, col + 8)->role,
			 ROLE_STALE);
	CHECK_HOLDS(eye_row(&e, row), "2m│");
	assert_true(eye_sees(&e, "BLIND 1"));
	eye_close(&e);
}

static void
a_drill_wears_a_hatch_and_its_word(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_DRILL, 24, 80, CHARSET_UTF8);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 0), "▒▒▒ PROD  DRILL ▒▒▒");
	assert_int_equal(eye_role_of(&e, " DRILL "), ROLE_DRILL);
	eye_close(&e);
	eye_open(&e, SCENE_DRILL, 24, 80, CHARSET_ASCII);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 0), "/// PROD  DRILL ///");
	eye_close(&e);
	eye_open(&e, SCENE_READ_ONLY, 24, 80, CHARSET_UTF8);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 0), " PROD  READ-ONLY  LIVE ");
	eye_close(&e);
}

static void
panes_become_lines_and_the_focused_one_opens(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BREACH, 24, 80, CHARSET_UTF8);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 3), "1 Telephony");
	CHECK_HOLDS(eye_row(&e, 3), "✗ NO-GO abandonment 2.9 %");
	CHECK_HOLDS(eye_row(&e, 4), "2 Integration");
	assert_false(eye_sees(&e, "dead letters"));
	eye_type(&e, "2");
	assert_true(eye_sees(&e, "dead letters"));
	assert_true(eye_sees(&e, "▸2 Integration"));
	eye_close(&e);
}

static void
the_runbook_keeps_five_lines(void **state)
{
	TEST_UNUSED(state);
	for (int rows = 15; rows < 40; rows++)
		for (int focus = 0; focus < VIEW_PANES; focus++) {
			struct eye e;
			int seen = 0;

			eye_open(&e, SCENE_CALM, rows, 100, CHARSET_ASCII);
			e.view.focus = focus;
			for (int i = 0; i < 6; i++) {
				const char *const ids[] = {
					"1 lock-baseline", "2 lower-ttl",
					"3 publish-flow",  "4 set-routing",
					"5 switch-dns",	   "6 tell-people",
				};

				seen += eye_sees(&e, ids[i]);
			}
			assert_true(seen >= 5);
			eye_close(&e);
		}
}

static void
small_screens_keep_decision_clock_and_step(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_STEP, 12, 40, CHARSET_ASCII);
	assert_true(eye_sees(&e, "[GO]"));
	assert_true(eye_sees(&e, "rollback now"));
	assert_true(eye_sees(&e, "3 publish-flow"));
	eye_size(&e, 4, 19);
	assert_true(eye_sees(&e, "[GO]"));
	eye_size(&e, 1, 1);
	assert_string_equal(eye_look(&e), "~\n");
	eye_close(&e);
}

static void
sizes_near_a_border_do_not_flicker(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 119, CHARSET_UTF8);
	assert_int_equal(e.view.layout, LAYOUT_MEDIUM);
	eye_size(&e, 36, 120);
	assert_int_equal(e.view.layout, LAYOUT_WIDE);
	eye_size(&e, 36, 117);
	assert_int_equal(e.view.layout, LAYOUT_WIDE);
	eye_size(&e, 36, 115);
	assert_int_equal(e.view.layout, LAYOUT_MEDIUM);
	eye_size(&e, 36, 119);
	assert_int_equal(e.view.layout, LAYOUT_MEDIUM);
	eye_close(&e);
}

static void
a_running_step_shows_attempt_polls_and_time(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_STEP, 36, 120, CHARSET_UTF8);
	assert_true(
		eye_sees(&e, "converging try 2 poll 4 00:38 / ~01:10 ▕██████"));
	eye_close(&e);
}

static void
what_was_left_out_is_not_counted_as_done(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	assert_true(eye_sees(&e, "2 of 6 done ·"));
	scene_room(e.s)->steps[1].state = STEP_SKIPPED;
	assert_true(eye_sees(&e, "1 of 6 done, 1 skipped ·"));
	eye_close(&e);
}

static void
a_step_that_was_not_polled_counts_no_polls(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_STEP, 36, 120, CHARSET_UTF8);
	eye_type(&e, "i");
	assert_true(eye_sees(&e, "attempt 2, 4 polls, confirmed by lead"));
	scene_room(e.s)->steps[2].polls = 0;
	assert_true(eye_sees(&e, "attempt 2, confirmed by lead"));
	eye_close(&e);
}

/* Thirty-eight seconds ago it began, for fifteen of them it stands still. */
static void
a_paused_step_says_so_and_its_time_stands_still(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_PAUSED, 36, 120, CHARSET_UTF8);
	assert_true(eye_sees(&e, "paused 15s in backoff try 2 poll 4 00:23 / "
				 "~01:10"));
	assert_false(eye_sees(&e, "next in"));
	eye_type(&e, "i");
	assert_true(eye_sees(&e, "paused since 02:40:52Z, 15s ago: nothing "
				 "more is sent"));
	assert_true(eye_sees(&e, "paused for 15s in all"));
	assert_true(eye_sees(&e, "p lets it go on"));
	eye_close(&e);
}

static void
a_rollback_shows_items_time_and_result(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLING, 24, 80, CHARSET_UTF8);
	assert_true(eye_sees(&e, "1 of 4 undone  03:10 of RTO 30:00"));
	assert_true(eye_sees(&e, "backoff    try 3  next in 7s"));
	assert_int_equal(eye_role_of(&e, "◄  1 dns_ttl_override"), ROLE_DONE);
	eye_turn(&e, SCENE_ROLLED);
	assert_true(eye_sees(&e, "ROLLED BACK, VALIDATED  4 of 4"));
	eye_type(&e, "v");
	assert_true(eye_sees(&e, "3 publish-flow"));
	eye_close(&e);
}

static void
a_gate_opens_with_sentence_chart_and_answer(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BREACH, 36, 120, CHARSET_UTF8);
	eye_type(&e, "g");
	assert_int_equal(e.view.mode, MODE_GATE);
	assert_true(eye_sees(&e, "abandonment 2.9 % > 2.5 %"));
	assert_true(eye_sees(&e, "2.5 limit"));
	assert_true(eye_sees(&e, "2 warn"));
	assert_true(eye_sees(&e, "last answer: {\"results\": [1, 2]}"));
	assert_true(eye_sees(&e, "probe queue (http) answered"));
	eye_press(&e, PRESS_ESC);
	assert_int_equal(e.view.mode, MODE_MAIN);
	eye_close(&e);
}

static void
a_gate_with_a_baseline_shows_its_band(void **state)
{
	static const struct baseline usual = { .mean = 1.2, .deviation = 0.3 };
	struct gate *gate;
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BREACH, 36, 120, CHARSET_UTF8);
	gate = &e.s->room->book->gates.gates[0];
	assert_string_equal(gate->signal, "telephony.abandonment_rate_percent");
	eye_type(&e, "g");
	assert_false(eye_sees(&e, "base"));
	gate->base = &usual;
	assert_true(eye_sees(&e, "1.8 base"));
	assert_true(eye_sees(&e, "0.6 base"));
	assert_true(eye_sees(&e, "2.5 limit"));
	gate->base = NULL;
	eye_close(&e);
}

static void
a_step_opens_with_act_needs_and_undo(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_UNKNOWN, 36, 120, CHARSET_UTF8);
	eye_type(&e, "i");
	assert_true(eye_sees(&e, "unknown: may have happened"));
	assert_true(eye_sees(&e, "needs lower-ttl: verified"));
	assert_true(eye_sees(&e, "c reads the outcome back"));
	assert_true(eye_sees(&e, "does: http"));
	assert_true(eye_sees(&e, "has no undo of its own"));
	eye_close(&e);
}

static void
the_journal_is_filtered_and_shows_its_head(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BREACH, 24, 80, CHARSET_UTF8);
	eye_type(&e, "j");
	assert_true(eye_sees(&e, "214 records · head 9f31c2aa40d1"));
	assert_true(eye_sees(&e, "room opened by lead"));
	eye_type(&e, "/verified");
	eye_press(&e, PRESS_ENTER);
	eye_type(&e, "j");
	assert_true(eye_sees(&e, "step lower-ttl verified"));
	assert_false(eye_sees(&e, "room opened by lead"));
	eye_close(&e);
}

static void
a_filter_never_hides_what_is_wrong(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BREACH, 36, 120, CHARSET_UTF8);
	eye_type(&e, "/success");
	assert_true(eye_sees(&e, "success rate"));
	assert_true(eye_sees(&e, "✗ NO-GO abandonment"));
	assert_false(eye_sees(&e, "GO    first response"));
	eye_press(&e, PRESS_ESC);
	assert_true(eye_sees(&e, "GO    first response"));
	eye_close(&e);
}

static void
rows_that_are_not_seen_are_counted(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 15, 60, CHARSET_ASCII);
	assert_true(eye_sees(&e, "~ 1 more steps"));
	for (int i = 0; i < 6; i++)
		eye_press(&e, PRESS_DOWN);
	assert_true(eye_sees(&e, ">o  6 tell-people"));
	eye_close(&e);
}

static void
hostile_text_never_reaches_a_cell_raw(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_HOSTILE, 36, 120, CHARSET_UTF8);
	for (int m = 0; m < VIEW_MODE_COUNT; m++) {
		const char *text;

		e.view.mode = (enum view_mode)m;
		text = eye_look(&e);
		assert_null(strchr(text, '\x1b'));
		assert_null(strchr(text, '\r'));
		assert_null(strchr(text, '\x07'));
		assert_null(strstr(text, "\xe2\x80\xae"));
		check_cells(&e);
	}
	e.view.mode = MODE_MAIN;
	assert_true(eye_sees(&e, "P\\x1b[31mROD"));
	eye_close(&e);
}

static void
a_long_word_to_the_person_is_wrapped_and_its_cut_marked(void **state)
{
	struct eye e;
	int row, col;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 24, 80, CHARSET_UTF8);
	view_say(&e.view, e.now.real_ms, "%s",
		 "not confirmed: since the plan was shown something moved "
		 "(live now 198.51.100.7, decision HOLD); look again");
	eye_find(&e, "look again", &row, &col);
	assert_int_equal(row, 22);
	view_say(&e.view, e.now.real_ms, "%0239d", 7);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 22), "…");
	eye_close(&e);
}

static void
every_pane_has_title_help_and_a_place(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	for (int i = 0; i < PANE_COUNT; i++) {
		const struct pane_kind *k = pane_kinds[i];

		CHECK_ROW(k->name, k->title[0] != '\0' && k->help[0] != '\0');
		CHECK_ROW(k->name, pane_index(k) == i && k->draw != NULL);
		if (i != PANE_JOURNAL)
			CHECK_ROW(k->name, eye_sees(&e, k->title));
		CHECK_ROW(k->name, i >= VIEW_PANES || k->summary != NULL);
	}
	assert_int_equal(pane_of_domain("integrations"), 1);
	assert_int_equal(pane_of_domain("something new"), 1);
	assert_int_equal(pane_of_domain("rollback"), 3);
	eye_close(&e);
}

static void
the_bell_rings_once_per_worsening(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BREACH, 24, 80, CHARSET_UTF8);
	assert_true(e.view.wants_bell == false);
	eye_turn(&e, SCENE_CALM);
	assert_false(e.view.wants_bell);
	eye_turn(&e, SCENE_BREACH);
	assert_true(e.view.wants_bell);
	e.view.wants_bell = false;
	eye_turn(&e, SCENE_BREACH);
	assert_false(e.view.wants_bell);
	eye_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scene_mode_size_and_set_is_drawn_whole),
		cmocka_unit_test(the_largest_screen_is_drawn),
		cmocka_unit_test(
			environment_mode_decision_and_clock_are_always_there),
		cmocka_unit_test(the_decision_is_one_sentence_with_its_reason),
		cmocka_unit_test(a_row_says_its_state_by_sign_word_and_role),
		cmocka_unit_test(
			a_gate_row_has_value_limit_and_age_in_fixed_columns),
		cmocka_unit_test(a_stale_row_is_dim_and_says_why_and_how_old),
		cmocka_unit_test(a_drill_wears_a_hatch_and_its_word),
		cmocka_unit_test(panes_become_lines_and_the_focused_one_opens),
		cmocka_unit_test(the_runbook_keeps_five_lines),
		cmocka_unit_test(small_screens_keep_decision_clock_and_step),
		cmocka_unit_test(sizes_near_a_border_do_not_flicker),
		cmocka_unit_test(a_running_step_shows_attempt_polls_and_time),
		cmocka_unit_test(what_was_left_out_is_not_counted_as_done),
		cmocka_unit_test(a_step_that_was_not_polled_counts_no_polls),
		cmocka_unit_test(
			a_paused_step_says_so_and_its_time_stands_still),
		cmocka_unit_test(a_rollback_shows_items_time_and_result),
		cmocka_unit_test(a_gate_opens_with_sentence_chart_and_answer),
		cmocka_unit_test(a_gate_with_a_baseline_shows_its_band),
		cmocka_unit_test(a_step_opens_with_act_needs_and_undo),
		cmocka_unit_test(the_journal_is_filtered_and_shows_its_head),
		cmocka_unit_test(a_filter_never_hides_what_is_wrong),
		cmocka_unit_test(rows_that_are_not_seen_are_counted),
		cmocka_unit_test(hostile_text_never_reaches_a_cell_raw),
		cmocka_unit_test(
			a_long_word_to_the_person_is_wrapped_and_its_cut_marked),
		cmocka_unit_test(every_pane_has_title_help_and_a_place),
		cmocka_unit_test(the_bell_rings_once_per_worsening),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
