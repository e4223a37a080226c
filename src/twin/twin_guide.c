/* twin_guide - the calls of the guides, on the paths they print. */
#include "twin/route.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "twin/doc.h"

#define ACTIONS "/api/v2/integrations/actions"
#define STRATEGY_INITIAL                                                   \
	"{\"name\":\"Production_Inbound_Routing\",\"flow\":{"              \
	"\"id\":\"" TWIN_FLOW "\",\"version\":\"" TWIN_VERSION_BASE "\"}," \
	"\"conditions\":[{\"label\":\"Baseline Skill Routing\","           \
	"\"expression\":\"{{queue.skillRequirements == "                   \
	"['Support_Tier1']}}\",\"truePath\":\"defaultQueue\"}]}"
#define PROFILE_INITIAL                                                     \
	"{\"skills\":[{\"skill\":{\"id\":\"sk-1122334455\"},\"level\":5}]," \
	"\"queues\":[{\"id\":\"q-9988776655\",\"order\":1}],"               \
	"\"status\":\"Available\"}"
#define AGENTS 120
#define TEST_CALLS_MOST 100

static const char storage_answer[] = "{\n"
				     "\"id\": \"recording_storage_us_east\",\n"
				     "\"region\": \"US_EAST_1\",\n"
				     "\"encryption\": {\n"
				     "\"atRest\": \"AES-256\",\n"
				     "\"inTransit\": \"TLS_1.2\",\n"
				     "\"certificatePinning\": true\n"
				     "},\n"
				     "\"complianceFlags\": {\n"
				     "\"hipaaEnabled\": true,\n"
				     "\"pciDssMaskingEnabled\": true,\n"
				     "\"fedrampHigh\": false\n"
				     "},\n"
				     "\"dataRetentionDays\": 365\n"
				     "}\n";

static void
get_storage(struct twin_call *c)
{
	c->reply->status = 200;
	buf_text(&c->reply->body, storage_answer);
}

/* The member of the inputs, else of their payload, as it came. */
static void
echo(struct jwriter *w, const struct json *inputs, const char *name)
{
	const struct json *v = json_get(inputs, name);

	if (v == NULL)
		v = json_get(json_get(inputs, "payload"), name);
	if (v != NULL)
		doc_put_json(w, name, v);
}

/* What the action stored, to be read back; a twin full of documents stores
 * nothing more. */
static void
store_inputs(struct twin_call *c, const char *record, const struct json *inputs)
{
	char path[TWIN_LINE];
	bool changed;

	if (str_printf(path, sizeof(path), ACTIONS "/%s/records/%s", c->args[0],
		       record))
		(void)doc_patch(c->state, path, "{}", inputs, &changed);
}

static void
get_stored(struct twin_call *c)
{
	const char *text = doc_text(c->state, c->request->path, "");
	struct jwriter w;

	if (text[0] == '\0') {
		route_fail(c, 404, "not.found", "There is no record %s.",
			   c->args[1]);
		return;
	}
	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_text(&w, "recordId", c->args[1]);
	jw_raw(&w, "inputs", text);
	jw_object_end(&w);
}

static void
execute_action(struct twin_call *c)
{
	static const char *const names[] = { "contactId", "channelType",
					     "testCase",  "queueId",
					     "callId",	  "direction" };
	const struct json *inputs =
		c->body == NULL ? NULL : json_get(c->body, "inputs");
	char record[TWIN_WORD];
	struct jwriter w;

	if (json_type(inputs) != JSON_OBJECT) {
		route_fail(c, 400, "bad.request",
			   "/inputs must be an object in the JSON body");
		return;
	}
	str_printf(record, sizeof(record), "rec-%06lld",
		   (long long)++c->state->counts.records);
	store_inputs(c, record, inputs);
	route_effect(c, "record %s", record);
	route_json(c, 200, &w);
	jw_object(&w, NULL);
	if (c->request->key[0] != '\0')
		jw_text(&w, "idempotencyKey", c->request->key);
	else
		jw_null(&w, "idempotencyKey");
	jw_object(&w, "result");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		echo(&w, inputs, names[i]);
	jw_object_end(&w);
	jw_text(&w, "recordId", record);
	jw_object_end(&w);
}

/* False when the call was refused: no such flow. */
static bool
has_flow(struct twin_call *c, const char *id)
{
	if (str_same(id, c->flow->id))
		return true;
	route_fail(c, 404, "not.found", "There is no flow %s.", id);
	return false;
}

static bool
has_version(struct twin_call *c, const char *flow, const char *version)
{
	if (state_version(c->state, flow, version) != NULL)
		return true;
	route_fail(c, 400, "invalid.value", "Flow %s has no version %s.", flow,
		   version);
	return false;
}

