/* probe_contract - promises of an interface, each kept and each broken. */
#include "tests/unit/probe_scene.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/redact.h"
#include "probe/dead_letter.h"

#define KEY "cutover-1"
#define SCHEMA                                                \
	"{\"type\":\"object\",\"required\":[\"recordId\"],"   \
	"\"properties\":{\"recordId\":{\"type\":\"string\"}," \
	"\"idempotencyKey\":{\"type\":\"string\"}}}"
#define BODY "{\"inputs\":{\"contactId\":\"C1\",\"payload\":{\"n\":[1,2]}}}"
#define GOOD "{\"idempotencyKey\":\"" KEY "\",\"recordId\":\"r 1\"}"
#define STORED "{\"stored\":{\"contactId\":\"C1\",\"payload\":{\"n\":[1,2]}}}"

struct night {
	struct scene s;
	struct book_probe *probe;
	struct peer *peer;
	char dir[FS_PATH];
};

static void
open_night(struct night *n, const struct peer_row *rows, size_t count)
{
	static const char *const facts[] = {
		"holds",	"valid",	  "acknowledged",
		"idempotent",	"dropped_fields", "retry_after_missing",
		"dead_letters", "status",	  "latency_ms",
		"attempts",
	};
	char name[64];

	test_dir_make(n->dir);
	n->peer = peer_start(rows, count);
	scene_open(&n->s);
	scene_endpoint(&n->s, "api", peer_url(n->peer));
	n->probe = scene_probe(&n->s, "one", "contract");
	n->probe->every_ms = 3600000;
	n->probe->timeout_ms = 5000;
	scene_set(n->probe, "endpoint", "api");
	scene_set(n->probe, "path", "/run");
	scene_set(n->probe, "schema", SCHEMA);
	scene_set(n->probe, "dead_letters", n->dir);
	for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
		str_printf(name, sizeof(name), "x.%s", facts[i]);
		scene_signal(n->probe, name, facts[i]);
	}
}

/* Everything the guide asks for. */
static void
open_full(struct night *n, const struct peer_row *rows, size_t count)
{
	open_night(n, rows, count);
	scene_set(n->probe, "body", BODY);
	scene_set(n->probe, "key", KEY);
	scene_set(n->probe, "acknowledge", "/idempotencyKey");
	scene_set(n->probe, "record", "/recordId");
	scene_set(n->probe, "readback.path", "/records");
	scene_set(n->probe, "readback.pointer", "/stored");
	scene_set(n->probe, "readback.sent", "/inputs");
}

static const struct probe_report *
measure(struct night *n)
{
	scene_start(&n->s);
	poller_now(n->s.poller, "one");
	return scene_wait(&n->s, "one", 0);
}

static void
close_night(struct night *n)
{
	scene_close(&n->s);
	peer_stop(n->peer);
	test_dir_drop(n->dir);
}

static bool
flag_of(const struct probe_report *r, const char *signal)
{
	const struct sample *x = scene_sample(r, signal);

	assert_false(x->failed);
	assert_int_equal(x->value.kind, VALUE_FLAG);
	return x->value.flag;
}

static double
number_of(const struct probe_report *r, const char *signal)
{
	const struct sample *x = scene_sample(r, signal);

	assert_false(x->failed);
	return x->value.number;
}

static void
a_contract_that_is_kept_holds_in_every_point(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "POST /run ", .body = GOOD, .always = true },
		{ .expect = "GET /records/r%201 ", .body = STORED },
	};
	const struct probe_report *r;
	struct night n;

	TEST_UNUSED(state);
	open_full(&n, rows, ARRAY_LEN(rows));
	scene_signal(n.probe, "x.id", "/recordId");
	r = measure(&n);
	assert_false(r->failed);
	assert_true(flag_of(r, "x.holds") && flag_of(r, "x.valid"));
	assert_true(flag_of(r, "x.acknowledged"));
	assert_true(flag_of(r, "x.idempotent"));
	assert_false(flag_of(r, "x.retry_after_missing"));
	assert_true(number_of(r, "x.dropped_fields") == 0);
	assert_true(number_of(r, "x.dead_letters") == 0);
	assert_true(number_of(r, "x.status") == 200);
	assert_true(number_of(r, "x.attempts") == 1);
	assert_true(number_of(r, "x.latency_ms") > 0);
	assert_string_equal(scene_sample(r, "x.id")->value.words, "r 1");
	assert_int_equal(peer_count(n.peer, "POST /run "), 2);
	for (int i = 0; i < 2; i++)
		assert_true(peer_had_line(n.peer, "POST /run ", i,
					  "X-Idempotency-Key: " KEY));
	assert_int_equal(peer_strays(n.peer), 0);
	close_night(&n);
}

