/* action_http - one request: retried, polled, read back, never blindly sent. */
#include "tests/unit/action_scene.h"

#include <time.h>

#include "base/redact.h"

#define BODY "{\"versionId\":\"v-2\"}"
#define IS_OLD "{\"versionId\":\"v-1\",\"status\":\"pending\"}"
#define IS_NEW "{\"versionId\":\"v-2\",\"status\":\"deployed\"}"

/* A PATCH of /flows/1 that wants v-2. */
static struct peer *
open_patch(struct scene *s, const struct peer_row *rows, size_t count)
{
	struct peer *p = peer_start(rows, count);

	scene_open(s, peer_url(p));
	scene_set(s, "method", "PATCH");
	scene_set(s, "path", "/flows/1");
	scene_set(s, "body", BODY);
	return p;
}

static void
want_verify(struct scene *s)
{
	scene_set(s, "verify.path", "/flows/1");
	scene_set(s, "verify.pointer", "/versionId");
	scene_set(s, "verify.equals", "v-2");
}

static void
want_poll(struct scene *s)
{
	scene_set(s, "poll.pointer", "/status");
	scene_set(s, "poll.done", "deployed");
	scene_set(s, "poll.failed", "failed");
	scene_set(s, "poll.every", "2s");
}

static void
close_all(struct scene *s, struct peer *p)
{
	scene_close(s);
	peer_stop(p);
}

static void
an_accepted_change_is_done_only_when_it_reads_back(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH /flows/1 ", .body = "{}" },
		{ .expect = "GET /flows/1 ", .body = IS_OLD },
		{ .expect = "GET /flows/1 ", .body = IS_NEW },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	want_verify(&s);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(s.result.attempts, 1);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	assert_int_equal(peer_count(p, "GET"), 2);
	assert_true(peer_had_line(p, "PATCH", 0,
				  "Idempotency-Key: key-of-the-transaction"));
	assert_true(
		peer_had_line(p, "PATCH", 0, "Content-Type: application/json"));
	assert_true(peer_had_line(p, "PATCH", 0,
				  "Authorization: Bearer token-of-the-scene"));
	assert_true(scene_told(&s, STEP_ACTING));
	assert_true(scene_told(&s, STEP_VERIFYING));
	close_all(&s, p);
}

static void
each_exchange_is_told_without_secrets(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 204 },
		{ .expect = "GET", .body = IS_NEW },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));
	int exchanges = 0;

	TEST_UNUSED(state);
	want_verify(&s);
	scene_perform(&s);
	for (int i = 0; i < s.event_count; i++) {
		const struct action_event *event = &s.events[i];

		assert_null(strstr(event->detail, "token-of-the-scene"));
		if (event->method[0] == '\0')
			continue;
		exchanges++;
		assert_int_equal(event->status, exchanges == 1 ? 204 : 200);
		CHECK_HOLDS(event->url, "/flows/1");
		assert_true(event->took_us > 0);
	}
	assert_int_equal(exchanges, 2);
	close_all(&s, p);
}

