/* forecast - when would a rollback started now be over? */
#include "model/forecast.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/drain.h"
#include "model/room_health.h"
#include "model/spread.h"

#define SPREAD 1.6		  /* p90 of a rollback that was never drilled */
#define TTL_MS 300000		  /* when no measurement says otherwise */
#define TTL_MOST_MS 86400000	  /* a longer one is a slip of somebody's pen */
#define RTO_MS 1800000		  /* when the runbook names none */
#define AMBER_MS (15 * 60 * 1000) /* so little left is a warning by itself */

/* So few drills do not know their own tail. */
#define DRILLS_ENOUGH 5

/* What an item takes: measured in drills, else as the runbook says. */
static int64_t
item_ms(const struct book *b, const struct plan_item *i, bool p90)
{
	const char *name = plan_name(b, i);
	int64_t takes = plan_takes_ms(b, i);

	for (size_t n = 0; n < b->timing_count; n++) {
		const struct book_timing *t = &b->timings[n];
		int64_t wide = (int64_t)((double)t->p50_ms * SPREAD);

		if (!str_same(t->item, name))
			continue;
		if (!p90)
			return t->p50_ms;
		return t->runs < DRILLS_ENOUGH && wide > t->p90_ms ? wide
								   : t->p90_ms;
	}
	return p90 ? (int64_t)((double)takes * SPREAD) : takes;
}

/* Waits are the same each time; only p90 allows for them as for work. */
static int64_t
wait_ms(const struct book *b, bool p90)
{
	double wait = (double)b->rollback.stagger_ms;

	return (int64_t)(p90 ? wait * SPREAD : wait);
}

/* Calls that must end before what is still to be taken back. */
static int64_t
drains_ms(const struct room *r, const struct plan_item *items, size_t count,
	  int64_t now_ms, bool p90)
{
	const struct book_rollback *b = &r->book->rollback;
	int64_t sum = 0;

	for (size_t k = 0; k < b->drain_count; k++)
		for (size_t i = 0; i < count; i++)
			if (drain_applies(&b->drains[k], r->book, &items[i])) {
				sum += drain_left_ms(r, k, now_ms, p90);
				break;
			}
	return sum;
}

/* What must hold before it is done: so long after the last item, at least. */
static int64_t
steady_ms(const struct room *r, bool has_begun, int64_t now_ms, bool p90)
{
	const struct book_rollback *b = &r->book->rollback;
	int64_t most = 0;

	for (size_t i = 0; i < b->validation_count; i++) {
		int64_t left = b->validations[i].for_ms;
		struct room_health h;

		if (has_begun) {
			room_health(r, i, now_ms, &h);
			if (!h.applies || h.state == VALIDATION_HOLDS)
				left = 0;
			else if (h.state == VALIDATION_SETTLING)
				left = h.left_ms;
		}
		most = left > most ? left : most;
	}
	return p90 ? (int64_t)((double)most * SPREAD) : most;
}

/* All of a rollback that has not begun. */
static int64_t
plan_ms(const struct room *r, const struct plan_item *items, size_t count,
	int64_t now_ms, bool p90)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		sum += item_ms(r->book, &items[i], p90);
		if (i > 0 && plan_staggers(r->book, &items[i - 1], &items[i]))
			sum += wait_ms(r->book, p90);
	}
	return sum + drains_ms(r, items, count, now_ms, p90) +
	       (count > 0 ? steady_ms(r, false, now_ms, p90) : 0);
}

/* What one item still takes. */
static int64_t
item_left_ms(const struct room *r, const struct room_undo *u, int64_t now_ms,
	     bool p90)
{
	int64_t takes = item_ms(r->book, &u->item, p90);
	int64_t spent;

	if (step_is_over(u->act.state))
		return 0;
	if (!step_is_running(u->act.state))
		return takes;
	spent = now_ms - u->act.began_ms;
	return spent < takes ? takes - spent : 0;
}

/* The rest of one that is under way or halted. */
static int64_t
rest_ms(const struct room *r, int64_t now_ms, bool p90)
{
	struct plan_item *left = mem_new(r->undo_count, sizeof(*left));
	size_t left_count = 0;
	int64_t sum = 0;

	for (size_t i = 0; i < r->undo_count; i++) {
		const struct room_undo *u = &r->undos[i];

		sum += item_left_ms(r, u, now_ms, p90);
		if (i > 0 && u->act.state == STEP_READY &&
		    plan_staggers(r->book, &r->undos[i - 1].item, &u->item))
			sum += wait_ms(r->book, p90);
		if (u->act.state == STEP_READY)
			left[left_count++] = u->item;
	}
	sum += drains_ms(r, left, left_count, now_ms, p90);
	mem_free(left);
	return sum + steady_ms(r, true, now_ms, p90);
}