/* One thing goes wrong: which point says so, and in which words? */
static void
each_broken_promise_is_named(void **state)
{
	static const struct {
		const char *what, *first, *second, *stored, *signal, *why;
		double dropped; /* -1: not read back */
	} cases[] = {
		{ "an answer that is not as the schema says",
		  "{\"idempotencyKey\":\"" KEY "\",\"recordId\":7}",
		  "{\"idempotencyKey\":\"" KEY "\",\"recordId\":7}", STORED,
		  "x.valid", "/recordId: 7 is not of type string", 0 },
		{ "a key that is not acknowledged", "{\"recordId\":\"r 1\"}",
		  "{\"recordId\":\"r 1\"}", STORED, "x.acknowledged",
		  "does not have the key", 0 },
		{ "somebody else's key",
		  "{\"idempotencyKey\":\"other\",\"recordId\":\"r 1\"}",
		  "{\"idempotencyKey\":\"other\",\"recordId\":\"r 1\"}", STORED,
		  "x.acknowledged", "not the key that was sent", 0 },
		{ "two records for one key", GOOD,
		  "{\"idempotencyKey\":\"" KEY "\",\"recordId\":\"r 2\"}",
		  STORED, "x.idempotent", "two records: r 1 and r 2", 0 },
		{ "a field dropped in silence", GOOD, GOOD,
		  "{\"stored\":{\"contactId\":\"C1\",\"payload\":{}}}",
		  "x.dropped_fields", "/payload/n did not come back", 1 },
		{ "fields changed and cut", GOOD, GOOD,
		  "{\"stored\":{\"contactId\":\"C2\",\"payload\":{\"n\":[1]}}}",
		  "x.dropped_fields", "/contactId came back changed", 2 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row rows[] = {
			{ .expect = "POST", .body = cases[i].first },
			{ .expect = "POST", .body = cases[i].second },
			{ .expect = "GET", .body = cases[i].stored },
		};
		const struct probe_report *r;
		const struct sample *x;
		struct night n;

		open_full(&n, rows, ARRAY_LEN(rows));
		r = measure(&n);
		x = scene_sample(r, cases[i].signal);
		CHECK_ROW(cases[i].what, !r->failed && !x->failed);
		CHECK_ROW(cases[i].what, !flag_of(r, "x.holds"));
		CHECK_HOLDS(scene_sample(r, "x.holds")->why, cases[i].why);
		CHECK_HOLDS(x->why, cases[i].why);
		CHECK_ROW(cases[i].what,
			  number_of(r, "x.dropped_fields") == cases[i].dropped);
		close_night(&n);
	}
}

static void
what_cannot_be_read_back_breaks_the_contract(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "POST", .body = GOOD, .always = true },
		{ .expect = "GET", .status = 404, .body = "{}" },
	};
	const struct probe_report *r;
	struct night n;

	TEST_UNUSED(state);
	open_full(&n, rows, ARRAY_LEN(rows));
	r = measure(&n);
	assert_false(flag_of(r, "x.holds"));
	assert_true(scene_sample(r, "x.dropped_fields")->failed);
	CHECK_HOLDS(scene_sample(r, "x.dropped_fields")->why, "HTTP 404");
	close_night(&n);
}

static void
an_echoed_header_acknowledges_the_key(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "POST",
		  .headers = "Idempotency-Key: " KEY "\r\n",
		  .body = "{\"recordId\":\"a\"}",
		  .always = true },
	};
	const struct probe_report *r;
	struct night n;

	TEST_UNUSED(state);
	open_night(&n, rows, ARRAY_LEN(rows));
	scene_set(n.probe, "key", KEY);
	r = measure(&n);
	assert_true(flag_of(r, "x.acknowledged"));
	assert_true(flag_of(r, "x.idempotent"));
	assert_true(flag_of(r, "x.holds"));
	assert_true(scene_sample(r, "x.dropped_fields")->failed);
	close_night(&n);
}

