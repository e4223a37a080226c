/* jschema_make - from the text of a schema to checks; a queue, not recursion,
 * so that a chain of references costs no stack. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/jschema_make.h"

bool
maker_fail(struct maker *m, const struct resource *r, const struct jnode *v,
	   const char *fmt, ...)
{
	const struct jtree *tree = &r->source->tree;
	char raw[400], clean[240], place[64];
	struct buf pointer;
	const char *other = r->source->next == NULL ? "" : r->source->uri;
	va_list args;

	if (m->has_failed)
		return false;
	m->has_failed = true;
	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	text_clean(clean, sizeof(clean), raw, strlen(raw));
	buf_init(&pointer, 2048);
	jnode_pointer(&pointer, tree, v);
	text_clean(place, sizeof(place), buf_str(&pointer), pointer.len);
	buf_clear(&pointer);
	if (r->source->next == NULL) /* the first source: the caller's text */
		*m->at = v->at;
	err_set(m->e, ERR_INPUT, "%s, at \"%.60s%s\"", clean, other, place);
	return false;
}

struct sub *
maker_sub(struct maker *m, struct resource *r, const struct jnode *v)
{
	struct source *source = r->source;
	struct sub **known = &source->subs[v - source->tree.nodes];
	struct resource *own;

	if (*known != NULL)
		return *known;
	if (v->kind != JKIND_OBJECT && v->kind != JKIND_TRUE &&
	    v->kind != JKIND_FALSE)
		return maker_fail(m, r, v,
				  "a schema must be an object, true or false, "
				  "found %s",
				  jkind_words(v->kind)),
		       NULL;
	*known = arena_take(&m->schema->arena, sizeof(**known));
	(*known)->node = v;
	own = v->kind == JKIND_OBJECT && jnode_get(v, "$id") != NULL
		      ? jschema_resource_of(m->schema, v)
		      : NULL;
	(*known)->resource = own != NULL ? own : r;
	(*known)->never = v->kind == JKIND_FALSE;
	*m->last = *known;
	m->last = &(*known)->queued;
	return *known;
}

struct check *
maker_check(struct maker *m, struct sub *s, const char *name, judge_fn *judge,
	    unsigned kinds)
{
	struct check *c;

	if (s->count == s->room) {
		uint32_t room = s->room == 0 ? 4 : s->room * 2;
		struct check *more = arena_take(&m->schema->arena,
						room * sizeof(struct check));

		if (s->count > 0)
			memcpy(more, s->checks,
			       s->count * sizeof(struct check));
		s->checks = more;
		s->room = room;
	}
	c = &s->checks[s->count++];
	c->name = name;
	c->judge = judge;
	c->kinds = kinds;
	return c;
}

/* What is left unevaluated is known last. */
static void
order_checks(struct sub *s)
{
	for (uint32_t i = 0, left = s->count; i < left;) {
		struct check c = s->checks[i];

		if (c.judge != judge_unevaluated) {
			i++;
			continue;
		}
		memmove(&s->checks[i], &s->checks[i + 1],
			(s->count - i - 1) * sizeof(c));
		s->checks[s->count - 1] = c;
		s->wants_all = true;
		left--;
	}
}

static bool
make_sub(struct maker *m, struct sub *s)
{
	const struct jnode *x = s->node + 1;
	const struct jnode *ref;

	if (s->node->kind != JKIND_OBJECT)
		return true;
	ref = jnode_get(s->node, "$ref");
	if (ref != NULL && s->resource->dialect == DIALECT_07)
		return jschema_keyword(ref)->make(m, s, ref);
	for (uint32_t i = 0; i < s->node->len; i++, x = jnode_next(x)) {
		const struct keyword *k = jschema_keyword(x);

		if (k != NULL && k->make != NULL && !k->make(m, s, x))
			return false;
	}
	order_checks(s);
	return true;
}

/* ---- loops: a schema that needs itself for the same value ---- */

typedef void edge_fn(void *ctx, struct sub *to);

