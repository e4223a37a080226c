/*
 * rollback_end - a rollback that a person gives up while it acts.
 *
 * The word is in the journal before anybody is told, so that whoever takes the
 * room up begins nothing more of it either.  What was on its way is heard, what
 * is unknown is read back once and sent no more; then the rollback halts.
 */
#include "engine/director.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

/* Reading back goes on; a second word ends that too. */
static void
stand_still(struct director *d)
{
	errand_cancel(d, PURPOSE_ACT);
	errand_cancel(d, PURPOSE_UNDO_ACT);
	errand_cancel(d, PURPOSE_CHECK);
	errand_cancel(d, PURPOSE_READ_ALL);
	errand_drop(d, PURPOSE_COMPARE);
}

static void
give_up_reading(struct director *d)
{
	d->rollback.read_to = (int)d->room->undo_count;
	errand_cancel(d, PURPOSE_UNDO_RECONCILE);
	director_notice(d,
			"the rollback was %s: nothing more is read back "
			"before it halts",
			d->room->rollback_detail);
}

/* It stands still before the journal says so: no request is sent behind that
 * record. */
void
rollback_give_up(struct director *d, const struct command *c)
{
	bool has_why = c->text[strspn(c->text, " \t")] != '\0';
	char detail[240];
	struct record r;

	if (rollback_is_given_up(d)) {
		give_up_reading(d);
		return;
	}
	if (c->verb == COMMAND_FAIL && !has_why) {
		director_notice(d, "fail needs a reason");
		return;
	}
	stand_still(d);
	str_printf(detail, sizeof(detail), "given up by %s%s%s",
		   d->options.commander, has_why ? ": " : "",
		   has_why ? c->text : "");
	rollback_begin_record(d, &r, ROLLBACK_HALTING, d->options.commander);
	record_text(&r, "detail", detail);
	d->rollback.read_to = -1;
	if (director_emit(d, &r))
		director_notice(d, "the rollback halts once what is on its way "
				   "has ended; retry goes on with it");
}

/* The next item whose outcome is unknown and not read back yet; -1: none. */
static int
next_unread(const struct director *d)
{
	int count = (int)d->room->undo_count;

	for (int i = d->rollback.read_to + 1; i < count; i++)
		if (d->room->undos[i].act.state == STEP_UNKNOWN)
			return i;
	return -1;
}

void
rollback_settle(struct director *d, int i, const struct errand_found *f)
{
	bool is_cut = d->rollback.read_to >= (int)d->room->undo_count;

	assert(i >= 0 && (size_t)i < d->room->undo_count);
	if (is_cut)
		return; /* not doubted for long enough: it stays unknown */
	d->rollback.read_to = i;
	if (d->room->undos[i].act.is_open)
		return; /* it may still come: unknown */
	if (f->landed == LANDED_NO)
		rollback_item_found(d, i, STEP_READY, f->detail, &f->regions);
	else if (f->landed == LANDED_PART)
		rollback_item_found(d, i, STEP_FAILED, f->detail, &f->regions);
}

void
rollback_end_given_up(struct director *d)
{
	char why[240];
	int i;

	rollback_ask_no_more(d);
	if (errand_is_out(d, PURPOSE_ACT) || d->rollback.current >= 0 ||
	    d->rollback.checking || d->rollback.reading_all)
		return; /* what was on its way has not ended yet */
	d->rollback.watching = false;
	d->rollback.compare.is_on = false;
	i = next_unread(d);
	if (i >= 0) {
		d->rollback.read_to = i;
		rollback_read_item(d, i);
		return;
	}
	/* A step that ends from now on is none the rollback has cancelled. */
	d->rollback.waits_for_step = false;
	str_copy(why, sizeof(why), d->room->rollback_detail);
	if (rollback_move(d, ROLLBACK_HALTED, why))
		rollback_tell_halt(d, "");
}
