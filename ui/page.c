/* page - wrapped lines that scroll. */
#include "ui/page.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"

#define TEXT_BYTES 4096

void
page_init(struct page *p, enum charset set, int width)
{
	*p = (struct page){ .set = set,
			    .width = width < 1 ? 1 : width,
			    .more = "down or space" };
}

void
page_clear(struct page *p)
{
	for (size_t i = 0; i < p->count; i++)
		mem_free(p->lines[i].text);
	mem_free(p->lines);
	*p = (struct page){ .set = p->set, .width = p->width, .more = p->more };
}

static void
add_line(struct page *p, enum role role, int indent, const char *text,
	 size_t len)
{
	char *line = mem_new((size_t)indent + len + 1, 1);

	memset(line, ' ', (size_t)indent);
	memcpy(line + indent, text, len);
	if (p->count == p->space) {
		p->space = p->space == 0 ? 32 : p->space * 2;
		p->lines = mem_grow(p->lines, p->space, sizeof(*p->lines));
	}
	p->lines[p->count++] = (struct page_line){ .role = role, .text = line };
}

/* How wide a character is on this screen: ASCII spells some out. */
static int
cells_of(const struct page *p, int32_t c)
{
	if (p->set == CHARSET_ASCII && c >= 0x80)
		return (int)strlen(words_ascii(c));
	return text_char_width(c < 0 ? '?' : c);
}

/* Bytes of `text` that fit `cells`: up to the last blank, or behind the last
 * comma, & or ; of a list.  Inside quotes a line is broken only when there is
 * no better place, and a character's middle never is. */
static size_t
fitting(const struct page *p, const char *text, int cells)
{
	const char *at = text;
	const char *end = text + strlen(text);
	const char *good = NULL, *weak = NULL;
	bool is_quoted = false;
	int used = 0;

	while (at < end) {
		const char *before = at;
		int32_t c = text_next(&at, end);
		const char **place = is_quoted ? &weak : &good;

		if (c == ' ' && before > text && before[-1] != ' ')
			*place = before;
		used += cells_of(p, c);
		if (used > cells) {
			if (good != NULL)
				return (size_t)(good - text);
			if (weak != NULL)
				return (size_t)(weak - text);
			return (size_t)((before > text ? before : at) - text);
		}
		if (c == '"')
			is_quoted = !is_quoted;
		else if ((c == ',' || c == '&' || c == ';') && at < end &&
			 *at != ' ')
			*place = at;
	}
	return (size_t)(end - text);
}

static bool
contains(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (; *text != '\0'; text++)
		if (strncasecmp(text, part, len) == 0)
			return true;
	return len == 0;
}

bool
page_matches(const char *filter, const char *text)
{
	if (filter[0] == '!' && filter[1] != '\0')
		return !contains(text, filter + 1);
	return contains(text, filter);
}

void
page_text(struct page *p, enum role role, int indent, const char *text)
{
	char clean[TEXT_BYTES], shown[TEXT_BYTES];
	const char *at = shown;
	int first = 0;

	if (p->only != NULL && !page_matches(p->only, text))
		return;
	text_clean(clean, sizeof(clean), text, strlen(text));
	words_shown(p->set, shown, sizeof(shown), clean);
	if (indent > p->width / 2)
		indent = 0;
	do {
		size_t len = fitting(p, at, p->width - first);

		add_line(p, role, first, at, len);
		at += len;
		while (*at == ' ')
			at++;
		first = indent;
	} while (*at != '\0');
}

void
page_printf(struct page *p, enum role role, const char *fmt, ...)
{
	char text[TEXT_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	page_text(p, role, 4, text);
}

int
page_draw(const struct page *p, struct canvas *c, struct rect r, int scroll)
{
	int count = (int)p->count;
	int last = count > r.rows ? count - r.rows : 0;

	if (scroll > last)
		scroll = last;
	if (scroll < 0)
		scroll = 0;
	for (int i = 0; i < r.rows && scroll + i < count; i++) {
		const struct page_line *line = &p->lines[scroll + i];
		struct pen pen = canvas_pen(c, r.row + i, r.col, r.cols);

		/* The cut line itself is one of those still to come. */
		if (i == r.rows - 1 && scroll < last && r.rows > 1)
			pen_printf(&pen, ROLE_DIM, "%s %d more lines: %s",
				   words_glyph(c->set, GLYPH_CUT),
				   count - scroll - i, p->more);
		else
			pen_text(&pen, line->role, line->text);
	}
	return last;
}
