/* buf - a growing byte buffer born with a hard cap. */
#include "base/buf.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_SIZE 64

void
buf_init(struct buf *b, size_t cap_bytes)
{
	assert(cap_bytes < SIZE_MAX);
	*b = (struct buf){ .cap = cap_bytes };
}

void
buf_clear(struct buf *b)
{
	mem_free(b->data);
	*b = (struct buf){ .cap = b->cap };
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->cut = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

/* Makes room for `more` bytes and the NUL; false, and cut, over the cap. */
static bool
reserve(struct buf *b, size_t more)
{
	size_t need;
	size_t size;

	assert(b->len <= b->cap);
	if (b->cut || more > b->cap - b->len) {
		b->cut = true;
		return false;
	}
	need = b->len + more + 1;
	if (need <= b->size)
		return true;
	size = b->size == 0 ? FIRST_SIZE : b->size;
	while (size < need)
		size = size > b->cap / 2 ? b->cap + 1 : size * 2;
	if (size > b->cap + 1)
		size = b->cap + 1;
	b->data = mem_grow(b->data, size, 1);
	b->size = size;
	b->data[b->len] = '\0';
	return true;
}

bool
buf_add(struct buf *b, const void *bytes, size_t len)
{
	assert(bytes != NULL || len == 0);
	if (!reserve(b, len))
		return false;
	if (len > 0)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
	return true;
}

bool
buf_text(struct buf *b, const char *text)
{
	return buf_add(b, text, strlen(text));
}

bool
buf_char(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

bool
buf_vprintf(struct buf *b, const char *fmt, va_list args)
{
	va_list again;
	int need;

	va_copy(again, args);
	need = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (need < 0) {
		b->cut = true;
		return false;
	}
	if (!reserve(b, (size_t)need))
		return false;
	vsnprintf(b->data + b->len, (size_t)need + 1, fmt, args);
	b->len += (size_t)need;
	return true;
}

bool
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args;
	bool whole;

	va_start(args, fmt);
	whole = buf_vprintf(b, fmt, args);
	va_end(args);
	return whole;
}

const char *
buf_str(const struct buf *b)
{
	return b->data == NULL ? "" : b->data;
}

char *
buf_detach(struct buf *b)
{
	char *data = b->data == NULL ? mem_text("") : b->data;

	*b = (struct buf){ .cap = b->cap };
	return data;
}
