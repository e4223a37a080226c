/* branch - one region of a parallel act, on a thread of its own. */
#include "action/branch.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/spread.h"

void
branches_open(struct branches *out, const struct action_env *env,
	      const struct act *act, struct cancel *cancel)
{
	struct regions over;

	spread_regions(&over, act);
	out->count = over.count;
	out->items = mem_new(over.count, sizeof(*out->items));
	for (size_t i = 0; i < over.count; i++) {
		struct branch *b = &out->items[i];

		b->index = i;
		b->env = *env;
		b->env.job = NULL; /* it would be another's */
		b->cancel = cancel;
		b->state = STEP_ACTING;
		str_copy(b->region, sizeof(b->region), over.items[i].name);
		spread_act(&b->act, act, b->region);
		b->kind = action_kind_of(b->act.kind);
		assert(b->kind != NULL && b->kind->class == ACTION_NETWORK);
	}
}

void
branches_close(struct branches *b)
{
	for (size_t i = 0; i < b->count; i++)
		act_clear(&b->items[i].act);
	mem_free(b->items);
	*b = (struct branches){ 0 };
}

void
branch_plan(void *arg)
{
	struct branch *b = arg;

	if (b->kind->plan(&b->env, &b->act, b->cancel, &b->plan, &b->err) !=
		    ERR_NONE &&
	    b->err.code == ERR_NONE)
		err_set(&b->err, ERR_ARG, "it cannot be described");
}

void
branch_read(void *arg)
{
	struct branch *b = arg;

	b->landed = b->kind->readback(&b->env, &b->act, b->cancel, b->detail,
				      sizeof(b->detail));
	b->side = b->landed == LANDED_YES  ? SIDE_TARGET
		  : b->landed == LANDED_NO ? SIDE_BASELINE
					   : SIDE_UNKNOWN;
}

static bool
is_cancelled(const struct branch *b)
{
	return b->cancel != NULL && cancel_is_raised(b->cancel);
}

static void
say(struct branch *b, const struct action_event *event)
{
	struct branch_said *s = mem_new(1, sizeof(*s));

	s->index = b->index;
	s->is_end = event == NULL;
	if (event != NULL)
		s->event = *event;
	if (!queue_put_wait(b->says, s))
		mem_free(s);
}

static void
report(void *ctx, const struct action_event *event)
{
	say(ctx, event);
}

static void
end(struct branch *b, enum action_outcome outcome, enum side side,
    const char *why)
{
	b->result = (struct action_result){ .outcome = outcome };
	str_copy(b->result.detail, sizeof(b->result.detail), why);
	b->side = side;
}

/* What stands there now that it has ended otherwise than done.  The words of
 * both readings tell what was there before from what is neither. */
static void
look_again(struct branch *b, bool was_absent)
{
	if (is_cancelled(b)) {
		b->side = b->result.outcome != OUTCOME_UNKNOWN && was_absent
				  ? SIDE_BASELINE
				  : SIDE_UNKNOWN;
		return;
	}
	b->env.decides = true;
	branch_read(b);
	if (b->landed == LANDED_YES)
		end(b, OUTCOME_DONE, SIDE_TARGET, b->detail);
	else if (b->landed == LANDED_NO && was_absent &&
		 !str_same(b->before, b->detail))
		b->side = SIDE_MIXED;
	else if (b->landed == LANDED_UNHEARD && was_absent &&
		 b->result.outcome == OUTCOME_FAILED)
		b->side = SIDE_MIXED; /* it is there, and items of it are not */
}

/* Is it safe to send?  Reading back comes first, always: a region that is
 * there already is left alone, one that cannot be read is not told twice. */
static bool
may_send(struct branch *b, bool *was_absent)
{
	b->env.decides = true;
	branch_read(b);
	str_copy(b->before, sizeof(b->before), b->detail);
	*was_absent = b->landed == LANDED_NO;
	if (b->landed == LANDED_YES) {
		end(b, OUTCOME_DONE, SIDE_TARGET, b->detail);
	} else if (is_cancelled(b)) {
		end(b, b->job->is_repeat ? OUTCOME_UNKNOWN : OUTCOME_CANCELLED,
		    *was_absent ? SIDE_BASELINE : SIDE_UNKNOWN,
		    "cancelled before anything was sent");
	} else if (b->landed != LANDED_NO && b->job->is_repeat &&
		   !b->job->idempotent) {
		end(b, OUTCOME_UNKNOWN, SIDE_UNKNOWN, "");
		str_printf(b->result.detail, sizeof(b->result.detail),
			   "not sent again: %.200s", b->detail);
	} else {
		return true;
	}
	return false;
}

void
branch_perform(void *arg)
{
	struct branch *b = arg;
	struct action_job job = *b->job;
	bool was_absent;

	job.env = &b->env;
	job.act = &b->act;
	job.key = b->key;
	job.seed = b->job->seed + b->index;
	job.report = report;
	job.ctx = b;
	if (may_send(b, &was_absent)) {
		b->result =
			(struct action_result){ .outcome = OUTCOME_UNKNOWN };
		b->kind->perform(&job, &b->result);
		if (b->result.outcome == OUTCOME_DONE)
			b->side = SIDE_TARGET;
		else
			look_again(b, was_absent);
	}
	say(b, NULL);
}

void
branches_run(struct branches *b, void (*body)(void *))
{
	struct err e;

	for (size_t i = 0; i < b->count; i++)
		if (thread_start(&b->items[i].thread, "region", body,
				 &b->items[i], &e) != ERR_NONE)
			body(&b->items[i]);
	branches_join(b);
}

void
branches_start(struct branches *b, const struct action_job *job,
	       struct queue *says)
{
	for (size_t i = 0; i < b->count; i++) {
		struct branch *one = &b->items[i];
		struct err e;

		one->job = job;
		one->says = says;
		str_printf(one->key, sizeof(one->key), "%.80s-%s", job->key,
			   one->region);
		if (thread_start(&one->thread, "region", branch_perform, one,
				 &e) == ERR_NONE)
			continue;
		end(one, job->is_repeat ? OUTCOME_UNKNOWN : OUTCOME_FAILED,
		    SIDE_UNKNOWN, e.text);
		one->is_over = true;
	}
}

void
branches_join(struct branches *b)
{
	for (size_t i = 0; i < b->count; i++)
		thread_join(&b->items[i].thread);
}

void
branches_sides(const struct branches *b, struct regions *out)
{
	*out = (struct regions){ 0 };
	for (size_t i = 0; i < b->count; i++)
		regions_set(out, b->items[i].region,
			    b->items[i].is_over ? b->items[i].side
						: SIDE_UNKNOWN,
			    -1);
}
