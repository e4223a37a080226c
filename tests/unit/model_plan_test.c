/* plan: everything that may have run is undone, once, in order. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "tests/lib/books.h"
#include "tests/lib/nights.h"

static struct night night;
static struct plan plan;

static int
begin(void **state)
{
	TEST_UNUSED(state);
	night_begin(&night);
	return 0;
}

static int
end(void **state)
{
	TEST_UNUSED(state);
	plan_clear(&plan);
	night_end(&night);
	return 0;
}

/* The plan's items by name, and what is kept behind a bar. */
static const char *
planned(void)
{
	static char text[400];

	plan_clear(&plan);
	plan_rollback(&plan, night.book, night.room);
	text[0] = '\0';
	for (size_t i = 0; i < plan.count; i++) {
		strcat(text, i > 0 ? " " : "");
		strcat(text, plan_name(night.book, &plan.items[i]));
	}
	strcat(text, " |");
	for (size_t i = 0; i < plan.kept_count; i++) {
		strcat(text, " ");
		strcat(text, night.book->steps[plan.kept[i]].id);
	}
	return text;
}

static void
nothing_ran_so_only_the_manifest_stands(void **state)
{
	TEST_UNUSED(state);
	assert_string_equal(planned(),
			    "dns_ttl_override crm_ticket_reassign |");
	assert_int_equal(plan.items[0].row, 0);
	assert_int_equal(plan.items[0].step, -1);
}

static void
a_whole_night_is_undone_by_layer_and_against_dependency(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < BOOKS_STEPS; i++)
		night_step(&night, i, STEP_VERIFIED);
	/* switch-dns is covered by the row on the same object */
	assert_string_equal(planned(),
			    "dns_ttl_override open-trunk set-routing "
			    "publish-flow crm_ticket_reassign | lock-baseline "
			    "announce");
}

static void
what_may_have_run_is_undone_and_what_did_not_is_not(void **state)
{
	static const struct {
		enum step_state state;
		bool undone;
	} rows[] = {
		{ STEP_ARMED, false },	  { STEP_CONFIRMED, false },
		{ STEP_INTENT, true },	  { STEP_ACTING, true },
		{ STEP_ACCEPTED, true },  { STEP_CONVERGING, true },
		{ STEP_VERIFYING, true }, { STEP_BACKOFF, true },
		{ STEP_VERIFIED, true },  { STEP_FAILED, true },
		{ STEP_UNKNOWN, true },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		night_end(&night);
		night_begin(&night);
		night_step(&night, BOOKS_FLOW, rows[i].state);
		CHECK_ROW(step_word(rows[i].state),
			  (strstr(planned(), "publish-flow") != NULL) ==
				  rows[i].undone);
	}
	night_end(&night);
	night_begin(&night);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=skipped");
	assert_null(strstr(planned(), "publish-flow"));
}

static void
what_was_undone_is_not_undone_again(void **state)
{
	TEST_UNUSED(state);
	night_step(&night, BOOKS_FLOW, STEP_VERIFIED);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=undone");
	assert_null(strstr(planned(), "publish-flow"));
}

static void
proved_not_landed_is_not_undone(void **state)
{
	TEST_UNUSED(state);
	night_step(&night, BOOKS_FLOW, STEP_UNKNOWN);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=ready");
	assert_null(strstr(planned(), "publish-flow"));
}

static void
an_act_is_not_forgotten_by_arming_declining_or_skipping(void **state)
{
	static const char *const ends[] = { "state=failed", "state=skipped" };

	TEST_UNUSED(state);
	night_step(&night, BOOKS_FLOW, STEP_UNKNOWN);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=skipped");
	assert_non_null(strstr(planned(), "publish-flow"));
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		night_end(&night);
		night_begin(&night);
		night_step(&night, BOOKS_FLOW, STEP_FAILED);
		NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=armed");
		assert_non_null(strstr(planned(), "publish-flow"));
		NIGHT(&night, RECORD_STEP, "step=publish-flow", ends[i]);
		assert_non_null(strstr(planned(), "publish-flow"));
	}
}

/* Whoever looks at the plan of another try and leaves it has not made the
 * first try undone. */
static void
a_failed_step_whose_plan_is_left_is_failed_as_before(void **state)
{
	const struct room_act *a = &night.room->steps[BOOKS_FLOW];
	int64_t ended_ms;
	struct err e;

	TEST_UNUSED(state);
	night_step(&night, BOOKS_FLOW, STEP_ACTING);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=failed",
	      "detail=HTTP 400");
	ended_ms = a->ended_ms;
	for (int confirmed = 0; confirmed <= 1; confirmed++) {
		NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=armed");
		if (confirmed)
			NIGHT(&night, RECORD_STEP, "step=publish-flow",
			      "state=confirmed");
		CHECK_FAILS(night_add(&night, &e, RECORD_STEP,
				      "step=publish-flow", "state=ready", NULL),
			    ERR_DAMAGED, &e, "was failed before its plan");
		NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=failed",
		      "detail=declined");
		assert_string_equal(a->detail, "HTTP 400");
		assert_int_equal(a->ended_ms, ended_ms);
	}
}

