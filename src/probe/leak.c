/* leak - secrets sought in what leaves, however it is written. */
#include "probe/leak.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/text.h"

#define DEPTH 3	     /* writings inside one another */
#define BASE64_RUN 4 /* shorter ones hold no secret */

const char *
leak_word(enum leak_kind kind)
{
	static const char *const words[] = { [LEAK_CARD] = "card",
					     [LEAK_CVV] = "cvv",
					     [LEAK_ACCOUNT] = "account",
					     [LEAK_NONE] = "none" };

	return words[kind];
}

bool
leak_luhn(const char *digits)
{
	size_t len = strlen(digits);
	int sum = 0;

	if (len < 13 || len > 19 || strspn(digits, "0123456789") != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int d = digits[len - 1 - i] - '0';

		if (i % 2 == 1)
			d = d > 4 ? 2 * d - 9 : 2 * d;
		sum += d;
	}
	return sum % 10 == 0;
}

static int
hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number in some base at `p`: up to `most` digits; how many there were. */
static size_t
read_code(const char *p, const char *end, int base, size_t most, int32_t *code)
{
	size_t n = 0;

	*code = 0;
	while (n < most && p + n < end) {
		int d = hex_of(p[n]);

		if (d < 0 || d >= base)
			break;
		*code = *code * base + d;
		n++;
	}
	return n;
}

static void
put_code(struct buf *out, int32_t code)
{
	char utf8[5];

	if (code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000))
		buf_add(out, utf8, text_encode(code, utf8));
}

/* Each decoder takes what it knows at `p` and returns its length, 0 else. */
static size_t
take_escape(struct buf *out, const char *p, const char *end)
{
	int32_t code;

	if (p[0] != '\\' || end - p < 6 || (p[1] != 'u' && p[1] != 'U') ||
	    read_code(p + 2, end, 16, 4, &code) != 4)
		return 0;
	put_code(out, code);
	return 6;
}

static size_t
take_percent(struct buf *out, const char *p, const char *end)
{
	int32_t code;

	if (p[0] != '%' || read_code(p + 1, end, 16, 2, &code) != 2)
		return 0;
	buf_char(out, (char)code);
	return 3;
}

static size_t
take_entity(struct buf *out, const char *p, const char *end)
{
	bool hex;
	size_t n, start;
	int32_t code;

	if (p[0] != '&' || end - p < 4 || p[1] != '#')
		return 0;
	hex = p[2] == 'x' || p[2] == 'X';
	start = hex ? 3 : 2;
	n = read_code(p + start, end, hex ? 16 : 10, 7, &code);
	if (n == 0)
		return 0;
	put_code(out, code);
	n += start;
	return n + (p + n < end && p[n] == ';');
}

static int
base64_of(char c)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789";
	const char *at = c == '\0' ? NULL : strchr(letters, c);

	if (at != NULL)
		return (int)(at - letters);
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* A whole run of its letters, between two blanks. */
static size_t
take_base64(struct buf *out, const char *p, const char *end)
{
	size_t len = 0;
	uint32_t bits = 0;
	int held = 0;

	while (p + len < end && base64_of(p[len]) >= 0)
		len++;
	if (len < BASE64_RUN)
		return len > 0 ? (buf_add(out, p, len), len) : 0;
	buf_char(out, ' ');
	for (size_t i = 0; i < len; i++) {
		bits = (bits << 6 | (uint32_t)base64_of(p[i])) & 0xffffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			buf_char(out, (char)(bits >> held & 0xff));
		}
	}
	buf_char(out, ' ');
	return len;
}

