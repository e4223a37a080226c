/*
 * rollback_arm - what must be taken back: read, shown, bound to a phrase.
 *
 * The plan is read live under a short bound: a dead platform must not hide
 * it.  The confirm is bound to the list of items and what was read of them;
 * when a step ended meanwhile and the list moved, or a value did
 * (rollback_live.c), the confirm is refused and the plan is shown again.
 */
#include "engine/director.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/drain.h"
#include "model/forecast.h"

#define ITEM_LINES 12
#define PHRASE_NAMES 60 /* longest list of objects that must be typed */

/* The room's own items are shown again when a rollback of everything goes
 * on; a part that halted is not all there is, and neither is what was planned
 * before more steps ran. */
static bool
shows_the_rest(const struct director *d)
{
	return d->rollback.names[0] == '\0' && !d->room->is_targeted &&
	       room_rollback_goes_on(d->room) && !plan_is_outrun(d->room);
}

/* What the confirm is bound to: the runbook, the very list of items, and what
 * was live when they were shown. */
static void
composition_digest(const struct director *d, const struct plan_item *items,
		   size_t count, char out[DIGEST_HEX])
{
	struct buf b;

	buf_init(&b, 65536);
	buf_text(&b, d->book->digest);
	buf_text(&b, d->rollback.names[0] ? " part" : "");
	for (size_t i = 0; i < count; i++)
		buf_printf(&b, " %d/%d %s", items[i].row, items[i].step,
			   i < d->rollback.shown_count ? d->rollback.shown[i]
						       : "");
	digest_hex(out, buf_str(&b), b.len);
	buf_clear(&b);
	if (d->room->rollback == ROLLBACK_ARMED)
		room_override_digest(d->room, -1, out);
}

static struct plan_item *
room_items(const struct room *r, size_t *count)
{
	struct plan_item *items = mem_new(r->undo_count, sizeof(*items));

	*count = r->undo_count;
	for (size_t i = 0; i < r->undo_count; i++)
		items[i] = r->undos[i].item;
	return items;
}

static void
write_kept(const struct director *d, const struct plan *plan, struct buf *kept)
{
	for (size_t i = 0; kept != NULL && i < plan->kept_count; i++)
		buf_printf(kept, "%s%s", kept->len ? ", " : "",
			   d->book->steps[plan->kept[i]].id);
}

/* Of a rollback of everything that goes on: what no item of it takes back. */
static void
add_kept(const struct director *d, struct buf *kept)
{
	struct plan plan;

	plan_rollback(&plan, d->book, d->room);
	write_kept(d, &plan, kept);
	plan_clear(&plan);
}

struct plan_item *
rollback_items(const struct director *d, size_t *count, struct buf *kept)
{
	struct plan_item *items;
	struct plan plan;
	struct err e;

	if (shows_the_rest(d)) {
		add_kept(d, kept);
		return room_items(d->room, count);
	}
	if (d->rollback.names[0] == '\0')
		plan_rollback(&plan, d->book, d->room);
	else if (plan_targeted(&plan, d->book, d->room, d->rollback.names,
			       &e) != ERR_NONE)
		plan = (struct plan){ 0 }; /* no longer there to be named */
	*count = plan.count;
	items = mem_new(plan.count, sizeof(*items));
	for (size_t i = 0; i < plan.count; i++)
		items[i] = plan.items[i];
	write_kept(d, &plan, kept);
	plan_clear(&plan);
	return items;
}

bool
rollback_look(struct director *d, enum purpose purpose, enum errand errand,
	      const struct plan_item *items, size_t count)
{
	const struct act **acts = mem_new(count, sizeof(*acts));
	const struct errand_order o = {
		.errand = errand,
		.acts = acts,
		.act_count = count,
		.settle_ms = errand == ERRAND_READBACK ? ROLLBACK_SETTLE_MS : 0,
	};

	bool sent;

	for (size_t i = 0; i < count; i++)
		acts[i] = purpose == PURPOSE_READ_ALL
				  ? room_undo_act(d->room, i)
				  : plan_act(d->book, &items[i]);
	sent = errand_send(d, purpose, -1, &o);
	mem_free(acts);
	return sent;
}

/* Takes in what is asked for; false, with a word, when it is nothing. */
static bool
take_names(struct director *d, const char *names)
{
	struct plan plan;
	struct err e;

	if (names[strspn(names, " \t")] != '\0') {
		if (plan_targeted(&plan, d->book, d->room, names, &e) !=
		    ERR_NONE) {
			director_notice(d, "no rollback was planned: %s",
					e.text);
			return false;
		}
		plan_clear(&plan);
	} else {
		names = "";
	}
	if (names != d->rollback.names)
		str_copy(d->rollback.names, sizeof(d->rollback.names), names);
	return true;
}

