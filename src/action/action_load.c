/*
 * action_load - runs a load tool and judges the result that it leaves.
 *
 * The tool's exit code says that it ran; its result file says what it found,
 * and counts only when this very run wrote it.  Nothing that is missing, old,
 * cut short or untold holds a limit.  A run that was cut off is over and proves
 * nothing: it is failed.  One that the console did not see the end of may still
 * be running, so that it is never begun a second time without a person.
 */
#include "action/action.h"

#include <string.h>

#include "action/kinds.h"
#include "action/program.h"
#include "action/request.h"
#include "base/clock.h"
#include "base/str.h"
#include "conf/load_file.h"

#define PLAN_MS 7000
#define TAIL_MOST (64 * 1024 * 1024)
#define COARSE_MS 100 /* stamps of files lag behind the clock */

struct load {
	struct program program;
	enum load_tool tool;
	const char *name; /* of the result, as the runbook has it */
	char folder[FS_PATH], path[FS_PATH];
	const struct settings *with;
};

/* Exit codes that say no more than that the tool ran; sipp and k6 have one for
 * "some failed", which the result says better. */
static const char *const ran[] = { [LOAD_SIPP] = "[\"0\",\"1\"]",
				   [LOAD_K6] = "[\"0\",\"99\"]",
				   [LOAD_JMETER] = "[\"0\"]" };

static enum err_code
read_settings(struct load *x, const struct action_env *env,
	      const struct act *act, struct err *e)
{
	const struct settings *with = &act->with;
	int64_t grace_ms = settings_duration_ms(with, "grace", 5000);

	*x = (struct load){ .with = with };
	x->tool = load_tool_of(settings_text_or(with, "tool", ""));
	x->name = settings_text_or(with, "file", "");
	fs_dir_of(x->folder, env->book->path);
	if (load_file_path(x->path, env->book->path, x->name, e) != ERR_NONE ||
	    program_read(&x->program, settings_text_or(with, "argv", "[]"),
			 settings_text(with, "env"), e) != ERR_NONE ||
	    program_read_done(&x->program,
			      settings_text_or(with, "done", ran[x->tool]),
			      e) != ERR_NONE)
		return e->code;
	x->program.folder = x->folder;
	x->program.grace_ms = clock_real_wait_ms(grace_ms);
	return ERR_NONE;
}

/* ---- limits ---- */

struct finding {
	double value;  /* below 0: the tool does not say */
	bool is_bound; /* at most that */
};

static struct finding
attempts_of(enum load_tool tool, const struct load_figures *f)
{
	(void)tool;
	return (struct finding){ f->attempts, false };
}

/* A call of sipp that had no end is no good one. */
static struct finding
failed_percent_of(enum load_tool tool, const struct load_figures *f)
{
	double all = f->finished, bad = f->failed;

	if (tool == LOAD_SIPP && f->attempts > f->finished) {
		bad += f->attempts - f->finished;
		all = f->attempts;
	}
	if (!(all > 0) || bad < 0)
		return (struct finding){ -1, false };
	return (struct finding){ 100 * bad / all, false };
}

static struct finding
p95_of(enum load_tool tool, const struct load_figures *f)
{
	(void)tool;
	return (struct finding){ f->p95_ms, f->p95_is_bound };
}

static struct finding
peak_cps_of(enum load_tool tool, const struct load_figures *f)
{
	(void)tool;
	return (struct finding){ f->peak_cps, false };
}

static struct finding
peak_sessions_of(enum load_tool tool, const struct load_figures *f)
{
	(void)tool;
	return (struct finding){ f->peak_sessions, false };
}

/* In the order people should see them. */
static const struct limit {
	const char *setting, *what, *unit;
	bool is_most, is_time;
	struct finding (*of)(enum load_tool tool, const struct load_figures *f);
} limits[] = {
	{ "min_attempts", "attempts", "", false, false, attempts_of },
	{ "max_failed_percent", "failed", " %", true, false,
	  failed_percent_of },
	{ "max_p95", "p95", " ms", true, true, p95_of },
	{ "min_peak_cps", "peak rate", " a second", false, false, peak_cps_of },
	{ "min_peak_sessions", "peak sessions", "", false, false,
	  peak_sessions_of },
};

/* False: the runbook sets no such limit. */
static bool
limit_of(const struct settings *with, const struct limit *l, double *out)
{
	if (settings_text(with, l->setting) == NULL)
		return false;
	*out = l->is_time ? (double)settings_duration_ms(with, l->setting, 0)
			  : settings_number(with, l->setting, 0);
	return true;
}

static bool
holds(const struct limit *l, const struct finding *found, double wanted)
{
	if (found->value < 0)
		return false;
	return l->is_most ? found->value <= wanted : found->value >= wanted;
}

