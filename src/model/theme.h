/*
 * theme - what a cell means, and how each meaning looks.
 *
 * A role is a meaning ("no-go"), never a colour.  To add one: a row here, a
 * style in each theme file, a line in the manual.  Plain data.
 */
#ifndef MODEL_THEME_H
#define MODEL_THEME_H

#include "base/err.h"

/* Every role once: enum, name in theme files, help. */
/* clang-format off */
#define ROLE_LIST(X)                                                       \
	X(ROLE_NORMAL,     "normal",       "ordinary text")                \
	X(ROLE_DIM,        "dim",          "less important text")          \
	X(ROLE_STRONG,     "strong",       "important text")               \
	X(ROLE_TITLE,      "title",        "pane titles")                  \
	X(ROLE_BORDER,     "border",       "lines around panes")           \
	X(ROLE_FOCUS,      "focus",        "border of the focused pane")   \
	X(ROLE_SELECTED,   "selected",     "the selected row")             \
	X(ROLE_KEY,        "key",          "names of keys")                \
	X(ROLE_GO,         "go",           "verdict GO")                   \
	X(ROLE_HOLD,       "hold",         "verdict HOLD")                 \
	X(ROLE_NO_GO,      "no-go",        "verdict NO-GO")                \
	X(ROLE_BLIND,      "blind",        "verdict BLIND")                \
	X(ROLE_OFF,        "off",          "verdict OFF")                  \
	X(ROLE_BADGE_GO,   "badge-go",     "the decision, GO")             \
	X(ROLE_BADGE_HOLD, "badge-hold",   "the decision, HOLD")           \
	X(ROLE_BADGE_NO_GO,"badge-no-go",  "the decision, NO-GO")          \
	X(ROLE_BADGE_BLIND,"badge-blind",  "the decision, BLIND")          \
	X(ROLE_LIVE,       "live",         "the word LIVE")                \
	X(ROLE_DRILL,      "drill",        "the word DRILL")               \
	X(ROLE_READ_ONLY,  "read-only",    "the word READ-ONLY")           \
	X(ROLE_STALE,      "stale",        "a row whose data is old")      \
	X(ROLE_RUNNING,    "running",      "the step in hand")             \
	X(ROLE_DONE,       "done",         "a step done")                  \
	X(ROLE_FAILED,     "failed",       "a step failed")                \
	X(ROLE_UNKNOWN,    "unknown",      "an unknown outcome")           \
	X(ROLE_CHART,      "chart",        "sparklines and gauges")        \
	X(ROLE_PROMPT,     "prompt",       "text being typed")             \
	X(ROLE_ALERT,      "alert",        "a warning inside a box")
/* clang-format on */

#define ROLE_ENUM(code, name, help) code,
enum role { ROLE_LIST(ROLE_ENUM) ROLE_COUNT };
#undef ROLE_ENUM

struct role_row {
	const char *name;
	const char *help;
};
extern const struct role_row role_rows[ROLE_COUNT];

#define STYLE_BOLD 1u
#define STYLE_UNDERLINE 2u
#define STYLE_REVERSE 4u
#define STYLE_DIM 8u

struct style {
	int fg, bg; /* -1: the terminal's own */
	unsigned attrs;
};

struct theme {
	char name[32];
	struct style at256[ROLE_COUNT];
	struct style at16[ROLE_COUNT];
	struct style mono[ROLE_COUNT]; /* attributes only */
};

#endif
