/* patience: what moves a night, and how long what is under way is waited for.
 */
#include "tests/unit/model_night.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/patience.h"
#include "model/drain.h"

#define MOST_MS 60000
#define LOOK_MS 50
#define SECOND 1000
#define MINUTE (60 * SECOND)

static struct patience patience;

/* Room time runs as fast as real time here. */
static bool
lasts(int64_t now_ms)
{
	night.at_ms = now_ms;
	return patience_lasts(&patience, night.room, now_ms, now_ms * 1000,
			      MOST_MS);
}

static void
look_first(void)
{
	patience_begin(&patience, night.at_ms, night.at_ms * 1000);
	assert_true(lasts(night.at_ms));
}

/* Nothing is heard from now on: patience lasts for `ms` and no longer, but for
 * the time between two looks. */
static void
assert_lasts(int64_t ms)
{
	int64_t from_ms = night.at_ms;

	for (int64_t passed = 0; passed < ms - LOOK_MS; passed += LOOK_MS)
		assert_true(lasts(from_ms + passed));
	assert_false(lasts(from_ms + ms));
}

static void
run_rollback(void)
{
	night_step(&night, BOOKS_LOCK, STEP_VERIFIED);
	night_step(&night, BOOKS_FLOW, STEP_VERIFIED);
	NIGHT(&night, RECORD_ROLLBACK, "state=armed",
	      "items=[{\"row\":0},{\"step\":1}]");
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
}

static void
a_decision_that_flaps_for_ever_moves_nothing(void **state)
{
	int64_t from_ms = night.at_ms;
	int looks = 0;

	TEST_UNUSED(state);
	look_first();
	while (lasts(from_ms + looks * SECOND)) {
		bool odd = looks++ % 2 != 0;

		assert_true(looks < 1000);
		NIGHT(&night, RECORD_VERDICT, "gate=rollback.dns_ttl_seconds",
		      odd ? "verdict=GO" : "verdict=NO-GO",
		      odd ? "reason=met" : "reason=breached");
		NIGHT(&night, RECORD_DECISION,
		      odd ? "verdict=GO" : "verdict=NO-GO", "sentence=flaps");
		NIGHT(&night, RECORD_SAMPLES,
		      "s=[[\"rollback.dns_ttl_seconds\",60,-1,1000]]");
	}
	assert_int_equal(looks, MOST_MS / SECOND);
}

