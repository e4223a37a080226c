/* dnsmsg - DNS questions and answers on the wire, over ldns.  Pure. */
#ifndef NET_DNSMSG_H
#define NET_DNSMSG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/dns.h"

#define DNSMSG_UDP 1232 /* EDNS size asked for */

/* Appends the question, with RD when it may `recurse`; ERR_ARG for a bad name
 * or an unknown type. */
enum err_code dnsmsg_ask(struct buf *out, uint16_t id, const char *name,
			 const char *type, bool recurse,
			 struct err *e) MUST_CHECK;

enum dnsmsg_fit {
	DNSMSG_FOREIGN, /* not an answer to this question */
	DNSMSG_BAD,	/* its id is right, but it cannot be read */
	DNSMSG_CUT,	/* truncated: ask by TCP */
	DNSMSG_ANSWER,	/* `out` is filled (code: ERR_LIMIT, ERR_FORMAT) */
};

/* Judges a datagram; `out` is touched for DNSMSG_ANSWER only and keeps its
 * rtt_us. */
enum dnsmsg_fit dnsmsg_read(struct dns_answer *out, const unsigned char *wire,
			    size_t len, uint16_t id, const char *name,
			    const char *type);

#endif
