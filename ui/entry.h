/* entry - one line of text being typed: bounded, clean, edited at its end. */
#ifndef UI_ENTRY_H
#define UI_ENTRY_H

#include <stdint.h>

#include "base/err.h"

#define ENTRY_TEXT 240

/* Plain data; zeroed = empty. */
struct entry {
	char text[ENTRY_TEXT];
};

/* Appends a character; false when it is not printable or there is no room. */
bool entry_type(struct entry *e, int32_t c);
void entry_paste(struct entry *e, const char *text); /* cleaned, cut */
void entry_erase(struct entry *e);		     /* the last character */
void entry_erase_word(struct entry *e); /* back to the last blank */
void entry_clear(struct entry *e);	/* empty again */

#endif
