/*
 * sip - a SIP OPTIONS transaction over UDP (RFC 3261 17.1.2) on a loop.
 *
 * Own deadline instead of Timer F; retransmits by Timer E; an answer counts
 * only when source, branch, Call-ID, CSeq and From tag match.
 */
#ifndef NET_SIP_H
#define NET_SIP_H

#include "net/address.h"
#include "net/sipmsg.h"

struct sip_result {
	enum err_code code; /* ERR_NONE: a final response came */
	char why[200];
	int status; /* final status, 0 when none */
	char reason[64];
	int64_t rtt_us; /* -1 when none */
	int64_t retry_after_s;
	int strays; /* datagrams that matched nothing */
};

typedef void sip_done(void *ctx, const struct sip_result *result);
struct sip_call;

/* `where` is "host:port" (5060 when absent); timeout in real ms.  Fails to
 * start on a bad address or the fence. */
enum err_code sip_options_start(struct sip_call **out, struct loop *l,
				const char *where, int timeout_ms,
				sip_done *done, void *ctx,
				struct err *e) MUST_CHECK;
void sip_cancel(struct sip_call *c);

/* Reachable by the default health rule: any final response but 408, 500, 502,
 * 503, 504, 513; with `strict_2xx` only 2xx. */
bool sip_is_healthy(int status, bool strict_2xx);

#endif
