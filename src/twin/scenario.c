/* scenario - what goes wrong in a drill, as rows. */
#include "twin/scenario.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"

#define AS_BEHAVIOUR(word, storms, limits, loses, stuck, lags, splits, help) \
	{ word, storms, limits, loses, stuck, lags, splits },
static const struct scenario scenarios[] = { SCENARIO_LIST(AS_BEHAVIOUR) };
#undef AS_BEHAVIOUR

enum err_code
scenario_find(const struct scenario **out, const char *name, struct err *e)
{
	char names[240] = "";
	char shown[64];

	*out = &scenarios[0];
	if (name == NULL || name[0] == '\0')
		return ERR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
		size_t used = strlen(names);

		*out = &scenarios[i];
		if (str_same(name, scenarios[i].name))
			return ERR_NONE;
		str_printf(names + used, sizeof(names) - used, "%s%s",
			   i == 0 ? "" : ", ", scenarios[i].name);
	}
	*out = NULL;
	text_clean(shown, sizeof(shown), name, strlen(name));
	return err_set(e, ERR_ARG,
		       "no scenario \"%s\"; the built-in ones are %s "
		       "(scenario files are not read)",
		       shown, names);
}
