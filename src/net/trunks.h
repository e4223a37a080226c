/*
 * trunks - SIP peers of a runbook, in the order calls would try them.
 *
 * The guide's trunk manifest names the first and its failover sequence; peers
 * it does not name follow as they are listed.
 */
#ifndef NET_TRUNKS_H
#define NET_TRUNKS_H

#include "model/book.h"
#include "net/sip.h"

#define TRUNKS_MOST 64

struct trunks {
	const struct book_endpoint *peers[TRUNKS_MOST]; /* of the book */
	size_t count;
};

/* The endpoints of the setting "endpoints"; ERR_ARG. */
enum err_code trunks_read(struct trunks *out, const struct book *b,
			  const struct settings *with,
			  struct err *e) MUST_CHECK;

/* How an endpoint is reached; borrows its texts. */
struct sip_target trunks_target(const struct book_endpoint *ep, int timeout_ms);

/* Whom to call: a user part goes into a URI as it is.  ERR_ARG. */
enum err_code trunks_check_user(const char *user, struct err *e) MUST_CHECK;

/* Failures of ours (fence, sockets, files) say nothing about the peer. */
bool trunks_is_our_fault(enum err_code code);

/* Until when (room time, us) a peer that answered `status` with Retry-After
 * wants quiet, at most `most_us` from now; 0: it does not. */
int64_t trunks_hold_until_us(int64_t retry_after_s, int64_t most_us);

#endif
