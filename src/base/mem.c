/* mem - heap memory that is there or ends the program. */
#include "base/mem.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Written once by main before other threads start, only read afterwards. */
static void (*exhausted_hook)(void);

_Noreturn void
mem_exhausted(void)
{
	static const char words[] = "warroom: out of memory; the journal is "
				    "safe, start again to resume\n";
	ssize_t ignored;

	if (exhausted_hook != NULL)
		exhausted_hook();
	ignored = write(STDERR_FILENO, words, sizeof(words) - 1);
	(void)ignored;
	_exit(1);
}

void *
mem_new(size_t count, size_t size)
{
	void *p;

	if (count == 0 || size == 0)
		count = size = 1;
	p = calloc(count, size);
	if (p == NULL)
		mem_exhausted();
	return p;
}

void *
mem_grow(void *old, size_t count, size_t size)
{
	void *p;

	if (count == 0 || size == 0)
		count = size = 1;
	p = reallocarray(old, count, size);
	if (p == NULL)
		mem_exhausted();
	return p;
}

char *
mem_text(const char *text)
{
	return text == NULL ? NULL : mem_text_n(text, strlen(text));
}

char *
mem_text_n(const char *text, size_t len)
{
	char *copy;

	assert(text != NULL || len == 0);
	if (len == SIZE_MAX)
		mem_exhausted();
	copy = mem_grow(NULL, len + 1, 1);
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void *
mem_copy(const void *from, size_t size)
{
	void *copy = mem_grow(NULL, size, 1);

	assert(from != NULL || size == 0);
	if (size > 0)
		memcpy(copy, from, size);
	return copy;
}

void *
mem_take(size_t size)
{
	return mem_resize(NULL, size);
}

void *
mem_resize(void *old, size_t size)
{
	void *p = realloc(old, size == 0 ? 1 : size);

	if (p == NULL)
		mem_exhausted();
	return p;
}

void
mem_ready(size_t size)
{
	void *volatile p =
		mem_take(size); /* or the compiler saves the trouble */

	mem_free(p);
}

void
mem_free(void *p)
{
	free(p);
}

void
mem_on_exhausted(void (*last_words)(void))
{
	exhausted_hook = last_words;
}
