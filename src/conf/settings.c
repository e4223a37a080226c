/* settings - what a runbook says to a kind, checked by the kind's own rows. */
#include "conf/runbook.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/encode.h"
#include "conf/scalar.h"
#include "conf/secrets.h"
#include "conf/url.h"

#define MOST_NAMES 64
#define DOTTED 96

/* Which adapters can serve which setting; kinds and settings that are not
 * here take any. */
static const struct {
	const char *kind, *param, *adapters;
} fits[] = {
	{ "http", "endpoint", "guide genesys cxone cloudflare plain" },
	{ "dns", "endpoint", "cloudflare" },
	{ "dns", "server", "dns" },
	{ "dns", "servers", "dns" },
	{ "dns", "resolver", "dns" },
	{ "manual", "endpoint", "guide genesys cxone cloudflare plain" },
	{ "manual", "server", "dns" },
	{ "trunk", "endpoint", "guide" },
	{ "sip_options", "endpoints", "sip" },
	{ "sip_call", "endpoints", "sip" },
	{ "calls", "endpoints", "sip" },
	{ "contract", "endpoint", "guide genesys cxone plain" },
	{ "tls", "endpoint", "tls sip" },
	{ "prometheus", "endpoint", "plain" },
	{ "analytics", "endpoint", "guide genesys cxone" },
	{ "residency", "endpoint", "guide genesys cxone plain" },
	{ "recording_storage", "endpoint", "guide genesys plain" },
	{ "masking", "endpoint", "guide genesys cxone plain" },
	{ "calls", "endpoint", "guide genesys cxone plain" },
	{ "agents", "endpoint", "guide genesys cxone plain" },
	{ "pipeline", "endpoint", "guide genesys cxone plain" },
};

const char *
fit_adapters(const char *kind, const char *param)
{
	for (size_t i = 0; i < ARRAY_LEN(fits); i++)
		if (strcmp(fits[i].kind, kind) == 0 &&
		    strcmp(fits[i].param, param) == 0)
			return fits[i].adapters;
	return NULL;
}

static void
unknown_endpoint(struct loader *l, const struct node *n, const char *id)
{
	const struct book *b = l->book;
	char hint[96] = "";

	if (b->endpoint_count > 0)
		suggest_row(hint, sizeof(hint), &l->s, id, b->endpoints[0].id,
			    b->endpoint_count, sizeof(b->endpoints[0]));
	node_error(&l->s, n, "unknown-endpoint", "unknown endpoint \"%.64s\"%s",
		   id, hint);
}

static void
check_endpoint(struct loader *l, const struct kind_spec *spec,
	       const struct param *p, const struct node *n)
{
	const struct book_endpoint *ep;
	const char *adapters = fit_adapters(spec->name, p->name);

	if (n->type != NODE_SCALAR)
		return;
	ep = keyset_get(&l->names, scope_endpoint, n->text);
	if (ep == NULL)
		unknown_endpoint(l, n, n->text);
	else if (adapters != NULL && ep->adapter[0] != '\0' &&
		 !str_in_words(adapters, ep->adapter))
		node_error(&l->s, n, "adapter",
			   "endpoint \"%s\" has the adapter %s, but %s needs "
			   "one of: %s",
			   ep->id, ep->adapter, spec->name, adapters);
}

/* Names and values of HTTP headers must not be able to end their line. */
static void
check_headers(const struct site *s, const struct node *map)
{
	for (const struct node *n = map->first; n != NULL; n = n->next) {
		if (n->key[0] == '\0' || !text_is_plain(n->key, false) ||
		    strpbrk(n->key, " \t\"(),/:;<=>?@[\\]{}") != NULL)
			node_key_error(s, n, "bad-header",
				       "\"%.64s\" is no name of a header",
				       n->key);
		if (n->type == NODE_SCALAR && strpbrk(n->text, "\r\n") != NULL)
			node_error(s, n, "line-break",
				   "header \"%.64s\" holds a line break: it "
				   "would become a second header",
				   n->key);
		else if (n->type == NODE_SCALAR &&
			 !text_is_plain(n->text, false))
			node_error(s, n, "control",
				   "header \"%.64s\" holds a control "
				   "character",
				   n->key);
	}
}

/* What a probe expects: JSON pointers and the texts that stand there. */
static void
check_pointers(const struct site *s, const struct node *map)
{
	for (const struct node *n = map->first; n != NULL; n = n->next)
		if (!pointer_is_sound(n->key))
			node_key_error(s, n, "bad-pointer",
				       "\"%.64s\" is no JSON pointer: write "
				       "\"\" or \"/name/0\"",
				       n->key);
}

