/* conf: baselines of thresholds, as `warroom baseline` writes them. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/desk.h"
#include "tests/lib/lint.h"

#define RANKS20 "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20"

/* clang-format off */
static const char manifest[] =
/*  1 */ "{\n"
/*  2 */ "\"gate_id\": \"g1\",\n"
/*  3 */ "\"thresholds\": { \"telephony\": {\n"
/*  4 */ "\"max_loss_percent\": { \"limit\": 2.5, \"baseline\": {\n"
/*  5 */ "\"limit\": 2.5, \"mean\": 1, \"deviation\": 0.2, \"events\": 9000\n"
/*  6 */ "} },\n"
/*  7 */ "\"min_mos\": { \"limit\": 4, \"baseline\": {\n"
/*  8 */ "\"limit\": 3.9, \"mean\": 4.3, \"deviation\": 0.1\n"
/*  9 */ "} },\n"
/* 10 */ "\"max_delay_ms\": { \"limit\": 30, \"baseline\": {\n"
/* 11 */ "\"limit\": 31, \"mean\": 20, \"deviation\": 3,\n"
/* 12 */ "\"ranks\": [" RANKS20 "]\n"
/* 13 */ "} },\n"
/* 14 */ "\"alive\": { \"equals\": true }\n"
/* 15 */ "} } }\n";

static const struct lint_case cases[] = {
	{ "a limit looser than its baseline", "\"limit\": 2.5, \"mean\"",
	  "\"limit\": 2.4, \"mean\"", "4:37", "looser",
	  "telephony.loss_percent" },
	{ "a lower bound looser than its baseline", "\"limit\": 3.9",
	  "\"limit\": 4.1", "7:26", "looser", "4.1" },
	{ "a baseline of a flag", "\"equals\": true",
	  "\"equals\": true, \"baseline\": {\"limit\": 1, \"mean\": 1, "
	  "\"deviation\": 1}", "14:28", "no-baseline", "numbers" },
	{ "no mean", "\"mean\": 1, ", "", "4:37", "missing", "\"mean\"" },
	{ "no deviation", ", \"deviation\": 0.1", "", "7:26", "missing",
	  "\"deviation\"" },
	{ "no limit of its own", "\"limit\": 31, ", "", "10:32", "missing",
	  "\"limit\"" },
	{ "a deviation below nothing", "0.2", "-0.2", "5:39", "range",
	  "\"deviation\"" },
	{ "a share beyond all shares", "\"mean\": 1,", "\"mean\": 101,", "5:23",
	  "range", "from 0 to 100" },
	{ "an unknown key", "\"events\"", "\"event\"", "5:44", "unknown-key",
	  "did you mean \"events\"?" },
	{ "fewer events than none", "9000", "-1", "5:54", "range",
	  "\"events\"" },
	{ "ranks that fall", "19,20]", "20,19]", "12:59", "out-of-order",
	  "rise" },
	{ "too few ranks to rank", ",20]", "]", "12:10", "range", "found 19" },
	{ "too many ranks", ",20]",
	  ",20,20,20,20,20,20,20,20,20,20,20,20,20,20]", "12:10", "range",
	  "found 33" },
	{ "a rank that is no number", "[1,2", "[1,true", "12:13", "wrong-type",
	  "" },
	{ "ranks that are no list", "[" RANKS20 "]", "7", "12:10",
	  "wrong-type", "a list" },
	{ "a baseline that is no map", "\"equals\": true",
	  "\"max\": 1, \"baseline\": 7", "14:34", "wrong-type", "a map" },
	{ "a threshold without one beside others", "\"equals\": true",
	  "\"max\": 1", "14:1", "no-baseline", "telephony.alive" },
};
/* clang-format on */

static void
each_fault_is_named_at_its_place(void **state)
{
	TEST_UNUSED(state);
	lint_run(cases, ARRAY_LEN(cases), "gates.json", manifest);
}

static void
what_history_gave_is_quiet(void **state)
{
	struct findings f = { 0 };

	TEST_UNUSED(state);
	lint_text("gates.json", manifest, &f);
	lint_expect_none(&f);
	findings_clear(&f);
}

