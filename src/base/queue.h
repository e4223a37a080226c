/*
 * queue - a bounded queue that hands owned objects from thread to thread.
 *
 * Any thread may put, one thread takes.  A successful put takes ownership:
 * clear your reference.  There is no peek: queues move objects, never slots.
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct queue;

/* `drop` frees an item nobody will take any more.  `cap` at least 1. */
struct queue *queue_new(size_t cap, void (*drop)(void *item));
/* Drops what is left; NULL is fine.  Join those who put before: they may
 * still be on their way out of a put when its item is already taken. */
void queue_free(struct queue *q);

/* Takes ownership and returns true, or false (caller keeps the item) when the
 * queue is full or closed.  Never blocks. */
bool queue_put(struct queue *q, void *item) MUST_CHECK;

/* Like queue_put(), but waits for room for ever; false only when closed. */
bool queue_put_wait(struct queue *q, void *item) MUST_CHECK;

/* Always takes ownership and never blocks: on a full queue the oldest item for
 * which same(old, item) holds is dropped; if there is none, `item` itself is.
 * Returns how many items were dropped (0 or 1). */
size_t queue_put_latest(struct queue *q, void *item,
			bool (*same)(const void *old, const void *item));

/* The oldest item, now the caller's; NULL when clock_real_us() passed
 * `until_real_us` or the queue was closed and is empty or woken. */
void *queue_take(struct queue *q, int64_t until_real_us);

void queue_wake(struct queue *q);  /* a waiting queue_take() returns NULL */
void queue_close(struct queue *q); /* no more puts; wakes everybody */
size_t queue_len(struct queue *q); /* a moment ago; any thread */

#endif
