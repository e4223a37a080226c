/* twin_crm - the CRM and the middleware beside the platform. */
#include "twin/pile.h"

#include "base/clock.h"

#define PROMPT_MS 800 /* from the call's end to the CRM */
#define LATE_MS 9000  /* the same while everybody tries again */

/* Where events go, and whether they go to both platforms. */
#define WEBHOOK_INITIAL \
	"{\"url\":\"https://crm.domain.com/hooks/legacy\",\"enabled\":true}"
#define DUAL_WRITE_INITIAL "{\"enabled\":false}"

static const struct pile_surface surface = {
	.kind = PILE_TICKETS,
	.select = "open_tickets_since_cutover",
	.to = "/assign_to",
	.jobs = "/crm/jobs",
	.group = "since_cutover",
	.count = "not_in_legacy_queue_pool",
	.home = "legacy_queue_pool",
	.word = "tickets",
};

static void
get_health(struct twin_call *c)
{
	int64_t looks = c->state->counts.health++;
	int64_t requests = 1840 + 12 * looks;
	struct jwriter w;

	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_int(&w, "requests", requests);
	jw_int(&w, "errors", requests / 600); /* 0.17 % */
	jw_int(&w, "webhook_retries", 1);
	jw_int(&w, "dead_letters", 0);
	jw_object_end(&w);
}

/* The time of the newest event at an end of a pipeline. */
static void
put_newest(struct twin_call *c, int64_t ago_ms)
{
	char newest[CLOCK_TEXT];
	struct jwriter w;

	clock_text(newest, c->request->wall_ms - ago_ms);
	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_text(&w, "id", c->args[0]);
	jw_text(&w, "newest", newest);
	jw_object_end(&w);
}

static void
get_source(struct twin_call *c)
{
	put_newest(c, 0);
}

static void
get_sink(struct twin_call *c)
{
	put_newest(c, c->state->weather.phase == PHASE_STORM ? LATE_MS
							     : PROMPT_MS);
}

static void
get_webhook(struct twin_call *c)
{
	doc_show(c, WEBHOOK_INITIAL);
}

static void
patch_webhook(struct twin_call *c)
{
	doc_change(c, WEBHOOK_INITIAL, "webhook");
}

static void
get_dual_write(struct twin_call *c)
{
	doc_show(c, DUAL_WRITE_INITIAL);
}

static void
patch_dual_write(struct twin_call *c)
{
	doc_change(c, DUAL_WRITE_INITIAL, "dual write of");
}

static void
post_reassign(struct twin_call *c)
{
	pile_send(c, &surface);
}

static void
get_job(struct twin_call *c)
{
	pile_job(c, &surface);
}

static void
get_tickets(struct twin_call *c)
{
	pile_summary(c, &surface);
}

const struct route routes_crm[] = {
	{ "GET", "/crm/integration/health", ROUTE_READ, get_health,
	  "counters of the middleware" },
	{ "POST", "/crm/tickets/reassign", ROUTE_WRITE, post_reassign,
	  "move the tickets of the cutover" },
	{ "GET", "/crm/jobs/{id}", ROUTE_READ, get_job, "running or done" },
	{ "GET", "/crm/tickets/summary", ROUTE_READ, get_tickets,
	  "how many are where" },
	{ "GET", "/crm/webhooks/{id}", ROUTE_READ, get_webhook,
	  "where a webhook points to" },
	{ "PATCH", "/crm/webhooks/{id}", ROUTE_WRITE, patch_webhook,
	  "point it elsewhere, or switch it off" },
	{ "GET", "/crm/pipelines/{id}/source", ROUTE_READ, get_source,
	  "the newest event where it begins" },
	{ "GET", "/crm/pipelines/{id}/sink", ROUTE_READ, get_sink,
	  "the newest event where it ends" },
	{ "GET", "/crm/pipelines/{id}/dual-write", ROUTE_READ, get_dual_write,
	  "does a pipeline write to both platforms" },
	{ "PATCH", "/crm/pipelines/{id}/dual-write", ROUTE_WRITE,
	  patch_dual_write, "switch that on or off" },
	{ NULL, NULL, ROUTE_READ, NULL, NULL },
};
