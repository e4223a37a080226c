/*
 * probe_hostile - answers that no decent service gives: each ends by its
 * deadline as a failed measurement with a clear word, in bounded memory, and
 * leaves nothing raw behind.
 */
#include "tests/unit/probe_scene.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMEOUT_MS 400
#define MEMORY_MOST_KIB (100 * 1024)

/* What the service does on one connection after it read the request. */
typedef void play(int fd);

struct service {
	struct thread thread;
	play *play;
	int fd;
	char url[64];
	atomic_int requests;
	atomic_bool stops;
};

static bool
say_bytes(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
say(int fd, const char *text)
{
	return say_bytes(fd, text, strlen(text));
}

/* A whole answer with these bytes as its body. */
static void
answer(int fd, const char *headers, const char *body, size_t len)
{
	char head[300];

	str_printf(head, sizeof(head),
		   "HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n", headers,
		   len);
	if (say(fd, head))
		(void)say_bytes(fd, body, len);
}

static void
cut_short(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":1");
}

static void
cut_inside_a_chunk(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		"40\r\n{\"a\":1");
}

static void
endless_body(int fd)
{
	static char block[65536];

	memset(block, ' ', sizeof(block));
	if (!say(fd, "HTTP/1.1 200 OK\r\n\r\n{\"a\":1"))
		return;
	while (say_bytes(fd, block, sizeof(block)))
		continue;
}

static void
endless_headers(int fd)
{
	if (!say(fd, "HTTP/1.1 200 OK\r\n"))
		return;
	while (say(fd, "X-More: and more and more and more and more\r\n"))
		continue;
}

static void
endless_interim_answers(int fd)
{
	while (say(fd, "HTTP/1.1 103 Early Hints\r\n\r\n"))
		continue;
}

/* Unasked: it stands for a gigabyte of zeros, and is taken as it came. */
static void
compressed_bomb(int fd)
{
	static const char zeros[] = "\x1f\x8b\x08\0\0\0\0\0\x02\x03\xec\xc1\x01"
				    "\x0d\0\0\0\xc2\xa0\xf7\x4f\x6d\x0f\x07";

	answer(fd, "Content-Encoding: gzip, gzip\r\n", zeros,
	       sizeof(zeros) - 1);
}

static void
drip_body(int fd)
{
	if (!say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"))
		return;
	while (say(fd, " "))
		poll(NULL, 0, 10);
}

static void
drip_headers(int fd)
{
	if (!say(fd, "HTTP/1.1 200 OK\r\nX-Slow: "))
		return;
	while (say(fd, "z"))
		poll(NULL, 0, 10);
}

static void
deep(int fd)
{
	static char body[200000];

	memset(body, '[', sizeof(body));
	answer(fd, "", body, sizeof(body));
}

static void
deep_map(int fd)
{
	char body[6 * 400 + 1] = "";

	for (int i = 0; i < 400; i++)
		strcat(body, "{\"a\":");
	answer(fd, "", body, strlen(body));
}

static void
twice_the_same_key(int fd)
{
	answer(fd, "", "{\"a\":1,\"a\":2}", 13);
}

static void
not_utf8(int fd)
{
	answer(fd, "", "{\"a\":\"\xff\xfe\xc0\x80\"}", 12);
}

static void
a_nul(int fd)
{
	answer(fd, "", "{\"a\":1\0,\"b\":2}", 14);
}

static void
a_nul_in_a_text(int fd)
{
	answer(fd, "", "{\"a\":\"x\0y\"}", 11);
}

static void
raw_escapes(int fd)
{
	static const char body[] = "{\"a\":\"\x1b]0;owned\x07\x1b[2J\"}";

	answer(fd, "", body, sizeof(body) - 1);
}

static void
not_http(int fd)
{
	say(fd, "220 \x1b[31mmail.example.test ESMTP\r\n");
}

static void
escapes_in_the_status_line(int fd)
{
	say(fd, "HTTP/1.1 500 \x1b[31mred\x9b\r\nContent-Length: 0\r\n\r\n");
}

static void
nothing(int fd)
{
	(void)fd;
}

static void
elsewhere(int fd)
{
	say(fd, "HTTP/1.1 302 Found\r\nLocation: /\x1b[2J\r\n"
		"Content-Length: 0\r\n\r\n");
}

static void
huge_number(int fd)
{
	answer(fd, "", "{\"a\":1e999}", 11);
}

static void
serve(void *arg)
{
	struct service *s = arg;
	int fd;

	while (!atomic_load(&s->stops) &&
	       (fd = accept(s->fd, NULL, NULL)) >= 0) {
		struct timeval patience = { .tv_sec = 3 };
		char request[4096];

		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			   sizeof(patience));
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			   sizeof(patience));
		if (recv(fd, request, sizeof(request), 0) > 0) {
			atomic_fetch_add(&s->requests, 1);
			s->play(fd);
		}
		close(fd);
	}
}

