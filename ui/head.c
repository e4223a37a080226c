/* head - the three lines that never scroll and never hide. */
#include "ui/head.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"
#include "ui/gauge.h"
#include "ui/rollback.h"

#define HATCH 3 /* cells of it at each side of the word DRILL */

static bool
is_drill(const struct frame *f)
{
	return str_same(f->room->mode, "DRILL");
}

static void
hatch(struct pen *p, int cells)
{
	for (int i = 0; i < cells && p->col < p->end; i++)
		pen_glyph(p, ROLE_DRILL, GLYPH_HATCH);
}

static void
mode_words(const struct frame *f, struct pen *p)
{
	enum role role;
	const char *word = frame_mode(f, &role);

	pen_printf(p, role, " %s ", word);
	if (role == ROLE_READ_ONLY && f->room->mode[0] != '\0')
		pen_printf(p, is_drill(f) ? ROLE_DRILL : ROLE_LIVE, " %s ",
			   f->room->mode);
}

/* Wall clock and window, as much as has room at the right end. */
static void
clocks(const struct frame *f, char *to, size_t size, int cells)
{
	char now[16], left[24];

	words_time(now, sizeof(now), f->now.wall_ms);
	if (f->forecast.window_left_ms < 0 || cells < 70) {
		str_printf(to, size, "%sZ ", now);
		return;
	}
	words_span(left, sizeof(left), f->forecast.window_left_ms);
	str_printf(to, size, "%sZ  window closes in %s ", now, left);
}

void
head_place(const struct frame *f, struct canvas *c, int row)
{
	const char *dot = words_glyph(c->set, GLYPH_DOT);
	const struct book *b = f->book;
	enum role role = is_drill(f) ? ROLE_DRILL : ROLE_LIVE;
	struct pen p = canvas_pen(c, row, 0, c->cols);
	char right[64];
	int width;

	clocks(f, right, sizeof(right), c->cols);
	width = c->cols < 24 ? 0 : text_width(right);
	p.end -= width;
	if (is_drill(f))
		hatch(&p, HATCH);
	pen_printf(&p, role, " %s ",
		   b->environment[0] != '\0' ? b->environment : "NO NAME");
	mode_words(f, &p);
	if (is_drill(f))
		hatch(&p, HATCH);
	pen_printf(&p, ROLE_STRONG, " %s ",
		   f->room->name[0] != '\0' ? f->room->name : b->id);
	if (c->cols >= 100) {
		if (b->platform_title[0] != '\0')
			pen_printf(&p, ROLE_NORMAL, "%s %s ", dot,
				   b->platform_title);
		if (b->region[0] != '\0')
			pen_printf(&p, ROLE_NORMAL, "%s %s ", dot, b->region);
	}
	if (f->room->commander[0] != '\0' && p.end - p.col > 16)
		pen_printf(&p, ROLE_DIM, "%s %s commands ", dot,
			   f->room->commander);
	p = canvas_pen(c, row, c->cols - width, width);
	pen_text(&p,
		 f->forecast.window_left_ms >= 0 &&
				 f->forecast.verdict != VERDICT_GO
			 ? words_verdict(f->forecast.verdict).role
			 : ROLE_STRONG,
		 right);
}

void
head_badge(const struct frame *f, struct pen *p)
{
	struct look look = words_verdict(f->decision.verdict);

	pen_glyph(p, look.badge, GLYPH_BADGE_LEFT);
	pen_text(p, look.badge, verdict_word(f->decision.verdict));
	pen_glyph(p, look.badge, GLYPH_BADGE_RIGHT);
}

/* The sentence without the verdict's word: the badge says it. */
const char *
head_sentence(const struct frame *f)
{
	const char *word = verdict_word(f->decision.verdict);
	const char *at = f->decision.sentence;

	if (!str_starts(at, word))
		return at;
	at += strlen(word);
	return at + strspn(at, ": ");
}

