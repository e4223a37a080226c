/* room: a paused step keeps its state; for how long it stood still is kept. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "tests/lib/books.h"
#include "tests/lib/nights.h"

static struct night night;

static const struct room_act *
flow(void)
{
	return &night.room->steps[BOOKS_FLOW];
}

static void
pause_at(int64_t at_ms, bool pauses)
{
	night.at_ms = at_ms;
	NIGHT(&night, RECORD_PAUSE, "step=publish-flow",
	      pauses ? "paused=true" : "paused=false");
}

static void
a_paused_step_keeps_its_state_and_its_next_try(void **state)
{
	TEST_UNUSED(state);
	night_begin(&night);
	night_step(&night, BOOKS_FLOW, STEP_ACTING);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=backoff",
	      "next=90000", "attempt=2", "detail=busy");
	pause_at(20000, true);
	assert_int_equal(flow()->state, STEP_BACKOFF);
	assert_int_equal(flow()->next_ms, 90000);
	assert_int_equal(flow()->attempt, 2);
	assert_string_equal(flow()->detail, "busy");
	assert_true(flow()->is_paused);
	assert_int_equal(room_idle_ms(flow(), 25000), 5000);
	night_end(&night);
}

static void
pauses_add_up_and_end_with_the_act(void **state)
{
	TEST_UNUSED(state);
	night_begin(&night);
	night_step(&night, BOOKS_FLOW, STEP_CONVERGING);
	pause_at(20000, true);
	pause_at(30000, false);
	assert_false(flow()->is_paused);
	assert_int_equal(room_idle_ms(flow(), 99000), 10000);
	pause_at(40000, true);
	night.at_ms = 41000;
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=verifying");
	assert_true(flow()->is_paused); /* an answer that was on its way */
	night.at_ms = 45000;
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=failed");
	assert_false(flow()->is_paused);
	assert_int_equal(room_idle_ms(flow(), 99000), 15000);
	night_end(&night);
}

static void
another_try_begins_with_no_pause(void **state)
{
	TEST_UNUSED(state);
	night_begin(&night);
	night_step(&night, BOOKS_FLOW, STEP_CONVERGING);
	pause_at(20000, true);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=unknown");
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=ready");
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=armed");
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=confirmed");
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=intent");
	assert_false(flow()->is_paused);
	assert_int_equal(room_idle_ms(flow(), 99000), 0);
	night_end(&night);
}

static char *
dump(void)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	room_write(&b, night.room, 30000);
	return buf_detach(&b);
}

/* The record that does not fit changes nothing. */
static void
refuse(const char *what, const char *step, const char *paused)
{
	struct err e = { .code = ERR_NONE };
	char *before = dump(), *after;

	CHECK_ROW(what, night_add(&night, &e, RECORD_PAUSE, step, paused,
				  NULL) == ERR_DAMAGED);
	after = dump();
	CHECK_ROW(what, strcmp(before, after) == 0);
	mem_free(before);
	mem_free(after);
}

static void
only_what_is_under_way_is_paused_once(void **state)
{
	TEST_UNUSED(state);
	night_begin(&night);
	refuse("an unknown step", "step=coffee", "paused=true");
	for (int s = 0; s < STEP_STATE_COUNT; s++)
		if (!step_is_running((enum step_state)s)) {
			night.room->steps[BOOKS_FLOW].state =
				(enum step_state)s;
			refuse(step_word((enum step_state)s),
			       "step=publish-flow", "paused=true");
			refuse(step_word((enum step_state)s),
			       "step=publish-flow", "paused=false");
		}
	for (int s = 0; s < STEP_STATE_COUNT; s++)
		if (step_is_running((enum step_state)s)) {
			night.room->steps[BOOKS_FLOW].state =
				(enum step_state)s;
			refuse("going on twice", "step=publish-flow",
			       "paused=false");
			pause_at(30000, true);
			refuse("paused twice", "step=publish-flow",
			       "paused=true");
			pause_at(30000, false);
		}
	night_end(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_paused_step_keeps_its_state_and_its_next_try),
		cmocka_unit_test(pauses_add_up_and_end_with_the_act),
		cmocka_unit_test(another_try_begins_with_no_pause),
		cmocka_unit_test(only_what_is_under_way_is_paused_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
