/* jwriter - the writing half of json.h: commas, keys and escapes. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "base/text.h"

void
jw_init(struct jwriter *w, struct buf *out)
{
	*w = (struct jwriter){ .out = out };
}

/* Must this byte be escaped, or looked at because it is not ASCII? */
static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void
add_escape(struct buf *out, int32_t c)
{
	static const char names[] = "\"\\bfnrt";
	static const char values[] = "\"\\\b\f\n\r\t";
	const char *at = c < 0x80 ? strchr(values, (char)c) : NULL;

	if (at != NULL) {
		buf_char(out, '\\');
		buf_char(out, names[at - values]);
	} else if (c > 0xffff) {
		buf_printf(out, "\\u%04x\\u%04x", 0xd7c0u + ((unsigned)c >> 10),
			   0xdc00u + ((unsigned)c & 0x3ffu));
	} else {
		buf_printf(out, "\\u%04x", (unsigned)c);
	}
}

static void
quote(struct buf *out, const char *text)
{
	const char *end = text + strlen(text);

	buf_char(out, '"');
	while (text < end) {
		const char *start = text;
		int32_t c;

		while (text < end && is_plain((unsigned char)*text))
			text++;
		buf_add(out, start, (size_t)(text - start));
		if (text == end)
			break;
		start = text;
		c = text_next(&text, end);
		if (c < 0)
			buf_text(out, "\xef\xbf\xbd"); /* U+FFFD */
		else if (c < 0x80 || !text_is_shown(c))
			add_escape(out, c);
		else
			buf_add(out, start, (size_t)(text - start));
	}
	buf_char(out, '"');
}

static void
begin(struct jwriter *w, const char *key)
{
	if (w->need_comma)
		buf_char(w->out, ',');
	if (key != NULL) {
		quote(w->out, key);
		buf_char(w->out, ':');
	}
	w->need_comma = true;
}

void
jw_object(struct jwriter *w, const char *key)
{
	begin(w, key);
	buf_char(w->out, '{');
	w->need_comma = false;
}

void
jw_object_end(struct jwriter *w)
{
	buf_char(w->out, '}');
	w->need_comma = true;
}

void
jw_array(struct jwriter *w, const char *key)
{
	begin(w, key);
	buf_char(w->out, '[');
	w->need_comma = false;
}

void
jw_array_end(struct jwriter *w)
{
	buf_char(w->out, ']');
	w->need_comma = true;
}

void
jw_text(struct jwriter *w, const char *key, const char *text)
{
	if (text == NULL) {
		jw_null(w, key);
		return;
	}
	begin(w, key);
	quote(w->out, text);
}

void
jw_int(struct jwriter *w, const char *key, int64_t value)
{
	char text[24];
	char *p = text + sizeof(text);
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	begin(w, key);
	do {
		*--p = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (value < 0)
		*--p = '-';
	buf_add(w->out, p, (size_t)(text + sizeof(text) - p));
}

void
jw_number(struct jwriter *w, const char *key, double value)
{
	char text[64];

	if (!isfinite(value)) {
		jw_null(w, key); /* JSON has no word for it */
		return;
	}
	begin(w, key);
	str_number(text, sizeof(text), value);
	buf_text(w->out, text);
}

void
jw_flag(struct jwriter *w, const char *key, bool value)
{
	begin(w, key);
	buf_text(w->out, value ? "true" : "false");
}

void
jw_null(struct jwriter *w, const char *key)
{
	begin(w, key);
	buf_text(w->out, "null");
}

void
jw_raw(struct jwriter *w, const char *key, const char *json)
{
	begin(w, key);
	buf_text(w->out, json);
}
