/* clauses - a sentence that has to fit. */
#include "ui/clauses.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"

#define CLAUSES 40 /* what follows is part of the last one */

/* Where a clause stands, with the sign that parts it from the one before. */
struct clause {
	const char *text;
	size_t len;
	bool is_gone;
};

/* What goes before all else, in this order. */
static const char *const grounds[] = { ", age ", ", n=", ", margin ",
				       " Score " };

static bool
parts(const char *at)
{
	return str_starts(at, ", ") || str_starts(at, ". ") ||
	       str_starts(at, "; ");
}

static size_t
split(struct clause *to, const char *text)
{
	const char *begin = text;
	size_t count = 0;
	int depth = 0;

	for (const char *at = text; *at != '\0'; at++) {
		depth += (*at == '(') - (*at == ')' && depth > 0);
		if (depth > 0 || !parts(at) || count + 1 == CLAUSES)
			continue;
		/* A full stop belongs to what it ends. */
		at += *at == '.';
		to[count++] =
			(struct clause){ begin, (size_t)(at - begin), false };
		begin = at;
	}
	to[count++] = (struct clause){ begin, strlen(begin), false };
	return count;
}

/* A clause that goes leaves the full stop it ends with, unless that goes
 * with its whole sentence. */
static void
join(char *to, size_t size, const struct clause *c, size_t count, bool is_cut,
     enum charset set)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		bool ends = c[i].len > 0 && c[i].text[c[i].len - 1] == '.';
		size_t room = size - used;

		if (!c[i].is_gone)
			str_copy_n(to + used, room, c[i].text, c[i].len);
		else if (ends && used > 0 && to[used - 1] != '.')
			str_copy(to + used, room, ".");
		used = strlen(to);
	}
	if (is_cut)
		str_printf(to + used, size - used, " %s",
			   words_glyph(set, GLYPH_CUT));
}

/* The next one to go; 0 when only the first is left. */
static size_t
next_to_go(const struct clause *c, size_t count)
{
	for (size_t k = 0; k < ARRAY_LEN(grounds); k++)
		for (size_t i = 1; i < count; i++)
			if (!c[i].is_gone && str_starts(c[i].text, grounds[k]))
				return i;
	while (count > 1 && c[count - 1].is_gone)
		count--;
	return count - 1;
}

void
clauses_fit(char *to, size_t size, enum charset set, const char *text,
	    int cells)
{
	struct clause c[CLAUSES];
	size_t count = split(c, text);
	bool is_cut = false;
	size_t goes;

	for (;;) {
		join(to, size, c, count, is_cut, set);
		if (text_width(to) <= cells)
			return;
		goes = next_to_go(c, count);
		if (goes == 0)
			return;
		c[goes].is_gone = is_cut = true;
	}
}