static void
the_key_goes_under_the_header_the_runbook_names(void **state)
{
	static const struct peer_row rows[] = { { .expect = "PATCH" } };
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	scene_set(&s, "idempotency_header", "X-Idempotency-Key");
	scene_set(&s, "headers",
		  "{\"x-idempotency-key\":\"mine\",\"X-Team\":\"voice\"}");
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_true(peer_had_line(p, "PATCH", 0,
				  "X-Idempotency-Key: key-of-the-transaction"));
	assert_true(peer_had_line(p, "PATCH", 0, "X-Team: voice"));
	assert_false(peer_had_line(p, "PATCH", 0, "x-idempotency-key: mine"));
	close_all(&s, p);
}

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
	struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 202 },
		{ .expect = "GET /jobs/9 ", .body = IS_NEW },
	};
	char location[128];
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	str_printf(location, sizeof(location), "Location: %s/jobs/9\r\n",
		   peer_url(p));
	rows[0].headers = location;
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
	for (int i = 0; i < 4; i++) {
		struct peer_row rows[] = { { .expect = "PATCH",
					     .status = 202,
					     .headers = hostile[i] } };
		struct scene s;
		struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

		str_printf(hostile[3], 160, "Location: %s@%s/jobs/9\r\n",
			   peer_url(p), peer_at(trap));
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

/* Runs one row per case against a PATCH with a verify group. */
struct answer_case {
	const char *what;
	struct peer_row answer;
	bool is_idempotent;
	const char *reads_back;
	enum action_outcome outcome;
	bool may_retry;
	int sent;
};

static void
answers_lead_to_the_right_end(void **state)
{
	static const struct answer_case cases[] = {
		{ "400 is final",
		  { .expect = "PATCH", .status = 400, .always = true },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  false,
		  1 },
		{ "403 is final",
		  { .expect = "PATCH", .status = 403, .always = true },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  false,
		  1 },
		{ "501 is final",
		  { .expect = "PATCH", .status = 501, .always = true },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  false,
		  1 },
		{ "302 is not followed",
		  { .expect = "PATCH",
		    .status = 302,
		    .headers = "Location: /elsewhere\r\n",
		    .always = true },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  false,
		  1 },
		{ "307 is not followed",
		  { .expect = "PATCH",
		    .status = 307,
		    .headers = "Location: /elsewhere\r\n",
		    .always = true },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  false,
		  1 },
		{ "503 goes again until the attempts are over",
		  { .expect = "PATCH", .status = 503, .always = true },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  true,
		  4 },
		{ "503 of a step that is not idempotent goes once",
		  { .expect = "PATCH", .status = 503, .always = true },
		  false,
		  IS_OLD,
		  OUTCOME_FAILED,
		  true,
		  1 },
		{ "504 that landed is done",
		  { .expect = "PATCH", .status = 504, .always = true },
		  true,
		  IS_NEW,
		  OUTCOME_DONE,
		  false,
		  1 },
		{ "500 that did not land goes again",
		  { .expect = "PATCH", .status = 500, .always = true },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  true,
		  4 },
		{ "502 that cannot be read back, not idempotent, is unknown",
		  { .expect = "PATCH", .status = 502, .always = true },
		  false,
		  "{}",
		  OUTCOME_UNKNOWN,
		  false,
		  1 },
		{ "502 that cannot be read back ends unknown after its tries",
		  { .expect = "PATCH", .status = 502, .always = true },
		  true,
		  "{}",
		  OUTCOME_UNKNOWN,
		  false,
		  4 },
		{ "409 where the wanted state holds is done",
		  { .expect = "PATCH", .status = 409, .always = true },
		  true,
		  IS_NEW,
		  OUTCOME_DONE,
		  false,
		  1 },
		{ "409 where it does not is final",
		  { .expect = "PATCH", .status = 409, .always = true },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  false,
		  1 },
		{ "200 that carries errors is failed",
		  { .expect = "PATCH",
		    .always = true,
		    .body = "{\"errors\":[{\"message\":\"no\"}]}" },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  false,
		  1 },
		{ "200 that says success false is failed",
		  { .expect = "PATCH",
		    .always = true,
		    .body = "{\"success\":false,\"errors\":[]}" },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  false,
		  1 },
		{ "200 that carries status 400 is failed",
		  { .expect = "PATCH",
		    .always = true,
		    .body = "{\"status\":400,\"message\":\"bad\"}" },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  false,
		  1 },
		{ "200 with a page instead of JSON is failed when it reads so",
		  { .expect = "PATCH", .always = true, .body = "<html>" },
		  true,
		  IS_OLD,
		  OUTCOME_FAILED,
		  false,
		  1 },
		{ "200 with a page is unknown when it cannot be read back",
		  { .expect = "PATCH", .always = true, .body = "<html>" },
		  true,
		  "{}",
		  OUTCOME_UNKNOWN,
		  false,
		  1 },
		{ "200 with empty errors is no failure",
		  { .expect = "PATCH",
		    .always = true,
		    .body = "{\"errors\":[]}" },
		  true,
		  IS_NEW,
		  OUTCOME_DONE,
		  false,
		  1 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct answer_case *c = &cases[i];
		const struct peer_row rows[] = {
			c->answer,
			{ .expect = "GET /flows/1 ",
			  .body = c->reads_back,
			  .always = true },
		};
		struct scene s;
		struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

		s.job.idempotent = c->is_idempotent;
		want_verify(&s);
		scene_perform(&s);
		CHECK_ROW(c->what, s.result.outcome == c->outcome);
		CHECK_ROW(c->what, s.result.may_retry == c->may_retry);
		CHECK_ROW(c->what, peer_count(p, "PATCH") == c->sent);
		CHECK_ROW(c->what, peer_strays(p) == 0);
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
a_refused_connection_goes_again_and_ends_failed(void **state)
{
	struct scene s;
	struct peer *p = open_patch(&s, NULL, 0);

	TEST_UNUSED(state);
	peer_stop(p);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	assert_true(s.result.may_retry);
	assert_int_equal(s.result.attempts, 4);
	scene_close(&s);
}

static void
retry_after_is_waited_for_in_both_forms(void **state)
{
	char date[64];
	const char *forms[] = { "Retry-After: 20\r\n", date };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const struct peer_row rows[] = {
			{ .expect = "PATCH",
			  .status = 429,
			  .headers = forms[i] },
			{ .expect = "PATCH", .body = "{}" },
		};
		struct scene s;
		struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));
		time_t then = (time_t)(clock_wall_ms() / 1000 + 21);
		struct tm tm;
		int64_t began_ms = clock_ms();

		gmtime_r(&then, &tm);
		strftime(date, sizeof(date),
			 "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
		scene_perform(&s);
		assert_int_equal(s.result.outcome, OUTCOME_DONE);
		assert_int_equal(peer_count(p, "PATCH"), 2);
		assert_true(clock_ms() - began_ms >= 19000);
		assert_true(scene_told(&s, STEP_BACKOFF));
		close_all(&s, p);
	}
}

static void
a_wait_longer_than_the_time_left_is_not_begun(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH",
		  .status = 429,
		  .headers = "Retry-After: 3600\r\n",
		  .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));
	int64_t began_us = clock_real_us();

	TEST_UNUSED(state);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	assert_true(s.result.may_retry);
	CHECK_HOLDS(s.result.detail, "no time left");
	assert_true(clock_real_us() - began_us < 500000);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	close_all(&s, p);
}

