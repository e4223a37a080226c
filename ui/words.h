/*
 * words - signs and short texts of the screen, in UTF-8 and in plain ASCII.
 *
 * Every sign exists in both sets and takes one cell.  A verdict or a state is
 * always shown as sign, word and colour together.  Pure; any thread.
 */
#ifndef UI_WORDS_H
#define UI_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "model/step.h"
#include "model/theme.h"
#include "model/verdict.h"

enum charset { CHARSET_ASCII, CHARSET_UTF8 };

/* sign, UTF-8, ASCII */
/* clang-format off */
#define GLYPH_LIST(X)                      \
	X(GLYPH_GO,           "✓", "+")    \
	X(GLYPH_HOLD,         "▲", "!")    \
	X(GLYPH_NO_GO,        "✗", "x")    \
	X(GLYPH_BLIND,        "?", "?")    \
	X(GLYPH_OFF,          "–", "-")    \
	X(GLYPH_RUNNING,      "▶", ">")    \
	X(GLYPH_READY,        "○", "o")    \
	X(GLYPH_ALIVE,        "●", "*")    \
	X(GLYPH_SKIPPED,      "»", "s")    \
	X(GLYPH_UNDONE,       "◄", "<")    \
	X(GLYPH_POINTER,      "▸", ">")    \
	X(GLYPH_CUT,          "…", "~")    \
	X(GLYPH_DOT,          "·", "-")    \
	X(GLYPH_HATCH,        "▒", "/")    \
	X(GLYPH_LIMIT,        "─", "-")    \
	X(GLYPH_MARK,         "┄", ".")    \
	X(GLYPH_BADGE_LEFT,   "▌", "[")    \
	X(GLYPH_BADGE_RIGHT,  "▐", "]")    \
	X(GLYPH_TOP_LEFT,     "╭", "+")    \
	X(GLYPH_TOP_RIGHT,    "╮", "+")    \
	X(GLYPH_BOTTOM_LEFT,  "╰", "+")    \
	X(GLYPH_BOTTOM_RIGHT, "╯", "+")    \
	X(GLYPH_ACROSS,       "─", "-")    \
	X(GLYPH_DOWN,         "│", "|")    \
	X(GLYPH_GAUGE_LEFT,   "▕", "[")    \
	X(GLYPH_GAUGE_RIGHT,  "▏", "]")
/* clang-format on */

#define GLYPH_ENUM(code, utf8, ascii) code,
enum glyph { GLYPH_LIST(GLYPH_ENUM) GLYPH_COUNT };
#undef GLYPH_ENUM

/* How a verdict or a state looks; the word comes from the model. */
struct look {
	enum role role;
	enum role badge; /* as the decision of the room */
	enum glyph glyph;
};

const char *words_glyph(enum charset set, enum glyph g); /* static */
struct look words_verdict(enum verdict v);		 /* how it looks */
struct look words_step(enum step_state s);		 /* how it looks */

/* A column of height `level` 0..8, and a left part of `eighths` 0..8. */
const char *words_column(enum charset set, int level);
const char *words_part(enum charset set, int eighths); /* likewise */

/* STYLE_ attributes of a role when there is no theme at all. */
unsigned words_bare(enum role role);

/* What stands for a character in ASCII ("<=" for U+2264); "?" when nothing
 * does. */
const char *words_ascii(int32_t c);

/* Copies `text` with "<=", ">=" and "->" as signs where the set has them. */
void words_shown(enum charset set, char *to, size_t size, const char *text);

/* "8s" "45s" "2m" "1h": exact to 20 s, then in steps, so that a picture does
 * not change for its ages alone; "never" below 0. */
void words_age(char *to, size_t size, int64_t ms);
/* "00:41" "1:18:53"; "-" in front when below 0. */
void words_span(char *to, size_t size, int64_t ms);
/* "0 m" "41 m" "1 h 18 m": what moves by the minute. */
void words_long(char *to, size_t size, int64_t ms);
/* UTC time of day: "02:41:07" and "02:41". */
void words_time(char *to, size_t size, int64_t wall_ms);
/* Without seconds. */
void words_minute(char *to, size_t size, int64_t wall_ms);

#endif
