/* probe_poller - when probes run, and that none delays another. */
#include "tests/unit/probe_scene.h"

#include <poll.h>
#include <unistd.h>

#include "probe/lane.h"

static const struct peer_row good[] = {
	{ .expect = "GET", .body = "{\"a\":1}", .always = true },
};

static struct book_probe *
add_http(struct scene *s, const char *id, const char *endpoint)
{
	struct book_probe *p = scene_probe(s, id, "http");

	scene_set(p, "endpoint", endpoint);
	scene_set(p, "path", "/health");
	scene_signal(p, "x.a", "/a");
	return p;
}

static void
ten_that_hang_delay_none_of_the_other_forty(void **state)
{
	struct peer *p = peer_start(good, 1);
	char hanging[64];
	struct scene s;
	int port;
	int fd = test_listen_tcp(&port); /* takes connections, says nothing */
	int64_t began_us;
	double rounds;

	TEST_UNUSED(state);
	scene_open(&s);
	str_printf(hanging, sizeof(hanging), "http://127.0.0.1:%d", port);
	scene_endpoint(&s, "good", peer_url(p));
	scene_endpoint(&s, "hanging", hanging);
	for (int i = 0; i < 50; i++) {
		char id[16];
		struct book_probe *probe;

		str_printf(id, sizeof(id), "p%02d", i);
		probe = add_http(&s, id, i % 5 == 0 ? "hanging" : "good");
		probe->every_ms = 200;
		probe->timeout_ms = 500;
	}
	began_us = clock_real_us();
	scene_start(&s);
	scene_wait(&s, "p49", 7);
	scene_stop(&s);
	rounds = (double)(clock_real_us() - began_us) / 200000;
	for (int i = 0; i < 50; i++) {
		char id[16];
		int n;

		str_printf(id, sizeof(id), "p%02d", i);
		n = scene_count(&s, id);
		if (i % 5 == 0) {
			assert_true(n <= rounds / 2 + 1);
			assert_true(n == 0 || scene_find(&s, id, 0)->failed);
			continue;
		}
		assert_true(n >= (int)rounds - 2 && n <= rounds + 1);
		assert_false(scene_find(&s, id, 0)->failed);
	}
	scene_close(&s);
	peer_stop(p);
	close(fd);
}

static void
the_first_round_is_spread_over_one_interval_by_the_seed(void **state)
{
	struct peer *p = peer_start(good, 1);
	struct scene s;
	int64_t began_ms, first_ms = INT64_MAX, last_ms = 0;

	TEST_UNUSED(state);
	scene_open(&s);
	scene_endpoint(&s, "good", peer_url(p));
	for (int i = 0; i < 20; i++) {
		char id[16];

		str_printf(id, sizeof(id), "p%02d", i);
		add_http(&s, id, "good")->every_ms = 800;
	}
	began_ms = clock_ms();
	scene_start(&s);
	for (int i = 0; i < 20; i++) {
		char id[16];
		int64_t at_ms;

		str_printf(id, sizeof(id), "p%02d", i);
		at_ms = scene_wait(&s, id, 0)->at_ms - began_ms;
		first_ms = at_ms < first_ms ? at_ms : first_ms;
		last_ms = at_ms > last_ms ? at_ms : last_ms;
	}
	assert_true(last_ms - first_ms > 400);
	assert_true(last_ms < 800 + 400);
	scene_close(&s);
	peer_stop(p);
}

static void
one_probe_never_has_two_measurements_in_flight(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET", .end = PEER_HANG, .always = true },
	};
	struct peer *p = peer_start(rows, 1);
	struct book_probe *probe;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	scene_endpoint(&s, "slow", peer_url(p));
	probe = add_http(&s, "one", "slow");
	probe->every_ms = 20;
	probe->timeout_ms = 60000;
	scene_start(&s);
	assert_true(peer_wait(p, "GET", 1));
	for (int i = 0; i < 20; i++) {
		poller_now(s.poller, "one");
		poll(NULL, 0, 5); /* several slots go by */
	}
	assert_int_equal(scene_count(&s, "one"), 0);
	scene_stop(&s);
	/* the peer serves one at a time: more would wait in its queue */
	assert_int_equal(peer_count(p, "GET"), 1);
	scene_close(&s);
	peer_stop(p);
}

