/* probe_sip, probe_dns and probe_tls against peers on loopback. */
#include "tests/unit/probe_scene.h"

#include <unistd.h>

#define TRUNKS 2

/* A probe that runs only when asked to. */
static struct book_probe *
add_trunks(struct scene *s, struct peer **peers, int count)
{
	struct book_probe *p = scene_probe(s, "trunk", "sip_options");
	static const char *const ids[] = { "sbc1", "sbc2" };

	for (int i = 0; i < count; i++)
		scene_endpoint(s, ids[i], peer_at(peers[i]));
	p->every_ms = 3600000;
	p->timeout_ms = 400;
	scene_set(p, "endpoints",
		  count == 1 ? "[\"sbc1\"]" : "[\"sbc1\",\"sbc2\"]");
	scene_signal(p, "t.alive", "alive");
	scene_signal(p, "t.count", "alive_count");
	scene_signal(p, "t.status", "status");
	scene_signal(p, "t.rtt", "rtt_ms");
	return p;
}

static const struct probe_report *
round_of(struct scene *s)
{
	int n = scene_count(s, "trunk");

	poller_now(s->poller, "trunk");
	return scene_wait(s, "trunk", n);
}

static const struct sample *
alive_of(const struct probe_report *r)
{
	return scene_sample(r, "t.alive");
}

static void
one_good_answer_is_enough_at_the_start(void **state)
{
	struct peer *p = peer_sip_start(200);
	const struct probe_report *r;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	add_trunks(&s, &p, 1);
	scene_start(&s);
	r = round_of(&s);
	assert_false(r->failed);
	assert_true(alive_of(r)->value.flag);
	assert_true(scene_sample(r, "t.count")->value.number == 1);
	assert_true(scene_sample(r, "t.status")->value.number == 200);
	assert_true(scene_sample(r, "t.rtt")->value.number > 0);
	CHECK_HOLDS(r->detail, "200 ");
	scene_close(&s);
	peer_stop(p);
}

/* That we may not ask says nothing of the trunk. */
static void
what_the_budget_of_a_trunk_does_not_allow_is_not_sent(void **state)
{
	struct peer *p = peer_sip_start(200);
	const struct probe_report *r;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	add_trunks(&s, &p, 1);
	s.book->endpoints[0].rate_per_minute = 1;
	scene_start(&s);
	poller_now(s.poller, "trunk");
	r = scene_wait(&s, "trunk", 0);
	assert_false(r->failed);
	for (int i = 0; i < 3; i++) {
		r = round_of(&s);
		assert_true(r->failed);
		CHECK_HOLDS(alive_of(r)->why,
			    "the budget of sbc1 (1 a minute) is used up");
	}
	scene_close(&s);
	peer_stop(p);
}

static void
three_bad_answers_put_it_down_and_two_good_ones_up(void **state)
{
	static const struct {
		int status;
		bool is_decided, is_alive;
	} rounds[] = {
		{ 200, true, true },  { 503, true, true },
		{ 503, true, true },  { 200, true, true },
		{ 503, true, true },  { 503, true, true },
		{ 503, true, false }, { 200, true, false },
		{ 503, true, false }, { 200, true, false },
		{ 200, true, true },  { 0, true, true },
	};
	struct peer *p = peer_sip_start(200);
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	add_trunks(&s, &p, 1);
	scene_start(&s);
	for (size_t i = 0; i < ARRAY_LEN(rounds); i++) {
		const struct probe_report *r;

		peer_sip_say(p, rounds[i].status, 0);
		r = round_of(&s);
		assert_int_equal(r->failed, !rounds[i].is_decided);
		assert_int_equal(alive_of(r)->value.flag, rounds[i].is_alive);
		if (!rounds[i].is_alive && rounds[i].status == 503)
			CHECK_HOLDS(r->detail, "503 sbc1 down since ");
	}
	scene_close(&s);
	peer_stop(p);
}

static double
number_of(const struct probe_report *r, const char *signal)
{
	return scene_sample(r, signal)->value.number;
}

/* In service, out of it, back: two flaps; an answer that is bad once moves
 * nothing but the answers. */
