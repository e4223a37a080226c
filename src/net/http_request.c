/* http_request - a request judged and laid out for libcurl. */
#include "net/http_request.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "net/address.h"

#define URL_MOST 8192
#define HEADER_MOST 16384

static bool
is_token(const char *text)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	if (text == NULL || text[0] == '\0')
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if (!(isalnum((unsigned char)*p) && (*p & 0x80) == 0) &&
		    strchr(marks, *p) == NULL)
			return false;
	return true;
}

/* A value that would end its line would smuggle a header in. */
static bool
is_value(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
			return false;
	return true;
}

/* The length of a body is libcurl's business: a second opinion in the
 * headers would let the peer read a second request out of it. */
static bool
is_framing(const char *name)
{
	return strcasecmp(name, "Content-Length") == 0 ||
	       strcasecmp(name, "Transfer-Encoding") == 0 ||
	       strcasecmp(name, "Expect") == 0;
}

static enum err_code
check_url_text(const char *url, struct err *e)
{
	char shown[120];

	if (url == NULL || url[0] == '\0')
		return err_set(e, ERR_ARG, "the request has no URL");
	text_clean(shown, sizeof(shown), url, strcspn(url, "?#"));
	if (strlen(url) > URL_MOST)
		return err_set(e, ERR_ARG, "URL %s is longer than %d bytes",
			       shown, URL_MOST);
	for (const char *p = url; *p != '\0'; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f)
			return err_set(e, ERR_ARG,
				       "URL %s has a byte that must be "
				       "percent-encoded at offset %d",
				       shown, (int)(p - url));
	return ERR_NONE;
}

static bool
url_part(CURLU *url, CURLUPart part, char *to, size_t size)
{
	char *text = NULL;
	bool fits;

	if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
		return false;
	fits = str_copy(to, size, text);
	curl_free(text);
	return fits;
}

static void
strip_brackets(char *host)
{
	size_t len = strlen(host);

	if (len < 2 || host[0] != '[' || host[len - 1] != ']')
		return;
	memmove(host, host + 1, len - 2);
	host[len - 2] = '\0';
}

/* The text shown leaves out query and user part: both may carry secrets. */
static enum err_code
check_url(struct http_parts *parts, const char *text, struct err *e)
{
	char shown[120];
	char scheme[8];
	char port[8];
	int64_t number;
	CURLUcode code;

	parts->url = curl_url();
	parts->owns_url = true;
	if (parts->url == NULL)
		return err_set(e, ERR_SYSTEM, "libcurl gave no URL handle");
	code = curl_url_set(parts->url, CURLUPART_URL, text,
			    CURLU_DISALLOW_USER | CURLU_PATH_AS_IS);
	if (code == CURLUE_USER_NOT_ALLOWED)
		return err_set(e, ERR_ARG,
			       "URL carries a user or password; give "
			       "credentials by the endpoint's auth instead");
	text_clean(shown, sizeof(shown), text, strcspn(text, "?#@"));
	if (code != CURLUE_OK)
		return err_set(e, ERR_ARG, "URL %s: %s", shown,
			       curl_url_strerror(code));
	if (!url_part(parts->url, CURLUPART_SCHEME, scheme, sizeof(scheme)) ||
	    (!str_same(scheme, "http") && !str_same(scheme, "https")))
		return err_set(e, ERR_ARG, "URL %s is neither http nor https",
			       shown);
	if (!url_part(parts->url, CURLUPART_HOST, parts->host,
		      sizeof(parts->host)) ||
	    !url_part(parts->url, CURLUPART_PORT, port, sizeof(port)) ||
	    !str_to_int(port, &number) || number < 1 || number > 65535)
		return err_set(e, ERR_ARG, "URL %s has no usable host and port",
			       shown);
	strip_brackets(parts->host);
	parts->port = (int)number;
	parts->is_tls = str_same(scheme, "https");
	return ERR_NONE;
}

struct http_target {
	CURLU *url;
	char *host;
	int port;
	bool is_tls;
};

