/* jscan - a strict JSON (RFC 8259) pull scanner with positions. */
#include "base/jscan.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "base/text.h"

/* What may come next. */
enum {
	WANT_VALUE,
	WANT_FIRST_KEY,	 /* after '{': a key or '}' */
	WANT_KEY,	 /* after ',' in an object */
	WANT_FIRST_ITEM, /* after '[': a value or ']' */
	AFTER_VALUE,	 /* ',', the closing bracket or the end */
	DONE,
	FAILED,
};

/* Bytes inside a string: all that is 0 needs no second look. */
enum { PLAIN, QUOTE, BACKSLASH, CONTROL, HIGH };

#define ROW16(k) k, k, k, k, k, k, k, k, k, k, k, k, k, k, k, k
static const unsigned char string_class[256] = {
	/* clang-format off */
	ROW16(CONTROL), ROW16(CONTROL),
	0, 0, QUOTE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 0x20 */
	ROW16(0), ROW16(0),
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, BACKSLASH, 0, 0, 0, /* 0x50 */
	ROW16(0), ROW16(0),
	ROW16(HIGH), ROW16(HIGH), ROW16(HIGH), ROW16(HIGH),
	ROW16(HIGH), ROW16(HIGH), ROW16(HIGH), ROW16(HIGH),
	/* clang-format on */
};
#undef ROW16

void
jscan_init(struct jscan *s, const char *text, size_t len)
{
	assert(text != NULL || len == 0);
	*s = (struct jscan){ .text = text, .len = len, .raw = "" };
	s->state = WANT_VALUE;
}

static enum jtok
fail(struct jscan *s, size_t at, const char *why)
{
	s->at = at;
	s->why = why;
	s->state = FAILED;
	return JTOK_ERROR;
}

/* The byte at `pos`, or NUL behind the end (a NUL in the text is no token
 * either, so the two need no telling apart). */
static char
peek(const struct jscan *s, size_t pos)
{
	return pos < s->len ? s->text[pos] : '\0';
}

