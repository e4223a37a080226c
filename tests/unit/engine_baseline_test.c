/* engine: what was live before the first change is kept, and watched. */
#include "tests/unit/engine_night.h"

#include "model/matrix.h"

static struct live_night night;

/* A queue that no step touches, and the flow, whose undo is read back. */
static char *
book_text(void)
{
	char *no_probes = lint_replace(night_book, "{probes}\n", "");
	char *gated = lint_replace(no_probes, "thresholds:\n",
				   "thresholds:\n"
				   "  rollback: {baseline_kept: true,\n"
				   "    max_drilled_days_ago: 30}\n");
	char *whole = lint_replace(gated, NIGHT_ROLLBACK,
				   "baseline:\n"
				   "  - object: queue:q-1\n"
				   "    layer: routing\n"
				   "    http: {endpoint: platform, "
				   "path: /queue, pointer: /order}\n"
				   "rollback: {stagger: 1s, "
				   "baseline_every: 20h}\n");

	mem_free(no_probes);
	mem_free(gated);
	return whole;
}

static void
begin(const struct peer_row *rows, size_t count)
{
	char *text = book_text();

	night_open(&night, rows, count, text);
	mem_free(text);
}

static const struct room *
room(void)
{
	return night.desk.director.room;
}

static const struct room_baseline *
of(const char *object)
{
	int row = book_baseline_of(room()->book, object);

	assert_true(row >= 0);
	return &room()->baseline[row];
}

static bool
plan_says(const char *part)
{
	for (size_t i = 0; i < room()->prompt.line_count; i++)
		if (strstr(room()->prompt.lines[i], part) != NULL)
			return true;
	return false;
}

/* Looks again now, and takes in what it finds. */
static enum verdict
verdict_of(const char *signal)
{
	struct gate_finding f;

	night.desk.director.baseline.next_ms = 0;
	night.desk.director.baseline.next_drilled_ms = 0;
	desk_pass(&night.desk, 0, 1);
	desk_rest(&night.desk);
	night.desk.director.next_judge_ms = 0;
	desk_pass(&night.desk, 0, 1);
	for (size_t i = 0; i < room()->book->gates.gate_count; i++)
		if (str_same(room()->book->gates.gates[i].signal, signal)) {
			room_finding(room(), i,
				     director_now_ms(&night.desk.director), &f);
			return f.verdict;
		}
	fail();
	return VERDICT_OFF;
}

static enum verdict
kept(void)
{
	return verdict_of(BOOK_BASELINE_KEPT);
}

#define QUEUE(order, times)                                               \
	{                                                                 \
		.expect = "GET /queue ", .body = "{\"order\":" order "}", \
		.always = times                                           \
	}

static const struct peer_row steady[] = { QUEUE("1", true) };

/* Of a clock that was set back nothing follows, least of all "today". */
static void
a_drill_still_to_come_is_none(void **state)
{
	static const int64_t hour_ms = 3600000;

	TEST_UNUSED(state);
	begin(steady, ARRAY_LEN(steady));
	assert_int_equal(verdict_of(BOOK_DRILLED), VERDICT_BLIND);
	night.desk.book->drilled_count = 1;
	night.desk.book->drilled_wall_ms = clock_wall_ms() - hour_ms;
	assert_int_equal(verdict_of(BOOK_DRILLED), VERDICT_GO);
	night.desk.book->drilled_wall_ms = clock_wall_ms() + hour_ms;
	assert_int_equal(verdict_of(BOOK_DRILLED), VERDICT_BLIND);
	night_stop(&night);
}

static void
the_objects_of_steps_join_the_rows(void **state)
{
	TEST_UNUSED(state);
	begin(steady, ARRAY_LEN(steady));
	assert_int_equal(room()->book->baseline_count, 3);
	assert_int_equal(book_baseline_of(room()->book, "queue:q-1"), 0);
	assert_true(book_baseline_of(room()->book, "flow:1") > 0);
	assert_int_equal(book_baseline_of(room()->book, "flow:2"), -1);
	night_stop(&night);
}

