/*
 * template - {target}, {value}, {ttl_seconds} and {region} in acts.
 *
 * Words are replaced in the tree, before any encoder sees the text; what goes
 * into a path is percent-encoded, what goes into a JSON pointer is escaped.  So
 * a value can never break out of its place.  "{{ … }}" belongs to the platform
 * and stays untouched.
 */
#ifndef CONF_TEMPLATE_H
#define CONF_TEMPLATE_H

#include "conf/node.h"

#define TEMPLATE_WORDS "target value ttl_seconds"
#define TEMPLATE_REGION "region" /* inside of a parallel act */
#define TEMPLATE_NONE ""	 /* in what a step does */

/* A row of the rollback manifest: what it lacks is reported there. */
struct template_row {
	const struct site *s;	/* the manifest */
	const struct node *map; /* the row */
	int step;
	const struct site *names_at;	/* the runbook */
	const struct node *target_name; /* what `names` makes of it; NULL */
	const struct node *value_name;
};

struct template_values {
	const char *target;
	const char *value;		/* NULL: the row gives none */
	const char *ttl_seconds;	/* likewise */
	const char *region;		/* NULL: {region} stays as it is */
	const struct template_row *row; /* NULL: of no row */
};

/* Reports each {word} that is none of `words`; below a key "parallel"
 * {region} is one more.  The words of a program, and ${word}, have a meaning of
 * their own: with TEMPLATE_NONE only a word of the rollback's acts is reported
 * there. */
void template_check(const struct site *s, const struct node *n,
		    const char *words);

/* Is there a {word} in it, known or not? */
bool template_has_word(const char *text);

/* A copy of the tree with the words replaced; lives in `a` and in `n`.  Its
 * texts name the row they took a value from (node.from). */
struct node *template_fill(struct arena *a, const struct site *s,
			   const struct node *n,
			   const struct template_values *values);

#endif
