/* probe_analytics - sums over closed intervals; what is missing is not 0. */
#include <time.h>

#include "tests/unit/probe_case.h"

static const char facts[] =
	"offered abandoned abandonment_percent answered first_response_ms "
	"service_level_percent connected success_percent age_seconds";

static const char request[] =
	"POST /api/v2/analytics/conversations/aggregates/query ";

#define STEP ((int64_t)300000)

/* "A/B" of the bucket that ends `ago` whole steps before the last whole one;
 * -1 is the open one. */
static void
put_interval(char to[80], int64_t now_ms, int ago)
{
	int64_t until_ms = now_ms / STEP * STEP - ago * STEP;
	char from[CLOCK_TEXT], until[CLOCK_TEXT];

	clock_text(from, until_ms - STEP);
	clock_text(until, until_ms);
	str_printf(to, 80, "%s/%s", from, until);
}

/* `text` with $0, $1 … replaced by intervals and $o by the open one. */
static void
fill_in(char *to, size_t size, const char *text, int64_t now_ms)
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		char interval[80];

		if (*text != '$') {
			to[len++] = *text;
			assert_true(len < size);
			continue;
		}
		text++;
		put_interval(interval, now_ms, *text == 'o' ? -1 : *text - '0');
		assert_true(str_copy(to + len, size - len, interval));
		len += strlen(interval);
	}
	to[len] = '\0';
}

#define M(name, count) \
	"{\"metric\":\"" name "\",\"stats\":{\"count\":" count "}}"
#define T(name, count, sum)                                                    \
	"{\"metric\":\"" name "\",\"stats\":{\"count\":" count ",\"sum\":" sum \
	"}}"
#define L(num, den)                                               \
	"{\"metric\":\"oServiceLevel\",\"stats\":{\"ratio\":0.9," \
	"\"numerator\":" num ",\"denominator\":" den ",\"target\":0.8}}"
#define B(at, metrics) "{\"interval\":\"" at "\",\"metrics\":[" metrics "]}"
#define G(group, data) "{\"group\":{" group "},\"data\":[" data "]}"
#define R(results) "{\"results\":[" results "]}"
#define VOICE "\"mediaType\":\"voice\",\"queueId\":\"q1\""

struct row {
	const char *what, *body;
	const char *want[8]; /* the facts without the age */
};

