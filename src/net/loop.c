/*
 * loop - one event loop: sockets and timers, each under a deadline.
 *
 * epoll hands over what is ready, a binary heap knows what is due: a round
 * costs what happened in it, not what is open.  What epoll keeps of a watch is
 * its place and turn, never a pointer: an event of a watch that has ended may
 * still stand in the batch, or come while a child between fork and exec has
 * the descriptor too, and is told by its turn.
 */
#include "net/loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/wake.h"
#include "net/loop_item.h"

#define READY_MOST 256

struct loop_timer {
	struct loop *loop;
	int64_t at_us;
	uint64_t order; /* equal times fire in the order they were set */
	size_t slot;	/* where it stands in the heap */
	void (*due)(void *ctx);
	void *ctx;
};

struct loop_watch {
	struct loop_item link; /* must be first */
	struct loop *loop;
	int fd;
	uint32_t place;
	void (*ready)(void *ctx, short revents);
	void *ctx;
};

/* Where a watch stands; each further watch there has a turn of its own. */
struct place {
	struct loop_watch *watch; /* NULL: free */
	uint32_t turn;
	uint32_t next_free;
};

#define NO_PLACE UINT32_MAX

struct part {
	void *what;
	void (*drop)(void *part);
};

struct loop {
	const struct fence *fence;
	int epoll_fd;
	struct wake wake;
	bool is_running;
	struct loop_timer **heap;
	size_t heap_len;
	size_t heap_size;
	uint64_t timers_set;
	struct loop_item items; /* ring heads */
	struct loop_item watches;
	struct place *places;
	uint32_t place_count;
	uint32_t first_free;
	struct part parts[LOOP_PARTS];
};

static void
ring_init(struct loop_item *head)
{
	head->next = head;
	head->prev = head;
}

static void
ring_add(struct loop_item *head, struct loop_item *item)
{
	item->prev = head->prev;
	item->next = head;
	head->prev->next = item;
	head->prev = item;
}

static void
ring_remove(struct loop_item *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	ring_init(item);
}

static bool
is_before(const struct loop_timer *a, const struct loop_timer *b)
{
	if (a->at_us != b->at_us)
		return a->at_us < b->at_us;
	return a->order < b->order;
}

static void
heap_put(struct loop *l, size_t slot, struct loop_timer *t)
{
	l->heap[slot] = t;
	t->slot = slot;
}

static void
heap_up(struct loop *l, struct loop_timer *t)
{
	size_t slot = t->slot;

	while (slot > 0 && is_before(t, l->heap[(slot - 1) / 2])) {
		heap_put(l, slot, l->heap[(slot - 1) / 2]);
		slot = (slot - 1) / 2;
	}
	heap_put(l, slot, t);
}

static void
heap_down(struct loop *l, struct loop_timer *t)
{
	size_t slot = t->slot;
	size_t child;

	while ((child = 2 * slot + 1) < l->heap_len) {
		if (child + 1 < l->heap_len &&
		    is_before(l->heap[child + 1], l->heap[child]))
			child++;
		if (!is_before(l->heap[child], t))
			break;
		heap_put(l, slot, l->heap[child]);
		slot = child;
	}
	heap_put(l, slot, t);
}

static void
heap_remove(struct loop *l, struct loop_timer *t)
{
	struct loop_timer *last = l->heap[--l->heap_len];

	if (last == t)
		return;
	heap_put(l, t->slot, last);
	heap_up(l, last);
	heap_down(l, last);
}

/* A timer that sets itself again must not starve the sockets: no more timers
 * fire in a round than stood in the heap when it began. */
static void
fire_due(struct loop *l)
{
	int64_t now_us = clock_real_us();
	size_t budget = l->heap_len;

	while (budget-- > 0 && l->heap_len > 0 && l->heap[0]->at_us <= now_us) {
		struct loop_timer *t = l->heap[0];
		void (*due)(void *) = t->due;
		void *ctx = t->ctx;

		heap_remove(l, t);
		mem_free(t);
		due(ctx);
	}
}

static int
wait_ms(const struct loop *l, int64_t until_us)
{
	int64_t left_us;

	if (l->heap_len > 0 && l->heap[0]->at_us < until_us)
		until_us = l->heap[0]->at_us;
	if (until_us == INT64_MAX)
		return -1;
	left_us = until_us - clock_real_us();
	if (left_us <= 0)
		return 0;
	if (left_us / 1000 >= INT_MAX)
		return INT_MAX;
	return (int)((left_us + 999) / 1000);
}

