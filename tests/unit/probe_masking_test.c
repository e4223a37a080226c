/* probe_masking - what must be masked is sought in every writing. */
#include "probe/leak.h"
#include "probe/samples.h"
#include "tests/unit/probe_case.h"

#define ROWS 64
#define ACCOUNTS 3

static const char facts[] = "masked leaked samples leaked_kinds";
static const char *const settings[] = { "path", "/mask", "pointer", "/out",
					NULL };
#define HARMLESS "{\"out\":\"warroom harmless sample\"}"
#define MASKED "{\"out\":\"exp 09/30 ************1111 ***\",\"id\":737917846}"

static int
payloads(void)
{
	int n = 0;

	while (sample_payloads[n].json != NULL)
		n++;
	return n;
}

/* The harmless one comes out, then `bodies`, then masked ones. */
static void
run(struct probe_case *c, struct peer_row rows[ROWS], char *const *bodies,
    int count)
{
	rows[0] =
		(struct peer_row){ .expect = "POST /mask ", .body = HARMLESS };
	for (int i = 0; i < count; i++)
		rows[i + 1] = (struct peer_row){ .expect = "POST /mask ",
						 .body = bodies[i] };
	rows[count + 1] = (struct peer_row){ .expect = "POST /mask ",
					     .body = MASKED,
					     .always = true };
	case_open(c, "masking", facts, settings, rows, (size_t)count + 2);
	c->scene.book->probes[0].timeout_ms = 8000;
	case_measure(c);
}

static void
the_samples_are_many_and_their_cards_pass_luhn(void **state)
{
	int cards = 0, cvvs = 0, alike = 0;

	TEST_UNUSED(state);
	for (int i = 0; i < payloads(); i++) {
		const struct sample_payload *p = &sample_payloads[i];

		cards += p->kind == LEAK_CARD;
		cvvs += p->kind == LEAK_CVV;
		alike += p->kind == LEAK_NONE;
		CHECK_ROW(p->writing,
			  p->kind != LEAK_CARD || leak_luhn(p->secret));
		CHECK_ROW(p->writing,
			  p->kind != LEAK_NONE || !leak_luhn(p->secret));
	}
	assert_true(cards >= 24);
	assert_true(cvvs >= 3);
	assert_true(alike >= 2);
	assert_false(leak_luhn("411111111111"));
	assert_false(leak_luhn("41111111111111111111"));
	assert_false(leak_luhn("4111 1111 1111 1111"));
}

static void
what_is_masked_is_no_leak(void **state)
{
	struct peer_row rows[ROWS];
	struct probe_case c;
	char all[8];

	TEST_UNUSED(state);
	run(&c, rows, NULL, 0);
	case_check(&c, "masked", "masked", "yes");
	case_check(&c, "masked", "leaked", "0");
	case_check(&c, "masked", "leaked_kinds", "none");
	str_printf(all, sizeof(all), "%d", payloads() + ACCOUNTS);
	case_check(&c, "masked", "samples", all);
	case_close(&c);
}

static void
every_sample_that_comes_out_as_it_went_in_is_a_leak(void **state)
{
	struct peer_row rows[ROWS];
	char *bodies[ROWS], want[16];
	int leaks = 0, n = payloads();
	struct probe_case c;

	TEST_UNUSED(state);
	for (int i = 0; i < n; i++) {
		struct buf b;

		buf_init(&b, 8192);
		buf_printf(&b, "{\"out\":{\"echo\":%s}}",
			   sample_payloads[i].json);
		bodies[i] = buf_detach(&b);
		leaks += sample_payloads[i].kind != LEAK_NONE;
	}
	run(&c, rows, bodies, n);
	str_printf(want, sizeof(want), "%d", leaks);
	case_check(&c, "echo", "leaked", want);
	case_check(&c, "echo", "masked", "no");
	case_check(&c, "echo", "leaked_kinds", "card cvv");
	CHECK_HOLDS(scene_sample(c.report, "leaked")->why,
		    "Visa ending 1111 leaves: plain");
	assert_null(strstr(c.report->raw, "4111"));
	assert_null(strstr(c.report->detail, "4111"));
	case_close(&c);
	for (int i = 0; i < n; i++)
		mem_free(bodies[i]);
}

