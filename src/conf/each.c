/* each - settings that stand once in the file and hold for each region. */
#include "conf/runbook.h"

#include <string.h>

#include "base/str.h"
#include "conf/scalar.h"
#include "conf/template.h"
#include "model/regions.h"
#include "model/spread.h"

#define DOTTED 160
#define PLACE 1024

static bool
stands_before(const struct node *list, const struct node *n)
{
	for (const struct node *m = list->first; m != n; m = m->next)
		if (m->type == NODE_SCALAR && strcmp(m->text, n->text) == 0)
			return true;
	return false;
}

/* Names that can stand in a host, a path and a record. */
static bool
check_regions(struct loader *l, const struct node *over)
{
	bool ok = over->count >= 1 && over->count <= REGIONS_MOST;

	if (!ok)
		node_error(&l->s, over, "range",
			   "\"over\" takes 1 to %d regions, found %zu",
			   REGIONS_MOST, (size_t)over->count);
	for (const struct node *n = over->first; n != NULL; n = n->next) {
		if (n->type != NODE_SCALAR)
			return false; /* reported as a list of texts */
		if (!region_is_name(n->text)) {
			node_error(&l->s, n, "bad-region",
				   "\"%.48s\" is no name of a region: a-z, 0-9 "
				   "and \"-\", at most %d characters",
				   n->text, REGION_NAME - 1);
			ok = false;
		} else if (stands_before(over, n)) {
			node_error(&l->s, n, "duplicate-region",
				   "\"%s\" is named twice", n->text);
			ok = false;
		}
	}
	return ok;
}

static void
check_verified(struct loader *l, const struct node *n, const char *kind,
	       const struct settings *with)
{
	struct act act = { .with = *with };

	str_copy(act.kind, sizeof(act.kind), kind);
	if (act_changes(&act) && act_lacks_verify(l, &act))
		node_key_error(&l->s, n, "parallel-unverified",
			       "each region is read back: add \"verify\" to "
			       "\"%s\"",
			       n->key);
}

/* Where an act of one region goes and is read back, by whom. */
static void
place_of(const char *kind, const struct settings *with, char *to, size_t size)
{
	struct act act = { .with = *with };
	char place[PLACE];

	str_copy(act.kind, sizeof(act.kind), kind);
	act_place(&act, place, sizeof(place));
	if (place[0] == '\0' ||
	    !str_printf(to, size, "%s %s %s", place,
			settings_text_or(with, "endpoint", ""),
			settings_text_or(with, "server", "")))
		to[0] = '\0';
}

/* All regions at one place: each would find there what another one did. */
static void
tell_alike(struct loader *l, const struct node *n, const char *first,
	   const char *second)
{
	node_key_error(&l->s, n, "regions-alike",
		       "\"%s\" and \"%s\" are told and read back at one and "
		       "the same place: put {region} into its endpoint or its "
		       "paths (a read-back sends no headers of its own)",
		       first, second);
}

void
each_read(struct loader *l, const struct param *p, const struct node *over,
	  const struct node *n, struct settings *out)
{
	const struct kind_spec *spec = kind_find(l->kinds->steps, p->name);
	char first[PLACE], place[PLACE];

	if (spec == NULL || over == NULL || over->type != NODE_LIST ||
	    !want_map(&l->s, n) || !check_regions(l, over))
		return;
	template_check(&l->s, n, TEMPLATE_REGION);
	settings_add(out, "kind", p->name);
	first[0] = '\0';
	for (const struct node *r = over->first; r != NULL; r = r->next) {
		const struct template_values values = { .target = "",
							.value = "",
							.ttl_seconds = "",
							.region = r->text };
		struct settings one = { 0 };

		kind_settings(l, spec,
			      template_fill(&l->arena, &l->s, n, &values),
			      &one);
		check_verified(l, n, p->name, &one);
		place_of(p->name, &one, place, sizeof(place));
		if (r == over->first)
			str_copy(first, sizeof(first), place);
		else if (r == over->first->next && place[0] != '\0' &&
			 strcmp(place, first) == 0)
			tell_alike(l, n, over->first->text, r->text);
		for (size_t i = 0; i < one.count; i++) {
			char dotted[DOTTED];

			str_printf(dotted, sizeof(dotted), "%s.%s", r->text,
				   one.items[i].name);
			settings_add(out, dotted, one.items[i].text);
		}
		settings_clear(&one);
	}
}

void
each_check(struct loader *l, const struct kind_spec *spec,
	   const struct node *map)
{
	const struct node *found = NULL;
	char names[80] = "";

	for (const struct param *p = spec->params; p->name != NULL; p++) {
		const struct node *n;
		size_t used = strlen(names);

		if (p->type != PARAM_EACH)
			continue;
		str_printf(names + used, sizeof(names) - used, "%s%s",
			   used == 0 ? "" : ", ", p->name);
		n = node_get(map, p->name);
		if (n != NULL && found != NULL)
			node_key_error(&l->s, n, "two-kinds",
				       "all regions are told the same: \"%s\" "
				       "stands beside \"%s\"",
				       n->key, found->key);
		else if (n != NULL)
			found = n;
	}
	if (names[0] != '\0' && found == NULL)
		node_key_error(&l->s, map, "missing",
			       "\"%s\" does not say what is done in each "
			       "region: one of %s",
			       spec->name, names);
}
