/* words - signs and short texts of the screen, in UTF-8 and in ASCII. */
#include "ui/words.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

#define GLYPH_ROW(code, utf8, ascii) { ascii, utf8 },
static const char *const glyphs[GLYPH_COUNT][2] = { GLYPH_LIST(GLYPH_ROW) };
#undef GLYPH_ROW

static const struct look verdict_looks[VERDICT_COUNT] = {
	[VERDICT_OFF] = { ROLE_OFF, ROLE_BADGE_BLIND, GLYPH_OFF },
	[VERDICT_GO] = { ROLE_GO, ROLE_BADGE_GO, GLYPH_GO },
	[VERDICT_HOLD] = { ROLE_HOLD, ROLE_BADGE_HOLD, GLYPH_HOLD },
	[VERDICT_BLIND] = { ROLE_BLIND, ROLE_BADGE_BLIND, GLYPH_BLIND },
	[VERDICT_NO_GO] = { ROLE_NO_GO, ROLE_BADGE_NO_GO, GLYPH_NO_GO },
};

static const struct look step_looks[STEP_STATE_COUNT] = {
	[STEP_READY] = { ROLE_NORMAL, ROLE_NORMAL, GLYPH_READY },
	[STEP_ARMED] = { ROLE_RUNNING, ROLE_RUNNING, GLYPH_RUNNING },
	[STEP_CONFIRMED] = { ROLE_RUNNING, ROLE_RUNNING, GLYPH_RUNNING },
	[STEP_INTENT] = { ROLE_RUNNING, ROLE_RUNNING, GLYPH_RUNNING },
	[STEP_ACTING] = { ROLE_RUNNING, ROLE_RUNNING, GLYPH_RUNNING },
	[STEP_ACCEPTED] = { ROLE_RUNNING, ROLE_RUNNING, GLYPH_RUNNING },
	[STEP_CONVERGING] = { ROLE_RUNNING, ROLE_RUNNING, GLYPH_RUNNING },
	[STEP_VERIFYING] = { ROLE_RUNNING, ROLE_RUNNING, GLYPH_RUNNING },
	[STEP_BACKOFF] = { ROLE_HOLD, ROLE_HOLD, GLYPH_HOLD },
	[STEP_VERIFIED] = { ROLE_DONE, ROLE_DONE, GLYPH_GO },
	[STEP_FAILED] = { ROLE_FAILED, ROLE_FAILED, GLYPH_NO_GO },
	[STEP_UNKNOWN] = { ROLE_UNKNOWN, ROLE_UNKNOWN, GLYPH_BLIND },
	[STEP_SKIPPED] = { ROLE_DIM, ROLE_DIM, GLYPH_SKIPPED },
	[STEP_UNDONE] = { ROLE_DONE, ROLE_DONE, GLYPH_UNDONE },
};

static const char *const columns[2][9] = {
	{ " ", "_", ".", "-", ":", "=", "+", "*", "#" },
	{ " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" },
};

static const char *const parts[2][9] = {
	{ " ", " ", " ", "-", "-", "-", "=", "=", "=" },
	{ " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" },
};

static const struct {
	const char *ascii, *utf8;
} spellings[] = {
	{ "<=", "≤" },
	{ ">=", "≥" },
	{ "->", "→" },
};

static const struct {
	int32_t c;
	const char *ascii;
} plain[] = {
	{ 0x00b7, "-" },   { 0x2013, "-" },  { 0x2014, "-" },  { 0x2018, "'" },
	{ 0x2019, "'" },   { 0x201c, "\"" }, { 0x201d, "\"" }, { 0x2022, "*" },
	{ 0x2026, "..." }, { 0x2190, "<-" }, { 0x2192, "->" }, { 0x2212, "-" },
	{ 0x2264, "<=" },  { 0x2265, ">=" }, { 0x00d7, "x" },  { 0x2713, "+" },
	{ 0x2717, "x" },   { 0x25cf, "*" },  { 0x25cb, "o" },  { 0x25b6, ">" },
};

const char *
words_glyph(enum charset set, enum glyph g)
{
	assert(g < GLYPH_COUNT);
	return glyphs[g][set == CHARSET_UTF8];
}

struct look
words_verdict(enum verdict v)
{
	assert(v < VERDICT_COUNT);
	return verdict_looks[v];
}

