/* engine: gates in the live room; time, mutes, drift, small samples. */
#include "tests/lib/desk.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/books.h"

#define RATE "telephony.abandonment_rate_percent"

static struct desk desk;
static const struct baseline usual = { .mean = 1.0,
				       .deviation = 0.1,
				       .events = 100000 };

static const struct room_gate *
gate(int i)
{
	return &desk.director.room->gates[i];
}

/* Every probe has spoken, and all is well. */
static void
all_is_well(void)
{
	desk_measure(&desk, "queue", 1.0, 10000);
	desk_measure_at(&desk, "trunk", value_of_flag(true), -1,
			director_now_ms(&desk.director));
	desk_measure(&desk, "dns", 60, -1);
	desk_pass(&desk, 500, 2);
}

/* No platform answers here: there is no baseline to wait for. */
static struct book *
book_of_gates(void)
{
	struct book *b = books_small();

	for (size_t i = 0; i < b->baseline_count; i++)
		act_clear(&b->baseline[i].read);
	b->baseline_count = 0;
	return b;
}

static int
begin(void **state)
{
	TEST_UNUSED(state);
	test_clock_take();
	desk_begin(&desk, book_of_gates());
	return 0;
}

static int
end(void **state)
{
	TEST_UNUSED(state);
	desk_end(&desk);
	test_clock_release();
	return 0;
}

/* The decision as screens show it now. */
static const char *
sentence(void)
{
	static struct decision decision;

	room_decision(desk.director.room, director_now_ms(&desk.director),
		      &decision);
	return decision.sentence;
}

static enum verdict
decided(void)
{
	return desk.director.room->verdict;
}

static void
nothing_is_judged_before_every_probe_has_spoken(void **state)
{
	TEST_UNUSED(state);
	desk_open(&desk);
	desk_measure(&desk, "queue", 9, 10000);
	desk_pass(&desk, 500, 4);
	assert_int_equal(desk_records(&desk, "verdict", ""), 0);
	all_is_well();
	assert_true(desk_records(&desk, "verdict", "") > 0);
}

static void
all_measured_inside_their_limits_is_go(void **state)
{
	TEST_UNUSED(state);
	desk_open(&desk);
	all_is_well();
	assert_int_equal(decided(), VERDICT_GO);
}

/* A wall clock may jump: windows are of room time.  Actors read it, too. */
static _Atomic int64_t moved_us, wall_shift_ms;

static int64_t
moved_real_us(void)
{
	return 1000000000 + moved_us;
}

static int64_t
shifted_wall_ms(void)
{
	return 1795140000000 + moved_us / 1000 + wall_shift_ms;
}

static void
step_ms(int64_t ms)
{
	moved_us += ms * 1000;
	director_turn(&desk.director, NULL);
}

static void
a_wall_clock_that_jumps_moves_no_window(void **state)
{
	static const int64_t jumps[] = { 0, 86400000, -86400000, 3600000 };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++) {
		struct gate *g;

		desk_end(&desk);
		desk_begin(&desk, book_of_gates());
		g = &desk.book->gates.gates[BOOKS_ABANDONMENT];
		g->for_ms = 10000;
		g->max_age_ms = 60000;
		moved_us = wall_shift_ms = 0;
		clock_use(moved_real_us, shifted_wall_ms);
		desk_open(&desk);
		desk_measure(&desk, "queue", 3, 10000);
		desk_measure_at(&desk, "trunk", value_of_flag(true), -1,
				director_now_ms(&desk.director));
		desk_measure(&desk, "dns", 60, -1);
		step_ms(4000);
		wall_shift_ms = jumps[i];
		step_ms(5000);
		CHECK_ROW("still within `for`",
			  gate(BOOKS_ABANDONMENT)->reason == GATE_PENDING);
		step_ms(2000);
		CHECK_ROW("over after `for`",
			  gate(BOOKS_ABANDONMENT)->verdict == VERDICT_NO_GO);
		assert_int_equal(desk_records(&desk, "clock", "jump_ms"),
				 jumps[i] != 0);
	}
}

static void
records_never_run_backwards_when_the_room_is_resumed(void **state)
{
	int64_t before;

	TEST_UNUSED(state);
	moved_us = wall_shift_ms = 0;
	clock_use(moved_real_us, shifted_wall_ms);
	desk_open(&desk);
	all_is_well();
	moved_us += 9000000;
	desk_say(&desk, COMMAND_NOTE, "", "before");
	before = director_now_ms(&desk.director);
	desk_leave(&desk);
	wall_shift_ms = -86400000;
	moved_us = 0;
	desk_open(&desk);
	assert_true(director_now_ms(&desk.director) >= before);
	assert_false(desk.director.dead);
}

