/* engine: every move a person can make on a step, and what it is bound to. */
#include "tests/unit/engine_edit.h"

static struct live_night night;

static enum step_state
state_of(const char *step)
{
	return desk_step(&night.desk, step);
}

static const struct room_prompt *
prompt(void)
{
	return &night.desk.director.room->prompt;
}

static void
confirming_a_manual_step_is_doing_it(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_arm(&night, "tell");
	assert_true(prompt()->open);
	assert_string_equal(prompt()->phrase, "");
	desk_confirm(&night.desk, "y");
	assert_int_equal(state_of("tell"), STEP_ARMED);
	CHECK_HOLDS(night_notice(&night), "type exactly yes");
	desk_confirm(&night.desk, "yes");
	assert_int_equal(state_of("tell"), STEP_VERIFIED);
	assert_string_equal(night_detail(&night, "tell"), "done by a person");
	assert_int_equal(
		desk_records(&night.desk, "step", "\"state\":\"intent\""), 1);
	night_stop(&night);
}

/* No runbook that loads has such a step; a room must not rely on it. */
static void
a_manual_step_that_asks_nobody_is_not_armed(void **state)
{
	struct book_step *step;

	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	step = &night.desk.book->steps[0];
	assert_string_equal(step->id, "tell");
	step->confirm = CONFIRM_NONE;
	desk_say(&night.desk, COMMAND_ARM, "tell", "");
	CHECK_HOLDS(night_notice(&night), "somebody must say that it is done");
	assert_int_equal(state_of("tell"), STEP_READY);
	assert_int_equal(desk_records(&night.desk, "step", "\"tell\""), 0);
	night_stop(&night);
}

static void
done_takes_proof_and_a_plan_that_was_seen(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	desk_say(&night.desk, COMMAND_DONE, "tell", "all floors agreed");
	assert_int_equal(state_of("tell"), STEP_READY);
	CHECK_HOLDS(night_notice(&night), "tell is ready");
	night_arm(&night, "tell");
	desk_say(&night.desk, COMMAND_DONE, "tell", " ");
	CHECK_HOLDS(night_notice(&night), "done needs proof");
	assert_int_equal(state_of("tell"), STEP_ARMED);
	desk_say(&night.desk, COMMAND_DONE, "tell", "all floors agreed");
	assert_int_equal(state_of("tell"), STEP_VERIFIED);
	assert_string_equal(night_detail(&night, "tell"), "all floors agreed");
	assert_false(prompt()->open);
	desk_say(&night.desk, COMMAND_DONE, "tell", "again");
	CHECK_HOLDS(night_notice(&night), "tell is verified");
	night_stop(&night);
}

/* Proof is no way round a phrase, nor round the act itself. */
static void
a_step_left_out_while_its_plan_is_read_stays_left_out(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	desk_say(&night.desk, COMMAND_ARM, "publish", "");
	desk_say(&night.desk, COMMAND_SKIP, "publish", "done by hand");
	assert_int_equal(state_of("publish"), STEP_SKIPPED);
	desk_rest(&night.desk);
	assert_false(night.desk.director.dead);
	assert_int_equal(state_of("publish"), STEP_SKIPPED);
	assert_false(prompt()->open);
	night_stop(&night);
}

static void
done_never_stands_for_a_phrase_or_an_act(void **state)
{
	static const char *const steps[] = { "sign", "route", "publish" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		night_start(&night, NULL, 0);
		night_arm(&night, steps[i]);
		desk_say(&night.desk, COMMAND_DONE, steps[i], "looks fine");
		desk_rest(&night.desk);
		CHECK_ROW(steps[i], state_of(steps[i]) == STEP_ARMED);
		assert_int_equal(peer_count(night.peer, "PATCH"), 0);
		night_stop(&night);
	}
}

/* Written, it can be read again: in the journal's list and its views. */
static void
a_note_is_read_where_records_are(void **state)
{
	const struct room_line *last;
	const struct room *r;

	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	r = night.desk.director.room;
	desk_say(&night.desk, COMMAND_NOTE, "", "the carrier calls back at 3");
	last = &r->tail[(r->tail_start + r->tail_count - 1) % ROOM_TAIL];
	assert_int_equal(last->kind, RECORD_NOTE);
	CHECK_HOLDS(last->text, "the carrier calls back at 3");
	night_stop(&night);
}

