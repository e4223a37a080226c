/*
 * fields - rows that say which keys a map takes, and one walker for all.
 *
 * Loader, linter, schema and manual read the same rows.  To add a key: a row
 * here or there, and what reads the value.  Owner thread.
 */
#ifndef CONF_FIELDS_H
#define CONF_FIELDS_H

#include <stddef.h>

#include "conf/node.h"
#include "model/param.h"

enum field_as {
	AS_ID,	     /* char[] */
	AS_LINE,     /* char[] */
	AS_TEXT,     /* char *, heap, one line */
	AS_OWN,	     /* a text that the loader takes by itself */
	AS_WORD,     /* int: position in `words` */
	AS_NUMBER,   /* double */
	AS_COUNT,    /* int */
	AS_LONG,     /* int64_t */
	AS_FLAG,     /* bool */
	AS_DURATION, /* int64_t, milliseconds */
	/* The rest is only checked for its shape; loaders take the node. */
	AS_TEXTS,    /* list of texts */
	AS_TEXT_MAP, /* name to text */
	AS_OBJECT,   /* map of `inside` */
	AS_OBJECTS,  /* list of maps of `inside` */
	AS_NAMED,    /* map of names to maps of `inside` */
	AS_ACT,	     /* map of one step kind, or the word none */
	AS_ACTS,     /* map of names to maps of one step kind */
	AS_ANY,
};

/* Which kinds may stand as keys beside the rows' own. */
enum field_beside { BESIDE_NONE, BESIDE_PROBES, BESIDE_STEPS, BESIDE_READS };

struct field {
	const char *name; /* NULL ends the rows */
	enum field_as as;
	bool required;
	size_t offset, size; /* in the struct; size 0: not stored */
	const char *words;   /* AS_WORD */
	double least, most;  /* numbers, ms; both 0: any */
	const struct field *inside;
	enum field_beside beside; /* for `inside` */
	const char *help;	  /* one line */
};

/* Where a row stores its value. */
#define FIELD_AT(type, member) \
	.offset = offsetof(type, member), .size = sizeof(((type *)0)->member)

/*
 * Reads the scalars of `map` into `to` by the rows; what is absent is left as
 * it is.  Reports unknown, missing, mistyped and out-of-range members.
 * `kinds` (NULL-terminated, or NULL) name further keys, which the caller
 * reads.  False when `map` is no map (reported).
 */
bool fields_read(const struct site *s, const struct field *rows,
		 const struct node *map, void *to,
		 const struct kind_spec *const *kinds);

/* Must be a map (an empty value passes as an empty one); reported if not. */
bool want_map(const struct site *s, const struct node *n);
/* The same for a list. */
bool want_list(const struct site *s, const struct node *n);

#endif
