/*
 * build - grows a tree from the events of a front end, within limits.
 *
 * Depth, node count and scalar size are judged here, and duplicate keys: the
 * second of two is reported and kept out of the tree.  Owner thread.
 */
#ifndef CONF_BUILD_H
#define CONF_BUILD_H

#include "conf/keyset.h"
#include "conf/node.h"

struct builder {
	struct doc *d;
	struct findings *f;
	size_t most_nodes;
	struct keyset keys; /* scope: the map */
	struct node *stack[DOC_DEPTH];
	size_t depth;
	struct node *pending; /* has its key, waits for its value */
	bool drop;	      /* the pending key is a duplicate */
};

/* `d` and `f` outlive it. */
void build_start(struct builder *b, struct doc *d, struct findings *f,
		 size_t most_nodes);
/* Ends it; the tree stands in d->root unless it was given up. */
void build_end(struct builder *b, bool is_whole);

/* Is the next scalar a key? */
bool build_wants_key(const struct builder *b);

/* Each is false when a limit was passed: reported, and no use going on.
 * `text` must live as long as the document. */
bool build_key(struct builder *b, const char *text, int line, int column);
/* A value; `quoted`: it is a text whatever it looks like. */
bool build_scalar(struct builder *b, const char *text, bool quoted, int line,
		  int column);
/* A map or list; its members follow until build_close(). */
bool build_open(struct builder *b, enum node_type type, int line, int column);
void build_close(struct builder *b); /* ends the map or list opened last */

#endif
