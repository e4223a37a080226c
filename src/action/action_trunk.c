/* action_trunk - sets the status of a trunk at its platform. */
#include "action/action.h"

#include "action/kinds.h"
#include "action/request.h"
#include "base/json.h"
#include "base/percent.h"
#include "base/str.h"

#define PATH_CAP 1024

/* How a platform spells it; a row each. */
static const struct adapter {
	const char *name;   /* of the endpoint */
	const char *method; /* that changes the status */
	const char *above;  /* path above the trunk's name */
	const char *member; /* of the JSON object, there and back */
} adapters[] = {
	{ "guide", "PATCH", "/api/v2/telephony/trunks/", "status" },
};

static const struct adapter *
adapter_of(const struct book_endpoint *endpoint)
{
	for (size_t i = 0; i < ARRAY_LEN(adapters); i++)
		if (str_same(adapters[i].name, endpoint->adapter))
			return &adapters[i];
	return NULL;
}

static bool
trunk_mutates(const struct act *act)
{
	(void)act;
	return true;
}

static enum err_code
spell(struct settings *out, const struct book_endpoint *endpoint,
      const struct settings *with, struct err *e)
{
	const struct adapter *adapter = adapter_of(endpoint);
	const char *status = settings_text_or(with, "status", "");
	char pointer[32];
	struct jwriter w;
	struct buf b;

	if (adapter == NULL)
		return err_set(e, ERR_ARG,
			       "adapter \"%s\" of endpoint %s has no trunks; "
			       "use an http step",
			       endpoint->adapter, endpoint->id);
	buf_init(&b, PATH_CAP);
	buf_text(&b, adapter->above);
	percent_encode(&b, settings_text_or(with, "trunk", ""));
	if (b.cut) {
		buf_clear(&b);
		return err_set(e, ERR_ARG, "the trunk's name is too long");
	}
	settings_add(out, "path", buf_str(&b));
	buf_reset(&b);
	jw_init(&w, &b);
	jw_object(&w, NULL);
	jw_text(&w, adapter->member, status);
	jw_object_end(&w);
	settings_add(out, "body", buf_str(&b));
	buf_clear(&b);
	str_printf(pointer, sizeof(pointer), "/%s", adapter->member);
	settings_add(out, "method", adapter->method);
	settings_add(out, "verify.pointer", pointer);
	settings_add(out, "verify.equals", status);
	return ERR_NONE;
}

static enum err_code
trunk_plan(const struct action_env *env, const struct act *act,
	   struct cancel *cancel, struct action_plan *out, struct err *e)
{
	return request_plan(spell, env, act, cancel, out, e);
}

static void
trunk_perform(const struct action_job *job, struct action_result *out)
{
	request_perform(spell, job, out);
}

static enum action_landed
trunk_readback(const struct action_env *env, const struct act *act,
	       struct cancel *cancel, char *detail, size_t size)
{
	return request_readback(spell, env, act, cancel, detail, size);
}

/* clang-format off */
const struct param action_trunk_params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "the platform" },
	{ .name = "trunk", .type = PARAM_TEXT, .required = true,
	  .help = "id of the trunk" },
	{ .name = "status", .type = PARAM_WORD, .required = true,
	  .choices = "active standby disabled", .help = "what it becomes" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_trunk = {
	.spec = { .name = "trunk",
		  .help = "set the status of a trunk and read it back",
		  .params = action_trunk_params },
	.class = ACTION_NETWORK,
	.mutates = trunk_mutates,
	.sets = trunk_mutates,
	.plan = trunk_plan,
	.perform = trunk_perform,
	.readback = trunk_readback,
};
