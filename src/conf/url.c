/* url - the addresses people write, judged before anything connects. */
#include "conf/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "conf/scalar.h"
#include "model/param.h"

/* Why `text` is no host; NULL when it is one. */
static const char *
host_refusal(const char *host)
{
	struct in6_addr six;
	size_t len = strlen(host);
	char inside[URL_HOST];

	if (len == 0)
		return "has no host";
	if (host[0] == '[') {
		if (host[len - 1] != ']')
			return "has an IPv6 address without its bracket";
		str_copy_n(inside, sizeof(inside), host + 1, len - 2);
		if (inet_pton(AF_INET6, inside, &six) != 1)
			return "has a malformed IPv6 address";
		return NULL;
	}
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)host[i]) &&
		    strchr("-._", host[i]) == NULL)
			return "has a host with characters that no host has";
	return NULL;
}

static bool
port_is_sound(const char *text)
{
	int64_t port;

	return strlen(text) <= 5 && str_to_int(text, &port) && port >= 1 &&
	       port <= 65535;
}

/* The colon before the port, or NULL. */
static char *
port_colon(char *host)
{
	char *from = host[0] == '[' ? strchr(host, ']') : host;

	return from == NULL ? NULL : strchr(from, ':');
}

/* Cuts the port off `host`; why not, or NULL. */
static const char *
authority_refusal(char *host, bool needs_port)
{
	char *colon = port_colon(host);

	if (colon == NULL && needs_port)
		return "has no port, as in \"host:5060\"";
	if (colon != NULL) {
		if (!port_is_sound(colon + 1))
			return "has a port that is not 1 to 65535";
		*colon = '\0';
	}
	return host_refusal(host);
}

static const char *
rest_refusal(const char *rest)
{
	if (strchr(rest, '?') != NULL)
		return "must not have a query: paths of requests may";
	if (strchr(rest, '#') != NULL)
		return "must not have a fragment";
	for (; *rest != '\0'; rest++)
		if (*rest <= ' ' || *rest >= 0x7f ||
		    strchr("{}\"<>\\^`|", *rest) != NULL)
			return "has a character that a URL cannot hold";
	return NULL;
}

bool
url_check(const struct site *s, const struct node *n, bool *is_tls,
	  char host[URL_HOST])
{
	const char *text = scalar_any(s, n, "a URL such as https://host/path");
	const char *why = NULL;
	size_t host_len;

	if (text == NULL)
		return false;
	*is_tls = str_starts(text, "https://");
	if (!*is_tls && !str_starts(text, "http://")) {
		node_error(s, n, "bad-url",
			   "\"%s\" must begin with https:// or http://",
			   n->key);
		return false;
	}
	text += *is_tls ? 8 : 7;
	host_len = strcspn(text, "/?#");
	if (memchr(text, '@', host_len) != NULL) {
		node_error(s, n, "secret",
			   "\"%s\" carries a user or password: name the "
			   "secret by secret_env or secret_file",
			   n->key);
		return false;
	}
	if (!str_copy_n(host, URL_HOST, text, host_len))
		why = "has a host that is too long";
	if (why == NULL)
		why = authority_refusal(host, false);
	if (why == NULL)
		why = rest_refusal(text + host_len);
	if (why != NULL)
		node_error(s, n, "bad-url", "\"%s\" %s", n->key, why);
	return why == NULL;
}

bool
url_address_check(const struct site *s, const struct node *n)
{
	const char *text = scalar_any(s, n, "an address such as host:5060");
	const char *why = "is too long";
	char host[URL_HOST];

	if (text == NULL)
		return false;
	if (strstr(text, "://") != NULL)
		why = "must be host:port, not a URL, for this adapter";
	else if (str_copy(host, sizeof(host), text))
		why = authority_refusal(host, true);
	if (why != NULL)
		node_error(s, n, "bad-address", "\"%s\" %s", n->key, why);
	return why == NULL;
}

bool
url_host_is_loopback(const char *host)
{
	struct in_addr four;

	if (strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &four) == 1 &&
	       (ntohl(four.s_addr) >> 24) == 127;
}

bool
url_job_path_check(const struct site *s, const struct node *n)
{
	const char *word = strstr(n->text, JOB_WORD);
	struct buf rest;
	bool is_good;

	if (word == NULL)
		return url_path_check(s, n, n->text);
	buf_init(&rest, DOC_SCALAR_BYTES);
	buf_add(&rest, n->text, (size_t)(word - n->text));
	buf_text(&rest, word + strlen(JOB_WORD));
	is_good = url_path_check(s, n, buf_str(&rest));
	buf_clear(&rest);
	return is_good;
}

bool
url_path_check(const struct site *s, const struct node *n, const char *text)
{
	if (text[0] != '/') {
		node_error(s, n, "bad-path",
			   "\"%s\" must begin with \"/\", found \"%.48s\"",
			   n->key, text);
		return false;
	}
	if (strpbrk(text, "{}") != NULL) {
		node_error(s, n, "template",
			   "\"%s\" holds a placeholder: write the value in "
			   "its place",
			   n->key);
		return false;
	}
	for (const char *p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f ||
		    strchr("\"<>\\^`|#", *p) != NULL) {
			node_error(s, n, "bad-path",
				   "\"%s\" has a character that a path cannot "
				   "hold: write it as %%XX",
				   n->key);
			return false;
		}
	return true;
}
