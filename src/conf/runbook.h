/*
 * runbook - what the parts of the runbook loader share.
 *
 * One loader per file being read; each part fills its share of the book and
 * reports what it does not like.  Owner thread.
 */
#ifndef CONF_RUNBOOK_H
#define CONF_RUNBOOK_H

#include "conf/fields.h"
#include "conf/keyset.h"
#include "conf/kinds.h"
#include "conf/node.h"
#include "model/book.h"

struct loader {
	struct site s; /* the runbook */
	const char *path;
	size_t errors_before; /* in the findings, when loading began */
	const struct conf_kinds *kinds;
	struct book *book;
	struct keyset names; /* scopes: the four below */
	struct arena arena;  /* filled-in acts */
	/* Where things stand in the file, parallel to the book's arrays. */
	const struct node **step_nodes;
	const struct node **undo_nodes;	   /* in the rollback manifest */
	struct doc gates, trunk, rollback; /* the files it names */
	size_t named_gates;		   /* of the book's, in `gates` */
};

/* Scopes of loader.names; the value is the thing in the book. */
extern const char scope_endpoint[], scope_signal[], scope_step[],
	scope_object[];

/* The rows of the runbook; nested ones hang below. */
extern const struct field runbook_fields[];
extern const struct field endpoint_fields[];
extern const struct field probe_fields[];
extern const struct field signal_fields[];
extern const struct field step_fields[];
extern const struct field rollback_fields[];
extern const struct field rollback_act_fields[];

/* The row of a kind by name; NULL. */
const struct kind_spec *kind_find(const struct kind_spec *const *kinds,
				  const char *name);
/* The one member of `map` that is named as a kind; reports none and two.
 * `what` is "probe" or "step". */
const struct node *kind_member(const struct loader *l, const struct node *map,
			       const struct field *rows,
			       const struct kind_spec *const *kinds,
			       const char *what);

/* Settings of a kind by its rows, under dotted names, fallbacks filled in. */
void kind_settings(struct loader *l, const struct kind_spec *spec,
		   const struct node *n, struct settings *out);
/* {kind: {settings}}: one key, or the further keys that `rows` know. */
void act_read(struct loader *l, const struct node *map,
	      const struct field *rows, struct act *out);

/* Does the act change the world?  Would it be hard to take back? */
bool act_changes(const struct act *act);
bool act_is_destructive(const struct act *act);
/* Can the kind read back what it did, and was it told how? */
bool act_lacks_verify(const struct loader *l, const struct act *act);

/* Does the endpoint's adapter suit this setting of this kind?  The adapters
 * that would, or NULL when any will do. */
const char *fit_adapters(const char *kind, const char *param);

/* The parts, in the order they run. */
void endpoints_read(struct loader *l, const struct node *n);
void probes_read(struct loader *l, const struct node *n);
void steps_read(struct loader *l, const struct node *n);
void steps_order(struct loader *l); /* needs and cycles */
void rollback_read(struct loader *l, const struct node *n);
void book_lint(struct loader *l, const struct node *root);

/* Reads the file that `n` names, beside the runbook.  False when it cannot
 * be read (reported at `n`) or has no tree. */
bool named_file(struct loader *l, const struct node *n, struct doc *d);

/* Loads a runbook that has been parsed; *out NULL when there are errors. */
void runbook_load(struct book **out, const struct doc *d,
		  const struct conf_kinds *kinds, struct findings *f);
/* The same for its findings alone, and for what only a linter says. */
void runbook_check(const struct doc *d, const struct conf_kinds *kinds,
		   struct findings *f);

#endif
