/*
 * jscan - a strict JSON (RFC 8259) pull scanner with positions.
 *
 * Every JSON text from outside goes through it first: UTF-8, escapes,
 * surrogates, numbers, depth, commas and trailing bytes are judged here;
 * duplicate keys by json_parse() and conf.  It allocates nothing.
 */
#ifndef BASE_JSCAN_H
#define BASE_JSCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define JSCAN_DEPTH 64 /* deepest nesting accepted */

enum jtok {
	JTOK_ERROR, /* see why; every later call says so again */
	JTOK_END,   /* the whole text was one value */
	JTOK_OBJECT,
	JTOK_OBJECT_END,
	JTOK_ARRAY,
	JTOK_ARRAY_END,
	JTOK_KEY, /* raw text without its quotes */
	JTOK_STRING,
	JTOK_NUMBER,
	JTOK_TRUE,
	JTOK_FALSE,
	JTOK_NULL,
};

struct jscan {
	const char *text;
	size_t len;
	size_t pos;	 /* next byte to read */
	size_t at;	 /* offset of the token just returned */
	const char *raw; /* its bytes: strings and keys without quotes */
	size_t raw_len;
	bool has_escape; /* raw needs jscan_string() */
	const char *why; /* static text after JTOK_ERROR */
	int depth;
	int state; /* private */
	unsigned char stack[JSCAN_DEPTH];
};

/* Begins at the first byte of text[0..len), which is borrowed and needs no
 * NUL. */
void jscan_init(struct jscan *s, const char *text, size_t len);
/* The next token; at, raw, raw_len and has_escape describe it. */
enum jtok jscan_next(struct jscan *s);

/* Skips the value whose first token was just returned (`t`).  Returns its last
 * token, `t` itself for a scalar. */
enum jtok jscan_skip(struct jscan *s, enum jtok t);

/* Decodes the string or key just returned; false when it does not fit or holds
 * an escaped NUL, which no C string can. */
bool jscan_string(const struct jscan *s, char *to, size_t size);
/* The number just returned (JTOK_NUMBER only) as the nearest double; false
 * beyond a double or 511 characters. */
bool jscan_number(const struct jscan *s, double *out);

/* Decodes the escape that begins behind the backslash at *p and moves *p
 * behind it, surrogate pairs as one character.  -1 and *why (static text) when
 * it is none. */
int32_t jscan_escape(const char **p, const char *end, const char **why);

/* 1-based line and column (in characters) of a byte offset. */
void jscan_place(const char *text, size_t offset, int *line, int *column);

#endif