static void
put_deployment(struct twin_call *c, int status, const struct twin_deployment *d)
{
	char made[CLOCK_TEXT];
	struct jwriter w;

	clock_text(made, d->made_wall_ms);
	route_json(c, status, &w);
	jw_object(&w, NULL);
	jw_text(&w, "id", d->id);
	jw_text(&w, "deploymentId", d->id);
	jw_text(&w, "flowId", d->flow);
	jw_text(&w, "flowVersionId", d->version);
	jw_text(&w, "description", d->description);
	jw_text(&w, "status", "locked");
	jw_text(&w, "dateCreated", made);
	jw_object_end(&w);
}

static void
make_deployment(struct twin_call *c, const char *id, const char *version)
{
	struct twin_deployment *d = state_add_deployment(c->state);

	if (d == NULL) {
		route_fail(c, 409, "limit.exceeded",
			   "There are %d deployments, no more fit.", TWIN_MOST);
		return;
	}
	str_copy(d->id, sizeof(d->id), id);
	str_copy(d->flow, sizeof(d->flow), c->args[0]);
	str_copy(d->version, sizeof(d->version), version);
	str_copy(d->description, sizeof(d->description),
		 json_text_or(c->body, "description", ""));
	d->made_wall_ms = c->request->wall_ms;
	route_effect(c, "deployment %s of %s at %s", d->id, d->flow,
		     d->version);
	put_deployment(c, 201, d);
}

static void
post_deployment(struct twin_call *c)
{
	char made_id[TWIN_WORD];
	const char *id = made_id;
	const char *version;

	if (!has_flow(c, c->args[0]))
		return;
	version = route_need(c, "/flowVersionId");
	if (version == NULL || !has_version(c, c->args[0], version))
		return;
	if (json_get(c->body, "deploymentId") != NULL)
		id = route_need(c, "/deploymentId");
	else
		str_printf(made_id, sizeof(made_id), "d-%010lld",
			   (long long)++c->state->counts.made);
	if (id == NULL)
		return;
	if (state_deployment(c->state, c->args[0], id) != NULL)
		route_fail(c, 409, "conflict",
			   "Deployment %s of flow %s exists; it is immutable.",
			   id, c->args[0]);
	else
		make_deployment(c, id, version);
}

static void
get_deployment(struct twin_call *c)
{
	const struct twin_deployment *d =
		state_deployment(c->state, c->args[0], c->args[1]);

	if (d == NULL)
		route_fail(c, 404, "not.found", "Flow %s has no deployment %s.",
			   c->args[0], c->args[1]);
	else
		put_deployment(c, 200, d);
}

static void
put_version(struct twin_call *c, int status, const struct twin_version *v)
{
	char digest[DIGEST_HEX];
	struct jwriter w;

	/* Versions never change, so their digest may be that of the name. */
	digest_hex(digest, v->id, strlen(v->id));
	route_json(c, status, &w);
	jw_object(&w, NULL);
	jw_text(&w, "id", v->id);
	jw_text(&w, "flowId", v->flow);
	jw_text(&w, "name", v->name);
	jw_text(&w, "description", v->description);
	jw_flag(&w, "isPublished", v->is_published);
	jw_text(&w, "digest", digest);
	jw_object_end(&w);
}

static void
get_version(struct twin_call *c)
{
	const struct twin_version *v =
		state_version(c->state, c->args[0], c->args[1]);

	if (v == NULL)
		route_fail(c, 404, "not.found", "Flow %s has no version %s.",
			   c->args[0], c->args[1]);
	else
		put_version(c, 200, v);
}

static void
post_version(struct twin_call *c)
{
	const char *flow = route_need(c, "/flowId");
	const char *name = flow == NULL ? NULL : route_need(c, "/name");
	struct twin_version *v;

	if (name == NULL || !has_flow(c, flow))
		return;
	v = state_add_version(c->state);
	if (v == NULL) {
		route_fail(c, 409, "limit.exceeded",
			   "There are %d versions, no more fit.", TWIN_MOST);
		return;
	}
	str_printf(v->id, sizeof(v->id), "v-%010lld",
		   3000000000LL + (long long)++c->state->counts.made);
	str_copy(v->flow, sizeof(v->flow), flow);
	str_copy(v->name, sizeof(v->name), name);
	str_copy(v->description, sizeof(v->description),
		 json_text_or(c->body, "description", ""));
	v->is_published = json_is_true(json_get(c->body, "isPublished"));
	route_effect(c, "version %s of %s", v->id, v->flow);
	put_version(c, 201, v);
}

