/* room: the fold judges first, changes then, and sees the same every time. */
#include "tests/unit/model_night.h"

#include <stdio.h>

#include "base/mem.h"
#include "tests/lib/walks.h"

/* The whole room as text; mem_free() it. */
static char *
dump(const struct room *r, int64_t now_ms)
{
	struct buf out;

	buf_init(&out, 8 * 1024 * 1024);
	room_write(&out, r, now_ms);
	assert_false(out.cut);
	return buf_detach(&out);
}

static void
assert_same_rooms(const struct room *a, const struct room *b, int64_t now_ms)
{
	char *one = dump(a, now_ms);
	char *two = dump(b, now_ms);

	assert_string_equal(one, two);
	mem_free(one);
	mem_free(two);
}

static void
a_new_room_knows_nothing_and_is_blind(void **state)
{
	struct night n;
	struct decision d;

	TEST_UNUSED(state);
	night_prepare(&n);
	assert_int_equal(n.room->life, ROOM_NEW);
	assert_int_equal(n.room->verdict, VERDICT_BLIND);
	assert_int_equal(n.room->signal_count, 3);
	for (size_t i = 0; i < BOOKS_GATES; i++) {
		struct gate_finding f;

		room_finding(n.room, i, 5000, &f);
		assert_int_equal(f.verdict, VERDICT_BLIND);
		assert_int_equal(f.reason, GATE_NEVER_SEEN);
		assert_int_equal(f.age_ms, -1);
	}
	room_decision(n.room, 5000, &d);
	assert_int_equal(d.verdict, VERDICT_BLIND);
	assert_int_equal(n.room->first_no_go_ms, -1);
	assert_int_equal(n.room->rollback_began_ms, -1);
	night_end(&n);
}

static void
opening_says_who_where_and_when(void **state)
{
	TEST_UNUSED(state);
	assert_int_equal(night.room->life, ROOM_OPEN);
	assert_string_equal(night.room->name, "night");
	assert_string_equal(night.room->mode, "LIVE");
	assert_string_equal(night.room->commander, "lead");
	assert_int_equal(night.room->seed, 7);
	assert_int_equal(night.room->opened_ms, 1000);
	assert_int_equal(night.room->epoch, 1);
	assert_int_equal(night.room->records, 1);
	assert_int_equal(night.room->tail_count, 1);
}

static void
a_room_opens_once_and_nothing_comes_before(void **state)
{
	struct night n;
	struct err e;

	TEST_UNUSED(state);
	CHECK_FAILS(night_add(&night, &e, RECORD_OPEN, "mode=LIVE", NULL),
		    ERR_DAMAGED, &e, "open already");
	night_prepare(&n);
	CHECK_FAILS(night_add(&n, &e, RECORD_RESUME, NULL), ERR_DAMAGED, &e,
		    "not open yet");
	CHECK_FAILS(night_add(&n, &e, RECORD_OPEN, "mode=TEST", NULL),
		    ERR_DAMAGED, &e, "TEST");
	NIGHT(&n, RECORD_TORN, "bytes=7");
	NIGHT(&n, RECORD_OPEN, "mode=DRILL");
	night_end(&n);
}

static void
room_time_never_runs_backwards(void **state)
{
	struct err e;

	TEST_UNUSED(state);
	night.at_ms = 999;
	CHECK_FAILS(night_add(&night, &e, RECORD_NOTE, "text=x", NULL),
		    ERR_DAMAGED, &e, "backwards");
	night.at_ms = 1000;
	NIGHT(&night, RECORD_NOTE, "text=x");
}

