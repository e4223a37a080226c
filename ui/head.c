/* head - the three lines that never scroll and never hide. */
#include "ui/head.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/text.h"
#include "ui/clauses.h"
#include "ui/gauge.h"
#include "ui/rollback.h"

#define HATCH 3	     /* cells of it at each side of the word DRILL */
#define HATCHED 40   /* cells of a line that has room for it */
#define LATE_LONG 76 /* free ones, for the clock with all its words */
#define LATE_SHORT 40

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

/* Who commands and how many watch, as much of it as has room. */
static void
who(const struct frame *f, const char *dot, int cells, char *to, size_t size)
{
	const char *name = f->room->commander;
	char watch[24] = "";

	if (f->view->watchers > 0)
		str_printf(watch, sizeof(watch), "%s %d watch ", dot,
			   f->view->watchers);
	to[0] = '\0';
	if (f->snapshot->is_deserted)
		str_printf(to, size, "%s NOBODY HOLDS IT %s", dot, watch);
	else if (f->view->is_leaving)
		str_printf(to, size, "%s PARKING, R stays %s", dot, watch);
	else if (name[0] != '\0')
		str_printf(to, size, "%s %s commands %s", dot, name, watch);
	if (text_width(to) >= cells && f->snapshot->is_deserted)
		str_printf(to, size, "%s NOBODY ", dot);
	else if (text_width(to) >= cells && f->view->is_leaving)
		str_printf(to, size, "%s PARKING ", dot);
	else if (text_width(to) >= cells && watch[0] != '\0' && name[0] != '\0')
		str_printf(to, size, "%s %s %s", dot, name, watch);
	if (to[0] == '\0' || text_width(to) >= cells)
		str_copy(to, size, watch);
	if (text_width(to) >= cells)
		to[0] = '\0';
}

/* A word about the place, where `least` cells stay free behind it. */
static void
place_word(struct pen *p, const char *dot, const char *word, int least)
{
	if (word[0] != '\0' && p->end - p->col > text_width(word) + 3 + least)
		pen_printf(p, ROLE_NORMAL, "%s %s ", dot, word);
}

void
head_place(const struct frame *f, struct canvas *c, int row)
{
	const char *dot = words_glyph(c->set, GLYPH_DOT);
	const struct book *b = f->book;
	enum role role = is_drill(f) ? ROLE_DRILL : ROLE_LIVE;
	struct pen p = canvas_pen(c, row, 0, c->cols);
	bool is_hatched = is_drill(f) && c->cols >= HATCHED;
	char right[64], people[160];
	int width, least;

	clocks(f, right, sizeof(right), c->cols);
	width = c->cols < 24 ? 0 : text_width(right);
	p.end -= width;
	if (is_hatched)
		hatch(&p, HATCH);
	pen_printf(&p, role, " %s ",
		   b->environment[0] != '\0' ? b->environment : "NO NAME");
	mode_words(f, &p);
	if (is_hatched)
		hatch(&p, HATCH);
	if (f->view->layout == LAYOUT_SMALL && f->view->mode != MODE_MAIN)
		head_badge(f, &p); /* its own line is hidden */
	pen_printf(&p, ROLE_STRONG, " %s ",
		   f->room->name[0] != '\0' ? f->room->name : b->id);
	who(f, dot, p.end - p.col, people, sizeof(people));
	least = text_width(people) + 1;
	if (c->cols >= 100) {
		place_word(&p, dot, b->platform_title, least);
		place_word(&p, dot, b->region, least);
	}
	pen_text(&p,
		 f->snapshot->is_deserted ? ROLE_NO_GO
		 : f->view->is_leaving	  ? ROLE_HOLD
					  : ROLE_DIM,
		 people);
	p = canvas_pen(c, row, c->cols - width, width);
	/* In colour only where the third line says why. */
	pen_text(&p,
		 f->view->layout > LAYOUT_SMALL &&
				 f->forecast.window_left_ms >= 0 &&
				 f->forecast.verdict != VERDICT_GO
			 ? words_verdict(f->forecast.verdict).role
			 : ROLE_STRONG,
		 right);
}

const char *
head_word(const struct frame *f, struct look *look)
{
	bool is_halted = f->room->rollback == ROLLBACK_HALTED;
	enum verdict now = f->decision.verdict;

	*look = words_verdict(is_halted ? VERDICT_NO_GO : now);
	return is_halted ? "HALTED" : verdict_word(now);
}

