/*
 * action_calls - places synthetic calls and judges how many went right.
 *
 * Each call is taken down as soon as it stands; no media flows.  Answered is
 * what the trunk says; which queue a call reached is what the platform says,
 * read before the calls and after them, so that only what came in between
 * counts.  Calls that nobody tells of are no right calls.  Nothing of the
 * platform's own is changed, and no call outlives the console that made it:
 * a run that was cut off is over, proves nothing and may be begun again.
 */
#include "action/action.h"

#include <assert.h>
#include <string.h>

#include "action/kinds.h"
#include "action/placing.h"
#include "action/request.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "conf/calls_read.h"
#include "net/identity.h"

#define PLAN_MS 7000
#define URL_CAP 4096

struct order {
	struct placing_order place;
	double answered_percent, right_percent;
	/* Where the queues are told of; endpoint NULL: nowhere. */
	const struct book_endpoint *endpoint;
	struct buf url;
	struct calls_rows rows;
	int64_t look_ms; /* room time between two looks */
};

static enum err_code
read_queues(struct order *o, const struct book *b, const struct settings *with,
	    struct err *e)
{
	const char *id = settings_text(with, "queues.endpoint");

	if (id == NULL)
		return ERR_NONE;
	o->endpoint = book_endpoint(b, id);
	if (o->endpoint == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
	o->look_ms = settings_duration_ms(with, "queues.every", 2000);
	if (calls_rows_read(&o->rows, with, "queues.", e) != ERR_NONE)
		return e->code;
	return identity_url(&o->url, o->endpoint,
			    settings_text_or(with, "queues.path", ""), e);
}

/* The caller clears o->url always. */
static enum err_code
read_order(struct order *o, const struct book *b, const struct settings *with,
	   struct err *e)
{
	*o = (struct order){ .place.to = settings_text_or(with, "to", "") };
	buf_init(&o->url, URL_CAP);
	o->place.count = (size_t)settings_number(with, "count", 20);
	o->place.every_us = settings_duration_ms(with, "every", 1000) * 1000;
	o->place.answer_ms =
		(int)settings_duration_ms(with, "answer_within", 10000);
	o->answered_percent = settings_number(with, "min_answered_percent", 95);
	o->right_percent = settings_number(with, "min_right_percent", 95);
	if (trunks_read(&o->place.trunks, b, with, e) != ERR_NONE ||
	    trunks_check_user(o->place.to, e) != ERR_NONE)
		return e->code;
	return read_queues(o, b, with, e);
}

/* ---- the queues ---- */

static enum err_code
look(const struct order *o, struct work *w, struct calls_tally *out,
     struct err *e)
{
	struct reading now;
	enum err_code code;

	w->endpoint = o->endpoint;
	w->who = identity_client(o->endpoint);
	work_read(w, buf_str(&o->url), &now);
	if (now.class == RETRY_ACCEPTED)
		code = calls_tally_read(out, &o->rows, now.doc, e);
	else
		code = err_set(e, ERR_FORMAT, "%s", now.why);
	reading_clear(&now);
	return code;
}

/* How many of `placed` went to the right queue. */
static void
judge_right(const struct order *o, const struct calls_tally *t, size_t answered,
	    struct action_result *out)
{
	const struct calls_queue *worst = calls_tally_worst(t);
	double calls, right, share;

	calls_tally_sum(t, &calls, &right);
	share = 100 * right / (double)o->place.count;
	result_end(out,
		   share >= o->right_percent ? OUTCOME_DONE : OUTCOME_FAILED,
		   true,
		   "%s%zu of %zu calls answered, %.0f to the right queue "
		   "(%.4g %%, wanted >= %.4g %%); worst %.60s: %.0f of %.0f",
		   share >= o->right_percent ? "" : "not met: ", answered,
		   o->place.count, right, share, o->right_percent,
		   worst == NULL ? "none" : worst->name,
		   worst == NULL ? 0 : worst->right,
		   worst == NULL ? 0 : worst->calls);
}

static void
judge_queues(const struct order *o, struct work *w,
	     const struct calls_tally *before, size_t answered,
	     struct action_result *out)
{
	struct calls_tally *now = mem_new(1, sizeof(*now));
	char why[ACTION_DETAIL] = "";
	double calls = 0, right;
	bool is_told = false;
	struct err e;

