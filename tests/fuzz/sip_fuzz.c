/*
 * sip_fuzz - any bytes as a SIP message.
 *
 * Exercises src/net/sipmsg.c.  Beyond "no crash": what is taken is clean and
 * in range, and a request that is taken can be answered with a response that
 * belongs to it.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "net/sipmsg.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	sipmsg_setup();
	return 0;
}

static void
check_clean(const char *text, size_t size)
{
	assert(memchr(text, '\0', size) != NULL);
	for (; *text != '\0'; text++)
		assert((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void
check_message(const struct sipmsg *m)
{
	check_clean(m->method, sizeof(m->method));
	check_clean(m->reason, sizeof(m->reason));
	check_clean(m->uri, sizeof(m->uri));
	check_clean(m->branch, sizeof(m->branch));
	check_clean(m->call_id, sizeof(m->call_id));
	check_clean(m->from_tag, sizeof(m->from_tag));
	check_clean(m->to_tag, sizeof(m->to_tag));
	assert(memchr(m->body, '\0', sizeof(m->body)) != NULL);
	assert(m->cseq >= 0 && m->retry_after_s >= -1);
	assert(m->is_request ? m->status == 0
			     : m->status >= 100 && m->status <= 699);
}

static void
answer(const char *request, size_t len)
{
	struct sipmsg m;
	struct buf b;
	struct err e;

	buf_init(&b, 1 << 20);
	if (sipmsg_response(&b, request, len, 200, "OK", "t", "", &e) ==
		    ERR_NONE &&
	    sipmsg_parse(&m, b.data, b.len, &e) == ERR_NONE) {
		check_message(&m);
		assert(!m.is_request && m.status == 200);
	}
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of exact size: reading one byte too many is caught. */
	char *text = mem_copy(data, size);
	struct sipmsg m;
	struct err e = { 0 };

	if (sipmsg_parse(&m, text, size, &e) == ERR_NONE) {
		check_message(&m);
		if (m.is_request)
			answer(text, size);
	} else {
		assert(e.code != ERR_NONE);
	}
	mem_free(text);
	return 0;
}