/* What of a document does not count. */
static void
check_ignored(const struct site *s, const struct node *list)
{
	for (const struct node *n = list->first; n != NULL; n = n->next)
		if (n->type != NODE_SCALAR || n->text[0] != '/' ||
		    !pointer_is_sound(n->text))
			node_error(s, n, "bad-pointer",
				   "what is ignored is a JSON pointer within "
				   "what is read, such as \"/version\"");
}

/* Digests of public keys as curl writes them: RFC 7469's without its name. */
static void
check_pins(const struct site *s, const struct node *list)
{
	static const char start[] = "sha256//";
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	if (list->first == NULL)
		node_key_error(s, list, "bad-pin",
			       "\"%.64s\" is empty: no key would be right",
			       list->key);
	for (const struct node *n = list->first; n != NULL; n = n->next) {
		const char *text = n->type == NODE_SCALAR ? n->text : "";

		/* 32 bytes are 43 letters and one "=". */
		if (strncmp(text, start, sizeof(start) - 1) == 0 &&
		    strspn(text + sizeof(start) - 1, base64) == 43 &&
		    strcmp(text + sizeof(start) - 1 + 43, "=") == 0)
			continue;
		node_error(s, n, "bad-pin",
			   "\"%.64s\" is no pin: write sha256// and the "
			   "SHA-256 of the public key in base64",
			   text);
	}
}

static bool
check_text(const struct site *s, const struct node *n)
{
	const char *text;

	/* An empty text in quotes is a text. */
	if (n->type == NODE_SCALAR && n->quoted && n->text[0] == '\0')
		return true;
	text = scalar_any(s, n, "a text");
	if (text == NULL)
		return false;
	if (text_is_plain(text, true))
		return true;
	node_error(s, n, "control", "\"%.64s\" holds a control character",
		   n->key);
	return false;
}

static bool
check_pointer(const struct site *s, const struct node *n)
{
	if (!check_text(s, n))
		return false;
	if (pointer_is_sound(n->text))
		return true;
	node_error(s, n, "bad-pointer",
		   "\"%.64s\" is no JSON pointer: write \"\" or \"/name/0\", "
		   "found \"%.48s\"",
		   n->key, n->text);
	return false;
}

/* A scalar by its type; its text is what the kind gets. */
static bool
check_scalar(struct loader *l, const struct kind_spec *spec,
	     const struct param *p, const struct node *n)
{
	const struct site *s = &l->s;
	int64_t whole;
	double number;
	bool flag;
	int index;

	switch (p->type) {
	case PARAM_WORD:
		return scalar_word(s, n, p->choices, &index);
	case PARAM_NUMBER:
		return scalar_number(s, n, &number);
	case PARAM_INTEGER:
		return scalar_integer(s, n, &whole);
	case PARAM_FLAG:
		return scalar_flag(s, n, &flag);
	case PARAM_DURATION:
		if (!scalar_duration(s, n, &whole))
			return false;
		if (whole > 0 || strcmp(p->name, "every") != 0)
			return true;
		node_error(s, n, "range",
			   "\"%s\" of nothing would ask without a pause",
			   n->key);
		return false;
	case PARAM_POINTER:
		return check_pointer(s, n);
	case PARAM_ENDPOINT:
		if (scalar_any(s, n, "the name of an endpoint") == NULL)
			return false;
		check_endpoint(l, spec, p, n);
		return true;
	case PARAM_PATH:
		return check_text(s, n) && url_path_check(s, n, n->text);
	case PARAM_PATH_JOB:
		return check_text(s, n) && url_job_path_check(s, n);
	default:
		return check_text(s, n);
	}
}

/* Lists, maps and bodies become JSON text. */
static bool
encode_value(struct loader *l, const struct kind_spec *spec,
	     const struct param *p, const struct node *n, struct buf *text)
{
	bool ok = false;

	buf_init(text, 0);
	secrets_check(&l->s, n);
	if (p->type == PARAM_JSON)
		return encode_any(text, &l->s, n);
	if (p->type == PARAM_LIST) {
		if (!want_list(&l->s, n))
			return false;
		ok = encode_list(text, &l->s, n);
		argv_check(&l->s, spec, p, n);
		if (strcmp(p->name, "pin") == 0)
			check_pins(&l->s, n);
		if (strcmp(p->name, "ignore") == 0)
			check_ignored(&l->s, n);
		if (fit_adapters(spec->name, p->name) != NULL)
			for (n = n->first; n != NULL; n = n->next)
				check_endpoint(l, spec, p, n);
		return ok;
	}
	if (!want_map(&l->s, n))
		return false;
	if (strcmp(p->name, "headers") == 0)
		check_headers(&l->s, n);
	if (strcmp(p->name, "expect") == 0)
		check_pointers(&l->s, n);
	return encode_map(text, &l->s, n);
}

