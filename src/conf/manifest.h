/* manifest - the guides' own files: gates, rollback, trunk. */
#ifndef CONF_MANIFEST_H
#define CONF_MANIFEST_H

#include "conf/fields.h"
#include "conf/keyset.h"
#include "conf/node.h"
#include "model/book.h"

extern const struct field gates_fields[];
extern const struct field threshold_fields[];
extern const struct field base_fields[];
extern const struct field history_fields[];
extern const struct field manifest_rollback_fields[];
extern const struct field trunk_fields[];

/* Reads thresholds of one or more files into one set. */
struct gate_reader {
	struct gate_set *set;
	size_t gate_room, domain_room, base_room;
	struct keyset seen;
	struct arena arena;
};

/* `set` starts empty and outlives the reader. */
void gate_reader_start(struct gate_reader *r, struct gate_set *set);
/* Frees what reading took; the set stays. */
void gate_reader_end(struct gate_reader *r);
/* A whole manifest; "thresholds" alone. */
void gates_read(struct gate_reader *r, const struct site *s,
		const struct node *root);
/* "thresholds" alone. */
void thresholds_read(struct gate_reader *r, const struct site *s,
		     const struct node *thresholds);

/* What the name of a threshold says: "max_x", "min_x", "x_minimum", "x". */
enum gate_sense { SENSE_BARE, SENSE_MAX, SENSE_MIN, SENSE_VERSION };

/* The sense, and the name without what says it; `name` is cut to `size`. */
enum gate_sense gate_name_sense(const char *key, char *name, size_t size);
/* Sets operator and limit from a value.  False after a finding. */
bool gate_limit(const struct site *s, struct gate *g, enum gate_sense sense,
		const struct node *n);
/* The same for such a word in a map. */
bool gate_limit_word(const struct site *s, struct gate *g,
		     enum gate_sense sense, const struct node *n);
/* "limit", "max", "min", "equals" or "version"? */
bool gate_is_limit_word(const char *key);

/* The "baseline" of a threshold whose limit is known. */
void base_read(struct gate_reader *r, const struct site *s, struct gate *g,
	       const struct node *map);

/* One gate against sense: limits that cannot be met or breached, exits on
 * the wrong side.  `n` is the threshold. */
void gate_check(const struct site *s, const struct node *n,
		const struct gate *g);
/* A whole set: weights, fractions among percentages, nothing to judge. */
void gates_check(const struct site *s, const struct node *thresholds,
		 const struct gate_set *set);
/* Measured limits with neither a baseline nor a source: one warning at `at`
 * when none has one, else one for each.  The first `named_count` gates stand
 * in the file `named`, the others in that of `s`. */
void gates_check_baselines(const struct site *s, const struct node *at,
			   const struct gate_set *set, const struct site *named,
			   size_t named_count);

/* "abandonment_rate_percent" is "abandonment rate" in "%". */
void gate_name_title(char *to, size_t size, const char *name);
/* Static; "" when the name tells none. */
const char *gate_name_unit(const char *name);

/* The rollback manifest: the rows as they stand, acts not yet bound.
 * `nodes` (NULL: not wanted) becomes an array parallel to the undos. */
void manifest_rollback_read(const struct site *s, const struct node *root,
			    struct book_rollback *out,
			    const struct node ***nodes);

/* The trunk manifest; reported at its place. */
void manifest_trunk_read(const struct site *s, const struct node *root,
			 struct book_trunk *out);

#endif