static void
flaps_are_counted_by_standing_and_by_answers(void **state)
{
	static const struct {
		int status;
		double flaps, changes;
	} rounds[] = {
		{ 200, 0, 0 }, { 503, 0, 1 }, { 200, 0, 2 }, { 503, 0, 3 },
		{ 503, 0, 3 }, { 503, 1, 3 }, { 200, 1, 4 }, { 200, 2, 4 },
	};
	struct peer *p = peer_sip_start(200);
	struct book_probe *probe;
	const struct probe_report *r = NULL;
	double before_s = 0;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	probe = add_trunks(&s, &p, 1);
	scene_signal(probe, "t.flaps", "flaps");
	scene_signal(probe, "t.changes", "answer_changes");
	scene_signal(probe, "t.stable", "stable_s");
	scene_start(&s);
	(void)scene_wait(&s, "trunk", 0); /* it comes by itself */
	for (size_t i = 0; i < ARRAY_LEN(rounds); i++) {
		char row[16];

		peer_sip_say(p, rounds[i].status, 0);
		if (r != NULL)
			before_s = number_of(r, "t.stable");
		r = round_of(&s);
		str_printf(row, sizeof(row), "round %zu", i);
		CHECK_ROW(row, number_of(r, "t.flaps") == rounds[i].flaps);
		CHECK_ROW(row, number_of(r, "t.changes") == rounds[i].changes);
		if (i == 4)
			assert_true(number_of(r, "t.stable") > before_s);
	}
	/* It came back just now. */
	assert_true(number_of(r, "t.stable") < before_s);
	scene_close(&s);
	peer_stop(p);
}

/* The manifest's order counts, not the list's: the first in service carries the
 * calls, and a failover is ready while another one is in service behind it. */
static void
the_first_in_service_in_the_manifest_s_order_carries_calls(void **state)
{
	static const struct {
		int first, second;
		const char *active;
		bool is_ready;
	} rounds[] = {
		{ 200, 200, "sbc2", true },
		{ 200, 503, "sbc1", false },
		{ 503, 503, "? no peer is in service", false },
		{ 503, 200, "sbc2", false },
		{ 200, 200, "sbc2", true },
	};
	struct peer *peers[TRUNKS] = { peer_sip_start(200),
				       peer_sip_start(200) };
	struct book_probe *probe;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	probe = add_trunks(&s, peers, TRUNKS);
	scene_set(probe, "failures", "1");
	scene_set(probe, "recoveries", "1");
	scene_signal(probe, "t.active", "active");
	scene_signal(probe, "t.ready", "failover_ready");
	str_copy(s.book->trunk.id, sizeof(s.book->trunk.id), "sbc2");
	s.book->trunk.sequence = mem_new(1, sizeof(char *));
	s.book->trunk.sequence[0] = mem_text("sbc1");
	s.book->trunk.sequence_count = 1;
	scene_start(&s);
	(void)scene_wait(&s, "trunk", 0); /* it comes by itself */
	for (size_t i = 0; i < ARRAY_LEN(rounds); i++) {
		const struct probe_report *r;
		const struct sample *active;

		peer_sip_say(peers[0], rounds[i].first, 0);
		peer_sip_say(peers[1], rounds[i].second, 0);
		r = round_of(&s);
		active = scene_sample(r, "t.active");
		if (rounds[i].active[0] == '?')
			CHECK_HOLDS(active->why, rounds[i].active + 2);
		else
			assert_string_equal(active->value.words,
					    rounds[i].active);
		assert_int_equal(scene_sample(r, "t.ready")->value.flag,
				 rounds[i].is_ready);
	}
	scene_close(&s);
	for (int i = 0; i < TRUNKS; i++)
		peer_stop(peers[i]);
}

static void
too_few_bad_answers_at_the_start_decide_nothing(void **state)
{
	struct peer *p = peer_sip_start(503);
	const struct probe_report *r;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	add_trunks(&s, &p, 1);
	scene_start(&s);
	for (int i = 0; i < 2; i++) {
		r = round_of(&s);
		assert_true(r->failed);
		assert_true(alive_of(r)->failed);
		CHECK_HOLDS(alive_of(r)->why, "not yet decided");
	}
	r = round_of(&s);
	assert_false(r->failed);
	assert_false(alive_of(r)->failed);
	assert_false(alive_of(r)->value.flag);
	scene_close(&s);
	peer_stop(p);
}

