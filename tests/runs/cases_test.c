/*
 * Each file of tests/cases is a night: a runbook, what its peer answers, what
 * the commander does, and the journal that must follow.  Together they make
 * each legal move of the step table and meet each row of the retry table, or
 * it is said below why not.
 *
 * With arguments only those files are run: cases_test tests/cases/lost.case
 */
#include <glob.h>
#include <stdio.h>

#include "base/mem.h"
#include "net/loop.h"
#include "tests/lib/case.h"
#include "tests/lib/case_cover.h"
#include "tests/lib/test.h"

static struct case_cover cover;

static void
it_ends_as_the_file_says(void **state)
{
	case_run(*state, &cover);
}

/* ---- together they cover the tables ---- */

/* An act under way ends in one of three ways, from wherever it is: unit/
 * model_step_test holds the table to it, so that no end is ever refused.  These
 * three are ends that no kind of act comes to: each says that it acts before
 * it ends; what was accepted is looked at once more before it can have failed;
 * and who backed off reads back, which is a state of its own, before it is
 * done.  Nothing else is excused. */
#define MOVE(from, to) [STEP_##from][STEP_##to] = true
static const bool excused[STEP_STATE_COUNT][STEP_STATE_COUNT] = {
	MOVE(INTENT, VERIFIED),
	MOVE(ACCEPTED, FAILED),
	MOVE(BACKOFF, VERIFIED),
};
#undef MOVE

static void
each_legal_move_is_made_or_excused(void **state)
{
	int missed = 0;

	TEST_UNUSED(state);
	for (int from = 0; from < STEP_STATE_COUNT; from++)
		for (int to = 0; to < STEP_STATE_COUNT; to++) {
			bool legal = step_may_move((enum step_state)from,
						   (enum step_state)to);

			/* An excuse for what is made, or not legal, is out of
			 * date. */
			if (excused[from][to] ==
			    (legal && !cover.moves[from][to]))
				continue;
			missed++;
			print_error("%s -> %s: %s\n",
				    step_word((enum step_state)from),
				    step_word((enum step_state)to),
				    !excused[from][to] ? "no case makes it"
				    : legal	       ? "excused, but made"
					    : "excused, but not legal");
		}
	assert_int_equal(missed, 0);
}

static void
each_row_of_the_retry_table_is_met(void **state)
{
	int missed = 0;

	TEST_UNUSED(state);
	for (const struct retry_row *row = retry_rows; row->from != 0; row++) {
		bool is_met = false;

		for (int s = row->from; s <= row->to && !is_met; s++) {
			const struct retry_row *first = retry_rows;

			while (s < first->from || s > first->to)
				first++;
			is_met = first == row && cover.statuses[s];
		}
		if (is_met)
			continue;
		missed++;
		print_error("HTTP %d to %d (%s): no case meets it\n", row->from,
			    row->to, retry_word(row->class));
	}
	assert_int_equal(missed, 0);
}

/* Those a scripted peer can cause; unit/action_retry_test has every code. */
static void
each_way_to_get_no_answer_is_met(void **state)
{
	static const enum err_code codes[] = { ERR_REFUSED, ERR_TIMEOUT,
					       ERR_LOST };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		CHECK_ROW(err_words(codes[i]), cover.failures[codes[i]]);
}

static const struct CMUnitTest cover_tests[] = {
	cmocka_unit_test(each_legal_move_is_made_or_excused),
	cmocka_unit_test(each_row_of_the_retry_table_is_met),
	cmocka_unit_test(each_way_to_get_no_answer_is_met),
};

/* ---- a test per file ---- */

static int
run_files(char **files, size_t count)
{
	struct CMUnitTest *tests = mem_new(count, sizeof(*tests));
	int failed;

	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){
			.name = case_promise(files[i]),
			.test_func = it_ends_as_the_file_says,
			.initial_state = files[i],
		};
	failed = _cmocka_run_group_tests("cases", tests, count, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		mem_free((void *)(uintptr_t)tests[i].name);
	mem_free(tests);
	return failed;
}

int
main(int argc, char **argv)
{
	glob_t found = { 0 };
	int failed;

	net_setup();
	if (argc > 1)
		return run_files(argv + 1, (size_t)(argc - 1));
	if (glob("tests/cases/*.case", 0, NULL, &found) != 0)
		return 1;
	failed = run_files(found.gl_pathv, found.gl_pathc);
	globfree(&found);
	return failed + cmocka_run_group_tests(cover_tests, NULL, NULL);
}