static const struct row genesys_rows[] = {
	{ "one interval",
	  R(G(VOICE,
	      B("$0",
		M("nOffered", "40") "," T("tAbandon", "1", "31000") "," T(
			"tAnswered", "39",
			"39000") "," L("36", "40") "," M("nConnected", "38")))),
	  { "40", "1", "2.5", "39", "1000", "90", "38", "95" } },
	{ "intervals and groups are added, the mean by its calls",
	  R(G(VOICE,
	      B("$1",
		M("nOffered", "10") "," T(
			"tAnswered", "10",
			"10000")) "," B("$0",
					M("nOffered", "30") "," M(
						"tAbandon",
						"2") "," T("tAnswered", "20",
							   "50000")))),
	  { "40", "2", "5", "30", "2000", "? no data", "? no data",
	    "? no data: connected" } },
	{ "the open interval is left out",
	  R(G(VOICE,
	      B("$0", M("nOffered", "10") "," M("tAbandon", "1")) "," B(
		      "$o", M("nOffered", "90") "," M("tAbandon", "80")))),
	  { "10", "1", "10", "? ", "? ", "? ", "? ", "? " } },
	{ "only the open interval is no data",
	  R(G(VOICE, B("$o", M("nOffered", "90") "," M("tAbandon", "0")))),
	  { "? no data: nothing in the closed", "? ", "? ", "? ", "? ", "? ",
	    "? ", "? " } },
	{ "one before the window is left out",
	  R(G(VOICE,
	      B("$7", M("nOffered", "90")) "," B("$5", M("nOffered", "4")))),
	  { "4", "? ", "? ", NULL, NULL, NULL, NULL, NULL } },
	{ "no results is no data",
	  R(""),
	  { "? no data", "? ", "? ", "? ", "? ", "? ", "? ", "? " } },
	{ "nothing at all is no data",
	  "{}",
	  { "? no data", "? ", "? ", "? ", "? ", "? ", "? ", "? " } },
	{ "offered is missing",
	  R(G(VOICE, B("$0", M("tAbandon", "1") "," M("tAnswered", "5")))),
	  { "? offered is not in the answer", "1",
	    "? no data: offered is not in the answer", "5", "? ", NULL, NULL,
	    NULL } },
	{ "abandoned is missing and calls are not accounted for",
	  R(G(VOICE, B("$0", M("nOffered", "40") "," M("tAnswered", "39")))),
	  { "40", "? abandoned is not in the answer",
	    "? abandoned is not in the answer", "39", NULL, NULL, NULL,
	    NULL } },
	{ "abandoned is missing and all were answered",
	  R(G(VOICE, B("$0", M("nOffered", "40") "," M("tAnswered", "40")))),
	  { "40", "0", "0", "40", NULL, NULL, NULL, NULL } },
	{ "nobody called",
	  R(G(VOICE, B("$0", M("nOffered", "0") "," M("tAbandon", "0")))),
	  { "0", "0", "? no data: no events", "? ", "? ", "? ", "? ", "? " } },
	{ "another queue's figures are not ours",
	  R(G("\"mediaType\":\"voice\",\"queueId\":\"q2\"",
	      B("$0", M("nOffered", "40")))),
	  { "? no data", NULL, NULL, NULL, NULL, NULL, NULL, NULL } },
	{ "another medium's figures are not ours",
	  R(G("\"mediaType\":\"chat\",\"queueId\":\"q1\"",
	      B("$0", M("nOffered", "40")))),
	  { "? no data", NULL, NULL, NULL, NULL, NULL, NULL, NULL } },
	{ "more abandoned than offered",
	  R(G(VOICE, B("$0", M("nOffered", "4") "," M("tAbandon", "5")))),
	  { "4", "5", "? more than there are", NULL, NULL, NULL, NULL, NULL } },
	{ "a negative count",
	  R(G(VOICE, B("$0", M("nOffered", "-4")))),
	  { "? nOffered: its count is no such", NULL, NULL, NULL, NULL, NULL,
	    NULL, NULL } },
	{ "a count in words",
	  R(G(VOICE, B("$0", M("nOffered", "\"40\"")))),
	  { "? nOffered: its count is no such", NULL, NULL, NULL, NULL, NULL,
	    NULL, NULL } },
	{ "a bucket without its interval",
	  "{\"results\":[" G(VOICE,
			     "{\"metrics\":[" M("nOffered", "1") "]}") "]}",
	  { "? a bucket without its interval", NULL, NULL, NULL, NULL, NULL,
	    NULL, NULL } },
	{ "a bucket without metrics is no data",
	  R(G(VOICE, B("$0", ""))),
	  { "? no data", NULL, NULL, NULL, NULL, NULL, NULL, NULL } },
	{ "no list",
	  "{\"results\":{}}",
	  { "? no list of results", NULL, NULL, NULL, NULL, NULL, NULL,
	    NULL } },
};

static const char *const names[] = {
	"offered",   "abandoned",	  "abandonment_percent",
	"answered",  "first_response_ms", "service_level_percent",
	"connected", "success_percent",
};

/* Far from the end of an interval, so that none ends during a test. */
static int64_t
still(int64_t now_ms)
{
	return now_ms / STEP * STEP + STEP / 2;
}

static int64_t fixed_ms;

static int64_t
fixed_wall_ms(void)
{
	return fixed_ms;
}

static int64_t
real_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
hold_the_wall_clock(void **state)
{
	TEST_UNUSED(state);
	fixed_ms = still(clock_wall_ms());
	clock_use(real_us, fixed_wall_ms);
	return 0;
}

static int
let_go(void **state)
{
	TEST_UNUSED(state);
	clock_use(NULL, NULL);
	return 0;
}

static void
check_rows(const struct row *rows, size_t count, const char *asked,
	   const char *const *settings)
{
	for (size_t i = 0; i < count; i++) {
		char body[4096];
		const struct peer_row peer[] = {
			{ .expect = asked, .body = body },
		};
		struct probe_case c;

		fill_in(body, sizeof(body), rows[i].body, fixed_ms);
		case_open(&c, "analytics", facts, settings, peer, 1);
		case_measure(&c);
		for (size_t f = 0; f < ARRAY_LEN(names); f++)
			if (rows[i].want[f] != NULL)
				case_check(&c, rows[i].what, names[f],
					   rows[i].want[f]);
		assert_int_equal(peer_strays(c.peer), 0);
		case_close(&c);
	}
}

