/* port - sockets on loopback with ports the kernel chooses. */
#ifndef TWIN_PORT_H
#define TWIN_PORT_H

#include "base/err.h"

/* A non-blocking socket of `type` bound to 127.0.0.1; *port 0 asks the kernel
 * for one and is set.  Streams listen.  The caller closes *fd; -1 on
 * failure. */
enum err_code port_open(int *fd, int *port, int type, struct err *e) MUST_CHECK;

#endif
