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
 * The first request of a measurement is one of its endpoint's budget; kinds
 * that send more pay for those themselves (toll.h).  Without it a measurement
 * waits, for half its interval at most, in the order in which the probes came.
 * No more than LANE_MOST measurements of one endpoint are under way; the others
 * wait likewise.  A slot that could not be used, and each slot while the
 * endpoint wants quiet (Retry-After), is a failed measurement that says so:
 * what was last seen there grows no younger than it is.
 */
#include "probe/probe.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/thread.h"
#include "probe/facts.h"
#include "probe/lane.h"

#define ROUND_US (60 * 1000000LL)
#define FIRST_WITHIN_US 2000000 /* room time */
#define TIMEOUT_MOST_MS 600000

struct entry {
	struct lane_place place; /* must be first; waits in `lane` */
	struct poller *poller;
	const struct book_probe *probe;
	const struct probe_kind *kind;
	void *state;
	const struct book_endpoint *endpoint; /* NULL: none to be spared */
	struct lane *lane;		      /* the endpoint's, or NULL */
	struct loop_timer *timer;	      /* of the next slot */
	struct loop_timer *again; /* asks the budget again, or gives its place
				     in the lane up; NULL: not waiting */
	int64_t asked_us;	  /* room time; of the budget, first */
	int64_t waited_us;	  /* for it, before the one in flight */
	int64_t shift_us; /* from the first measurement to its own slots */
	int64_t due_us;	  /* room time of the next slot */
	uint64_t runs;
	bool in_flight;
	bool has_queued; /* in the lane, before the one in flight */
	bool is_wanted;	 /* poller_now() asked; under the poller's lock */
};

/* The thread owns all of it but what the lock guards. */
struct poller {
	struct loop *loop;
	struct probe_env env;	   /* what its probes see, with a budget */
	struct budget *own_budget; /* NULL: it is the caller's */
	struct thread thread;
	atomic_bool is_stopping;
	probe_sink *sink;
	void *ctx;
	size_t count;
	struct entry *entries;
	struct lane *lanes;   /* one for each endpoint of the book */
	struct entry **by_id; /* sorted; fixed before the thread starts */
	struct lock lock;
	struct entry **wanted; /* room for all; under the lock */
	size_t wanted_count;
	struct entry **taken; /* the thread's, to swap with `wanted` */
};

static int64_t
real_of_room(int64_t room_us)
{
	int64_t left_us = room_us - clock_us();

	return clock_real_us() + (int64_t)((double)left_us / clock_speed());
}

static void
report(struct entry *entry, const struct probe_result *r)
{
	struct probe_report *out = facts_report(entry->probe, r, entry->runs);
	int64_t waited_ms = entry->waited_us / 1000;

	if (waited_ms > 0 && r->code == ERR_NONE) {
		size_t len = strlen(out->detail);
		char text[24];

		str_duration(text, sizeof(text), waited_ms);
		str_printf(out->detail + len, sizeof(out->detail) - len,
			   "; waited %s for %s", text,
			   entry->has_queued ? "its turn" : "the budget");
	}
	entry->poller->sink(entry->poller->ctx, out);
}

static void go(struct lane_place *place);

static void
on_done(void *ctx, const struct probe_result *result)
{
	struct entry *entry = ctx;

	assert(entry->in_flight);
	entry->in_flight = false;
	if (entry->lane != NULL)
		lane_leave(entry->lane);
	budget_hold(entry->poller->env.budget, entry->endpoint,
		    result->hold_ms);
	report(entry, result);
	entry->waited_us = 0;
	if (entry->lane != NULL)
		lane_move(entry->lane, go);
}

static void
report_held(struct entry *entry, int64_t left_us)
{
	struct probe_result r = { .code = ERR_REFUSED };
	char left[24];

	str_duration(left, sizeof(left), left_us / 1000000 * 1000 + 1000);
	str_printf(r.why, sizeof(r.why),
		   "%s asked for quiet (Retry-After): %s left",
		   entry->endpoint->id, left);
	report(entry, &r);
}

