/* kept - answers remembered by their idempotency key. */
#include "twin/kept.h"

#include "base/mem.h"
#include "base/str.h"

static void
kept_free(struct kept *k)
{
	if (k != NULL)
		mem_free(k->body);
	mem_free(k);
}

void
kept_clear(struct kept_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		kept_free(l->items[i]);
	mem_free(l->items);
	*l = (struct kept_list){ 0 };
}

const struct kept *
kept_find(const struct kept_list *l, const char *key, const char *method,
	  const char *path)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct kept *k = l->items[i];

		if (str_same(k->key, key) && str_same(k->method, method) &&
		    str_same(k->path, path))
			return k;
	}
	return NULL;
}

void
kept_add(struct kept_list *l, const struct kept *k)
{
	struct kept *copy = mem_copy(k, sizeof(*k));

	copy->body = mem_text(k->body);
	if (l->count == KEPT_MOST) {
		kept_free(l->items[l->next]);
		l->items[l->next] = copy;
		l->next = (l->next + 1) % KEPT_MOST;
		return;
	}
	l->items = mem_grow(l->items, l->count + 1, sizeof(struct kept *));
	l->items[l->count++] = copy;
}

/* FNV-1a: paths need telling apart, not protecting. */
static uint64_t
path_hash(const char *path)
{
	uint64_t h = 14695981039346656037U;

	for (; *path != '\0'; path++)
		h = (h ^ (unsigned char)*path) * 1099511628211U;
	return h;
}

bool
kept_first_write(struct kept_list *l, const char *path)
{
	uint64_t h = path_hash(path);

	for (size_t i = 0; i < l->path_count; i++)
		if (l->paths[i] == h)
			return false;
	if (l->path_count < KEPT_PATHS)
		l->paths[l->path_count++] = h;
	return true;
}

void
kept_forget_writes(struct kept_list *l)
{
	l->path_count = 0;
}
