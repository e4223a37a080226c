/* jschema_groups - keywords with schemas inside, and those that are looked at
 * together: members, items, alternatives, references. */
#include <math.h>
#include <string.h>

#include "conf/jschema_make.h"

/* Groups are made once, by whichever of their words comes first. */
static bool
has_check(const struct sub *s, judge_fn *judge)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (s->checks[i].judge == judge)
			return true;
	return false;
}

static struct member *
put_member(struct members *g, const char *name, uint32_t len)
{
	uint32_t hash = jtree_hash(name, len);
	uint32_t i = hash & g->mask;

	for (; g->table[i].name != NULL; i = (i + 1) & g->mask)
		if (g->table[i].len == len &&
		    memcmp(g->table[i].name, name, len) == 0)
			return &g->table[i];
	g->table[i].name = name;
	g->table[i].len = len;
	g->table[i].hash = hash;
	return &g->table[i];
}

static bool
put_required(struct maker *m, struct sub *s, struct members *g,
	     const struct jnode *v)
{
	const struct jnode *x;

	if (v == NULL)
		return true;
	if (!maker_must(m, s, v, v->kind == JKIND_ARRAY, "a list of names"))
		return false;
	x = v + 1;
	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
		struct member *p;

		if (x->kind != JKIND_STRING)
			return maker_fail(m, s->resource, x,
					  "\"required\" must be a list of "
					  "names");
		p = put_member(g, x->text, x->len);
		g->required += !p->is_required;
		p->is_required = true;
	}
	return true;
}

static bool
put_patterns(struct maker *m, struct sub *s, struct members *g,
	     const struct jnode *v)
{
	struct arena *arena = &m->schema->arena;
	const struct jnode *x;

	if (v == NULL)
		return true;
	if (!maker_must(m, s, v, v->kind == JKIND_OBJECT, "an object"))
		return false;
	g->patterns = arena_take(arena, v->len * sizeof(struct pattern *));
	g->pattern_subs = arena_take(arena, v->len * sizeof(struct sub *));
	x = v + 1;
	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
		g->patterns[i] =
			maker_pattern(m, s->resource, x, x->key, x->key_len);
		g->pattern_subs[i] = maker_sub(m, s->resource, x);
		if (g->patterns[i] == NULL || g->pattern_subs[i] == NULL)
			return false;
	}
	g->pattern_count = v->len;
	return true;
}

static bool
put_properties(struct maker *m, struct sub *s, struct members *g,
	       const struct jnode *v)
{
	const struct jnode *x;

	if (v == NULL)
		return true;
	if (!maker_must(m, s, v, v->kind == JKIND_OBJECT, "an object"))
		return false;
	x = v + 1;
	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
		struct sub *sub = maker_sub(m, s->resource, x);

		if (sub == NULL)
			return false;
		put_member(g, x->key, x->key_len)->sub = sub;
	}
	return true;
}

bool
make_members(struct maker *m, struct sub *s, const struct jnode *v)
{
	const struct jnode *properties = jnode_get(s->node, "properties");
	const struct jnode *required = jnode_get(s->node, "required");
	const struct jnode *others = jnode_get(s->node, "additionalProperties");
	struct members *g;
	uint32_t names = 4;

	(void)v;
	if (has_check(s, judge_members))
		return true;
	if (properties != NULL)
		names += properties->len;
	if (required != NULL)
		names += required->len;
	g = arena_take(&m->schema->arena, sizeof(*g));
	g->mask = 1;
	while (g->mask < names * 2)
		g->mask *= 2;
	g->table =
		arena_take(&m->schema->arena, g->mask * sizeof(struct member));
	g->mask--;
	maker_check(m, s, "properties", judge_members, KIND_BIT(JKIND_OBJECT))
		->members = g;
	if (others != NULL) {
		g->others = maker_sub(m, s->resource, others);
		if (g->others == NULL)
			return false;
	}
	return put_properties(m, s, g, properties) &&
	       put_required(m, s, g, required) &&
	       put_patterns(m, s, g, jnode_get(s->node, "patternProperties"));
}

