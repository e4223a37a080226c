/* works - would a key do anything here and now? */
#include "ui/works.h"

#include "base/str.h"
#include "ui/rollback.h"

/* The step a key would be about, as it stands; NULL none. */
static const struct room_act *
act_meant(const struct frame *f, const struct book_step **step)
{
	const struct view *v = f->view;
	bool is_page = v->mode == MODE_STEP || v->back == MODE_STEP;
	int i = frame_step(f);

	*step = i >= 0 ? &f->book->steps[i] : NULL;
	if (is_page)
		*step = book_step(f->book, v->subject);
	return *step == NULL ? NULL : &f->room->steps[*step - f->book->steps];
}

static bool
in_state(const struct frame *f, enum step_state state)
{
	const struct book_step *step;
	const struct room_act *a = act_meant(f, &step);

	return a != NULL && a->state == state;
}

static bool
may_skip(const struct frame *f)
{
	return in_state(f, STEP_READY) || in_state(f, STEP_FAILED);
}

static bool
may_done(const struct frame *f)
{
	const struct book_step *step;
	const struct room_act *a = act_meant(f, &step);

	return room_awaits_person(f->room) >= 0 ||
	       (a != NULL && str_same(step->act.kind, "manual") &&
		step_is_running(a->state));
}

static bool
may_fail(const struct frame *f)
{
	const struct book_step *step;
	const struct room_act *a = act_meant(f, &step);

	return room_rollback_runs(f->room) ||
	       (a != NULL && step_is_running(a->state));
}

static bool
may_retry(const struct frame *f)
{
	const struct book_step *step;
	const struct room_act *a = act_meant(f, &step);

	if (f->room->rollback == ROLLBACK_HALTING)
		return false; /* once it has halted */
	return room_rollback_goes_on(f->room) ||
	       (a != NULL &&
		(a->state == STEP_FAILED || step_is_running(a->state)));
}

static bool
may_abort(const struct frame *f)
{
	const struct book_step *step;
	const struct room_act *a = act_meant(f, &step);

	return room_rollback_runs(f->room) ||
	       (a != NULL && step_is_running(a->state));
}

static bool
may_recheck(const struct frame *f)
{
	return in_state(f, STEP_UNKNOWN);
}

static bool
may_roll_back(const struct frame *f)
{
	return !room_is_rolled_back(f->room) && !room_rollback_runs(f->room);
}

static bool
any_breach(const struct frame *f)
{
	for (size_t i = 0; i < f->book->gates.gate_count; i++)
		if (f->findings[i].verdict == VERDICT_NO_GO)
			return true;
	return frame_shows_rollback(f); /* there it marks */
}

static bool
has_rollback(const struct frame *f)
{
	return f->room->rollback >= ROLLBACK_RUNNING;
}

static bool
is_not_held(const struct frame *f)
{
	return !f->snapshot->is_held;
}

static bool
whenever(const struct frame *f)
{
	(void)f;
	return true;
}

/* Keys that are not here work in every state of the room. */
static const struct {
	void (*act)(struct hand *h);
	bool commands; /* for whoever may act alone */
	bool (*now)(const struct frame *f);
} states[] = {
	{ verb_rollback, true, may_roll_back },
	{ verb_mark, true, may_roll_back },
	{ verb_decline, true, whenever },
	{ verb_submit, true, whenever },
	{ verb_palette, true, whenever },
	{ verb_note, true, whenever },
	{ verb_mute, true, whenever },
	{ verb_probe, true, whenever },
	{ verb_park, true, whenever },
	{ verb_ack, true, any_breach },
	{ verb_skip, true, may_skip },
	{ verb_done, true, may_done },
	{ verb_fail, true, may_fail },
	{ verb_abort, true, may_abort },
	{ verb_retry, true, may_retry },
	{ verb_recheck, true, may_recheck },
	{ verb_swap, false, has_rollback },
	{ verb_suspend, false, is_not_held },
};

bool
works(const struct key_row *row, const struct frame *f)
{
	const char *why;

	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (states[i].act == row->act)
			return (!states[i].commands ||
				frame_may_act(f, &why)) &&
			       states[i].now(f);
	return true;
}