static void
skip_takes_a_reason(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	desk_say(&night.desk, COMMAND_SKIP, "tell", "");
	CHECK_HOLDS(night_notice(&night), "skip needs a reason");
	assert_int_equal(state_of("tell"), STEP_READY);
	desk_say(&night.desk, COMMAND_SKIP, "tell", "nobody is there");
	assert_int_equal(state_of("tell"), STEP_SKIPPED);
	assert_string_equal(night_detail(&night, "tell"), "nobody is there");
	desk_say(&night.desk, COMMAND_SKIP, "tell", "again");
	CHECK_HOLDS(night_notice(&night), "cannot be left out now");
	desk_say(&night.desk, COMMAND_ARM, "tell", "");
	CHECK_HOLDS(night_notice(&night), "it is over");
	desk_say(&night.desk, COMMAND_SKIP, "nowhere", "why");
	CHECK_HOLDS(night_notice(&night), "no step \"nowhere\"");
	night_stop(&night);
}

static void
a_phrase_is_typed_exactly(void **state)
{
	static const char *const wrong[] = { "", "yes",
					     "publish PROD us-east-1",
					     "PUBLISH PROD us-east-1 ",
					     "PUBLISH PROD" };

	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_arm(&night, "publish");
	assert_true(prompt()->phrase[0] != '\0');
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		desk_confirm(&night.desk, wrong[i]);
		CHECK_HOLDS(night_notice(&night), prompt()->phrase);
		CHECK_ROW(wrong[i], state_of("publish") == STEP_ARMED);
	}
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	night_agree(&night);
	desk_until_step(&night.desk, "publish", STEP_VERIFIED);
	assert_int_equal(peer_count(night.peer, "PATCH /flow "), 1);
	night_stop(&night);
}

static void
a_confirm_of_another_plan_is_refused(void **state)
{
	struct message *m = message_new(MESSAGE_COMMAND);

	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_arm(&night, "publish");
	m->command.verb = COMMAND_CONFIRM;
	str_copy(m->command.text, sizeof(m->command.text), prompt()->phrase);
	str_copy(m->command.digest, sizeof(m->command.digest),
		 "0000000000000000");
	director_turn(&night.desk.director, m);
	CHECK_HOLDS(night_notice(&night), "not the one that is open");
	desk_rest(&night.desk);
	assert_int_equal(state_of("publish"), STEP_ARMED);
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	night_stop(&night);
}

static void
a_plan_whose_live_state_moved_is_refused_and_shown_again(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /flow/new ", .body = "{\"is\":\"a\"}" },
		{ .expect = "GET /flow/new ", .body = "{\"is\":\"b\"}" },
		{ .expect = "GET /flow/new ", .body = "{\"is\":\"b\"}" },
	};
	char seen[DIGEST_HEX];

	TEST_UNUSED(state);
	night_start(&night, rows, ARRAY_LEN(rows));
	night_arm(&night, "publish");
	str_copy(seen, sizeof(seen), prompt()->digest);
	night_agree(&night);
	desk_rest(&night.desk);
	CHECK_HOLDS(night_notice(&night), "now \"live b -> new\"");
	assert_int_equal(state_of("publish"), STEP_ARMED);
	assert_string_not_equal(prompt()->digest, seen);
	assert_int_equal(peer_count(night.peer, "PATCH"), 0);
	night_agree(&night);
	desk_until_step(&night.desk, "publish", STEP_VERIFIED);
	assert_int_equal(peer_count(night.peer, "PATCH /flow "), 1);
	night_stop(&night);
}

static void
a_plan_shown_under_another_decision_is_refused(void **state)
{
	static const char *const steps[] = { "tell", "publish" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		night_start(&night, NULL, 0);
		night_arm(&night, steps[i]);
		night_measure(&night, 9, 100);
		night_agree(&night);
		desk_rest(&night.desk);
		CHECK_HOLDS(night_notice(&night), "moved");
		CHECK_HOLDS(night_notice(&night), "NO-GO");
		assert_int_equal(state_of(steps[i]), STEP_ARMED);
		assert_int_equal(peer_count(night.peer, "PATCH"), 0);
		night_stop(&night);
	}
}