static void
room_time_makes_intervals_shorter_but_not_timeouts(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET",
		  .body = "{\"a\":1}",
		  .delay_ms = 100,
		  .always = true },
	};
	struct peer *p = peer_start(rows, 1);
	struct book_probe *probe;
	struct scene s;

	TEST_UNUSED(state);
	clock_set_speed(50);
	scene_open(&s);
	scene_endpoint(&s, "slow", peer_url(p));
	probe = add_http(&s, "one", "slow");
	probe->every_ms = 10000; /* 200 ms real */
	probe->timeout_ms = 2000;
	scene_start(&s);
	for (int i = 0; i < 4; i++)
		assert_false(scene_wait(&s, "one", i)->failed);
	for (int i = 1; i < 4; i++) {
		int64_t ms = scene_find(&s, "one", i)->at_ms -
			     scene_find(&s, "one", i - 1)->at_ms;

		assert_true(ms >= 5000 && ms <= 25000);
	}
	assert_int_equal(scene_find(&s, "one", 3)->runs, 4);
	scene_close(&s);
	peer_stop(p);
	clock_set_speed(1);
}

static void
only_the_listed_probes_run(void **state)
{
	static const char *const only[] = { "two", NULL };
	static const char *const wrong[] = { "two", "six", NULL };
	struct peer *p = peer_start(good, 1);
	struct scene s;
	struct err e;

	TEST_UNUSED(state);
	scene_open(&s);
	scene_endpoint(&s, "good", peer_url(p));
	add_http(&s, "one", "good")->every_ms = 20;
	add_http(&s, "two", "good")->every_ms = 20;
	CHECK_FAILS(
		poller_start(&s.poller, &s.env, wrong, 7, scene_take, &s, &e),
		ERR_ARG, &e, "no probe \"six\"");
	assert_null(s.poller);
	CHECK_OK(poller_start(&s.poller, &s.env, only, 7, scene_take, &s, &e),
		 &e);
	scene_wait(&s, "two", 3);
	assert_int_equal(scene_count(&s, "one"), 0);
	scene_close(&s);
	peer_stop(p);
}

static void
a_probe_that_cannot_be_prepared_is_named(void **state)
{
	struct scene s;
	struct err e;

	TEST_UNUSED(state);
	scene_open(&s);
	add_http(&s, "one", "nowhere");
	CHECK_FAILS(
		poller_start(&s.poller, &s.env, NULL, 7, scene_take, &s, &e),
		ERR_ARG, &e, "probe one: no endpoint \"nowhere\"");
	scene_close(&s);
}

static void
the_fence_fails_a_measurement_by_name(void **state)
{
	struct peer *p = peer_start(good, 1);
	struct scene s;
	const struct probe_report *r;

	TEST_UNUSED(state);
	scene_open(&s);
	fence_allow(&s.fence, "twin.invalid:1");
	scene_endpoint(&s, "good", peer_url(p));
	add_http(&s, "one", "good");
	scene_start(&s);
	poller_now(s.poller, NULL);
	r = scene_wait(&s, "one", 0);
	assert_true(r->failed);
	CHECK_HOLDS(r->samples[0].why, "127.0.0.1");
	assert_int_equal(peer_count(p, ""), 0);
	scene_close(&s);
	peer_stop(p);
}

static void
stopping_ends_measurements_under_way_at_once(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET", .end = PEER_HANG, .always = true },
	};
	struct peer *p = peer_start(rows, 1);
	struct scene s;
	int64_t began_us;

	TEST_UNUSED(state);
	scene_open(&s);
	scene_endpoint(&s, "slow", peer_url(p));
	add_http(&s, "one", "slow")->timeout_ms = 60000;
	scene_start(&s);
	poller_now(s.poller, NULL);
	assert_true(peer_wait(p, "GET", 1));
	began_us = clock_real_us();
	scene_close(&s);
	assert_true(clock_real_us() - began_us < 1000000);
	peer_stop(p);
}

