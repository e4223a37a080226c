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

/* NULL: the word stays. */
static const char *
value_of(const struct site *s, const struct node *n, const char *word,
	 const struct template_values *values)
{
	if (is_of_job(n, word))
		return NULL;
	if (strcmp(word, "region") == 0)
		return values->region;
	if (strcmp(word, "target") == 0)
		return values->target;
	if (strcmp(word, "value") == 0)
		return values->value;
	if (strcmp(word, "ttl_seconds") != 0)
		return ""; /* template_check() has reported it */
	if (values->ttl_seconds == NULL) {
		node_error(s, n, "template",
			   "{ttl_seconds} is used, but the manifest gives no "
			   "ttl_seconds for this action");
		return "0";
	}
	return values->ttl_seconds;
}

static const char *
fill_text(struct arena *a, const struct site *s, const struct node *n,
	  const struct template_values *values)
{
	const char *p = n->text;
	const char *start = p;
	const char *brace;
	const char *done;
	char word[WORD];
	struct buf text;

	buf_init(&text, DOC_SCALAR_BYTES);
	while (next_word(&p, &brace, word)) {
		const char *value = value_of(s, n, word, values);

		if (value == NULL)
			continue;
		buf_add(&text, start, (size_t)(brace - start));
		buf_text(&text, value);
		start = p;
	}
	if (start == n->text) {
		buf_clear(&text);
		return n->text;
	}
	buf_text(&text, start);
	if (text.cut)
		node_error(s, n, "too-long",
			   "the text is too long once filled in");
	done = arena_text(a, buf_str(&text), text.len);
	buf_clear(&text);
	return done;
}

struct node *
template_fill(struct arena *a, const struct site *s, const struct node *n,
	      const struct template_values *values)
{
	struct node *copy = arena_take(a, sizeof(*copy));

	*copy = *n;
	copy->next = copy->first = copy->last = NULL;
	if (n->type == NODE_SCALAR) {
		copy->text = fill_text(a, s, n, values);
		return copy;
	}
	for (const struct node *c = n->first; c != NULL; c = c->next) {
		struct node *child = template_fill(a, s, c, values);

		if (copy->last == NULL)
			copy->first = child;
		else
			copy->last->next = child;
		copy->last = child;
	}
	return copy;
}
