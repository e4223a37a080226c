/*
 * engine: a DNS record is where its name server shows it, not where its
 * provider has it.
 *
 * The provider takes each change at once; the name server follows when the test
 * says so.  Room time runs a hundred times faster.
 */
#include "tests/lib/desk.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/lint.h"
#include "tests/lib/peer.h"

#define SPEED 100
#define OLD "192.0.2.10"
#define NEW "198.51.100.7"
#define PATCH "PATCH /zones/z1/dns_records/r1 "

/* clang-format off */
static const char runbook[] =
	"runbook: desk\n"
	"environment: PROD\n"
	"region: us-east-1\n"
	"rto: 30m\n"
	"thresholds:\n"
	"  telephony:\n"
	"    max_loss_percent: {limit: 2.5, max_age: 20h}\n"
	"endpoints:\n"
	"  provider: {adapter: cloudflare, url: \"{url}\"}\n"
	"  ns: {adapter: dns, address: \"{ns}\"}\n"
	"probes:\n"
	"  loss:\n"
	"    http: {endpoint: provider, path: /loss}\n"
	"    signals: {telephony.loss_percent: /lost}\n"
	"steps:\n"
	"  - id: switch\n"
	"    takes: 1s\n"
	"    timeout: 2h\n"
	"    object: dns:sip.domain.com\n"
	"    do:\n"
	"      dns: {endpoint: provider, server: ns, zone: z1,\n"
	"            name: sip.domain.com, value: " NEW "}\n"
	"    undo:\n"
	"      dns: {endpoint: provider, server: ns, zone: z1,\n"
	"            name: sip.domain.com, value: " OLD "}\n"
	"rollback: {policy: propose, stagger: 1s}\n";
/* clang-format on */

struct zone {
	struct desk desk;
	struct peer *provider, *ns;
	struct peer_row row;
	bool is_new; /* the provider's record; its thread */
	char body[240];
};

/* The one record, as it was last set. */
static void
answer(void *ctx, const char *request, struct peer_row *row)
{
	struct zone *z = ctx;

	if (strncmp(request, PATCH, strlen(PATCH)) == 0)
		z->is_new = strstr(request, NEW) != NULL;
	str_printf(z->body, sizeof(z->body),
		   "{\"success\":true,\"errors\":[],\"result\":[{\"id\":\"r1\","
		   "\"type\":\"A\",\"name\":\"sip.domain.com\","
		   "\"content\":\"%s\",\"ttl\":300,\"proxied\":false}]}",
		   z->is_new ? NEW : OLD);
	row->body = z->body;
}

static void
zone_open(struct zone *z)
{
	char *with_url, *whole;

	memset(z, 0, sizeof(*z));
	clock_set_speed(SPEED);
	z->row = (struct peer_row){
		.expect = "", .always = true, .decide = answer, .ctx = z
	};
	z->provider = peer_start(&z->row, 1);
	z->ns = peer_dns_start(OLD, 300);
	with_url = lint_replace(runbook, "{url}", peer_url(z->provider));
	whole = lint_replace(with_url, "{ns}", peer_at(z->ns));
	desk_begin(&z->desk, desk_load(whole));
	mem_free(with_url);
	mem_free(whole);
	desk_open(&z->desk);
}

static void
zone_close(struct zone *z)
{
	desk_end(&z->desk);
	peer_stop(z->provider);
	peer_stop(z->ns);
	clock_set_speed(1);
}

/* From its `after`-th further question on. */
static void
ns_shows(struct zone *z, const char *ip, int after)
{
	peer_dns_say(z->ns, ip, 300, after);
}

static int
sent(struct zone *z)
{
	return peer_count(z->provider, PATCH);
}

static void
send_switch(struct zone *z)
{
	desk_say(&z->desk, COMMAND_ARM, "switch", "");
	desk_until_step(&z->desk, "switch", STEP_ARMED);
	desk_rest(&z->desk);
	desk_confirm(&z->desk, "yes");
}

static void
check_in_doubt(struct zone *z)
{
	desk_rest(&z->desk);
	assert_int_equal(desk_step(&z->desk, "switch"), STEP_UNKNOWN);
	CHECK_HOLDS(z->desk.director.notice, peer_at(z->ns));
	CHECK_HOLDS(z->desk.director.notice, "says " OLD);
	assert_int_equal(sent(z), 1);
}

