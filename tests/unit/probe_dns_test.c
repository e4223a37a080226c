/* probe_dns - what several servers of one name prove together. */
#include "tests/unit/probe_scene.h"

#include "base/json.h"
#include "probe/dns_view.h"

/* One server's words; `count` -1 is silence, `rcode` 5 a refusal. */
struct word {
	int count;
	const char *values[2];
	int64_t ttl_s;
	int rcode;
	bool is_lame;
	int64_t serial;
};

#define NEW                                              \
	{                                                \
		1, { "198.51.100.7" }, 300, 0, false, 12 \
	}
#define OLD                                            \
	{                                              \
		1, { "192.0.2.10" }, 300, 0, false, 11 \
	}
#define SLOW                                              \
	{                                                 \
		1, { "198.51.100.7" }, 3600, 0, false, 12 \
	}
#define SILENT                                \
	{                                     \
		-1, { NULL }, 0, 0, false, -1 \
	}
#define REFUSES                              \
	{                                    \
		0, { NULL }, 0, 5, false, -1 \
	}
#define LAME                                            \
	{                                               \
		1, { "198.51.100.7" }, 300, 0, true, -1 \
	}
#define GONE                                 \
	{                                    \
		0, { NULL }, 0, 3, false, 12 \
	}
#define EMPTY                                \
	{                                    \
		0, { NULL }, 0, 0, false, 12 \
	}

static void
put_place(struct dns_place *p, const struct word *w, int i)
{
	struct dns_answer *a = &p->answer;

	memset(p, 0, sizeof(*p));
	str_printf(p->at, sizeof(p->at), "192.0.2.%d:53", 101 + i);
	*a = (struct dns_answer){ .rtt_us = 900 + i,
				  .ttl_s = -1,
				  .serial = -1 };
	p->serial = w->serial;
	a->rcode = w->rcode;
	a->authoritative = !w->is_lame;
	if (w->count < 0) {
		a->code = ERR_TIMEOUT;
		str_printf(a->why, sizeof(a->why), "no DNS answer from %s",
			   p->at);
		return;
	}
	a->count = w->count;
	for (int v = 0; v < w->count; v++)
		str_copy(a->values[v], sizeof(a->values[v]), w->values[v]);
	if (w->count > 0)
		a->ttl_s = w->ttl_s;
}

struct view {
	struct dns_all_result all;
	struct probe_fact facts[DNS_VIEW_FACTS];
	struct probe_result r;
	struct json *expected;
};

static struct view *
see(const struct word *words, int count, const struct word *resolver,
    const char *values)
{
	struct view *v = mem_new(1, sizeof(*v));
	struct dns_wish wish = { .name = "sip.test",
				 .type = "A",
				 .ttl_s = 300 };
	struct err e;

	for (int i = 0; i < count; i++)
		put_place(&v->all.places[i], &words[i], i);
	v->all.count = count;
	if (resolver != NULL) {
		v->all.has_resolver = true;
		put_place(&v->all.resolver, resolver, 100);
	}
	if (values != NULL) {
		v->expected = json_parse(values, strlen(values), &e);
		wish.expected = v->expected;
	}
	dns_view(&v->r, v->facts, &wish, &v->all);
	return v;
}

static void
drop(struct view *v)
{
	json_free(v->expected);
	mem_free(v);
}

static const struct probe_fact *
fact(const struct view *v, const char *name)
{
	for (size_t i = 0; i < v->r.fact_count; i++)
		if (str_same(v->r.facts[i].name, name))
			return &v->r.facts[i];
	fail_msg("no fact %s", name);
	return NULL;
}

/* '+' true, '-' false, 'o' open. */
static char
sign(const struct view *v, const char *name)
{
	const struct probe_fact *f = fact(v, name);

	if (f->value.kind == VALUE_NONE) {
		assert_string_not_equal(f->why, "");
		return 'o';
	}
	assert_int_equal(f->value.kind, VALUE_FLAG);
	return f->value.flag ? '+' : '-';
}

