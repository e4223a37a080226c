/*
 * sip_invite - a whole SIP call on a loop: INVITE, ACK, BYE or CANCEL
 * (RFC 3261 9, 13, 15, 17.1.1), taken down as soon as it stands.
 *
 * No media flows.  All requests go to the trunk that was called, whatever
 * its Contact says; routes and target stand in the messages.  After done()
 * the call stays on the loop for up to 64*T1: what comes late is acknowledged
 * and hung up, so that no call is left up.
 */
#ifndef NET_SIP_INVITE_H
#define NET_SIP_INVITE_H

#include "net/sip_way.h"

#define SIP_OFFER 8

struct sip_invite_result {
	enum err_code code; /* ERR_NONE: a final response came */
	char why[200];
	int status; /* of the INVITE: 487 after our CANCEL; 0 none */
	char reason[64];
	char warning[96];
	int provisional;   /* last 1xx; 0 none */
	bool is_cancelled; /* it rang and was not answered in time */
	int64_t setup_us;  /* until the final response; -1 none */
	int64_t retry_after_s;
	int bye_status; /* 0: not answered in time */
	int strays;
	char sdp[4096]; /* body of the 2xx, raw */
};

typedef void sip_invite_done(void *ctx, const struct sip_invite_result *r);
struct sip_invite;

struct sip_invite_order {
	struct sip_target target; /* its time bounds all of the call */
	const char *user;	  /* whom to call: "+4930123456" */
	int payloads[SIP_OFFER];  /* offered, the preferred first */
	size_t count;
};

/* Fails to start as sip_options_start() does.  `c` must not be used after
 * done(). */
enum err_code sip_invite_start(struct sip_invite **out, struct loop *l,
			       const struct sip_invite_order *o,
			       sip_invite_done *done, void *ctx,
			       struct err *e) MUST_CHECK;
/* Ends it early: what rings is cancelled at once, what is answered yet is hung
 * up, and done() comes within `real_ms` (1..).  NULL is fine. */
void sip_invite_hang_up(struct sip_invite *c, int real_ms);
/* No done(); what is up or ringing is taken down. */
void sip_invite_cancel(struct sip_invite *c);

#endif