static void
times_beyond_belief_are_refused_or_held(void **state)
{
	static const int64_t rows[] = { -1, INT64_MIN, INT64_MAX };
	struct err e;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		night.at_ms = rows[i];
		CHECK_FAILS(night_add(&night, &e, RECORD_NOTE, NULL),
			    ERR_DAMAGED, &e, "no room time");
	}
	night.at_ms = 2000;
	NIGHT(&night, RECORD_VERDICT, "gate=rollback.dns_ttl_seconds",
	      "verdict=NO-GO", "reason=breached", "since=-9223372036854775808",
	      "flaps=9223372036854775807");
	NIGHT(&night, RECORD_SAMPLES,
	      "s=[[\"rollback.dns_ttl_seconds\",1,1,9223372036854775807]]");
	assert_int_equal(night.room->gates[BOOKS_TTL].since_ms, 0);
	assert_int_equal(night.room->signals[0].history_count, 0);
}

static void
what_cannot_be_leaves_the_room_unchanged(void **state)
{
	static const struct {
		const char *what;
		enum record_kind kind;
		const char *a, *b, *c;
	} rows[] = {
		{ "an unknown step", RECORD_STEP, "step=coffee", "state=armed",
		  "x=1" },
		{ "an unknown state", RECORD_STEP, "step=publish-flow",
		  "state=done", "x=1" },
		{ "a forbidden move", RECORD_STEP, "step=publish-flow",
		  "state=verified", "detail=changed" },
		{ "acting without being shown", RECORD_STEP,
		  "step=publish-flow", "state=intent", "key=changed" },
		{ "confirmed without being shown", RECORD_STEP,
		  "step=publish-flow", "state=confirmed", "x=1" },
		{ "undone but never begun", RECORD_STEP, "step=publish-flow",
		  "state=undone", "x=1" },
		{ "a plan that is no list", RECORD_STEP, "step=publish-flow",
		  "state=armed", "lines={\"a\":1}" },
		{ "a plan with a number", RECORD_STEP, "step=publish-flow",
		  "state=armed", "lines=[\"a\",1]" },
		{ "an item that is not there", RECORD_UNDO, "item=0",
		  "state=intent", "x=1" },
		{ "an unknown rollback", RECORD_ROLLBACK, "state=maybe", "x=1",
		  "y=1" },
		{ "a rollback that ends unbegun", RECORD_ROLLBACK,
		  "state=validated", "x=1", "y=1" },
		{ "a row beyond the manifest", RECORD_ROLLBACK, "state=armed",
		  "items=[{\"row\":2}]", "x=1" },
		{ "a step beyond the runbook", RECORD_ROLLBACK, "state=armed",
		  "items=[{\"step\":6}]", "x=1" },
		{ "a negative row", RECORD_ROLLBACK, "state=armed",
		  "items=[{\"row\":-1}]", "x=1" },
		{ "an item with both", RECORD_ROLLBACK, "state=armed",
		  "items=[{\"row\":0,\"step\":1}]", "x=1" },
		{ "an item with nothing", RECORD_ROLLBACK, "state=armed",
		  "items=[{}]", "x=1" },
		{ "more items than can be", RECORD_ROLLBACK, "state=armed",
		  "items=[{\"row\":0},{\"row\":0},{\"row\":0},{\"row\":0},"
		  "{\"row\":0},{\"row\":0},{\"row\":0},{\"row\":0},"
		  "{\"row\":0}]",
		  "x=1" },
		{ "an unknown gate", RECORD_VERDICT, "gate=no.gate",
		  "verdict=GO", "reason=met" },
		{ "an unknown verdict", RECORD_VERDICT,
		  "gate=telephony.primary_trunk_alive", "verdict=MAYBE",
		  "reason=met" },
		{ "an unknown reason", RECORD_VERDICT,
		  "gate=telephony.primary_trunk_alive", "verdict=GO",
		  "reason=mood" },
		{ "an unknown decision", RECORD_DECISION, "verdict=go", "x=1",
		  "y=1" },
		{ "a mute of nothing", RECORD_MUTE, "gate=no.gate",
		  "muted=true", "reason=x" },
		{ "an ack of nothing", RECORD_ACK, "gate=no.gate", "x=1",
		  "y=1" },
		{ "half a console", RECORD_CONSOLE, "state=half", "x=1",
		  "y=1" },
		{ "no samples", RECORD_SAMPLES, "x=1", "y=1", "z=1" },
		{ "samples that are no list", RECORD_SAMPLES, "s={\"a\":1}",
		  "x=1", "y=1" },
		{ "a good sample before a bad one", RECORD_SAMPLES,
		  "s=[[\"rollback.dns_ttl_seconds\",60,1,900],[\"x\"]]", "x=1",
		  "y=1" },
		{ "a sample in a list of its own", RECORD_SAMPLES,
		  "s=[[\"rollback.dns_ttl_seconds\",[60],1,900]]", "x=1",
		  "y=1" },
		{ "a sample that says too much", RECORD_SAMPLES,
		  "s=[[\"rollback.dns_ttl_seconds\",60,1,900,\"\",1]]", "x=1",
		  "y=1" },
	};
	char *before = dump(night.room, 2000);

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err e;
		char *after;

		CHECK_ROW(rows[i].what,
			  night_add(&night, &e, rows[i].kind, rows[i].a,
				    rows[i].b, rows[i].c, NULL) == ERR_DAMAGED);
		CHECK_HOLDS(e.text, "record 2 (");
		after = dump(night.room, 2000);
		CHECK_ROW(rows[i].what, strcmp(before, after) == 0);
		mem_free(after);
	}
	mem_free(before);
}

