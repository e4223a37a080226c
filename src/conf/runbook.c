/* runbook - a runbook and the files it names become one book. */
#include "conf/runbook.h"

#include <string.h>

#include "base/fsio.h"
#include "base/jscan.h"
#include "base/mem.h"
#include "base/str.h"
#include "conf/jschema.h"
#include "conf/manifest.h"
#include "conf/scalar.h"
#include "conf/secrets.h"

#define SCHEMAS_MOST 256 /* that a runbook may name */

#define WEEK_MS 604800000.0

const char scope_endpoint[] = "endpoint";
const char scope_signal[] = "signal";
const char scope_step[] = "step";
const char scope_object[] = "object";

const struct field runbook_fields[] = {
	{ .name = "runbook",
	  .as = AS_ID,
	  .required = true,
	  FIELD_AT(struct book, id),
	  .help = "short name of the runbook" },
	{ .name = "title",
	  .as = AS_LINE,
	  FIELD_AT(struct book, title),
	  .help = "what the night is called" },
	{ .name = "environment",
	  .as = AS_ID,
	  .required = true,
	  FIELD_AT(struct book, environment),
	  .help = "PROD, STAGING, ..." },
	{ .name = "region",
	  .as = AS_ID,
	  FIELD_AT(struct book, region),
	  .help = "where the platform runs" },
	{ .name = "platform",
	  .as = AS_LINE,
	  FIELD_AT(struct book, platform_title),
	  .help = "what the platform is called" },
	{ .name = "window",
	  .as = AS_DURATION,
	  FIELD_AT(struct book, window_ms),
	  .least = 1,
	  .most = WEEK_MS,
	  .help = "length of the cutover window" },
	{ .name = "rto",
	  .as = AS_DURATION,
	  FIELD_AT(struct book, rto_ms),
	  .least = 1,
	  .most = WEEK_MS,
	  .help = "recovery time objective" },
	{ .name = "gates", .as = AS_OWN, .help = "file of the gate manifest" },
	{ .name = "trunk", .as = AS_OWN, .help = "file of the trunk manifest" },
	{ .name = "thresholds",
	  .as = AS_ANY,
	  .help = "further thresholds, as in a gate manifest" },
	{ .name = "staging",
	  .as = AS_TEXTS,
	  .help = "hosts a drill may reach besides the twin" },
	{ .name = "staging_programs",
	  .as = AS_TEXTS,
	  .help = "programs a drill may run, by their whole path" },
	{ .name = "approvers",
	  .as = AS_OWN,
	  .help = "file of the keys second persons sign with" },
	{ .name = "endpoints",
	  .as = AS_NAMED,
	  .inside = endpoint_fields,
	  .help = "the services it talks to" },
	{ .name = "probes",
	  .as = AS_NAMED,
	  .inside = probe_fields,
	  .beside = BESIDE_PROBES,
	  .help = "what is measured" },
	{ .name = "steps",
	  .as = AS_OBJECTS,
	  .required = true,
	  .inside = step_fields,
	  .help = "what is done" },
	{ .name = "baseline",
	  .as = AS_OBJECTS,
	  .inside = baseline_fields,
	  .beside = BESIDE_READS,
	  .help = "what is read before the first change" },
	{ .name = "invariants",
	  .as = AS_NAMED,
	  .inside = invariant_fields,
	  .help = "what must hold of several objects at once" },
	{ .name = "rollback",
	  .as = AS_OBJECT,
	  .inside = rollback_fields,
	  .help = "how it is taken back" },
	{ .name = NULL },
};

bool
named_path(struct loader *l, const struct node *n, char to[FS_PATH])
{
	if (n->type != NODE_SCALAR || node_is_empty(n))
		return false;
	if (text_is_plain(n->text, false) && fs_beside(to, l->path, n->text))
		return true;
	node_error(&l->s, n, "file", "\"%s\" is no name of a file", n->key);
	return false;
}

