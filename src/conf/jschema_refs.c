/* jschema_refs - which schemas have names, and what a reference means. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/jschema_make.h"

#define URI_MOST 4096

struct resource *
jschema_resource_of(const struct jschema *s, const struct jnode *root)
{
	for (struct resource *r = s->resources; r != NULL; r = r->next)
		if (r->root == root)
			return r;
	return NULL;
}

static struct resource *
resource_at(const struct jschema *s, const char *uri)
{
	for (struct resource *r = s->resources; r != NULL; r = r->next)
		if (str_same(r->uri, uri))
			return r;
	return NULL;
}

static const struct {
	const char *uri;
	enum dialect dialect;
} dialects[] = {
	{ "http://json-schema.org/draft-06/schema", DIALECT_07 },
	{ "http://json-schema.org/draft-07/schema", DIALECT_07 },
	{ "https://json-schema.org/draft/2019-09/schema", DIALECT_2020 },
	{ "https://json-schema.org/draft/2020-12/schema", DIALECT_2020 },
};

/* What `$schema` says; false when it is one we do not know. */
static bool
read_dialect(struct maker *m, struct resource *r, const struct jnode *v)
{
	const struct jnode *d = jnode_get(v, "$schema");
	size_t len;

	if (d == NULL)
		return true;
	if (d->kind != JKIND_STRING)
		return maker_fail(m, r, d, "\"$schema\" must be a text");
	len = d->len;
	if (len > 0 && d->text[len - 1] == '#')
		len--;
	for (size_t i = 0; i < ARRAY_LEN(dialects); i++)
		if (strlen(dialects[i].uri) == len &&
		    memcmp(dialects[i].uri, d->text, len) == 0) {
			r->dialect = dialects[i].dialect;
			return true;
		}
	return maker_fail(m, r, d,
			  "the dialect \"%.*s\" is not known here: draft-06, "
			  "draft-07, 2019-09 and 2020-12 are",
			  (int)(d->len > 100 ? 100 : d->len), d->text);
}

static bool
add_anchor(struct maker *m, struct resource *r, const struct jnode *v,
	   const struct jnode *name, bool is_dynamic)
{
	struct anchor *a;

	if (name->kind != JKIND_STRING || name->len == 0)
		return maker_fail(m, r, name, "an anchor must be a name");
	for (a = r->anchors; a != NULL; a = a->next) {
		const struct jnode *known = a->node;

		if (known->len == name->len &&
		    memcmp(known->text, name->text, name->len) == 0)
			return maker_fail(m, r, name,
					  "the anchor \"%.*s\" is given twice",
					  (int)name->len, name->text);
	}
	a = arena_take(&m->schema->arena, sizeof(*a));
	a->node = name;
	a->is_dynamic = is_dynamic;
	a->next = r->anchors;
	r->anchors = a;
	a->sub = maker_sub(m, r, v);
	return a->sub != NULL;
}

static struct resource *
add_resource(struct maker *m, struct source *source, const char *uri,
	     const struct jnode *root, enum dialect dialect)
{
	struct resource *r = arena_take(&m->schema->arena, sizeof(*r));

	r->uri = uri;
	r->source = source;
	r->root = root;
	r->dialect = dialect;
	r->next = m->schema->resources;
	m->schema->resources = r;
	return r;
}

/* The resource that `$id` begins at `v`, else `r`; NULL after maker_fail(). */
static struct resource *
read_id(struct maker *m, struct resource *r, const struct jnode *v)
{
	const struct jnode *id = jnode_get(v, "$id");
	struct resource *made;
	struct buf uri;
	const char *text;
	bool good;

	if (id == NULL || (r->dialect == DIALECT_07 && jnode_get(v, "$ref")))
		return r;
	if (id->kind != JKIND_STRING)
		return maker_fail(m, r, id, "\"$id\" must be a text"), NULL;
	if (id->len > 0 && id->text[0] == '#')
		return r; /* draft-07: a name, not an address */
	buf_init(&uri, URI_MOST);
	good = uri_resolve(&uri, r->uri, id->text, id->len);
	text = arena_text(&m->schema->arena, buf_str(&uri), uri.len);
	buf_clear(&uri);
	if (!good)
		return maker_fail(m, r, id, "\"$id\" is no address"), NULL;
	if (r->root == v) {
		/* Known by both names: where it came from, and its own. */
		r->uri = text;
		return r;
	}
	made = resource_at(m->schema, text);
	if (made != NULL)
		return maker_fail(m, r, id, "\"$id\" %.100s is given twice",
				  text),
		       NULL;
	return add_resource(m, r->source, text, v, r->dialect);
}

