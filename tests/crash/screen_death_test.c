/* screen_death - the line is cut under a console that only looks, that replays
 * a night, that writes lines, and under one whose plan waits for its phrase:
 * each ends at once, and the journal says what was lost. */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/pty.h"

#define SECOND 1000
#define AGAIN_MS 1500
#define INTERRUPTED 130

#define LOST "\"kind\":\"console\",\"state\":\"lost\""
#define PARKED "\"kind\":\"parked\""
#define ARMED "\"state\":\"armed\""
#define CONFIRMED "\"state\":\"confirmed\""

enum { PROMPT, PLAIN, WATCH, REPLAY, SEATS };

static const char *const names[SEATS] = { "prompt", "plain", "watch",
					  "replay" };

static struct {
	char dir[FS_PATH], rooms[2][FS_PATH];
	struct pty_seat seats[SEATS];
	int64_t cpu_ms[SEATS], cut_ms[SEATS], ended_ms[SEATS];
} night;

/* Enter and esc in turn until a plan is open. */
static bool
is_armed(void *arg)
{
	struct pty_seat *s = arg;

	if (pty_recorded(s, ARMED))
		return true;
	if (pty_now_ms() - s->acted_ms >= AGAIN_MS) {
		pty_type(s, s->presses++ % 2 == 0 ? "\r" : "\033");
		s->acted_ms = pty_now_ms();
	}
	return false;
}

static bool
is_open(void *arg)
{
	return pty_recorded(arg, "\"kind\":\"decision\"");
}

static bool
is_drawn(void *arg)
{
	struct pty_seat *s = arg;

	return strstr(s->tail, "\033[?1049h") != NULL && s->tail_len > SECOND;
}

static void
look_at(int seat, const char *command)
{
	const char *const argv[] = { pty_program(),	  command,
				     "--theme",		  "themes/dark.yaml",
				     night.rooms[PROMPT], NULL };

	pty_start(&night.seats[seat], argv, night.rooms[PROMPT], 24, 80);
	assert_true(pty_wait(night.seats, SEATS, is_drawn, &night.seats[seat],
			     pty_patience_ms(20 * SECOND)));
}

static void
cut(int seat)
{
	night.cpu_ms[seat] = pty_cpu_ms(&night.seats[seat]);
	night.cut_ms[seat] = pty_now_ms();
	pty_hang_up(&night.seats[seat]);
	assert_true(
		pty_ended(&night.seats[seat], 1, pty_patience_ms(20 * SECOND)));
	night.ended_ms[seat] = pty_now_ms();
}

static int
play(void **state)
{
	static const char *const lines[] = { "--plain", NULL };

	TEST_UNUSED(state);
	pty_program();
	test_dir_make(night.dir);
	for (int i = 0; i < SEATS; i++)
		night.seats[i].master = night.seats[i].terminal = -1;
	for (int i = PROMPT; i <= PLAIN; i++)
		assert_true(fs_join(night.rooms[i], night.dir, names[i]));
	pty_drill(&night.seats[PROMPT], night.rooms[PROMPT], "5", 36, 120,
		  NULL);
	pty_drill(&night.seats[PLAIN], night.rooms[PLAIN], "5", 36, 120, lines);
	assert_true(pty_wait(night.seats, SEATS, is_armed, &night.seats[PROMPT],
			     pty_patience_ms(40 * SECOND)));
	assert_true(pty_wait(night.seats, SEATS, is_open, &night.seats[PLAIN],
			     pty_patience_ms(20 * SECOND)));
	look_at(WATCH, "watch");
	cut(WATCH);
	cut(PROMPT);
	cut(PLAIN);
	look_at(REPLAY, "replay");
	cut(REPLAY);
	return 0;
}

static int
stop(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < SEATS; i++)
		pty_drop(&night.seats[i]);
	test_dir_drop(night.dir);
	return 0;
}

static void
each_ends_as_one_that_was_interrupted(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < SEATS; i++)
		CHECK_ROW(names[i], night.seats[i].code == INTERRUPTED);
}

static void
none_spins_on_a_line_that_is_gone(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < SEATS; i++) {
		int64_t cpu_ms = pty_cpu_ms(&night.seats[i]) - night.cpu_ms[i];

		print_message("%s: ended in %lld ms, %lld ms of work\n",
			      names[i],
			      (long long)(night.ended_ms[i] - night.cut_ms[i]),
			      (long long)cpu_ms);
		CHECK_ROW(names[i], cpu_ms <= pty_patience_ms(300));
	}
}

static void
the_journal_says_that_a_commander_was_lost(void **state)
{
	TEST_UNUSED(state);
	for (int i = PROMPT; i <= PLAIN; i++) {
		CHECK_ROW(names[i], pty_recorded(&night.seats[i], LOST));
		CHECK_ROW(names[i], pty_recorded(&night.seats[i], PARKED));
	}
}

static void
the_plan_that_was_open_is_not_confirmed(void **state)
{
	TEST_UNUSED(state);
	assert_false(pty_recorded(&night.seats[PROMPT], CONFIRMED));
}

/* Lost once: by the commander, not by those who looked on. */
static void
who_only_looks_leaves_no_record(void **state)
{
	char *journal = pty_journal(&night.seats[PROMPT]);
	const char *lost = strstr(journal, LOST);

	TEST_UNUSED(state);
	assert_non_null(lost);
	assert_null(strstr(lost + 1, LOST));
	mem_free(journal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_ends_as_one_that_was_interrupted),
		cmocka_unit_test(none_spins_on_a_line_that_is_gone),
		cmocka_unit_test(the_journal_says_that_a_commander_was_lost),
		cmocka_unit_test(the_plan_that_was_open_is_not_confirmed),
		cmocka_unit_test(who_only_looks_leaves_no_record),
	};

	return cmocka_run_group_tests(tests, play, stop);
}
