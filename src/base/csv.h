/* csv - fields of RFC 4180 that no spreadsheet takes for a formula. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

/* Appends one field, quoted where it must be.  One that begins like a formula
 * (= + - @ tab CR) gets an apostrophe in front. */
void csv_field(struct buf *out, const char *text);
/* Appends the fields and CRLF. */
void csv_line(struct buf *out, const char *const *fields, size_t count);

#endif
