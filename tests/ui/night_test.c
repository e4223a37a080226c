/* night_test - what made a commander hesitate on a whole night at 80 x 24. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/drain.h"
#include "model/room_health.h"
#include "model/validation.h"
#include "tests/lib/eye.h"
#include "ui/clauses.h"

/* How often `part` is on the screen as drawn last. */
static int
times(struct eye *e, const char *part)
{
	const char *at = eye_look(e);
	int n = 0;

	while ((at = strstr(at, part)) != NULL) {
		n++;
		at++;
	}
	return n;
}

static void
the_alarm_says_its_reason_once_and_live(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_PROPOSED, 24, 80, CHARSET_UTF8);
	str_copy(scene_room(e.s)->rollback_detail, 240,
		 "NO-GO: abandonment 2.6 % > 2.5 % (critical) for 501 ms");
	assert_true(eye_sees(&e, "A breach asks for the rollback: NO-GO"));
	assert_false(eye_sees(&e, "501 ms"));
	eye_close(&e);
}

static void
an_alarm_whose_breach_is_over_says_both(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 24, 80, CHARSET_UTF8);
	scene_room(e.s)->rollback = ROLLBACK_PROPOSED;
	str_copy(scene_room(e.s)->rollback_detail, 240, "NO-GO: it was so");
	e.view.mode = MODE_ALARM;
	assert_true(
		eye_sees(&e, "A breach asked for the rollback: NO-GO: it was"));
	assert_true(eye_sees(&e, "Now GO: 11 of 11"));
	eye_close(&e);
}

static void
a_word_that_was_taken_back_leaves_no_line(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 24, 80, CHARSET_ASCII);
	eye_type(&e, "R");
	eye_look(&e);
	assert_int_equal(eye_row(&e, 22)[1], '>');
	eye_turn(&e, SCENE_ROLLBACK_PLAN);
	eye_look(&e);
	assert_int_equal(eye_row(&e, 22)[1] == '>', false);
	eye_close(&e);
}

static void
a_title_has_its_room_at_80_columns(void **state)
{
	struct eye e;
	int row, col, other;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 24, 80, CHARSET_UTF8);
	eye_press(&e, PRESS_UP);
	assert_true(eye_sees(&e, "Point sip.domain.com to the"));
	/* A need that is the row before is said of the selected row alone. */
	assert_false(eye_sees(&e, "needs"));
	eye_find(&e, "~1m 10s", &row, &col);
	eye_press(&e, PRESS_DOWN);
	eye_press(&e, PRESS_DOWN);
	assert_true(eye_sees(&e, "needs publish-flow"));
	eye_find(&e, "~1m 10s", &row, &other);
	assert_int_equal(col, other);
	for (int i = 0; i < 3; i++)
		eye_press(&e, PRESS_DOWN);
	assert_int_equal(times(&e, "needs"), 1);
	eye_close(&e);
}

static void
a_need_further_up_is_always_said(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 24, 80, CHARSET_UTF8);
	scene_room(e.s)->book->steps[4].needs[0] = 2;
	assert_true(eye_sees(&e, "needs publish-flow"));
	eye_size(&e, 36, 120);
	assert_true(eye_sees(&e, "needs publish-flow"));
	eye_size(&e, 19, 60);
	assert_true(eye_sees(&e, "needs pub"));
	eye_close(&e);
}

static void
the_time_in_the_room_is_no_clock(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 24, 80, CHARSET_UTF8);
	assert_true(eye_sees(&e, "phase 2 Switch · 41 m in"));
	e.now.room_ms += 3600000;
	assert_true(eye_sees(&e, "phase 2 Switch · 1 h 41 m in"));
	eye_close(&e);
}

/* As the last safe start beside it: a drill is over sooner. */
static void
restored_by_is_told_by_the_clock_on_the_wall(void **state)
{
	struct eye e;
	char now[16], want[48];

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	words_minute(now, sizeof(now), e.now.wall_ms);
	str_printf(want, sizeof(want), "restored by %s (p50) %s (p90)", now,
		   now);
	assert_false(eye_sees(&e, want));
	e.now.speed = 1e6;
	assert_true(eye_sees(&e, want));
	eye_close(&e);
}

