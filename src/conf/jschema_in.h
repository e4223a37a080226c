/*
 * jschema_in - what the parts of jschema share: a compiled schema.
 *
 * A subschema (`sub`) is a list of checks in the order they run.  A check is
 * one keyword, or a group of keywords that must be looked at together, with
 * the kinds of values it speaks about and the function that judges one.
 * Places are found when somebody asks: a value's pointer from its position in
 * its tree, so that judging carries nothing along.  For src/conf/jschema*.
 */
#ifndef CONF_JSCHEMA_IN_H
#define CONF_JSCHEMA_IN_H

#include "conf/arena.h"
#include "conf/jschema.h"

#define KIND_BIT(kind) (1u << (kind))
#define KIND_ANY 0x7fu
#define TYPE_INTEGER 0x80u /* beside KIND_BITs of a `type` */

enum dialect { DIALECT_07, DIALECT_2020 };

struct sub;
struct trial;
struct check;
struct pattern;

/* One text with schemas in it. */
struct source {
	struct jtree tree;
	char *text; /* owned */
	const char *uri;
	struct sub **subs; /* by index of the node they were made of */
	struct source *next;
};

struct anchor {
	const struct jnode *node;
	bool is_dynamic;
	struct sub *sub; /* of a dynamic one: may be reached while judging */
	struct anchor *next;
};

/* What `$id` begins; the outermost one of a source always is one. */
struct resource {
	const char *uri; /* without fragment, "" unknown */
	struct source *source;
	const struct jnode *root;
	enum dialect dialect;
	struct anchor *anchors;
	struct resource *next;
};

/* Which members or items of one value some keyword has spoken about. */
struct marks {
	uint64_t *bits;
};

/* False: the value breaks it (and that was said unless the trial is quiet). */
typedef bool judge_fn(struct trial *t, const struct check *c,
		      const struct jnode *v, struct marks *marks);

struct member {
	const char *name;
	uint32_t len, hash;
	bool is_required;
	struct sub *sub; /* NULL: no word of `properties` about it */
};

struct members {
	struct member *table; /* open addressing */
	uint32_t mask;
	uint32_t required; /* how many must be there */
	struct pattern **patterns;
	struct sub **pattern_subs;
	size_t pattern_count;
	struct sub *others; /* additionalProperties */
};

struct items {
	struct sub **first;
	size_t first_count;
	struct sub *rest;
	const char *rest_name;
};

struct contains {
	struct sub *sub;
	double least, most; /* most < 0: none */
};

struct condition {
	struct sub *test, *then, *otherwise; /* the last two may be NULL */
};

/* dependentSchemas, dependentRequired, dependencies: one of both is set. */
struct dependency {
	const struct jnode *name; /* its key */
	struct sub *sub;
	const struct jnode *names;
};

struct check {
	const char *name; /* keyword */
	judge_fn *judge;
	unsigned kinds; /* KIND_BITs it speaks about */
	size_t count;	/* of list, dependencies */
	union {
		double number;
		unsigned types;
		const struct jnode *value;
		struct sub *sub;
		struct sub **list;
		struct pattern *pattern;
		struct members *members;
		struct items *items;
		struct contains *contains;
		struct condition *condition;
		struct dependency *dependencies;
	};
	const char *anchor; /* of a dynamic reference; NULL */
	uint64_t *hashes;   /* of a long enum, in order */
};

struct sub {
	const struct jnode *node;
	struct resource *resource;
	bool never;	/* `false` */
	bool wants_all; /* has an unevaluated… keyword */
	struct check *checks;
	uint32_t count, room;
	struct sub *queued; /* to be compiled next */
	uint32_t entries;   /* while looking for loops */
};

struct jschema {
	struct arena arena;
	struct source *sources;
	struct resource *resources;
	struct pattern *patterns;
	void *limits; /* of matching; see jschema_regex.c */
	struct sub *root;
	bool has_dynamic;
};

/* Whose schemas judging has come through, the innermost first. */
struct scope {
	const struct scope *up;
	const struct resource *resource;
};

struct trial {
	const struct jschema *schema;
	const struct jtree *doc;
	struct jschema_findings *out; /* NULL: nobody asks why */
	int quiet;		      /* > 0: inside an alternative */
	int depth;
	int64_t steps;
	const struct scope *scope;
	const struct sub *sub;	    /* whose checks run */
	const struct jnode *member; /* whose name is being judged */
	bool gave_up;		    /* a limit: the verdict is "invalid" */
	void *match, *limits;	    /* of matching; see jschema_regex.c */
	int64_t pattern_ns;	    /* spent on it */
};

bool judge_sub(struct trial *t, const struct sub *s, const struct jnode *v,
	       struct marks *marks);
/* Records that `v` breaks `keyword` of the subschema; always false. */
bool trial_say(struct trial *t, const char *keyword, const struct jnode *v,
	       const char *fmt, ...) PRINTF_LIKE(4, 5);
/* A limit was passed: said once, also when quiet; always false. */
bool trial_give_up(struct trial *t, const char *keyword, const struct jnode *v,
		   const char *why);
/* Nobody listens, so the first violation is enough. */
bool trial_is_quiet(const struct trial *t);
/* The value as people may see it: short, clean, without secrets. */
const char *trial_show(const struct trial *t, char to[96],
		       const struct jnode *v);
const char *pattern_text(const struct pattern *p); /* as written */
#define PATTERN_STEPS (-1000) /* this text needs too many */
#define PATTERN_TIME (-1001)  /* so does the document */
/* 1 matches, 0 does not; or one of these two. */
int pattern_matches(struct trial *t, const struct pattern *p, const char *text,
		    size_t len);
const char *pattern_why(int given_up);	 /* a sentence */
void pattern_trial_end(struct trial *t); /* frees what matching took */

/* The JSON pointer of a value in its tree. */
void jnode_pointer(struct buf *out, const struct jtree *tree,
		   const struct jnode *v);

extern judge_fn judge_type, judge_enum, judge_const, judge_minimum,
	judge_maximum, judge_above, judge_below, judge_multiple,
	judge_min_length, judge_max_length, judge_pattern, judge_min_count,
	judge_max_count, judge_unique, judge_members, judge_names, judge_items,
	judge_contains, judge_all, judge_any, judge_one, judge_not,
	judge_condition, judge_dependencies, judge_ref, judge_dynamic,
	judge_unevaluated;

#endif
