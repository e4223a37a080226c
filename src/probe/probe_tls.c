/*
 * probe_tls - what a TLS port accepts: versions, chain, days left, pin.
 *
 * Each fact stands on its own evidence: a version that was seen to be taken
 * is known though another one stayed undecided, and what is undecided is
 * missing, never a word that a gate could take for a refusal.  Where the
 * addresses of the name differ, the odd ones are named.
 */
#include "probe/probe.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "net/tls.h"
#include "probe/facts.h"
#include "probe/kinds.h"

#define WHERE_MOST 288
#define SIPS_PORT 5061 /* RFC 3261 19.1.2 */
#define PIN_START "sha256//"
#define PIN_LEN 52 /* with 32 bytes in base64 */

struct tls_state {
	char where[WHERE_MOST]; /* "host:port" */
	struct tls_target target;
	struct json *pins; /* NULL: none are set */
	bool is_drill;	   /* the twin has keys of its own */
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
read_pins(struct tls_state *s, const char *text, struct err *e)
{
	if (text == NULL)
		return ERR_NONE;
	s->pins = json_parse(text, strlen(text), e);
	if (s->pins == NULL)
		return e->code;
	for (const struct json *v = json_first(s->pins); v != NULL;
	     v = json_next(v)) {
		const char *pin = json_text(v) == NULL ? "" : json_text(v);

		if (!str_starts(pin, PIN_START) || strlen(pin) != PIN_LEN)
			return err_set(e, ERR_ARG,
				       "\"%.60s\" is no pin: write %s and the "
				       "SHA-256 of the public key in base64",
				       pin, PIN_START);
	}
	return ERR_NONE;
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
	s->is_drill = env->book->is_drill;
	s->target.is_sip = str_same(endpoint->adapter, "sip");
	if (s->target.is_sip)
		s->target.port = SIPS_PORT;
	s->target.name = settings_text(&probe->with, "name");
	s->target.ca_file =
		settings_text_or(&probe->with, "ca_file", endpoint->ca_file);
	return read_pins(s, settings_text(&probe->with, "pin"), e);
}

/* At any address. */
static bool
is_accepted(const struct tls_result *a, int version)
{
	for (int i = 0; i < a->addresses; i++)
		if (a->places[i].versions[version] == TLS_ACCEPTED)
			return true;
	return false;
}

static void
list_accepted(char *to, size_t size, const struct tls_result *a)
{
	char one[24];

	to[0] = '\0';
	for (int v = 0; v < TLS_VERSIONS; v++) {
		if (!is_accepted(a, v))
			continue;
		str_printf(one, sizeof(one), "%s%s", to[0] == '\0' ? "" : " ",
			   version_words[v]);
		str_copy(to + strlen(to), size - strlen(to), one);
	}
}

static void
put_verdicts(struct buf *b, const enum tls_verdict *versions)
{
	for (int v = 0; v < TLS_VERSIONS; v++)
		buf_printf(b, "%s%s %s", v == 0 ? "" : ", ", version_words[v],
			   tls_verdict_word(versions[v]));
}

/* Does this address differ from the first one in what it shows? */
static bool
is_odd(const struct tls_result *a, int i)
{
	const struct tls_place *first = &a->places[0], *p = &a->places[i];

	return memcmp(p->versions, first->versions, sizeof(p->versions)) != 0 ||
	       p->chain_valid != first->chain_valid ||
	       !str_same(p->pin, first->pin);
}

static bool
any_odd(const struct tls_result *a)
{
	for (int i = 1; i < a->addresses; i++)
		if (is_odd(a, i))
			return true;
	return false;
}

/* All that was seen; address by address where they differ. */
static void
write_raw(char *to, size_t size, const struct tls_result *a)
{
	struct buf b;

	buf_init(&b, 8192);
	if (!any_odd(a))
		put_verdicts(&b, a->versions);
	for (int i = 0; i < a->addresses && any_odd(a); i++) {
		const struct tls_place *p = &a->places[i];

		buf_printf(&b, "%s%s: ", i == 0 ? "" : "; ", p->at);
		put_verdicts(&b, p->versions);
	}
	if (a->chain_why[0] != '\0')
		buf_printf(&b, "; chain: %s", a->chain_why);
	if (a->addresses > 0 && a->places[0].pin[0] != '\0')
		buf_printf(&b, "; %s", a->places[0].pin);
	str_copy(to, size, buf_str(&b));
	buf_clear(&b);
}

static struct probe_fact
fact_of_minimum(const struct tls_result *a)
{
	if (a->minimum[0] != '\0')
		return facts_words("minimum", a->minimum);
	return facts_missing(
		"minimum", a->why[0] != '\0' ? a->why : "no version accepted");
}

static struct probe_fact
fact_of_chain(const struct tls_result *a)
{
	struct probe_fact f = facts_flag("chain_valid", a->chain_valid);

	if (!a->chain_known)
		return facts_missing("chain_valid", a->chain_why);
	text_clean(f.why, sizeof(f.why), a->chain_why, strlen(a->chain_why));
	return f;
}

/* Where the verdict was seen, when not everywhere. */
static void
name_places(char *to, size_t size, const struct tls_result *a, int version)
{
	struct buf b;
	int count = 0;

	buf_init(&b, size - 1);
	for (int i = 0; i < a->addresses; i++) {
		if (a->places[i].versions[version] != a->versions[version])
			continue;
		buf_printf(&b, "%s%s", count == 0 ? "at " : ", ",
			   a->places[i].at);
		count++;
	}
	to[0] = '\0';
	if (count < a->addresses)
		str_copy(to, size, buf_str(&b));
	buf_clear(&b);
}

static struct probe_fact
fact_of_version(const struct tls_result *a, int version)
{
	static const char *const names[TLS_VERSIONS] = { "tls_1_0", "tls_1_1",
							 "tls_1_2", "tls_1_3" };
	enum tls_verdict v = a->versions[version];
	struct probe_fact f;
	char where[SAMPLE_WHY];

	name_places(where, sizeof(where), a, version);
	if (v == TLS_INCONCLUSIVE || v == TLS_UNTRIED) {
		f = facts_missing(names[version], "");
		str_printf(f.why, sizeof(f.why), "TLS %s is undecided%s%s",
			   version_words[version], where[0] == '\0' ? "" : " ",
			   where);
		return f;
	}
	f = facts_words(names[version], tls_verdict_name(v));
	str_copy(f.why, sizeof(f.why), where);
	return f;
}

static struct probe_fact
fact_of_versions(const struct tls_result *a, const char *accepted)
{
	for (int v = 0; v < TLS_VERSIONS; v++)
		if (a->versions[v] == TLS_INCONCLUSIVE ||
		    a->versions[v] == TLS_UNTRIED)
			return facts_missing("versions", a->why);
	return facts_words("versions", accepted);
}

static bool
is_pinned(const struct json *pins, const char *pin)
{
	for (const struct json *v = json_first(pins); v != NULL;
	     v = json_next(v))
		if (str_same(json_text(v), pin))
			return true;
	return false;
}

/* A drill meets keys made this night: what stands for the pin there is that
 * the twin's own authority vouches for them. */
static struct probe_fact
fact_of_drill_pin(const struct tls_result *a)
{
	struct probe_fact f = fact_of_chain(a);

	f.name = "pinned";
	if (f.value.kind != VALUE_NONE)
		str_copy(f.why, sizeof(f.why), "drill: judged by its chain");
	return f;
}

/* One address with another key is the finding; one whose key was not seen
 * leaves the question open. */
static struct probe_fact
fact_of_pin(const struct json *pins, const struct tls_result *a)
{
	struct probe_fact f = facts_flag("pinned", true);
	const struct tls_place *unseen = NULL;

	for (int i = 0; i < a->addresses; i++) {
		const struct tls_place *p = &a->places[i];

		if (p->pin[0] == '\0') {
			unseen = p;
		} else if (!is_pinned(pins, p->pin)) {
			f.value.flag = false;
			str_printf(f.why, sizeof(f.why), "%s shows %s", p->at,
				   p->pin);
			return f;
		}
	}
	if (unseen == NULL && a->addresses > 0)
		return f;
	f = facts_missing("pinned", "");
	str_printf(f.why, sizeof(f.why), "no certificate was seen%s%s",
		   unseen == NULL ? "" : " at ",
		   unseen == NULL ? "" : unseen->at);
	return f;
}

/* "TLS 1.2 1.3, chain valid, 89 days left; 127.0.0.2:443 differs" */
static void
write_detail(char *to, size_t size, const struct tls_result *a,
	     const char *accepted)
{
	size_t len;

	str_printf(to, size, "TLS %s, chain %s, %.0f days left", accepted,
		   a->chain_valid   ? "valid"
		   : a->chain_known ? "NOT valid"
				    : "unknown",
		   a->days_left);
	for (int i = 1; i < a->addresses; i++) {
		if (!is_odd(a, i))
			continue;
		len = strlen(to);
		str_printf(to + len, size - len, "; %s differs from %s",
			   a->places[i].at, a->places[0].at);
		return;
	}
}

static void
on_result(void *ctx, const struct tls_result *a)
{
	struct tls_state *s = ctx;
	struct probe_result r = { .took_us = a->took_us };
	struct probe_fact facts[10];
	char accepted[24];
	size_t n = 0;

	s->call = NULL;
	list_accepted(accepted, sizeof(accepted), a);
	write_raw(r.raw, sizeof(r.raw), a);
	facts[n++] = fact_of_minimum(a);
	facts[n++] = fact_of_chain(a);
	facts[n++] =
		isnan(a->days_left)
			? facts_missing("days_left", "no certificate was seen")
			: facts_number("days_left", a->days_left);
	facts[n++] = fact_of_versions(a, accepted);
	for (int v = 0; v < TLS_VERSIONS; v++)
		facts[n++] = fact_of_version(a, v);
	if (s->pins == NULL)
		facts[n++] = facts_missing("pinned", "no pin is set");
	else
		facts[n++] = s->is_drill ? fact_of_drill_pin(a)
					 : fact_of_pin(s->pins, a);
	facts[n++] = facts_number("addresses", a->addresses);
	assert(n == ARRAY_LEN(facts));
	/* Where no version is known to be taken nothing was measured. */
	if (a->code != ERR_NONE && accepted[0] == '\0') {
		r.code = a->code;
		str_copy(r.why, sizeof(r.why), a->why);
	} else {
		write_detail(r.detail, sizeof(r.detail), a, accepted);
	}
	r.facts = facts;
	r.fact_count = n;
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
	json_free(s->pins);
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "port to shake hands with" },
	{ .name = "name", .type = PARAM_TEXT,
	  .help = "name its certificate must carry; the host by default" },
	{ .name = "ca_file", .type = PARAM_TEXT,
	  .help = "own certificate authority" },
	{ .name = "pin", .type = PARAM_LIST,
	  .help = "public keys it may have: sha256//…, as curl writes them" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_tls = {
	.spec = { .name = "tls",
		  .help = "find the TLS versions and certificate of a port",
		  .params = params,
		  .facts = "minimum chain_valid days_left versions tls_1_0 "
			   "tls_1_1 tls_1_2 tls_1_3 pinned addresses" },
	.state_size = sizeof(struct tls_state),
	.init = tls_init,
	.start = tls_begin,
	.clear = tls_clear,
};
