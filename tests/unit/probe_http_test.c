/* probe_http - facts from JSON answers, and everything that is none. */
#include "tests/unit/probe_scene.h"

#include "base/redact.h"

#define FILLER                                                       \
	"0123456789012345678901234567890123456789012345678901234567" \
	"0123456789012345678901234567890123456789012345678901234567" \
	"0123456789012345678901234567890123456789012345678901234567"

/* One probe of one peer, measured once. */
static struct peer *
open_one(struct scene *s, struct book_probe **probe,
	 const struct peer_row *rows, size_t count)
{
	struct peer *p = peer_start(rows, count);

	scene_open(s);
	scene_endpoint(s, "api", peer_url(p));
	*probe = scene_probe(s, "one", "http");
	(*probe)->every_ms = 3600000;
	scene_set(*probe, "endpoint", "api");
	scene_set(*probe, "method", "GET");
	scene_set(*probe, "path", "/health");
	return p;
}

static const struct probe_report *
measure(struct scene *s)
{
	scene_start(s);
	poller_now(s->poller, "one");
	return scene_wait(s, "one", 0);
}

static void
close_one(struct scene *s, struct peer *p)
{
	scene_close(s);
	peer_stop(p);
}

static void
pointers_become_values_of_their_own_kind(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /health ",
		  .body = "{\"a\":{\"b\":2.5},\"on\":true,\"off\":false,"
			  "\"region\":\"US_EAST_1\",\"list\":[1,2]}" },
	};
	struct book_probe *probe;
	struct scene s;
	struct peer *p = open_one(&s, &probe, rows, ARRAY_LEN(rows));
	const struct probe_report *r;

	TEST_UNUSED(state);
	scene_signal(probe, "x.number", "/a/b")->scale = 100;
	scene_signal(probe, "x.on", "/on");
	scene_signal(probe, "x.off", "/off");
	scene_signal(probe, "x.words", "/region");
	scene_signal(probe, "x.second", "/list/1");
	scene_signal(probe, "x.status", "status");
	scene_signal(probe, "x.latency", "latency_ms");
	r = measure(&s);
	assert_false(r->failed);
	assert_true(scene_sample(r, "x.number")->value.number == 250);
	assert_true(scene_sample(r, "x.on")->value.flag);
	assert_int_equal(scene_sample(r, "x.off")->value.kind, VALUE_FLAG);
	assert_false(scene_sample(r, "x.off")->value.flag);
	assert_string_equal(scene_sample(r, "x.words")->value.words,
			    "US_EAST_1");
	assert_true(scene_sample(r, "x.second")->value.number == 2);
	assert_true(scene_sample(r, "x.status")->value.number == 200);
	assert_true(scene_sample(r, "x.latency")->value.number > 0);
	assert_int_equal(scene_sample(r, "x.number")->n, -1);
	assert_int_equal(r->runs, 1);
	CHECK_HOLDS(r->detail, "200 ");
	CHECK_HOLDS(r->raw, "US_EAST_1");
	close_one(&s, p);
}

static void
what_is_not_a_value_is_a_failed_sample_that_says_why(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET",
		  .body = "{\"null\":null,\"list\":[],\"map\":{},\"long\":"
			  "\"0123456789012345678901234567890123456789"
			  "0123456789\"}" },
	};
	static const struct {
		const char *signal, *from, *why;
	} cases[] = {
		{ "x.absent", "/nothing", "/nothing is not in the answer" },
		{ "x.null", "/null", "/null is null" },
		{ "x.list", "/list", "/list is a list" },
		{ "x.map", "/map", "/map is an object" },
		{ "x.long", "/long", "50 bytes" },
		{ "x.odd", "nonsense", "knows no \"nonsense\"" },
		{ "x.expected", "as_expected", "nothing is expected" },
	};
	struct book_probe *probe;
	struct scene s;
	struct peer *p = open_one(&s, &probe, rows, ARRAY_LEN(rows));
	const struct probe_report *r;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		scene_signal(probe, cases[i].signal, cases[i].from);
	r = measure(&s);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct sample *x = scene_sample(r, cases[i].signal);

		CHECK_ROW(cases[i].signal, x->failed);
		CHECK_ROW(cases[i].signal, x->value.kind == VALUE_NONE);
		CHECK_HOLDS(x->why, cases[i].why);
	}
	close_one(&s, p);
}

