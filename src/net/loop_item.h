/*
 * loop_item - what the other files of net hang on a loop.
 *
 * Items are calls in flight: loop_free() ends them, the oldest first, so that
 * a call ends those it made before their own turn comes.  Parts are one
 * thing per loop and kind, made when first needed.  For src/net alone.
 */
#ifndef NET_LOOP_ITEM_H
#define NET_LOOP_ITEM_H

struct loop;

/* First member of each kind of call. */
struct loop_item {
	struct loop_item *next;
	struct loop_item *prev;
	void (*end)(struct loop_item *item); /* removes itself, no callback */
};

/* Links the item into the ring of the loop, and out of it. */
void loop_item_add(struct loop *l, struct loop_item *item,
		   void (*end)(struct loop_item *item));
/* Fine for one that is in no loop. */
void loop_item_remove(struct loop_item *item);

enum loop_part {
	LOOP_TRANSFERS,
	LOOP_LOOKUPS,
	LOOP_FETCHES,
	LOOP_TLS,
	LOOP_SIP,
	LOOP_PARTS
};

void *loop_part(const struct loop *l, enum loop_part which); /* NULL: none */
/* The loop owns `part` from here; drop() runs after all items have ended. */
void loop_part_set(struct loop *l, enum loop_part which, void *part,
		   void (*drop)(void *part));

#endif
