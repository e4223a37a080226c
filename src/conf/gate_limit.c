/*
 * gate_limit - what a threshold demands: number, version, flag or text.
 *
 * The name of a threshold and the way its value is written must agree; what
 * could be read two ways is refused.
 */
#include "conf/manifest.h"

#include <string.h>

#include "base/str.h"
#include "conf/scalar.h"

enum gate_sense
gate_name_sense(const char *key, char *name, size_t size)
{
	size_t len = strlen(key);

	if (str_starts(key, "max_")) {
		str_copy(name, size, key + 4);
		return SENSE_MAX;
	}
	if (str_starts(key, "min_")) {
		str_copy(name, size, key + 4);
		return SENSE_MIN;
	}
	if (str_ends(key, "_minimum")) {
		str_copy_n(name, size, key, len - strlen("_minimum"));
		return SENSE_VERSION;
	}
	str_copy(name, size, key);
	return SENSE_BARE;
}

/* An unquoted number; quotes make a text. */
static bool
read_limit_number(const struct site *s, const struct node *n, double *out)
{
	if (n->type == NODE_SCALAR && n->quoted) {
		node_error(s, n, "wrong-type",
			   "\"%.64s\" must be a number, found a text: leave "
			   "out the quotes",
			   n->key);
		return false;
	}
	return scalar_number(s, n, out);
}

static bool
set_number(const struct site *s, struct gate *g, enum gate_op op,
	   const struct node *n)
{
	double limit;

	if (!read_limit_number(s, n, &limit))
		return false;
	g->op = op;
	g->limit = value_of_number(limit);
	return true;
}

static bool
set_version(const struct site *s, struct gate *g, const struct node *n)
{
	int order;

	if (n->type != NODE_SCALAR || !n->quoted ||
	    !value_compare_versions(n->text, n->text, &order)) {
		node_error(s, n, "bad-version",
			   "\"%.64s\" must be a version in quotes, as in "
			   "\"1.2\" (min_ is for numbers)",
			   n->key);
		return false;
	}
	g->op = GATE_VERSION_AT_LEAST;
	g->limit = value_of_words(n->text);
	return true;
}

/* Unquoted text that some would take for a number or a flag. */
static bool
is_doubtful(const struct node *n)
{
	if (n->quoted)
		return false;
	if (node_is_plain(n, "null") || word_is_ambiguous(n->text))
		return true;
	return strchr("0123456789+-.", n->text[0]) != NULL;
}

static bool
set_equal(const struct site *s, struct gate *g, const struct node *n)
{
	double number;

	g->op = GATE_EQUALS;
	if (scalar_any(s, n, "a flag, a text or a number") == NULL)
		return false;
	if (node_is_plain(n, "true") || node_is_plain(n, "false")) {
		g->limit = value_of_flag(n->text[0] == 't');
	} else if (!n->quoted && node_number(n->text, &number)) {
		g->limit = value_of_number(number);
	} else if (is_doubtful(n)) {
		node_error(s, n, "ambiguous",
			   "%.32s is no number and no flag: write it plainly, "
			   "or in quotes if it is a text",
			   n->text);
		return false;
	} else {
		char words[VALUE_TEXT];

		if (!scalar_line(s, n, words, sizeof(words)))
			return false;
		g->limit = value_of_words(words);
	}
	return true;
}

static bool
set_bare(const struct site *s, struct gate *g, const struct node *n)
{
	if (!set_equal(s, g, n))
		return false;
	if (g->limit.kind == VALUE_NUMBER)
		g->op = GATE_AT_MOST;
	return true;
}

bool
gate_limit(const struct site *s, struct gate *g, enum gate_sense sense,
	   const struct node *n)
{
	switch (sense) {
	case SENSE_MAX:
		return set_number(s, g, GATE_AT_MOST, n);
	case SENSE_MIN:
		return set_number(s, g, GATE_AT_LEAST, n);
	case SENSE_VERSION:
		return set_version(s, g, n);
	default:
		return set_bare(s, g, n);
	}
}

/* The limit words of a map, and which name they agree with. */
static const struct {
	const char *word;
	enum gate_sense sense;
} limit_words[] = {
	{ "limit", SENSE_BARE }, /* as the name says */
	{ "max", SENSE_MAX },	      { "min", SENSE_MIN },
	{ "version", SENSE_VERSION }, { "equals", SENSE_BARE },
};

/* The row of a word, or -1. */
static int
limit_row(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(limit_words); i++)
		if (strcmp(limit_words[i].word, key) == 0)
			return (int)i;
	return -1;
}

bool
gate_is_limit_word(const char *key)
{
	return limit_row(key) >= 0;
}

bool
gate_limit_word(const struct site *s, struct gate *g, enum gate_sense sense,
		const struct node *n)
{
	int row = limit_row(n->key);
	enum gate_sense said = row > 0 ? limit_words[row].sense : sense;

	if (sense != SENSE_BARE && said != sense) {
		node_key_error(s, n, "conflict",
			       "\"%s\" contradicts the name of the threshold",
			       n->key);
		return false;
	}
	if (strcmp(n->key, "equals") == 0)
		return set_equal(s, g, n);
	return gate_limit(s, g, said, n);
}
