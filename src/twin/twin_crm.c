/* twin_crm - the CRM and the middleware beside the platform. */
#include "twin/pile.h"

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
	{ NULL, NULL, ROUTE_READ, NULL, NULL },
};
