/* action_http - one request: answered, refused, sent again. */
#include "tests/unit/action_patch.h"

#include <time.h>
#include <unistd.h>

#include "base/redact.h"

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

/* What is told of bodies is cut, and a secret is gone before the cut. */
static void
bodies_are_told_short_clean_and_without_secrets(void **state)
{
	char big[4096] = "{\"token\":\"secret-of-the-platform\",\"pad\":\"";
	size_t at = strlen(big);
	/* The secret lies across the place of the cut. */
	struct peer_row rows[] = {
		{ .expect = "PATCH", .status = 422, .body = big },
	};
	struct action_event told = { .attempt = 0 };
	struct scene s;
	struct peer *p;

	TEST_UNUSED(state);
	memset(big + at, 'x', 1970 - at);
	str_copy(big + 1970, sizeof(big) - 1970,
		 "secret-of-the-platform\x1b[2Jsecret-of-the-platform\"}");
	memset(big + strlen(big), ' ', 1000);
	redact_add("platform", "secret-of-the-platform");
	p = open_patch(&s, rows, ARRAY_LEN(rows));
	scene_perform(&s);
	for (int i = 0; i < s.event_count; i++)
		if (s.events[i].method[0] != '\0')
			told = s.events[i];
	CHECK_HOLDS(told.answer, "{\"token\":\"[platform]\"");
	CHECK_HOLDS(told.answer, "bytes in all");
	assert_null(strstr(told.answer, "secret-of"));
	assert_null(strchr(told.answer, '\x1b'));
	assert_true(strlen(told.answer) < ACTION_BODY);
	assert_true(told.sent[0] == '{');
	redact_forget_all();
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
a_refused_connection_goes_again_and_ends_failed(void **state)
{
	char at[32], url[64];
	int fd = peer_refusing(at);
	struct scene s;

	TEST_UNUSED(state);
	str_printf(url, sizeof(url), "http://%s", at);
	scene_open(&s, url);
	scene_set(&s, "method", "PATCH");
	scene_set(&s, "path", "/flows/1");
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	assert_true(s.result.may_retry);
	assert_int_equal(s.result.attempts, 4);
	scene_close(&s);
	close(fd);
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
		time_t then = (time_t)(clock_wall_ms() / 1000 + 21);
		struct tm tm;
		int64_t began_ms = clock_ms();
		struct scene s;
		struct peer *p;

		gmtime_r(&then, &tm);
		strftime(date, sizeof(date),
			 "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
		p = open_patch(&s, rows, ARRAY_LEN(rows));
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

static void
an_act_waits_for_the_budget_and_says_so(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH", .body = "{}", .always = true },
	};
	struct peer *p = peer_start(rows, ARRAY_LEN(rows));
	struct scene s;
	int64_t wait_us;
	bool was_told = false;

	TEST_UNUSED(state);
	scene_open(&s, peer_url(p));
	s.book->endpoints[0].rate_per_minute = 6;
	s.env.budget = budget_new(s.book);
	scene_set(&s, "method", "PATCH");
	scene_set(&s, "path", "/flows/1");
	scene_set(&s, "body", "{}");
	assert_int_equal(
		budget_probe(s.env.budget, &s.book->endpoints[0], &wait_us),
		BUDGET_GO);
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	for (int i = 0; i < s.event_count; i++)
		was_told = was_told ||
			   strstr(s.events[i].detail,
				  "the budget of platform (6 requests a "
				  "minute) is used up: waits ") != NULL;
	assert_true(was_told);
	/* without the time to wait nothing is sent */
	s.job.timeout_ms = 1000;
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	CHECK_HOLDS(s.result.detail, "the budget of platform");
	assert_int_equal(peer_count(p, "PATCH"), 1);
	budget_free(s.env.budget);
	scene_close(&s);
	peer_stop(p);
}

static void
quiet_that_a_probe_was_asked_for_is_kept_by_acts(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "PATCH",
		  .status = 429,
		  .headers = "Retry-After: 20\r\n" },
		{ .expect = "PATCH", .body = "{}", .always = true },
	};
	struct peer *p = peer_start(rows, ARRAY_LEN(rows));
	struct scene s;
	int64_t began_ms;
	int64_t wait_us;

	TEST_UNUSED(state);
	scene_open(&s, peer_url(p));
	s.env.budget = budget_new(s.book);
	scene_set(&s, "method", "PATCH");
	scene_set(&s, "path", "/flows/1");
	scene_set(&s, "body", "{}");
	budget_hold(s.env.budget, &s.book->endpoints[0], 10000);
	began_ms = clock_ms();
	s.job.max_attempts = 1;
	scene_perform(&s);
	assert_true(clock_ms() - began_ms >= 10000);
	/* and what an act was asked for is kept by probes */
	assert_int_equal(peer_count(p, "PATCH"), 1);
	assert_int_equal(
		budget_probe(s.env.budget, &s.book->endpoints[0], &wait_us),
		BUDGET_HELD);
	budget_free(s.env.budget);
	scene_close(&s);
	peer_stop(p);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_accepted_change_is_done_only_when_it_reads_back),
		cmocka_unit_test(each_exchange_is_told_without_secrets),
		cmocka_unit_test(
			bodies_are_told_short_clean_and_without_secrets),
		cmocka_unit_test(the_key_goes_under_the_header_the_runbook_names),
		cmocka_unit_test(answers_lead_to_the_right_end),
		cmocka_unit_test(a_refused_connection_goes_again_and_ends_failed),
		cmocka_unit_test(retry_after_is_waited_for_in_both_forms),
		cmocka_unit_test(a_wait_longer_than_the_time_left_is_not_begun),
		cmocka_unit_test(a_401_renews_the_token_once),
		cmocka_unit_test(a_401_for_ever_is_final),
		cmocka_unit_test(foreign_text_is_clean_before_it_is_told),
		cmocka_unit_test(an_act_waits_for_the_budget_and_says_so),
		cmocka_unit_test(quiet_that_a_probe_was_asked_for_is_kept_by_acts),
	};
	/* clang-format on */

	net_setup();
	clock_set_speed(SCENE_SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
