/* runbook_endpoints - the services a runbook talks to. */
#include "conf/runbook.h"

#include <ctype.h>
#include <string.h>

#include "base/fsio.h"
#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"
#include "conf/secrets.h"
#include "conf/url.h"

#define HTTP_ADAPTERS "guide genesys cxone cloudflare plain"
#define ADAPTERS HTTP_ADAPTERS " sip dns tls"

const struct field endpoint_fields[] = {
	{ .name = "adapter",
	  .as = AS_WORD,
	  .required = true,
	  .words = ADAPTERS,
	  .help = "which dialect the service speaks" },
	{ .name = "url",
	  .as = AS_OWN,
	  .help = "of an HTTP service: https://host/base" },
	{ .name = "address",
	  .as = AS_OWN,
	  .help = "of any other service: host:port" },
	{ .name = "token_url",
	  .as = AS_OWN,
	  .help = "where OAuth tokens come from" },
	{ .name = "client_id",
	  .as = AS_TEXT,
	  FIELD_AT(struct book_endpoint, client_id),
	  .help = "OAuth client id" },
	{ .name = "secret_env",
	  .as = AS_OWN,
	  .help = "environment variable that holds the secret" },
	{ .name = "secret_file",
	  .as = AS_OWN,
	  .help = "file of mode 0600 that holds the secret" },
	{ .name = "ca_file",
	  .as = AS_OWN,
	  .help = "certificates of a private authority, PEM" },
	{ .name = "transport",
	  .as = AS_OWN,
	  .help = "of adapter sip: udp, tcp or tls (default udp)" },
	{ .name = "name",
	  .as = AS_TEXT,
	  FIELD_AT(struct book_endpoint, name),
	  .help = "of transport tls: what the certificate must carry" },
	{ .name = "region",
	  .as = AS_ID,
	  FIELD_AT(struct book_endpoint, region),
	  .help = "region it serves; a drill finds it in that of the twin" },
	{ .name = "rate_per_minute",
	  .as = AS_COUNT,
	  FIELD_AT(struct book_endpoint, rate_per_minute),
	  .least = 1,
	  .most = 1000000,
	  .help = "requests a minute at most" },
	{ .name = NULL },
};

/* A scalar member's text; NULL when absent or not a text (reported by the
 * walker). */
static const struct node *
text_member(const struct node *map, const char *key)
{
	const struct node *n = node_get(map, key);

	if (n == NULL || n->type != NODE_SCALAR || node_is_empty(n))
		return NULL;
	return n;
}

/* Does not repeat the value: it may be the secret itself. */
static void
read_secret_env(struct loader *l, const struct node *n, char **out)
{
	const char *p;

	if (n == NULL)
		return;
	for (p = n->text; *p != '\0'; p++)
		if (!(isupper((unsigned char)*p) || *p == '_' ||
		      (isdigit((unsigned char)*p) && p > n->text)))
			break;
	if (*p == '\0' && strlen(n->text) < 64)
		*out = mem_text(n->text);
	else
		node_error(&l->s, n, "secret",
			   "\"secret_env\" must be the name of an environment "
			   "variable (A-Z, 0-9, _), never the secret");
}

/* Files are named as seen from the runbook. */
static void
read_file_name(struct loader *l, const struct node *n, char **out)
{
	char dir[FS_PATH], whole[FS_PATH];

	if (n == NULL)
		return;
	if (!text_is_plain(n->text, false)) {
		node_error(&l->s, n, "control",
			   "\"%s\" holds a control character", n->key);
		return;
	}
	fs_dir_of(dir, l->path);
	if (n->text[0] == '/')
		*out = mem_text(n->text);
	else if (fs_join(whole, dir, n->text))
		*out = mem_text(whole);
	else
		node_error(&l->s, n, "too-long", "\"%s\" is too long", n->key);
}

static void
check_transport(struct loader *l, const struct node *n, bool has_secret)
{
	char host[URL_HOST];
	bool is_tls;

	if (n == NULL || !url_check(&l->s, n, &is_tls, host))
		return;
	if (is_tls || url_host_is_loopback(host) || !has_secret)
		return;
	node_error(&l->s, n, "plain-http",
		   "\"%s\" would carry a secret unencrypted: write https:// "
		   "(http:// is for 127.0.0.1 and [::1] alone)",
		   n->key);
}

