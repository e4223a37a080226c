/* room: what a person gave up is given up in each prefix of the records. */
#include "tests/unit/model_night.h"

#include "base/mem.h"
#include "base/str.h"

#define WORD "given up by lead: too slow"

static const char items[] = "items=[{\"row\":0},{\"step\":1},{\"row\":1}]";

/* A night whose rollback is given up while its first item acts, or while it
 * is proved, by the number of the record. */
struct line {
	enum record_kind kind;
	const char *fields[4];
};

static const struct line in_an_item[] = {
	{ RECORD_ROLLBACK, { "state=armed", items } },
	{ RECORD_ROLLBACK, { "state=running" } },
	{ RECORD_UNDO, { "item=0", "state=intent", "attempt=1" } },
	{ RECORD_UNDO, { "item=0", "state=acting" } },
	{ RECORD_ROLLBACK, { "state=halting", "detail=" WORD } },
	{ RECORD_UNDO, { "item=0", "state=backoff" } }, /* was on its way */
	{ RECORD_UNDO, { "item=0", "state=acting" } },
	{ RECORD_RESUME, { "commander=deputy" } },
	{ RECORD_UNDO, { "item=0", "state=unknown" } },
	{ RECORD_RESUME, { "commander=lead" } },
	{ RECORD_UNDO, { "item=0", "state=ready" } },
	{ RECORD_ROLLBACK, { "state=halted", "detail=" WORD } },
	{ RECORD_ROLLBACK, { "state=running" } },
	{ RECORD_UNDO, { "item=0", "state=intent", "attempt=2" } },
};

static const struct line in_the_proof[] = {
	{ RECORD_ROLLBACK, { "state=armed", items } },
	{ RECORD_ROLLBACK, { "state=running" } },
	{ RECORD_UNDO, { "item=0", "state=intent", "attempt=1" } },
	{ RECORD_UNDO, { "item=0", "state=verified" } },
	{ RECORD_ROLLBACK, { "state=validating" } },
	{ RECORD_ROLLBACK, { "state=halting", "detail=" WORD } },
	{ RECORD_RESUME, { "commander=deputy" } },
	{ RECORD_ROLLBACK, { "state=halted", "detail=" WORD } },
	{ RECORD_ROLLBACK, { "state=armed" } },
	{ RECORD_ROLLBACK, { "state=declined" } },
};

/* False when the room refuses the record, and is what it was then. */
static bool
takes(const struct line *l)
{
	struct err e = { .code = ERR_NONE };
	struct buf before, after;
	bool good;

	buf_init(&before, 1 << 20);
	buf_init(&after, 1 << 20);
	room_write(&before, night.room, night.at_ms);
	good = night_add(&night, &e, l->kind, l->fields[0], l->fields[1],
			 l->fields[2], NULL) == ERR_NONE;
	room_write(&after, night.room, night.at_ms);
	if (!good)
		assert_string_equal(buf_str(&before), buf_str(&after));
	buf_clear(&before);
	buf_clear(&after);
	return good;
}

/* Would a copy of the room take it?  The room itself stays what it is. */
static bool
would_take(enum record_kind kind, const char *a, const char *b)
{
	const struct line l = { kind, { a, b } };
	struct room *kept = night.room;
	bool good;

	night.room = room_copy(kept);
	good = takes(&l);
	room_free(night.room);
	night.room = kept;
	return good;
}

/* Only what has begun already goes on, and it can only halt. */
static void
check_given_up(void)
{
	static const enum rollback_state no[] = {
		ROLLBACK_NONE,	  ROLLBACK_PROPOSED,  ROLLBACK_DECLINED,
		ROLLBACK_ARMED,	  ROLLBACK_RUNNING,   ROLLBACK_VALIDATING,
		ROLLBACK_HALTING, ROLLBACK_VALIDATED,
	};
	struct decision d;
	char word[40];

	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		str_printf(word, sizeof(word), "state=%s",
			   rollback_word(no[i]));
		CHECK_ROW(word, !would_take(RECORD_ROLLBACK, word, items));
	}
	assert_false(would_take(RECORD_UNDO, "item=1", "state=intent"));
	assert_false(would_take(RECORD_UNDO, "item=2", "state=intent"));
	if (!step_is_running(night.room->undos[0].act.state))
		assert_false(would_take(RECORD_UNDO, "item=0", "state=intent"));
	assert_true(would_take(RECORD_ROLLBACK, "state=halted", "detail=x"));
	assert_true(room_is_halted(night.room));
	assert_string_equal(night.room->rollback_detail, WORD);
	assert_int_equal(night.room->rollback_ended_ms, -1);
	room_decision(night.room, night.at_ms, &d);
	CHECK_HOLDS(d.sentence, "rollback halting: " WORD);
}

