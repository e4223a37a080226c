/*
 * runner_pause - a step under way that stands still until a person says so.
 *
 * It keeps its state and sends nothing more; what was on its way is still
 * heard.  The time it is paused for is none of its timeout.
 */
#include "engine/director.h"

static bool
is_paused(const struct director *d, size_t step)
{
	return d->room->steps[step].is_paused;
}

static bool
emit(struct director *d, size_t step, bool pauses)
{
	struct record r;

	record_init(&r, RECORD_PAUSE, d->options.commander);
	record_text(&r, "step", d->book->steps[step].id);
	record_text(&r, "state", step_word(d->room->steps[step].state));
	record_flag(&r, "paused", pauses);
	return director_emit(d, &r);
}

/* It stands still before the journal says so: no request is sent behind that
 * record. */
static void
pause_step(struct director *d, size_t step)
{
	const char *id = d->book->steps[step].id;

	if (is_paused(d, step)) {
		director_notice(d, "step %s is paused: resume lets it go on",
				id);
		return;
	}
	errand_pause(d, PURPOSE_ACT, true);
	if (emit(d, step, true))
		director_notice(d,
				"step %s is paused: nothing more is sent until "
				"you resume it",
				id);
}

static void
resume_step(struct director *d, size_t step)
{
	int64_t since_ms = d->room->steps[step].paused_ms;

	if (!is_paused(d, step)) {
		director_notice(d, "step %s is not paused",
				d->book->steps[step].id);
		return;
	}
	if (!emit(d, step, false))
		return;
	if (d->waiting_step == (int)step)
		d->wait_until_ms += d->room->last_ms - since_ms;
	errand_pause(d, PURPOSE_ACT, false);
}

void
runner_pause(struct director *d, const struct command *c)
{
	int step = runner_step_named(d, c->target);

	if (rollback_is_running(d))
		director_notice(d, "a rollback is not paused, its time runs: "
				   ":fail rollback WHY halts it");
	else if (step < 0)
		director_notice(d, "no step \"%s\"", c->target);
	else if (!runner_is_under_way(d, (size_t)step))
		director_notice(d,
				"step %s is %s: only what is under way can "
				"be paused",
				c->target,
				step_word(d->room->steps[step].state));
	else if (c->verb == COMMAND_PAUSE)
		pause_step(d, (size_t)step);
	else
		resume_step(d, (size_t)step);
}

void
runner_end_paused(struct director *d)
{
	for (size_t i = 0; i < d->book->step_count; i++)
		if (is_paused(d, i) && d->waiting_step != (int)i &&
		    runner_word(d, i,
				"ended because the room is left while it is "
				"paused: what came of it is read back"))
			errand_cancel(d, PURPOSE_ACT);
}
