/* view - where one person looks: focus, selection, mode, typed text. */
#include "ui/view.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VIEW_MODE_TITLE(code, title, help) [code] = title,
const char *const view_mode_titles[VIEW_MODE_COUNT] = { VIEW_MODE_LIST(
	VIEW_MODE_TITLE) };
#undef VIEW_MODE_TITLE

void
view_init(struct view *v)
{
	*v = (struct view){ .rows = 24, .cols = 80, .focus = VIEW_RUNBOOK };
	v->layout = layout_choose(v->rows, v->cols, LAYOUT_MEDIUM);
	v->verdict = VERDICT_COUNT; /* nothing seen yet */
}

void
view_say(struct view *v, int64_t real_ms, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(v->word, sizeof(v->word), fmt, args);
	va_end(args);
	v->word_ms = real_ms > 0 ? real_ms : 1;
}

void
view_open(struct view *v, enum view_mode mode)
{
	assert(mode < VIEW_MODE_COUNT);
	if (mode == MODE_HELP && v->mode != MODE_HELP)
		v->back = v->mode;
	v->mode = mode;
	v->scroll = 0;
	v->scroll_max = CANVAS_COLS_MAX;
	entry_clear(&v->typed);
}

void
view_scroll(struct view *v, int by)
{
	int to = v->scroll + by;

	if (to > v->scroll_max)
		to = v->scroll_max;
	v->scroll = to < 0 ? 0 : to;
}

void
view_close(struct view *v)
{
	enum view_mode to = v->mode == MODE_HELP ? v->back : MODE_MAIN;

	view_open(v, to);
}

bool
view_types_text(const struct view *v)
{
	return v->mode == MODE_PROMPT || v->mode == MODE_ASK ||
	       v->mode == MODE_PALETTE || v->mode == MODE_FILTER;
}

void
view_resize(struct view *v, int rows, int cols, int64_t real_ms)
{
	if (rows < 1)
		rows = 1;
	if (cols < 1)
		cols = 1;
	if (rows > CANVAS_ROWS_MAX)
		rows = CANVAS_ROWS_MAX;
	if (cols > CANVAS_COLS_MAX)
		cols = CANVAS_COLS_MAX;
	if (rows == v->rows && cols == v->cols)
		return;
	v->rows = rows;
	v->cols = cols;
	v->layout = layout_choose(rows, cols, v->layout);
	if (v->mode != MODE_PROMPT)
		return;
	/* What was read may have moved: the phrase is typed again. */
	entry_clear(&v->prompt.typed);
	v->prompt.since_ms = real_ms;
	view_say(v, real_ms, "the window changed: type the phrase again");
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
view_shows(const struct view *v, const char *text)
{
	const char *part = v->filter.text;

	if (part[0] == '!' && part[1] != '\0')
		return !contains(text, part + 1);
	return contains(text, part);
}
