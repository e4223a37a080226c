/* action_lost - lost answers read back, plans and their fingerprints. */
#include "tests/unit/action_patch.h"

#include "base/redact.h"

static void
a_lost_answer_that_landed_is_not_sent_again(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .end = PEER_CLOSE },
		{ .expect = "GET", .body = IS_NEW, .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	want_verify(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	close_all(&s, p);
}

static void
a_lost_answer_that_did_not_land_goes_again_under_the_same_key(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .end = PEER_CLOSE },
		{ .expect = "GET", .body = IS_OLD },
		{ .expect = "PATCH", .body = "{}" },
		{ .expect = "GET", .body = IS_NEW },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	want_verify(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(s.result.attempts, 2);
	assert_int_equal(peer_count(p, "PATCH"), 2);
	for (int i = 0; i < 2; i++)
		assert_true(peer_had_line(
			p, "PATCH", i,
			"Idempotency-Key: key-of-the-transaction"));
	close_all(&s, p);
}

static void
a_lost_answer_of_a_step_that_is_not_idempotent_goes_once(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .end = PEER_CLOSE },
		{ .expect = "GET", .body = IS_OLD, .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	s.job.idempotent = false;
	want_verify(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	assert_true(s.result.may_retry);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	close_all(&s, p);
}

static void
a_lost_answer_that_cannot_be_read_back_is_unknown_and_never_repeated(
	void **state)
{
	static const struct {
		const char *what;
		bool has_verify;
		struct peer_row get;
	} cases[] = {
		{ "no verify group", false, { .expect = "GET" } },
		{ "reading back is refused",
		  true,
		  { .expect = "GET", .status = 403, .always = true } },
		{ "reading back fails",
		  true,
		  { .expect = "GET", .status = 500, .always = true } },
		{ "the value is not there",
		  true,
		  { .expect = "GET", .body = "{}", .always = true } },
		{ "no JSON comes back",
		  true,
		  { .expect = "GET", .body = "<html>", .always = true } },
		{ "the same key stands twice",
		  true,
		  { .expect = "GET",
		    .body = "{\"versionId\":\"v-1\",\"versionId\":\"v-2\"}",
		    .always = true } },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row rows[] = {
			{ .expect = "PATCH", .end = PEER_CUT, .body = BODY },
			cases[i].get,
		};
		struct scene s;
		struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

		if (cases[i].has_verify)
			want_verify(&s);
		scene_perform(&s);
		CHECK_ROW(cases[i].what, s.result.outcome == OUTCOME_UNKNOWN);
		CHECK_ROW(cases[i].what, peer_count(p, "PATCH") == 1);
		close_all(&s, p);
	}
}

static void
a_conflict_after_a_lost_answer_is_not_called_failed(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .end = PEER_CLOSE },
		{ .expect = "PATCH", .status = 409 },
		{ .expect = "GET", .body = IS_OLD, .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	want_verify(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(peer_count(p, "PATCH"), 2);
	close_all(&s, p);
}

static void
a_plan_shows_the_request_and_what_is_there_now(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /flows/1 ", .body = IS_OLD, .always = true },
	};
	struct action_plan plan;
	struct err e;
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	want_verify(&s);
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &plan, &e), &e);
	assert_int_equal(plan.count, 2);
	assert_int_equal(strncmp(plan.lines[0], "PATCH http://", 13), 0);
	CHECK_HOLDS(plan.lines[0], "/flows/1 " BODY);
	CHECK_HOLDS(plan.lines[1], "until /versionId is v-2");
	assert_string_equal(plan.before, "v-1");
	assert_string_equal(plan.after, "v-2");
	assert_int_equal(peer_count(p, "PATCH"), 0);
	close_all(&s, p);
}

static void
the_fingerprint_moves_with_the_request_and_with_the_live_state(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET", .body = IS_OLD },
		{ .expect = "GET", .body = IS_OLD },
		{ .expect = "GET", .body = IS_NEW },
		{ .expect = "GET", .status = 500, .always = true },
	};
	struct action_plan first, again, moved, other;
	struct err e;
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	want_verify(&s);
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &first, &e), &e);
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &again, &e), &e);
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &moved, &e), &e);
	scene_set(&s, "body", "{\"versionId\":\"v-3\"}");
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &other, &e), &e);
	assert_string_equal(first.fingerprint, again.fingerprint);
	assert_string_not_equal(first.fingerprint, moved.fingerprint);
	assert_string_not_equal(moved.fingerprint, other.fingerprint);
	assert_string_equal(other.before, "?");
	close_all(&s, p);
}