static void
skip_blanks(struct jscan *s)
{
	while (s->pos < s->len) {
		char c = s->text[s->pos];

		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return;
		s->pos++;
	}
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four hex digits at p, or -1. */
static int32_t
hex4(const char *p, size_t left)
{
	int32_t value = 0;

	if (left < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(p[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

int32_t
jscan_escape(const char **p, const char *end, const char **why)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char *name;
	int32_t high, low;

	*why = "bad escape in a string";
	if (*p == end)
		return -1;
	if (**p != 'u') {
		name = **p == '\0' ? NULL : strchr(names, **p);
		if (name == NULL)
			return -1;
		(*p)++;
		return values[name - names];
	}
	*why = "\\u needs four hex digits";
	high = hex4(*p + 1, (size_t)(end - *p - 1));
	if (high < 0)
		return -1;
	*p += 5;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	*why = "surrogate without its pair";
	if (high > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
		return -1;
	low = hex4(*p + 2, (size_t)(end - *p - 2));
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	*p += 6;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* s->pos is behind the opening quote.  False after fail(). */
static bool
scan_string(struct jscan *s)
{
	const char *end = s->text + s->len;
	const char *p = s->text + s->pos;

	s->raw = p;
	s->has_escape = false;
	for (;;) {
		const char *why = "byte that is not UTF-8";
		const char *at;

		while (p < end && string_class[(unsigned char)*p] == PLAIN)
			p++;
		at = p;
		if (p == end) {
			fail(s, s->at, "string without its closing quote");
			return false;
		}
		switch (string_class[(unsigned char)*p]) {
		case QUOTE:
			s->raw_len = (size_t)(p - s->raw);
			s->pos = (size_t)(p - s->text) + 1;
			return true;
		case BACKSLASH:
			s->has_escape = true;
			p++;
			if (jscan_escape(&p, end, &why) >= 0)
				continue;
			break;
		case HIGH:
			if (text_next(&p, end) >= 0)
				continue;
			break;
		default:
			why = "control character in a string";
			break;
		}
		fail(s, (size_t)(at - s->text), why);
		return false;
	}
}

static size_t
skip_digits(const struct jscan *s, size_t pos)
{
	while (pos < s->len && s->text[pos] >= '0' && s->text[pos] <= '9')
		pos++;
	return pos;
}

/* A value ended: what may follow it? */
static enum jtok
value_done(struct jscan *s, enum jtok t)
{
	s->state = AFTER_VALUE;
	return t;
}

static enum jtok
scan_number(struct jscan *s)
{
	size_t pos = s->at + (s->text[s->at] == '-');
	size_t end = skip_digits(s, pos);

	if (end == pos)
		return fail(s, s->at, "expected a value");
	if (peek(s, pos) == '0' && end > pos + 1)
		return fail(s, s->at, "number with a leading zero");
	if (peek(s, end) == '.') {
		pos = end + 1;
		end = skip_digits(s, pos);
		if (end == pos)
			return fail(s, s->at, "digits missing after the point");
	}
	if (peek(s, end) == 'e' || peek(s, end) == 'E') {
		pos = end + 1;
		pos += peek(s, pos) == '+' || peek(s, pos) == '-';
		end = skip_digits(s, pos);
		if (end == pos)
			return fail(s, s->at, "exponent without digits");
	}
	s->raw = s->text + s->at;
	s->raw_len = end - s->at;
	s->pos = end;
	return value_done(s, JTOK_NUMBER);
}

static enum jtok
scan_word(struct jscan *s, const char *word, enum jtok t)
{
	size_t len = strlen(word);

	if (s->len - s->at < len || memcmp(s->text + s->at, word, len) != 0)
		return fail(s, s->at, "expected a value");
	s->raw = s->text + s->at;
	s->raw_len = len;
	s->pos = s->at + len;
	return value_done(s, t);
}

static enum jtok
open_container(struct jscan *s, enum jtok t)
{
	if (s->depth == JSCAN_DEPTH)
		return fail(s, s->at, "nested too deep (64 levels)");
	s->stack[s->depth++] = (unsigned char)t;
	s->pos = s->at + 1;
	s->state = t == JTOK_OBJECT ? WANT_FIRST_KEY : WANT_FIRST_ITEM;
	return t;
}

static enum jtok
close_container(struct jscan *s, enum jtok t)
{
	assert(s->depth > 0);
	s->depth--;
	s->pos = s->at + 1;
	return value_done(s, t);
}

static enum jtok
scan_value(struct jscan *s)
{
	switch (peek(s, s->at)) {
	case '"':
		s->pos = s->at + 1;
		if (!scan_string(s))
			return JTOK_ERROR;
		return value_done(s, JTOK_STRING);
	case '{':
		return open_container(s, JTOK_OBJECT);
	case '[':
		return open_container(s, JTOK_ARRAY);
	case 't':
		return scan_word(s, "true", JTOK_TRUE);
	case 'f':
		return scan_word(s, "false", JTOK_FALSE);
	case 'n':
		return scan_word(s, "null", JTOK_NULL);
	case '\0':
		if (s->at == s->len)
			return fail(s, s->at, "text ends where a value is due");
		return fail(s, s->at, "expected a value");
	default:
		return scan_number(s);
	}
}

/* A key and the colon behind it. */
static enum jtok
scan_key(struct jscan *s)
{
	if (peek(s, s->at) != '"')
		return fail(s, s->at, "expected a key in double quotes");
	s->pos = s->at + 1;
	if (!scan_string(s))
		return JTOK_ERROR;
	skip_blanks(s);
	if (peek(s, s->pos) != ':')
		return fail(s, s->pos, "expected ':' after the key");
	s->pos++;
	s->state = WANT_VALUE;
	return JTOK_KEY;
}

static enum jtok
after_value(struct jscan *s)
{
	bool in_object;
	char c = peek(s, s->at);

	if (s->depth == 0) {
		if (s->at < s->len)
			return fail(s, s->at, "more text after the value");
		s->state = DONE;
		return JTOK_END;
	}
	in_object = s->stack[s->depth - 1] == JTOK_OBJECT;
	if (c == (in_object ? '}' : ']'))
		return close_container(s, in_object ? JTOK_OBJECT_END
						    : JTOK_ARRAY_END);
	if (c != ',')
		return fail(s, s->at,
			    in_object ? "expected ',' or '}'"
				      : "expected ',' or ']'");
	s->pos = s->at + 1;
	skip_blanks(s);
	s->at = s->pos;
	return in_object ? scan_key(s) : scan_value(s);
}

enum jtok
jscan_next(struct jscan *s)
{
	if (s->state == FAILED)
		return JTOK_ERROR;
	skip_blanks(s);
	s->at = s->pos;
	s->raw_len = 0;
	s->has_escape = false;
	switch (s->state) {
	case WANT_FIRST_KEY:
		if (peek(s, s->at) == '}')
			return close_container(s, JTOK_OBJECT_END);
		return scan_key(s);
	case WANT_FIRST_ITEM:
		if (peek(s, s->at) == ']')
			return close_container(s, JTOK_ARRAY_END);
		return scan_value(s);
	case AFTER_VALUE:
		return after_value(s);
	case DONE:
		return JTOK_END;
	default:
		return scan_value(s);
	}
}

enum jtok
jscan_skip(struct jscan *s, enum jtok t)
{
	int outside;

	if (t != JTOK_OBJECT && t != JTOK_ARRAY)
		return t;
	outside = s->depth - 1;
	do {
		t = jscan_next(s);
	} while (t != JTOK_ERROR && s->depth > outside);
	return t;
}

bool
jscan_string(const struct jscan *s, char *to, size_t size)
{
	const char *end = s->raw + s->raw_len;
	const char *p = s->raw;
	size_t used = 0;

	assert(size > 0);
	to[0] = '\0';
	if (!s->has_escape)
		return str_copy_n(to, size, s->raw, s->raw_len);
	while (p < end) {
		const char *why;
		char out[5];
		size_t n = 1;
		int32_t c;

		out[0] = *p;
		if (*p++ == '\\') {
			c = jscan_escape(&p, end, &why);
			if (c <= 0)
				return false; /* a C string holds no NUL */
			n = text_encode(c, out);
		}
		if (n >= size - used)
			return false;
		memcpy(to + used, out, n);
		used += n;
		to[used] = '\0';
	}
	return true;
}

/* Up to 15 digits and no exponent: exact in a double, and so is the power of
 * ten, hence the quotient is the nearest double.  False when not so. */
static bool
small_number(const struct jscan *s, double *out)
{
	static const double tens[] = { 1e0,  1e1,  1e2,	 1e3, 1e4,  1e5,
				       1e6,  1e7,  1e8,	 1e9, 1e10, 1e11,
				       1e12, 1e13, 1e14, 1e15 };
	bool negative = s->raw[0] == '-';
	size_t decimals = 0;
	bool after_point = false;
	int64_t value = 0;
	double result;

	if (s->raw_len > 15)
		return false;
	for (size_t i = negative; i < s->raw_len; i++) {
		if (s->raw[i] == '.') {
			after_point = true;
			continue;
		}
		if (s->raw[i] < '0' || s->raw[i] > '9')
			return false;
		value = value * 10 + (s->raw[i] - '0');
		decimals += after_point;
	}
	result = (double)value / tens[decimals];
	*out = negative ? -result : result;
	return true;
}

bool
jscan_number(const struct jscan *s, double *out)
{
	char text[512];

	if (small_number(s, out))
		return true;
	return str_copy_n(text, sizeof(text), s->raw, s->raw_len) &&
	       str_to_number(text, out);
}

void
jscan_place(const char *text, size_t offset, int *line, int *column)
{
	*line = 1;
	*column = 1;
	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			(*line)++;
			*column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			(*column)++;
		}
	}
}
