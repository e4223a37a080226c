/*
 * steps_bench - what walking twenty steps costs beside what must be waited for.
 *
 * Each step is a PATCH and two polls at a peer that takes 20 ms to answer.
 * Overhead is the wall time less what the peer says it took and less the pause
 * between the polls, which all of them keep.  Beside it: a bare libcurl loop
 * that makes two records durable a step, and Python's requests, which keeps no
 * record.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/str.h"
#include "engine/engine.h"
#include "model/step.h"
#include "net/fence.h"
#include "net/loop.h"
#include "tests/lib/bench.h"
#include "tests/lib/desk.h"

#define STEPS 20
#define MANY 200
#define ROUNDS 9
#define MANY_ROUNDS 3
#define LATENCY_US 20000
#define PAUSE_MS 1 /* between the two polls: the least a runbook may order */

/* ---- the peer: a process of its own ---- */

/* What the peer tells about itself, in memory all share. */
struct witness {
	atomic_long took_us, requests;
	atomic_int looks[MANY + 1]; /* polls of each step since its PATCH */
};
static struct witness *witness;
static int port;

static void
answer(int fd, const char *request)
{
	int step = 0;
	bool is_patch = strncmp(request, "PATCH", 5) == 0;
	char text[200], body[64];
	const char *path = strstr(request, "/steps/");

	if (path != NULL)
		step = atoi(path + 7);
	if (step < 0 || step > MANY)
		step = 0;
	if (is_patch)
		atomic_store(&witness->looks[step], 0);
	else
		atomic_fetch_add(&witness->looks[step], 1);
	snprintf(body, sizeof(body), "{\"status\":\"%s\"}",
		 atomic_load(&witness->looks[step]) >= 2 ? "done" : "running");
	snprintf(text, sizeof(text),
		 "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
		 "Content-Length: %zu\r\n\r\n%s",
		 is_patch ? "202 Accepted" : "200 OK", strlen(body), body);
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		return;
}

/* Where the first whole request in `in` ends; 0: not whole yet. */
static size_t
request_end(const char *in)
{
	const char *end = strstr(in, "\r\n\r\n"), *length;
	size_t head;

	if (end == NULL)
		return 0;
	head = (size_t)(end - in) + 4;
	length = strcasestr(in, "\r\nContent-Length:");
	if (length != NULL && length < end)
		head += (size_t)atol(length + 17);
	return strlen(in) >= head ? head : 0;
}

static void *
serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char in[8192];
	size_t have = 0, used;
	ssize_t n;

	while ((n = recv(fd, in + have, sizeof(in) - 1 - have, 0)) > 0) {
		have += (size_t)n;
		in[have] = '\0';
		while ((used = request_end(in)) > 0) {
			struct timespec t = { 0, LATENCY_US * 1000L };
			double start = bench_wall_s();

			nanosleep(&t, NULL);
			answer(fd, in);
			atomic_fetch_add(
				&witness->took_us,
				(long)((bench_wall_s() - start) * 1e6));
			atomic_fetch_add(&witness->requests, 1);
			have -= used;
			memmove(in, in + used, have + 1);
		}
	}
	close(fd);
	return NULL;
}

static void
peer_main(int listener)
{
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		pthread_t t;

		if (fd >= 0 &&
		    pthread_create(&t, NULL, serve, (void *)(intptr_t)fd) == 0)
			pthread_detach(t);
	}
}

static pid_t
peer_begin(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	witness = mmap(NULL, sizeof(*witness), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (witness == MAP_FAILED || bind(fd, (void *)&at, len) != 0 ||
	    listen(fd, 64) != 0 || getsockname(fd, (void *)&at, &len) != 0)
		exit(1);
	port = ntohs(at.sin_port);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* dies with the bench */
		peer_main(fd);
	}
	close(fd);
	return pid;
}

/* ---- the three walkers; each returns when its last step is done ---- */

static void
write_runbook(struct buf *out, int steps)
{
	buf_init(out, 1 << 20);
	buf_printf(out,
		   "runbook: bench\ntitle: Steps\nenvironment: STAGING\n"
		   "region: loopback\nplatform: none\n"
		   "thresholds:\n  telephony:\n    trunk_alive: true\n"
		   "endpoints:\n  platform:\n    adapter: plain\n"
		   "    url: http://127.0.0.1:%d\nsteps:\n",
		   port);
	for (int i = 1; i <= steps; i++)
		buf_printf(out,
			   "  - id: s%d\n    title: Step %d\n    takes: 1s\n"
			   "    confirm: key\n    idempotent: true\n"
			   "    object: thing:%d\n"
			   "    do:\n      http:\n        endpoint: platform\n"
			   "        method: PATCH\n        path: /steps/%d\n"
			   "        body: {version: v2, status: deployed}\n"
			   "        poll: {pointer: /status, done: done,"
			   " every: %dms}\n    undo: none\n",
			   i, i, i, i, PAUSE_MS);
}

