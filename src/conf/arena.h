/*
 * arena - memory for one file's tree, given back all at once.
 *
 * Zeroed = empty.  Owner thread.
 */
#ifndef CONF_ARENA_H
#define CONF_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* the newest first */
	size_t used, room;	    /* of the newest */
};

/* `size` zeroed bytes, aligned for anything; lives until arena_clear(). */
void *arena_take(struct arena *a, size_t size);
/* A copy of `len` bytes and a NUL. */
char *arena_text(struct arena *a, const char *text, size_t len);
void arena_clear(struct arena *a); /* frees all that was taken */

#endif