/* "failed 2.5 %", "p95 at most 10 ms", "p95 unknown". */
static void
say_found(char *to, size_t size, const struct limit *l,
	  const struct finding *found)
{
	char number[32];

	/* Three digits behind the point are enough to read. */
	str_number(number, sizeof(number),
		   (double)(int64_t)(found->value * 1000 + 0.5) / 1000);
	if (found->value < 0)
		str_printf(to, size, "%s unknown", l->what);
	else
		str_printf(to, size, "%s %s%s%s", l->what,
			   found->is_bound ? "at most " : "", number, l->unit);
}

static void
say_wanted(char *to, size_t size, const struct limit *l, double wanted)
{
	char number[32];

	str_number(number, sizeof(number), wanted);
	str_printf(to, size, "%s %s %s%s", l->what,
		   l->is_most ? "<=" : ">=", number, l->unit);
}

static void
add_part(char *to, size_t size, const char *part)
{
	size_t used = strlen(to);

	str_printf(to + used, size - used, "%s%s", used > 0 ? ", " : "", part);
}

/* What was found; of `broken` the limits that do not hold come first. */
static bool
judge(const struct load *x, const struct load_figures *f, char *found,
      size_t found_size, char *broken, size_t broken_size)
{
	char part[96], wanted_text[64];
	bool all_hold = true;
	double wanted;

	found[0] = broken[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		const struct limit *l = &limits[i];
		struct finding now = l->of(x->tool, f);
		bool is_set = limit_of(x->with, l, &wanted);

		say_found(part, sizeof(part), l, &now);
		if (now.value >= 0 || is_set)
			add_part(found, found_size, part);
		if (!is_set || holds(l, &now, wanted))
			continue;
		all_hold = false;
		say_wanted(wanted_text, sizeof(wanted_text), l, wanted);
		add_part(broken, broken_size, wanted_text);
	}
	return all_hold;
}

/* ---- the result ---- */

/* What the file was before, and when the run began. */
struct before {
	struct ends_stamp stamp; /* zeros: not there */
	int64_t began_ms;	 /* wall time */
};

static void
look_before(struct before *b, const struct load *x)
{
	struct err ignored;

	if (ends_stamp(&b->stamp, x->path, &ignored) != ERR_NONE)
		b->stamp = (struct ends_stamp){ 0 };
	b->began_ms = clock_wall_ms();
}

static const char *
why_not_fresh(const struct before *b, const struct ends_stamp *stamp,
	      const struct load_figures *f)
{
	if (ends_same(&b->stamp, stamp))
		return "stale: the run did not write it";
	if (stamp->mtime_ns / 1000000 < b->began_ms - COARSE_MS ||
	    (f->newest_ms != 0 && f->newest_ms < b->began_ms))
		return "stale: older than the run";
	if (f->started_ms != 0 && f->started_ms < b->began_ms)
		return "it holds more than this run: have the tool begin a new "
		       "file";
	if (f->is_part)
		return "longer than 64 MiB: only its end could be judged";
	return NULL;
}

static void
judge_file(const struct load *x, const struct before *b, struct work *w,
	   const char *ended, struct action_result *out)
{
	char found[ACTION_DETAIL], broken[ACTION_DETAIL];
	struct load_figures f = { .attempts = -1 };
	const char *why = NULL;
	struct ends_stamp stamp;
	struct err e;

	str_printf(found, sizeof(found), "reading %.120s; %.80s", x->name,
		   ended);
	work_say(w, STEP_VERIFYING, found, 0);
	if (load_file_read(&f, &stamp, x->path, x->tool, TAIL_MOST, &e) !=
	    ERR_NONE)
		why = stamp.inode != 0 && ends_same(&b->stamp, &stamp)
			      ? "stale: the run did not write it"
			      : e.text;
	else
		why = why_not_fresh(b, &stamp, &f);
	if (why != NULL)
		result_end(out, OUTCOME_FAILED, true,
			   "no result in %.60s: %.110s; %.60s", x->name, why,
			   ended);
	else if (judge(x, &f, found, sizeof(found), broken, sizeof(broken)))
		result_end(out, OUTCOME_DONE, false, "%s: %s",
			   load_tool_word(x->tool), found);
	else
		result_end(out, OUTCOME_FAILED, true, "not met: %s; found: %s",
			   broken, found);
}

/* ---- the kind ---- */

/* Nothing of the platform's own is changed: there is nothing to take back. */
static bool
load_mutates(const struct act *act)
{
	(void)act;
	return false;
}

static void
show(const struct load *x, struct action_plan *out)
{
	char line[ACTION_LINE * 2], part[64];
	char wanted[ACTION_LINE] = "";
	struct before now;
	char age[24];
	double limit;

	program_show(&x->program, "run", out);
	str_printf(line, sizeof(line), "result of %s: %.200s",
		   load_tool_word(x->tool), x->path);
	request_add_line(out, line, 2);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		if (limit_of(x->with, &limits[i], &limit)) {
			say_wanted(part, sizeof(part), &limits[i], limit);
			add_part(wanted, sizeof(wanted), part);
		}
	str_printf(line, sizeof(line), "wanted: %s", wanted);
	request_add_line(out, line, 2);
	look_before(&now, x);
	str_duration(age, sizeof(age),
		     now.began_ms - now.stamp.mtime_ns / 1000000);
	if (now.stamp.inode == 0)
		str_copy(out->before, sizeof(out->before), "no result");
	else
		str_printf(out->before, sizeof(out->before),
			   "a result of %s ago", age);
	str_copy(out->after, sizeof(out->after),
		 "a new result, all limits met");
}

