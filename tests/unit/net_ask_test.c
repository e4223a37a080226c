/* ask: a resolver that hangs holds up nobody who has given up. */
#include "tests/lib/test.h"

#include <netdb.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/thread.h"
#include "net/address.h"
#include "net/ask.h"

static const struct fence open_fence;
static int gate[2]; /* closing [1] lets all who hang go on */
static atomic_int asked;

/* Takes the place of the C library's: hangs until the gate is opened. */
int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
	    struct addrinfo **out)
{
	char byte;

	TEST_UNUSED(node);
	TEST_UNUSED(service);
	TEST_UNUSED(hints);
	*out = NULL;
	atomic_fetch_add(&asked, 1);
	(void)!read(gate[0], &byte, 1);
	return EAI_AGAIN;
}

static bool
has_asked(void *arg)
{
	return atomic_load(&asked) >= *(const int *)arg;
}

static bool
none_is_adrift(void *arg)
{
	struct ask *a;
	struct err e;

	TEST_UNUSED(arg);
	/* Starting one reaps those that are over. */
	CHECK_OK(ask_start(&a, "x.test", &e), &e);
	ask_take(a);
	ask_end(a);
	return asks_adrift() == 0;
}

struct actor {
	struct cancel cancel;
	struct thread thread;
	enum err_code code;
	int heard;
};

static void
hear(void *ctx, const struct address *found, size_t count, const struct err *e)
{
	struct actor *a = ctx;

	TEST_UNUSED(found);
	TEST_UNUSED(count);
	TEST_UNUSED(e);
	a->heard++;
}

/* As an act does: a loop of its own, until it is cancelled. */
static void
act(void *arg)
{
	struct actor *a = arg;
	bool never = false;
	struct loop *l;
	struct err e;

	a->code = loop_new(&l, &open_fence, &e);
	if (a->code != ERR_NONE)
		return;
	address_lookup(l, "hangs.test", 80, 60000, hear, a);
	a->code = loop_run_until(l, &never, a->cancel.wake.fd,
				 clock_real_us() + 60000000, &e);
	loop_free(l);
}

static void
a_cancel_ends_an_act_whose_name_hangs(void **state)
{
	struct actor a = { .heard = 0 };
	int one = 1;
	struct err e;

	TEST_UNUSED(state);
	assert_int_equal(pipe(gate), 0);
	CHECK_OK(cancel_open(&a.cancel, &e), &e);
	CHECK_OK(thread_start(&a.thread, "actor", act, &a, &e), &e);
	assert_true(test_wait(has_asked, &one, 10000));
	cancel_raise(&a.cancel);
	thread_join(&a.thread); /* for ever, if the loop waited for the name */
	assert_int_equal(a.code, ERR_CANCELLED);
	assert_int_equal(a.heard, 0);
	assert_int_equal(asks_adrift(), 1);
	close(gate[1]);
	assert_true(test_wait(none_is_adrift, NULL, 10000));
	close(gate[0]);
	cancel_close(&a.cancel);
}

static void
many_that_hang_are_bounded_by_loop_and_all_are_joined(void **state)
{
	int want = atomic_load(&asked) + 32;
	struct loop *l;
	struct actor a = { .heard = 0 };
	struct err e;

	TEST_UNUSED(state);
	assert_int_equal(pipe(gate), 0);
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	for (int i = 0; i < 100; i++) {
		char host[32];

		str_printf(host, sizeof(host), "h%d.test", i);
		address_lookup(l, host, 80, 60000, hear, &a);
	}
	loop_run(l, clock_real_us());
	assert_true(test_wait(has_asked, &want, 10000));
	loop_free(l);
	assert_int_equal(asks_adrift(), 32);
	assert_int_equal(atomic_load(&asked), want);
	assert_int_equal(a.heard, 0);
	close(gate[1]);
	assert_true(test_wait(none_is_adrift, NULL, 10000));
	close(gate[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cancel_ends_an_act_whose_name_hangs),
		cmocka_unit_test(
			many_that_hang_are_bounded_by_loop_and_all_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
