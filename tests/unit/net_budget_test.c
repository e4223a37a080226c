/* net_budget - an endpoint's rate is kept, acts go first, quiet is shared. */
#include "tests/lib/test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/budget.h"

#define MINUTE_US 60000000LL

static int64_t now_us = 1000000;

static int64_t
fake_us(void)
{
	return now_us;
}

static int64_t
fake_wall_ms(void)
{
	return now_us / 1000;
}

struct scene {
	struct book *book;
	struct book_endpoint *at;
	struct budget *budget;
};

static void
open_scene(struct scene *s, int rate)
{
	s->book = book_new();
	s->book->endpoints = mem_new(2, sizeof(*s->book->endpoints));
	s->book->endpoint_count = 2;
	str_copy(s->book->endpoints[0].id, BOOK_ID, "free");
	s->at = &s->book->endpoints[1];
	str_copy(s->at->id, BOOK_ID, "api");
	s->at->rate_per_minute = rate;
	s->budget = budget_new(s->book);
}

static void
close_scene(struct scene *s)
{
	budget_free(s->budget);
	book_drop(s->book);
}

static bool
probe_goes(struct scene *s)
{
	int64_t wait_us;

	return budget_probe(s->budget, s->at, &wait_us) == BUDGET_GO;
}

static bool
act_goes(struct scene *s)
{
	int64_t wait_us;

	return budget_act(s->budget, s->at, &wait_us) == BUDGET_GO;
}

/* Everybody asks all the time: each window of a minute is looked at. */
static void
no_minute_ever_sees_more_than_the_rate(void **state)
{
	static const int rates[] = { 1, 2, 7, 19, 20, 21, 60, 300, 1000 };
	static int64_t sent[20000];

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		struct scene s;
		int count = 0;
		int64_t until_us = now_us + 5 * MINUTE_US;

		open_scene(&s, rates[i]);
		for (; now_us < until_us; now_us += 7919)
			if ((count % 3 == 0 ? act_goes(&s) : probe_goes(&s)) ||
			    act_goes(&s))
				sent[count++] = now_us;
		for (int n = rates[i]; n < count; n++)
			assert_true(sent[n] - sent[n - rates[i]] >= MINUTE_US);
		/* and the rate is there to be used */
		assert_true(count >= 5 * rates[i] * 85 / 100);
		close_scene(&s);
	}
}

static void
probes_leave_a_part_of_each_burst_to_acts(void **state)
{
	struct scene s;
	int probes = 0, acts = 0;

	TEST_UNUSED(state);
	open_scene(&s, 300);
	while (probe_goes(&s))
		probes++;
	while (act_goes(&s))
		acts++;
	assert_int_equal(probes, 20);
	assert_int_equal(acts, 10);
	close_scene(&s);
}

static void
while_an_act_waits_no_probe_goes(void **state)
{
	struct scene s;
	int64_t wait_us;

	TEST_UNUSED(state);
	open_scene(&s, 6);
	assert_true(probe_goes(&s));
	assert_false(act_goes(&s));
	budget_act_waits(s.budget, s.at, true);
	now_us += MINUTE_US;
	assert_int_equal(budget_probe(s.budget, s.at, &wait_us), BUDGET_FULL);
	assert_true(wait_us > 0);
	assert_true(act_goes(&s));
	budget_act_waits(s.budget, s.at, false);
	now_us += MINUTE_US;
	assert_true(probe_goes(&s));
	close_scene(&s);
}

static void
asking_again_after_the_wait_is_worth_it(void **state)
{
	static const int rates[] = { 1, 30, 300 };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		struct scene s;
		int64_t wait_us = 0;

		open_scene(&s, rates[i]);
		while (budget_probe(s.budget, s.at, &wait_us) == BUDGET_GO)
			continue;
		now_us += wait_us - 1;
		assert_false(probe_goes(&s));
		now_us += 1;
		assert_true(probe_goes(&s));
		close_scene(&s);
	}
}

static void
quiet_is_kept_by_all_and_bounded(void **state)
{
	struct scene s;
	int64_t wait_us;

	TEST_UNUSED(state);
	open_scene(&s, 0);
	budget_hold(s.budget, s.at, 30000);
	budget_hold(s.budget, s.at, 1000); /* does not shorten the first */
	budget_hold(s.budget, s.at, -1);
	assert_int_equal(budget_probe(s.budget, s.at, &wait_us), BUDGET_HELD);
	assert_int_equal(wait_us, 30000000);
	assert_int_equal(budget_act(s.budget, s.at, &wait_us), BUDGET_HELD);
	/* another endpoint is not concerned */
	assert_int_equal(
		budget_probe(s.budget, &s.book->endpoints[0], &wait_us),
		BUDGET_GO);
	now_us += 30000000;
	assert_true(probe_goes(&s));
	budget_hold(s.budget, s.at, 86400000);
	assert_int_equal(budget_probe(s.budget, s.at, &wait_us), BUDGET_HELD);
	assert_int_equal(wait_us, BUDGET_HOLD_MOST_MS * 1000LL);
	close_scene(&s);
}

static void
what_was_used_is_counted(void **state)
{
	struct scene s;
	struct budget_use use;

	TEST_UNUSED(state);
	open_scene(&s, 10);
	assert_true(probe_goes(&s));
	assert_false(probe_goes(&s));
	now_us += MINUTE_US / 10;
	assert_true(act_goes(&s));
	budget_use(s.budget, s.at, &use);
	assert_int_equal(use.probes, 1);
	assert_int_equal(use.acts, 1);
	assert_int_equal(use.put_off, 1);
	assert_true(use.share > 0.19 && use.share < 0.21);
	assert_int_equal(budget_probe(s.budget, NULL, &now_us), BUDGET_GO);
	close_scene(&s);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_minute_ever_sees_more_than_the_rate),
		cmocka_unit_test(probes_leave_a_part_of_each_burst_to_acts),
		cmocka_unit_test(while_an_act_waits_no_probe_goes),
		cmocka_unit_test(asking_again_after_the_wait_is_worth_it),
		cmocka_unit_test(quiet_is_kept_by_all_and_bounded),
		cmocka_unit_test(what_was_used_is_counted),
	};
	/* clang-format on */

	clock_use(fake_us, fake_wall_ms);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