static void
service_start(struct service *s, play *what)
{
	struct err e;
	int port;

	memset(s, 0, sizeof(*s));
	s->play = what;
	s->fd = test_listen_tcp(&port);
	str_printf(s->url, sizeof(s->url), "http://127.0.0.1:%d", port);
	CHECK_OK(thread_start(&s->thread, "service", serve, s, &e), &e);
}

static void
service_stop(struct service *s)
{
	atomic_store(&s->stops, true);
	shutdown(s->fd, SHUT_RDWR);
	thread_join(&s->thread);
	close(s->fd);
}

/* Printable, and no character that turns writing round. */
static void
check_clean(const char *what, const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != 0;
	     p++) {
		CHECK_ROW(what, *p >= 0x20 && *p != 0x7f);
		CHECK_ROW(what, !(p[0] == 0xc2 && p[1] < 0xa0));
		CHECK_ROW(what,
			  !(p[0] == 0xe2 && p[1] == 0x80 && p[2] == 0xae));
	}
}

static long
memory_kib(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return used.ru_maxrss;
}

static void
measure_one(const char *what, play *how, const char *why)
{
	const struct probe_report *r;
	struct book_probe *probe;
	struct service service;
	struct scene s;

	service_start(&service, how);
	scene_open(&s);
	scene_endpoint(&s, "api", service.url);
	probe = scene_probe(&s, "one", "http");
	probe->every_ms = 3600000;
	probe->timeout_ms = TIMEOUT_MS;
	scene_set(probe, "endpoint", "api");
	scene_set(probe, "path", "/health");
	scene_signal(probe, "x.a", "/a");
	scene_signal(probe, "x.ratio", "/a / /b");
	scene_start(&s);
	poller_now(s.poller, "one");
	r = scene_wait(&s, "one", 0);
	scene_stop(&s);
	for (size_t i = 0; i < r->count; i++) {
		CHECK_ROW(what, r->samples[i].failed);
		CHECK_ROW(what, r->samples[i].value.kind == VALUE_NONE);
		check_clean(what, r->samples[i].why);
	}
	if (strstr(r->samples[0].why, why) == NULL)
		fail_msg("%s: \"%s\" in: %s", what, why, r->samples[0].why);
	CHECK_ROW(what, r->failed);
	CHECK_ROW(what, r->took_us < 10 * TIMEOUT_MS * 1000);
	CHECK_ROW(what, atomic_load(&service.requests) == 1);
	check_clean(what, r->detail);
	check_clean(what, r->raw);
	scene_close(&s);
	service_stop(&service);
}

static void
each_bad_answer_is_a_failed_measurement_with_a_clear_word(void **state)
{
	static const struct {
		const char *what;
		play *how;
		const char *why;
	} cases[] = {
		{ "cut short", cut_short, "closed inside the answer" },
		{ "cut inside a chunk", cut_inside_a_chunk, "closed inside" },
		{ "endless body", endless_body, "larger than 1 MiB" },
		{ "endless headers", endless_headers, "larger than 256 KiB" },
		{ "endless interim answers", endless_interim_answers,
		  "larger than 256 KiB" },
		{ "compressed bomb", compressed_bomb, "is not JSON" },
		{ "dripping body", drip_body, "no whole answer" },
		{ "dripping headers", drip_headers, "no whole answer" },
		{ "deep lists", deep, "is not JSON" },
		{ "deep maps", deep_map, "is not JSON" },
		{ "the same key twice", twice_the_same_key, "is not JSON" },
		{ "not UTF-8", not_utf8, "is not JSON" },
		{ "a NUL", a_nul, "is not JSON" },
		{ "a NUL in a text", a_nul_in_a_text, "is not JSON" },
		{ "escapes", raw_escapes, "is not JSON" },
		{ "not HTTP", not_http, "not HTTP" },
		{ "escapes in the status line", escapes_in_the_status_line,
		  "HTTP 500" },
		{ "nothing at all", nothing, "closed without an answer" },
		{ "redirect", elsewhere, "redirect not followed" },
		{ "a number beyond all", huge_number, "" },
	};
	long before_kib = memory_kib();

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		measure_one(cases[i].what, cases[i].how, cases[i].why);
	assert_true(memory_kib() - before_kib < MEMORY_MOST_KIB);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_bad_answer_is_a_failed_measurement_with_a_clear_word),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
