/*
 * runbook_undo - an undo that would not take back what its step does.
 *
 * It reads back as done, so that the rollback is called validated with nothing
 * restored: the value is the step's own, the thing is another one, or the
 * undos of one object disagree.  What takes a step back is its undo, or the row
 * of the rollback manifest for its object.
 */
#include "conf/runbook_lint.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "model/spread.h"

#define PLACE 1024
#define NAMED 8 /* regions by name */

/* An act and what takes it back, by one request each. */
struct pair {
	struct act act, undo;
};

/* What is judged of a pair; the first that is found ends the walk. */
typedef bool (*pair_judge)(const struct pair *p, void *ctx);

static void
one_of(struct act *out, const struct act *act, const char *region)
{
	if (strcmp(act->kind, SPREAD_KIND) == 0)
		spread_act(out, act, region);
	else
		act_copy(out, act);
}

/* Judges both as they are or, where one is parallel, for each region that it is
 * told to (of the act, when both are). */
static bool
any_pair(const struct act *act, const struct act *undo, pair_judge judge,
	 void *ctx)
{
	struct regions over, back;
	bool found = false;
	size_t count;

	spread_regions(&over, act);
	spread_regions(&back, undo);
	if (over.count == 0)
		over = back;
	count = over.count > 0 ? over.count : 1;
	for (size_t i = 0; i < count && !found; i++) {
		const char *region = over.count > 0 ? over.items[i].name : "";
		struct pair p;

		if (back.count > 0 && regions_find(&back, region) == NULL)
			continue;
		one_of(&p.act, act, region);
		one_of(&p.undo, undo, region);
		found = judge(&p, ctx);
		act_clear(&p.act);
		act_clear(&p.undo);
	}
	return found;
}

static bool
leaves_the_same(const struct pair *p, void *ctx)
{
	char value[BOOK_VALUE], other[BOOK_VALUE];
	char place[PLACE], there[PLACE];

	(void)ctx;
	act_sets(&p->act, value, sizeof(value));
	act_sets(&p->undo, other, sizeof(other));
	act_place(&p->act, place, sizeof(place));
	act_place(&p->undo, there, sizeof(there));
	return value[0] != '\0' && strcmp(value, other) == 0 &&
	       place[0] != '\0' && strcmp(place, there) == 0;
}

/* The same of an undo of its own: a record is its value and its TTL, and to
 * lower that is a step of its own before a cutover. */
static bool
leaves_the_same_ttl(const struct pair *p, void *ctx)
{
	const char *ttl = settings_text_or(&p->act.with, "ttl", "");
	const char *other = settings_text_or(&p->undo.with, "ttl", "");

	return leaves_the_same(p, ctx) &&
	       (strcmp(p->act.kind, "dns") != 0 || strcmp(ttl, other) == 0);
}

/* The first step that changes its object: the undo of a later one may well
 * leave what that one sets, for it stood there before the first. */
static bool
is_first_of_object(const struct book *b, size_t step)
{
	const char *object = b->steps[step].object;

	for (size_t i = 0; i < step && object[0] != '\0'; i++)
		if (strcmp(b->steps[i].object, object) == 0)
			return false;
	return true;
}

/* The row of the manifest that takes the step back; NULL: none does. */
static const struct book_undo *
row_of(struct loader *l, const struct book_step *s)
{
	return s->object[0] == '\0'
		       ? NULL
		       : keyset_get(&l->names, scope_object, s->object);
}

/* Does each step of the object leave what the row does?  A row takes the
 * object back, whatever the first of them did to it. */
static bool
all_leave(const struct book *b, const char *object, const struct act *act)
{
	bool any = false;

	for (size_t i = 0; i < b->step_count; i++) {
		if (strcmp(b->steps[i].object, object) != 0)
			continue;
		if (!any_pair(&b->steps[i].act, act, leaves_the_same, NULL))
			return false;
		any = true;
	}
	return any;
}

/* Reported at the row, in the manifest's own file. */
static void
check_row_sets(struct loader *l, const struct book_step *s,
	       const struct book_undo *row)
{
	const struct site at = { l->rollback.file, l->s.f };
	const struct node *n = l->undo_nodes[row - l->book->rollback.undos];
	const struct node *value = node_get(n, "value");

	if (all_leave(l->book, s->object, &row->act) ||
	    all_leave(l->book, s->object, &row->emergency))
		node_error(&at, value != NULL ? value : n, "undo-sets-the-same",
			   "\"%.40s\" leaves \"%s\" as the step \"%s\" does "
			   "(\"%.40s\"): nothing would be restored; say what "
			   "stood before it",
			   row->action, s->object, s->id, s->sets);
}

