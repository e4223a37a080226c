/* term_test - the console on a real terminal: bytes in, bytes out. */
#include "tests/lib/test.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/lib/stage.h"
#include "ui/source.h"

static struct stage_options
options(enum scene scene)
{
	return (struct stage_options){ .rows = 36,
				       .cols = 120,
				       .scene = scene };
}

static void
begin(struct stage *s, enum scene scene)
{
	struct stage_options o = options(scene);

	stage_open(s, &o);
	stage_see(s, "prod_cutover_v4");
}

static void
the_room_is_drawn_and_the_title_says_the_decision(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_BREACH);
	stage_see(&s, "abandonment 2.9 %");
	stage_see(&s, "\033]2;NO-GO LIVE prod_cutover_v4\033\\");
	stage_see(&s, "\033[?2004h");
	assert_false(stage_has_seen(&s, "\a"));
	stage_close(&s);
}

static void
keys_become_commands(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	stage_type(&s, "R");
	stage_hear(&s, "rollback|||\n");
	stage_type(&s, "\r");
	stage_hear(&s, "arm|publish-flow||\n");
	stage_close(&s);
}

static void
arrows_work_in_both_spellings(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	/* Down from step 3 to 6, which asks for a word when it is opened. */
	stage_type(&s, "\033[B\033OB\033[B\r");
	stage_see(&s, "This runs at once:");
	(void)stage_listen(&s, 350); /* a box that came up is deaf */
	stage_type(&s, "yes\r");
	stage_hear(&s, "arm|tell-people||\n");
	stage_close(&s);
}

static void
a_paste_never_confirms_on_the_wire(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CONFIRM);
	stage_see(&s, "leaves everything as it is");
	(void)stage_listen(&s, 350);
	stage_type(&s, "\033[200~" SCENE_PHRASE "\r\033[201~");
	stage_see(&s, "a paste is refused here");
	stage_type(&s, "\r");
	stage_see(&s, "enter alone does nothing");
	assert_false(stage_has_heard(&s, "confirm|"));
	stage_type(&s, SCENE_PHRASE "\r");
	stage_hear(&s, "confirm||" SCENE_PHRASE "|" SCENE_DIGEST "\n");
	stage_close(&s);
}

static void
a_worsening_rings_once(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	assert_false(stage_has_seen(&s, "\a"));
	stage_turn(&s, SCENE_BREACH);
	stage_see(&s, "\a");
	stage_see(&s, "NO-GO LIVE");
	stage_forget(&s);
	stage_turn(&s, SCENE_BREACH);
	(void)stage_listen(&s, 200);
	assert_false(stage_has_seen(&s, "\a"));
	stage_close(&s);
}

static void
foreign_bytes_do_not_reach_the_wire(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_HOSTILE);
	stage_see(&s, "\\x1b[2J");
	(void)stage_listen(&s, 100);
	assert_false(stage_has_seen(&s, "own\a"));
	assert_false(stage_has_seen(&s, "\033]0;own"));
	assert_false(stage_has_seen(&s, "\xe2\x80\xae"));
	assert_false(stage_has_seen(&s, "\xc2\x9b"));
	stage_close(&s);
}

static void
an_idle_room_writes_next_to_nothing(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	(void)stage_listen(&s, 300);
	assert_true(stage_listen(&s, 1200) < 1500);
	stage_close(&s);
}

static double
cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
	       ((double)u.ru_utime.tv_usec + (double)u.ru_stime.tv_usec) / 1e6;
}

static void
a_hangup_is_seen_at_once_and_costs_nothing(void **state)
{
	TEST_UNUSED(state);
	for (int ignores = 0; ignores < 2; ignores++) {
		struct stage_options o = options(SCENE_STEP);
		struct stage s;
		double before_s = cpu_s();
		int64_t begun_us;

		o.ignores_hangup = ignores == 1;
		stage_open(&s, &o);
		stage_see(&s, "prod_cutover_v4");
		begun_us = clock_real_us();
		stage_hang_up(&s);
		stage_hear(&s, ignores == 1 ? "lost|the terminal is gone\n"
					    : "lost|");
		stage_hear(&s, "end|1\n");
		assert_int_equal(stage_wait(&s), 0);
		assert_true(clock_real_us() - begun_us < 1000000);
		assert_true(cpu_s() - before_s < 0.8);
		stage_close(&s);
	}
}

