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

/* What libraries that let themselves be given memory are given: as malloc()
 * and realloc(), but never NULL.  Half a document or half a handshake would
 * look like one that lacks things. */
void *mem_take(size_t size);
void *mem_resize(void *old, size_t size);

/* Ends the program unless so much is there just now: for a library that never
 * looks whether it got what it asked for. */
void mem_ready(size_t size);

/* For a library that was refused memory: the end of the program that the
 * functions above come to.  Any thread. */
_Noreturn void mem_exhausted(void);

/* Called once, before the process ends for want of memory.  Main thread,
 * before other threads start. */
void mem_on_exhausted(void (*last_words)(void));

#endif
