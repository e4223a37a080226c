/*
 * jschema_make - what the parts of jschema's compiler share.
 *
 * A subschema is made as an empty shell when somebody first refers to it, and
 * waits in a queue for its checks.  The first thing that cannot be judged as
 * written ends the making.  For src/conf/jschema*.
 */
#ifndef CONF_JSCHEMA_MAKE_H
#define CONF_JSCHEMA_MAKE_H

#include "conf/jschema_in.h"

struct maker {
	struct jschema *schema;
	const struct jschema_text *more;
	size_t more_count;
	struct sub *first, **last; /* the queue */
	size_t *at;
	struct err *e;
	bool has_failed;
};

/* Where a keyword has schemas inside. */
enum holds {
	HOLDS_NONE,
	HOLDS_ONE,
	HOLDS_LIST,
	HOLDS_MAP,
	HOLDS_EITHER, /* one or a list */
	HOLDS_MIXED,  /* a map to schemas or to lists of names */
};

/* Adds the checks of the member `v` of a schema; false after maker_fail(). */
typedef bool make_fn(struct maker *m, struct sub *s, const struct jnode *v);

struct keyword {
	const char *name;
	enum holds holds;
	make_fn *make; /* NULL: an annotation */
};

extern make_fn make_members, make_names, make_items, make_contains, make_all_of,
	make_any_of, make_one_of, make_not, make_condition, make_dependencies,
	make_ref, make_dynamic, make_left;

/* The row of the keyword the member is named as; NULL: none. */
const struct keyword *jschema_keyword(const struct jnode *member);

/* Refuses the schema; always false. */
bool maker_fail(struct maker *m, const struct resource *r,
		const struct jnode *v, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Refuses a keyword whose value is not `what` ("a number"). */
bool maker_must(struct maker *m, const struct sub *s, const struct jnode *v,
		bool is_right, const char *what);
/* The subschema made of `v`, which lies below a schema of `r`; NULL after
 * maker_fail(). */
struct sub *maker_sub(struct maker *m, struct resource *r,
		      const struct jnode *v);
/* A new check of `s`, in the schema's memory. */
struct check *maker_check(struct maker *m, struct sub *s, const char *name,
			  judge_fn *judge, unsigned kinds);

/* Reads a text as a source at `uri` with all its resources and anchors, in
 * this dialect unless it says another. */
struct source *maker_source(struct maker *m, const char *uri, const char *text,
			    size_t len, enum dialect dialect);
/* The schema a `$ref` names; NULL after maker_fail(). */
struct sub *maker_resolve(struct maker *m, struct resource *r,
			  const struct jnode *ref);
/* Whose root `root` is; NULL: none. */
struct resource *jschema_resource_of(const struct jschema *s,
				     const struct jnode *root);

/* ECMA-262 to compiled PCRE2, kept by the schema; NULL after maker_fail(). */
struct pattern *maker_pattern(struct maker *m, const struct resource *r,
			      const struct jnode *at, const char *text,
			      size_t len);
void jschema_patterns_free(struct jschema *s); /* all patterns of the schema */

/* RFC 3986 5.2: `ref` seen from `base`, without its fragment. */
bool uri_resolve(struct buf *out, const char *base, const char *ref,
		 size_t len);

/* A metaschema's text; NULL when `uri` names none. */
const char *jschema_meta(const char *uri);

#endif