static void
genesys_intervals_that_are_over_are_summed(void **state)
{
	static const char *const settings[] = { "adapter", "genesys", "queue",
						"q1", NULL };

	TEST_UNUSED(state);
	check_rows(genesys_rows, ARRAY_LEN(genesys_rows), request, settings);
}

static void
genesys_is_never_asked_for_the_open_interval(void **state)
{
	static const struct peer_row peer[] = { { .expect = request,
						  .body = R("") } };
	static const char *const settings[] = { "adapter", "genesys", "queue",
						"q1",	   "window",  "10m",
						"lag",	   "5m",      NULL };
	char newest[80], oldest[80], want[160];
	struct probe_case c;
	char *sent;

	TEST_UNUSED(state);
	case_open(&c, "analytics", "offered", settings, peer, 1);
	case_measure(&c);
	put_interval(newest, fixed_ms, 1);
	put_interval(oldest, fixed_ms, 2);
	*strchr(oldest, '/') = '\0';
	str_printf(want, sizeof(want), "\"interval\":\"%s%s\"", oldest,
		   strchr(newest, '/'));
	sent = peer_request(c.peer, "POST", 0);
	CHECK_HOLDS(sent, want);
	CHECK_HOLDS(sent, "\"granularity\":\"PT5M\"");
	CHECK_HOLDS(sent, "\"dimension\":\"queueId\",\"operator\":\"matches\","
			  "\"value\":\"q1\"");
	CHECK_HOLDS(sent, "\"nOffered\",\"tAbandon\",\"tAnswered\"");
	mem_free(sent);
	case_close(&c);
}

static void
the_age_is_that_of_the_newest_interval_with_data(void **state)
{
	char body[2048];
	const struct peer_row peer[] = { { .expect = request, .body = body } };
	static const char *const settings[] = { "adapter", "guide", NULL };
	struct probe_case c;

	TEST_UNUSED(state);
	fill_in(body, sizeof(body),
		R(G("\"mediaType\":\"voice\"",
		    B("$3", M("nOffered", "2")) "," B("$2",
						      M("nOffered", "1")))),
		fixed_ms);
	case_open(&c, "analytics", "age_seconds abandonment_percent", settings,
		  peer, 1);
	case_measure(&c);
	/* two steps and a half */
	case_check(&c, "two intervals without calls", "age_seconds", "750");
	case_close(&c);
}

#define S(id, rest) "{\"skillId\":" id "," rest "}"
#define SK(rows) "{\"skillSummaries\":[" rows "]}"
#define FULL                                                                  \
	"\"contactsOffered\":125,\"abandonCount\":2,\"contactsHandled\":120," \
	"\"contactsWithinSLA\":114,\"contactsOutOfSLA\":6,"                   \
	"\"averageSpeedToAnswer\":\"PT1M2.5S\""

static const struct row cxone_rows[] = {
	{ "one skill",
	  SK(S("4354", FULL)),
	  { "125", "2", "1.6", "120", "62500", "95", "? no data",
	    "? no data" } },
	{ "wrapped, and in the other case",
	  "{\"resultSet\":{\"SkillSummaries\":[{\"SkillId\":\"4354\","
	  "\"ContactsOffered\":10,\"AbandonCount\":1}]}}",
	  { "10", "1", "10", "? no data", "? no data", "? no data", NULL,
	    NULL } },
	{ "another skill is not ours",
	  SK(S("1", FULL)),
	  { "? no data: the skill is not", "? ", "? ", "? ", "? ", "? ", "? ",
	    "? " } },
	{ "no skills are no data",
	  SK(""),
	  { "? no data", "? ", "? ", "? ", "? ", "? ", "? ", "? " } },
	{ "no list",
	  "{}",
	  { "? no list skillSummaries", NULL, NULL, NULL, NULL, NULL, NULL,
	    NULL } },
	{ "abandoned is missing",
	  SK(S("4354", "\"contactsOffered\":10,\"contactsHandled\":9")),
	  { "10", "? no data", "? no data", "9", NULL, NULL, NULL, NULL } },
	{ "one of two rows lacks offered",
	  SK(S("4354", FULL) "," S("4354", "\"abandonCount\":1")),
	  { "? no data", "3", "? no data", "? no data", NULL, NULL, NULL,
	    NULL } },
	{ "nobody called",
	  SK(S("4354", "\"contactsOffered\":0,\"abandonCount\":0")),
	  { "0", "0", "? no data: no events", NULL, NULL, NULL, NULL, NULL } },
	{ "a mean in another form",
	  SK(S("4354", "\"contactsOffered\":1,\"averageSpeedToAnswer\":\"8\"")),
	  { "? averageSpeedToAnswer is no duration", NULL, NULL, NULL, NULL,
	    NULL, NULL, NULL } },
	{ "a negative count",
	  SK(S("4354", "\"contactsOffered\":-1")),
	  { "? no such figure", NULL, NULL, NULL, NULL, NULL, NULL, NULL } },
};