static void
a_long_body_is_wrapped_and_then_cut(void **state)
{
	char body[2000];
	struct action_plan plan;
	struct err e;
	struct scene s;
	struct peer *p = open_patch(&s, NULL, 0);

	TEST_UNUSED(state);
	memset(body, 'x', sizeof(body));
	memcpy(body, "{\"a\":\"", 6);
	memcpy(body + sizeof(body) - 3, "\"}", 3);
	scene_set(&s, "body", body);
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &plan, &e), &e);
	assert_int_equal(plan.count, 5);
	CHECK_HOLDS(plan.lines[3], "…");
	CHECK_HOLDS(plan.lines[4], "not read back");
	close_all(&s, p);
}

static void
a_secret_in_the_body_is_not_shown(void **state)
{
	struct action_plan plan;
	struct err e;
	struct scene s;
	struct peer *p = open_patch(&s, NULL, 0);

	TEST_UNUSED(state);
	redact_add("pin", "hunter2-hunter2");
	scene_set(&s, "body", "{\"pin\":\"hunter2-hunter2\"}");
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &plan, &e), &e);
	for (size_t i = 0; i < plan.count; i++)
		assert_null(strstr(plan.lines[i], "hunter2"));
	CHECK_HOLDS(plan.lines[0], "[pin]");
	redact_forget_all();
	close_all(&s, p);
}

static void
reading_back_tells_landed_from_not_landed_from_unclear(void **state)
{
	static const struct {
		const char *what;
		struct peer_row row;
		enum action_landed want;
	} cases[] = {
		{ "the wanted value", { .body = IS_NEW }, LANDED_YES },
		{ "another value", { .body = IS_OLD }, LANDED_NO },
		{ "no such object", { .status = 404 }, LANDED_NO },
		{ "no value", { .body = "{}" }, LANDED_UNCLEAR },
		{ "null", { .body = "{\"versionId\":null}" }, LANDED_UNCLEAR },
		{ "refused", { .status = 403 }, LANDED_UNCLEAR },
		{ "redirected", { .status = 302 }, LANDED_UNCLEAR },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct peer_row row = cases[i].row;
		char detail[ACTION_DETAIL];
		struct scene s;
		struct peer *p;

		row.expect = "GET";
		row.always = true;
		p = open_patch(&s, &row, 1);
		want_verify(&s);
		CHECK_ROW(cases[i].what,
			  action_readback(&s.env, &s.act, &s.cancel, detail,
					  sizeof(detail)) == cases[i].want);
		CHECK_ROW(cases[i].what, detail[0] != '\0');
		CHECK_ROW(cases[i].what, peer_count(p, "PATCH") == 0);
		close_all(&s, p);
	}
}

/* The time after the deadline is for looking once more, not for waiting. */
static void
past_the_deadline_it_reads_back_and_does_not_poll(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .end = PEER_CLOSE },
		{ .expect = "GET", .body = IS_NEW },
		{ .expect = "GET", .body = IS_OLD, .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	s.job.timeout_ms = 1;
	want_verify(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	assert_int_equal(peer_count(p, "GET"), 3);
	close_all(&s, p);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_answer_that_landed_is_not_sent_again),
		cmocka_unit_test(a_lost_answer_that_did_not_land_goes_again_under_the_same_key),
		cmocka_unit_test(a_lost_answer_of_a_step_that_is_not_idempotent_goes_once),
		cmocka_unit_test(a_lost_answer_that_cannot_be_read_back_is_unknown_and_never_repeated),
		cmocka_unit_test(a_conflict_after_a_lost_answer_is_not_called_failed),
		cmocka_unit_test(a_plan_shows_the_request_and_what_is_there_now),
		cmocka_unit_test(the_fingerprint_moves_with_the_request_and_with_the_live_state),
		cmocka_unit_test(a_long_body_is_wrapped_and_then_cut),
		cmocka_unit_test(a_secret_in_the_body_is_not_shown),
		cmocka_unit_test(reading_back_tells_landed_from_not_landed_from_unclear),
		cmocka_unit_test(past_the_deadline_it_reads_back_and_does_not_poll),
	};
	/* clang-format on */

	net_setup();
	clock_set_speed(SCENE_SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
