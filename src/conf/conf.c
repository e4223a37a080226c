/* conf - the files people write become model, or findings. */
#include "conf/conf.h"

#include <string.h>

#include "base/str.h"
#include "conf/manifest.h"
#include "conf/node.h"
#include "conf/runbook.h"
#include "conf/secrets.h"
#include "conf/theme.h"
#include "conf/theme_read.h"

/* The last word on a file: errors make it unusable. */
static enum err_code
conclude(const char *path, struct findings *f, size_t errors, struct err *e)
{
	findings_sort(f);
	if (f->errors == errors)
		return ERR_NONE;
	return err_set(e, ERR_INPUT, "%s: %zu error%s", path,
		       f->errors - errors, f->errors - errors == 1 ? "" : "s");
}

enum err_code
conf_load_book(struct book **out, const char *path,
	       const struct conf_kinds *kinds, struct findings *f,
	       struct err *e)
{
	size_t errors = f->errors;
	enum err_code code;
	struct doc d;

	*out = NULL;
	code = doc_read(&d, path, f, e);
	if (code == ERR_NONE && d.root != NULL)
		runbook_load(out, &d, kinds, f);
	doc_clear(&d);
	return code != ERR_NONE ? code : conclude(path, f, errors, e);
}

enum err_code
conf_load_gates(struct gate_set *out, const char *path, struct findings *f,
		struct err *e)
{
	size_t errors = f->errors;
	struct gate_reader r;
	enum err_code code;
	struct doc d;

	gate_reader_start(&r, out);
	code = doc_read(&d, path, f, e);
	if (code == ERR_NONE && d.root != NULL)
		gates_read(&r, &(struct site){ d.file, f }, d.root);
	if (code == ERR_NONE)
		secrets_look(&(struct site){ d.file, f }, d.root);
	gate_reader_end(&r);
	doc_clear(&d);
	if (code == ERR_NONE)
		code = conclude(path, f, errors, e);
	if (code != ERR_NONE)
		gate_set_clear(out);
	return code;
}

/* How conf_check() looks at each kind of file. */
struct file_kind {
	const char *name;
	const char *marks; /* keys of which any one gives it away */
	void (*check)(const struct doc *d, const struct conf_kinds *kinds,
		      struct findings *f);
};

static void
check_runbook(const struct doc *d, const struct conf_kinds *kinds,
	      struct findings *f)
{
	runbook_check(d, kinds, f);
}

static void
check_gates(const struct doc *d, const struct conf_kinds *kinds,
	    struct findings *f)
{
	const struct site s = { d->file, f };
	const struct node *thresholds = node_get(d->root, "thresholds");
	struct gate_set set;
	size_t errors = f->errors;
	struct gate_reader r;

	(void)kinds;
	gate_reader_start(&r, &set);
	gates_read(&r, &s, d->root);
	if (thresholds != NULL && f->errors == errors)
		gates_check_baselines(&s, thresholds, &set, NULL, 0);
	gate_reader_end(&r);
	gate_set_clear(&set);
}

static void
check_rollback(const struct doc *d, const struct conf_kinds *kinds,
	       struct findings *f)
{
	struct book *b = book_new();

	(void)kinds;
	manifest_rollback_read(&(struct site){ d->file, f }, d->root,
			       &b->rollback, NULL);
	book_drop(b);
}

static void
check_trunk(const struct doc *d, const struct conf_kinds *kinds,
	    struct findings *f)
{
	struct book *b = book_new();

	(void)kinds;
	manifest_trunk_read(&(struct site){ d->file, f }, d->root, &b->trunk);
	book_drop(b);
}

static void
check_theme(const struct doc *d, const struct conf_kinds *kinds,
	    struct findings *f)
{
	struct theme theme;

	(void)kinds;
	theme_read(&theme, &(struct site){ d->file, f }, d->root);
}

static void
check_schema(const struct doc *d, const struct conf_kinds *kinds,
	     struct findings *f)
{
	(void)kinds;
	schema_check(d->file, &d->bytes, f);
}

static const struct file_kind file_kinds[] = {
	{ "a JSON Schema", "$schema", check_schema },
	{ "a runbook", "runbook steps probes endpoints", check_runbook },
	{ "a theme", "theme 256 mono", check_theme },
	{ "a rollback manifest", "rollback_id validationCheck sequence",
	  check_rollback },
	{ "a trunk manifest", "trunkId failover codecPreferences",
	  check_trunk },
	{ "a gate manifest", "gate_id thresholds decision_logic", check_gates },
};

static const struct file_kind *
recognise(const struct node *root)
{
	for (size_t i = 0; i < ARRAY_LEN(file_kinds); i++)
		for (const struct node *n = root->first; n != NULL; n = n->next)
			if (n->key != NULL &&
			    str_in_words(file_kinds[i].marks, n->key))
				return &file_kinds[i];
	return NULL;
}

enum err_code
conf_check(const char *path, const struct conf_kinds *kinds, struct findings *f,
	   struct err *e)
{
	size_t errors = f->errors;
	const struct file_kind *kind;
	enum err_code code;
	struct doc d;

	code = doc_read(&d, path, f, e);
	if (code == ERR_NONE && d.root != NULL) {
		kind = recognise(d.root);
		if (kind != NULL)
			kind->check(&d, kinds, f);
		else
			node_error(&(struct site){ d.file, f }, d.root,
				   "unknown-file",
				   "neither a runbook (\"runbook:\"), nor a "
				   "manifest of gates, rollback or trunk, nor "
				   "a theme (\"theme:\") "
				   "nor a JSON Schema (\"$schema\")");
		/* A runbook has looked, together with what it names. */
		if (kind == NULL || kind->check != check_runbook)
			secrets_look(&(struct site){ d.file, f }, d.root);
	}
	doc_clear(&d);
	return code != ERR_NONE ? code : conclude(path, f, errors, e);
}
