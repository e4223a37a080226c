/*
 * The rollback key works from every state: enumerated from the table of moves.
 *
 * For each pair of states of two steps a journal is written that leads there
 * by legal moves, a console takes the room up, and R is pressed.  For each
 * state that can be held the same is done while the step is alive in it.
 */
#include "tests/unit/engine_night.h"

#include "journal/journal.h"
#include "net/loop.h"

static struct live_night night;

static const struct room *
room(void)
{
	return night.desk.director.room;
}

/* ---- ways through the table ---- */

#define LONGEST STEP_STATE_COUNT

/* May a room tell of this move?  What acts was shown before; what is taken
 * back was done; what was shown and left alone is what it was: ready. */
static bool
is_told(enum step_state from, enum step_state to)
{
	return step_may_move(from, to) &&
	       (to != STEP_UNDONE || from == STEP_VERIFIED) &&
	       (to != STEP_FAILED ||
		(from != STEP_ARMED && from != STEP_CONFIRMED)) &&
	       (from != STEP_READY || to == STEP_ARMED || to == STEP_SKIPPED);
}

/* The shortest legal way from ready; its length, 0 for ready itself, -1 when
 * there is none. */
static int
way_to(enum step_state to, enum step_state way[LONGEST])
{
	enum step_state queue[STEP_STATE_COUNT], from[STEP_STATE_COUNT];
	bool seen[STEP_STATE_COUNT] = { [STEP_READY] = true };
	int head = 0, tail = 0, length = 0;

	queue[tail++] = STEP_READY;
	while (head < tail && !seen[to]) {
		enum step_state at = queue[head++];

		for (int next = 0; next < STEP_STATE_COUNT; next++) {
			if (seen[next] || !is_told(at, (enum step_state)next))
				continue;
			seen[next] = true;
			from[next] = at;
			queue[tail++] = (enum step_state)next;
		}
	}
	if (!seen[to])
		return -1;
	for (enum step_state at = to; at != STEP_READY; at = from[at])
		length++;
	for (int i = length - 1; i >= 0; i--) {
		way[i] = to;
		to = from[to];
	}
	return length;
}

static void
every_state_can_be_reached_by_legal_moves(void **state)
{
	enum step_state way[LONGEST];

	TEST_UNUSED(state);
	for (int s = 0; s < STEP_STATE_COUNT; s++)
		CHECK_ROW(step_word((enum step_state)s),
			  way_to((enum step_state)s, way) >= 0);
}

/* ---- a journal that leads there ---- */

static void
write_way(struct journal *j, const char *step, enum step_state to,
	  int64_t at_ms)
{
	enum step_state way[LONGEST], was = STEP_READY;
	int length = way_to(to, way);
	struct err e = { .code = ERR_NONE };

	for (int i = 0; i < length; i++) {
		struct record r;

		record_init(&r, RECORD_STEP, "lead");
		r.wall_ms = clock_wall_ms();
		r.at_ms = at_ms;
		record_text(&r, "step", step);
		record_text(&r, "state", step_word(way[i]));
		record_text(&r, "was", step_word(was));
		record_int(&r, "attempt", 1);
		if (way[i] == STEP_INTENT)
			record_text(&r, "key", "wr-do-of-the-test");
		CHECK_OK(journal_append(j, &r, &e), &e);
		record_clear(&r);
		was = way[i];
	}
}

static void
write_pause(struct journal *j, const char *step, int64_t at_ms)
{
	struct err e = { .code = ERR_NONE };
	struct record r;

	record_init(&r, RECORD_PAUSE, "lead");
	r.wall_ms = clock_wall_ms();
	r.at_ms = at_ms;
	record_text(&r, "step", step);
	record_flag(&r, "paused", true);
	CHECK_OK(journal_append(j, &r, &e), &e);
	record_clear(&r);
}

/* A room whose console died with the steps in these states, the first one
 * paused or not. */
static void
take_up(enum step_state publish, enum step_state route, bool is_paused)
{
	struct journal_report report;
	struct journal *j;
	struct err e = { .code = ERR_NONE };

	int64_t at_ms;

	night_start(&night, NULL, 0);
	at_ms = room()->last_ms;
	desk_leave(&night.desk);
	CHECK_OK(journal_open(&j, night.desk.dir, &journal_io_system, NULL,
			      NULL, &report, &e),
		 &e);
	write_way(j, "publish", publish, at_ms);
	if (is_paused)
		write_pause(j, "publish", at_ms);
	write_way(j, "route", route, at_ms);
	journal_close(j);
	desk_open(&night.desk);
	desk_rest(&night.desk);
	night_measure(&night, 1, 100);
}

static bool
may_have_run(void)
{
	for (size_t i = 0; i < room()->book->step_count; i++)
		if (step_may_have_run(room()->steps[i].state) ||
		    room()->steps[i].began_ms >= 0)
			return true;
	return false;
}

static bool
has_ended(const struct desk *k)
{
	enum rollback_state s = k->director.room->rollback;

	return s == ROLLBACK_VALIDATED || s == ROLLBACK_HALTED;
}

static bool
is_shown(const struct desk *k)
{
	return k->director.room->prompt.open || !errand_any(&k->director);
}