bool
make_names(struct maker *m, struct sub *s, const struct jnode *v)
{
	struct sub *sub = maker_sub(m, s->resource, v);

	if (sub != NULL)
		maker_check(m, s, "propertyNames", judge_names,
			    KIND_BIT(JKIND_OBJECT))
			->sub = sub;
	return sub != NULL;
}

/* A list of schemas; NULL after maker_fail(). */
static struct sub **
make_list(struct maker *m, struct sub *s, const struct jnode *v)
{
	struct sub **list;
	const struct jnode *x = v + 1;

	if (!maker_must(m, s, v, v->kind == JKIND_ARRAY, "a list of schemas"))
		return NULL;
	list = arena_take(&m->schema->arena,
			  (v->len + 1) * sizeof(struct sub *));
	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
		list[i] = maker_sub(m, s->resource, x);
		if (list[i] == NULL)
			return NULL;
	}
	return list;
}

/* prefixItems and items; items as a list and additionalItems. */
bool
make_items(struct maker *m, struct sub *s, const struct jnode *v)
{
	const struct jnode *first = jnode_get(s->node, "prefixItems");
	const struct jnode *rest = jnode_get(s->node, "items");
	struct items *g;

	(void)v;
	if (has_check(s, judge_items))
		return true;
	g = arena_take(&m->schema->arena, sizeof(*g));
	g->rest_name = "items";
	if (s->resource->dialect == DIALECT_07)
		first = NULL;
	if (first == NULL && rest != NULL && rest->kind == JKIND_ARRAY) {
		first = rest;
		rest = jnode_get(s->node, "additionalItems");
		g->rest_name = "additionalItems";
	}
	if (first != NULL) {
		g->first = make_list(m, s, first);
		if (g->first == NULL)
			return false;
		g->first_count = first->len;
	}
	if (rest != NULL) {
		g->rest = maker_sub(m, s->resource, rest);
		if (g->rest == NULL)
			return false;
	}
	if (first != NULL || rest != NULL)
		maker_check(m, s, "items", judge_items, KIND_BIT(JKIND_ARRAY))
			->items = g;
	return true;
}

static bool
read_count(struct maker *m, struct sub *s, const char *name, double *out)
{
	const struct jnode *v = jnode_get(s->node, name);

	if (v == NULL || s->resource->dialect == DIALECT_07)
		return true;
	*out = v->kind == JKIND_NUMBER ? v->number : -1;
	return maker_must(m, s, v, *out >= 0 && *out == floor(*out),
			  "a whole number, 0 or more");
}

bool
make_contains(struct maker *m, struct sub *s, const struct jnode *v)
{
	struct contains *g = arena_take(&m->schema->arena, sizeof(*g));

	g->sub = maker_sub(m, s->resource, v);
	g->least = 1;
	g->most = -1;
	maker_check(m, s, "contains", judge_contains, KIND_BIT(JKIND_ARRAY))
		->contains = g;
	return g->sub != NULL && read_count(m, s, "minContains", &g->least) &&
	       read_count(m, s, "maxContains", &g->most);
}

static bool
make_choice(struct maker *m, struct sub *s, const struct jnode *v,
	    const char *name, judge_fn *judge)
{
	struct sub **list = make_list(m, s, v);
	struct check *c;

	if (list == NULL)
		return false;
	if (v->len == 0)
		return maker_fail(m, s->resource, v,
				  "\"%s\" needs at least one schema", name);
	c = maker_check(m, s, name, judge, KIND_ANY);
	c->list = list;
	c->count = v->len;
	return true;
}

bool
make_all_of(struct maker *m, struct sub *s, const struct jnode *v)
{
	return make_choice(m, s, v, "allOf", judge_all);
}

bool
make_any_of(struct maker *m, struct sub *s, const struct jnode *v)
{
	return make_choice(m, s, v, "anyOf", judge_any);
}