void
named_note(struct loader *l, const char *name, const struct buf *bytes)
{
	struct book *b = l->book;
	struct book_file *f;

	for (size_t i = 0; i < b->file_count; i++)
		if (strcmp(b->files[i].name, name) == 0)
			return;
	b->files = mem_grow(b->files, b->file_count + 1, sizeof(*b->files));
	f = &b->files[b->file_count++];
	f->name = mem_text(name);
	digest_hex(f->digest, buf_str(bytes), bytes->len);
}

bool
named_file(struct loader *l, const struct node *n, struct doc *d)
{
	char path[FS_PATH];
	struct err e;

	if (!named_path(l, n, path))
		return false;
	if (doc_read(d, path, l->s.f, &e) != ERR_NONE) {
		node_error(&l->s, n, "file", "%s", e.text);
		return false;
	}
	named_note(l, n->text, &d->bytes);
	return d->root != NULL;
}

bool
schema_check(const char *file, const struct buf *text, struct findings *f)
{
	struct place at = { .file = file };
	struct jschema *schema = NULL;
	struct err e;
	size_t offset;
	bool is_good;

	is_good = jschema_compile(&schema, buf_str(text), text->len, NULL, 0,
				  &offset, &e) == ERR_NONE;
	if (!is_good) {
		jscan_place(buf_str(text), offset, &at.line, &at.column);
		findings_error(f, at, "schema", "%s", e.text);
	}
	jschema_free(schema);
	return is_good;
}

bool
named_schema(struct loader *l, const struct node *n, struct buf *out)
{
	char path[FS_PATH], digest[DIGEST_HEX];
	struct err e;

	buf_init(out, 0);
	if (!named_path(l, n, path))
		return false;
	if (fs_read(out, path, JSCHEMA_MOST, &e) != ERR_NONE) {
		node_error(&l->s, n, "file", "%s", e.text);
		return false;
	}
	if (!schema_check(path, out, l->s.f))
		return false;
	named_note(l, n->text, out);
	digest_hex(digest, buf_str(out), out->len);
	return buf_text(&l->schemas, digest);
}

static void
read_gates(struct loader *l, const struct node *root)
{
	const struct node *file = node_get(root, "gates");
	const struct node *own = node_get(root, "thresholds");
	struct gate_reader r;
	struct site s = { NULL, l->s.f };

	gate_reader_start(&r, &l->book->gates);
	if (file != NULL && named_file(l, file, &l->gates)) {
		s.file = l->gates.file;
		gates_read(&r, &s, l->gates.root);
		l->named_gates = l->book->gates.gate_count;
	}
	if (own != NULL)
		thresholds_read(&r, &l->s, own);
	gate_reader_end(&r);
	if (file == NULL && own == NULL)
		node_error(&l->s, root, "missing",
			   "\"gates\" is missing, and so is \"thresholds\": "
			   "nothing would be judged");
	else if (file == NULL)
		str_copy(l->book->gates.id, sizeof(l->book->gates.id),
			 l->book->id);
}

static void
read_trunk(struct loader *l, const struct node *n)
{
	struct site s = { NULL, l->s.f };

	if (n == NULL || !named_file(l, n, &l->trunk))
		return;
	s.file = l->trunk.file;
	manifest_trunk_read(&s, l->trunk.root, &l->book->trunk);
}

static void
read_staging(struct loader *l, const struct node *list)
{
	struct book *b = l->book;
	char host[256];

	if (list == NULL || list->type != NODE_LIST)
		return;
	b->staging_hosts = mem_new(list->count, sizeof(char *));
	for (const struct node *n = list->first; n != NULL; n = n->next)
		if (scalar_line(&l->s, n, host, sizeof(host)))
			b->staging_hosts[b->staging_count++] = mem_text(host);
}

static void
read_programs(struct loader *l, const struct node *list)
{
	struct book *b = l->book;
	char path[1024];

	if (list == NULL || list->type != NODE_LIST)
		return;
	b->staging_programs = mem_new(list->count, sizeof(char *));
	for (const struct node *n = list->first; n != NULL; n = n->next) {
		if (!scalar_line(&l->s, n, path, sizeof(path)))
			continue;
		if (path[0] != '/')
			node_error(&l->s, n, "relative-program",
				   "\"%.64s\" is no whole path of a program: "
				   "begin it with \"/\"",
				   path);
		b->staging_programs[b->staging_program_count++] =
			mem_text(path);
	}
}

