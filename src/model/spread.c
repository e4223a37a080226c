/* spread - an act of kind `parallel` taken apart. */
#include "model/spread.h"

#include <string.h>

#include "base/jscan.h"
#include "base/str.h"

void
spread_regions(struct regions *out, const struct act *act)
{
	const char *over = settings_text_or(&act->with, "over", "[]");
	char name[REGION_NAME];
	struct jscan s;
	enum jtok t;

	*out = (struct regions){ 0 };
	if (!str_same(act->kind, SPREAD_KIND))
		return;
	jscan_init(&s, over, strlen(over));
	for (t = jscan_next(&s); t != JTOK_END && t != JTOK_ERROR;
	     t = jscan_next(&s))
		if (t == JTOK_STRING && jscan_string(&s, name, sizeof(name)))
			regions_set(out, name, SIDE_UNKNOWN, -1);
}

bool
spread_reaches(const struct act *act, const char *region)
{
	struct regions over;

	spread_regions(&over, act);
	return over.count == 0 || region[0] == '\0' ||
	       regions_find(&over, region) != NULL;
}

void
spread_act(struct act *out, const struct act *act, const char *region)
{
	size_t len = strlen(region);

	*out = (struct act){ 0 };
	str_copy(out->kind, sizeof(out->kind),
		 settings_text_or(&act->with, "kind", ""));
	for (size_t i = 0; i < act->with.count; i++) {
		const struct setting *s = &act->with.items[i];

		if (strncmp(s->name, region, len) == 0 && s->name[len] == '.')
			settings_add(&out->with, s->name + len + 1, s->text);
	}
}
