/*
 * twin_wfm - the schedules of the workforce.
 *
 * The guide prints the POST alone, which freezes for a while; that the freeze
 * can be read at its path, and ended there by DELETE, is the twin's own.
 */
#include "twin/route.h"

#include <string.h>

#include "twin/doc.h"

#define SCHEDULE_INITIAL "{\"frozen\":false}"

static void
get_freeze(struct twin_call *c)
{
	doc_show(c, SCHEDULE_INITIAL);
}

static void
post_freeze(struct twin_call *c)
{
	static const char frozen[] = "{\"frozen\":true}";
	struct err e;
	struct json *mark;
	bool changed;

	if (route_need(c, "/freezeReason") == NULL)
		return;
	doc_change(c, SCHEDULE_INITIAL, "schedule frozen:");
	if (c->reply->status != 200)
		return;
	mark = json_parse(frozen, strlen(frozen), &e);
	if (doc_patch(c->state, c->request->path, SCHEDULE_INITIAL, mark,
		      &changed))
		doc_show(c, SCHEDULE_INITIAL);
	json_free(mark);
}

static void
delete_freeze(struct twin_call *c)
{
	if (doc_drop(c->state, c->request->path))
		route_effect(c, "schedule no longer frozen: %s", c->args[0]);
	doc_show(c, SCHEDULE_INITIAL);
}

const struct route routes_wfm[] = {
	{ "GET", "/api/v2/wfm/schedules/{scheduleId}/freeze", ROUTE_READ,
	  get_freeze, "is the schedule frozen" },
	{ "POST", "/api/v2/wfm/schedules/{scheduleId}/freeze", ROUTE_WRITE,
	  post_freeze, "freeze a schedule" },
	{ "DELETE", "/api/v2/wfm/schedules/{scheduleId}/freeze", ROUTE_WRITE,
	  delete_freeze, "end the freeze of a schedule" },
	{ NULL, NULL, ROUTE_READ, NULL, NULL },
};