/* Presses R and types what is asked for; both ends tell a person why. */
static void
press_R(const char *what)
{
	bool had = may_have_run();

	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	assert_true(desk_until(&night.desk, is_shown));
	if (!room()->prompt.open) {
		CHECK_ROW(what, !had || room()->rollback == ROLLBACK_NONE);
		CHECK_ROW(what, night_notice(&night)[0] != '\0');
		return;
	}
	night_agree(&night);
	if (!desk_until(&night.desk, has_ended))
		fail_msg("%s: the rollback is %s: %s", what,
			 rollback_word(room()->rollback), night_notice(&night));
	desk_rest(&night.desk);
	CHECK_ROW(what, room()->rollback_detail[0] != '\0');
	/* Taken back for real: the witness is the platform. */
	if (room()->rollback == ROLLBACK_VALIDATED && had)
		CHECK_ROW(what,
			  peer_count(night.peer, "PATCH /flowback ") +
					  peer_count(night.peer,
						     "PATCH /routeback ") >=
				  1);
}

static void
from_each_pair_of_states_a_room_taken_up_is_rolled_back(void **state)
{
	char what[80];

	TEST_UNUSED(state);
	for (int a = 0; a < STEP_STATE_COUNT; a++)
		for (int b = 0; b < STEP_STATE_COUNT; b++) {
			str_printf(what, sizeof(what), "publish %s, route %s",
				   step_word((enum step_state)a),
				   step_word((enum step_state)b));
			take_up((enum step_state)a, (enum step_state)b, false);
			press_R(what);
			night_stop(&night);
		}
}

static void
from_each_state_a_room_taken_up_paused_says_so_and_is_rolled_back(void **state)
{
	char what[80];

	TEST_UNUSED(state);
	for (int s = 0; s < STEP_STATE_COUNT; s++) {
		if (!step_is_running((enum step_state)s))
			continue;
		str_printf(what, sizeof(what), "publish %s, paused",
			   step_word((enum step_state)s));
		take_up((enum step_state)s, STEP_READY, true);
		CHECK_ROW(what, desk_records(&night.desk, "step",
					     "ended while it was paused") == 1);
		CHECK_ROW(what, room_step_under_way(room()) < 0);
		press_R(what);
		night_stop(&night);
	}
}

/* ---- while it is alive ---- */

/* What the platform does so that the step stays in the state. */
struct hold {
	enum step_state state;
	struct peer_row rows[3];
	size_t count;
};

#define HANGS(what)                                              \
	{                                                        \
		.expect = what, .end = PEER_HANG, .always = true \
	}

static const struct hold holds[] = {
	{ STEP_ACTING, { HANGS("PATCH /route ") }, 1 },
	{ STEP_BACKOFF,
	  { { .expect = "PATCH /route ",
	      .status = 429,
	      .headers = "Retry-After: 200\r\n",
	      .always = true } },
	  1 },
	{ STEP_VERIFYING,
	  { { .expect = "GET /route/new ", .body = "{\"is\":\"old\"}" },
	    { .expect = "GET /route/new ", .body = "{\"is\":\"old\"}" },
	    HANGS("GET /route/new ") },
	  3 },
	{ STEP_FAILED,
	  { { .expect = "PATCH /route ", .status = 403, .always = true } },
	  1 },
	{ STEP_UNKNOWN,
	  { { .expect = "PATCH /route ", .end = PEER_CLOSE, .always = true },
	    { .expect = "GET /route/new ", .status = 500, .always = true } },
	  2 },
	{ STEP_VERIFIED, { { .expect = "GET /none ", .always = true } }, 1 },
};

static void
make_idempotent(const char *step)
{
	int i = runner_step_named(&night.desk.director, step);

	night.desk.book->steps[i].idempotent = true;
}

static void
hold_in(const struct hold *h)
{
	night_start(&night, h->rows, h->count);
	make_idempotent("route");
	night_walk(&night, "publish");
	night_arm(&night, "route");
	night_agree(&night);
	desk_until_step(&night.desk, "route", h->state);
}

static void
while_a_step_is_alive_in_a_state_it_is_rolled_back(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(holds); i++) {
		const struct hold *h = &holds[i];

		hold_in(h);
		press_R(step_word(h->state));
		CHECK_ROW(step_word(h->state), has_ended(&night.desk));
		night_stop(&night);
	}
}

static void
while_a_step_is_paused_in_a_state_it_is_rolled_back(void **state)
{
	char what[80];

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(holds); i++) {
		const struct hold *h = &holds[i];

		if (!step_is_running(h->state))
			continue;
		str_printf(what, sizeof(what), "%s, paused",
			   step_word(h->state));
		hold_in(h);
		desk_say(&night.desk, COMMAND_PAUSE, "route", "");
		CHECK_ROW(what, room_step_under_way(room()) >= 0);
		CHECK_ROW(what,
			  room()->steps[room_step_under_way(room())].is_paused);
		press_R(what);
		CHECK_ROW(what, has_ended(&night.desk));
		CHECK_ROW(what, desk_records(&night.desk, "pause",
					     "\"paused\":false") == 0);
		night_stop(&night);
	}
}

static void
with_a_plan_open_it_is_rolled_back(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_walk(&night, "publish");
	night_arm(&night, "route");
	press_R("armed");
	assert_int_equal(room()->rollback, ROLLBACK_VALIDATED);
	assert_int_equal(peer_count(night.peer, "PATCH /route "), 0);
	night_stop(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_can_be_reached_by_legal_moves),
		cmocka_unit_test(
			from_each_pair_of_states_a_room_taken_up_is_rolled_back),
		cmocka_unit_test(
			while_a_step_is_alive_in_a_state_it_is_rolled_back),
		cmocka_unit_test(
			from_each_state_a_room_taken_up_paused_says_so_and_is_rolled_back),
		cmocka_unit_test(
			while_a_step_is_paused_in_a_state_it_is_rolled_back),
		cmocka_unit_test(with_a_plan_open_it_is_rolled_back),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
