/*
 * invariants - what must hold of several objects, before each act.
 *
 * An act that would or may break a rule is not begun: a step's confirm is
 * refused, a rollback halts before the item.  A person may override a rule for
 * one plan, by its name, with a reason and a second person.
 */
#include "engine/director.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/invariant.h"

#define RULE_LINES 6 /* most lines of a plan about rules */

static const char *
verb_of(enum invariant_word word)
{
	return word == INVARIANT_BROKEN ? "breaks" : "may break";
}

/* What is broken comes first: a list that is cut still says it. */
void
invariants_step_lines(const struct director *d, struct jwriter *w, int step)
{
	const struct book_step *s = runner_step(d, step);
	char why[200], line[ROOM_LINE];
	struct invariant_state now;
	int lines = 0;

	invariant_now(&now, d->room);
	for (int kept = 0; kept <= 1; kept++)
		for (size_t i = 0; i < d->book->invariant_count; i++) {
			const struct book_invariant *rule =
				&d->book->invariants[i];
			enum invariant_word word = invariant_judge(
				&now, i, s->object, s->sets, why, sizeof(why));

			if (!invariant_is_about(rule, d->book, s->object) ||
			    (word == INVARIANT_KEPT) != kept ||
			    lines++ >= RULE_LINES)
				continue;
			if (kept)
				str_printf(line, sizeof(line), "keeps %s: %s",
					   rule->id, rule->title);
			else
				str_printf(line, sizeof(line), "%s %s",
					   word == INVARIANT_BROKEN
						   ? "BREAKS"
						   : "MAY BREAK",
					   why);
			jw_text(w, NULL, line);
		}
	invariant_clear(&now);
}

/* The item after which the rule holds again for certain, or -1. */
static int
mended_at(const struct director *d, const struct invariant_state *then,
	  size_t rule, const struct plan_item *items, size_t from, size_t count)
{
	const struct book_invariant *r = &d->book->invariants[rule];
	struct invariant_state later = { .book = then->book };
	int found = -1;

	later.values = mem_copy(then->values,
				d->book->object_count * sizeof(*then->values));
	for (size_t i = from; i < count && found < 0; i++) {
		invariant_do(&later, plan_object(d->book, &items[i]),
			     invariant_undo_sets(d->room, &items[i]));
		if (i > from && invariant_holds(&later, r))
			found = (int)i;
	}
	invariant_clear(&later);
	return found;
}

static void
item_line(const struct director *d, struct jwriter *w,
	  const struct plan_item *items, size_t i, enum invariant_word word,
	  const char *why, int mended)
{
	char line[ROOM_LINE], until[24] = "";

	if (mended >= 0)
		str_printf(until, sizeof(until), " until item %d", mended + 1);
	str_printf(line, sizeof(line), "item %zu %s %s%s: %s", i + 1,
		   plan_name(d->book, &items[i]),
		   word == INVARIANT_BROKEN ? "BREAKS" : "MAY BREAK", until,
		   why);
	jw_text(w, NULL, line);
}

void
invariants_undo_lines(const struct director *d, struct jwriter *w,
		      const struct plan_item *items, size_t count)
{
	struct invariant_state then;
	char why[200];
	int lines = 0;

	invariant_now(&then, d->room);
	for (size_t i = 0; i < count; i++) {
		const char *object = plan_object(d->book, &items[i]);
		const char *sets = invariant_undo_sets(d->room, &items[i]);

		for (size_t n = 0; n < d->book->invariant_count; n++) {
			enum invariant_word word = invariant_judge(
				&then, n, object, sets, why, sizeof(why));

			if (word != INVARIANT_KEPT && lines++ < RULE_LINES)
				item_line(d, w, items, i, word, why,
					  mended_at(d, &then, n, items, i,
						    count));
		}
		invariant_do(&then, object, sets);
	}
	invariant_clear(&then);
}