static void
one_server_can_prove_it_wrong_and_only_all_prove_it_right(void **state)
{
	static const struct {
		const char *what;
		struct word words[3];
		int count;
		/* matches agree authoritative lag ttl_matches */
		const char *signs;
		const char *why; /* of the first that is '-' or 'o' */
	} rows[] = {
		{ "all are new", { NEW, NEW }, 2, "+++-+", "" },
		{ "one is new", { NEW }, 1, "+++-+", "" },
		{ "one lags", { NEW, OLD }, 2, "--+++", "192.0.2.102:53 has" },
		{ "all are old",
		  { OLD, OLD },
		  2,
		  "-++-+",
		  "192.0.2.101:53 has 192.0.2.10" },
		{ "one is silent",
		  { NEW, SILENT },
		  2,
		  "ooooo",
		  "no DNS answer from 192.0.2.102" },
		{ "one is silent, one old",
		  { OLD, SILENT, NEW },
		  3,
		  "--o+o",
		  "192.0.2.101:53 has" },
		{ "one refuses", { NEW, REFUSES }, 2, "ooooo", "REFUSED (5)" },
		{ "one has no authority",
		  { NEW, LAME },
		  2,
		  "oo-oo",
		  "with authority" },
		{ "one says it is gone",
		  { NEW, GONE },
		  2,
		  "--+-+",
		  "192.0.2.102:53 has nothing" },
		{ "one has no such type",
		  { NEW, EMPTY },
		  2,
		  "--+-+",
		  "192.0.2.102:53 has nothing" },
		{ "one has another TTL",
		  { NEW, SLOW },
		  2,
		  "+-+--",
		  "TTL 3600" },
	};
	static const char *const names[] = { "matches", "agree",
					     "authoritative", "lag",
					     "ttl_matches" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct view *v = see(rows[i].words, rows[i].count, NULL,
				     "[\"198.51.100.7\"]");
		const char *why = "";

		for (size_t f = 0; f < ARRAY_LEN(names); f++) {
			CHECK_ROW(rows[i].what,
				  sign(v, names[f]) == rows[i].signs[f]);
			if (why[0] == '\0' && f != 3 && rows[i].signs[f] != '+')
				why = fact(v, names[f])->why;
		}
		CHECK_HOLDS(why, rows[i].why);
		CHECK_ROW(rows[i].what, v->r.code == ERR_NONE);
		drop(v);
	}
}

static void
nothing_heard_is_no_measurement(void **state)
{
	static const struct {
		const char *what;
		struct word words[2];
		bool has_values;
		enum err_code code;
		const char *why;
	} rows[] = {
		{ "silence",
		  { SILENT, SILENT },
		  true,
		  ERR_TIMEOUT,
		  "no DNS answer" },
		{ "refusals",
		  { REFUSES, REFUSES },
		  true,
		  ERR_REFUSED,
		  "REFUSED" },
		{ "no authority",
		  { LAME, LAME },
		  true,
		  ERR_REFUSED,
		  "authority" },
		{ "no such name, nothing wished",
		  { GONE, GONE },
		  false,
		  ERR_REFUSED,
		  "NXDOMAIN" },
		{ "no such name where values are wished",
		  { GONE, GONE },
		  true,
		  ERR_NONE,
		  "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct view *v =
			see(rows[i].words, 2, NULL,
			    rows[i].has_values ? "[\"192.0.2.1\"]" : NULL);

		CHECK_ROW(rows[i].what, v->r.code == rows[i].code);
		CHECK_HOLDS(v->r.why, rows[i].why);
		CHECK_ROW(rows[i].what,
			  fact(v, "value")->value.kind == VALUE_NONE);
		CHECK_ROW(rows[i].what,
			  fact(v, "ttl_seconds")->value.kind == VALUE_NONE);
		CHECK_ROW(rows[i].what,
			  sign(v, "matches") ==
				  (rows[i].code == ERR_NONE ? '-' : 'o'));
		drop(v);
	}
}

static void
a_set_is_compared_as_a_set(void **state)
{
	static const struct {
		const char *what, *values;
		struct word word;
		bool is_match;
	} rows[] = {
		{ "in any order",
		  "[\"b.test.\",\"a.test.\"]",
		  { 2, { "a.test.", "b.test." }, 300, 0, false, 1 },
		  true },
		{ "whatever the case and the last dot",
		  "[\"A.Test\"]",
		  { 1, { "a.test." }, 300, 0, false, 1 },
		  true },
		{ "whatever the spelling of an address",
		  "[\"2001:db8:0:0::1\"]",
		  { 1, { "2001:db8::1" }, 300, 0, false, 1 },
		  true },
		{ "not with one too many",
		  "[\"a.test.\"]",
		  { 2, { "a.test.", "b.test." }, 300, 0, false, 1 },
		  false },
		{ "not with one too few",
		  "[\"a.test.\",\"b.test.\"]",
		  { 1, { "a.test." }, 300, 0, false, 1 },
		  false },
		{ "not with a beginning",
		  "[\"a.tes\"]",
		  { 1, { "a.test." }, 300, 0, false, 1 },
		  false },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct view *v = see(&rows[i].word, 1, NULL, rows[i].values);

		CHECK_ROW(rows[i].what,
			  sign(v, "matches") == (rows[i].is_match ? '+' : '-'));
		drop(v);
	}
}

static void
the_highest_ttl_counts_and_one_below_60_is_too_low(void **state)
{
	static const struct {
		int64_t ttls[2];
		double most, least;
		char low;
	} rows[] = {
		{ { 300, 300 }, 300, 300, '-' },
		{ { 300, 60 }, 300, 60, '-' },
		{ { 59, 300 }, 300, 59, '+' },
		{ { 0, 0 }, 0, 0, '+' },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct word words[2] = { NEW, NEW };
		struct view *v;

		words[0].ttl_s = rows[i].ttls[0];
		words[1].ttl_s = rows[i].ttls[1];
		v = see(words, 2, NULL, NULL);
		assert_true(fact(v, "ttl_seconds")->value.number ==
			    rows[i].most);
		assert_true(fact(v, "ttl_lowest_seconds")->value.number ==
			    rows[i].least);
		assert_int_equal(sign(v, "ttl_too_low"), rows[i].low);
		drop(v);
	}
}

/* RFC 1982: 4294967290 is behind 5. */
static void
serials_are_compared_round_the_clock(void **state)
{
	struct word words[2] = { NEW, NEW };
	struct view *v;

	TEST_UNUSED(state);
	words[0].serial = 4294967290;
	words[1].serial = 5;
	v = see(words, 2, NULL, NULL);
	assert_true(fact(v, "serial")->value.number == 5);
	assert_int_equal(sign(v, "lag"), '+');
	CHECK_HOLDS(fact(v, "lag")->why, "192.0.2.101:53 has serial "
					 "4294967290");
	drop(v);
}

static void
a_resolver_informs_and_decides_nothing(void **state)
{
	static const struct {
		const char *what;
		struct word resolver;
		char matches;
		double flip;
	} rows[] = {
		{ "it follows",
		  { 1, { "198.51.100.7" }, 120, 0, true, -1 },
		  '+',
		  420 },
		{ "it still caches",
		  { 1, { "192.0.2.10" }, 250, 0, true, -1 },
		  '-',
		  550 },
		{ "it is silent", SILENT, 'o', -1 },
		{ "it fails", { 0, { NULL }, 0, 2, true, -1 }, 'o', -1 },
	};
	struct word words[2] = { NEW, NEW };
	struct view *v;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		v = see(words, 2, &rows[i].resolver, "[\"198.51.100.7\"]");
		CHECK_ROW(rows[i].what,
			  sign(v, "resolver_matches") == rows[i].matches);
		CHECK_ROW(rows[i].what, sign(v, "matches") == '+');
		CHECK_ROW(rows[i].what, sign(v, "authoritative") == '+');
		if (rows[i].flip < 0)
			CHECK_ROW(rows[i].what,
				  fact(v, "flip_seconds")->value.kind ==
					  VALUE_NONE);
		else
			CHECK_ROW(rows[i].what,
				  fact(v, "flip_seconds")->value.number ==
					  rows[i].flip);
		drop(v);
	}
	words[0] = words[1] = (struct word)SILENT;
	v = see(words, 2, &rows[0].resolver, "[\"198.51.100.7\"]");
	assert_int_equal(sign(v, "matches"), 'o');
	assert_int_not_equal(v->r.code, ERR_NONE);
	drop(v);
	words[0] = words[1] = (struct word)NEW;
	v = see(words, 2, NULL, NULL);
	assert_int_equal(sign(v, "resolver_matches"), 'o');
	assert_true(fact(v, "flip_seconds")->value.number == 300);
	drop(v);
}

