/*
 * tls - what a TLS port really accepts, by handshakes.
 *
 * One handshake per version with security level 0 and that version alone, so
 * that neither the system's configuration nor its library hides an old
 * version the peer would take; one at normal security for chain, name and
 * dates.  Every address of the name is tried; a name with more than 15 is
 * ERR_LIMIT, since one that was not tried could take anything.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "net/address.h"

enum tls_verdict {
	TLS_UNTRIED,
	TLS_ACCEPTED,
	TLS_REFUSED,	  /* protocol version refused, proven */
	TLS_REFUSED_WEAK, /* refused by another alert */
	TLS_DROPPED,	  /* closed; counts only beside a good control */
	TLS_INCONCLUSIVE, /* nothing can be said: BLIND, never GO */
};

enum tls_version { TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3, TLS_VERSIONS };

/* What one address of the name showed. */
struct tls_place {
	char at[72]; /* "192.0.2.7:443" */
	enum tls_verdict versions[TLS_VERSIONS];
	bool chain_known;   /* its handshake at normal security ended */
	bool chain_valid;   /* chain and host name */
	char chain_why[96]; /* why not */
	double days_left;   /* of the certificate that ends first; NAN: none
			       seen */
	char pin[64];	    /* "sha256//…" of the leaf; "" none seen */
};

struct tls_result {
	enum err_code code; /* ERR_NONE: at least one version accepted and no
			       inconclusive one */
	char why[200];
	/* Worst over addresses: accepted first for 1.0 and 1.1, inconclusive
	 * first for 1.2 and 1.3. */
	enum tls_verdict versions[TLS_VERSIONS];
	char minimum[8];     /* lowest accepted: "1.0".."1.3"; "" unknown; also
				beside a code, when nothing below it is open */
	bool chain_known;    /* at every address, or bad at one */
	bool chain_valid;    /* chain and host name, at every address */
	char chain_why[160]; /* why not */
	double days_left;    /* of the certificate that ends first; NAN: none
				seen */
	struct tls_place places[ADDRESS_MOST];
	int addresses; /* tried: so many places */
	int64_t took_us;
};

typedef void tls_done(void *ctx, const struct tls_result *result);
struct tls_call;

struct tls_target {
	const char *where;   /* "host:port" */
	int port;	     /* when `where` has none; 0: 443 */
	const char *name;    /* expected name and SNI; NULL: the host */
	const char *ca_file; /* NULL: the system's bundle */
	bool is_sip;	     /* the name may stand in a URI of SIP, too */
	int timeout_ms;	     /* real, for everything */
};

/* Calls `done` once, later, unless it fails here or is cancelled. */
enum err_code tls_start(struct tls_call **out, struct loop *l,
			const struct tls_target *t, tls_done *done, void *ctx,
			struct err *e) MUST_CHECK;
/* No callback will come; NULL is fine. */
void tls_cancel(struct tls_call *c);
const char *tls_verdict_word(enum tls_verdict v); /* for people */
const char *tls_verdict_name(enum tls_verdict v); /* one word, for gates */

#endif