static enum err_code
load_plan(const struct action_env *env, const struct act *act,
	  struct cancel *cancel, struct action_plan *out, struct err *e)
{
	enum err_code code;
	struct load x;
	struct work w;

	work_open_alone(&w, env, cancel, PLAN_MS);
	code = read_settings(&x, env, act, e);
	if (code == ERR_NONE)
		code = program_check(&x.program, env, e);
	if (code == ERR_NONE) {
		show(&x, out);
		/* Not over the old result: it counts for nothing. */
		program_digest(&x.program, out->fingerprint);
	}
	program_clear(&x.program);
	return code;
}

static void
run(const struct load *x, struct work *w, struct action_result *out)
{
	char words[ACTION_DETAIL];
	struct process_end end;
	struct before before;
	struct err e;
	bool is_done;

	look_before(&before, x);
	if (program_run(&end, &x->program, w, &e) != ERR_NONE) {
		result_end(out, OUTCOME_FAILED, false, "%s", e.text);
		buf_clear(&end.output);
		return;
	}
	is_done = end.how == PROCESS_EXITED &&
		  program_is_done(&x->program, end.code);
	/* Its result says more than the end of what it showed. */
	if (is_done)
		buf_reset(&end.output);
	program_words(&end, words, sizeof(words));
	if (end.is_left)
		result_end(out, OUTCOME_UNKNOWN, false, "it may still run: %s",
			   words);
	else if (end.how == PROCESS_CANCELLED || end.how == PROCESS_LATE)
		result_end(out, OUTCOME_FAILED, true,
			   "cut off, so that it proves nothing: %s", words);
	else if (is_done)
		judge_file(x, &before, w, words, out);
	else
		result_end(out, OUTCOME_FAILED, true, "%s", words);
	buf_clear(&end.output);
}

static void
load_perform(const struct action_job *job, struct action_result *out)
{
	struct load x;
	struct work w;
	struct err e;

	*out = (struct action_result){ .attempts = 1 };
	work_open_job_alone(&w, job);
	work_say(&w, STEP_ACTING, "the load begins", 0);
	if (read_settings(&x, job->env, job->act, &e) != ERR_NONE)
		result_end(out, OUTCOME_FAILED, false, "%s", e.text);
	else if (work_is_cancelled(&w))
		result_end(out, OUTCOME_CANCELLED, false,
			   "cancelled before it began");
	else
		run(&x, &w, out);
	program_clear(&x.program);
}

static enum action_landed
load_readback(const struct action_env *env, const struct act *act,
	      struct cancel *cancel, char *detail, size_t size)
{
	(void)env;
	(void)act;
	(void)cancel;
	str_copy(detail, size,
		 "nobody saw the load end, it may still run: see that it does "
		 "not, fail the step, then run it again");
	return LANDED_UNCLEAR;
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "tool", .type = PARAM_WORD, .required = true,
	  .choices = LOAD_TOOLS, .help = "what makes the load" },
	{ .name = "argv", .type = PARAM_LIST, .required = true,
	  .help = "the tool's whole path and its words; no shell" },
	{ .name = "file", .type = PARAM_TEXT, .required = true,
	  .help = "its result; beside the runbook when not absolute" },
	{ .name = "min_attempts", .type = PARAM_INTEGER, .fallback = "1",
	  .help = "calls or requests that must have been made" },
	{ .name = "max_failed_percent", .type = PARAM_NUMBER, .fallback = "0",
	  .help = "share of them that may have failed" },
	{ .name = "max_p95", .type = PARAM_DURATION,
	  .help = "95 of 100 must have been answered within this" },
	{ .name = "min_peak_cps", .type = PARAM_NUMBER,
	  .help = "begun within one second at the peak" },
	{ .name = "min_peak_sessions", .type = PARAM_NUMBER,
	  .help = "calls or users at once at the peak" },
	{ .name = "env", .type = PARAM_LIST,
	  .help = "names it gets from our environment besides PATH LANG HOME" },
	{ .name = "done", .type = PARAM_LIST,
	  .help = "exit codes that mean it ran; else 0, of sipp 1, of k6 99" },
	{ .name = "grace", .type = PARAM_DURATION, .fallback = "5s",
	  .help = "from SIGTERM to SIGKILL when its time is over" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_load = {
	.spec = { .name = "load",
		  .help = "run a load tool and judge its result",
		  .params = params },
	.class = ACTION_NETWORK,
	.mutates = load_mutates,
	.runs_program = true,
	.plan = load_plan,
	.perform = load_perform,
	.readback = load_readback,
};