/* What the commander does next; false when the last step is over. */
static bool
command_next(struct engine *g, const struct snapshot *s, char *answered)
{
	const struct room *r = s->room;
	struct command c = { .verb = COMMAND_ARM };
	int next = room_next_step(r);

	if (r->prompt.open) {
		if (strcmp(answered, r->prompt.digest) == 0)
			return true;
		str_copy(answered, DIGEST_HEX, r->prompt.digest);
		c.verb = COMMAND_CONFIRM;
		str_copy(c.text, sizeof(c.text), "yes");
		str_copy(c.digest, sizeof(c.digest), r->prompt.digest);
	} else if (next < 0) {
		return false;
	} else if (r->steps[next].state == STEP_READY) {
		str_copy(c.target, sizeof(c.target), r->book->steps[next].id);
	} else if (r->steps[next].state == STEP_FAILED ||
		   r->steps[next].state == STEP_UNKNOWN) {
		fprintf(stderr, "steps_bench: %s\n", r->steps[next].detail);
		exit(1);
	} else {
		return true;
	}
	if (!engine_send(g, &c))
		exit(1);
	return true;
}

static void
walk_room(struct book *book)
{
	struct fence fence = { 0 };
	struct engine_options o = {
		.book = book, .fence = &fence, .commander = "lead", .seed = 7
	};
	struct err e = { .code = ERR_NONE };
	char dir[FS_PATH], answered[DIGEST_HEX] = "";
	struct engine *g;
	bool goes_on = true;

	test_dir_make(dir);
	o.dir = dir;
	if (engine_open(&g, &o, &e) != ERR_NONE) {
		fprintf(stderr, "steps_bench: %s\n", e.text);
		exit(1);
	}
	while (goes_on) {
		struct pollfd p = { .fd = engine_fd(g), .events = POLLIN };
		struct snapshot *s;

		poll(&p, 1, 1000);
		s = engine_look(g);
		goes_on = command_next(g, s, answered);
		snapshot_drop(s);
	}
	engine_close(g);
	test_dir_drop(dir);
}

static size_t
swallow(char *data, size_t size, size_t n, void *body)
{
	buf_add(body, data, size * n);
	return size * n;
}

static void
curl_once(CURL *c, int step, bool is_patch, struct buf *body)
{
	char url[80];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/steps/%d", port, step);
	buf_reset(body);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, body);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow);
	if (is_patch) {
		curl_easy_setopt(
			c, CURLOPT_POSTFIELDS,
			"{\"version\":\"v2\",\"status\":\"deployed\"}");
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, "PATCH");
	} else {
		curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
	}
	/* As for any act that changes the world: its own connection. */
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, is_patch ? 1L : 0L);
	curl_easy_setopt(c, CURLOPT_FORBID_REUSE, is_patch ? 1L : 0L);
	if (curl_easy_perform(c) != CURLE_OK)
		exit(1);
}

static void
keep(int fd)
{
	static const char record[] =
		"{\"seq\":1,\"at\":\"2026-11-20T02:00:00.000Z\",\"kind\":"
		"\"step\",\"step\":\"s1\",\"state\":\"intent\"}\n";

	if (write(fd, record, sizeof(record) - 1) < 0 || fdatasync(fd) != 0)
		exit(1);
}

static void
walk_curl(int steps)
{
	const struct timespec pause = { 0, PAUSE_MS * 1000000L };
	char dir[FS_PATH], path[FS_PATH];
	CURL *c = curl_easy_init();
	struct buf body;
	int fd;

	test_dir_make(dir);
	fs_join(path, dir, "journal");
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	buf_init(&body, 4096);
	for (int i = 1; i <= steps; i++) {
		keep(fd);
		curl_once(c, i, true, &body);
		curl_once(c, i, false, &body);
		while (strstr(buf_str(&body), "done") == NULL) {
			nanosleep(&pause, NULL);
			curl_once(c, i, false, &body);
		}
		keep(fd);
	}
	close(fd);
	curl_easy_cleanup(c);
	buf_clear(&body);
	test_dir_drop(dir);
}

