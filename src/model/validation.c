/* validation - done means healthy: what must hold after a rollback. */
#include "model/validation.h"

#include <string.h>

#include "base/str.h"
#include "model/plan.h"
#include "model/room.h"

void
validation_feed(const struct book_validation *v, struct validation_watch *w,
		const struct sample *s)
{
	if (strcmp(v->gate.signal, s->signal) == 0)
		gate_feed(&v->gate, &w->gate, s);
}

static void
tell_title(const struct book_validation *v, char *to, size_t size)
{
	str_printf(to, size, "%s%s%s%s", v->gate.title,
		   v->channel[0] ? " (" : "", v->channel,
		   v->channel[0] ? ")" : "");
}

static enum validation_state
tell_missing(const struct gate_finding *f, const char *title, char *text,
	     size_t size)
{
	const char *why = f->reason == GATE_STALE  ? "the last one is too old"
			  : f->reason == GATE_THIN ? "too few samples"
						   : "";

	str_printf(text, size, "%s not measured since the last undo%s%s", title,
		   why[0] || f->why[0] ? ": " : "", f->why[0] ? f->why : why);
	return VALIDATION_MISSING;
}

/* What is good goes on being so as people see it; proved it is only up to
 * the latest measurement. */
static enum validation_state
tell_time(const struct book_validation *v, const char *title, int64_t good_ms,
	  bool is_proved, char *text, size_t size)
{
	char so_far[24], whole[24];

	str_duration(so_far, sizeof(so_far), good_ms / 1000 * 1000);
	str_duration(whole, sizeof(whole), v->for_ms);
	if (!is_proved) {
		str_printf(text, size, "%s good for %s of %s", title, so_far,
			   whole);
		return VALIDATION_SETTLING;
	}
	str_printf(text, size, "%s holds", title);
	return VALIDATION_HOLDS;
}

enum validation_state
validation_judge(const struct book_validation *v, struct validation_watch *w,
		 int64_t since_ms, int64_t now_ms, char *text, size_t size)
{
	char title[GATE_TITLE + 40], value[64], limit[64];
	int64_t good_ms, proved_ms;
	struct gate_finding f;

	gate_judge(&v->gate, &w->gate, now_ms, &f);
	tell_title(v, title, sizeof(title));
	if (!w->gate.seen || w->gate.last.at_ms < since_ms ||
	    f.verdict == VERDICT_BLIND) {
		w->is_good = false;
		return tell_missing(&f, title, text, size);
	}
	if (f.verdict != VERDICT_GO) {
		w->is_good = false;
		gate_value_text(value, sizeof(value), &v->gate, &f.value);
		gate_limit_text(limit, sizeof(limit), &v->gate);
		str_printf(text, size, "%s %s, wanted %s", title, value, limit);
		return VALIDATION_FAILING;
	}
	if (!w->is_good)
		w->good_since_ms = w->gate.last.at_ms;
	w->is_good = true;
	/* A bad one between two looks has begun the run again, and so has a
	 * silence. */
	if (w->good_since_ms < w->gate.band_since_ms)
		w->good_since_ms = w->gate.band_since_ms;
	if (w->good_since_ms < w->gate.hold.since_ms)
		w->good_since_ms = w->gate.hold.since_ms;
	if (w->good_since_ms < since_ms)
		w->good_since_ms = since_ms;
	good_ms = now_ms - w->good_since_ms;
	proved_ms = w->gate.last.at_ms - w->good_since_ms;
	return tell_time(v, title, good_ms < v->for_ms ? good_ms : v->for_ms,
			 proved_ms >= v->for_ms && good_ms >= v->for_ms, text,
			 size);
}

bool
validation_applies(const struct book_validation *v, const struct room *r)
{
	if (v->reverts[0] == '\0' || !r->is_targeted)
		return true;
	for (size_t i = 0; i < r->undo_count; i++) {
		const struct plan_item *item = &r->undos[i].item;

		if (str_in_words(v->reverts, plan_name(r->book, item)) ||
		    str_in_words(v->reverts, plan_object(r->book, item)))
			return true;
		for (size_t s = 0; s < r->book->step_count; s++)
			if (plan_covers(r->book, item, s) &&
			    str_in_words(v->reverts, r->book->steps[s].id))
				return true;
	}
	return false;
}
