/* loop: timers in order, watches that end safely, waits that end in time. */
#include "tests/unit/net_peer.h"

#include <dirent.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/wake.h"
#include "net/address.h"

static const struct fence open_fence;

static struct loop *
new_loop(void)
{
	struct loop *l;
	struct err e;

	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	return l;
}

struct diary {
	int order[64];
	int count;
	bool is_done;
};

struct entry {
	struct diary *diary;
	int number;
	struct loop_timer *victim;
};

static void
write_entry(void *ctx)
{
	struct entry *it = ctx;

	it->diary->order[it->diary->count++] = it->number;
	loop_timer_cancel(it->victim);
	it->victim = NULL;
}

static void
timers_fire_in_the_order_of_their_times(void **state)
{
	static const int delays_ms[] = { 5, 1, 4, 1, 3, 2, 0, 5 };
	static const int wanted[] = { 6, 1, 3, 5, 4, 2, 0, 7 };
	struct entry entries[ARRAY_LEN(delays_ms)];
	struct diary d = { 0 };
	struct loop *l = new_loop();
	int64_t now_us = clock_real_us();

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(delays_ms); i++) {
		entries[i] = (struct entry){ .diary = &d, .number = (int)i };
		loop_at(l, now_us + delays_ms[i] * 1000, write_entry,
			&entries[i]);
	}
	while (d.count < (int)ARRAY_LEN(wanted) &&
	       clock_real_us() < now_us + 2000000)
		loop_run(l, now_us + 2000000);
	assert_memory_equal(d.order, wanted, sizeof(wanted));
	loop_free(l);
}

static void
a_timer_may_cancel_one_that_is_due_with_it(void **state)
{
	struct diary d = { 0 };
	struct entry a = { .diary = &d, .number = 1 };
	struct entry b = { .diary = &d, .number = 2 };
	struct loop *l = new_loop();

	TEST_UNUSED(state);
	loop_at(l, 0, write_entry, &a);
	a.victim = loop_at(l, 0, write_entry, &b);
	loop_run(l, 0);
	loop_run(l, 0);
	assert_int_equal(d.count, 1);
	loop_free(l);
}

/* Checks that no timer comes before an earlier one. */
struct march {
	int64_t last_us;
	int count;
	bool is_disordered;
};

struct marcher {
	struct march *march;
	int64_t at_us;
};

static void
march_past(void *ctx)
{
	const struct marcher *m = ctx;

	if (m->at_us < m->march->last_us)
		m->march->is_disordered = true;
	m->march->last_us = m->at_us;
	m->march->count++;
}

static void
many_timers_keep_their_order_when_some_are_cancelled(void **state)
{
	enum { MANY = 20000 };
	struct loop_timer **timers = mem_new(MANY, sizeof(*timers));
	struct marcher *marchers = mem_new(MANY, sizeof(*marchers));
	struct march march = { 0 };
	struct loop *l = new_loop();
	unsigned seed = 1;

	TEST_UNUSED(state);
	for (int i = 0; i < MANY; i++) {
		seed = seed * 1103515245 + 12345;
		marchers[i] = (struct marcher){ &march, seed % 10000 };
		timers[i] =
			loop_at(l, marchers[i].at_us, march_past, &marchers[i]);
	}
	for (int i = 0; i < MANY; i += 2)
		loop_timer_cancel(timers[i]);
	loop_run(l, 0);
	assert_int_equal(march.count, MANY / 2);
	assert_false(march.is_disordered);
	mem_free(timers);
	mem_free(marchers);
	loop_free(l);
}

struct restless {
	struct loop *loop;
	int count;
};

static void
again(void *ctx)
{
	struct restless *r = ctx;

	r->count++;
	loop_at(r->loop, 0, again, r);
}

static void
a_timer_that_sets_itself_again_starves_nobody(void **state)
{
	struct restless r = { 0 };
	struct loop *l = new_loop();

	TEST_UNUSED(state);
	r.loop = l;
	loop_at(l, 0, again, &r);
	loop_run(l, 0);
	assert_int_equal(r.count, 1);
	loop_run(l, 0);
	assert_int_equal(r.count, 2);
	loop_free(l);
}

struct pair {
	struct loop_watch *watches[2];
	int count;
};

