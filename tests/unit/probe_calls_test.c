/* probe_calls - which queues synthetic calls reached. */
#include "tests/unit/probe_case.h"

static const char *const facts[] = { "right_queue_percent", "worst_queue",
				     "worst_percent", "/queues/Sales", NULL };

static void
each_call_counts_for_the_queue_it_should_reach(void **state)
{
	static const char *const settings[] = { "path", "/results", "results",
						"/results", NULL };
	static const struct case_row rows[] = {
		{ "all right",
		  0,
		  "{\"results\":[{\"queue\":\"Sales\",\"reached\":\"Sales\"},"
		  "{\"queue\":\"Care\",\"reached\":\"Care\"}]}",
		  { "100", "Sales", "100", "100" } },
		{ "one of four is wrong",
		  0,
		  "{\"results\":[{\"queue\":\"Sales\",\"reached\":\"Sales\"},"
		  "{\"queue\":\"Sales\",\"reached\":\"Sales\"},"
		  "{\"queue\":\"Care\",\"reached\":\"Care\"},"
		  "{\"queue\":\"Care\",\"reached\":\"Sales\"}]}",
		  { "75", "Care", "50", "100" } },
		{ "a call that reached nobody is a wrong one",
		  0,
		  "{\"results\":[{\"queue\":\"Sales\",\"reached\":null},"
		  "{\"queue\":\"Sales\",\"reached\":\"Sales\"}]}",
		  { "50", "Sales", "50", "50" } },
		{ "a call that does not say is no call",
		  0,
		  "{\"results\":[{\"queue\":\"Sales\",\"reached\":\"Sales\"},"
		  "{\"queue\":\"Sales\"}]}",
		  { "? row 2: no queue that it reached", "? ", "? ", "? " } },
		{ "a call of no queue",
		  0,
		  "{\"results\":[{\"reached\":\"Sales\"}]}",
		  { "? row 1: no queue", "? ", NULL, NULL } },
		{ "no calls are no hundred percent",
		  0,
		  "{\"results\":[]}",
		  { "? no data: no calls", "? ", "? ", "? " } },
		{ "no list", 0, "{}", { "? no list of results at", "? " } },
		{ "a queue without calls",
		  0,
		  "{\"results\":[{\"queue\":\"Care\",\"reached\":\"Care\"}]}",
		  { "100", "Care", "100", "? no calls for that queue" } },
		{ "a name that would draw",
		  0,
		  "{\"results\":[{\"queue\":\"A\\u001b[2J\",\"reached\":1}]}",
		  { "0", "A\\x1b[2J", "0", NULL } },
	};

	TEST_UNUSED(state);
	case_rows("calls", "GET /results ", facts, settings, rows,
		  ARRAY_LEN(rows));
}

static void
a_call_must_also_end_well_where_ends_are_told(void **state)
{
	static const char *const settings[] = { "path",	   "/r",     "results",
						"/r",	   "wanted", "Sales",
						"reached", "/to",    "outcome",
						"/end",	   "good",   "answered",
						NULL };
	static const struct case_row rows[] = {
		{ "right queue and end",
		  0,
		  "{\"r\":[{\"to\":\"Sales\",\"end\":\"answered\"}]}",
		  { "100", "Sales", NULL, NULL } },
		{ "right queue, dropped there",
		  0,
		  "{\"r\":[{\"to\":\"Sales\",\"end\":\"dropped\"},"
		  "{\"to\":\"Sales\",\"end\":\"answered\"}]}",
		  { "50", "Sales", NULL, NULL } },
		{ "no end",
		  0,
		  "{\"r\":[{\"to\":\"Sales\"}]}",
		  { "? row 1: no outcome", NULL, NULL, NULL } },
	};

	TEST_UNUSED(state);
	case_rows("calls", "GET /r ", facts, settings, rows, ARRAY_LEN(rows));
}

static void
counts_by_queue_are_added(void **state)
{
	static const char *const settings[] = { "path",	 "/c",	 "method",
						"POST",	 "body", "{}",
						"calls", "/n",	 "right",
						"/good", NULL };
	static const struct case_row rows[] = {
		{ "one row",
		  0,
		  "{\"queue\":\"Sales\",\"n\":20,\"good\":19}",
		  { "95", "Sales", "95", "95" } },
		{ "rows",
		  0,
		  "[{\"queue\":\"Sales\",\"n\":30,\"good\":30},"
		  "{\"queue\":\"Care\",\"n\":10,\"good\":8}]",
		  { "95", "Care", "80", "100" } },
		{ "no queue was reached",
		  0,
		  "{\"queue\":null,\"n\":20,\"good\":0}",
		  { "0", "(none)", "0", NULL } },
		{ "a count is missing",
		  0,
		  "{\"queue\":\"Sales\",\"n\":20}",
		  { "? row 1: no count at \"/good\"", NULL, NULL, NULL } },
		{ "no calls at all",
		  0,
		  "{\"queue\":\"Sales\",\"n\":0,\"good\":0}",
		  { "? no data: no calls", NULL, NULL, NULL } },
		{ "more right than calls",
		  0,
		  "{\"queue\":\"Sales\",\"n\":1,\"good\":2}",
		  { "? more right calls than calls", NULL, NULL, NULL } },
		{ "a negative count",
		  0,
		  "{\"queue\":\"Sales\",\"n\":-1,\"good\":-1}",
		  { "? no count", NULL, NULL, NULL } },
		{ "half a call",
		  0,
		  "{\"queue\":\"Sales\",\"n\":1.5,\"good\":1}",
		  { "? no count", NULL, NULL, NULL } },
	};

	TEST_UNUSED(state);
	case_rows("calls", "POST /c ", facts, settings, rows, ARRAY_LEN(rows));
}

static void
the_share_rests_on_the_calls(void **state)
{
	static const char *const settings[] = { "path",	 "/c", "calls", "/n",
						"right", "/g", NULL };
	static const struct peer_row rows[] = {
		{ .expect = "GET /c ",
		  .body = "{\"queue\":\"A\",\"n\":40,\"g\":38}" },
	};
	struct probe_case c;

	TEST_UNUSED(state);
	case_open(&c, "calls", "right_queue_percent", settings, rows, 1);
	case_measure(&c);
	assert_int_equal(scene_sample(c.report, "right_queue_percent")->n, 40);
	CHECK_HOLDS(scene_sample(c.report, "right_queue_percent")->why,
		    "A: 38 of 40 calls");
	case_close(&c);
}

static void
what_cannot_be_heard_is_no_verdict(void **state)
{
	static const char *const settings[] = { "path", "/r", NULL };
	static const char *const half[] = { "path", "/r", "calls", "/n", NULL };

	TEST_UNUSED(state);
	case_broken("calls", "right_queue_percent", settings);
	case_refused("calls", half, ERR_ARG, "\"right\" is missing");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_call_counts_for_the_queue_it_should_reach),
		cmocka_unit_test(a_call_must_also_end_well_where_ends_are_told),
		cmocka_unit_test(counts_by_queue_are_added),
		cmocka_unit_test(the_share_rests_on_the_calls),
		cmocka_unit_test(what_cannot_be_heard_is_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