static void
arming_opens_the_prompt_and_any_move_closes_it(void **state)
{
	static const char *const moves[] = { "state=ready", "state=confirmed",
					     "state=skipped" };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		struct night n;

		night_begin(&n);
		NIGHT(&n, RECORD_STEP, "step=publish-flow", "state=armed",
		      "phrase=PUBLISH prod", "digest=abc",
		      "lines=[\"PATCH /flows/1\",\"a -> b\"]");
		assert_true(n.room->prompt.open);
		assert_int_equal(n.room->prompt.step, BOOKS_FLOW);
		assert_string_equal(n.room->prompt.phrase, "PUBLISH prod");
		assert_string_equal(n.room->prompt.digest, "abc");
		assert_int_equal(n.room->prompt.line_count, 2);
		assert_string_equal(n.room->prompt.lines[1], "a -> b");
		NIGHT(&n, RECORD_STEP, "step=announce", "state=skipped");
		assert_true(n.room->prompt.open);
		NIGHT(&n, RECORD_STEP, "step=publish-flow", moves[i]);
		assert_false(n.room->prompt.open);
		night_end(&n);
	}
}

static void
a_prompt_has_room_for_so_many_lines_and_no_more(void **state)
{
	char lines[4096] = "lines=[\"0\"";

	TEST_UNUSED(state);
	for (int i = 0; i < 40; i++)
		strcat(lines, ",\"a line of the plan that goes on\"");
	strcat(lines, "]");
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=armed", lines);
	assert_int_equal(night.room->prompt.line_count, ROOM_LINES);
}

static void
a_step_keeps_its_times_attempts_and_key(void **state)
{
	const struct room_act *a = &night.room->steps[BOOKS_FLOW];

	TEST_UNUSED(state);
	night_step(&night, BOOKS_FLOW, STEP_CONFIRMED);
	assert_string_equal(a->by, "lead");
	assert_int_equal(a->began_ms, -1);
	night.at_ms = 2000;
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=intent",
	      "key=small:publish-flow", "attempt=1", "detail=about to");
	assert_int_equal(a->began_ms, 2000);
	night.at_ms = 3000;
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=acting");
	assert_string_equal(a->detail, "");
	assert_string_equal(a->key, "small:publish-flow");
	night.at_ms = 4000;
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=backoff",
	      "next=9000", "detail=503");
	assert_int_equal(a->next_ms, 9000);
	assert_int_equal(a->since_ms, 4000);
	night.at_ms = 9000;
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=converging",
	      "polls=1", "attempt=2");
	night.at_ms = 9500;
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=converging",
	      "polls=2");
	assert_int_equal(a->since_ms, 9000);
	assert_int_equal(a->polls, 2);
	assert_int_equal(a->attempt, 2);
	assert_int_equal(a->next_ms, 0);
	assert_int_equal(a->ended_ms, -1);
	night.at_ms = 9900;
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=verified");
	assert_int_equal(a->ended_ms, 9900);
	assert_int_equal(a->began_ms, 2000);
}