static void
take_digest(struct loader *l, const struct doc *d)
{
	const struct buf *files[] = { &d->bytes,       &l->gates.bytes,
				      &l->trunk.bytes, &l->rollback.bytes,
				      &l->schemas,     &l->approvers };
	struct digest_part parts[ARRAY_LEN(files)];

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		parts[i] = (struct digest_part){ buf_str(files[i]),
						 files[i]->len };
	digest_parts(l->book->digest, parts, ARRAY_LEN(parts));
}

static void
read_parts(struct loader *l, const struct doc *d)
{
	struct book *b = l->book;
	const struct node *root = d->root;

	if (!fields_read(&l->s, runbook_fields, root, b, NULL))
		return;
	if (b->title[0] == '\0')
		str_copy(b->title, sizeof(b->title), b->id);
	read_gates(l, root);
	read_trunk(l, node_get(root, "trunk"));
	read_staging(l, node_get(root, "staging"));
	read_programs(l, node_get(root, "staging_programs"));
	approvers_read(l, node_get(root, "approvers"));
	endpoints_read(l, node_get(root, "endpoints"));
	probes_read(l, node_get(root, "probes"));
	steps_read(l, node_get(root, "steps"));
	steps_order(l);
	baseline_read(l, node_get(root, "baseline"));
	keyset_add(&l->names, scope_signal, BOOK_DRILLED, b);
	rollback_read(l, node_get(root, "rollback"));
	invariants_read(l, node_get(root, "invariants"));
	book_lint(l, root);
}

/* In all that was read as a tree. */
static void
look_for_secrets(const struct loader *l, const struct node *root)
{
	const struct doc *docs[] = { &l->gates, &l->trunk, &l->rollback };

	secrets_look(&l->s, root);
	for (size_t i = 0; i < ARRAY_LEN(docs); i++)
		secrets_look(&(struct site){ docs[i]->file, l->s.f },
			     docs[i]->root);
}

static void
loader_clear(struct loader *l)
{
	keyset_clear(&l->names);
	arena_clear(&l->arena);
	mem_free(l->step_nodes);
	mem_free(l->undo_nodes);
	doc_clear(&l->gates);
	doc_clear(&l->trunk);
	doc_clear(&l->rollback);
	buf_clear(&l->schemas);
	buf_clear(&l->approvers);
}

static void
loader_start(struct loader *l, const struct doc *d,
	     const struct conf_kinds *kinds, struct findings *f)
{
	const char *slash = strrchr(d->file, '/');

	*l = (struct loader){ .s = { d->file, f },
			      .path = d->file,
			      .errors_before = f->errors,
			      .kinds = kinds,
			      .book = book_new() };
	buf_init(&l->schemas, SCHEMAS_MOST * DIGEST_HEX);
	str_copy(l->book->path, sizeof(l->book->path), d->file);
	named_note(l, slash != NULL ? slash + 1 : d->file, &d->bytes);
	read_parts(l, d);
	look_for_secrets(l, d->root);
}

void
runbook_load(struct book **out, const struct doc *d,
	     const struct conf_kinds *kinds, struct findings *f)
{
	struct loader l;

	loader_start(&l, d, kinds, f);
	take_digest(&l, d);
	loader_clear(&l);
	*out = l.book;
	if (f->errors > l.errors_before) {
		book_drop(l.book);
		*out = NULL;
	}
}

void
runbook_check(const struct doc *d, const struct conf_kinds *kinds,
	      struct findings *f)
{
	const struct node *at = node_get(d->root, "gates");
	struct loader l;

	loader_start(&l, d, kinds, f);
	if (f->errors == l.errors_before)
		gates_check_baselines(
			&l.s, at != NULL ? at : node_get(d->root, "thresholds"),
			&l.book->gates, &(struct site){ l.gates.file, f },
			l.named_gates);
	if (kinds->advises && f->errors == l.errors_before)
		runbook_lint_proof(&l, d->root);
	loader_clear(&l);
	book_drop(l.book);
}
