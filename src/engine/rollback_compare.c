/*
 * rollback_compare - is what was taken back what the night began with?
 *
 * An undo that was read back holds what it asked for, which may be less than
 * the object had, or something else.  So each object of the rollback whose
 * baseline was taken is read once more as that was read, and the digests are
 * compared.  What differs is left over and halts the rollback, unless the undo
 * itself names the value that is there: then it is said that it was declared.
 * What a step of the night sets is never declared: that was to be taken back.
 * What cannot be read halts it too, but nothing acts again for that: when the
 * rollback goes on it is read and compared once more.
 */
#include "engine/director.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define AGAIN_MS 1000	    /* room time between two looks */
#define LOOKS_LEAST 3	    /* before a difference is believed */
#define LOOK_BOUND_MS 15000 /* real time for reading all of it */

/* The item that takes the object of this row back; -1: none does, or a step
 * that stays has changed it too. */
static int
item_of(const struct director *d, int row)
{
	const struct room *r = d->room;
	const char *object = d->book->baseline[row].object;

	for (size_t s = 0; s < d->book->step_count; s++)
		if (str_same(d->book->steps[s].object, object) &&
		    r->steps[s].state == STEP_VERIFIED)
			return -1;
	for (size_t i = 0; i < r->undo_count; i++)
		if (r->undos[i].act.state == STEP_VERIFIED &&
		    str_same(plan_object(d->book, &r->undos[i].item), object))
			return (int)i;
	return -1;
}

static const char *
setting(const struct act *a, const char *first, const char *second)
{
	return settings_text_or(&a->with, first,
				settings_text_or(&a->with, second, ""));
}

/* Does the act set the very thing that the row reads? */
static bool
is_same_place(const struct act *act, const struct act *read)
{
	if (!str_same(act->kind, read->kind))
		return false;
	return !str_same(act->kind, "http") ||
	       (str_same(setting(act, "verify.path", "path"),
			 setting(read, "verify.path", "path")) &&
		str_same(setting(act, "verify.pointer", "pointer"),
			 setting(read, "verify.pointer", "pointer")));
}

/* Is that value what a step has made of the object?  Where no step says what it
 * makes of it, that is what stood there when the rollback was shown, unless it
 * was declared then. */
static bool
is_forward(const struct director *d, int row, const struct room_undo *u,
	   const char *value)
{
	const struct room_baseline *b = &d->room->baseline[row];
	bool stood = u->before[0] != '\0' && str_same(u->before, value) &&
		     (b->declared[0] == '\0' || !str_same(b->drift, value));

	if (str_same(b->value, value))
		return false;
	for (size_t s = 0; s < d->book->step_count; s++) {
		const struct book_step *step = &d->book->steps[s];

		if (!str_same(step->object, d->book->baseline[row].object))
			continue;
		if (step->sets[0] != '\0'
			    ? str_same(step->sets, value)
			    : stood && d->room->steps[s].began_ms >= 0)
			return true;
	}
	return false;
}

/* Is that value what the undo was written to leave?  Never what it was to take
 * back. */
static bool
is_declared(const struct director *d, int row, const struct room_undo *u,
	    const char *value)
{
	const char *sets = u->item.row >= 0
				   ? d->book->rollback.undos[u->item.row].sets
				   : d->book->steps[u->item.step].undo_sets;

	return !is_forward(d, row, u, value) &&
	       is_same_place(plan_act(d->book, &u->item),
			     &d->book->baseline[row].read) &&
	       ((sets[0] != '\0' && str_same(sets, value)) ||
		(u->after[0] != '\0' && str_same(u->after, value)));
}

enum likeness
rollback_likeness(const struct director *d, int row,
		  const struct action_look *seen, char *why, size_t size)
{
	const struct room_baseline *b = &d->room->baseline[row];
	int item = item_of(d, row);
	const struct room_undo *u;

	why[0] = '\0';
	if (item < 0 || !b->taken)
		return LIKENESS_NONE;
	u = &d->room->undos[item];
	if (action_look_is(seen, b->digest))
		return LIKENESS_SAME;
	if (!seen->is_read && !u->act.is_emergency) {
		str_printf(why, size,
			   "it cannot be compared with its baseline %.40s: "
			   "%.90s",
			   b->value, seen->why);
		return LIKENESS_UNREAD;
	}
	if (u->act.is_emergency) {
		str_printf(why, size,
			   "taken back by its emergency variant; it reads "
			   "%.40s, its baseline was %.40s",
			   seen->is_read ? seen->value : "nothing", b->value);
		return LIKENESS_DECLARED;
	}
	if (is_declared(d, row, u, seen->value)) {
		str_printf(why, size,
			   "left at %.40s as the %s says; baseline was %.40s",
			   seen->value,
			   u->item.row >= 0 ? "manifest" : "runbook", b->value);
		return LIKENESS_DECLARED;
	}
	str_printf(why, size, "it is %.60s, its baseline was %.60s",
		   seen->value, b->value);
	return LIKENESS_OTHER;
}

/* Is it of nobody's hands in this room, and all is taken back? */
static bool
is_strange(const struct director *d, int row)
{
	return !d->room->is_targeted && !baseline_is_touched(d, row);
}

