/* The twin as it serves: the guides' calls, its ledger, its life. */
#include "tests/unit/twin_lines.h"

#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/thread.h"
#include "net/dns.h"
#include "net/sip.h"

#define FAST 50
#define FLOW "/api/v2/architect/flows/f-8473625190"
#define RECORD "/client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/dns_records"
#define ONE_RECORD RECORD "/372e67954025e0ba6aaa6d586b9e0b59"
#define EXECUTE "/api/v2/integrations/actions/validation_action/execute"
#define PUBLISH                                                    \
	"{\"versionId\":\"v-2040506070\",\"status\":\"deployed\"," \
	"\"description\":\"CUTOVER_EXECUTED\"}"

static const struct fence open_fence;

/* The bodies are the guides', `pointer` and `value` what proves the answer. */
static const struct {
	const char *method, *path, *body;
	int status;
	const char *pointer, *value;
} guide[] = {
	{ "POST", EXECUTE,
	  "{\"inputs\":{\"contactId\":\"TEST_CONTACT_9981\","
	  "\"channelType\":\"voice\",\"testCase\":\"cutover_gate_validation\","
	  "\"payload\":{\"callId\":\"simulated_uuid_4829\","
	  "\"direction\":\"inbound\","
	  "\"queueId\":\"validation_queue_primary\"}}}",
	  200, "/result/queueId", "validation_queue_primary" },
	{ "GET", "/api/v2/security/recordingstorage", "", 200,
	  "/complianceFlags/pciDssMaskingEnabled", "true" },
	{ "GET", "/api/v2/telephony/trunks/validation_trunk_primary", "", 200,
	  "/failover/sequence/1", "trunk_tertiary" },
	{ "POST", FLOW "/deployments",
	  "{\"description\":\"PRE_CUTOVER_BASELINE_20241015\","
	  "\"flowVersionId\":\"v-1029384756\","
	  "\"deploymentId\":\"d-9876543210\"}",
	  201, "/deploymentId", "d-9876543210" },
	{ "GET", FLOW "/deployments/d-9876543210", "", 200, "/flowVersionId",
	  "v-1029384756" },
	{ "GET", FLOW "/versions/v-1029384756", "", 200, "/id",
	  "v-1029384756" },
	{ "POST", "/api/v2/flow-versions",
	  "{\"flowId\":\"f-8473625190\",\"name\":\"BASELINE_PRE_MIGRATION\","
	  "\"description\":\"Immutable snapshot for rollback contingency\","
	  "\"isPublished\":true}",
	  201, "/isPublished", "true" },
	{ "PATCH", FLOW,
	  "{\"versionId\":\"v-1029384756\",\"status\":\"deployed\","
	  "\"description\":\"ROLLBACK_EXECUTED_20241015T1430Z\"}",
	  200, "/versionId", "v-1029384756" },
	{ "PATCH", "/api/v2/routing/routing-strategies/rs-5566778899",
	  "{\"name\":\"Production_Inbound_Routing\","
	  "\"flow\":{\"id\":\"f-8473625190\",\"version\":\"v-1029384756\"},"
	  "\"conditions\":[{\"label\":\"Baseline Skill Routing\","
	  "\"expression\":\"{{queue.skillRequirements == "
	  "['Support_Tier1']}}\",\"truePath\":\"defaultQueue\"}]}",
	  200, "/conditions/0/truePath", "defaultQueue" },
	{ "PATCH", "/api/v2/users/u-1/routing/profile",
	  "{\"skills\":[{\"skill\":{\"id\":\"sk-1122334455\"},\"level\":5}],"
	  "\"queues\":[{\"id\":\"q-9988776655\",\"order\":1}],"
	  "\"status\":\"Available\"}",
	  200, "/skills/0/skill/id", "sk-1122334455" },
	{ "GET", "/api/v2/users/u-1/routing/profile", "", 200, "/status",
	  "Available" },
	{ "POST", "/api/v2/wfm/schedules/s-1/freeze",
	  "{\"freezeReason\":\"ROLLBACK_CONTINGENCY\","
	  "\"effectiveDate\":\"2024-10-15T14:00:00Z\","
	  "\"freezeDuration\":\"PT4H\"}",
	  200, "/frozen", "true" },
	{ "GET", "/api/v2/wfm/schedules/s-1/freeze", "", 200, "/freezeDuration",
	  "PT4H" },
	{ "DELETE", "/api/v2/wfm/schedules/s-1/freeze", "", 200, "/frozen",
	  "false" },
	{ "GET", "/api/v2/wfm/schedules/s-1/freeze", "", 200, "/frozen",
	  "false" },
	{ "GET",
	  "/api/v2/telephony/providers/edges/trunks/trunk_secondary/metrics",
	  "", 200, "/calls/inboundCallCount", "0" },
	{ "POST", FLOW "/test-calls",
	  "{\"flowId\":\"f-8473625190\",\"flowVersionId\":\"v-1029384756\","
	  "\"testData\":{\"callerId\":\"+15550001234\","
	  "\"dnis\":\"+15550005678\",\"input\":\"Press 1 for support\"}}",
	  200, "/queue", "defaultQueue" },
	{ "GET", RECORD "?type=A&name=sip.domain.com", "", 200,
	  "/result/0/content", "192.0.2.10" },
	{ "GET", RECORD "?type=A&name=other.domain.com", "", 200,
	  "/result_info/count", "0" },
	{ "GET", "/crm/integration/health", "", 200, "/webhook_retries", "1" },
	{ "GET", "/crm/pipelines/p-1/source", "", 200, "/id", "p-1" },
	{ "GET", "/crm/pipelines/p-1/sink", "", 200, "/id", "p-1" },
	{ "GET", "/api/v2/users/agents/states", "", 200, "/agents/119/state",
	  "Available" },
	{ "GET", "/api/v2/routing/agents/states", "", 200, "/total", "120" },
};

