/* probe_dns - asks a DNS server for a record: values, TTL, authority. */
#include "probe/probe.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "net/dns.h"
#include "probe/facts.h"
#include "probe/kinds.h"

#define VALUES_MOST (DNS_VALUES * 130)

struct dns_state {
	const char *server;
	const char *name;
	const char *type;
	bool may_be_cached;
	struct dns_call *call;
	probe_done *done;
	void *ctx;
};

static enum err_code
dns_init(void *state, const struct probe_env *env,
	 const struct book_probe *probe, struct err *e)
{
	struct dns_state *s = state;
	const char *id = settings_text_or(&probe->with, "server", "");
	const struct book_endpoint *endpoint = book_endpoint(env->book, id);

	if (endpoint == NULL || endpoint->url == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
	s->server = endpoint->url;
	s->name = settings_text_or(&probe->with, "name", "");
	s->type = settings_text_or(&probe->with, "type", "A");
	s->may_be_cached = settings_flag(&probe->with, "recursive", false);
	return ERR_NONE;
}

static const char *
rcode_word(int rcode)
{
	static const char *const words[] = { "NOERROR",	 "FORMERR", "SERVFAIL",
					     "NXDOMAIN", "NOTIMP",  "REFUSED" };

	return rcode >= 0 && rcode < (int)ARRAY_LEN(words) ? words[rcode]
							   : "an odd rcode";
}

/* Only a record from its own server, with values, is a measurement. */
static void
judge(const struct dns_state *s, const struct dns_answer *a,
      struct probe_result *r)
{
	r->code = a->code;
	if (a->code != ERR_NONE) {
		str_copy(r->why, sizeof(r->why), a->why);
		return;
	}
	if (a->rcode != 0)
		str_printf(r->why, sizeof(r->why), "%s: %s answers %s (%d)",
			   s->name, s->server, rcode_word(a->rcode), a->rcode);
	else if (!a->authoritative && !s->may_be_cached)
		str_printf(r->why, sizeof(r->why),
			   "%s does not answer for %s with authority: TTL and "
			   "value may be a cache's",
			   s->server, s->name);
	else if (a->count == 0)
		str_printf(r->why, sizeof(r->why), "%s has no %s record",
			   s->name, s->type);
	else
		return;
	r->code = ERR_REFUSED;
}

static void
join_values(struct buf *to, const struct dns_answer *a)
{
	for (int i = 0; i < a->count && i < DNS_VALUES; i++)
		buf_printf(to, "%s%s", i == 0 ? "" : ", ", a->values[i]);
}

static void
on_answer(void *ctx, const struct dns_answer *a)
{
	struct dns_state *s = ctx;
	struct probe_result r = { .took_us = a->rtt_us < 0 ? 0 : a->rtt_us };
	struct probe_fact facts[7];
	struct buf values;

	s->call = NULL;
	judge(s, a, &r);
	buf_init(&values, VALUES_MOST);
	join_values(&values, a);
	facts[0] = facts_words("value", a->values[0]);
	facts[1] = facts_words("values", buf_str(&values));
	facts[2] = a->ttl_s < 0 ? facts_missing("ttl_seconds", "no TTL")
				: facts_number("ttl_seconds", (double)a->ttl_s);
	facts[3] = facts_flag("authoritative", a->authoritative);
	facts[4] = facts_number("count", a->count);
	facts[5] = a->serial < 0 ? facts_missing("serial", "only a SOA has one")
				 : facts_number("serial", (double)a->serial);
	facts[6] = facts_number("rtt_ms", (double)a->rtt_us / 1000);
	if (r.code == ERR_NONE)
		str_printf(r.detail, sizeof(r.detail), "%s %.60s ttl %lld",
			   s->type, buf_str(&values), (long long)a->ttl_s);
	str_copy(r.raw, sizeof(r.raw), buf_str(&values));
	r.facts = facts;
	r.fact_count = ARRAY_LEN(facts);
	s->done(s->ctx, &r);
	buf_clear(&values);
}

static void
dns_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	  void *ctx)
{
	struct dns_state *s = state;
	struct err e;

	assert(s->call == NULL);
	s->done = done;
	s->ctx = ctx;
	if (dns_start(&s->call, l, s->server, s->name, s->type, timeout_ms,
		      on_answer, s, &e) != ERR_NONE) {
		struct probe_result r = { .code = e.code };

		str_copy(r.why, sizeof(r.why), e.text);
		done(ctx, &r);
	}
}

static void
dns_clear(void *state)
{
	struct dns_state *s = state;

	if (s->call != NULL)
		dns_cancel(s->call);
	s->call = NULL;
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "server", .type = PARAM_ENDPOINT, .required = true,
	  .help = "whom to ask: an authoritative server" },
	{ .name = "name", .type = PARAM_TEXT, .required = true,
	  .help = "name of the record" },
	{ .name = "type", .type = PARAM_WORD, .fallback = "A",
	  .choices = "A AAAA CNAME SRV TXT SOA", .help = "its type" },
	{ .name = "recursive", .type = PARAM_FLAG, .fallback = "false",
	  .help = "take a cache's answer too" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_dns = {
	.spec = { .name = "dns",
		  .help = "ask a DNS server for a record and its TTL",
		  .params = params,
		  .facts = "value values ttl_seconds authoritative count "
			   "serial rtt_ms" },
	.state_size = sizeof(struct dns_state),
	.init = dns_init,
	.start = dns_begin,
	.clear = dns_clear,
};