	do {
		if (look(o, w, now, &e) != ERR_NONE) {
			str_printf(why, sizeof(why), "%.200s", e.text);
			continue;
		}
		is_told = calls_tally_since(now, before);
		calls_tally_sum(now, &calls, &right);
		str_printf(why, sizeof(why), "%.0f of %zu calls are told of",
			   calls, answered);
		if (!is_told)
			str_copy(why, sizeof(why),
				 "fewer calls are told of than before");
		is_told = is_told && calls >= (double)answered;
	} while (!is_told &&
		 work_sleep(w, STEP_VERIFYING, why, o->look_ms) == WORK_SLEPT);
	if (!is_told)
		result_end(out, OUTCOME_FAILED, true,
			   "%s, no queues to judge by: %.150s",
			   work_is_cancelled(w) ? "cancelled"
						: "its time was over",
			   why);
	else if (calls > (double)o->place.count)
		result_end(out, OUTCOME_FAILED, true,
			   "%.0f calls came while %zu were placed: others are "
			   "among them, so that nothing is proved",
			   calls, o->place.count);
	else
		judge_right(o, now, answered, out);
	mem_free(now);
}

/* ---- the kind ---- */

static void
judge(const struct order *o, struct work *w, const struct placed *p,
      const struct calls_tally *before, struct action_result *out)
{
	double share = 100 * (double)p->answered / (double)o->place.count;

	if (p->fault.code != ERR_NONE)
		result_end(out, OUTCOME_FAILED, false, "%s", p->fault.text);
	else if (work_is_cancelled(w) && p->begun == 0)
		result_end(out, OUTCOME_CANCELLED, false,
			   "cancelled before a call was placed");
	else if (p->is_stopped)
		result_end(out, OUTCOME_FAILED, true,
			   "%s after %zu of %zu calls: cut off, so that it "
			   "proves nothing",
			   work_is_cancelled(w) ? "cancelled"
						: "its time was over",
			   p->begun, o->place.count);
	else if (share < o->answered_percent)
		result_end(
			out, OUTCOME_FAILED, true,
			"not met: %zu of %zu calls answered (%.4g %%, wanted "
			">= %.4g %%); %.120s",
			p->answered, o->place.count, share, o->answered_percent,
			p->why);
	else if (o->endpoint != NULL)
		judge_queues(o, w, before, p->answered, out);
	else
		result_end(out, OUTCOME_DONE, false,
			   "%zu of %zu calls answered (%.4g %%, wanted >= "
			   "%.4g %%)",
			   p->answered, o->place.count, share,
			   o->answered_percent);
}

static void
run(struct work *w, const struct order *o, struct action_result *out)
{
	struct calls_tally *before = mem_new(1, sizeof(*before));
	struct placed placed;
	struct err e;

	if (o->endpoint != NULL && look(o, w, before, &e) != ERR_NONE) {
		result_end(out,
			   work_is_cancelled(w) ? OUTCOME_CANCELLED
						: OUTCOME_FAILED,
			   true,
			   "no call was placed: the queues cannot be read: "
			   "%.150s",
			   e.text);
	} else {
		placing_run(&o->place, w, &placed);
		judge(o, w, &placed, before, out);
	}
	mem_free(before);
}

static bool
calls_mutates(const struct act *act)
{
	(void)act;
	return false;
}

static void
show(struct order *o, struct work *w, struct action_plan *out)
{
	struct calls_tally *now = mem_new(1, sizeof(*now));
	char line[ACTION_LINE * 2], every[24];
	double calls = 0, right;
	struct err e;

	str_duration(every, sizeof(every), o->place.every_us / 1000);
	for (size_t i = 0; i < o->place.trunks.count && i < 2; i++) {
		str_printf(line, sizeof(line), "INVITE sip:%s@%.120s",
			   o->place.to, o->place.trunks.peers[i]->url);
		request_add_line(out, line, 1);
	}
	str_printf(line, sizeof(line),
		   "%zu calls over %zu trunks in turn, one every %s; answered "
		   ">= %.4g %%",
		   o->place.count, o->place.trunks.count, every,
		   o->answered_percent);
	request_add_line(out, line, 2);
	str_copy(out->before, sizeof(out->before), "no calls");
	str_copy(out->after, sizeof(out->after), "answered");
	if (o->endpoint != NULL) {
		str_printf(line, sizeof(line),
			   "right queue >= %.4g %% by GET %.200s",
			   o->right_percent, buf_str(&o->url));
		request_add_line(out, line, 2);
		str_copy(out->after, sizeof(out->after), "in the right queue");
		if (look(o, w, now, &e) != ERR_NONE) {
			request_add_line(out, e.text, 1);
			str_copy(out->before, sizeof(out->before), "?");
		} else {
			calls_tally_sum(now, &calls, &right);
			str_printf(out->before, sizeof(out->before),
				   "%.0f calls told of", calls);
		}
	}
	mem_free(now);
}

static enum err_code
calls_plan(const struct action_env *env, const struct act *act,
	   struct cancel *cancel, struct action_plan *out, struct err *e)
{
	enum err_code code;
	struct order o;
	struct work w;
	struct buf b;

