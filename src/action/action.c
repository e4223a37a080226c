/* action - the table of kinds, and the way to them. */
#include "action/action.h"

#include <assert.h>

#include "action/kinds.h"
#include "base/str.h"

#define KIND(kind) &action_kind_##kind,
const struct action_kind *const action_kinds[] = { ACTION_KINDS(KIND) NULL };
#undef KIND

#define SPEC(kind) &action_kind_##kind.spec,
static const struct kind_spec *const specs[] = { ACTION_KINDS(SPEC) NULL };
#undef SPEC

const struct kind_spec *const *
action_specs(void)
{
	return specs;
}

const struct action_kind *
action_kind_of(const char *name)
{
	for (size_t i = 0; action_kinds[i] != NULL; i++)
		if (str_same(action_kinds[i]->spec.name, name))
			return action_kinds[i];
	return NULL;
}

static const struct action_kind *
asked_kind_of(const struct act *act)
{
	const struct action_kind *kind = action_kind_of(act->kind);

	assert(kind != NULL && kind->plan != NULL);
	return kind;
}

bool
action_is_read(const struct act *act)
{
	const struct action_kind *kind = action_kind_of(act->kind);

	assert(kind != NULL);
	return kind->class == ACTION_NETWORK ||
	       (kind->class == ACTION_PERSON && kind->mutates(act));
}

bool
action_plans_alone(const struct act *act)
{
	const struct action_kind *kind = asked_kind_of(act);

	return kind->plans_alone != NULL && kind->plans_alone(act);
}

bool
action_sets(const struct act *act)
{
	const struct action_kind *kind = action_kind_of(act->kind);

	return kind != NULL && kind->sets != NULL && kind->sets(act);
}

bool
action_runs_program(const struct act *act)
{
	const struct action_kind *kind = action_kind_of(act->kind);

	return kind != NULL && kind->runs_program;
}

enum err_code
action_plan(const struct action_env *env, const struct act *act,
	    struct cancel *cancel, struct action_plan *out, struct err *e)
{
	*out = (struct action_plan){ 0 };
	return asked_kind_of(act)->plan(env, act, cancel, out, e);
}

void
action_perform(const struct action_job *job, struct action_result *out)
{
	*out = (struct action_result){ .outcome = OUTCOME_UNKNOWN };
	asked_kind_of(job->act)->perform(job, out);
}

enum action_landed
action_readback(const struct action_env *env, const struct act *act,
		struct cancel *cancel, char *detail, size_t size)
{
	detail[0] = '\0';
	return asked_kind_of(act)->readback(env, act, cancel, detail, size);
}

enum action_landed
action_readback_regions(const struct action_env *env, const struct act *act,
			struct cancel *cancel, struct regions *out,
			char *detail, size_t size)
{
	const struct action_kind *kind = asked_kind_of(act);

	*out = (struct regions){ 0 };
	detail[0] = '\0';
	if (kind->readback_regions == NULL)
		return kind->readback(env, act, cancel, detail, size);
	return kind->readback_regions(env, act, cancel, out, detail, size);
}