/* Reads the rows that count, then those that nobody here has touched: what
 * cannot be read of these keeps no other from being compared.  False: there is
 * none, or not now. */
static bool
look(struct director *d)
{
	struct rollback_compare *c = &d->rollback.compare;
	const struct act **acts =
		mem_new(d->book->baseline_count, sizeof(*acts));
	struct errand_order o = { .errand = ERRAND_LOOK, .acts = acts };
	bool sent = false;

	for (int strange = 0; strange <= 1; strange++)
		for (int i = 0; i < (int)d->book->baseline_count; i++) {
			if (!d->room->baseline[i].taken ||
			    (strange ? !is_strange(d, i) : item_of(d, i) < 0))
				continue;
			c->rows[o.act_count] = i;
			acts[o.act_count++] = &d->book->baseline[i].read;
		}
	c->row_count = o.act_count;
	if (o.act_count > 0)
		sent = errand_send(d, PURPOSE_COMPARE, -1, &o);
	if (sent)
		errand_bound(d, PURPOSE_COMPARE, LOOK_BOUND_MS);
	mem_free(acts);
	return sent;
}

void
rollback_compare_begin(struct director *d)
{
	struct rollback_compare *c = &d->rollback.compare;

	c->is_on = true;
	c->looks = 0;
	c->next_ms = director_now_ms(d);
	c->until_ms = c->next_ms + ROLLBACK_SETTLE_MS;
	c->same = 0;
	c->how[0] = '\0';
	rollback_compare_tick(d);
}

void
rollback_compare_tick(struct director *d)
{
	struct rollback_compare *c = &d->rollback.compare;

	if (errand_is_out(d, PURPOSE_COMPARE) ||
	    director_now_ms(d) < c->next_ms)
		return;
	if (look(d))
		return;
	c->next_ms = director_now_ms(d) + AGAIN_MS;
	if (c->row_count > 0)
		return; /* it could not be sent: again later */
	c->is_on = false;
	rollback_compared(d, 0);
}

/* What may settle yet is looked at again. */
static bool
may_settle(struct director *d, const struct message *m)
{
	struct rollback_compare *c = &d->rollback.compare;
	bool differs = false;
	char why[200];

	for (size_t i = 0; i < m->found_count; i++) {
		enum likeness l = rollback_likeness(
			d, c->rows[i], &m->found[i].look, why, sizeof(why));

		differs =
			differs || l == LIKENESS_OTHER || l == LIKENESS_UNREAD;
	}
	c->looks++;
	c->next_ms = director_now_ms(d) + AGAIN_MS;
	return differs &&
	       (c->looks < LOOKS_LEAST || director_now_ms(d) < c->until_ms);
}

/* What somebody else has changed, or changed back, is recorded; it is not left
 * over. */
static void
take_strange(struct director *d, int row, const struct action_look *seen)
{
	const struct room_baseline *b = &d->room->baseline[row];
	const char *drift = action_look_is(seen, b->digest) ? "" : seen->value;

	if (seen->is_read && !str_same(b->drift, drift))
		baseline_seen(d, row, seen, "");
}

/* Takes one row in; true when it is left over. */
static bool
take_row(struct director *d, int row, const struct action_look *seen)
{
	struct rollback_compare *c = &d->rollback.compare;
	const struct room_baseline *b = &d->room->baseline[row];
	int item = item_of(d, row);
	const char *object = d->book->baseline[row].object;
	char why[200];
	enum likeness l = rollback_likeness(d, row, seen, why, sizeof(why));
	size_t used = strlen(c->how);

	if (l == LIKENESS_NONE)
		return false;
	c->same += l == LIKENESS_SAME;
	if (seen->is_read && (l != LIKENESS_SAME || b->drift[0] != '\0' ||
			      d->room->undos[item].act.is_emergency))
		baseline_seen(d, row, seen, l == LIKENESS_DECLARED ? why : "");
	if (l == LIKENESS_DECLARED) {
		director_notice(d, "%s: %s", object, why);
		str_printf(c->how + used, sizeof(c->how) - used, "%s%s %s",
			   used > 0 ? "; " : "", object, why);
	}
	if (l != LIKENESS_OTHER && l != LIKENESS_UNREAD)
		return false;
	rollback_left(d, (size_t)item, "", why, l == LIKENESS_OTHER);
	if (c->first[0] == '\0')
		str_printf(c->first, sizeof(c->first), "%s: %s", object, why);
	return true;
}

void
rollback_compare_read(struct director *d, const struct message *m)
{
	struct rollback_compare *c = &d->rollback.compare;
	size_t left = 0;

	if (!c->is_on || !rollback_is_running(d) || rollback_is_given_up(d) ||
	    may_settle(d, m))
		return;
	c->is_on = false;
	c->first[0] = '\0';
	for (size_t i = 0; i < m->found_count && !d->dead; i++)
		if (is_strange(d, c->rows[i]))
			take_strange(d, c->rows[i], &m->found[i].look);
		else
			left += take_row(d, c->rows[i], &m->found[i].look);
	if (!d->dead)
		rollback_compared(d, left);
}
