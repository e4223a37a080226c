/* probe_prometheus - one fresh finite number, or a failed measurement. */
#include "tests/unit/probe_scene.h"

#define VECTOR(result)                                                 \
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\"," \
	"\"result\":[" result "]}}"
#define ONE(number) "{\"metric\":{},\"value\":[1795167068.7,\"" number "\"]}"

/* A Prometheus that answers the query with `body` and the question for its
 * age with a time `age_s` ago. */
struct server {
	struct peer *peer;
	struct peer_row rows[2];
	char age[200];
};

static void
start_server(struct server *p, int status, const char *body, double age_s)
{
	double now_s = (double)clock_wall_ms() / 1000;

	memset(p, 0, sizeof(*p));
	str_printf(p->age, sizeof(p->age),
		   VECTOR("{\"metric\":{},\"value\":[%.3f,\"%.3f\"]}"), now_s,
		   now_s - age_s);
	p->rows[0] = (struct peer_row){
		.expect = "GET /api/v1/query?query=min%28timestamp%28",
		.body = p->age,
		.always = true,
	};
	p->rows[1] = (struct peer_row){
		.expect = "GET /api/v1/query?query=",
		.status = status,
		.body = body,
		.always = true,
	};
	p->peer = peer_start(p->rows, ARRAY_LEN(p->rows));
}

static struct book_probe *
open_scene(struct scene *s, const char *url)
{
	struct book_probe *probe;

	scene_open(s);
	scene_endpoint(s, "metrics", url);
	probe = scene_probe(s, "one", "prometheus");
	probe->every_ms = 3600000;
	scene_set(probe, "endpoint", "metrics");
	scene_set(probe, "query", "queue_depth{q=\"a b\"}");
	scene_signal(probe, "x.value", "value");
	scene_signal(probe, "x.age", "age_seconds");
	return probe;
}

static const struct probe_report *
measure(struct scene *s)
{
	scene_start(s);
	poller_now(s->poller, "one");
	return scene_wait(s, "one", 0);
}

