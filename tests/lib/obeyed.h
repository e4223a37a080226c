/*
 * obeyed - what a terminal would do with a stream of bytes.
 *
 * Every control byte and every escape sequence must be one of those the screen
 * is drawn with; the first other one is kept.  Text is any printable UTF-8.
 */
#ifndef TESTS_LIB_OBEYED_H
#define TESTS_LIB_OBEYED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct obeyed {
	int state;
	char sequence[256]; /* so far */
	size_t len;
	char strange[300]; /* the first that no screen is drawn with; "" none */
	int64_t sequences, bells, titles;
	bool on_other_screen, has_cursor; /* as left */
};

void obeyed_begin(struct obeyed *o);
void obeyed_take(struct obeyed *o, const char *bytes, size_t len);

#endif
