/* probe_agents - do two views agree on each agent? */
#include "tests/unit/probe_case.h"

#define A(id, state) "{\"id\":\"" id "\",\"state\":\"" state "\"}"

static const char facts[] =
	"consistent_percent agents mismatched mismatched_first";
static const char *const settings[] = {
	"path",	      "/one", "agents",	      "/a",
	"total",      "/n",   "states",	      "{\"on_queue\":\"Available\"}",
	"other.path", "/two", "other.agents", "",
	NULL
};

struct row {
	const char *what, *one, *two;
	const char *percent, *agents, *mismatched, *first;
};

static const struct row rows[] = {
	{ "all agree",
	  "{\"n\":2,\"a\":[" A("1", "idle") "," A("2", "busy") "]}",
	  "[" A("2", "busy") "," A("1", "idle") "]", "100", "2", "0",
	  "? all agree" },
	{ "one differs",
	  "{\"n\":2,\"a\":[" A("1", "idle") "," A("2", "busy") "]}",
	  "[" A("1", "idle") "," A("2", "idle") "]", "50", "2", "1", "2" },
	{ "a word means another", "{\"n\":1,\"a\":[" A("1", "on_queue") "]}",
	  "[" A("1", "Available") "]", "100", "1", "0", "? all agree" },
	{ "only the first has one",
	  "{\"n\":2,\"a\":[" A("1", "idle") "," A("2", "busy") "]}",
	  "[" A("1", "idle") "]", "50", "2", "1", "2" },
	{ "only the other has one", "{\"n\":1,\"a\":[" A("5", "idle") "]}",
	  "[" A("5", "idle") "," A("7", "idle") "]", "50", "2", "1", "7" },
	{ "an empty first view is no hundred percent", "{\"n\":0,\"a\":[]}",
	  "[" A("1", "idle") "]", "? view: no data: no agents", "? ", "? ",
	  "? " },
	{ "an empty other view", "{\"n\":1,\"a\":[" A("5", "idle") "]}", "[]",
	  "? other view: no data: no agents", "? ", "? ", "? " },
	{ "a page of many", "{\"n\":9,\"a\":[" A("5", "idle") "]}", "[]",
	  "? view: 1 agents of 9", "? ", "? ", "? " },
	{ "no total", "{\"a\":[" A("5", "idle") "]}", "[]",
	  "? view: no number of agents", "? ", "? ", "? " },
	{ "an agent twice",
	  "{\"n\":2,\"a\":[" A("5", "idle") "," A("5", "idle") "]}", "[]",
	  "? agent 5 is twice", "? ", "? ", "? " },
	{ "an agent without a state", "{\"n\":1,\"a\":[{\"id\":5}]}", "[]",
	  "? view: agent 5 has no state", "? ", "? ", "? " },
	{ "an agent without an id", "{\"n\":1,\"a\":[" A("", "idle") "]}", "[]",
	  "? view: row 1 has no id", "? ", "? ", "? " },
	{ "a null state", "{\"n\":1,\"a\":[" A("5", "idle") "]}",
	  "[{\"id\":\"5\",\"state\":null}]",
	  "? other view: agent 5 has no state", "? ", "? ", "? " },
	{ "no list", "{\"n\":1,\"a\":{}}", "[]", "? view: no list of agents",
	  "? ", "? ", "? " },
};

static void
two_views_agree_agent_by_agent_or_nothing_is_proven(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct peer_row peer[] = {
			{ .expect = "GET /one ", .body = rows[i].one },
			{ .expect = "GET /two ", .body = rows[i].two },
		};
		struct probe_case c;

		case_open(&c, "agents", facts, settings, peer, 2);
		case_measure(&c);
		case_check(&c, rows[i].what, "consistent_percent",
			   rows[i].percent);
		case_check(&c, rows[i].what, "agents", rows[i].agents);
		case_check(&c, rows[i].what, "mismatched", rows[i].mismatched);
		case_check(&c, rows[i].what, "mismatched_first", rows[i].first);
		case_close(&c);
	}
}

static void
the_agent_that_differs_is_named_with_both_states(void **state)
{
	static const struct peer_row peer[] = {
		{ .expect = "GET /one ",
		  .body = "{\"n\":1,\"a\":[" A("7\\u001b[1m", "idle") "]}" },
		{ .expect = "GET /two ",
		  .body = "[" A("7\\u001b[1m", "busy") "]" },
	};
	const struct sample *s;
	struct probe_case c;

	TEST_UNUSED(state);
	case_open(&c, "agents", facts, settings, peer, 2);
	case_measure(&c);
	s = scene_sample(c.report, "consistent_percent");
	assert_int_equal(s->n, 1);
	CHECK_HOLDS(s->why, "agent 7\\x1b[1m: idle, busy");
	case_close(&c);
}

static void
a_view_that_cannot_be_read_is_no_verdict(void **state)
{
	static const struct peer_row second[] = {
		{ .expect = "GET /one ",
		  .body = "{\"n\":1,\"a\":[" A("5", "idle") "]}" },
		{ .expect = "GET /two ", .status = 503, .body = "{}" },
	};
	struct probe_case c;

	TEST_UNUSED(state);
	case_broken("agents", "consistent_percent", settings);
	case_open(&c, "agents", facts, settings, second, 2);
	case_measure(&c);
	case_check(&c, "the second fails", "consistent_percent", "? HTTP 503");
	case_close(&c);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_views_agree_agent_by_agent_or_nothing_is_proven),
		cmocka_unit_test(the_agent_that_differs_is_named_with_both_states),
		cmocka_unit_test(a_view_that_cannot_be_read_is_no_verdict),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
