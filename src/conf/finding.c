/* finding - everything that is wrong with the files people write, at once. */
#include "conf/finding.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define RAW_TEXT 1024

static bool
same_finding(const struct finding *a, const struct finding *b)
{
	return a->line == b->line && a->column == b->column &&
	       a->is_error == b->is_error && strcmp(a->rule, b->rule) == 0 &&
	       strcmp(a->text, b->text) == 0 && strcmp(a->file, b->file) == 0;
}

/* A tree that is read twice (an act used by two rows of a manifest) says the
 * same thing twice; people want it once. */
static bool
is_known(const struct findings *f, const struct finding *new)
{
	for (size_t i = 0; i < f->count; i++)
		if (same_finding(&f->items[i], new))
			return true;
	return false;
}

static void
keep(struct findings *f, const struct finding *new)
{
	if (is_known(f, new))
		return;
	if (new->is_error)
		f->errors++;
	else
		f->warnings++;
	if (f->count >= FINDINGS_MOST)
		return;
	/* Powers of two, so the room is known from the count alone. */
	if ((f->count & (f->count - 1)) == 0)
		f->items = mem_grow(f->items, f->count == 0 ? 1 : f->count * 2,
				    sizeof(*f->items));
	f->items[f->count++] = *new;
}

static void add(struct findings *f, struct finding *new, struct place at,
		const char *rule, const char *fmt, va_list args)
	__attribute__((format(printf, 5, 0)));

static void
add(struct findings *f, struct finding *new, struct place at, const char *rule,
    const char *fmt, va_list args)
{
	char raw[RAW_TEXT];

	assert(at.file != NULL && rule != NULL);
	vsnprintf(raw, sizeof(raw), fmt, args);
	text_clean(new->text, sizeof(new->text), raw, strlen(raw));
	text_clean(new->file, sizeof(new->file), at.file, strlen(at.file));
	str_copy(new->rule, sizeof(new->rule), rule);
	new->line = at.line;
	new->column = at.column;
	keep(f, new);
}

void
findings_error(struct findings *f, struct place at, const char *rule,
	       const char *fmt, ...)
{
	struct finding new = { .is_error = true };
	va_list args;

	va_start(args, fmt);
	add(f, &new, at, rule, fmt, args);
	va_end(args);
}

void
findings_warn(struct findings *f, struct place at, const char *rule,
	      const char *fmt, ...)
{
	struct finding new = { .is_error = false };
	va_list args;

	va_start(args, fmt);
	add(f, &new, at, rule, fmt, args);
	va_end(args);
}

bool
findings_has_error(const struct findings *f, struct place at, const char *rule)
{
	char file[sizeof(f->items->file)];

	text_clean(file, sizeof(file), at.file, strlen(at.file));
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].is_error && f->items[i].line == at.line &&
		    f->items[i].column == at.column &&
		    strcmp(f->items[i].rule, rule) == 0 &&
		    strcmp(f->items[i].file, file) == 0)
			return true;
	return false;
}

bool
findings_full(const struct findings *f)
{
	return f->count >= FINDINGS_MOST;
}

static int
by_place(const void *left, const void *right)
{
	const struct finding *a = left;
	const struct finding *b = right;
	int order = strcmp(a->file, b->file);

	if (order == 0)
		order = (a->line > b->line) - (a->line < b->line);
	if (order == 0)
		order = (a->column > b->column) - (a->column < b->column);
	if (order == 0)
		order = strcmp(a->rule, b->rule);
	return order != 0 ? order : strcmp(a->text, b->text);
}

void
findings_sort(struct findings *f)
{
	if (f->count > 1)
		qsort(f->items, f->count, sizeof(*f->items), by_place);
}

void
findings_print(struct buf *out, const struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->items[i];

		buf_text(out, one->file);
		if (one->line > 0)
			buf_printf(out, ":%d:%d", one->line, one->column);
		buf_printf(out, ": %s: %s [%s]\n",
			   one->is_error ? "error" : "warning", one->text,
			   one->rule);
	}
	if (f->errors + f->warnings > f->count)
		buf_printf(out, "and %zu more\n",
			   f->errors + f->warnings - f->count);
}

void
findings_clear(struct findings *f)
{
	mem_free(f->items);
	*f = (struct findings){ 0 };
}
