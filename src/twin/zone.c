/* zone - the authoritative answers for domain.com. */
#include "twin/zone.h"

#include <assert.h>
#include <ldns/ldns.h>
#include <string.h>

#include "base/str.h"
#include "twin/state.h"

#define HEADER 12
#define RECORDS 4

/* The whole zone as text; the first row is the SOA. */
static void
write_zone(char rows[RECORDS][160], const struct zone_view *v)
{
	str_printf(rows[0], 160,
		   TWIN_DOMAIN ". 3600 IN SOA ns1." TWIN_DOMAIN
			       ". hostmaster." TWIN_DOMAIN
			       ". %lld 7200 3600 1209600 300",
		   (long long)v->serial);
	str_printf(rows[1], 160,
		   TWIN_DOMAIN ". 3600 IN NS ns1." TWIN_DOMAIN ".");
	str_printf(rows[2], 160, "ns1." TWIN_DOMAIN ". 3600 IN A 127.0.0.1");
	str_printf(rows[3], 160, TWIN_HOST ". %d IN A %s",
		   v->ttl_s == 1 ? 300 : v->ttl_s, v->address);
}

static ldns_rr_list *
make_zone(const struct zone_view *v)
{
	ldns_rr_list *zone = ldns_rr_list_new();
	char rows[RECORDS][160];

	write_zone(rows, v);
	for (size_t i = 0; i < RECORDS; i++) {
		ldns_rr *rr = NULL;
		ldns_status status =
			ldns_rr_new_frm_str(&rr, rows[i], 0, NULL, NULL);

		assert(status == LDNS_STATUS_OK);
		(void)status;
		ldns_rr_list_push_rr(zone, rr);
	}
	return zone;
}

static void
push(ldns_pkt *to, ldns_pkt_section section, const ldns_rr *rr)
{
	ldns_pkt_push_rr(to, section, ldns_rr_clone(rr));
}

/* Fills the answer for a question of our class inside our zone. */
static void
look_up(ldns_pkt *to, const ldns_rr_list *zone, const ldns_rr *question)
{
	ldns_rr_type type = ldns_rr_get_type(question);
	bool name_is_there = false;
	bool is_answered = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(zone); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(zone, i);

		if (ldns_dname_compare(ldns_rr_owner(rr),
				       ldns_rr_owner(question)) != 0)
			continue;
		name_is_there = true;
		if (type != ldns_rr_get_type(rr) && type != LDNS_RR_TYPE_ANY)
			continue;
		push(to, LDNS_SECTION_ANSWER, rr);
		is_answered = true;
	}
	if (!name_is_there)
		ldns_pkt_set_rcode(to, LDNS_RCODE_NXDOMAIN);
	if (!is_answered)
		push(to, LDNS_SECTION_AUTHORITY, ldns_rr_list_rr(zone, 0));
}

static bool
is_ours(const ldns_rr *question, const ldns_rr_list *zone)
{
	const ldns_rdf *apex = ldns_rr_owner(ldns_rr_list_rr(zone, 0));
	const ldns_rdf *name = ldns_rr_owner(question);

	return ldns_rr_get_class(question) == LDNS_RR_CLASS_IN &&
	       (ldns_dname_compare(name, apex) == 0 ||
		ldns_dname_is_subdomain(name, apex));
}

static ldns_pkt *
make_answer(const ldns_pkt *query, const struct zone_view *v)
{
	ldns_pkt *to = ldns_pkt_new();
	ldns_rr_list *zone;
	const ldns_rr *question;

	assert(to != NULL);
	ldns_pkt_set_id(to, ldns_pkt_id(query));
	ldns_pkt_set_opcode(to, ldns_pkt_get_opcode(query));
	ldns_pkt_set_qr(to, true);
	ldns_pkt_set_rd(to, ldns_pkt_rd(query));
	if (ldns_pkt_edns(query))
		ldns_pkt_set_edns_udp_size(to, 1232);
	if (ldns_pkt_get_opcode(query) != LDNS_PACKET_QUERY) {
		ldns_pkt_set_rcode(to, LDNS_RCODE_NOTIMPL);
		return to;
	}
	if (ldns_pkt_qdcount(query) != 1) {
		ldns_pkt_set_rcode(to, LDNS_RCODE_FORMERR);
		return to;
	}
	question = ldns_rr_list_rr(ldns_pkt_question(query), 0);
	push(to, LDNS_SECTION_QUESTION, question);
	zone = make_zone(v);
	if (is_ours(question, zone)) {
		ldns_pkt_set_aa(to, true);
		look_up(to, zone, question);
	} else {
		ldns_pkt_set_rcode(to, LDNS_RCODE_REFUSED);
	}
	ldns_rr_list_deep_free(zone);
	return to;
}

/* "I cannot read that": the header alone. */
static bool
format_error(struct buf *out, const unsigned char *query)
{
	unsigned char header[HEADER] = { query[0], query[1] };

	header[2] = (unsigned char)(0x80 | (query[2] & 0x79));
	header[3] = LDNS_RCODE_FORMERR;
	return buf_add(out, header, sizeof(header));
}

bool
zone_answer(struct buf *out, const struct zone_view *v,
	    const unsigned char *query, size_t len)
{
	ldns_pkt *asked = NULL;
	ldns_pkt *answer;
	uint8_t *wire = NULL;
	size_t size = 0;
	bool is_good;

	if (len < HEADER || (query[2] & 0x80) != 0)
		return false;
	if (ldns_wire2pkt(&asked, query, len) != LDNS_STATUS_OK)
		return format_error(out, query);
	answer = make_answer(asked, v);
	is_good = ldns_pkt2wire(&wire, answer, &size) == LDNS_STATUS_OK &&
		  size <= ZONE_ANSWER_CAP && buf_add(out, wire, size);
	LDNS_FREE(wire);
	ldns_pkt_free(answer);
	ldns_pkt_free(asked);
	return is_good;
}
