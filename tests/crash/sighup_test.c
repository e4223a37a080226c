/* sighup - a console that is lost in the middle of a step: hung up on, told
 * to end, killed.  The room is parked, resumable, and the terminal, where
 * there still is one, as it was. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/pty.h"

#define SECOND 1000
#define WALK_MS 60000
#define END_MS 60000
#define SPEED "4"	 /* the flow converges within a second */
#define STUCK_SPEED "30" /* and here it never does: ten seconds of waiting */

#define LOST "\"kind\":\"console\",\"state\":\"lost\""
#define PARKED "\"kind\":\"parked\""
#define FLOW "\"step\":\"publish-flow\",\"state\":\""

enum { CLOSED, HUNG_UP, TOLD, KILLED, STUCK, SEATS };

static const struct {
	const char *name, *speed, *scenario;
} rows[SEATS] = {
	[CLOSED] = { "closed", SPEED, "trunk-storm" },
	[HUNG_UP] = { "hung-up", SPEED, "trunk-storm" },
	[TOLD] = { "told", SPEED, "trunk-storm" },
	[KILLED] = { "killed", SPEED, "trunk-storm" },
	[STUCK] = { "stuck", STUCK_SPEED, "never-converges" },
};

static struct {
	char dir[FS_PATH];
	struct pty_seat seats[SEATS];
	char *journals[SEATS]; /* as the lost console left them */
	int64_t stuck_ms, stuck_cpu_ms;
	int codes[SEATS];	  /* of the headless drill that took over */
	char words[SEATS][16384]; /* what it said */
} night;

static void
lose(int seat)
{
	struct pty_seat *s = &night.seats[seat];

	switch (seat) {
	case HUNG_UP:
		kill(s->pid, SIGHUP);
		break;
	case TOLD:
		kill(s->pid, SIGTERM);
		break;
	case KILLED:
		kill(s->pid, SIGKILL);
		break;
	default:
		pty_hang_up(s);
	}
}

static void
start_all(void)
{
	for (int i = 0; i < SEATS; i++) {
		const char *const more[] = { "--scenario", rows[i].scenario,
					     "--seed", "5", NULL };
		char room[FS_PATH];

		assert_true(fs_join(room, night.dir, rows[i].name));
		pty_drill(&night.seats[i], room, rows[i].speed, 36, 120, more);
	}
}

/* Each console is lost as soon as its flow converges. */
static bool
all_lost(void *arg)
{
	bool *is_lost = arg;
	bool all = true;

	for (int i = 0; i < SEATS; i++) {
		if (is_lost[i])
			continue;
		all = false;
		if (!pty_walk(&night.seats[i], 1, FLOW "converging\"", 0))
			continue;
		is_lost[i] = true;
		if (i == STUCK) {
			night.stuck_ms = pty_now_ms();
			night.stuck_cpu_ms = pty_cpu_ms(&night.seats[i]);
		}
		lose(i);
	}
	return all;
}

/* The same command without a screen takes the room up and ends it. */
static void
take_over(void)
{
	struct test_child children[STUCK];

	for (int i = 0; i < STUCK; i++) {
		const char *const argv[] = { pty_program(),
					     "drill",
					     "runbooks/voice-cutover.yaml",
					     "--headless",
					     "--room",
					     night.seats[i].room,
					     "--speed",
					     rows[i].speed,
					     "--seed",
					     "5",
					     "--think",
					     "0s",
					     NULL };

		test_child_start(&children[i], argv, true);
	}
	for (int i = 0; i < STUCK; i++) {
		char line[1024];

		while (test_child_line(&children[i], line, sizeof(line),
				       pty_patience_ms(END_MS))) {
			size_t used = strlen(night.words[i]);

			str_printf(night.words[i] + used,
				   sizeof(night.words[i]) - used, "%s\n", line);
		}
		night.codes[i] =
			test_child_wait(&children[i], pty_patience_ms(END_MS));
		test_child_drop(&children[i]);
	}
}

static int
play(void **state)
{
	bool is_lost[SEATS] = { false };

	TEST_UNUSED(state);
	pty_program();
	test_dir_make(night.dir);
	start_all();
	assert_true(pty_wait(night.seats, SEATS, all_lost, is_lost,
			     pty_patience_ms(WALK_MS)));
	assert_true(pty_ended(night.seats, SEATS, pty_patience_ms(END_MS)));
	night.stuck_ms = pty_now_ms() - night.stuck_ms;
	night.stuck_cpu_ms =
		pty_cpu_ms(&night.seats[STUCK]) - night.stuck_cpu_ms;
	for (int i = 0; i < SEATS; i++)
		assert_non_null(night.journals[i] =
					pty_journal(&night.seats[i]));
	take_over();
	return 0;
}

static int
stop(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < SEATS; i++) {
		pty_drop(&night.seats[i]);
		mem_free(night.journals[i]);
	}
	test_dir_drop(night.dir);
	return 0;
}

/* The last record's kind, and the last state of the flow's step. */
static const char *
last_of(const char *journal, const char *text)
{
	const char *last = NULL;

	for (const char *at = journal; (at = strstr(at, text)) != NULL;)
		last = at += strlen(text);
	return last == NULL ? "" : last;
}

