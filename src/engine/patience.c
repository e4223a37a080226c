/* patience - is a night still moving, or would one wait for it for ever? */
#include "engine/patience.h"

#include "base/str.h"

#define SHOWN_STEP(state) (1u << (unsigned)(state))
#define SHOWN_ROLLBACK(state) (1u << (STEP_STATE_COUNT + (unsigned)(state)))

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Nothing is done by it yet. */
static bool
is_plan(enum step_state s)
{
	return s == STEP_READY || s == STEP_ARMED || s == STEP_CONFIRMED;
}

/* Room time of the last move; -1 none. */
static int64_t
last_act_ms(const struct room *r)
{
	int64_t last = later(r->rollback_began_ms, r->rollback_ended_ms);

	for (size_t i = 0; i < r->book->step_count; i++)
		if (!is_plan(r->steps[i].state))
			last = later(last, r->steps[i].since_ms);
	for (size_t i = 0; i < r->undo_count; i++)
		if (!is_plan(r->undos[i].act.state))
			last = later(last, r->undos[i].act.since_ms);
	for (size_t i = 0; i < r->book->baseline_count; i++)
		if (r->baseline[i].taken)
			last = later(last, r->baseline[i].at_ms);
	return last;
}

/* The plans that are open, a bit for each state. */
static unsigned
plans(const struct room *r)
{
	unsigned shown = SHOWN_ROLLBACK(r->rollback);

	for (size_t i = 0; i < r->book->step_count; i++)
		if (is_plan(r->steps[i].state))
			shown |= SHOWN_STEP(r->steps[i].state);
	return shown;
}

static bool
has_moved(struct patience *p, const struct room *r)
{
	int64_t acted_ms = last_act_ms(r);
	unsigned shown = plans(r);
	bool is_new = (shown & ~p->shown) != 0;

	if (acted_ms > p->acted_ms) {
		p->acted_ms = acted_ms;
		p->shown = shown;
		p->waits_until_ms = 0;
		return true;
	}
	p->shown |= shown;
	return is_new;
}

/* Until when a step may be under way: a wait for its time, what acts for its
 * timeout, what is unknown as long as it is read back. */
static int64_t
step_until_ms(const struct room *r, size_t step, int64_t from_ms,
	      int64_t now_ms)
{
	const struct book_step *s = &r->book->steps[step];
	const struct act *act = room_step_act(r, step);
	const struct room_act *a = &r->steps[step];
	int64_t most_ms = s->timeout_ms;

	if (a->state == STEP_UNKNOWN)
		return later(a->since_ms, from_ms) + book_doubt_ms(s);
	if (!step_is_running(a->state))
		return -1;
	if (str_same(act->kind, "wait"))
		most_ms = settings_duration_ms(&act->with, "for", s->takes_ms);
	return a->began_ms + most_ms + room_idle_ms(a, now_ms);
}

/* The same of the rollback: its own time, and what watching the platform may
 * take. */
static int64_t
rollback_until_ms(const struct room *r)
{
	if (r->rollback == ROLLBACK_VALIDATING)
		return r->rollback_until_ms +
		       r->book->rollback.validate_within_ms;
	return r->rollback == ROLLBACK_RUNNING ? r->rollback_until_ms : -1;
}

/* Is there something that ends by itself, and whose time is not over? */
static bool
is_under_way(const struct patience *p, const struct room *r, int64_t now_ms)
{
	int64_t until_ms = later(p->waits_until_ms, rollback_until_ms(r));

	for (size_t i = 0; i < r->book->step_count; i++)
		until_ms = later(until_ms,
				 step_until_ms(r, i, p->from_ms, now_ms));
	return now_ms < until_ms;
}

void
patience_begin(struct patience *p, int64_t now_ms, int64_t real_us)
{
	*p = (struct patience){
		.from_ms = now_ms,
		.acted_ms = -1,
		.moved_real_us = real_us,
	};
}

bool
patience_lasts(struct patience *p, const struct room *r, int64_t now_ms,
	       int64_t real_us, int64_t most_real_ms)
{
	if (has_moved(p, r) || is_under_way(p, r, now_ms))
		p->moved_real_us = real_us;
	return real_us - p->moved_real_us < most_real_ms * 1000;
}