/* Where it is given up, and where it has halted. */
static void
walk(const struct line *lines, size_t count, size_t given_up, size_t halted)
{
	for (size_t i = 0; i < count; i++) {
		night.at_ms += 1000;
		assert_true(takes(&lines[i]));
		assert_int_equal(night.room->rollback == ROLLBACK_HALTING,
				 i >= given_up && i < halted);
		if (i >= given_up && i < halted)
			check_given_up();
	}
}

static void
behind_each_record_an_item_given_up_only_halts(void **state)
{
	TEST_UNUSED(state);
	walk(in_an_item, ARRAY_LEN(in_an_item), 4, 11);
	assert_int_equal(night.room->rollback, ROLLBACK_RUNNING);
	assert_int_equal(night.room->undos[0].act.attempt, 2);
}

static void
behind_each_record_a_proof_given_up_only_halts(void **state)
{
	TEST_UNUSED(state);
	walk(in_the_proof, ARRAY_LEN(in_the_proof), 5, 7);
}

/* Before it runs there is nothing to give up, and after it neither. */
static void
only_what_runs_is_given_up(void **state)
{
	static const struct line way[] = {
		{ RECORD_ROLLBACK, { "state=proposed" } },
		{ RECORD_ROLLBACK, { "state=declined" } },
		{ RECORD_ROLLBACK, { "state=armed", items } },
		{ RECORD_ROLLBACK, { "state=running" } },
		{ RECORD_ROLLBACK, { "state=validating" } },
		{ RECORD_ROLLBACK, { "state=halted" } },
		{ RECORD_ROLLBACK, { "state=running" } },
		{ RECORD_ROLLBACK, { "state=validated" } },
	};

	TEST_UNUSED(state);
	assert_false(would_take(RECORD_ROLLBACK, "state=halting", "x=1"));
	for (size_t i = 0; i < ARRAY_LEN(way); i++) {
		bool runs;

		assert_true(takes(&way[i]));
		runs = night.room->rollback == ROLLBACK_RUNNING ||
		       night.room->rollback == ROLLBACK_VALIDATING;
		CHECK_ROW(way[i].fields[0],
			  would_take(RECORD_ROLLBACK, "state=halting", "x=1") ==
				  runs);
	}
}

/* ---- a step ---- */

static const char *
given_up(void)
{
	return night.room->steps[BOOKS_FLOW].given_up;
}

static void
the_word_on_a_step_stands_until_what_came_of_it_is_known(void **state)
{
	static const char *const ends[] = { "state=ready", "state=failed",
					    "state=verified" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		night_end(&night);
		night_begin(&night);
		night_step(&night, BOOKS_FLOW, STEP_ACTING);
		assert_string_equal(given_up(), "");
		NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=acting",
		      "detail=given up: too slow", "given_up=true");
		NIGHT(&night, RECORD_STEP, "step=publish-flow",
		      "state=converging", "detail=an answer");
		assert_string_equal(given_up(), "given up: too slow");
		NIGHT(&night, RECORD_RESUME, "commander=deputy");
		NIGHT(&night, RECORD_STEP, "step=publish-flow",
		      "state=unknown");
		NIGHT(&night, RECORD_RESUME, "commander=lead");
		assert_string_equal(given_up(), "given up: too slow");
		NIGHT(&night, RECORD_STEP, "step=publish-flow", ends[i]);
		assert_string_equal(given_up(), "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT_TEST(behind_each_record_an_item_given_up_only_halts),
		NIGHT_TEST(behind_each_record_a_proof_given_up_only_halts),
		NIGHT_TEST(only_what_runs_is_given_up),
		NIGHT_TEST(
			the_word_on_a_step_stands_until_what_came_of_it_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