struct look
words_step(enum step_state s)
{
	assert(s < STEP_STATE_COUNT);
	return step_looks[s];
}

const char *
words_column(enum charset set, int level)
{
	assert(level >= 0 && level <= 8);
	return columns[set == CHARSET_UTF8][level];
}

const char *
words_part(enum charset set, int eighths)
{
	assert(eighths >= 0 && eighths <= 8);
	return parts[set == CHARSET_UTF8][eighths];
}

unsigned
words_bare(enum role role)
{
	switch (role) {
	case ROLE_DIM:
	case ROLE_OFF:
	case ROLE_STALE:
		return STYLE_DIM;
	case ROLE_SELECTED:
	case ROLE_BADGE_GO:
	case ROLE_BADGE_HOLD:
	case ROLE_BADGE_NO_GO:
	case ROLE_BADGE_BLIND:
	case ROLE_DRILL:
		return STYLE_REVERSE | STYLE_BOLD;
	case ROLE_NO_GO:
	case ROLE_UNKNOWN:
	case ROLE_FAILED:
	case ROLE_ALERT:
	case ROLE_STRONG:
	case ROLE_TITLE:
	case ROLE_LIVE:
	case ROLE_KEY:
		return STYLE_BOLD;
	default:
		return 0;
	}
}

const char *
words_ascii(int32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (plain[i].c == c)
			return plain[i].ascii;
	return "?";
}

/* The spelling at the start of `text`, or -1. */
static int
spelling_at(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
		if (str_starts(text, spellings[i].ascii))
			return (int)i;
	return -1;
}

void
words_shown(enum charset set, char *to, size_t size, const char *text)
{
	size_t used = 0;

	assert(size > 0);
	if (set == CHARSET_ASCII) {
		str_copy(to, size, text);
		return;
	}
	while (*text != '\0') {
		int at = spelling_at(text);
		const char *sign = at >= 0 ? spellings[at].utf8 : NULL;
		size_t len = sign != NULL ? strlen(sign) : 1;

		if (used + len >= size)
			break;
		memcpy(to + used, sign != NULL ? sign : text, len);
		used += len;
		text += at >= 0 ? 2 : 1;
	}
	to[used] = '\0';
}

void
words_age(char *to, size_t size, int64_t ms)
{
	int64_t s = ms / 1000;

	if (ms < 0)
		str_copy(to, size, "never");
	else if (s <= 20)
		str_printf(to, size, "%ds", (int)s);
	else if (s < 120)
		str_printf(to, size, "%ds", (int)(s / 5 * 5));
	else if (s < 7200)
		str_printf(to, size, "%dm", (int)(s / 60));
	else if (s < 172800)
		str_printf(to, size, "%dh", (int)(s / 3600));
	else
		str_printf(to, size, "%lldd", (long long)(s / 86400));
}

void
words_span(char *to, size_t size, int64_t ms)
{
	int64_t s = (ms < 0 ? -ms : ms) / 1000;
	const char *sign = ms < 0 ? "-" : "";

	if (s < 3600)
		str_printf(to, size, "%s%02d:%02d", sign, (int)(s / 60),
			   (int)(s % 60));
	else
		str_printf(to, size, "%s%lld:%02d:%02d", sign,
			   (long long)(s / 3600), (int)(s / 60 % 60),
			   (int)(s % 60));
}

void
words_long(char *to, size_t size, int64_t ms)
{
	int64_t m = (ms < 0 ? 0 : ms) / 60000;

	if (m < 60)
		str_printf(to, size, "%d m", (int)m);
	else
		str_printf(to, size, "%lld h %02d m", (long long)(m / 60),
			   (int)(m % 60));
}

/* Seconds since midnight UTC. */
static int
day_second(int64_t wall_ms)
{
	int64_t s = (wall_ms < 0 ? 0 : wall_ms) / 1000;

	return (int)(s % 86400);
}

void
words_time(char *to, size_t size, int64_t wall_ms)
{
	int s = day_second(wall_ms);

	str_printf(to, size, "%02d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
}

void
words_minute(char *to, size_t size, int64_t wall_ms)
{
	int s = day_second(wall_ms);

	str_printf(to, size, "%02d:%02d", s / 3600, s / 60 % 60);
}
