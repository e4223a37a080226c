/* keys_test - every key is a row, and no key changes the world alone. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/rng.h"
#include "base/str.h"
#include "tests/lib/eye.h"
#include "ui/palette.h"
#include "ui/prompt.h"
#include "ui/works.h"

#define PRESSES 20000

static void
every_row_has_a_name_a_help_and_works_in_its_modes(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < key_row_count; i++) {
		const struct key_row *row = &key_rows[i];
		bool works = false;

		CHECK_ROW(row->help, row->name[0] != '\0');
		CHECK_ROW(row->name, row->help[0] != '\0' && row->act != NULL);
		CHECK_ROW(row->name, row->codes[0] != 0);
		for (int m = 0; m < VIEW_MODE_COUNT; m++)
			works |= keymap_find((enum view_mode)m,
					     row->codes[0]) == row;
		CHECK_ROW(row->name, works);
	}
}

static void
no_key_means_two_things_in_one_mode(void **state)
{
	TEST_UNUSED(state);
	for (int m = 0; m < VIEW_MODE_COUNT; m++)
		for (size_t i = 0; i < key_row_count; i++)
			for (int k = 0;
			     k < KEY_CODES && key_rows[i].codes[k] != 0 &&
			     key_rows[i].where & (1u << m);
			     k++)
				CHECK_ROW(key_rows[i].name,
					  keymap_find((enum view_mode)m,
						      key_rows[i].codes[k]) ==
						  &key_rows[i]);
}

static void
letters_are_text_where_text_is_typed(void **state)
{
	static const enum view_mode modes[] = { MODE_PROMPT, MODE_ASK,
						MODE_PALETTE, MODE_FILTER };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		for (int32_t c = 0x20; c < 0x7f; c++)
			assert_null(keymap_find(modes[i], c));
}

static void
every_mode_has_a_way_back_and_out(void **state)
{
	TEST_UNUSED(state);
	for (int m = 0; m < VIEW_MODE_COUNT; m++) {
		assert_non_null(keymap_find((enum view_mode)m, PRESS_ESC));
		assert_non_null(
			keymap_find((enum view_mode)m, PRESS_CTRL('c')));
		assert_non_null(
			keymap_find((enum view_mode)m, PRESS_CTRL('r')));
		assert_true(view_mode_titles[m][0] != '\0');
	}
}

static void
help_lists_exactly_the_keys_of_the_mode(void **state)
{
	struct frame f;
	struct eye e;
	int seen = 0;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 100, 120, CHARSET_UTF8);
	eye_type(&e, "?");
	frame_make(&f, e.s, &e.view, e.now);
	for (size_t i = 0; i < key_row_count; i++) {
		const struct key_row *row = &key_rows[i];
		bool is_here = (row->where & (1u << MODE_MAIN)) != 0;

		if (is_here)
			CHECK_ROW(row->help,
				  eye_sees(&e, row->help) == works(row, &f));
		seen += is_here && works(row, &f);
	}
	frame_clear(&f);
	assert_true(seen > 25);
	assert_false(eye_sees(&e, "complete the word"));
	eye_type(&e, "?");
	assert_int_equal(e.view.mode, MODE_MAIN);
	eye_close(&e);
}

static void
an_unknown_key_says_so_quietly(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 24, 80, CHARSET_UTF8);
	eye_type(&e, "X");
	assert_true(eye_sees(&e, "X does nothing here; ? shows the keys"));
	assert_false(e.out.has_command);
	eye_wait(&e, VIEW_WORD_MS + 1);
	assert_false(eye_sees(&e, "does nothing here"));
	eye_close(&e);
}

static void
rollback_is_one_key_away_from_every_mode(void **state)
{
	TEST_UNUSED(state);
	for (int m = 0; m < VIEW_MODE_COUNT; m++) {
		struct eye e;

		eye_open(&e, SCENE_STEP, 36, 120, CHARSET_UTF8);
		view_open(&e.view, (enum view_mode)m);
		eye_press(&e, view_types_text(&e.view) ? PRESS_CTRL('r') : 'R');
		CHECK_ROW(view_mode_titles[m], e.out.has_command);
		CHECK_ROW(view_mode_titles[m],
			  e.out.command.verb == COMMAND_ROLLBACK);
		eye_close(&e);
	}
}

static void
enter_arms_a_step_and_never_runs_one(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	eye_press(&e, PRESS_ENTER);
	assert_true(e.out.has_command);
	assert_int_equal(e.out.command.verb, COMMAND_ARM);
	assert_string_equal(e.out.command.target, "publish-flow");
	/* A step without a confirm runs when armed: the word comes first. */
	eye_press(&e, PRESS_END);
	eye_press(&e, PRESS_ENTER);
	assert_false(e.out.has_command);
	assert_int_equal(e.view.mode, MODE_ASK);
	eye_wait(&e, VIEW_DEAD_MS);
	eye_press(&e, PRESS_ENTER);
	assert_false(e.out.has_command);
	eye_type(&e, "yes");
	eye_press(&e, PRESS_ENTER);
	assert_true(e.out.has_command);
	assert_string_equal(e.out.command.target, "tell-people");
	eye_close(&e);
}