void
rollback_ask(struct director *d, const char *names, const char *cause)
{
	struct plan_item *items;
	size_t count;

	if (rollback_is_running(d) || room_is_rolled_back(d->room)) {
		director_notice(d, "the rollback is %s%s",
				rollback_word(d->room->rollback),
				rollback_is_given_up(d)
					? ": R shows the rest once it has "
					  "halted"
				: rollback_is_running(d)
					? "; :fail rollback WHY halts it"
					: "");
		return;
	}
	if (errand_is_out(d, PURPOSE_UNDO_ARM) ||
	    d->room->rollback == ROLLBACK_ARMED || !take_names(d, names))
		return;
	runner_decline(d, "a rollback was asked for");
	items = rollback_items(d, &count, NULL);
	if (count == 0)
		director_notice(d, "%s",
				plan_declared(d->room, AFTER_FORWARD_ONLY) >= 0
					? "past the point of no return: "
					  "nothing that ran can be taken back; "
					  "only forward"
					: "nothing ran and no manifest: there "
					  "is nothing to roll back");
	else if (rollback_look(d, PURPOSE_UNDO_ARM, ERRAND_PLAN, items, count))
		errand_bound(d, PURPOSE_UNDO_ARM, ROLLBACK_PLAN_BOUND_MS);
	mem_free(items);
	if (cause != d->rollback.cause)
		str_copy(d->rollback.cause, sizeof(d->rollback.cause), cause);
}

static void
write_item(struct jwriter *w, const struct plan_item *item,
	   const struct action_plan *seen)
{
	jw_object(w, NULL);
	if (item->row >= 0)
		jw_int(w, "row", item->row);
	else
		jw_int(w, "step", item->step);
	if (seen != NULL) {
		jw_text(w, "before", seen->before);
		jw_text(w, "after", seen->after);
	}
	jw_object_end(w);
}

/* What is live is left out when there is no room for all of it: no rollback
 * has too many items to be shown. */
static void
write_items(struct buf *out, const struct plan_item *items, size_t count,
	    const struct message *m)
{
	for (int with_seen = 1; with_seen >= 0; with_seen--) {
		struct jwriter w;

		buf_reset(out);
		jw_init(&w, out);
		jw_array(&w, NULL);
		for (size_t i = 0; i < count; i++)
			write_item(&w, &items[i],
				   with_seen ? &m->found[i].plan : NULL);
		jw_array_end(&w);
		if (!out->cut)
			return;
	}
}

static void
head_line(const struct director *d, char *to, size_t size,
	  const struct plan_item *items, size_t count, const char *kept)
{
	struct forecast f;
	char p50[24], p90[24], rto[24];

	forecast_plan(&f, d->room, items, count, director_now_ms(d));
	str_duration(p50, sizeof(p50), f.p50_ms);
	str_duration(p90, sizeof(p90), f.p90_ms);
	str_duration(rto, sizeof(rto), forecast_rto_ms(d->book));
	str_printf(to, size, "%zu items, about %s (p90 %s), RTO %s. Keeps: %s.",
		   count, p50, p90, rto, kept[0] ? kept : "nothing");
}

static void
item_line(const struct director *d, char *to, size_t size, size_t i,
	  const struct plan_item *item, const struct errand_found *f)
{
	str_printf(to, size, "%zu %s  %s  %s -> %s%s%s", i + 1,
		   plan_name(d->book, item), plan_object(d->book, item),
		   f->plan.before[0] ? f->plan.before : "?",
		   f->plan.after[0] ? f->plan.after : "?",
		   f->code != ERR_NONE ? "  not read: " : "",
		   f->code != ERR_NONE ? f->detail : "");
}

/* What the night began with, when the item would leave something else. */
static void
add_baseline(const struct director *d, char *to, size_t size,
	     const char *object, const char *after)
{
	int row = book_baseline_of(d->book, object);
	size_t used = strlen(to);

	if (row >= 0 && d->room->baseline[row].taken &&
	    !str_same(d->room->baseline[row].value, after))
		str_printf(to + used, size - used, "  baseline %s",
			   d->room->baseline[row].value);
}

/* "also: 1 dns_ttl_override (builds on 2 open-trunk)": why more is taken back
 * than was named. */
