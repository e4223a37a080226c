/* decision: worst wins, vetoes and scores. */
#include "tests/lib/test.h"

#include <math.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/decision.h"

#define MOST 12

/* A room of a few gates, all GO until told otherwise. */
struct room {
	struct gate_set set;
	struct gate gates[MOST];
	struct gate_domain domains[4];
	struct gate_finding findings[MOST];
	struct decision d;
};

static void
make_room(struct room *r, enum gate_logic logic, size_t gates)
{
	static const char *const names[] = { "t.a", "t.b", "i.c", "i.d",
					     "c.e", "c.f", "r.g", "r.h",
					     "t.i", "t.j", "t.k", "t.l" };

	memset(r, 0, sizeof(*r));
	r->set.logic = logic;
	r->set.pass_score = 90;
	r->set.warn_score = 75;
	r->set.rollback_on_critical = true;
	r->set.gates = r->gates;
	r->set.gate_count = gates;
	r->set.domains = r->domains;
	r->set.domain_count = 4;
	for (size_t i = 0; i < 4; i++) {
		r->domains[i].name[0] = "ticr"[i];
		r->domains[i].risk_multiplier = 1;
	}
	for (size_t i = 0; i < gates; i++) {
		gate_init(&r->gates[i], names[i]);
		r->gates[i].limit = value_of_number(10);
		r->findings[i] = (struct gate_finding){ .verdict = VERDICT_GO,
							.reason = GATE_MET,
							.has_margin = true,
							.margin = 5,
							.since_ms = 1000,
							.n = -1,
							.age_ms = 0 };
		r->findings[i].value = value_of_number(5);
	}
}

static void
set_verdict(struct room *r, size_t i, enum verdict v)
{
	static const enum gate_reason reasons[] = {
		GATE_MUTED, GATE_MET, GATE_WARNED, GATE_FAILED, GATE_BREACHED,
	};

	r->findings[i].verdict = v;
	r->findings[i].reason = reasons[v];
	r->findings[i].beneath = v;
	str_copy(r->findings[i].why, SAMPLE_WHY,
		 v == VERDICT_OFF ? "carrier works" : "");
}

static enum verdict
decide(struct room *r)
{
	decision_make(&r->d, &r->set, r->findings);
	return r->d.verdict;
}

static void
worst_wins_in_every_order(void **state)
{
	/* breach, inconclusive, error, missing, as verdicts and reasons */
	static const struct {
		enum verdict verdict;
		enum gate_reason reason;
	} kinds[] = {
		{ VERDICT_NO_GO, GATE_BREACHED },
		{ VERDICT_HOLD, GATE_UNSURE },
		{ VERDICT_BLIND, GATE_FAILED },
		{ VERDICT_BLIND, GATE_NEVER_SEEN },
	};
	size_t orders = 0;

	TEST_UNUSED(state);
	for (size_t code = 0; code < 256; code++) {
		size_t pick[4] = { code & 3, code >> 2 & 3, code >> 4 & 3,
				   code >> 6 };
		struct room r;

		if ((1u << pick[0] | 1u << pick[1] | 1u << pick[2] |
		     1u << pick[3]) != 15)
			continue;
		orders++;
		for (int logic = GATE_ALL_MET; logic <= GATE_WEIGHTED;
		     logic++) {
			make_room(&r, (enum gate_logic)logic, 4);
			for (size_t i = 0; i < 4; i++) {
				r.findings[i].verdict = kinds[pick[i]].verdict;
				r.findings[i].reason = kinds[pick[i]].reason;
				r.gates[i].critical = logic == GATE_WEIGHTED;
			}
			assert_int_equal(decide(&r), VERDICT_NO_GO);
			assert_int_equal(r.findings[r.d.leading].reason,
					 GATE_BREACHED);
		}
	}
	assert_int_equal(orders, 24);
}