static void
whole_clauses_are_left_out_of_a_sentence(void **state)
{
	static const struct {
		const char *what, *text, *want;
		int cells;
	} rows[] = {
		{ "what fits is left as it is", "a, margin 1, age 2 s. GO.",
		  "a, margin 1, age 2 s. GO.", 25 },
		{ "the age goes first, its full stop stays",
		  "a, margin 1, age 2 s. GO.", "a, margin 1. GO. ~", 18 },
		{ "then the margin", "a, margin 1, age 2 s. GO.", "a. GO. ~",
		  10 },
		{ "then what stands at the end",
		  "a (b, c), d. GO when. 2 more.", "a (b, c), d. ~", 16 },
		{ "a list in brackets is one clause", "a (b, c), d",
		  "a (b, c) ~", 10 },
		{ "a first clause that is too long stays", "abcdefgh, ijk",
		  "abcdefgh ~", 5 },
		{ "a number is not parted", "v 2.5, w 1.2.3 xyz", "v 2.5 ~",
		  10 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[80], want[80];

		clauses_fit(got, sizeof(got), CHARSET_ASCII, rows[i].text,
			    rows[i].cells);
		str_copy(want, sizeof(want), rows[i].want);
		if (want[strlen(want) - 1] == '~')
			str_copy(want + strlen(want) - 1, 4,
				 words_glyph(CHARSET_ASCII, GLYPH_CUT));
		CHECK_ROW(rows[i].what, str_same(got, want));
	}
}

static void
the_decision_is_cut_at_a_clause_and_says_so(void **state)
{
	struct eye e;
	const char *line;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 24, 80, CHARSET_UTF8);
	eye_look(&e);
	line = eye_row(&e, 1);
	CHECK_HOLDS(line, "11 of 11 gates met, nearest: DNS TTL 300 s ≤ 300 s");
	CHECK_HOLDS(line, ". …");
	assert_null(strstr(line, "margin"));
	eye_turn(&e, SCENE_BREACH);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 1), "GO when < 2 % for 60 s.");
	eye_close(&e);
}

static void
line_two_says_first_how_a_rollback_ended(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLED, 24, 80, CHARSET_UTF8);
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 1),
		    "Rolled back and validated at 02:40 in 3m. Gates now: ");
	eye_size(&e, 12, 40);
	assert_true(eye_sees(&e, "Rolled back and validated"));
	eye_size(&e, 24, 80);
	scene_room(e.s)->rollback = ROLLBACK_HALTED;
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 1), "Rollback halted, a person is needed. ");
	eye_close(&e);
}

static void
a_rollback_that_was_given_up_says_so_until_it_has_halted(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLING, 24, 80, CHARSET_UTF8);
	eye_look(&e);
	assert_true(eye_sees(&e, "ROLLING BACK"));
	scene_room(e.s)->rollback = ROLLBACK_HALTING;
	str_copy(scene_room(e.s)->rollback_detail, 240,
		 "given up by lead: vendor says no");
	eye_look(&e);
	CHECK_HOLDS(eye_row(&e, 1), "Rollback given up, it halts. ");
	assert_true(eye_sees(&e, "ROLLBACK GIVEN UP, HALTING"));
	assert_false(eye_sees(&e, "ROLLING BACK"));
	eye_size(&e, 24, 160);
	eye_look(&e);
	assert_true(eye_sees(&e, "given up by lead: vendor says no"));
	eye_close(&e);
}

/* A rollback that is validated: one condition holds, one takes its time, one
 * is beyond its limit, one was not measured. */
