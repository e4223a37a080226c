/* wake and cancel: a raised flag ends each wait, from a thread or a signal. */
#include "tests/lib/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/thread.h"

static bool
is_readable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1;
}

static void
a_wake_is_readable_until_lowered(void **state)
{
	struct wake w;
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(wake_open(&w, &e), &e);
	assert_false(is_readable(w.fd));
	wake_lower(&w); /* harmless while it is low */
	for (int i = 0; i < 1000; i++)
		wake_raise(&w);
	assert_true(is_readable(w.fd));
	wake_lower(&w);
	assert_false(is_readable(w.fd));
	wake_close(&w);
	assert_int_equal(w.fd, -1);
	wake_close(&w);
}

static struct wake from_signal;

static void
on_signal(int number)
{
	TEST_UNUSED(number);
	wake_raise(&from_signal);
}

static void
a_signal_handler_may_raise_and_leaves_errno_alone(void **state)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(wake_open(&from_signal, &e), &e);
	assert_int_equal(sigaction(SIGUSR1, &act, NULL), 0);
	errno = EPERM;
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(errno, EPERM);
	assert_true(is_readable(from_signal.fd));
	wake_close(&from_signal);
	errno = ENOENT;
	wake_raise(&from_signal); /* closed: nothing happens */
	assert_int_equal(errno, ENOENT);
}

static void
an_uncancelled_sleep_lasts_its_time(void **state)
{
	struct cancel c;
	struct err e;
	int64_t start_us;

	TEST_UNUSED(state);
	CHECK_OK(cancel_open(&c, &e), &e);
	start_us = clock_real_us();
	assert_true(cancel_sleep_ms(&c, 20));
	assert_true(clock_real_us() - start_us >= 20000);
	assert_true(cancel_sleep_ms(&c, 0));
	assert_true(cancel_sleep_ms(&c, -1));
	cancel_close(&c);
}

static void
a_sleep_in_a_fast_drill_is_shorter(void **state)
{
	struct cancel c;
	struct err e;
	int64_t start_us;

	TEST_UNUSED(state);
	CHECK_OK(cancel_open(&c, &e), &e);
	clock_set_speed(1000);
	start_us = clock_real_us();
	assert_true(cancel_sleep_ms(&c, 20000));
	assert_in_range(clock_real_us() - start_us, 19000, 2000000);
	clock_set_speed(1);
	cancel_close(&c);
}

static void
raise_it(void *arg)
{
	cancel_raise(arg);
}

static void
cancelling_ends_a_sleep_and_all_later_ones(void **state)
{
	struct cancel c;
	struct thread t;
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(cancel_open(&c, &e), &e);
	assert_false(cancel_is_raised(&c));
	CHECK_OK(thread_start(&t, "canceller", raise_it, &c, &e), &e);
	assert_false(cancel_sleep_ms(&c, 3600000));
	thread_join(&t);
	assert_true(cancel_is_raised(&c));
	assert_true(is_readable(c.wake.fd));
	assert_false(cancel_sleep_ms(&c, 3600000));
	assert_false(cancel_sleep_ms(&c, 0));
	cancel_close(&c);
}

struct sleeper {
	struct thread thread;
	struct cancel *cancel;
	atomic_bool slept;
};

static void
sleep_an_hour(void *arg)
{
	struct sleeper *s = arg;

	atomic_store(&s->slept, cancel_sleep_ms(s->cancel, 3600000));
}

