/* twin_cloudflare - the DNS provider's records, v4 envelope. */
#include "twin/route.h"

#include <arpa/inet.h>

#include "base/clock.h"
#include "base/str.h"
#include "twin/settle.h"

#define DNS "/client/v4/zones/{zone}/dns_records"

static void
put_record(struct jwriter *w, const char *key, const struct twin_record *r)
{
	char changed[CLOCK_TEXT];

	clock_text(changed, r->changed_wall_ms);
	jw_object(w, key);
	jw_text(w, "id", TWIN_RECORD);
	jw_text(w, "type", "A");
	jw_text(w, "name", TWIN_HOST);
	jw_text(w, "content", state_target(&r->content));
	jw_int(w, "ttl", r->ttl_s);
	jw_flag(w, "proxied", false);
	jw_flag(w, "proxiable", true);
	jw_raw(w, "settings", "{}");
	jw_raw(w, "meta", "{}");
	jw_null(w, "comment");
	jw_raw(w, "tags", "[]");
	jw_text(w, "created_on", "2024-01-15T09:00:00.000Z");
	jw_text(w, "modified_on",
		r->changed_wall_ms == 0 ? "2024-01-15T09:00:00.000Z" : changed);
	jw_object_end(w);
}

static void
begin_envelope(struct twin_call *c, struct jwriter *w)
{
	route_json(c, 200, w);
	jw_object(w, NULL);
	jw_flag(w, "success", true);
	jw_raw(w, "errors", "[]");
	jw_raw(w, "messages", "[]");
}

/* False when the call was refused. */
static bool
has_zone(struct twin_call *c)
{
	if (str_same(c->args[0], TWIN_ZONE))
		return true;
	route_fail(c, 404, "7003",
		   "Could not route to the zone; is the identifier right?");
	return false;
}

static bool
has_record(struct twin_call *c)
{
	if (!has_zone(c))
		return false;
	if (str_same(c->args[1], TWIN_RECORD))
		return true;
	route_fail(c, 404, "81044", "Record does not exist.");
	return false;
}

static bool
asks_for(const struct twin_call *c, const char *name, const char *value)
{
	const char *asked = route_query(c, name);

	return asked[0] == '\0' || str_same(asked, value);
}

static void
list_records(struct twin_call *c)
{
	bool hit = asks_for(c, "type", "A") && asks_for(c, "name", TWIN_HOST);
	struct jwriter w;

	if (!has_zone(c))
		return;
	begin_envelope(c, &w);
	jw_array(&w, "result");
	if (hit)
		put_record(&w, NULL, &c->state->record);
	jw_array_end(&w);
	jw_object(&w, "result_info");
	jw_int(&w, "page", 1);
	jw_int(&w, "per_page", 100);
	jw_int(&w, "count", hit);
	jw_int(&w, "total_count", hit);
	jw_object_end(&w);
	jw_object_end(&w);
}

static void
answer_record(struct twin_call *c)
{
	struct jwriter w;

	begin_envelope(c, &w);
	put_record(&w, "result", &c->state->record);
	jw_object_end(&w);
}

static void
get_record(struct twin_call *c)
{
	if (has_record(c))
		answer_record(c);
}

static bool
is_ipv4(const char *text)
{
	struct in_addr address;

	return inet_pton(AF_INET, text, &address) == 1;
}

/* Name and type of a record stay what they are. */
static bool
names_it(struct twin_call *c)
{
	if (str_same(json_text_or(c->body, "name", TWIN_HOST), TWIN_HOST) &&
	    str_same(json_text_or(c->body, "type", "A"), "A") &&
	    !json_is_true(json_get(c->body, "proxied")))
		return true;
	route_fail(c, 400, "9000",
		   "The record is " TWIN_HOST " A and cannot be proxied.");
	return false;
}

/* A member that is there must be of its type: nothing is passed over. */
static bool
has_types(struct twin_call *c)
{
	const struct json *content = json_get(c->body, "content");
	const struct json *ttl = json_get(c->body, "ttl");

	if ((content == NULL || json_type(content) == JSON_STRING) &&
	    (ttl == NULL || json_type(ttl) == JSON_NUMBER))
		return true;
	route_fail(c, 400, "9207", "content must be a text and ttl a number.");
	return false;
}

/* Sets what the body names, keeps the rest. */
static void
write_record(struct twin_call *c)
{
	struct twin_record *r = &c->state->record;
	const char *content =
		json_text_or(c->body, "content", state_target(&r->content));
	double ttl = json_number_or(c->body, "ttl", r->ttl_s);

	if (!names_it(c) || !has_types(c))
		return;
	if (!is_ipv4(content)) {
		route_fail(c, 400, "9005",
			   "Content for A record must be a valid IPv4 "
			   "address.");
		return;
	}
	if (!(ttl == 1 || (ttl >= 60 && ttl <= 86400))) {
		route_fail(c, 400, "9021",
			   "Invalid TTL. Must be between 60 and 86400 seconds, "
			   "or 1 for Automatic.");
		return;
	}
	if (settle_point(c->state, content, (int)ttl, c->request->now_ms,
			 c->request->key)) {
		r->changed_wall_ms = c->request->wall_ms;
		route_effect(c, "record %s -> %s ttl %d", TWIN_HOST, content,
			     r->ttl_s);
	}
	answer_record(c);
}

static void
patch_record(struct twin_call *c)
{
	if (!has_record(c))
		return;
	if (c->body == NULL)
		route_fail(c, 400, "9207", "Request body is required.");
	else
		write_record(c);
}

static void
put_whole_record(struct twin_call *c)
{
	static const char *const needed[] = { "name", "type", "content",
					      "ttl" };

	if (!has_record(c))
		return;
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (json_get(c->body, needed[i]) == NULL) {
			route_fail(c, 400, "9207",
				   "%s is required to overwrite a record.",
				   needed[i]);
			return;
		}
	write_record(c);
}

const struct route routes_cloudflare[] = {
	{ "GET", DNS, ROUTE_READ, list_records, "records by type and name" },
	{ "GET", DNS "/{id}", ROUTE_READ, get_record, "one record" },
	{ "PATCH", DNS "/{id}", ROUTE_WRITE, patch_record,
	  "change content or TTL" },
	{ "PUT", DNS "/{id}", ROUTE_WRITE, put_whole_record,
	  "overwrite a record" },
	{ NULL, NULL, ROUTE_READ, NULL, NULL },
};