static bool
closure_line(const struct director *d, char *to, size_t size,
	     const struct plan_item *items, size_t count)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		int with = items[i].because - 1;

		if (with < 0 || used + 1 >= size)
			continue;
		str_printf(to + used, size - used, "%s%zu %s (%s %s)",
			   used > 0 ? ", " : "also: ", i + 1,
			   plan_name(d->book, &items[i]),
			   items[i].shares ? "same object as" : "builds on",
			   plan_name(d->book, &items[with]));
		used = strlen(to);
	}
	return used > 0;
}

/* What the items wait for before they act. */
static void
drain_lines(const struct director *d, struct jwriter *w,
	    const struct plan_item *items, size_t count)
{
	const struct book_rollback *b = &d->book->rollback;
	char line[ROOM_LINE];

	for (size_t i = 0; i < b->drain_count; i++)
		if (drain_plan_line(line, sizeof(line), &b->drains[i], d->book,
				    items, count))
			jw_text(w, NULL, line);
}

/* "if the platform cannot be reached: trunk by dns": confirmed with the rest.
 */
static void
emergency_line(const struct director *d, struct jwriter *w,
	       const struct plan_item *items, size_t count)
{
	char line[ROOM_LINE] = "";
	size_t used = 0;

	for (size_t i = 0; i < count && used + 1 < sizeof(line); i++) {
		const struct act *other = plan_emergency(d->book, &items[i]);

		if (other == NULL)
			continue;
		str_printf(line + used, sizeof(line) - used, "%s%s by %s",
			   used > 0 ? ", "
				    : "if the platform cannot be reached: ",
			   plan_name(d->book, &items[i]), other->kind);
		used = strlen(line);
	}
	if (used > 0)
		jw_text(w, NULL, line);
}

/* What a rollback can no longer do, before anything else is said. */
static bool
no_return_line(const struct director *d, char *to, size_t size)
{
	const struct book *b = d->book;
	int only = plan_declared(d->room, AFTER_FORWARD_ONLY);
	int loss = plan_declared(d->room, AFTER_DATA_LOSS);
	size_t used = 0;

	to[0] = '\0';
	if (only >= 0)
		str_printf(to, size,
			   "POINT OF NO RETURN: %s ran; it and what it builds "
			   "on stay. ",
			   b->steps[only].id);
	used = strlen(to);
	if (loss >= 0 && loss != only)
		str_printf(to + used, size - used,
			   "DATA LOSS: what came since %s is lost when it is "
			   "taken back.",
			   b->steps[loss].id);
	return to[0] != '\0';
}

static void
write_lines(const struct director *d, struct buf *out,
	    const struct plan_item *items, size_t count,
	    const struct message *m, const char *kept)
{
	char line[ROOM_LINE];
	struct jwriter w;

	jw_init(&w, out);
	jw_array(&w, NULL);
	if (no_return_line(d, line, sizeof(line)))
		jw_text(&w, NULL, line);
	head_line(d, line, sizeof(line), items, count, kept);
	jw_text(&w, NULL, line);
	for (size_t i = 0; i < count && i < ITEM_LINES; i++) {
		item_line(d, line, sizeof(line), i, &items[i], &m->found[i]);
		add_baseline(d, line, sizeof(line),
			     plan_object(d->book, &items[i]),
			     m->found[i].plan.after);
		jw_text(&w, NULL, line);
	}
	if (count > ITEM_LINES) {
		str_printf(line, sizeof(line), "and %zu more items",
			   count - ITEM_LINES);
		jw_text(&w, NULL, line);
	}
	rollback_person_lines(d, &w, items, count);
	drain_lines(d, &w, items, count);
	emergency_line(d, &w, items, count);
	invariants_undo_lines(d, &w, items, count);
	if (closure_line(d, line, sizeof(line), items, count))
		jw_text(&w, NULL, line);
	rollback_target_line(d, line, sizeof(line));
	jw_text(&w, NULL, line);
	jw_array_end(&w);
}