/* The same four as one series of one gate: a breach is not undone. */
static void
a_breach_outlives_any_order_of_gaps(void **state)
{
	TEST_UNUSED(state);
	for (int code = 0; code < 256; code++) {
		struct gate g;
		struct gate_watch w = { 0 };
		struct gate_finding f;
		int seen = 0;

		for (int i = 0; i < 4; i++)
			seen |= 1 << (code >> 2 * i & 3);
		if (seen != 15)
			continue;
		gate_init(&g, "t.a");
		g.limit = value_of_number(10);
		g.min_samples = 5;
		for (int i = 0; i < 4; i++) {
			int kind = code >> 2 * i & 3;
			struct sample s = { .at_ms = 1000 * i, .n = 5 };

			s.value = value_of_number(kind == 0 ? 11 : 1);
			if (kind == 1)
				s.n = 1; /* inconclusive */
			s.failed = kind == 2;
			if (kind != 3) /* 3: missing */
				gate_feed(&g, &w, &s);
		}
		gate_judge(&g, &w, 900000, &f);
		assert_int_equal(f.verdict, VERDICT_NO_GO);
	}
}

static void
all_met_is_the_worst_of_all_pairs(void **state)
{
	TEST_UNUSED(state);
	for (int a = 0; a < VERDICT_COUNT; a++)
		for (int b = 0; b < VERDICT_COUNT; b++) {
			enum verdict worst =
				verdict_worst((enum verdict)a, (enum verdict)b);
			struct room r;

			make_room(&r, GATE_ALL_MET, 2);
			set_verdict(&r, 0, (enum verdict)a);
			set_verdict(&r, 1, (enum verdict)b);
			if (worst == VERDICT_OFF)
				worst = VERDICT_BLIND;
			assert_int_equal(decide(&r), worst);
			assert_true(
				str_starts(r.d.sentence, verdict_word(worst)));
			assert_int_equal(r.d.counts[a] + r.d.counts[b],
					 a == b ? 4 : 2);
			assert_false(r.d.vetoed);
		}
}

static void
nothing_judged_is_blind(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	for (int logic = GATE_ALL_MET; logic <= GATE_WEIGHTED; logic++) {
		make_room(&r, (enum gate_logic)logic, 0);
		assert_int_equal(decide(&r), VERDICT_BLIND);
		assert_int_equal(r.d.leading, -1);
		assert_false(r.d.has_score);
		assert_string_equal(r.d.sentence,
				    "BLIND: no gate is judged (0 muted, 0 "
				    "shadow). GO needs a gate with data.");
		make_room(&r, (enum gate_logic)logic, 2);
		r.gates[0].shadow = true;
		set_verdict(&r, 1, VERDICT_OFF);
		assert_int_equal(decide(&r), VERDICT_BLIND);
		assert_int_equal(r.d.leading, -1);
		CHECK_HOLDS(r.d.sentence, "(1 muted, 1 shadow)");
	}
}

static void
shadow_gates_never_count(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	for (int logic = GATE_ALL_MET; logic <= GATE_WEIGHTED; logic++) {
		make_room(&r, (enum gate_logic)logic, 3);
		r.gates[1].shadow = r.gates[1].critical = true;
		r.gates[2].shadow = true;
		set_verdict(&r, 1, VERDICT_NO_GO);
		set_verdict(&r, 2, VERDICT_OFF);
		assert_int_equal(decide(&r), VERDICT_GO);
		assert_int_equal(r.d.counts[VERDICT_NO_GO], 0);
		assert_int_equal(r.d.counts[VERDICT_GO], 1);
		assert_int_equal(r.d.leading, 0);
		assert_false(r.d.rollback_due);
		assert_true(r.d.score == 100);
		assert_null(strstr(r.d.sentence, "OFF"));
	}
}

