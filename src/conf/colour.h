/* colour - names, numbers and #rrggbb as palette entries.  Pure. */
#ifndef CONF_COLOUR_H
#define CONF_COLOUR_H

#include "base/err.h"

/* The sixteen names, "bright-red" and so on, between blanks. */
extern const char colour_names[];

/* The entry of a palette of `count` (16 or 256) that `text` means: a name, a
 * number, "#rrggbb" (the nearest), or "default" (-1).  False: none of these. */
bool colour_parse(const char *text, int count, int *out);

#endif
