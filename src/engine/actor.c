/* actor - one errand on the network, on a thread of its own. */
#include "engine/actor.h"

#include <assert.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define READBACK_PAUSE_MS 1000 /* room time between doubting looks */

struct actor {
	struct thread thread;
	struct cancel cancel;
	struct queue *inbox;
	struct errand_order order;
	struct act *acts;
	char key[80];
};

static void
hand_over(struct actor *a, struct message *m)
{
	m->errand_id = a->order.id;
	if (!queue_put_wait(a->inbox, m))
		message_free(m); /* the director is gone */
}

static void
report_event(void *ctx, const struct action_event *event)
{
	struct message *m = message_new(MESSAGE_EVENT);

	m->event = *event;
	hand_over(ctx, m);
}

static void
perform(struct actor *a, struct message *end)
{
	const struct action_job job = {
		.env = a->order.env,
		.act = &a->acts[0],
		.key = a->key,
		.idempotent = a->order.idempotent,
		.is_repeat = a->order.is_repeat,
		.max_attempts = a->order.max_attempts,
		.retry = a->order.retry,
		.timeout_ms = a->order.timeout_ms,
		.seed = a->order.seed,
		.cancel = &a->cancel,
		.report = report_event,
		.ctx = a,
	};

	action_perform(&job, &end->result);
}

static void
plan_one(struct actor *a, size_t i, struct errand_found *out)
{
	struct err e = { .code = ERR_NONE };

	out->code = action_plan(a->order.env, &a->acts[i], &a->cancel,
				&out->plan, &e);
	if (out->code != ERR_NONE)
		str_copy(out->detail, sizeof(out->detail), e.text);
}

/* Looks until the effect is there or `settle_ms` of doubt have passed: an
 * accepted request may still be on its way to take effect. */
static void
read_one(struct actor *a, size_t i, struct errand_found *out)
{
	int64_t until_ms = clock_ms() + a->order.settle_ms;

	for (;;) {
		out->landed = action_readback_regions(
			a->order.env, &a->acts[i], &a->cancel, &out->regions,
			out->detail, sizeof(out->detail));
		if (out->landed == LANDED_YES || clock_ms() >= until_ms)
			return;
		if (!cancel_sleep_ms(&a->cancel, READBACK_PAUSE_MS))
			return;
	}
}

static void
actor_body(void *arg)
{
	struct actor *a = arg;
	struct message *end = message_new(MESSAGE_END);

	if (a->order.errand == ERRAND_PERFORM) {
		perform(a, end);
	} else {
		end->found_count = a->order.act_count;
		end->found = mem_new(a->order.act_count, sizeof(*end->found));
		for (size_t i = 0; i < a->order.act_count; i++) {
			if (a->order.errand == ERRAND_PLAN)
				plan_one(a, i, &end->found[i]);
			else if (a->order.errand == ERRAND_LOOK)
				action_look(a->order.env, &a->acts[i],
					    &a->cancel, &end->found[i].look);
			else
				read_one(a, i, &end->found[i]);
		}
	}
	hand_over(a, end);
}

static void
actor_free(struct actor *a)
{
	for (size_t i = 0; i < a->order.act_count; i++)
		act_clear(&a->acts[i]);
	mem_free(a->acts);
	cancel_close(&a->cancel);
	mem_free(a);
}

enum err_code
actor_start(struct actor **out, const struct errand_order *o,
	    struct queue *inbox, struct err *e)
{
	struct actor *a = mem_new(1, sizeof(*a));

	assert(o->errand != ERRAND_PERFORM || o->act_count == 1);
	*out = NULL;
	a->order = *o;
	a->inbox = inbox;
	str_copy(a->key, sizeof(a->key), o->key);
	a->acts = mem_new(o->act_count, sizeof(*a->acts));
	for (size_t i = 0; i < o->act_count; i++)
		act_copy(&a->acts[i], o->acts[i]);
	if (cancel_open(&a->cancel, e) != ERR_NONE ||
	    thread_start(&a->thread, "actor", actor_body, a, e) != ERR_NONE) {
		actor_free(a);
		return e->code;
	}
	*out = a;
	return ERR_NONE;
}

void
actor_cancel(struct actor *a)
{
	if (a != NULL)
		cancel_raise(&a->cancel);
}

void
actor_nudge(struct actor *a)
{
	if (a != NULL)
		cancel_nudge(&a->cancel);
}

void
actor_join(struct actor *a)
{
	if (a == NULL)
		return;
	thread_join(&a->thread);
	actor_free(a);
}