static uint32_t
to_epoll(short events)
{
	uint32_t bits = 0;

	if (events & POLLIN)
		bits |= EPOLLIN;
	if (events & POLLOUT)
		bits |= EPOLLOUT;
	return bits;
}

static short
from_epoll(uint32_t bits)
{
	int events = 0;

	if (bits & EPOLLIN)
		events |= POLLIN;
	if (bits & EPOLLOUT)
		events |= POLLOUT;
	if (bits & EPOLLERR)
		events |= POLLERR;
	if (bits & EPOLLHUP)
		events |= POLLHUP;
	return (short)events;
}

static uint32_t
take_place(struct loop *l, struct loop_watch *w)
{
	uint32_t at = l->first_free;

	if (at == NO_PLACE) {
		uint32_t old = l->place_count;

		l->place_count = old == 0 ? 16 : 2 * old;
		l->places =
			mem_grow(l->places, l->place_count, sizeof(*l->places));
		for (uint32_t i = l->place_count; i-- > old;) {
			l->places[i] = (struct place){
				.next_free = l->first_free,
			};
			l->first_free = i;
		}
		at = l->first_free;
	}
	l->first_free = l->places[at].next_free;
	l->places[at].watch = w;
	return at;
}

static void
leave_place(struct loop *l, uint32_t at)
{
	l->places[at].watch = NULL;
	l->places[at].turn++;
	l->places[at].next_free = l->first_free;
	l->first_free = at;
}

static uint64_t
mark_of(const struct loop *l, uint32_t at)
{
	return (uint64_t)l->places[at].turn << 32 | at;
}

/* NULL: it has ended. */
static struct loop_watch *
watch_of(const struct loop *l, uint64_t mark)
{
	uint32_t at = (uint32_t)mark;

	return mark_of(l, at) == mark ? l->places[at].watch : NULL;
}

static void
lower_wake(void *ctx, short revents)
{
	const struct loop *l = ctx;

	(void)revents;
	wake_lower(&l->wake);
}

enum err_code
loop_new(struct loop **out, const struct fence *fence, struct err *e)
{
	struct loop *l = mem_new(1, sizeof(*l));

	assert(fence != NULL);
	*out = NULL;
	l->fence = fence;
	ring_init(&l->items);
	ring_init(&l->watches);
	l->first_free = NO_PLACE;
	if (wake_open(&l->wake, e) != ERR_NONE) {
		mem_free(l);
		return e->code;
	}
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll_fd < 0 ||
	    loop_watch(l, l->wake.fd, POLLIN, lower_wake, l) == NULL) {
		err_set(e, ERR_SYSTEM,
			"cannot open an event loop: %s; raise the limit of "
			"open files (ulimit -n)",
			strerror(errno));
		loop_free(l);
		return e->code;
	}
	*out = l;
	return ERR_NONE;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	assert(!l->is_running);
	while (l->items.next != &l->items)
		l->items.next->end(l->items.next);
	for (int i = 0; i < LOOP_PARTS; i++)
		if (l->parts[i].what != NULL)
			l->parts[i].drop(l->parts[i].what);
	while (l->watches.next != &l->watches)
		loop_watch_end((struct loop_watch *)l->watches.next);
	for (size_t i = 0; i < l->heap_len; i++)
		mem_free(l->heap[i]);
	mem_free(l->heap);
	mem_free(l->places);
	wake_close(&l->wake);
	if (l->epoll_fd >= 0)
		close(l->epoll_fd);
	mem_free(l);
}

void
loop_run(struct loop *l, int64_t until_real_us)
{
	struct epoll_event ready[READY_MOST];
	int count;

	assert(!l->is_running);
	l->is_running = true;
	count = epoll_wait(l->epoll_fd, ready, READY_MOST,
			   wait_ms(l, until_real_us));
	for (int i = 0; i < count; i++) {
		struct loop_watch *w = watch_of(l, ready[i].data.u64);

		if (w != NULL)
			w->ready(w->ctx, from_epoll(ready[i].events));
	}
	fire_due(l);
	l->is_running = false;
}