static void
all_peers_must_be_in_service(void **state)
{
	struct peer *peers[TRUNKS] = { peer_sip_start(200),
				       peer_sip_start(486) };
	const struct probe_report *r = NULL;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	add_trunks(&s, peers, TRUNKS);
	scene_start(&s);
	r = round_of(&s);
	assert_true(alive_of(r)->value.flag);
	assert_true(scene_sample(r, "t.status")->value.number == 486);
	peer_sip_say(peers[1], 503, 0);
	for (int i = 0; i < 3; i++)
		r = round_of(&s);
	assert_false(alive_of(r)->failed);
	assert_false(alive_of(r)->value.flag);
	assert_true(scene_sample(r, "t.count")->value.number == 1);
	assert_true(scene_sample(r, "t.status")->value.number == 503);
	CHECK_HOLDS(r->detail, "sbc2 down since");
	scene_close(&s);
	peer_stop(peers[0]);
	peer_stop(peers[1]);
}

static void
strict_takes_nothing_but_2xx(void **state)
{
	struct peer *p = peer_sip_start(486);
	const struct probe_report *r = NULL;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	scene_set(add_trunks(&s, &p, 1), "strict_2xx", "true");
	scene_start(&s);
	for (int i = 0; i < 3; i++)
		r = round_of(&s);
	assert_false(alive_of(r)->value.flag);
	scene_close(&s);
	peer_stop(p);
}

static void
a_silent_peer_has_no_status_and_no_rtt(void **state)
{
	struct peer *p = peer_sip_start(0);
	const struct probe_report *r = NULL;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	add_trunks(&s, &p, 1)->timeout_ms = 100;
	scene_start(&s);
	for (int i = 0; i < 3; i++)
		r = round_of(&s);
	assert_false(alive_of(r)->value.flag);
	assert_true(scene_sample(r, "t.status")->failed);
	assert_true(scene_sample(r, "t.rtt")->failed);
	CHECK_HOLDS(r->detail, "no answer sbc1 down since");
	scene_close(&s);
	peer_stop(p);
}

static void
retry_after_silences_us_and_still_counts(void **state)
{
	struct peer *p = peer_sip_start(200);
	const struct probe_report *r = NULL;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	add_trunks(&s, &p, 1);
	scene_start(&s);
	round_of(&s);
	peer_sip_say(p, 503, 120);
	for (int i = 0; i < 3; i++)
		r = round_of(&s);
	assert_false(alive_of(r)->value.flag);
	assert_int_equal(peer_count(p, "OPTIONS"), 2);
	scene_close(&s);
	peer_stop(p);
}

static void
the_silence_lasts_three_intervals_at_most(void **state)
{
	struct peer *p = peer_sip_start(503);
	struct scene s;

	TEST_UNUSED(state);
	peer_sip_say(p, 503, 3600);
	scene_open(&s);
	add_trunks(&s, &p, 1)->every_ms = 100;
	scene_start(&s);
	assert_true(peer_wait(p, "OPTIONS", 2));
	assert_true(scene_count(&s, "trunk") >= 2);
	assert_true(scene_count(&s, "trunk") <= 6);
	scene_close(&s);
	peer_stop(p);
}

static void
a_fence_is_no_evidence_about_the_trunk(void **state)
{
	struct peer *p = peer_sip_start(200);
	const struct probe_report *r = NULL;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	fence_allow(&s.fence, "twin.invalid:1");
	add_trunks(&s, &p, 1);
	scene_start(&s);
	for (int i = 0; i < 4; i++)
		r = round_of(&s);
	assert_true(r->failed);
	assert_true(alive_of(r)->failed);
	assert_int_equal(peer_count(p, ""), 0);
	scene_close(&s);
	peer_stop(p);
}

static struct book_probe *
add_dns(struct scene *s, struct peer *ns)
{
	struct book_probe *p = scene_probe(s, "trunk", "dns");

	scene_endpoint(s, "ns", peer_at(ns));
	p->every_ms = 3600000;
	scene_set(p, "server", "ns");
	scene_set(p, "name", "sip.domain.com");
	scene_set(p, "type", "A");
	scene_signal(p, "d.value", "value");
	scene_signal(p, "d.values", "values");
	scene_signal(p, "d.ttl", "ttl_seconds");
	scene_signal(p, "d.auth", "authoritative");
	scene_signal(p, "d.count", "count");
	scene_signal(p, "d.serial", "serial");
	scene_signal(p, "d.rtt", "rtt_ms");
	return p;
}

