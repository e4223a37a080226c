/* probe_pipeline - how late data is at the far end. */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/probe_case.h"

static const char facts[] = "latency_seconds source_age_seconds";
static const char *const settings[] = { "path",	    "/src", "newest",	  "/t",
					"far.path", "/far", "far.newest", "/t",
					"max_age",  "1m",   NULL };

enum { TEXT, SECONDS, MILLIS };

static void
put_time(char *to, size_t size, int form, int64_t at_ms)
{
	char text[CLOCK_TEXT];

	clock_text(text, at_ms);
	if (form == TEXT)
		str_printf(to, size, "{\"t\":\"%s\"}", text);
	else if (form == SECONDS)
		str_printf(to, size, "{\"t\":%.3f}", (double)at_ms / 1000);
	else
		str_printf(to, size, "{\"t\":%lld}", (long long)at_ms);
}

static void
what_the_far_end_lacks_is_the_latency(void **state)
{
	static const struct {
		const char *what;
		int form;
		int64_t source_ms, far_ms; /* ago */
		const char *want;
	} rows[] = {
		{ "texts", TEXT, 1000, 3500, "2.5" },
		{ "seconds", SECONDS, 1000, 7000, "6" },
		{ "milliseconds", MILLIS, 1000, 1250, "0.25" },
		{ "all there", TEXT, 1000, 1000, "0" },
		{ "even newer", TEXT, 1000, 500, "0" },
		{ "an idle source proves nothing", TEXT, 61000, 61000,
		  "? no data: the source has had nothing new for 1m" },
		{ "a source ahead of the clock", TEXT, -60000, 0,
		  "? the source's newest is in the future" },
		{ "a far end ahead of the clock", TEXT, 1000, -60000,
		  "? the far end's newest is in the future" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t now_ms = clock_wall_ms() / 1000 * 1000;
		char source[80], far[80];
		const struct peer_row peer[] = {
			{ .expect = "GET /src ", .body = source },
			{ .expect = "GET /far ", .body = far },
		};
		struct probe_case c;

		put_time(source, sizeof(source), rows[i].form,
			 now_ms - rows[i].source_ms);
		put_time(far, sizeof(far), rows[i].form,
			 now_ms - rows[i].far_ms);
		case_open(&c, "pipeline", facts, settings, peer, 2);
		case_measure(&c);
		case_check(&c, rows[i].what, "latency_seconds", rows[i].want);
		case_close(&c);
	}
}

static void
a_time_that_is_missing_is_no_latency(void **state)
{
	static const char *const bad[] = {
		"{}",	      "{\"t\":null}", "{\"t\":\"soon\"}", "{\"t\":0}",
		"{\"t\":-5}", "{\"t\":[1]}",  "{\"t\":1e300}"
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		for (int end = 0; end < 2; end++) {
			char good[80];
			const struct peer_row peer[] = {
				{ .expect = "GET /src ",
				  .body = end == 0 ? bad[i] : good },
				{ .expect = "GET /far ",
				  .body = end == 1 ? bad[i] : good },
			};
			struct probe_case c;

			put_time(good, sizeof(good), TEXT, clock_wall_ms());
			case_open(&c, "pipeline", facts, settings, peer, 2);
			case_measure(&c);
			case_check(&c, bad[i], "latency_seconds",
				   end == 0 ? "? source: no time"
					    : "? far end: no time");
			case_close(&c);
		}
}

static const char *const marking[] = {
	"path",	    "/in",   "marker",	   "{\"note\":\"{marker}\"}",
	"far.path", "/out",  "far.newest", "/seen",
	"limit",    "100ms", NULL
};

/* A pipeline: what was posted is at the far end after so many looks. */
struct line {
	int listener, port, looks;
	char mark[64];
	struct thread thread;
};

static void
answer_one(struct line *l, int fd, int *seen)
{
	char request[4096], body[128], reply[400];
	size_t len = 0;
	char *at = NULL;

	memset(request, 0, sizeof(request));
	while (len + 1 < sizeof(request)) {
		ssize_t n = read(fd, request + len, sizeof(request) - 1 - len);

		if (n <= 0)
			return;
		len += (size_t)n;
		at = strstr(request, "warroom-");
		if (str_starts(request, "GET")
			    ? strstr(request, "\r\n\r\n") != NULL
			    : at != NULL && strchr(at, '}'))
			break;
	}
	if (str_starts(request, "POST") && at != NULL)
		str_copy_n(l->mark, sizeof(l->mark), at, strcspn(at, "\""));
	str_printf(body, sizeof(body), "{\"seen\":[\"x\",{\"n\":\"%s\"}]}",
		   str_starts(request, "GET") && ++*seen > l->looks ? l->mark
								    : "");
	str_printf(reply, sizeof(reply),
		   "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n"
		   "Connection: close\r\n\r\n%s",
		   strlen(body), body);
	if (send(fd, reply, strlen(reply), MSG_NOSIGNAL) < 0)
		return;
}

static void
serve(void *arg)
{
	struct line *l = arg;
	int seen = 0, fd;

	while ((fd = accept(l->listener, NULL, NULL)) >= 0) {
		answer_one(l, fd, &seen);
		close(fd);
	}
}

static void
a_marker_that_arrives_is_timed(void **state)
{
	static const struct peer_row none[] = { { .expect = "-" } };
	struct line l = { .looks = 3 };
	char url[64];
	struct probe_case c;
	const struct sample *s;
	struct err e;

	TEST_UNUSED(state);
	l.listener = test_listen_tcp(&l.port);
	CHECK_OK(thread_start(&l.thread, "line", serve, &l, &e), &e);
	case_open(&c, "pipeline", facts, marking, none, 1);
	str_printf(url, sizeof(url), "http://127.0.0.1:%d", l.port);
	mem_free(c.scene.book->endpoints[0].url);
	c.scene.book->endpoints[0].url = mem_text(url);
	case_measure(&c);
	s = scene_sample(c.report, "latency_seconds");
	assert_false(s->failed);
	assert_string_equal(s->why, "");
	/* three looks in vain, 50 ms apart */
	assert_true(s->value.number >= 0.15 && s->value.number < 4);
	case_close(&c);
	assert_int_equal(shutdown(l.listener, SHUT_RDWR), 0);
	thread_join(&l.thread);
	close(l.listener);
}

/* What turns up is another text: nothing arrives. */
static void
a_marker_that_never_arrives_is_late_only_beyond_the_limit(void **state)
{
	static const struct peer_row peer[] = {
		{ .expect = "POST /in ", .status = 204, .always = true },
		{ .expect = "GET /out ", .status = 404, .body = "{}" },
		{ .expect = "GET /out ",
		  .body = "{\"seen\":[\"warroom-0\"]}",
		  .always = true },
	};
	const struct sample *s;
	struct probe_case c;
	char *sent;

	TEST_UNUSED(state);
	case_open(&c, "pipeline", facts, marking, peer, ARRAY_LEN(peer));
	c.scene.book->probes[0].timeout_ms = 600;
	case_measure(&c);
	s = scene_sample(c.report, "latency_seconds");
	assert_false(s->failed);
	assert_true(s->value.number > 0.1 && s->value.number <= 0.6);
	CHECK_HOLDS(s->why, "the marker is not there after");
	case_check(&c, "no source is read", "source_age_seconds", "? marker");
	sent = peer_request(c.peer, "POST /in ", 0);
	CHECK_HOLDS(sent, "{\"note\":\"warroom-");
	mem_free(sent);
	case_close(&c);

	case_open(&c, "pipeline", facts, marking, peer, ARRAY_LEN(peer));
	settings_clear(&c.scene.book->probes[0].with);
	scene_set(&c.scene.book->probes[0], "endpoint", "far");
	for (const char *const *m = marking; m[0] != NULL; m += 2)
		if (!str_same(m[0], "limit"))
			scene_set(&c.scene.book->probes[0], m[0], m[1]);
	c.scene.book->probes[0].timeout_ms = 600;
	case_measure(&c);
	case_check(&c, "before the limit nothing is known", "latency_seconds",
		   "? the marker is not there after");
	case_close(&c);
}

static void
ends_that_cannot_be_read_are_no_verdict(void **state)
{
	static const char *const unmarked[] = {
		"path", "/in", "marker", "{\"a\":1}", "far.path", "/out", NULL
	};

	TEST_UNUSED(state);
	case_broken("pipeline", "latency_seconds", settings);
	case_refused("pipeline", unmarked, ERR_ARG, "must hold \"{marker}\"");
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_far_end_lacks_is_the_latency),
		cmocka_unit_test(a_time_that_is_missing_is_no_latency),
		cmocka_unit_test(a_marker_that_arrives_is_timed),
		cmocka_unit_test(a_marker_that_never_arrives_is_late_only_beyond_the_limit),
		cmocka_unit_test(ends_that_cannot_be_read_are_no_verdict),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
