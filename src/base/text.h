/*
 * text - foreign bytes made fit for people: sanitised, measured, cut.
 *
 * One allow-list for screens, records and reports: printable characters pass;
 * control, escape, bidi, zero-width, private-use and invalid bytes become
 * visible code ("\x1b", "U+202E").  Pure; any thread.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Cleans `len` bytes into `to` (always NUL-terminated, never a split
 * character); false when the result was cut.  Newline, tab and blanks of odd
 * width become one blank; at most three accents stay on one letter. */
bool text_clean(char *to, size_t size, const char *from, size_t len);

/* Decodes one UTF-8 character at *p, moves *p behind it; -1 for an invalid
 * byte (moves by one). `end` is one past the last byte. */
int32_t text_next(const char **p, const char *end);
size_t text_encode(int32_t c, char out[5]); /* UTF-8 with NUL; its length */
bool text_is_utf8(const char *bytes, size_t len); /* all of it valid */

bool text_is_shown(int32_t c); /* does text_clean() leave it as it is? */

int text_char_width(int32_t c);	  /* cells: 0, 1 or 2 (1 if unknown) */
int text_width(const char *text); /* cells of a clean text */

/* Copies at most `cells` cells; when cut, the last cell is `mark` ("~" or
 * "…", one cell).  Returns the cells used. */
int text_cut(char *to, size_t size, const char *text, int cells,
	     const char *mark);

#endif