static void
report_unasked(struct entry *entry)
{
	struct probe_result r = { .code = ERR_LIMIT };

	str_printf(r.why, sizeof(r.why),
		   "not asked: the budget of %s (%d a minute) is used up; ask "
		   "less often or raise rate_per_minute",
		   entry->endpoint->id, entry->endpoint->rate_per_minute);
	report(entry, &r);
}

static void
report_crowded(struct entry *entry)
{
	struct probe_result r = { .code = ERR_LIMIT };

	str_printf(r.why, sizeof(r.why),
		   "not asked: %d measurements of %s are under way; ask less "
		   "often or make timeouts shorter",
		   LANE_MOST, entry->endpoint->id);
	report(entry, &r);
}

static void
start(struct entry *entry)
{
	int64_t timeout_ms = entry->probe->timeout_ms;

	if (timeout_ms < 1)
		timeout_ms = 1;
	if (timeout_ms > TIMEOUT_MOST_MS)
		timeout_ms = TIMEOUT_MOST_MS;
	if (entry->lane != NULL)
		lane_enter(entry->lane);
	entry->in_flight = true;
	entry->runs++;
	entry->kind->start(entry->state, entry->poller->loop, (int)timeout_ms,
			   on_done, entry);
}

static void on_again(void *ctx);
static void on_crowded(void *ctx);

/* The wait for a place counts into the patience with the budget. */
static void
queue(struct entry *entry)
{
	int64_t patience_us = entry->probe->every_ms * 1000 / 2;

	lane_wait(entry->lane, &entry->place);
	entry->has_queued = true;
	entry->again = loop_at(entry->poller->loop,
			       real_of_room(entry->asked_us + patience_us),
			       on_crowded, entry);
}

static void
ask(struct entry *entry)
{
	int64_t now_us = clock_us();
	int64_t patience_us = entry->probe->every_ms * 1000 / 2;
	int64_t wait_us;

	if (entry->lane != NULL && !lane_is_free(entry->lane)) {
		queue(entry);
		return;
	}
	switch (budget_probe(entry->poller->env.budget, entry->endpoint,
			     &wait_us)) {
	case BUDGET_GO:
		entry->waited_us = now_us - entry->asked_us;
		start(entry);
		return;
	case BUDGET_HELD:
		report_held(entry, wait_us);
		return;
	case BUDGET_FULL:
		break;
	}
	if (now_us + wait_us - entry->asked_us > patience_us)
		report_unasked(entry);
	else
		entry->again = loop_at(entry->poller->loop,
				       real_of_room(now_us + wait_us), on_again,
				       entry);
}

static void
on_again(void *ctx)
{
	struct entry *entry = ctx;

	entry->again = NULL;
	ask(entry);
}

static void
on_crowded(void *ctx)
{
	struct entry *entry = ctx;

	entry->again = NULL;
	lane_give_up(&entry->place);
	report_crowded(entry);
}

/* A measurement ended and left its place. */
static void
go(struct lane_place *place)
{
	struct entry *entry = (struct entry *)place;

	loop_timer_cancel(entry->again);
	entry->again = NULL;
	ask(entry);
}

