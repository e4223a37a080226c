/* fault - what the platform does wrong on request. */
#include "twin/fault.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"

#define FAULT_ROW(kind, name, help) [kind] = { name, help },
static const struct {
	const char *name, *help;
} rows[FAULT_KINDS] = { FAULT_LIST(FAULT_ROW) };
#undef FAULT_ROW

const char *
fault_name(enum fault_kind kind)
{
	return rows[kind].name;
}

void
fault_names(char *to, size_t size)
{
	to[0] = '\0';
	for (size_t i = 0; i < FAULT_KINDS; i++) {
		size_t used = strlen(to);

		str_printf(to + used, size - used, "%s%s", i == 0 ? "" : ", ",
			   rows[i].name);
	}
}

enum err_code
fault_find(enum fault_kind *out, const char *name, struct err *e)
{
	char names[240];
	char shown[64];

	*out = FAULT_KINDS;
	for (size_t i = 0; i < FAULT_KINDS; i++)
		if (str_same(name, rows[i].name)) {
			*out = (enum fault_kind)i;
			return ERR_NONE;
		}
	fault_names(names, sizeof(names));
	text_clean(shown, sizeof(shown), name == NULL ? "" : name,
		   name == NULL ? 0 : strlen(name));
	return err_set(e, ERR_ARG, "no fault \"%s\"; the faults are %s", shown,
		       names);
}

bool
fault_add(struct fault_list *l, const struct fault *f)
{
	if (l->count == FAULTS_MOST)
		return false;
	l->items[l->count++] = *f;
	return true;
}

bool
fault_take(struct fault_list *l, enum fault_kind kind, const char *where,
	   struct fault *out)
{
	for (size_t i = 0; i < l->count; i++) {
		struct fault *f = &l->items[i];

		if (f->kind != kind || strstr(where, f->match) == NULL)
			continue;
		if (out != NULL)
			*out = *f;
		if (f->left > 0 && --f->left == 0)
			memmove(f, f + 1,
				(--l->count - i) * sizeof(l->items[0]));
		return true;
	}
	return false;
}