static void
the_score_is_weight_times_risk(void **state)
{
	static const struct {
		enum verdict a, b;
		double weight, risk; /* of a, b stays 1 and 1 */
		double want;
	} rows[] = {
		{ VERDICT_GO, VERDICT_GO, 1, 1, 100 },
		{ VERDICT_NO_GO, VERDICT_GO, 1, 1, 50 },
		{ VERDICT_HOLD, VERDICT_GO, 1, 1, 75 },
		{ VERDICT_BLIND, VERDICT_GO, 1, 1, 50 },
		{ VERDICT_OFF, VERDICT_GO, 1, 1, 100 },
		{ VERDICT_NO_GO, VERDICT_GO, 3, 1, 25 },
		{ VERDICT_NO_GO, VERDICT_GO, 1, 3, 25 },
		{ VERDICT_NO_GO, VERDICT_GO, 2, 2, 20 },
		{ VERDICT_GO, VERDICT_NO_GO, 2, 2, 80 },
		{ VERDICT_HOLD, VERDICT_HOLD, 7, 2, 50 },
		{ VERDICT_NO_GO, VERDICT_GO, -4, 1, 100 },
		{ VERDICT_NO_GO, VERDICT_GO, 0, 1, 100 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct room r;

		make_room(&r, GATE_WEIGHTED, 3);
		r.set.gates++; /* t.b and i.c */
		r.set.gate_count = 2;
		r.gates[1].weight = rows[i].weight;
		r.domains[0].risk_multiplier = rows[i].risk;
		set_verdict(&r, 0, rows[i].a);
		set_verdict(&r, 1, rows[i].b);
		decide(&r);
		assert_true(r.d.has_score);
		assert_true(r.d.score == rows[i].want);
		assert_true(r.d.pass_score == 90);
	}
}

static void
weights_that_are_no_numbers_do_not_score(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_WEIGHTED, 2);
	r.gates[0].weight = (double)NAN;
	set_verdict(&r, 0, VERDICT_NO_GO);
	assert_int_equal(decide(&r), VERDICT_GO);
	r.gates[0].weight = (double)INFINITY;
	assert_int_equal(decide(&r), VERDICT_GO);
	r.gates[1].weight = 0;
	assert_int_equal(decide(&r), VERDICT_BLIND);
	assert_false(r.d.has_score);
	/* A domain the set does not know has no multiplier. */
	make_room(&r, GATE_WEIGHTED, 2);
	r.gates[1].domain[0] = 'z';
	r.domains[0].risk_multiplier = 3;
	set_verdict(&r, 1, VERDICT_NO_GO);
	decide(&r);
	assert_true(r.d.score == 75);
}

static void
the_marks_are_met_exactly(void **state)
{
	static const struct {
		double failing;
		enum verdict want;
	} rows[] = {
		{ 0, VERDICT_GO },	     { 10, VERDICT_GO },
		{ 10.00001, VERDICT_HOLD },  { 25, VERDICT_HOLD },
		{ 25.00001, VERDICT_NO_GO }, { 100, VERDICT_NO_GO },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct room r;

		make_room(&r, GATE_WEIGHTED, 2);
		r.gates[0].weight = 100 - rows[i].failing;
		r.gates[1].weight = rows[i].failing;
		set_verdict(&r, 1, VERDICT_NO_GO);
		assert_int_equal(decide(&r), rows[i].want);
		assert_false(r.d.vetoed);
	}
}

static void
rounding_of_sums_decides_nothing(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_WEIGHTED, 10);
	for (size_t i = 0; i < 10; i++)
		r.gates[i].weight = 0.1;
	set_verdict(&r, 3, VERDICT_NO_GO);
	assert_int_equal(decide(&r), VERDICT_GO);
	for (size_t i = 0; i < 10; i++)
		r.gates[i].weight = 1.0 / 3 * (double)(i + 1);
	set_verdict(&r, 3, VERDICT_GO);
	r.set.pass_score = 100;
	assert_int_equal(decide(&r), VERDICT_GO);
}

static void
a_critical_or_key_gate_vetoes_whatever_the_score(void **state)
{
	static const enum verdict verdicts[] = {
		VERDICT_GO,
		VERDICT_HOLD,
		VERDICT_BLIND,
		VERDICT_NO_GO,
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		for (int key = 0; key <= 1; key++) {
			enum verdict v = verdicts[i];
			struct room r;

			make_room(&r, GATE_WEIGHTED, 2);
			r.gates[1].weight = 0.001;
			r.gates[1].critical = key == 0;
			r.gates[1].key = key == 1;
			set_verdict(&r, 1, v);
			assert_int_equal(decide(&r), v);
			assert_int_equal(r.d.vetoed, v >= VERDICT_BLIND);
			if (v > VERDICT_GO)
				assert_int_equal(r.d.leading, 1);
			assert_int_equal(r.d.rollback_due,
					 key == 0 && v == VERDICT_NO_GO);
			if (r.d.vetoed)
				CHECK_HOLDS(r.d.sentence,
					    "of 100 did not matter.");
			else
				assert_null(strstr(r.d.sentence, "matter"));
			if (key == 1)
				assert_true(r.d.score == 100);
		}
}

static void
a_veto_leads_over_what_the_score_outweighs(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_WEIGHTED, 3);
	r.gates[1].weight = 0.01;
	set_verdict(&r, 1, VERDICT_NO_GO);
	r.gates[2].critical = true;
	set_verdict(&r, 2, VERDICT_BLIND);
	assert_int_equal(decide(&r), VERDICT_BLIND);
	assert_int_equal(r.d.leading, 2);
	/* Without one the sentence is about what is outweighed. */
	set_verdict(&r, 2, VERDICT_GO);
	assert_int_equal(decide(&r), VERDICT_GO);
	assert_int_equal(r.d.leading, 1);
}

