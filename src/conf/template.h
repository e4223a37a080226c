/*
 * template - {target}, {value}, {ttl_seconds} and {region} in acts.
 *
 * Words are replaced in the tree, before any encoder sees the text, so a
 * value can never break out of its place.  "{{ … }}" belongs to the platform
 * and stays untouched.
 */
#ifndef CONF_TEMPLATE_H
#define CONF_TEMPLATE_H

#include "conf/node.h"

#define TEMPLATE_WORDS "target value ttl_seconds"
#define TEMPLATE_REGION "region" /* inside of a parallel act */

struct template_values {
	const char *target, *value;
	const char *ttl_seconds; /* NULL: the manifest gives none */
	const char *region;	 /* NULL: {region} stays as it is */
};

/* Reports each {word} that is none of `words`; below a key "parallel"
 * {region} is one more. */
void template_check(const struct site *s, const struct node *n,
		    const char *words);

/* A copy of the tree with the words replaced; lives in `a` and in `n`. */
struct node *template_fill(struct arena *a, const struct site *s,
			   const struct node *n,
			   const struct template_values *values);

#endif
