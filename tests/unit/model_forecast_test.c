/* forecast: how long back, and until when that may begin. */
#include "tests/unit/model_night.h"

#include "base/mem.h"
#include "base/str.h"

#include "model/drain.h"
#include "model/forecast.h"
#include "model/validation.h"

#define MINUTE 60000

static struct forecast
forecast(int64_t now_ms)
{
	struct forecast f;

	forecast_make(&f, night.room, now_ms);
	return f;
}

static void
p50_is_the_sum_of_the_plan_and_its_waits(void **state)
{
	struct forecast f;

	TEST_UNUSED(state);
	/* dns row 30 s, a wait, tickets 15 s */
	f = forecast(1000);
	assert_int_equal(f.p50_ms, 30000 + 5000 + 15000);
	assert_int_equal(f.p90_ms, f.p50_ms * 8 / 5);
	/* and a trunk: another kind of transport, so another wait */
	night_step(&night, BOOKS_TRUNK, STEP_VERIFIED);
	assert_int_equal(forecast(1000).p50_ms, 50000 + 10000 + 5000);
}

/* The night's own book gets a row; its room was made without. */
static void
drain_before(const char *before)
{
	books_drain(night.book, "", before);
	mem_free(night.room->drains);
	night.room->drains = mem_new(1, sizeof(*night.room->drains));
}

static void
calls_that_must_end_are_reckoned_with_once(void **state)
{
	struct forecast f;

	TEST_UNUSED(state);
	drain_before(""); /* each item of transport: two of them */
	night_step(&night, BOOKS_TRUNK, STEP_VERIFIED);
	f = forecast(1000);
	assert_int_equal(f.p50_ms, 50000 + 10000 + 5000 + 10 * MINUTE);
	assert_int_equal(f.p90_ms, 65000 * 8 / 5 + 10 * MINUTE);
}

static void
calls_that_wait_for_no_item_cost_nothing(void **state)
{
	TEST_UNUSED(state);
	drain_before("nothing-of-it");
	assert_int_equal(forecast(1000).p50_ms, 50000);
}

/* The DNS row against one that differs by layer, or by kind. */
static void
the_anti_flap_time_is_between_kinds_of_work(void **state)
{
	struct plan_item dns = { .row = 0, .step = -1 };
	struct plan_item next = dns;
	struct act *act = &night.book->rollback.undos[0].act;

	TEST_UNUSED(state);
	dns.layer = next.layer = LAYER_TRANSPORT;
	assert_string_equal(act->kind, "dns");
	assert_false(plan_staggers(night.book, &dns, &next));
	str_copy(act->kind, sizeof(act->kind), "http");
	assert_true(plan_staggers(night.book, &dns, &next));
	str_copy(act->kind, sizeof(act->kind), "dns");
	next.layer = LAYER_ROUTING;
	assert_true(plan_staggers(night.book, &dns, &next));
	dns.layer = LAYER_ROUTING;
	assert_false(plan_staggers(night.book, &dns, &next));
	next.layer = LAYER_FLOW;
	assert_true(plan_staggers(night.book, &dns, &next));
	dns.layer = LAYER_FLOW;
	next.layer = LAYER_USER_STATE;
	assert_false(plan_staggers(night.book, &dns, &next));
}

/* The night's own book gets two; its room was made without. */
static void
what_must_hold_is_reckoned_with_at_its_longest(void **state)
{
	struct book_rollback *b = &night.book->rollback;

	TEST_UNUSED(state);
	b->validations = mem_new(2, sizeof(*b->validations));
	b->validation_count = 2;
	mem_free(night.room->watches);
	night.room->watches = mem_new(2, sizeof(*night.room->watches));
	b->validations[0].for_ms = 2 * MINUTE;
	b->validations[1].for_ms = MINUTE;
	assert_int_equal(forecast(1000).p50_ms, 50000 + 2 * MINUTE);
	assert_int_equal(forecast(1000).p90_ms, 80000 + 192000);
	NIGHT(&night, RECORD_ROLLBACK, "state=armed",
	      "items=[{\"row\":0},{\"row\":1}]");
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
	NIGHT(&night, RECORD_UNDO, "item=0", "state=intent");
	NIGHT(&night, RECORD_UNDO, "item=0", "state=verified");
	assert_int_equal(forecast(1000).p50_ms, 20000 + 2 * MINUTE);
}

/* A targeted one is told by its own items. */
static void
a_plan_takes_what_its_own_items_take(void **state)
{
	struct plan_item one = { .row = 1,
				 .step = -1,
				 .layer = LAYER_USER_STATE };
	struct forecast f = { .last_safe_ms = 7 };

	TEST_UNUSED(state);
	forecast_plan(&f, night.room, &one, 1, 1000);
	assert_int_equal(f.p50_ms, 15000);
	assert_int_equal(f.p90_ms, 24000);
	assert_int_equal(f.last_safe_ms, 7);
	forecast_plan(&f, night.room, &one, 0, 1000);
	assert_int_equal(f.p50_ms, 0);
}