static void
validate(struct snapshot *s)
{
	static const struct {
		const char *signal, *title;
		double value; /* below 0: none */
		int64_t for_ms, good_ms;
	} rows[] = {
		{ "a", "calls to the right queue", 97, 0, 50000 },
		{ "b", "trunk stable", 99, 120000, 63000 },
		{ "c", "agents consistent", 91, 0, 50000 },
		{ "d", "pipeline", -1, 0, 0 },
	};
	struct room *r = scene_room(s);
	struct book_rollback *b = &r->book->rollback;

	r->rollback = ROLLBACK_VALIDATING;
	b->validation_count = ARRAY_LEN(rows);
	b->validations = mem_new(ARRAY_LEN(rows), sizeof(*b->validations));
	mem_free(r->watches);
	r->watches = mem_new(ARRAY_LEN(rows), sizeof(*r->watches));
	for (size_t i = 0; i < r->undo_count; i++)
		r->undos[i].act.ended_ms = SCENE_NOW_MS - 100000;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct book_validation *v = &b->validations[i];
		struct sample one = { .n = -1,
				      .at_ms = SCENE_NOW_MS - rows[i].good_ms };

		v->for_ms = rows[i].for_ms;
		v->gate.op = GATE_AT_LEAST;
		v->gate.limit = value_of_number(95);
		v->gate.max_age_ms = 600000;
		str_copy(v->gate.signal, SIGNAL_NAME, rows[i].signal);
		str_copy(v->gate.title, GATE_TITLE, rows[i].title);
		str_copy(one.signal, SIGNAL_NAME, rows[i].signal);
		one.value = value_of_number(rows[i].value);
		if (rows[i].value >= 0)
			validation_feed(v, &r->watches[i], &one);
	}
	room_watches_look(r, SCENE_NOW_MS);
}

/* The same value of a condition once more, at a room time. */
static void
measure_again(struct snapshot *s, size_t row, int64_t at_ms)
{
	struct room *r = scene_room(s);
	struct sample one = r->watches[row].gate.last;

	one.at_ms = at_ms;
	validation_feed(&r->book->rollback.validations[row], &r->watches[row],
			&one);
}

static void
validating_says_what_it_waits_for_and_for_how_long(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLED, 24, 80, CHARSET_UTF8);
	validate(e.s);
	assert_true(eye_sees(&e, "1 of 4 hold: agents consistent 91, "));
	assert_true(eye_sees(&e, "✓ calls to the right queue holds"));
	assert_true(eye_sees(&e, "▶ trunk stable good for 1m 3s of 2m"));
	assert_true(eye_sees(&e, "55s left"));
	assert_true(eye_sees(&e, "✗ agents consistent 91, wanted ≥ 95"));
	assert_true(eye_sees(&e, "? pipeline not measured"));
	/* What was done is still there. */
	assert_true(eye_sees(&e, "dns_ttl_override"));
	scene_room(e.s)->book->rollback.validation_count = 2;
	assert_true(eye_sees(&e, "1 of 2 hold, 55s left: trunk stable g"));
	e.now.room_ms += 30000;
	assert_true(eye_sees(&e, "trunk stable good for 1m 33s of 2m"));
	assert_true(eye_sees(&e, "25s left"));
	e.now.room_ms += 30000;
	assert_true(eye_sees(&e, "1 of 2 hold, 0s left: trunk stable g"));
	measure_again(e.s, 1, e.now.room_ms);
	assert_true(eye_sees(&e, "2 of 2 hold"));
	eye_close(&e);
}

/* A rollback whose second item waits for calls to end, for 4 of 10 minutes. */
static void
drain(struct snapshot *s)
{
	struct room *r = scene_room(s);
	struct book_rollback *b = &r->book->rollback;
	struct book_drain *row = mem_new(1, sizeof(*row));

	r->rollback = ROLLBACK_RUNNING;
	gate_init(&row->gate, "telephony.active_sessions");
	row->gate.op = GATE_AT_MOST;
	row->gate.limit = value_of_number(2);
	row->session_timer_ms = 600000;
	b->drains = row;
	b->drain_count = 1;
	mem_free(r->drains);
	r->drains = mem_new(1, sizeof(*r->drains));
	r->drains[0] = (struct room_drain){
		.state = DRAIN_WAITING,
		.item = 1,
		.began_ms = SCENE_NOW_MS - 240000,
		.until_ms = SCENE_NOW_MS + 360000,
	};
}

static void
a_wait_for_calls_to_end_says_what_how_long_and_how_to_go_on(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLED, 24, 120, CHARSET_UTF8);
	drain(e.s);
	assert_true(eye_sees(&e, "at most 6m left, r goes on now: "));
	assert_true(eye_sees(&e, "siph_trunk_status waits: active sessions "
				 "not measured, wanted ≤ 2"));
	e.now.room_ms += 60000;
	assert_true(eye_sees(&e, "at most 5m left"));
	eye_type(&e, "r");
	assert_true(eye_sees(&e, "Take it back without waiting for calls"));
	eye_wait(&e, VIEW_DEAD_MS);
	eye_type(&e, "retry");
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.out.command.verb, COMMAND_RETRY);
	assert_string_equal(e.out.command.target, "");
	scene_room(e.s)->drains[0].state = DRAIN_CUT;
	eye_press(&e, PRESS_ESC);
	assert_false(eye_sees(&e, "r goes on now"));
	eye_close(&e);
}

