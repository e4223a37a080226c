/* prompt - the confirm: plan, phrase, and the line in which it is typed. */
#include "ui/prompt.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"

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

	if (str_same(want, typed))
		return true;
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

static void
fill_page(struct page *p, const struct room_prompt *prompt)
{
	const char *phrase = prompt_phrase(prompt);
	char one[256];

	for (size_t i = 0; i < prompt->line_count; i++)
		page_text(p, ROLE_NORMAL, 2, prompt->lines[i]);
	page_text(p, ROLE_NORMAL, 0, "");
	str_printf(one, sizeof(one),
		   "Type  %s  and enter.  esc leaves everything as it is.",
		   phrase);
	if (text_width(one) <= p->width) {
		page_text(p, ROLE_STRONG, 0, one);
		return;
	}
	page_text(p, ROLE_STRONG, 0,
		  "Type this and enter; esc leaves everything as it is:");
	page_text(p, ROLE_STRONG, 0, phrase);
}

bool
prompt_fits(const struct room *r, const struct view *v, struct rect *need)
{
	struct rect area = dialog_area(v->rows, v->cols);
	int width = dialog_width(area);
	int least = text_width(prompt_phrase(&r->prompt)) + 3;
	struct page p;
	int rows;

	page_init(&p, v->set, width < least ? least : width);
	fill_page(&p, &r->prompt);
	rows = dialog_rows(&p, true);
	page_clear(&p);
	*need = (struct rect){ 0, 0, v->rows - area.rows + rows,
			       v->cols - width + least };
	if (need->rows < v->rows && width >= least)
		need->rows = v->rows;
	if (need->cols < v->cols)
		need->cols = v->cols;
	return rows <= area.rows && width >= least;
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

void
prompt_draw(const struct frame *f, struct canvas *c)
{
	const struct room_prompt *prompt = &f->room->prompt;
	struct rect area = dialog_area(f->view->rows, f->view->cols);
	const char *typed = f->view->prompt.typed.text;
	struct dialog d = { .typed = typed };
	struct rect need;
	struct page p;
	char title[160];

	if (!prompt->open)
		return;
	page_init(&p, c->set, dialog_width(area));
	if (!prompt_fits(f->room, f->view, &need)) {
		d = (struct dialog){ .title = "too small",
				     .border = ROLE_ALERT };
		page_printf(&p, ROLE_ALERT,
			    "The plan needs a window of %d x %d: enlarge it. "
			    "Nothing is confirmed.",
			    need.cols, need.rows);
		dialog_draw(c, area, &d, &p);
		page_clear(&p);
		return;
	}
	heading(f, c->set, title, sizeof(title));
	d.title = title;
	d.border = prompt->step < 0 ? ROLE_NO_GO : ROLE_FOCUS;
	d.is_wrong = strncmp(prompt_phrase(prompt), typed, strlen(typed)) != 0;
	fill_page(&p, prompt);
	if (f->view->prompt.is_sent)
		d.typed = "sent: the plan is compared with the live state "
			  "again";
	dialog_draw(c, area, &d, &p);
	page_clear(&p);
}