/* First digits of blocks of ten that read as 0 to 9. */
static size_t
take_digit(struct buf *out, const char *p, const char *end)
{
	static const int32_t zeros[] = { 0xff10,  0x0660,  0x06f0,
					 0x0966,  0x1d7ce, 0x1d7d8,
					 0x1d7e2, 0x1d7ec, 0x1d7f6 };
	const char *next = p;
	int32_t c;

	if ((unsigned char)p[0] < 0x80)
		return 0;
	c = text_next(&next, end);
	for (size_t i = 0; i < ARRAY_LEN(zeros); i++)
		if (c >= zeros[i] && c <= zeros[i] + 9) {
			buf_char(out, (char)('0' + (c - zeros[i])));
			return (size_t)(next - p);
		}
	return 0;
}

typedef size_t taker(struct buf *out, const char *p, const char *end);

static taker *const takers[] = { take_escape, take_percent, take_entity,
				 take_base64, take_digit };

static void
decode(struct buf *out, taker *take, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		size_t n = take(out, text, end);

		if (n == 0) {
			buf_char(out, *text);
			n = 1;
		}
		text += n;
	}
}

/* Only what `keep` takes, letters in lower case. */
static void
squeeze(struct buf *out, const char *text, size_t len, int keep(int c))
{
	for (size_t i = 0; i < len; i++)
		if (keep((unsigned char)text[i]))
			buf_char(out, (char)tolower((unsigned char)text[i]));
}

static bool
holds_squeezed(const char *text, size_t len, const char *secret,
	       int keep(int c))
{
	struct buf all, wanted;
	bool found;

	buf_init(&all, LEAK_MOST);
	buf_init(&wanted, LEAK_MOST);
	squeeze(&all, text, len, keep);
	squeeze(&wanted, secret, strlen(secret), keep);
	found = wanted.len > 0 &&
		strstr(buf_str(&all), buf_str(&wanted)) != NULL;
	buf_clear(&all);
	buf_clear(&wanted);
	return found;
}

/* A number of its own: neither letters nor digits beside it. */
static bool
holds_word(const char *text, size_t len, const char *secret)
{
	size_t n = strlen(secret);

	for (size_t i = 0; i + n <= len; i++)
		if (memcmp(text + i, secret, n) == 0 &&
		    (i == 0 || !isalnum((unsigned char)text[i - 1])) &&
		    (i + n == len || !isalnum((unsigned char)text[i + n])))
			return true;
	return false;
}

static bool
holds(const char *text, size_t len, enum leak_kind kind, const char *secret)
{
	switch (kind) {
	case LEAK_CARD:
		return holds_squeezed(text, len, secret, isdigit);
	case LEAK_CVV:
		return holds_word(text, len, secret);
	case LEAK_ACCOUNT:
		return holds_squeezed(text, len, secret, isalnum);
	case LEAK_NONE:
		break;
	}
	return false;
}

static enum leak_seen
find_in(const char *text, size_t len, enum leak_kind kind, const char *secret,
	int depth)
{
	enum leak_seen seen = LEAK_ABSENT;

	if (holds(text, len, kind, secret))
		return LEAK_FOUND;
	if (depth == 0)
		return LEAK_ABSENT;
	for (size_t i = 0; i < ARRAY_LEN(takers) && seen != LEAK_FOUND; i++) {
		enum leak_seen below = LEAK_ABSENT;
		struct buf out;

		buf_init(&out, LEAK_MOST);
		decode(&out, takers[i], text, len);
		if (out.cut)
			below = LEAK_UNSEEN;
		else if (out.len != len ||
			 memcmp(buf_str(&out), text, len) != 0)
			below = find_in(buf_str(&out), out.len, kind, secret,
					depth - 1);
		if (below != LEAK_ABSENT)
			seen = below;
		buf_clear(&out);
	}
	return seen;
}

enum leak_seen
leak_find(const char *text, size_t len, enum leak_kind kind, const char *secret)
{
	if (len > LEAK_MOST / 2)
		return holds(text, LEAK_MOST / 2, kind, secret) ? LEAK_FOUND
								: LEAK_UNSEEN;
	return find_in(text, len, kind, secret, DEPTH);
}
