/* dns_record - a record at its DNS provider: looked up, compared, changed. */
#include "action/dns_record.h"

#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "net/dns.h"
#include "net/identity.h"

#define URL_CAP 4096
#define ASK_MS 3000 /* real; one question */
#define RCODE_NO_NAME 3

static enum err_code
read_server(struct dns_order *o, const struct book *b,
	    const struct settings *with, struct err *e)
{
	const char *id = settings_text(with, "server");
	const struct book_endpoint *server;

	if (id == NULL)
		return ERR_NONE;
	server = book_endpoint(b, id);
	if (server == NULL || server->url == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
	o->server = server->url;
	return ERR_NONE;
}

enum err_code
dns_order_read(struct dns_order *o, const struct work *w, const struct act *act,
	       struct err *e)
{
	const struct settings *with = &act->with;

	*o = (struct dns_order){ .endpoint = w->endpoint };
	buf_init(&o->list_url, URL_CAP);
	o->zone = settings_text_or(with, "zone", "");
	o->name = settings_text_or(with, "name", "");
	o->type = settings_text_or(with, "type", "A");
	o->value = settings_text_or(with, "value", "");
	o->ttl_s = (int64_t)settings_number(with, "ttl", 300);
	if (!str_same(w->endpoint->adapter, "cloudflare"))
		return err_set(e, ERR_ARG,
			       "adapter \"%s\" of endpoint %s sets no DNS "
			       "records; it must be cloudflare",
			       w->endpoint->adapter, w->endpoint->id);
	if (read_server(o, w->env->book, with, e) != ERR_NONE ||
	    identity_url(&o->list_url, o->endpoint, "/zones/", e) != ERR_NONE)
		return e->code;
	percent_encode(&o->list_url, o->zone);
	buf_text(&o->list_url, "/dns_records?type=");
	percent_encode(&o->list_url, o->type);
	buf_text(&o->list_url, "&name=");
	percent_encode(&o->list_url, o->name);
	if (o->list_url.cut)
		return err_set(e, ERR_ARG, "zone or name is too long");
	return ERR_NONE;
}

void
dns_order_clear(struct dns_order *o)
{
	buf_clear(&o->list_url);
}

bool
dns_same_name(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	la -= la > 0 && a[la - 1] == '.';
	lb -= lb > 0 && b[lb - 1] == '.';
	return la == lb && strncasecmp(a, b, la) == 0;
}

static bool
is_ordered(const struct dns_order *o, const struct json *record)
{
	return dns_same_name(json_text_or(record, "name", ""), o->name) &&
	       str_same(json_text_or(record, "type", ""), o->type);
}

static void
refuse(struct dns_record *out, const char *why)
{
	out->class = RETRY_FINAL;
	str_copy(out->why, sizeof(out->why), why);
}

static void
read_record(struct dns_record *out, const struct dns_order *o,
	    const struct json *doc)
{
	const struct json *found = NULL;
	const struct json *v = json_first(json_get(doc, "result"));
	char why[ACTION_DETAIL];
	const char *id, *content;
	int count = 0;

	if (reading_denies(doc, why, sizeof(why))) {
		refuse(out, why);
		return;
	}
	for (; v != NULL; v = json_next(v))
		if (is_ordered(o, v)) {
			found = v;
			count++;
		}
	id = json_text_or(found, "id", "");
	content = json_text_or(found, "content", "");
	out->ttl_s = (int64_t)json_number_or(found, "ttl", -1);
	str_printf(why, sizeof(why),
		   "%d %s records of %s; exactly one is "
		   "wanted",
		   count, o->type, o->name);
	if (count != 1)
		refuse(out, why);
	else if (json_is_true(json_get(found, "proxied")))
		refuse(out, "the record is proxied: its value and TTL are the "
			    "provider's; switch the proxy off");
	else if (id[0] == '\0' || !str_copy(out->id, sizeof(out->id), id))
		refuse(out, "the provider names no usable id of the record");
	else
		text_clean(out->content, sizeof(out->content), content,
			   strlen(content));
}

void
dns_record_find(struct dns_record *out, const struct dns_order *o,
		struct work *w)
{
	struct reading now;

	*out = (struct dns_record){ .ttl_s = -1 };
	work_read(w, buf_str(&o->list_url), &now);
	out->class = now.class;
	out->status = now.status;
	out->retry_after_ms = now.retry_after_ms;
	str_copy(out->why, sizeof(out->why), now.why);
	if (now.class == RETRY_ACCEPTED)
		read_record(out, o, now.doc);
	reading_clear(&now);
}

bool
dns_record_is_right(const struct dns_record *r, const struct dns_order *o)
{
	return r->class == RETRY_ACCEPTED &&
	       dns_same_name(r->content, o->value) && r->ttl_s == o->ttl_s;
}

void
dns_record_tell(char *to, size_t size, const struct dns_record *r,
		const struct dns_order *o)
{
	char content[61];

	redact_clean(content, sizeof(content), r->content, strlen(r->content));
	if (r->class == RETRY_ACCEPTED)
		str_printf(to, size, "%s %s ttl %lld", o->type, content,
			   (long long)r->ttl_s);
	else
		str_copy(to, size, r->why);
}

void
dns_record_spell(struct settings *out, const struct dns_record *r,
		 const struct dns_order *o)
{
	struct jwriter w;
	struct buf b;

	buf_init(&b, URL_CAP);
	buf_text(&b, "/zones/");
	percent_encode(&b, o->zone);
	buf_text(&b, "/dns_records/");
	percent_encode(&b, r->id);
	settings_add(out, "path", buf_str(&b));
	buf_reset(&b);
	jw_init(&w, &b);
	jw_object(&w, NULL);
	jw_text(&w, "content", o->value);
	jw_int(&w, "ttl", o->ttl_s);
	jw_object_end(&w);
	settings_add(out, "body", buf_str(&b));
	settings_add(out, "method", "PATCH");
	buf_clear(&b);
}

enum action_landed
dns_record_published(const struct dns_order *o, struct work *w, char *seen,
		     size_t size)
{
	struct dns_answer a;
	bool is_right;
	struct err e;

	if (!work_hold(w)) {
		str_copy(seen, size, "cancelled while it was paused");
		return LANDED_UNCLEAR;
	}
	if (dns_do(&a, w->env->fence, o->server, o->name, o->type, ASK_MS,
		   w->cancel == NULL ? -1 : w->cancel->wake.fd,
		   &e) != ERR_NONE) {
		str_copy(seen, size, e.text);
		return LANDED_UNCLEAR;
	}
	if (a.rcode != 0 || a.count == 0)
		str_printf(seen, size, "%s has no %s record of %s (rcode %d)",
			   o->server, o->type, o->name, a.rcode);
	else
		str_printf(seen, size, "%s says %s%s ttl %lld%s", o->server,
			   a.values[0], a.count > 1 ? " and more" : "",
			   (long long)a.ttl_s,
			   a.authoritative ? "" : ", without authority");
	is_right = a.rcode == 0 && a.authoritative && a.count == 1 &&
		   dns_same_name(a.values[0], o->value) &&
		   (a.ttl_s == o->ttl_s || o->ttl_s == DNS_TTL_AUTOMATIC);
	if (is_right)
		return LANDED_YES;
	/* A server that fails, or does not know, says nothing of the record. */
	return a.authoritative && (a.rcode == 0 || a.rcode == RCODE_NO_NAME)
		       ? LANDED_NO
		       : LANDED_UNCLEAR;
}