/* HTTP adapters have a URL, the others an address. */
static void
read_where(struct loader *l, struct book_endpoint *ep, const struct node *map)
{
	const struct node *url = text_member(map, "url");
	const struct node *address = text_member(map, "address");
	bool is_http = str_in_words(HTTP_ADAPTERS, ep->adapter);
	const struct node *wanted = is_http ? url : address;
	const struct node *other = is_http ? address : url;

	if (ep->adapter[0] == '\0')
		return;
	if (other != NULL)
		node_key_error(&l->s, other, "unknown-key",
			       "adapter %s takes \"%s\", not \"%s\"",
			       ep->adapter, is_http ? "url" : "address",
			       other->key);
	else if (wanted == NULL)
		node_key_error(&l->s, map, "missing",
			       "\"%s\" is missing: where the service is",
			       is_http ? "url" : "address");
	if (wanted == NULL)
		return;
	if (is_http)
		check_transport(l, wanted,
				ep->secret_env != NULL ||
					ep->secret_file != NULL);
	else
		url_address_check(&l->s, wanted);
	ep->url = mem_text(wanted->text);
}

static void
read_secrets(struct loader *l, struct book_endpoint *ep, const struct node *map)
{
	const struct node *env = text_member(map, "secret_env");
	const struct node *file = text_member(map, "secret_file");
	const struct node *token = text_member(map, "token_url");

	read_secret_env(l, env, &ep->secret_env);
	read_file_name(l, file, &ep->secret_file);
	read_file_name(l, text_member(map, "ca_file"), &ep->ca_file);
	if (env != NULL && file != NULL)
		node_key_error(&l->s, file, "conflict",
			       "\"secret_file\" beside \"secret_env\": a "
			       "secret has one source");
	if (token == NULL)
		return;
	check_transport(l, token, true);
	ep->token_url = mem_text(token->text);
	if (env == NULL && file == NULL)
		node_key_error(&l->s, token, "missing",
			       "\"token_url\" needs secret_env or "
			       "secret_file");
	if (ep->client_id == NULL)
		node_key_error(&l->s, token, "missing",
			       "\"token_url\" needs client_id");
}

/* Only SIP has a choice of transport here; elsewhere the scheme says it. */
static void
read_transport(struct loader *l, struct book_endpoint *ep,
	       const struct node *map)
{
	const struct node *transport = text_member(map, "transport");
	const struct node *name = text_member(map, "name");
	int index;

	if (transport != NULL && !str_same(ep->adapter, "sip"))
		node_key_error(&l->s, transport, "unknown-key",
			       "\"transport\" belongs to the adapter sip");
	else if (transport != NULL &&
		 scalar_word(&l->s, transport, "udp tcp tls", &index))
		str_copy(ep->transport, sizeof(ep->transport), transport->text);
	if (name != NULL && !str_same(ep->transport, "tls"))
		node_key_error(&l->s, name, "unknown-key",
			       "\"name\" belongs to \"transport: tls\" of the "
			       "adapter sip");
}

static void
read_endpoint(struct loader *l, struct book_endpoint *ep,
	      const struct node *map)
{
	const struct node *adapter = text_member(map, "adapter");

	scalar_id(&l->s,
		  &(struct node){ .text = map->key,
				  .quoted = true,
				  .key = "endpoint",
				  .line = map->key_line,
				  .column = map->key_column },
		  ep->id, sizeof(ep->id));
	if (!fields_read(&l->s, endpoint_fields, map, ep, NULL))
		return;
	if (adapter != NULL && str_in_words(ADAPTERS, adapter->text))
		str_copy(ep->adapter, sizeof(ep->adapter), adapter->text);
	for (const struct node *n = map->first; n != NULL; n = n->next)
		if (str_in_words("secret token password authorization api_key",
				 n->key))
			node_error(&l->s, n, "secret",
				   "\"%s\" would be a literal secret: name it "
				   "by secret_env or secret_file",
				   n->key);
	read_secrets(l, ep, map);
	read_where(l, ep, map);
	read_transport(l, ep, map);
}

void
endpoints_read(struct loader *l, const struct node *n)
{
	struct book *b = l->book;

	if (n == NULL || n->type != NODE_MAP)
		return;
	b->endpoints = mem_new(n->count, sizeof(*b->endpoints));
	for (n = n->first; n != NULL; n = n->next) {
		struct book_endpoint *ep = &b->endpoints[b->endpoint_count++];

		read_endpoint(l, ep, n);
		/* Under the name as written, so that a fault in it does not
		 * make each use of it another fault. */
		keyset_add(&l->names, scope_endpoint, n->key, ep);
	}
}
