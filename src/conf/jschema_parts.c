/* jschema_parts - keywords about what is inside objects and lists. */
#include <string.h>

#include "conf/jschema_in.h"

static void
mark(struct marks *m, uint32_t index)
{
	if (m != NULL)
		m->bits[index / 64] |= (uint64_t)1 << (index % 64);
}

static bool
is_marked(const struct marks *m, uint32_t index)
{
	return (m->bits[index / 64] >> (index % 64) & 1) != 0;
}

static const struct member *
find_member(const struct members *g, const struct jnode *x)
{
	uint32_t i = x->key_hash & g->mask;

	for (; g->table[i].name != NULL; i = (i + 1) & g->mask)
		if (g->table[i].hash == x->key_hash &&
		    g->table[i].len == x->key_len &&
		    memcmp(g->table[i].name, x->key, x->key_len) == 0)
			return &g->table[i];
	return NULL;
}

static bool
say_missing(struct trial *t, const struct members *g, const struct jnode *v)
{
	if (trial_is_quiet(t))
		return false;
	for (uint32_t i = 0; i <= g->mask; i++)
		if (g->table[i].is_required &&
		    jnode_get_n(v, g->table[i].name, g->table[i].len) == NULL)
			trial_say(t, "required", v,
				  "the member \"%.*s\" is missing",
				  (int)(g->table[i].len > 100
						? 100
						: g->table[i].len),
				  g->table[i].name);
	return false;
}

/* The patterns of patternProperties; *is_known when one matched. */
static bool
judge_by_pattern(struct trial *t, const struct members *g,
		 const struct jnode *x, bool *is_known)
{
	bool good = true;

	for (size_t i = 0; i < g->pattern_count; i++) {
		int matches =
			pattern_matches(t, g->patterns[i], x->key, x->key_len);

		if (matches < 0)
			return trial_give_up(t, "patternProperties", x,
					     pattern_why(matches));
		if (matches == 0)
			continue;
		*is_known = true;
		good = judge_sub(t, g->pattern_subs[i], x, NULL) && good;
	}
	return good;
}

bool
judge_members(struct trial *t, const struct check *c, const struct jnode *v,
	      struct marks *marks)
{
	const struct members *g = c->members;
	const struct jnode *x = v + 1;
	uint32_t required = 0;
	bool good = true;

	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
		const struct member *p = find_member(g, x);
		bool is_known = p != NULL && p->sub != NULL;

		if (p != NULL)
			required += p->is_required;
		if (is_known && !judge_sub(t, p->sub, x, NULL))
			good = false;
		if (g->pattern_count > 0 &&
		    !judge_by_pattern(t, g, x, &is_known))
			good = false;
		if (!is_known && g->others != NULL) {
			is_known = true;
			if (!judge_sub(t, g->others, x, NULL))
				good = false;
		}
		if (is_known)
			mark(marks, i);
		if (!good && (t->gave_up || trial_is_quiet(t)))
			return false;
	}
	return (required == g->required || say_missing(t, g, v)) && good;
}

bool
judge_names(struct trial *t, const struct check *c, const struct jnode *v,
	    struct marks *marks)
{
	const struct jnode *outer = t->member;
	const struct jnode *x = v + 1;
	bool good = true;

	(void)marks;
	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
		struct jnode name = { .text = x->key,
				      .len = x->key_len,
				      .span = 1,
				      .at = x->at,
				      .kind = JKIND_STRING };

		t->member = x;
		if (!judge_sub(t, c->sub, &name, NULL))
			good = false;
		if (!good && (t->gave_up || trial_is_quiet(t)))
			break;
	}
	t->member = outer;
	return good;
}

bool
judge_items(struct trial *t, const struct check *c, const struct jnode *v,
	    struct marks *marks)
{
	const struct items *g = c->items;
	const struct jnode *x = v + 1;
	bool good = true;

	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
		const struct sub *s =
			i < g->first_count ? g->first[i] : g->rest;

		if (s == NULL)
			break;
		mark(marks, i);
		if (judge_sub(t, s, x, NULL))
			continue;
		good = false;
		if (t->gave_up || trial_is_quiet(t))
			return false;
	}
	return good;
}

bool
judge_contains(struct trial *t, const struct check *c, const struct jnode *v,
	       struct marks *marks)
{
	const struct contains *g = c->contains;
	const struct jnode *x = v + 1;
	uint32_t fits = 0;

	t->quiet++;
	for (uint32_t i = 0; i < v->len && !t->gave_up; i++, x = jnode_next(x))
		if (judge_sub(t, g->sub, x, NULL)) {
			fits++;
			mark(marks, i);
		}
	t->quiet--;
	if (t->gave_up)
		return false;
	if (fits < g->least)
		return trial_say(t, "contains", v,
				 "%u of the %u items fit what the list must "
				 "hold, fewer than %.15g",
				 fits, v->len, g->least);
	if (g->most >= 0 && fits > g->most)
		return trial_say(t, "maxContains", v,
				 "%u items fit what the list may hold, more "
				 "than %.15g",
				 fits, g->most);
	return true;
}

static bool
judge_needed(struct trial *t, const struct check *c, const struct dependency *d,
	     const struct jnode *v)
{
	const struct jnode *x = d->names + 1;
	bool good = true;

	for (uint32_t i = 0; i < d->names->len; i++, x = jnode_next(x))
		if (jnode_get_n(v, x->text, x->len) == NULL)
			good = trial_say(
				t, c->name, v,
				"beside \"%.*s\" the member \"%.*s\" is "
				"missing",
				(int)(d->name->key_len > 80 ? 80
							    : d->name->key_len),
				d->name->key, (int)(x->len > 80 ? 80 : x->len),
				x->text);
	return good;
}

bool
judge_dependencies(struct trial *t, const struct check *c,
		   const struct jnode *v, struct marks *marks)
{
	bool good = true;

	for (size_t i = 0; i < c->count; i++) {
		const struct dependency *d = &c->dependencies[i];

		if (jnode_get_n(v, d->name->key, d->name->key_len) == NULL)
			continue;
		if (d->sub != NULL ? !judge_sub(t, d->sub, v, marks)
				   : !judge_needed(t, c, d, v))
			good = false;
		if (!good && (t->gave_up || trial_is_quiet(t)))
			return false;
	}
	return good;
}

bool
judge_unevaluated(struct trial *t, const struct check *c, const struct jnode *v,
		  struct marks *marks)
{
	const struct jnode *x = v + 1;
	bool good = true;

	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
		if (is_marked(marks, i))
			continue;
		mark(marks, i);
		if (judge_sub(t, c->sub, x, NULL))
			continue;
		good = false;
		if (t->gave_up || trial_is_quiet(t))
			return false;
	}
	return good;
}