/* A sleeper may not sleep yet when it is nudged: so until all are awake. */
static void
a_nudge_ends_the_sleep_of_all_and_cancels_none(void **state)
{
	struct sleeper sleepers[4];
	struct cancel c;
	struct err e = { .code = ERR_NONE };
	bool all = false;

	TEST_UNUSED(state);
	CHECK_OK(cancel_open(&c, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(sleepers); i++) {
		sleepers[i].cancel = &c;
		atomic_init(&sleepers[i].slept, false);
		CHECK_OK(thread_start(&sleepers[i].thread, "sleeper",
				      sleep_an_hour, &sleepers[i], &e),
			 &e);
	}
	while (!all) {
		cancel_nudge(&c);
		all = true;
		for (size_t i = 0; i < ARRAY_LEN(sleepers); i++)
			all = all && atomic_load(&sleepers[i].slept);
	}
	for (size_t i = 0; i < ARRAY_LEN(sleepers); i++)
		thread_join(&sleepers[i].thread);
	assert_false(cancel_is_raised(&c));
	assert_true(cancel_nudges(&c) > 0);
	assert_true(cancel_sleep_ms(&c, 1)); /* later ones last as ever */
	cancel_close(&c);
}

struct held {
	struct cancel cancel;
	atomic_bool is_over, went_on;
};

static void
hold(void *arg)
{
	struct held *h = arg;

	atomic_store(&h->went_on, cancel_hold(&h->cancel));
	atomic_store(&h->is_over, true);
}

static void
a_held_worker_goes_on_when_resumed_or_ends_when_cancelled(void **state)
{
	TEST_UNUSED(state);
	for (int cancels = 0; cancels < 2; cancels++) {
		struct held h = { .is_over = false };
		struct thread t;
		struct err e;

		CHECK_OK(cancel_open(&h.cancel, &e), &e);
		assert_true(cancel_hold(&h.cancel)); /* nothing holds it */
		cancel_pause(&h.cancel);
		cancel_pause(&h.cancel);
		assert_true(cancel_is_paused(&h.cancel));
		CHECK_OK(thread_start(&t, "held", hold, &h, &e), &e);
		cancel_nudge(&h.cancel); /* is no word to go on */
		assert_true(cancel_sleep_ms(&h.cancel, 20));
		assert_false(atomic_load(&h.is_over));
		if (cancels)
			cancel_raise(&h.cancel);
		else
			cancel_resume(&h.cancel);
		thread_join(&t);
		assert_int_equal(atomic_load(&h.went_on), !cancels);
		assert_int_equal(cancel_is_paused(&h.cancel), cancels);
		cancel_close(&h.cancel);
	}
}

static void
each_that_listens_hears_a_resume_until_it_ends(void **state)
{
	struct cancel_ear ears[3];
	struct cancel c;
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(cancel_open(&c, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(ears); i++)
		CHECK_OK(cancel_listen(&c, &ears[i], &e), &e);
	cancel_pause(&c);
	cancel_nudge(&c);
	assert_false(is_readable(ears[0].wake.fd));
	cancel_unlisten(&c, &ears[1]);
	cancel_resume(&c);
	for (size_t i = 0; i < ARRAY_LEN(ears); i += 2) {
		assert_true(is_readable(ears[i].wake.fd));
		wake_lower(&ears[i].wake);
		assert_false(is_readable(ears[i].wake.fd));
	}
	cancel_unlisten(&c, &ears[2]);
	cancel_resume(&c);
	assert_true(is_readable(ears[0].wake.fd));
	cancel_unlisten(&c, &ears[0]);
	cancel_close(&c);
}

/* A nudge between the word about a wait and the wait itself is not lost. */
static void
a_nudge_before_its_sleep_begins_ends_it(void **state)
{
	struct cancel c;
	unsigned before;
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(cancel_open(&c, &e), &e);
	before = cancel_nudges(&c);
	cancel_nudge(&c);
	/* Returns at all: it would last for years. */
	assert_true(cancel_sleep_since(&c, INT64_C(1) << 40, before));
	assert_true(cancel_sleep_since(&c, 1, cancel_nudges(&c)));
	cancel_close(&c);
}

static void
the_time_of_all_pauses_is_kept(void **state)
{
	struct cancel c;
	struct err e;

	TEST_UNUSED(state);
	test_clock_take();
	CHECK_OK(cancel_open(&c, &e), &e);
	test_clock_forward_ms(1000);
	assert_int_equal(cancel_idle_us(&c), 0);
	cancel_pause(&c);
	test_clock_forward_ms(30000);
	assert_int_equal(cancel_idle_us(&c), 30000000); /* as it goes on */
	cancel_resume(&c);
	cancel_resume(&c);
	test_clock_forward_ms(500);
	assert_int_equal(cancel_idle_us(&c), 30000000);
	cancel_pause(&c);
	test_clock_forward_ms(12);
	cancel_resume(&c);
	assert_int_equal(cancel_idle_us(&c), 30012000);
	cancel_close(&c);
	test_clock_release();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wake_is_readable_until_lowered),
		cmocka_unit_test(
			a_signal_handler_may_raise_and_leaves_errno_alone),
		cmocka_unit_test(an_uncancelled_sleep_lasts_its_time),
		cmocka_unit_test(a_sleep_in_a_fast_drill_is_shorter),
		cmocka_unit_test(cancelling_ends_a_sleep_and_all_later_ones),
		cmocka_unit_test(
			a_nudge_ends_the_sleep_of_all_and_cancels_none),
		cmocka_unit_test(
			a_held_worker_goes_on_when_resumed_or_ends_when_cancelled),
		cmocka_unit_test(
			each_that_listens_hears_a_resume_until_it_ends),
		cmocka_unit_test(a_nudge_before_its_sleep_begins_ends_it),
		cmocka_unit_test(the_time_of_all_pauses_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