static void
without_scoring_gates_the_key_gates_decide(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_WEIGHTED, 2);
	r.gates[0].key = r.gates[1].key = true;
	assert_int_equal(decide(&r), VERDICT_GO);
	assert_false(r.d.has_score);
	set_verdict(&r, 0, VERDICT_HOLD);
	assert_int_equal(decide(&r), VERDICT_HOLD);
	/* A scoring gate that is muted leaves no score: BLIND. */
	make_room(&r, GATE_WEIGHTED, 2);
	r.gates[0].key = true;
	set_verdict(&r, 1, VERDICT_OFF);
	assert_int_equal(decide(&r), VERDICT_BLIND);
}

static void
the_rollback_is_due_only_by_its_trigger(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_ALL_MET, 2);
	set_verdict(&r, 0, VERDICT_NO_GO);
	decide(&r);
	assert_false(r.d.rollback_due);
	r.gates[0].critical = true;
	decide(&r);
	assert_true(r.d.rollback_due && r.d.vetoed);
	r.set.rollback_on_critical = false;
	decide(&r);
	assert_false(r.d.rollback_due);
	r.set.rollback_on_critical = true;
	set_verdict(&r, 0, VERDICT_BLIND);
	decide(&r);
	assert_false(r.d.rollback_due);
	assert_true(r.d.vetoed);
	/* One that follows does not take it back. */
	set_verdict(&r, 0, VERDICT_NO_GO);
	r.gates[1].critical = true;
	decide(&r);
	assert_true(r.d.rollback_due);
}

static void
a_group_without_data_does_not_score(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_WEIGHTED, 4);
	set_verdict(&r, 2, VERDICT_BLIND);
	set_verdict(&r, 3, VERDICT_BLIND);
	/* Nothing is a hundred of nothing. */
	decide(&r);
	assert_true(r.d.score == 50);
	assert_int_equal(r.d.verdict, VERDICT_BLIND);
	/* However little it weighs, the room is not GO. */
	r.gates[2].weight = r.gates[3].weight = 0.01;
	assert_int_equal(decide(&r), VERDICT_HOLD);
	assert_true(r.d.score < 100);
	/* With one of its gates seen it may be. */
	set_verdict(&r, 3, VERDICT_GO);
	assert_int_equal(decide(&r), VERDICT_GO);
	set_verdict(&r, 3, VERDICT_NO_GO);
	assert_int_equal(decide(&r), VERDICT_GO);
	/* Muted, it takes no part. */
	set_verdict(&r, 2, VERDICT_OFF);
	set_verdict(&r, 3, VERDICT_OFF);
	assert_int_equal(decide(&r), VERDICT_GO);
	assert_true(r.d.score == 100);
	/* Gates of no domain are a group too. */
	set_verdict(&r, 2, VERDICT_BLIND);
	r.gates[2].domain[0] = '\0';
	assert_int_equal(decide(&r), VERDICT_HOLD);
	r.set.domain_count = 0;
	assert_int_equal(decide(&r), VERDICT_GO);
	for (size_t i = 0; i < 4; i++)
		set_verdict(&r, i, VERDICT_BLIND);
	assert_int_equal(decide(&r), VERDICT_BLIND);
	assert_false(r.d.has_score);
	assert_true(r.d.score == 0);
}

