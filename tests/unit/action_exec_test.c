/* Programs as steps: what is shown, allowed, said, read back. */
#include "tests/unit/action_scene.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/redact.h"

static void
open_exec(struct scene *s, const char *argv)
{
	scene_open(s, "http://127.0.0.1:1");
	str_copy(s->act.kind, sizeof(s->act.kind), "exec");
	scene_set(s, "argv", argv);
}

static void
a_plan_shows_the_words_and_what_reads_back(void **state)
{
	struct action_plan plan;
	struct scene s;
	struct err e;

	(void)state;
	open_exec(&s, "[\"/usr/bin/env\",\"two words\"]");
	scene_set(&s, "verify.argv", "[\"/usr/bin/false\"]");
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &plan, &e), &e);
	assert_string_equal(plan.lines[0], "run /usr/bin/env 'two words'");
	assert_string_equal(plan.lines[1], "read back by /usr/bin/false");
	assert_string_equal(plan.before, "not there");
	assert_string_equal(plan.after, "there");
	scene_close(&s);
}

static void
a_program_that_was_replaced_is_another_plan(void **state)
{
	struct action_plan first, second;
	char dir[FS_PATH], path[FS_PATH], argv[FS_PATH + 16];
	struct scene s;
	struct err e;

	(void)state;
	test_dir_make(dir);
	assert_true(fs_join(path, dir, "tool"));
	test_file_write(path, "#!/bin/sh\nexit 0\n");
	assert_int_equal(chmod(path, 0700), 0);
	str_printf(argv, sizeof(argv), "[\"%s\"]", path);
	open_exec(&s, argv);
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &first, &e), &e);
	test_file_write(path, "#!/bin/sh\nexit 0 # other\n");
	CHECK_OK(action_plan(&s.env, &s.act, &s.cancel, &second, &e), &e);
	assert_string_not_equal(first.fingerprint, second.fingerprint);
	scene_close(&s);
	test_dir_drop(dir);
}

static void
a_drill_runs_only_programs_that_are_listed(void **state)
{
	struct action_plan plan;
	struct scene s;
	struct err e;

	(void)state;
	open_exec(&s, "[\"/usr/bin/true\"]");
	fence_allow(&s.fence, "127.0.0.1:1");
	assert_int_equal(action_plan(&s.env, &s.act, &s.cancel, &plan, &e),
			 ERR_FENCED);
	CHECK_HOLDS(e.text, "staging_programs");
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	fence_allow_program(&s.fence, "/usr/bin/true");
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_DONE);
	scene_close(&s);
}

static void
what_it_says_is_redacted_and_clean(void **state)
{
	struct scene s;

	(void)state;
	redact_add("api token", "hunter2-hunter2");
	open_exec(&s, "[\"/usr/bin/printf\",\"\\\\033[2Jkey "
		      "hunter2-hunter2\\\\n\"]");
	scene_set(&s, "done", "[\"9\"]");
	scene_perform(&s);
	assert_int_equal(s.result.outcome, OUTCOME_FAILED);
	CHECK_HOLDS(s.result.detail, "exit 0: ");
	CHECK_HOLDS(s.result.detail, "[api token]");
	assert_null(strstr(s.result.detail, "hunter2"));
	assert_null(strchr(s.result.detail, '\033'));
	redact_forget_all();
	scene_close(&s);
}

static void
it_gets_the_names_it_is_given_and_no_others(void **state)
{
	struct scene s;

	(void)state;
	setenv("WARROOM_GIVEN", "yes", 1);
	setenv("WARROOM_KEPT", "no", 1);
	open_exec(&s, "[\"/usr/bin/env\"]");
	scene_set(&s, "env", "[\"WARROOM_GIVEN\"]");
	scene_set(&s, "done", "[\"9\"]"); /* its words stand in a failure */
	scene_perform(&s);
	CHECK_HOLDS(s.result.detail, "WARROOM_GIVEN=yes");
	assert_null(strstr(s.result.detail, "WARROOM_KEPT"));
	scene_close(&s);
}

static void
a_cancel_kills_it_and_only_what_is_there_is_proof(void **state)
{
	static const struct {
		const char *verify;
		enum action_outcome outcome;
	} rows[] = { { NULL, OUTCOME_UNKNOWN },
		     { "[\"/usr/bin/false\"]", OUTCOME_UNKNOWN },
		     { "[\"/usr/bin/true\"]", OUTCOME_DONE } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct scene s;

		open_exec(&s, "[\"/usr/bin/sleep\",\"300\"]");
		if (rows[i].verify != NULL)
			scene_set(&s, "verify.argv", rows[i].verify);
		s.job.timeout_ms = 3600000;
		scene_start(&s);
		while ((atomic_load(&s.states) & 1u << STEP_ACTING) == 0)
			usleep(1000);
		usleep(50000); /* for it to begin; sooner is "nothing sent" */
		cancel_raise(&s.cancel);
		scene_join(&s);
		assert_int_equal(s.result.outcome, rows[i].outcome);
		scene_close(&s);
	}
}

static void
reading_back_knows_there_not_there_and_unclear(void **state)
{
	static const struct {
		const char *argv;
		enum action_landed landed;
	} rows[] = { { "[\"/usr/bin/true\"]", LANDED_YES },
		     { "[\"/usr/bin/false\"]", LANDED_NO },
		     { "[\"/usr/bin/test\",\"a\",\"-b\"]", LANDED_UNCLEAR },
		     { "[\"/no/such/tool\"]", LANDED_UNCLEAR } };
	char detail[ACTION_DETAIL];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct scene s;

		open_exec(&s, "[\"/usr/bin/true\"]");
		scene_set(&s, "verify.argv", rows[i].argv);
		assert_int_equal(action_readback(&s.env, &s.act, &s.cancel,
						 detail, sizeof(detail)),
				 rows[i].landed);
		scene_close(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_shows_the_words_and_what_reads_back),
		cmocka_unit_test(a_program_that_was_replaced_is_another_plan),
		cmocka_unit_test(a_drill_runs_only_programs_that_are_listed),
		cmocka_unit_test(what_it_says_is_redacted_and_clean),
		cmocka_unit_test(it_gets_the_names_it_is_given_and_no_others),
		cmocka_unit_test(
			a_cancel_kills_it_and_only_what_is_there_is_proof),
		cmocka_unit_test(
			reading_back_knows_there_not_there_and_unclear),
	};

	clock_set_speed(SCENE_SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
