/* plan: what is picked goes with all that builds on it, and nothing else. */
#include "tests/unit/model_night.h"

#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"

#define STEPS 12
#define OBJECTS 6
#define ROUNDS 400

static void
all_ran(void)
{
	for (int i = 0; i < BOOKS_STEPS; i++)
		night_step(&night, i, STEP_VERIFIED);
}

/* The items in order, each with what it goes with; behind a bar what stays. */
static const char *
targeted(const char *names)
{
	static char text[600];
	struct plan plan;
	struct err e;

	if (plan_targeted(&plan, night.book, night.room, names, &e) !=
	    ERR_NONE) {
		str_copy(text, sizeof(text), e.text);
		return text;
	}
	text[0] = '\0';
	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_item *item = &plan.items[i];

		strcat(text, i > 0 ? " " : "");
		strcat(text, plan_name(night.book, item));
		if (item->because > 0) {
			strcat(text, item->shares ? "=" : "<");
			strcat(text, plan_name(night.book,
					       &plan.items[item->because - 1]));
		}
	}
	strcat(text, " |");
	for (size_t i = 0; i < plan.kept_count; i++) {
		strcat(text, " ");
		strcat(text, night.book->steps[plan.kept[i]].id);
	}
	plan_clear(&plan);
	return text;
}

static void
the_last_of_a_chain_goes_alone(void **state)
{
	TEST_UNUSED(state);
	all_ran();
	assert_string_equal(targeted("switch-dns"),
			    "dns_ttl_override | lock-baseline publish-flow "
			    "set-routing open-trunk announce");
}

static void
what_builds_on_it_goes_with_it(void **state)
{
	TEST_UNUSED(state);
	all_ran();
	assert_string_equal(targeted("set-routing"),
			    "dns_ttl_override<open-trunk "
			    "open-trunk<set-routing set-routing | "
			    "lock-baseline publish-flow announce");
	assert_string_equal(targeted("publish-flow open-trunk"),
			    "dns_ttl_override<open-trunk open-trunk "
			    "set-routing<publish-flow publish-flow | "
			    "lock-baseline announce");
}

static void
it_is_named_by_step_by_action_or_by_object(void **state)
{
	char by_step[600];

	TEST_UNUSED(state);
	all_ran();
	str_copy(by_step, sizeof(by_step), targeted("switch-dns"));
	assert_string_equal(targeted("dns_ttl_override"), by_step);
	assert_string_equal(targeted("dns:sip.domain.com"), by_step);
	assert_string_equal(targeted("  switch-dns\tdns_ttl_override "),
			    by_step);
}

static void
a_row_that_no_step_touches_goes_alone(void **state)
{
	TEST_UNUSED(state);
	all_ran();
	assert_true(str_starts(targeted("crm_ticket_reassign"),
			       "crm_ticket_reassign | lock-baseline"));
}

static void
what_cannot_be_taken_back_is_refused_by_name(void **state)
{
	static const struct {
		const char *names, *part;
	} rows[] = {
		{ "", "nothing is named" },
		{ " \t", "nothing is named" },
		{ "set-routing nonsense", "\"nonsense\" is nothing" },
		{ "lock-baseline", "\"lock-baseline\" is nothing" },
		{ "announce", "\"announce\" is nothing" },
	};

	TEST_UNUSED(state);
	all_ran();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_HOLDS(targeted(rows[i].names), rows[i].part);
}

static void
what_did_not_run_is_not_taken_back(void **state)
{
	TEST_UNUSED(state);
	night_step(&night, BOOKS_LOCK, STEP_VERIFIED);
	night_step(&night, BOOKS_FLOW, STEP_VERIFIED);
	night_step(&night, BOOKS_ROUTING, STEP_UNKNOWN);
	CHECK_HOLDS(targeted("open-trunk"), "is nothing");
	assert_string_equal(targeted("publish-flow"),
			    "set-routing<publish-flow publish-flow | "
			    "lock-baseline");
}

static void
what_was_taken_back_may_be_picked_but_is_not_pulled_in(void **state)
{
	TEST_UNUSED(state);
	all_ran();
	NIGHT(&night, RECORD_STEP, "step=open-trunk", "state=undone");
	assert_string_equal(targeted("set-routing"),
			    "dns_ttl_override<set-routing set-routing | "
			    "lock-baseline publish-flow announce");
	assert_string_equal(targeted("open-trunk"),
			    "dns_ttl_override<open-trunk open-trunk | "
			    "lock-baseline publish-flow set-routing announce");
}