void
loop_wake(struct loop *l)
{
	wake_raise(&l->wake);
}

const struct fence *
loop_fence(const struct loop *l)
{
	return l->fence;
}

struct loop_timer *
loop_at(struct loop *l, int64_t at_real_us, void (*due)(void *ctx), void *ctx)
{
	struct loop_timer *t = mem_new(1, sizeof(*t));

	t->loop = l;
	t->at_us = at_real_us;
	t->order = l->timers_set++;
	t->due = due;
	t->ctx = ctx;
	if (l->heap_len == l->heap_size) {
		l->heap_size = l->heap_size == 0 ? 16 : 2 * l->heap_size;
		l->heap = mem_grow(l->heap, l->heap_size, sizeof(t));
	}
	t->slot = l->heap_len++;
	heap_up(l, t);
	return t;
}

void
loop_timer_cancel(struct loop_timer *t)
{
	if (t == NULL)
		return;
	heap_remove(t->loop, t);
	mem_free(t);
}

struct loop_watch *
loop_watch(struct loop *l, int fd, short events,
	   void (*ready)(void *ctx, short revents), void *ctx)
{
	struct loop_watch *w = mem_new(1, sizeof(*w));
	struct epoll_event wanted = { .events = to_epoll(events) };
	int failure;

	w->loop = l;
	w->fd = fd;
	w->ready = ready;
	w->ctx = ctx;
	w->place = take_place(l, w);
	wanted.data.u64 = mark_of(l, w->place);
	failure = epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &wanted);
	/* forgotten, and open after all */
	if (failure != 0 && errno == EEXIST)
		failure = epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, fd, &wanted);
	if (failure != 0) {
		leave_place(l, w->place);
		mem_free(w);
		return NULL;
	}
	ring_add(&l->watches, &w->link);
	return w;
}

void
loop_watch_events(struct loop_watch *w, short events)
{
	struct epoll_event wanted = { .events = to_epoll(events) };

	wanted.data.u64 = mark_of(w->loop, w->place);
	(void)epoll_ctl(w->loop->epoll_fd, EPOLL_CTL_MOD, w->fd, &wanted);
}

void
loop_watch_forget(struct loop_watch *w)
{
	if (w == NULL)
		return;
	ring_remove(&w->link);
	leave_place(w->loop, w->place);
	mem_free(w);
}

void
loop_watch_end(struct loop_watch *w)
{
	struct epoll_event none = { 0 };

	if (w == NULL)
		return;
	(void)epoll_ctl(w->loop->epoll_fd, EPOLL_CTL_DEL, w->fd, &none);
	loop_watch_forget(w);
}

static void
note_cancel(void *ctx, short revents)
{
	(void)revents;
	*(bool *)ctx = true;
}

enum err_code
loop_run_until(struct loop *l, const bool *done, int cancel_fd,
	       int64_t until_real_us, struct err *e)
{
	struct loop_watch *watch = NULL;
	bool is_cancelled = false;

	if (cancel_fd >= 0)
		watch = loop_watch(l, cancel_fd, POLLIN, note_cancel,
				   &is_cancelled);
	if (cancel_fd >= 0 && watch == NULL)
		return err_set(e, ERR_SYSTEM, "cannot watch for a cancel: %s",
			       strerror(errno));
	while (!*done && !is_cancelled && clock_real_us() < until_real_us)
		loop_run(l, until_real_us);
	loop_watch_end(watch);
	if (*done)
		return ERR_NONE;
	if (is_cancelled)
		return err_set(e, ERR_CANCELLED, "cancelled while waiting");
	return err_set(e, ERR_TIMEOUT, "no answer in time");
}

void
loop_item_add(struct loop *l, struct loop_item *item,
	      void (*end)(struct loop_item *item))
{
	item->end = end;
	ring_add(&l->items, item);
}

void
loop_item_remove(struct loop_item *item)
{
	ring_remove(item);
}

void *
loop_part(const struct loop *l, enum loop_part which)
{
	return l->parts[which].what;
}

void
loop_part_set(struct loop *l, enum loop_part which, void *part,
	      void (*drop)(void *part))
{
	assert(l->parts[which].what == NULL && part != NULL);
	l->parts[which] = (struct part){ .what = part, .drop = drop };
}