static void
reasons_and_words_are_asked_for(void **state)
{
	static const struct {
		const char *keys;
		enum scene scene;
		enum command_verb verb;
		const char *target, *answer, *text;
		int64_t duration_ms;
	} rows[] = {
		{ "s", SCENE_CALM, COMMAND_SKIP, "publish-flow", "done by hand",
		  "done by hand", 0 },
		{ "d", SCENE_STEP, COMMAND_DONE, "publish-flow", "seen", "seen",
		  0 },
		{ "f", SCENE_STEP, COMMAND_FAIL, "publish-flow", "stuck",
		  "stuck", 0 },
		{ "r", SCENE_STEP, COMMAND_RETRY, "publish-flow", "retry", "",
		  0 },
		{ "p", SCENE_PAUSED, COMMAND_RESUME, "publish-flow", "resume",
		  "", 0 },
		{ "r", SCENE_ROLLING, COMMAND_RETRY, "", "retry", "", 0 },
		{ "f", SCENE_ROLLING, COMMAND_FAIL, "", "stuck", "stuck", 0 },
		{ "c", SCENE_UNKNOWN, COMMAND_RECHECK, "publish-flow",
		  "recheck", "", 0 },
		{ "n", SCENE_CALM, COMMAND_NOTE, "", "a note", "a note", 0 },
		{ "1M", SCENE_BREACH, COMMAND_MUTE,
		  "telephony.abandonment_rate_percent", "15m known", "known",
		  900000 },
		{ "1M", SCENE_BREACH, COMMAND_MUTE,
		  "telephony.abandonment_rate_percent", "known", "known", 0 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct eye e;

		eye_open(&e, rows[i].scene, 36, 120, CHARSET_UTF8);
		eye_type(&e, rows[i].keys);
		CHECK_ROW(rows[i].keys, !e.out.has_command);
		CHECK_ROW(rows[i].keys, e.view.mode == MODE_ASK);
		/* Lines pasted where a paste is not marked. */
		eye_type(&e, rows[i].answer);
		eye_press(&e, PRESS_ENTER);
		CHECK_ROW(rows[i].keys, !e.out.has_command);
		CHECK_ROW(rows[i].keys, e.view.mode == MODE_ASK);
		eye_wait(&e, VIEW_DEAD_MS);
		eye_press(&e, PRESS_ENTER);
		CHECK_ROW(rows[i].keys, !e.out.has_command);
		eye_type(&e, rows[i].answer);
		eye_press(&e, PRESS_ENTER);
		CHECK_ROW(rows[i].keys, e.out.has_command);
		CHECK_ROW(rows[i].keys, e.out.command.verb == rows[i].verb);
		assert_string_equal(e.out.command.target, rows[i].target);
		assert_string_equal(e.out.command.text, rows[i].text);
		assert_int_equal(e.out.command.duration_ms,
				 rows[i].duration_ms);
		eye_close(&e);
	}
}

static void
escape_never_acts(void **state)
{
	TEST_UNUSED(state);
	for (int scene = 0; scene < SCENE_COUNT; scene++)
		for (int m = 0; m < VIEW_MODE_COUNT; m++) {
			struct eye e;

			eye_open(&e, (enum scene)scene, 36, 120, CHARSET_UTF8);
			eye_wait(&e, 1000);
			if (m != MODE_PROMPT || scene == SCENE_CONFIRM)
				e.view.mode = (enum view_mode)m;
			eye_press(&e, PRESS_ESC);
			assert_true(!e.out.has_command ||
				    e.out.command.verb == COMMAND_DECLINE);
			eye_close(&e);
		}
}

static void
a_screen_that_only_watches_sends_nothing(void **state)
{
	struct rng r;
	struct eye e;

	TEST_UNUSED(state);
	rng_seed(&r, 7);
	eye_open(&e, SCENE_READ_ONLY, 36, 120, CHARSET_UTF8);
	for (int i = 0; i < 5000; i++) {
		eye_press(&e, (int32_t)rng_below(&r, 128));
		assert_false(e.out.has_command);
	}
	e.view.mode = MODE_MAIN;
	eye_type(&e, "R");
	assert_true(eye_sees(&e, "this screen is read-only"));
	eye_close(&e);
}

static void
leaving_is_asked_and_parks(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_STEP, 24, 80, CHARSET_UTF8);
	eye_press(&e, PRESS_CTRL('c'));
	assert_int_equal(e.view.mode, MODE_LEAVE);
	assert_true(eye_sees(&e, "An act is under way"));
	eye_press(&e, PRESS_ESC);
	assert_int_equal(e.view.mode, MODE_MAIN);
	eye_type(&e, "q");
	assert_false(e.out.has_command || e.out.wants_leave);
	eye_type(&e, "p");
	assert_int_equal(e.out.command.verb, COMMAND_PARK);
	assert_true(e.view.is_leaving);
	eye_type(&e, "n");
	assert_false(e.out.has_command);
	eye_type(&e, "R"); /* one key away, also from here: stays */
	assert_int_equal(e.out.command.verb, COMMAND_ROLLBACK);
	assert_false(e.view.is_leaving);
	eye_close(&e);
	eye_open(&e, SCENE_READ_ONLY, 24, 80, CHARSET_UTF8);
	eye_type(&e, "q");
	assert_true(e.out.wants_leave);
	eye_close(&e);
}

