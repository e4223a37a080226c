/* address - "host:port" texts and socket addresses. */
#include "net/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/str.h"
#include "base/text.h"

static bool
is_host_text(const char *host, size_t len)
{
	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)host[i] <= 0x20 ||
		    (unsigned char)host[i] >= 0x7f ||
		    strchr("/@[]?#\\\"'", host[i]) != NULL)
			return false;
	return true;
}

static bool
read_port(const char *text, int *port)
{
	int64_t value;

	if (!str_to_int(text, &value) || value < 1 || value > 65535)
		return false;
	*port = (int)value;
	return true;
}

/* Finds host and port text; *port_at is NULL when there is none. */
static bool
find_parts(const char *text, const char **host, size_t *len,
	   const char **port_at)
{
	const char *colon = strchr(text, ':');
	const char *close;

	*host = text;
	*len = strlen(text);
	*port_at = NULL;
	if (text[0] == '[') {
		close = strchr(text, ']');
		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return false;
		*host = text + 1;
		*len = (size_t)(close - text - 1);
		if (close[1] == ':')
			*port_at = close + 2;
		return true;
	}
	if (colon == NULL || strchr(colon + 1, ':') != NULL)
		return true; /* none, or a bare IPv6 address */
	*len = (size_t)(colon - text);
	*port_at = colon + 1;
	return true;
}

enum err_code
address_split(const char *text, int fallback_port, char *host, size_t host_size,
	      int *port, struct err *e)
{
	struct in6_addr v6;
	const char *at;
	const char *port_at;
	char shown[100];
	size_t len;
	bool is_v6;

	*port = fallback_port;
	host[0] = '\0';
	text_clean(shown, sizeof(shown), text, strlen(text));
	if (!find_parts(text, &at, &len, &port_at) || !is_host_text(at, len) ||
	    !str_copy_n(host, host_size, at, len) ||
	    (port_at != NULL && !read_port(port_at, port)))
		return err_set(e, ERR_ARG,
			       "\"%s\" is no host:port; write name:port, "
			       "address:port or [v6]:port",
			       shown);
	is_v6 = strchr(host, ':') != NULL;
	if ((is_v6 || text[0] == '[') && inet_pton(AF_INET6, host, &v6) != 1)
		return err_set(e, ERR_ARG, "\"%s\" holds no IPv6 address",
			       shown);
	return ERR_NONE;
}

enum err_code
address_parse(struct address *out, const char *host, int port, struct err *e)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&out->sa;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->sa;
	char shown[100];

	*out = (struct address){ 0 };
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		out->len = sizeof(*v4);
		return ERR_NONE;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		out->len = sizeof(*v6);
		return ERR_NONE;
	}
	text_clean(shown, sizeof(shown), host, strlen(host));
	return err_set(e, ERR_ARG, "\"%s\" is a name, not an address", shown);
}

void
address_text(const struct address *a, char *to, size_t size)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a->sa;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a->sa;
	char host[INET6_ADDRSTRLEN];

	if (a->sa.ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		str_printf(to, size, "%s:%d", host, ntohs(v4->sin_port));
	} else if (a->sa.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		str_printf(to, size, "[%s]:%d", host, ntohs(v6->sin6_port));
	} else {
		str_copy(to, size, "no address");
	}
}

bool
address_same(const struct address *a, const struct address *b)
{
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)&a->sa;
	const struct sockaddr_in *b4 = (const struct sockaddr_in *)&b->sa;
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)&a->sa;
	const struct sockaddr_in6 *b6 = (const struct sockaddr_in6 *)&b->sa;

	if (a->sa.ss_family != b->sa.ss_family)
		return false;
	if (a->sa.ss_family == AF_INET)
		return a4->sin_port == b4->sin_port &&
		       a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a->sa.ss_family == AF_INET6 && a6->sin6_port == b6->sin6_port &&
	       memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) ==
		       0;
}

/* By address only: a name may point anywhere. */
bool
address_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &v6) != 1)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&v6))
		return v6.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6);
}
