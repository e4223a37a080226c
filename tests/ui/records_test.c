/* records_test - the journal as a list, a record opened, lines broken well. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/str.h"
#include "tests/lib/eye.h"
#include "ui/page.h"
#include "ui/records.h"

#define LINES 100

/* A journal of a hundred lines, every tenth a note. */
static void
fill(struct eye *e)
{
	struct room *r = scene_room(e->s);

	r->tail_start = r->tail_count = 0;
	r->records = 2 * LINES;
	for (int i = 0; i < LINES; i++) {
		struct room_line *l = &r->tail[r->tail_count++];

		l->seq = 2 * i + 1;
		l->wall_ms = SCENE_WALL_MS;
		l->kind = i % 10 == 0 ? RECORD_NOTE : RECORD_STEP;
		str_printf(l->text, sizeof(l->text), "%s %d of a long night",
			   i % 3 == 0 ? "publish-flow" : "lower-ttl", i);
	}
}

static void
sit(struct eye *e, int rows, int cols)
{
	eye_open(e, SCENE_CALM, rows, cols, CHARSET_UTF8);
	fill(e);
}

static void
the_journal_follows_the_newest_until_another_is_selected(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	sit(&e, 24, 80);
	eye_type(&e, "j");
	assert_true(eye_sees(&e, "99 of a long night"));
	assert_true(eye_sees(&e, "more records"));
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.out.record_seq, 199);
	for (int i = 0; i < 30; i++)
		eye_press(&e, PRESS_UP);
	assert_true(eye_sees(&e, " 69 of a long night"));
	assert_int_equal(eye_role_of(&e, "publish-flow 69"), ROLE_SELECTED);
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.out.record_seq, 139);
	eye_press(&e, PRESS_HOME);
	assert_true(eye_sees(&e, " 0 of a long night"));
	eye_press(&e, PRESS_END);
	eye_look(&e);
	assert_int_equal(e.view.record_seq, 0);
	eye_close(&e);
}

static void
the_journal_is_filtered_where_it_stands(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	sit(&e, 24, 80);
	eye_type(&e, "j/lower");
	assert_int_equal(e.view.mode, MODE_FILTER);
	assert_true(eye_sees(&e, "lower-ttl 98"));
	assert_false(eye_sees(&e, "publish-flow 99"));
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.view.mode, MODE_JOURNAL);
	assert_false(eye_sees(&e, "publish-flow 99"));
	assert_true(eye_sees(&e, "66 of 200 records"));
	eye_press(&e, PRESS_ESC);
	assert_int_equal(e.view.mode, MODE_MAIN);
	assert_string_equal(e.view.filter.text, "");
	eye_type(&e, "j");
	assert_true(eye_sees(&e, "publish-flow 99"));
	eye_close(&e);
}

static void
notes_have_a_list_of_their_own(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	sit(&e, 24, 80);
	eye_type(&e, "N");
	assert_true(eye_sees(&e, "publish-flow 90"));
	assert_true(eye_sees(&e, "lower-ttl 80"));
	assert_false(eye_sees(&e, "lower-ttl 98"));
	assert_true(eye_sees(&e, "10 of 200 records"));
	eye_close(&e);
}

static void
a_step_leads_to_its_records(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	sit(&e, 24, 80);
	str_copy(e.view.selected[VIEW_RUNBOOK], SIGNAL_NAME, "publish-flow");
	eye_type(&e, "i");
	assert_int_equal(e.view.mode, MODE_STEP);
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.view.mode, MODE_JOURNAL);
	assert_true(eye_sees(&e, "publish-flow 99"));
	assert_false(eye_sees(&e, "lower-ttl 98"));
	eye_close(&e);
}

/* A request of publish-flow, folded as record `seq`. */
static void
hear(struct eye *e, int64_t seq, int64_t attempt, int64_t status,
     const char *answer)
{
	struct room *room = scene_room(e->s);
	struct record r;
	struct err err;

	record_init(&r, RECORD_REQUEST, "actor");
	r.seq = seq;
	r.wall_ms = SCENE_WALL_MS;
	r.at_ms = room->last_ms;
	record_text(&r, "step", "publish-flow");
	record_text(&r, "method", "POST");
	record_text(&r, "url", "https://host.invalid/flows");
	record_int(&r, "status", status);
	record_int(&r, "took_ms", 31);
	record_int(&r, "attempt", attempt);
	record_text(&r, "sent", "{\"flow\":\"f-8473625190\"}");
	record_text(&r, "answer", answer);
	CHECK_OK(room_apply(room, &r, &err), &err);
	record_clear(&r);
}

