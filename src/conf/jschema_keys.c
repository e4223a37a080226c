/* jschema_keys - the keywords, one row each, and what their values must be. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "conf/jschema_make.h"

#define ON_NUMBER KIND_BIT(JKIND_NUMBER)
#define ON_STRING KIND_BIT(JKIND_STRING)
#define ON_ARRAY KIND_BIT(JKIND_ARRAY)
#define ON_OBJECT KIND_BIT(JKIND_OBJECT)
#define ENUM_FEW 8 /* longer ones are looked up by hash */

bool
maker_must(struct maker *m, const struct sub *s, const struct jnode *v,
	   bool is_right, const char *what)
{
	return is_right ||
	       maker_fail(m, s->resource, v, "\"%.*s\" must be %s, found %s",
			  (int)v->key_len, v->key, what, jkind_words(v->kind));
}

static unsigned
type_bits(const struct jnode *v)
{
	static const struct {
		const char *name;
		unsigned bits;
	} types[] = {
		{ "null", KIND_BIT(JKIND_NULL) },
		{ "boolean", KIND_BIT(JKIND_FALSE) | KIND_BIT(JKIND_TRUE) },
		{ "number", ON_NUMBER },
		{ "string", ON_STRING },
		{ "array", ON_ARRAY },
		{ "object", ON_OBJECT },
		{ "integer", TYPE_INTEGER },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (jnode_text_is(v, types[i].name))
			return types[i].bits;
	return 0;
}

static bool
make_type(struct maker *m, struct sub *s, const struct jnode *v)
{
	const struct jnode *x = v->kind == JKIND_ARRAY ? v + 1 : v;
	uint32_t count = v->kind == JKIND_ARRAY ? v->len : 1;
	struct check *c = maker_check(m, s, "type", judge_type, KIND_ANY);

	for (uint32_t i = 0; i < count; i++, x = jnode_next(x)) {
		unsigned bits = type_bits(x);

		if (bits == 0)
			return maker_fail(m, s->resource, x,
					  "\"type\" knows null, boolean, "
					  "number, integer, string, array and "
					  "object");
		c->types |= bits;
	}
	return maker_must(m, s, v, count > 0, "a type or a list of types");
}

static int
by_hash(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static bool
make_enum(struct maker *m, struct sub *s, const struct jnode *v)
{
	struct check *c;
	const struct jnode *x = v + 1;

	if (!maker_must(m, s, v, v->kind == JKIND_ARRAY, "a list"))
		return false;
	c = maker_check(m, s, "enum", judge_enum, KIND_ANY);
	c->value = v;
	if (v->len <= ENUM_FEW)
		return true;
	c->hashes = arena_take(&m->schema->arena, v->len * sizeof(uint64_t));
	for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x))
		c->hashes[i] = jnode_hash(x);
	qsort(c->hashes, v->len, sizeof(uint64_t), by_hash);
	return true;
}

static bool
make_const(struct maker *m, struct sub *s, const struct jnode *v)
{
	maker_check(m, s, "const", judge_const, KIND_ANY)->value = v;
	return true;
}

/* Keywords that are one number. */
static bool
make_bound(struct maker *m, struct sub *s, const struct jnode *v,
	   const char *name, judge_fn *judge, unsigned kinds)
{
	bool is_count = kinds != ON_NUMBER;
	struct check *c;

	if (!maker_must(m, s, v, v->kind == JKIND_NUMBER, "a number"))
		return false;
	if (is_count && (v->number < 0 || v->number != floor(v->number)))
		return maker_fail(m, s->resource, v,
				  "\"%s\" must be a whole number, 0 or more",
				  name);
	c = maker_check(m, s, name, judge, kinds);
	c->value = v;
	return true;
}

#define BOUND(function, word, judge, kinds)                     \
	static bool function(struct maker *m, struct sub *s,    \
			     const struct jnode *v)             \
	{                                                       \
		return make_bound(m, s, v, word, judge, kinds); \
	}
BOUND(make_minimum, "minimum", judge_minimum, ON_NUMBER)
BOUND(make_maximum, "maximum", judge_maximum, ON_NUMBER)
BOUND(make_above, "exclusiveMinimum", judge_above, ON_NUMBER)
BOUND(make_below, "exclusiveMaximum", judge_below, ON_NUMBER)
BOUND(make_min_length, "minLength", judge_min_length, ON_STRING)
BOUND(make_max_length, "maxLength", judge_max_length, ON_STRING)
BOUND(make_min_items, "minItems", judge_min_count, ON_ARRAY)
BOUND(make_max_items, "maxItems", judge_max_count, ON_ARRAY)
BOUND(make_min_members, "minProperties", judge_min_count, ON_OBJECT)
BOUND(make_max_members, "maxProperties", judge_max_count, ON_OBJECT)
#undef BOUND

