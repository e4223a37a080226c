/* room as of now: samples, findings, decisions, what comes next. */
#include "tests/unit/model_night.h"

#include <stdio.h>

static struct gate_finding
finding(size_t gate, int64_t now_ms)
{
	struct gate_finding f;

	room_finding(night.room, gate, now_ms, &f);
	return f;
}

static void
samples_are_kept_good_and_failed(void **state)
{
	const struct room_signal *s;

	TEST_UNUSED(state);
	night.at_ms = 5000;
	NIGHT(&night, RECORD_SAMPLES,
	      "s=[[\"telephony.abandonment_rate_percent\",2.9,412,4000],"
	      "[\"telephony.primary_trunk_alive\",true,-1,4100],"
	      "[\"not.in.the.book\",1,1,4200]]");
	NIGHT(&night, RECORD_SAMPLES,
	      "s=[[\"telephony.abandonment_rate_percent\",null,-1,4500,"
	      "\"no answer\"]]");
	s = room_signal(night.room, "telephony.abandonment_rate_percent");
	assert_non_null(s);
	assert_true(s->last.failed);
	assert_string_equal(s->last.why, "no answer");
	assert_int_equal(s->last.at_ms, 4500);
	assert_true(s->last_good.value.number == 2.9);
	assert_int_equal(s->last_good.n, 412);
	assert_int_equal(s->history_count, 1);
	assert_null(room_signal(night.room, "not.in.the.book"));
	s = room_signal(night.room, "telephony.primary_trunk_alive");
	assert_int_equal(s->last_good.value.kind, VALUE_FLAG);
	assert_int_equal(s->history_count, 1);
	assert_int_equal(night.room->tail_count, 1);
}

static void
older_and_repeated_samples_change_nothing(void **state)
{
	static const char *const fields[] = {
		"s=[[\"rollback.dns_ttl_seconds\",300,1,4000]]",
		"s=[[\"rollback.dns_ttl_seconds\",60,1,3999]]",
		"s=[[\"rollback.dns_ttl_seconds\",300,1,4000]]",
	};
	const struct room_signal *s;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		NIGHT(&night, RECORD_SAMPLES, fields[i]);
	s = room_signal(night.room, "rollback.dns_ttl_seconds");
	assert_int_equal(s->history_count, 1);
	assert_true(s->last.value.number == 300);
}

static void
the_history_is_a_ring_of_the_newest(void **state)
{
	const struct room_signal *s;

	TEST_UNUSED(state);
	for (int i = 0; i < ROOM_HISTORY + 7; i++) {
		char field[96];

		night.at_ms = 2000 + i;
		snprintf(field, sizeof(field),
			 "s=[[\"rollback.dns_ttl_seconds\",%d,1,%d]]", i,
			 2000 + i);
		NIGHT(&night, RECORD_SAMPLES, field);
	}
	s = room_signal(night.room, "rollback.dns_ttl_seconds");
	assert_int_equal(s->history_count, ROOM_HISTORY);
	assert_true(s->history[s->history_start] == 7);
}

static void
a_verdict_record_is_what_the_finding_says(void **state)
{
	struct gate_finding f;

	TEST_UNUSED(state);
	night.at_ms = 10000;
	NIGHT(&night, RECORD_SAMPLES,
	      "s=[[\"telephony.abandonment_rate_percent\",2.9,412,9000]]");
	NIGHT(&night, RECORD_VERDICT, "gate=telephony.abandonment_rate_percent",
	      "verdict=NO-GO", "reason=breached", "since=8000", "flaps=2",
	      "was=BLIND");
	f = finding(BOOKS_ABANDONMENT, 11000);
	assert_int_equal(f.verdict, VERDICT_NO_GO);
	assert_int_equal(f.reason, GATE_BREACHED);
	assert_int_equal(f.since_ms, 3000);
	assert_int_equal(f.age_ms, 2000);
	assert_int_equal(f.n, 412);
	assert_int_equal(f.flaps, 2);
	assert_true(f.has_margin && f.margin < 0);
}

