/*
 * action_dns - sets a DNS record at its provider and waits for its server.
 *
 * The record is looked up by name and type each time, changed by its id, read
 * back at the provider, and then asked for at the authoritative server until
 * value and TTL are there: an answer of the provider is no answer of the DNS.
 */
#include "action/action.h"

#include <string.h>

#include "action/cycle.h"
#include "action/dns_record.h"
#include "action/kinds.h"
#include "action/request.h"
#include "base/str.h"

#define PLAN_MS 10000
#define READ_BACK_MS 15000
#define EVERY_MS 2000

/* Looks first, so that a record that is already right is left alone. */
static enum retry_class
change(void *ctx, struct work *w, struct http_answer *out, char *why,
       size_t size)
{
	const struct dns_order *o = ctx;
	struct settings spelled = { 0 };
	struct request patch = { 0 };
	enum retry_class class = RETRY_FINAL;
	struct dns_record now;
	struct err e;

	*out = (struct http_answer){ .retry_after_ms = -1 };
	dns_record_find(&now, o, w);
	if (now.class != RETRY_ACCEPTED) {
		out->status = now.status;
		out->retry_after_ms = now.retry_after_ms;
		str_copy(why, size, now.why);
		/* Only a look went wrong: nothing is in doubt. */
		if (now.class == RETRY_DOUBT || now.class == RETRY_LOST)
			return RETRY_AGAIN;
		return now.class == RETRY_ODD ? RETRY_FINAL : now.class;
	}
	if (dns_record_is_right(&now, o)) {
		out->status = 200;
		return RETRY_ACCEPTED;
	}
	dns_record_spell(&spelled, &now, o);
	if (request_read(&patch, o->endpoint, &spelled, &e) == ERR_NONE)
		class = request_send(&patch, w, out, why, size);
	else
		str_copy(why, size, e.text);
	request_clear(&patch);
	settings_clear(&spelled);
	return class;
}

static enum action_landed
landed(void *ctx, struct work *w, char *why, size_t size)
{
	const struct dns_order *o = ctx;
	struct dns_record now;

	dns_record_find(&now, o, w);
	dns_record_tell(why, size, &now, o);
	if (now.class != RETRY_ACCEPTED)
		return LANDED_UNCLEAR;
	return dns_record_is_right(&now, o) ? LANDED_YES : LANDED_NO;
}

static bool
is_published(const struct dns_order *o, struct work *w, char *seen, size_t size)
{
	return dns_record_published(o, w, seen, size) == LANDED_YES;
}

/* What the provider has is only there once its server shows it: until then it
 * is neither there nor absent. */
static enum action_landed
arrived(struct dns_order *o, struct work *w, char *why, size_t size)
{
	enum action_landed found = landed(o, w, why, size);
	char seen[ACTION_DETAIL];

	if (found != LANDED_YES || o->server == NULL)
		return found;
	if (is_published(o, w, seen, sizeof(seen))) {
		str_copy(why, size, seen);
		return LANDED_YES;
	}
	str_printf(seen + strlen(seen), sizeof(seen) - strlen(seen),
		   "; its provider has %.100s", why);
	str_copy(why, size, seen);
	return LANDED_PENDING;
}

/* Looks until it holds; false with the reason in `seen`. */
static bool
watch(struct work *w, enum step_state state, struct dns_order *o,
      bool (*holds)(const struct dns_order *o, struct work *w, char *seen,
		    size_t size),
      char seen[ACTION_DETAIL])
{
	for (;;) {
		w->state = state;
		if (holds(o, w, seen, ACTION_DETAIL))
			return true;
		if (work_sleep(w, state, seen, EVERY_MS) != WORK_SLEPT)
			return false;
	}
}

static bool
is_stored(const struct dns_order *o, struct work *w, char *seen, size_t size)
{
	struct dns_record now;

	dns_record_find(&now, o, w);
	dns_record_tell(seen, size, &now, o);
	return dns_record_is_right(&now, o);
}

static void
follow_record(void *ctx, struct work *w, const struct http_answer *first,
	      struct action_result *out)
{
	struct dns_order *o = ctx;
	char seen[ACTION_DETAIL] = "";

	if (first != NULL)
		work_say(w, STEP_ACCEPTED, "the provider took it", 0);
	if (!watch(w, STEP_CONVERGING, o, is_stored, seen) ||
	    (o->server != NULL &&
	     !watch(w, STEP_VERIFYING, o, is_published, seen)))
		result_end(out, OUTCOME_UNKNOWN, false,
			   "%s before it was seen everywhere: %s",
			   work_is_cancelled(w) ? "cancelled" : "time is over",
			   seen);
	else
		result_end(out, OUTCOME_DONE, false, "%s is %s ttl %lld: %s",
			   o->name, o->value, (long long)o->ttl_s, seen);
}

static bool
dns_mutates(const struct act *act)
{
	(void)act;
	return true;
}