static bool read_names(struct maker *m, struct resource *r,
		       const struct jnode *v);

static bool
read_names_in(struct maker *m, struct resource *r, const struct jnode *v,
	      enum holds holds)
{
	const struct jnode *x = v + 1;
	bool has_list = v->kind == JKIND_ARRAY &&
			(holds == HOLDS_LIST || holds == HOLDS_EITHER);
	bool has_map = v->kind == JKIND_OBJECT &&
		       (holds == HOLDS_MAP || holds == HOLDS_MIXED);

	if (!has_list && !has_map)
		return (holds != HOLDS_ONE && holds != HOLDS_EITHER) ||
		       read_names(m, r, v);
	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x))
		if (!read_names(m, r, x))
			return false;
	return true;
}

/* `$id`s and anchors of the schema `v` and of all within. */
static bool
read_names(struct maker *m, struct resource *r, const struct jnode *v)
{
	const struct jnode *x = v + 1;
	const struct jnode *name;

	if (v->kind != JKIND_OBJECT)
		return true;
	r = read_id(m, r, v);
	if (r == NULL || (r->root == v && !read_dialect(m, r, v)))
		return false;
	name = jnode_get(v, "$id");
	if (r->dialect == DIALECT_07 && name != NULL && name->len > 1 &&
	    name->kind == JKIND_STRING && name->text[0] == '#' &&
	    !add_anchor(m, r, v, name, false))
		return false;
	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
		const struct keyword *k = jschema_keyword(x);
		bool is_dynamic = jnode_key_is(x, "$dynamicAnchor");

		if (r->dialect == DIALECT_2020 &&
		    (is_dynamic || jnode_key_is(x, "$anchor")) &&
		    !add_anchor(m, r, v, x, is_dynamic))
			return false;
		if (k != NULL && k->holds != HOLDS_NONE &&
		    !read_names_in(m, r, x, k->holds))
			return false;
	}
	return true;
}

struct source *
maker_source(struct maker *m, const char *uri, const char *text, size_t len,
	     enum dialect dialect)
{
	struct source *s = arena_take(&m->schema->arena, sizeof(*s));
	struct resource *r;

	s->text = mem_text_n(text, len);
	s->uri = uri;
	s->next = m->schema->sources;
	m->schema->sources = s;
	if (!jtree_read(&s->tree, s->text, len)) {
		if (m->schema->sources->next == NULL)
			*m->at = s->tree.at;
		m->has_failed = true;
		err_set(m->e, ERR_FORMAT, "%s", s->tree.why);
		return NULL;
	}
	s->subs = mem_new(s->tree.count, sizeof(struct sub *));
	r = add_resource(m, s, uri, s->tree.nodes, dialect);
	/* The dialect rules how `$id` is read, so it comes first. */
	if (s->tree.nodes[0].kind == JKIND_OBJECT &&
	    !read_dialect(m, r, s->tree.nodes))
		return NULL;
	return read_names(m, r, s->tree.nodes) ? s : NULL;
}

/* A document not read yet: one that was given, or a metaschema. */
static struct resource *
fetch_known(struct maker *m, const char *uri, enum dialect dialect)
{
	const char *text = jschema_meta(uri);
	size_t len = text == NULL ? 0 : strlen(text);
	struct source *s;

	/* Read before, and known by its own `$id` since. */
	for (s = m->schema->sources; s != NULL; s = s->next)
		if (str_same(s->uri, uri))
			return jschema_resource_of(m->schema, s->tree.nodes);
	for (size_t i = 0; text == NULL && i < m->more_count; i++)
		if (str_same(m->more[i].uri, uri)) {
			text = m->more[i].text;
			len = m->more[i].len;
		}
	if (text == NULL)
		return NULL;
	s = maker_source(m, arena_text(&m->schema->arena, uri, strlen(uri)),
			 text, len, dialect);
	return s == NULL ? NULL : jschema_resource_of(m->schema, s->tree.nodes);
}