/* One by one, so that no sample hides behind another. */
static void
each_writing_is_seen_through(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < payloads(); i++) {
		const struct sample_payload *p = &sample_payloads[i];
		enum leak_seen seen;

		if (p->kind == LEAK_NONE)
			continue;
		seen = leak_find(p->json, strlen(p->json), p->kind, p->secret);
		CHECK_ROW(p->writing, seen == LEAK_FOUND);
	}
}

static void
what_only_looks_alike_is_none(void **state)
{
	static const struct {
		const char *what, *text;
		enum leak_kind kind;
		const char *secret;
		enum leak_seen want;
	} rows[] = {
		{ "the last four", "**** **** **** 1111", LEAK_CARD,
		  "4111111111111111", LEAK_ABSENT },
		{ "first six and last four", "411111******1111", LEAK_CARD,
		  "4111111111111111", LEAK_ABSENT },
		{ "another card", "5555555555554444", LEAK_CARD,
		  "4111111111111111", LEAK_ABSENT },
		{ "one digit is another", "4111111111111112", LEAK_CARD,
		  "4111111111111111", LEAK_ABSENT },
		{ "twice encoded", "JTM0MTExMTExMTExMTExMTEx", LEAK_CARD,
		  "4111111111111111", LEAK_FOUND },
		{ "a CVV in a longer number", "order 17371", LEAK_CVV, "737",
		  LEAK_ABSENT },
		{ "a CVV in a word", "a737b", LEAK_CVV, "737", LEAK_ABSENT },
		{ "a CVV of its own", "(737)", LEAK_CVV, "737", LEAK_FOUND },
		{ "an account in another case and with blanks",
		  "acct 9083 7152", LEAK_ACCOUNT, "ACCT-90837152", LEAK_FOUND },
		{ "an account without its last", "ACCT-9083715*", LEAK_ACCOUNT,
		  "ACCT-90837152", LEAK_ABSENT },
		{ "an escape that ends early", "\\u00", LEAK_CARD,
		  "4111111111111111", LEAK_ABSENT },
		{ "an entity that ends early", "&#", LEAK_CARD,
		  "4111111111111111", LEAK_ABSENT },
		{ "nothing", "", LEAK_CARD, "4111111111111111", LEAK_ABSENT },
	};
	char *large = mem_new(LEAK_MOST + 1, 1);

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_ROW(rows[i].what,
			  leak_find(rows[i].text, strlen(rows[i].text),
				    rows[i].kind,
				    rows[i].secret) == rows[i].want);
	memset(large, 'x', LEAK_MOST);
	assert_int_equal(
		leak_find(large, LEAK_MOST, LEAK_CARD, "4111111111111111"),
		LEAK_UNSEEN);
	mem_free(large);
}

static void
an_account_is_made_by_its_pattern_and_sought(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "POST /mask ",
		  .body = "warroom harmless sample ZQ-90837152 K",
		  .always = true },
	};
	static const char *const with[] = { "path",    "/mask",
					    "account", "ZQ-########",
					    "body",    "{\"a\":[\"{sample}\"]}",
					    NULL };
	static const char *const weak[] = { "path", "/m", "account", "A-##",
					    NULL };
	static const char *const nowhere[] = { "path", "/m", "body", "{}",
					       NULL };
	struct probe_case c;
	char *sent;

	TEST_UNUSED(state);
	case_open(&c, "masking", facts, with, rows, 1);
	c.scene.book->probes[0].timeout_ms = 8000;
	case_measure(&c);
	case_check(&c, "text, not JSON", "leaked", "3");
	case_check(&c, "text, not JSON", "leaked_kinds", "account");
	CHECK_HOLDS(scene_sample(c.report, "leaked")->why,
		    "account leaves: plain");
	sent = peer_request(c.peer, "POST", payloads() + 1);
	CHECK_HOLDS(sent, "{\"a\":[\"ZQ-90837152\"]}");
	mem_free(sent);
	case_close(&c);
	case_refused("masking", weak, ERR_ARG, "needs 6 places");
	case_refused("masking", nowhere, ERR_ARG, "\"{sample}\" must stand");
}

