/* percent - a text as one segment of a path, or one value of a query. */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include "base/buf.h"

/* Percent-encodes (RFC 3986, 2.1 and 2.3) all that is not unreserved, and the
 * dots of "." and "..", which would climb; false when it did not fit. */
bool percent_encode(struct buf *out, const char *text);
/* Has the path, up to its query, a segment "." or "..", encoded or not?  Who
 * gets it may climb by it, encoded or not (RFC 3986, 6.2.2). */
bool percent_climbs(const char *path);

#endif