/* A runbook of chance: needs point to earlier steps, objects are shared. */
static struct book *
random_book(struct rng *rng)
{
	struct book *b = book_new();

	b->step_count = STEPS;
	b->steps = mem_new(STEPS, sizeof(*b->steps));
	for (int i = 0; i < STEPS; i++) {
		struct book_step *s = &b->steps[i];

		str_printf(s->id, sizeof(s->id), "s%d", i);
		s->layer = (enum book_layer)rng_below(rng, 4);
		str_copy(s->act.kind, sizeof(s->act.kind), "http");
		if (rng_below(rng, 5) > 0)
			str_copy(s->undo.kind, sizeof(s->undo.kind), "http");
		if (rng_below(rng, 3) == 0)
			str_printf(s->object, sizeof(s->object), "o%d",
				   (int)rng_below(rng, OBJECTS));
		for (int n = 0; n < i; n++)
			if (rng_below(rng, 5) == 0)
				s->needs[s->need_count++] = n;
	}
	b->rollback.undo_count = 2;
	b->rollback.undos = mem_new(2, sizeof(*b->rollback.undos));
	for (int i = 0; i < 2; i++) {
		struct book_undo *u = &b->rollback.undos[i];

		str_printf(u->action, sizeof(u->action), "r%d", i);
		str_printf(u->object, sizeof(u->object), "o%d", i);
		u->layer = (enum book_layer)rng_below(rng, 4);
	}
	return b;
}

/* The slow way: until nothing moves, every pair is looked at. */
static void
slow_closure(const struct book *b, const struct room *r,
	     const struct plan *full, size_t picked, bool *in)
{
	bool goes[STEPS] = { false };

	for (size_t s = 0; s < STEPS; s++)
		goes[s] = plan_covers(b, &full->items[picked], s);
	for (int round = 0; round < STEPS; round++)
		for (size_t s = 0; s < STEPS; s++)
			for (size_t t = 0; t < STEPS; t++) {
				const struct book_step *a = &b->steps[s];

				for (size_t n = 0; n < a->need_count; n++)
					if (a->needs[n] == (int)t && goes[t])
						goes[s] = true;
				if (goes[t] && a->object[0] != '\0' &&
				    str_same(a->object, b->steps[t].object))
					goes[s] = true;
			}
	for (size_t i = 0; i < full->count; i++) {
		in[i] = i == picked;
		for (size_t s = 0; s < STEPS; s++) {
			const struct plan_item *item = &full->items[i];
			bool mine = item->row >= 0 ? plan_covers(b, item, s)
						   : item->step == (int)s;

			if (mine && goes[s] && plan_may_have_run(r, s))
				in[i] = true;
		}
	}
}

/* Every item of a random plan, picked alone, against the slow way. */
static void
check_book(const struct book *b, const struct room *r)
{
	struct plan full;

	plan_rollback(&full, b, r);
	for (size_t i = 0; i < full.count; i++) {
		bool in[STEPS + 2];
		struct plan part;
		struct err e;
		size_t at = 0;

		slow_closure(b, r, &full, i, in);
		CHECK_OK(plan_targeted(&part, b, r,
				       plan_name(b, &full.items[i]), &e),
			 &e);
		for (size_t n = 0; n < full.count; n++) {
			if (!in[n])
				continue;
			assert_true(at < part.count);
			assert_int_equal(part.items[at].row, full.items[n].row);
			assert_int_equal(part.items[at].step,
					 full.items[n].step);
			assert_int_equal(part.items[at].because == 0, n == i);
			at++;
		}
		assert_int_equal(at, part.count);
		plan_clear(&part);
	}
	plan_clear(&full);
}

static void
of_random_runbooks_it_is_the_closure_in_the_order_of_the_whole(void **state)
{
	struct rng rng;

	TEST_UNUSED(state);
	rng_seed(&rng, 20241015);
	for (int round = 0; round < ROUNDS; round++) {
		struct book *b = random_book(&rng);
		struct room *r = room_new(b);

		for (size_t s = 0; s < STEPS; s++)
			r->steps[s].state = rng_below(&rng, 4) == 0
						    ? STEP_READY
						    : STEP_VERIFIED;
		check_book(b, r);
		room_free(r);
		book_drop(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT_TEST(the_last_of_a_chain_goes_alone),
		NIGHT_TEST(what_builds_on_it_goes_with_it),
		NIGHT_TEST(it_is_named_by_step_by_action_or_by_object),
		NIGHT_TEST(a_row_that_no_step_touches_goes_alone),
		NIGHT_TEST(what_cannot_be_taken_back_is_refused_by_name),
		NIGHT_TEST(what_did_not_run_is_not_taken_back),
		NIGHT_TEST(
			what_was_taken_back_may_be_picked_but_is_not_pulled_in),
		cmocka_unit_test(
			of_random_runbooks_it_is_the_closure_in_the_order_of_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