static void
a_green_that_grew_old_is_blind_before_a_record_says_so(void **state)
{
	static const char *const greens[] = { "GO", "HOLD" };

	TEST_UNUSED(state);
	night.at_ms = 10000;
	NIGHT(&night, RECORD_SAMPLES,
	      "s=[[\"telephony.abandonment_rate_percent\",1.0,412,10000],"
	      "[\"telephony.primary_trunk_alive\",true,-1,10000]]");
	for (size_t i = 0; i < ARRAY_LEN(greens); i++) {
		char verdict[32];

		snprintf(verdict, sizeof(verdict), "verdict=%s", greens[i]);
		NIGHT(&night, RECORD_VERDICT,
		      "gate=telephony.abandonment_rate_percent", verdict,
		      "reason=met");
		assert_int_not_equal(finding(BOOKS_ABANDONMENT, 30000).verdict,
				     VERDICT_BLIND);
		assert_int_equal(finding(BOOKS_ABANDONMENT, 30001).verdict,
				 VERDICT_BLIND);
		assert_int_equal(finding(BOOKS_ABANDONMENT, 30001).reason,
				 GATE_STALE);
	}
	NIGHT(&night, RECORD_VERDICT, "gate=telephony.primary_trunk_alive",
	      "verdict=GO", "reason=met");
	assert_int_equal(finding(BOOKS_ALIVE, 10000 + GATE_MAX_AGE_MS).verdict,
			 VERDICT_GO);
	assert_int_equal(finding(BOOKS_ALIVE, 10001 + GATE_MAX_AGE_MS).verdict,
			 VERDICT_BLIND);
}

static void
a_breach_stays_a_breach_through_a_gap(void **state)
{
	TEST_UNUSED(state);
	NIGHT(&night, RECORD_SAMPLES,
	      "s=[[\"telephony.abandonment_rate_percent\",2.9,412,1000]]");
	NIGHT(&night, RECORD_VERDICT, "gate=telephony.abandonment_rate_percent",
	      "verdict=NO-GO", "reason=breached");
	assert_int_equal(finding(BOOKS_ABANDONMENT, 10000000).verdict,
			 VERDICT_NO_GO);
}

static void
a_green_without_any_measurement_is_not_believed(void **state)
{
	TEST_UNUSED(state);
	NIGHT(&night, RECORD_VERDICT, "gate=rollback.dns_ttl_seconds",
	      "verdict=GO", "reason=met");
	assert_int_equal(finding(BOOKS_TTL, 1000).verdict, VERDICT_BLIND);
	assert_int_equal(finding(BOOKS_TTL, 1000).reason, GATE_NEVER_SEEN);
}

static void
a_mute_shows_as_off_until_it_ends(void **state)
{
	struct gate_finding f;

	TEST_UNUSED(state);
	NIGHT(&night, RECORD_SAMPLES,
	      "s=[[\"rollback.dns_ttl_seconds\",900,1,1000]]");
	NIGHT(&night, RECORD_VERDICT, "gate=rollback.dns_ttl_seconds",
	      "verdict=NO-GO", "reason=breached");
	NIGHT(&night, RECORD_MUTE, "gate=rollback.dns_ttl_seconds",
	      "muted=true", "until=9000", "reason=known");
	f = finding(BOOKS_TTL, 8000);
	assert_int_equal(f.verdict, VERDICT_OFF);
	assert_int_equal(f.reason, GATE_MUTED);
	assert_int_equal(f.beneath, VERDICT_NO_GO);
	assert_int_equal(f.left_ms, 1000);
	assert_string_equal(f.why, "known");
	assert_int_equal(finding(BOOKS_TTL, 9000).verdict, VERDICT_NO_GO);
	NIGHT(&night, RECORD_MUTE, "gate=rollback.dns_ttl_seconds",
	      "muted=false");
	assert_int_equal(finding(BOOKS_TTL, 8000).verdict, VERDICT_NO_GO);
}

static void
off_without_a_mute_is_blind(void **state)
{
	TEST_UNUSED(state);
	NIGHT(&night, RECORD_SAMPLES,
	      "s=[[\"rollback.dns_ttl_seconds\",60,1,1000]]");
	NIGHT(&night, RECORD_VERDICT, "gate=rollback.dns_ttl_seconds",
	      "verdict=OFF", "reason=muted");
	assert_int_equal(finding(BOOKS_TTL, 1000).verdict, VERDICT_BLIND);
}

static void
an_acknowledgement_lasts_until_the_verdict_changes(void **state)
{
	static const char gate[] = "gate=rollback.dns_ttl_seconds";

	TEST_UNUSED(state);
	NIGHT(&night, RECORD_VERDICT, gate, "verdict=NO-GO", "reason=breached");
	NIGHT(&night, RECORD_ACK, gate);
	assert_true(night.room->gates[BOOKS_TTL].acknowledged);
	NIGHT(&night, RECORD_VERDICT, gate, "verdict=NO-GO",
	      "reason=still breached");
	assert_true(night.room->gates[BOOKS_TTL].acknowledged);
	NIGHT(&night, RECORD_VERDICT, gate, "verdict=HOLD",
	      "reason=near its limit");
	assert_false(night.room->gates[BOOKS_TTL].acknowledged);
}

