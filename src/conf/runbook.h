/*
 * runbook - what the parts of the runbook loader share.
 *
 * One loader per file being read; each part fills its share of the book and
 * reports what it does not like.  Owner thread.
 */
#ifndef CONF_RUNBOOK_H
#define CONF_RUNBOOK_H

#include "base/fsio.h"
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
	struct buf schemas;		   /* and the digests of schemas */
	struct buf approvers;		   /* and the one that is no tree */
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
extern const struct field retry_fields[];
extern const struct field rollback_fields[];
extern const struct field rollback_act_fields[];
extern const struct field validate_fields[];
extern const struct field drain_fields[];
extern const struct field invariant_fields[];

/* How an object of the baseline is read; NULL-terminated. */
extern const struct kind_spec *const baseline_reads[];
extern const struct field baseline_fields[];

/* The row of a kind by name; NULL. */
const struct kind_spec *kind_find(const struct kind_spec *const *kinds,
				  const char *name);
/* The one member of `map` that is named as a kind; reports none and two.
 * `what` is "probe", "step" or "read". */
const struct node *kind_member(const struct loader *l, const struct node *map,
			       const struct field *rows,
			       const struct kind_spec *const *kinds,
			       const char *what);

/* What a list of words for a program must be; reported. */
void argv_check(const struct site *s, const struct kind_spec *spec,
		const struct param *p, const struct node *list);

/* What a step that makes calls or load or runs a program must say, in `map` and
 * as read from it: counts, shares and times that can hold, and an end.
 * Reported. */
void traffic_check(const struct site *s, const struct kind_spec *spec,
		   const struct node *map, const struct settings *with);

/* What a step of kind dns sets, or one by hand reads back: a name, a value of
 * the record's type (RFC 1035, RFC 3596) and a time to live, which the guide
 * wants from 60 to 300 s; `with` is what was read from `map`.  Reported; other
 * kinds pass. */
void record_check(const struct site *s, const struct kind_spec *spec,
		  const struct node *map, const struct settings *with);
/* Can it be the name of a record?  One dot may end it. */
bool record_name_is_sound(const char *name);

/* Settings of a kind by its rows, under dotted names, fallbacks filled in. */
void kind_settings(struct loader *l, const struct kind_spec *spec,
		   const struct node *n, struct settings *out);
/* The settings `n` of the step kind that row `p` names, once for each region
 * of `over` (NULL: reported as missing), into `out` under "region.name". */
void each_read(struct loader *l, const struct param *p, const struct node *over,
	       const struct node *n, struct settings *out);
/* Reports when not exactly one of the kind's PARAM_EACH rows is given. */
void each_check(struct loader *l, const struct kind_spec *spec,
		const struct node *map);
/* {kind: {settings}}: one key, or the further keys that `rows` know. */
void act_read(struct loader *l, const struct node *map,
	      const struct field *rows, struct act *out);

/* The same for what a rollback looks at: a kind that needs a person, or only
 * waits, is reported. */
void act_read_check(struct loader *l, const struct node *map,
		    const struct field *rows, struct act *out);

/* The same for what a step does: what reads back the undo of a person is
 * reported there. */
void act_read_forward(struct loader *l, const struct node *map,
		      struct act *out);

/* The same for what a rollback carries out, or asks a person for: a kind that
 * puts nothing back is reported. */
void act_read_undo(struct loader *l, const struct node *map,
		   const struct field *rows, struct act *out);

/* The value the act itself says it gives its object: a trunk's status, a
 * record's value, what an http act reads back; "" when it says none, or one
 * that does not fit. */
void act_sets(const struct act *act, char *to, size_t size);
/* What the act is seen to change, or to have changed, as a text to compare:
 * the resource and pointer that an http act reads back, a record, a trunk; ""
 * when it does not say, or it does not fit. */
void act_place(const struct act *act, char *to, size_t size);
/* Does the act change the world?  Would it be hard to take back? */
bool act_changes(const struct act *act);
/* Would it be hard to take back? */
bool act_is_destructive(const struct act *act);
/* Can the kind read back what it did, and was it told how? */
bool act_lacks_verify(const struct loader *l, const struct act *act);

/* Does the endpoint's adapter suit this setting of this kind?  The adapters
 * that would, or NULL when any will do. */
const char *fit_adapters(const char *kind, const char *param);

/* The parts, in the order they run. */
void endpoints_read(struct loader *l, const struct node *n);
/* Likewise; names of signals are known after it. */
void probes_read(struct loader *l, const struct node *n);
/* What must hold before the step acts: the word go, or a list of signals with a
 * gate and of probes, which stand for the gates they feed.  NULL: nothing. */
void before_read(struct loader *l, struct book_step *step,
		 const struct node *n);
/* Reports a name that no gate judges, with the nearest that one does; `wanted`
 * says what it should be: "signal with a gate". */
void gate_unknown(struct loader *l, const struct node *n, const char *wanted);
/* Acts, undos and what they need, not yet ordered. */
void steps_read(struct loader *l, const struct node *n);
void steps_order(struct loader *l); /* needs and cycles */
/* Reports a need that a rollback takes back before the step that has it. */
void order_lint(struct loader *l, size_t step);
/* What is read before the first change. */
void baseline_read(struct loader *l, const struct node *n);
/* The manifest and the own rows. */
void rollback_read(struct loader *l, const struct node *n);
/* What must hold after a rollback. */
void validate_read(struct loader *l, const struct node *rollback);
/* What waits for calls to end. */
void drain_read(struct loader *l, const struct node *rollback);
/* Rules on the predicted state. */
void invariants_read(struct loader *l, const struct node *n);
/* Who may be the second person. */
void approvers_read(struct loader *l, const struct node *n);

/* What only a linter says, when the rest is read. */
void book_lint(struct loader *l, const struct node *root);
/* What a rollback of the runbook could not prove: warnings, for a check. */
void runbook_lint_proof(struct loader *l, const struct node *root);

/* A row of a map under "rollback": its key is its id (reported when it does not
 * look like one), and in words the title of what it judges. */
void rollback_row_name(struct loader *l, const struct node *n, const char *map,
		       char id[BOOK_ID], struct gate *g);
/* A list of steps, actions and objects, into words between blanks; reports
 * what is none of them, and what is too much for `size`. */
void rollback_words_read(struct loader *l, const struct node *list, char *to,
			 size_t size);

/* The path of the file that `n` names, beside the runbook; reported. */
bool named_path(struct loader *l, const struct node *n, char to[FS_PATH]);
/* The book is made from this file, too; `name` as the runbook has it. */
void named_note(struct loader *l, const char *name, const struct buf *bytes);
/* Reads the file that `n` names, beside the runbook.  False when it cannot
 * be read (reported at `n`) or has no tree. */
bool named_file(struct loader *l, const struct node *n, struct doc *d);
/* Is `text` a JSON Schema that we can judge by?  Reports why not. */
bool schema_check(const char *file, const struct buf *text, struct findings *f);
/* The text of the JSON Schema that `n` names, a schema we can judge by; false
 * after reporting what is wrong with it.  `out` is initialised here, the
 * caller clears it always. */
bool named_schema(struct loader *l, const struct node *n, struct buf *out);

/* Loads a runbook that has been parsed; *out NULL when there are errors. */
void runbook_load(struct book **out, const struct doc *d,
		  const struct conf_kinds *kinds, struct findings *f);
/* The same for its findings alone, and for what only a linter says. */
void runbook_check(const struct doc *d, const struct conf_kinds *kinds,
		   struct findings *f);

#endif
