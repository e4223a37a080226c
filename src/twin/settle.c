/* settle - what takes time comes into force, and what follows from it. */
#include "twin/settle.h"

#include "base/str.h"
#include "twin/weather.h"

#define DNS_MS 500 /* room time until the name server follows */

/* Where a pile's jobs and its summary are read. */
static const struct {
	const char *what, *path;
} pile_rows[PILE_COUNT] = {
	[PILE_TICKETS] = { "tickets", "/crm/tickets/summary" },
	[PILE_RECORDINGS] = { "recordings",
			      "/api/v2/recordings/archive/summary" },
};

/* What settling needs at every turn. */
struct settling {
	int64_t now_ms;
	int64_t next_ms; /* the earliest thing still to come */
	settle_event *event;
	void *ctx;
};

/* True when the value has just come into force. */
static bool
arrived(struct settling *g, struct twin_value *v)
{
	if (v->next[0] == '\0')
		return false;
	if (v->due_ms > g->now_ms) {
		if (v->due_ms < g->next_ms)
			g->next_ms = v->due_ms;
		return false;
	}
	str_copy(v->now, sizeof(v->now), v->next);
	v->next[0] = '\0';
	return true;
}

static void
tell(struct settling *g, const struct twin_value *v, const char *path,
     const char *what, const char *id)
{
	char effect[TWIN_LINE];

	str_printf(effect, sizeof(effect), "%s%s%s at %s", what,
		   id[0] == '\0' ? "" : " ", id, v->now);
	g->event(g->ctx, path, v->key, effect);
}

static void
settle_trunks(struct twin_state *s, struct settling *g)
{
	for (size_t i = 0; i < TWIN_TRUNKS; i++) {
		struct twin_trunk *t = &s->trunks[i];
		char path[TWIN_LINE];

		str_printf(path, sizeof(path), "/api/v2/telephony/trunks/%s",
			   t->id);
		if (arrived(g, &t->status))
			tell(g, &t->status, path, "trunk", t->id);
	}
}

static void
settle_region(struct twin_region *r, struct settling *g)
{
	char path[TWIN_LINE], what[64];

	str_printf(path, sizeof(path), "/regions/%s/api/v2/architect/flows/%s",
		   r->name, r->flow.id);
	str_printf(what, sizeof(what), "%s flow", r->name);
	if (arrived(g, &r->flow.version))
		tell(g, &r->flow.version, path, what, r->flow.id);
}

static void
settle_jobs(struct twin_state *s, struct settling *g)
{
	for (size_t i = 0; i < PILE_COUNT; i++)
		if (arrived(g, &s->piles[i].place))
			tell(g, &s->piles[i].place, pile_rows[i].path,
			     pile_rows[i].what, "");
	for (size_t i = 0; i < s->job_count; i++) {
		struct twin_job *j = &s->jobs[i];

		if (j->due_ms <= g->now_ms)
			j->is_done = true;
		else if (j->due_ms < g->next_ms)
			g->next_ms = j->due_ms;
	}
}

int64_t
settle_due(struct twin_state *s, int64_t now_ms, settle_event *event, void *ctx)
{
	struct settling g = { now_ms, TWIN_NEVER, event, ctx };

	if (arrived(&g, &s->record.content)) {
		s->record.shown_ttl_s = s->record.ttl_s;
		s->record.serial++;
		tell(&g, &s->record.content, TWIN_HOST, "name", TWIN_HOST);
	}
	settle_trunks(s, &g);
	if (arrived(&g, &s->flow.version))
		tell(&g, &s->flow.version, "/api/v2/architect/flows/" TWIN_FLOW,
		     "flow", s->flow.id);
	for (size_t i = 0; i < s->region_count; i++)
		settle_region(&s->regions[i], &g);
	settle_jobs(s, &g);
	weather_settled(s);
	return g.next_ms;
}

bool
settle_point(struct twin_state *s, const char *content, int ttl_s,
	     int64_t now_ms, const char *key)
{
	struct twin_record *r = &s->record;

	if (str_same(state_target(&r->content), content) && r->ttl_s == ttl_s)
		return false;
	/* Not state_move(): a new TTL alone is on its way as well. */
	str_copy(r->content.next, sizeof(r->content.next), content);
	str_copy(r->content.key, sizeof(r->content.key), key);
	r->content.due_ms = now_ms + DNS_MS;
	r->ttl_s = ttl_s;
	weather_pointed(s, content);
	return true;
}