static void
each_call_of_the_guides_answers_as_printed(void **state)
{
	struct served s;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	for (size_t i = 0; i < ARRAY_LEN(guide); i++) {
		int status = served_ask(&s, guide[i].method, guide[i].path,
					guide[i].body, "");

		CHECK_ROW(guide[i].path, status == guide[i].status);
		CHECK_ROW(guide[i].path,
			  served_says(&s, guide[i].pointer, guide[i].value));
	}
	served_end(&s);
}

static void
a_key_sent_twice_makes_one_record_and_is_acknowledged(void **state)
{
	static const char key[] = "cutover-validation-20241027-001";
	struct served s;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			served_ask(&s, "POST", EXECUTE, guide[0].body, key),
			200);
		assert_true(served_says(&s, "/idempotencyKey", key));
		assert_true(served_says(&s, "/recordId", "rec-000001"));
		assert_string_equal(s.answer.idempotency, key);
	}
	assert_int_equal(served_lines(&s, EXECUTE, key), 3);
	assert_int_equal(served_lines(&s, EXECUTE, "\"repeat\":true"), 2);
	assert_int_equal(served_lines(&s, EXECUTE, "record rec-000001"), 1);
	served_end(&s);
}

struct look {
	struct served *s;
	const char *path, *pointer, *value;
};

static bool
comes_true(void *arg)
{
	struct look *l = arg;

	return served_get(l->s, l->path) == 200 &&
	       served_says(l->s, l->pointer, l->value);
}

