/*
 * node - a file as a tree in which everything knows its line and column.
 *
 * Two front ends, one tree: YAML (a stated subset) and strict JSON.  A value
 * keeps its source text and whether it stood in quotes; what it means is
 * decided by the field it is for, never guessed.  Owner thread.
 */
#ifndef CONF_NODE_H
#define CONF_NODE_H

#include "base/buf.h"
#include "conf/arena.h"
#include "conf/finding.h"

#define DOC_DEPTH 32
#define DOC_YAML_BYTES (4u << 20)
#define DOC_JSON_BYTES (32u << 20)
#define DOC_YAML_NODES 200000u
#define DOC_JSON_NODES 2000000u
#define DOC_SCALAR_BYTES (64u << 10)

enum node_type { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* Where a text was taken from that stands filled in at another place. */
struct origin {
	const char *file;
	int line, column;
	const char *what; /* "value" */
	int step;	  /* of the rollback manifest */
	const char *into; /* key of the setting; "" */
	bool is_reported; /* it is at fault, and that has been said */
};

struct node {
	enum node_type type;
	bool quoted;	  /* a text, whatever it looks like */
	int line, column; /* of the value */
	int key_line, key_column;
	const char *key;  /* NULL: not in a map */
	const char *text; /* of a scalar; NULL else */
	size_t count;	  /* children */
	struct node *first, *last, *next;
	const struct origin *from; /* NULL: its text stands where it stands */
};

/* One file.  Owns everything in it. */
struct doc {
	const char *file; /* as findings name it */
	struct buf bytes; /* as read; empty after doc_parse() */
	struct arena arena;
	struct node *root; /* NULL: could not be read, see the findings */
	bool is_json;
	size_t nodes;
	size_t work; /* bytes and slots looked at: the cost, for tests */
};

/* Where findings go and which file they are about. */
struct site {
	const char *file;
	struct findings *f;
};

/*
 * Reads and parses.  ERR_ABSENT and ERR_SYSTEM: see `e`.  Whatever is wrong
 * with the contents goes to `f`; the caller looks at d->root.  doc_clear() is
 * due in each case.
 */
enum err_code doc_read(struct doc *d, const char *path, struct findings *f,
		       struct err *e) MUST_CHECK;
/* The same for bytes in hand, which need only live for the call. */
void doc_parse(struct doc *d, const char *file, const char *bytes, size_t len,
	       struct findings *f);
/* Frees the tree and the bytes; twice is fine. */
void doc_clear(struct doc *d);

/* The two front ends: fill d->root or report. */
void node_yaml_parse(struct doc *d, const char *bytes, size_t len,
		     struct findings *f);
/* Likewise. */
void node_json_parse(struct doc *d, const char *bytes, size_t len,
		     struct findings *f);

/* The member `key` of a map; NULL when absent or `map` is none.  Linear in
 * the members. */
const struct node *node_get(const struct node *map, const char *key);
/* An unquoted scalar without text, as in "key:" and nothing behind it. */
bool node_is_empty(const struct node *n);
/* An unquoted scalar that is exactly this word. */
bool node_is_plain(const struct node *n, const char *word);
/* The number that the text is in JSON's syntax; false when it is none or fits
 * no double. */
bool node_number(const char *text, double *out);
/* What it is, for people: "a list", "nothing", "\"abc\"". */
void node_describe(char *to, size_t size, const struct node *n);

/* Findings at the value, or at its key (the value when it has none); about a
 * text that was filled in, where that stands, and none about what is reported.
 */
void node_error(const struct site *s, const struct node *n, const char *rule,
		const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Is there such an error at the value? */
bool node_has_error(const struct site *s, const struct node *n,
		    const char *rule);
/* At the key. */
void node_key_error(const struct site *s, const struct node *n,
		    const char *rule, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* At the value; does not hinder loading. */
void node_warn(const struct site *s, const struct node *n, const char *rule,
	       const char *fmt, ...) PRINTF_LIKE(4, 5);
/* At the key; likewise. */
void node_key_warn(const struct site *s, const struct node *n, const char *rule,
		   const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