static void
show(const struct dns_order *o, const struct request *patch, bool is_right,
     struct action_plan *out)
{
	char line[ACTION_LINE * 2];

	if (is_right)
		request_add_line(out, "nothing to change at the provider", 1);
	else
		request_show_request(patch, out);
	str_printf(line, sizeof(line), "read back %s", buf_str(&o->list_url));
	request_add_line(out, line, 1);
	if (o->server == NULL)
		return;
	str_printf(line, sizeof(line), "ask %s for %s %s until %s ttl %lld",
		   o->server, o->name, o->type, o->value, (long long)o->ttl_s);
	request_add_line(out, line, 1);
}

static enum err_code
plan_record(const struct dns_order *o, struct work *w, struct action_plan *out,
	    struct err *e)
{
	struct settings spelled = { 0 };
	struct request patch = { 0 };
	struct dns_record now;
	enum err_code code;

	dns_record_find(&now, o, w);
	if (work_is_cancelled(w))
		return err_set(e, ERR_CANCELLED, "planning was cancelled");
	str_copy(out->before, sizeof(out->before), "?");
	if (now.class == RETRY_ACCEPTED)
		dns_record_tell(out->before, sizeof(out->before), &now, o);
	else
		str_copy(now.id, sizeof(now.id), "?");
	str_printf(out->after, sizeof(out->after), "%s %.60s ttl %lld", o->type,
		   o->value, (long long)o->ttl_s);
	dns_record_spell(&spelled, &now, o);
	code = request_read(&patch, o->endpoint, &spelled, e);
	if (code == ERR_NONE) {
		show(o, &patch, dns_record_is_right(&now, o), out);
		if (now.class != RETRY_ACCEPTED) {
			request_add_line(out, now.why, 1);
			str_copy(out->unread, sizeof(out->unread), now.why);
		}
		request_fingerprint(&patch, out);
	}
	request_clear(&patch);
	settings_clear(&spelled);
	return code;
}

static enum err_code
dns_plan(const struct action_env *env, const struct act *act,
	 struct cancel *cancel, struct action_plan *out, struct err *e)
{
	struct dns_order o = { 0 };
	enum err_code code;
	struct work w;

	code = work_open(&w, env, act, cancel, PLAN_MS, e);
	if (code == ERR_NONE)
		code = dns_order_read(&o, &w, act, e);
	if (code == ERR_NONE)
		code = plan_record(&o, &w, out, e);
	dns_order_clear(&o);
	return code;
}

static void
dns_perform(const struct action_job *job, struct action_result *out)
{
	struct dns_order o = { 0 };
	struct work w;
	struct err e;
	struct cycle c = { .work = &w,
			   .ctx = &o,
			   .send = change,
			   .landed = landed,
			   .follow = follow_record,
			   .mutates = true };

	*out = (struct action_result){ .attempts = 1 };
	if (work_open_job(&w, job, &e) != ERR_NONE ||
	    dns_order_read(&o, &w, job->act, &e) != ERR_NONE)
		result_end(out, OUTCOME_FAILED, false, "%s", e.text);
	else
		cycle_run(&c, out);
	dns_order_clear(&o);
}

static enum action_landed
dns_readback(const struct action_env *env, const struct act *act,
	     struct cancel *cancel, char *detail, size_t size)
{
	enum action_landed found = LANDED_UNCLEAR;
	struct dns_order o = { 0 };
	struct work w;
	struct err e;

	if (work_open(&w, env, act, cancel, READ_BACK_MS, &e) != ERR_NONE ||
	    dns_order_read(&o, &w, act, &e) != ERR_NONE)
		str_copy(detail, size, e.text);
	else
		found = arrived(&o, &w, detail, size);
	dns_order_clear(&o);
	return found;
}

/* clang-format off */
const struct param action_dns_params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "the provider's API" },
	{ .name = "server", .type = PARAM_ENDPOINT,
	  .help = "authoritative server that must show it" },
	{ .name = "zone", .type = PARAM_TEXT, .required = true,
	  .help = "the provider's id of the zone" },
	{ .name = "name", .type = PARAM_TEXT, .required = true,
	  .help = "name of the record" },
	{ .name = "type", .type = PARAM_WORD, .fallback = "A",
	  .choices = "A AAAA CNAME TXT", .help = "its type" },
	{ .name = "value", .type = PARAM_TEXT, .required = true,
	  .help = "what it becomes" },
	{ .name = "ttl", .type = PARAM_INTEGER, .fallback = "300",
	  .help = "seconds; 1: the provider chooses" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_dns = {
	.spec = { .name = "dns",
		  .help = "set a DNS record and wait for its server",
		  .params = action_dns_params },
	.class = ACTION_NETWORK,
	.mutates = dns_mutates,
	.sets = dns_mutates,
	.plan = dns_plan,
	.perform = dns_perform,
	.readback = dns_readback,
};
