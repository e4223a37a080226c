/* prompt - the confirm: plan, phrase, and the line in which it is typed. */
#include "ui/prompt.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"

#define SCROLL_ROWS 15 /* the least screen on which a plan scrolls */
#define SCROLL_COLS 60

const char *
prompt_phrase(const struct room_prompt *p)
{
	return p->phrase[0] != '\0' ? p->phrase : "yes";
}

bool
prompt_check(const struct room_prompt *p, const char *typed, char *why,
	     size_t size)
{
	const char *want = prompt_phrase(p);
	size_t same = 0;

	if (str_same(want, typed)) {
		if (p->awaits[0] == '\0' || p->second[0] != '\0')
			return true;
		str_printf(why, size,
			   "not confirmed: waits for a second person: %s",
			   p->awaits);
		return false;
	}
	while (want[same] != '\0' && want[same] == typed[same])
		same++;
	if (typed[0] == '\0')
		str_printf(why, size,
			   "enter alone does nothing: type  %s  first", want);
	else if (strcasecmp(want, typed) == 0)
		str_printf(why, size,
			   "not confirmed: capitals and small letters differ "
			   "from  %s",
			   want);
	else if (typed[same] == '\0')
		str_printf(why, size, "not confirmed: it goes on with  %s",
			   want + same);
	else if (want[same] == '\0')
		str_printf(why, size,
			   "not confirmed: too much at its end: \"%s\"",
			   typed + same);
	else
		str_printf(why, size,
			   "not confirmed: at character %d it must go on with "
			   " %s",
			   (int)same + 1, want + same);
	return false;
}

/* Two pages: the plan, and below it what to type. */
struct pages {
	struct page plan, ask;
};

/* What a plan of two persons waits for, and how the second one comes. */
static void
second_lines(struct page *p, const struct room_prompt *prompt, int64_t now_ms)
{
	char since[24];

	if (prompt->awaits[0] == '\0')
		return;
	if (prompt->second[0] != '\0') {
		page_printf(p, ROLE_DONE, "Approved by %s (%s).",
			    prompt->second, prompt->second_how);
		return;
	}
	words_span(since, sizeof(since), now_ms - prompt->since_ms);
	page_printf(p, ROLE_HOLD,
		    "Waits for a second person (%s so far), who looks at it "
		    "and types:",
		    since);
	page_text(p, ROLE_HOLD, 2, prompt->awaits);
}

/* A plan that begins by itself says when, in its last line but the phrase. */
static void
countdown_line(struct page *p, const struct room_prompt *prompt, int64_t now_ms)
{
	int64_t left_ms = prompt->begins_ms - now_ms;

	if (prompt->begins_ms > 0)
		page_printf(p, ROLE_NO_GO,
			    "BEGINS BY ITSELF IN %lld s. The phrase begins it "
			    "now, esc declines it.",
			    (long long)(left_ms < 0 ? 0 : left_ms / 1000));
}

static void
fill_pages(struct pages *p, const struct room_prompt *prompt, int64_t now_ms,
	   enum charset set, int width)
{
	const char *phrase = prompt_phrase(prompt);
	char one[256];

	page_init(&p->plan, set, width);
	page_init(&p->ask, set, width);
	p->plan.more = "down, before the phrase counts";
	for (size_t i = 0; i < prompt->line_count; i++)
		page_text(&p->plan, ROLE_NORMAL, 2, prompt->lines[i]);
	page_text(&p->ask, ROLE_NORMAL, 0, "");
	second_lines(&p->ask, prompt, now_ms);
	countdown_line(&p->ask, prompt, now_ms);
	str_printf(one, sizeof(one),
		   "Type  %s  and enter.  esc leaves everything as it is.",
		   phrase);
	if (text_width(one) <= width) {
		page_text(&p->ask, ROLE_STRONG, 0, one);
		return;
	}
	page_text(&p->ask, ROLE_STRONG, 0,
		  "Type this and enter; esc leaves everything as it is:");
	page_text(&p->ask, ROLE_STRONG, 0, phrase);
}

