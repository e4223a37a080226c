/* keyset - a hash table of names within scopes: has this name been seen? */
#include "conf/keyset.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_SIZE 64

/* FNV-1a over the scope's address and the bytes of the key, then mixed so
 * that the low bits depend on all. */
static uint64_t
hash_of(const void *scope, const char *key)
{
	uint64_t h = 14695981039346656037u ^ (uint64_t)(uintptr_t)scope;

	h *= 1099511628211u;
	for (; *key != '\0'; key++) {
		h ^= (unsigned char)*key;
		h *= 1099511628211u;
	}
	h ^= h >> 32;
	h *= 0x9e3779b97f4a7c15u;
	return h ^ (h >> 29);
}

/* The slot of the key, or the free one where it belongs. */
static struct keyset_slot *
find(struct keyset *s, const void *scope, const char *key, uint64_t hash)
{
	size_t i = (size_t)hash & (s->size - 1);

	for (;; i = (i + 1) & (s->size - 1)) {
		struct keyset_slot *slot = &s->slots[i];

		s->looks++;
		if (slot->key == NULL)
			return slot;
		if (slot->hash == hash && slot->scope == scope &&
		    strcmp(slot->key, key) == 0)
			return slot;
	}
}

static void
grow(struct keyset *s)
{
	struct keyset_slot *old = s->slots;
	size_t old_size = s->size;

	s->size = old_size == 0 ? FIRST_SIZE : old_size * 2;
	s->slots = mem_new(s->size, sizeof(*s->slots));
	for (size_t i = 0; i < old_size; i++)
		if (old[i].key != NULL)
			*find(s, old[i].scope, old[i].key, old[i].hash) =
				old[i];
	mem_free(old);
}

const void *
keyset_add(struct keyset *s, const void *scope, const char *key,
	   const void *value)
{
	struct keyset_slot *slot;
	uint64_t hash = hash_of(scope, key);

	assert(value != NULL);
	if (s->count * 2 >= s->size)
		grow(s);
	slot = find(s, scope, key, hash);
	if (slot->key != NULL)
		return slot->value;
	*slot = (struct keyset_slot){ scope, key, value, hash };
	s->count++;
	return NULL;
}

const void *
keyset_get(struct keyset *s, const void *scope, const char *key)
{
	struct keyset_slot *slot;

	if (s->count == 0)
		return NULL;
	slot = find(s, scope, key, hash_of(scope, key));
	return slot->key == NULL ? NULL : slot->value;
}

void
keyset_clear(struct keyset *s)
{
	mem_free(s->slots);
	*s = (struct keyset){ 0 };
}