/* versionId is there only once it is in force. */
static void
put_flow(struct twin_call *c, int status)
{
	const struct twin_flow *f = c->flow;
	bool is_moving = f->version.next[0] != '\0';
	struct jwriter w;

	route_json(c, status, &w);
	jw_object(&w, NULL);
	jw_text(&w, "id", f->id);
	jw_text(&w, "name", f->name);
	jw_text(&w, "status", is_moving ? "deploying" : "deployed");
	if (is_moving)
		jw_text(&w, "targetVersionId", f->version.next);
	else
		jw_text(&w, "versionId", f->version.now);
	jw_text(&w, "description", f->description);
	jw_object_end(&w);
}

static void
get_flow(struct twin_call *c)
{
	if (has_flow(c, c->args[0]))
		put_flow(c, 200);
}

static void
patch_flow(struct twin_call *c)
{
	struct twin_flow *f = c->flow;
	const char *version, *status;

	if (!has_flow(c, c->args[0]))
		return;
	version = route_need(c, "/versionId");
	if (version == NULL || !has_version(c, f->id, version))
		return;
	status = json_text_or(c->body, "status", "deployed");
	if (!str_same(status, "deployed")) {
		route_fail(c, 400, "invalid.value",
			   "status must be \"deployed\".");
		return;
	}
	if (route_deploy(c, version))
		str_copy(f->description, sizeof(f->description),
			 json_text_or(c->body, "description", ""));
	route_location(c, "%s", c->request->path);
	put_flow(c, f->version.next[0] != '\0' ? 202 : 200);
}

static void
put_doc(struct twin_call *c, const char *text)
{
	struct err e;
	struct json *doc = json_parse(text, strlen(text), &e);
	const struct json *m;
	struct jwriter w;

	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_text(&w, "id", c->args[0]);
	for (m = json_first(doc); m != NULL; m = json_next(m))
		if (!str_same(json_key(m), "id"))
			doc_put_json(&w, json_key(m), m);
	jw_object_end(&w);
	json_free(doc);
}

void
doc_show(struct twin_call *c, const char *initial)
{
	put_doc(c, doc_text(c->state, c->request->path, initial));
}

void
doc_change(struct twin_call *c, const char *initial, const char *what)
{
	bool changed;

	if (c->body == NULL) {
		route_fail(c, 400, "bad.request", "A JSON body is required.");
		return;
	}
	if (!doc_patch(c->state, c->request->path, initial, c->body,
		       &changed)) {
		route_fail(c, 409, "limit.exceeded",
			   "There are %d documents, no more fit.", TWIN_MOST);
		return;
	}
	if (changed)
		route_effect(c, "%s %s", what, c->args[0]);
	put_doc(c, doc_text(c->state, c->request->path, initial));
}

static void
get_strategy(struct twin_call *c)
{
	put_doc(c, doc_text(c->state, c->request->path, STRATEGY_INITIAL));
}

/* A strategy may only refer to a committed version: the one in force, or the
 * baseline, which was in force before; never one that still converges. */
static bool
is_committed(const struct twin_flow *f, const char *version)
{
	if (str_same(version, f->version.next))
		return false;
	return str_same(version, f->version.now) ||
	       str_same(version, TWIN_VERSION_BASE);
}

static void
patch_strategy(struct twin_call *c)
{
	const struct twin_flow *f = c->flow;
	const char *flow, *version;

	if (c->body == NULL || json_get(c->body, "flow") == NULL) {
		doc_change(c, STRATEGY_INITIAL, "strategy changed:");
		return;
	}
	flow = route_need(c, "/flow/id");
	version = flow == NULL ? NULL : route_need(c, "/flow/version");
	if (version == NULL)
		return;
	if (!str_same(flow, f->id) || !is_committed(f, version)) {
		route_fail(c, 409, "flow.version.not.deployed",
			   "Version %s of flow %s is not deployed; wait until "
			   "its deployment has converged.",
			   version, flow);
		return;
	}
	doc_change(c, STRATEGY_INITIAL, "strategy");
	if (c->reply->effect[0] != '\0')
		route_effect(c, "strategy %s -> %s", c->args[0], version);
}

static void
get_profile(struct twin_call *c)
{
	put_doc(c, doc_text(c->state, c->request->path, PROFILE_INITIAL));
}

static void
patch_profile(struct twin_call *c)
{
	doc_change(c, PROFILE_INITIAL, "profile of user");
}

/* The queue a call reaches now: the strategy's, when the version it refers to
 * is the one in force.  "" is a call that is dropped. */
static void
reached_queue(struct twin_state *s, char queue[TWIN_WORD])
{
	const char *text =
		doc_text(s, "/api/v2/routing/routing-strategies/" TWIN_STRATEGY,
			 STRATEGY_INITIAL);
	const char *version, *path;
	struct err e;
	struct json *doc = json_parse(text, strlen(text), &e);

	queue[0] = '\0';
	version = json_text(json_at(doc, "/flow/version"));
	path = json_text(json_at(doc, "/conditions/0/truePath"));
	if (path != NULL && str_same(version, s->flow.version.now))
		str_copy(queue, TWIN_WORD, path);
	json_free(doc);
}