static void
a_record_gives_its_value_and_ttl(void **state)
{
	struct peer *ns = peer_dns_start("192.0.2.10", 300);
	const struct probe_report *r;
	struct scene s;

	TEST_UNUSED(state);
	scene_open(&s);
	add_dns(&s, ns);
	scene_start(&s);
	r = round_of(&s);
	assert_false(r->failed);
	assert_string_equal(scene_sample(r, "d.value")->value.words,
			    "192.0.2.10");
	assert_string_equal(scene_sample(r, "d.values")->value.words,
			    "192.0.2.10");
	assert_true(scene_sample(r, "d.ttl")->value.number == 300);
	assert_true(scene_sample(r, "d.auth")->value.flag);
	assert_true(scene_sample(r, "d.count")->value.number == 1);
	assert_true(scene_sample(r, "d.serial")->failed);
	assert_true(scene_sample(r, "d.rtt")->value.number > 0);
	CHECK_HOLDS(r->detail, "A 192.0.2.10 ttl 300");
	scene_close(&s);
	peer_stop(ns);
}

static void
an_answer_without_authority_is_a_measurement_only_when_asked_for(void **state)
{
	TEST_UNUSED(state);
	for (int is_recursive = 0; is_recursive <= 1; is_recursive++) {
		struct peer *ns = peer_dns_start("192.0.2.10", 300);
		const struct probe_report *r;
		struct scene s;

		peer_dns_mode(ns, false, 0);
		scene_open(&s);
		scene_set(add_dns(&s, ns), "recursive",
			  is_recursive ? "true" : "false");
		scene_start(&s);
		r = round_of(&s);
		assert_int_equal(r->failed, !is_recursive);
		assert_int_equal(scene_sample(r, "d.ttl")->failed,
				 !is_recursive);
		scene_close(&s);
		peer_stop(ns);
	}
}

static void
a_name_that_is_not_there_is_a_failed_measurement(void **state)
{
	struct peer *ns = peer_dns_start("192.0.2.10", 300);
	const struct probe_report *r;
	struct scene s;

	TEST_UNUSED(state);
	peer_dns_mode(ns, true, 3);
	scene_open(&s);
	add_dns(&s, ns);
	scene_start(&s);
	r = round_of(&s);
	assert_true(r->failed);
	CHECK_HOLDS(scene_sample(r, "d.ttl")->why, "NXDOMAIN");
	scene_close(&s);
	peer_stop(ns);
}

static void
a_port_without_tls_is_a_failed_measurement(void **state)
{
	struct book_probe *probe;
	const struct probe_report *r;
	struct scene s;
	char at[32];
	int fd = peer_refusing(at);

	TEST_UNUSED(state);
	scene_open(&s);
	scene_endpoint(&s, "edge", at);
	probe = scene_probe(&s, "trunk", "tls");
	probe->every_ms = 3600000;
	scene_set(probe, "endpoint", "edge");
	scene_signal(probe, "e.minimum", "minimum");
	scene_signal(probe, "e.chain", "chain_valid");
	scene_start(&s);
	r = round_of(&s);
	assert_true(r->failed);
	assert_true(scene_sample(r, "e.minimum")->failed);
	assert_true(scene_sample(r, "e.chain")->failed);
	scene_close(&s);
	close(fd);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_good_answer_is_enough_at_the_start),
		cmocka_unit_test(three_bad_answers_put_it_down_and_two_good_ones_up),
		cmocka_unit_test(what_the_budget_of_a_trunk_does_not_allow_is_not_sent),
		cmocka_unit_test(flaps_are_counted_by_standing_and_by_answers),
		cmocka_unit_test(the_first_in_service_in_the_manifest_s_order_carries_calls),
		cmocka_unit_test(too_few_bad_answers_at_the_start_decide_nothing),
		cmocka_unit_test(all_peers_must_be_in_service),
		cmocka_unit_test(strict_takes_nothing_but_2xx),
		cmocka_unit_test(a_silent_peer_has_no_status_and_no_rtt),
		cmocka_unit_test(retry_after_silences_us_and_still_counts),
		cmocka_unit_test(the_silence_lasts_three_intervals_at_most),
		cmocka_unit_test(a_fence_is_no_evidence_about_the_trunk),
		cmocka_unit_test(a_record_gives_its_value_and_ttl),
		cmocka_unit_test(an_answer_without_authority_is_a_measurement_only_when_asked_for),
		cmocka_unit_test(a_name_that_is_not_there_is_a_failed_measurement),
		cmocka_unit_test(a_port_without_tls_is_a_failed_measurement),
	};
	/* clang-format on */

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
