/* arena - memory for one file's tree, given back all at once. */
#include "conf/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_BYTES (64 * 1024)
#define ALIGN alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	max_align_t bytes[];
};

static void
add_block(struct arena *a, size_t bytes)
{
	struct arena_block *block = mem_new(1, sizeof(*block) + bytes);

	block->next = a->blocks;
	a->blocks = block;
	a->used = 0;
	a->room = bytes;
}

void *
arena_take(struct arena *a, size_t size)
{
	char *p;

	assert(size < (size_t)1 << 40);
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (a->blocks == NULL || size > a->room - a->used)
		add_block(a, size > BLOCK_BYTES ? size : BLOCK_BYTES);
	p = (char *)a->blocks->bytes + a->used;
	a->used += size;
	assert(a->used <= a->room);
	return p;
}

char *
arena_text(struct arena *a, const char *text, size_t len)
{
	char *copy = arena_take(a, len + 1);

	if (len > 0)
		memcpy(copy, text, len);
	return copy;
}

void
arena_clear(struct arena *a)
{
	while (a->blocks != NULL) {
		struct arena_block *next = a->blocks->next;

		mem_free(a->blocks);
		a->blocks = next;
	}
	*a = (struct arena){ 0 };
}
