/* rollback - the screen of a rollback on its way: items, time, result. */
#include "ui/rollback.h"

#include <assert.h>

#include "base/str.h"
#include "ui/gauge.h"

static const struct {
	const char *text;
	enum role role;
} words[] = {
	[ROLLBACK_NONE] = { "no rollback", ROLE_NORMAL },
	[ROLLBACK_PROPOSED] = { "ROLLBACK PROPOSED", ROLE_NO_GO },
	[ROLLBACK_DECLINED] = { "rollback declined", ROLE_HOLD },
	[ROLLBACK_ARMED] = { "ROLLBACK PLAN SHOWN", ROLE_HOLD },
	[ROLLBACK_RUNNING] = { "ROLLING BACK", ROLE_RUNNING },
	[ROLLBACK_VALIDATING] = { "VALIDATING ROLLBACK", ROLE_RUNNING },
	[ROLLBACK_VALIDATED] = { "ROLLED BACK, VALIDATED", ROLE_DONE },
	[ROLLBACK_HALTED] = { "ROLLBACK HALTED: A PERSON IS NEEDED",
			      ROLE_FAILED },
};

static size_t
items_over(const struct room *r)
{
	size_t done = 0;

	for (size_t i = 0; i < r->undo_count; i++)
		done += step_is_over(r->undos[i].act.state);
	return done;
}

void
rollback_line(const struct frame *f, struct pen *p)
{
	const struct room *r = f->room;
	int64_t end_ms = r->rollback_ended_ms >= 0 ? r->rollback_ended_ms
						   : f->now.room_ms;
	int64_t spent_ms = end_ms - r->rollback_began_ms;
	int64_t rto_ms = f->book->rto_ms > 0 ? f->book->rto_ms
					     : f->book->rollback.timeout_ms;
	char spent[24], rto[24];

	assert((size_t)r->rollback < ARRAY_LEN(words));
	pen_printf(p, words[r->rollback].role, " %s", words[r->rollback].text);
	if (r->rollback_began_ms >= 0 && r->rollback >= ROLLBACK_RUNNING) {
		words_span(spent, sizeof(spent), spent_ms);
		words_span(rto, sizeof(rto), rto_ms);
		pen_printf(p, ROLE_STRONG, "  %d of %d undone  ",
			   (int)items_over(r), (int)r->undo_count);
		pen_printf(p, spent_ms > rto_ms ? ROLE_NO_GO : ROLE_STRONG,
			   "%s of RTO %s ", spent, rto);
		gauge_draw(p, 20, spent_ms > rto_ms ? ROLE_NO_GO : ROLE_CHART,
			   (double)spent_ms, (double)rto_ms);
	}
	if (r->rollback_detail[0] != '\0') {
		char shown[300];

		words_shown(p->on->set, shown, sizeof(shown),
			    r->rollback_detail);
		pen_printf(p, ROLE_NORMAL, "  %s", shown);
	}
}

void
rollback_item(const struct frame *f, int i, struct pen *p)
{
	const struct room_undo *u = &f->room->undos[i];
	struct look look = words_step(u->act.state);
	bool is_running = step_is_running(u->act.state);
	int wide = p->end - p->col >= 100;
	char text[64];

	pen_glyph(p, look.role, look.glyph);
	pen_printf(p, ROLE_NORMAL, " %2d ", i + 1);
	pen_field(p, wide ? 26 : 18, ROLE_STRONG, plan_name(f->book, &u->item));
	pen_field(p, 10, look.role, step_word(u->act.state));
	if (u->act.attempt > 1)
		pen_printf(p, ROLE_HOLD, "try %d  ", u->act.attempt);
	if (is_running && u->act.next_ms > f->now.room_ms) {
		words_age(text, sizeof(text), u->act.next_ms - f->now.room_ms);
		pen_printf(p, ROLE_HOLD, "next in %s  ", text);
	}
	if (u->act.began_ms >= 0) {
		int64_t end_ms =
			u->act.ended_ms >= 0 ? u->act.ended_ms : f->now.room_ms;

		words_span(text, sizeof(text), end_ms - u->act.began_ms);
		pen_printf(p, ROLE_NORMAL, "%s  ", text);
	}
	if (u->act.detail[0] != '\0')
		pen_text(p, look.role, u->act.detail);
	else if (u->before[0] != '\0' || u->after[0] != '\0')
		pen_printf(p, ROLE_DIM, "%s %s %s", u->before,
			   p->on->set == CHARSET_UTF8 ? "→" : "->", u->after);
	else
		pen_text(p, ROLE_DIM, plan_object(f->book, &u->item));
}
