/*
 * dns - one question to one server (UDP, TCP on truncation) on a loop.
 *
 * Checks id, QR, question and source; EDNS 1232; TTLs are kept as data.
 */
#ifndef NET_DNS_H
#define NET_DNS_H

#include "net/address.h"

#define DNS_VALUES 16 /* more of them is ERR_LIMIT */

struct dns_answer {
	enum err_code code; /* ERR_NONE: an answer of any rcode came */
	char why[200];
	int rcode;		      /* 0 NOERROR, 3 NXDOMAIN ... */
	bool authoritative;	      /* AA */
	int count;		      /* records of the asked name and type,
					 CNAMEs inside the answer followed */
	char values[DNS_VALUES][128]; /* rdata as zone files write it (names
					 end with a dot), clean, sorted */
	int64_t ttl_s;		      /* lowest of them; -1 when none */
	int64_t serial;		      /* of a SOA answer, or of the SOA that
					 says where the name's zone begins; -1
					 else */
	char zone[128];		      /* owner of that SOA, with a dot */
	int64_t rtt_us;
};

typedef void dns_done(void *ctx, const struct dns_answer *answer);
struct dns_call;

/* `server` is "host:port" (53 when absent); `type` "A" "AAAA" "CNAME" "SRV"
 * "NAPTR" "TXT" "SOA" ...; recursion is not asked for. */
enum err_code dns_start(struct dns_call **out, struct loop *l,
			const char *server, const char *name, const char *type,
			int timeout_ms, dns_done *done, void *ctx,
			struct err *e) MUST_CHECK;
/* The same at one address; the fence must have passed the name it came from.
 * `recurse` asks a resolver to find out. */
enum err_code dns_start_at(struct dns_call **out, struct loop *l,
			   const struct address *at, const char *name,
			   const char *type, bool recurse, int timeout_ms,
			   dns_done *done, void *ctx, struct err *e) MUST_CHECK;
/* `done` is not called any more; NULL is fine. */
void dns_cancel(struct dns_call *c);

/* Waited for, on a loop of its own. */
enum err_code dns_do(struct dns_answer *out, const struct fence *fence,
		     const char *server, const char *name, const char *type,
		     int timeout_ms, int cancel_fd, struct err *e) MUST_CHECK;

#endif