static void
cxone_is_read_by_skill(void **state)
{
	static const char *const settings[] = { "adapter", "cxone", "queue",
						"4354", NULL };

	TEST_UNUSED(state);
	check_rows(cxone_rows, ARRAY_LEN(cxone_rows),
		   "GET /incontactapi/services/v30.0/skills/summary?startDate=",
		   settings);
}

static void
cxone_is_asked_for_whole_intervals_of_its_media_type(void **state)
{
	static const char *const settings[] = { "adapter",  "cxone", "base",
						"/x/v31.0", "media", "chat",
						"window",   "5m",    NULL };
	static const struct peer_row peer[] = {
		{ .expect = "GET /x/v31.0/skills/summary?", .status = 204 },
	};
	char interval[80], want[200], *slash, *sent;
	struct probe_case c;

	TEST_UNUSED(state);
	case_open(&c, "analytics", "offered", settings, peer, 1);
	case_measure(&c);
	case_check(&c, "no content", "offered", "? no data: HTTP 204");
	put_interval(interval, fixed_ms, 0);
	slash = strchr(interval, '/');
	*slash = '\0';
	sent = peer_request(c.peer, "GET", 0);
	/* hours and minutes are enough: colons are encoded */
	str_printf(want, sizeof(want), "startDate=%.13s%%3A%.2s", interval,
		   interval + 14);
	CHECK_HOLDS(sent, want);
	str_printf(want, sizeof(want), "endDate=%.13s%%3A%.2s", slash + 1,
		   slash + 15);
	CHECK_HOLDS(sent, want);
	CHECK_HOLDS(sent, "&mediaTypeId=3&");
	mem_free(sent);
	case_close(&c);
}

static void
settings_that_cannot_be_asked_are_refused(void **state)
{
	static const struct {
		const char *const settings[8];
		const char *part;
	} rows[] = {
		{ { "granularity", "30s", NULL }, "whole minutes" },
		{ { "granularity", "90s", NULL }, "whole minutes" },
		{ { "granularity", "5m", "window", "12m", NULL }, "window: 1" },
		{ { "granularity", "1h", "window", "30m", NULL }, "window: 1" },
		{ { "granularity", "1m", "window", "1d", NULL }, "window: 1" },
		{ { "adapter", "cxone", "media", "email", NULL },
		  "CXone has voice and chat" },
	};
	static const char *const genesys[] = { "adapter", "genesys", NULL };
	static const char *const cxone[] = { "adapter", "cxone", NULL };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		case_refused("analytics", rows[i].settings, ERR_ARG,
			     rows[i].part);
	case_broken("analytics", "offered", genesys);
	case_broken("analytics", "offered", cxone);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(genesys_intervals_that_are_over_are_summed),
		cmocka_unit_test(genesys_is_never_asked_for_the_open_interval),
		cmocka_unit_test(the_age_is_that_of_the_newest_interval_with_data),
		cmocka_unit_test(cxone_is_read_by_skill),
		cmocka_unit_test(cxone_is_asked_for_whole_intervals_of_its_media_type),
		cmocka_unit_test(settings_that_cannot_be_asked_are_refused),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, hold_the_wall_clock, let_go);
}
