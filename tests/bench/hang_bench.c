/*
 * hang_bench - 1,000 probes of which 200 ask a service that never answers: do
 * the other 800 keep their schedule, and what does it cost?
 *
 * A probe's slots lie one interval apart.  How late one began is its distance
 * from the earliest place within the interval at which this probe ever began.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/str.h"
#include "probe/probe.h"
#include "tests/lib/bench.h"
#include "tests/lib/http_peers.h"

#define PROBES 1000
#define HANGING 200 /* the first */
#define EVERY_MS 1000
#define TIMEOUT_MS 450
#define SECONDS 12
#define RUNS_MOST 32

struct seen {
	double began_ms[RUNS_MOST];
	int runs;
	int failed;
};

struct night {
	struct lock lock;
	struct seen seen[PROBES];
};

/* Takes connections as far as the kernel queues them, and says nothing. */
static int
hanging_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) != 0 ||
	    listen(fd, 100) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		exit(1);
	return ntohs(at.sin_port);
}

static struct book *
make_book(const struct http_peers *p)
{
	struct book *b = book_new();
	char hanging[64];

	str_printf(hanging, sizeof(hanging), "http://127.0.0.1:%d",
		   hanging_port());
	b->endpoints = mem_new(2, sizeof(*b->endpoints));
	b->endpoint_count = 2;
	str_copy(b->endpoints[0].id, BOOK_ID, "hanging");
	b->endpoints[0].url = mem_text(hanging);
	str_copy(b->endpoints[1].id, BOOK_ID, "nginx");
	b->endpoints[1].url = mem_text(p->url);
	b->probes = mem_new(PROBES, sizeof(*b->probes));
	b->probe_count = PROBES;
	for (int i = 0; i < PROBES; i++) {
		struct book_probe *probe = &b->probes[i];

		str_printf(probe->id, sizeof(probe->id), "%d", i);
		str_copy(probe->kind, sizeof(probe->kind), "http");
		probe->every_ms = EVERY_MS;
		probe->timeout_ms = TIMEOUT_MS;
		settings_add(&probe->with, "endpoint",
			     i < HANGING ? "hanging" : "nginx");
		settings_add(&probe->with, "path", "/fresh/1");
		probe->signals = mem_new(1, sizeof(*probe->signals));
		probe->signal_count = 1;
		str_copy(probe->signals[0].name, SIGNAL_NAME, "x.queue");
		probe->signals[0].from = mem_text("/queue/waiting");
		probe->signals[0].scale = 1;
	}
	return b;
}

/* Poller's thread. */
static void
note(void *ctx, struct probe_report *r)
{
	struct night *n = ctx;
	struct seen *s = &n->seen[atoi(r->probe)];

	lock_take(&n->lock);
	s->failed += r->failed;
	if (s->runs < RUNS_MOST)
		s->began_ms[s->runs++] =
			(double)(clock_real_us() - r->took_us) / 1000;
	lock_drop(&n->lock);
	probe_report_free(r);
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

/* How late each run was, but for the first two: those find the slots. */
static size_t
add_lateness(double *to, const struct seen *s)
{
	double first = s->began_ms[2];
	double earliest = 0;
	size_t count = 0;

	for (int i = 2; i < s->runs; i++) {
		double off = s->began_ms[i] - first - (i - 2) * EVERY_MS;

		to[count++] = off;
		earliest = off < earliest ? off : earliest;
	}
	for (size_t i = 0; i < count; i++)
		to[i] -= earliest;
	return count;
}

static void
judge(const struct night *n, double cpu_s, double wall_s)
{
	static double late_ms[PROBES * RUNS_MOST];
	size_t count = 0;
	int least = RUNS_MOST, failed = 0, answered = 0;

	for (int i = 0; i < PROBES; i++) {
		const struct seen *s = &n->seen[i];

		if (i < HANGING) {
			answered += s->runs - s->failed;
			continue;
		}
		failed += s->failed;
		least = s->runs < least ? s->runs : least;
		count += add_lateness(late_ms + count, s);
	}
	qsort(late_ms, count, sizeof(late_ms[0]), by_size);
	bench_at_most("200 of 1,000 hang: answers of those", answered, 0);
	bench_at_most("the other 800: failed", failed, 0);
	bench_at_least("fewest runs of one of them", least, SECONDS - 2);
	bench_note("lateness, median", late_ms[count / 2], "ms");
	bench_at_most("lateness, p99, ms", late_ms[count * 99 / 100], 100);
	bench_at_most("processors used", cpu_s / wall_s, 1);
}

int
main(void)
{
	struct http_peers *peers = http_peers_start();
	struct book *book = make_book(peers);
	struct fence fence = { 0 };
	const struct probe_env env = { book, &fence, auth_store_new(), NULL };
	static struct night night;
	struct poller *poller;
	double cpu_s, wall_s;
	struct err e;

	http_peers_pin(1);
	net_setup();
	lock_init(&night.lock);
	cpu_s = bench_cpu_s();
	wall_s = bench_wall_s();
	if (poller_start(&poller, &env, NULL, 7, note, &night, &e) !=
	    ERR_NONE) {
		fprintf(stderr, "hang_bench: %s\n", e.text);
		return 1;
	}
	sleep(SECONDS);
	poller_stop(poller);
	judge(&night, bench_cpu_s() - cpu_s, bench_wall_s() - wall_s);
	auth_store_free(env.auth);
	book_drop(book);
	lock_clear(&night.lock);
	http_peers_stop(peers);
	return bench_end();
}
