/*
 * rollback_prove - taken back means healthy, not "the last call was answered".
 *
 * Every item is read back from the world and compared with the baseline
 * (rollback_compare.c), then the manifest's check must hold (of all of it; a
 * part cannot make it true), then what the runbook calls healthy
 * (rollback_watch.c).  What is not
 * as it should be is left over: the rollback halts, and when it goes on that
 * item acts again, as another transaction.  What could not be read is left over
 * as well, but what was read back once does not act again for want of an
 * answer: it is only read again.
 */
#include "engine/director.h"

#include <string.h>

#include "base/fsio.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/forecast.h"
#include "model/matrix.h"

#define CHECK_ATTEMPTS 4
#define LEFTOVERS_BYTES ((size_t)1024 * 1024)

/* From here on all is read anew, and what is left over counted anew. */
static void
say_anew(struct director *d)
{
	struct record r;

	rollback_begin_record(d, &r, ROLLBACK_VALIDATING, "director");
	record_text(&r, "detail", "reading everything back");
	record_flag(&r, "anew", true);
	director_emit(d, &r);
}

void
rollback_prove(struct director *d)
{
	size_t count = d->room->undo_count;
	struct plan_item *items = mem_new(count, sizeof(*items));

	for (size_t i = 0; i < count; i++)
		items[i] = d->room->undos[i].item;
	d->rollback.reading_all = rollback_look(d, PURPOSE_READ_ALL,
						ERRAND_READBACK, items, count);
	mem_free(items);
	if (d->rollback.reading_all)
		say_anew(d); /* once, however often it cannot be sent */
}

/* What was said to be taken back is not: it must be looked at again. */
static void
doubt_steps(struct director *d, const struct plan_item *item,
	    const char *detail)
{
	for (size_t s = 0; s < d->book->step_count && !d->dead; s++)
		if (plan_covers(d->book, item, s) &&
		    d->room->steps[s].state == STEP_UNDONE)
			runner_move(d, s, STEP_UNKNOWN, detail);
}

void
rollback_left(struct director *d, size_t i, const char *region,
	      const char *detail, bool acts_again)
{
	struct record r;

	if (acts_again)
		doubt_steps(d, &d->room->undos[i].item, detail);
	if (d->dead)
		return;
	record_init(&r, RECORD_LEFTOVER, "actor");
	record_int(&r, "item", acts_again ? (int64_t)i : -1);
	record_text(&r, "object",
		    plan_object(d->book, &d->room->undos[i].item));
	record_text(&r, "region", region);
	record_text(&r, "detail", detail);
	director_emit(d, &r);
}

/* The item that takes the step back; -1: none does. */
static int
item_over(const struct director *d, size_t step)
{
	for (size_t i = 0; i < d->room->undo_count; i++)
		if (plan_covers(d->book, &d->room->undos[i].item, step))
			return (int)i;
	return -1;
}

/* What a step made of a region where no undo came stays as it is: nothing that
 * acts again would change that. */
static size_t
record_unreached(struct director *d, char *first, size_t size)
{
	const struct room *r = d->room;
	char why[160];
	size_t left = 0;

	for (size_t s = 0; s < d->book->step_count; s++) {
		const struct regions *at = r->steps[s].regions;
		int item = item_over(d, s);

		if (item < 0 || at == NULL || r->steps[s].state != STEP_UNDONE)
			continue;
		for (size_t g = 0; g < at->count && !d->dead; g++) {
			if (at->items[g].side == SIDE_BASELINE)
				continue;
			str_printf(why, sizeof(why),
				   "no undo goes there: it stays as %s left it",
				   d->book->steps[s].id);
			rollback_left(d, (size_t)item, at->items[g].name, why,
				      false);
			if (left++ == 0)
				str_printf(first, size, "%s in %s: %s",
					   plan_object(d->book,
						       &r->undos[item].item),
					   at->items[g].name, why);
		}
	}
	return left;
}

/* In each region that is not back, or once for an act that has no regions. */
static size_t
record_leftovers(struct director *d, const struct message *m)
{
	size_t left = 0;

	for (size_t i = 0; i < m->found_count && !d->dead; i++) {
		const struct errand_found *f = &m->found[i];
		bool is_read = f->landed != LANDED_UNCLEAR &&
			       f->landed != LANDED_PENDING;
		char words[160];

		if (rollback_left_words(d, i, words, sizeof(words))) {
			rollback_left(d, i, "", words, true);
			continue;
		}
		if (f->landed == LANDED_YES)
			continue;
		left++;
		if (f->regions.count == 0)
			rollback_left(d, i, "", f->detail, is_read);
		for (size_t g = 0; g < f->regions.count && !d->dead; g++)
			if (f->regions.items[g].side != SIDE_TARGET)
				rollback_left(d, i, f->regions.items[g].name,
					      f->detail, is_read);
	}
	return left;
}

/* Adds a name to "; kept: port-did, call-floor"; what has no room is only
 * said to be there. */
static void
add_name(char *to, size_t size, const char *first, const char *name)
{
	size_t used = strlen(to);

	if (used + strlen(first) + strlen(name) + sizeof("; , …") < size)
		str_printf(to + used, size - used, "%s%s",
			   used == 0 ? first : ", ", name);
	else if (!str_ends(to, "…"))
		str_printf(to + used, size - used, ", …");
}

