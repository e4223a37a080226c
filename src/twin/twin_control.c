/* twin_control - the calls of the drill: state, ledger, faults, the end. */
#include "twin/route.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "twin/weather.h"

#define SLOW_MS 2000
#define SLOW_MOST_MS 120000

/* Larger than a signed number may be. */
static void
put_seed(struct jwriter *w, const struct twin_state *s)
{
	char seed[24];

	str_printf(seed, sizeof(seed), "%llu", (unsigned long long)s->seed);
	jw_raw(w, "seed", seed);
}

static void
get_hello(struct twin_call *c)
{
	struct jwriter w;

	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_text(&w, "twin", "warroom");
	jw_int(&w, "version", 1);
	jw_int(&w, "pid", getpid());
	jw_text(&w, "scenario", c->state->scenario->name);
	put_seed(&w, c->state);
	jw_object_end(&w);
}

static void
put_value(struct jwriter *w, const char *key, const struct twin_value *v)
{
	jw_object(w, key);
	jw_text(w, "now", v->now);
	jw_text(w, "next", v->next[0] == '\0' ? NULL : v->next);
	jw_object_end(w);
}

static void
put_weather(struct jwriter *w, const struct twin_state *s)
{
	char fault_at[CLOCK_TEXT];

	clock_text(fault_at, s->weather.fault_wall_ms);
	jw_text(w, "phase", weather_phase_word(s->weather.phase));
	jw_text(w, "fault_at", s->weather.fault_wall_ms == 0 ? NULL : fault_at);
	jw_object(w, "weather");
	jw_int(w, "asked", s->weather.asked);
	jw_int(w, "level", s->weather.level);
	jw_int(w, "pinged", s->weather.pinged);
	jw_int(w, "refused", s->weather.refused);
	jw_int(w, "unrouted", s->weather.unrouted);
	jw_object_end(w);
	jw_object(w, "requests");
	jw_int(w, "http", s->counts.http);
	jw_int(w, "sip", s->counts.sip);
	jw_int(w, "dns", s->counts.dns);
	jw_object_end(w);
	jw_int(w, "records", s->counts.records);
}

static void
put_transport(struct jwriter *w, const struct twin_state *s)
{
	jw_object(w, "record");
	jw_text(w, "name", TWIN_HOST);
	jw_text(w, "content", state_target(&s->record.content));
	jw_int(w, "ttl", s->record.ttl_s);
	jw_text(w, "served", s->record.content.now);
	jw_int(w, "served_ttl", s->record.shown_ttl_s);
	jw_int(w, "serial", s->record.serial);
	jw_object_end(w);
	jw_object(w, "trunks");
	for (size_t i = 0; i < TWIN_TRUNKS; i++) {
		const struct twin_trunk *t = &s->trunks[i];

		jw_object(w, t->id);
		put_value(w, "status", &t->status);
		jw_text(w, "sdpHandling", t->sdp);
		jw_int(w, "options", t->pings);
		jw_int(w, "calls_made", t->calls_made);
		jw_int(w, "calls_refused", t->calls_refused);
		jw_int(w, "calls_open", t->calls_open);
		jw_object_end(w);
	}
	jw_object_end(w);
}