static void
load(struct gate_set *set, const char *text)
{
	char dir[FS_PATH], path[FS_PATH];
	struct findings f = { 0 };
	struct err e = { .code = ERR_NONE };

	test_dir_make(dir);
	str_printf(path, sizeof(path), "%s/g.json", dir);
	test_file_write(path, text);
	CHECK_OK(conf_load_gates(set, path, &f, &e), &e);
	findings_clear(&f);
	test_dir_drop(dir);
}

static void
each_gate_gets_what_is_normal_for_it(void **state)
{
	struct gate_set set;

	TEST_UNUSED(state);
	load(&set, manifest);
	assert_int_equal(set.base_count, 3);
	assert_true(set.gates[0].base->mean == 1);
	assert_true(set.gates[0].base->deviation == 0.2);
	assert_int_equal(set.gates[0].base->events, 9000);
	assert_int_equal(set.gates[0].base->rank_count, 0);
	assert_true(set.gates[1].base->mean == 4.3);
	assert_int_equal(set.gates[1].base->events, 0);
	assert_int_equal(set.gates[2].base->rank_count, 20);
	assert_true(set.gates[2].base->ranks[19] == 20);
	assert_null(set.gates[3].base);
	gate_set_clear(&set);
}

static void
many_baselines_stay_with_their_gates(void **state)
{
	enum { MANY = 300 };
	struct gate_set set;
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, 1 << 20);
	buf_text(&b, "{\"thresholds\":{\"a\":{");
	for (int i = 0; i < MANY; i++)
		buf_printf(&b,
			   "%s\"max_x%d\":{\"limit\":%d,\"baseline\":"
			   "{\"limit\":%d,\"mean\":%d,\"deviation\":1}}",
			   i > 0 ? "," : "", i, i + 1, i + 1, i);
	buf_text(&b, "}}}");
	load(&set, buf_str(&b));
	buf_clear(&b);
	assert_int_equal(set.gate_count, MANY);
	for (int i = 0; i < MANY; i++)
		assert_true(set.gates[i].base->mean == i);
	gate_set_clear(&set);
}

/* The manifest's words, in the runbook of a live room. */
static const char runbook[] =
	"runbook: live\n"
	"environment: PROD\n"
	"thresholds:\n"
	"  telephony:\n"
	"    max_loss_percent:\n"
	"      limit: 2.5\n"
	"      baseline: {limit: 2.5, mean: 1, deviation: 0.1, events: 99000}\n"
	"endpoints:\n"
	"  platform: {adapter: plain, url: \"http://127.0.0.1:9\"}\n"
	"probes:\n"
	"  loss:\n"
	"    http: {endpoint: platform, path: /loss}\n"
	"    signals: {telephony.loss_percent: /lost}\n"
	"steps:\n"
	"  - id: tell\n"
	"    do: {manual: {text: Call the floor.}}\n";

static void
a_loaded_baseline_arms_drift_and_doubt_in_the_live_room(void **state)
{
	struct room_gate *gate;
	struct desk desk;

	TEST_UNUSED(state);
	test_clock_take();
	desk_begin(&desk, desk_load(runbook));
	desk_open(&desk);
	gate = &desk.director.room->gates[0];
	desk_measure(&desk, "loss", 1, 9000);
	desk_pass(&desk, 500, 2);
	assert_int_equal(gate->verdict, VERDICT_GO);
	desk_measure(&desk, "loss", 0, 9);
	desk_pass(&desk, 500, 2);
	assert_int_equal(gate->verdict, VERDICT_HOLD);
	assert_int_equal(gate->reason, GATE_UNSURE);
	for (int i = 0; i < 20; i++) {
		desk_measure(&desk, "loss", 1.19, 9000);
		desk_pass(&desk, 500, 2);
	}
	assert_int_equal(gate->verdict, VERDICT_HOLD);
	assert_int_equal(gate->reason, GATE_DRIFTING);
	desk_end(&desk);
	test_clock_release();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_is_named_at_its_place),
		cmocka_unit_test(what_history_gave_is_quiet),
		cmocka_unit_test(each_gate_gets_what_is_normal_for_it),
		cmocka_unit_test(many_baselines_stay_with_their_gates),
		cmocka_unit_test(
			a_loaded_baseline_arms_drift_and_doubt_in_the_live_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