static void
check_parked(int seat)
{
	const char *journal = night.journals[seat];
	const char *lost = strstr(journal, LOST);
	const char *state = last_of(journal, FLOW);

	CHECK_ROW(rows[seat].name, night.seats[seat].code == 130);
	CHECK_ROW(rows[seat].name, lost != NULL);
	/* In the middle of the step, and once only. */
	CHECK_ROW(rows[seat].name, state > lost);
	CHECK_ROW(rows[seat].name, strstr(lost + 1, LOST) == NULL);
	CHECK_ROW(rows[seat].name, str_starts(state, "verified") ||
					   str_starts(state, "unknown"));
	CHECK_ROW(rows[seat].name,
		  strchr(last_of(journal, PARKED), '\n') != NULL &&
			  strchr(last_of(journal, PARKED), '\n')[1] == '\0');
	/* Nothing new is begun by a console that is not there. */
	CHECK_ROW(rows[seat].name, strstr(journal, "\"set-routing\",\"state\":"
						   "\"armed\"") == NULL);
}

static void
a_closed_line_leaves_a_parked_room(void **state)
{
	TEST_UNUSED(state);
	check_parked(CLOSED);
}

static void
a_hangup_leaves_a_parked_room(void **state)
{
	TEST_UNUSED(state);
	check_parked(HUNG_UP);
}

static void
a_word_to_end_leaves_a_parked_room(void **state)
{
	TEST_UNUSED(state);
	check_parked(TOLD);
}

static void
a_step_that_never_ends_is_waited_for_and_told_unknown(void **state)
{
	TEST_UNUSED(state);
	check_parked(STUCK);
	assert_true(
		str_starts(last_of(night.journals[STUCK], FLOW), "unknown"));
}

static void
waiting_without_a_terminal_does_not_spin(void **state)
{
	TEST_UNUSED(state);
	print_message("%lld ms of work in %lld ms without a terminal\n",
		      (long long)night.stuck_cpu_ms, (long long)night.stuck_ms);
	assert_true(night.stuck_ms > 2 * SECOND);
	assert_true(night.stuck_cpu_ms >= 0);
	assert_true(night.stuck_cpu_ms <
		    pty_patience_ms((int)(night.stuck_ms / 5)));
}

/* Modes, the screen that scrolls, the cursor, paste as it comes. */
static void
check_restored(int seat)
{
	const struct pty_seat *s = &night.seats[seat];
	const char *left = last_of(s->tail, "\033[?1049l");

	CHECK_ROW(rows[seat].name, pty_is_restored(s));
	CHECK_ROW(rows[seat].name,
		  left[0] != '\0' || str_ends(s->tail, "\033[?1049l"));
	CHECK_ROW(rows[seat].name, strstr(s->tail, "\033[?1049h") == NULL ||
					   strstr(left, "\033[?1049h") == NULL);
	CHECK_ROW(rows[seat].name,
		  strstr(last_of(s->tail, "\033[?25l"), "\033[?25h") != NULL);
	CHECK_ROW(rows[seat].name, strstr(s->tail, "\033[?2004l") != NULL);
}

static void
a_hangup_with_the_terminal_alive_restores_it(void **state)
{
	TEST_UNUSED(state);
	check_restored(HUNG_UP);
}

static void
a_word_to_end_restores_the_terminal(void **state)
{
	TEST_UNUSED(state);
	check_restored(TOLD);
}

static void
a_killed_console_leaves_no_word_of_its_own(void **state)
{
	TEST_UNUSED(state);
	assert_int_equal(night.seats[KILLED].code, 128 + SIGKILL);
	assert_null(strstr(night.journals[KILLED], LOST));
	assert_null(strstr(night.journals[KILLED], PARKED));
}

static void
each_room_is_taken_up_again_and_ends_rolled_back(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < STUCK; i++) {
		char *journal = pty_journal(&night.seats[i]);
		size_t len = strlen(night.journals[i]);

		if (night.codes[i] != 5)
			print_error("%s: %s\n", rows[i].name, night.words[i]);
		CHECK_ROW(rows[i].name, night.codes[i] == 5);
		/* What was written stays; the rest follows it. */
		CHECK_ROW(rows[i].name,
			  strncmp(journal, night.journals[i], len) == 0);
		CHECK_ROW(rows[i].name,
			  strstr(journal + len, "\"kind\":\"resume\"") != NULL);
		mem_free(journal);
	}
}

static void
the_twin_outlives_its_console(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < STUCK; i++)
		CHECK_HOLDS(night.words[i], "found the twin");
}

static void
a_step_that_was_cut_off_is_told_unknown_first(void **state)
{
	char *journal = pty_journal(&night.seats[KILLED]);
	const char *after = journal + strlen(night.journals[KILLED]);
	const char *flow = strstr(after, FLOW);

	TEST_UNUSED(state);
	assert_non_null(flow);
	assert_true(str_starts(flow + strlen(FLOW), "unknown"));
	mem_free(journal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_line_leaves_a_parked_room),
		cmocka_unit_test(a_hangup_leaves_a_parked_room),
		cmocka_unit_test(a_word_to_end_leaves_a_parked_room),
		cmocka_unit_test(
			a_step_that_never_ends_is_waited_for_and_told_unknown),
		cmocka_unit_test(waiting_without_a_terminal_does_not_spin),
		cmocka_unit_test(a_hangup_with_the_terminal_alive_restores_it),
		cmocka_unit_test(a_word_to_end_restores_the_terminal),
		cmocka_unit_test(a_killed_console_leaves_no_word_of_its_own),
		cmocka_unit_test(
			each_room_is_taken_up_again_and_ends_rolled_back),
		cmocka_unit_test(the_twin_outlives_its_console),
		cmocka_unit_test(a_step_that_was_cut_off_is_told_unknown_first),
	};

	return cmocka_run_group_tests(tests, play, stop);
}
