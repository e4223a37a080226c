/* follow - what a new picture of the room does to a person's view. */
#include "ui/follow.h"

#include "base/str.h"
#include "ui/prompt.h"

static bool
commands(const struct view *v, const struct snapshot *s)
{
	return s->is_held && !s->is_read_only && !v->is_read_only;
}

static void
follow_notice(struct view *v, const struct snapshot *s, int64_t real_ms)
{
	if (s->notice_id == v->notice_id)
		return;
	v->notice_id = s->notice_id;
	if (s->notice[0] == '\0')
		return;
	view_say(v, real_ms, "%s", s->notice);
	v->reading[0] = '\0';
	if (v->prompt.is_sent) { /* refused: the phrase is typed again */
		v->prompt.is_sent = false;
		entry_clear(&v->prompt.typed);
		v->prompt.since_ms = real_ms;
	}
}

static void
follow_verdict(struct view *v, const struct room *r)
{
	if (v->verdict != VERDICT_COUNT && r->verdict != v->verdict &&
	    r->verdict != VERDICT_OFF &&
	    verdict_worst(r->verdict, v->verdict) == r->verdict)
		view_call(v, "%s: %s", r->name,
			  r->sentence[0] != '\0' ? r->sentence
						 : verdict_word(r->verdict));
	v->verdict = r->verdict;
}

static bool
needs_person(const struct room *r, size_t step)
{
	enum step_state state = r->steps[step].state;

	return state == STEP_FAILED || state == STEP_UNKNOWN ||
	       (step_is_running(state) &&
		str_same(r->book->steps[step].act.kind, "manual"));
}

/* A step failed, is unknown, or waits for somebody to do it. */
static void
follow_steps(struct view *v, const struct room *r)
{
	int troubles = 0, newest = -1;

	for (size_t i = 0; i < r->book->step_count; i++) {
		if (!needs_person(r, i))
			continue;
		troubles++;
		if (newest < 0 ||
		    r->steps[i].since_ms > r->steps[newest].since_ms)
			newest = (int)i;
	}
	if (v->troubles >= 0 && troubles > v->troubles)
		view_call(v, "%s: step %s %s", r->name,
			  r->book->steps[newest].id,
			  step_word(r->steps[newest].state));
	v->troubles = troubles;
}

/* A critical breach that nobody has acknowledged is marked once, when it is
 * seen first. */
static void
follow_breach(struct view *v, const struct room *r, int64_t real_ms)
{
	for (size_t i = 0; i < r->book->gates.gate_count; i++) {
		const struct room_gate *g = &r->gates[i];

		if (g->verdict != VERDICT_NO_GO || g->acknowledged ||
		    !r->book->gates.gates[i].critical ||
		    g->since_ms <= v->breach_ms)
			continue;
		v->breach_ms = g->since_ms;
		v->flash_ms = real_ms > 0 ? real_ms : 1;
	}
}

/* The rollback waits for somebody to do an item of it. */
static void
follow_awaited(struct view *v, const struct room *r)
{
	int item = room_awaits_person(r);

	if (item >= 0 && v->awaited != item + 1)
		view_call(v, "%s: %s waits for a person", r->name,
			  plan_name(r->book, &r->undos[item].item));
	v->awaited = item + 1;
}

/* A rollback that begins, proves, halts or ends makes words of before untrue;
 * not one that is as it was once its plan was put away. */
static bool
outdates_words(enum rollback_state was, enum rollback_state now)
{
	return now != was && now >= ROLLBACK_RUNNING &&
	       !(was == ROLLBACK_ARMED && now == ROLLBACK_HALTED);
}

