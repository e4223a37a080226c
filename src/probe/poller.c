/*
 * poller - one thread, one loop, any number of probes.
 *
 * Each probe has slots `every_ms` of room time apart, shifted by a random
 * part of one interval; only the very first measurement comes at once (within
 * two seconds), so that a room need not wait a slow probe's interval for its
 * first picture.  A slot that comes while a measurement is still under
 * way, or that was slept through, is left out: two measurements of one probe
 * are never in flight and nothing is caught up in a burst.
 *
 * An endpoint that answers with Retry-After is left alone until then, by all
 * probes that name it; each slot meanwhile is a failed measurement, so that
 * what was last seen there grows no younger than it is.
 */
#include "probe/probe.h"

#include <assert.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/thread.h"
#include "probe/facts.h"

#define HOLD_MOST_MS (5 * 60 * 1000)
#define ROUND_US (60 * 1000000LL)
#define FIRST_WITHIN_US 2000000 /* room time */
#define TIMEOUT_MOST_MS 600000

struct entry {
	struct poller *poller;
	const struct book_probe *probe;
	const struct probe_kind *kind;
	void *state;
	const char *endpoint;	  /* NULL: the kind looks after its own */
	struct loop_timer *timer; /* of the next slot */
	int64_t shift_us;      /* from the first measurement to its own slots */
	int64_t due_us;	       /* room time of the next slot */
	int64_t hold_until_us; /* room time */
	uint64_t runs;
	bool in_flight;
	atomic_bool is_wanted; /* poller_now() asked */
};

/* The thread owns all of it but the three atomics. */
struct poller {
	struct loop *loop;
	struct thread thread;
	atomic_bool is_stopping;
	probe_sink *sink;
	void *ctx;
	size_t count;
	struct entry *entries;
};

static int64_t
real_of_room(int64_t room_us)
{
	int64_t left_us = room_us - clock_us();

	return clock_real_us() + (int64_t)((double)left_us / clock_speed());
}

static void
report(struct entry *p, const struct probe_result *r)
{
	p->poller->sink(p->poller->ctx, facts_report(p->probe, r, p->runs));
}

static void
hold(struct poller *p, const char *endpoint, int64_t hold_ms)
{
	int64_t ms = hold_ms > HOLD_MOST_MS ? HOLD_MOST_MS : hold_ms;

	for (size_t i = 0; i < p->count; i++)
		if (endpoint != NULL &&
		    str_same(p->entries[i].endpoint, endpoint))
			p->entries[i].hold_until_us = clock_us() + ms * 1000;
}

static void
on_done(void *ctx, const struct probe_result *result)
{
	struct entry *entry = ctx;

	assert(entry->in_flight);
	entry->in_flight = false;
	if (result->hold_ms > 0)
		hold(entry->poller, entry->endpoint, result->hold_ms);
	report(entry, result);
}

static void
report_held(struct entry *entry)
{
	struct probe_result r = { .code = ERR_REFUSED };
	char left[24];

	str_duration(left, sizeof(left),
		     (entry->hold_until_us - clock_us()) / 1000 / 1000 * 1000 +
			     1000);
	str_printf(r.why, sizeof(r.why),
		   "%s asked for quiet (Retry-After): %s left", entry->endpoint,
		   left);
	report(entry, &r);
}

static void
measure(struct entry *entry)
{
	int64_t timeout_ms = entry->probe->timeout_ms;

	if (entry->in_flight)
		return;
	if (entry->hold_until_us > clock_us()) {
		report_held(entry);
		return;
	}
	if (timeout_ms < 1)
		timeout_ms = 1;
	if (timeout_ms > TIMEOUT_MOST_MS)
		timeout_ms = TIMEOUT_MOST_MS;
	entry->in_flight = true;
	entry->runs++;
	entry->kind->start(entry->state, entry->poller->loop, (int)timeout_ms,
			   on_done, entry);
}

static void
on_due(void *ctx)
{
	struct entry *entry = ctx;
	int64_t every_us = entry->probe->every_ms * 1000;
	int64_t late_us = clock_us() - entry->due_us;

	if (late_us < 0)
		late_us = 0;
	if (entry->shift_us > 0 && late_us < entry->shift_us)
		entry->due_us += entry->shift_us; /* into its own slot */
	else
		entry->due_us += (late_us / every_us + 1) * every_us;
	entry->shift_us = 0;
	entry->timer = loop_at(entry->poller->loop, real_of_room(entry->due_us),
			       on_due, entry);
	measure(entry);
}