/* A row each: what is shown, and what takes it away again. */
static void
a_plan_shown_and_withdrawn_for_ever_moves_once(void **state)
{
	static const struct {
		const char *what;
		enum record_kind kind;
		const char *of, *shown, *gone;
	} rows[] = {
		{ "a step", RECORD_STEP, "step=lock-baseline", "state=armed",
		  "state=ready" },
		{ "a rollback", RECORD_ROLLBACK, "items=[{\"row\":0}]",
		  "state=armed", "state=declined" },
		{ "a proposal", RECORD_ROLLBACK, "cause=loss", "state=proposed",
		  "state=declined" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t from_ms = night.at_ms + SECOND;
		int looks = 0;

		look_first();
		while (lasts(from_ms + looks * 10 * SECOND)) {
			CHECK_ROW(rows[i].what, looks < 1000);
			NIGHT(&night, (int)rows[i].kind, rows[i].of,
			      looks++ % 2 != 0 ? rows[i].gone : rows[i].shown);
		}
		CHECK_ROW(rows[i].what, looks <= 2 + MOST_MS / (10 * SECOND));
		while (looks % 2 != 0)
			NIGHT(&night, (int)rows[i].kind, rows[i].of,
			      looks++ % 2 != 0 ? rows[i].gone : rows[i].shown);
	}
}

static void
each_end_of_an_act_moves_it(void **state)
{
	TEST_UNUSED(state);
	look_first();
	for (int i = 0; i < 3; i++) {
		night_step(&night, i, STEP_VERIFIED);
		assert_true(lasts(night.at_ms));
		assert_true(lasts(night.at_ms + MOST_MS - 1));
	}
	assert_false(lasts(night.at_ms + 1));
}

static void
what_acts_is_waited_for_as_long_as_its_timeout(void **state)
{
	TEST_UNUSED(state);
	night.book->steps[BOOKS_LOCK].timeout_ms = 20 * MINUTE;
	look_first();
	night_step(&night, BOOKS_LOCK, STEP_ACTING);
	assert_lasts(20 * MINUTE + MOST_MS);
}

static void
time_paused_is_no_time_of_the_act(void **state)
{
	TEST_UNUSED(state);
	look_first();
	night_step(&night, BOOKS_LOCK, STEP_ACTING);
	NIGHT(&night, RECORD_PAUSE, "step=lock-baseline", "paused=true");
	assert_true(lasts(night.at_ms + 5 * MINUTE));
	NIGHT(&night, RECORD_PAUSE, "step=lock-baseline", "paused=false");
	assert_lasts(night.book->steps[BOOKS_LOCK].timeout_ms + MOST_MS);
}

static void
a_wait_is_waited_for_as_long_as_it_says(void **state)
{
	struct book_step *s = &night.book->steps[BOOKS_LOCK];

	TEST_UNUSED(state);
	str_copy(s->act.kind, sizeof(s->act.kind), "wait");
	settings_add(&s->act.with, "for", "1800s");
	s->timeout_ms = 60 * MINUTE;
	look_first();
	night_step(&night, BOOKS_LOCK, STEP_ACTING);
	assert_lasts(30 * MINUTE + MOST_MS);
}

static void
an_unknown_outcome_is_waited_for_while_it_is_read_back(void **state)
{
	TEST_UNUSED(state);
	night.book->steps[BOOKS_LOCK].takes_ms = 10 * MINUTE;
	look_first();
	night_step(&night, BOOKS_LOCK, STEP_UNKNOWN);
	assert_lasts(20 * MINUTE + MOST_MS);
	/* Whoever takes the room over reads it back anew. */
	look_first();
	assert_lasts(20 * MINUTE + MOST_MS);
}

static void
a_headless_drill_waits_as_long_as_a_drain_does(void **state)
{
	TEST_UNUSED(state);
	books_drain(night.book, "telephony.abandonment_rate_percent", "");
	mem_free(night.room->drains);
	night.room->drains = mem_new(1, sizeof(*night.room->drains));
	look_first();
	run_rollback();
	NIGHT(&night, RECORD_DRAIN, "drain=sessions", "item=0", "state=waiting",
	      "until=601000");
	for (int64_t now_ms = night.at_ms; now_ms < 601000; now_ms += 7000)
		assert_true(lasts(now_ms));
}

static void
a_rollback_is_waited_for_as_long_as_its_own_time(void **state)
{
	TEST_UNUSED(state);
	look_first();
	run_rollback();
	assert_lasts(night.book->rollback.timeout_ms + MOST_MS);
}

static void
its_last_item_acts_no_longer_than_that(void **state)
{
	int64_t until_ms;

	TEST_UNUSED(state);
	look_first();
	run_rollback();
	until_ms = night.at_ms + night.book->rollback.timeout_ms;
	assert_true(lasts(until_ms - SECOND));
	NIGHT(&night, RECORD_UNDO, "item=0", "state=intent");
	NIGHT(&night, RECORD_UNDO, "item=0", "state=acting");
	assert_true(lasts(until_ms - SECOND));
	assert_false(lasts(until_ms + MOST_MS));
}

static void
who_takes_a_rollback_over_gives_it_no_time_anew(void **state)
{
	int64_t until_ms;

	TEST_UNUSED(state);
	look_first();
	run_rollback();
	until_ms = night.room->rollback_until_ms;
	NIGHT(&night, RECORD_RESUME, "epoch=2");
	assert_int_equal(night.room->rollback_until_ms, until_ms);
	NIGHT(&night, RECORD_ROLLBACK, "state=halted");
	NIGHT(&night, RECORD_ROLLBACK, "state=running", "until=7000000");
	assert_int_equal(night.room->rollback_until_ms, 7000000);
}

static void
a_rollback_that_is_validated_is_waited_for_too(void **state)
{
	int64_t within_ms = 40 * MINUTE;

	TEST_UNUSED(state);
	night.book->rollback.validate_within_ms = within_ms;
	look_first();
	run_rollback();
	NIGHT(&night, RECORD_ROLLBACK, "state=validating");
	assert_lasts(night.book->rollback.timeout_ms + within_ms + MOST_MS);
}

static void
a_wait_of_ones_own_is_none_once_it_is_over(void **state)
{
	TEST_UNUSED(state);
	look_first();
	patience.waits_until_ms = night.at_ms + 10 * MINUTE;
	assert_lasts(10 * MINUTE + MOST_MS);
}

static void
a_move_ends_a_wait_of_ones_own(void **state)
{
	TEST_UNUSED(state);
	look_first();
	patience.waits_until_ms = night.at_ms + 10 * MINUTE;
	night_step(&night, BOOKS_LOCK, STEP_FAILED);
	assert_true(lasts(night.at_ms));
	assert_lasts(MOST_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT_TEST(a_decision_that_flaps_for_ever_moves_nothing),
		NIGHT_TEST(a_plan_shown_and_withdrawn_for_ever_moves_once),
		NIGHT_TEST(each_end_of_an_act_moves_it),
		NIGHT_TEST(what_acts_is_waited_for_as_long_as_its_timeout),
		NIGHT_TEST(time_paused_is_no_time_of_the_act),
		NIGHT_TEST(a_wait_is_waited_for_as_long_as_it_says),
		NIGHT_TEST(
			an_unknown_outcome_is_waited_for_while_it_is_read_back),
		NIGHT_TEST(a_headless_drill_waits_as_long_as_a_drain_does),
		NIGHT_TEST(a_rollback_is_waited_for_as_long_as_its_own_time),
		NIGHT_TEST(its_last_item_acts_no_longer_than_that),
		NIGHT_TEST(who_takes_a_rollback_over_gives_it_no_time_anew),
		NIGHT_TEST(a_rollback_that_is_validated_is_waited_for_too),
		NIGHT_TEST(a_wait_of_ones_own_is_none_once_it_is_over),
		NIGHT_TEST(a_move_ends_a_wait_of_ones_own),
	};

	return cmocka_run_group_tests_name("patience", tests, NULL, NULL);
}