static void
blind_gates_decide_only_what_they_could_change(void **state)
{
	static const struct {
		double go, no_go, blind; /* weights */
		enum verdict want;
	} rows[] = {
		{ 95, 0, 5, VERDICT_GO },      /* GO even if they fail */
		{ 80, 5, 15, VERDICT_HOLD },   /* HOLD at worst */
		{ 90, 10, 0, VERDICT_GO },     /* nobody blind */
		{ 50, 10, 40, VERDICT_BLIND }, /* NO-GO or GO */
		{ 50, 20, 30, VERDICT_BLIND }, /* NO-GO or HOLD */
		{ 50, 25, 25, VERDICT_BLIND }, /* 75 at best: HOLD */
		{ 50, 26, 24, VERDICT_NO_GO }, /* NO-GO even if they pass */
		{ 0, 60, 40, VERDICT_NO_GO },  { 60, 40, 0, VERDICT_NO_GO },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct room r;

		make_room(&r, GATE_WEIGHTED, 3);
		r.gates[0].weight = rows[i].go;
		r.gates[1].weight = rows[i].no_go;
		r.gates[2].weight = rows[i].blind;
		str_copy(r.gates[2].domain, GATE_DOMAIN, "t");
		set_verdict(&r, 1, VERDICT_NO_GO);
		set_verdict(&r, 2, VERDICT_BLIND);
		assert_int_equal(decide(&r), rows[i].want);
	}
}

static void
many_gates_are_decided_in_linear_time(void **state)
{
	const size_t n = 100000;
	struct gate_set set = { .logic = GATE_WEIGHTED,
				.pass_score = 90,
				.gate_count = n,
				.domain_count = n };
	struct gate_finding *findings = mem_new(n, sizeof(*findings));
	struct gate_watch *watches = mem_new(n, sizeof(*watches));
	struct sample s = { .value = value_of_number(1), .n = 9 };
	struct decision d;

	TEST_UNUSED(state);
	set.gates = mem_new(n, sizeof(*set.gates));
	set.domains = mem_new(n, sizeof(*set.domains));
	for (size_t i = 0; i < n; i++) {
		char signal[SIGNAL_NAME];

		str_printf(signal, sizeof(signal), "d%zu.x", i);
		gate_init(&set.gates[i], signal);
		set.gates[i].limit = value_of_number(2);
		set.domains[i].risk_multiplier = 1;
		str_copy(set.domains[i].name, GATE_DOMAIN, set.gates[i].domain);
	}
	/* Each gate has a domain of its own: a search from the front each
	 * time would be five thousand million comparisons. */
	for (size_t i = 0; i < n; i++) {
		gate_feed(&set.gates[i], &watches[i], &s);
		gate_judge(&set.gates[i], &watches[i], 0, &findings[i]);
	}
	decision_make(&d, &set, findings);
	assert_int_equal(d.verdict, VERDICT_GO);
	assert_int_equal(d.counts[VERDICT_GO], n);
	findings[n - 1].verdict = VERDICT_OFF;
	findings[n - 1].reason = GATE_MUTED;
	decision_make(&d, &set, findings);
	assert_int_equal(d.counts[VERDICT_OFF], 1);
	mem_free(findings);
	mem_free(watches);
	gate_set_clear(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worst_wins_in_every_order),
		cmocka_unit_test(a_breach_outlives_any_order_of_gaps),
		cmocka_unit_test(all_met_is_the_worst_of_all_pairs),
		cmocka_unit_test(nothing_judged_is_blind),
		cmocka_unit_test(shadow_gates_never_count),
		cmocka_unit_test(the_score_is_weight_times_risk),
		cmocka_unit_test(weights_that_are_no_numbers_do_not_score),
		cmocka_unit_test(the_marks_are_met_exactly),
		cmocka_unit_test(rounding_of_sums_decides_nothing),
		cmocka_unit_test(
			a_critical_or_key_gate_vetoes_whatever_the_score),
		cmocka_unit_test(a_veto_leads_over_what_the_score_outweighs),
		cmocka_unit_test(without_scoring_gates_the_key_gates_decide),
		cmocka_unit_test(the_rollback_is_due_only_by_its_trigger),
		cmocka_unit_test(a_group_without_data_does_not_score),
		cmocka_unit_test(
			blind_gates_decide_only_what_they_could_change),
		cmocka_unit_test(many_gates_are_decided_in_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