void
head_decision(const struct frame *f, struct canvas *c, int row)
{
	const struct decision *d = &f->decision;
	struct pen p = canvas_pen(c, row, 0, c->cols);
	char score[40] = "", shown[DECISION_SENTENCE + 40];
	int width;

	if (d->has_score)
		str_printf(score, sizeof(score), "  score %.0f / %.0f ",
			   d->score, d->pass_score);
	words_shown(c->set, shown, sizeof(shown), head_sentence(f));
	head_badge(f, &p);
	pen_text(&p, ROLE_NORMAL, " ");
	width = (int)sizeof("  score 100 / 100");
	if (score[0] != '\0' && p.col + text_width(shown) + width <= c->cols) {
		struct pen right = canvas_pen(c, row, c->cols - width, width);

		pen_text(&right, ROLE_DIM, score);
		p.end = c->cols - width;
	}
	pen_text(&p, d->verdict == VERDICT_GO ? ROLE_NORMAL : ROLE_STRONG,
		 shown);
}

/* "last safe start 03:22 [====  ] 41m left", or that it has passed. */
static void
last_safe(const struct frame *f, struct pen *p)
{
	const struct forecast *o = &f->forecast;
	enum role role = words_verdict(o->verdict).role;
	int64_t all_ms = o->last_safe_ms - f->room->opened_ms;
	char when[16], left[32];
	int gauge;

	if (o->last_safe_ms < 0) {
		pen_text(p, ROLE_DIM, "  no window given");
		return;
	}
	words_minute(when, sizeof(when), frame_wall(f, o->last_safe_ms));
	pen_printf(p, ROLE_NORMAL, "  last safe start ");
	pen_printf(p, role, "%s ", when);
	if (o->left_ms < 0) {
		pen_text(p, ROLE_NO_GO, "HAS PASSED");
		return;
	}
	str_duration(left, sizeof(left), o->left_ms / 60000 * 60000);
	if (o->left_ms < 60000)
		words_age(left, sizeof(left), o->left_ms);
	gauge = p->end - p->col - text_width(left) - 7;
	gauge_draw(p,
		   gauge > 28  ? 28
		   : gauge < 8 ? 0
			       : gauge,
		   role, (double)o->left_ms, (double)all_ms);
	pen_printf(p, role, " %s left", left);
}

void
head_rollback(const struct frame *f, struct canvas *c, int row)
{
	const struct forecast *o = &f->forecast;
	struct pen p = canvas_pen(c, row, 0, c->cols);
	char p50[16], p90[16];
	enum role role;

	if (f->room->rollback >= ROLLBACK_RUNNING) {
		rollback_line(f, &p);
		return;
	}
	if (f->room->rollback == ROLLBACK_PROPOSED)
		pen_text(&p, ROLE_NO_GO, " ROLLBACK PROPOSED: R ");
	role = words_verdict(o->verdict).role;
	words_minute(p50, sizeof(p50),
		     f->now.wall_ms + (int64_t)((double)o->p50_ms));
	words_minute(p90, sizeof(p90), f->now.wall_ms + o->p90_ms);
	pen_printf(&p, ROLE_NORMAL,
		   c->cols >= 100 ? " rollback now %s restored by "
				  : " rollback now %s ",
		   c->set == CHARSET_UTF8 ? "→" : "->");
	pen_printf(&p, role, "%s", p50);
	pen_text(&p, ROLE_DIM, " (p50) ");
	pen_printf(&p, role, "%s", p90);
	pen_text(&p, ROLE_DIM, " (p90)");
	last_safe(f, &p);
}

void
head_title(const struct frame *f, char *to, size_t size)
{
	enum role role;

	str_printf(to, size, "%s %s %s", verdict_word(f->decision.verdict),
		   frame_mode(f, &role),
		   f->room->name[0] != '\0' ? f->room->name : f->book->id);
}