/* Ends both, whichever comes first. */
static void
end_both(void *ctx, short revents)
{
	struct pair *p = ctx;

	assert_true(revents & POLLIN);
	p->count++;
	for (int i = 0; i < 2; i++)
		loop_watch_end(p->watches[i]);
}

static void
a_watch_ended_by_its_sibling_is_silent(void **state)
{
	struct wake wakes[2];
	struct pair p = { 0 };
	struct loop *l = new_loop();
	struct err e;

	TEST_UNUSED(state);
	for (int i = 0; i < 2; i++) {
		CHECK_OK(wake_open(&wakes[i], &e), &e);
		wake_raise(&wakes[i]);
		p.watches[i] = loop_watch(l, wakes[i].fd, POLLIN, end_both, &p);
	}
	loop_run(l, clock_real_us() + 1000000);
	loop_run(l, 0);
	assert_int_equal(p.count, 1);
	loop_free(l);
	for (int i = 0; i < 2; i++)
		wake_close(&wakes[i]);
}

static void
wake_it(void *arg)
{
	loop_wake(arg);
}

static void
count_event(void *ctx, short revents)
{
	(void)revents;
	++*(int *)ctx;
}

/* A child between fork and exec holds what was closed here: epoll goes on to
 * tell of it.  And a descriptor may turn out to be open after all. */
static void
a_forgotten_watch_is_silent_and_its_place_can_be_taken(void **state)
{
	struct loop *l = new_loop();
	struct wake closed, open;
	int heard[3] = { 0 };
	struct err e;
	int held;

	TEST_UNUSED(state);
	CHECK_OK(wake_open(&closed, &e), &e);
	CHECK_OK(wake_open(&open, &e), &e);
	loop_watch_forget(
		loop_watch(l, closed.fd, POLLIN, count_event, &heard[0]));
	held = dup(closed.fd);
	wake_raise(&closed);
	wake_close(&closed);
	loop_watch_forget(
		loop_watch(l, open.fd, POLLIN, count_event, &heard[1]));
	assert_non_null(loop_watch(l, open.fd, POLLIN, count_event, &heard[2]));
	wake_raise(&open);
	loop_run(l, clock_real_us() + 1000000);
	assert_int_equal(heard[0], 0);
	assert_int_equal(heard[1], 0);
	assert_int_equal(heard[2], 1);
	loop_free(l);
	close(held);
	wake_close(&open);
}

static void
another_thread_may_wake_it(void **state)
{
	struct loop *l = new_loop();
	struct thread t = { 0 };
	int64_t start_us = clock_real_us();
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(thread_start(&t, "waker", wake_it, l, &e), &e);
	loop_run(l, start_us + 5000000);
	thread_join(&t);
	assert_true(clock_real_us() - start_us < 4000000);
	loop_free(l);
}

static void
set_flag(void *ctx)
{
	*(bool *)ctx = true;
}

static void
a_wait_ends_done_cancelled_or_late(void **state)
{
	struct loop *l = new_loop();
	struct wake wake;
	bool is_done = false;
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(wake_open(&wake, &e), &e);
	CHECK_FAILS(loop_run_until(l, &is_done, wake.fd, clock_real_us() + 5000,
				   &e),
		    ERR_TIMEOUT, &e, "");
	wake_raise(&wake);
	CHECK_FAILS(loop_run_until(l, &is_done, wake.fd,
				   clock_real_us() + 5000000, &e),
		    ERR_CANCELLED, &e, "");
	loop_at(l, 0, set_flag, &is_done);
	CHECK_OK(loop_run_until(l, &is_done, -1, clock_real_us() + 5000000, &e),
		 &e);
	wake_close(&wake);
	loop_free(l);
}

