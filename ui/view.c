/* view - where one person looks: focus, selection, mode, typed text. */
#include "ui/view.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "ui/page.h"

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
	v->breach_ms = -1;
	v->troubles = -1;
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
view_await(struct view *v, int64_t real_ms, int step, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(v->reading, sizeof(v->reading), fmt, args);
	va_end(args);
	v->reading_step = step;
	v->reading_ms = real_ms;
	v->word[0] = '\0';
}

void
view_call(struct view *v, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(v->call, sizeof(v->call), fmt, args);
	va_end(args);
	v->wants_bell = true;
}

void
view_open(struct view *v, enum view_mode mode)
{
	assert(mode < VIEW_MODE_COUNT);
	if (mode == MODE_HELP && v->mode != MODE_HELP)
		v->back = v->mode;
	if (mode == MODE_FILTER)
		v->behind = v->mode;
	else if (v->mode != MODE_FILTER && mode != MODE_RECORD &&
		 v->mode != MODE_RECORD)
		entry_clear(&v->page_filter);
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
	switch (v->mode) {
	case MODE_HELP:
		view_open(v, v->back);
		break;
	case MODE_FILTER:
		view_open(v, v->behind);
		break;
	case MODE_RECORD:
		view_open(v, MODE_JOURNAL);
		break;
	default:
		view_open(v, MODE_MAIN);
		break;
	}
}

bool
view_types_text(const struct view *v)
{
	return v->mode == MODE_PROMPT || v->mode == MODE_ASK ||
	       v->mode == MODE_PALETTE || v->mode == MODE_FILTER;
}

bool
view_flashes(const struct view *v, int64_t real_ms)
{
	return v->flash_ms != 0 && real_ms - v->flash_ms < VIEW_FLASH_MS;
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
	v->prompt.read_to = v->scroll = 0;
	view_say(v, real_ms, "the window changed: type the phrase again");
}

bool
view_shows(const struct view *v, const char *text)
{
	return page_matches(v->filter.text, text);
}

bool
view_finds(const struct view *v, const char *text)
{
	return page_matches(v->page_filter.text, text);
}

void
view_mark(struct view *v, const char *name)
{
	char rest[sizeof(v->marks)] = "";
	const char *at = v->marks;
	size_t used = 0;
	bool was = str_in_words(v->marks, name);

	while (*at != '\0') {
		size_t len = strcspn(at, " ");
		char word[sizeof(v->marks)];

		str_copy_n(word, sizeof(word), at, len);
		at += len + (at[len] == ' ');
		if (str_same(word, name))
			continue;
		str_printf(rest + used, sizeof(rest) - used, "%s%s",
			   used > 0 ? " " : "", word);
		used = strlen(rest);
	}
	/* One that has no room is not marked by a part of its name. */
	if (!was && used + strlen(name) + 2 <= sizeof(rest))
		str_printf(rest + used, sizeof(rest) - used, "%s%s",
			   used > 0 ? " " : "", name);
	str_copy(v->marks, sizeof(v->marks), rest);
}

enum view_mode
view_seen(const struct view *v)
{
	return v->mode == MODE_FILTER ? v->behind : v->mode;
}

struct entry *
view_filter(struct view *v)
{
	return view_seen(v) == MODE_MAIN ? &v->filter : &v->page_filter;
}
