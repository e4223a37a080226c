/* action_http - one request to an HTTP API, polled and read back. */
#include "action/action.h"

#include "action/kinds.h"
#include "action/request.h"
#include "base/str.h"

static bool
http_mutates(const struct act *act)
{
	return !str_in_words("GET HEAD",
			     settings_text_or(&act->with, "method", "GET"));
}

/* A POST adds, whatever it is read back by. */
static bool
http_sets(const struct act *act)
{
	return str_in_words("PUT PATCH DELETE",
			    settings_text_or(&act->with, "method", "")) &&
	       settings_text(&act->with, "verify.pointer") != NULL;
}

/* What cannot be read back is not read before either. */
static bool
http_plans_alone(const struct act *act)
{
	return http_mutates(act) &&
	       settings_text(&act->with, "verify.pointer") == NULL;
}

/* An http step is spelled as it stands. */
static enum err_code
spell(struct settings *out, const struct book_endpoint *endpoint,
      const struct settings *with, struct err *e)
{
	(void)endpoint;
	(void)e;
	settings_copy(out, with);
	return ERR_NONE;
}

static enum err_code
http_plan(const struct action_env *env, const struct act *act,
	  struct cancel *cancel, struct action_plan *out, struct err *e)
{
	return request_plan(spell, env, act, cancel, out, e);
}

static void
http_perform(const struct action_job *job, struct action_result *out)
{
	request_perform(spell, job, out);
}

static enum action_landed
http_readback(const struct action_env *env, const struct act *act,
	      struct cancel *cancel, char *detail, size_t size)
{
	return request_readback(spell, env, act, cancel, detail, size);
}

/* clang-format off */
static const struct param poll_params[] = {
	{ .name = "path", .type = PARAM_PATH_JOB,
	  .help = "what to ask; else Location, else the path of the step" },
	{ .name = "job", .type = PARAM_POINTER,
	  .help = "where the first answer has the id for {job} of path" },
	{ .name = "pointer", .type = PARAM_POINTER, .required = true,
	  .help = "where the answer says how far it is" },
	{ .name = "done", .type = PARAM_TEXT, .required = true,
	  .help = "what it says when done" },
	{ .name = "failed", .type = PARAM_TEXT,
	  .help = "what it says when failed" },
	{ .name = "every", .type = PARAM_DURATION, .fallback = "2s",
	  .help = "time between two looks" },
	{ 0 },
};

static const struct param items_params[] = {
	{ .name = "pointer", .type = PARAM_POINTER, .required = true,
	  .help = "where the list of them is" },
	{ .name = "ok", .type = PARAM_POINTER, .required = true,
	  .help = "which value of each says how it went" },
	{ .name = "equals", .type = PARAM_TEXT, .required = true,
	  .help = "what that value must be" },
	{ .name = "name", .type = PARAM_POINTER, .fallback = "/id",
	  .help = "which value of each is its name" },
	{ 0 },
};

static const struct param verify_params[] = {
	{ .name = "path", .type = PARAM_PATH,
	  .help = "what to read back; else the path of the step" },
	{ .name = "pointer", .type = PARAM_POINTER, .required = true,
	  .help = "which value of it" },
	{ .name = "equals", .type = PARAM_TEXT, .required = true,
	  .help = "what that value must be" },
	{ 0 },
};

const struct param action_http_params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "whom to ask" },
	{ .name = "method", .type = PARAM_WORD, .required = true,
	  .choices = "GET HEAD POST PUT PATCH DELETE", .help = "how" },
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "the resource" },
	{ .name = "headers", .type = PARAM_MAP, .help = "further headers" },
	{ .name = "body", .type = PARAM_JSON, .help = "sent as JSON" },
	{ .name = "idempotency_header", .type = PARAM_TEXT,
	  .fallback = "Idempotency-Key",
	  .help = "header that carries the key of the transaction" },
	{ .name = "poll", .type = PARAM_GROUP, .inside = poll_params,
	  .help = "how to see that it is done" },
	{ .name = "items", .type = PARAM_GROUP, .inside = items_params,
	  .help = "what it was made of, each judged once it is done" },
	{ .name = "verify", .type = PARAM_GROUP, .inside = verify_params,
	  .help = "how to read back that it holds" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_http = {
	.spec = { .name = "http",
		  .help = "send one request, poll it and read it back",
		  .params = action_http_params },
	.class = ACTION_NETWORK,
	.mutates = http_mutates,
	.sets = http_sets,
	.plans_alone = http_plans_alone,
	.plan = http_plan,
	.perform = http_perform,
	.readback = http_readback,
};
