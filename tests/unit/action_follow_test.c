/* action_follow - jobs polled, checks that converge, cancels on the way. */
#include "tests/unit/action_patch.h"

#include "base/redact.h"

static void
a_202_is_polled_where_it_points_to(void **state)
{
	static const struct {
		const char *what, *location, *poll_path, *polled;
	} cases[] = {
		{ "by the path of the runbook", "Location: /jobs/wrong\r\n",
		  "/jobs/7", "GET /jobs/7 " },
		{ "by Location", "Location: /jobs/8\r\n", NULL,
		  "GET /jobs/8 " },
		{ "by the resource", NULL, NULL, "GET /flows/1 " },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row rows[] = {
			{ .expect = "PATCH",
			  .status = 202,
			  .headers = cases[i].location },
			{ .expect = cases[i].polled, .body = IS_OLD },
			{ .expect = cases[i].polled, .body = IS_NEW },
		};
		struct scene s;
		struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

		want_poll(&s);
		if (cases[i].poll_path != NULL)
			scene_set(&s, "poll.path", cases[i].poll_path);
		scene_perform(&s);
		CHECK_ROW(cases[i].what, s.result.outcome == OUTCOME_DONE);
		CHECK_ROW(cases[i].what, peer_count(p, cases[i].polled) == 2);
		CHECK_ROW(cases[i].what, peer_strays(p) == 0);
		CHECK_ROW(cases[i].what, scene_told(&s, STEP_ACCEPTED));
		CHECK_ROW(cases[i].what, scene_told(&s, STEP_CONVERGING));
		close_all(&s, p);
	}
}

static void
an_absolute_location_of_the_same_origin_is_followed(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH",
		  .status = 202,
		  .headers = "Location: {url}/jobs/9\r\n" },
		{ .expect = "GET /jobs/9 ", .body = IS_NEW },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	want_poll(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(peer_count(p, "GET /jobs/9 "), 1);
	close_all(&s, p);
}

static void
a_location_elsewhere_is_never_followed(void **state)
{
	static const struct peer_row trap_rows[] = {
		{ .expect = "GET", .body = IS_NEW, .always = true },
	};
	struct peer *trap = peer_start(trap_rows, 1);
	char hostile[4][160];

	TEST_UNUSED(state);
	str_printf(hostile[0], 160, "Location: %s/jobs/9\r\n", peer_url(trap));
	str_printf(hostile[1], 160, "Location: //%s/jobs/9\r\n", peer_at(trap));
	str_printf(hostile[2], 160, "Location: jobs/9\r\n");
	str_printf(hostile[3], 160, "Location: {url}@%s/jobs/9\r\n",
		   peer_at(trap));
	for (int i = 0; i < 4; i++) {
		struct peer_row rows[] = { { .expect = "PATCH",
					     .status = 202,
					     .headers = hostile[i] } };
		struct scene s;
		struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

		want_poll(&s);
		scene_perform(&s);
		assert_int_equal(s.result.outcome, OUTCOME_UNKNOWN);
		CHECK_HOLDS(s.result.detail, "leads elsewhere");
		assert_int_equal(peer_count(p, "GET"), 0);
		close_all(&s, p);
	}
	assert_int_equal(peer_count(trap, ""), 0);
	peer_stop(trap);
}

static void
a_job_that_vanishes_twice_in_a_row_is_unknown(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 202 },
		{ .expect = "GET", .status = 404 },
		{ .expect = "GET", .body = IS_OLD },
		{ .expect = "GET", .status = 404, .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	want_poll(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_UNKNOWN);
	CHECK_HOLDS(s.result.detail, "vanished");
	assert_int_equal(peer_count(p, "GET"), 4);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	close_all(&s, p);
}

static void
a_job_that_fails_is_failed(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 202 },
		{ .expect = "GET", .body = IS_OLD },
		{ .expect = "GET", .body = "{\"status\":\"failed\"}" },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	want_poll(&s);
	want_verify(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	assert_false(s.result.may_retry);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	close_all(&s, p);
}

static void
a_job_that_never_ends_is_unknown_at_the_deadline(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 202 },
		{ .expect = "GET",
		  .body = "{\"status\":\"strange\"}",
		  .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	s.job.timeout_ms = 20000;
	want_poll(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_UNKNOWN);
	CHECK_HOLDS(s.result.detail, "strange");
	assert_true(peer_count(p, "GET") >= 3);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	close_all(&s, p);
}

