/*
 * action_exec - runs a program of people's own, and reads back by another.
 *
 * What ended by itself says how by its exit code.  What was killed, by us or
 * by others, may have had its effect: the program that reads back decides,
 * and without one the outcome is unknown.
 */
#include "action/action.h"

#include <string.h>

#include "action/cycle.h"
#include "action/kinds.h"
#include "action/program.h"
#include "action/request.h"
#include "base/clock.h"
#include "base/str.h"

#define PLAN_MS 7000
#define READ_BACK_MS 15000
#define EVERY_MS 2000
#define KEY_NAME "WARROOM_IDEMPOTENCY_KEY"

struct exec {
	struct program act, verify;
	bool has_verify;
	bool is_left; /* some of it could not be killed and runs on */
	int64_t every_ms;
	char said[ACTION_DETAIL]; /* how the act ended, and its last words */
};

static enum err_code
exec_read(struct exec *x, const struct act *act, struct err *e)
{
	const struct settings *with = &act->with;
	const char *names = settings_text(with, "env");
	const char *verify = settings_text(with, "verify.argv");
	int64_t grace_ms = settings_duration_ms(with, "grace", 5000);

	*x = (struct exec){ .has_verify = verify != NULL };
	x->every_ms = settings_duration_ms(with, "verify.every", EVERY_MS);
	if (program_read(&x->act, settings_text_or(with, "argv", "[]"), names,
			 e) != ERR_NONE ||
	    program_read_done(&x->act,
			      settings_text_or(with, "done", "[\"0\"]"),
			      e) != ERR_NONE)
		return e->code;
	x->act.grace_ms = clock_real_wait_ms(grace_ms);
	if (x->has_verify && program_read(&x->verify, verify, names, e))
		return e->code;
	return ERR_NONE;
}

static void
exec_clear(struct exec *x)
{
	program_clear(&x->act);
	program_clear(&x->verify);
}

/* What its end means for another try: see cycle.h. */
static enum retry_class
class_of(const struct exec *x, const struct process_end *end,
	 const struct work *w)
{
	if (end->how == PROCESS_CANCELLED)
		return RETRY_CUT;
	if (end->how != PROCESS_EXITED)
		return RETRY_LOST;
	if (program_is_done(&x->act, end->code))
		return RETRY_ACCEPTED;
	if (x->has_verify)
		return RETRY_DOUBT;
	return w->job->idempotent ? RETRY_AGAIN : RETRY_FINAL;
}

static enum retry_class
run_once(void *ctx, struct work *w, struct http_answer *out, char *why,
	 size_t size)
{
	struct exec *x = ctx;
	enum retry_class class = RETRY_FINAL;
	struct process_end end;
	struct err e;

	*out = (struct http_answer){ .retry_after_ms = -1 };
	if (program_run(&end, &x->act, w, &e) == ERR_NONE) {
		class = class_of(x, &end, w);
		out->maybe_sent = true;
		x->is_left = x->is_left || end.is_left;
		program_words(&end, why, size);
		str_copy(x->said, sizeof(x->said), why);
	} else {
		str_copy(why, size, e.text);
	}
	buf_clear(&end.output);
	return class;
}

static enum action_landed
landed(void *ctx, struct work *w, char *why, size_t size)
{
	const struct exec *x = ctx;

	enum action_landed found;

	str_copy(why, size, "the step has no verify to read back by");
	if (!x->has_verify)
		return LANDED_UNCLEAR;
	found = program_landed(&x->verify, w, why, size);
	/* What still runs may yet bring it about. */
	return found == LANDED_NO && x->is_left ? LANDED_UNCLEAR : found;
}

static void
watch(void *ctx, struct work *w, const struct http_answer *first,
      struct action_result *out)
{
	const struct exec *x = ctx;
	char why[ACTION_DETAIL] = "";
	enum action_landed found;

	(void)first;
	if (!x->has_verify) {
		result_end(out, OUTCOME_DONE, false,
			   "%.180s; not read back (the step has no verify)",
			   x->said);
		return;
	}
	work_say(w, STEP_VERIFYING, "reading back", 0);
	do {
		found = landed(ctx, w, why, sizeof(why));
	} while (found != LANDED_YES &&
		 work_sleep(w, STEP_VERIFYING, why, x->every_ms) == WORK_SLEPT);
	if (found == LANDED_YES)
		result_end(out, OUTCOME_DONE, false, "%.180s; read back: %s",
			   x->said, why);
	else if (found == LANDED_NO && !work_is_cancelled(w))
		result_end(out, OUTCOME_FAILED, true,
			   "it ended as wanted, but read back: not there (%s); "
			   "it said: %s",
			   why, x->said);
	else
		result_end(out, OUTCOME_UNKNOWN, false,
			   "%s; read back: %.80s; it said: %s",
			   work_is_cancelled(w) ? "cancelled" : "time is over",
			   why, x->said);
}

