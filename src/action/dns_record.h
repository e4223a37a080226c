/*
 * dns_record - a record at its DNS provider: looked up, compared, changed.
 */
#ifndef ACTION_DNS_RECORD_H
#define ACTION_DNS_RECORD_H

#include "action/work.h"

#define DNS_TTL_AUTOMATIC 1 /* the provider chooses it */

/* What is wanted, from the step. */
struct dns_order {
	const struct book_endpoint *endpoint;
	const char *server; /* "host:port"; NULL: not asked */
	const char *zone, *name, *type, *value;
	int64_t ttl_s;
	struct buf list_url;
};

/* What the provider has. */
struct dns_record {
	enum retry_class class; /* RETRY_ACCEPTED: the rest is filled */
	int status;
	int64_t retry_after_ms;
	char id[96];
	char content[256];
	int64_t ttl_s;
	char why[ACTION_DETAIL];
};

/* Texts are borrowed from `act`; dns_order_clear() also on failure. */
enum err_code dns_order_read(struct dns_order *out, const struct work *w,
			     const struct act *act, struct err *e) MUST_CHECK;
void dns_order_clear(struct dns_order *o); /* twice is fine */

/* The one record of the ordered name and type. */
void dns_record_find(struct dns_record *out, const struct dns_order *o,
		     struct work *w);
/* Was it read, and are name and TTL as ordered? */
bool dns_record_is_right(const struct dns_record *r, const struct dns_order *o);
/* In words: its value and TTL, or why it was not read. */
void dns_record_tell(char *to, size_t size, const struct dns_record *r,
		     const struct dns_order *o);

/* The change in the words of an http step; the caller clears `out`. */
void dns_record_spell(struct settings *out, const struct dns_record *r,
		      const struct dns_order *o);

/* Does the authoritative server `o->server` give the value, alone, with its
 * TTL?  LANDED_UNCLEAR: it was not heard; `seen` says what came. */
enum action_landed dns_record_published(const struct dns_order *o,
					struct work *w, char *seen,
					size_t size);

/* Names and addresses, whatever their case and trailing dot. */
bool dns_same_name(const char *a, const char *b);

#endif
