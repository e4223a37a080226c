/* jtree - a JSON document as one flat array of values, with positions. */
#include "conf/jtree.h"

#include <assert.h>
#include <string.h>

#include "base/jscan.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define FEW_KEYS 24 /* up to here names are compared one by one */
#define ROOM_FIRST 64

struct reader {
	struct jtree *tree;
	const char *p, *end;
	size_t open[JTREE_DEPTH];    /* containers not closed yet */
	uint64_t names[JTREE_DEPTH]; /* which hashes their names may have */
	int depth;
	/* of the member whose value comes next */
	const char *key;
	uint32_t key_len, key_hash;
};

static bool
fail(struct reader *r, const char *at, const char *why)
{
	r->tree->why = why;
	r->tree->at = (size_t)(at - r->tree->text);
	return false;
}

uint32_t
jtree_hash(const char *text, size_t len)
{
	uint64_t h = len * 0x9e3779b97f4a7c15u;
	uint64_t part;

	for (; len >= 8; text += 8, len -= 8) {
		memcpy(&part, text, 8);
		h = (h ^ part) * 0x9fb21c651e98df25u;
		h ^= h >> 32;
	}
	part = 0;
	for (size_t i = 0; i < len; i++)
		part = part << 8 | (unsigned char)text[i];
	h = (h ^ part) * 0x9fb21c651e98df25u;
	return (uint32_t)(h ^ h >> 32);
}

static inline void
skip_blanks(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' ||
				 *r->p == '\t' || *r->p == '\r'))
		r->p++;
}

/* Nonzero when one of the eight bytes ends a run of plain ones: a quote, a
 * backslash, a control character or the beginning of a longer one. */
static inline uint64_t
special_of(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101u;
	const uint64_t highs = 0x8080808080808080u;
	uint64_t quote = w ^ ones * '"';
	uint64_t slash = w ^ ones * '\\';

	return ((w - ones * 0x20) | (quote - ones) | (slash - ones) | w) &
	       highs;
}