/* Does the act move a record: by itself, or region by region? */
static bool
moves_record(const struct act *act)
{
	return str_same(act->kind, "dns") ||
	       (str_same(act->kind, SPREAD_KIND) &&
		str_same(settings_text_or(&act->with, "kind", ""), "dns"));
}

/* The same of a step, whoever does it: a person, a provider's API, or the
 * variant that stands in for it. */
static bool
moves_name(const struct room *r, size_t step)
{
	const struct book_step *s = &r->book->steps[step];

	return str_starts(s->object, "dns:") || moves_record(&s->act) ||
	       moves_record(room_step_act(r, step));
}

/* How long resolvers may keep the address that a step gave them: the TTL last
 * seen.  0 when no step that moves a record ran. */
static int64_t
cached_ms(const struct room *r)
{
	bool ran = false;
	double ttl_s;

	for (size_t i = 0; i < r->book->step_count; i++)
		if (moves_name(r, i) && plan_may_have_run(r, i))
			ran = true;
	if (!ran)
		return 0;
	for (size_t i = 0; i < r->signal_count; i++) {
		const struct value *v = &r->signals[i].last_good.value;

		if (!str_ends(r->signals[i].name, "dns_ttl_seconds") ||
		    v->kind != VALUE_NUMBER || !(v->number >= 0))
			continue;
		ttl_s = fmin(v->number, TTL_MOST_MS / 1000.0);
		return (int64_t)(ttl_s * 1000);
	}
	return TTL_MS;
}

int64_t
forecast_rto_ms(const struct book *b)
{
	if (b->rto_ms > 0)
		return b->rto_ms;
	return b->rollback.timeout_ms > 0 ? b->rollback.timeout_ms : RTO_MS;
}

/* Room time at which all must be restored: the end of the window, and while
 * the room is NO-GO also the recovery time since then.  -1: none. */
static int64_t
deadline_ms(const struct room *r)
{
	int64_t end = -1;
	int64_t restored;

	if (r->life == ROOM_NEW)
		return -1;
	if (r->book->window_ms > 0)
		end = r->opened_ms + r->book->window_ms;
	if (r->verdict != VERDICT_NO_GO)
		return end;
	restored = r->verdict_since_ms + forecast_rto_ms(r->book);
	return end < 0 || restored < end ? restored : end;
}

static enum verdict
judge(const struct forecast *f, const struct room *r)
{
	int64_t amber = f->p90_ms > AMBER_MS ? f->p90_ms : AMBER_MS;

	if (f->p90_ms > forecast_rto_ms(r->book))
		return VERDICT_NO_GO;
	if (f->last_safe_ms < 0)
		return VERDICT_GO;
	if (f->left_ms < 0)
		return VERDICT_NO_GO;
	return f->left_ms < amber ? VERDICT_HOLD : VERDICT_GO;
}

void
forecast_plan(struct forecast *out, const struct room *r,
	      const struct plan_item *items, size_t count, int64_t now_ms)
{
	out->p50_ms = plan_ms(r, items, count, now_ms, false);
	out->p90_ms = plan_ms(r, items, count, now_ms, true) + cached_ms(r);
}

void
forecast_make(struct forecast *out, const struct room *r, int64_t now_ms)
{
	bool has_begun = room_rollback_goes_on(r) && !plan_is_outrun(r);
	bool is_done = room_is_rolled_back(r);
	int64_t deadline = deadline_ms(r);

	*out = (struct forecast){ .last_safe_ms = -1, .window_left_ms = -1 };
	if (r->life != ROOM_NEW && r->book->window_ms > 0)
		out->window_left_ms =
			r->opened_ms + r->book->window_ms - now_ms;
	if (out->window_left_ms < 0 && r->book->window_ms > 0 &&
	    r->life != ROOM_NEW)
		out->window_left_ms = 0;
	if (is_done) {
		out->verdict = VERDICT_GO;
		return;
	}
	if (has_begun) {
		out->p50_ms = rest_ms(r, now_ms, false);
		out->p90_ms = rest_ms(r, now_ms, true) + cached_ms(r);
	} else {
		struct plan plan;

		plan_rollback(&plan, r->book, r);
		forecast_plan(out, r, plan.items, plan.count, now_ms);
		plan_clear(&plan);
	}
	if (deadline >= 0) {
		out->last_safe_ms =
			deadline > out->p90_ms ? deadline - out->p90_ms : 0;
		out->left_ms = deadline - out->p90_ms - now_ms;
	}
	out->verdict = judge(out, r);
}