static void
a_ratio_needs_events_below_the_line(void **state)
{
	static const struct {
		const char *what, *body;
		bool fails;
		double value;
		const char *why;
	} cases[] = {
		{ "a ratio is scaled", "{\"a\":3,\"b\":150}", false, 2, "" },
		{ "nothing above the line is a true zero",
		  "{\"a\":0,\"b\":150}", false, 0, "" },
		{ "no events are not zero per cent", "{\"a\":0,\"b\":0}", true,
		  0, "no events" },
		{ "a missing base is no events", "{\"a\":3}", true, 0,
		  "no events" },
		{ "a null base is no events", "{\"a\":3,\"b\":null}", true, 0,
		  "no events" },
		{ "a negative base is no events", "{\"a\":3,\"b\":-1}", true, 0,
		  "no events" },
		{ "a text base is no events", "{\"a\":3,\"b\":\"150\"}", true,
		  0, "not a number" },
		{ "a missing count above fails", "{\"b\":150}", true, 0,
		  "/a is not in the answer" },
		{ "a text above fails", "{\"a\":\"3\",\"b\":150}", true, 0,
		  "/a is not a number" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row row = { .expect = "GET",
					      .body = cases[i].body };
		struct book_probe *probe;
		struct scene s;
		struct peer *p = open_one(&s, &probe, &row, 1);
		struct book_signal *signal =
			scene_signal(probe, "x.rate", "/a / /b");
		const struct sample *x;

		signal->scale = 100;
		signal->count_from = mem_text("/b");
		x = scene_sample(measure(&s), "x.rate");
		CHECK_ROW(cases[i].what, x->failed == cases[i].fails);
		if (x->failed)
			CHECK_HOLDS(x->why, cases[i].why);
		else
			CHECK_ROW(cases[i].what,
				  x->value.number == cases[i].value &&
					  x->n == 150);
		close_one(&s, p);
	}
}

static void
a_promised_count_that_is_missing_fails_the_sample(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET", .body = "{\"a\":3,\"n\":-4}" },
	};
	struct book_probe *probe;
	struct scene s;
	struct peer *p = open_one(&s, &probe, rows, ARRAY_LEN(rows));
	const struct probe_report *r;

	TEST_UNUSED(state);
	scene_signal(probe, "x.none", "/a")->count_from = mem_text("/none");
	scene_signal(probe, "x.minus", "/a")->count_from = mem_text("/n");
	r = measure(&s);
	assert_true(scene_sample(r, "x.none")->failed);
	assert_true(scene_sample(r, "x.minus")->failed);
	close_one(&s, p);
}

static void
an_answer_that_is_none_fails_the_measurement(void **state)
{
	static const struct {
		struct peer_row row;
		const char *why;
	} cases[] = {
		{ { .status = 503 }, "HTTP 503" },
		{ { .status = 404, .body = "{\"a\":1}" }, "HTTP 404" },
		{ { .status = 302, .headers = "Location: /x\r\n" },
		  "redirect not followed" },
		{ { .body = "<html>" }, "not JSON" },
		{ { .body = "{\"a\":1,\"a\":2}" }, "not JSON" },
		{ { .body = "{\"a\":1} trailing" }, "not JSON" },
		{ { .body = "{\"a\":01}" }, "not JSON" },
		{ { .body = "" }, "no body" },
		{ { .end = PEER_CLOSE }, "" },
		{ { .end = PEER_CUT, .body = "{\"a\":1}" }, "" },
		{ { .end = PEER_HANG }, "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct peer_row row = cases[i].row;
		struct book_probe *probe;
		struct scene s;
		struct peer *p;
		const struct probe_report *r;

		row.always = true;
		p = open_one(&s, &probe, &row, 1);
		probe->timeout_ms = 300;
		scene_signal(probe, "x.a", "/a");
		scene_signal(probe, "x.status", "status");
		r = measure(&s);
		assert_true(r->failed);
		assert_true(scene_sample(r, "x.a")->failed);
		assert_true(scene_sample(r, "x.status")->failed);
		assert_true(scene_sample(r, "x.a")->why[0] != '\0');
		CHECK_HOLDS(scene_sample(r, "x.a")->why, cases[i].why);
		close_one(&s, p);
	}
}

static void
a_probe_that_asks_nothing_of_the_body_needs_none(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET", .body = "pong" },
	};
	struct book_probe *probe;
	struct scene s;
	struct peer *p = open_one(&s, &probe, rows, ARRAY_LEN(rows));
	const struct probe_report *r;

	TEST_UNUSED(state);
	scene_signal(probe, "x.status", "status");
	r = measure(&s);
	assert_false(r->failed);
	assert_true(scene_sample(r, "x.status")->value.number == 200);
	close_one(&s, p);
}