static bool
exec_mutates(const struct act *act)
{
	(void)act;
	return true;
}

static void
show(struct exec *x, struct work *w, struct action_plan *out)
{
	static const char *const words[] = { [LANDED_YES] = "there",
					     [LANDED_NO] = "not there",
					     [LANDED_UNCLEAR] = "?",
					     [LANDED_PART] = "?" };
	char why[ACTION_DETAIL];
	enum action_landed now = landed(x, w, why, sizeof(why));

	program_show(&x->act, "run", out);
	if (x->has_verify) {
		program_show(&x->verify, "read back by", out);
		request_add_line(out, why, 1);
		if (now != LANDED_YES && now != LANDED_NO)
			str_copy(out->unread, sizeof(out->unread), why);
	} else {
		request_add_line(out, "not read back: the step has no verify",
				 1);
	}
	str_copy(out->before, sizeof(out->before), words[now]);
	str_copy(out->after, sizeof(out->after), x->has_verify ? "there" : "?");
}

static enum err_code
exec_plan(const struct action_env *env, const struct act *act,
	  struct cancel *cancel, struct action_plan *out, struct err *e)
{
	char act_hex[DIGEST_HEX], verify_hex[DIGEST_HEX];
	enum err_code code;
	struct exec x;
	struct work w;

	work_open_alone(&w, env, cancel, PLAN_MS);
	code = exec_read(&x, act, e);
	if (code == ERR_NONE)
		code = program_check(&x.act, env, e);
	if (code == ERR_NONE && x.has_verify)
		code = program_check(&x.verify, env, e);
	if (code == ERR_NONE) {
		show(&x, &w, out);
		program_digest(&x.act, act_hex);
		program_digest(&x.verify, verify_hex);
		digest_parts(out->fingerprint,
			     (struct digest_part[]){
				     { act_hex, strlen(act_hex) },
				     { verify_hex, strlen(verify_hex) },
				     { out->before, strlen(out->before) } },
			     3);
		if (work_is_cancelled(&w))
			code = err_set(e, ERR_CANCELLED,
				       "planning was cancelled");
	}
	exec_clear(&x);
	return code;
}

static void
exec_perform(const struct action_job *job, struct action_result *out)
{
	struct exec x;
	struct work w;
	struct err e;
	struct cycle c = { .work = &w,
			   .ctx = &x,
			   .send = run_once,
			   .landed = landed,
			   .follow = watch,
			   .mutates = true };

	*out = (struct action_result){ .attempts = 1 };
	work_open_job_alone(&w, job);
	if (exec_read(&x, job->act, &e) != ERR_NONE) {
		result_end(out, OUTCOME_FAILED, false, "%s", e.text);
	} else {
		program_give(&x.act, KEY_NAME, job->key);
		cycle_run(&c, out);
		out->is_open = out->outcome == OUTCOME_UNKNOWN && x.is_left;
	}
	exec_clear(&x);
}

static enum action_landed
exec_readback(const struct action_env *env, const struct act *act,
	      struct cancel *cancel, char *detail, size_t size)
{
	enum action_landed found = LANDED_UNCLEAR;
	struct exec x;
	struct work w;
	struct err e;

	work_open_alone(&w, env, cancel, READ_BACK_MS);
	if (exec_read(&x, act, &e) != ERR_NONE)
		str_copy(detail, size, e.text);
	else
		found = landed(&x, &w, detail, size);
	exec_clear(&x);
	return found;
}

/* clang-format off */
static const struct param verify_params[] = {
	{ .name = "argv", .type = PARAM_LIST, .required = true,
	  .help = "a program that reads; exit 0: there, 1: not, else unclear" },
	{ .name = "every", .type = PARAM_DURATION, .fallback = "2s",
	  .help = "time between two looks" },
	{ 0 },
};

static const struct param params[] = {
	{ .name = "argv", .type = PARAM_LIST, .required = true,
	  .help = "the program's whole path and its words; no shell" },
	{ .name = "env", .type = PARAM_LIST,
	  .help = "names it gets from our environment besides PATH LANG HOME" },
	{ .name = "done", .type = PARAM_LIST,
	  .help = "exit codes that mean done; else 0" },
	{ .name = "grace", .type = PARAM_DURATION, .fallback = "5s",
	  .help = "from SIGTERM to SIGKILL when its time is over" },
	{ .name = "verify", .type = PARAM_GROUP, .inside = verify_params,
	  .help = "how to read back that it holds" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_exec = {
	.spec = { .name = "exec",
		  .help = "run a program and read back by another",
		  .params = params },
	.class = ACTION_NETWORK,
	.mutates = exec_mutates,
	.runs_program = true,
	.plan = exec_plan,
	.perform = exec_perform,
	.readback = exec_readback,
};
