/*
 * identity - who we are at an endpoint, and the secrets that prove it.
 *
 * A secret comes from an environment variable (removed after reading) or from
 * a file that only its owner can read.  Each registers itself with redact.
 */
#ifndef NET_IDENTITY_H
#define NET_IDENTITY_H

#include "base/buf.h"
#include "model/book.h"
#include "net/auth.h"

/* Reads environment variable `name` into *out (mem_free it); ERR_ABSENT says
 * how to set it. */
enum err_code identity_from_env(char **out, const char *name,
				struct err *e) MUST_CHECK;

/* Reads a regular 0600 file of ours; refuses others with the chmod line. */
enum err_code identity_from_file(char **out, const char *path,
				 struct err *e) MUST_CHECK;

/* Who asks at `endpoint`; every text is borrowed from it.  Any thread. */
struct auth_client identity_client(const struct book_endpoint *endpoint);

/* The endpoint's URL and `path` ("/…") as one; ERR_ARG when the endpoint
 * speaks no HTTP or the path could lead to another host.  `out` is appended
 * to.  Any thread. */
enum err_code identity_url(struct buf *out,
			   const struct book_endpoint *endpoint,
			   const char *path, struct err *e) MUST_CHECK;

#endif
