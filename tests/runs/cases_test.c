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

/* Why a group of legal moves is made by no case. */
enum excuse {
	TWO_RECORDS, /* only a death between two records that are written at
			once leaves it: crash/drill_kill dies at each record */
	NOT_HEARD,   /* only when a report on the way was not taken in; passing
			states may be lost, so the fold must allow it */
	NO_THREAD,   /* only when no thread can be started for the act */
	BY_HAND,     /* the fold allows it, the console refuses to arm then */
	OF_REGIONS,  /* of parallel acts, by which region is ahead: the same
			night takes several ways */
	SAME_AGAIN,  /* told again without a change: not written */
};

#define MOVE(from, to, why) [STEP_##from][STEP_##to] = 1 + (why)
static const int excused[STEP_STATE_COUNT][STEP_STATE_COUNT] = {
	MOVE(READY, CONFIRMED, TWO_RECORDS),
	MOVE(CONFIRMED, READY, TWO_RECORDS),
	MOVE(CONFIRMED, ARMED, TWO_RECORDS),
	MOVE(CONFIRMED, FAILED, TWO_RECORDS),
	MOVE(CONFIRMED, UNKNOWN, TWO_RECORDS),
	MOVE(INTENT, INTENT, NOT_HEARD),
	MOVE(INTENT, ACCEPTED, NOT_HEARD),
	MOVE(INTENT, CONVERGING, NOT_HEARD),
	MOVE(INTENT, VERIFYING, NOT_HEARD),
	MOVE(INTENT, BACKOFF, NOT_HEARD),
	MOVE(INTENT, VERIFIED, NOT_HEARD),
	MOVE(ACCEPTED, BACKOFF, NOT_HEARD),
	MOVE(ACCEPTED, FAILED, NOT_HEARD),
	MOVE(CONVERGING, BACKOFF, NOT_HEARD),
	MOVE(VERIFYING, READY, NOT_HEARD),
	MOVE(VERIFYING, INTENT, NOT_HEARD),
	MOVE(BACKOFF, INTENT, NOT_HEARD),
	MOVE(BACKOFF, VERIFIED, NOT_HEARD),
	MOVE(INTENT, FAILED, NO_THREAD),
	MOVE(ARMED, ARMED, BY_HAND),
	MOVE(ARMED, FAILED, BY_HAND),
	MOVE(ARMED, UNKNOWN, BY_HAND),
	MOVE(ARMED, UNDONE, BY_HAND),
	MOVE(UNKNOWN, ARMED, BY_HAND),
	MOVE(UNKNOWN, CONVERGING, BY_HAND),
	MOVE(UNKNOWN, VERIFYING, BY_HAND),
	MOVE(ACTING, ACTING, OF_REGIONS),
	MOVE(ACTING, CONVERGING, OF_REGIONS),
	MOVE(CONVERGING, CONVERGING, OF_REGIONS),
	MOVE(CONVERGING, FAILED, OF_REGIONS),
	MOVE(VERIFYING, ACTING, OF_REGIONS),
	MOVE(VERIFYING, CONVERGING, OF_REGIONS),
	MOVE(VERIFYING, VERIFYING, OF_REGIONS),
	MOVE(VERIFYING, BACKOFF, OF_REGIONS),
	MOVE(VERIFYING, FAILED, OF_REGIONS),
	MOVE(BACKOFF, CONVERGING, OF_REGIONS),
	MOVE(BACKOFF, VERIFYING, OF_REGIONS),
	MOVE(BACKOFF, BACKOFF, OF_REGIONS),
	MOVE(ACCEPTED, ACCEPTED, SAME_AGAIN),
	MOVE(UNKNOWN, UNKNOWN, SAME_AGAIN),
	MOVE(UNDONE, UNDONE, SAME_AGAIN),
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

			/* An excuse for what is not legal is out of date. */
			if (legal ? cover.moves[from][to] || excused[from][to]
				  : !excused[from][to])
				continue;
			missed++;
			print_error("%s -> %s: %s\n",
				    step_word((enum step_state)from),
				    step_word((enum step_state)to),
				    legal ? "no case makes it"
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
