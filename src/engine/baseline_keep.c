/*
 * baseline_keep - what was live before the first change, and whether it still
 * is.
 *
 * Read once, before the first step that changes something acts, and journaled
 * before it does; never replaced.  From then on it is read again and again:
 * what no step has touched must read the same, what a step has touched must
 * still be there to be read.  That is a signal, so gates can judge it.
 */
#include "engine/director.h"

#include <string.h>

#include "action/action.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define LOOK_BOUND_MS 15000 /* real time for reading all of it */

static bool
stands(const struct director *d, size_t i)
{
	return d->room->baseline[i].taken || d->room->baseline[i].waived;
}

size_t
baseline_missing(const struct director *d)
{
	size_t missing = 0;

	for (size_t i = 0; i < d->book->baseline_count; i++)
		missing += !stands(d, i);
	return missing;
}

bool
baseline_is_due(const struct director *d, int step)
{
	const struct book_step *s = runner_step(d, step);
	const struct action_kind *kind = action_kind_of(s->act.kind);
	bool changes = false;

	if (kind != NULL && kind->class == ACTION_NETWORK)
		changes = kind->mutates(&s->act);
	else if (kind != NULL && kind->class == ACTION_PERSON)
		changes = s->object[0] != '\0';
	return changes && baseline_missing(d) > 0;
}

/* Looks at the rows that do not stand yet, or at all that were taken. */
static bool
look(struct director *d, enum purpose purpose, int subject)
{
	size_t most = d->book->baseline_count;
	const struct act **acts = mem_new(most, sizeof(*acts));
	struct errand_order o = { .errand = ERRAND_LOOK, .acts = acts };
	bool all = purpose == PURPOSE_KEPT;
	int *asked = all ? d->baseline.kept : d->baseline.taking;
	bool sent;

	for (size_t i = 0; i < most; i++)
		if (all ? !d->room->baseline[i].waived : !stands(d, i)) {
			asked[o.act_count] = (int)i;
			acts[o.act_count++] = &d->book->baseline[i].read;
		}
	sent = o.act_count > 0 && errand_send(d, purpose, subject, &o);
	if (sent)
		errand_bound(d, purpose, LOOK_BOUND_MS);
	mem_free(acts);
	return sent;
}

void
baseline_take(struct director *d, int step)
{
	if (errand_is_out(d, PURPOSE_BASELINE))
		return;
	look(d, PURPOSE_BASELINE, step);
}

bool
baseline_seen(struct director *d, int row, const struct action_look *seen,
	      const char *declared)
{
	const struct room_baseline *b = &d->room->baseline[row];
	bool is_same = b->taken && action_look_is(seen, b->digest);
	struct record r;

	record_init(&r, RECORD_BASELINE, "actor");
	record_text(&r, "object", d->book->baseline[row].object);
	record_text(&r, "value", seen->value);
	record_text(&r, "digest", is_same ? b->digest : seen->digest);
	if (b->taken)
		record_flag(&r, "drift", true);
	record_text(&r, "declared", declared);
	return director_emit(d, &r);
}

/* Goes on with the step that waits for it. */
static void
go_on(struct director *d, int step)
{
	const struct room_prompt *p = &d->room->prompt;

	if (step >= 0 && p->open && p->step == step)
		runner_baseline_stands(d, step);
	else if (step < 0)
		director_notice(d, "the baseline stands: %zu objects",
				d->book->baseline_count);
}

static void
refuse(struct director *d, int step, int row, const char *why)
{
	const char *object = d->book->baseline[row].object;

	director_notice(d,
			"%s%s: the baseline of %s cannot be read (%s); "
			"confirm again to try, or :baseline REASON goes "
			"without",
			step >= 0 ? "not begun: " : "not taken",
			step >= 0 ? runner_step(d, step)->id : "", object, why);
	if (step >= 0 && runner_step(d, step)->confirm == CONFIRM_NONE)
		runner_decline(d, "the baseline cannot be read");
}

void
baseline_taken(struct director *d, int step, const struct message *m)
{
	int failed = -1;
	char why[ACTION_DETAIL] = "";

	for (size_t i = 0; i < m->found_count && !d->dead; i++) {
		const struct action_look *seen = &m->found[i].look;
		int row = d->baseline.taking[i];

		if (stands(d, (size_t)row))
			continue; /* a person went without meanwhile */
		if (seen->is_read) {
			baseline_seen(d, row, seen, "");
		} else if (failed < 0) {
			failed = row;
			str_copy(why, sizeof(why), seen->why);
		}
	}
	if (d->dead || d->parking)
		return;
	d->baseline.next_ms = 0; /* is it still there? */
	if (failed >= 0)
		refuse(d, step, failed, why);
	else
		go_on(d, step);
}

bool
baseline_is_touched(const struct director *d, int row)
{
	const char *object = d->book->baseline[row].object;
	const struct room *r = d->room;

	for (size_t s = 0; s < d->book->step_count; s++)
		if (str_same(d->book->steps[s].object, object) &&
		    (r->steps[s].began_ms >= 0 ||
		     step_may_have_run(r->steps[s].state)))
			return true;
	for (size_t i = 0; i < r->undo_count; i++)
		if (str_same(plan_object(d->book, &r->undos[i].item), object) &&
		    r->undos[i].act.began_ms >= 0)
			return true;
	return false;
}