void
head_badge(const struct frame *f, struct pen *p)
{
	struct look look;
	const char *word = head_word(f, &look);

	pen_glyph(p, look.badge, GLYPH_BADGE_LEFT);
	pen_text(p, look.badge, word);
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

/* Until each probe has said something a blind room only waits for them. */
static void
first_round(const struct frame *f, char *to, size_t size)
{
	size_t count = f->snapshot->probe_count, ran = 0;

	for (size_t i = 0; i < count; i++)
		ran += f->snapshot->probes[i].runs > 0;
	if (f->decision.verdict == VERDICT_BLIND && ran < count)
		str_printf(to, size, "First round: %zu of %zu probes ran. ",
			   ran, count);
}

/* What was left is judged on; that it was left is what matters. */
static void
ended_text(const struct frame *f, char *to, size_t size)
{
	const struct room *r = f->room;
	char when[16], took[32];

	to[0] = '\0';
	first_round(f, to, size);
	if (r->rollback == ROLLBACK_HALTED)
		str_copy(to, size, "Rollback halted, a person is needed. ");
	if (r->rollback == ROLLBACK_HALTING)
		str_copy(to, size, "Rollback given up, it halts. ");
	if (r->rollback != ROLLBACK_VALIDATED)
		return;
	words_minute(when, sizeof(when), frame_wall(f, r->rollback_ended_ms));
	str_duration(took, sizeof(took),
		     (r->rollback_ended_ms - r->rollback_began_ms) / 1000 *
			     1000);
	str_printf(to, size, "%s back and validated at %s in %s. Gates now: ",
		   r->is_targeted ? "Part taken" : "Rolled", when, took);
}

void
head_say(const struct frame *f, char *to, size_t size)
{
	char ended[120];

	ended_text(f, ended, sizeof(ended));
	str_printf(to, size, "%s%s", ended, head_sentence(f));
}

void
head_decision(const struct frame *f, struct canvas *c, int row)
{
	const struct decision *d = &f->decision;
	struct pen p = canvas_pen(c, row, 0, c->cols);
	char score[40] = "", said[DECISION_SENTENCE + 120];
	char shown[DECISION_SENTENCE + 160], fitting[DECISION_SENTENCE + 170];
	int width;

	if (d->has_score)
		str_printf(score, sizeof(score), "  score %.0f / %.0f ",
			   d->score, d->pass_score);
	head_say(f, said, sizeof(said));
	words_shown(c->set, shown, sizeof(shown), said);
	head_badge(f, &p);
	pen_text(&p, ROLE_NORMAL, " ");
	width = (int)sizeof("  score 100 / 100");
	if (score[0] != '\0' && p.col + text_width(shown) + width <= c->cols) {
		struct pen right = canvas_pen(c, row, c->cols - width, width);

		pen_text(&right, ROLE_DIM, score);
		p.end = c->cols - width;
	}
	clauses_fit(fitting, sizeof(fitting), c->set, shown, p.end - p.col);
	pen_text(&p, d->verdict == VERDICT_GO ? ROLE_NORMAL : ROLE_STRONG,
		 fitting);
}

/* That it has passed must be read also where the whole line has no room. */
static bool
too_late(const struct frame *f, struct pen *p)
{
	const struct forecast *o = &f->forecast;
	int cols = p->end - p->col;
	char p50[16];

	if (o->last_safe_ms < 0 || o->left_ms >= 0 || cols >= LATE_LONG)
		return false;
	words_minute(p50, sizeof(p50),
		     frame_wall(f, f->now.room_ms + o->p50_ms));
	if (cols < LATE_SHORT) {
		pen_printf(p, ROLE_NO_GO, " LATE rollback %s", p50);
		return true;
	}
	pen_printf(p, ROLE_NORMAL, " rollback now %s ",
		   p->on->set == CHARSET_UTF8 ? "→" : "->");
	pen_text(p, ROLE_NO_GO, p50);
	pen_text(p, ROLE_NO_GO, "  SAFE TIME PASSED");
	return true;
}

/* The rollback clock, with less and less words: what goes first is "restored
 * by", then when the last safe start is, then how sure the times are, then the
 * times.  How long one can still wait stays in all of them. */
enum clock_words {
	CLOCK_LONG,
	CLOCK_USUAL,
	CLOCK_TIMES,
	CLOCK_SPAN,
	CLOCK_LEFT
};
#define CLOCK_PARTS 7
#define RESTORED_COLS 100 /* of a screen with room for "restored by" */

struct clock {
	struct part {
		enum role role;
		char text[48];
	} parts[CLOCK_PARTS];
	int count, width;
};

PRINTF_LIKE(3, 4)
static void
clock_add(struct clock *c, enum role role, const char *fmt, ...)
{
	struct part *p = &c->parts[c->count++];
	va_list args;

	assert(c->count <= CLOCK_PARTS);
	va_start(args, fmt);
	vsnprintf(p->text, sizeof(p->text), fmt, args);
	va_end(args);
	p->role = role;
	c->width += text_width(p->text);
}

static void
clock_times(const struct frame *f, enum clock_words words, struct clock *out)
{
	const struct forecast *o = &f->forecast;
	enum role role = words_verdict(o->verdict).role;
	bool is_span = words == CLOCK_SPAN;
	char p50[16], p90[16];

	words_minute(p50, sizeof(p50),
		     frame_wall(f, f->now.room_ms + o->p50_ms));
	words_minute(p90, sizeof(p90),
		     frame_wall(f, f->now.room_ms + o->p90_ms));
	clock_add(out, ROLE_NORMAL, " rollback now %s %s",
		  f->view->set == CHARSET_UTF8 ? "→" : "->",
		  words == CLOCK_LONG ? "restored by " : "");
	clock_add(out, role, "%s", p50);
	clock_add(out, ROLE_DIM, "%s", is_span ? "-" : " (p50) ");
	clock_add(out, role, "%s", p90);
	clock_add(out, ROLE_DIM, "%s", is_span ? "" : " (p90)");
}

/* All but what is left. */
static void
clock_make(const struct frame *f, enum clock_words words, struct clock *out)
{
	const struct forecast *o = &f->forecast;
	char when[16];

	*out = (struct clock){ .count = 0 };
	if (words != CLOCK_LEFT)
		clock_times(f, words, out);
	if (words > CLOCK_USUAL || o->last_safe_ms < 0)
		return;
	words_minute(when, sizeof(when), frame_wall(f, o->last_safe_ms));
	clock_add(out, ROLE_NORMAL, "  last safe start ");
	clock_add(out, words_verdict(o->verdict).role, "%s", when);
}

/* How long one can still wait; its role. */
static enum role
left_text(const struct frame *f, char *to, size_t size)
{
	const struct forecast *o = &f->forecast;
	char left[32];

	if (o->last_safe_ms < 0) {
		str_copy(to, size, "  no window given");
		return ROLE_DIM;
	}
	if (o->left_ms < 0) {
		str_copy(to, size, " HAS PASSED");
		return ROLE_NO_GO;
	}
	str_duration(left, sizeof(left), o->left_ms / 60000 * 60000);
	if (o->left_ms < 60000)
		words_age(left, sizeof(left), o->left_ms);
	str_printf(to, size, " %s left", left);
	return words_verdict(o->verdict).role;
}

/* What is left of all the time there was, where there is room beside it. */
static void
left_gauge(const struct frame *f, struct pen *p, int width)
{
	const struct forecast *o = &f->forecast;
	int cells = p->end - p->col - width - 2;

	if (o->last_safe_ms < 0 || o->left_ms < 0 || cells < 8)
		return;
	pen_text(p, ROLE_NORMAL, " ");
	gauge_draw(p, cells > 28 ? 28 : cells, words_verdict(o->verdict).role,
		   (double)o->left_ms,
		   (double)(o->last_safe_ms - f->room->opened_ms));
}

static void
draw_clock(const struct frame *f, struct pen *p)
{
	enum clock_words words =
		p->on->cols >= RESTORED_COLS ? CLOCK_LONG : CLOCK_USUAL;
	char left[64];
	enum role role = left_text(f, left, sizeof(left));
	struct clock c;

	for (;; words++) {
		clock_make(f, words, &c);
		if (words == CLOCK_LEFT ||
		    c.width + text_width(left) <= p->end - p->col)
			break;
	}
	for (int i = 0; i < c.count; i++)
		pen_text(p, c.parts[i].role, c.parts[i].text);
	if (words <= CLOCK_USUAL)
		left_gauge(f, p, text_width(left));
	pen_text(p, role, left);
}

/* Rules that are broken on purpose, while their plan is open or goes on. */
static void
overrides(const struct frame *f, struct pen *p)
{
	for (size_t i = 0; i < f->room->override_count; i++) {
		const struct room_override *o = &f->room->overrides[i];

		if (o->in_force)
			pen_printf(p, ROLE_NO_GO, " %s %s%s ",
				   room_override_name(f->room, o),
				   o->rule < 0 ? "LEFT OUT" : "OVERRIDDEN",
				   o->second[0] != '\0' ? ""
							: " (not approved)");
	}
}

void
head_rollback(const struct frame *f, struct canvas *c, int row)
{
	struct pen p = canvas_pen(c, row, 0, c->cols);

	overrides(f, &p);
	if (f->room->rollback >= ROLLBACK_RUNNING) {
		rollback_line(f, &p);
		return;
	}
	if (f->room->rollback == ROLLBACK_PROPOSED)
		pen_text(&p, ROLE_NO_GO, " ROLLBACK PROPOSED: R ");
	if (f->room->prompt.open && f->room->prompt.begins_ms > 0) {
		int64_t left_ms = f->room->prompt.begins_ms - f->now.room_ms;

		pen_printf(&p, ROLE_NO_GO,
			   " ROLLBACK BEGINS IN %lld s: esc declines it ",
			   (long long)(left_ms < 0 ? 0 : left_ms / 1000));
	}
	if (!too_late(f, &p))
		draw_clock(f, &p);
}

void
head_title(const struct frame *f, char *to, size_t size)
{
	enum role role;
	struct look look;

	str_printf(to, size, "%s %s %s", head_word(f, &look),
		   frame_mode(f, &role),
		   f->room->name[0] != '\0' ? f->room->name : f->book->id);
}
