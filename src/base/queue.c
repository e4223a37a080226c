/* queue - a bounded queue that hands owned objects from thread to thread. */
#include "base/queue.h"

#include <assert.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/mem.h"

/* A ring of `cap` slots; items[(head + i) % cap] is the i-th oldest. */
struct queue {
	struct lock lock;
	struct signal_flag changed; /* something came, went, woke or closed */
	void (*drop)(void *item);
	void **items;
	size_t cap;
	size_t head;
	size_t len;
	bool closed;
	bool woken;
};

struct queue *
queue_new(size_t cap, void (*drop)(void *item))
{
	struct queue *q = mem_new(1, sizeof(*q));

	assert(cap >= 1 && drop != NULL);
	lock_init(&q->lock);
	signal_flag_init(&q->changed);
	q->drop = drop;
	q->items = mem_new(cap, sizeof(*q->items));
	q->cap = cap;
	return q;
}

void
queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	for (size_t i = 0; i < q->len; i++)
		q->drop(q->items[(q->head + i) % q->cap]);
	signal_flag_clear(&q->changed);
	lock_clear(&q->lock);
	mem_free(q->items);
	mem_free(q);
}

/* Lock held.  Who waits is told after it is dropped, so that nobody wakes to
 * a lock that is taken. */
static void
append(struct queue *q, void *item)
{
	assert(q->len < q->cap);
	q->items[(q->head + q->len) % q->cap] = item;
	q->len++;
}

bool
queue_put(struct queue *q, void *item)
{
	bool taken;

	assert(item != NULL);
	lock_take(&q->lock);
	taken = !q->closed && q->len < q->cap;
	if (taken)
		append(q, item);
	lock_drop(&q->lock);
	if (taken)
		signal_flag_raise(&q->changed);
	return taken;
}

bool
queue_put_wait(struct queue *q, void *item)
{
	bool taken;

	assert(item != NULL);
	lock_take(&q->lock);
	while (!q->closed && q->len == q->cap)
		signal_flag_wait(&q->changed, &q->lock, INT64_MAX);
	taken = !q->closed;
	if (taken)
		append(q, item);
	lock_drop(&q->lock);
	if (taken)
		signal_flag_raise(&q->changed);
	return taken;
}

/* Takes out the i-th oldest item and closes the gap.  Lock held. */
static void *
remove_at(struct queue *q, size_t i)
{
	void *item = q->items[(q->head + i) % q->cap];

	assert(i < q->len);
	if (i == 0) {
		q->head = (q->head + 1) % q->cap;
	} else {
		for (; i + 1 < q->len; i++)
			q->items[(q->head + i) % q->cap] =
				q->items[(q->head + i + 1) % q->cap];
	}
	q->len--;
	return item;
}

size_t
queue_put_latest(struct queue *q, void *item,
		 bool (*same)(const void *old, const void *item))
{
	void *unwanted = item;
	size_t i = 0;

	assert(item != NULL);
	lock_take(&q->lock);
	if (!q->closed && q->len < q->cap) {
		unwanted = NULL;
		append(q, item);
	} else if (!q->closed) {
		while (i < q->len &&
		       !same(q->items[(q->head + i) % q->cap], item))
			i++;
		if (i < q->len) {
			unwanted = remove_at(q, i);
			append(q, item);
		}
	}
	lock_drop(&q->lock);
	if (unwanted != item)
		signal_flag_raise(&q->changed);
	if (unwanted == NULL)
		return 0;
	q->drop(unwanted); /* outside the lock: drop may do anything */
	return 1;
}

void *
queue_take(struct queue *q, int64_t until_real_us)
{
	void *item = NULL;
	bool was_full;

	lock_take(&q->lock);
	while (q->len == 0 && !q->closed && !q->woken)
		if (!signal_flag_wait(&q->changed, &q->lock, until_real_us))
			break;
	was_full = q->len == q->cap;
	if (q->len > 0)
		item = remove_at(q, 0);
	else
		q->woken = false; /* this NULL is what the wake asked for */
	lock_drop(&q->lock);
	if (was_full)
		signal_flag_raise(&q->changed); /* somebody may wait to put */
	return item;
}

void
queue_wake(struct queue *q)
{
	lock_take(&q->lock);
	q->woken = true;
	lock_drop(&q->lock);
	signal_flag_raise(&q->changed);
}

void
queue_close(struct queue *q)
{
	lock_take(&q->lock);
	q->closed = true;
	lock_drop(&q->lock);
	signal_flag_raise(&q->changed);
}

size_t
queue_len(struct queue *q)
{
	size_t len;

	lock_take(&q->lock);
	len = q->len;
	lock_drop(&q->lock);
	return len;
}