static void
a_hiccup_while_polling_is_polled_through(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 202 },
		{ .expect = "GET", .status = 503 },
		{ .expect = "GET", .end = PEER_CLOSE },
		{ .expect = "GET", .status = 500 },
		{ .expect = "GET", .body = "<html>" },
		{ .expect = "GET", .body = IS_NEW },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	want_poll(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	close_all(&s, p);
}

static void
a_202_with_nothing_to_see_it_through_is_unknown(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 202 },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_UNKNOWN);
	close_all(&s, p);
}

static void
a_silently_dropped_change_is_never_done(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .body = IS_NEW },
		{ .expect = "GET", .body = IS_OLD, .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	s.job.timeout_ms = 10000;
	want_verify(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_UNKNOWN);
	CHECK_HOLDS(s.result.detail, "/versionId is v-1, not v-2");
	assert_int_equal(peer_count(p, "PATCH"), 1);
	close_all(&s, p);
}

static void
cancelled_before_sending_sends_nothing(void **state)
{
	struct scene s;
	struct peer *p = open_patch(&s, NULL, 0);

	TEST_UNUSED(state);
	cancel_raise(&s.cancel);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_CANCELLED);
	assert_int_equal(peer_count(p, ""), 0);
	close_all(&s, p);
}

/* A person who hears of a wait ends it before the actor sleeps. */
static void
nudge_who_waits(void *ctx, const struct action_event *event)
{
	struct scene *s = ctx;

	scene_hear(s, event);
	if (event->next_ms > 0)
		cancel_nudge(&s->cancel);
}

static void
a_nudge_as_soon_as_a_wait_is_told_ends_it(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 429 },
		{ .expect = "PATCH", .body = "{}" },
		{ .expect = "GET", .body = IS_NEW, .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));
	bool came;

	TEST_UNUSED(state);
	want_verify(&s);
	/* Years: nothing ends the wait but the nudge. */
	s.job.timeout_ms = INT64_C(1) << 42;
	s.job.retry.base_ms = s.job.retry.cap_ms = INT64_C(1) << 40;
	s.job.report = nudge_who_waits;
	scene_start(&s);
	came = peer_wait(p, "PATCH", 2);
	if (!came)
		cancel_raise(&s.cancel);
	scene_join(&s);
	assert_true(came);
	assert_true(scene_told(&s, STEP_BACKOFF));
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	close_all(&s, p);
}

/* Performs on a thread, cancels once `prefix` was seen `count` times. */
static void
perform_and_cancel(struct scene *s, struct peer *p, const char *prefix,
		   int count)
{
	int64_t began_us;

	scene_start(s);
	assert_true(peer_wait(p, prefix, count));
	began_us = clock_real_us();
	cancel_raise(&s->cancel);
	scene_join(s);
	assert_true(clock_real_us() - began_us < 4000000);
}

static void
cancelled_in_flight_is_unknown_unless_it_landed(void **state)
{
	TEST_UNUSED(state);
	for (int has_landed = 0; has_landed <= 1; has_landed++) {
		const struct peer_row rows[] = {
			{ .expect = "PATCH", .body = "{}", .delay_ms = 300 },
			{ .expect = "GET",
			  .body = has_landed ? IS_NEW : IS_OLD,
			  .always = true },
		};
		struct scene s;
		struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

		/* "not there" is no proof: it may be carried out later */
		s.job.idempotent = false;
		want_verify(&s);
		perform_and_cancel(&s, p, "PATCH", 1);
		assert_int_equal(s.result.outcome,
				 has_landed ? OUTCOME_DONE : OUTCOME_UNKNOWN);
		assert_int_equal(peer_count(p, "PATCH"), 1);
		close_all(&s, p);
	}
}

static void
cancelled_while_polling_is_unknown_or_what_reading_back_shows(void **state)
{
	TEST_UNUSED(state);
	for (int has_landed = 0; has_landed <= 1; has_landed++) {
		const struct peer_row rows[] = {
			{ .expect = "PATCH", .status = 202 },
			{ .expect = "GET /jobs",
			  .body = "{\"status\":\"pending\"}",
			  .always = true },
			{ .expect = "GET /flows/1 ",
			  .body = has_landed ? IS_NEW : IS_OLD,
			  .always = true },
		};
		struct scene s;
		struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

		s.job.timeout_ms = 3600000;
		want_poll(&s);
		want_verify(&s);
		scene_set(&s, "poll.path", "/jobs/1");
		scene_set(&s, "poll.every", "10m");
		perform_and_cancel(&s, p, "GET /jobs", 1);
		assert_int_equal(s.result.outcome,
				 has_landed ? OUTCOME_DONE : OUTCOME_UNKNOWN);
		assert_int_equal(peer_count(p, "PATCH"), 1);
		close_all(&s, p);
	}
}