static void
an_older_report_changes_nothing(void **state)
{
	const struct room_signal *s;
	int64_t now;

	TEST_UNUSED(state);
	desk_open(&desk);
	all_is_well();
	now = director_now_ms(&desk.director);
	desk_measure(&desk, "queue", 1.5, 10000);
	desk_measure_at(&desk, "queue", value_of_number(9), 10000, now - 400);
	desk_pass(&desk, 1000, 2);
	s = room_signal(desk.director.room, RATE);
	assert_true(s->last.value.number == 1.5);
	assert_int_equal(gate(BOOKS_ABANDONMENT)->verdict, VERDICT_GO);
}

static void
a_report_from_the_future_is_no_measurement_and_passes(void **state)
{
	const struct room_signal *s;
	int64_t now;

	TEST_UNUSED(state);
	desk_open(&desk);
	all_is_well();
	now = director_now_ms(&desk.director);
	desk_measure_at(&desk, "queue", value_of_number(0.1), 10000,
			now + 3600000);
	desk_pass(&desk, 500, 2);
	assert_int_equal(gate(BOOKS_ABANDONMENT)->verdict, VERDICT_BLIND);
	CHECK_HOLDS(gate(BOOKS_ABANDONMENT)->why, "future");
	desk_measure(&desk, "queue", 1.2, 10000);
	desk_pass(&desk, 1000, 2);
	s = room_signal(desk.director.room, RATE);
	assert_true(s->last.value.number == 1.2);
	assert_int_equal(gate(BOOKS_ABANDONMENT)->verdict, VERDICT_GO);
}

static void
a_moment_ahead_is_how_clocks_differ(void **state)
{
	TEST_UNUSED(state);
	desk_open(&desk);
	all_is_well();
	desk_measure_at(&desk, "queue", value_of_number(1.1), 10000,
			director_now_ms(&desk.director) + 2000);
	desk_pass(&desk, 500, 2);
	assert_int_equal(gate(BOOKS_ABANDONMENT)->verdict, VERDICT_GO);
	assert_true(room_signal(desk.director.room, RATE)->last.value.number ==
		    1.1);
}

static void
a_slide_holds_before_the_limit_is_passed(void **state)
{
	TEST_UNUSED(state);
	desk.book->gates.gates[BOOKS_ABANDONMENT].base = &usual;
	desk_open(&desk);
	all_is_well();
	assert_int_equal(decided(), VERDICT_GO);
	for (int i = 0; i < 12 && decided() == VERDICT_GO; i++) {
		desk_measure(&desk, "queue", 1.18, 10000);
		desk_pass(&desk, 1000, 1);
	}
	assert_int_equal(gate(BOOKS_ABANDONMENT)->reason, GATE_DRIFTING);
	assert_int_equal(decided(), VERDICT_HOLD);
	CHECK_HOLDS(sentence(), "drift");
}

static void
too_few_events_hold_and_say_so(void **state)
{
	TEST_UNUSED(state);
	desk.book->gates.gates[BOOKS_ABANDONMENT].base = &usual;
	desk_open(&desk);
	all_is_well();
	desk_measure(&desk, "queue", 0, 12);
	desk_pass(&desk, 1000, 1);
	assert_int_equal(gate(BOOKS_ABANDONMENT)->reason, GATE_UNSURE);
	assert_int_equal(decided(), VERDICT_HOLD);
	CHECK_HOLDS(sentence(), "low confidence");
}

static void
mute(const char *reason, int64_t duration_ms)
{
	struct message *m = message_new(MESSAGE_COMMAND);

	m->command.verb = COMMAND_MUTE;
	m->command.duration_ms = duration_ms;
	str_copy(m->command.target, sizeof(m->command.target), RATE);
	str_copy(m->command.text, sizeof(m->command.text), reason);
	director_turn(&desk.director, m);
}

/* Fresh measurements, the rate over its limit, and a look at them. */
static void
breach(int64_t ms)
{
	test_clock_forward_ms(ms);
	desk_measure(&desk, "queue", 3, 10000);
	desk_measure_at(&desk, "trunk", value_of_flag(true), -1,
			director_now_ms(&desk.director));
	desk_measure(&desk, "dns", 60, -1);
	desk_pass(&desk, 500, 2);
}

