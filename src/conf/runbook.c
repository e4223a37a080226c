/* runbook - a runbook and the files it names become one book. */
#include "conf/runbook.h"

#include <string.h>

#include "base/fsio.h"
#include "base/mem.h"
#include "base/str.h"
#include "conf/manifest.h"
#include "conf/scalar.h"

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
	{ .name = "rollback",
	  .as = AS_OBJECT,
	  .inside = rollback_fields,
	  .help = "how it is taken back" },
	{ .name = NULL },
};

/* "dir of the runbook/name". */
static bool
named_path(struct loader *l, const struct node *n, char to[FS_PATH])
{
	char dir[FS_PATH];

	if (n->text[0] == '/')
		return str_copy(to, FS_PATH, n->text);
	fs_dir_of(dir, l->path);
	if (strcmp(dir, ".") == 0)
		return str_copy(to, FS_PATH, n->text);
	return fs_join(to, dir, n->text);
}

bool
named_file(struct loader *l, const struct node *n, struct doc *d)
{
	char path[FS_PATH];
	struct err e;

	if (n->type != NODE_SCALAR || node_is_empty(n))
		return false;
	if (!text_is_plain(n->text, false) || !named_path(l, n, path)) {
		node_error(&l->s, n, "file", "\"%s\" is no name of a file",
			   n->key);
		return false;
	}
	if (doc_read(d, path, l->s.f, &e) != ERR_NONE) {
		node_error(&l->s, n, "file", "%s", e.text);
		return false;
	}
	return d->root != NULL;
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
take_digest(struct loader *l, const struct doc *d)
{
	const struct buf *files[] = { &d->bytes, &l->gates.bytes,
				      &l->trunk.bytes, &l->rollback.bytes };
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
	endpoints_read(l, node_get(root, "endpoints"));
	probes_read(l, node_get(root, "probes"));
	steps_read(l, node_get(root, "steps"));
	steps_order(l);
	rollback_read(l, node_get(root, "rollback"));
	book_lint(l, root);
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
}

static void
loader_start(struct loader *l, const struct doc *d,
	     const struct conf_kinds *kinds, struct findings *f)
{
	*l = (struct loader){ .s = { d->file, f },
			      .path = d->file,
			      .errors_before = f->errors,
			      .kinds = kinds,
			      .book = book_new() };
	str_copy(l->book->path, sizeof(l->book->path), d->file);
	read_parts(l, d);
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
	loader_clear(&l);
	book_drop(l.book);
}