static void
each_edge(const struct check *c, edge_fn *take, void *ctx)
{
	if (c->judge == judge_ref || c->judge == judge_not) {
		take(ctx, c->sub);
	} else if (c->judge == judge_all || c->judge == judge_any ||
		   c->judge == judge_one) {
		for (size_t i = 0; i < c->count; i++)
			take(ctx, c->list[i]);
	} else if (c->judge == judge_condition) {
		take(ctx, c->condition->test);
		if (c->condition->then != NULL)
			take(ctx, c->condition->then);
		if (c->condition->otherwise != NULL)
			take(ctx, c->condition->otherwise);
	} else if (c->judge == judge_dependencies) {
		for (size_t i = 0; i < c->count; i++)
			if (c->dependencies[i].sub != NULL)
				take(ctx, c->dependencies[i].sub);
	}
}

static void
count_entry(void *ctx, struct sub *to)
{
	(void)ctx;
	to->entries++;
}

/* The last way in is gone: it can be taken off, too. */
static void
drop_entry(void *ctx, struct sub *to)
{
	struct sub **ready = ctx;

	if (--to->entries == 0) {
		to->queued = *ready;
		*ready = to;
	}
}

/* Takes off, one by one, what nothing needs for the same value any more; what
 * is left goes round. */
static bool
check_loops(struct maker *m, struct sub **all, size_t count)
{
	struct sub *ready = NULL;

	for (size_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < all[i]->count; k++)
			each_edge(&all[i]->checks[k], count_entry, NULL);
	for (size_t i = 0; i < count; i++) {
		all[i]->queued = NULL;
		if (all[i]->entries == 0) {
			all[i]->queued = ready;
			ready = all[i];
		}
	}
	while (ready != NULL) {
		struct sub *s = ready;

		ready = s->queued;
		for (uint32_t k = 0; k < s->count; k++)
			each_edge(&s->checks[k], drop_entry, &ready);
	}
	for (size_t i = 0; i < count; i++)
		if (all[i]->entries > 0)
			return maker_fail(m, all[i]->resource, all[i]->node,
					  "the references go round in a "
					  "circle: no value could ever be "
					  "judged");
	return true;
}

static bool
make_all(struct maker *m)
{
	struct sub **all = NULL;
	size_t count = 0, room = 0;
	bool good = true;

	for (struct sub *s = m->first; good && s != NULL; s = s->queued) {
		if (count == room) {
			room = room == 0 ? 64 : room * 2;
			all = mem_grow(all, room, sizeof(struct sub *));
		}
		all[count++] = s;
		good = make_sub(m, s);
	}
	good = good && check_loops(m, all, count);
	mem_free(all);
	return good;
}

enum err_code
jschema_compile(struct jschema **out, const char *text, size_t len,
		const struct jschema_text *more, size_t count, size_t *at,
		struct err *e)
{
	struct maker m = { .more = more, .more_count = count, .e = e };
	struct source *source;

	*out = NULL;
	*at = 0;
	if (len > JSCHEMA_MOST)
		return err_set(e, ERR_LIMIT, "the schema is larger than %d MiB",
			       (int)(JSCHEMA_MOST >> 20));
	m.at = at;
	m.last = &m.first;
	m.schema = mem_new(1, sizeof(*m.schema));
	source = maker_source(&m, "", text, len, DIALECT_2020);
	if (source != NULL)
		m.schema->root = maker_sub(
			&m, jschema_resource_of(m.schema, source->tree.nodes),
			source->tree.nodes);
	if (m.schema->root == NULL || !make_all(&m)) {
		assert(m.has_failed);
		jschema_free(m.schema);
		return e->code;
	}
	*out = m.schema;
	return ERR_NONE;
}

void
jschema_free(struct jschema *s)
{
	if (s == NULL)
		return;
	jschema_patterns_free(s);
	for (struct source *x = s->sources; x != NULL; x = x->next) {
		jtree_clear(&x->tree);
		mem_free(x->text);
		mem_free(x->subs);
	}
	arena_clear(&s->arena);
	mem_free(s);
}
