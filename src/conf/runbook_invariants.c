/*
 * runbook_invariants - what must hold of several objects at once.
 *
 * Each object is one the runbook changes or reads: a rule about another would
 * never be known to hold.
 */
#include "conf/runbook.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define MOST_OBJECTS 64 /* of one rule */

/* A rule as it stands in the file; -1: not said. */
struct invariant_row {
	char title[BOOK_TITLE];
	int exactly, at_most, at_least;
};

const struct field invariant_fields[] = {
	{ .name = "title",
	  .as = AS_LINE,
	  FIELD_AT(struct invariant_row, title),
	  .help = "the rule in words" },
	{ .name = "exactly",
	  .as = AS_COUNT,
	  FIELD_AT(struct invariant_row, exactly),
	  .most = MOST_OBJECTS,
	  .help = "so many of the objects are in their state" },
	{ .name = "at_most",
	  .as = AS_COUNT,
	  FIELD_AT(struct invariant_row, at_most),
	  .most = MOST_OBJECTS,
	  .help = "so many, or fewer; 1: never both" },
	{ .name = "at_least",
	  .as = AS_COUNT,
	  FIELD_AT(struct invariant_row, at_least),
	  .most = MOST_OBJECTS,
	  .help = "so many, or more" },
	{ .name = "of",
	  .as = AS_TEXT_MAP,
	  .required = true,
	  .help = "object to the state that counts" },
	{ .name = NULL },
};

/* Does anything of the runbook change or read it? */
static bool
is_object(const struct book *b, const char *object)
{
	for (size_t i = 0; i < b->step_count; i++)
		if (strcmp(b->steps[i].object, object) == 0)
			return true;
	for (size_t i = 0; i < b->rollback.undo_count; i++)
		if (strcmp(b->rollback.undos[i].object, object) == 0)
			return true;
	return book_baseline_of(b, object) >= 0;
}

static bool
is_set(const struct book *b, const char *object, const char *value)
{
	for (size_t i = 0; i < b->step_count; i++)
		if (strcmp(b->steps[i].object, object) == 0 &&
		    (strcmp(b->steps[i].sets, value) == 0 ||
		     strcmp(b->steps[i].undo_sets, value) == 0))
			return true;
	for (size_t i = 0; i < b->rollback.undo_count; i++)
		if (strcmp(b->rollback.undos[i].object, object) == 0 &&
		    strcmp(b->rollback.undos[i].sets, value) == 0)
			return true;
	return false;
}

static size_t
object_index(struct book *b, const char *object)
{
	for (size_t i = 0; i < b->object_count; i++)
		if (strcmp(b->objects[i], object) == 0)
			return i;
	b->objects =
		mem_grow(b->objects, b->object_count + 1, sizeof(*b->objects));
	str_copy(b->objects[b->object_count], sizeof(*b->objects), object);
	return b->object_count++;
}

static void
read_member(struct loader *l, struct book_invariant *rule, const struct node *n)
{
	struct book *b = l->book;
	const char *value = scalar_any(&l->s, n, "the state that counts");
	struct book_member *m;

	if (value == NULL)
		return;
	if (!is_object(b, n->key)) {
		node_key_error(&l->s, n, "unknown-object",
			       "\"%.64s\" is no object that a step or the "
			       "rollback changes or the baseline reads",
			       n->key);
		return;
	}
	m = &rule->of[rule->of_count];
	if (value[0] == '\0' || !text_is_plain(value, false) ||
	    !str_copy(m->value, sizeof(m->value), value)) {
		node_error(&l->s, n, "value",
			   "the state of \"%.64s\" must be one line of 1 to "
			   "%d bytes",
			   n->key, BOOK_VALUE - 1);
		return;
	}
	if (!is_set(b, n->key, value))
		node_warn(&l->s, n, "never-set",
			  "nothing makes \"%.64s\" \"%.64s\": it counts only "
			  "when the baseline finds it so",
			  n->key, value);
	m->object = object_index(b, n->key);
	rule->of_count++;
}

static void
read_members(struct loader *l, struct book_invariant *rule,
	     const struct node *of)
{
	if (of == NULL || of->type != NODE_MAP)
		return;
	if (of->count == 0 || of->count > MOST_OBJECTS) {
		node_key_error(&l->s, of, "count",
			       "\"of\" names %zu objects: it takes 1 to %d",
			       of->count, MOST_OBJECTS);
		return;
	}
	rule->of = mem_new(of->count, sizeof(*rule->of));
	for (const struct node *n = of->first; n != NULL; n = n->next)
		read_member(l, rule, n);
}

/* One count, and one that can be kept and can be broken. */
static void
read_count(struct loader *l, struct book_invariant *rule,
	   const struct invariant_row *row, const struct node *map)
{
	const struct node *of = node_get(map, "of");
	int all = of != NULL && of->type == NODE_MAP ? (int)of->count : 0;
	int said = (row->exactly >= 0) + (row->at_most >= 0) +
		   (row->at_least >= 0);

	if (said != 1) {
		node_key_error(&l->s, map, "count",
			       "\"%.48s\" must have one of exactly, at_most "
			       "and at_least",
			       map->key);
		return;
	}
	rule->least = row->exactly >= 0	   ? row->exactly
		      : row->at_least >= 0 ? row->at_least
					   : 0;
	rule->most = row->exactly >= 0	 ? row->exactly
		     : row->at_most >= 0 ? row->at_most
					 : all;
	if (all > 0 && rule->least > all)
		node_key_error(&l->s, map, "count",
			       "\"%.48s\" can never hold: %d of %d objects",
			       map->key, rule->least, all);
	else if (all > 0 && rule->least == 0 && rule->most >= all)
		node_key_error(&l->s, map, "count",
			       "\"%.48s\" can never be broken: any number of "
			       "%d objects will do",
			       map->key, all);
}

static void
read_rule(struct loader *l, const struct node *n)
{
	struct book_invariant *rule =
		&l->book->invariants[l->book->invariant_count];
	struct invariant_row row = { .exactly = -1,
				     .at_most = -1,
				     .at_least = -1 };

	if (!fields_read(&l->s, invariant_fields, n, &row, NULL))
		return;
	l->book->invariant_count++;
	scalar_id(&l->s,
		  &(struct node){ .type = NODE_SCALAR,
				  .text = n->key,
				  .key = "invariants",
				  .line = n->key_line,
				  .column = n->key_column },
		  rule->id, sizeof(rule->id));
	str_copy(rule->title, sizeof(rule->title),
		 row.title[0] != '\0' ? row.title : n->key);
	read_count(l, rule, &row, n);
	read_members(l, rule, node_get(n, "of"));
}

void
invariants_read(struct loader *l, const struct node *n)
{
	struct book *b = l->book;

	if (n == NULL || n->type != NODE_MAP)
		return;
	b->invariants = mem_new(n->count, sizeof(*b->invariants));
	b->objects = mem_new(0, sizeof(*b->objects));
	for (const struct node *row = n->first; row != NULL; row = row->next)
		read_rule(l, row);
}
