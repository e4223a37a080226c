/* probe_residency - does what is stored lie where the mandate says? */
#include "tests/unit/probe_case.h"

static const char *const facts[] = { "region", "compliant", "outside", "stores",
				     NULL };
#define ALLOWED "[\"US_EAST_1\",\"us-east-2\"]"
static const char *const settings[] = {
	"allowed", ALLOWED, "stores",
	"[{\"what\":\"recordings\",\"path\":\"/s\",\"pointer\":\"/rec\"},"
	"{\"what\":\"payloads\",\"path\":\"/s\",\"pointer\":\"/pay\"},"
	"{\"what\":\"regional\",\"path\":\"/s\",\"pointer\":\"/reg\","
	"\"expect\":\"false\"}]",
	NULL
};
#define REST "\"reg\":false}"

static void
a_store_outside_the_mandate_is_named_and_one_unread_is_never_inside(
	void **state)
{
	static const struct case_row rows[] = {
		{ "the mandate's own spelling",
		  0,
		  "{\"rec\":\"US_EAST_1\",\"pay\":\"us-east-2\"," REST,
		  { "US_EAST_1", "yes", "0", "3" } },
		{ "another spelling of the same",
		  0,
		  "{\"rec\":\"us-east-1\",\"pay\":\"Us_East-2\"," REST,
		  { "us-east-1", "yes", "0", "3" } },
		{ "a region that begins alike",
		  0,
		  "{\"rec\":\"us-east-1\",\"pay\":\"us-east-11\"," REST,
		  { "us-east-11", "no", "1", "3" } },
		{ "a region that is shorter",
		  0,
		  "{\"rec\":\"us-east\",\"pay\":\"us-east-1\"," REST,
		  { "us-east", "no", "1", "3" } },
		{ "letters run together are another name",
		  0,
		  "{\"rec\":\"useast1\",\"pay\":\"us-east-1\"," REST,
		  { "useast1", "no", "1", "3" } },
		{ "a blank is another name",
		  0,
		  "{\"rec\":\"us east 1\",\"pay\":\"us-east-1\"," REST,
		  { "us east 1", "no", "1", "3" } },
		{ "one region of a list",
		  0,
		  "{\"rec\":[\"us-east-1\",\"eu-west-1\"],"
		  "\"pay\":\"us-east-1\"," REST,
		  { "eu-west-1", "no", "1", "3" } },
		{ "two of three",
		  0,
		  "{\"rec\":\"us-east-1\",\"pay\":\"eu-west-1\",\"reg\":true}",
		  { "eu-west-1", "no", "2", "3" } },
		{ "a switch in the wrong position",
		  0,
		  "{\"rec\":\"us-east-1\",\"pay\":\"us-east-1\",\"reg\":true}",
		  { "true", "no", "1", "3" } },
		{ "a store that is not there",
		  0,
		  "{\"rec\":\"us-east-1\"," REST,
		  { "? payloads: no data at", "? ", "? ", "? " } },
		{ "no region",
		  0,
		  "{\"rec\":\"us-east-1\",\"pay\":\"\"," REST,
		  { "? payloads: empty", "? ", "? ", "? " } },
		{ "null",
		  0,
		  "{\"rec\":\"us-east-1\",\"pay\":null," REST,
		  { "? payloads: no data", "? ", "? ", "? " } },
		{ "an empty list",
		  0,
		  "{\"rec\":[],\"pay\":\"us-east-1\"," REST,
		  { "? recordings: no data", "? ", "? ", "? " } },
		{ "a number",
		  0,
		  "{\"rec\":1,\"pay\":\"us-east-1\"," REST,
		  { "? recordings: no region", "? ", "? ", "? " } },
		{ "outside decides though another is unread",
		  0,
		  "{\"rec\":\"eu-west-1\"," REST,
		  { "eu-west-1", "no", "? payloads: no data", "3" } },
		{ "refused",
		  403,
		  "{}",
		  { "? recordings: HTTP 403", "? ", "? ", "? " } },
	};

	TEST_UNUSED(state);
	case_rows("residency", "GET /s ", facts, settings, rows,
		  ARRAY_LEN(rows));
}

static void
each_store_is_named_with_its_region(void **state)
{
	static const char *const genesys[] = {
		"allowed", ALLOWED, "stores",
		"[{\"what\":\"home\",\"path\":\"/m\",\"pointer\":\"/home\"},"
		"{\"what\":\"core\",\"path\":\"/m\",\"pointer\":\"/core\"},"
		"{\"what\":\"regional recordings\",\"path\":\"/rec\","
		"\"pointer\":\"/on\",\"expect\":\"false\"}]",
		NULL
	};
	static const struct peer_row peer[] = {
		{ .expect = "GET /m ",
		  .body = "{\"home\":\"us-east-1\",\"core\":[\"us-east-2\","
			  "\"ap-south-1\\u001b[2J\"]}" },
		{ .expect = "GET /rec ", .body = "{\"on\":false}" },
	};
	struct probe_case c;

	TEST_UNUSED(state);
	case_open(&c, "residency", "compliant", genesys, peer, 2);
	case_measure(&c);
	case_check(&c, "a list of two paths", "compliant", "no");
	CHECK_HOLDS(scene_sample(c.report, "compliant")->why,
		    "core: ap-south-1\\x1b[2J is outside");
	CHECK_HOLDS(c.report->detail, "core ap-south-1\\x1b[2J OUTSIDE, "
				      "home us-east-1");
	assert_int_equal(peer_count(c.peer, "GET /m "), 1);
	case_close(&c);
}

static void
what_cannot_be_asked_is_refused_at_the_start(void **state)
{
	static const struct {
		const char *allowed, *stores, *part;
	} rows[] = {
		{ "[]", "[]", "allowed: name a region" },
		{ ALLOWED, "[]", "a list of 1 to" },
		{ ALLOWED, "{}", "a list of 1 to" },
		{ ALLOWED, "[{\"what\":\"a\",\"path\":\"/s\"}]",
		  "row 1 needs" },
		{ ALLOWED,
		  "[{\"what\":\"a\",\"path\":\"s\",\"pointer\":\"/r\"}]",
		  "row 1 needs" },
		{ ALLOWED,
		  "[{\"what\":\"a\",\"path\":\"/s\",\"pointer\":\"/r\","
		  "\"expects\":\"x\"}]",
		  "unknown key \"expects\"" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *const bad[] = { "allowed", rows[i].allowed,
					    "stores", rows[i].stores, NULL };

		case_refused("residency", bad, ERR_ARG, rows[i].part);
	}
	case_broken("residency", "compliant", settings);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_store_outside_the_mandate_is_named_and_one_unread_is_never_inside),
		cmocka_unit_test(each_store_is_named_with_its_region),
		cmocka_unit_test(what_cannot_be_asked_is_refused_at_the_start),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