static void
what_is_accepted_converges_and_the_ledger_has_both(void **state)
{
	struct served s;
	struct look flow = { &s, FLOW, "/versionId", "v-2040506070" };

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	assert_int_equal(served_ask(&s, "PATCH", FLOW, PUBLISH, "k-7"), 202);
	assert_string_equal(s.answer.location, FLOW);
	assert_true(test_wait(comes_true, &flow, 5000));
	assert_true(served_says(&s, "/status", "deployed"));
	assert_int_equal(served_lines(&s, "\"surface\":\"http\"",
				      "flow f-8473625190 -> v-2040506070"),
			 1);
	assert_int_equal(served_lines(&s, "\"surface\":\"job\"",
				      "flow f-8473625190 at v-2040506070"),
			 1);
	assert_int_equal(served_lines(&s, "\"key\":\"k-7\"", ""), 2);
	served_end(&s);
}

static bool
ledger_has_arrival(void *arg)
{
	return served_lines(arg, "\"surface\":\"job\"", "flow") == 1;
}

static void
the_ledger_tells_of_an_arrival_that_nobody_asks_about(void **state)
{
	struct served s;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	assert_int_equal(served_ask(&s, "PATCH", FLOW, PUBLISH, ""), 202);
	assert_true(test_wait(ledger_has_arrival, &s, 5000));
	served_end(&s);
}

static void
a_lost_reply_leaves_its_effect_behind(void **state)
{
	struct served s;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	assert_int_equal(served_ask(&s, "POST", "/twin/fault",
				    "{\"fault\":\"reply-lost-after-commit\","
				    "\"count\":1,\"match\":\"/flows/\"}",
				    ""),
			 200);
	assert_int_equal(served_ask(&s, "PATCH", FLOW, PUBLISH, "k"), 0);
	assert_int_equal(s.answer.code, ERR_LOST);
	assert_int_equal(served_ask(&s, "PATCH", FLOW, PUBLISH, "k"), 202);
	assert_int_equal(served_lines(&s, "-> v-2040506070", "PATCH"), 1);
	assert_int_equal(served_lines(&s, "reply-lost-after-commit", "PATCH"),
			 1);
	assert_int_equal(served_lines(&s, "\"repeat\":true", "PATCH"), 1);
	served_end(&s);
}

static void
a_slow_answer_holds_up_nobody_else_and_no_end(void **state)
{
	int64_t began_us = clock_real_us();
	struct http_answer a;
	struct served s;
	struct err e;
	char url[128];
	struct http_request r = { .method = "GET",
				  .url = url,
				  .bearer = s.token,
				  .timeout_ms = 200 };

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	assert_int_equal(served_ask(&s, "POST", "/twin/fault",
				    "{\"fault\":\"slow-answer\","
				    "\"ms\":100000,\"match\":\"/flows/\"}",
				    ""),
			 200);
	str_printf(url, sizeof(url), "%s%s", s.http, FLOW);
	CHECK_FAILS(http_do(&a, &open_fence, &r, -1, &e), ERR_TIMEOUT, &e, "");
	http_answer_clear(&a);
	assert_int_equal(served_get(&s, FLOW), 200);
	served_end(&s);
	assert_true(clock_real_us() - began_us < 30000000);
}

static void
the_name_server_follows_the_record(void **state)
{
	char server[FS_PATH];
	struct served s;
	struct dns_answer a;
	struct err e;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	served_service(&s, "/dns", server);
	CHECK_OK(dns_do(&a, &open_fence, server, "sip.domain.com", "A", 5000,
			-1, &e),
		 &e);
	assert_true(a.authoritative);
	assert_string_equal(a.values[0], "192.0.2.10");
	assert_int_equal(a.ttl_s, 300);
	assert_int_equal(
		served_ask(&s, "PATCH", ONE_RECORD,
			   "{\"content\":\"198.51.100.7\",\"ttl\":120}", ""),
		200);
	assert_true(served_says(&s, "/result/content", "198.51.100.7"));
	for (int i = 0; i < 5000; i++) {
		CHECK_OK(dns_do(&a, &open_fence, server, "sip.domain.com", "A",
				5000, -1, &e),
			 &e);
		if (str_same(a.values[0], "198.51.100.7"))
			break;
	}
	assert_string_equal(a.values[0], "198.51.100.7");
	assert_int_equal(a.ttl_s, 120);
	CHECK_OK(dns_do(&a, &open_fence, server, "nope.domain.com", "A", 5000,
			-1, &e),
		 &e);
	assert_int_equal(a.rcode, 3);
	assert_int_equal(served_lines(&s, "record sip.domain.com -> ", "http"),
			 1);
	served_end(&s);
}

