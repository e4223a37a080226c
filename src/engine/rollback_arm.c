/*
 * rollback_arm - what must be taken back: read, shown, bound to a phrase.
 *
 * The plan is read live under a short bound: a dead platform must not hide
 * it.  The confirm is bound to the list of items; when a step ended meanwhile
 * and the list moved, the confirm is refused and the plan is shown again.
 */
#include "engine/director.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/forecast.h"

#define PLAN_BOUND_MS 3000 /* real time for reading what is live */
#define SETTLE_MS 10000	   /* room time an absent effect is doubted */

static bool
has_begun(const struct director *d)
{
	return d->room->rollback_began_ms >= 0;
}

/* What the confirm is bound to: the runbook and the very list of items. */
static void
composition_digest(const struct director *d, const struct plan_item *items,
		   size_t count, char out[DIGEST_HEX])
{
	struct buf b;

	buf_init(&b, 65536);
	buf_text(&b, d->book->digest);
	for (size_t i = 0; i < count; i++)
		buf_printf(&b, " %d/%d", items[i].row, items[i].step);
	digest_hex(out, buf_str(&b), b.len);
	buf_clear(&b);
}

/* The items of a rollback that has begun are the room's; before that they
 * are computed from what ran.  The caller frees. */
struct plan_item *
rollback_items(const struct director *d, size_t *count, struct buf *kept)
{
	struct plan_item *items;
	struct plan plan;

	if (has_begun(d)) {
		*count = d->room->undo_count;
		items = mem_new(*count, sizeof(*items));
		for (size_t i = 0; i < *count; i++)
			items[i] = d->room->undos[i].item;
		return items;
	}
	plan_rollback(&plan, d->book, d->room);
	*count = plan.count;
	items = mem_new(plan.count, sizeof(*items));
	for (size_t i = 0; i < plan.count; i++)
		items[i] = plan.items[i];
	for (size_t i = 0; kept != NULL && i < plan.kept_count; i++)
		buf_printf(kept, "%s%s", kept->len ? ", " : "",
			   d->book->steps[plan.kept[i]].id);
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
		.settle_ms = errand == ERRAND_READBACK ? SETTLE_MS : 0,
	};

	bool sent;

	for (size_t i = 0; i < count; i++)
		acts[i] = plan_act(d->book, &items[i]);
	sent = errand_send(d, purpose, -1, &o);
	mem_free(acts);
	return sent;
}

void
rollback_ask(struct director *d, const char *cause)
{
	struct plan_item *items;
	size_t count;

	if (rollback_is_running(d) || d->room->rollback == ROLLBACK_VALIDATED) {
		director_notice(d, "the rollback is %s%s",
				rollback_word(d->room->rollback),
				rollback_is_running(d)
					? "; :fail STEP WHY halts it"
					: "");
		return;
	}
	if (errand_is_out(d, PURPOSE_UNDO_ARM) ||
	    d->room->rollback == ROLLBACK_ARMED)
		return;
	runner_decline(d, "a rollback was asked for");
	items = rollback_items(d, &count, NULL);
	if (count == 0)
		director_notice(d, "nothing ran and no manifest: there is "
				   "nothing to roll back");
	else if (rollback_look(d, PURPOSE_UNDO_ARM, ERRAND_PLAN, items, count))
		errand_bound(d, PURPOSE_UNDO_ARM, PLAN_BOUND_MS);
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
head_line(const struct director *d, char *to, size_t size, size_t count,
	  const char *kept)
{
	struct forecast f;
	char p50[24], p90[24], rto[24];

	forecast_make(&f, d->room, director_now_ms(d));
	str_duration(p50, sizeof(p50), f.p50_ms);
	str_duration(p90, sizeof(p90), f.p90_ms);
	str_duration(rto, sizeof(rto), d->book->rto_ms);
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

static void
write_lines(const struct director *d, struct buf *out,
	    const struct plan_item *items, size_t count,
	    const struct message *m, const char *kept)
{
	char line[ROOM_LINE];
	struct jwriter w;

	jw_init(&w, out);
	jw_array(&w, NULL);
	head_line(d, line, sizeof(line), count, kept);
	jw_text(&w, NULL, line);
	for (size_t i = 0; i < count && i < ROOM_LINES - 2; i++) {
		item_line(d, line, sizeof(line), i, &items[i], &m->found[i]);
		jw_text(&w, NULL, line);
	}
	if (count > ROOM_LINES - 2) {
		str_printf(line, sizeof(line), "and %zu more items",
			   count - (ROOM_LINES - 2));
		jw_text(&w, NULL, line);
	}
	jw_array_end(&w);
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
	book_phrase(phrase, sizeof(phrase), d->book, "ROLLBACK");
	composition_digest(d, items, count, digest);
	write_items(&list, items, count, m);
	write_lines(d, &lines, items, count, m, kept);
	rollback_begin_record(d, &r, ROLLBACK_ARMED, d->options.commander);
	record_text(&r, "phrase", phrase);
	record_text(&r, "digest", digest);
	record_text(&r, "cause", d->rollback.cause);
	record_json(&r, "items", buf_str(&list));
	record_json(&r, "lines", buf_str(&lines));
	director_emit(d, &r);
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
		rollback_ask(d, d->rollback.cause); /* a step ended meanwhile */
	} else {
		runner_decline(d, "a rollback was asked for");
		emit_armed(d, items, count, m, buf_str(&kept));
		if (rollback_is_automatic(d) && d->rollback.by_breach)
			rollback_begin(d, "policy");
	}
	mem_free(items);
	buf_clear(&kept);
}

void
rollback_confirm(struct director *d, const struct command *c)
{
	const struct room_prompt *p = &d->room->prompt;
	struct plan_item *items;
	char digest[DIGEST_HEX];
	size_t count;

	if (strcmp(c->text, p->phrase) != 0) {
		director_notice(d, "not confirmed: type exactly %s", p->phrase);
		return;
	}
	items = rollback_items(d, &count, NULL);
	composition_digest(d, items, count, digest);
	mem_free(items);
	if (strcmp(c->digest, p->digest) != 0 ||
	    strcmp(digest, p->digest) != 0) {
		director_notice(d, "not confirmed: what must be undone has "
				   "changed since the plan was shown; look "
				   "again");
		rollback_withdraw(d, "the plan was stale");
		rollback_ask(d, "the plan was stale");
		return;
	}
	rollback_begin(d, d->options.commander);
}

void
rollback_decline(struct director *d)
{
	errand_drop(d, PURPOSE_UNDO_ARM);
	d->rollback.by_breach = false;
	if (d->room->rollback != ROLLBACK_ARMED &&
	    d->room->rollback != ROLLBACK_PROPOSED)
		return;
	rollback_answer(d);
	rollback_withdraw(d, "stays available: R");
}
