/* state - everything the staging platform knows, as plain data. */
#include "twin/state.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"

#define REGION_SPREAD_MS 2000 /* room time */

static const struct {
	const char *id, *status;
} trunk_rows[TWIN_TRUNKS] = {
	{ TWIN_PRIMARY, "standby" },
	{ "trunk_secondary", "active" },
	{ "trunk_tertiary", "active" },
	{ "legacy_trunk", "active" },
};

static void
add_guide_version(struct twin_state *s, const char *id, const char *name)
{
	struct twin_version *v = state_add_version(s);

	assert(v != NULL);
	str_copy(v->flow, sizeof(v->flow), TWIN_FLOW);
	str_copy(v->id, sizeof(v->id), id);
	str_copy(v->name, sizeof(v->name), name);
	v->is_published = true;
}

static void
init_flow(struct twin_flow *f)
{
	str_copy(f->id, TWIN_WORD, TWIN_FLOW);
	str_copy(f->name, TWIN_WORD, "Production_Inbound");
	str_copy(f->version.now, TWIN_WORD, TWIN_VERSION_BASE);
}

void
state_init(struct twin_state *s, const struct scenario *scenario, uint64_t seed)
{
	*s = (struct twin_state){ .seed = seed, .scenario = scenario };
	init_flow(&s->flow);
	add_guide_version(s, TWIN_VERSION_BASE, "BASELINE_PRE_MIGRATION");
	add_guide_version(s, TWIN_VERSION_NEXT, "CUTOVER_TARGET");
	for (size_t i = 0; i < TWIN_TRUNKS; i++) {
		struct twin_trunk *t = &s->trunks[i];

		str_copy(t->id, sizeof(t->id), trunk_rows[i].id);
		str_copy(t->status.now, TWIN_WORD, trunk_rows[i].status);
		str_copy(t->sdp, sizeof(t->sdp), "strict");
	}
	str_copy(s->record.content.now, TWIN_WORD, TWIN_ADDRESS_OLD);
	s->record.ttl_s = s->record.shown_ttl_s = 300;
	s->record.serial = 2024102701;
	str_copy(s->piles[PILE_TICKETS].place.now, TWIN_WORD,
		 "legacy_queue_pool");
	str_copy(s->piles[PILE_RECORDINGS].place.now, TWIN_WORD,
		 "legacy_storage_bucket");
}

void
state_clear(struct twin_state *s)
{
	for (size_t i = 0; i < s->doc_count; i++)
		mem_free(s->docs[i].text);
	mem_free(s->docs);
	mem_free(s->versions);
	mem_free(s->deployments);
	mem_free(s->jobs);
	kept_clear(&s->kept);
	*s = (struct twin_state){ 0 };
}

const char *
state_target(const struct twin_value *v)
{
	return v->next[0] != '\0' ? v->next : v->now;
}

bool
state_move(struct twin_value *v, const char *next, int64_t due_ms,
	   const char *key)
{
	if (str_same(state_target(v), next))
		return false;
	str_copy(v->next, sizeof(v->next), next);
	str_copy(v->key, sizeof(v->key), key);
	v->due_ms = due_ms;
	return true;
}

struct twin_region *
state_region(struct twin_state *s, const char *name)
{
	size_t len = strlen(name);
	struct twin_region *r;

	for (size_t i = 0; i < s->region_count; i++)
		if (str_same(s->regions[i].name, name))
			return &s->regions[i];
	if (s->region_count == TWIN_REGIONS || len == 0 ||
	    len >= sizeof(r->name) ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
		return NULL;
	r = &s->regions[s->region_count++];
	str_copy(r->name, sizeof(r->name), name);
	init_flow(&r->flow);
	return r;
}

/* By name and seed, so that it does not matter who is asked first. */
int64_t
state_region_delay_ms(const struct twin_state *s, const char *name)
{
	uint64_t seed = s->seed;
	struct rng r;

	for (const char *p = name; *p != '\0'; p++)
		seed = seed * 31 + (unsigned char)*p;
	rng_seed(&r, seed);
	return (int64_t)rng_below(&r, REGION_SPREAD_MS);
}

struct twin_trunk *
state_trunk(struct twin_state *s, const char *id)
{
	for (size_t i = 0; i < TWIN_TRUNKS; i++)
		if (str_same(s->trunks[i].id, id))
			return &s->trunks[i];
	return NULL;
}

struct twin_version *
state_version(struct twin_state *s, const char *flow, const char *id)
{
	for (size_t i = 0; i < s->version_count; i++)
		if (str_same(s->versions[i].flow, flow) &&
		    str_same(s->versions[i].id, id))
			return &s->versions[i];
	return NULL;
}

struct twin_deployment *
state_deployment(struct twin_state *s, const char *flow, const char *id)
{
	for (size_t i = 0; i < s->deployment_count; i++)
		if (str_same(s->deployments[i].flow, flow) &&
		    str_same(s->deployments[i].id, id))
			return &s->deployments[i];
	return NULL;
}

struct twin_job *
state_job(struct twin_state *s, enum twin_pile_kind kind, const char *id)
{
	for (size_t i = 0; i < s->job_count; i++)
		if (s->jobs[i].kind == kind && str_same(s->jobs[i].id, id))
			return &s->jobs[i];
	return NULL;
}

/* Room for one more zeroed item; the place of it, or NULL at TWIN_MOST. */
static void *
one_more(void **items, size_t *count, size_t size)
{
	char *place;

	if (*count == TWIN_MOST)
		return NULL;
	*items = mem_grow(*items, *count + 1, size);
	place = (char *)*items + *count * size;
	memset(place, 0, size);
	(*count)++;
	return place;
}

struct twin_version *
state_add_version(struct twin_state *s)
{
	void *items = s->versions;
	struct twin_version *v =
		one_more(&items, &s->version_count, sizeof(*v));

	s->versions = items;
	return v;
}

struct twin_deployment *
state_add_deployment(struct twin_state *s)
{
	void *items = s->deployments;
	struct twin_deployment *d =
		one_more(&items, &s->deployment_count, sizeof(*d));

	s->deployments = items;
	return d;
}

struct twin_job *
state_add_job(struct twin_state *s, enum twin_pile_kind kind, int64_t due_ms)
{
	void *items = s->jobs;
	struct twin_job *j = one_more(&items, &s->job_count, sizeof(*j));

	s->jobs = items;
	if (j == NULL)
		return NULL;
	j->kind = kind;
	j->due_ms = due_ms;
	str_printf(j->id, sizeof(j->id), "job-%lld",
		   (long long)++s->counts.made);
	return j;
}

struct twin_doc *
state_add_doc(struct twin_state *s)
{
	void *items = s->docs;
	struct twin_doc *d = one_more(&items, &s->doc_count, sizeof(*d));

	s->docs = items;
	return d;
}