static void
a_dns_step_leaves_its_answer_in_caches(void **state)
{
	struct forecast f;

	TEST_UNUSED(state);
	night_step(&night, BOOKS_DNS, STEP_VERIFIED);
	f = forecast(1000);
	assert_int_equal(f.p50_ms, 50000);
	assert_int_equal(f.p90_ms, 80000 + 300000);
	NIGHT(&night, RECORD_SAMPLES,
	      "s=[[\"rollback.dns_ttl_seconds\",60,1,1000]]");
	assert_int_equal(forecast(1000).p90_ms, 80000 + 60000);
}

/* Rows: whoever moves the record, its answer stays in caches. */
static void
a_record_moved_in_another_way_is_in_caches_too(void **state)
{
	static const struct {
		const char *kind, *spread, *object;
		int64_t cached_ms;
	} rows[] = {
		{ "manual", NULL, "dns:sip.domain.com", 300000 },
		{ "http", NULL, "dns:sip.domain.com", 300000 },
		{ "parallel", "dns", "", 300000 },
		{ "parallel", "http", "", 0 },
		{ "http", NULL, "trunk:dns:1", 0 },
	};
	struct book_step *s = &night.book->steps[BOOKS_DNS];
	struct forecast f;

	TEST_UNUSED(state);
	night_step(&night, BOOKS_DNS, STEP_VERIFIED);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		str_copy(s->act.kind, sizeof(s->act.kind), rows[i].kind);
		str_copy(s->object, sizeof(s->object), rows[i].object);
		settings_clear(&s->act.with);
		if (rows[i].spread != NULL)
			settings_add(&s->act.with, "kind", rows[i].spread);
		f = forecast(1000);
		CHECK_ROW(rows[i].kind,
			  f.p90_ms == f.p50_ms * 8 / 5 + rows[i].cached_ms);
	}
}

static void
a_failed_dns_step_whose_plan_is_open_again_is_in_caches_still(void **state)
{
	TEST_UNUSED(state);
	night_step(&night, BOOKS_DNS, STEP_FAILED);
	assert_int_equal(forecast(1000).p90_ms, 80000 + 300000);
	NIGHT(&night, RECORD_STEP, "step=switch-dns", "state=armed");
	assert_int_equal(forecast(1000).p90_ms, 80000 + 300000);
}

static void
an_absurd_ttl_is_bounded(void **state)
{
	TEST_UNUSED(state);
	night_step(&night, BOOKS_DNS, STEP_VERIFIED);
	NIGHT(&night, RECORD_SAMPLES,
	      "s=[[\"rollback.dns_ttl_seconds\",1e300,1,1000]]");
	assert_int_equal(forecast(1000).p90_ms, 80000 + 86400000);
	assert_int_equal(forecast(1000).verdict, VERDICT_NO_GO);
}

static void
the_last_safe_start_is_the_end_of_the_window_less_p90(void **state)
{
	int64_t window_end = 1000 + 240 * MINUTE;
	struct forecast f;

	TEST_UNUSED(state);
	f = forecast(1000);
	assert_int_equal(f.last_safe_ms, window_end - 80000);
	assert_int_equal(f.left_ms, f.last_safe_ms - 1000);
	assert_int_equal(f.window_left_ms, 240 * MINUTE);
	assert_int_equal(f.verdict, VERDICT_GO);
}

static void
it_turns_amber_before_it_turns_red(void **state)
{
	int64_t last = 1000 + 240 * MINUTE - 80000;

	TEST_UNUSED(state);
	assert_int_equal(forecast(last - 15 * MINUTE).verdict, VERDICT_GO);
	assert_int_equal(forecast(last - 15 * MINUTE + 1).verdict,
			 VERDICT_HOLD);
	assert_int_equal(forecast(last).verdict, VERDICT_HOLD);
	assert_int_equal(forecast(last + 1).verdict, VERDICT_NO_GO);
	assert_true(forecast(last + 1).left_ms < 0);
	assert_int_equal(forecast(last + 100000000).window_left_ms, 0);
}

static void
while_no_go_the_recovery_time_runs(void **state)
{
	TEST_UNUSED(state);
	night.at_ms = 10000;
	NIGHT(&night, RECORD_DECISION, "verdict=NO-GO", "sentence=breach");
	assert_int_equal(forecast(20000).last_safe_ms,
			 10000 + 30 * MINUTE - 80000);
	night.at_ms = 30000;
	NIGHT(&night, RECORD_DECISION, "verdict=GO", "sentence=well");
	assert_int_equal(forecast(30000).last_safe_ms,
			 1000 + 240 * MINUTE - 80000);
}

static void
a_plan_longer_than_the_rto_is_red_at_once(void **state)
{
	TEST_UNUSED(state);
	night.book->rto_ms = 60000;
	assert_int_equal(forecast(1000).verdict, VERDICT_NO_GO);
	night.book->rto_ms = 80000;
	assert_int_equal(forecast(1000).verdict, VERDICT_GO);
	night.book->rto_ms = 0;
	night.book->rollback.timeout_ms = 70000;
	assert_int_equal(forecast(1000).verdict, VERDICT_NO_GO);
}