/* Sanitizers end a crashed program in their own way: the one for addresses
 * by 1, the one for threads by 66, both, when told so, by abort(). */
static bool
is_crash(int code)
{
	const char *san = getenv("SAN");

	if (san == NULL || san[0] == '\0')
		return false;
	return code == 1 || code == 66 || code == 128 + SIGABRT;
}

static void
the_terminal_is_as_before_after_every_end(void **state)
{
	static const struct {
		const char *what;
		int number; /* 0: leaves; -1: abort(); -2: room over */
		int code;
	} rows[] = {
		{ "left by key", 0, 0 },
		{ "abort", -1, 128 + SIGABRT },
		{ "the room is over", -2, 0 },
		{ "SIGHUP", SIGHUP, 0 },
		{ "SIGTERM", SIGTERM, 0 },
		{ "SIGINT", SIGINT, 0 },
		{ "SIGSEGV", SIGSEGV, 128 + SIGSEGV },
		{ "SIGBUS", SIGBUS, 128 + SIGBUS },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct stage s;
		int code;

		begin(&s, rows[i].number == 0 ? SCENE_READ_ONLY : SCENE_CALM);
		stage_see(&s, "\033]2;");
		CHECK_ROW(rows[i].what, !stage_is_restored(&s));
		stage_forget(&s);
		if (rows[i].number > 0)
			stage_signal(&s, rows[i].number);
		else if (rows[i].number == -1)
			stage_crash(&s);
		else if (rows[i].number == -2)
			stage_end_room(&s);
		else
			stage_type(&s, "q");
		code = stage_wait(&s);
		CHECK_ROW(rows[i].what,
			  code == rows[i].code ||
				  (rows[i].code > 128 && is_crash(code)));
		CHECK_ROW(rows[i].what, stage_is_restored(&s));
		CHECK_ROW(rows[i].what, stage_has_seen(&s, "\033[?1049l"));
		CHECK_ROW(rows[i].what, stage_has_seen(&s, "\033[?2004l"));
		CHECK_ROW(rows[i].what, stage_has_seen(&s, "\033[23;0t"));
		stage_close(&s);
	}
}

/* Where the last erasing of the rest of a line, or of the screen, ends; NULL
 * none came. */
static const char *
behind_last_erase(const char *at)
{
	const char *found = NULL;

	for (; *at != '\0'; at++)
		if (strncmp(at, "\033[K", 3) == 0 ||
		    strncmp(at, "\033[J", 3) == 0)
			found = at + 3;
	return found;
}

static void
what_is_written_behind_us_gets_an_empty_line(void **state)
{
	struct stage_options o = options(SCENE_READ_ONLY);
	struct stage s;
	const char *at;

	TEST_UNUSED(state);
	o.term = "vt100"; /* keeps no screen for us */
	o.locale = "C";
	stage_open(&s, &o);
	stage_see(&s, "leave");
	stage_forget(&s);
	stage_type(&s, "q");
	assert_int_equal(stage_wait(&s), 0);
	at = behind_last_erase(buf_str(&s.out));
	assert_non_null(at);
	/* Nothing but ways of the cursor and modes is sent after it. */
	while (*at != '\0') {
		if (*at == '\033')
			at += strcspn(at, "Hhlm>=\x0f");
		else
			assert_true((unsigned char)*at < 0x20);
		at += *at != '\0';
	}
	stage_close(&s);
}

