/* twin_platform - trunks, open calls and recordings of the platform. */
#include "twin/route.h"

#include "base/str.h"
#include "twin/pile.h"
#include "twin/weather.h"

#define TRUNK_MS 2000 /* room time until a trunk follows */

static void
put_failover(struct jwriter *w, const struct twin_trunk *t)
{
	bool is_primary = str_same(t->id, TWIN_PRIMARY);

	jw_object(w, "failover");
	jw_flag(w, "enabled", is_primary);
	jw_array(w, "sequence");
	if (is_primary) {
		jw_text(w, NULL, "trunk_secondary");
		jw_text(w, NULL, "trunk_tertiary");
	}
	jw_array_end(w);
	jw_int(w, "healthCheckIntervalSeconds", 30);
	jw_int(w, "failureThreshold", 3);
	jw_int(w, "recoveryThreshold", 2);
	jw_object_end(w);
}

/* The guide's trunk; status is what is in force. */
static void
put_trunk(struct jwriter *w, const struct twin_trunk *t)
{
	static const char *const codecs[] = { "G722", "PCMU", "PCMA" };

	jw_object(w, NULL);
	jw_text(w, "trunkId", t->id);
	jw_text(w, "status", t->status.now);
	if (t->status.next[0] != '\0')
		jw_text(w, "targetStatus", t->status.next);
	put_failover(w, t);
	jw_array(w, "codecPreferences");
	for (size_t i = 0; i < ARRAY_LEN(codecs); i++)
		jw_text(w, NULL, codecs[i]);
	jw_array_end(w);
	jw_text(w, "sdpHandling", t->sdp);
	jw_int(w, "maxConcurrentSessions", 500);
	jw_object_end(w);
}

static struct twin_trunk *
need_trunk(struct twin_call *c)
{
	struct twin_trunk *t = state_trunk(c->state, c->args[0]);

	if (t == NULL)
		route_fail(c, 404, "not.found", "There is no trunk %s.",
			   c->args[0]);
	return t;
}

static void
get_trunk(struct twin_call *c)
{
	const struct twin_trunk *t = need_trunk(c);
	struct jwriter w;

	if (t == NULL)
		return;
	route_json(c, 200, &w);
	put_trunk(&w, t);
}

static void
get_trunks(struct twin_call *c)
{
	struct jwriter w;

	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_array(&w, "entities");
	for (size_t i = 0; i < TWIN_TRUNKS; i++)
		put_trunk(&w, &c->state->trunks[i]);
	jw_array_end(&w);
	jw_int(&w, "total", TWIN_TRUNKS);
	jw_object_end(&w);
}

/* False when the call was refused. */
static bool
good_words(struct twin_call *c, const char *status, const char *sdp)
{
	if (status == NULL && sdp == NULL)
		route_fail(c, 400, "bad.request",
			   "status or sdpHandling must be a text in the JSON "
			   "body");
	else if (status != NULL &&
		 !str_in_words("active standby disabled", status))
		route_fail(c, 400, "invalid.value",
			   "status must be active, standby or disabled");
	else if (sdp != NULL && !str_in_words("strict flexible", sdp))
		route_fail(c, 400, "invalid.value",
			   "sdpHandling must be strict or flexible");
	else
		return true;
	return false;
}

static void
patch_trunk(struct twin_call *c)
{
	struct twin_trunk *t = need_trunk(c);
	const char *status = json_text(json_get(c->body, "status"));
	const char *sdp = json_text(json_get(c->body, "sdpHandling"));
	struct jwriter w;

	if (t == NULL || !good_words(c, status, sdp))
		return;
	if (sdp != NULL && !str_same(sdp, t->sdp)) {
		str_copy(t->sdp, sizeof(t->sdp), sdp);
		route_effect(c, "trunk %s sdp %s", t->id, sdp);
	}
	if (status != NULL && !str_same(status, state_target(&t->status)) &&
	    state_move(&t->status, status, route_due(c, TRUNK_MS),
		       c->request->key))
		route_effect(c, "trunk %s -> %s", t->id, status);
	route_location(c, "%s", c->request->path);
	route_json(c, t->status.next[0] != '\0' ? 202 : 200, &w);
	put_trunk(&w, t);
}

static void
get_open(struct twin_call *c)
{
	int open, unrouted;
	struct jwriter w;

	weather_open_calls(c->state, &open, &unrouted);
	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_int(&w, "open", open);
	jw_int(&w, "unrouted", unrouted);
	jw_object_end(&w);
}

static const struct pile_surface surface = {
	.kind = PILE_RECORDINGS,
	.select = "cutover_window_recordings",
	.to = "/destination",
	.jobs = "/api/v2/recordings/archive/jobs",
	.group = "cutover_window",
	.count = "not_in_legacy_storage_bucket",
	.home = "legacy_storage_bucket",
	.word = "recordings",
};

static void
post_sync(struct twin_call *c)
{
	pile_send(c, &surface);
}

static void
get_sync_job(struct twin_call *c)
{
	pile_job(c, &surface);
}

static void
get_recordings(struct twin_call *c)
{
	pile_summary(c, &surface);
}

const struct route routes_platform[] = {
	{ "GET", "/api/v2/telephony/trunks", ROUTE_READ, get_trunks,
	  "all trunks" },
	{ "GET", "/api/v2/telephony/trunks/{trunkId}", ROUTE_READ, get_trunk,
	  "the guide's trunk" },
	{ "PATCH", "/api/v2/telephony/trunks/{trunkId}", ROUTE_WRITE,
	  patch_trunk, "active, standby or disabled; converges" },
	{ "GET", "/api/v2/conversations/open", ROUTE_READ, get_open,
	  "open calls and those without a route" },
	{ "POST", "/api/v2/recordings/archive/sync", ROUTE_WRITE, post_sync,
	  "move the recordings of the cutover" },
	{ "GET", "/api/v2/recordings/archive/jobs/{id}", ROUTE_READ,
	  get_sync_job, "running or done" },
	{ "GET", "/api/v2/recordings/archive/summary", ROUTE_READ,
	  get_recordings, "how many are where" },
	{ NULL, NULL, ROUTE_READ, NULL, NULL },
};
