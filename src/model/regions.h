/*
 * regions - on which side an act stands in each region.
 *
 * What a step of kind `parallel` tells while it goes on, what the journal
 * keeps as {"us-east-1":"target", …} and what the matrix shows.  Plain data,
 * pure.
 */
#ifndef MODEL_REGIONS_H
#define MODEL_REGIONS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/record.h"

#define REGIONS_MOST 32
#define REGION_NAME 32

/* side, word, help */
/* clang-format off */
#define SIDE_LIST(X)                                                     \
	X(SIDE_UNKNOWN,  "unknown",  "not read, or it may change yet")   \
	X(SIDE_BASELINE, "baseline", "as it was before the act")         \
	X(SIDE_TARGET,   "target",   "as the act wants it, read back")   \
	X(SIDE_MIXED,    "mixed",    "neither, or not the same in all")
/* clang-format on */

#define SIDE_ENUM(side, word, help) side,
enum side { SIDE_LIST(SIDE_ENUM) SIDE_COUNT };
#undef SIDE_ENUM

/* As people read and write it; false when a word names no side. */
const char *side_word(enum side s);
/* False when the word names no side. */
bool side_parse(const char *word, enum side *out);
/* What two sides are together: the same, unknown when one is, else mixed. */
enum side side_join(enum side a, enum side b);

struct region {
	char name[REGION_NAME];
	enum side side;
	int64_t at_ms; /* room time it was last said; -1 never */
};

/* In the order of the runbook.  Copy freely. */
struct regions {
	size_t count;
	struct region items[REGIONS_MOST];
};

/* a-z, 0-9 and "-", from a letter on, shorter than REGION_NAME. */
bool region_is_name(const char *name);

/* The region of that name, or NULL. */
const struct region *regions_find(const struct regions *r, const char *name);
/* Sets the side, adding the region when it is new; false when it is full or
 * the name is none. */
bool regions_set(struct regions *r, const char *name, enum side side,
		 int64_t at_ms);
/* The same names on the same sides? */
bool regions_same_sides(const struct regions *a, const struct regions *b);
/* For the words of an undo: what it wants is the baseline. */
void regions_flip(struct regions *r);
/* How many are on that side. */
size_t regions_count(const struct regions *r, enum side side);
/* All of them joined; SIDE_UNKNOWN when there is none. */
enum side regions_all(const struct regions *r);

/* {"us-east-1":"target"}; times are not written. */
void regions_write(struct buf *out, const struct regions *r);
/* The inverse, said at `at_ms`; false when the text is no such object. */
bool regions_read(struct regions *out, const char *json, int64_t at_ms);

/* The field `regions` of a step or undo record; nothing when there is none. */
void regions_record(struct record *to, const struct regions *r);

/* "target in 6 (a, b, …), baseline in 2 (eu-west-1, …)": the smaller groups
 * by name.  "target in all 8" when they agree. */
void regions_text(char *to, size_t size, const struct regions *r);
/* Names on `side` from the first on, "a, b and 3 more" past `most`. */
void regions_names(char *to, size_t size, const struct regions *r,
		   enum side side, size_t most);

#endif
