/*
 * regions_bench - eight regions in parallel against the slowest of them alone.
 *
 * The peers answer after 100 to 400 ms; the same act is timed over the slowest
 * region and over all eight, in one run.  Exits 1 when all take more than MOST
 * times the slowest.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "action/action.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/loop.h"
#include "tests/lib/peer.h"

#define REGIONS 8
#define ROUNDS 3
#define MOST 1.15
#define GET "GET /flows/1"
#define PATCH "PATCH /flows/1"
#define OLD "{\"version\":\"v-1\"}"
#define NEW "{\"version\":\"v-2\"}"

static const char *const names[REGIONS] = {
	"us-east-1", "us-west-2",      "eu-west-1",	 "eu-central-1",
	"ap-east-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1",
};

struct script {
	const struct peer_row *rows;
	size_t count;
};
#define SCRIPT(rows)                  \
	{                             \
		rows, ARRAY_LEN(rows) \
	}

struct world {
	struct book *book;
	struct fence fence;
	struct action_env env;
	struct act act;
	struct cancel cancel;
	struct action_job job;
	struct action_result result;
	struct peer *peers[REGIONS];
};

static void
set(struct world *w, const char *region, const char *name, const char *text)
{
	char dotted[96];

	str_printf(dotted, sizeof(dotted), "%s.%s", region, name);
	settings_add(&w->act.with, dotted, text);
}

static void
add_region(struct world *w, size_t i, struct script script)
{
	struct book_endpoint *ep = &w->book->endpoints[i];

	w->peers[i] = peer_start(script.rows, script.count);
	str_printf(ep->id, sizeof(ep->id), "api-%s", names[i]);
	str_copy(ep->adapter, sizeof(ep->adapter), "guide");
	ep->url = mem_text(peer_url(w->peers[i]));
	set(w, names[i], "endpoint", ep->id);
	set(w, names[i], "method", "PATCH");
	set(w, names[i], "path", "/flows/1");
	set(w, names[i], "body", "{\"version\":\"v-2\"}");
	set(w, names[i], "poll.every", "2s");
	set(w, names[i], "verify.path", "/flows/1");
	set(w, names[i], "verify.pointer", "/version");
	set(w, names[i], "verify.equals", "v-2");
}

static void
world_open(struct world *w, const struct script scripts[REGIONS], size_t from)
{
	char over[REGIONS * 24] = "[";
	struct err e;

	*w = (struct world){ .book = book_new() };
	w->book->endpoints = mem_new(REGIONS, sizeof(*w->book->endpoints));
	w->book->endpoint_count = REGIONS;
	str_copy(w->act.kind, sizeof(w->act.kind), "parallel");
	settings_add(&w->act.with, "kind", "http");
	for (size_t i = 0; i < REGIONS; i++) {
		size_t used = strlen(over);

		if (i >= from)
			str_printf(over + used, sizeof(over) - used,
				   "%s\"%s\"%s", i == from ? "" : ",", names[i],
				   i == REGIONS - 1 ? "]" : "");
		add_region(w, i, scripts[i]);
	}
	settings_add(&w->act.with, "over", over);
	fence_clear(&w->fence);
	w->env = (struct action_env){ .book = w->book,
				      .fence = &w->fence,
				      .auth = auth_store_new() };
	CHECK_OK(cancel_open(&w->cancel, &e), &e);
	w->job = (struct action_job){
		.env = &w->env,
		.act = &w->act,
		.key = "wr-do-1",
		.max_attempts = 4,
		.timeout_ms = 60000,
		.seed = 7,
		.cancel = &w->cancel,
	};
}

static void
world_close(struct world *w)
{
	for (size_t i = 0; i < REGIONS; i++)
		peer_stop(w->peers[i]);
	act_clear(&w->act);
	cancel_close(&w->cancel);
	auth_store_free(w->env.auth);
	book_drop(w->book);
	fence_clear(&w->fence);
}

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