static bool
is_backing_off(void *arg)
{
	struct scene *s = arg;

	return (atomic_load(&s->states) & 1u << STEP_BACKOFF) != 0;
}

static void
cancelled_in_backoff_after_a_refusal_is_failed_without_effect(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH",
		  .status = 429,
		  .headers = "Retry-After: 200\r\n",
		  .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	s.job.timeout_ms = 3600000;
	scene_start(&s);
	assert_true(test_wait(is_backing_off, &s, 5000));
	cancel_raise(&s.cancel);
	scene_join(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	assert_true(s.result.may_retry);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	close_all(&s, p);
}

/* A GET that waits until no call is open. */
static struct peer *
open_check(struct scene *s, const struct peer_row *rows, size_t count)
{
	struct peer *p = peer_start(rows, count);

	scene_open(s, peer_url(p));
	scene_set(s, "method", "GET");
	scene_set(s, "path", "/open");
	scene_set(s, "poll.pointer", "/unrouted");
	scene_set(s, "poll.done", "0");
	return p;
}

static void
a_check_converges_until_the_pointer_says_done(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /open ", .body = "{\"unrouted\":3}" },
		{ .expect = "GET /open ", .body = "{\"unrouted\":0}" },
	};
	struct scene s;
	struct peer *p = open_check(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	assert_false(action_kind_of("http")->mutates(&s.act));
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(peer_count(p, "GET"), 2);
	assert_false(peer_had_line(p, "GET", 0,
				   "Idempotency-Key: key-of-the-transaction"));
	close_all(&s, p);
}

static void
a_check_that_does_not_converge_is_failed_not_unknown(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET", .body = "{\"unrouted\":3}", .always = true },
	};
	struct scene s;
	struct peer *p = open_check(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	s.job.timeout_ms = 10000;
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	assert_true(s.result.may_retry);
	CHECK_HOLDS(s.result.detail, "/unrouted is 3");
	close_all(&s, p);
}

/* `with` in the place of "%s". */
static void
fill(char *to, size_t size, const char *text, const char *with)
{
	const char *hole = text == NULL ? NULL : strstr(text, "%s");

	to[0] = '\0';
	if (hole != NULL)
		str_printf(to, size, "%.*s%s%s", (int)(hole - text), text, with,
			   hole + 2);
}

/* Peers that say our secret back, wherever words of theirs are shown. */
static void
words_of_the_peer_are_told_without_secrets(void **state)
{
#define SECRET "secret-of-the-platform-and-more"
#define LONG "a rather long sentence of the platform, as they come now and "
#define MOVES 14
	static const struct peer_row rows[] = {
		{ .status = 503, .body = "{\"message\":\"" LONG "%s tail\"}" },
		{ .status = 409, .body = "{\"message\":\"" LONG "%s tail\"}" },
		{ .status = 200,
		  .body = "{\"errors\":[{\"message\":\"" LONG "%s\"}]}" },
		{ .status = 202,
		  .headers = "Location: http://192.0.2.1/%s/7\r\n" },
	};

	TEST_UNUSED(state);
	redact_add("platform", SECRET);
	for (size_t i = 0; i < MOVES * ARRAY_LEN(rows); i++) {
		/* Moved along, so that it lies across each cut. */
		size_t pad = 20 + 3 * (i % MOVES);
		char body[256], headers[256], said[128];
		struct peer_row row = rows[i / MOVES];
		struct scene s;
		struct peer *p;

		memset(said, 'x', pad);
		str_copy(said + pad, sizeof(said) - pad, SECRET);
		fill(body, sizeof(body), row.body, said);
		fill(headers, sizeof(headers), row.headers, said);
		row.expect = "PATCH";
		row.body = row.body == NULL ? NULL : body;
		row.headers = row.headers == NULL ? NULL : headers;
		p = open_patch(&s, &row, 1);
		want_poll(&s);
		scene_perform(&s);
		assert_int_not_equal(s.result.outcome, OUTCOME_DONE);
		assert_null(strstr(s.result.detail, "secret"));
		for (int n = 0; n < s.event_count; n++)
			assert_null(strstr(s.events[n].detail, "secret"));
		close_all(&s, p);
	}
	redact_forget_all();
#undef SECRET
#undef LONG
#undef MOVES
}

#define JOB_MOST 128

/* A request that is answered with `body`; NULL `path`: nothing more is asked.
 */
static void
check_job_id(const char *body, const char *path, const char *why)
{
	char get[256] = "GET /jobs/";
	struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 202, .body = body },
		{ .expect = get, .body = "{\"status\":\"deployed\"}" },
	};
	struct scene s;
	struct peer *p;

	if (path != NULL)
		str_printf(get, sizeof(get), "GET %s HTTP", path);
	p = open_patch(&s, rows, ARRAY_LEN(rows));
	want_poll(&s);
	scene_set(&s, "poll.job", "/job/id");
	scene_set(&s, "poll.path", "/jobs/{job}/state");
	scene_perform(&s);
	CHECK_ROW(body, s.result.outcome == (path != NULL ? OUTCOME_DONE
							  : OUTCOME_UNKNOWN));
	CHECK_HOLDS(s.result.detail, why);
	assert_null(strpbrk(s.result.detail, "\r\n"));
	assert_int_equal(peer_count(p, ""), path != NULL ? 2 : 1);
	assert_int_equal(peer_strays(p), 0);
	close_all(&s, p);
}

