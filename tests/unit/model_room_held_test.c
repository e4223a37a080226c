/* room: how long a gate has held is in the journal, through a resume too. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/books.h"
#include "tests/lib/nights.h"

#define HOUR INT64_C(3600000)
#define AGE 60000

static const struct gate *
held_gate(const struct night *n)
{
	return &n->book->gates.gates[BOOKS_TTL];
}

static void
open_night(struct night *n)
{
	struct gate *g;

	n->book = books_small();
	g = &n->book->gates.gates[BOOKS_TTL];
	g->held_for_ms = 2 * HOUR;
	g->max_age_ms = AGE;
	n->room = room_new(n->book);
	n->at_ms = 1000;
	NIGHT(n, RECORD_OPEN, "room=night", "mode=LIVE", "commander=lead",
	      "seed=7");
}

/* A sample in the journal, and in the memory of one who watches it live. */
static void
measure(struct night *n, struct gate_watch *w, int64_t at_ms, double ttl_s)
{
	const struct gate *g = held_gate(n);
	struct sample s = { .value = value_of_number(ttl_s),
			    .at_ms = at_ms,
			    .n = -1 };
	char field[200];

	str_printf(field, sizeof(field), "s=[[\"%s\",%g,-1,%lld]]", g->signal,
		   ttl_s, (long long)at_ms);
	n->at_ms = at_ms;
	NIGHT(n, RECORD_SAMPLES, field);
	gate_feed(g, w, &s);
}

static void
note_verdict(struct night *n, const struct gate_finding *f)
{
	char gate[100], verdict[40], reason[40];

	str_printf(gate, sizeof(gate), "gate=%s", held_gate(n)->signal);
	str_printf(verdict, sizeof(verdict), "verdict=%s",
		   verdict_word(f->verdict));
	str_printf(reason, sizeof(reason), "reason=%s",
		   gate_reason_word(f->reason));
	NIGHT(n, RECORD_VERDICT, gate, verdict, reason);
}

static int64_t
held_ms(const struct night *n)
{
	return gate_hold_ms(&n->room->gates[BOOKS_TTL].hold);
}

static void
the_fold_and_the_live_watch_say_the_same(void **state)
{
	struct gate_finding live, folded;
	struct gate_watch w;
	struct night n;

	TEST_UNUSED(state);
	open_night(&n);
	gate_watch_init(&w);
	for (int64_t at = 2000; at <= 2000 + HOUR; at += AGE) {
		measure(&n, &w, at, 300);
		gate_judge(held_gate(&n), &w, at, &live);
		note_verdict(&n, &live);
		room_finding(n.room, BOOKS_TTL, at, &folded);
		assert_int_equal(folded.verdict, live.verdict);
		assert_int_equal(folded.reason, live.reason);
		assert_int_equal(folded.held_ms, live.held_ms);
	}
	assert_int_equal(live.reason, GATE_UNPROVEN);
	assert_int_equal(held_ms(&n), HOUR);
	night_end(&n);
}

static void
a_resumed_room_goes_on_where_the_records_stand(void **state)
{
	struct gate_finding f;
	struct gate_watch w;
	struct night n;
	int64_t at;

	TEST_UNUSED(state);
	open_night(&n);
	gate_watch_init(&w);
	for (at = 2000; at <= 2000 + HOUR; at += AGE)
		measure(&n, &w, at, 300);
	NIGHT(&n, RECORD_RESUME, NULL);
	assert_int_equal(held_ms(&n), HOUR);
	/* As the director does: the memory is lost, the run is not. */
	gate_watch_init(&w);
	w.hold = n.room->gates[BOOKS_TTL].hold;
	for (; at <= 2000 + 2 * HOUR; at += AGE)
		measure(&n, &w, at, 299);
	gate_judge(held_gate(&n), &w, at - AGE, &f);
	assert_int_equal(f.verdict, VERDICT_GO);
	assert_int_equal(held_ms(&n), 2 * HOUR);
	night_end(&n);
}

static void
a_resume_after_too_long_a_gap_starts_it_again(void **state)
{
	struct gate_watch w;
	struct night n;

	TEST_UNUSED(state);
	open_night(&n);
	gate_watch_init(&w);
	measure(&n, &w, 2000, 300);
	measure(&n, &w, 2000 + AGE, 300);
	NIGHT(&n, RECORD_RESUME, NULL);
	measure(&n, &w, 2000 + 2 * AGE + 1, 300);
	assert_int_equal(held_ms(&n), 0);
	night_end(&n);
}

/* Two samples within one second: the journal keeps the second. */
static void
a_breach_that_only_the_verdict_tells_of_breaks_it(void **state)
{
	struct gate_watch w;
	struct night n;

	TEST_UNUSED(state);
	open_night(&n);
	gate_watch_init(&w);
	measure(&n, &w, 2000, 300);
	measure(&n, &w, 12000, 300);
	assert_int_equal(held_ms(&n), 10000);
	note_verdict(&n, &(struct gate_finding){ .verdict = VERDICT_HOLD,
						 .reason = GATE_UNPROVEN });
	assert_int_equal(held_ms(&n), 10000);
	note_verdict(&n, &(struct gate_finding){ .verdict = VERDICT_HOLD,
						 .reason = GATE_PENDING });
	assert_int_equal(held_ms(&n), 0);
	measure(&n, &w, 13000, 301);
	measure(&n, &w, 14000, 300);
	measure(&n, &w, 15000, 300);
	assert_int_equal(held_ms(&n), 1000);
	night_end(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fold_and_the_live_watch_say_the_same),
		cmocka_unit_test(
			a_resumed_room_goes_on_where_the_records_stand),
		cmocka_unit_test(a_resume_after_too_long_a_gap_starts_it_again),
		cmocka_unit_test(
			a_breach_that_only_the_verdict_tells_of_breaks_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