static void
one_fresh_number_is_a_measurement_with_its_age(void **state)
{
	static const struct {
		const char *what, *body;
		double value;
	} rows[] = {
		{ "a vector of one", VECTOR(ONE("12.5")), 12.5 },
		{ "a true zero", VECTOR(ONE("0")), 0 },
		{ "a negative one", VECTOR(ONE("-3")), -3 },
		{ "a scalar",
		  "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\","
		  "\"result\":[1795167068.7,\"30\"]}}",
		  30 },
		{ "empty warnings are none",
		  "{\"status\":\"success\",\"warnings\":[],\"infos\":[\"x\"],"
		  "\"data\":{\"resultType\":\"vector\",\"result\":[" ONE(
			  "7") "]}}",
		  7 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct probe_report *r;
		struct server p;
		struct scene s;
		char *asked;

		start_server(&p, 200, rows[i].body, 8);
		open_scene(&s, peer_url(p.peer));
		r = measure(&s);
		CHECK_ROW(rows[i].what, !r->failed);
		CHECK_ROW(rows[i].what,
			  scene_sample(r, "x.value")->value.number ==
				  rows[i].value);
		CHECK_ROW(rows[i].what,
			  scene_sample(r, "x.age")->value.number >= 8 &&
				  scene_sample(r, "x.age")->value.number < 60);
		asked = peer_request(p.peer, "", 0);
		CHECK_HOLDS(asked, "query=queue_depth%7Bq%3D%22a%20b%22%7D ");
		mem_free(asked);
		scene_close(&s);
		peer_stop(p.peer);
	}
}

static void
everything_else_is_a_failed_measurement_with_a_word(void **state)
{
	static const struct {
		int status;
		const char *body, *why;
	} rows[] = {
		{ 200, VECTOR(""), "no series: no data" },
		{ 200, VECTOR(ONE("1") "," ONE("2")), "2 series" },
		{ 200, VECTOR(ONE("NaN")), "the value is NaN" },
		{ 200, VECTOR(ONE("+Inf")), "the value is +Inf" },
		{ 200, VECTOR(ONE("-Inf")), "the value is -Inf" },
		{ 200, VECTOR(ONE("1e999")), "not a finite number" },
		{ 200, VECTOR(ONE("")), "not a finite number" },
		{ 200, VECTOR("{\"metric\":{},\"value\":[1,2]}"),
		  "no pair of time and value" },
		{ 200, VECTOR("{\"metric\":{},\"value\":[1,\"2\",3]}"),
		  "no pair of time and value" },
		{ 200, VECTOR("{\"metric\":{},\"histogram\":[1,{}]}"),
		  "no plain value" },
		{ 200, VECTOR("5"), "no plain value" },
		{ 200,
		  "{\"status\":\"success\",\"warnings\":[\"remote_read: "
		  "refused\"],\"data\":{\"resultType\":\"vector\","
		  "\"result\":[" ONE("1") "]}}",
		  "warning: remote_read: refused" },
		{ 200,
		  "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\","
		  "\"result\":[{\"metric\":{},\"values\":[[1,\"10\"]]}]}}",
		  "the answer is a matrix" },
		{ 200,
		  "{\"status\":\"success\",\"data\":{\"resultType\":\"string\","
		  "\"result\":[1,\"hi\"]}}",
		  "the answer is a string" },
		{ 200, "{\"status\":\"success\"}", "the answer is a nothing" },
		{ 200,
		  "{\"status\":\"error\",\"errorType\":\"timeout\","
		  "\"error\":\"too slow\"}",
		  "timeout: too slow" },
		{ 400,
		  "{\"status\":\"error\",\"errorType\":\"bad_data\","
		  "\"error\":\"1:5: parse error \\u001b[2J\"}",
		  "bad_data: 1:5: parse error \\x1b" },
		{ 422,
		  "{\"status\":\"error\",\"errorType\":\"execution\","
		  "\"error\":\"too many samples\"}",
		  "execution: too many samples" },
		{ 503, "starting", "HTTP 503" },
		{ 404, "404 page not found", "HTTP 404" },
		{ 500, VECTOR(ONE("1")), "HTTP 500" },
		{ 200, "<html>", "not JSON" },
		{ 200, "[]", "HTTP 200" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct probe_report *r;
		const struct sample *x;
		struct server p;
		struct scene s;

		start_server(&p, rows[i].status, rows[i].body, 1);
		open_scene(&s, peer_url(p.peer));
		r = measure(&s);
		x = scene_sample(r, "x.value");
		CHECK_ROW(rows[i].why, r->failed);
		CHECK_ROW(rows[i].why, x->failed);
		CHECK_ROW(rows[i].why, x->value.kind == VALUE_NONE);
		CHECK_HOLDS(x->why, rows[i].why);
		scene_close(&s);
		peer_stop(p.peer);
	}
}

static void
an_old_sample_is_stale_and_a_young_one_is_not(void **state)
{
	static const struct {
		const char *what, *max_age;
		double age_s;
		const char *why; /* NULL: fresh */
	} rows[] = {
		{ "just within two minutes", NULL, 100, NULL },
		{ "beyond two minutes", NULL, 121, "stale: measured 2m" },
		{ "beyond what the runbook says", "10s", 11,
		  "at most 10s is fresh" },
		{ "within what the runbook says", "10m", 400, NULL },
		{ "ahead by what clocks differ", NULL, -2, NULL },
		{ "ahead of all clocks", NULL, -60, "the clocks differ" },
		{ "of the evaluation itself", NULL, 0,
		  "name its series in age_of" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct probe_report *r;
		struct book_probe *probe;
		struct server p;
		struct scene s;

		start_server(&p, 200, VECTOR(ONE("1")), rows[i].age_s);
		probe = open_scene(&s, peer_url(p.peer));
		if (rows[i].max_age != NULL)
			scene_set(probe, "max_age", rows[i].max_age);
		r = measure(&s);
		CHECK_ROW(rows[i].what, r->failed == (rows[i].why != NULL));
		if (rows[i].why != NULL)
			CHECK_HOLDS(scene_sample(r, "x.value")->why,
				    rows[i].why);
		scene_close(&s);
		peer_stop(p.peer);
	}
}

static void
the_age_is_that_of_the_series_named_for_it(void **state)
{
	const struct probe_report *r;
	struct book_probe *probe;
	struct server p;
	struct scene s;
	char *asked;

	TEST_UNUSED(state);
	start_server(&p, 200, VECTOR(ONE("1")), 3);
	probe = open_scene(&s, peer_url(p.peer));
	scene_set(probe, "age_of", "calls_total");
	r = measure(&s);
	assert_false(r->failed);
	asked = peer_request(p.peer, "", 1);
	CHECK_HOLDS(asked, "query=min%28timestamp%28calls_total%29%29 ");
	mem_free(asked);
	scene_close(&s);
	peer_stop(p.peer);
}

/* Without its age a value is no measurement. */
static void
an_age_that_cannot_be_had_fails_the_value(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /api/v1/query?query=min", .body = VECTOR("") },
		{ .expect = "GET /api/v1/query?query=queue",
		  .body = VECTOR(ONE("1")) },
	};
	struct peer *peer = peer_start(rows, ARRAY_LEN(rows));
	const struct probe_report *r;
	struct scene s;

	TEST_UNUSED(state);
	open_scene(&s, peer_url(peer));
	r = measure(&s);
	assert_true(r->failed);
	CHECK_HOLDS(scene_sample(r, "x.value")->why, "age: no series");
	scene_close(&s);
	peer_stop(peer);
}

static void
a_hung_server_fails_by_the_deadline(void **state)
{
	static const struct {
		const char *what;
		bool hangs_late;
	} cases[] = { { "at the value", false }, { "at the age", true } };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row rows[] = {
			{ .expect = "GET /api/v1/query?query=min",
			  .end = PEER_HANG },
			{ .expect = "GET /api/v1/query?query=queue",
			  .end = cases[i].hangs_late ? PEER_ANSWER : PEER_HANG,
			  .body = VECTOR(ONE("1")) },
		};
		struct peer *peer = peer_start(rows, ARRAY_LEN(rows));
		const struct probe_report *r;
		struct scene s;

		open_scene(&s, peer_url(peer))->timeout_ms = 300;
		r = measure(&s);
		CHECK_ROW(cases[i].what, r->failed);
		CHECK_ROW(cases[i].what, scene_sample(r, "x.value")->failed);
		scene_close(&s);
		peer_stop(peer);
	}
}

static void
a_query_that_is_too_long_is_refused_at_the_start(void **state)
{
	char query[6000];
	struct book_probe *probe;
	struct scene s;
	struct err e;

	TEST_UNUSED(state);
	memset(query, 'x', sizeof(query) - 1);
	query[sizeof(query) - 1] = '\0';
	scene_open(&s);
	scene_endpoint(&s, "metrics", "http://127.0.0.1:9");
	probe = scene_probe(&s, "one", "prometheus");
	scene_set(probe, "endpoint", "metrics");
	scene_set(probe, "query", query);
	CHECK_FAILS(
		poller_start(&s.poller, &s.env, NULL, 7, scene_take, &s, &e),
		ERR_LIMIT, &e, "make it a recording rule");
	scene_close(&s);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_fresh_number_is_a_measurement_with_its_age),
		cmocka_unit_test(everything_else_is_a_failed_measurement_with_a_word),
		cmocka_unit_test(an_old_sample_is_stale_and_a_young_one_is_not),
		cmocka_unit_test(the_age_is_that_of_the_series_named_for_it),
		cmocka_unit_test(an_age_that_cannot_be_had_fails_the_value),
		cmocka_unit_test(a_hung_server_fails_by_the_deadline),
		cmocka_unit_test(a_query_that_is_too_long_is_refused_at_the_start),
	};
	/* clang-format on */

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