/* What was taken back and is not what the night began with. */
static bool
is_not_back(struct director *d, int row, const struct action_look *seen)
{
	const struct room_baseline *b = &d->room->baseline[row];
	char why[200];
	enum likeness l;

	if (rollback_is_running(d))
		return false; /* that compares by itself */
	l = rollback_likeness(d, row, seen, why, sizeof(why));
	if (l != LIKENESS_OTHER && l != LIKENESS_DECLARED)
		return false;
	if (!str_same(b->drift, seen->value) &&
	    baseline_seen(d, row, seen, l == LIKENESS_DECLARED ? why : ""))
		director_notice(d, "%s: %s", d->book->baseline[row].object,
				why);
	return l == LIKENESS_OTHER;
}

/* A value that nobody of this room set; told once. */
static bool
has_drifted(struct director *d, int row, const struct action_look *seen)
{
	const struct room_baseline *b = &d->room->baseline[row];
	bool is_same = action_look_is(seen, b->digest);

	if (!b->taken)
		return false;
	if (is_same && b->drift[0] != '\0')
		baseline_seen(d, row, seen, ""); /* it is what it was again */
	if (is_same)
		return false;
	if (baseline_is_touched(d, row))
		return is_not_back(d, row, seen);
	if (!str_same(b->drift, seen->value) && baseline_seen(d, row, seen, ""))
		director_notice(d,
				"%s is %s now, its baseline %s: somebody "
				"else changed it",
				d->book->baseline[row].object, seen->value,
				b->value);
	return true;
}

void
baseline_kept(struct director *d, const struct message *m)
{
	struct sample s = { .value = value_of_flag(true), .n = -1 };

	for (size_t i = 0; i < m->found_count && !d->dead; i++) {
		const struct action_look *seen = &m->found[i].look;
		int row = d->baseline.kept[i];

		if (!seen->is_read) {
			s.failed = true;
			s.value.kind = VALUE_NONE;
			str_printf(s.why, sizeof(s.why), "%s: %s",
				   d->book->baseline[row].object, seen->why);
			break;
		}
		if (has_drifted(d, row, seen))
			s.value = value_of_flag(false);
	}
	d->baseline.is_known = true;
	judge_take_own(d, BOOK_BASELINE_KEPT, &s);
}

#define DAY_MS 86400000LL
#define DRILLED_EVERY_MS 30000
#define CLOCKS_DIFFER_MS 300000

/* Days since the rollback of this very runbook was drilled; a drill is one. */
static void
tell_drilled(struct director *d, int64_t now)
{
	int64_t age = clock_wall_ms() - d->book->drilled_wall_ms;
	struct sample s = { .n = -1 };

	if (now < d->baseline.next_drilled_ms)
		return;
	d->baseline.next_drilled_ms = now + DRILLED_EVERY_MS;
	if (d->book->is_drill) {
		s.value = value_of_number(0);
	} else if (age < -CLOCKS_DIFFER_MS) {
		s.failed = true;
		str_copy(s.why, sizeof(s.why),
			 "drilled at a time still to come: check the clock");
	} else if (d->book->drilled_wall_ms > 0) {
		s.value =
			value_of_number((double)((age > 0 ? age : 0) / DAY_MS));
		s.n = d->book->drilled_count;
	} else {
		s.failed = true;
		str_copy(s.why, sizeof(s.why),
			 "never drilled with this digest");
	}
	judge_take_own(d, BOOK_DRILLED, &s);
}

void
baseline_tick(struct director *d)
{
	int64_t now = director_now_ms(d);

	tell_drilled(d, now);

	if (d->book->baseline_count == 0 || d->parking || d->dead ||
	    now < d->baseline.next_ms || errand_is_out(d, PURPOSE_KEPT) ||
	    errand_is_out(d, PURPOSE_BASELINE))
		return;
	d->baseline.next_ms = now + d->book->rollback.baseline_every_ms;
	if (!look(d, PURPOSE_KEPT, -1))
		d->baseline.is_known = true; /* a person went without it all */
}

static void
waive(struct director *d, size_t row, const char *reason)
{
	struct record r;

	record_init(&r, RECORD_BASELINE, d->options.commander);
	record_text(&r, "object", d->book->baseline[row].object);
	record_flag(&r, "waived", true);
	record_text(&r, "reason", reason);
	director_emit(d, &r);
}

void
baseline_command(struct director *d, const struct command *c)
{
	if (d->book->baseline_count == 0) {
		director_notice(d, "the runbook has no baseline");
	} else if (baseline_missing(d) == 0) {
		director_notice(d, "the baseline stands already: it is never "
				   "replaced");
	} else if (c->text[strspn(c->text, " \t")] == '\0') {
		baseline_take(d, -1);
	} else {
		for (size_t i = 0; i < d->book->baseline_count && !d->dead; i++)
			if (!stands(d, i))
				waive(d, i, c->text);
		director_notice(d, "going without what was not read: %s",
				c->text);
	}
}