static void
it_is_journaled_before_the_first_change_acts(void **state)
{
	TEST_UNUSED(state);
	begin(steady, ARRAY_LEN(steady));
	assert_int_equal(kept(), VERDICT_GO);
	night_walk(&night, "tell"); /* changes nothing */
	assert_int_equal(desk_records(&night.desk, "baseline", ""), 0);
	night_arm(&night, "publish");
	assert_true(plan_says("takes the baseline first: 3 objects"));
	night_agree(&night);
	while (desk_step(&night.desk, "publish") == STEP_ARMED) {
		assert_int_equal(peer_count(night.peer, "PATCH "), 0);
		director_turn(&night.desk.director,
			      queue_take(night.desk.director.inbox,
					 clock_real_us() + 5000));
	}
	assert_int_equal(desk_records(&night.desk, "baseline", ""), 3);
	desk_until_step(&night.desk, "publish", STEP_VERIFIED);
	assert_string_equal(of("queue:q-1")->value, "1");
	assert_string_equal(of("flow:1")->value, "old");
	night_arm(&night, "route");
	assert_false(plan_says("takes the baseline"));
	night_stop(&night);
}

static void
what_cannot_be_read_keeps_the_step_from_acting(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /queue ",
		  .status = 403,
		  .body = "{}",
		  .always = true },
	};

	TEST_UNUSED(state);
	begin(rows, ARRAY_LEN(rows));
	assert_int_equal(kept(), VERDICT_BLIND);
	night_arm(&night, "publish");
	night_agree(&night);
	desk_rest(&night.desk);
	assert_int_equal(desk_step(&night.desk, "publish"), STEP_ARMED);
	assert_int_equal(peer_count(night.peer, "PATCH "), 0);
	CHECK_HOLDS(night_notice(&night), "queue:q-1 cannot be read");
	desk_say(&night.desk, COMMAND_BASELINE, "", "the queue is drained");
	assert_int_equal(
		desk_records(&night.desk, "baseline", "the queue is drained"),
		1);
	night_agree(&night);
	desk_until_step(&night.desk, "publish", STEP_VERIFIED);
	assert_true(of("queue:q-1")->waived);
	assert_true(of("flow:1")->taken);
	night_stop(&night);
}

/* Somebody else changes the queue: that is told, and the first value stands,
 * also for the process that takes the room over. */
static void
it_is_never_replaced(void **state)
{
	static const struct peer_row rows[] = {
		QUEUE("1", false),
		QUEUE("1", false),
		QUEUE("1", false),
		QUEUE("2", true),
	};
	char digest[DIGEST_HEX];

	TEST_UNUSED(state);
	begin(rows, ARRAY_LEN(rows));
	desk_rest(&night.desk); /* the look at the opening */
	desk_say(&night.desk, COMMAND_BASELINE, "", "");
	desk_rest(&night.desk);
	assert_true(of("queue:q-1")->taken);
	str_copy(digest, sizeof(digest), of("queue:q-1")->digest);
	while (of("queue:q-1")->drift[0] == '\0')
		kept();
	assert_int_equal(kept(), VERDICT_NO_GO);
	assert_string_equal(of("queue:q-1")->value, "1");
	assert_string_equal(of("queue:q-1")->digest, digest);
	assert_string_equal(of("queue:q-1")->drift, "2");
	desk_say(&night.desk, COMMAND_BASELINE, "", "again");
	CHECK_HOLDS(night_notice(&night), "never replaced");
	desk_leave(&night.desk);
	desk_open(&night.desk);
	assert_string_equal(of("queue:q-1")->value, "1");
	assert_string_equal(of("queue:q-1")->drift, "2");
	assert_int_equal(baseline_missing(&night.desk.director), 0);
	night_stop(&night);
}

static void
record_as_it_stood(const char *document)
{
	struct record r;
	char digest[DIGEST_HEX];

	digest_hex(digest, document, strlen(document));
	record_init(&r, RECORD_BASELINE, "actor");
	record_text(&r, "object", "queue:q-1");
	record_text(&r, "value", "json as it stood");
	record_text(&r, "digest", digest);
	assert_true(director_emit(&night.desk.director, &r));
}

/* Former versions took the digest of the members as they stood. */
static void
a_baseline_of_a_former_version_is_still_the_same(void **state)
{
	static const struct peer_row rows[] = {
		QUEUE("{\"b\":1,\"a\":{\"d\":2,\"c\":3}}", true),
	};

	TEST_UNUSED(state);
	begin(rows, ARRAY_LEN(rows));
	desk_rest(&night.desk); /* the look at the opening */
	record_as_it_stood("{\"b\":1,\"a\":{\"d\":2,\"c\":3}}");
	assert_int_equal(kept(), VERDICT_GO);
	assert_string_equal(of("queue:q-1")->drift, "");
	night_stop(&night);
}