static void
an_endpoint_that_lets_nothing_out_proves_nothing(void **state)
{
	static const struct {
		const char *what, *first, *second, *why;
	} rows[] = {
		{ "an empty text", "{\"out\":\"\"}", "{}",
		  "? a harmless sample does not come out" },
		{ "no such place", "{}", "{}", "? nothing leaves at \"/out\"" },
		{ "null", "{\"out\":null}", "{}", "? nothing leaves" },
		{ "no JSON", "ok", "{}", "? nothing leaves" },
		{ "later nothing", HARMLESS, "{}",
		  "? Visa, plain: nothing leaves" },
	};
	static const char *const with[] = { "path", "/mask", NULL };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct peer_row peer[] = {
			{ .expect = "POST /mask ", .body = rows[i].first },
			{ .expect = "POST /mask ",
			  .body = rows[i].second,
			  .always = true },
		};
		struct probe_case c;

		case_open(&c, "masking", facts, settings, peer, 2);
		case_measure(&c);
		case_check(&c, rows[i].what, "masked", rows[i].why);
		case_check(&c, rows[i].what, "leaked", "? ");
		case_close(&c);
	}
	case_broken("masking", "masked", with);
}

/* Each request is one of the endpoint's budget: a measurement of many waits for
 * its turn, or says that it never came. */
static void
each_sample_waits_for_the_budget(void **state)
{
	struct peer_row rows[ROWS];
	struct budget_use use;
	struct probe_case c;

	TEST_UNUSED(state);
	rows[0] =
		(struct peer_row){ .expect = "POST /mask ", .body = HARMLESS };
	rows[1] = (struct peer_row){ .expect = "POST /mask ",
				     .body = MASKED,
				     .always = true };
	case_open(&c, "masking", facts, settings, rows, 2);
	c.scene.book->probes[0].timeout_ms = 60000;
	c.scene.book->endpoints[0].rate_per_minute = 480;
	c.scene.env.budget = budget_new(c.scene.book);
	case_measure(&c);
	case_check(&c, "masked", "masked", "yes");
	budget_use(c.scene.env.budget, &c.scene.book->endpoints[0], &use);
	assert_int_equal(use.probes, payloads() + ACCOUNTS + 1);
	assert_int_equal(peer_count(c.peer, "POST"), use.probes);
	scene_stop(&c.scene);
	budget_free(c.scene.env.budget);
	case_close(&c);
}

static void
a_budget_too_small_for_all_samples_is_named(void **state)
{
	struct peer_row rows[ROWS];
	struct probe_case c;

	TEST_UNUSED(state);
	rows[0] =
		(struct peer_row){ .expect = "POST /mask ", .body = HARMLESS };
	rows[1] = (struct peer_row){ .expect = "POST /mask ",
				     .body = MASKED,
				     .always = true };
	case_open(&c, "masking", facts, settings, rows, 2);
	c.scene.book->endpoints[0].rate_per_minute = 12;
	case_measure(&c);
	case_check(&c, "budget", "masked",
		   "? after 1 requests the budget of far (12 a minute) is used "
		   "up");
	assert_int_equal(peer_count(c.peer, "POST"), 1);
	case_close(&c);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_samples_are_many_and_their_cards_pass_luhn),
		cmocka_unit_test(each_sample_waits_for_the_budget),
		cmocka_unit_test(a_budget_too_small_for_all_samples_is_named),
		cmocka_unit_test(what_is_masked_is_no_leak),
		cmocka_unit_test(every_sample_that_comes_out_as_it_went_in_is_a_leak),
		cmocka_unit_test(each_writing_is_seen_through),
		cmocka_unit_test(what_only_looks_alike_is_none),
		cmocka_unit_test(an_account_is_made_by_its_pattern_and_sought),
		cmocka_unit_test(an_endpoint_that_lets_nothing_out_proves_nothing),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