static void
what_needs_go_waits_for_it(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_measure(&night, 9, 100);
	night_arm(&night, "guarded");
	desk_confirm(&night.desk, "yes");
	CHECK_HOLDS(night_notice(&night), "guarded needs GO");
	desk_say(&night.desk, COMMAND_DONE, "guarded", "I saw it");
	assert_int_equal(state_of("guarded"), STEP_ARMED);
	night_measure(&night, 1, 100);
	desk_confirm(&night.desk, "yes");
	desk_confirm(&night.desk, "yes");
	assert_int_equal(state_of("guarded"), STEP_VERIFIED);
	night_stop(&night);
}

static void
what_needs_a_gate_waits_for_that_gate_alone(void **state)
{
	static const struct edit edits[] = {
		{ "before: go\n", "before: [telephony.delay_ms]\n" },
		{ "before: [telephony.delay_ms]\n    do: {manual: {text: Look",
		  "before: [loss]\n    do: {manual: {text: Look" },
	};

	TEST_UNUSED(state);
	for (size_t i = 1; i <= ARRAY_LEN(edits); i++) {
		bool by_probe = i == 2;

		night_start_edited(&night, NULL, 0, edits, i);
		night_measure(&night, by_probe ? 9 : 1, by_probe ? 100 : 900);
		night_arm(&night, "guarded");
		desk_confirm(&night.desk, "yes");
		CHECK_HOLDS(night_notice(&night),
			    by_probe ? "guarded needs telephony.loss_percent "
				       "to hold, it is NO-GO"
				     : "guarded needs telephony.delay_ms to "
				       "hold, it is NO-GO");
		desk_say(&night.desk, COMMAND_DONE, "guarded", "I saw it");
		assert_int_equal(state_of("guarded"), STEP_ARMED);
		/* The other one may be what it is. */
		night_measure(&night, by_probe ? 1 : 9, by_probe ? 900 : 100);
		desk_confirm(&night.desk, "yes");
		desk_confirm(&night.desk, "yes");
		assert_int_equal(state_of("guarded"), STEP_VERIFIED);
		night_stop(&night);
	}
}

/* Taken in a moment ago, and not yet judged in its turn. */
static void
a_breach_that_was_measured_counts_at_once(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_arm(&night, "guarded");
	night_measure(&night, 1, 100);
	desk_measure(&night.desk, "loss", 9, 1000);
	desk_confirm(&night.desk, "yes");
	assert_int_equal(state_of("guarded"), STEP_ARMED);
	CHECK_HOLDS(night_notice(&night), "guarded needs GO");
	night_stop(&night);
}

static void
a_declined_plan_leaves_the_step_ready(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_arm(&night, "publish");
	desk_say(&night.desk, COMMAND_ARM, "tell", "");
	CHECK_HOLDS(night_notice(&night), "a plan is open");
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	assert_int_equal(state_of("publish"), STEP_READY);
	assert_false(prompt()->open);
	desk_confirm(&night.desk, "yes");
	CHECK_HOLDS(night_notice(&night), "nothing waits");
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	CHECK_HOLDS(night_notice(&night), "no plan is open");
	night_walk(&night, "tell");
	night_stop(&night);
}

static void
a_plan_declined_while_it_is_read_does_not_appear(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /flow/new ",
		  .body = "{\"is\":\"a\"}",
		  .delay_ms = 200 },
	};

	TEST_UNUSED(state);
	night_start(&night, rows, ARRAY_LEN(rows));
	desk_say(&night.desk, COMMAND_ARM, "publish", "");
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	desk_rest(&night.desk);
	assert_int_equal(state_of("publish"), STEP_READY);
	assert_false(prompt()->open);
	night_stop(&night);
}

static void
a_wait_that_is_given_up_has_failed_and_can_be_tried_again(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	desk_say(&night.desk, COMMAND_ARM, "settle", ""); /* confirm: none */
	assert_int_equal(state_of("settle"), STEP_ACTING);
	desk_say(&night.desk, COMMAND_ARM, "tell", "");
	CHECK_HOLDS(night_notice(&night), "another step is under way");
	desk_say(&night.desk, COMMAND_FAIL, "settle", "no time for it");
	assert_int_equal(state_of("settle"), STEP_FAILED);
	assert_string_equal(night_detail(&night, "settle"), "no time for it");
	desk_say(&night.desk, COMMAND_FAIL, "settle", "again");
	CHECK_HOLDS(night_notice(&night), "nothing to give up");
	desk_say(&night.desk, COMMAND_RETRY, "settle", "");
	assert_int_equal(state_of("settle"), STEP_ACTING);
	desk_until_step(&night.desk, "settle", STEP_VERIFIED);
	night_stop(&night);
}