static void
measure_wanted(struct poller *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (atomic_exchange(&p->entries[i].is_wanted, false))
			measure(&p->entries[i]);
}

static void
clear_entries(struct poller *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct entry *entry = &p->entries[i];

		loop_timer_cancel(entry->timer);
		entry->kind->clear(entry->state);
		mem_free(entry->state);
	}
	p->count = 0;
}

static void
run(void *arg)
{
	struct poller *p = arg;

	for (size_t i = 0; i < p->count; i++) {
		struct entry *entry = &p->entries[i];

		entry->timer = loop_at(p->loop, real_of_room(entry->due_us),
				       on_due, entry);
	}
	while (!atomic_load(&p->is_stopping)) {
		measure_wanted(p);
		loop_run(p->loop, clock_real_us() + ROUND_US);
	}
	clear_entries(p);
}

static bool
is_listed(const char *const *only, const char *id)
{
	if (only == NULL)
		return true;
	for (; *only != NULL; only++)
		if (str_same(*only, id))
			return true;
	return false;
}

static enum err_code
check_ids(const struct book *b, const char *const *only, struct err *e)
{
	for (; only != NULL && *only != NULL; only++)
		if (book_probe(b, *only) == NULL)
			return err_set(e, ERR_ARG,
				       "runbook %s has no probe \"%s\"", b->id,
				       *only);
	return ERR_NONE;
}

static enum err_code
add_entry(struct poller *p, const struct probe_env *env,
	  const struct book_probe *probe, struct rng *rng, struct err *e)
{
	struct entry *entry = &p->entries[p->count];
	int64_t slot_us;
	struct err why;

	entry->poller = p;
	entry->probe = probe;
	entry->kind = probe_kind_of(probe->kind);
	assert(probe->every_ms > 0);
	if (entry->kind == NULL)
		return err_set(e, ERR_ARG, "probe %s: no kind \"%s\"",
			       probe->id, probe->kind);
	entry->state = mem_new(1, entry->kind->state_size);
	entry->endpoint = settings_text(&probe->with, "endpoint");
	slot_us = (int64_t)rng_below(rng, (uint64_t)probe->every_ms * 1000);
	entry->due_us = clock_us() + slot_us % FIRST_WITHIN_US;
	entry->shift_us = slot_us - slot_us % FIRST_WITHIN_US;
	p->count++;
	if (entry->kind->init(entry->state, env, probe, &why) != ERR_NONE)
		return err_set(e, why.code, "probe %s: %s", probe->id,
			       why.text);
	return ERR_NONE;
}

static enum err_code
prepare(struct poller *p, const struct probe_env *env, const char *const *only,
	uint64_t seed, struct err *e)
{
	const struct book *b = env->book;
	struct rng rng;

	rng_seed(&rng, seed);
	if (check_ids(b, only, e) != ERR_NONE ||
	    loop_new(&p->loop, env->fence, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < b->probe_count; i++)
		if (is_listed(only, b->probes[i].id) &&
		    add_entry(p, env, &b->probes[i], &rng, e) != ERR_NONE)
			return e->code;
	return thread_start(&p->thread, "poller", run, p, e);
}

static void
free_poller(struct poller *p)
{
	clear_entries(p); /* nothing left when the thread has run */
	if (p->loop != NULL)
		loop_free(p->loop);
	mem_free(p->entries);
	mem_free(p);
}

enum err_code
poller_start(struct poller **out, const struct probe_env *env,
	     const char *const *only, uint64_t seed, probe_sink *sink,
	     void *ctx, struct err *e)
{
	struct poller *p = mem_new(1, sizeof(*p));

	*out = NULL;
	p->sink = sink;
	p->ctx = ctx;
	p->entries = mem_new(env->book->probe_count, sizeof(*p->entries));
	if (prepare(p, env, only, seed, e) != ERR_NONE) {
		free_poller(p);
		return e->code;
	}
	*out = p;
	return ERR_NONE;
}

void
poller_now(struct poller *p, const char *probe)
{
	/* The thread empties the list only after poller_stop() began. */
	for (size_t i = 0; i < p->count; i++)
		if (probe == NULL || str_same(p->entries[i].probe->id, probe))
			atomic_store(&p->entries[i].is_wanted, true);
	loop_wake(p->loop);
}

void
poller_stop(struct poller *p)
{
	if (p == NULL)
		return;
	atomic_store(&p->is_stopping, true);
	loop_wake(p->loop);
	thread_join(&p->thread);
	free_poller(p);
}
