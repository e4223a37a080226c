/*
 * sip_stream - one TCP or TLS connection that carries whole SIP messages.
 * For sip_way.c alone.
 */
#ifndef NET_SIP_STREAM_H
#define NET_SIP_STREAM_H

#include "net/address.h"

struct sip_stream;

struct sip_stream_user {
	void (*open)(void *ctx); /* connected, and verified with TLS */
	void (*message)(void *ctx, const char *bytes, size_t len);
	void (*lost)(void *ctx, const struct err *e); /* close it */
};

struct sip_stream_target {
	struct address at;
	bool is_tls;
	const char *name;    /* of the certificate; outlives the stream */
	const char *ca_file; /* NULL: the system's bundle */
};

/* Callbacks come from the loop alone; the user may close in each. */
enum err_code sip_stream_open(struct sip_stream **out, struct loop *l,
			      const struct sip_stream_target *t,
			      const struct sip_stream_user *user, void *ctx,
			      struct err *e) MUST_CHECK;
void sip_stream_close(struct sip_stream *s); /* NULL is fine */
/* False when more waits already than a peer may keep back. */
bool sip_stream_send(struct sip_stream *s, const char *bytes, size_t len);
/* To be watched; -1 before there is one. */
int sip_stream_fd(const struct sip_stream *s);
/* What it waits for, as "no connection"; static. */
const char *sip_stream_stage(const struct sip_stream *s);

#endif
