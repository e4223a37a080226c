/* probe_tls - what a TLS port accepts: versions, chain, days left. */
#include "probe/probe.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/text.h"
#include "net/tls.h"
#include "probe/facts.h"
#include "probe/kinds.h"

#define WHERE_MOST 288

struct tls_state {
	char where[WHERE_MOST]; /* "host:port" */
	struct tls_target target;
	struct tls_call *call;
	probe_done *done;
	void *ctx;
};

static const char *const version_words[TLS_VERSIONS] = {
	[TLS_1_0] = "1.0",
	[TLS_1_1] = "1.1",
	[TLS_1_2] = "1.2",
	[TLS_1_3] = "1.3",
};

/* An https URL serves as well as an address: its host and port are taken. */
static bool
where_of(char *to, size_t size, const char *url)
{
	static const char https[] = "https://";

	if (str_starts(url, https))
		url += strlen(https);
	return str_copy_n(to, size, url, strcspn(url, "/?#"));
}

static enum err_code
tls_init(void *state, const struct probe_env *env,
	 const struct book_probe *probe, struct err *e)
{
	struct tls_state *s = state;
	const char *id = settings_text_or(&probe->with, "endpoint", "");
	const struct book_endpoint *endpoint = book_endpoint(env->book, id);

	if (endpoint == NULL || endpoint->url == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
	if (!where_of(s->where, sizeof(s->where), endpoint->url))
		return err_set(e, ERR_ARG, "address of %s is too long", id);
	s->target.where = s->where;
	s->target.name = settings_text(&probe->with, "name");
	s->target.ca_file =
		settings_text_or(&probe->with, "ca_file", endpoint->ca_file);
	return ERR_NONE;
}

static void
list_accepted(char *to, size_t size, const struct tls_result *a)
{
	char one[24];

	to[0] = '\0';
	for (int v = 0; v < TLS_VERSIONS; v++) {
		if (a->versions[v] != TLS_ACCEPTED)
			continue;
		str_printf(one, sizeof(one), "%s%s", to[0] == '\0' ? "" : " ",
			   version_words[v]);
		str_copy(to + strlen(to), size - strlen(to), one);
	}
}

static void
list_verdicts(char *to, size_t size, const struct tls_result *a)
{
	struct buf b;

	buf_init(&b, size - 1);
	for (int v = 0; v < TLS_VERSIONS; v++)
		buf_printf(&b, "%s%s %s", v == 0 ? "" : ", ", version_words[v],
			   tls_verdict_word(a->versions[v]));
	if (a->chain_why[0] != '\0')
		buf_printf(&b, "; chain: %s", a->chain_why);
	str_copy(to, size, buf_str(&b));
	buf_clear(&b);
}

static void
on_result(void *ctx, const struct tls_result *a)
{
	struct tls_state *s = ctx;
	struct probe_result r = { .code = a->code, .took_us = a->took_us };
	struct probe_fact facts[4];
	char accepted[24];

	s->call = NULL;
	list_accepted(accepted, sizeof(accepted), a);
	list_verdicts(r.raw, sizeof(r.raw), a);
	facts[0] = a->minimum[0] == '\0'
			   ? facts_missing("minimum", "no version accepted")
			   : facts_words("minimum", a->minimum);
	facts[1] = facts_flag("chain_valid", a->chain_valid);
	str_copy(facts[1].why, sizeof(facts[1].why), a->chain_why);
	facts[2] = facts_number("days_left", a->days_left);
	facts[3] = facts_words("versions", accepted);
	if (a->code != ERR_NONE)
		str_copy(r.why, sizeof(r.why), a->why);
	else
		str_printf(r.detail, sizeof(r.detail),
			   "TLS %s, chain %s, %.0f days left", accepted,
			   a->chain_valid ? "valid" : "NOT valid",
			   a->days_left);
	r.facts = facts;
	r.fact_count = ARRAY_LEN(facts);
	s->done(s->ctx, &r);
}

static void
tls_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	  void *ctx)
{
	struct tls_state *s = state;
	struct tls_target target = s->target;
	struct err e;

	assert(s->call == NULL);
	s->done = done;
	s->ctx = ctx;
	target.timeout_ms = timeout_ms;
	if (tls_start(&s->call, l, &target, on_result, s, &e) != ERR_NONE) {
		struct probe_result r = { .code = e.code };

		str_copy(r.why, sizeof(r.why), e.text);
		done(ctx, &r);
	}
}

static void
tls_clear(void *state)
{
	struct tls_state *s = state;

	if (s->call != NULL)
		tls_cancel(s->call);
	s->call = NULL;
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "port to shake hands with" },
	{ .name = "name", .type = PARAM_TEXT,
	  .help = "name its certificate must carry; the host by default" },
	{ .name = "ca_file", .type = PARAM_TEXT,
	  .help = "own certificate authority" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_tls = {
	.spec = { .name = "tls",
		  .help = "find the TLS versions and certificate of a port",
		  .params = params,
		  .facts = "minimum chain_valid days_left versions" },
	.state_size = sizeof(struct tls_state),
	.init = tls_init,
	.start = tls_begin,
	.clear = tls_clear,
};