bool
make_one_of(struct maker *m, struct sub *s, const struct jnode *v)
{
	return make_choice(m, s, v, "oneOf", judge_one);
}

bool
make_not(struct maker *m, struct sub *s, const struct jnode *v)
{
	struct sub *sub = maker_sub(m, s->resource, v);

	if (sub != NULL)
		maker_check(m, s, "not", judge_not, KIND_ANY)->sub = sub;
	return sub != NULL;
}

bool
make_condition(struct maker *m, struct sub *s, const struct jnode *v)
{
	const struct jnode *then = jnode_get(s->node, "then");
	const struct jnode *otherwise = jnode_get(s->node, "else");
	struct condition *g = arena_take(&m->schema->arena, sizeof(*g));

	maker_check(m, s, "if", judge_condition, KIND_ANY)->condition = g;
	g->test = maker_sub(m, s->resource, v);
	if (then != NULL)
		g->then = maker_sub(m, s->resource, then);
	if (otherwise != NULL)
		g->otherwise = maker_sub(m, s->resource, otherwise);
	return !m->has_failed;
}

bool
make_dependencies(struct maker *m, struct sub *s, const struct jnode *v)
{
	const struct jnode *x = v + 1;
	struct dependency *list;
	struct check *c;

	if (!maker_must(m, s, v, v->kind == JKIND_OBJECT, "an object"))
		return false;
	list = arena_take(&m->schema->arena,
			  v->len * sizeof(struct dependency));
	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
		list[i].name = x;
		if (jnode_key_is(v, "dependentRequired") &&
		    !maker_must(m, s, x, x->kind == JKIND_ARRAY,
				"a list of names"))
			return false;
		if (x->kind == JKIND_ARRAY &&
		    !jnode_key_is(v, "dependentSchemas"))
			list[i].names = x;
		else
			list[i].sub = maker_sub(m, s->resource, x);
		if (m->has_failed)
			return false;
	}
	c = maker_check(m, s, jschema_keyword(v)->name, judge_dependencies,
			KIND_BIT(JKIND_OBJECT));
	c->dependencies = list;
	c->count = v->len;
	return true;
}

bool
make_ref(struct maker *m, struct sub *s, const struct jnode *v)
{
	struct sub *target = maker_resolve(m, s->resource, v);

	if (target != NULL)
		maker_check(m, s, "$ref", judge_ref, KIND_ANY)->sub = target;
	return target != NULL;
}

/* Dynamic only when the place it names first is a dynamic anchor. */
bool
make_dynamic(struct maker *m, struct sub *s, const struct jnode *v)
{
	struct sub *target;
	const char *hash;
	struct check *c;

	if (s->resource->dialect == DIALECT_07)
		return true;
	target = maker_resolve(m, s->resource, v);
	if (target == NULL)
		return false;
	hash = memchr(v->text, '#', v->len);
	for (struct anchor *a = target->resource->anchors; a != NULL;
	     a = a->next) {
		if (!a->is_dynamic || a->sub != target || hash == NULL ||
		    hash + 1 == v->text + v->len || hash[1] == '/')
			continue;
		c = maker_check(m, s, "$dynamicRef", judge_dynamic, KIND_ANY);
		c->sub = target;
		c->anchor = arena_text(&m->schema->arena, a->node->text,
				       a->node->len);
		m->schema->has_dynamic = true;
		return true;
	}
	maker_check(m, s, "$dynamicRef", judge_ref, KIND_ANY)->sub = target;
	return true;
}

bool
make_left(struct maker *m, struct sub *s, const struct jnode *v)
{
	bool is_members = jnode_key_is(v, "unevaluatedProperties");
	struct sub *sub;

	if (s->resource->dialect == DIALECT_07)
		return true;
	sub = maker_sub(m, s->resource, v);
	if (sub != NULL)
		maker_check(m, s, jschema_keyword(v)->name, judge_unevaluated,
			    is_members ? KIND_BIT(JKIND_OBJECT)
				       : KIND_BIT(JKIND_ARRAY))
			->sub = sub;
	return sub != NULL;
}