static void
put_flows(struct jwriter *w, const struct twin_state *s)
{
	jw_object(w, "flow");
	jw_text(w, "id", s->flow.id);
	put_value(w, "version", &s->flow.version);
	jw_object_end(w);
	jw_object(w, "regions");
	for (size_t i = 0; i < s->region_count; i++) {
		jw_object(w, s->regions[i].name);
		put_value(w, "version", &s->regions[i].flow.version);
		jw_object_end(w);
	}
	jw_object_end(w);
	jw_array(w, "deployments");
	for (size_t i = 0; i < s->deployment_count; i++) {
		jw_object(w, NULL);
		jw_text(w, "id", s->deployments[i].id);
		jw_text(w, "flow", s->deployments[i].flow);
		jw_text(w, "version", s->deployments[i].version);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object(w, "documents");
	for (size_t i = 0; i < s->doc_count; i++)
		jw_raw(w, s->docs[i].path, s->docs[i].text);
	jw_object_end(w);
}

static void
put_piles(struct jwriter *w, const struct twin_state *s)
{
	static const char *const names[PILE_COUNT] = {
		[PILE_TICKETS] = "tickets",
		[PILE_RECORDINGS] = "recordings",
	};

	for (size_t i = 0; i < PILE_COUNT; i++) {
		jw_object(w, names[i]);
		jw_int(w, "total", s->piles[i].total);
		put_value(w, "place", &s->piles[i].place);
		jw_object_end(w);
	}
	jw_array(w, "faults");
	for (size_t i = 0; i < s->faults.count; i++) {
		const struct fault *f = &s->faults.items[i];

		jw_object(w, NULL);
		jw_text(w, "fault", fault_name(f->kind));
		jw_int(w, "count", f->left);
		jw_text(w, "match", f->match);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
get_state(struct twin_call *c)
{
	struct jwriter w;

	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_text(&w, "scenario", c->state->scenario->name);
	put_seed(&w, c->state);
	put_weather(&w, c->state);
	put_transport(&w, c->state);
	put_flows(&w, c->state);
	put_piles(&w, c->state);
	jw_object_end(&w);
	if (c->reply->body.cut)
		route_fail(c, 500, "internal.server.error",
			   "The state is larger than an answer may be.");
}

static void
get_ledger(struct twin_call *c)
{
	c->reply->status = 200;
	c->reply->type = "application/x-ndjson";
	c->reply->file = c->request->ledger;
}

static void
answer_word(struct twin_call *c, const char *key, const char *word)
{
	struct jwriter w;

	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_text(&w, key, word);
	jw_object_end(&w);
}

static void
post_stop(struct twin_call *c)
{
	c->reply->stops = true;
	answer_word(c, "twin", "stopping");
}

static void
post_scenario(struct twin_call *c)
{
	const char *name = route_need(c, "/scenario");
	const struct scenario *found;
	struct err e;

	if (name == NULL)
		return;
	if (scenario_find(&found, name, &e) != ERR_NONE) {
		route_fail(c, 400, "invalid.value", "%s", e.text);
		return;
	}
	c->state->scenario = found;
	c->state->counts.writes = 0;
	kept_forget_writes(&c->state->kept);
	answer_word(c, "scenario", found->name);
}

/* Reads the body of a fault; false when the call was refused. */
static bool
read_fault(struct twin_call *c, struct fault *f)
{
	double count = json_number_or(c->body, "count", 1);
	double ms = json_number_or(c->body, "ms", SLOW_MS);
	double after = json_number_or(c->body, "retry_after", 1);

	if (!(count == -1 || (count >= 1 && count <= 1e6)) ||
	    !(ms >= 0 && ms <= SLOW_MOST_MS) || !(after >= 0 && after <= 3600))
		route_fail(
			c, 400, "invalid.value",
			"count is -1 (for ever) or 1 to 1000000, ms 0 to %d, "
			"retry_after 0 to 3600 seconds",
			SLOW_MOST_MS);
	else if (!str_copy(f->match, sizeof(f->match),
			   json_text_or(c->body, "match", "")))
		route_fail(c, 400, "invalid.value",
			   "match is a part of a path, at most %zu bytes",
			   sizeof(f->match) - 1);
	else {
		f->left = (int64_t)count;
		f->ms = (int64_t)ms;
		f->retry_after_s = (int)after;
		return true;
	}
	return false;
}

static void
post_fault(struct twin_call *c)
{
	struct fault_list *l = &c->state->faults;
	const char *name = route_need(c, "/fault");
	struct fault f = { 0 };
	struct err e;

	if (name == NULL)
		return;
	if (str_same(name, "none")) {
		l->count = 0;
		answer_word(c, "fault", name);
		return;
	}
	if (fault_find(&f.kind, name, &e) != ERR_NONE)
		route_fail(c, 400, "invalid.value",
			   "%s; \"none\" removes all of them", e.text);
	else if (!read_fault(c, &f))
		return;
	else if (!fault_add(l, &f))
		route_fail(c, 409, "limit.exceeded",
			   "%d faults are in force, no more fit.", FAULTS_MOST);
	else
		answer_word(c, "fault", name);
}

const struct route routes_control[] = {
	{ "GET", "/twin/hello", ROUTE_CONTROL, get_hello, "who is there" },
	{ "GET", "/twin/state", ROUTE_CONTROL, get_state, "everything" },
	{ "GET", "/twin/ledger", ROUTE_CONTROL, get_ledger, "all effects" },
	{ "POST", "/twin/stop", ROUTE_CONTROL, post_stop, "end the twin" },
	{ "POST", "/twin/scenario", ROUTE_CONTROL, post_scenario,
	  "{scenario}: switch to a built-in one" },
	{ "POST", "/twin/fault", ROUTE_CONTROL, post_fault,
	  "{fault, count, match, ms, retry_after}: one more fault" },
	{ NULL, NULL, ROUTE_READ, NULL, NULL },
};