/* Nor is what differs from it overlooked, or what is back told as another. */
static void
what_differs_from_a_baseline_of_a_former_version_is_told(void **state)
{
	static const struct peer_row rows[] = {
		QUEUE("{\"b\":2,\"a\":0}", false),
		QUEUE("{\"b\":2,\"a\":0}", false),
		QUEUE("{\"b\":1,\"a\":0}", true),
	};

	TEST_UNUSED(state);
	begin(rows, ARRAY_LEN(rows));
	desk_rest(&night.desk);
	record_as_it_stood("{\"b\":1,\"a\":0}");
	assert_int_equal(kept(), VERDICT_NO_GO);
	assert_string_not_equal(of("queue:q-1")->drift, "");
	while (of("queue:q-1")->drift[0] != '\0')
		kept();
	assert_int_equal(kept(), VERDICT_GO);
	night_stop(&night);
}

/* The flow moves, as it should; that it can be read is what counts. */
static void
what_a_step_changed_is_kept_as_long_as_it_is_there(void **state)
{
	static const struct peer_row rows[] = {
		QUEUE("1", true),
		/* At the opening, when asked, as the baseline, and once
		 * that is taken. */
		{ .expect = "GET /flowback/old ", .body = "{\"is\":\"old\"}" },
		{ .expect = "GET /flowback/old ", .body = "{\"is\":\"old\"}" },
		{ .expect = "GET /flowback/old ", .body = "{\"is\":\"old\"}" },
		{ .expect = "GET /flowback/old ", .body = "{\"is\":\"old\"}" },
		{ .expect = "GET /flowback/old ",
		  .body = "{\"is\":\"new\"}",
		  .always = true },
	};

	TEST_UNUSED(state);
	begin(rows, ARRAY_LEN(rows));
	assert_int_equal(kept(), VERDICT_GO);
	night_walk(&night, "publish");
	assert_int_equal(kept(), VERDICT_GO);
	assert_int_equal(kept(), VERDICT_GO);
	assert_string_equal(of("flow:1")->drift, "");
	night_stop(&night);
}

static void
what_cannot_be_read_any_more_is_blind(void **state)
{
	static const struct peer_row rows[] = {
		QUEUE("1", false),
		{ .expect = "GET /queue ",
		  .status = 403,
		  .body = "{}",
		  .always = true },
	};

	TEST_UNUSED(state);
	begin(rows, ARRAY_LEN(rows));
	desk_rest(&night.desk);
	assert_int_equal(kept(), VERDICT_BLIND);
	night_stop(&night);
}

static void
a_rollback_shows_what_the_night_began_with(void **state)
{
	static const struct peer_row rows[] = {
		QUEUE("1", true),
		{ .expect = "GET /flowback/old ",
		  .body = "{\"is\":\"v0\"}",
		  .always = true },
	};

	TEST_UNUSED(state);
	begin(rows, ARRAY_LEN(rows));
	assert_int_equal(kept(), VERDICT_GO);
	night_walk(&night, "publish");
	assert_string_equal(of("flow:1")->value, "v0");
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	assert_true(plan_says("-> old  baseline v0"));
	night_stop(&night);
}

static enum side
side_of(const char *object)
{
	enum side side = SIDE_COUNT;
	struct matrix m;

	matrix_make(&m, room());
	for (size_t i = 0; i < m.row_count; i++)
		if (str_same(m.rows[i].object, object))
			side = m.rows[i].all.side;
	matrix_clear(&m);
	return side;
}

static void
take_all_back(enum rollback_state end)
{
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	desk_rest(&night.desk);
	night_agree(&night);
	desk_until_rollback(&night.desk, end);
	desk_rest(&night.desk);
}