static void
as_expected_names_the_first_miss(void **state)
{
	static const struct {
		const char *body;
		bool holds;
		const char *note;
	} cases[] = {
		{ "{\"id\":\"v-1\",\"n\":3}", true, "" },
		{ "{\"id\":\"v-9\",\"n\":3}", false,
		  "/id is v-9, expected v-1" },
		{ "{\"n\":3}", false, "/id is (no value), expected v-1" },
		{ "{\"id\":\"v-1\",\"n\":4}", false, "/n is 4, expected 3" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row row = { .expect = "GET",
					      .body = cases[i].body };
		struct book_probe *probe;
		struct scene s;
		struct peer *p = open_one(&s, &probe, &row, 1);
		const struct sample *x;

		scene_set(probe, "expect", "{\"/id\":\"v-1\",\"/n\":\"3\"}");
		scene_signal(probe, "x.ok", "as_expected");
		x = scene_sample(measure(&s), "x.ok");
		assert_false(x->failed);
		assert_int_equal(x->value.kind, VALUE_FLAG);
		assert_int_equal(x->value.flag, cases[i].holds);
		CHECK_HOLDS(x->why, cases[i].note);
		close_one(&s, p);
	}
}

/* An empty answer is not the long text that was asked for. */
static void
an_expectation_too_long_to_compare_is_met_by_nothing(void **state)
{
	static const struct peer_row row = { .expect = "GET",
					     .body = "{\"id\":\"\"}" };
	char expect[300];
	struct book_probe *probe;
	struct scene s;
	struct peer *p = open_one(&s, &probe, &row, 1);

	TEST_UNUSED(state);
	str_printf(expect, sizeof(expect), "{\"/id\":\"%0200d\"}", 7);
	scene_set(probe, "expect", expect);
	scene_signal(probe, "x.ok", "as_expected");
	assert_false(scene_sample(measure(&s), "x.ok")->value.flag);
	close_one(&s, p);
}

static void
an_interval_that_ends_now_is_put_into_the_body(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "POST", .body = "{\"a\":1}" },
	};
	struct book_probe *probe;
	struct scene s;
	struct peer *p = open_one(&s, &probe, rows, ARRAY_LEN(rows));
	const char *at;
	char from[CLOCK_TEXT], to[CLOCK_TEXT];
	int64_t from_ms = 0, to_ms = 0;
	char *request;

	TEST_UNUSED(state);
	scene_set(probe, "method", "POST");
	scene_set(probe, "headers", "{\"X-Team\":\"voice\"}");
	scene_set(
		probe, "body",
		"{\"interval\":\"{last 30m}\",\"keep\":\"{last week} {{x}}\"}");
	scene_signal(probe, "x.a", "/a");
	assert_false(measure(&s)->failed);
	request = peer_request(p, "POST", 0);
	CHECK_HOLDS(request, "\"keep\":\"{last week} {{x}}\"");
	CHECK_HOLDS(request, "Content-Type: application/json\r\n");
	CHECK_HOLDS(request, "X-Team: voice\r\n");
	at = strstr(request, "\"interval\":\"");
	assert_non_null(at);
	at += strlen("\"interval\":\"");
	assert_true(str_copy_n(from, sizeof(from), at, 24));
	assert_int_equal(at[24], '/');
	assert_true(str_copy_n(to, sizeof(to), at + 25, 24));
	assert_true(clock_parse(from, &from_ms));
	assert_true(clock_parse(to, &to_ms));
	assert_int_equal(to_ms - from_ms, 30 * 60 * 1000);
	assert_true(clock_wall_ms() - to_ms < 10000);
	mem_free(request);
	close_one(&s, p);
}

