/*
 * sip - SIP transactions of a client (RFC 3261 17.1) on a loop: an OPTIONS,
 * and a whole call.
 *
 * Own deadlines instead of Timers B and F; retransmits by Timers A and E over
 * UDP; an answer counts only when source, branch, Call-ID, CSeq and From tag
 * match.
 */
#ifndef NET_SIP_H
#define NET_SIP_H

#include "net/sip_way.h"
#include "net/sipmsg.h"

struct sip_result {
	enum err_code code; /* ERR_NONE: a final response came */
	char why[200];
	int status; /* final status, 0 when none */
	char reason[64];
	int64_t rtt_us; /* of the request, without connecting; -1 none */
	int64_t retry_after_s;
	int strays; /* messages that matched nothing */
};

typedef void sip_done(void *ctx, const struct sip_result *result);
struct sip_call;

/* Fails to start on a bad address or the fence; what else goes wrong comes
 * through done().  Texts of `t` are copied. */
enum err_code sip_options_start(struct sip_call **out, struct loop *l,
				const struct sip_target *t, sip_done *done,
				void *ctx, struct err *e) MUST_CHECK;
/* `done` is not called any more; NULL is fine. */
void sip_cancel(struct sip_call *c);

/* Reachable by the default health rule: any final response but 408, 500, 502,
 * 503, 504, 513; with `strict_2xx` only 2xx. */
bool sip_is_healthy(int status, bool strict_2xx);

#endif
