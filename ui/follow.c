/* follow - what a new picture of the room does to a person's view. */
#include "ui/follow.h"

#include "base/str.h"
#include "ui/prompt.h"

static bool
commands(const struct snapshot *s)
{
	return s->is_held && !s->is_read_only;
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
		v->wants_bell = true;
	v->verdict = r->verdict;
}

static void
follow_rollback(struct view *v, const struct snapshot *s, int64_t real_ms)
{
	enum rollback_state now = s->room->rollback;

	if (now == ROLLBACK_PROPOSED && v->rollback != ROLLBACK_PROPOSED) {
		view_open(v, MODE_ALARM);
		v->alarm_ms = real_ms;
		v->wants_bell = v->wants_flush = true;
	} else if (now != ROLLBACK_PROPOSED && v->mode == MODE_ALARM) {
		view_open(v, MODE_MAIN);
	}
	if (now == ROLLBACK_RUNNING && v->rollback != ROLLBACK_RUNNING) {
		v->show_steps = false;
		v->focus = VIEW_RUNBOOK;
		v->selected[VIEW_RUNBOOK][0] = '\0';
	}
	if (now == ROLLBACK_HALTED && v->rollback != ROLLBACK_HALTED)
		v->wants_bell = true;
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
	v->word[0] = '\0'; /* "is being made": here it is */
	view_open(v, MODE_PROMPT);
	v->wants_flush = true;
}

/* A plan that stays too large for the window for a second is given back. */
static bool
withdraw_unfit(struct view *v, const struct room *r, int64_t real_ms,
	       struct command *out)
{
	struct rect need;

	if (v->mode != MODE_PROMPT || prompt_fits(r, v, &need)) {
		v->prompt.unfit_ms = 0;
		return false;
	}
	entry_clear(&v->prompt.typed);
	if (v->prompt.unfit_ms == 0)
		v->prompt.unfit_ms = real_ms > 0 ? real_ms : 1;
	if (real_ms - v->prompt.unfit_ms < VIEW_UNFIT_MS)
		return false;
	view_say(v, real_ms,
		 "the plan was withdrawn: it needs a window of %d x %d",
		 need.cols, need.rows);
	view_open(v, MODE_MAIN);
	*out = (struct command){ .verb = COMMAND_DECLINE };
	return true;
}

bool
follow_snapshot(struct view *v, const struct snapshot *s, int64_t real_ms,
		struct command *out)
{
	const struct room_prompt *p = &s->room->prompt;

	follow_verdict(v, s->room);
	follow_rollback(v, s, real_ms);
	if (!p->open || !commands(s)) {
		if (v->prompt.digest[0] != '\0' || v->mode == MODE_PROMPT)
			close_prompt(v, real_ms);
	} else if (!str_same(p->digest, v->prompt.digest)) {
		open_prompt(v, p, real_ms);
	}
	follow_notice(v, s, real_ms);
	return p->open && commands(s) &&
	       withdraw_unfit(v, s->room, real_ms, out);
}
