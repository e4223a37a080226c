/* toll - each request of a measurement is one of its endpoint's budget. */
#include "probe/toll.h"

#include <assert.h>

#include "base/clock.h"
#include "base/str.h"

void
toll_init(struct toll *t, const struct probe_env *env,
	  const struct book_probe *probe)
{
	t->budget = env->budget;
	t->named = book_endpoint(
		env->book, settings_text_or(&probe->with, "endpoint", ""));
}

void
toll_begin(struct toll *t, struct loop *l, int64_t until_us, toll_go *go,
	   toll_refuse *refuse, void *ctx)
{
	assert(t->again == NULL);
	t->loop = l;
	t->until_us = until_us;
	t->go = go;
	t->refuse = refuse;
	t->ctx = ctx;
	t->is_paid = true;
	t->passed = 0;
}

static void
let_go(struct toll *t)
{
	t->passed++;
	t->go(t->ctx);
}

static void
refuse_held(struct toll *t, int64_t wait_us)
{
	char why[SAMPLE_WHY], left[24];

	str_duration(left, sizeof(left), wait_us / 1000000 * 1000 + 1000);
	str_printf(why, sizeof(why),
		   "%s asked for quiet (Retry-After): %s left", t->at->id,
		   left);
	t->refuse(t->ctx, ERR_REFUSED, why);
}

static void
refuse_late(struct toll *t)
{
	char why[SAMPLE_WHY];

	str_printf(why, sizeof(why),
		   "after %d requests the budget of %s (%d a minute) is used "
		   "up; lengthen timeout or raise rate_per_minute",
		   t->passed, t->at->id, t->at->rate_per_minute);
	t->refuse(t->ctx, ERR_LIMIT, why);
}

static void
ask(void *ctx)
{
	struct toll *t = ctx;
	int64_t wait_us, due_us;

	t->again = NULL;
	switch (budget_probe(t->budget, t->at, &wait_us)) {
	case BUDGET_GO:
		let_go(t);
		return;
	case BUDGET_HELD:
		refuse_held(t, wait_us);
		return;
	case BUDGET_FULL:
		break;
	}
	due_us = clock_real_us() + (int64_t)((double)wait_us / clock_speed());
	if (due_us >= t->until_us)
		refuse_late(t);
	else
		t->again = loop_at(t->loop, due_us, ask, t);
}

void
toll_pass(struct toll *t, const struct book_endpoint *at)
{
	bool is_paid = t->is_paid && at == t->named;

	assert(t->again == NULL);
	t->at = at;
	if (is_paid)
		t->is_paid = false;
	if (is_paid || at == NULL || t->budget == NULL)
		let_go(t);
	else
		ask(t);
}

int
toll_left_ms(const struct toll *t)
{
	int64_t left_ms = (t->until_us - clock_real_us()) / 1000;

	return left_ms < 1 ? 1 : (int)left_ms;
}

void
toll_clear(struct toll *t)
{
	loop_timer_cancel(t->again);
	t->again = NULL;
}