/* "ROLLBACK prod us-east-1", or what is taken back by its object. */
static void
write_phrase(const struct director *d, const struct plan_item *items,
	     size_t count, char *to, size_t size)
{
	char what[PHRASE_NAMES + 24] = "";
	size_t more = 0;

	if (d->rollback.names[0] == '\0') {
		book_phrase(to, size, d->book, "ROLLBACK");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const char *object = plan_object(d->book, &items[i]);
		size_t used = strlen(what);

		if (items[i].because > 0)
			continue;
		if (object[0] == '\0')
			object = plan_name(d->book, &items[i]);
		if (used + strlen(object) + 1 > PHRASE_NAMES && used > 0)
			more++;
		else
			str_printf(what + used, sizeof(what) - used, "%s%s",
				   used > 0 ? " " : "", object);
	}
	if (more > 0)
		str_printf(what + strlen(what), sizeof(what) - strlen(what),
			   " +%zu", more);
	book_phrase_for(to, size, d->book, "REVERT", what);
}

static void
emit_armed(struct director *d, const struct plan_item *items, size_t count,
	   const struct message *m, const char *kept)
{
	char phrase[120], digest[DIGEST_HEX];
	struct buf list, lines;
	struct record r;

	buf_init(&list, 65536);
	buf_init(&lines, 65536);
	write_phrase(d, items, count, phrase, sizeof(phrase));
	rollback_target_phrase(d, phrase, sizeof(phrase));
	rollback_show(d, m);
	composition_digest(d, items, count, digest);
	write_items(&list, items, count, m);
	write_lines(d, &lines, items, count, m, kept);
	rollback_begin_record(d, &r, ROLLBACK_ARMED, d->options.commander);
	record_text(&r, "phrase", phrase);
	record_text(&r, "digest", digest);
	record_text(&r, "cause", d->rollback.cause);
	if (d->room->rollback == ROLLBACK_HALTED) /* it stays halted for that */
		record_text(&r, "detail", d->room->rollback_detail);
	record_flag(&r, "targeted", d->rollback.names[0] != '\0');
	record_flag(&r, "anew", !shows_the_rest(d));
	record_text(&r, "names", d->rollback.names);
	record_json(&r, "items", buf_str(&list));
	record_json(&r, "lines", buf_str(&lines));
	if (d->book->rollback.confirm == ROLLBACK_TWO_PERSON)
		second_ask(d, &r, "rollback");
	countdown_ask(d, &r);
	if (director_emit(d, &r))
		second_play(d);
	buf_clear(&list);
	buf_clear(&lines);
}

void
rollback_armed(struct director *d, const struct message *m)
{
	struct plan_item *items;
	struct buf kept;
	size_t count;

	if (d->parking || rollback_is_running(d))
		return;
	buf_init(&kept, 1024);
	items = rollback_items(d, &count, &kept);
	if (count != m->found_count) {
		/* a step ended meanwhile */
		rollback_ask(d, d->rollback.names, d->rollback.cause);
	} else {
		runner_decline(d, "a rollback was asked for");
		emit_armed(d, items, count, m, buf_str(&kept));
		if (rollback_is_automatic(d) && d->rollback.by_breach &&
		    !rollback_target_forbids(d))
			rollback_begin(d, "policy");
	}
	mem_free(items);
	buf_clear(&kept);
}

bool
rollback_plan_stands(const struct director *d)
{
	struct plan_item *items;
	char digest[DIGEST_HEX];
	size_t count;

	items = rollback_items(d, &count, NULL);
	composition_digest(d, items, count, digest);
	mem_free(items);
	return strcmp(digest, d->room->prompt.digest) == 0;
}

void
rollback_confirm(struct director *d, const struct command *c)
{
	const struct room_prompt *p = &d->room->prompt;

	if (strcmp(c->text, p->phrase) != 0) {
		director_notice(d, "not confirmed: type exactly %s", p->phrase);
		return;
	}
	if (strcmp(c->digest, p->digest) != 0 || !rollback_plan_stands(d)) {
		director_notice(d, "not confirmed: what must be undone has "
				   "changed since the plan was shown; look "
				   "again");
		rollback_withdraw(d, "the plan was stale");
		rollback_ask(d, d->rollback.names, "the plan was stale");
		return;
	}
	if (!rollback_target_is_known(d)) {
		director_notice(d, "not confirmed: what it leads back to is no "
				   "longer healthy; look again");
		rollback_withdraw(d, "the target is not healthy");
		rollback_ask(d, d->rollback.names, "the target is not healthy");
		return;
	}
	if (second_allows(d))
		rollback_check_live(d, d->options.commander);
}

void
rollback_decline(struct director *d)
{
	errand_drop(d, PURPOSE_UNDO_ARM);
	d->rollback.by_breach = false;
	if (d->room->rollback != ROLLBACK_ARMED &&
	    d->room->rollback != ROLLBACK_PROPOSED)
		return;
	rollback_answer(d, "stays available: R");
}