static void
the_id_of_a_job_leads_to_its_place_or_nowhere(void **state)
{
	static const char *const bad[] = {
		"a/b",	 "..",		".",	  "",	 "a b",	  "{job}",
		"a?b",	 "a#b",		"a%2fb",  "a@b", "a\\nb", "a\\r\\nX: y",
		"\\\\a", "caf\xc3\xa9", "//evil", "a;b",
	};
	char body[400], id[JOB_MOST + 2];

	TEST_UNUSED(state);
	check_job_id("{\"job\":{\"id\":\"a1-B2_3.4~5:6=\"}}",
		     "/jobs/a1-B2_3.4~5:6=/state", "deployed");
	check_job_id("{\"job\":{\"id\":4711}}", "/jobs/4711/state", "deployed");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		str_printf(body, sizeof(body), "{\"job\":{\"id\":\"%s\"}}",
			   bad[i]);
		check_job_id(body, NULL, "/job/id is no id");
	}
	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	str_printf(body, sizeof(body), "{\"job\":{\"id\":\"%s\"}}", id);
	check_job_id(body, NULL, "/job/id is no id");
	check_job_id("{\"job\":{\"id\":1.5}}", NULL, "no whole number");
	check_job_id("{\"job\":{\"id\":-1}}", NULL, "no whole number");
	check_job_id("{\"job\":{\"id\":1e300}}", NULL, "no whole number");
	check_job_id("{\"job\":{\"id\":true}}", NULL, "names no job");
	check_job_id("{\"job\":{\"id\":null}}", NULL, "names no job");
	check_job_id("{\"job\":{\"id\":[\"a\"]}}", NULL, "names no job");
	check_job_id("{\"id\":\"a\"}", NULL, "names no job");
	check_job_id(NULL, NULL, "names no job");
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_202_is_polled_where_it_points_to),
		cmocka_unit_test(an_absolute_location_of_the_same_origin_is_followed),
		cmocka_unit_test(a_location_elsewhere_is_never_followed),
		cmocka_unit_test(a_job_that_vanishes_twice_in_a_row_is_unknown),
		cmocka_unit_test(a_job_that_fails_is_failed),
		cmocka_unit_test(a_job_that_never_ends_is_unknown_at_the_deadline),
		cmocka_unit_test(a_hiccup_while_polling_is_polled_through),
		cmocka_unit_test(a_202_with_nothing_to_see_it_through_is_unknown),
		cmocka_unit_test(a_silently_dropped_change_is_never_done),
		cmocka_unit_test(a_nudge_as_soon_as_a_wait_is_told_ends_it),
		cmocka_unit_test(cancelled_before_sending_sends_nothing),
		cmocka_unit_test(cancelled_in_flight_is_unknown_unless_it_landed),
		cmocka_unit_test(cancelled_while_polling_is_unknown_or_what_reading_back_shows),
		cmocka_unit_test(cancelled_in_backoff_after_a_refusal_is_failed_without_effect),
		cmocka_unit_test(a_check_converges_until_the_pointer_says_done),
		cmocka_unit_test(a_check_that_does_not_converge_is_failed_not_unknown),
		cmocka_unit_test(words_of_the_peer_are_told_without_secrets),
		cmocka_unit_test(the_id_of_a_job_leads_to_its_place_or_nowhere),
	};
	/* clang-format on */

	net_setup();
	clock_set_speed(SCENE_SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