static void
a_record_that_is_not_seen_is_unknown_until_a_recheck_sees_it(void **state)
{
	struct zone z;

	TEST_UNUSED(state);
	zone_open(&z);
	send_switch(&z);
	desk_until_step(&z.desk, "switch", STEP_VERIFYING);
	desk_say(&z.desk, COMMAND_ABORT, "switch", "");
	desk_until_step(&z.desk, "switch", STEP_UNKNOWN);
	check_in_doubt(&z);
	desk_say(&z.desk, COMMAND_RECHECK, "switch", "");
	check_in_doubt(&z);
	ns_shows(&z, NEW, 0);
	desk_say(&z.desk, COMMAND_RECHECK, "switch", "");
	desk_until_step(&z.desk, "switch", STEP_VERIFIED);
	assert_int_equal(sent(&z), 1);
	zone_close(&z);
}

static void
a_console_that_comes_back_asks_the_name_server_too(void **state)
{
	struct zone z;

	TEST_UNUSED(state);
	zone_open(&z);
	send_switch(&z);
	desk_until_step(&z.desk, "switch", STEP_VERIFYING);
	desk_leave(&z.desk);
	desk_open(&z.desk);
	check_in_doubt(&z);
	desk_leave(&z.desk);
	ns_shows(&z, NEW, 0);
	desk_open(&z.desk);
	desk_until_step(&z.desk, "switch", STEP_VERIFIED);
	assert_int_equal(sent(&z), 1);
	zone_close(&z);
}

static void
arm_rollback(struct zone *z)
{
	ns_shows(z, NEW, 0);
	send_switch(z);
	desk_until_step(&z->desk, "switch", STEP_VERIFIED);
	desk_say(&z->desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&z->desk, ROLLBACK_ARMED);
	desk_rest(&z->desk);
}

static void
confirm_rollback(struct zone *z)
{
	char phrase[120];

	str_copy(phrase, sizeof(phrase), z->desk.director.room->prompt.phrase);
	desk_confirm(&z->desk, phrase);
}

static bool
undo_verifies(const struct desk *k)
{
	const struct room *r = k->director.room;

	return r->undo_count == 1 && r->undos[0].act.state == STEP_VERIFYING;
}

static void
check_halted(struct zone *z, const char *why)
{
	desk_until_rollback(&z->desk, ROLLBACK_HALTED);
	CHECK_HOLDS(z->desk.director.room->rollback_detail, why);
	assert_int_equal(sent(z), 2);
}

/* Goes on, once the name server shows what was there before. */
static void
check_goes_on(struct zone *z)
{
	ns_shows(z, OLD, 0);
	desk_say(&z->desk, COMMAND_RETRY, "", "");
	desk_until_rollback(&z->desk, ROLLBACK_VALIDATED);
	assert_int_equal(desk_step(&z->desk, "switch"), STEP_UNDONE);
	assert_int_equal(sent(z), 2);
}

static void
a_rollback_halts_as_long_as_callers_reach_the_new_record(void **state)
{
	struct zone z;

	TEST_UNUSED(state);
	zone_open(&z);
	arm_rollback(&z);
	confirm_rollback(&z);
	assert_true(desk_until(&z.desk, undo_verifies));
	desk_leave(&z.desk);
	desk_open(&z.desk);
	check_halted(&z, "unknown outcome");
	check_goes_on(&z);
	zone_close(&z);
}

static void
a_record_that_goes_back_to_the_new_value_validates_nothing(void **state)
{
	struct zone z;

	TEST_UNUSED(state);
	zone_open(&z);
	arm_rollback(&z);
	ns_shows(&z, OLD, 0);
	ns_shows(&z, NEW, 1); /* once the old one, then the new one again */
	confirm_rollback(&z);
	check_halted(&z, "not everything is as it was");
	assert_int_equal(desk_records(&z.desk, "leftover", peer_at(z.ns)), 1);
	check_goes_on(&z);
	zone_close(&z);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_that_is_not_seen_is_unknown_until_a_recheck_sees_it),
		cmocka_unit_test(a_console_that_comes_back_asks_the_name_server_too),
		cmocka_unit_test(a_rollback_halts_as_long_as_callers_reach_the_new_record),
		cmocka_unit_test(a_record_that_goes_back_to_the_new_value_validates_nothing),
	};
	/* clang-format on */

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