/* It is no step's, so nothing takes it back, and it fails no rollback. */
static void
what_somebody_else_changed_is_named_at_the_end(void **state)
{
	static const struct peer_row rows[] = {
		/* At the opening, when asked, as the baseline, and once that
		 * is taken. */
		QUEUE("1", false), QUEUE("1", false), QUEUE("1", false),
		QUEUE("1", false), QUEUE("2", true),
	};

	TEST_UNUSED(state);
	begin(rows, ARRAY_LEN(rows));
	assert_int_equal(side_of("queue:q-1"), SIDE_UNKNOWN);
	assert_int_equal(kept(), VERDICT_GO);
	night_walk(&night, "publish");
	assert_string_equal(of("queue:q-1")->drift, "");
	assert_int_equal(side_of("queue:q-1"), SIDE_BASELINE);
	take_all_back(ROLLBACK_VALIDATED);
	CHECK_HOLDS(room()->rollback_detail,
		    "; not ours, but not as it was: queue:q-1; every item");
	assert_int_equal(room()->leftovers, 0);
	assert_int_equal(side_of("queue:q-1"), SIDE_MIXED);
	assert_int_equal(side_of("flow:1"), SIDE_BASELINE);
	night_stop(&night);
}

static void
what_nobody_changed_is_not_named_at_the_end(void **state)
{
	TEST_UNUSED(state);
	begin(steady, ARRAY_LEN(steady));
	assert_int_equal(kept(), VERDICT_GO);
	night_walk(&night, "publish");
	take_all_back(ROLLBACK_VALIDATED);
	assert_null(strstr(room()->rollback_detail, "not ours"));
	assert_int_equal(side_of("queue:q-1"), SIDE_BASELINE);
	night_stop(&night);
}

/* The night began with v0; from the first change on it reads "old", which is
 * what the undo of publish wants.  Takes publish back, when it says that it
 * makes `sets` of the flow. */
static void
take_back_what_sets(const char *sets, enum rollback_state end)
{
	static const struct peer_row rows[] = {
		QUEUE("1", true),
		/* At the opening, when asked, as the baseline. */
		{ .expect = "GET /flowback/old ", .body = "{\"is\":\"v0\"}" },
		{ .expect = "GET /flowback/old ", .body = "{\"is\":\"v0\"}" },
		{ .expect = "GET /flowback/old ", .body = "{\"is\":\"v0\"}" },
	};
	struct book_step *publish;

	begin(rows, ARRAY_LEN(rows));
	publish = &night.desk.book->steps[runner_step_named(
		&night.desk.director, "publish")];
	assert_string_equal(publish->sets, "new");
	str_copy(publish->sets, sizeof(publish->sets), sets);
	assert_int_equal(kept(), VERDICT_GO);
	night_walk(&night, "publish");
	assert_string_equal(of("flow:1")->value, "v0");
	take_all_back(end);
}

static void
what_the_undo_declares_is_no_baseline_but_taken_back(void **state)
{
	TEST_UNUSED(state);
	take_back_what_sets("new", ROLLBACK_VALIDATED);
	CHECK_HOLDS(room()->rollback_detail,
		    "flow:1 left at old as the runbook says; baseline was v0");
	night_stop(&night);
}

/* Rows: it is known what the step makes of the flow, and it is only seen. */
static void
what_the_step_itself_sets_is_never_declared(void **state)
{
	static const char *const sets[] = { "old", "" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		take_back_what_sets(sets[i], ROLLBACK_HALTED);
		CHECK_HOLDS(room()->rollback_detail,
			    "flow:1: it is old, its baseline was v0");
		CHECK_ROW(sets[i], room()->leftovers == 1);
		night_stop(&night);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_drill_still_to_come_is_none),
		cmocka_unit_test(the_objects_of_steps_join_the_rows),
		cmocka_unit_test(it_is_journaled_before_the_first_change_acts),
		cmocka_unit_test(
			what_cannot_be_read_keeps_the_step_from_acting),
		cmocka_unit_test(it_is_never_replaced),
		cmocka_unit_test(
			a_baseline_of_a_former_version_is_still_the_same),
		cmocka_unit_test(
			what_differs_from_a_baseline_of_a_former_version_is_told),
		cmocka_unit_test(
			what_a_step_changed_is_kept_as_long_as_it_is_there),
		cmocka_unit_test(what_cannot_be_read_any_more_is_blind),
		cmocka_unit_test(a_rollback_shows_what_the_night_began_with),
		cmocka_unit_test(
			what_somebody_else_changed_is_named_at_the_end),
		cmocka_unit_test(what_nobody_changed_is_not_named_at_the_end),
		cmocka_unit_test(
			what_the_undo_declares_is_no_baseline_but_taken_back),
		cmocka_unit_test(what_the_step_itself_sets_is_never_declared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
