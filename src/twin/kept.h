/*
 * kept - answers remembered by their idempotency key.
 *
 * The same key on the same method and path gets the same answer and no second
 * effect; with another body it is a mistake of the caller.  The newest
 * KEPT_MOST answers are remembered.  Plain data, pure.
 */
#ifndef TWIN_KEPT_H
#define TWIN_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"

#define KEPT_MOST 2048
#define KEPT_KEY 128
#define KEPT_PATHS 1024

struct kept {
	char key[KEPT_KEY];
	char method[8];
	char path[200];
	char digest[DIGEST_HEX]; /* of the request's body */
	int status;
	char location[200];
	char *body;
};

/* Owns its answers.  Zeroed = empty. */
struct kept_list {
	struct kept **items;
	size_t count;
	size_t next; /* the slot to be used again once it is full */
	uint64_t paths[KEPT_PATHS]; /* digests of the paths written to */
	size_t path_count;
};

void kept_clear(struct kept_list *l); /* twice is fine */

/* NULL when the key is new there. */
const struct kept *kept_find(const struct kept_list *l, const char *key,
			     const char *method, const char *path);

/* Copies everything `k` points to. */
void kept_add(struct kept_list *l, const struct kept *k);

/* Is this the first time that somebody writes to `path`? */
bool kept_first_write(struct kept_list *l, const char *path);
void kept_forget_writes(struct kept_list *l); /* each path is new again */

#endif