static void
measure(struct entry *entry)
{
	if (entry->in_flight || entry->again != NULL)
		return;
	entry->asked_us = clock_us();
	entry->has_queued = false;
	ask(entry);
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

/* What poller_now() asks for meanwhile comes in the next round. */
static void
measure_wanted(struct poller *p)
{
	struct entry **taken;
	size_t count;

	lock_take(&p->lock);
	taken = p->wanted;
	count = p->wanted_count;
	p->wanted = p->taken;
	p->wanted_count = 0;
	p->taken = taken;
	for (size_t i = 0; i < count; i++)
		taken[i]->is_wanted = false;
	lock_drop(&p->lock);
	for (size_t i = 0; i < count; i++)
		measure(taken[i]);
}

static void
clear_entries(struct poller *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct entry *entry = &p->entries[i];

		loop_timer_cancel(entry->timer);
		loop_timer_cancel(entry->again);
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
add_entry(struct poller *p, const struct book_probe *probe, struct rng *rng,
	  struct err *e)
{
	const struct probe_env *env = &p->env;
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
	entry->endpoint = book_endpoint(
		env->book, settings_text_or(&probe->with, "endpoint", ""));
	if (entry->endpoint != NULL)
		entry->lane = &p->lanes[entry->endpoint - env->book->endpoints];
	slot_us = (int64_t)rng_below(rng, (uint64_t)probe->every_ms * 1000);
	entry->due_us = clock_us() + slot_us % FIRST_WITHIN_US;
	entry->shift_us = slot_us - slot_us % FIRST_WITHIN_US;
	p->count++;
	if (entry->kind->init(entry->state, env, probe, &why) != ERR_NONE)
		return err_set(e, why.code, "probe %s: %s", probe->id,
			       why.text);
	return ERR_NONE;
}

static int
by_id(const void *a, const void *b)
{
	const struct entry *const *x = a;
	const struct entry *const *y = b;

	return strcmp((*x)->probe->id, (*y)->probe->id);
}

static void
sort_entries(struct poller *p)
{
	p->by_id = mem_new(p->count + 1, sizeof(struct entry *));
	p->wanted = mem_new(p->count + 1, sizeof(struct entry *));
	p->taken = mem_new(p->count + 1, sizeof(struct entry *));
	for (size_t i = 0; i < p->count; i++)
		p->by_id[i] = &p->entries[i];
	qsort(p->by_id, p->count, sizeof(struct entry *), by_id);
}

static enum err_code
prepare(struct poller *p, const char *const *only, uint64_t seed, struct err *e)
{
	const struct book *b = p->env.book;
	struct rng rng;

	rng_seed(&rng, seed);
	if (check_ids(b, only, e) != ERR_NONE ||
	    loop_new(&p->loop, p->env.fence, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < b->probe_count; i++)
		if (is_listed(only, b->probes[i].id) &&
		    add_entry(p, &b->probes[i], &rng, e) != ERR_NONE)
			return e->code;
	sort_entries(p);
	return thread_start(&p->thread, "poller", run, p, e);
}

static void
free_poller(struct poller *p)
{
	clear_entries(p); /* nothing left when the thread has run */
	if (p->loop != NULL)
		loop_free(p->loop);
	budget_free(p->own_budget);
	lock_clear(&p->lock);
	mem_free(p->by_id);
	mem_free(p->wanted);
	mem_free(p->taken);
	mem_free(p->entries);
	mem_free(p->lanes);
	mem_free(p);
}

enum err_code
poller_start(struct poller **out, const struct probe_env *env,
	     const char *const *only, uint64_t seed, probe_sink *sink,
	     void *ctx, struct err *e)
{
	struct poller *p = mem_new(1, sizeof(*p));

	*out = NULL;
	lock_init(&p->lock);
	p->sink = sink;
	p->ctx = ctx;
	p->env = *env;
	if (env->budget == NULL)
		p->env.budget = p->own_budget = budget_new(env->book);
	p->entries = mem_new(env->book->probe_count, sizeof(*p->entries));
	p->lanes = mem_new(env->book->endpoint_count, sizeof(*p->lanes));
	for (size_t i = 0; i < env->book->endpoint_count; i++)
		lane_init(&p->lanes[i]);
	if (prepare(p, only, seed, e) != ERR_NONE) {
		free_poller(p);
		return e->code;
	}
	*out = p;
	return ERR_NONE;
}

/* Lock held. */
static void
want(struct poller *p, struct entry *entry)
{
	if (entry->is_wanted)
		return;
	entry->is_wanted = true;
	p->wanted[p->wanted_count++] = entry;
}

void
poller_now(struct poller *p, const char *probe)
{
	/* The thread empties the list only after poller_stop() began. */
	size_t low = 0, high = p->count;
	bool is_first;

	lock_take(&p->lock);
	is_first = p->wanted_count == 0;
	for (size_t i = 0; i < p->count && probe == NULL; i++)
		want(p, &p->entries[i]);
	while (probe != NULL && low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(probe, p->by_id[mid]->probe->id);

		if (order == 0) {
			want(p, p->by_id[mid]);
			break;
		}
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	is_first = is_first && p->wanted_count > 0;
	lock_drop(&p->lock);
	if (is_first)
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