/* Is what the object then is said in so many words, and said to differ? */
static bool
says_otherwise(const struct node *map, const struct book_step *s)
{
	return (node_get(map, "sets") != NULL ||
		node_get(map, "undo_sets") != NULL) &&
	       s->sets[0] != '\0' && s->undo_sets[0] != '\0' &&
	       strcmp(s->sets, s->undo_sets) != 0;
}

static void
tell_same(struct loader *l, const struct book_step *s, const struct node *map,
	  const struct node *at)
{
	if (says_otherwise(map, s))
		node_key_warn(&l->s, at, "undo-unproved",
			      "the undo of \"%s\" is read back by what the "
			      "step leaves: nobody could tell whether it was "
			      "done; let \"verify\" look for \"%.40s\"",
			      s->id, s->undo_sets);
	else
		node_key_error(&l->s, at, "undo-sets-the-same",
			       "the undo of \"%s\" leaves \"%.40s\" as the "
			       "step does: nothing would be restored; say what "
			       "stood before it",
			       s->id, s->sets);
}

static void
check_sets(struct loader *l, const struct book_step *s, const struct node *map)
{
	const struct book_undo *row = row_of(l, s);
	const struct node *undo = node_get(map, "undo");
	const struct node *other = node_get(map, "undo_emergency");
	bool both = node_get(map, "sets") != NULL &&
		    node_get(map, "undo_sets") != NULL && s->sets[0] != '\0' &&
		    strcmp(s->sets, s->undo_sets) == 0;

	if (row != NULL)
		check_row_sets(l, s, row);
	if (s->undo.kind[0] != '\0' &&
	    (both || any_pair(&s->act, &s->undo, leaves_the_same_ttl, NULL)))
		tell_same(l, s, map, undo);
	if (s->undo_emergency.kind[0] != '\0' &&
	    any_pair(&s->act, &s->undo_emergency, leaves_the_same_ttl, NULL))
		tell_same(l, s, map, other);
}

/* Names of two acts of one kind that are not the same. */
struct names {
	const char *what; /* static */
	char done[80], undone[80];
};

/* Names of hosts differ neither by case nor by a dot at the end. */
static bool
is_same_name(const char *a, const char *b)
{
	size_t len = strlen(a), other = strlen(b);

	if (len > 0 && a[len - 1] == '.')
		len--;
	if (other > 0 && b[other - 1] == '.')
		other--;
	return len == other && strncasecmp(a, b, len) == 0;
}

static bool
is_elsewhere(const struct pair *p, void *ctx)
{
	static const struct {
		const char *kind, *what;
		bool is_host;
	} rows[] = { { "trunk", "trunk", false }, { "dns", "name", true } };
	struct names *n = ctx;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *a =
			settings_text_or(&p->act.with, rows[i].what, "");
		const char *b =
			settings_text_or(&p->undo.with, rows[i].what, "");

		if (strcmp(p->act.kind, rows[i].kind) != 0 ||
		    strcmp(p->undo.kind, rows[i].kind) != 0 || a[0] == '\0' ||
		    b[0] == '\0' || is_same_name(a, b) ||
		    (rows[i].is_host &&
		     !(record_name_is_sound(a) && record_name_is_sound(b))))
			continue;
		n->what = rows[i].what;
		str_printf(n->done, sizeof(n->done), "%s", a);
		str_printf(n->undone, sizeof(n->undone), "%s", b);
		return true;
	}
	return false;
}

static void
check_elsewhere(struct loader *l, const struct book_step *s,
		const struct node *map)
{
	const struct book_undo *row = row_of(l, s);
	struct names n;

	if (row != NULL && any_pair(&s->act, &row->act, is_elsewhere, &n))
		node_error(
			&(struct site){ l->rollback.file, l->s.f },
			l->undo_nodes[row - l->book->rollback.undos],
			"undo-elsewhere",
			"\"%.40s\" takes \"%s\" back at the %s \"%.48s\", and "
			"the step \"%s\" changes \"%.48s\"",
			row->action, s->object, n.what, n.undone, s->id,
			n.done);
	if (any_pair(&s->act, &s->undo, is_elsewhere, &n))
		node_key_error(&l->s, node_get(map, "undo"), "undo-elsewhere",
			       "the undo of \"%s\" changes the %s \"%.48s\", "
			       "and the step \"%.48s\": what the step changed "
			       "would stay",
			       s->id, n.what, n.undone, n.done);
}

/* Does the undo reach the region, as far as it says where it acts?  A person
 * and a program may reach all of them. */