static void
a_last_answer_that_is_cut_says_so(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET",
		  .body = "{\"a\":1,\"list\":[\"" FILLER FILLER FILLER "\"]}" },
	};
	struct book_probe *probe;
	struct scene s;
	struct peer *p = open_one(&s, &probe, rows, ARRAY_LEN(rows));
	const struct probe_report *r;
	size_t len;

	TEST_UNUSED(state);
	scene_signal(probe, "x.a", "/a");
	r = measure(&s);
	len = strlen(r->raw);
	assert_true(len < sizeof(r->raw));
	assert_string_equal(r->raw + len - strlen("…"), "…");
	close_one(&s, p);
}

static void
the_last_answer_is_shown_clean_and_without_secrets(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET",
		  .body = "{\"a\":1,\"echo\":\"hunter2-hunter2\","
			  "\"evil\":\"\xe2\x80\xae\"}" },
	};
	struct book_probe *probe;
	struct scene s;
	struct peer *p = open_one(&s, &probe, rows, ARRAY_LEN(rows));
	const struct probe_report *r;

	TEST_UNUSED(state);
	redact_add("pin", "hunter2-hunter2");
	scene_signal(probe, "x.a", "/a");
	r = measure(&s);
	assert_null(strstr(r->raw, "hunter2"));
	CHECK_HOLDS(r->raw, "[pin]");
	CHECK_HOLDS(r->raw, "U+202E");
	redact_forget_all();
	close_one(&s, p);
}

static void
an_endpoint_that_asks_for_quiet_gets_it_from_all_its_probes(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /health ",
		  .status = 429,
		  .headers = "Retry-After: 3600\r\n" },
		{ .expect = "GET", .body = "{\"a\":1}", .always = true },
	};
	struct book_probe *probe, *other;
	struct scene s;
	struct peer *p = open_one(&s, &probe, rows, ARRAY_LEN(rows));
	struct peer *elsewhere = peer_start(rows + 1, 1);
	const struct probe_report *r;

	TEST_UNUSED(state);
	scene_signal(probe, "x.a", "/a");
	other = scene_probe(&s, "same", "http");
	other->every_ms = 3600000;
	scene_set(other, "endpoint", "api");
	scene_set(other, "path", "/other");
	scene_signal(other, "x.b", "/a");
	scene_endpoint(&s, "calm", peer_url(elsewhere));
	other = scene_probe(&s, "elsewhere", "http");
	other->every_ms = 3600000;
	scene_set(other, "endpoint", "calm");
	scene_set(other, "path", "/other");
	scene_signal(other, "x.c", "/a");
	CHECK_HOLDS(scene_sample(measure(&s), "x.a")->why, "HTTP 429");
	poller_now(s.poller, NULL);
	r = scene_wait(&s, "same", 0);
	assert_true(r->failed);
	CHECK_HOLDS(scene_sample(r, "x.b")->why, "asked for quiet");
	assert_false(scene_wait(&s, "elsewhere", 0)->failed);
	CHECK_HOLDS(scene_sample(scene_wait(&s, "one", 1), "x.a")->why,
		    "asked for quiet");
	assert_int_equal(peer_count(p, ""), 1);
	close_one(&s, p);
	peer_stop(elsewhere);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pointers_become_values_of_their_own_kind),
		cmocka_unit_test(what_is_not_a_value_is_a_failed_sample_that_says_why),
		cmocka_unit_test(a_ratio_needs_events_below_the_line),
		cmocka_unit_test(a_promised_count_that_is_missing_fails_the_sample),
		cmocka_unit_test(an_answer_that_is_none_fails_the_measurement),
		cmocka_unit_test(a_probe_that_asks_nothing_of_the_body_needs_none),
		cmocka_unit_test(
			an_expectation_too_long_to_compare_is_met_by_nothing),
		cmocka_unit_test(as_expected_names_the_first_miss),
		cmocka_unit_test(an_interval_that_ends_now_is_put_into_the_body),
		cmocka_unit_test(a_last_answer_that_is_cut_says_so),
		cmocka_unit_test(the_last_answer_is_shown_clean_and_without_secrets),
		cmocka_unit_test(an_endpoint_that_asks_for_quiet_gets_it_from_all_its_probes),
	};
	/* clang-format on */

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
