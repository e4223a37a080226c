/* text - foreign bytes made fit for people: sanitised, measured, cut. */
#include "base/text.h"

#include <assert.h>
#include <langinfo.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/str.h"

#define MARKS_MAX 3 /* combining marks kept on one character */

/*
 * The characters that pass: letters, digits, punctuation and symbols of the
 * scripts in use, by range.  It is a table of our own, because a record must
 * not depend on the locale of the terminal it was made on.  What is missing
 * on purpose: soft hyphen, joiners, fillers, bidi and format controls,
 * variation selectors, tags, private use, emoji modifiers.
 */
static const struct {
	int32_t first, last;
} allowed[] = {
	{ 0x0020, 0x007e },   { 0x00a1, 0x00ac },   { 0x00ae, 0x034e },
	{ 0x0350, 0x0377 },   { 0x037a, 0x052f },   { 0x0531, 0x058f },
	{ 0x0591, 0x05f4 },   { 0x0606, 0x061b },   { 0x061d, 0x06dc },
	{ 0x06de, 0x070d },   { 0x0710, 0x07fd },   { 0x0904, 0x0954 },
	{ 0x0958, 0x115e },   { 0x1161, 0x17b3 },   { 0x17b6, 0x180a },
	{ 0x1810, 0x1aad },   { 0x1b00, 0x1dbf },   { 0x1e00, 0x1ffe },
	{ 0x2010, 0x2027 },   { 0x2030, 0x205e },   { 0x2070, 0x20c0 },
	{ 0x2100, 0x2bff },   { 0x2c60, 0x2c7f },   { 0x2d00, 0x2d2d },
	{ 0x2e00, 0x2e5d },   { 0x2e80, 0x2ff0 },   { 0x3001, 0x3163 },
	{ 0x3165, 0xd7a3 },   { 0xf900, 0xfad9 },   { 0xfb00, 0xfdcf },
	{ 0xfdf0, 0xfdff },   { 0xfe10, 0xfe19 },   { 0xfe30, 0xfe6b },
	{ 0xfe70, 0xfefc },   { 0xff01, 0xff9f },   { 0xffa1, 0xffee },
	{ 0xfffd, 0xfffd },   { 0x1f300, 0x1f3fa }, { 0x1f400, 0x1f64f },
	{ 0x1f680, 0x1f6fc }, { 0x20000, 0x2fa1d },
};

static bool
is_allowed(int32_t c)
{
	size_t low = 0;
	size_t high = ARRAY_LEN(allowed);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c > allowed[mid].last)
			low = mid + 1;
		else
			high = mid;
	}
	return low < ARRAY_LEN(allowed) && c >= allowed[low].first;
}

/* Blanks of all widths become the one everybody sees as a blank. */
static bool
is_blank_like(int32_t c)
{
	return c == '\n' || c == '\t' || c == 0xa0 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
	       c == 0x3000;
}

static bool
is_mark(int32_t c)
{
	return c >= 0x0300 && c <= 0x036f;
}

int32_t
text_next(const char **p, const char *end)
{
	const unsigned char *s = (const unsigned char *)*p;
	size_t left = (size_t)(end - *p);
	int32_t c = s[0];
	int32_t least;
	size_t more;

	assert(*p < end);
	(*p)++;
	if (c < 0x80)
		return c;
	if (c < 0xc2 || c > 0xf4)
		return -1;
	more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
	if (left <= more)
		return -1;
	c &= 0x3f >> more;
	for (size_t i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -1;
	*p += more;
	return c;
}

size_t
text_encode(int32_t c, char out[5])
{
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	assert(c >= 0 && c <= 0x10ffff);
	out[len] = '\0';
	for (size_t i = len; i > 1; i--) {
		out[i - 1] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)(c | (len > 1 ? lead[len] : 0));
	return len;
}

bool
text_is_utf8(const char *bytes, size_t len)
{
	const char *end = bytes + len;

	while (bytes < end)
		if (text_next(&bytes, end) < 0)
			return false;
	return true;
}

/* What stands for the character c (or the invalid byte): its visible form. */
static size_t
visible(char out[12], int32_t c, unsigned char byte, int marks)
{
	if (c >= 0 && is_blank_like(c))
		return (size_t)snprintf(out, 12, " ");
	if (c < 0 || c < 0x20 || c == 0x7f)
		return (size_t)snprintf(out, 12, "\\x%02x", byte);
	if (!is_allowed(c) || (is_mark(c) && marks >= MARKS_MAX))
		return (size_t)snprintf(out, 12, "U+%04X", (unsigned)c);
	return text_encode(c, out);
}

bool
text_is_shown(int32_t c)
{
	return is_allowed(c) && !is_blank_like(c);
}

bool
text_clean(char *to, size_t size, const char *from, size_t len)
{
	const char *end = from + len;
	size_t used = 0;
	int marks = MARKS_MAX; /* a mark needs something to stand on */

	assert(size > 0);
	while (from < end) {
		unsigned char byte = (unsigned char)*from;
		char out[12];
		int32_t c;
		size_t n;

		if (byte >= 0x20 && byte < 0x7f) {
			from++;
			c = byte;
			out[0] = (char)byte;
			n = 1;
		} else {
			c = text_next(&from, end);
			n = visible(out, c, byte, marks);
		}
		marks = c >= 0 && is_mark(c) ? marks + 1 : 0;
		if (n >= size - used) {
			to[used] = '\0';
			return false;
		}
		memcpy(to + used, out, n);
		used += n;
	}
	to[used] = '\0';
	return true;
}

/* Without a UTF-8 locale the C library knows no width: marks take none, East
 * Asian blocks and emoji two cells, the rest one. */
static int
plain_width(int32_t c)
{
	if (is_mark(c))
		return 0;
	if ((c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
	    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
	    (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff01 && c <= 0xff60) ||
	    (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1f64f) ||
	    (c >= 0x20000 && c <= 0x3fffd))
		return 2;
	return 1;
}

int
text_char_width(int32_t c)
{
	int width;

	if (c >= 0x20 && c < 0x7f)
		return 1;
	/* wcwidth() is what the screen library uses: any other answer would
	 * disagree with the screen. */
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return plain_width(c);
	width = wcwidth((wchar_t)c);
	return width < 0 ? 1 : width;
}

int
text_width(const char *text)
{
	const char *end = text + strlen(text);
	int cells = 0;

	while (text < end)
		cells += text_char_width(text_next(&text, end));
	return cells;
}

/* Bytes of `text` that fill at most `cells` cells and `size` - 1 bytes, marks
 * kept with their base.  *used gets the cells. */
static size_t
fitting(const char *text, int cells, size_t size, int *used)
{
	const char *end = text + strlen(text);
	const char *p = text;

	*used = 0;
	while (p < end) {
		const char *next = p;
		int width = text_char_width(text_next(&next, end));

		if (*used + width > cells || (size_t)(next - text) >= size)
			break;
		*used += width;
		p = next;
	}
	return (size_t)(p - text);
}

int
text_cut(char *to, size_t size, const char *text, int cells, const char *mark)
{
	size_t mark_len = strlen(mark);
	int used;
	size_t n;

	assert(size > 0);
	n = fitting(text, cells, size, &used);
	if (text[n] == '\0') {
		str_copy_n(to, size, text, n);
		return used;
	}
	if (cells < 1 || size <= mark_len) {
		to[0] = '\0';
		return 0;
	}
	n = fitting(text, cells - 1, size - mark_len, &used);
	memmove(to, text, n);
	memcpy(to + n, mark, mark_len + 1);
	return used + 1;
}