static void
a_step_that_never_ran_is_not_failed_by_leaving_its_plan(void **state)
{
	struct err e;

	TEST_UNUSED(state);
	night_step(&night, BOOKS_FLOW, STEP_ARMED);
	CHECK_FAILS(night_add(&night, &e, RECORD_STEP, "step=publish-flow",
			      "state=failed", NULL),
		    ERR_DAMAGED, &e, "was ready before its plan");
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=ready");
	assert_null(strstr(planned(), "publish-flow"));
}

static void
a_covered_step_without_undo_is_not_kept(void **state)
{
	TEST_UNUSED(state);
	night.book->steps[BOOKS_DNS].undo.kind[0] = '\0';
	night_step(&night, BOOKS_DNS, STEP_VERIFIED);
	assert_string_equal(planned(),
			    "dns_ttl_override crm_ticket_reassign |");
}

static void
no_object_is_covered_by_no_row(void **state)
{
	TEST_UNUSED(state);
	night.book->rollback.undos[0].object[0] = '\0';
	night.book->steps[BOOKS_DNS].object[0] = '\0';
	night_step(&night, BOOKS_DNS, STEP_VERIFIED);
	assert_non_null(strstr(planned(), "switch-dns"));
}

static void
needs_count_more_than_the_order_of_the_file(void **state)
{
	struct book_step *steps = night.book->steps;

	TEST_UNUSED(state);
	/* All in one layer; the flow now needs the trunk. */
	for (int i = 0; i < BOOKS_STEPS; i++) {
		steps[i].layer = LAYER_FLOW;
		steps[i].need_count = 0;
	}
	steps[BOOKS_FLOW].needs[0] = BOOKS_TRUNK;
	steps[BOOKS_FLOW].need_count = 1;
	for (int i = 0; i < BOOKS_STEPS; i++)
		night_step(&night, i, STEP_VERIFIED);
	assert_string_equal(planned(),
			    "dns_ttl_override publish-flow open-trunk "
			    "set-routing crm_ticket_reassign | lock-baseline "
			    "announce");
}

static void
a_circle_of_needs_still_ends(void **state)
{
	struct book_step *steps = night.book->steps;

	TEST_UNUSED(state);
	steps[BOOKS_LOCK].needs[0] = BOOKS_TELL;
	steps[BOOKS_LOCK].need_count = 1;
	night_step(&night, BOOKS_FLOW, STEP_VERIFIED);
	assert_non_null(strstr(planned(), "publish-flow"));
}

static void
without_a_manifest_the_undos_are_the_plan(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < night.book->rollback.undo_count; i++)
		act_clear(&night.book->rollback.undos[i].act);
	night.book->rollback.undo_count = 0;
	night_step(&night, BOOKS_FLOW, STEP_VERIFIED);
	night_step(&night, BOOKS_DNS, STEP_UNKNOWN);
	assert_string_equal(planned(), "switch-dns publish-flow |");
}

static void
an_item_knows_its_act_object_and_time(void **state)
{
	TEST_UNUSED(state);
	night_step(&night, BOOKS_TRUNK, STEP_VERIFIED);
	assert_string_equal(planned(), "dns_ttl_override open-trunk "
				       "crm_ticket_reassign |");
	assert_string_equal(plan_act(night.book, &plan.items[0])->kind, "dns");
	assert_string_equal(plan_object(night.book, &plan.items[0]),
			    "dns:sip.domain.com");
	/* as long as the step on the same record takes */
	assert_int_equal(plan_takes_ms(night.book, &plan.items[0]), 30000);
	assert_string_equal(plan_act(night.book, &plan.items[1])->kind,
			    "trunk");
	assert_string_equal(plan_object(night.book, &plan.items[1]),
			    "trunk:primary");
	assert_int_equal(plan_takes_ms(night.book, &plan.items[1]), 10000);
	assert_true(plan_takes_ms(night.book, &plan.items[2]) > 0);
}

#define NIGHT_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT_TEST(nothing_ran_so_only_the_manifest_stands),
		NIGHT_TEST(
			a_whole_night_is_undone_by_layer_and_against_dependency),
		NIGHT_TEST(what_may_have_run_is_undone_and_what_did_not_is_not),
		NIGHT_TEST(what_was_undone_is_not_undone_again),
		NIGHT_TEST(proved_not_landed_is_not_undone),
		NIGHT_TEST(
			an_act_is_not_forgotten_by_arming_declining_or_skipping),
		NIGHT_TEST(
			a_failed_step_whose_plan_is_left_is_failed_as_before),
		NIGHT_TEST(
			a_step_that_never_ran_is_not_failed_by_leaving_its_plan),
		NIGHT_TEST(a_covered_step_without_undo_is_not_kept),
		NIGHT_TEST(no_object_is_covered_by_no_row),
		NIGHT_TEST(needs_count_more_than_the_order_of_the_file),
		NIGHT_TEST(a_circle_of_needs_still_ends),
		NIGHT_TEST(without_a_manifest_the_undos_are_the_plan),
		NIGHT_TEST(an_item_knows_its_act_object_and_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
