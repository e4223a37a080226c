/*
 * tls_kit - OpenSSL contexts of a loop, and what a handshake proves.
 *
 * Every setting that a configuration file could move is set here by name, so
 * that OPENSSL_CONF cannot hide an old version or trust a stranger.  For
 * tls.c alone.
 */
#ifndef NET_TLS_KIT_H
#define NET_TLS_KIT_H

#include <openssl/ssl.h>

#include "net/tls.h"

#define TLS_CONTROL TLS_VERSIONS /* the handshake at normal security */

/* What was seen on the way; belongs to one handshake. */
struct tls_seen {
	int fd;		 /* borrowed */
	int os_error;	 /* errno of the last failed read or write, 0 none */
	bool is_closed;	 /* by the peer: nothing more to read */
	int version;	 /* wire number the server's hello chose, 0 none */
	bool wants_cert; /* it asked for a certificate of ours */
};

struct tls_kit;

/* Of this loop, made or renewed when needed; borrowed. */
enum err_code tls_kit_get(struct tls_kit **out, struct loop *l,
			  const char *ca_file, struct err *e) MUST_CHECK;

/* A handshake over `fd` (borrowed): `turn` is a version alone or TLS_CONTROL.
 * `name` is the expected host name or address; `seen` outlives it. */
enum err_code tls_kit_open(SSL **out, const struct tls_kit *kit, int turn,
			   int fd, const char *name, struct tls_seen *seen,
			   struct err *e) MUST_CHECK;

/* Why SSL_connect() failed, as a verdict on the version of `turn`; `why` is
 * clean. */
enum tls_verdict tls_kit_judge(int ssl_error, int turn,
			       const struct tls_seen *seen, char *why,
			       size_t size);

/* Reads chain, name, dates and pin of a control handshake into `out`; false
 * when the server showed no certificate.  With `is_sip` the name may stand in
 * a URI "sip:NAME", too (RFC 5922 7.1). */
bool tls_kit_chain(struct tls_place *out, SSL *ssl, const char *name,
		   bool is_sip);

#endif
