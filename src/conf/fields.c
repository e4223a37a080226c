/* fields - rows that say which keys a map takes, and one walker for all. */
#include "conf/fields.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define MOST_NAMES 64

bool
want_map(const struct site *s, const struct node *n)
{
	char found[80];

	if (n->type == NODE_MAP || node_is_empty(n))
		return true;
	node_describe(found, sizeof(found), n);
	node_error(s, n, "wrong-type", "\"%.64s\" must be a map, found %s",
		   n->key != NULL ? n->key : "item", found);
	return false;
}

bool
want_list(const struct site *s, const struct node *n)
{
	char found[80];

	if (n->type == NODE_LIST)
		return true;
	node_describe(found, sizeof(found), n);
	node_error(s, n, "wrong-type", "\"%.64s\" must be a list, found %s",
		   n->key != NULL ? n->key : "item", found);
	return false;
}

static const struct field *
find_row(const struct field *rows, const char *name)
{
	for (; rows->name != NULL; rows++)
		if (strcmp(rows->name, name) == 0)
			return rows;
	return NULL;
}

static bool
is_kind(const struct kind_spec *const *kinds, const char *name)
{
	for (; kinds != NULL && *kinds != NULL; kinds++)
		if (strcmp((*kinds)->name, name) == 0)
			return true;
	return false;
}

static void
unknown_key(const struct site *s, const struct field *rows,
	    const struct node *n, const struct kind_spec *const *kinds)
{
	const char *names[MOST_NAMES];
	size_t count = 0;
	char hint[96];

	for (; rows->name != NULL && count < MOST_NAMES; rows++)
		names[count++] = rows->name;
	for (; kinds != NULL && *kinds != NULL && count < MOST_NAMES; kinds++)
		names[count++] = (*kinds)->name;
	suggest(hint, sizeof(hint), s, n->key, names, count);
	node_key_error(s, n, "unknown-key", "unknown key \"%.64s\"%s", n->key,
		       hint);
}

/* The bounds as people write the value. */
static void
bound_text(char *to, size_t size, const struct field *row, double bound)
{
	if (row->as == AS_DURATION)
		str_duration(to, size, (int64_t)bound);
	else
		str_number(to, size, bound);
}

static bool
in_range(const struct site *s, const struct field *row, const struct node *n,
	 double value)
{
	char least[40], most[40];

	if (row->least == 0 && row->most == 0)
		return true;
	if (value >= row->least && (row->most == 0 || value <= row->most))
		return true;
	bound_text(least, sizeof(least), row, row->least);
	bound_text(most, sizeof(most), row, row->most);
	if (row->most == 0)
		node_error(s, n, "range",
			   "\"%s\" must be at least %s, found \"%.32s\"",
			   row->name, least, n->text);
	else
		node_error(s, n, "range",
			   "\"%s\" must be from %s to %s, found \"%.32s\"",
			   row->name, least, most, n->text);
	return false;
}

static void
read_number(const struct site *s, const struct field *row, const struct node *n,
	    void *at)
{
	int64_t whole = 0;
	double value = 0;
	bool ok;

	if (row->as == AS_NUMBER)
		ok = scalar_number(s, n, &value);
	else if (row->as == AS_DURATION)
		ok = scalar_duration(s, n, &whole);
	else
		ok = scalar_integer(s, n, &whole);
	if (row->as != AS_NUMBER)
		value = (double)whole;
	if (!ok || !in_range(s, row, n, value) || row->size == 0)
		return;
	switch (row->as) {
	case AS_NUMBER:
		assert(row->size == sizeof(double));
		*(double *)at = value;
		break;
	case AS_COUNT:
		assert(row->size == sizeof(int) && row->most <= INT32_MAX);
		*(int *)at = (int)whole;
		break;
	default:
		assert(row->size == sizeof(int64_t));
		*(int64_t *)at = whole;
	}
}

static void
read_text(const struct site *s, const struct node *n, char **at)
{
	char line[2048];

	if (!scalar_line(s, n, line, sizeof(line)))
		return;
	mem_free(*at);
	*at = mem_text(line);
}

static void
read_word(const struct site *s, const struct field *row, const struct node *n,
	  int *at)
{
	int index = 0;

	if (scalar_word(s, n, row->words, &index) && row->size > 0)
		*at = index;
}

static void
read_flag(const struct site *s, const struct field *row, const struct node *n,
	  bool *at)
{
	bool value;

	if (scalar_flag(s, n, &value) && row->size > 0)
		*at = value;
}

static void
read_field(const struct site *s, const struct field *row, const struct node *n,
	   void *to)
{
	void *at = (char *)to + row->offset;

	switch (row->as) {
	case AS_ID:
		scalar_id(s, n, at, row->size);
		break;
	case AS_LINE:
		scalar_line(s, n, at, row->size);
		break;
	case AS_TEXT:
		read_text(s, n, at);
		break;
	case AS_OWN:
		scalar_any(s, n, "a text");
		break;
	case AS_WORD:
		read_word(s, row, n, at);
		break;
	case AS_FLAG:
		read_flag(s, row, n, at);
		break;
	case AS_NUMBER:
	case AS_COUNT:
	case AS_LONG:
	case AS_DURATION:
		read_number(s, row, n, at);
		break;
	case AS_TEXTS:
	case AS_OBJECTS:
		want_list(s, n);
		break;
	case AS_TEXT_MAP:
	case AS_OBJECT:
	case AS_NAMED:
	case AS_ACTS:
		want_map(s, n);
		break;
	default:
		break;
	}
}

bool
fields_read(const struct site *s, const struct field *rows,
	    const struct node *map, void *to,
	    const struct kind_spec *const *kinds)
{
	if (!want_map(s, map))
		return false;
	for (const struct node *n = map->first; n != NULL; n = n->next) {
		const struct field *row = find_row(rows, n->key);

		if (row != NULL)
			read_field(s, row, n, to);
		else if (!is_kind(kinds, n->key))
			unknown_key(s, rows, n, kinds);
	}
	for (; rows->name != NULL; rows++)
		if (rows->required && node_get(map, rows->name) == NULL)
			node_key_error(s, map, "missing",
				       "\"%s\" is missing: %s", rows->name,
				       rows->help);
	return true;
}
