/* gate_live - the probes of a runbook run, its gates fed. */
#include "cli/gate_live.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/rng.h"
#include "probe/probe.h"

#define INBOX_CAP 4096
#define ROUND_GRACE_MS 5000 /* beyond the longest deadline of a probe */

struct round {
	const struct book *book;
	struct gate_watch *watches;
	struct queue *inbox;
	bool *seen; /* parallel to the book's probes */
	size_t got;
};

static void
free_report(void *report)
{
	probe_report_free(report);
}

/* Poller's thread. */
static void
sink(void *ctx, struct probe_report *report)
{
	struct round *r = ctx;

	if (!queue_put(r->inbox, report))
		probe_report_free(report);
}

static void
take(struct round *r, const struct probe_report *report)
{
	const struct gate_set *set = &r->book->gates;

	for (size_t i = 0; i < r->book->probe_count; i++) {
		if (strcmp(r->book->probes[i].id, report->probe) != 0 ||
		    r->seen[i])
			continue;
		r->seen[i] = true;
		r->got++;
	}
	for (size_t i = 0; i < report->count; i++) {
		const struct sample *s = &report->samples[i];

		for (size_t g = 0; g < set->gate_count; g++)
			if (strcmp(set->gates[g].signal, s->signal) == 0)
				gate_feed(&set->gates[g], &r->watches[g], s);
	}
}

static void
wait_for_reports(struct round *r, int64_t for_ms)
{
	int64_t wait_ms = for_ms, until_us;

	for (size_t i = 0; i < r->book->probe_count && for_ms <= 0; i++)
		if (r->book->probes[i].timeout_ms > wait_ms)
			wait_ms = r->book->probes[i].timeout_ms;
	if (for_ms <= 0)
		wait_ms += ROUND_GRACE_MS;
	until_us = clock_real_us() + 1000 * wait_ms;
	while (clock_real_us() < until_us &&
	       (for_ms > 0 || r->got < r->book->probe_count)) {
		struct probe_report *report = queue_take(r->inbox, until_us);

		if (report == NULL)
			continue;
		take(r, report);
		probe_report_free(report);
	}
}

enum err_code
gate_live(const struct session *session, int64_t for_ms,
	  struct gate_watch *watches, struct err *e)
{
	const struct probe_env env = { session->book, &session->fence,
				       auth_store_new(), NULL };
	struct round r = { .book = session->book, .watches = watches };
	struct poller *poller;
	enum err_code code;

	r.seen = mem_new(r.book->probe_count, sizeof(bool));
	r.inbox = queue_new(INBOX_CAP, free_report);
	code = poller_start(&poller, &env, NULL, rng_system(), sink, &r, e);
	if (code == ERR_NONE) {
		poller_now(poller, NULL);
		wait_for_reports(&r, for_ms);
		poller_stop(poller);
	}
	auth_store_free(env.auth);
	queue_free(r.inbox);
	mem_free(r.seen);
	return code;
}
