/* socket - non-blocking sockets towards one address; for src/net alone. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "net/address.h"

/* A socket connecting to `a`; `type` is SOCK_STREAM or SOCK_DGRAM.  The caller
 * closes *fd; -1 on failure. */
enum err_code socket_connect(int *fd, const struct address *a, int type,
			     struct err *e) MUST_CHECK;

/* Why a connect under way failed, 0 when it did not: an errno value. */
int socket_failure(int fd);

/* An errno value as a code and a sentence about `a`. */
enum err_code socket_err(const struct address *a, int error, struct err *e);

#endif