/* What changed something and stays so. */
static void
name_kept(const struct director *d, char *to, size_t size)
{
	to[0] = '\0';
	for (size_t i = 0; i < d->book->step_count; i++)
		if (d->book->steps[i].object[0] != '\0' &&
		    plan_may_have_run(d->room, i))
			add_name(to, size, "; kept: ", d->book->steps[i].id);
}

/* What nobody in this room has touched, and is another than before. */
static void
name_strange(const struct director *d, char *to, size_t size)
{
	to[0] = '\0';
	for (size_t i = 0; i < d->book->baseline_count; i++)
		if (!d->room->is_targeted &&
		    d->room->baseline[i].drift[0] != '\0' &&
		    !baseline_is_touched(d, (int)i))
			add_name(to, size, "; not ours, but not as it was: ",
				 d->book->baseline[i].object);
}

/* The first item that is left out, by name and why; false: none is. */
static bool
leaves_some(const struct director *d, char *to, size_t size)
{
	char words[160];

	for (size_t i = 0; i < d->room->undo_count; i++)
		if (rollback_left_words(d, i, words, sizeof(words))) {
			str_printf(to, size, "%.40s is %s; the rest is back",
				   plan_name(d->book, &d->room->undos[i].item),
				   words);
			return true;
		}
	return false;
}

void
rollback_validated(struct director *d, const char *how)
{
	char detail[ROOM_END], took[24], rto[24], kept[160], strange[160];

	if (leaves_some(d, detail, sizeof(detail))) {
		rollback_halt(d, "degraded", detail, "");
		return;
	}
	str_duration(took, sizeof(took),
		     director_now_ms(d) - d->room->rollback_began_ms);
	str_duration(rto, sizeof(rto), forecast_rto_ms(d->book));
	name_kept(d, kept, sizeof(kept));
	name_strange(d, strange, sizeof(strange));
	str_printf(detail, sizeof(detail),
		   "rolled back and validated in %s of %s%s%s; %s", took, rto,
		   kept, strange, how);
	rollback_move(d, ROLLBACK_VALIDATED, detail);
}

static void
send_check(struct director *d)
{
	const struct act *acts[] = { &d->book->rollback.check };
	const struct errand_order o = {
		.errand = ERRAND_PERFORM,
		.acts = acts,
		.act_count = 1,
		.key = "check",
		.idempotent = true,
		.max_attempts = CHECK_ATTEMPTS,
		.timeout_ms = rollback_left_ms(d),
	};

	d->rollback.checking = errand_send(d, PURPOSE_CHECK, -1, &o);
	if (!d->rollback.checking)
		rollback_halt(d, d->book->rollback.check_name,
			      "could not be started", "");
}

/* The work list for people, beside the journal; what it says is in the journal
 * too, so that a disk that fails here stops nothing. */
static void
write_leftovers(struct director *d)
{
	struct err e = { .code = ERR_NONE };
	char path[FS_PATH];
	struct buf csv;

	buf_init(&csv, LEFTOVERS_BYTES);
	leftovers_csv(&csv, d->room);
	if (!fs_join(path, d->options.dir, "leftovers.csv"))
		err_set(&e, ERR_LIMIT, "the path is too long");
	else if (fs_write(path, buf_str(&csv), csv.len, 0600, &e) == ERR_NONE)
		e.code = ERR_NONE;
	if (e.code != ERR_NONE)
		director_notice(d, "leftovers.csv is not written: %s", e.text);
	buf_clear(&csv);
}

void
rollback_all_read(struct director *d, const struct message *m)
{
	char why[200];
	size_t left;

	d->rollback.reading_all = false;
	if (rollback_is_given_up(d))
		return; /* what was not read is not left over; it halts */
	str_copy(why, sizeof(why), "not everything is as it was");
	left = record_leftovers(d, m);
	left += record_unreached(d, why, sizeof(why));
	if (d->dead)
		return;
	write_leftovers(d);
	if (left > 0)
		rollback_halt(d, "read back", why, "");
	else
		rollback_compare_begin(d);
}

/* What was proved before the conditions are looked at. */
static void
watch(struct director *d, const char *what)
{
	const struct rollback_compare *c = &d->rollback.compare;
	char how[ROOM_END], same[60] = "";

	if (c->same > 0)
		str_printf(same, sizeof(same), ", %zu object%s as %s baseline",
			   c->same, c->same > 1 ? "s" : "",
			   c->same > 1 ? "their" : "its");
	str_printf(how, sizeof(how), "%s%s%s%s", what, same,
		   c->how[0] ? "; " : "", c->how);
	rollback_watch_begin(d, how);
}

void
rollback_compared(struct director *d, size_t left)
{
	char some[240];

	if (left > 0) {
		write_leftovers(d);
		rollback_halt(d, "not as it was", d->rollback.compare.first,
			      "");
	} else if (d->book->rollback.check.kind[0] == '\0' ||
		   d->room->is_targeted || leaves_some(d, some, sizeof(some))) {
		watch(d, "every item read back");
	} else {
		send_check(d);
	}
}

void
rollback_checked(struct director *d, const struct message *m)
{
	d->rollback.checking = false;
	if (rollback_is_given_up(d))
		return; /* it halts */
	if (m->result.outcome == OUTCOME_DONE)
		watch(d, d->book->rollback.check_name);
	else
		rollback_halt(d, d->book->rollback.check_name, m->result.detail,
			      "");
}
