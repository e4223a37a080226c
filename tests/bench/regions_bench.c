/*
 * regions_bench - eight regions in parallel against the slowest of them alone.
 *
 * The peers answer after 100 to 400 ms; the same act is timed over the slowest
 * region and over all eight, in one run.  Exits 1 when all take more than MOST
 * times the slowest.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "base/clock.h"
#include "net/loop.h"
#include "tests/lib/region_world.h"

#define ROUNDS 3
#define MOST 1.15
#define GET "GET /flows/1"
#define PATCH "PATCH /flows/1"
#define OLD "{\"version\":\"v-1\"}"
#define NEW "{\"version\":\"v-2\"}"

/* Seconds until all regions from `from` on are read back. */
static double
timed(size_t from)
{
	struct peer_row rows[REGIONS][3];
	struct script scripts[REGIONS];
	struct world w;
	int64_t began_us;
	double seconds;

	for (size_t i = 0; i < REGIONS; i++) {
		int ms = 100 + 300 * (int)i / (REGIONS - 1);

		rows[i][0] = (struct peer_row){ .expect = GET,
						.body = OLD,
						.delay_ms = ms };
		rows[i][1] = (struct peer_row){ .expect = PATCH,
						.body = NEW,
						.delay_ms = ms };
		rows[i][2] = (struct peer_row){ .expect = GET,
						.body = NEW,
						.delay_ms = ms,
						.always = true };
		scripts[i] = (struct script){ rows[i], 3 };
	}
	world_open(&w, scripts, from);
	began_us = clock_real_us();
	action_perform(&w.job, &w.result);
	seconds = (double)(clock_real_us() - began_us) / 1e6;
	assert_int_equal(w.result.outcome, OUTCOME_DONE);
	assert_int_equal(w.result.regions.count, REGIONS - from);
	for (size_t i = 0; i < REGIONS; i++)
		assert_int_equal(peer_count(w.peers[i], PATCH), i >= from);
	world_close(&w);
	return seconds;
}

static void
eight_regions_take_as_long_as_the_slowest(void **state)
{
	double all = 1e9, slowest = 1e9;

	TEST_UNUSED(state);
	for (int i = 0; i < ROUNDS; i++) {
		double one = timed(REGIONS - 1);
		double eight = timed(0);

		slowest = one < slowest ? one : slowest;
		all = eight < all ? eight : all;
	}
	printf("slowest alone %.3f s, eight in parallel %.3f s, ratio %.3f "
	       "(at most %.2f)\n",
	       slowest, all, all / slowest, MOST);
	assert_true(all <= MOST * slowest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eight_regions_take_as_long_as_the_slowest),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
