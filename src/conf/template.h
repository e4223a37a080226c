/*
 * template - {target}, {value} and {ttl_seconds} in the acts of a rollback.
 *
 * Words are replaced in the tree, before any encoder sees the text, so a
 * value can never break out of its place.  "{{ … }}" belongs to the platform
 * and stays untouched.
 */
#ifndef CONF_TEMPLATE_H
#define CONF_TEMPLATE_H

#include "conf/node.h"

#define TEMPLATE_WORDS "target value ttl_seconds"

struct template_values {
	const char *target, *value;
	const char *ttl_seconds; /* NULL: the manifest gives none */
};

/* Reports each {word} that is none of ours. */
void template_check(const struct site *s, const struct node *n);

/* A copy of the tree with the words replaced; lives in `a` and in `n`. */
struct node *template_fill(struct arena *a, const struct site *s,
			   const struct node *n,
			   const struct template_values *values);

#endif
