/* request_act - acts that are one request: planned, performed, read back. */
#include "action/request.h"

#include "action/cycle.h"
#include "action/follow.h"
#include "base/redact.h"
#include "base/str.h"

#define PLAN_MS 10000
#define READ_BACK_MS 15000

static enum err_code
plan(const struct request *r, struct work *w, struct action_plan *out,
     struct err *e)
{
	const char *url = r->has_verify ? r->verify_url : r->url;
	const char *pointer =
		r->has_verify ? r->verify_pointer : r->poll_pointer;
	struct reading now;

	if (!r->has_verify && r->has_poll && r->poll_url != NULL)
		url = r->poll_url;
	str_copy(out->before, sizeof(out->before), "?");
	str_copy(out->after, sizeof(out->after),
		 r->has_verify ? r->verify_equals
		 : r->has_poll ? r->poll_done
			       : "?");
	request_show_request(r, out);
	request_show_watching(r, out);
	if (pointer != NULL && (r->has_verify || !r->mutates)) {
		work_read(w, url, &now);
		if (now.class == RETRY_ACCEPTED)
			reading_is(now.doc, pointer, "", out->before,
				   sizeof(out->before));
		else if (now.status == 404)
			str_copy(out->before, sizeof(out->before), "not there");
		else if (r->mutates)
			str_copy(out->unread, sizeof(out->unread), now.why);
		reading_clear(&now);
		redact_text(out->before, sizeof(out->before));
	}
	if (work_is_cancelled(w))
		return err_set(e, ERR_CANCELLED, "planning was cancelled");
	request_fingerprint(r, out);
	return ERR_NONE;
}

static enum retry_class
send_once(void *ctx, struct work *w, struct http_answer *out, char *why,
	  size_t size)
{
	return request_send(ctx, w, out, why, size);
}

static enum action_landed
landed(void *ctx, struct work *w, char *why, size_t size)
{
	return follow_outcome(w, ctx, NULL, why, size);
}

static void
watch(void *ctx, struct work *w, const struct http_answer *first,
      struct action_result *out)
{
	follow(w, ctx, first, out);
}

/* A read that did not come out has no effect to be unsure about. */
static void
soften(const struct work *w, struct action_result *out)
{
	if (out->outcome != OUTCOME_UNKNOWN)
		return;
	out->outcome =
		work_is_cancelled(w) ? OUTCOME_CANCELLED : OUTCOME_FAILED;
	out->may_retry = out->outcome == OUTCOME_FAILED;
}

static void
perform(const struct request *r, struct work *w, struct action_result *out)
{
	struct request mine = *r; /* callbacks want it mutable; it is not */
	struct cycle c = { .work = w,
			   .ctx = &mine,
			   .send = send_once,
			   .landed = landed,
			   .follow = watch,
			   .mutates = r->mutates };

	*out = (struct action_result){ .attempts = 1 };
	if (!r->mutates && work_is_cancelled(w)) {
		result_end(out, OUTCOME_CANCELLED, false,
			   "cancelled before anything was sent");
	} else if (!r->mutates && (r->has_poll || r->has_verify)) {
		work_say(w, STEP_ACTING, "looking", 0);
		follow(w, r, NULL, out);
	} else {
		cycle_run(&c, out);
	}
	if (!r->mutates)
		soften(w, out);
}

/* What the three calls prepare. */
struct act_in_hand {
	struct settings spelled;
	struct request request;
	struct work work;
};

/* `a->work` is open; the caller closes `a` also on failure. */
static enum err_code
take(struct act_in_hand *a, request_spell *spell, const struct act *act,
     struct err *e)
{
	if (spell(&a->spelled, a->work.endpoint, &act->with, e) != ERR_NONE)
		return e->code;
	return request_read(&a->request, a->work.endpoint, &a->spelled, e);
}

static void
put_away(struct act_in_hand *a)
{
	request_clear(&a->request);
	settings_clear(&a->spelled);
}

enum err_code
request_plan(request_spell *spell, const struct action_env *env,
	     const struct act *act, struct cancel *cancel,
	     struct action_plan *out, struct err *e)
{
	struct act_in_hand a = { 0 };
	enum err_code code;

	code = work_open(&a.work, env, act, cancel, PLAN_MS, e);
	if (code == ERR_NONE)
		code = take(&a, spell, act, e);
	if (code == ERR_NONE)
		code = plan(&a.request, &a.work, out, e);
	put_away(&a);
	return code;
}

void
request_perform(request_spell *spell, const struct action_job *job,
		struct action_result *out)
{
	struct act_in_hand a = { 0 };
	struct err e;

	if (work_open_job(&a.work, job, &e) != ERR_NONE ||
	    take(&a, spell, job->act, &e) != ERR_NONE)
		result_end(out, OUTCOME_FAILED, false, "%s", e.text);
	else
		perform(&a.request, &a.work, out);
	put_away(&a);
}

enum action_landed
request_readback(request_spell *spell, const struct action_env *env,
		 const struct act *act, struct cancel *cancel, char *detail,
		 size_t size)
{
	enum action_landed landed = LANDED_UNCLEAR;
	struct act_in_hand a = { 0 };
	struct err e;

	if (work_open(&a.work, env, act, cancel, READ_BACK_MS, &e) !=
		    ERR_NONE ||
	    take(&a, spell, act, &e) != ERR_NONE) {
		str_copy(detail, size, e.text);
	} else if (!a.request.mutates) {
		landed = LANDED_NO;
		str_copy(detail, size, "it only reads");
	} else if (env->decides) {
		landed = follow_outcome(&a.work, &a.request, env->job, detail,
					size);
	} else {
		landed = follow_landed(&a.work, &a.request, detail, size);
	}
	put_away(&a);
	return landed;
}