static void
a_bad_status_says_whether_retry_after_is_missing(void **state)
{
	static const struct {
		int status;
		const char *headers, *why;
		bool is_missing;
	} cases[] = {
		{ 429, NULL, "HTTP 429 without Retry-After", true },
		{ 503, NULL, "HTTP 503 without Retry-After", true },
		{ 500, NULL, "HTTP 500", false },
		{ 404, NULL, "HTTP 404", false },
		{ 302, "Location: /x\r\n", "redirect to /x not followed",
		  false },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row row = { .expect = "POST",
					      .status = cases[i].status,
					      .headers = cases[i].headers,
					      .body = "{}" };
		const struct probe_report *r;
		struct night n;

		open_full(&n, &row, 1);
		r = measure(&n);
		CHECK_ROW(cases[i].why, !r->failed);
		CHECK_ROW(cases[i].why, !flag_of(r, "x.valid"));
		CHECK_HOLDS(scene_sample(r, "x.valid")->why, cases[i].why);
		CHECK_ROW(cases[i].why, flag_of(r, "x.retry_after_missing") ==
						cases[i].is_missing);
		CHECK_ROW(cases[i].why, number_of(r, "x.dead_letters") == 1);
		CHECK_ROW(cases[i].why, peer_count(n.peer, "") == 1);
		close_night(&n);
	}
}

static void
who_was_not_let_in_has_measured_nothing(void **state)
{
	static const struct peer_row row = { .expect = "POST", .status = 403 };
	const struct probe_report *r;
	struct night n;

	TEST_UNUSED(state);
	open_full(&n, &row, 1);
	r = measure(&n);
	assert_true(r->failed);
	CHECK_HOLDS(scene_sample(r, "x.holds")->why, "HTTP 403");
	close_night(&n);
}

/* Refused twice with Retry-After, then taken: the probe comes again no sooner
 * than it was told, and counts. */
static void
a_storm_is_waited_out_as_it_asks(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "POST",
		  .status = 429,
		  .headers = "Retry-After: 1\r\n" },
		{ .expect = "POST",
		  .status = 503,
		  .headers = "Retry-After: 1\r\n" },
		{ .expect = "POST", .body = "{\"recordId\":\"a\"}" },
	};
	const struct probe_report *r = NULL;
	struct night n;
	int seen = 0;

	TEST_UNUSED(state);
	open_night(&n, rows, ARRAY_LEN(rows));
	n.probe->every_ms = 100;
	scene_start(&n.s);
	do {
		r = scene_wait(&n.s, "one", seen++);
	} while (r->failed);
	assert_true(number_of(r, "x.attempts") == 3);
	assert_true(flag_of(r, "x.holds"));
	/* Two waits of one second each, looked at ten times a second: had it
	 * come at once there would be two failures. */
	assert_true(seen > 10);
	scene_stop(&n.s);
	r = scene_find(&n.s, "one", 0);
	CHECK_HOLDS(scene_sample(r, "x.holds")->why, "Retry-After 1 s");
	close_night(&n);
}

static char *
only_letter(const char *dir, mode_t *mode)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	char *text = NULL;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		char path[FS_PATH];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		assert_null(text);
		assert_true(fs_join(path, dir, entry->d_name));
		assert_int_equal(stat(path, &st), 0);
		*mode = st.st_mode & 0777;
		assert_true(str_starts(entry->d_name, "one-"));
		text = test_file_read(path);
	}
	closedir(d);
	return text;
}

static void
a_malformed_answer_becomes_one_dead_letter(void **state)
{
	static const struct peer_row row = {
		.expect = "POST",
		.body = "<html>\x1b[31m token=hunter2secret</html>",
		.always = true
	};
	const struct probe_report *r;
	struct night n;
	mode_t mode = 0;
	char *text;

	TEST_UNUSED(state);
	redact_add("token", "hunter2secret");
	open_full(&n, &row, 1);
	n.probe->every_ms = 100;
	scene_start(&n.s);
	r = scene_wait(&n.s, "one", 3);
	scene_stop(&n.s);
	assert_false(flag_of(r, "x.valid"));
	CHECK_HOLDS(scene_sample(r, "x.valid")->why, "not JSON");
	assert_true(number_of(r, "x.dead_letters") == 1);
	text = only_letter(n.dir, &mode);
	assert_non_null(text);
	assert_int_equal(mode, 0600);
	CHECK_HOLDS(text, "\"status\":200");
	CHECK_HOLDS(text, "contactId");
	CHECK_HOLDS(text, "[token]");
	assert_null(strstr(text, "hunter2secret"));
	assert_null(strchr(text, '\x1b'));
	mem_free(text);
	redact_forget_all();
	close_night(&n);
}