static void
a_closed_fence_lets_only_its_rows_through(void **state)
{
	static const struct {
		const char *host;
		int port;
		bool passes;
	} rows[] = {
		{ "127.0.0.1", 8080, true },
		{ "127.0.0.1", 8081, false },
		{ "Staging.Test", 1, true },
		{ "staging.test", 443, true },
		{ "staging.test.", 1, false },
		{ "xstaging.test", 1, false },
		{ "::1", 53, true },
		{ "0:0:0:0:0:0:0:1", 53, true },
		{ "::1", 54, false },
		{ "2001:db8::1", 7, true },
		{ "", 1, false },
	};
	struct fence f = { 0 };
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(fence_check(&f, "anything.test", 1, &e), &e);
	fence_allow(&f, "127.0.0.1:8080");
	fence_allow(&f, "staging.test");
	fence_allow(&f, "[::1]:53");
	fence_allow(&f, "2001:db8::1");
	fence_allow(&f, "");
	fence_allow(&f, "bad.test:99999");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_ROW(rows[i].host,
			  (fence_check(&f, rows[i].host, rows[i].port, &e) ==
			   ERR_NONE) == rows[i].passes);
	CHECK_FAILS(fence_check(&f, "bad.test", 99999, &e), ERR_FENCED, &e,
		    "bad.test");
	fence_clear(&f);
	f.closed = true;
	CHECK_FAILS(fence_check(&f, "127.0.0.1", 1, &e), ERR_FENCED, &e,
		    "127.0.0.1 port 1");
}

static void
addresses_are_taken_apart_strictly(void **state)
{
	static const struct {
		const char *text, *host;
		int port; /* 0: refused */
	} rows[] = {
		{ "sbc.test", "sbc.test", 5060 },
		{ "sbc.test:5080", "sbc.test", 5080 },
		{ "[::1]:53", "::1", 53 },
		{ "[::1]", "::1", 5060 },
		{ "2001:db8::2", "2001:db8::2", 5060 },
		{ "192.0.2.1:1", "192.0.2.1", 1 },
		{ "", NULL, 0 },
		{ ":80", NULL, 0 },
		{ "a:0", NULL, 0 },
		{ "a:65536", NULL, 0 },
		{ "a:", NULL, 0 },
		{ "a:8x", NULL, 0 },
		{ "a b:1", NULL, 0 },
		{ "user@a:1", NULL, 0 },
		{ "[sbc.test]:1", NULL, 0 },
		{ "[::1", NULL, 0 },
		{ "[::1]x", NULL, 0 },
		{ "a:b:c", NULL, 0 },
		{ "a\x1b[2J:1", NULL, 0 },
	};
	struct err e;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char host[64];
		int port;
		enum err_code code = address_split(rows[i].text, 5060, host,
						   sizeof(host), &port, &e);

		CHECK_ROW(rows[i].text,
			  (code == ERR_NONE) == (rows[i].port != 0));
		if (rows[i].port == 0)
			continue;
		assert_string_equal(host, rows[i].host);
		assert_int_equal(port, rows[i].port);
	}
}