static void
absurd_sizes_do_no_harm(void **state)
{
	static const struct {
		int rows, cols;
	} sizes[] = {
		{ 65535, 65535 }, { 1, 65535 }, { 65535, 1 }, { 1, 1 },
		{ 0, 0 },	  { 2, 3 },	{ 500, 200 }, { 36, 120 }
	};
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_STEP);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		stage_resize(&s, sizes[i].rows, sizes[i].cols);
		(void)stage_listen(&s, 20);
	}
	stage_type(&s, "R");
	stage_hear(&s, "rollback|||\n");
	stage_close(&s);
	/* A window that is absurd from the start. */
	struct stage_options o = options(SCENE_CALM);

	o.rows = o.cols = 65535;
	stage_open(&s, &o);
	stage_see(&s, "prod_cutover_v4");
	stage_close(&s);
}

static void
a_window_that_was_smaller_for_a_moment_is_drawn_whole(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	(void)stage_listen(&s, 100);
	stage_forget(&s);
	/* The size is as before when the program looks: its picture is not. */
	stage_signal(&s, SIGWINCH);
	stage_see(&s, "\033[H\033[2J");
	stage_see(&s, "Rollback readiness");
	stage_close(&s);
}

static void
any_terminal_and_locale_shows_the_room_or_says_why_not(void **state)
{
	static const struct {
		const char *term, *locale, *want;
		bool is_refused;
	} rows[] = {
		{ "vt100", "C", "[GO]", false },
		{ "linux", "C.UTF-8", "GO", false },
		{ "screen-256color", "C", "[GO]", false },
		{ "xterm-ghostty", "C.UTF-8", "GO", false },
		{ "no-such-terminal", "C", "[GO]", false },
		{ "dumb", "C", "use --plain", true },
		{ "", "C", "use --plain", true },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct stage_options o = options(SCENE_CALM);
		struct stage s;

		o.term = rows[i].term;
		o.locale = rows[i].locale;
		stage_open(&s, &o);
		if (rows[i].is_refused) {
			stage_hear(&s, "refused|");
			stage_hear(&s, rows[i].want);
		} else {
			stage_see(&s, rows[i].want);
		}
		stage_close(&s);
	}
}

static void
leaving_parks_and_waits_for_the_room(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	stage_type(&s, "q");
	stage_see(&s, "Leave the room");
	stage_type(&s, "p");
	stage_hear(&s, "park|||\n");
	stage_see(&s, "parking: the act in hand ends first");
	stage_end_room(&s);
	stage_hear(&s, "end|0\n");
	stage_close(&s);
}

static void
suspend_is_for_watchers_alone(void **state)
{
	struct stage s;

	TEST_UNUSED(state);
	begin(&s, SCENE_CALM);
	stage_type(&s, "\x1a");
	stage_see(&s, "suspend is off in a LIVE room");
	stage_close(&s);
	begin(&s, SCENE_READ_ONLY);
	stage_type(&s, "\x1a"); /* without a shell to go to it comes back */
	stage_see(&s, "\033[?1049l");
	stage_see(&s, "this is the room now");
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_room_is_drawn_and_the_title_says_the_decision),
		cmocka_unit_test(keys_become_commands),
		cmocka_unit_test(arrows_work_in_both_spellings),
		cmocka_unit_test(a_paste_never_confirms_on_the_wire),
		cmocka_unit_test(a_worsening_rings_once),
		cmocka_unit_test(foreign_bytes_do_not_reach_the_wire),
		cmocka_unit_test(an_idle_room_writes_next_to_nothing),
		cmocka_unit_test(a_hangup_is_seen_at_once_and_costs_nothing),
		cmocka_unit_test(the_terminal_is_as_before_after_every_end),
		cmocka_unit_test(what_is_written_behind_us_gets_an_empty_line),
		cmocka_unit_test(absurd_sizes_do_no_harm),
		cmocka_unit_test(
			a_window_that_was_smaller_for_a_moment_is_drawn_whole),
		cmocka_unit_test(
			any_terminal_and_locale_shows_the_room_or_says_why_not),
		cmocka_unit_test(leaving_parks_and_waits_for_the_room),
		cmocka_unit_test(suspend_is_for_watchers_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
