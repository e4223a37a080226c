/* build - grows a tree from the events of a front end, within limits. */
#include "conf/build.h"

#include <assert.h>

void
build_start(struct builder *b, struct doc *d, struct findings *f,
	    size_t most_nodes)
{
	*b = (struct builder){ .d = d, .f = f, .most_nodes = most_nodes };
}

void
build_end(struct builder *b, bool is_whole)
{
	assert(!is_whole || b->depth == 0);
	if (!is_whole)
		b->d->root = NULL;
	b->d->work += b->keys.looks;
	keyset_clear(&b->keys);
}

bool
build_wants_key(const struct builder *b)
{
	return b->depth > 0 && b->stack[b->depth - 1]->type == NODE_MAP &&
	       b->pending == NULL;
}

static struct place
at(const struct builder *b, int line, int column)
{
	return (struct place){ b->d->file, line, column };
}

bool
build_key(struct builder *b, const char *text, int line, int column)
{
	struct node *map = b->stack[b->depth - 1];
	const struct node *first;

	assert(build_wants_key(b));
	b->pending = arena_take(&b->d->arena, sizeof(*b->pending));
	b->pending->key = text;
	b->pending->key_line = line;
	b->pending->key_column = column;
	first = keyset_add(&b->keys, map, text, b->pending);
	b->drop = first != NULL;
	if (b->drop)
		findings_error(b->f, at(b, line, column), "duplicate-key",
			       "duplicate key \"%.64s\", first on line %d",
			       text, first->key_line);
	return true;
}

static void
attach(struct builder *b, struct node *n)
{
	struct node *parent;

	if (b->depth == 0) {
		b->d->root = n;
		return;
	}
	parent = b->stack[b->depth - 1];
	if (parent->last == NULL)
		parent->first = n;
	else
		parent->last->next = n;
	parent->last = n;
	parent->count++;
}

static struct node *
new_node(struct builder *b, enum node_type type, int line, int column)
{
	struct node *n = b->pending;
	bool drop = n != NULL && b->drop;

	if (++b->d->nodes > b->most_nodes) {
		findings_error(b->f, at(b, line, column), "too-large",
			       "more than %zu values in one file",
			       b->most_nodes);
		return NULL;
	}
	if (n == NULL)
		n = arena_take(&b->d->arena, sizeof(*n));
	b->pending = NULL;
	n->type = type;
	n->line = line;
	n->column = column;
	if (!drop)
		attach(b, n);
	return n;
}

bool
build_scalar(struct builder *b, const char *text, bool quoted, int line,
	     int column)
{
	struct node *n = new_node(b, NODE_SCALAR, line, column);

	if (n == NULL)
		return false;
	n->text = text;
	n->quoted = quoted;
	return true;
}

bool
build_open(struct builder *b, enum node_type type, int line, int column)
{
	struct node *n;

	if (b->depth >= DOC_DEPTH) {
		findings_error(b->f, at(b, line, column), "too-deep",
			       "nested more than %d deep", DOC_DEPTH);
		return false;
	}
	n = new_node(b, type, line, column);
	if (n == NULL)
		return false;
	b->stack[b->depth++] = n;
	return true;
}

void
build_close(struct builder *b)
{
	assert(b->depth > 0);
	b->depth--;
}