static void
a_muted_critical_gate_is_off_and_told(void **state)
{
	struct gate_finding f;

	TEST_UNUSED(state);
	desk_open(&desk);
	all_is_well();
	breach(0);
	assert_int_equal(decided(), VERDICT_NO_GO);
	mute("carrier test until three", 60000);
	desk_pass(&desk, 500, 1);
	room_finding(desk.director.room, BOOKS_ABANDONMENT,
		     director_now_ms(&desk.director), &f);
	assert_int_equal(f.verdict, VERDICT_OFF);
	assert_string_equal(f.why, "carrier test until three");
	assert_int_equal(f.left_ms, 59500);
	assert_int_equal(decided(), VERDICT_GO);
	CHECK_HOLDS(sentence(), "abandonment rate");
	CHECK_HOLDS(sentence(), "critical");
	CHECK_HOLDS(sentence(), "carrier test until three");
}

static void
a_mute_ends_by_itself_and_is_recorded(void **state)
{
	TEST_UNUSED(state);
	desk_open(&desk);
	all_is_well();
	mute("carrier test", 20000);
	breach(10000);
	assert_int_equal(gate(BOOKS_ABANDONMENT)->verdict, VERDICT_OFF);
	breach(10000);
	assert_int_equal(gate(BOOKS_ABANDONMENT)->verdict, VERDICT_NO_GO);
	assert_int_equal(decided(), VERDICT_NO_GO);
	assert_false(gate(BOOKS_ABANDONMENT)->muted);
	assert_int_equal(desk_records(&desk, "mute", "\"muted\":true"), 1);
	assert_int_equal(desk_records(&desk, "mute", "\"muted\":false"), 1);
}

static void
a_mute_and_its_reason_survive_the_console(void **state)
{
	TEST_UNUSED(state);
	desk_open(&desk);
	all_is_well();
	mute("carrier test", 0);
	breach(1000);
	desk_leave(&desk);
	desk_open(&desk);
	breach(1000);
	assert_int_equal(gate(BOOKS_ABANDONMENT)->verdict, VERDICT_OFF);
	assert_string_equal(gate(BOOKS_ABANDONMENT)->why, "carrier test");
	CHECK_HOLDS(sentence(), "carrier test");
	desk_say(&desk, COMMAND_UNMUTE, RATE, "");
	breach(1000);
	assert_int_equal(decided(), VERDICT_NO_GO);
}

static void
a_mute_needs_a_reason_and_a_gate(void **state)
{
	TEST_UNUSED(state);
	desk_open(&desk);
	all_is_well();
	mute("", 0);
	CHECK_HOLDS(desk.director.notice, "needs a reason");
	mute("  ", 0);
	desk_say(&desk, COMMAND_MUTE, "telephony.nothing", "why");
	CHECK_HOLDS(desk.director.notice, "no gate \"telephony.nothing\"");
	desk_say(&desk, COMMAND_ACK, "telephony.nothing", "");
	CHECK_HOLDS(desk.director.notice, "no gate \"telephony.nothing\"");
	desk_say(&desk, COMMAND_ACK, RATE, "");
	CHECK_HOLDS(desk.director.notice, "nothing to acknowledge");
	assert_int_equal(desk_records(&desk, "mute", ""), 0);
	assert_int_equal(desk_records(&desk, "ack", ""), 0);
}

static void
an_acknowledged_breach_stays_a_breach(void **state)
{
	TEST_UNUSED(state);
	desk_open(&desk);
	all_is_well();
	breach(0);
	desk_say(&desk, COMMAND_ACK, RATE, "");
	desk_pass(&desk, 500, 2);
	assert_true(gate(BOOKS_ABANDONMENT)->acknowledged);
	assert_int_equal(decided(), VERDICT_NO_GO);
}

static void
a_breach_outlives_the_console(void **state)
{
	TEST_UNUSED(state);
	desk.book->gates.gates[BOOKS_ABANDONMENT].clear_for_ms = 10000;
	desk_open(&desk);
	all_is_well();
	breach(0);
	desk_leave(&desk);
	test_clock_forward_ms(1000);
	desk_open(&desk);
	all_is_well();
	assert_int_equal(gate(BOOKS_ABANDONMENT)->verdict, VERDICT_NO_GO);
	assert_int_equal(decided(), VERDICT_NO_GO);
	for (int i = 0; i < 10; i++)
		all_is_well();
	assert_int_equal(decided(), VERDICT_GO);
}

/* Data that is missing for a while, and a look inside the limit, end neither
 * for a console that lived nor for one that came back. */
