/* dnsmsg - DNS questions and answers on the wire, over ldns. */
#include "net/dnsmsg.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define CNAMES_MOST 8
#define LDNS_NEEDS ((size_t)96 * 1024) /* it asks for at a time; unchecked */

/* Zone transfers and meta types are no questions of a probe. */
static bool
read_type(const char *text, ldns_rr_type *type)
{
	*type = ldns_get_rr_type_by_name(text);
	switch (*type) {
	case 0:
	case LDNS_RR_TYPE_OPT:
	case LDNS_RR_TYPE_TSIG:
	case LDNS_RR_TYPE_TKEY:
	case LDNS_RR_TYPE_IXFR:
	case LDNS_RR_TYPE_AXFR:
	case LDNS_RR_TYPE_MAILA:
	case LDNS_RR_TYPE_MAILB:
	case LDNS_RR_TYPE_ANY:
		return false;
	default:
		return true;
	}
}

static ldns_pkt *
make_question(const char *name, ldns_rr_type type, uint16_t id, bool recurse)
{
	ldns_rdf *owner = ldns_dname_new_frm_str(name);
	ldns_pkt *question;

	if (owner == NULL)
		return NULL;
	question = ldns_pkt_query_new(owner, type, LDNS_RR_CLASS_IN,
				      recurse ? LDNS_RD : 0);
	if (question == NULL) {
		ldns_rdf_deep_free(owner);
		return NULL;
	}
	ldns_pkt_set_id(question, id);
	ldns_pkt_set_edns_udp_size(question, DNSMSG_UDP);
	return question;
}

enum err_code
dnsmsg_ask(struct buf *out, uint16_t id, const char *name, const char *type,
	   bool recurse, struct err *e)
{
	ldns_rr_type number;
	ldns_pkt *question;
	uint8_t *wire = NULL;
	size_t len = 0;
	char shown[100];
	bool is_added = false;

	text_clean(shown, sizeof(shown), type, strlen(type));
	if (!read_type(type, &number))
		return err_set(e, ERR_ARG,
			       "\"%s\" is no DNS record type to ask for; try "
			       "A, AAAA, CNAME, SRV, NAPTR, TXT, SOA",
			       shown);
	mem_ready(LDNS_NEEDS);
	question = make_question(name, number, id, recurse);
	text_clean(shown, sizeof(shown), name, strlen(name));
	if (question == NULL)
		return err_set(e, ERR_ARG, "\"%s\" is no DNS name", shown);
	if (ldns_pkt2wire(&wire, question, &len) == LDNS_STATUS_OK)
		is_added = buf_add(out, wire, len);
	free(wire); /* ldns allocates by malloc() */
	ldns_pkt_free(question);
	if (!is_added)
		return err_set(e, ERR_LIMIT,
			       "the DNS question for \"%s\" is too long",
			       shown);
	return ERR_NONE;
}

static bool
is_our_question(const ldns_pkt *p, const ldns_rdf *owner, ldns_rr_type type)
{
	const ldns_rr *q;

	if (ldns_pkt_qdcount(p) != 1 ||
	    ldns_pkt_get_opcode(p) != LDNS_PACKET_QUERY)
		return false;
	q = ldns_rr_list_rr(ldns_pkt_question(p), 0);
	return q != NULL && ldns_rr_get_type(q) == type &&
	       ldns_rr_get_class(q) == LDNS_RR_CLASS_IN &&
	       ldns_dname_compare(ldns_rr_owner(q), owner) == 0;
}

/* What is said of a record that cannot be read, for want of memory too: half
 * of it would be another value. */
static void
unreadable(struct dns_answer *out)
{
	out->code = ERR_FORMAT;
	str_copy(out->why, sizeof(out->why),
		 "a record of the answer cannot be read");
}

/* Zone-file text of a record's data: its fields with blanks between.  False
 * when a field is missing. */
static bool
rdata_text(const ldns_rr *rr, char *to, size_t size)
{
	const ldns_rr_descriptor *d =
		ldns_rr_descript((uint16_t)ldns_rr_get_type(rr));
	bool is_whole = ldns_rr_rd_count(rr) >= ldns_rr_descriptor_minimum(d);
	char all[2048];
	size_t len = 0;

	all[0] = '\0';
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		char *field = ldns_rdf2str(ldns_rr_rdf(rr, i));

		is_whole = is_whole && field != NULL;
		str_printf(all + len, sizeof(all) - len, "%s%s",
			   i == 0 ? "" : " ", field == NULL ? "?" : field);
		len = strlen(all);
		free(field);
	}
	text_clean(to, size, all, len);
	return is_whole;
}

