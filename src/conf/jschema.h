/*
 * jschema - documents judged against a JSON Schema, for contracts with
 * interfaces.
 *
 * Draft 2020-12 (the default) and draft-07 by `$schema`; draft-06 is read as
 * draft-07, 2019-09 as 2020-12.  The common older spellings (`definitions`,
 * `dependencies`, `items` as a list with `additionalItems`) are understood in
 * both.  `format` and the content keywords are annotations.  A schema is
 * compiled once: every reference is resolved, every pattern compiled; whatever
 * could not be judged as written is refused there, never skipped in silence.
 * References outside reach the published metaschemas, which are built in, and
 * the further documents given; nothing is fetched.
 *
 * Patterns are ECMA-262 with Unicode, run by PCRE2 under limits of steps for a
 * text and of processor time for a document.  (The schema
 * that `warroom schema` prints for runbooks is made in schema_out.c.)
 */
#ifndef CONF_JSCHEMA_H
#define CONF_JSCHEMA_H

#include "base/buf.h"
#include "conf/jtree.h"

#define JSCHEMA_MOST ((size_t)4 * 1024 * 1024) /* bytes of a schema */
#define JSCHEMA_FINDINGS 100 /* kept; further ones are counted */

struct jschema; /* immutable: any thread may judge with it */

/* A further document that references may reach by its address. */
struct jschema_text {
	const char *uri; /* absolute, without fragment */
	const char *text;
	size_t len;
};

/* Compiles text[0..len), which is copied, as `more[0..count)` are.  ERR_FORMAT
 * (no JSON), ERR_INPUT (no schema, or one that cannot be judged as written),
 * ERR_LIMIT; *at is then the byte offset in `text`, and `e` has the JSON
 * pointer beside the reason. */
enum err_code jschema_compile(struct jschema **out, const char *text,
			      size_t len, const struct jschema_text *more,
			      size_t count, size_t *at,
			      struct err *e) MUST_CHECK;
void jschema_free(struct jschema *s); /* NULL is fine */

struct jschema_finding {
	size_t at;	   /* byte offset in the document */
	char pointer[256]; /* of the value that is wrong, JSON pointer */
	char keyword[256]; /* of what it breaks: "/properties/a/type" */
	char rule[24];	   /* the keyword's name; "limit" */
	char text[320];	   /* one clean sentence: value and expectation */
};

/* Zeroed = empty.  In the order of judging. */
struct jschema_findings {
	struct jschema_finding *items;
	size_t count; /* kept, at most JSCHEMA_FINDINGS */
	size_t total;
};

/* Frees what the list holds; it may be used again. */
void jschema_findings_clear(struct jschema_findings *f);

/* Is the document what the schema asks for?  Every violation is added to
 * `out`; NULL: the first one ends it. */
bool jschema_judge(const struct jschema *s, const struct jtree *doc,
		   struct jschema_findings *out);

#endif