struct ping {
	bool is_done;
	struct sip_result result;
};

static void
take_ping(void *ctx, const struct sip_result *result)
{
	struct ping *p = ctx;

	p->result = *result;
	p->is_done = true;
}

static int
ping(const char *where)
{
	struct ping p = { .is_done = false };
	struct sip_call *call;
	struct loop *l;
	struct err e;

	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	CHECK_OK(sip_options_start(&call, l,
				   &(struct sip_target){ .where = where,
							 .timeout_ms = 5000 },
				   take_ping, &p, &e),
		 &e);
	CHECK_OK(loop_run_until(l, &p.is_done, -1, clock_real_us() + 9000000,
				&e),
		 &e);
	loop_free(l);
	return p.result.status;
}

static void
the_primary_trunk_fails_after_the_switch_and_only_then(void **state)
{
	static const char *const others[] = { "/sip/trunk_secondary",
					      "/sip/trunk_tertiary",
					      "/sip/legacy_trunk" };
	char primary[FS_PATH], other[FS_PATH];
	struct served s;

	TEST_UNUSED(state);
	served_begin(&s, "trunk-storm", FAST);
	served_service(&s, "/sip/validation_trunk_primary", primary);
	for (int i = 0; i < 4; i++)
		assert_int_equal(ping(primary), 200);
	assert_int_equal(served_ask(&s, "PATCH", ONE_RECORD,
				    "{\"content\":\"198.51.100.7\"}", ""),
			 200);
	assert_int_equal(ping(primary), 200);
	assert_int_equal(ping(primary), 200);
	served_get(&s, "/twin/state");
	assert_true(served_says(&s, "/fault_at", "-"));
	assert_int_equal(ping(primary), 503);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		served_service(&s, others[i], other);
		assert_int_equal(ping(other), 200);
	}
	served_get(&s, "/twin/state");
	assert_true(served_says(&s, "/phase", "moved"));
	assert_true(served_says(&s, "/weather/refused", "1"));
	assert_false(served_says(&s, "/fault_at", "-"));
	assert_true(served_says(&s, "/requests/sip", "10"));
	served_end(&s);
}

static void
a_body_over_the_cap_is_refused_and_changes_nothing(void **state)
{
	size_t size = 257 * 1024;
	char *body = mem_new(size + 1, 1);
	struct served s;

	TEST_UNUSED(state);
	memset(body, ' ', size);
	memcpy(body, PUBLISH, strlen(PUBLISH));
	served_begin(&s, "calm", FAST);
	assert_int_equal(served_ask(&s, "PATCH", FLOW, body, ""), 413);
	served_get(&s, FLOW);
	assert_true(served_says(&s, "/status", "deployed"));
	served_end(&s);
	mem_free(body);
}

/* Sends bytes as they are and reads until the peer closes; the start of what
 * came. */
static void
send_raw(struct served *s, const char *bytes, char *to, size_t size)
{
	struct address a;
	struct err e;
	int64_t port = 0;
	size_t have = 0;
	ssize_t n;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_true(str_to_int(strrchr(s->http, ':') + 1, &port));
	CHECK_OK(address_parse(&a, "127.0.0.1", (int)port, &e), &e);
	assert_int_equal(connect(fd, (struct sockaddr *)&a.sa, a.len), 0);
	assert_true(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL) > 0);
	(void)shutdown(fd, SHUT_WR);
	while (poll(&p, 1, 10000) == 1 &&
	       (n = recv(fd, to + have, size - 1 - have, 0)) > 0)
		have += (size_t)n;
	to[have] = '\0';
	close(fd);
}