static void
proved_not_landed_means_never_begun(void **state)
{
	TEST_UNUSED(state);
	night_step(&night, BOOKS_FLOW, STEP_UNKNOWN);
	assert_true(night.room->steps[BOOKS_FLOW].began_ms >= 0);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=ready");
	assert_int_equal(night.room->steps[BOOKS_FLOW].began_ms, -1);
}

static void
a_step_without_confirm_may_act_at_once(void **state)
{
	TEST_UNUSED(state);
	NIGHT(&night, RECORD_STEP, "step=announce", "state=intent");
	NIGHT(&night, RECORD_STEP, "step=announce", "state=verified");
}

static void
a_failed_step_is_shown_again_before_it_acts_again(void **state)
{
	struct err e;

	TEST_UNUSED(state);
	night_step(&night, BOOKS_FLOW, STEP_FAILED);
	CHECK_FAILS(night_add(&night, &e, RECORD_STEP, "step=publish-flow",
			      "state=intent", NULL),
		    ERR_DAMAGED, &e, "shown");
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=armed");
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=confirmed");
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=intent");
}

static const char items[] =
	"items=[{\"row\":0,\"before\":\"198.51.100.7\",\"after\":\"192.0.2.1\"}"
	",{\"step\":1},{\"row\":1}]";

static void
a_rollback_is_proposed_armed_walked_and_validated(void **state)
{
	const struct room *r = night.room;

	TEST_UNUSED(state);
	night_step(&night, BOOKS_FLOW, STEP_VERIFIED);
	NIGHT(&night, RECORD_ROLLBACK, "state=proposed", "cause=abandonment");
	assert_string_equal(r->rollback_detail, "abandonment");
	assert_false(r->prompt.open);
	NIGHT(&night, RECORD_ROLLBACK, "state=declined");
	NIGHT(&night, RECORD_ROLLBACK, "state=armed", items,
	      "phrase=ROLLBACK prod", "lines=[\"1 dns\"]");
	assert_true(r->prompt.open);
	assert_int_equal(r->prompt.step, -1);
	assert_int_equal(r->undo_count, 3);
	assert_int_equal(r->undos[0].item.row, 0);
	assert_string_equal(r->undos[0].before, "198.51.100.7");
	assert_int_equal(r->undos[1].item.step, BOOKS_FLOW);
	assert_int_equal(r->undos[1].item.layer, LAYER_FLOW);
	night.at_ms = 5000;
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
	assert_false(r->prompt.open);
	assert_int_equal(r->rollback_began_ms, 5000);
	NIGHT(&night, RECORD_UNDO, "item=1", "name=publish-flow",
	      "state=intent", "before=v-2");
	assert_true(room_is_busy(r));
	NIGHT(&night, RECORD_UNDO, "item=1", "state=verified", "after=v-1");
	assert_string_equal(r->undos[1].before, "v-2");
	assert_string_equal(r->undos[1].after, "v-1");
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=undone");
	NIGHT(&night, RECORD_ROLLBACK, "state=validating");
	night.at_ms = 6000;
	NIGHT(&night, RECORD_ROLLBACK, "state=validated");
	assert_int_equal(r->rollback_ended_ms, 6000);
	assert_false(room_is_busy(r));
}

static void
a_rollback_that_began_keeps_its_items(void **state)
{
	TEST_UNUSED(state);
	NIGHT(&night, RECORD_ROLLBACK, "state=armed", items);
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
	NIGHT(&night, RECORD_UNDO, "item=0", "state=intent");
	NIGHT(&night, RECORD_UNDO, "item=0", "state=failed");
	NIGHT(&night, RECORD_ROLLBACK, "state=halted");
	assert_true(night.room->rollback_ended_ms >= 0);
	NIGHT(&night, RECORD_ROLLBACK, "state=armed", "items=[{\"row\":1}]");
	assert_int_equal(night.room->undo_count, 3);
	assert_int_equal(night.room->undos[0].act.state, STEP_FAILED);
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
	assert_int_equal(night.room->rollback_ended_ms, -1);
	NIGHT(&night, RECORD_UNDO, "item=0", "state=intent");
}