static void
follow_rollback(struct view *v, const struct snapshot *s, int64_t real_ms)
{
	enum rollback_state now = s->room->rollback;

	if (now == ROLLBACK_PROPOSED && v->rollback != ROLLBACK_PROPOSED) {
		view_open(v, MODE_ALARM);
		v->alarm_ms = real_ms;
		v->wants_flush = true;
		view_call(v, "%s: ROLLBACK PROPOSED: %s", s->room->name,
			  s->room->sentence);
	} else if (now != ROLLBACK_PROPOSED && v->mode == MODE_ALARM) {
		view_open(v, MODE_MAIN);
	}
	if (now == ROLLBACK_ARMED && s->room->prompt.begins_ms > 0 &&
	    v->rollback != ROLLBACK_ARMED)
		v->wants_bell = true;
	if (now == ROLLBACK_RUNNING && v->rollback != ROLLBACK_RUNNING) {
		v->show_steps = false;
		v->focus = VIEW_RUNBOOK;
		v->selected[VIEW_RUNBOOK][0] = '\0';
	}
	if (outdates_words(v->rollback, now))
		v->word[0] = '\0';
	if (now != v->rollback &&
	    (now == ROLLBACK_HALTED || now == ROLLBACK_VALIDATED))
		view_call(v, "%s: rollback %s", s->room->name,
			  rollback_word(now));
	v->rollback = now;
}

static void
close_prompt(struct view *v, int64_t real_ms)
{
	bool was_seen = v->mode == MODE_PROMPT;
	bool was_sent = v->prompt.is_sent;

	v->prompt = (struct view_prompt){ .digest = "" };
	if (!was_seen)
		return;
	view_open(v, MODE_MAIN);
	if (was_sent)
		return;
	v->withdrawn_ms = real_ms > 0 ? real_ms : 1;
	view_say(v, real_ms, "the plan was withdrawn");
}

static void
open_prompt(struct view *v, const struct room_prompt *p, int64_t real_ms)
{
	v->prompt = (struct view_prompt){ .since_ms = real_ms };
	str_copy(v->prompt.digest, sizeof(v->prompt.digest), p->digest);
	v->reading[0] = '\0'; /* here it is */
	view_open(v, MODE_PROMPT);
	v->wants_flush = true;
}

/* A plan that stays too large for the window for a second is given back. */
static bool
withdraw_unfit(struct view *v, const struct room *r, int64_t real_ms,
	       struct command *out)
{
	struct prompt_box box = { .fits = true };

	if (v->mode == MODE_PROMPT)
		prompt_measure(r, v, &box);
	if (box.fits) {
		v->prompt.unfit_ms = 0;
		return false;
	}
	entry_clear(&v->prompt.typed);
	/* What begins by itself is declined by a person, not by a window. */
	if (r->prompt.begins_ms > 0)
		return false;
	if (v->prompt.unfit_ms == 0)
		v->prompt.unfit_ms = real_ms > 0 ? real_ms : 1;
	if (real_ms - v->prompt.unfit_ms < VIEW_UNFIT_MS)
		return false;
	view_say(v, real_ms,
		 "the plan was withdrawn: it needs a window of %d x %d",
		 box.need_cols, box.need_rows);
	view_open(v, MODE_MAIN);
	*out = (struct command){ .verb = COMMAND_DECLINE };
	return true;
}

/* A step that begins without a plan needs none any more. */
static void
follow_reading(struct view *v, const struct room *r)
{
	if (v->reading[0] != '\0' && v->reading_step >= 0 &&
	    r->steps[v->reading_step].state != STEP_READY)
		v->reading[0] = '\0';
	if (v->reading[0] != '\0' && v->reading_step < 0 &&
	    r->rollback >= ROLLBACK_RUNNING && r->rollback != v->rollback)
		v->reading[0] = '\0';
}

bool
follow_snapshot(struct view *v, const struct snapshot *s, int64_t real_ms,
		struct command *out)
{
	const struct room_prompt *p = &s->room->prompt;

	follow_verdict(v, s->room);
	follow_breach(v, s->room, real_ms);
	follow_steps(v, s->room);
	follow_reading(v, s->room);
	follow_rollback(v, s, real_ms);
	follow_awaited(v, s->room);
	if (!p->open || !commands(v, s)) {
		if (v->prompt.digest[0] != '\0' || v->mode == MODE_PROMPT)
			close_prompt(v, real_ms);
	} else if (!str_same(p->digest, v->prompt.digest)) {
		open_prompt(v, p, real_ms);
	}
	follow_notice(v, s, real_ms);
	return p->open && commands(v, s) &&
	       withdraw_unfit(v, s->room, real_ms, out);
}
