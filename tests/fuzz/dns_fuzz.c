/*
 * dns_fuzz - any bytes as the answer to a DNS question.
 *
 * Exercises src/net/dnsmsg.c.  The first byte picks the type asked for; id
 * and question are put in front so that the records are reached.  Beyond "no
 * crash": counts are bounded, values clean and sorted, TTLs in range.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "net/dnsmsg.h"

#define ID 0x1234

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const types[] = { "A",   "AAAA", "CNAME", "SRV", "NAPTR",
				     "TXT", "SOA",  "CAA",   "NS",  "TYPE999" };

static void
check_answer(const struct dns_answer *a)
{
	assert(a->count >= 0 && a->count <= DNS_VALUES);
	assert(a->ttl_s >= -1 && a->ttl_s <= UINT32_MAX);
	assert((a->count == 0) == (a->ttl_s == -1));
	assert(a->serial >= -1 && a->serial <= UINT32_MAX);
	assert(memchr(a->zone, '\0', sizeof(a->zone)));
	assert(a->zone[0] == '\0' || a->serial >= 0);
	for (const char *p = a->zone; *p != '\0'; p++)
		assert((unsigned char)*p >= 0x20 && *p != 0x7f);
	for (int i = 0; i < a->count; i++) {
		assert(memchr(a->values[i], '\0', sizeof(a->values[i])));
		for (const char *p = a->values[i]; *p != '\0'; p++)
			assert((unsigned char)*p >= 0x20 && *p != 0x7f);
		assert(i == 0 || strcmp(a->values[i - 1], a->values[i]) <= 0);
	}
}

static void
read_it(const unsigned char *wire, size_t len, const char *type)
{
	struct dns_answer a = { .rtt_us = 7 };

	if (dnsmsg_read(&a, wire, len, ID, "sip.test", type) != DNSMSG_ANSWER) {
		assert(a.rtt_us == 7 && a.count == 0);
		return;
	}
	assert(a.rtt_us == 7);
	check_answer(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf question;
	struct err e;
	const char *type;
	unsigned char *wire;
	size_t head = 12 + 14; /* header, name, type and class */

	if (size < 9)
		return 0;
	type = types[data[0] % ARRAY_LEN(types)];
	/* Raw first: header and question are the fuzzer's too. */
	wire = mem_copy(data + 1, size - 1);
	wire[0] = ID >> 8;
	wire[1] = ID & 0xff;
	read_it(wire, size - 1, type);
	mem_free(wire);
	buf_init(&question, 512);
	if (dnsmsg_ask(&question, ID, "sip.test", type, data[0] & 1, &e) ==
	    ERR_NONE) {
		wire = mem_new(1, head + size - 9);
		memcpy(wire, question.data, head);
		wire[2] = 0x84;		       /* answer, authoritative */
		memcpy(wire + 6, data + 1, 6); /* counts of records */
		wire[6] = wire[8] = wire[10] = 0;
		memcpy(wire + head, data + 9, size - 9);
		read_it(wire, head + size - 9, type);
		mem_free(wire);
	}
	buf_clear(&question);
	return 0;
}