/* The id of a job has its place, and the place its id. */
static void
check_job(const struct site *s, const struct node *poll)
{
	const struct node *job = node_get(poll, "job");
	const struct node *path = node_get(poll, "path");
	bool has_place = path != NULL && path->type == NODE_SCALAR &&
			 strstr(path->text, JOB_WORD) != NULL;

	if (job != NULL && !has_place)
		node_key_error(s, job, "template",
			       "\"job\" says where the id of the job is: "
			       "\"path\" must have a " JOB_WORD " for it");
	else if (job == NULL && has_place)
		node_error(s, path, "template",
			   JOB_WORD " stands for the id of the job: say by "
				    "\"job\" where the first answer has it");
}

/* The rows of one level, being read. */
struct level {
	const struct kind_spec *spec;
	const struct param *params;
	const char *prefix; /* "poll." */
	struct settings *out;
};

static void read_level(struct loader *l, const struct level *at,
		       const struct node *map);

static void
read_value(struct loader *l, const struct level *at, const struct param *p,
	   const struct node *n)
{
	char dotted[DOTTED];
	struct buf text;

	str_printf(dotted, sizeof(dotted), "%s%s", at->prefix, p->name);
	switch (p->type) {
	case PARAM_EACH: /* read_level() has read it */
		break;
	case PARAM_GROUP:
		str_printf(dotted, sizeof(dotted), "%s%s.", at->prefix,
			   p->name);
		read_level(
			l,
			&(struct level){ at->spec, p->inside, dotted, at->out },
			n);
		if (strcmp(p->name, "poll") == 0)
			check_job(&l->s, n);
		break;
	case PARAM_SCHEMA:
		if (named_schema(l, n, &text))
			settings_add(at->out, dotted, buf_str(&text));
		buf_clear(&text);
		break;
	case PARAM_LIST:
	case PARAM_MAP:
	case PARAM_JSON:
		if (encode_value(l, at->spec, p, n, &text))
			settings_add(at->out, dotted, buf_str(&text));
		buf_clear(&text);
		break;
	default:
		secrets_check(&l->s, n);
		if (check_scalar(l, at->spec, p, n))
			settings_add(at->out, dotted, n->text);
	}
}

static void
unknown_setting(struct loader *l, const struct level *at, const struct node *n)
{
	const char *names[MOST_NAMES];
	size_t count = 0;
	char hint[96];

	for (const struct param *p = at->params;
	     p->name != NULL && count < MOST_NAMES; p++)
		names[count++] = p->name;
	suggest(hint, sizeof(hint), &l->s, n->key, names, count);
	node_key_error(&l->s, n, "unknown-key", "unknown key \"%.64s\"%s",
		       n->key, hint);
}

static void
absent_setting(struct loader *l, const struct level *at, const struct param *p,
	       const struct node *map)
{
	char dotted[DOTTED];

	if (strcmp(at->spec->name, "wait") == 0 &&
	    strcmp(p->name, "for") == 0) {
		node_key_error(&l->s, map, "unbounded-wait",
			       "a wait must say how long, as in \"for: 5m\"");
		return;
	}
	if (p->required) {
		node_key_error(&l->s, map, "missing", "\"%s\" is missing: %s",
			       p->name, p->help != NULL ? p->help : "");
		return;
	}
	if (p->fallback == NULL || p->type == PARAM_GROUP)
		return;
	str_printf(dotted, sizeof(dotted), "%s%s", at->prefix, p->name);
	settings_add(at->out, dotted, p->fallback);
}

static const struct param *
find_param(const struct param *params, const char *name)
{
	for (; params->name != NULL; params++)
		if (strcmp(params->name, name) == 0)
			return params;
	return NULL;
}

static void
read_level(struct loader *l, const struct level *at, const struct node *map)
{
	if (!want_map(&l->s, map))
		return;
	for (const struct node *n = map->first; n != NULL; n = n->next) {
		const struct param *p = find_param(at->params, n->key);

		if (p == NULL)
			unknown_setting(l, at, n);
		else if (p->type == PARAM_EACH)
			each_read(l, p, node_get(map, "over"), n, at->out);
		else
			read_value(l, at, p, n);
	}
	for (const struct param *p = at->params; p->name != NULL; p++)
		if (node_get(map, p->name) == NULL)
			absent_setting(l, at, p, map);
}

void
kind_settings(struct loader *l, const struct kind_spec *spec,
	      const struct node *n, struct settings *out)
{
	read_level(l, &(struct level){ spec, spec->params, "", out }, n);
	if (n->type == NODE_MAP) {
		each_check(l, spec, n);
		traffic_check(&l->s, spec, n, out);
		record_check(&l->s, spec, n, out);
	}
}