static void
arming_a_rollback_takes_the_prompt_from_a_step(void **state)
{
	TEST_UNUSED(state);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=armed");
	NIGHT(&night, RECORD_ROLLBACK, "state=armed", items);
	assert_int_equal(night.room->prompt.step, -1);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=ready");
	assert_true(night.room->prompt.open);
	NIGHT(&night, RECORD_ROLLBACK, "state=declined");
	assert_false(night.room->prompt.open);
}

static void
a_resume_closes_the_prompt_and_guesses_nothing(void **state)
{
	TEST_UNUSED(state);
	night_step(&night, BOOKS_FLOW, STEP_ACTING);
	NIGHT(&night, RECORD_STEP, "step=set-routing", "state=armed");
	NIGHT(&night, RECORD_CONSOLE, "state=lost", "why=hangup");
	NIGHT(&night, RECORD_PARKED, "why=console lost");
	assert_int_equal(night.room->life, ROOM_PARKED);
	NIGHT(&night, RECORD_RESUME, "commander=ben", "epoch=2");
	assert_int_equal(night.room->life, ROOM_OPEN);
	assert_int_equal(night.room->epoch, 2);
	assert_string_equal(night.room->commander, "ben");
	assert_false(night.room->prompt.open);
	assert_false(night.room->console_lost);
	assert_int_equal(night.room->steps[BOOKS_FLOW].state, STEP_ACTING);
	NIGHT(&night, RECORD_STEP, "step=publish-flow", "state=unknown");
}

static void
a_resume_carries_no_green_over(void **state)
{
	TEST_UNUSED(state);
	NIGHT(&night, RECORD_DECISION, "verdict=GO", "sentence=GO: all met");
	NIGHT(&night, RECORD_RESUME, "commander=ben", "epoch=2");
	assert_int_equal(night.room->verdict, VERDICT_BLIND);
	assert_string_equal(night.room->sentence, "");
	NIGHT(&night, RECORD_DECISION, "verdict=NO-GO", "sentence=NO-GO: x");
	NIGHT(&night, RECORD_RESUME, "commander=ben", "epoch=3");
	assert_int_equal(night.room->verdict, VERDICT_NO_GO);
}

static void
a_closed_room_acts_no_more(void **state)
{
	struct err e;

	TEST_UNUSED(state);
	NIGHT(&night, RECORD_LEFTOVER, "object=ticket:7", "detail=open");
	NIGHT(&night, RECORD_CLOSE, "code=5", "why=rolled back");
	assert_int_equal(night.room->life, ROOM_CLOSED);
	assert_int_equal(night.room->close_code, 5);
	assert_int_equal(night.room->leftovers, 1);
	CHECK_FAILS(night_add(&night, &e, RECORD_STEP, "step=announce",
			      "state=intent", NULL),
		    ERR_DAMAGED, &e, "closed already");
	NIGHT(&night, RECORD_NOTE, "text=good night");
}

static void
a_copy_goes_its_own_way(void **state)
{
	struct room *copy;

	TEST_UNUSED(state);
	NIGHT(&night, RECORD_ROLLBACK, "state=armed", items);
	copy = room_copy(night.room);
	assert_same_rooms(copy, night.room, 9000);
	NIGHT(&night, RECORD_ROLLBACK, "state=running");
	NIGHT(&night, RECORD_UNDO, "item=0", "state=intent");
	assert_int_equal(copy->rollback, ROLLBACK_ARMED);
	assert_int_equal(copy->undos[0].act.state, STEP_READY);
	room_free(copy);
	room_free(NULL);
}