static void
what_the_budget_does_not_allow_is_a_failure_that_says_so(void **state)
{
	struct peer *p = peer_start(good, 1);
	const struct probe_report *r;
	struct scene s;
	int refused = 0;

	TEST_UNUSED(state);
	scene_open(&s);
	scene_endpoint(&s, "good", peer_url(p));
	s.book->endpoints[0].rate_per_minute = 60;
	for (int i = 0; i < 12; i++) {
		char id[16];

		str_printf(id, sizeof(id), "p%02d", i);
		add_http(&s, id, "good")->every_ms = 1000;
	}
	scene_start(&s);
	poller_now(s.poller, NULL);
	for (int i = 0; i < 12; i++) {
		char id[16];

		str_printf(id, sizeof(id), "p%02d", i);
		r = scene_wait(&s, id, 0);
		if (!r->failed)
			continue;
		refused++;
		CHECK_HOLDS(scene_sample(r, "x.a")->why,
			    "not asked: the budget of good (60 a minute)");
		assert_int_equal(r->runs, 0);
	}
	scene_stop(&s);
	/* a burst of six less two for acts, and one more after a second */
	assert_true(refused >= 6);
	assert_true(peer_count(p, "") >= 4);
	scene_close(&s);
	peer_stop(p);
}

static void
a_probe_that_had_to_wait_for_the_budget_says_how_long(void **state)
{
	struct peer *p = peer_start(good, 1);
	struct budget_use use;
	struct scene s;
	int waited = 0;

	TEST_UNUSED(state);
	scene_open(&s);
	scene_endpoint(&s, "good", peer_url(p));
	s.book->endpoints[0].rate_per_minute = 300;
	s.env.budget = budget_new(s.book);
	for (int i = 0; i < 36; i++) {
		char id[16];

		str_printf(id, sizeof(id), "p%02d", i);
		add_http(&s, id, "good")->every_ms = 60000;
	}
	scene_start(&s);
	for (int i = 0; i < 36; i++) {
		const struct probe_report *r;
		char id[16];

		str_printf(id, sizeof(id), "p%02d", i);
		r = scene_wait(&s, id, 0);
		assert_false(r->failed);
		if (strstr(r->detail, "for the budget") != NULL)
			waited++;
	}
	scene_stop(&s);
	budget_use(s.env.budget, &s.book->endpoints[0], &use);
	assert_true(waited >= 1 && waited <= 16);
	assert_true(use.probes >= 36 && use.put_off >= 1);
	budget_free(s.env.budget);
	scene_close(&s);
	peer_stop(p);
}

struct crowd {
	struct scene *scene;
	int count;
};

/* `count` probes of one endpoint, p000 and on. */
static void
add_crowd(struct scene *s, const char *endpoint, int count, int every_ms,
	  int timeout_ms)
{
	s->book->probes = mem_grow(s->book->probes, (size_t)count + 8,
				   sizeof(*s->book->probes));
	for (int i = 0; i < count; i++) {
		struct book_probe *probe;
		char id[16];

		s->book->probes[i] = (struct book_probe){ 0 };
		str_printf(id, sizeof(id), "p%03d", i);
		probe = add_http(s, id, endpoint);
		probe->every_ms = every_ms;
		probe->timeout_ms = timeout_ms;
	}
	s->book->probes[count] = (struct book_probe){ 0 };
}

/* Has each that found no place been told so? */
static bool
all_refused(void *arg)
{
	struct crowd *c = arg;
	int refused = 0;

	for (int i = 0; i < c->count; i++) {
		char id[16];

		str_printf(id, sizeof(id), "p%03d", i);
		refused += scene_find(c->scene, id, 0) != NULL;
	}
	return refused >= c->count - LANE_MOST;
}