static void
a_step_shows_what_was_sent_and_what_was_answered(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	sit(&e, 60, 100);
	hear(&e, 301, 1, 503, "{\"message\":\"busy\"}");
	hear(&e, 302, 2, 202, "{\"job\":\"waiting\"}");
	hear(&e, 303, 2, 202, "{\"job\":\"running\"}");
	str_copy(e.view.selected[VIEW_RUNBOOK], SIGNAL_NAME, "publish-flow");
	eye_type(&e, "i");
	assert_true(eye_sees(&e, "POST https://host.invalid/flows: 503 in 31 "
				 "ms, attempt 1"));
	assert_true(eye_sees(&e, "sent {\"flow\":\"f-8473625190\"}"));
	assert_true(eye_sees(&e, "answered {\"message\":\"busy\"}"));
	assert_true(eye_sees(&e, "attempt 2"));
	assert_true(eye_sees(&e, "answered {\"job\":\"running\"}"));
	assert_false(eye_sees(&e, "answered {\"job\":\"waiting\"}"));
	eye_close(&e);
}

/* However many there were: memory is bounded, the last ones are there. */
static void
of_many_exchanges_a_step_keeps_the_last(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	sit(&e, 200, 100);
	for (int i = 1; i <= 40; i++)
		hear(&e, 300 + i, i, 503, "{}");
	str_copy(e.view.selected[VIEW_RUNBOOK], SIGNAL_NAME, "publish-flow");
	eye_type(&e, "i");
	assert_true(eye_sees(&e, "ms, attempt 40"));
	assert_true(eye_sees(&e, "ms, attempt 25"));
	assert_false(eye_sees(&e, "ms, attempt 24"));
	eye_close(&e);
}

static void
a_record_opens_with_all_its_fields(void **state)
{
	struct record r;
	struct eye e;

	TEST_UNUSED(state);
	record_init(&r, RECORD_REQUEST, "actor");
	r.seq = 42;
	r.wall_ms = SCENE_WALL_MS;
	record_text(&r, "method", "POST");
	record_text(&r, "url",
		    "https://host.invalid/api/v2/flows?name=one-long-value&"
		    "state=published&expand=all");
	record_int(&r, "status", 202);
	record_number(&r, "share", 0.25);
	record_flag(&r, "again", true);
	record_json(&r, "body", "{\"flow\":\"f-8473625190\",\"to\":[1,2]}");
	sit(&e, 24, 60);
	e.view.record = &r;
	e.view.record_seq = 42;
	view_open(&e.view, MODE_RECORD);
	assert_true(eye_sees(&e, "Record 42 of 200 · request"));
	assert_true(eye_sees(&e, "a request and its answer by actor"));
	assert_true(eye_sees(&e, "status     202"));
	assert_true(eye_sees(&e, "share      0.25"));
	assert_true(eye_sees(&e, "again      yes"));
	assert_true(eye_sees(&e, "{\"flow\":\"f-8473625190\",\"to\":[1,2]}"));
	assert_true(eye_sees(&e, "state=published&"));
	eye_type(&e, "]");
	assert_int_equal(e.out.record_seq, 43);
	eye_type(&e, "[");
	assert_int_equal(e.out.record_seq, 41);
	e.view.record_seq = 1;
	eye_type(&e, "[");
	assert_int_equal(e.out.record_seq, 0);
	assert_true(eye_sees(&e, "this is the first record"));
	eye_press(&e, PRESS_ESC);
	assert_int_equal(e.view.mode, MODE_JOURNAL);
	record_clear(&r);
	eye_close(&e);
}

static void
lines_break_between_values_and_not_inside(void **state)
{
	static const struct {
		const char *text, *lines[4];
	} rows[] = {
		{ "{\"name\":\"PRE_CUTOVER\",\"version\":\"v-1029384756\"}",
		  { "{\"name\":\"PRE_CUTOVER\",",
		    "\"version\":\"v-1029384756\"}" } },
		{ "/api?first=one&second=two-and-a-half&x=1",
		  { "/api?first=one&", "second=two-and-a-half&x=1" } },
		{ "plain words are broken at their blanks",
		  { "plain words are broken at", "their blanks" } },
		{ "{\"a\":\"x\",\"text\":\"some words here\"}",
		  { "{\"a\":\"x\",", "\"text\":\"some words here\"}" } },
		{ "abcdefghijklmnopqrstuvwxyz0123456789",
		  { "abcdefghijklmnopqrstuvwxyz01", "23456789" } },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct page p;

		page_init(&p, CHARSET_ASCII, 28);
		page_text(&p, ROLE_NORMAL, 0, rows[i].text);
		for (size_t l = 0; l < p.count; l++) {
			assert_non_null(rows[i].lines[l]);
			assert_string_equal(p.lines[l].text, rows[i].lines[l]);
		}
		assert_null(rows[i].lines[p.count]);
		page_clear(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_journal_follows_the_newest_until_another_is_selected),
		cmocka_unit_test(the_journal_is_filtered_where_it_stands),
		cmocka_unit_test(notes_have_a_list_of_their_own),
		cmocka_unit_test(a_step_leads_to_its_records),
		cmocka_unit_test(
			a_step_shows_what_was_sent_and_what_was_answered),
		cmocka_unit_test(of_many_exchanges_a_step_keeps_the_last),
		cmocka_unit_test(a_record_opens_with_all_its_fields),
		cmocka_unit_test(lines_break_between_values_and_not_inside),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