/* Walks a random night and folds each prefix of it anew from its lines. */
static void
a_fold_of_every_prefix_equals_the_live_room(void **state)
{
	enum { LENGTH = 60, NIGHTS = 6 };
	static char lines[LENGTH][RECORD_CAP / 16];

	TEST_UNUSED(state);
	for (uint64_t seed = 1; seed <= NIGHTS; seed++) {
		struct book *book = books_small();
		struct room *live;
		struct record r;
		struct walk w;
		struct err e;

		books_drain(book, "telephony.abandonment_rate_percent", "");
		live = room_new(book);
		walk_init(&w, seed);
		record_init(&r, RECORD_NOTE, "");
		for (int n = 0; n < LENGTH; n++) {
			struct room *again = room_new(book);
			struct record back;
			struct buf line;

			walk_next(&w, live, &r);
			r.seq = n + 1;
			digest_hex(r.hash, &n, sizeof(n));
			CHECK_OK(room_apply(live, &r, &e), &e);
			buf_init(&line, sizeof(lines[n]) - 1);
			record_write(&line, &r);
			assert_false(line.cut);
			memcpy(lines[n], line.data, line.len + 1);
			buf_clear(&line);
			record_init(&back, RECORD_NOTE, "");
			for (int i = 0; i <= n; i++) {
				CHECK_OK(record_reread(&back, lines[i],
						       strlen(lines[i]), &e),
					 &e);
				CHECK_OK(room_apply(again, &back, &e), &e);
			}
			assert_same_rooms(live, again, w.at_ms + 500);
			record_clear(&back);
			room_free(again);
		}
		record_clear(&r);
		room_free(live);
		book_drop(book);
	}
}

static void
a_thousand_signals_are_found_and_copied(void **state)
{
	struct book *book = books_small();
	struct room *room, *copy;

	TEST_UNUSED(state);
	mem_free(book->probes[0].signals->from);
	mem_free(book->probes[0].signals);
	book->probes[0].signals = mem_new(1000, sizeof(struct book_signal));
	book->probes[0].signal_count = 1000;
	for (int i = 0; i < 1000; i++)
		snprintf(book->probes[0].signals[i].name, SIGNAL_NAME,
			 "load.signal_%d", i);
	room = room_new(book);
	assert_int_equal(room->signal_count, 1003);
	assert_non_null(room_signal(room, "load.signal_999"));
	copy = room_copy(room);
	assert_non_null(room_signal(copy, "load.signal_999"));
	assert_same_rooms(room, copy, 0);
	room_free(copy);
	room_free(room);
	book_drop(book);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_room_knows_nothing_and_is_blind),
		NIGHT_TEST(opening_says_who_where_and_when),
		NIGHT_TEST(a_room_opens_once_and_nothing_comes_before),
		NIGHT_TEST(room_time_never_runs_backwards),
		NIGHT_TEST(times_beyond_belief_are_refused_or_held),
		NIGHT_TEST(what_cannot_be_leaves_the_room_unchanged),
		NIGHT_TEST(arming_opens_the_prompt_and_any_move_closes_it),
		NIGHT_TEST(a_prompt_has_room_for_so_many_lines_and_no_more),
		NIGHT_TEST(a_step_keeps_its_times_attempts_and_key),
		NIGHT_TEST(proved_not_landed_means_never_begun),
		NIGHT_TEST(a_step_without_confirm_may_act_at_once),
		NIGHT_TEST(a_failed_step_is_shown_again_before_it_acts_again),
		NIGHT_TEST(a_rollback_is_proposed_armed_walked_and_validated),
		NIGHT_TEST(a_rollback_that_began_keeps_its_items),
		NIGHT_TEST(arming_a_rollback_takes_the_prompt_from_a_step),
		NIGHT_TEST(a_resume_closes_the_prompt_and_guesses_nothing),
		NIGHT_TEST(a_resume_carries_no_green_over),
		NIGHT_TEST(a_closed_room_acts_no_more),
		NIGHT_TEST(a_copy_goes_its_own_way),
		cmocka_unit_test(a_fold_of_every_prefix_equals_the_live_room),
		cmocka_unit_test(a_thousand_signals_are_found_and_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
