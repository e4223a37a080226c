/*
 * fence - where this process may connect at all.
 *
 * In a drill the fence is closed: only the twin's addresses and the hosts the
 * runbook allow-lists for staging pass.  Live rooms have an open fence.  It is
 * fixed before threads start and read by all of them; every function of net
 * that opens a socket asks it.  Plain data.
 */
#ifndef NET_FENCE_H
#define NET_FENCE_H

#include <stddef.h>

#include "base/err.h"

#define FENCE_HOST 128

struct fence {
	bool closed;		     /* false: everything passes */
	char (*allowed)[FENCE_HOST]; /* "host:port" or "host" (any port) */
	size_t count;
};

void fence_clear(struct fence *f);
void fence_allow(struct fence *f, const char *host_port); /* also closes it */

/* ERR_FENCED names host, port and what to do about it. */
enum err_code fence_check(const struct fence *f, const char *host, int port,
			  struct err *e) MUST_CHECK;

#endif
