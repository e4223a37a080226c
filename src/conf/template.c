/* template - {target}, {value}, {ttl_seconds} and {region} in acts. */
#include "conf/template.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/percent.h"
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
		while (isalpha((unsigned char)at[1 + len]) ||
		       at[1 + len] == '_' ||
		       (len > 0 && isdigit((unsigned char)at[1 + len])))
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

bool
template_has_word(const char *text)
{
	const char *brace;
	char word[WORD];

	return next_word(&text, &brace, word);
}

/* What a text is for: how a value is written into it, and what braces are. */
enum text_place { IN_TEXT, IN_PATH, IN_POINTER, IN_DATA, IN_WORDS };

/* Keys of data and the words of a program are not ours. */
static enum text_place
place_of(enum text_place above, const char *key)
{
	static const struct {
		const char *key;
		enum text_place place;
	} rows[] = {
		{ "path", IN_PATH },  { "pointer", IN_POINTER },
		{ "body", IN_DATA },  { "headers", IN_DATA },
		{ "argv", IN_WORDS }, { "env", IN_WORDS },
	};

	if (key == NULL || above == IN_DATA || above == IN_WORDS)
		return above;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].key, key) == 0)
			return rows[i].place;
	return IN_TEXT;
}

/* The id of a job comes at night; check_job() knows where it may stand. */
static bool
is_of_job(enum text_place place, const char *word)
{
	return strcmp(word, "job") == 0 && place == IN_PATH;
}

/* ": known here are {target} {value}". */
static void
tell_known(char *to, size_t size, const char *words)
{
	size_t used;

	str_copy(to, size,
		 words[0] == '\0' ? ": none is known here, write the value in "
				    "its place"
				  : ": known here are");
	for (const char *p = words; *p != '\0'; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		used = strlen(to);
		str_printf(to + used, size - used, " {%.*s}", (int)len, p);
		p += len;
	}
}

static bool
is_known(const char *words, const char *word, enum text_place place,
	 bool is_shell)
{
	if (str_in_words(words, word) || is_of_job(place, word))
		return true;
	if (words[0] != '\0')
		return false;
	/* url_path_check() knows no word of a path either. */
	return place == IN_PATH || ((place == IN_WORDS || is_shell) &&
				    !str_in_words(TEMPLATE_WORDS, word));
}

/* A word of ours in a place where nothing fills it in, one beside words that
 * are filled in, and one that is nearly known are errors; any other may be
 * meant as it stands. */
static bool
must_be_known(const char *words, const char *word, const char *hint)
{
	return str_in_words(TEMPLATE_WORDS " " TEMPLATE_REGION " job", word) ||
	       str_in_words(words, "target") || hint[0] != '\0';
}

static void
check(const struct site *s, const struct node *n, const char *words,
      enum text_place place)
{
	const char *p = n->text;
	const char *brace;
	char word[WORD], hint[96], known[128];

	place = place_of(place, n->key);
	if (place == IN_TEXT && str_same(n->key, "parallel"))
		words = words[0] == '\0' ? TEMPLATE_REGION
					 : TEMPLATE_WORDS " " TEMPLATE_REGION;
	if (n->type != NODE_SCALAR) {
		for (n = n->first; n != NULL; n = n->next)
			check(s, n, words, place);
		return;
	}
	while (next_word(&p, &brace, word)) {
		if (is_known(words, word, place,
			     brace > n->text && brace[-1] == '$'))
			continue;
		suggest_word(hint, sizeof(hint), s, word, words);
		tell_known(known, sizeof(known), words);
		if (must_be_known(words, word, hint))
			node_error(s, n, "template",
				   "unknown placeholder {%s}%s%s", word, hint,
				   known);
		else
			node_warn(s, n, "template",
				  "unknown placeholder {%s}%s; it is sent as "
				  "it stands",
				  word, known);
	}
}

void
template_check(const struct site *s, const struct node *n, const char *words)
{
	check(s, n, words, IN_TEXT);
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

/* What would end the place that `value` gets is escaped there. */
static void
write_value(struct buf *text, enum text_place place, const char *value)
{
	if (place == IN_PATH) {
		percent_encode(text, value);
		return;
	}
	for (const char *p = value; *p != '\0'; p++)
		if (place == IN_POINTER && (*p == '~' || *p == '/'))
			buf_text(text, *p == '~' ? "~0" : "~1"); /* RFC 6901 */
		else
			buf_char(text, *p);
}

/* The text of `copy` with its words replaced; `into` is the nearest key. */
static void
fill_text(struct arena *a, const struct site *s, struct node *copy,
	  const char *into, enum text_place place,
	  const struct template_values *values)
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

		if (is_of_job(place, word) || (is_region && value == NULL))
			continue;
		if (!is_region &&
		    (copy->from == NULL || !copy->from->is_reported))
			copy->from = origin_of(a, values, word, into);
		buf_add(&text, start, (size_t)(brace - start));
		write_value(&text, place, value != NULL ? value : "");
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
	if (place == IN_PATH && percent_climbs(copy->text))
		node_error(s, copy, "bad-path",
			   "\"%.64s\" climbs in the path: \".\" and \"..\" are "
			   "no names",
			   copy->text);
}

static struct node *
fill(struct arena *a, const struct site *s, const struct node *n,
     const char *into, enum text_place place,
     const struct template_values *values)
{
	struct node *copy = arena_take(a, sizeof(*copy));

	*copy = *n;
	copy->next = copy->first = copy->last = NULL;
	if (n->key != NULL)
		into = n->key;
	place = place_of(place, n->key);
	if (n->type == NODE_SCALAR) {
		fill_text(a, s, copy, into, place, values);
		return copy;
	}
	for (const struct node *c = n->first; c != NULL; c = c->next) {
		struct node *child = fill(a, s, c, into, place, values);

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
	return fill(a, s, n, "", IN_TEXT, values);
}