struct http_target *
http_target_new(const char *url)
{
	struct http_target *t = NULL;
	struct http_parts parts = { 0 };
	struct err e;

	if (check_url_text(url, &e) == ERR_NONE &&
	    check_url(&parts, url, &e) == ERR_NONE) {
		t = mem_new(1, sizeof(*t));
		*t = (struct http_target){ .url = parts.url,
					   .host = mem_text(parts.host),
					   .port = parts.port,
					   .is_tls = parts.is_tls };
		parts.owns_url = false;
	}
	http_parts_clear(&parts);
	return t;
}

void
http_target_free(struct http_target *t)
{
	if (t == NULL)
		return;
	curl_url_cleanup(t->url);
	mem_free(t->host);
	mem_free(t);
}

static enum err_code
read_target(struct http_parts *parts, const struct http_request *r,
	    struct err *e)
{
	const struct http_target *t = r->target;

	if (t == NULL)
		return check_url_text(r->url, e) != ERR_NONE
			       ? e->code
			       : check_url(parts, r->url, e);
	parts->url = t->url;
	str_copy(parts->host, sizeof(parts->host), t->host);
	parts->port = t->port;
	parts->is_tls = t->is_tls;
	return ERR_NONE;
}

static enum err_code
add_header(struct http_parts *parts, const char *name, const char *value,
	   struct err *e)
{
	char line[HEADER_MOST];
	struct curl_slist *grown;

	/* libcurl's spelling of an empty value is a semicolon. */
	if (!str_printf(line, sizeof(line),
			value[0] == '\0' ? "%s;%s" : "%s: %s", name, value))
		return err_set(e, ERR_ARG, "header %s is longer than %d bytes",
			       name, HEADER_MOST);
	grown = curl_slist_append(parts->headers, line);
	if (grown == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for headers");
	parts->headers = grown;
	return ERR_NONE;
}

static enum err_code
check_header(struct http_parts *parts, const struct http_header *h,
	     struct err *e)
{
	char shown[80];

	text_clean(shown, sizeof(shown), h->name, strlen(h->name));
	if (!is_token(h->name))
		return err_set(e, ERR_ARG, "\"%s\" is no header name", shown);
	if (is_framing(h->name))
		return err_set(e, ERR_ARG,
			       "header %s is computed, remove it from the "
			       "request",
			       shown);
	if (h->value == NULL || !is_value(h->value))
		return err_set(e, ERR_ARG,
			       "the value of header %s has a control character",
			       shown);
	return add_header(parts, h->name, h->value, e);
}

static bool
has_header(const struct http_request *r, const char *name)
{
	for (int i = 0; i < HTTP_HEADERS && r->headers[i].name != NULL; i++)
		if (strcasecmp(r->headers[i].name, name) == 0)
			return true;
	return false;
}

static enum err_code
check_credentials(struct http_parts *parts, const struct http_request *r,
		  struct err *e)
{
	char value[HEADER_MOST];

