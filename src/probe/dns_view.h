/*
 * dns_view - what all servers of a name together say, as facts.  Pure.
 *
 * Each authoritative server is asked at each of its addresses.  What one of
 * them proves wrong is the finding, whatever the others say; what one leaves
 * open (silence, REFUSED, no authority) leaves the fact open, since that one
 * may still give the old address away.  "No such record", said with
 * authority, is a word: it differs from a set of values.
 *
 * What a resolver says is information: it changes no other fact but the time
 * a flip may take at worst.
 */
#ifndef PROBE_DNS_VIEW_H
#define PROBE_DNS_VIEW_H

#include "base/json.h"
#include "net/dns_all.h"
#include "probe/probe.h"

#define DNS_VIEW_FACTS 17

/* What the runbook says of the record; borrowed. */
struct dns_wish {
	const char *name, *type;
	const struct json *expected; /* list of values; NULL: none are set */
	double ttl_s;		     /* -1: none is set */
	bool may_be_cached;	     /* an answer without authority will do */
};

/* Fills `r` but its time, and the facts it points to afterwards. */
void dns_view(struct probe_result *r, struct probe_fact facts[DNS_VIEW_FACTS],
	      const struct dns_wish *wish, const struct dns_all_result *all);

#endif