static bool
make_multiple(struct maker *m, struct sub *s, const struct jnode *v)
{
	return maker_must(m, s, v, v->kind == JKIND_NUMBER && v->number > 0,
			  "a number above 0") &&
	       make_bound(m, s, v, "multipleOf", judge_multiple, ON_NUMBER);
}

static bool
make_pattern(struct maker *m, struct sub *s, const struct jnode *v)
{
	struct pattern *p;

	if (!maker_must(m, s, v, v->kind == JKIND_STRING, "a text"))
		return false;
	p = maker_pattern(m, s->resource, v, v->text, v->len);
	if (p == NULL)
		return false;
	maker_check(m, s, "pattern", judge_pattern, ON_STRING)->pattern = p;
	return true;
}

static bool
make_unique(struct maker *m, struct sub *s, const struct jnode *v)
{
	if (!maker_must(m, s, v,
			v->kind == JKIND_TRUE || v->kind == JKIND_FALSE,
			"true or false"))
		return false;
	if (v->kind == JKIND_TRUE)
		maker_check(m, s, "uniqueItems", judge_unique, ON_ARRAY);
	return true;
}

static bool
refuse_recursive(struct maker *m, struct sub *s, const struct jnode *v)
{
	return maker_fail(m, s->resource, v,
			  "\"%.*s\" of draft 2019-09 is not understood: write "
			  "$dynamicRef and draft 2020-12",
			  (int)v->key_len, v->key);
}

/* clang-format off */
static const struct keyword keywords[] = {
	{ "$ref",                  HOLDS_NONE,   make_ref },
	{ "$dynamicRef",           HOLDS_NONE,   make_dynamic },
	{ "$recursiveRef",         HOLDS_NONE,   refuse_recursive },
	{ "$recursiveAnchor",      HOLDS_NONE,   refuse_recursive },
	{ "$defs",                 HOLDS_MAP,    NULL },
	{ "definitions",           HOLDS_MAP,    NULL },
	{ "type",                  HOLDS_NONE,   make_type },
	{ "enum",                  HOLDS_NONE,   make_enum },
	{ "const",                 HOLDS_NONE,   make_const },
	{ "minimum",               HOLDS_NONE,   make_minimum },
	{ "maximum",               HOLDS_NONE,   make_maximum },
	{ "exclusiveMinimum",      HOLDS_NONE,   make_above },
	{ "exclusiveMaximum",      HOLDS_NONE,   make_below },
	{ "multipleOf",            HOLDS_NONE,   make_multiple },
	{ "minLength",             HOLDS_NONE,   make_min_length },
	{ "maxLength",             HOLDS_NONE,   make_max_length },
	{ "pattern",               HOLDS_NONE,   make_pattern },
	{ "properties",            HOLDS_MAP,    make_members },
	{ "patternProperties",     HOLDS_MAP,    make_members },
	{ "additionalProperties",  HOLDS_ONE,    make_members },
	{ "required",              HOLDS_NONE,   make_members },
	{ "propertyNames",         HOLDS_ONE,    make_names },
	{ "minProperties",         HOLDS_NONE,   make_min_members },
	{ "maxProperties",         HOLDS_NONE,   make_max_members },
	{ "dependentSchemas",      HOLDS_MAP,    make_dependencies },
	{ "dependentRequired",     HOLDS_NONE,   make_dependencies },
	{ "dependencies",          HOLDS_MIXED,  make_dependencies },
	{ "prefixItems",           HOLDS_LIST,   make_items },
	{ "items",                 HOLDS_EITHER, make_items },
	{ "additionalItems",       HOLDS_ONE,    make_items },
	{ "contains",              HOLDS_ONE,    make_contains },
	{ "minItems",              HOLDS_NONE,   make_min_items },
	{ "maxItems",              HOLDS_NONE,   make_max_items },
	{ "uniqueItems",           HOLDS_NONE,   make_unique },
	{ "allOf",                 HOLDS_LIST,   make_all_of },
	{ "anyOf",                 HOLDS_LIST,   make_any_of },
	{ "oneOf",                 HOLDS_LIST,   make_one_of },
	{ "not",                   HOLDS_ONE,    make_not },
	{ "if",                    HOLDS_ONE,    make_condition },
	{ "then",                  HOLDS_ONE,    NULL },
	{ "else",                  HOLDS_ONE,    NULL },
	{ "unevaluatedProperties", HOLDS_ONE,    make_left },
	{ "unevaluatedItems",      HOLDS_ONE,    make_left },
};
/* clang-format on */

const struct keyword *
jschema_keyword(const struct jnode *member)
{
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
		if (jnode_key_is(member, keywords[i].name))
			return &keywords[i];
	return NULL;
}