static void
a_decision_is_remembered_with_its_time(void **state)
{
	TEST_UNUSED(state);
	night.at_ms = 2000;
	NIGHT(&night, RECORD_DECISION, "verdict=GO", "sentence=all is well");
	night.at_ms = 3000;
	NIGHT(&night, RECORD_DECISION, "verdict=NO-GO", "sentence=too many");
	night.at_ms = 4000;
	NIGHT(&night, RECORD_DECISION, "verdict=NO-GO", "sentence=too few");
	assert_int_equal(night.room->verdict, VERDICT_NO_GO);
	assert_int_equal(night.room->verdict_since_ms, 3000);
	assert_int_equal(night.room->first_no_go_ms, 3000);
	assert_string_equal(night.room->sentence, "too few");
}

static void
the_next_step_is_the_one_a_person_should_look_at(void **state)
{
	TEST_UNUSED(state);
	assert_int_equal(room_next_step(night.room), BOOKS_LOCK);
	assert_false(room_needs_met(night.room, BOOKS_FLOW));
	night_step(&night, BOOKS_LOCK, STEP_VERIFIED);
	assert_true(room_needs_met(night.room, BOOKS_FLOW));
	assert_int_equal(room_next_step(night.room), BOOKS_FLOW);
	night_step(&night, BOOKS_FLOW, STEP_FAILED);
	assert_int_equal(room_next_step(night.room), BOOKS_FLOW);
	NIGHT(&night, RECORD_STEP, "step=announce", "state=armed");
	assert_int_equal(room_next_step(night.room), BOOKS_TELL);
	night_step(&night, BOOKS_DNS, STEP_ACTING);
	assert_int_equal(room_next_step(night.room), BOOKS_DNS);
	assert_true(room_is_busy(night.room));
}

static void
when_all_is_over_there_is_no_next_step(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < BOOKS_STEPS; i++) {
		char id[64];

		snprintf(id, sizeof(id), "step=%s", night.book->steps[i].id);
		NIGHT(&night, RECORD_STEP, id, "state=skipped");
	}
	assert_int_equal(room_next_step(night.room), -1);
}

static void
what_was_undone_carries_nothing(void **state)
{
	TEST_UNUSED(state);
	night_step(&night, BOOKS_LOCK, STEP_VERIFIED);
	NIGHT(&night, RECORD_STEP, "step=lock-baseline", "state=undone");
	assert_false(room_needs_met(night.room, BOOKS_FLOW));
}

static void
the_tail_is_a_ring_of_the_newest(void **state)
{
	const struct room *r = night.room;

	TEST_UNUSED(state);
	for (int i = 0; i < ROOM_TAIL + 10; i++)
		NIGHT(&night, RECORD_NOTE, "text=hello");
	assert_int_equal(r->tail_count, ROOM_TAIL);
	assert_int_equal(r->tail[r->tail_start].seq, 12);
	assert_string_equal(r->tail[r->tail_start].text, "note lead hello");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT_TEST(samples_are_kept_good_and_failed),
		NIGHT_TEST(older_and_repeated_samples_change_nothing),
		NIGHT_TEST(the_history_is_a_ring_of_the_newest),
		NIGHT_TEST(a_verdict_record_is_what_the_finding_says),
		NIGHT_TEST(
			a_green_that_grew_old_is_blind_before_a_record_says_so),
		NIGHT_TEST(a_breach_stays_a_breach_through_a_gap),
		NIGHT_TEST(a_green_without_any_measurement_is_not_believed),
		NIGHT_TEST(a_mute_shows_as_off_until_it_ends),
		NIGHT_TEST(off_without_a_mute_is_blind),
		NIGHT_TEST(an_acknowledgement_lasts_until_the_verdict_changes),
		NIGHT_TEST(a_decision_is_remembered_with_its_time),
		NIGHT_TEST(the_next_step_is_the_one_a_person_should_look_at),
		NIGHT_TEST(when_all_is_over_there_is_no_next_step),
		NIGHT_TEST(what_was_undone_carries_nothing),
		NIGHT_TEST(the_tail_is_a_ring_of_the_newest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
