/* scalar - the texts of a file as typed values, or a finding at their place. */
#include "conf/scalar.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/text.h"

#define MOST_WORDS 64
#define MOST_ROWS 256

void
suggest(char *to, size_t size, const struct site *s, const char *word,
	const char *const *words, size_t count)
{
	const char *near = NULL;

	/* A file of nothing but unknown keys must not cost a search each. */
	if (!findings_full(s->f))
		near = str_nearest(word, words, count);
	if (near == NULL)
		to[0] = '\0';
	else
		str_printf(to, size, " (did you mean \"%s\"?)", near);
}

void
suggest_row(char *to, size_t size, const struct site *s, const char *word,
	    const char *first, size_t count, size_t stride)
{
	const char *names[MOST_ROWS];

	if (count > MOST_ROWS)
		count = MOST_ROWS;
	for (size_t i = 0; i < count; i++)
		names[i] = first + i * stride;
	suggest(to, size, s, word, names, count);
}

void
suggest_word(char *to, size_t size, const struct site *s, const char *word,
	     const char *list)
{
	char copy[1024];
	const char *words[MOST_WORDS];
	size_t count = 0;
	char *rest = copy;

	str_copy(copy, sizeof(copy), list);
	for (char *one = strtok_r(copy, " ", &rest);
	     one != NULL && count < MOST_WORDS;
	     one = strtok_r(NULL, " ", &rest))
		words[count++] = one;
	suggest(to, size, s, word, words, count);
}

static const char *
label(const struct node *n)
{
	return n->key != NULL ? n->key : "item";
}

static void
wrong_type(const struct site *s, const struct node *n, const char *wants)
{
	char found[80];

	node_describe(found, sizeof(found), n);
	node_error(s, n, "wrong-type", "\"%.64s\" must be %s, found %s",
		   label(n), wants, found);
}

const char *
scalar_any(const struct site *s, const struct node *n, const char *wants)
{
	if (n->type != NODE_SCALAR || node_is_empty(n)) {
		wrong_type(s, n, wants);
		return NULL;
	}
	return n->text;
}

bool
text_is_plain(const char *text, bool may_break)
{
	const char *end = text + strlen(text);

	while (text < end) {
		int32_t c = text_next(&text, end);

		if (may_break && (c == '\n' || c == '\t'))
			continue;
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
		    c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
		    (c >= 0x2066 && c <= 0x2069))
			return false;
	}
	return true;
}

bool
scalar_line(const struct site *s, const struct node *n, char *to, size_t size)
{
	const char *text = scalar_any(s, n, "a text");

	if (text == NULL)
		return false;
	if (!text_is_plain(text, false)) {
		node_error(s, n, "control",
			   "\"%.64s\" must be one line without control "
			   "characters",
			   label(n));
		return false;
	}
	if (strlen(text) >= size) {
		node_error(s, n, "too-long",
			   "\"%.64s\" is %zu bytes long, at most %zu fit",
			   label(n), strlen(text), size - 1);
		return false;
	}
	return str_copy(to, size, text);
}

bool
id_is_sound(const char *text)
{
	if (!isalnum((unsigned char)text[0]))
		return false;
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text) &&
		    strchr("_-.", *text) == NULL)
			return false;
	return true;
}

bool
scalar_id(const struct site *s, const struct node *n, char *to, size_t size)
{
	const char *text = scalar_any(s, n, "a name");
	char found[80];

	if (text == NULL)
		return false;
	if (!id_is_sound(text)) {
		node_describe(found, sizeof(found), n);
		node_error(s, n, "bad-name",
			   "%s is no name: letters, digits, \"-\", \"_\" "
			   "and \".\", the first a letter or digit",
			   found);
		return false;
	}
	return scalar_line(s, n, to, size);
}

bool
scalar_number(const struct site *s, const struct node *n, double *out)
{
	const char *text = scalar_any(s, n, "a number");
	double value;

	if (text == NULL)
		return false;
	if (!node_number(text, &value)) {
		wrong_type(s, n, "a number such as 2.5");
		return false;
	}
	*out = value;
	return true;
}

bool
scalar_integer(const struct site *s, const struct node *n, int64_t *out)
{
	const char *text = scalar_any(s, n, "a whole number");
	double number;
	int64_t value;

	if (text == NULL)
		return false;
	if (!node_number(text, &number) || !str_to_int(text, &value)) {
		wrong_type(s, n, "a whole number such as 3");
		return false;
	}
	*out = value;
	return true;
}

bool
scalar_flag(const struct site *s, const struct node *n, bool *out)
{
	const char *text = scalar_any(s, n, "true or false");

	if (text == NULL)
		return false;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
		wrong_type(s, n, "true or false");
		return false;
	}
	*out = text[0] == 't';
	return true;
}

bool
scalar_duration(const struct site *s, const struct node *n, int64_t *out_ms)
{
	static const char wants[] = "a duration such as 30s or 1h30m";
	const char *text = scalar_any(s, n, wants);
	char hint[96];
	int64_t value;

	if (text == NULL)
		return false;
	if (str_to_duration_ms(text, out_ms))
		return true;
	if (str_to_int(text, &value) && value >= 0) {
		str_printf(hint, sizeof(hint), "%s (write its unit: %lds)",
			   wants, (long)value);
		wrong_type(s, n, hint);
	} else {
		wrong_type(s, n, wants);
	}
	return false;
}

/* The position of `word` among `words`, or -1. */
static int
word_index(const char *words, const char *word)
{
	size_t len = strlen(word);
	int index = 0;

	for (const char *p = words; *p != '\0'; index++) {
		size_t n = strcspn(p, " ");

		if (n == len && memcmp(p, word, n) == 0)
			return index;
		p += n;
		p += strspn(p, " ");
	}
	return -1;
}

bool
scalar_word(const struct site *s, const struct node *n, const char *words,
	    int *out)
{
	char wants[256], hint[96];
	const char *text;
	int index;

	str_printf(wants, sizeof(wants), "one of: %s", words);
	text = scalar_any(s, n, wants);
	if (text == NULL)
		return false;
	index = word_index(words, text);
	if (index < 0) {
		suggest_word(hint, sizeof(hint), s, text, words);
		node_error(s, n, "unknown-word",
			   "\"%.64s\" must be one of: %s; found \"%.48s\"%s",
			   label(n), words, text, hint);
		return false;
	}
	*out = index;
	return true;
}

bool
pointer_is_sound(const char *text)
{
	if (text[0] != '\0' && text[0] != '/')
		return false;
	if (!text_is_plain(text, false))
		return false;
	for (; *text != '\0'; text++)
		if (*text == '~' && text[1] != '0' && text[1] != '1')
			return false;
	return true;
}

bool
word_is_ambiguous(const char *text)
{
	static const char *const words[] = { "yes", "no",  "on",   "off",
					     "y",   "n",   "true", "false",
					     "~",   "null" };

	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ||
	    strcmp(text, "null") == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}
