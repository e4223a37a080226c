/*
 * keyset - a hash table of names within scopes: has this name been seen?
 *
 * Keeps loading linear whatever the size of the file.  Keys and values are
 * borrowed.  Zeroed = empty.  Owner thread.
 */
#ifndef CONF_KEYSET_H
#define CONF_KEYSET_H

#include <stddef.h>
#include <stdint.h>

struct keyset_slot {
	const void *scope;
	const char *key; /* NULL: free */
	const void *value;
	uint64_t hash;
};

struct keyset {
	struct keyset_slot *slots;
	size_t size;  /* a power of two, or 0 */
	size_t count; /* taken slots, at most half */
	size_t looks; /* slots looked at so far: the cost, for tests */
};

/* Adds `key` of `scope`; hands back the value of an equal one that is there
 * already (and changes nothing), else NULL.  `value` is not NULL. */
const void *keyset_add(struct keyset *s, const void *scope, const char *key,
		       const void *value);
/* What was added under the key; NULL: nothing. */
const void *keyset_get(struct keyset *s, const void *scope, const char *key);
/* Frees its table; keys and values are the caller's. */
void keyset_clear(struct keyset *s);

#endif
