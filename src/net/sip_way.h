/*
 * sip_way - a way to one SIP peer: whole messages out and in, over UDP, TCP
 * or TLS, on a loop.
 *
 * UDP sockets are connected, so that only the peer asked can answer, and are
 * shared by all ways of a loop to the same address; a stream is one
 * connection of its own.  TLS is 1.2 or later with chain and name verified
 * before a byte is sent (RFC 5922).  For src/net alone.
 */
#ifndef NET_SIP_WAY_H
#define NET_SIP_WAY_H

#include "net/address.h"

enum sip_transport { SIP_UDP, SIP_TCP, SIP_TLS };

/* "udp" "tcp" "tls"; NULL and anything else means UDP. */
enum sip_transport sip_transport_of(const char *word);
const char *sip_transport_token(enum sip_transport t); /* "UDP" for Via */

struct sip_target {
	const char *where; /* "host:port"; 5060 when absent, 5061 for TLS */
	enum sip_transport transport;
	const char *name;    /* the certificate must carry; NULL: the host */
	const char *ca_file; /* NULL: the system's bundle */
	int timeout_ms;	     /* real, of the whole call */
};

struct sip_way;

/* All come from the loop, never from inside sip_way_open(). */
struct sip_way_user {
	/* It leads somewhere: send.  Comes again when an address refused
	 * before anything was heard and another one is tried. */
	void (*open)(void *ctx);
	/* One whole message with the way's Call-ID; the bytes are the way's.
	 * The user may close the way in here. */
	void (*message)(void *ctx, const char *bytes, size_t len);
	/* No address is left, or the connection is gone: close it. */
	void (*lost)(void *ctx, const struct err *e);
};

/* Starts with the name.  ERR_ARG, ERR_FENCED, ERR_INPUT (CA file). */
enum err_code sip_way_open(struct sip_way **out, struct loop *l,
			   const struct sip_target *t,
			   const struct sip_way_user *user, void *ctx,
			   struct err *e) MUST_CHECK;
void sip_way_close(struct sip_way *w); /* NULL is fine */

/* A datagram that cannot leave is what retransmission is for; a stream that
 * breaks says so through lost(). */
void sip_way_send(struct sip_way *w, const char *bytes, size_t len);

/* Of the target. */
enum sip_transport sip_way_transport(const struct sip_way *w);
const char *sip_way_call_id(const struct sip_way *w); /* unguessable */
const char *sip_way_local(const struct sip_way *w);   /* "ip:port" */
/* Of the target, as written. */
const char *sip_way_host(const struct sip_way *w);
int sip_way_port(const struct sip_way *w); /* of the target, 1..65535 */
/* Messages since the way opened that belonged to nobody. */
int sip_way_strays(const struct sip_way *w);
void sip_way_stray(struct sip_way *w); /* the user found one more */
/* What silence means now: "no connection", "no end of the TLS handshake",
 * "no answer". */
const char *sip_way_stage(const struct sip_way *w);

#endif
