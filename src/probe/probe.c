/* probe - the table of kinds. */
#include "probe/probe.h"

#include "base/str.h"
#include "probe/kinds.h"

#define KIND(kind) &probe_kind_##kind,
const struct probe_kind *const probe_kinds[] = { PROBE_KINDS(KIND) NULL };
#undef KIND

#define SPEC(kind) &probe_kind_##kind.spec,
static const struct kind_spec *const specs[] = { PROBE_KINDS(SPEC) NULL };
#undef SPEC

const struct kind_spec *const *
probe_specs(void)
{
	return specs;
}

const struct probe_kind *
probe_kind_of(const char *name)
{
	for (size_t i = 0; probe_kinds[i] != NULL; i++)
		if (str_same(probe_kinds[i]->spec.name, name))
			return probe_kinds[i];
	return NULL;
}