static void
clear_pages(struct pages *p)
{
	page_clear(&p->plan);
	page_clear(&p->ask);
}

void
prompt_measure(const struct room *r, const struct view *v,
	       struct prompt_box *out)
{
	struct rect area = dialog_area(v->rows, v->cols);
	int width = dialog_width(area);
	int least = text_width(prompt_phrase(&r->prompt)) + 3;
	bool scrolls = v->rows >= SCROLL_ROWS && v->cols >= SCROLL_COLS;
	struct pages p;
	int plan, rest;

	fill_pages(&p, &r->prompt, r->prompt.since_ms, v->set,
		   width < least ? least : width);
	plan = (int)p.plan.count;
	rest = (int)p.ask.count + 3; /* the border, and the line typed */
	clear_pages(&p);
	*out = (struct prompt_box){
		.fits = width >= least && (scrolls || plan + rest <= area.rows),
		.need_rows = v->rows > SCROLL_ROWS ? v->rows : SCROLL_ROWS,
		.need_cols = v->cols - width + least,
		.rows = plan,
	};
	if (out->need_cols < v->cols)
		out->need_cols = v->cols;
	if (out->need_cols < SCROLL_COLS)
		out->need_cols = SCROLL_COLS;
	if (!out->fits || plan + rest <= area.rows)
		return;
	out->rows = area.rows - rest;
	out->scroll_max = plan - out->rows;
}

int
prompt_unread(const struct view *v, const struct prompt_box *b)
{
	/* The row that says how much more there is hides a line itself. */
	return v->prompt.read_to < b->scroll_max
		       ? b->scroll_max - v->prompt.read_to + 1
		       : 0;
}

static void
heading(const struct frame *f, enum charset set, char *to, size_t size)
{
	const struct room_prompt *p = &f->room->prompt;
	const char *dot = words_glyph(set, GLYPH_DOT);
	const char *what =
		p->step >= 0 ? f->book->steps[p->step].id : "ROLLBACK";
	enum role role;

	str_printf(to, size, "%s %s %s %s %s%s", what, dot,
		   f->book->environment, dot, frame_mode(f, &role),
		   p->step < 0 && f->decision.rollback_due
			   ? ", a breach asks for it"
			   : "");
}

/* Too small a window: nothing of the plan, so that nothing is guessed. */
static void
draw_unfit(const struct prompt_box *b, struct canvas *c, struct rect area)
{
	const struct dialog d = { .title = "too small", .border = ROLE_ALERT };
	struct page p;

	page_init(&p, c->set, dialog_width(area));
	page_printf(&p, ROLE_ALERT,
		    "The plan needs a window of %d x %d: enlarge it. Nothing "
		    "is confirmed.",
		    b->need_cols, b->need_rows);
	dialog_draw(c, area, &d, &p);
	page_clear(&p);
}

int
prompt_draw(const struct frame *f, struct canvas *c)
{
	const struct room_prompt *prompt = &f->room->prompt;
	struct rect area = dialog_area(f->view->rows, f->view->cols);
	const char *typed = f->view->prompt.typed.text;
	struct prompt_box box;
	struct pages p;
	char title[160];
	struct dialog d = {
		.title = title,
		.border = prompt->step < 0 ? ROLE_NO_GO : ROLE_FOCUS,
		.typed = typed,
		.ask = &p.ask,
		.scroll = f->view->scroll,
	};
	int scroll;

	if (!prompt->open)
		return 0;
	prompt_measure(f->room, f->view, &box);
	if (!box.fits) {
		draw_unfit(&box, c, area);
		return 0;
	}
	heading(f, c->set, title, sizeof(title));
	d.is_wrong = strncmp(prompt_phrase(prompt), typed, strlen(typed)) != 0;
	fill_pages(&p, prompt, f->now.room_ms, c->set, dialog_width(area));
	if (f->view->prompt.is_sent)
		d.typed = "sent: the plan is compared with the live state "
			  "again";
	scroll = dialog_draw(c, area, &d, &p.plan);
	clear_pages(&p);
	return scroll;
}