/* A server that is there but one is not: by real questions. */
static void
each_server_of_the_list_is_asked(void **state)
{
	struct peer *peers[2] = { peer_dns_start("198.51.100.7", 300),
				  peer_dns_start("192.0.2.10", 60) };
	const struct probe_report *r;
	struct book_probe *p;
	struct scene s;
	struct err e;

	TEST_UNUSED(state);
	for (int is_dead = 0; is_dead <= 1; is_dead++) {
		scene_open(&s);
		scene_endpoint(&s, "ns1", peer_at(peers[0]));
		scene_endpoint(&s, "ns2", peer_at(peers[1]));
		if (is_dead)
			peer_dns_mode(peers[1], true, 5);
		p = scene_probe(&s, "one", "dns");
		p->every_ms = 3600000;
		scene_set(p, "servers", "[\"ns1\",\"ns2\"]");
		scene_set(p, "name", "sip.domain.com");
		scene_set(p, "type", "A");
		scene_signal(p, "d.agree", "agree");
		scene_signal(p, "d.ttl", "ttl_seconds");
		scene_signal(p, "d.servers", "servers");
		scene_start(&s);
		poller_now(s.poller, "one");
		r = scene_wait(&s, "one", 0);
		assert_false(r->failed);
		assert_true(scene_sample(r, "d.servers")->value.number == 2);
		assert_int_equal(scene_sample(r, "d.agree")->failed, is_dead);
		assert_false(scene_sample(r, "d.agree")->value.flag);
		assert_int_equal(scene_sample(r, "d.ttl")->failed, is_dead);
		CHECK_HOLDS(r->raw, peer_at(peers[1]));
		scene_close(&s);
	}
	scene_open(&s);
	scene_set(scene_probe(&s, "one", "dns"), "name", "sip.domain.com");
	CHECK_FAILS(
		poller_start(&s.poller, &s.env, NULL, 7, scene_take, &s, &e),
		ERR_ARG, &e, "neither server nor servers");
	scene_close(&s);
	peer_stop(peers[0]);
	peer_stop(peers[1]);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_server_can_prove_it_wrong_and_only_all_prove_it_right),
		cmocka_unit_test(nothing_heard_is_no_measurement),
		cmocka_unit_test(a_set_is_compared_as_a_set),
		cmocka_unit_test(the_highest_ttl_counts_and_one_below_60_is_too_low),
		cmocka_unit_test(serials_are_compared_round_the_clock),
		cmocka_unit_test(a_resolver_informs_and_decides_nothing),
		cmocka_unit_test(each_server_of_the_list_is_asked),
	};
	/* clang-format on */

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
