/* Load tools as steps: what counts as their result, and how they end. */
#include "tests/unit/action_scene.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fsio.h"

struct night {
	struct scene scene;
	char dir[FS_PATH], result[FS_PATH];
};

/* The tool is a script beside the runbook. */
static void
open_load(struct night *n, const char *tool, const char *script)
{
	char path[FS_PATH];

	scene_open(&n->scene, "http://127.0.0.1:1");
	test_dir_make(n->dir);
	assert_true(fs_join(n->result, n->dir, "result"));
	assert_true(fs_join(path, n->dir, "tool.sh"));
	test_file_write(path, script);
	assert_true(fs_join(path, n->dir, "runbook.yaml"));
	assert_true(str_copy(n->scene.book->path, sizeof(n->scene.book->path),
			     path));
	str_copy(n->scene.act.kind, sizeof(n->scene.act.kind), "load");
	scene_set(&n->scene, "tool", tool);
	scene_set(&n->scene, "argv", "[\"/bin/sh\",\"tool.sh\"]");
	scene_set(&n->scene, "file", "result");
	scene_set(&n->scene, "max_failed_percent", "10");
	n->scene.job.timeout_ms = 36000000;
}

static void
close_load(struct night *n)
{
	scene_close(&n->scene);
	test_dir_drop(n->dir);
}

#define JTL "echo timeStamp,elapsed,success,allThreads >result; "
#define NOW "$(date +%s%3N)"
#define SIPP                                                            \
	"echo 'StartTime;CurrentTime;ElapsedTime(P);CallRate(P);"       \
	"TotalCallCreated;CurrentCall;SuccessfulCall(C);FailedCall(C);" \
	"ResponseTimeRepartition1_<10;ResponseTimeRepartition1_<50' "   \
	">result; at=$(date +%s.%6N); printf 'd\\tt\\t%s;d\\tt\\t%s;%s\\n' "

