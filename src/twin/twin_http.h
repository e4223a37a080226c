/* twin_http - the HTTP surfaces on a plain port and on a TLS port. */
#ifndef TWIN_TWIN_HTTP_H
#define TWIN_TWIN_HTTP_H

#include "twin/site.h"
#include "twin/twin_tls.h"

struct twin_http;

/*
 * Serves on threads of its own, one per connection: a slow answer holds up
 * nobody else.  They inherit the signal mask of the caller, who blocks what
 * it wants for itself.  `site` outlives it, `certs` need not.
 */
enum err_code twin_http_open(struct twin_http **out, struct site *site,
			     const struct twin_certs *certs,
			     struct err *e) MUST_CHECK;
/* Ends all connections.  Raise the site's stop first, so that slow answers
 * do not hold it up.  NULL is fine. */
void twin_http_close(struct twin_http *h);
int twin_http_port(const struct twin_http *h); /* the port it was given */
/* The same for TLS; 0: none. */
int twin_http_tls_port(const struct twin_http *h);

#endif