static void
one_key_pauses_what_is_under_way_or_asks_to_park(void **state)
{
	static const enum view_mode modes[] = { MODE_MAIN, MODE_STEP,
						MODE_JOURNAL, MODE_HELP };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		const char *what = view_mode_titles[modes[i]];
		struct eye e;

		eye_open(&e, SCENE_STEP, 36, 120, CHARSET_UTF8);
		view_open(&e.view, modes[i]);
		eye_type(&e, "p");
		CHECK_ROW(what, e.out.has_command);
		CHECK_ROW(what, e.out.command.verb == COMMAND_PAUSE);
		assert_string_equal(e.out.command.target, "publish-flow");
		eye_close(&e);
		eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
		view_open(&e.view, modes[i]);
		eye_type(&e, "p");
		CHECK_ROW(what, !e.out.has_command);
		CHECK_ROW(what, e.view.mode == MODE_LEAVE);
		eye_close(&e);
	}
}

static void
the_palette_knows_every_verb(void **state)
{
	static const struct {
		const char *line;
		int verb; /* -1: refused */
		const char *target, *text, *why;
	} rows[] = {
		{ "arm publish-flow", COMMAND_ARM, "publish-flow", "", "" },
		{ "skip publish-flow by  hand", COMMAND_SKIP, "publish-flow",
		  "by  hand", "" },
		{ "note all is well", COMMAND_NOTE, "", "all is well", "" },
		{ "  rollback ", COMMAND_ROLLBACK, "", "", "" },
		{ "retry", COMMAND_RETRY, "", "", "" },
		{ "probe queue", COMMAND_PROBE, "queue", "", "" },
		{ "arm", -1, "", "", "something is missing: arm STEP" },
		{ "skip publish-flow", -1, "", "", "something is missing" },
		{ "arm nowhere", -1, "", "", "no STEP \"nowhere\"" },
		{ "arm publish-flow now", -1, "", "", "is too much" },
		{ "confirm", -1, "", "", "by its phrase" },
		{ "rolback", -1, "", "", "do you mean rollback" },
		{ "", -1, "", "", "no verb" },
	};
	struct eye e;
	struct frame f;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	frame_make(&f, e.s, &e.view, e.now);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct command c;
		char why[200] = "";
		bool is_read =
			palette_parse(&f, rows[i].line, &c, why, sizeof(why));

		CHECK_ROW(rows[i].line, is_read == (rows[i].verb >= 0));
		CHECK_HOLDS(why, rows[i].why);
		if (!is_read)
			continue;
		CHECK_ROW(rows[i].line, (int)c.verb == rows[i].verb);
		assert_string_equal(c.target, rows[i].target);
		assert_string_equal(c.text, rows[i].text);
	}
	for (int v = 0; v < COMMAND_COUNT; v++) {
		char usage[80];

		palette_usage((enum command_verb)v, usage, sizeof(usage));
		assert_true(str_starts(usage, command_rows[v].word));
	}
	frame_clear(&f);
	eye_close(&e);
}