static void
a_watched_wait_fails_when_the_gates_broke_meanwhile(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	desk_say(&night.desk, COMMAND_ARM, "watched", "");
	assert_int_equal(state_of("watched"), STEP_ACTING);
	night_measure(&night, 9, 100);
	desk_pass(&night.desk, 100, 1);
	night_measure(&night, 1, 100);
	desk_until_step(&night.desk, "watched", STEP_FAILED);
	CHECK_HOLDS(night_detail(&night, "watched"), "did not hold");
	desk_say(&night.desk, COMMAND_RETRY, "watched", "");
	desk_until_step(&night.desk, "watched", STEP_VERIFIED);
	night_stop(&night);
}

static const struct peer_row lost_rows[] = {
	{ .expect = "GET /flow/new ", .status = 500, .always = true },
	{ .expect = "PATCH /flow ",
	  .end = PEER_CLOSE,
	  .delay_ms = 150,
	  .always = true },
};

/* The console dies while the request is on its way; nothing can be read. */
static void
lose_the_answer(const struct peer_row *rows, size_t count)
{
	night_start(&night, rows, count);
	night_arm(&night, "publish");
	night_agree(&night);
	desk_until_step(&night.desk, "publish", STEP_ACTING);
	assert_true(peer_wait(night.peer, "PATCH /flow ", 1));
	desk_leave(&night.desk);
	desk_open(&night.desk);
	assert_int_equal(state_of("publish"), STEP_UNKNOWN);
	desk_rest(&night.desk);
}

static void
an_unknown_outcome_is_asked_about_never_guessed(void **state)
{
	int reads;

	TEST_UNUSED(state);
	lose_the_answer(lost_rows, ARRAY_LEN(lost_rows));
	assert_int_equal(state_of("publish"), STEP_UNKNOWN);
	CHECK_HOLDS(night_notice(&night), "still unknown");
	desk_say(&night.desk, COMMAND_ARM, "publish", "");
	CHECK_HOLDS(night_notice(&night), "read it back first");
	reads = peer_count(night.peer, "GET /flow/new ");
	desk_say(&night.desk, COMMAND_RECHECK, "publish", "");
	desk_rest(&night.desk);
	assert_true(peer_count(night.peer, "GET /flow/new ") > reads);
	desk_say(&night.desk, COMMAND_FAIL, "publish", "");
	CHECK_HOLDS(night_notice(&night), "fail needs a reason");
	assert_int_equal(state_of("publish"), STEP_UNKNOWN);
	desk_say(&night.desk, COMMAND_FAIL, "publish", "vendor says no");
	assert_int_equal(state_of("publish"), STEP_FAILED);
	desk_say(&night.desk, COMMAND_RECHECK, "publish", "");
	CHECK_HOLDS(night_notice(&night), "nothing to read back");
	assert_int_equal(peer_count(night.peer, "PATCH"), 1);
	night_stop(&night);
}

static void
an_unknown_outcome_is_done_with_proof(void **state)
{
	TEST_UNUSED(state);
	lose_the_answer(lost_rows, ARRAY_LEN(lost_rows));
	desk_say(&night.desk, COMMAND_DONE, "publish", "seen at the vendor's");
	assert_int_equal(state_of("publish"), STEP_VERIFIED);
	assert_string_equal(night_detail(&night, "publish"),
			    "seen at the vendor's");
	night_stop(&night);
}

static void
an_act_that_landed_is_verified_after_the_console_died(void **state)
{
	TEST_UNUSED(state);
	lose_the_answer(lost_rows + 1, 1);
	assert_int_equal(state_of("publish"), STEP_VERIFIED);
	assert_int_equal(peer_count(night.peer, "PATCH"), 1);
	night_stop(&night);
}

