/*
 * runbook_baseline - what is read before the first change, to go back to.
 *
 * Each row names an object and how to read it; an object of a step that no
 * row names is read where its undo would be read back.
 */
#include "conf/runbook.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define LAYER_WORDS "transport routing flow user_state"
static_assert(LAYER_USER_STATE == 3, "the words stand in the enum's order");

/* clang-format off */
static const struct param http_params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "whom to ask" },
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "the resource; read with GET" },
	{ .name = "pointer", .type = PARAM_POINTER, .fallback = "",
	  .help = "which part of the answer it is; all of it when absent" },
	{ .name = "keep", .type = PARAM_MAP,
	  .help = "pointer to what must stand there, or it is no baseline" },
	{ .name = "ignore", .type = PARAM_LIST,
	  .help = "pointers, within that part, to what changes by itself: "
		  "versions, dates" },
	{ 0 },
};
static const struct param dns_params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "the provider's API" },
	{ .name = "zone", .type = PARAM_TEXT, .required = true,
	  .help = "the provider's id of the zone" },
	{ .name = "name", .type = PARAM_TEXT, .required = true,
	  .help = "name of the record" },
	{ .name = "type", .type = PARAM_WORD, .fallback = "A",
	  .choices = "A AAAA CNAME TXT", .help = "its type" },
	{ 0 },
};
static const struct param trunk_params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "the platform" },
	{ .name = "trunk", .type = PARAM_TEXT, .required = true,
	  .help = "id of the trunk; its status is read" },
	{ 0 },
};
/* clang-format on */

static const struct kind_spec http_read = {
	.name = "http",
	.help = "read a resource of an HTTP API",
	.params = http_params,
};
static const struct kind_spec dns_read = {
	.name = "dns",
	.help = "read a DNS record at its provider",
	.params = dns_params,
};
static const struct kind_spec trunk_read = {
	.name = "trunk",
	.help = "read the status of a trunk",
	.params = trunk_params,
};

const struct kind_spec *const baseline_reads[] = {
	&http_read,
	&dns_read,
	&trunk_read,
	NULL,
};

const struct field baseline_fields[] = {
	{ .name = "object",
	  .as = AS_LINE,
	  .required = true,
	  FIELD_AT(struct book_baseline, object),
	  .help = "what is read: \"flow:f-8473625190\"" },
	{ .name = "layer",
	  .as = AS_WORD,
	  .words = LAYER_WORDS,
	  FIELD_AT(struct book_baseline, layer),
	  .help = "transport, routing, flow or user_state" },
	{ .name = NULL },
};

static void
read_row(struct loader *l, const struct node *n)
{
	struct book_baseline *row = &l->book->baseline[l->book->baseline_count];
	const struct node *read;

	if (n->type != NODE_MAP) {
		want_map(&l->s, n);
		return;
	}
	fields_read(&l->s, baseline_fields, n, row, baseline_reads);
	read = kind_member(l, n, baseline_fields, baseline_reads, "read");
	if (read == NULL || row->object[0] == '\0')
		return;
	if (book_baseline_of(l->book, row->object) >= 0) {
		node_error(&l->s, node_get(n, "object"), "duplicate-object",
			   "\"%s\" is read twice", row->object);
		return;
	}
	str_copy(row->read.kind, sizeof(row->read.kind), read->key);
	kind_settings(l, kind_find(baseline_reads, read->key), read,
		      &row->read.with);
	l->book->baseline_count++;
}

/* Can what it changes be seen where it is read back? */
static bool
is_readable(const struct act *undo)
{
	if (strcmp(undo->kind, "http") == 0)
		return settings_text(&undo->with, "verify.pointer") != NULL;
	return str_in_words("dns trunk", undo->kind);
}

static void
add_steps(struct book *b)
{
	for (size_t i = 0; i < b->step_count; i++) {
		const struct book_step *s = &b->steps[i];
		struct book_baseline *row = &b->baseline[b->baseline_count];

		if (s->object[0] == '\0' || !is_readable(&s->undo) ||
		    book_baseline_of(b, s->object) >= 0)
			continue;
		str_copy(row->object, sizeof(row->object), s->object);
		row->layer = s->layer;
		act_copy(&row->read, &s->undo);
		b->baseline_count++;
	}
}

void
baseline_read(struct loader *l, const struct node *n)
{
	struct book *b = l->book;

	if (n == NULL || n->type != NODE_LIST)
		return;
	b->baseline = mem_new(n->count + b->step_count, sizeof(*b->baseline));
	for (const struct node *row = n->first; row != NULL; row = row->next)
		read_row(l, row);
	add_steps(b);
	if (keyset_add(&l->names, scope_signal, BOOK_BASELINE_KEPT, b) != NULL)
		node_key_error(&l->s, n, "duplicate-signal",
			       "a probe feeds \"%s\", which is what becomes of "
			       "the baseline",
			       BOOK_BASELINE_KEPT);
}