static void
without_a_window_there_is_no_last_start(void **state)
{
	struct forecast f;

	TEST_UNUSED(state);
	night.book->window_ms = 0;
	f = forecast(1000);
	assert_int_equal(f.last_safe_ms, -1);
	assert_int_equal(f.window_left_ms, -1);
	assert_int_equal(f.verdict, VERDICT_GO);
}

/* The trunk was opened while the rollback stood still: it is to go, too. */
static void
what_ran_after_a_halt_is_reckoned_with(void **state)
{
	TEST_UNUSED(state);
	NIGHT(&night, RECORD_ROLLBACK, "state=armed",
	      "items=[{\"row\":0},{\"row\":1}]");
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
	NIGHT(&night, RECORD_ROLLBACK, "state=halted");
	assert_int_equal(forecast(1000).p50_ms, 30000 + 5000 + 15000);
	night_step(&night, BOOKS_TRUNK, STEP_VERIFIED);
	assert_int_equal(forecast(1000).p50_ms, 50000 + 10000 + 5000);
}

static void
under_way_only_the_rest_counts(void **state)
{
	TEST_UNUSED(state);
	NIGHT(&night, RECORD_ROLLBACK, "state=armed",
	      "items=[{\"row\":0},{\"row\":1}]");
	night.at_ms = 10000;
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
	NIGHT(&night, RECORD_UNDO, "item=0", "state=intent");
	assert_int_equal(forecast(10000).p50_ms, 50000);
	assert_int_equal(forecast(20000).p50_ms, 40000);
	assert_int_equal(forecast(90000).p50_ms, 20000);
	NIGHT(&night, RECORD_UNDO, "item=0", "state=verified");
	assert_int_equal(forecast(90000).p50_ms, 20000);
	NIGHT(&night, RECORD_UNDO, "item=1", "state=intent");
	NIGHT(&night, RECORD_UNDO, "item=1", "state=verified");
	assert_int_equal(forecast(90000).p50_ms, 0);
	NIGHT(&night, RECORD_ROLLBACK, "state=validated");
	assert_int_equal(forecast(90000).p90_ms, 0);
	assert_int_equal(forecast(90000).verdict, VERDICT_GO);
}

static void
a_room_that_is_not_open_has_no_deadline(void **state)
{
	struct night n;
	struct forecast f;

	TEST_UNUSED(state);
	night_prepare(&n);
	forecast_make(&f, n.room, 5000);
	assert_int_equal(f.last_safe_ms, -1);
	night_end(&n);
}

/* Measured in drills of this very runbook, the runbook's guess is out. */
static void
what_was_drilled_counts_instead_of_what_is_expected(void **state)
{
	struct book_timing *t;
	struct forecast guess, few, many;

	TEST_UNUSED(state);
	forecast_make(&guess, night.room, 1000);
	t = night.book->timings = mem_new(2, sizeof(*t));
	night.book->timing_count = 2;
	t[0] = (struct book_timing){ "dns_ttl_override", 2000, 2200, 2 };
	t[1] = (struct book_timing){ "crm_ticket_reassign", 1000, 9000, 2 };
	forecast_make(&few, night.room, 1000);
	assert_int_equal(few.p50_ms, 2000 + 1000 + 5000);
	assert_int_equal(few.p90_ms, 3200 + 9000 + 8000);
	assert_true(few.p50_ms < guess.p50_ms);
	t[0].runs = t[1].runs = 5;
	forecast_make(&many, night.room, 1000);
	assert_int_equal(many.p90_ms, 2200 + 9000 + 8000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT_TEST(p50_is_the_sum_of_the_plan_and_its_waits),
		NIGHT_TEST(calls_that_must_end_are_reckoned_with_once),
		NIGHT_TEST(calls_that_wait_for_no_item_cost_nothing),
		NIGHT_TEST(the_anti_flap_time_is_between_kinds_of_work),
		NIGHT_TEST(what_must_hold_is_reckoned_with_at_its_longest),
		NIGHT_TEST(a_plan_takes_what_its_own_items_take),
		NIGHT_TEST(a_dns_step_leaves_its_answer_in_caches),
		NIGHT_TEST(a_record_moved_in_another_way_is_in_caches_too),
		NIGHT_TEST(
			a_failed_dns_step_whose_plan_is_open_again_is_in_caches_still),
		NIGHT_TEST(an_absurd_ttl_is_bounded),
		NIGHT_TEST(
			the_last_safe_start_is_the_end_of_the_window_less_p90),
		NIGHT_TEST(it_turns_amber_before_it_turns_red),
		NIGHT_TEST(while_no_go_the_recovery_time_runs),
		NIGHT_TEST(a_plan_longer_than_the_rto_is_red_at_once),
		NIGHT_TEST(without_a_window_there_is_no_last_start),
		NIGHT_TEST(under_way_only_the_rest_counts),
		NIGHT_TEST(a_room_that_is_not_open_has_no_deadline),
		NIGHT_TEST(what_ran_after_a_halt_is_reckoned_with),
		NIGHT_TEST(what_was_drilled_counts_instead_of_what_is_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