/* "#/a%25b": the percent signs of a fragment, RFC 6901 6. */
static bool
decode_fragment(struct buf *out, const char *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		const char *high, *low;

		if (p[i] != '%') {
			buf_char(out, p[i]);
			continue;
		}
		if (i + 2 >= len || p[i + 1] == '\0' || p[i + 2] == '\0')
			return false;
		high = strchr(digits, p[i + 1] | 0x20);
		low = strchr(digits, p[i + 2] | 0x20);
		if (high == NULL || low == NULL)
			return false;
		buf_char(out, (char)((high - digits) << 4 | (low - digits)));
		i += 2;
	}
	return !out->cut;
}

/* Walks a pointer; *r follows the resources it passes. */
static const struct jnode *
walk(const struct jschema *s, struct resource **r, const struct buf *pointer)
{
	const struct jnode *v = (*r)->root;
	const char *p = buf_str(pointer);
	const char *end = p + pointer->len;

	while (v != NULL && p < end && *p == '/') {
		const char *slash = memchr(p + 1, '/', (size_t)(end - p - 1));
		const char *stop = slash == NULL ? end : slash;
		struct resource *inner;

		v = jnode_step(v, p + 1, (size_t)(stop - p - 1));
		inner = v == NULL ? NULL : jschema_resource_of(s, v);
		if (inner != NULL)
			*r = inner;
		p = stop;
	}
	return v;
}

static struct sub *
find_anchor(const struct resource *r, const struct buf *name)
{
	for (struct anchor *a = r->anchors; a != NULL; a = a->next) {
		const char *text = a->node->text;
		size_t len = a->node->len;

		if (text[0] == '#') { /* draft-07 writes it into `$id` */
			text++;
			len--;
		}
		if (len == name->len && memcmp(text, buf_str(name), len) == 0)
			return a->sub;
	}
	return NULL;
}

static struct sub *
find_fragment(struct maker *m, struct resource *r, const struct buf *fragment)
{
	const struct jnode *v;

	if (fragment->len > 0 && fragment->data[0] != '/')
		return find_anchor(r, fragment);
	v = walk(m->schema, &r, fragment);
	if (v == NULL)
		return NULL;
	return maker_sub(m, r, v);
}

struct sub *
maker_resolve(struct maker *m, struct resource *r, const struct jnode *ref)
{
	struct resource *target;
	struct sub *found = NULL;
	struct buf uri, fragment;
	const char *hash;
	size_t len;

	if (ref->kind != JKIND_STRING)
		return maker_fail(m, r, ref, "a reference must be a text"),
		       NULL;
	hash = memchr(ref->text, '#', ref->len);
	len = hash == NULL ? ref->len : (size_t)(hash - ref->text);
	buf_init(&uri, URI_MOST);
	buf_init(&fragment, URI_MOST);
	if (uri_resolve(&uri, r->uri, ref->text, len) &&
	    (hash == NULL ||
	     decode_fragment(&fragment, hash + 1, ref->len - len - 1))) {
		target = len == 0 ? r : resource_at(m->schema, buf_str(&uri));
		if (target == NULL)
			target = fetch_known(m, buf_str(&uri), r->dialect);
		if (target != NULL)
			found = find_fragment(m, target, &fragment);
	}
	if (found == NULL && !m->has_failed)
		maker_fail(m, r, ref,
			   "nothing is at the reference \"%.*s\" (nothing is "
			   "fetched from outside)",
			   (int)(ref->len > 120 ? 120 : ref->len), ref->text);
	buf_clear(&uri);
	buf_clear(&fragment);
	return found;
}
