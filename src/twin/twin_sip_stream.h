/* twin_sip_stream - TCP and TLS ports that hand over whole SIP messages. */
#ifndef TWIN_TWIN_SIP_STREAM_H
#define TWIN_TWIN_SIP_STREAM_H

#include "net/loop.h"
#include "twin/twin_tls.h"

/* Where the answers to a message go; valid during the call alone. */
struct sip_ear {
	void (*say)(void *ctx, const char *bytes, size_t len);
	void *ctx;
};

typedef void sip_heard(void *ctx, const char *bytes, size_t len,
		       const struct sip_ear *ear);

struct sip_streams;

/* Listens at *port of loopback (0: the kernel chooses, and it is set);
 * `certs` NULL: TCP, else TLS 1.2 or later.  The loop's thread. */
enum err_code sip_streams_open(struct sip_streams **out, struct loop *l,
			       int *port, const struct twin_certs *certs,
			       sip_heard *heard, void *ctx,
			       struct err *e) MUST_CHECK;
void sip_streams_close(struct sip_streams *s); /* NULL is fine */

#endif