/* The agents of a view; the last `apart` of them have another state. */
static void
put_agents(struct twin_call *c, int apart)
{
	struct jwriter w;

	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_int(&w, "total", AGENTS);
	jw_array(&w, "agents");
	for (int i = 1; i <= AGENTS; i++) {
		char id[16];

		str_printf(id, sizeof(id), "agent-%03d", i);
		jw_object(&w, NULL);
		jw_text(&w, "id", id);
		jw_text(&w, "state",
			i > AGENTS - apart ? "Offline" : "Available");
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
}

static void
get_agents(struct twin_call *c)
{
	put_agents(c, 0);
}

/* Workers follow the routing: while the strategy refers to another version
 * than the one in force, some still go by the old one. */
static void
get_worker_agents(struct twin_call *c)
{
	char queue[TWIN_WORD];

	reached_queue(c->state, queue);
	put_agents(c, queue[0] != '\0' ? 0 : 9);
}

static void
post_test_call(struct twin_call *c)
{
	const struct twin_flow *f = c->flow;
	const char *version;
	char queue[TWIN_WORD];
	struct jwriter w;
	double calls;
	bool good;

	if (!has_flow(c, c->args[0]))
		return;
	version = route_need(c, "/flowVersionId");
	if (version == NULL || !has_version(c, f->id, version))
		return;
	calls = json_number_or(c->body, "count", 1);
	if (calls < 1 || calls > TEST_CALLS_MOST ||
	    calls != (double)(int)calls) {
		route_fail(c, 400, "invalid.value",
			   "count must be a whole number from 1 to %d.",
			   TEST_CALLS_MOST);
		return;
	}
	reached_queue(c->state, queue);
	good = queue[0] != '\0' && str_same(version, f->version.now);
	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_int(&w, "id", ++c->state->counts.made);
	jw_text(&w, "flowId", f->id);
	jw_text(&w, "flowVersionId", f->version.now);
	jw_text(&w, "status", "completed");
	jw_flag(&w, "success", good);
	jw_int(&w, "calls", (int64_t)calls);
	jw_int(&w, "routed", good ? (int64_t)calls : 0);
	jw_text(&w, "queue", queue[0] != '\0' ? queue : NULL);
	jw_object_end(&w);
}

const struct route routes_guide[] = {
	{ "POST", ACTIONS "/{actionId}/execute", ROUTE_TRIAL, execute_action,
	  "echo the inputs, make one record" },
	{ "GET", ACTIONS "/{actionId}/records/{recordId}", ROUTE_READ,
	  get_stored, "the inputs of a record" },
	{ "GET", "/api/v2/security/recordingstorage", ROUTE_READ, get_storage,
	  "region, encryption and masking" },
	{ "POST", "/api/v2/architect/flows/{flowId}/deployments", ROUTE_WRITE,
	  post_deployment, "lock a version as rollback target" },
	{ "GET", "/api/v2/architect/flows/{flowId}/deployments/{id}",
	  ROUTE_READ, get_deployment, "one deployment" },
	{ "GET", "/api/v2/architect/flows/{flowId}/versions/{versionId}",
	  ROUTE_READ, get_version, "one version" },
	{ "GET", "/api/v2/architect/flows/{flowId}", ROUTE_READ, get_flow,
	  "the flow and what is deployed" },
	{ "PATCH", "/api/v2/architect/flows/{flowId}", ROUTE_WRITE, patch_flow,
	  "deploy a version; converges after a while" },
	{ "POST", "/api/v2/architect/flows/{flowId}/test-calls", ROUTE_TRIAL,
	  post_test_call, "which queue does a call reach" },
	{ "GET", "/api/v2/users/agents/states", ROUTE_READ, get_agents,
	  "the states of agents as the platform has them" },
	{ "GET", "/api/v2/routing/agents/states", ROUTE_READ, get_worker_agents,
	  "the same as the routing's workers have them" },
	{ "GET", "/api/v2/routing/routing-strategies/{strategyId}", ROUTE_READ,
	  get_strategy, "the strategy and its flow version" },
	{ "PATCH", "/api/v2/routing/routing-strategies/{strategyId}",
	  ROUTE_WRITE, patch_strategy, "refer to a deployed flow version" },
	{ "GET", "/api/v2/users/{userId}/routing/profile", ROUTE_READ,
	  get_profile, "skills, queues and status of an agent" },
	{ "PATCH", "/api/v2/users/{userId}/routing/profile", ROUTE_WRITE,
	  patch_profile, "set skills, queues and status" },
	{ "POST", "/api/v2/flow-versions", ROUTE_WRITE, post_version,
	  "publish the current version as a new one" },
	{ NULL, NULL, ROUTE_READ, NULL, NULL },
};
