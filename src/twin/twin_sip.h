/* twin_sip - the SIP trunks: OPTIONS and calls by UDP, TCP and TLS. */
#ifndef TWIN_TWIN_SIP_H
#define TWIN_TWIN_SIP_H

#include "net/loop.h"
#include "twin/site.h"
#include "twin/twin_tls.h"

struct twin_sip;

/* Serves on the loop's thread; `site` and `loop` outlive it.  The SIP parser
 * must have been set up. */
enum err_code twin_sip_open(struct twin_sip **out, struct site *site,
			    struct loop *loop, const struct twin_certs *certs,
			    struct err *e) MUST_CHECK;
void twin_sip_close(struct twin_sip *s); /* NULL is fine */

/* The trunk with that index, 0..TWIN_TRUNKS-1; *port serves UDP and TCP. */
const char *twin_sip_trunk(const struct twin_sip *s, size_t index, int *port,
			   int *tls_port);

#endif
