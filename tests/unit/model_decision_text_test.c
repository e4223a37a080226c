/* decision in words: the gate that matters, the score, who is muted. */
#include "tests/lib/test.h"

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
a_muted_gate_is_always_shown(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_ALL_MET, 3);
	r.gates[1].critical = true;
	set_verdict(&r, 1, VERDICT_OFF);
	r.findings[1].beneath = VERDICT_NO_GO;
	r.findings[1].left_ms = 180000;
	assert_int_equal(decide(&r), VERDICT_GO);
	CHECK_HOLDS(r.d.sentence, "GO: 2 of 3 gates met, nearest: a 5 <= 10");
	CHECK_HOLDS(r.d.sentence,
		    " OFF: b (critical) muted: carrier works, ends in 3m; "
		    "without the mute NO-GO.");
	assert_int_equal(r.d.counts[VERDICT_OFF], 1);
	assert_false(r.d.rollback_due);
	/* Also after a sentence that is too long. */
	memset(r.findings[0].why, 'w', SAMPLE_WHY - 1);
	memset(r.gates[0].title, 't', GATE_TITLE - 1);
	r.gates[0].limit = value_of_words("0123456789012345678901234567890123");
	r.gates[0].op = GATE_EQUALS;
	r.findings[0].value = r.gates[0].limit;
	r.findings[0].verdict = VERDICT_BLIND;
	r.findings[0].reason = GATE_FAILED;
	r.findings[0].since_ms = 100;
	assert_int_equal(decide(&r), VERDICT_BLIND);
	CHECK_HOLDS(r.d.sentence, "; without the mute NO-GO.");
	assert_true(strlen(r.d.sentence) < DECISION_SENTENCE);
}

static void
of_many_muted_the_critical_come_first_and_the_rest_is_counted(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_ALL_MET, MOST);
	r.gates[7].critical = true;
	r.gates[9].key = true;
	for (size_t i = 1; i < MOST; i++) {
		set_verdict(&r, i, VERDICT_OFF);
		memset(r.findings[i].why, 'w', 60);
	}
	assert_int_equal(decide(&r), VERDICT_GO);
	CHECK_HOLDS(r.d.sentence, " OFF: h (critical) muted: www");
	CHECK_HOLDS(r.d.sentence, " 10 more OFF.");
	for (size_t i = 1; i < MOST; i++)
		str_copy(r.findings[i].why, SAMPLE_WHY, "x");
	decide(&r);
	CHECK_HOLDS(r.d.sentence,
		    " OFF: h (critical) muted: x, until unmuted. OFF: j (key)");
	/* They are counted once, all of them. */
	CHECK_HOLDS(r.d.sentence, " OFF: b muted");
	CHECK_HOLDS(r.d.sentence, " 8 more OFF.");
	make_room(&r, GATE_ALL_MET, 3);
	set_verdict(&r, 1, VERDICT_OFF);
	set_verdict(&r, 2, VERDICT_OFF);
	decide(&r);
	assert_null(strstr(r.d.sentence, "more OFF"));
}

/* The sentence of gate `i` alone. */
static size_t
told(const struct room *r, size_t i)
{
	struct buf b;
	size_t len;

	buf_init(&b, 1000);
	gate_sentence(&b, &r->gates[i], &r->findings[i]);
	len = b.len;
	buf_clear(&b);
	return len;
}

static void
muted_gates_share_a_hundred_and_thirty_characters(void **state)
{
	size_t shown = 0;

	TEST_UNUSED(state);
	for (size_t len = 1; len < 79; len++) {
		struct room r;
		size_t need;

		make_room(&r, GATE_ALL_MET, 3);
		set_verdict(&r, 1, VERDICT_OFF);
		set_verdict(&r, 2, VERDICT_OFF);
		memset(r.findings[2].why, 'w', len);
		r.findings[2].why[len] = '\0';
		decide(&r);
		need = strlen(" OFF: ") + told(&r, 1) + told(&r, 2);
		if (need <= 130) {
			assert_null(strstr(r.d.sentence, "more OFF"));
			shown += need == 130;
		} else {
			CHECK_HOLDS(r.d.sentence, " 1 more OFF.");
		}
	}
	assert_int_equal(shown, 1);
}

static void
one_muted_gate_is_shown_however_long(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_ALL_MET, 2);
	set_verdict(&r, 1, VERDICT_OFF);
	memset(r.gates[1].title, 't', GATE_TITLE - 1);
	memset(r.findings[1].why, 'w', SAMPLE_WHY - 1);
	r.gates[1].critical = true;
	decide(&r);
	CHECK_HOLDS(r.d.sentence, "NO-GO when > 10. OFF: tttttttt");
	CHECK_HOLDS(r.d.sentence, "(critical) muted: wwww");
}

