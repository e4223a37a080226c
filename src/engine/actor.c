/*
 * actor - errands on the network, one after the other, on a thread of its own.
 *
 * `next` is the only word between director and thread: the director sets it
 * under the lock, the thread takes it.  What an errand works with is written
 * by the director before that and read by the thread until its MESSAGE_END.
 */
#include "engine/actor.h"

#include <assert.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define READBACK_PAUSE_MS 1000 /* room time between doubting looks */

enum next {
	NEXT_NONE, /* it waits */
	NEXT_ERRAND,
	NEXT_LEAVE,
};

struct actor {
	struct thread thread;
	struct cancel cancel;
	struct queue *inbox;
	struct lock lock; /* guards `next` */
	struct signal_flag told;
	enum next next;
	struct errand_order order;
	struct act *acts; /* own copies; order.act_count */
	char key[80];
	char job[ACTION_DETAIL];
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
		.if_absent = a->order.if_absent,
		.is_repeat = a->order.is_repeat,
		.is_doubted = a->order.is_doubted,
		.doubt_ms = a->order.doubt_ms,
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
plan_one(const struct action_env *env, const struct act *act,
	 struct cancel *cancel, struct errand_found *out)
{
	struct err e = { .code = ERR_NONE };

	out->code = action_plan(env, act, cancel, &out->plan, &e);
	if (out->code != ERR_NONE)
		str_copy(out->detail, sizeof(out->detail), e.text);
}

/* Looks until the effect is there or `settle_ms` of doubt have passed: an
 * accepted request may still be on its way to take effect. */
static void
read_one(struct actor *a, size_t i, struct errand_found *out)
{
	int64_t until_ms = clock_ms() + a->order.settle_ms;
	struct action_env env = *a->order.env;

	env.decides = a->order.decides;
	env.job = a->job[0] == '\0' ? NULL : a->job;
	for (;;) {
		out->landed = action_readback_regions(
			&env, &a->acts[i], &a->cancel, &out->regions,
			out->detail, sizeof(out->detail));
		if (out->landed == LANDED_YES ||
		    out->landed == LANDED_UNHEARD || clock_ms() >= until_ms)
			return;
		if (!cancel_sleep_ms(&a->cancel, READBACK_PAUSE_MS))
			return;
	}
}

static void
carry_out(struct actor *a)
{
	struct message *end = message_new(MESSAGE_END);

	if (a->order.errand == ERRAND_PERFORM) {
		perform(a, end);
	} else {
		message_add_found(end, a->order.act_count);
		for (size_t i = 0; i < a->order.act_count; i++) {
			if (a->order.errand == ERRAND_PLAN)
				plan_one(a->order.env, &a->acts[i], &a->cancel,
					 &end->found[i]);
			else if (a->order.errand == ERRAND_LOOK)
				action_look(a->order.env, &a->acts[i],
					    &a->cancel, &end->found[i].look);
			else
				read_one(a, i, &end->found[i]);
		}
	}
	hand_over(a, end); /* from here on the errand is the director's */
}

struct message *
actor_plan(const struct errand_order *o)
{
	struct message *end;

	if (o->errand != ERRAND_PLAN)
		return NULL;
	for (size_t i = 0; i < o->act_count; i++)
		if (!action_plans_alone(o->acts[i]))
			return NULL;
	end = message_new(MESSAGE_END);
	end->errand_id = o->id;
	message_add_found(end, o->act_count);
	for (size_t i = 0; i < o->act_count; i++)
		plan_one(o->env, o->acts[i], NULL, &end->found[i]);
	return end;
}

static enum next
wait_for_next(struct actor *a)
{
	enum next next;

	lock_take(&a->lock);
	while (a->next == NEXT_NONE)
		signal_flag_wait(&a->told, &a->lock, INT64_MAX);
	next = a->next;
	a->next = NEXT_NONE;
	lock_drop(&a->lock);
	return next;
}

static void
actor_body(void *arg)
{
	struct actor *a = arg;

	while (wait_for_next(a) == NEXT_ERRAND)
		carry_out(a);
}

static void
tell(struct actor *a, enum next next)
{
	lock_take(&a->lock);
	assert(next == NEXT_LEAVE || a->next == NEXT_NONE);
	a->next = next;
	lock_drop(&a->lock);
	signal_flag_raise(&a->told);
}

static void
forget_acts(struct actor *a)
{
	for (size_t i = 0; i < a->order.act_count; i++)
		act_clear(&a->acts[i]);
	mem_free(a->acts);
	a->acts = NULL;
	a->order.act_count = 0;
}

static void
actor_free(struct actor *a)
{
	forget_acts(a);
	cancel_close(&a->cancel);
	signal_flag_clear(&a->told);
	lock_clear(&a->lock);
	mem_free(a);
}

enum err_code
actor_new(struct actor **out, struct queue *inbox, struct err *e)
{
	struct actor *a = mem_new(1, sizeof(*a));

	*out = NULL;
	a->inbox = inbox;
	lock_init(&a->lock);
	signal_flag_init(&a->told);
	if (cancel_open(&a->cancel, e) != ERR_NONE ||
	    thread_start(&a->thread, "actor", actor_body, a, e) != ERR_NONE) {
		actor_free(a);
		return e->code;
	}
	*out = a;
	return ERR_NONE;
}

void
actor_send(struct actor *a, const struct errand_order *o)
{
	assert(o->errand != ERRAND_PERFORM || o->act_count == 1);
	assert(!cancel_is_raised(&a->cancel));
	cancel_resume(&a->cancel); /* the one before may have ended paused */
	forget_acts(a);
	a->order = *o;
	a->order.acts = NULL; /* the caller's; ours are a->acts */
	str_copy(a->key, sizeof(a->key), o->key);
	str_copy(a->job, sizeof(a->job), o->job);
	a->acts = mem_new(o->act_count, sizeof(*a->acts));
	for (size_t i = 0; i < o->act_count; i++)
		act_copy(&a->acts[i], o->acts[i]);
	tell(a, NEXT_ERRAND);
}

bool
actor_may_go_again(const struct actor *a)
{
	return !cancel_is_raised(&a->cancel);
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
actor_pause(struct actor *a, bool pauses)
{
	if (a != NULL && pauses)
		cancel_pause(&a->cancel);
	else if (a != NULL)
		cancel_resume(&a->cancel);
}

void
actor_join(struct actor *a)
{
	if (a == NULL)
		return;
	tell(a, NEXT_LEAVE);
	thread_join(&a->thread);
	actor_free(a);
}