static void
strange_bytes_are_answered_or_dropped_and_it_serves_on(void **state)
{
	static const struct {
		const char *bytes;
	} rows[] = {
		{ "\x16\x03\x01\x02" },
		{ "GET\r\n\r\n" },
		{ "GET /%00%ff%fe../../x HTTP/1.1\r\nHost: a\r\n\r\n" },
		{ "PATCH " FLOW " HTTP/1.1\r\nHost: a\r\n"
		  "Content-Length: -5\r\n\r\n" },
		{ "PATCH " FLOW " HTTP/1.1\r\nHost: a\r\n"
		  "Content-Length: 99\r\n\r\n"
		  "{\"versionId\":\"v-2040506070\"}" },
		{ "POST /api/v2/flow-versions HTTP/1.1\r\nHost: a\r\n"
		  "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" },
		{ "BREW /api/v2/flow-versions HTTP/1.1\r\nHost: a\r\n\r\n" },
	};
	char got[4096];
	struct served s;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		send_raw(&s, rows[i].bytes, got, sizeof(got));
		CHECK_ROW(rows[i].bytes, strstr(got, " 200 ") == NULL);
		assert_int_equal(served_get(&s, FLOW), 200);
		assert_true(served_says(&s, "/status", "deployed"));
	}
	served_end(&s);
}

#define ASKERS 4
#define ROUNDS 25

struct asker {
	struct served s; /* a session of its own with the same twin */
	struct thread thread;
	int number;
	int refused;
};

static void
ask_on(void *arg)
{
	struct asker *a = arg;

	for (int i = 0; i < ROUNDS; i++) {
		char path[64], body[64];

		str_printf(path, sizeof(path),
			   "/api/v2/users/u-%d/routing/profile", a->number);
		str_printf(body, sizeof(body), "{\"status\":\"S-%d\"}", i);
		a->refused += served_ask(&a->s, "PATCH", path, body, "") != 200;
		a->refused += served_get(&a->s, FLOW) != 200;
		a->refused += served_get(&a->s, "/twin/state") != 200;
	}
	served_forget(&a->s);
}

static void
many_at_once_are_each_counted_once(void **state)
{
	struct asker askers[ASKERS];
	struct served s;
	struct err e;

	TEST_UNUSED(state);
	served_begin(&s, "calm", FAST);
	for (int i = 0; i < ASKERS; i++) {
		askers[i] = (struct asker){ .s = s, .number = i };
		askers[i].s.json = NULL;
		buf_init(&askers[i].s.answer.body, HTTP_BODY_CAP);
		CHECK_OK(thread_start(&askers[i].thread, "asker", ask_on,
				      &askers[i], &e),
			 &e);
	}
	for (int i = 0; i < ASKERS; i++) {
		thread_join(&askers[i].thread);
		assert_int_equal(askers[i].refused, 0);
	}
	assert_int_equal(served_lines(&s, "profile of user u-", "200"),
			 ASKERS * ROUNDS);
	served_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_of_the_guides_answers_as_printed),
		cmocka_unit_test(
			a_key_sent_twice_makes_one_record_and_is_acknowledged),
		cmocka_unit_test(
			what_is_accepted_converges_and_the_ledger_has_both),
		cmocka_unit_test(
			the_ledger_tells_of_an_arrival_that_nobody_asks_about),
		cmocka_unit_test(a_lost_reply_leaves_its_effect_behind),
		cmocka_unit_test(a_slow_answer_holds_up_nobody_else_and_no_end),
		cmocka_unit_test(the_name_server_follows_the_record),
		cmocka_unit_test(
			the_primary_trunk_fails_after_the_switch_and_only_then),
		cmocka_unit_test(
			a_body_over_the_cap_is_refused_and_changes_nothing),
		cmocka_unit_test(
			strange_bytes_are_answered_or_dropped_and_it_serves_on),
		cmocka_unit_test(many_at_once_are_each_counted_once),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