static void
the_palette_completes_and_lists(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	eye_type(&e, ":");
	for (int v = 0; v < COMMAND_COUNT; v++)
		CHECK_ROW(command_rows[v].word,
			  v == COMMAND_CONFIRM ||
				  eye_sees(&e, command_rows[v].help));
	eye_type(&e, "sk\tpub\t");
	assert_string_equal(e.view.typed.text, "skip publish-flow ");
	eye_type(&e, "reason");
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.out.command.verb, COMMAND_SKIP);
	assert_string_equal(e.out.command.text, "reason");
	eye_type(&e, ":r\t");
	assert_string_equal(e.view.typed.text, "r");
	eye_paste(&e, "ollback\x1b[A");
	assert_string_equal(e.view.typed.text, "rollback\\x1b[A");
	eye_close(&e);
}

static void
selections_stay_on_their_row_when_the_size_changes(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	eye_type(&e, "2");
	eye_press(&e, PRESS_DOWN);
	assert_string_equal(e.view.selected[1],
			    "integrations.webhook_retry_count");
	eye_size(&e, 12, 40);
	eye_size(&e, 24, 80);
	assert_true(eye_sees(&e, "▸✓ GO    webhook retries"));
	eye_close(&e);
}

/* What a keyboard with a cat on it sends. */
static int32_t
any_code(struct rng *r)
{
	static const int32_t named[] = {
		PRESS_ENTER,
		PRESS_ESC,
		PRESS_TAB,
		PRESS_UP,
		PRESS_DOWN,
		PRESS_LEFT,
		PRESS_RIGHT,
		PRESS_HOME,
		PRESS_END,
		PRESS_PAGE_UP,
		PRESS_PAGE_DOWN,
		PRESS_BACKSPACE,
		PRESS_DELETE,
		PRESS_OTHER,
		'R',
		PRESS_CTRL('r'),
		'y',
		'e',
		's',
	};

	switch (rng_below(r, 4)) {
	case 0:
		return named[rng_below(r, ARRAY_LEN(named))];
	case 1:
		return (int32_t)rng_below(r, 0x110000);
	default:
		return (int32_t)rng_below(r, 0x80);
	}
}

static void
some_event(struct eye *e, struct rng *r)
{
	switch (rng_below(r, 40)) {
	case 0:
		eye_size(e, 1 + (int)rng_below(r, 500),
			 1 + (int)rng_below(r, 200));
		break;
	case 1:
		eye_size(e, 10 + (int)rng_below(r, 30),
			 40 + (int)rng_below(r, 90));
		break;
	case 2:
		eye_turn(e, (enum scene)rng_below(r, SCENE_COUNT));
		break;
	case 3:
		eye_wait(e, (int64_t)rng_below(r, 1500));
		break;
	case 4:
		eye_paste(e, SCENE_BACK_PHRASE "\n");
		break;
	case 5: /* a person who means it, or nearly */
		eye_wait(e, VIEW_DEAD_MS);
		entry_clear(&e->view.prompt.typed);
		eye_type(e, prompt_phrase(&e->s->room->prompt));
		if (rng_below(r, 2) == 0)
			eye_press(e, PRESS_BACKSPACE);
		break;
	default:
		eye_press(e, e->view.mode == MODE_PROMPT && rng_below(r, 4) == 0
				     ? PRESS_ENTER
				     : any_code(r));
		break;
	}
}

