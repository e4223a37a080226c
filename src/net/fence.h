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
	char **programs; /* absolute paths, when it is closed */
	size_t program_count;
};

/* Allows everything again and frees its list. */
void fence_clear(struct fence *f);
void fence_allow(struct fence *f, const char *host_port); /* also closes it */

/* A program of people's own can reach what it likes: a closed fence lets none
 * run but these, by their very path. */
void fence_allow_program(struct fence *f, const char *path); /* closes it too */
/* ERR_FENCED names the program and what to do about it. */
enum err_code fence_check_program(const struct fence *f, const char *path,
				  struct err *e) MUST_CHECK;

/* ERR_FENCED names host, port and what to do about it. */
enum err_code fence_check(const struct fence *f, const char *host, int port,
			  struct err *e) MUST_CHECK;

#endif
