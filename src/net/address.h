/* address - "host:port" texts, socket addresses, names looked up. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <sys/socket.h>

#include "net/loop.h"

struct address {
	struct sockaddr_storage sa;
	socklen_t len;
};

/* Splits "host", "host:port", "[v6]:port"; port = fallback when absent.
 * ERR_ARG when it is none of these. */
enum err_code address_split(const char *text, int fallback_port, char *host,
			    size_t host_size, int *port,
			    struct err *e) MUST_CHECK;

/* Numeric addresses only; ERR_ARG for a name. */
enum err_code address_parse(struct address *out, const char *host, int port,
			    struct err *e) MUST_CHECK;
/* "ip:port", "[ip6]:port". */
void address_text(const struct address *a, char *to, size_t size);
/* Family, address and port. */
bool address_same(const struct address *a, const struct address *b);
/* An address of 127/8 or ::1, as text; no name. */
bool address_is_loopback(const char *host);

#define ADDRESS_MOST 16

/*
 * All addresses of a name (`count` 0 with a reason in `e` on failure).  A loop
 * keeps them for half a minute and a failure for five seconds, whatever the
 * TTL: the system's resolver does not tell it.  One thread a name asks, however
 * many wait for it.
 */
typedef void address_found(void *ctx, const struct address *found, size_t count,
			   const struct err *e);
struct address_lookup;
/* Numeric hosts and names that are kept answer without a thread, but still
 * through the loop. */
struct address_lookup *address_lookup(struct loop *l, const char *host,
				      int port, int timeout_ms,
				      address_found *done, void *ctx);
/* `done` is not called any more; NULL is fine. */
void address_lookup_cancel(struct address_lookup *c);
/* What is kept of a name, at once: how many of `found` were filled; 0: look it
 * up. */
size_t address_known(struct loop *l, const char *host, int port,
		     struct address found[ADDRESS_MOST]);

#endif
