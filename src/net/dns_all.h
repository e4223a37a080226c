/*
 * dns_all - one question to every authoritative server of a name, by address.
 *
 * The servers are named, or found: the zone of the name and its NS at the
 * first of them, their addresses there too or else by the system.  Each
 * address is asked for the records, without recursion, and for the SOA; a
 * resolver beside them shows what others may still see.  Addresses are asked
 * side by side.
 */
#ifndef NET_DNS_ALL_H
#define NET_DNS_ALL_H

#include "net/dns.h"

#define DNS_PLACES 16 /* more addresses are ERR_LIMIT */

/* Borrowed for the duration of dns_all_start() only. */
struct dns_all_target {
	const char *const *servers; /* "host:port", port 53 when absent */
	size_t server_count;	    /* 1..DNS_PLACES */
	bool discover;		    /* ask the first for all of them */
	const char *resolver;	    /* "host:port" or NULL */
	const char *name, *type;
	bool wants_serial;
	int timeout_ms; /* real, for everything */
};

struct dns_place {
	char at[72];		  /* "192.0.2.7:53" */
	struct dns_answer answer; /* ERR_TIMEOUT when none came */
	int64_t serial;		  /* of the zone; -1 unknown */
};

struct dns_all_result {
	enum err_code code; /* ERR_NONE: every server has addresses and each
			       was asked */
	char why[200];
	struct dns_place places[DNS_PLACES];
	int count;
	bool has_resolver;
	struct dns_place resolver;
	int64_t took_us;
};

typedef void dns_all_done(void *ctx, const struct dns_all_result *result);
struct dns_all;

/* done() comes once within the timeout, from inside the loop.  ERR_FENCED,
 * ERR_ARG at once. */
enum err_code dns_all_start(struct dns_all **out, struct loop *l,
			    const struct dns_all_target *t, dns_all_done *done,
			    void *ctx, struct err *e) MUST_CHECK;
void dns_all_cancel(struct dns_all *c); /* no callback; NULL is fine */

#endif
