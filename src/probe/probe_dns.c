/* probe_dns - asks the DNS servers of a name: values, TTL, authority. */
#include "probe/probe.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "probe/dns_view.h"
#include "probe/kinds.h"

struct dns_state {
	const char *servers[DNS_PLACES];
	struct dns_all_target target;
	struct dns_wish wish;
	struct json *expected; /* owns what the wish expects */
	struct dns_all *call;
	probe_done *done;
	void *ctx;
};

static enum err_code
add_server(struct dns_state *s, const struct book *b, const char *id,
	   struct err *e)
{
	const struct book_endpoint *endpoint = book_endpoint(b, id);

	if (endpoint == NULL || endpoint->url == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
	if (s->target.server_count == DNS_PLACES)
		return err_set(e, ERR_LIMIT, "more servers than %d",
			       DNS_PLACES);
	s->servers[s->target.server_count++] = endpoint->url;
	return ERR_NONE;
}

/* `server`, then those of `servers`. */
static enum err_code
read_servers(struct dns_state *s, const struct book *b,
	     const struct settings *with, struct err *e)
{
	const char *one = settings_text(with, "server");
	const char *text = settings_text(with, "servers");
	struct json *list;

	if (one != NULL && add_server(s, b, one, e) != ERR_NONE)
		return e->code;
	if (text == NULL)
		return one != NULL ? ERR_NONE
				   : err_set(e, ERR_ARG,
					     "neither server nor servers says "
					     "whom to ask");
	list = json_parse(text, strlen(text), e);
	if (list == NULL)
		return e->code;
	for (const struct json *v = json_first(list); v != NULL;
	     v = json_next(v))
		if (add_server(s, b, json_text(v) == NULL ? "" : json_text(v),
			       e) != ERR_NONE)
			break;
	json_free(list);
	return s->target.server_count > 0 ? e->code
					  : err_set(e, ERR_ARG,
						    "servers is "
						    "empty");
}

static bool
uses(const struct book_probe *p, const char *fact)
{
	for (size_t i = 0; i < p->signal_count; i++)
		if (strstr(p->signals[i].from, fact) != NULL)
			return true;
	return false;
}

static enum err_code
dns_init(void *state, const struct probe_env *env,
	 const struct book_probe *probe, struct err *e)
{
	struct dns_state *s = state;
	const struct settings *with = &probe->with;
	const char *resolver = settings_text(with, "resolver");
	const char *values = settings_text(with, "values");
	const struct book_endpoint *endpoint;

	e->code = ERR_NONE;
	if (read_servers(s, env->book, with, e) != ERR_NONE)
		return e->code;
	s->target.servers = s->servers;
	/* A drill has one server; the names of the others lead out of it. */
	s->target.discover = settings_flag(with, "authoritative", false) &&
			     !env->book->is_drill;
	s->target.name = settings_text_or(with, "name", "");
	s->target.type = settings_text_or(with, "type", "A");
	s->target.wants_serial = uses(probe, "serial") || uses(probe, "lag");
	s->wish.name = s->target.name;
	s->wish.type = s->target.type;
	s->wish.may_be_cached = settings_flag(with, "recursive", false);
	s->wish.ttl_s = settings_number(with, "ttl", -1);
	if (resolver != NULL) {
		endpoint = book_endpoint(env->book, resolver);
		if (endpoint == NULL || endpoint->url == NULL)
			return err_set(e, ERR_ARG, "no endpoint \"%s\"",
				       resolver);
		s->target.resolver = endpoint->url;
	}
	if (values == NULL)
		return ERR_NONE;
	s->expected = json_parse(values, strlen(values), e);
	s->wish.expected = s->expected;
	return s->expected == NULL ? e->code : ERR_NONE;
}

static void
on_result(void *ctx, const struct dns_all_result *all)
{
	struct dns_state *s = ctx;
	struct probe_result r = { .took_us = all->took_us };
	struct probe_fact facts[DNS_VIEW_FACTS];

	s->call = NULL;
	dns_view(&r, facts, &s->wish, all);
	s->done(s->ctx, &r);
}

static void
dns_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	  void *ctx)
{
	struct dns_state *s = state;
	struct dns_all_target target = s->target;
	struct err e;

	assert(s->call == NULL);
	s->done = done;
	s->ctx = ctx;
	target.timeout_ms = timeout_ms;
	if (dns_all_start(&s->call, l, &target, on_result, s, &e) != ERR_NONE) {
		struct probe_result r = { .code = e.code };

		str_copy(r.why, sizeof(r.why), e.text);
		done(ctx, &r);
	}
}

static void
dns_clear(void *state)
{
	struct dns_state *s = state;

	dns_all_cancel(s->call);
	s->call = NULL;
	json_free(s->expected);
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "server", .type = PARAM_ENDPOINT,
	  .help = "whom to ask: an authoritative server" },
	{ .name = "servers", .type = PARAM_LIST,
	  .help = "all of them, each asked at each of its addresses" },
	{ .name = "authoritative", .type = PARAM_FLAG, .fallback = "false",
	  .help = "ask the server who serves the zone, and all of these" },
	{ .name = "resolver", .type = PARAM_ENDPOINT,
	  .help = "whose recursive view is shown beside it" },
	{ .name = "name", .type = PARAM_TEXT, .required = true,
	  .help = "name of the record" },
	{ .name = "type", .type = PARAM_WORD, .fallback = "A",
	  .choices = "A AAAA CNAME SRV NAPTR TXT SOA NS CAA",
	  .help = "its type" },
	{ .name = "values", .type = PARAM_LIST,
	  .help = "exactly what it must hold, in any order" },
	{ .name = "ttl", .type = PARAM_INTEGER,
	  .help = "the TTL it must have, in seconds" },
	{ .name = "recursive", .type = PARAM_FLAG, .fallback = "false",
	  .help = "take a cache's answer too" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_dns = {
	.spec = { .name = "dns",
		  .help = "ask the DNS servers of a record for it and its TTL",
		  .params = params,
		  .facts = "value values ttl_seconds authoritative count "
			   "serial rtt_ms matches agree lag servers "
			   "ttl_matches ttl_too_low ttl_lowest_seconds "
			   "resolver_matches resolver_ttl_seconds "
			   "flip_seconds" },
	.state_size = sizeof(struct dns_state),
	.init = dns_init,
	.start = dns_begin,
	.clear = dns_clear,
};
