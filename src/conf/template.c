/* template - {target}, {value}, {ttl_seconds} and {region} in acts. */
#include "conf/template.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define WORD 40

/* Moves *p behind the next {word}; the text before it is [start, *brace).
 * False at the end of the text. */
static bool
next_word(const char **p, const char **brace, char word[WORD])
{
	const char *at = *p;

	while ((at = strchr(at, '{')) != NULL) {
		size_t len;

		if (at[1] == '{') {
			const char *end = strstr(at + 2, "}}");

			if (end == NULL)
				return false;
			at = end + 2;
			continue;
		}
		len = 0;
		while (isalnum((unsigned char)at[1 + len]) ||
		       at[1 + len] == '_')
			len++;
		if (len > 0 && len < WORD && at[1 + len] == '}') {
			str_copy_n(word, WORD, at + 1, len);
			*brace = at;
			*p = at + len + 2;
			return true;
		}
		at++;
	}
	return false;
}

/* The id of a job comes at night; check_job() knows where it may stand. */
static bool
is_of_job(const struct node *n, const char *word)
{
	return strcmp(word, "job") == 0 && str_same(n->key, "path");
}

void
template_check(const struct site *s, const struct node *n, const char *words)
{
	const char *p = n->text;
	const char *brace;
	char word[WORD], hint[96];

	if (str_same(n->key, "parallel") && strcmp(words, TEMPLATE_WORDS) == 0)
		words = TEMPLATE_WORDS " " TEMPLATE_REGION;
	if (n->type != NODE_SCALAR) {
		for (n = n->first; n != NULL; n = n->next)
			template_check(s, n, words);
		return;
	}
	while (next_word(&p, &brace, word)) {
		if (str_in_words(words, word) || is_of_job(n, word))
			continue;
		suggest_word(hint, sizeof(hint), s, word, words);
		node_error(s, n, "template", "unknown placeholder {%s}%s", word,
			   hint);
	}
}

/* NULL: none is given, or the word is unknown. */
static const char *
value_of(const struct template_values *values, const char *word)
{
	if (strcmp(word, "target") == 0)
		return values->target;
	if (strcmp(word, "value") == 0)
		return values->value;
	if (strcmp(word, "ttl_seconds") == 0)
		return values->ttl_seconds;
	return NULL;
}

static const struct node *
name_of(const struct template_row *row, const char *word)
{
	if (strcmp(word, "target") == 0)
		return row->target_name;
	return strcmp(word, "value") == 0 ? row->value_name : NULL;
}

/* What cannot be filled in has been reported where it stands. */
static bool
is_fit(const char *value)
{
	return value[0] != '\0' && strpbrk(value, "{}") == NULL &&
	       text_is_plain(value, false);
}

/* Where the row, or `names`, says what was put in the place of `word`. */
static const struct origin *
origin_of(struct arena *a, const struct template_values *values,
	  const char *word, const char *into)
{
	static const struct origin nowhere = { .file = "",
					       .is_reported = true };
	const struct template_row *row = values->row;
	const char *value = value_of(values, word);
	const struct node *name, *at;
	struct origin *from;

	/* template_check() has reported it. */
	if (row == NULL || !str_in_words(TEMPLATE_WORDS, word))
		return &nowhere;
	if (value == NULL)
		node_error(row->s, row->map, "template",
			   "step %d has no \"%s\", which its act puts into "
			   "\"%.40s\": add it to the row",
			   row->step, word, into);
	if (value == NULL || !is_fit(value))
		return &nowhere;
	name = name_of(row, word);
	at = name != NULL ? name : node_get(row->map, word);
	from = arena_take(a, sizeof(*from));
	*from = (struct origin){
		.file = name != NULL ? row->names_at->file : row->s->file,
		.line = at->line,
		.column = at->column,
		.what = arena_text(a, word, strlen(word)),
		.step = row->step,
		.into = into,
	};
	return from;
}

/* The text of `copy` with its words replaced; `into` is the nearest key. */
static void
fill_text(struct arena *a, const struct site *s, struct node *copy,
	  const char *into, const struct template_values *values)
{
	const char *p = copy->text;
	const char *start = p;
	const char *brace;
	char word[WORD];
	struct buf text;

	buf_init(&text, DOC_SCALAR_BYTES);
	while (next_word(&p, &brace, word)) {
		bool is_region = strcmp(word, "region") == 0;
		const char *value =
			is_region ? values->region : value_of(values, word);

		if (is_of_job(copy, word) || (is_region && value == NULL))
			continue;
		if (!is_region &&
		    (copy->from == NULL || !copy->from->is_reported))
			copy->from = origin_of(a, values, word, into);
		buf_add(&text, start, (size_t)(brace - start));
		buf_text(&text, value != NULL ? value : "");
		start = p;
	}
	if (start == copy->text) {
		buf_clear(&text);
		return;
	}
	buf_text(&text, start);
	if (text.cut)
		node_error(s, copy, "too-long",
			   "the text is too long once filled in");
	copy->text = arena_text(a, buf_str(&text), text.len);
	buf_clear(&text);
}

static struct node *
fill(struct arena *a, const struct site *s, const struct node *n,
     const char *into, const struct template_values *values)
{
	struct node *copy = arena_take(a, sizeof(*copy));

	*copy = *n;
	copy->next = copy->first = copy->last = NULL;
	if (n->key != NULL)
		into = n->key;
	if (n->type == NODE_SCALAR) {
		fill_text(a, s, copy, into, values);
		return copy;
	}
	for (const struct node *c = n->first; c != NULL; c = c->next) {
		struct node *child = fill(a, s, c, into, values);

		if (copy->last == NULL)
			copy->first = child;
		else
			copy->last->next = child;
		copy->last = child;
	}
	return copy;
}

struct node *
template_fill(struct arena *a, const struct site *s, const struct node *n,
	      const struct template_values *values)
{
	return fill(a, s, n, "", values);
}