static void
only_what_this_run_has_measured_counts(void **state)
{
	static const struct {
		const char *what, *tool, *script;
		enum action_outcome outcome;
		const char *part;
	} rows[] = {
		{ "samples of this run", "jmeter",
		  JTL "echo " NOW ",5,true,2 >>result", OUTCOME_DONE,
		  "jmeter: attempts 1, failed 0 %, p95 5 ms" },
		{ "samples of a run before behind which this one wrote",
		  "jmeter",
		  JTL "echo 1700000000000,5,true,2 >>result; echo " NOW
		      ",5,true,2 >>result",
		  OUTCOME_FAILED, "it holds more than this run" },
		{ "samples of a run before alone", "jmeter",
		  JTL "echo 1700000000000,5,true,2 >>result", OUTCOME_FAILED,
		  "stale: older than the run" },
		{ "a header alone", "jmeter", JTL, OUTCOME_FAILED,
		  "no data: no samples" },
		{ "half a sample", "jmeter",
		  JTL "printf %s " NOW ",5,tr >>result", OUTCOME_FAILED,
		  "truncated" },
		{ "calls of this run", "sipp",
		  SIPP "$at $at '00:00:01;5;20;0;19;1;20;0' >>result; exit 1",
		  OUTCOME_DONE,
		  "sipp: attempts 20, failed 5 %, p95 at most 10 ms" },
		{ "calls that had no end are no good ones", "sipp",
		  SIPP "$at $at '00:00:01;5;20;3;17;0;20;0' >>result",
		  OUTCOME_FAILED,
		  "not met: failed <= 10 %; found: attempts "
		  "20, failed 15 %" },
		{ "calls of a run that began before", "sipp",
		  SIPP "1700000000.5 $at '00:00:01;5;20;0;20;0;20;0' >>result",
		  OUTCOME_FAILED, "it holds more than this run" },
		{ "a link to a good one", "jmeter",
		  JTL "echo " NOW ",5,true,2 >>result; mv result other; "
		      "ln -s other result",
		  OUTCOME_FAILED, "is a link" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct night n;

		open_load(&n, rows[i].tool, rows[i].script);
		scene_perform(&n.scene);
		if (n.scene.result.outcome != rows[i].outcome)
			print_error("%s: %s\n", rows[i].what,
				    n.scene.result.detail);
		CHECK_ROW(rows[i].what,
			  n.scene.result.outcome == rows[i].outcome);
		CHECK_HOLDS(n.scene.result.detail, rows[i].part);
		close_load(&n);
	}
}

static void
a_bound_above_the_limit_does_not_hold_it(void **state)
{
	struct night n;

	(void)state;
	open_load(&n, "sipp",
		  SIPP "$at $at '00:00:01;5;20;0;20;0;10;10' >>result");
	scene_set(&n.scene, "max_p95", "20ms");
	scene_perform(&n.scene);
	assert_int_equal(n.scene.result.outcome, OUTCOME_FAILED);
	CHECK_HOLDS(n.scene.result.detail, "not met: p95 <= 20 ms");
	CHECK_HOLDS(n.scene.result.detail, "p95 at most 50 ms");
	close_load(&n);
}

/* Of a process that is gone, or that init has still to wait for. */
static void
check_gone(int pid)
{
	assert_true(pid > 1);
	for (int i = 0; i < 3000 && kill(pid, 0) == 0; i++)
		usleep(10000);
	assert_int_not_equal(kill(pid, 0), 0);
}

static bool
is_there(void *path)
{
	return fs_exists(path);
}

static void
a_cancel_leaves_no_process_behind_and_is_no_doubt(void **state)
{
	struct night n;
	char path[FS_PATH], *pids, *end;

	(void)state;
	open_load(&n, "k6",
		  "trap '' TERM\nsleep 300 &\n(sleep 300; true) &\n"
		  "echo $$ $! >new; mv new pids\nsleep 300\n");
	scene_set(&n.scene, "grace", "20s"); /* 200 ms here */
	assert_true(fs_join(path, n.dir, "pids"));
	scene_start(&n.scene);
	assert_true(test_wait(is_there, path, 60000));
	cancel_raise(&n.scene.cancel);
	scene_join(&n.scene);
	assert_int_equal(n.scene.result.outcome, OUTCOME_FAILED);
	CHECK_HOLDS(n.scene.result.detail,
		    "cut off, so that it proves nothing");
	pids = test_file_read(path);
	assert_non_null(pids);
	check_gone((int)strtol(pids, &end, 10));
	check_gone((int)strtol(end, NULL, 10));
	mem_free(pids);
	close_load(&n);
}

static void
one_that_was_cancelled_before_it_began_runs_nothing(void **state)
{
	struct night n;

	(void)state;
	open_load(&n, "k6", "echo >result\n");
	cancel_raise(&n.scene.cancel);
	scene_perform(&n.scene);
	assert_int_equal(n.scene.result.outcome, OUTCOME_CANCELLED);
	assert_false(fs_exists(n.result));
	close_load(&n);
}

static void
its_plan_shows_tool_result_and_limits_and_runs_nothing(void **state)
{
	struct action_plan plan;
	char detail[ACTION_DETAIL];
	struct night n;
	struct err e;

	(void)state;
	open_load(&n, "k6", "echo >result\n");
	scene_set(&n.scene, "max_p95", "300ms");
	CHECK_OK(action_plan(&n.scene.env, &n.scene.act, &n.scene.cancel, &plan,
			     &e),
		 &e);
	assert_string_equal(plan.lines[0], "run /bin/sh tool.sh");
	CHECK_HOLDS(plan.lines[1], "result of k6: /");
	assert_string_equal(plan.lines[2],
			    "wanted: failed <= 10 %, p95 <= 300 ms");
	assert_string_equal(plan.before, "no result");
	assert_false(fs_exists(n.result));
	/* Nor does reading back run it, or find out what nobody saw. */
	assert_int_equal(action_readback(&n.scene.env, &n.scene.act,
					 &n.scene.cancel, detail,
					 sizeof(detail)),
			 LANDED_UNCLEAR);
	assert_false(fs_exists(n.result));
	close_load(&n);
}

static void
a_drill_runs_only_tools_that_are_listed(void **state)
{
	struct action_plan plan;
	struct night n;
	struct err e;

	(void)state;
	open_load(&n, "k6", "echo >result\n");
	fence_allow(&n.scene.fence, "127.0.0.1:1");
	assert_int_equal(action_plan(&n.scene.env, &n.scene.act,
				     &n.scene.cancel, &plan, &e),
			 ERR_FENCED);
	CHECK_HOLDS(e.text, "staging_programs");
	scene_perform(&n.scene);
	assert_int_equal(n.scene.result.outcome, OUTCOME_FAILED);
	assert_false(fs_exists(n.result));
	close_load(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_this_run_has_measured_counts),
		cmocka_unit_test(a_bound_above_the_limit_does_not_hold_it),
		cmocka_unit_test(
			a_cancel_leaves_no_process_behind_and_is_no_doubt),
		cmocka_unit_test(
			one_that_was_cancelled_before_it_began_runs_nothing),
		cmocka_unit_test(
			its_plan_shows_tool_result_and_limits_and_runs_nothing),
		cmocka_unit_test(a_drill_runs_only_tools_that_are_listed),
	};

	clock_set_speed(SCENE_SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
