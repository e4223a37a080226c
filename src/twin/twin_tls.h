/* twin_tls - a certificate authority of one night and what it signs. */
#ifndef TWIN_TWIN_TLS_H
#define TWIN_TWIN_TLS_H

#include "base/err.h"

/* Owned PEM texts. */
struct twin_certs {
	char *ca;
	char *cert; /* for sip.domain.com, localhost and 127.0.0.1 */
	char *key;
};

/* A key and a certificate for loopback; ERR_SYSTEM. */
enum err_code twin_certs_make(struct twin_certs *c, struct err *e) MUST_CHECK;
void twin_certs_clear(struct twin_certs *c); /* wipes the key */

#endif