static void
a_folder_full_of_letters_takes_no_more(void **state)
{
	static const struct peer_row row = { .expect = "POST", .body = "no" };
	const struct probe_report *r;
	struct night n;

	TEST_UNUSED(state);
	open_full(&n, &row, 1);
	for (int i = 0; i < 200; i++) {
		char path[FS_PATH], name[64];

		str_printf(name, sizeof(name), "x-%d.letter.json", i);
		assert_true(fs_join(path, n.dir, name));
		test_file_write(path, "{}");
	}
	r = measure(&n);
	assert_true(number_of(r, "x.dead_letters") == 200);
	CHECK_HOLDS(r->detail, "200 dead letters");
	close_night(&n);
}

/* Nothing raw, nothing endless, whatever comes. */
static void
hostile_answers_end_as_a_finding(void **state)
{
	static const struct {
		const char *what, *body, *why;
	} cases[] = {
		{ "a name given twice",
		  "{\"recordId\":\"a\",\"recordId\":\"b\"}", "given twice" },
		{ "half a surrogate pair", "{\"recordId\":\"\\ud800\"}",
		  "surrogate" },
		{ "bytes that are not UTF-8", "{\"recordId\":\"\xff\"}",
		  "UTF-8" },
		{ "an answer cut short", "{\"recordId\":", "ends" },
		{ "no body at all", "", "ends" },
		{ "an escape in a text", "{\"recordId\":[\"\\u001b[2J\"]}",
		  "/recordId: a list of 1 is not of type string" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct peer_row row = { .expect = "POST",
					      .body = cases[i].body };
		const struct probe_report *r;
		struct night n;

		open_night(&n, &row, 1);
		r = measure(&n);
		CHECK_ROW(cases[i].what, !flag_of(r, "x.valid"));
		CHECK_HOLDS(scene_sample(r, "x.valid")->why, cases[i].why);
		CHECK_ROW(cases[i].what, strchr(r->raw, '\x1b') == NULL);
		close_night(&n);
	}
}

static void
a_probe_that_cannot_work_says_so_at_the_start(void **state)
{
	static const struct {
		const char *name, *value;
		enum err_code code;
		const char *why;
	} cases[] = {
		{ "schema", "{\"$ref\":\"#/no\"}", ERR_INPUT, "#/no" },
		{ "readback.sent", "/nowhere", ERR_ARG, "/nowhere" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book_probe *p;
		struct scene s;
		struct err e;

		scene_open(&s);
		scene_endpoint(&s, "api", "http://127.0.0.1:9");
		p = scene_probe(&s, "one", "contract");
		scene_set(p, cases[i].name, cases[i].value);
		scene_set(p, "endpoint", "api");
		scene_set(p, "path", "/run");
		scene_set(p, "body", BODY);
		scene_set(p, "readback.path", "/records");
		CHECK_FAILS(poller_start(&s.poller, &s.env, NULL, 7, scene_take,
					 &s, &e),
			    cases[i].code, &e, cases[i].why);
		scene_close(&s);
	}
}

static void
letters_that_cannot_be_counted_are_not_none(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "POST /run ", .body = GOOD, .always = true },
	};
	char path[FS_PATH], inside[FS_PATH];
	const struct probe_report *r;
	struct night n;

	TEST_UNUSED(state);
	open_night(&n, rows, ARRAY_LEN(rows));
	assert_true(fs_join(path, n.dir, "file"));
	assert_true(fs_join(inside, path, "letters"));
	assert_int_equal(dead_letter_count(path), 0);
	test_file_write(path, "not a folder");
	assert_int_equal(dead_letter_count(inside), -1);
	scene_set(n.probe, "dead_letters", inside);
	r = measure(&n);
	assert_true(scene_sample(r, "x.dead_letters")->failed);
	CHECK_HOLDS(scene_sample(r, "x.dead_letters")->why, "cannot read");
	close_night(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_contract_that_is_kept_holds_in_every_point),
		cmocka_unit_test(each_broken_promise_is_named),
		cmocka_unit_test(what_cannot_be_read_back_breaks_the_contract),
		cmocka_unit_test(an_echoed_header_acknowledges_the_key),
		cmocka_unit_test(
			a_bad_status_says_whether_retry_after_is_missing),
		cmocka_unit_test(who_was_not_let_in_has_measured_nothing),
		cmocka_unit_test(a_storm_is_waited_out_as_it_asks),
		cmocka_unit_test(a_malformed_answer_becomes_one_dead_letter),
		cmocka_unit_test(a_folder_full_of_letters_takes_no_more),
		cmocka_unit_test(hostile_answers_end_as_a_finding),
		cmocka_unit_test(letters_that_cannot_be_counted_are_not_none),
		cmocka_unit_test(a_probe_that_cannot_work_says_so_at_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
