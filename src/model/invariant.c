/* invariant - what must hold of several objects at once, whatever is done. */
#include "model/invariant.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

int
invariant_object(const struct book *b, const char *object)
{
	for (size_t i = 0; i < b->object_count; i++)
		if (strcmp(b->objects[i], object) == 0)
			return (int)i;
	return -1;
}

int
invariant_named(const struct book *b, const char *id)
{
	for (size_t i = 0; i < b->invariant_count; i++)
		if (strcmp(b->invariants[i].id, id) == 0)
			return (int)i;
	return -1;
}

void
invariant_now(struct invariant_state *out, const struct room *r)
{
	out->book = r->book;
	out->values = mem_new(r->book->object_count, sizeof(*out->values));
	for (size_t i = 0; i < r->book->object_count; i++)
		str_copy(out->values[i], sizeof(out->values[i]),
			 r->objects[i].value);
}

void
invariant_clear(struct invariant_state *s)
{
	mem_free(s->values);
	*s = (struct invariant_state){ 0 };
}

void
invariant_do(struct invariant_state *s, const char *object, const char *sets)
{
	int i = invariant_object(s->book, object);

	if (i >= 0)
		str_copy(s->values[i], sizeof(s->values[i]), sets);
}

static const struct book_member *
member_of(const struct book_invariant *rule, const struct book *b,
	  const char *object)
{
	for (size_t i = 0; i < rule->of_count; i++)
		if (strcmp(b->objects[rule->of[i].object], object) == 0)
			return &rule->of[i];
	return NULL;
}

bool
invariant_is_about(const struct book_invariant *rule, const struct book *b,
		   const char *object)
{
	return member_of(rule, b, object) != NULL;
}

/* Whether a value is the one that counts: from no to yes, both when it is not
 * known. */
struct may {
	int least, most;
};

static struct may
may_count(const char *value, const struct book_member *m)
{
	if (value[0] == '\0')
		return (struct may){ 0, 1 };
	return strcmp(value, m->value) == 0 ? (struct may){ 1, 1 }
					    : (struct may){ 0, 0 };
}

/* The members beside `but`. */
static struct may
count_others(const struct invariant_state *s, const struct book_invariant *rule,
	     const struct book_member *but)
{
	struct may all = { 0, 0 };

	for (size_t i = 0; i < rule->of_count; i++) {
		const struct book_member *m = &rule->of[i];
		struct may one = may_count(s->values[m->object], m);

		if (m == but)
			continue;
		all.least += one.least;
		all.most += one.most;
	}
	return all;
}

/* How far a count is from what is allowed. */
static int
excess(const struct book_invariant *rule, int count)
{
	if (count < rule->least)
		return rule->least - count;
	return count > rule->most ? count - rule->most : 0;
}

bool
invariant_holds(const struct invariant_state *s,
		const struct book_invariant *rule)
{
	struct may all = count_others(s, rule, NULL);

	return excess(rule, all.least) == 0 && excess(rule, all.most) == 0;
}

static enum invariant_word
word_of(const struct book_invariant *rule, struct may others, struct may before,
	struct may after)
{
	bool worse = false;
	bool always = true;

	for (int n = others.least; n <= others.most; n++)
		for (int a = after.least; a <= after.most; a++) {
			always = always && excess(rule, n + a) > 0;
			for (int b = before.least; b <= before.most; b++)
				worse = worse || excess(rule, n + a) >
							 excess(rule, n + b);
		}
	return !worse	? INVARIANT_KEPT
	       : always ? INVARIANT_BROKEN
			: INVARIANT_DOUBT;
}

static void
add(char *to, size_t size, const char *before, const char *a, const char *b)
{
	size_t used = strlen(to);

	if (used + 1 < size)
		str_printf(to + used, size - used, "%s%s%s%s", before, a,
			   b[0] != '\0' ? " " : "", b);
}

