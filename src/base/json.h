/*
 * json - JSON documents, read strictly and written by an encoder.
 *
 * Reading: jscan judges the bytes, cJSON holds the tree; keys are matched
 * exactly (never case-insensitively).  Values borrow from the document.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct json; /* a document or a value in it */

enum json_type {
	JSON_ABSENT, /* also the type of a NULL pointer */
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* One value and nothing behind it; NULL with ERR_FORMAT or ERR_LIMIT (over 8
 * MiB) and the place in the text.  Refuses duplicate keys, \u0000, lone
 * surrogates, numbers beyond a double. */
struct json *json_parse(const char *text, size_t len, struct err *e) MUST_CHECK;
void json_free(struct json *doc); /* whole documents only; NULL is fine */

enum json_type json_type(const struct json *v); /* NULL: JSON_ABSENT */
/* The member with exactly this key; NULL when absent or no object. */
const struct json *json_get(const struct json *object, const char *key);
/* The index-th element; NULL when absent or no array.  Walks from the start. */
const struct json *json_item(const struct json *array, size_t index);
size_t json_count(const struct json *container); /* 0 for scalars, NULL */
/* First child of an array or object, then its next sibling. */
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *v); /* NULL at the end */
const char *json_key(const struct json *v);	    /* of an object's member */

/* RFC 6901; "" is the document; NULL when nothing is there. */
const struct json *json_at(const struct json *doc, const char *pointer);

const char *json_text(const struct json *v);	     /* NULL unless a string */
bool json_number(const struct json *v, double *out); /* false: no number */
bool json_is_true(const struct json *v);	     /* the word `true` only */
/* Any scalar as people read it ("2.5", "true", "US_EAST_1"); false for
 * containers, null and absent. */
bool json_scalar(const struct json *v, char *to, size_t size);
/* Convenience: the string at `key` or `fallback`. */
const char *json_text_or(const struct json *object, const char *key,
			 const char *fallback);
/* The number at `key` or `fallback`. */
double json_number_or(const struct json *object, const char *key,
		      double fallback);

/* Writing: commas and escapes are the writer's business.  `key` is NULL in
 * arrays and for the outermost value.  A capped buf that overflows stays
 * `cut`. */
struct jwriter {
	struct buf *out;
	bool need_comma;
};

/* Begins one value at the end of `out`, which the caller owns. */
void jw_init(struct jwriter *w, struct buf *out);
void jw_object(struct jwriter *w, const char *key); /* opens "{" */
void jw_object_end(struct jwriter *w);		    /* closes the innermost */
void jw_array(struct jwriter *w, const char *key);  /* opens "[" */
void jw_array_end(struct jwriter *w);		    /* closes the innermost */
/* NULL is written as null, invalid bytes as U+FFFD; what text_clean() would
 * spell out (controls, bidi, zero width) is escaped: a terminal may show it. */
void jw_text(struct jwriter *w, const char *key, const char *text);
/* All 64 bits; readers that use doubles see 53. */
void jw_int(struct jwriter *w, const char *key, int64_t value);
/* Shortest form that reads back; nan and infinities are written as null. */
void jw_number(struct jwriter *w, const char *key, double value);
void jw_flag(struct jwriter *w, const char *key, bool value); /* true, false */
void jw_null(struct jwriter *w, const char *key);	      /* null */
/* `json` must be one valid value; it is copied as it stands. */
void jw_raw(struct jwriter *w, const char *key, const char *json);

#endif
