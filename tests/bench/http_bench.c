/*
 * http_bench - HTTP probes beside a bare libcurl loop and blackbox_exporter.
 *
 * One nginx answers all; its own counter says how many requests there were.
 * With two processors it has one and the client the other.  Each variant runs
 * in a process of its own, in turns, so that all meet the same machine; CPU is
 * that process's, taken between two readings of the counter.
 *
 * The poller is kept busy by asking for the next probe whenever one is done:
 * as many are in flight as in the bare loop.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "probe/probe.h"
#include "tests/lib/bench.h"
#include "tests/lib/http_peers.h"

#define IN_FLIGHT 32
#define ROUNDS 5
#define WARM_US 600000 /* the first round and all connections */
#define WINDOW_US 1200000
#define WINDOW_TLS_US 1500000

struct variant {
	const char *path; /* "/fresh" "/kept" */
	size_t targets;
	bool tls;
};

/* What one process measured. */
struct figures {
	double per_cpu_s; /* answered requests a CPU second */
	double answered;
	double failed;
	double rss_mib;
};

/* ---- our poller, kept busy ---- */

struct busy {
	struct poller *poller;
	struct book *book;
	size_t next;
	size_t started;
	_Atomic(size_t) failed;
	_Atomic(bool) on;
};

static struct book *
make_book(const struct http_peers *p, const struct variant *v)
{
	struct book *b = book_new();

	b->endpoints = mem_new(1, sizeof(*b->endpoints));
	b->endpoint_count = 1;
	str_copy(b->endpoints[0].id, BOOK_ID, "nginx");
	b->endpoints[0].url = mem_text(v->tls ? p->tls_url : p->url);
	b->endpoints[0].ca_file = v->tls ? mem_text(p->bundle) : NULL;
	b->probes = mem_new(v->targets, sizeof(*b->probes));
	b->probe_count = v->targets;
	for (size_t i = 0; i < v->targets; i++) {
		struct book_probe *probe = &b->probes[i];
		char path[64];

		str_printf(probe->id, sizeof(probe->id), "p%05zu", i);
		str_printf(path, sizeof(path), "%s/%zu", v->path, i);
		str_copy(probe->kind, sizeof(probe->kind), "http");
		probe->every_ms = 3600000;
		probe->timeout_ms = 5000;
		settings_add(&probe->with, "endpoint", "nginx");
		settings_add(&probe->with, "path", path);
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
go_on(void *ctx, struct probe_report *r)
{
	struct busy *b = ctx;

	b->failed += r->failed || r->samples[0].failed;
	probe_report_free(r);
	if (b->on) {
		b->next = (b->next + 1) % b->book->probe_count;
		poller_now(b->poller, b->book->probes[b->next].id);
	}
}

static struct figures
run_poller(const struct http_peers *peers, const struct variant *v)
{
	struct busy b = { .book = make_book(peers, v) };
	struct fence fence = { 0 };
	const struct probe_env env = { b.book, &fence, auth_store_new(), NULL };
	struct figures f = { 0 };
	double cpu_s, count;
	struct err e;

	if (poller_start(&b.poller, &env, NULL, 7, go_on, &b, &e) != ERR_NONE) {
		fprintf(stderr, "http_bench: %s\n", e.text);
		exit(1);
	}
	/* the first round comes by itself, within two seconds */
	usleep(2100000);
	b.on = true;
	for (int i = 0; i < IN_FLIGHT; i++)
		poller_now(b.poller, b.book->probes[(size_t)i * 7].id);
	usleep(WARM_US);
	b.failed = 0;
	count = http_peers_count(peers);
	cpu_s = bench_cpu_s();
	usleep(v->tls ? WINDOW_TLS_US : WINDOW_US);
	f.answered = http_peers_count(peers) - count;
	f.per_cpu_s = f.answered / (bench_cpu_s() - cpu_s);
	b.on = false;
	poller_stop(b.poller);
	f.failed = (double)b.failed;
	auth_store_free(env.auth);
	book_drop(b.book);
	return f;
}

/* ---- the bare loop ---- */

static struct figures
run_bare(const struct http_peers *peers, const struct variant *v)
{
	struct bare *b = bare_start(v->tls ? peers->tls_url : peers->url,
				    v->path, v->targets,
				    v->tls ? peers->bundle : NULL, IN_FLIGHT);
	struct figures f = { 0 };
	double cpu_s, count;

	bare_run(b, v->targets > 2000 ? 2 * WARM_US : WARM_US);
	count = http_peers_count(peers);
	cpu_s = bench_cpu_s();
	bare_run(b, v->tls ? WINDOW_TLS_US : WINDOW_US);
	f.answered = http_peers_count(peers) - count;
	f.per_cpu_s = f.answered / (bench_cpu_s() - cpu_s);
	f.failed = (double)bare_failed(b);
	bare_end(b);
	return f;
}

static struct figures
run_blackbox(const struct http_peers *peers, const struct variant *v)
{
	struct blackbox *x =
		blackbox_start(peers, v->tls ? peers->bundle : NULL);
	struct figures f = { 0 };
	char path[200];
	struct bare *b;
	double cpu_s, count;

	/* who asks it is not counted and runs beside nginx */
	http_peers_pin(0);
	str_printf(path, sizeof(path), "/probe?module=m&target=%s%s",
		   v->tls ? peers->tls_url : peers->url, v->path);
	b = bare_start(blackbox_url(x), path, v->targets, NULL, IN_FLIGHT);
	bare_run(b, WARM_US);
	count = http_peers_count(peers);
	cpu_s = blackbox_cpu_s(x);
	bare_run(b, v->tls ? WINDOW_TLS_US : WINDOW_US);
	f.answered = http_peers_count(peers) - count;
	f.per_cpu_s = f.answered / (blackbox_cpu_s(x) - cpu_s);
	f.failed = (double)bare_failed(b);
	bare_end(b);
	blackbox_stop(x);
	return f;
}

/* ---- in turns ---- */

typedef struct figures runner(const struct http_peers *p,
			      const struct variant *v);

/* In a child of its own: what came before costs it nothing. */
static struct figures
in_child(runner *run, const struct http_peers *p, const struct variant *v)
{
	struct figures f = { 0 };
	int out[2];
	pid_t child;

	fflush(stdout);
	if (pipe(out) != 0 || (child = fork()) < 0)
		exit(1);
	if (child == 0) {
		struct rusage used;

		http_peers_pin(1);
		net_setup();
		f = run(p, v);
		getrusage(RUSAGE_SELF, &used);
		f.rss_mib = (double)used.ru_maxrss / 1024;
		_exit(write(out[1], &f, sizeof(f)) != sizeof(f));
	}
	close(out[1]);
	if (read(out[0], &f, sizeof(f)) != sizeof(f)) {
		fprintf(stderr, "http_bench: a variant died\n");
		exit(1);
	}
	close(out[0]);
	waitpid(child, NULL, 0);
	return f;
}

static struct figures
median_of(const struct figures *all)
{
	double rates[ROUNDS];
	struct figures f = all[0];

	for (int i = 0; i < ROUNDS; i++) {
		rates[i] = all[i].per_cpu_s;
		f.failed = f.failed > all[i].failed ? f.failed : all[i].failed;
		f.rss_mib =
			f.rss_mib > all[i].rss_mib ? f.rss_mib : all[i].rss_mib;
	}
	f.per_cpu_s = bench_median(rates, ROUNDS);
	return f;
}

/* The figures of `count` runners, turn by turn. */
static void
measure(struct figures *out, runner *const *runners, size_t count,
	const struct http_peers *p, const struct variant *v)
{
	struct figures all[4][ROUNDS];

	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < count; i++)
			all[i][round] = in_child(runners[i], p, v);
	for (size_t i = 0; i < count; i++)
		out[i] = median_of(all[i]);
}

static double
bench_variant(const char *name, const struct http_peers *p,
	      const struct variant *v, bool with_blackbox, double least,
	      double least_blackbox)
{
	static runner *const runners[] = { run_poller, run_bare, run_blackbox };
	struct figures f[3];
	char line[80];

	measure(f, runners, with_blackbox ? 3 : 2, p, v);
	str_printf(line, sizeof(line), "%s: probes a CPU second", name);
	bench_note(line, f[0].per_cpu_s, "");
	str_printf(line, sizeof(line), "%s: peak RSS, MiB", name);
	bench_at_most(line, f[0].rss_mib, 60);
	str_printf(line, sizeof(line), "%s: failed", name);
	bench_at_most(line, f[0].failed + f[1].failed, 0);
	str_printf(line, sizeof(line), "%s: poller / bare libcurl", name);
	bench_at_least(line, f[0].per_cpu_s / f[1].per_cpu_s, least);
	if (with_blackbox) {
		str_printf(line, sizeof(line), "%s: poller / blackbox_exporter",
			   name);
		bench_at_least(line, f[0].per_cpu_s / f[2].per_cpu_s,
			       least_blackbox);
	}
	return f[0].per_cpu_s;
}

static void
bench_fresh(const struct http_peers *p)
{
	double few = bench_variant("1,000 targets, fresh", p,
				   &(struct variant){ "/fresh", 1000, false },
				   true, 0.8, 4);
	double many = bench_variant("10,000 targets, fresh", p,
				    &(struct variant){ "/fresh", 10000, false },
				    false, 0.8, 0);

	bench_at_most("growth, fresh: CPU a probe, 10,000 / 1,000 targets",
		      few / many, 1.15);
}

static void
bench_reused(const struct http_peers *p)
{
	double few = bench_variant("1,000 targets, reused", p,
				   &(struct variant){ "/kept", 1000, false },
				   false, 0.8, 0);
	double many = bench_variant("10,000 targets, reused", p,
				    &(struct variant){ "/kept", 10000, false },
				    false, 0.8, 0);

	bench_at_most("growth, reused: CPU a probe, 10,000 / 1,000 targets",
		      few / many, 1.15);
}

static void
bench_tls(const struct http_peers *p)
{
	bench_variant("HTTPS, full handshake, system's CAs", p,
		      &(struct variant){ "/fresh", 1000, true }, true, 0.7, 7);
}

/* All of them, or those named. */
static const struct {
	const char *name;
	void (*run)(const struct http_peers *p);
} benches[] = {
	{ "fresh", bench_fresh },
	{ "reused", bench_reused },
	{ "tls", bench_tls },
};

int
main(int argc, char **argv)
{
	struct http_peers *p = http_peers_start();

	for (size_t i = 0; i < ARRAY_LEN(benches); i++)
		for (int n = argc > 1 ? 1 : 0; n < argc; n++)
			if (argc == 1 || str_same(argv[n], benches[i].name))
				benches[i].run(p);
	http_peers_stop(p);
	return bench_end();
}