static void
loopback_is_known_by_address_alone(void **state)
{
	static const struct {
		const char *host;
		bool is_loopback;
	} rows[] = {
		{ "127.0.0.1", true },
		{ "127.255.0.9", true },
		{ "::1", true },
		{ "::ffff:127.0.0.1", true },
		{ "localhost", false },
		{ "128.0.0.1", false },
		{ "127.0.0.1.evil.test", false },
		{ "::2", false },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_ROW(rows[i].host, address_is_loopback(rows[i].host) ==
						rows[i].is_loopback);
}

static void
an_address_reads_back_as_itself(void **state)
{
	struct address a, b;
	char text[80];
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(address_parse(&a, "192.0.2.1", 5060, &e), &e);
	address_text(&a, text, sizeof(text));
	assert_string_equal(text, "192.0.2.1:5060");
	CHECK_OK(address_parse(&b, "192.0.2.1", 5061, &e), &e);
	assert_false(address_same(&a, &b));
	CHECK_OK(address_parse(&b, "192.0.2.1", 5060, &e), &e);
	assert_true(address_same(&a, &b));
	CHECK_OK(address_parse(&b, "2001:db8::1", 53, &e), &e);
	assert_false(address_same(&a, &b));
	address_text(&b, text, sizeof(text));
	assert_string_equal(text, "[2001:db8::1]:53");
	CHECK_FAILS(address_parse(&a, "sbc.test", 1, &e), ERR_ARG, &e,
		    "sbc.test");
}

struct found {
	size_t count;
	enum err_code code;
	int calls;
	bool is_done;
};

static void
take_found(void *ctx, const struct address *found, size_t count,
	   const struct err *e)
{
	struct found *f = ctx;

	TEST_UNUSED(found);
	f->calls++;
	f->count = count;
	f->code = e->code;
	f->is_done = true;
}

static struct found
look_up(const char *host)
{
	struct loop *l = new_loop();
	struct found f = { 0 };
	struct err e;

	address_lookup(l, host, 80, 4000, take_found, &f);
	assert_int_equal(f.calls, 0); /* never from inside the start */
	CHECK_OK(loop_run_until(l, &f.is_done, -1, clock_real_us() + 5000000,
				&e),
		 &e);
	loop_free(l);
	assert_int_equal(f.calls, 1);
	return f;
}

static void
names_are_looked_up_without_blocking(void **state)
{
	struct found f;

	TEST_UNUSED(state);
	f = look_up("127.0.0.1");
	assert_int_equal(f.count, 1);
	f = look_up("localhost");
	assert_true(f.count >= 1);
	f = look_up("a..b");
	assert_int_equal(f.count, 0);
	assert_int_not_equal(f.code, ERR_NONE);
}

static int
count_threads(void)
{
	DIR *d = opendir("/proc/self/task");
	int count = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

static void
count_call(void *ctx, const struct address *found, size_t count,
	   const struct err *e)
{
	TEST_UNUSED(found);
	TEST_UNUSED(e);
	*(int *)ctx += count > 0 ? 1 : 1000;
}

static void
one_thread_asks_for_a_name_and_its_answer_is_kept(void **state)
{
	struct loop *l = new_loop();
	struct address known[ADDRESS_MOST];
	int before = count_threads();
	struct found f = { 0 };
	struct err e;
	int calls = 0;

	TEST_UNUSED(state);
	assert_int_equal(address_known(l, "localhost", 80, known), 0);
	for (int i = 0; i < 50; i++)
		address_lookup(l, "localhost", 80, 4000, count_call, &calls);
	loop_run(l, clock_real_us());
	assert_true(count_threads() <= before + 1);
	while (calls < 50)
		loop_run(l, clock_real_us() + 1000000);
	assert_int_equal(calls, 50);
	assert_true(address_known(l, "localhost", 81, known) > 0);
	/* a failure is kept, too: nobody is asked a second time */
	address_lookup(l, "a..b", 80, 4000, take_found, &f);
	CHECK_OK(loop_run_until(l, &f.is_done, -1, clock_real_us() + 5000000,
				&e),
		 &e);
	assert_int_equal(f.count, 0);
	f = (struct found){ 0 };
	before = count_threads();
	address_lookup(l, "a..b", 80, 4000, take_found, &f);
	while (!f.is_done) {
		assert_true(count_threads() <= before);
		loop_run(l, clock_real_us() + 1000000);
	}
	assert_int_equal(f.count, 0);
	assert_int_not_equal(f.code, ERR_NONE);
	loop_free(l);
}

static void
lookups_may_be_cancelled_or_left_to_the_loop(void **state)
{
	struct loop *l = new_loop();
	struct address_lookup *c[80];
	struct found f = { 0 };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		c[i] = address_lookup(l, i % 3 == 0 ? "127.0.0.1" : "localhost",
				      80, 4000, take_found, &f);
	for (size_t i = 0; i < ARRAY_LEN(c); i += 2)
		address_lookup_cancel(c[i]);
	loop_free(l);
	assert_int_equal(f.calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_in_the_order_of_their_times),
		cmocka_unit_test(a_timer_may_cancel_one_that_is_due_with_it),
		cmocka_unit_test(
			many_timers_keep_their_order_when_some_are_cancelled),
		cmocka_unit_test(a_timer_that_sets_itself_again_starves_nobody),
		cmocka_unit_test(a_watch_ended_by_its_sibling_is_silent),
		cmocka_unit_test(
			a_forgotten_watch_is_silent_and_its_place_can_be_taken),
		cmocka_unit_test(another_thread_may_wake_it),
		cmocka_unit_test(a_wait_ends_done_cancelled_or_late),
		cmocka_unit_test(a_closed_fence_lets_only_its_rows_through),
		cmocka_unit_test(addresses_are_taken_apart_strictly),
		cmocka_unit_test(loopback_is_known_by_address_alone),
		cmocka_unit_test(an_address_reads_back_as_itself),
		cmocka_unit_test(names_are_looked_up_without_blocking),
		cmocka_unit_test(
			one_thread_asks_for_a_name_and_its_answer_is_kept),
		cmocka_unit_test(lookups_may_be_cancelled_or_left_to_the_loop),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