	work_open_alone(&w, env, cancel, PLAN_MS);
	code = read_order(&o, env->book, &act->with, e);
	if (code == ERR_NONE) {
		show(&o, &w, out);
		/* Not over the calls before: others may go on calling. */
		buf_init(&b, URL_CAP * 2);
		for (size_t i = 0; i < o.place.trunks.count; i++)
			buf_printf(&b, "%s ", o.place.trunks.peers[i]->url);
		buf_printf(&b, "%s %zu %s", o.place.to, o.place.count,
			   buf_str(&o.url));
		digest_hex(out->fingerprint, buf_str(&b), b.len);
		buf_clear(&b);
		if (work_is_cancelled(&w))
			code = err_set(e, ERR_CANCELLED,
				       "planning was cancelled");
	}
	buf_clear(&o.url);
	return code;
}

static void
calls_perform(const struct action_job *job, struct action_result *out)
{
	struct order o;
	struct work w;
	struct err e;

	*out = (struct action_result){ .attempts = 1 };
	work_open_job_alone(&w, job);
	work_say(&w, STEP_ACTING, "the calls begin", 0);
	if (read_order(&o, job->env->book, &job->act->with, &e) != ERR_NONE)
		result_end(out, OUTCOME_FAILED, false, "%s", e.text);
	else
		run(&w, &o, out);
	buf_clear(&o.url);
}

static enum action_landed
calls_readback(const struct action_env *env, const struct act *act,
	       struct cancel *cancel, char *detail, size_t size)
{
	(void)env;
	(void)act;
	(void)cancel;
	str_copy(detail, size, "calls end with the console that made them");
	return LANDED_NO;
}

/* clang-format off */
static const struct param queues_params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "who tells which queues calls reached" },
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "what to ask for" },
	CALLS_ROWS_PARAMS,
	{ .name = "every", .type = PARAM_DURATION, .fallback = "2s",
	  .help = "time between two looks" },
	{ 0 },
};

static const struct param params[] = {
	{ .name = "endpoints", .type = PARAM_LIST, .required = true,
	  .help = "trunks to call over, in turn" },
	{ .name = "to", .type = PARAM_TEXT, .required = true,
	  .help = "number or name to call" },
	{ .name = "count", .type = PARAM_INTEGER, .fallback = "20",
	  .help = "how many calls" },
	{ .name = "every", .type = PARAM_DURATION, .fallback = "1s",
	  .help = "time from one call to the next" },
	{ .name = "answer_within", .type = PARAM_DURATION, .fallback = "10s",
	  .help = "later is not answered" },
	{ .name = "min_answered_percent", .type = PARAM_NUMBER,
	  .fallback = "95", .help = "share that must be answered" },
	{ .name = "min_right_percent", .type = PARAM_NUMBER, .fallback = "95",
	  .help = "share that must reach the right queue" },
	{ .name = "queues", .type = PARAM_GROUP, .inside = queues_params,
	  .help = "where to read which queues they reached" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_calls = {
	.spec = { .name = "calls",
		  .help = "place synthetic calls and judge where they ended",
		  .params = params },
	.class = ACTION_NETWORK,
	.mutates = calls_mutates,
	.plan = calls_plan,
	.perform = calls_perform,
	.readback = calls_readback,
};