/* "one-trunk: 1 to 2 after it, exactly 1: trunk:a active; unknown: trunk:b" */
static void
write_why(const struct invariant_state *s, const struct book_invariant *rule,
	  const struct book_member *acted, const char *sets, struct may all,
	  char *to, size_t size)
{
	const char *between = ": ";
	char many[32], allowed[48];

	str_printf(many, sizeof(many), "%d", all.least);
	if (all.most > all.least)
		str_printf(many, sizeof(many), "%d to %d", all.least, all.most);
	if (rule->least == rule->most)
		str_printf(allowed, sizeof(allowed), "exactly %d", rule->most);
	else if (rule->least > 0)
		str_printf(allowed, sizeof(allowed), "at least %d",
			   rule->least);
	else
		str_printf(allowed, sizeof(allowed), "at most %d", rule->most);
	str_printf(to, size, "%s: %s after it, %s", rule->id, many, allowed);
	for (int known = 1; known >= 0; known--) {
		for (size_t i = 0; i < rule->of_count; i++) {
			const struct book_member *m = &rule->of[i];
			const char *value =
				m == acted ? sets : s->values[m->object];

			if (known ? strcmp(value, m->value) != 0
				  : value[0] != '\0')
				continue;
			add(to, size, between, s->book->objects[m->object],
			    known ? m->value : "");
			between = ", ";
		}
		between = "; unknown: ";
	}
}

enum invariant_word
invariant_judge(const struct invariant_state *s, size_t rule,
		const char *object, const char *sets, char *why, size_t size)
{
	const struct book_invariant *r = &s->book->invariants[rule];
	const struct book_member *acted = member_of(r, s->book, object);
	struct may others, before, after;

	assert(rule < s->book->invariant_count);
	why[0] = '\0';
	if (acted == NULL)
		return INVARIANT_KEPT;
	others = count_others(s, r, acted);
	before = may_count(s->values[acted->object], acted);
	after = may_count(sets, acted);
	write_why(s, r, acted, sets,
		  (struct may){ others.least + after.least,
				others.most + after.most },
		  why, size);
	return word_of(r, others, before, after);
}

const char *
invariant_undo_sets(const struct room *r, const struct plan_item *i)
{
	const char *sets = i->row >= 0 ? r->book->rollback.undos[i->row].sets
				       : r->book->steps[i->step].undo_sets;
	int row = book_baseline_of(r->book, plan_object(r->book, i));

	return sets[0] == '\0' && row >= 0 && r->baseline[row].taken
		       ? r->baseline[row].value
		       : sets;
}

/* The first that is not kept and not overridden in the plan of `plan`. */
static int
first_of(const struct invariant_state *s, const struct room *r, int plan,
	 const char *object, const char *sets, enum invariant_word *word,
	 char *why, size_t size)
{
	for (size_t i = 0; i < r->book->invariant_count; i++) {
		*word = invariant_judge(s, i, object, sets, why, size);
		if (*word != INVARIANT_KEPT && !room_is_overridden(r, plan, i))
			return (int)i;
	}
	*word = INVARIANT_KEPT;
	why[0] = '\0';
	return -1;
}

int
invariant_of_step(const struct room *r, size_t step, enum invariant_word *word,
		  char *why, size_t size)
{
	const struct book_step *s = &r->book->steps[step];
	struct invariant_state now;
	int rule;

	assert(step < r->book->step_count);
	invariant_now(&now, r);
	rule = first_of(&now, r, (int)step, s->object, s->sets, word, why,
			size);
	invariant_clear(&now);
	return rule;
}

int
invariant_of_item(const struct room *r, const struct plan_item *item,
		  enum invariant_word *word, char *why, size_t size)
{
	struct invariant_state now;
	int rule;

	invariant_now(&now, r);
	rule = first_of(&now, r, -1, plan_object(r->book, item),
			invariant_undo_sets(r, item), word, why, size);
	invariant_clear(&now);
	return rule;
}

int
invariant_of_prompt(const struct room *r, enum invariant_word *word, char *why,
		    size_t size)
{
	const struct room_undo *undos = r->has_planned ? r->planned : r->undos;
	size_t count = r->has_planned ? r->planned_count : r->undo_count;
	struct invariant_state then;
	int rule = -1;

	*word = INVARIANT_KEPT;
	why[0] = '\0';
	if (!r->prompt.open)
		return -1;
	if (r->prompt.step >= 0)
		return invariant_of_step(r, (size_t)r->prompt.step, word, why,
					 size);
	invariant_now(&then, r);
	for (size_t i = 0; i < count && rule < 0; i++) {
		const char *object = plan_object(r->book, &undos[i].item);
		const char *sets = invariant_undo_sets(r, &undos[i].item);

		if (undos[i].act.state == STEP_VERIFIED && !undos[i].is_left)
			continue;
		rule = first_of(&then, r, -1, object, sets, word, why, size);
		invariant_do(&then, object, sets);
	}
	invariant_clear(&then);
	return rule;
}