static void
without_muted_gates_the_sentence_has_all_the_room(void **state)
{
	struct room r;
	char *end;

	TEST_UNUSED(state);
	make_room(&r, GATE_ALL_MET, 1);
	memset(r.gates[0].title, 't', GATE_TITLE - 1);
	memset(r.findings[0].why, 'w', SAMPLE_WHY - 1);
	r.findings[0].verdict = VERDICT_BLIND;
	r.findings[0].reason = GATE_FAILED;
	decide(&r);
	assert_true(strlen(r.d.sentence) > DECISION_SENTENCE - 200);
	CHECK_HOLDS(r.d.sentence, "GO when measured <= 10.");
	/* And gives way when there is one. */
	make_room(&r, GATE_ALL_MET, 2);
	r.gates[1].critical = true;
	memset(r.gates[0].title, 't', GATE_TITLE - 1);
	memset(r.gates[1].title, 'u', GATE_TITLE - 1);
	set_verdict(&r, 0, VERDICT_BLIND);
	set_verdict(&r, 1, VERDICT_OFF);
	memset(r.findings[0].why, 'w', SAMPLE_WHY - 1);
	memset(r.findings[1].why, 'x', SAMPLE_WHY - 1);
	decide(&r);
	assert_int_equal(strlen(r.d.sentence), DECISION_SENTENCE - 1);
	end = strstr(r.d.sentence, " OFF: uuuu");
	assert_non_null(end);
	assert_int_equal(strlen(end), 200);
}

static void
the_sentence_is_about_the_gate_that_matters(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_ALL_MET, 6);
	/* All met: the one nearest to its limit, as a share of the limit. */
	r.findings[1].margin = 4;
	r.findings[2].margin = 1;
	r.gates[2].limit = value_of_number(1);
	r.findings[0].margin = r.findings[3].margin = 0;
	r.gates[0].limit = value_of_number(0); /* nothing to be near to */
	r.gates[3].limit = value_of_number(0);
	r.findings[4].has_margin = false;
	r.findings[4].margin = -1;
	r.findings[5].margin = 3;
	r.gates[5].limit = value_of_number(-5);
	decide(&r);
	assert_int_equal(r.d.leading, 1);
	/* The worst; of equals the critical one; then the weightier. */
	set_verdict(&r, 0, VERDICT_HOLD);
	decide(&r);
	assert_int_equal(r.d.leading, 0);
	set_verdict(&r, 2, VERDICT_BLIND);
	decide(&r);
	assert_int_equal(r.d.leading, 2);
	set_verdict(&r, 3, VERDICT_NO_GO);
	set_verdict(&r, 4, VERDICT_NO_GO);
	decide(&r);
	assert_int_equal(r.d.leading, 3);
	r.gates[4].weight = 2;
	decide(&r);
	assert_int_equal(r.d.leading, 4);
	r.gates[3].key = true;
	decide(&r);
	assert_int_equal(r.d.leading, 3);
	set_verdict(&r, 5, VERDICT_NO_GO);
	r.gates[5].critical = true;
	decide(&r);
	assert_int_equal(r.d.leading, 3);
	r.gates[5].weight = 1.5;
	decide(&r);
	assert_int_equal(r.d.leading, 5);
	CHECK_HOLDS(r.d.sentence, " 2 more NO-GO, 1 BLIND, 1 HOLD.");
}

static void
the_sentence_is_whole(void **state)
{
	struct room r;

	TEST_UNUSED(state);
	make_room(&r, GATE_ALL_MET, 2);
	decide(&r);
	assert_string_equal(r.d.sentence,
			    "GO: 2 of 2 gates met, nearest: a 5 <= 10 for 1 s, "
			    "margin 5, age 0 s. NO-GO when > 10.");
	make_room(&r, GATE_WEIGHTED, 3);
	decide(&r);
	assert_string_equal(r.d.sentence,
			    "GO: Score 100 of 100 (GO from 90, HOLD from 75). "
			    "3 of 3 gates met, nearest: a 5 <= 10 for 1 s, "
			    "margin 5, age 0 s. NO-GO when > 10.");
	set_verdict(&r, 2, VERDICT_NO_GO);
	decide(&r);
	assert_string_equal(r.d.sentence,
			    "NO-GO: Score 66.7 of 100 (GO from 90, HOLD from "
			    "75). c 5 > 10 for 1 s, margin 5, age 0 s. GO when "
			    "<= 10.");
	r.gates[2].weight = 0.1;
	decide(&r);
	CHECK_HOLDS(r.d.sentence, "2 of 3 gates met, outweighed: c 5 > 10 for");
	r.gates[2].critical = true;
	set_verdict(&r, 1, VERDICT_HOLD);
	decide(&r);
	assert_string_equal(r.d.sentence,
			    "NO-GO: c 5 > 10 (critical) for 1 s, margin 5, age "
			    "0 s. GO when <= 10. Score 71.4 of 100 did not "
			    "matter. 1 HOLD.");
	/* Where all must be met there is no score to speak of. */
	r.set.logic = GATE_ALL_MET;
	decide(&r);
	assert_null(strstr(r.d.sentence, "Score"));
	/* A veto without any score. */
	make_room(&r, GATE_WEIGHTED, 1);
	r.gates[0].critical = true;
	set_verdict(&r, 0, VERDICT_BLIND);
	decide(&r);
	assert_string_equal(r.d.sentence,
			    "BLIND: a (critical) cannot be measured for 1 s, "
			    "last 5, margin 5, age 0 s. GO when measured <= "
			    "10.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_muted_gate_is_always_shown),
		cmocka_unit_test(
			of_many_muted_the_critical_come_first_and_the_rest_is_counted),
		cmocka_unit_test(
			muted_gates_share_a_hundred_and_thirty_characters),
		cmocka_unit_test(one_muted_gate_is_shown_however_long),
		cmocka_unit_test(
			without_muted_gates_the_sentence_has_all_the_room),
		cmocka_unit_test(the_sentence_is_about_the_gate_that_matters),
		cmocka_unit_test(the_sentence_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
