/*
 * identity - secrets of endpoints: read once, kept from every output.
 *
 * A secret comes from an environment variable (removed after reading) or from
 * a file that only its owner can read.  Each registers itself with redact.
 */
#ifndef NET_IDENTITY_H
#define NET_IDENTITY_H

#include "base/err.h"

/* Reads environment variable `name` into *out (mem_free it); ERR_ABSENT says
 * how to set it. */
enum err_code identity_from_env(char **out, const char *name,
				struct err *e) MUST_CHECK;

/* Reads a regular 0600 file of ours; refuses others with the chmod line. */
enum err_code identity_from_file(char **out, const char *path,
				 struct err *e) MUST_CHECK;

#endif
