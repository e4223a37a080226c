/*
 * jtree - a JSON document as one flat array of values, with positions.
 *
 * One pass judges the bytes (RFC 8259: UTF-8, escapes, numbers, commas,
 * trailing bytes), refuses duplicate names (RFC 8259 4, RFC 7493 2.3) and lone
 * surrogates, and lays the values down in the order of the text: a container,
 * then all that is in it.  Texts may hold a NUL (\u0000), hence lengths
 * everywhere.  Made for documents judged against a contract at the price of
 * reading them; base/json is the one for everything else.  Owner thread; once
 * read, any thread may look.
 */
#ifndef CONF_JTREE_H
#define CONF_JTREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define JTREE_DEPTH 128			      /* deepest nesting accepted */
#define JTREE_MOST ((size_t)64 * 1024 * 1024) /* bytes of a text */

enum jkind {
	JKIND_NULL,
	JKIND_FALSE,
	JKIND_TRUE,
	JKIND_NUMBER,
	JKIND_STRING,
	JKIND_ARRAY,
	JKIND_OBJECT,
};

struct jnode {
	const char *key; /* of an object's member, no NUL; NULL else */
	uint32_t key_len;
	uint32_t key_hash; /* jtree_hash() of it; 0 else */
	union {
		const char *text; /* JKIND_STRING, decoded, no NUL */
		double number;	  /* JKIND_NUMBER */
	};
	uint32_t len;  /* bytes of text, digits of a number, children */
	uint32_t span; /* values in it, itself included */
	uint32_t at;   /* where it begins in the text, bytes */
	uint8_t kind;  /* enum jkind */
};

/* Zeroed = empty; may be read into again and again and keeps its memory. */
struct jtree {
	const char *text; /* borrowed: must outlive the values */
	size_t len;
	struct jnode *nodes; /* nodes[0] is the document */
	size_t count, room;
	char *decoded; /* texts that had escapes */
	size_t decoded_len;
	const char *why; /* after a failure: static text */
	size_t at;	 /* and where */
};

/* Reads text[0..len), which needs no NUL; false with `why` and `at` set. */
bool jtree_read(struct jtree *t, const char *text, size_t len) MUST_CHECK;
void jtree_clear(struct jtree *t); /* frees all values; twice is fine */

/* The failure in words people can act on: "line 3 column 7: …".  Returns
 * ERR_FORMAT. */
enum err_code jtree_error(const struct jtree *t, struct err *e);

/* Hash of a name, as in key_hash.  Not for tables an enemy fills. */
uint32_t jtree_hash(const char *text, size_t len);

/* The value behind this one's last; only where one is known to be. */
static inline const struct jnode *
jnode_next(const struct jnode *v)
{
	return v + v->span;
}

/* Is the member's key, or the string's text, exactly this? */
bool jnode_key_is(const struct jnode *v, const char *key);
/* False when `v` is no string. */
bool jnode_text_is(const struct jnode *v, const char *text);

/* The member with this name, len bytes; NULL when absent or no object. */
const struct jnode *jnode_get_n(const struct jnode *object, const char *key,
				size_t len);
/* The same for a NUL-terminated name. */
const struct jnode *jnode_get(const struct jnode *object, const char *key);
/* The index-th element; NULL when absent or no array.  Walks from the start. */
const struct jnode *jnode_item(const struct jnode *array, size_t index);
/* RFC 6901; NULL when nothing is there or `pointer` is none. */
const struct jnode *jnode_at(const struct jnode *v, const char *pointer);
/* One step of a pointer: `step` without its '/', escapes in place. */
const struct jnode *jnode_step(const struct jnode *v, const char *step,
			       size_t len);

/* Order of members by name, for qsort() of pointers to them; 0 only for the
 * same name. */
int jnode_by_name(const void *left, const void *right);
/* The members of an object in that order; mem_free() it. */
const struct jnode **jnode_sorted(const struct jnode *object);
/* Same value: numbers by value, objects whatever their order. */
bool jnode_equal(const struct jnode *a, const struct jnode *b);
/* Equal values have equal hashes. */
uint64_t jnode_hash(const struct jnode *v);

/* A number without a fraction, also when written 1.0 or 1e3. */
bool jnode_is_integer(const struct jnode *v);

const char *jkind_words(int kind); /* "a number" */

#endif
