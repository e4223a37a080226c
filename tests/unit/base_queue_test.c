/* queue: objects change owner exactly once, and nobody waits in vain. */
#include "tests/lib/test.h"

#include <signal.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/thread.h"

struct item {
	int probe;
	int value;
};

static atomic_int alive;

static struct item *
item_new(int probe, int value)
{
	struct item *it = mem_new(1, sizeof(*it));

	it->probe = probe;
	it->value = value;
	atomic_fetch_add(&alive, 1);
	return it;
}

static void
item_drop(void *item)
{
	atomic_fetch_sub(&alive, 1);
	mem_free(item);
}

static bool
same_probe(const void *old, const void *item)
{
	const struct item *a = old;
	const struct item *b = item;

	return a->probe == b->probe;
}

/* Takes one that must be there, and checks what it is. */
static void
take_and_check(struct queue *q, int value)
{
	struct item *it = queue_take(q, 0);

	assert_non_null(it);
	assert_int_equal(it->value, value);
	item_drop(it);
}

static void
items_come_out_in_order_also_around_the_end_of_the_ring(void **state)
{
	struct queue *q = queue_new(3, item_drop);

	TEST_UNUSED(state);
	for (int i = 0; i < 20; i++) {
		assert_true(queue_put(q, item_new(0, i)));
		assert_true(queue_put(q, item_new(0, i + 100)));
		take_and_check(q, i);
		take_and_check(q, i + 100);
	}
	assert_int_equal(queue_len(q), 0);
	queue_free(q);
	assert_int_equal(alive, 0);
}

static void
a_full_queue_refuses_and_the_caller_keeps_the_item(void **state)
{
	struct queue *q = queue_new(2, item_drop);
	struct item *third = item_new(0, 3);

	TEST_UNUSED(state);
	assert_true(queue_put(q, item_new(0, 1)));
	assert_true(queue_put(q, item_new(0, 2)));
	assert_false(queue_put(q, third));
	assert_int_equal(third->value, 3);
	item_drop(third);
	queue_free(q); /* drops the two inside */
	assert_int_equal(alive, 0);
	queue_free(NULL);
}

static void
the_oldest_sample_of_the_same_probe_makes_room(void **state)
{
	struct queue *q = queue_new(3, item_drop);

	TEST_UNUSED(state);
	assert_int_equal(queue_put_latest(q, item_new(1, 10), same_probe), 0);
	assert_int_equal(queue_put_latest(q, item_new(2, 20), same_probe), 0);
	assert_int_equal(queue_put_latest(q, item_new(2, 21), same_probe), 0);
	assert_int_equal(queue_put_latest(q, item_new(2, 22), same_probe), 1);
	assert_int_equal(queue_put_latest(q, item_new(3, 30), same_probe), 1);
	assert_int_equal(alive, 3); /* 20 and the 30 nobody had room for */
	take_and_check(q, 10);
	take_and_check(q, 21);
	take_and_check(q, 22);
	queue_close(q);
	assert_int_equal(queue_put_latest(q, item_new(1, 11), same_probe), 1);
	queue_free(q);
	assert_int_equal(alive, 0);
}

static void
taking_from_an_empty_queue_ends_at_its_time(void **state)
{
	struct queue *q = queue_new(1, item_drop);
	int64_t start_us = clock_real_us();

	TEST_UNUSED(state);
	assert_null(queue_take(q, start_us + 20000));
	assert_true(clock_real_us() - start_us >= 20000);
	assert_null(queue_take(q, 0)); /* long past: at once */
	queue_free(q);
}

static void
a_wake_ends_one_wait_and_is_not_lost(void **state)
{
	struct queue *q = queue_new(1, item_drop);

	TEST_UNUSED(state);
	queue_wake(q); /* before anybody waits */
	assert_null(queue_take(q, INT64_MAX));
	assert_true(queue_put(q, item_new(0, 1)));
	queue_wake(q);
	take_and_check(q, 1); /* an item goes first */
	assert_null(queue_take(q, INT64_MAX));
	queue_free(q);
}