static void
a_401_renews_the_token_once(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "POST /token",
		  .headers = "Content-Type: application/json\r\n",
		  .body = "{\"access_token\":\"first-token\","
			  "\"token_type\":\"bearer\",\"expires_in\":3600}" },
		{ .expect = "PATCH", .status = 401 },
		{ .expect = "POST /token",
		  .headers = "Content-Type: application/json\r\n",
		  .body = "{\"access_token\":\"second-token\","
			  "\"token_type\":\"bearer\",\"expires_in\":3600}" },
		{ .expect = "PATCH", .body = "{}" },
	};
	char token_url[64];
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	str_printf(token_url, sizeof(token_url), "%s/token", peer_url(p));
	s.book->endpoints[0].token_url = mem_text(token_url);
	s.book->endpoints[0].client_id = mem_text("client");
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	assert_int_equal(peer_count(p, "POST /token"), 2);
	assert_int_equal(peer_count(p, "PATCH"), 2);
	assert_true(peer_had_line(p, "PATCH", 1,
				  "Authorization: Bearer second-token"));
	close_all(&s, p);
}

static void
a_401_for_ever_is_final(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 401, .always = true },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	assert_false(s.result.may_retry);
	assert_true(peer_count(p, "PATCH") <= 2);
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
cancelled_in_flight_is_unknown(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .end = PEER_HANG },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	perform_and_cancel(&s, p, "PATCH", 1);
	assert_int_equal(s.result.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(peer_count(p, "PATCH"), 1);
	close_all(&s, p);
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
	perform_and_cancel(&s, p, "PATCH", 1);
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

static void
foreign_text_is_clean_before_it_is_told(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH",
		  .status = 400,
		  .body = "{\"message\":\"\\u001b[2Jgone\\u202e\"}" },
	};
	struct scene s;
	struct peer *p = open_patch(&s, rows, ARRAY_LEN(rows));

	TEST_UNUSED(state);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	assert_null(strchr(s.result.detail, 0x1b));
	CHECK_HOLDS(s.result.detail, "\\x1b[2Jgone");
	CHECK_HOLDS(s.result.detail, "U+202E");
	close_all(&s, p);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_accepted_change_is_done_only_when_it_reads_back),
		cmocka_unit_test(each_exchange_is_told_without_secrets),
		cmocka_unit_test(the_key_goes_under_the_header_the_runbook_names),
		cmocka_unit_test(a_202_is_polled_where_it_points_to),
		cmocka_unit_test(an_absolute_location_of_the_same_origin_is_followed),
		cmocka_unit_test(a_location_elsewhere_is_never_followed),
		cmocka_unit_test(a_job_that_vanishes_twice_in_a_row_is_unknown),
		cmocka_unit_test(a_job_that_fails_is_failed),
		cmocka_unit_test(a_job_that_never_ends_is_unknown_at_the_deadline),
		cmocka_unit_test(a_hiccup_while_polling_is_polled_through),
		cmocka_unit_test(a_202_with_nothing_to_see_it_through_is_unknown),
		cmocka_unit_test(a_silently_dropped_change_is_never_done),
		cmocka_unit_test(a_lost_answer_that_landed_is_not_sent_again),
		cmocka_unit_test(a_lost_answer_that_did_not_land_goes_again_under_the_same_key),
		cmocka_unit_test(a_lost_answer_of_a_step_that_is_not_idempotent_goes_once),
		cmocka_unit_test(a_lost_answer_that_cannot_be_read_back_is_unknown_and_never_repeated),
		cmocka_unit_test(answers_lead_to_the_right_end),
		cmocka_unit_test(a_conflict_after_a_lost_answer_is_not_called_failed),
		cmocka_unit_test(a_refused_connection_goes_again_and_ends_failed),
		cmocka_unit_test(retry_after_is_waited_for_in_both_forms),
		cmocka_unit_test(a_wait_longer_than_the_time_left_is_not_begun),
		cmocka_unit_test(a_401_renews_the_token_once),
		cmocka_unit_test(a_401_for_ever_is_final),
		cmocka_unit_test(cancelled_before_sending_sends_nothing),
		cmocka_unit_test(cancelled_in_flight_is_unknown),
		cmocka_unit_test(cancelled_while_polling_is_unknown_or_what_reading_back_shows),
		cmocka_unit_test(cancelled_in_backoff_after_a_refusal_is_failed_without_effect),
		cmocka_unit_test(a_check_converges_until_the_pointer_says_done),
		cmocka_unit_test(a_check_that_does_not_converge_is_failed_not_unknown),
		cmocka_unit_test(a_plan_shows_the_request_and_what_is_there_now),
		cmocka_unit_test(the_fingerprint_moves_with_the_request_and_with_the_live_state),
		cmocka_unit_test(a_long_body_is_wrapped_and_then_cut),
		cmocka_unit_test(a_secret_in_the_body_is_not_shown),
		cmocka_unit_test(reading_back_tells_landed_from_not_landed_from_unclear),
		cmocka_unit_test(foreign_text_is_clean_before_it_is_told),
	};
	/* clang-format on */

	net_setup();
	clock_set_speed(SCENE_SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