static void
walk_requests(int steps)
{
	char count[16], at[16], pause[16];
	pid_t pid;
	int status;

	snprintf(count, sizeof(count), "%d", steps);
	snprintf(at, sizeof(at), "%d", port);
	snprintf(pause, sizeof(pause), "%g", PAUSE_MS / 1e3);
	pid = fork();
	if (pid == 0) {
		execl("/usr/bin/python3", "python3", "-c",
		      "import requests, sys, time\n"
		      "s = requests.Session()\n"
		      "for i in range(1, int(sys.argv[2]) + 1):\n"
		      "    u = 'http://127.0.0.1:%s/steps/%d' % (sys.argv[1], "
		      "i)\n"
		      "    s.patch(u, json={'version': 'v2', 'status': "
		      "'deployed'})\n"
		      "    while s.get(u).json()['status'] != 'done':\n"
		      "        time.sleep(float(sys.argv[3]))\n",
		      at, count, pause, (char *)NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "steps_bench: python3 with requests is needed "
				"(package python3-requests)\n");
		exit(1);
	}
}

/* ---- figures ---- */

enum walker { ROOM, CURL_LOOP, REQUESTS, WALKERS };

/* Overhead a step in milliseconds. */
static double
overhead_ms(enum walker who, struct book *book, int steps)
{
	long took = atomic_load(&witness->took_us);
	long asked = atomic_load(&witness->requests);
	double start = bench_wall_s(), wall;

	switch (who) {
	case ROOM:
		walk_room(book);
		break;
	case CURL_LOOP:
		walk_curl(steps);
		break;
	default:
		walk_requests(steps);
	}
	wall = bench_wall_s() - start;
	if (atomic_load(&witness->requests) - asked != 3L * steps) {
		fprintf(stderr, "steps_bench: %ld requests, not %d\n",
			atomic_load(&witness->requests) - asked, 3 * steps);
		exit(1);
	}
	took = atomic_load(&witness->took_us) - took;
	return (wall * 1e3 - (double)took / 1e3) / steps - PAUSE_MS;
}

int
main(void)
{
	double few[WALKERS][ROUNDS], many[WALKERS][MANY_ROUNDS];
	double few_ms[WALKERS], many_ms[WALKERS], next_ms[WALKERS];
	struct book *small, *large;
	struct rusage used;
	struct buf text;
	pid_t peer = peer_begin();

	net_setup();
	write_runbook(&text, STEPS);
	small = desk_load(buf_str(&text));
	buf_clear(&text);
	write_runbook(&text, MANY);
	large = desk_load(buf_str(&text));
	buf_clear(&text);
	for (int i = 0; i < ROUNDS; i++)
		for (int w = 0; w < WALKERS; w++)
			few[w][i] = overhead_ms((enum walker)w, small, STEPS);
	for (int i = 0; i < MANY_ROUNDS; i++)
		for (int w = 0; w < REQUESTS; w++)
			many[w][i] = overhead_ms((enum walker)w, large, MANY);
	getrusage(RUSAGE_SELF, &used);
	for (int w = 0; w < WALKERS; w++)
		few_ms[w] = bench_median(few[w], ROUNDS);
	for (int w = 0; w < REQUESTS; w++) {
		many_ms[w] = bench_median(many[w], MANY_ROUNDS);
		next_ms[w] = (many_ms[w] * MANY - few_ms[w] * STEPS) /
			     (MANY - STEPS);
	}
	bench_note("overhead a step, 20 steps", few_ms[ROOM], "ms");
	bench_note("of a bare libcurl loop with two fdatasync",
		   few_ms[CURL_LOOP], "ms");
	bench_note("of Python requests", few_ms[REQUESTS], "ms");
	bench_at_most("overhead a step / bare libcurl and two fdatasync",
		      few_ms[ROOM] / few_ms[CURL_LOOP], 2);
	bench_at_most("overhead a step / Python requests",
		      few_ms[ROOM] / few_ms[REQUESTS], 0.4);
	bench_at_most("overhead of a further step / bare",
		      next_ms[ROOM] / next_ms[CURL_LOOP], 2);
	bench_at_most("overhead a step, 200 steps / 20 steps",
		      many_ms[ROOM] / few_ms[ROOM], 1.2);
	bench_note("memory of the process at its largest",
		   (double)used.ru_maxrss / 1024, "MiB");
	book_drop(small);
	book_drop(large);
	kill(peer, SIGKILL);
	waitpid(peer, NULL, 0);
	return bench_end();
}