static const ldns_rr *
find_rr(const ldns_rr_list *list, const ldns_rdf *owner, ldns_rr_type type)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) == type &&
		    ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
		    ldns_dname_compare(ldns_rr_owner(rr), owner) == 0)
			return rr;
	}
	return NULL;
}

static void
note_ttl(struct dns_answer *out, const ldns_rr *rr)
{
	int64_t ttl_s = ldns_rr_ttl(rr);

	if (out->ttl_s < 0 || ttl_s < out->ttl_s)
		out->ttl_s = ttl_s;
}

/* Where the records stand: the asked name, or what its CNAMEs lead to. */
static const ldns_rdf *
follow_cnames(struct dns_answer *out, const ldns_rr_list *list,
	      const ldns_rdf *owner, ldns_rr_type type)
{
	for (int i = 0; i < CNAMES_MOST && type != LDNS_RR_TYPE_CNAME; i++) {
		const ldns_rr *rr = find_rr(list, owner, LDNS_RR_TYPE_CNAME);

		if (rr == NULL)
			break;
		if (ldns_rr_rd_count(rr) != 1) {
			unreadable(out);
			break;
		}
		note_ttl(out, rr);
		owner = ldns_rr_rdf(rr, 0);
	}
	return owner;
}

static void
note_soa(struct dns_answer *out, const ldns_rr *rr)
{
	char *zone;

	if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA ||
	    ldns_rr_rd_count(rr) != 7)
		return;
	out->serial = ldns_rdf2native_int32(ldns_rr_rdf(rr, 2));
	zone = ldns_rdf2str(ldns_rr_owner(rr));
	if (zone == NULL ||
	    !text_clean(out->zone, sizeof(out->zone), zone, strlen(zone)))
		out->zone[0] = '\0';
	free(zone);
}

/* No SOA at this name: the one beside the answer says where its zone begins
 * (RFC 2308), if it is above the name at all. */
static void
find_zone(struct dns_answer *out, const ldns_pkt *p, const ldns_rdf *owner)
{
	const ldns_rr_list *list = ldns_pkt_authority(p);

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
		    ldns_dname_is_subdomain(owner, ldns_rr_owner(rr)))
			note_soa(out, rr);
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
read_records(struct dns_answer *out, const ldns_pkt *p, const ldns_rdf *owner,
	     ldns_rr_type type)
{
	const ldns_rr_list *list = ldns_pkt_answer(p);

	owner = follow_cnames(out, list, owner, type);
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) != type ||
		    ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN ||
		    ldns_dname_compare(ldns_rr_owner(rr), owner) != 0)
			continue;
		if (out->count == DNS_VALUES) {
			out->code = ERR_LIMIT;
			str_printf(out->why, sizeof(out->why),
				   "the answer has more than %d records",
				   DNS_VALUES);
			break;
		}
		note_ttl(out, rr);
		note_soa(out, rr);
		if (!rdata_text(rr, out->values[out->count++],
				sizeof(out->values[0])))
			unreadable(out);
	}
	qsort(out->values, (size_t)out->count, sizeof(out->values[0]), by_text);
	if (out->count == 0)
		out->ttl_s = -1;
}

static enum dnsmsg_fit
judge(struct dns_answer *out, const ldns_pkt *p, const ldns_rdf *owner,
      ldns_rr_type type)
{
	if (!ldns_pkt_qr(p) || !is_our_question(p, owner, type))
		return DNSMSG_FOREIGN;
	if (ldns_pkt_tc(p))
		return DNSMSG_CUT;
	*out = (struct dns_answer){ .rtt_us = out->rtt_us,
				    .ttl_s = -1,
				    .serial = -1 };
	out->rcode = (int)ldns_pkt_get_rcode(p);
	out->authoritative = ldns_pkt_aa(p);
	read_records(out, p, owner, type);
	if (type == LDNS_RR_TYPE_SOA && out->count == 0)
		find_zone(out, p, owner);
	return DNSMSG_ANSWER;
}

enum dnsmsg_fit
dnsmsg_read(struct dns_answer *out, const unsigned char *wire, size_t len,
	    uint16_t id, const char *name, const char *type)
{
	ldns_rr_type number;
	ldns_rdf *owner = NULL;
	ldns_pkt *p = NULL;
	enum dnsmsg_fit fit = DNSMSG_BAD;

	if (len < 12 || (uint16_t)(wire[0] << 8 | wire[1]) != id)
		return DNSMSG_FOREIGN;
	if (!read_type(type, &number))
		return DNSMSG_BAD;
	mem_ready(LDNS_NEEDS);
	owner = ldns_dname_new_frm_str(name);
	if (owner != NULL && ldns_wire2pkt(&p, wire, len) == LDNS_STATUS_OK)
		fit = judge(out, p, owner, number);
	ldns_rdf_deep_free(owner);
	ldns_pkt_free(p);
	return fit;
}