static void
no_storm_of_keys_confirms_without_the_phrase(void **state)
{
	struct rng r;
	struct eye e;
	int confirms = 0;

	TEST_UNUSED(state);
	rng_seed(&r, 20261120);
	eye_open(&e, SCENE_CONFIRM, 36, 120, CHARSET_UTF8);
	for (int i = 0; i < PRESSES; i++) {
		char typed[ENTRY_TEXT];
		const struct room_prompt *p;

		str_copy(typed, sizeof(typed), e.view.prompt.typed.text);
		e.out = (struct outcome){ .has_command = false };
		some_event(&e, &r);
		if (i % (e.view.rows * e.view.cols < 8000 ? 8 : 400) == 0)
			eye_look(&e);
		if (e.is_told)
			assert_int_equal(e.told.verb, COMMAND_DECLINE);
		if (!e.out.has_command)
			continue;
		assert_true(e.s->is_held && !e.s->is_read_only);
		p = &e.s->room->prompt;
		if (e.out.command.verb != COMMAND_CONFIRM)
			continue;
		confirms++;
		assert_true(p->open);
		assert_string_equal(typed, prompt_phrase(p));
		assert_string_equal(e.out.command.text, prompt_phrase(p));
		assert_string_equal(e.out.command.digest, p->digest);
	}
	assert_true(confirms > 0);
	eye_close(&e);
}

/* A phrase typed before its plan is there, by somebody who knows it by heart:
 * its letters are keys that leave a step out, park, acknowledge. */
static void
what_is_typed_before_the_plan_is_there_acts_on_nothing(void **state)
{
	static const char keys[] = "sdfMtnpq ";
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_CALM, 36, 120, CHARSET_UTF8);
	eye_press(&e, PRESS_ENTER);
	assert_int_equal(e.out.command.verb, COMMAND_ARM);
	for (size_t i = 0; keys[i] != '\0'; i++) {
		eye_type(&e, (const char[]){ keys[i], '\0' });
		CHECK_ROW(keys + i, !e.out.has_command);
		CHECK_ROW(keys + i, e.view.mode == MODE_MAIN);
	}
	assert_true(eye_sees(&e, "not yet: a plan is being made"));
	eye_type(&e, "R");
	assert_int_equal(e.out.command.verb, COMMAND_ROLLBACK);
	/* A plan nobody has heard of again keeps nobody out. */
	eye_wait(&e, 10000);
	eye_type(&e, "n");
	assert_int_equal(e.view.mode, MODE_ASK);
	eye_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_row_has_a_name_a_help_and_works_in_its_modes),
		cmocka_unit_test(no_key_means_two_things_in_one_mode),
		cmocka_unit_test(letters_are_text_where_text_is_typed),
		cmocka_unit_test(every_mode_has_a_way_back_and_out),
		cmocka_unit_test(help_lists_exactly_the_keys_of_the_mode),
		cmocka_unit_test(an_unknown_key_says_so_quietly),
		cmocka_unit_test(rollback_is_one_key_away_from_every_mode),
		cmocka_unit_test(enter_arms_a_step_and_never_runs_one),
		cmocka_unit_test(reasons_and_words_are_asked_for),
		cmocka_unit_test(escape_never_acts),
		cmocka_unit_test(a_screen_that_only_watches_sends_nothing),
		cmocka_unit_test(leaving_is_asked_and_parks),
		cmocka_unit_test(
			one_key_pauses_what_is_under_way_or_asks_to_park),
		cmocka_unit_test(the_palette_knows_every_verb),
		cmocka_unit_test(the_palette_completes_and_lists),
		cmocka_unit_test(
			selections_stay_on_their_row_when_the_size_changes),
		cmocka_unit_test(
			what_is_typed_before_the_plan_is_there_acts_on_nothing),
		cmocka_unit_test(no_storm_of_keys_confirms_without_the_phrase),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
