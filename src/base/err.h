/*
 * err - the one way a function says why it failed.
 *
 * Every fallible function ends with `struct err *e`, returns the code, and
 * leaves *e untouched on success.  Branch on the code, never on the text.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/attr.h"

/* Every code once: name, words for people, may a retry help? */
/* clang-format off */
#define ERR_LIST(X)                                           \
	X(ERR_NONE,      "no error",               false)     \
	X(ERR_ARG,       "bad argument",           false)     \
	X(ERR_INPUT,     "invalid input file",     false)     \
	X(ERR_LIMIT,     "limit exceeded",         false)     \
	X(ERR_SYSTEM,    "system failure",         false)     \
	X(ERR_FORMAT,    "malformed answer",       false)     \
	X(ERR_REFUSED,   "refused by peer",        true)      \
	X(ERR_UNREACHED, "peer not reached",       true)      \
	X(ERR_TIMEOUT,   "timed out",              true)      \
	X(ERR_LOST,      "answer lost",            false)     \
	X(ERR_TLS,       "TLS failure",            false)     \
	X(ERR_FENCED,    "not allowed here",       false)     \
	X(ERR_CANCELLED, "cancelled",              false)     \
	X(ERR_HELD,      "held by another",        false)     \
	X(ERR_DAMAGED,   "damaged",                false)     \
	X(ERR_ABSENT,    "not there",              false)
/* clang-format on */

#define ERR_ENUM(code, words, retry) code,
enum err_code { ERR_LIST(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

/* Filled on failure, untouched on success.  Plain data, owns nothing. */
struct err {
	enum err_code code;
	char text[320]; /* one line of clean text, already redacted */
};

/* Records a failure and hands `code` back, so callers write
 * `return err_set(e, ...)`.  `e` must not be NULL.  Long text is cut. */
enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

const char *err_words(enum err_code code); /* static text, never NULL */
bool err_may_retry(enum err_code code);	   /* may trying again help? */

#endif
