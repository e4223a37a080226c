/* twin_dns - the zone on a UDP and a TCP port of the same number. */
#ifndef TWIN_TWIN_DNS_H
#define TWIN_TWIN_DNS_H

#include "net/loop.h"
#include "twin/site.h"

struct twin_dns;

/* Serves on the loop's thread; `site` and `loop` outlive it. */
enum err_code twin_dns_open(struct twin_dns **out, struct site *site,
			    struct loop *loop, struct err *e) MUST_CHECK;
void twin_dns_close(struct twin_dns *d);     /* NULL is fine */
int twin_dns_port(const struct twin_dns *d); /* the port it was given */

#endif