static void
a_closed_queue_takes_nothing_and_gives_what_it_has(void **state)
{
	struct queue *q = queue_new(2, item_drop);
	struct item *late = item_new(0, 2);

	TEST_UNUSED(state);
	assert_true(queue_put(q, item_new(0, 1)));
	queue_close(q);
	assert_false(queue_put(q, late));
	assert_false(queue_put_wait(q, late));
	item_drop(late);
	take_and_check(q, 1);
	assert_null(queue_take(q, INT64_MAX));
	queue_free(q);
	assert_int_equal(alive, 0);
}

struct producer {
	struct thread thread;
	struct queue *q;
	int probe;
};

#define EACH 2000

static void
produce(void *arg)
{
	struct producer *p = arg;

	for (int i = 0; i < EACH; i++)
		if (!queue_put_wait(p->q, item_new(p->probe, i)))
			return;
}

static void
many_producers_lose_nothing_and_keep_their_order(void **state)
{
	struct producer producers[4] = { 0 };
	struct queue *q = queue_new(5, item_drop);
	int next[4] = { 0 };
	struct err e;

	TEST_UNUSED(state);
	for (int i = 0; i < 4; i++) {
		producers[i].q = q;
		producers[i].probe = i;
		CHECK_OK(thread_start(&producers[i].thread, "producer", produce,
				      &producers[i], &e),
			 &e);
	}
	for (int n = 0; n < 4 * EACH; n++) {
		struct item *it = queue_take(q, INT64_MAX);

		assert_non_null(it);
		assert_int_equal(it->value, next[it->probe]++);
		item_drop(it);
	}
	for (int i = 0; i < 4; i++)
		thread_join(&producers[i].thread);
	queue_free(q);
	assert_int_equal(alive, 0);
}

static atomic_bool was_refused;

static void
put_one_more(void *arg)
{
	struct item *it = item_new(0, 2);

	if (!queue_put_wait(arg, it)) {
		atomic_store(&was_refused, true);
		item_drop(it);
	}
}

static void
closing_frees_a_producer_that_waits_for_room(void **state)
{
	struct queue *q = queue_new(1, item_drop);
	struct thread t;
	struct err e;

	TEST_UNUSED(state);
	assert_true(queue_put(q, item_new(0, 1)));
	CHECK_OK(thread_start(&t, "waiter", put_one_more, q, &e), &e);
	queue_close(q);
	thread_join(&t);
	assert_true(was_refused);
	queue_free(q);
	assert_int_equal(alive, 0);
}

static void
note_signals(void *arg)
{
	pthread_sigmask(SIG_SETMASK, NULL, arg);
}

static void
threads_start_with_all_signals_blocked_and_join_once(void **state)
{
	struct thread t;
	sigset_t seen, own;
	struct err e;

	TEST_UNUSED(state);
	sigemptyset(&seen);
	CHECK_OK(thread_start(&t, "a name longer than 15", note_signals, &seen,
			      &e),
		 &e);
	thread_join(&t);
	thread_join(&t); /* no-op */
	assert_true(sigismember(&seen, SIGTERM) == 1);
	assert_true(sigismember(&seen, SIGWINCH) == 1);
	assert_true(sigismember(&seen, SIGHUP) == 1);
	pthread_sigmask(SIG_SETMASK, NULL, &own);
	assert_true(sigismember(&own, SIGTERM) == 0);
	thread_join(&(struct thread){ 0 }); /* never started */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			items_come_out_in_order_also_around_the_end_of_the_ring),
		cmocka_unit_test(
			a_full_queue_refuses_and_the_caller_keeps_the_item),
		cmocka_unit_test(
			the_oldest_sample_of_the_same_probe_makes_room),
		cmocka_unit_test(taking_from_an_empty_queue_ends_at_its_time),
		cmocka_unit_test(a_wake_ends_one_wait_and_is_not_lost),
		cmocka_unit_test(
			a_closed_queue_takes_nothing_and_gives_what_it_has),
		cmocka_unit_test(
			many_producers_lose_nothing_and_keep_their_order),
		cmocka_unit_test(closing_frees_a_producer_that_waits_for_room),
		cmocka_unit_test(
			threads_start_with_all_signals_blocked_and_join_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
