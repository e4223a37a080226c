/* room: what a rollback left over counts once, until all is read anew. */
#include "tests/unit/model_night.h"

#include "base/str.h"

static const char items[] = "items=[{\"row\":0},{\"step\":1},{\"row\":1}]";

/* All three are taken back, and one record says that they are read. */
static void
walk_back(const char *anew)
{
	static const char *const at[] = { "item=0", "item=1", "item=2" };

	NIGHT(&night, RECORD_ROLLBACK, "state=armed", items);
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		NIGHT(&night, RECORD_UNDO, at[i], "state=intent");
		NIGHT(&night, RECORD_UNDO, at[i], "state=verified");
	}
	NIGHT(&night, RECORD_ROLLBACK, "state=validating", anew);
}

static void
leave(const char *item)
{
	NIGHT(&night, RECORD_LEFTOVER, item, "object=dns:a", "detail=there");
}

static void
what_is_left_over_stays_while_conditions_come_and_go(void **state)
{
	TEST_UNUSED(state);
	walk_back("anew=true");
	leave("item=1");
	NIGHT(&night, RECORD_ROLLBACK, "state=validating", "detail=degraded");
	NIGHT(&night, RECORD_ROLLBACK, "state=validating", "detail=again");
	assert_int_equal(night.room->leftovers, 1);
	assert_int_equal(night.room->left_count, 1);
	NIGHT(&night, RECORD_ROLLBACK, "state=halted", "detail=degraded");
	assert_int_equal(night.room->leftovers, 1);
}

static void
what_is_read_anew_by_another_console_counts_once(void **state)
{
	TEST_UNUSED(state);
	walk_back("anew=true");
	leave("item=1");
	NIGHT(&night, RECORD_RESUME, "commander=ben", "epoch=2");
	NIGHT(&night, RECORD_ROLLBACK, "state=validating", "anew=true");
	assert_int_equal(night.room->leftovers, 0);
	leave("item=1");
	assert_int_equal(night.room->leftovers, 1);
	assert_int_equal(night.room->left_count, 1);
}

/* A journal of before the word: it begins to prove where it was not yet. */
static void
a_journal_without_the_word_counts_from_where_it_began_to_prove(void **state)
{
	TEST_UNUSED(state);
	walk_back("detail=reading everything back");
	leave("item=1");
	NIGHT(&night, RECORD_ROLLBACK, "state=halted");
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
	NIGHT(&night, RECORD_UNDO, "item=1", "state=intent");
	NIGHT(&night, RECORD_UNDO, "item=1", "state=verified");
	assert_int_equal(night.room->leftovers, 1);
	NIGHT(&night, RECORD_ROLLBACK, "state=validating");
	assert_int_equal(night.room->leftovers, 0);
	assert_int_equal(night.room->left_count, 0);
}

static void
what_could_not_be_read_is_left_over_and_does_not_act_again(void **state)
{
	TEST_UNUSED(state);
	walk_back("anew=true");
	leave("item=-1");
	leave("item=2");
	NIGHT(&night, RECORD_ROLLBACK, "state=halted");
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
	assert_int_equal(night.room->leftovers, 2);
	assert_int_equal(night.room->undos[0].act.state, STEP_VERIFIED);
	assert_int_equal(night.room->undos[1].act.state, STEP_VERIFIED);
	assert_int_equal(night.room->undos[2].act.state, STEP_READY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT_TEST(
			what_is_left_over_stays_while_conditions_come_and_go),
		NIGHT_TEST(what_is_read_anew_by_another_console_counts_once),
		NIGHT_TEST(
			a_journal_without_the_word_counts_from_where_it_began_to_prove),
		NIGHT_TEST(
			what_could_not_be_read_is_left_over_and_does_not_act_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