static void
a_breach_beneath_a_mute_outlives_the_console(void **state)
{
	TEST_UNUSED(state);
	for (int dies = 0; dies <= 2; dies++) {
		const char *what = dies == 0 ? "it lives"
				   : dies == 1
					   ? "it dies"
					   : "it dies, and the mute is over";

		desk_end(&desk);
		desk_begin(&desk, book_of_gates());
		desk.book->gates.gates[BOOKS_ABANDONMENT].clear_for_ms = 10000;
		desk_open(&desk);
		all_is_well();
		breach(0);
		mute("carrier test", 600000);
		desk_pass(&desk, 500, 2);
		CHECK_ROW(what,
			  gate(BOOKS_ABANDONMENT)->verdict == VERDICT_OFF);
		if (dies > 0)
			desk_leave(&desk);
		test_clock_forward_ms(dies == 2 ? 700000 : 120000);
		if (dies > 0)
			desk_open(&desk);
		if (dies < 2)
			desk_say(&desk, COMMAND_UNMUTE, RATE, "");
		all_is_well();
		CHECK_ROW(what,
			  gate(BOOKS_ABANDONMENT)->verdict == VERDICT_NO_GO);
		CHECK_ROW(what, decided() == VERDICT_NO_GO);
		for (int i = 0; i < 10; i++)
			all_is_well();
		CHECK_ROW(what, decided() == VERDICT_GO);
	}
}

/* At most and at least on one signal are two gates. */
static void
two_gates_on_one_signal_keep_their_verdicts(void **state)
{
	struct gate_set *set = &desk.book->gates;
	int records;

	TEST_UNUSED(state);
	set->gates[BOOKS_TTL] = set->gates[BOOKS_ABANDONMENT];
	set->gates[BOOKS_TTL].op = GATE_AT_LEAST;
	set->gates[BOOKS_TTL].limit = value_of_number(0.5);
	set->gates[BOOKS_TTL].has_warn = false;
	desk_open(&desk);
	all_is_well();
	desk_measure(&desk, "queue", 0.2, 10000);
	desk_pass(&desk, 500, 2);
	assert_int_equal(gate(BOOKS_ABANDONMENT)->verdict, VERDICT_GO);
	assert_int_equal(gate(BOOKS_TTL)->verdict, VERDICT_NO_GO);
	records = desk_records(&desk, "verdict", "");
	desk_pass(&desk, 500, 4);
	assert_int_equal(desk_records(&desk, "verdict", ""), records);
	mute("both of them", 0);
	desk_pass(&desk, 500, 2);
	assert_int_equal(gate(BOOKS_ABANDONMENT)->verdict, VERDICT_OFF);
	assert_int_equal(gate(BOOKS_TTL)->verdict, VERDICT_OFF);
}

static void
flapping_is_told_with_its_count(void **state)
{
	struct gate_finding f;

	TEST_UNUSED(state);
	desk_open(&desk);
	all_is_well();
	for (int i = 0; i < 3; i++) {
		breach(1000);
		all_is_well();
	}
	room_finding(desk.director.room, BOOKS_ABANDONMENT,
		     director_now_ms(&desk.director), &f);
	assert_int_equal(f.reason, GATE_FLAPPING);
	assert_int_equal(f.flaps, 3);
	assert_int_equal(decided(), VERDICT_HOLD);
}

#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(nothing_is_judged_before_every_probe_has_spoken),
		DESK_TEST(all_measured_inside_their_limits_is_go),
		DESK_TEST(a_wall_clock_that_jumps_moves_no_window),
		DESK_TEST(records_never_run_backwards_when_the_room_is_resumed),
		DESK_TEST(an_older_report_changes_nothing),
		DESK_TEST(
			a_report_from_the_future_is_no_measurement_and_passes),
		DESK_TEST(a_moment_ahead_is_how_clocks_differ),
		DESK_TEST(a_slide_holds_before_the_limit_is_passed),
		DESK_TEST(too_few_events_hold_and_say_so),
		DESK_TEST(a_muted_critical_gate_is_off_and_told),
		DESK_TEST(a_mute_ends_by_itself_and_is_recorded),
		DESK_TEST(a_mute_and_its_reason_survive_the_console),
		DESK_TEST(a_mute_needs_a_reason_and_a_gate),
		DESK_TEST(an_acknowledged_breach_stays_a_breach),
		DESK_TEST(a_breach_outlives_the_console),
		DESK_TEST(a_breach_beneath_a_mute_outlives_the_console),
		DESK_TEST(two_gates_on_one_signal_keep_their_verdicts),
		DESK_TEST(flapping_is_told_with_its_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