static void
an_act_that_never_landed_is_ready_again_with_its_key(void **state)
{
	static const struct peer_row rows[] = {
		{ .expect = "GET /flow/new ",
		  .body = "{\"is\":\"old\"}",
		  .always = true },
		{ .expect = "PATCH /flow ",
		  .end = PEER_CLOSE,
		  .delay_ms = 150,
		  .always = true },
	};
	char key[80];

	TEST_UNUSED(state);
	lose_the_answer(rows, ARRAY_LEN(rows));
	assert_int_equal(state_of("publish"), STEP_READY);
	str_copy(key, sizeof(key),
		 night.desk.director.room
			 ->steps[runner_step_named(&night.desk.director,
						   "publish")]
			 .key);
	night_arm(&night, "publish");
	night_agree(&night);
	desk_until_step(&night.desk, "publish", STEP_ACTING);
	assert_string_equal(night.desk.director.room
				    ->steps[runner_step_named(
					    &night.desk.director, "publish")]
				    .key,
			    key);
	night_stop(&night);
}

static void
a_parked_room_leaves_nothing_armed(void **state)
{
	TEST_UNUSED(state);
	night_start(&night, NULL, 0);
	night_arm(&night, "publish");
	desk_say(&night.desk, COMMAND_PARK, "", "shift ends");
	assert_true(night.desk.director.over);
	assert_int_equal(state_of("publish"), STEP_READY);
	assert_int_equal(desk_records(&night.desk, "parked", "shift ends"), 1);
	night_stop(&night);
}

/* A runbook that says so is refused; the engine does not rest on that. */
static void
a_point_of_no_return_is_never_done_unasked(void **state)
{
	static const enum rollback_after afters[] = { AFTER_DATA_LOSS,
						      AFTER_FORWARD_ONLY };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(afters); i++) {
		struct book_step *s;

		night_start(&night, NULL, 0);
		s = &night.desk.director.book->steps[runner_step_named(
			&night.desk.director, "publish")];
		s->after = afters[i];
		s->confirm = CONFIRM_NONE;
		desk_say(&night.desk, COMMAND_ARM, "publish", "");
		desk_rest(&night.desk);
		CHECK_HOLDS(night_notice(&night), "somebody must confirm it");
		assert_int_equal(desk_step(&night.desk, "publish"), STEP_READY);
		assert_int_equal(peer_count(night.peer, "PATCH"), 0);
		night_stop(&night);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(confirming_a_manual_step_is_doing_it),
		cmocka_unit_test(a_manual_step_that_asks_nobody_is_not_armed),
		cmocka_unit_test(done_takes_proof_and_a_plan_that_was_seen),
		cmocka_unit_test(done_never_stands_for_a_phrase_or_an_act),
		cmocka_unit_test(
			a_step_left_out_while_its_plan_is_read_stays_left_out),
		cmocka_unit_test(a_note_is_read_where_records_are),
		cmocka_unit_test(skip_takes_a_reason),
		cmocka_unit_test(a_phrase_is_typed_exactly),
		cmocka_unit_test(a_confirm_of_another_plan_is_refused),
		cmocka_unit_test(
			a_plan_whose_live_state_moved_is_refused_and_shown_again),
		cmocka_unit_test(
			a_plan_shown_under_another_decision_is_refused),
		cmocka_unit_test(what_needs_go_waits_for_it),
		cmocka_unit_test(what_needs_a_gate_waits_for_that_gate_alone),
		cmocka_unit_test(a_breach_that_was_measured_counts_at_once),
		cmocka_unit_test(a_declined_plan_leaves_the_step_ready),
		cmocka_unit_test(
			a_plan_declined_while_it_is_read_does_not_appear),
		cmocka_unit_test(
			a_wait_that_is_given_up_has_failed_and_can_be_tried_again),
		cmocka_unit_test(
			a_watched_wait_fails_when_the_gates_broke_meanwhile),
		cmocka_unit_test(
			an_unknown_outcome_is_asked_about_never_guessed),
		cmocka_unit_test(an_unknown_outcome_is_done_with_proof),
		cmocka_unit_test(
			an_act_that_landed_is_verified_after_the_console_died),
		cmocka_unit_test(
			an_act_that_never_landed_is_ready_again_with_its_key),
		cmocka_unit_test(a_parked_room_leaves_nothing_armed),
		cmocka_unit_test(a_point_of_no_return_is_never_done_unasked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