	if ((r->bearer != NULL && !is_value(r->bearer)) ||
	    (r->basic != NULL && !is_value(r->basic)))
		return err_set(e, ERR_ARG,
			       "the credentials for %s have a control "
			       "character; read them again from their source",
			       parts->host);
	if (r->bearer == NULL && r->basic == NULL &&
	    !has_header(r, "Authorization"))
		return ERR_NONE;
	if (!parts->is_tls && !address_is_loopback(parts->host))
		return err_set(e, ERR_ARG,
			       "credentials are not sent over plain http to "
			       "%s; use https",
			       parts->host);
	if (r->bearer == NULL)
		return ERR_NONE;
	if (!str_printf(value, sizeof(value), "Bearer %s", r->bearer))
		return err_set(e, ERR_ARG, "the token for %s is too long",
			       parts->host);
	return add_header(parts, "Authorization", value, e);
}

static enum err_code
check_headers(struct http_parts *parts, const struct http_request *r,
	      struct err *e)
{
	for (int i = 0; i < HTTP_HEADERS && r->headers[i].name != NULL; i++)
		if (check_header(parts, &r->headers[i], e) != ERR_NONE)
			return e->code;
	return check_credentials(parts, r, e);
}

enum err_code
http_request_check(struct http_parts *parts, const struct fence *fence,
		   const struct http_request *r, struct err *e)
{
	assert(r->timeout_ms >= 1 && r->timeout_ms <= 600000);
	*parts = (struct http_parts){ 0 };
	if (!is_token(r->method))
		return err_set(e, ERR_ARG, "the request has no usable method");
	if (read_target(parts, r, e) != ERR_NONE ||
	    fence_check(fence, parts->host, parts->port, e) != ERR_NONE ||
	    check_headers(parts, r, e) != ERR_NONE)
		return e->code;
	return ERR_NONE;
}

/* Settings of every transfer: nothing here comes from the environment.  Those
 * that libcurl copies may fail, for want of memory. */
static CURLcode
apply_policy(CURL *easy)
{
	CURLcode code;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_USERAGENT, "warroom");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	/* A directory of CAs switches libcurl's cache of the store off. */
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
			 (curl_off_t)HTTP_BODY_CAP);
	return code;
}

/* libcurl sends a request again by itself when a reused connection dies. */
static void
apply_once_only(CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
}

static CURLcode
apply_method(CURL *easy, const struct http_request *r)
{
	bool takes_body = str_in_words("POST PUT PATCH", r->method);

	if (str_same(r->method, "HEAD") && r->body == NULL)
		return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (r->body != NULL || takes_body) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)(r->body == NULL ? 0 : r->body_len));
		if (curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
				     r->body == NULL ? "" : r->body) !=
		    CURLE_OK)
			return CURLE_OUT_OF_MEMORY;
	}
	return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
}

/* A read of nothing but a URL and headers: what libcurl does unasked. */
static bool
is_plain(const struct http_request *r)
{
	return str_same(r->method, "GET") && r->body == NULL && !r->mutates &&
	       r->basic == NULL && r->ca_file == NULL;
}

/* "Name:" alone keeps libcurl from adding a header of its own. */
static enum err_code
drop_defaults(struct http_parts *parts, const struct http_request *r,
	      struct err *e)
{
	struct curl_slist *grown = curl_slist_append(parts->headers, "Expect:");

	if (grown != NULL) {
		parts->headers = grown;
		if (!has_header(r, "Content-Type"))
			grown = curl_slist_append(grown, "Content-Type:");
	}
	if (grown == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for headers");
	parts->headers = grown;
	return ERR_NONE;
}

enum err_code
http_request_apply(CURL *easy, bool *has_policy, struct http_parts *parts,
		   const struct http_request *r, struct err *e)
{
	CURLcode code = *has_policy ? CURLE_OK : apply_policy(easy);

	*has_policy = code == CURLE_OK && is_plain(r);
	if (r->mutates)
		apply_once_only(easy);
	if (!*has_policy && drop_defaults(parts, r, e) != ERR_NONE)
		return e->code;
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, parts->headers);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_CURLU, parts->url);
	if (code == CURLE_OK && !*has_policy)
		code = apply_method(easy, r);
	if (code == CURLE_OK && r->ca_file != NULL)
		code = curl_easy_setopt(easy, CURLOPT_CAINFO, r->ca_file);
	if (code == CURLE_OK && r->basic != NULL)
		code = curl_easy_setopt(easy, CURLOPT_USERPWD, r->basic);
	if (code == CURLE_OK && r->basic != NULL)
		code = curl_easy_setopt(easy, CURLOPT_HTTPAUTH,
					(long)CURLAUTH_BASIC);
	if (code != CURLE_OK)
		return err_set(e, ERR_SYSTEM, "libcurl refused an option: %s",
			       curl_easy_strerror(code));
	return ERR_NONE;
}

void
http_parts_clear(struct http_parts *parts)
{
	if (parts->owns_url)
		curl_url_cleanup(parts->url);
	curl_slist_free_all(parts->headers);
	*parts = (struct http_parts){ 0 };
}
