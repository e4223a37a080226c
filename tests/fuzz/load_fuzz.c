/*
 * load_fuzz - any bytes as the result of a load test.
 *
 * Exercises src/conf/load_*.c: the first byte chooses the tool and whether the
 * text is a whole file, or its beginning and its end.  Beyond "no crash": what
 * is read holds together, and a file that ends within a line is no result.
 */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "conf/load_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_figure(double v)
{
	assert(isfinite(v) && v >= -1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct load_figures f;
	struct load_text text = { .head = NULL };
	enum load_tool tool;
	struct err e = { 0 };
	char *copy, *head = NULL;

	if (size < 1)
		return 0;
	tool = (enum load_tool)(data[0] % 3);
	/* Copies of exact size: reading one byte too many is caught. */
	text.tail_len = size - 1;
	copy = mem_copy(data + 1, size - 1);
	text.tail = copy;
	if (data[0] >= 128) {
		text.head_len = (size - 1) / 2;
		head = mem_copy(copy, text.head_len);
		text.head = head;
	}
	if (load_read(&f, tool, &text, &e) == ERR_NONE) {
		check_figure(f.attempts);
		check_figure(f.finished);
		check_figure(f.failed);
		check_figure(f.p95_ms);
		check_figure(f.peak_cps);
		check_figure(f.peak_sessions);
		assert(f.failed <= f.finished);
		assert(f.newest_ms >= 0 && f.started_ms >= 0);
		assert(tool == LOAD_K6 || copy[text.tail_len - 1] == '\n');
	} else {
		assert(e.code != ERR_NONE && e.text[0] != '\0');
	}
	mem_free(copy);
	mem_free(head);
	return 0;
}
