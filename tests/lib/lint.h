/*
 * lint - files that people might write, and what is said about them.
 *
 * A case takes a sound file, replaces one text in it, and names the one
 * finding that must come of it: "line:column", rule, part of the sentence.
 */
#ifndef TESTS_LIB_LINT_H
#define TESTS_LIB_LINT_H

#include "conf/conf.h"

struct lint_case {
	const char *what;      /* a promise */
	const char *from, *to; /* what is replaced, once, and by what */
	const char *at;	       /* "12:7" */
	const char *rule;
	const char *part;
};

/* Writes `text` as `name` in a folder of its own and lints it. */
void lint_text(const char *name, const char *text, struct findings *f);
void lint_bytes(const char *name, const char *bytes, size_t len,
		struct findings *f);

/* Loads the runbook `text` with the rollback manifest `manifest` (may be
 * NULL) beside it as "rollback.json"; *out may become NULL. */
void lint_book(struct book **out, const char *text, const char *manifest,
	       struct findings *f);

/* `text` with the first `from` replaced by `to`; mem_free() it. */
char *lint_replace(const char *text, const char *from, const char *to);

/* Is there a finding of this place, rule and part? */
bool lint_found(const struct findings *f, const char *at, const char *rule,
		const char *part);
/* Does the case hold: its finding is there, and nothing else?  All findings
 * are printed when not. */
bool lint_holds(const struct lint_case *c, const struct findings *f);
/* Runs `cases` on `text` as file `name`; fails the test at the end when some
 * did not hold. */
void lint_run(const struct lint_case *cases, size_t count, const char *name,
	      const char *text);
/* Fails the test when there is any finding. */
void lint_expect_none(const struct findings *f);

#endif