bool
invariants_allow(struct director *d, int step)
{
	enum invariant_word word;
	char why[160];
	int rule = invariant_of_step(d->room, (size_t)step, &word, why,
				     sizeof(why));

	if (rule < 0)
		return true;
	/* What is not known yet may be known when the baseline is taken. */
	if (word == INVARIANT_DOUBT && baseline_is_due(d, step))
		return true;
	director_notice(d,
			"not confirmed: it %s %s; :override %s REASON with a "
			"second person",
			verb_of(word), why, d->book->invariants[rule].id);
	return false;
}

bool
invariants_allow_item(const struct director *d, const struct plan_item *item,
		      char *why, size_t size)
{
	enum invariant_word word;
	char what[160];

	if (invariant_of_item(d->room, item, &word, what, sizeof(what)) < 0)
		return true;
	str_printf(why, size, "it %s %s; :override in a new plan",
		   verb_of(word), what);
	return false;
}

/* Does acting on the open plan break this very rule, or may it? */
static bool
prompt_breaks(const struct director *d, size_t rule)
{
	const struct room *r = d->room;
	struct plan_item *items;
	struct invariant_state then;
	char why[160];
	bool breaks = false;
	size_t count;

	invariant_now(&then, r);
	if (r->prompt.step >= 0) {
		const struct book_step *s = runner_step(d, r->prompt.step);

		breaks = invariant_judge(&then, rule, s->object, s->sets, why,
					 sizeof(why)) != INVARIANT_KEPT;
		invariant_clear(&then);
		return breaks;
	}
	items = rollback_items(d, &count, NULL);
	for (size_t i = 0; i < count; i++) {
		const char *object = plan_object(d->book, &items[i]);
		const char *sets = invariant_undo_sets(r, &items[i]);

		breaks = breaks ||
			 invariant_judge(&then, rule, object, sets, why,
					 sizeof(why)) != INVARIANT_KEPT;
		invariant_do(&then, object, sets);
	}
	mem_free(items);
	invariant_clear(&then);
	return breaks;
}

/* Why this override is none; NULL when it is one. */
static const char *
refusal(const struct director *d, const struct command *c, int rule)
{
	if (rule < 0)
		return "the runbook has no such invariant";
	if (c->text[strspn(c->text, " \t")] == '\0')
		return "it needs a reason";
	if (!d->room->prompt.open)
		return "no plan is open: show the one it is for first";
	if (errand_is_out(d, PURPOSE_RECHECK) ||
	    errand_is_out(d, PURPOSE_UNDO_RECHECK) ||
	    errand_is_out(d, PURPOSE_BASELINE))
		return "the plan is being confirmed";
	if (!prompt_breaks(d, (size_t)rule))
		return "the open plan keeps it";
	if (room_is_overridden(d->room, d->room->prompt.step, (size_t)rule))
		return "it is overridden already in this plan";
	if (d->room->override_count == ROOM_OVERRIDES)
		return "too many rules were overridden in this night";
	return NULL;
}

void
invariants_override(struct director *d, const struct command *c)
{
	int rule = invariant_named(d->book, c->target);
	const char *why = refusal(d, c, rule);
	char digest[DIGEST_HEX];
	struct record r;

	if (rule < 0 && rollback_leave(d, c))
		return;
	if (why != NULL) {
		director_notice(d, "not overridden: \"%.48s\": %s", c->target,
				why);
		return;
	}
	record_init(&r, RECORD_OVERRIDE, d->options.commander);
	record_text(&r, "step", room_prompt_name(d->room));
	record_text(&r, "rule", d->book->invariants[rule].id);
	record_text(&r, "reason", c->text);
	str_copy(digest, sizeof(digest), d->room->prompt.digest);
	room_override_mix(digest, d->book->invariants[rule].id,
			  record_get(&r, "reason"));
	record_text(&r, "digest", digest);
	second_ask(d, &r, room_prompt_name(d->room));
	if (!director_emit(d, &r))
		return;
	director_notice(d,
			"%s is overridden for this plan once a second person "
			"approves",
			c->target);
	second_play(d);
}