static void
a_plan_that_is_made_says_so_until_it_is_there(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 24, 80, CHARSET_UTF8);
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.out.command.verb, COMMAND_ARM);
	eye_wait(&e, 17000);
	assert_true(
		eye_sees(&e, "the plan of publish-flow is being made, 17 s"));
	eye_turn(&e, SCENE_CONFIRM);
	assert_false(eye_sees(&e, "being made"));
	eye_press(&e, PRESS_ESC);
	eye_turn(&e, SCENE_CALM);
	eye_wait(&e, 2000);
	eye_type(&e, "R");
	assert_true(eye_sees(&e, "the rollback's plan is being made, 0 s"));
	str_copy(e.s->notice, sizeof(e.s->notice), "nothing to take back");
	e.s->notice_id++;
	eye_turn(&e, SCENE_HOSTILE); /* its notice is another word */
	assert_false(eye_sees(&e, "being made"));
	eye_close(&e);
}

static void
a_second_person_is_awaited_with_the_time(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CONFIRM, 24, 80, CHARSET_UTF8);
	str_copy(scene_room(e.s)->prompt.awaits, 320, "warroom approve x y");
	e.now.room_ms += 41000;
	assert_true(eye_sees(&e, "Waits for a second person (00:41 so far)"));
	eye_close(&e);
}

static void
a_first_round_of_probes_is_counted(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_BLIND, 24, 80, CHARSET_UTF8);
	assert_false(eye_sees(&e, "First round"));
	e.s->probes[1].runs = 0;
	assert_true(eye_sees(&e, "▌BLIND▐ First round: 1 of 2 probes ran. "));
	eye_close(&e);
}

static void
marked_steps_and_items_are_taken_back_alone(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 24, 80, CHARSET_UTF8);
	eye_press(&e, PRESS_UP);
	eye_type(&e, "x");
	assert_false(e.out.has_command);
	assert_true(eye_sees(&e, "✓* 2 lower-ttl"));
	assert_true(eye_sees(&e, "that takes back: lower-ttl"));
	eye_press(&e, PRESS_UP);
	eye_type(&e, "xR");
	assert_int_equal(e.out.command.verb, COMMAND_ROLLBACK);
	assert_string_equal(e.out.command.text, "lower-ttl lock-baseline");
	assert_false(eye_sees(&e, "✓* 2 lower-ttl"));
	/* Marked twice is not marked; esc forgets. */
	eye_type(&e, "xx");
	assert_true(eye_sees(&e, "R takes all back"));
	eye_type(&e, "x");
	eye_press(&e, PRESS_ESC);
	eye_type(&e, "R");
	assert_string_equal(e.out.command.text, "");
	/* In the rollback's view, by space too. */
	eye_turn(&e, SCENE_ROLLING);
	scene_room(e.s)->rollback = ROLLBACK_HALTED;
	eye_press(&e, PRESS_DOWN);
	eye_press(&e, PRESS_SPACE);
	assert_false(e.out.has_command);
	eye_type(&e, "R");
	assert_string_equal(e.out.command.text, "siph_trunk_status");
	eye_close(&e);
	/* Who only looks marks nothing. */
	eye_open(&e, SCENE_READ_ONLY, 24, 80, CHARSET_UTF8);
	eye_type(&e, "x");
	assert_string_equal(e.view.marks, "");
	eye_close(&e);
}

static void
a_page_shows_only_lines_the_filter_finds(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	eye_type(&e, "i");
	assert_true(eye_sees(&e, "path = /api/v2/thing"));
	assert_true(eye_sees(&e, "phase 2 Switch"));
	eye_type(&e, "/PATH");
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.view.mode, MODE_STEP);
	assert_true(eye_sees(&e, "path = /api/v2/thing"));
	assert_false(eye_sees(&e, "phase 2 Switch"));
	assert_true(eye_sees(&e, "only lines with \"PATH\""));
	assert_true(eye_sees(&e, "ready:")); /* its state stays */
	eye_press(&e, PRESS_ESC);
	eye_type(&e, "g/nowhere");
	assert_true(eye_sees(&e, "GO  DNS TTL"));
	assert_false(eye_sees(&e, "no probe feeds"));
	eye_press(&e, PRESS_ESC); /* while typed: all again */
	assert_true(eye_sees(&e, "no probe feeds"));
	eye_close(&e);
}