static void
a_crowd_at_an_endpoint_that_hangs_is_bounded_and_delays_no_other(void **state)
{
	enum { CROWD = LANE_MOST + 50 };
	struct peer *p = peer_start(good, 1);
	char hanging[64];
	struct scene s;
	int port, refused = 0;
	int fd = test_listen_tcp(&port);

	TEST_UNUSED(state);
	scene_open(&s);
	str_printf(hanging, sizeof(hanging), "http://127.0.0.1:%d", port);
	scene_endpoint(&s, "good", peer_url(p));
	scene_endpoint(&s, "hanging", hanging);
	add_crowd(&s, "hanging", CROWD, 1500, 600000);
	add_http(&s, "other", "good")->every_ms = 200;
	scene_start(&s);
	poller_now(s.poller, NULL);
	/* those without a place give up after half an interval, again and
	 * again; those with one never end here */
	scene_wait(&s, "other", 20);
	assert_true(test_wait(all_refused,
			      &(struct crowd){ .scene = &s, .count = CROWD },
			      60000));
	for (int i = 0; i < CROWD; i++) {
		const struct probe_report *r;
		char id[16];

		str_printf(id, sizeof(id), "p%03d", i);
		r = scene_find(&s, id, 0);
		if (r == NULL)
			continue;
		refused++;
		assert_true(r->failed);
		assert_int_equal(r->runs, 0);
		CHECK_HOLDS(scene_sample(r, "x.a")->why,
			    "not asked: 512 measurements of hanging are under "
			    "way");
	}
	assert_int_equal(refused, CROWD - LANE_MOST);
	assert_false(scene_find(&s, "other", 20)->failed);
	scene_close(&s);
	peer_stop(p);
	close(fd);
}

static void
a_crowd_at_an_endpoint_that_answers_is_measured_one_after_the_other(
	void **state)
{
	enum { CROWD = LANE_MOST + 200 };
	struct peer *p = peer_start(good, 1);
	struct scene s;
	int waited = 0;

	TEST_UNUSED(state);
	scene_open(&s);
	scene_endpoint(&s, "good", peer_url(p));
	add_crowd(&s, "good", CROWD, 600000, 60000);
	scene_start(&s);
	poller_now(s.poller, NULL);
	for (int i = 0; i < CROWD; i++) {
		const struct probe_report *r;
		char id[16];

		str_printf(id, sizeof(id), "p%03d", i);
		r = scene_wait(&s, id, 0);
		assert_false(r->failed);
		if (strstr(r->detail, "for its turn") != NULL)
			waited++;
	}
	assert_true(waited > 0);
	scene_close(&s);
	peer_stop(p);
}

static void
each_kind_says_what_it_is(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; probe_kinds[i] != NULL; i++) {
		const struct probe_kind *kind = probe_kinds[i];

		assert_ptr_equal(probe_specs()[i], &kind->spec);
		assert_ptr_equal(probe_kind_of(kind->spec.name), kind);
		assert_true(kind->spec.help[0] != '\0');
		assert_true(kind->spec.facts[0] != '\0');
		for (const struct param *p = kind->spec.params; p->name != NULL;
		     p++)
			assert_true(p->help[0] != '\0');
	}
	assert_null(probe_kind_of("nothing"));
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_that_hang_delay_none_of_the_other_forty),
		cmocka_unit_test(the_first_round_is_spread_over_one_interval_by_the_seed),
		cmocka_unit_test(one_probe_never_has_two_measurements_in_flight),
		cmocka_unit_test(room_time_makes_intervals_shorter_but_not_timeouts),
		cmocka_unit_test(only_the_listed_probes_run),
		cmocka_unit_test(a_probe_that_cannot_be_prepared_is_named),
		cmocka_unit_test(the_fence_fails_a_measurement_by_name),
		cmocka_unit_test(stopping_ends_measurements_under_way_at_once),
		cmocka_unit_test(what_the_budget_does_not_allow_is_a_failure_that_says_so),
		cmocka_unit_test(a_probe_that_had_to_wait_for_the_budget_says_how_long),
		cmocka_unit_test(a_crowd_at_an_endpoint_that_hangs_is_bounded_and_delays_no_other),
		cmocka_unit_test(a_crowd_at_an_endpoint_that_answers_is_measured_one_after_the_other),
		cmocka_unit_test(each_kind_says_what_it_is),
	};
	/* clang-format on */

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
