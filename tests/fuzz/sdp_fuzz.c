/*
 * sdp_fuzz - any bytes as a session description.
 *
 * Exercises src/net/sdp.c, strict and lenient.  Beyond "no
 * crash": what is read is bounded and clean, what a strict reader takes a
 * lenient one takes too, and a codec that is judged was offered.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "net/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_clean(const char *text, size_t size)
{
	assert(memchr(text, '\0', size) != NULL);
	for (; *text != '\0'; text++)
		assert((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void
check_read(const char *text)
{
	struct sdp strict, lenient;
	struct err e = { 0 };

	if (sdp_read(&strict, text, true, &e) != ERR_NONE)
		return;
	assert(strict.streams >= 1 && strict.port >= 0 && strict.port <= 65535);
	assert(strict.format_count <= SDP_FORMATS);
	check_clean(strict.address, sizeof(strict.address));
	for (size_t i = 0; i < strict.format_count; i++) {
		assert(strict.formats[i].payload >= 0 &&
		       strict.formats[i].payload <= 127);
		check_clean(strict.formats[i].codec,
			    sizeof(strict.formats[i].codec));
	}
	assert(sdp_read(&lenient, text, false, &e) == ERR_NONE);
	assert(lenient.format_count == strict.format_count);
}

static void
check_judged(const char *text)
{
	static const int payloads[] = { 9, 0, 8 };
	char strict[24], lenient[24];
	struct err e = { 0 };

	if (sdp_judge(strict, text, payloads, ARRAY_LEN(payloads), true, &e) !=
	    ERR_NONE) {
		assert(e.code == ERR_FORMAT && strict[0] == '\0');
		return;
	}
	check_clean(strict, sizeof(strict));
	assert(strict[0] != '\0');
	assert(sdp_judge(lenient, text, payloads, ARRAY_LEN(payloads), false,
			 &e) == ERR_NONE);
	assert(strcmp(strict, lenient) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of exact size: reading one byte too many is caught. */
	char *text = mem_text_n((const char *)data, size);

	check_read(text);
	check_judged(text);
	mem_free(text);
	return 0;
}