static bool
reaches(const struct act *undo, const struct act *act, const char *region)
{
	char place[PLACE], there[PLACE];
	struct act one;

	if (!str_in_words("http dns trunk", undo->kind))
		return spread_reaches(undo, region);
	spread_act(&one, act, region);
	act_place(&one, place, sizeof(place));
	act_place(undo, there, sizeof(there));
	act_clear(&one);
	return place[0] != '\0' && strcmp(place, there) == 0;
}

/* The regions of the act that the undo leaves as they are, by name; false when
 * there are none. */
static bool
left_regions(const struct act *act, const struct act *undo, char *to,
	     size_t size)
{
	struct regions over, left = { 0 };

	spread_regions(&over, act);
	for (size_t i = 0; i < over.count; i++)
		if (!reaches(undo, act, over.items[i].name))
			regions_set(&left, over.items[i].name, SIDE_UNKNOWN,
				    -1);
	regions_names(to, size, &left, SIDE_UNKNOWN, NAMED);
	return left.count > 0;
}

static void
check_regions(struct loader *l, const struct book_step *s,
	      const struct node *map)
{
	const struct book_undo *row = row_of(l, s);
	char names[NAMED * (REGION_NAME + 2) + 24];

	if (row != NULL) {
		if (row->act.kind[0] != '\0' &&
		    left_regions(&s->act, &row->act, names, sizeof(names)))
			node_error(&(struct site){ l->rollback.file, l->s.f },
				   l->undo_nodes[row - l->book->rollback.undos],
				   "regions-left",
				   "\"%.40s\" does not take \"%s\" back in "
				   "%s, where the step \"%s\" changes it",
				   row->action, s->object, names, s->id);
	} else if (s->undo.kind[0] != '\0' &&
		   left_regions(&s->act, &s->undo, names, sizeof(names))) {
		node_key_error(&l->s, node_get(map, "undo"), "regions-left",
			       "the undo of \"%s\" leaves %s as the step made "
			       "it: let it run parallel over all regions of "
			       "the step",
			       s->id, names);
	}
}

static bool
is_same_act(const struct act *a, const struct act *b)
{
	if (strcmp(a->kind, b->kind) != 0 || a->with.count != b->with.count)
		return false;
	for (size_t i = 0; i < a->with.count; i++)
		if (!str_same(a->with.items[i].text,
			      settings_text(&b->with, a->with.items[i].name)))
			return false;
	return true;
}

/* After the last of two undos that leave one object different, what the other
 * wanted does not hold, and nothing could be validated.  True when told. */
static bool
tell_disagree(struct loader *l, const struct book_step *first,
	      const struct book_step *s, const struct node *at)
{
	bool is_known = first->undo_sets[0] != '\0' && s->undo_sets[0] != '\0';

	if (is_known && strcmp(first->undo_sets, s->undo_sets) == 0)
		return false;
	if (is_known)
		node_key_error(&l->s, at, "duplicate-object",
			       "\"%s\" takes \"%s\" back to \"%.40s\", and "
			       "\"%s\" on line %d to \"%.40s\": both undos "
			       "must leave what stood before the first",
			       s->id, s->object, s->undo_sets, first->id,
			       first->line, first->undo_sets);
	else if (is_same_act(&first->undo, &s->undo))
		return false;
	else
		node_key_warn(&l->s, at, "duplicate-object",
			      "\"%s\" and \"%s\" on line %d both take \"%s\" "
			      "back, and of one of them nobody knows to what: "
			      "say it with \"undo_sets\"",
			      s->id, first->id, first->line, s->object);
	return true;
}

static void
check_same_object(struct loader *l, size_t step)
{
	const struct book *b = l->book;
	const struct book_step *s = &b->steps[step];
	const struct node *at = node_get(l->step_nodes[step], "undo");

	if (s->undo.kind[0] == '\0' || s->object[0] == '\0' ||
	    row_of(l, s) != NULL)
		return;
	for (size_t i = 0; i < step; i++) {
		const struct book_step *first = &b->steps[i];

		if (first->undo.kind[0] != '\0' &&
		    strcmp(first->object, s->object) == 0 &&
		    tell_disagree(l, first, s, at))
			return;
	}
}

void
undo_lint(struct loader *l, size_t step)
{
	const struct book_step *s = &l->book->steps[step];
	const struct node *map = l->step_nodes[step];

	check_same_object(l, step);
	if (is_first_of_object(l->book, step))
		check_sets(l, s, map);
	check_elsewhere(l, s, map);
	check_regions(l, s, map);
}
