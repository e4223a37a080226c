/*
 * rollback_live - the confirm of a rollback is bound to what was live.
 *
 * What the plan has read is read once more when it is confirmed.  A value that
 * is another now, and that no step of this room has touched meanwhile, is
 * somebody else's: the confirm is refused and names it.  What cannot be read
 * must not keep a rollback from beginning: it begins, and that is said.
 */
#include "engine/director.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define NAMED_MOST 160

/* "" when it was not read, or one of its regions was not. */
static const char *
value_of(const struct errand_found *f)
{
	return f->code != ERR_NONE || f->plan.unread[0] != '\0' ||
			       str_same(f->plan.before, "?")
		       ? ""
		       : f->plan.before;
}

void
rollback_show(struct director *d, const struct message *m)
{
	struct rollback_run *run = &d->rollback;

	run->shown = mem_grow(run->shown, m->found_count, sizeof(*run->shown));
	run->shown_count = m->found_count;
	for (size_t i = 0; i < m->found_count; i++)
		str_copy(run->shown[i], sizeof(run->shown[i]),
			 value_of(&m->found[i]));
}

/* Has a step of this room touched its object since the plan was shown? */
static bool
is_ours(const struct director *d, const struct plan_item *item)
{
	const struct room *r = d->room;

	for (size_t s = 0; s < d->book->step_count; s++)
		if (plan_covers(d->book, item, s) &&
		    (step_is_running(r->steps[s].state) ||
		     r->steps[s].since_ms >= r->prompt.since_ms))
			return true;
	return false;
}

static void
add(char *to, const char *name, const char *was, const char *now)
{
	size_t used = strlen(to);

	str_printf(to + used, NAMED_MOST - used, "%s%s", used ? ", " : "",
		   name);
	used = strlen(to);
	if (now[0] != '\0')
		str_printf(to + used, NAMED_MOST - used,
			   " was %.40s and is %.40s", was, now);
}

/* What moved, and what could not be read (or not for the plan), by name. */
static void
compare(const struct director *d, const struct plan_item *items, size_t count,
	const struct message *m, char *moved, char *unread)
{
	moved[0] = unread[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		const char *was =
			i < d->rollback.shown_count ? d->rollback.shown[i] : "";
		const char *now = m == NULL ? "" : value_of(&m->found[i]);
		const char *name = plan_name(d->book, &items[i]);

		if (is_ours(d, &items[i]) ||
		    runner_class_of(plan_act(d->book, &items[i])) !=
			    ACTION_NETWORK)
			continue;
		if (was[0] == '\0' || now[0] == '\0')
			add(unread, name, "", "");
		else if (!str_same(was, now))
			add(moved, name, was, now);
	}
}

static void
begin(struct director *d, const char *unread)
{
	str_copy(d->rollback.unread, sizeof(d->rollback.unread), unread);
	rollback_begin(d, d->rollback.confirmed_by);
}

static void
show_again(struct director *d, const char *what)
{
	director_notice(d, "not confirmed: %s; look again", what);
	rollback_withdraw(d, "the plan was stale");
	if (d->parking) /* nobody is there to look; who comes next is asked */
		return;
	rollback_ask(d, d->rollback.names, "the plan was stale");
}

/* May anything be read of it that was read for the plan? */
static bool
has_shown(const struct director *d)
{
	for (size_t i = 0; i < d->rollback.shown_count; i++)
		if (d->rollback.shown[i][0] != '\0')
			return true;
	return false;
}

void
rollback_check_live(struct director *d, const char *by)
{
	char moved[NAMED_MOST], unread[NAMED_MOST];
	struct plan_item *items;
	size_t count;

	if (errand_is_out(d, PURPOSE_UNDO_RECHECK))
		return;
	str_copy(d->rollback.confirmed_by, sizeof(d->rollback.confirmed_by),
		 by);
	items = rollback_items(d, &count, NULL);
	if (has_shown(d) &&
	    rollback_look(d, PURPOSE_UNDO_RECHECK, ERRAND_PLAN, items, count)) {
		errand_bound(d, PURPOSE_UNDO_RECHECK, ROLLBACK_PLAN_BOUND_MS);
	} else {
		compare(d, items, count, NULL, moved, unread);
		begin(d, unread);
	}
	mem_free(items);
}

void
rollback_live_read(struct director *d, const struct message *m)
{
	char moved[NAMED_MOST], unread[NAMED_MOST];
	struct plan_item *items;
	size_t count;

	if (d->room->rollback != ROLLBACK_ARMED || !d->room->prompt.open)
		return;
	items = rollback_items(d, &count, NULL);
	if (!rollback_plan_stands(d) || count != m->found_count) {
		show_again(d, "what must be undone has changed since the plan "
			      "was shown");
		mem_free(items);
		return;
	}
	if (!rollback_target_is_known(d)) {
		show_again(d, "what it leads back to is no longer healthy");
		mem_free(items);
		return;
	}
	compare(d, items, count, m, moved, unread);
	mem_free(items);
	if (moved[0] != '\0') {
		char what[NAMED_MOST + 40];

		str_printf(what, sizeof(what), "since the plan was shown %s",
			   moved);
		show_again(d, what);
	} else {
		begin(d, unread);
	}
}