static const char *
skip_plain(const char *p, const char *end)
{
	uint64_t word;

	while (end - p >= 8) {
		memcpy(&word, p, 8);
		if (special_of(word) != 0)
			break;
		p += 8;
	}
	while (p < end && *p != '"' && *p != '\\' &&
	       (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80)
		p++;
	return p;
}

/* Room for the decoded texts: never more than the text itself, and four
 * bytes beyond for text_encode()'s NUL. */
static char *
decode_room(struct jtree *t)
{
	if (t->decoded == NULL)
		t->decoded = mem_grow(NULL, t->len + 8, 1);
	return t->decoded + t->decoded_len;
}

/* The rest of a string from its first escape; r->p is at it. */
static bool
read_escaped(struct reader *r, const char *raw, const char **text,
	     uint32_t *len)
{
	char *begin = decode_room(r->tree);
	char *to = begin;

	for (;;) {
		const char *run = r->p;
		const char *why = "byte that is not UTF-8";
		int32_t c;

		memcpy(to, raw, (size_t)(run - raw));
		to += run - raw;
		if (r->p == r->end)
			return fail(r, run, "string without its closing quote");
		if (*r->p == '"')
			break;
		raw = r->p;
		if (*r->p == '\\') {
			r->p++;
			c = jscan_escape(&r->p, r->end, &why);
			if (c < 0)
				return fail(r, run, why);
			to += c == 0 ? (*to = '\0', 1)
				     : (ptrdiff_t)text_encode(c, to);
			raw = r->p;
		} else if ((unsigned char)*r->p < 0x20) {
			return fail(r, run, "control character in a string");
		} else if (text_next(&r->p, r->end) < 0) {
			return fail(r, run, why);
		}
		r->p = skip_plain(r->p, r->end);
	}
	*text = begin;
	*len = (uint32_t)(to - begin);
	r->tree->decoded_len += *len;
	r->p++;
	return true;
}

/* r->p is behind the opening quote. */
static bool
read_string(struct reader *r, const char **text, uint32_t *len)
{
	const char *begin = r->p;

	for (;;) {
		r->p = skip_plain(r->p, r->end);
		if (r->p == r->end)
			return fail(r, begin - 1,
				    "string without its closing quote");
		if (*r->p == '"') {
			*text = begin;
			*len = (uint32_t)(r->p++ - begin);
			return true;
		}
		if (*r->p == '\\')
			return read_escaped(r, begin, text, len);
		if ((unsigned char)*r->p < 0x20)
			return fail(r, r->p, "control character in a string");
		if (text_next(&r->p, r->end) < 0)
			return fail(r, r->p - 1, "byte that is not UTF-8");
	}
}

static inline struct jnode *
add_node(struct reader *r, enum jkind kind)
{
	struct jtree *t = r->tree;
	struct jnode *v;

	if (t->count == t->room) {
		t->room = t->room * 2 > ROOM_FIRST ? t->room * 2 : ROOM_FIRST;
		t->nodes = mem_grow(t->nodes, t->room, sizeof(*t->nodes));
	}
	v = &t->nodes[t->count++];
	v->key = r->key;
	v->key_len = r->key_len;
	v->key_hash = r->key_hash;
	v->text = NULL;
	v->len = 0;
	v->span = 1;
	v->at = (uint32_t)(r->p - t->text);
	v->kind = (uint8_t)kind;
	return v;
}

static const char *
skip_digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/* Where the number at `p` ends, or NULL after fail(). */
static const char *
scan_number(struct reader *r, const char *p)
{
	const char *end = r->end;
	const char *digits = p + (*p == '-');

	p = skip_digits(digits, end);
	if (p == digits)
		return fail(r, r->p, "expected a value"), NULL;
	if (*digits == '0' && p > digits + 1)
		return fail(r, r->p, "number with a leading zero"), NULL;
	if (p < end && *p == '.') {
		digits = p + 1;
		p = skip_digits(digits, end);
		if (p == digits)
			return fail(r, r->p, "digits missing after the point"),
			       NULL;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		digits = p + 1;
		digits += digits < end && (*digits == '+' || *digits == '-');
		p = skip_digits(digits, end);
		if (p == digits)
			return fail(r, r->p, "exponent without digits"), NULL;
	}
	return p;
}

static bool
read_number(struct reader *r)
{
	struct jscan number = { .raw = r->p };
	const char *end = scan_number(r, r->p);
	struct jnode *v;

	if (end == NULL)
		return false;
	v = add_node(r, JKIND_NUMBER);
	v->len = (uint32_t)(end - r->p);
	number.raw_len = v->len;
	if (!jscan_number(&number, &v->number))
		return fail(r, r->p, "number beyond a double");
	r->p = end;
	return true;
}

static bool
read_word(struct reader *r, const char *word, size_t len, enum jkind kind)
{
	if ((size_t)(r->end - r->p) < len || memcmp(r->p, word, len) != 0)
		return fail(r, r->p, "expected a value");
	add_node(r, kind);
	r->p += len;
	return true;
}

static bool
open_container(struct reader *r, enum jkind kind)
{
	if (r->depth == JTREE_DEPTH)
		return fail(r, r->p, "nested too deep (128 levels)");
	add_node(r, kind);
	r->open[r->depth] = r->tree->count - 1;
	r->names[r->depth++] = 0;
	r->p++;
	return true;
}

static bool
read_value(struct reader *r)
{
	const char *text;
	uint32_t len;
	size_t index;

	if (r->p == r->end)
		return fail(r, r->p, "text ends where a value is due");
	switch (*r->p) {
	case '"':
		add_node(r, JKIND_STRING);
		index = r->tree->count - 1;
		r->p++;
		if (!read_string(r, &text, &len))
			return false;
		r->tree->nodes[index].text = text;
		r->tree->nodes[index].len = len;
		return true;
	case '{':
		return open_container(r, JKIND_OBJECT);
	case '[':
		return open_container(r, JKIND_ARRAY);
	case 't':
		return read_word(r, "true", 4, JKIND_TRUE);
	case 'f':
		return read_word(r, "false", 5, JKIND_FALSE);
	case 'n':
		return read_word(r, "null", 4, JKIND_NULL);
	default:
		return read_number(r);
	}
}

static bool
same_name(const struct jnode *a, const char *key, uint32_t len)
{
	return a->key_len == len && memcmp(a->key, key, len) == 0;
}

/* Is the name about to come in the object already? */
static bool
is_known_name(const struct reader *r, const struct jnode *object)
{
	const struct jnode *v = object + 1;

	for (uint32_t i = 0; i < object->len; i++, v = jnode_next(v))
		if (v->key_hash == r->key_hash &&
		    same_name(v, r->key, r->key_len))
			return true;
	return false;
}

static bool
read_key(struct reader *r)
{
	uint64_t *names = &r->names[r->depth - 1];
	const struct jnode *object = &r->tree->nodes[r->open[r->depth - 1]];
	const char *at = r->p;
	uint64_t bit;

	if (r->p == r->end || *r->p != '"')
		return fail(r, r->p, "expected a name in double quotes");
	r->p++;
	if (!read_string(r, &r->key, &r->key_len))
		return false;
	r->key_hash = jtree_hash(r->key, r->key_len);
	bit = (uint64_t)1 << (r->key_hash & 63);
	if ((*names & bit) != 0 && object->len < FEW_KEYS &&
	    is_known_name(r, object))
		return fail(r, at, "name given twice in one object");
	*names |= bit;
	skip_blanks(r);
	if (r->p == r->end || *r->p != ':')
		return fail(r, r->p, "expected ':' after the name");
	r->p++;
	skip_blanks(r);
	return true;
}

/* Large objects: sorted once, at the end. */
static bool
check_many_names(struct reader *r, const struct jnode *object)
{
	const struct jnode **all = jnode_sorted(object);
	bool good = true;

	for (uint32_t i = 1; good && i < object->len; i++)
		if (jnode_by_name(&all[i - 1], &all[i]) == 0)
			good = fail(r, r->tree->text + all[i]->at,
				    "name given twice in one object");
	mem_free(all);
	return good;
}

static bool
close_container(struct reader *r)
{
	struct jtree *t = r->tree;
	size_t index = r->open[--r->depth];
	struct jnode *v = &t->nodes[index];

	v->span = (uint32_t)(t->count - index);
	r->p++;
	return v->kind != JKIND_OBJECT || v->len <= FEW_KEYS ||
	       check_many_names(r, v);
}

/* Behind a value in a container: the comma, or closing brackets.  False also
 * when the outermost value has ended. */
static bool
to_next_value(struct reader *r)
{
	while (r->depth > 0) {
		struct jnode *v = &r->tree->nodes[r->open[r->depth - 1]];
		bool in_object = v->kind == JKIND_OBJECT;
		char c;

		skip_blanks(r);
		c = r->p < r->end ? *r->p : '\0';
		v->len++;
		if (c == ',') {
			r->p++;
			skip_blanks(r);
			r->key = NULL;
			r->key_len = r->key_hash = 0;
			return !in_object || read_key(r);
		}
		if (c != (in_object ? '}' : ']'))
			return fail(r, r->p,
				    in_object ? "expected ',' or '}'"
					      : "expected ',' or ']'");
		if (!close_container(r))
			return false;
	}
	return false;
}

/* Into a container that was just opened; *is_empty when it is closed again. */
static bool
enter(struct reader *r, bool *is_empty)
{
	struct jnode *v = &r->tree->nodes[r->open[r->depth - 1]];
	char close = v->kind == JKIND_OBJECT ? '}' : ']';

	skip_blanks(r);
	r->key = NULL;
	r->key_len = r->key_hash = 0;
	*is_empty = r->p < r->end && *r->p == close;
	if (*is_empty)
		return close_container(r);
	return v->kind != JKIND_OBJECT || read_key(r);
}

static bool
read_all(struct reader *r)
{
	skip_blanks(r);
	do {
		int depth = r->depth;
		bool is_empty = false;

		if (!read_value(r))
			return false;
		while (r->depth > depth && !is_empty) {
			depth = r->depth;
			if (!enter(r, &is_empty) ||
			    (!is_empty && !read_value(r)))
				return false;
		}
	} while (to_next_value(r));
	if (r->tree->why != NULL)
		return false;
	skip_blanks(r);
	return r->p == r->end || fail(r, r->p, "more text after the value");
}

bool
jtree_read(struct jtree *t, const char *text, size_t len)
{
	struct reader r = { .tree = t, .p = text, .end = text + len };

	assert(text != NULL);
	t->text = text;
	t->len = len;
	t->count = 0;
	t->why = NULL;
	t->at = 0;
	mem_free(t->decoded);
	t->decoded = NULL;
	t->decoded_len = 0;
	if (len > JTREE_MOST)
		return fail(&r, text, "more than 64 MiB");
	if (t->room == 0) {
		t->room = len / 12 + ROOM_FIRST;
		t->nodes = mem_grow(NULL, t->room, sizeof(*t->nodes));
	}
	return read_all(&r);
}

void
jtree_clear(struct jtree *t)
{
	mem_free(t->nodes);
	mem_free(t->decoded);
	*t = (struct jtree){ 0 };
}

enum err_code
jtree_error(const struct jtree *t, struct err *e)
{
	int line, column;

	assert(t->why != NULL);
	jscan_place(t->text, t->at, &line, &column);
	return err_set(e, ERR_FORMAT, "line %d column %d: %s", line, column,
		       t->why);
}
