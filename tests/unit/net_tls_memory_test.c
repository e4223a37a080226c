/*
 * tls without memory: whatever OpenSSL is refused, no strange chain passes for
 * a good one, and its own failure is not taken for a refusal of the peer.
 *
 * FULL=1 refuses each request for memory, otherwise a sample of them.
 */
#include "tests/unit/net_peer.h"
#include "tests/unit/tls_server.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "net/tls.h"
#include "net/tls_kit.h"

#define SAMPLE 60
#define LIMIT_MS 8000

static const struct fence open_fence;

/* Requests so far, and the one that is refused (-1: none). */
static atomic_long asked;
static atomic_long refused = -1;

static bool
is_refused(void)
{
	return atomic_fetch_add(&asked, 1) == refused;
}

static void *
take(size_t size, const char *file, int line)
{
	TEST_UNUSED(file);
	TEST_UNUSED(line);
	return is_refused() ? NULL : malloc(size);
}

static void *
grow(void *old, size_t size, const char *file, int line)
{
	TEST_UNUSED(file);
	TEST_UNUSED(line);
	return is_refused() ? NULL : realloc(old, size);
}

static void
drop(void *p, const char *file, int line)
{
	TEST_UNUSED(file);
	TEST_UNUSED(line);
	free(p);
}

struct seen {
	struct tls_result result;
	bool is_done;
};

static void
note(void *ctx, const struct tls_result *result)
{
	struct seen *s = ctx;

	s->result = *result;
	s->is_done = true;
}

/* False when it did not even begin. */
static bool
look(int port, struct tls_result *out)
{
	char where[40], ca_file[FS_PATH];
	struct tls_target t = { .where = where,
				.ca_file = ca_file,
				.timeout_ms = LIMIT_MS };
	struct seen s = { 0 };
	struct tls_call *call;
	struct loop *l;
	struct err e;
	bool begins;

	str_printf(where, sizeof(where), "127.0.0.1:%d", port);
	assert_true(fs_join(ca_file, tls_dir, "ca.pem"));
	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	begins = tls_start(&call, l, &t, note, &s, &e) == ERR_NONE;
	if (begins)
		CHECK_OK(loop_run_until(l, &s.is_done, -1,
					clock_real_us() + LIMIT_MS * 1000LL +
						2000000,
					&e),
			 &e);
	loop_free(l);
	*out = s.result;
	return begins;
}

/* It says so much that it waits for somebody to read it. */
static void
hear(struct tls_server *s)
{
	char line[200];

	while (test_child_line(&s->child, line, sizeof(line), 0))
		continue;
}

/* Looks at a server once for each request for memory that is refused. */
static void
refuse_each(const char *who, const char *options,
	    void (*judge)(const struct tls_result *r))
{
	struct tls_server s;
	struct tls_result r;
	long all, step, failed = 0;

	tls_server_start(&s, tls_dir, "127.0.0.1:0", who, options);
	assert_true(look(s.port, &r));
	asked = 0;
	assert_true(look(s.port, &r));
	all = asked;
	assert_true(all > SAMPLE && r.code == ERR_NONE);
	judge(&r);
	step = getenv("FULL") != NULL ? 1 : all / SAMPLE;
	for (long n = 0; n < all; n += step) {
		asked = 0;
		refused = n;
		if (look(s.port, &r))
			judge(&r);
		failed += r.code != ERR_NONE;
		refused = -1;
		hear(&s);
	}
	assert_true(failed > 0);
	test_child_drop(&s.child);
}

static void
judge_strange(const struct tls_result *r)
{
	CHECK_ROW("a chain nobody vouches for", !r->chain_valid);
}

static void
a_strange_chain_never_passes(void **state)
{
	TEST_UNUSED(state);
	refuse_each("self", "-min_protocol TLSv1 -cipher ALL:@SECLEVEL=0",
		    judge_strange);
}

/* Nor does an end for which neither the peer nor OpenSSL gives a reason. */
static void
want_of_memory_is_no_word_of_the_peer(void **state)
{
	const struct tls_seen nothing = { .fd = -1 };
	char why[120];

	TEST_UNUSED(state);
	for (int turn = 0; turn <= TLS_CONTROL; turn++) {
		ERR_raise(ERR_LIB_SSL, ERR_R_MALLOC_FAILURE);
		assert_int_equal(tls_kit_judge(SSL_ERROR_SSL, turn, &nothing,
					       why, sizeof(why)),
				 TLS_INCONCLUSIVE);
		assert_int_equal(tls_kit_judge(SSL_ERROR_SYSCALL, turn,
					       &nothing, why, sizeof(why)),
				 TLS_INCONCLUSIVE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_strange_chain_never_passes),
		cmocka_unit_test(want_of_memory_is_no_word_of_the_peer),
	};

	/* Before OpenSSL asks for anything. */
	if (CRYPTO_set_mem_functions(take, grow, drop) != 1)
		return 1;
	net_setup();
	return cmocka_run_group_tests(tests, tls_server_group,
				      tls_server_group_end);
}
