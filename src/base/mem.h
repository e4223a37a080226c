/*
 * mem - heap memory that is there or ends the program.
 *
 * Out of memory ends the process through one function (which first puts the
 * terminal back); the journal makes that safe.  Any thread.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* `count` zeroed items of `size` bytes; never NULL, also for count 0. */
void *mem_new(size_t count, size_t size);

/* Grows `old` (may be NULL) to `count` items; new bytes are not zeroed. */
void *mem_grow(void *old, size_t count, size_t size);

char *mem_text(const char *text);		/* copy; NULL stays NULL */
char *mem_text_n(const char *text, size_t len); /* copy + NUL */
void *mem_copy(const void *from, size_t size);	/* `size` bytes */
void mem_free(void *p);				/* NULL is fine */

/* Called once, before the process ends for want of memory.  Main thread,
 * before other threads start. */
void mem_on_exhausted(void (*last_words)(void));

#endif