static void
the_matrix_is_filtered_but_never_what_is_mixed_or_unknown(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_UNKNOWN, 36, 120, CHARSET_UTF8);
	eye_type(&e, "m");
	assert_true(eye_sees(&e, "deployment:d-9876543210"));
	assert_true(eye_sees(&e, "flow:f-8473625190"));
	eye_type(&e, "/strategy");
	assert_true(eye_sees(&e, "strategy:rs-5566778899"));
	assert_false(eye_sees(&e, "deployment:d-9876543210"));
	assert_true(eye_sees(&e, "flow:f-8473625190"));
	eye_press(&e, PRESS_ESC);
	assert_true(eye_sees(&e, "deployment:d-9876543210"));
	eye_close(&e);
}

static void
help_lists_what_works_here_and_now(void **state)
{
	static const struct {
		const char *what;
		enum scene scene;
		const char *help;
		bool is_there;
	} rows[] = {
		{ "a ready step can be left out", SCENE_CALM,
		  "leave the step out", true },
		{ "nothing is to be read back", SCENE_CALM,
		  "read an unknown outcome back", false },
		{ "an unknown one is", SCENE_UNKNOWN,
		  "read an unknown outcome back", true },
		{ "nothing to acknowledge", SCENE_CALM,
		  "acknowledge the breach", false },
		{ "a breach is", SCENE_BREACH, "acknowledge the breach", true },
		{ "no rollback to look at", SCENE_CALM, "runbook or rollback",
		  false },
		{ "one to look at", SCENE_ROLLED, "runbook or rollback", true },
		{ "what was taken back is not again", SCENE_ROLLED,
		  "show the plan of the rollback", false },
		{ "who looks does not roll back", SCENE_READ_ONLY,
		  "show the plan of the rollback", false },
		{ "who looks writes no note", SCENE_READ_ONLY, "write a note",
		  false },
		{ "who looks suspends", SCENE_READ_ONLY, "suspend a screen",
		  true },
		{ "who commands does not", SCENE_CALM, "suspend a screen",
		  false },
		{ "who looks moves about", SCENE_READ_ONLY, "focus a pane",
		  true },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct eye e;

		eye_open(&e, rows[i].scene, 60, 120, CHARSET_UTF8);
		eye_type(&e, "?");
		CHECK_ROW(rows[i].what,
			  eye_sees(&e, rows[i].help) == rows[i].is_there);
		eye_close(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_alarm_says_its_reason_once_and_live),
		cmocka_unit_test(an_alarm_whose_breach_is_over_says_both),
		cmocka_unit_test(a_word_that_was_taken_back_leaves_no_line),
		cmocka_unit_test(a_title_has_its_room_at_80_columns),
		cmocka_unit_test(a_need_further_up_is_always_said),
		cmocka_unit_test(the_time_in_the_room_is_no_clock),
		cmocka_unit_test(whole_clauses_are_left_out_of_a_sentence),
		cmocka_unit_test(the_decision_is_cut_at_a_clause_and_says_so),
		cmocka_unit_test(line_two_says_first_how_a_rollback_ended),
		cmocka_unit_test(
			a_rollback_that_was_given_up_says_so_until_it_has_halted),
		cmocka_unit_test(
			validating_says_what_it_waits_for_and_for_how_long),
		cmocka_unit_test(
			a_wait_for_calls_to_end_says_what_how_long_and_how_to_go_on),
		cmocka_unit_test(a_plan_that_is_made_says_so_until_it_is_there),
		cmocka_unit_test(a_second_person_is_awaited_with_the_time),
		cmocka_unit_test(a_first_round_of_probes_is_counted),
		cmocka_unit_test(marked_steps_and_items_are_taken_back_alone),
		cmocka_unit_test(a_page_shows_only_lines_the_filter_finds),
		cmocka_unit_test(
			the_matrix_is_filtered_but_never_what_is_mixed_or_unknown),
		cmocka_unit_test(restored_by_is_told_by_the_clock_on_the_wall),
		cmocka_unit_test(help_lists_what_works_here_and_now),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
