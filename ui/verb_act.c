/* verb_act - what keys do: asking the director, never without a question. */
#include "base/str.h"
#include "ui/palette.h"
#include "ui/pane.h"
#include "ui/press.h"
#include "ui/prompt.h"
#include "ui/records.h"
#include "ui/rollback.h"
#include "ui/verb.h"

static void
say(struct hand *h, const char *text)
{
	view_say(h->view, h->frame->now.real_ms, "%s", text);
}

static bool
may_act(struct hand *h)
{
	const char *why;

	if (frame_may_act(h->frame, &why))
		return true;
	say(h, why);
	return false;
}

/* What is typed before a plan is there is meant for its box: no text of it is
 * a reason for something else.  A plan nobody hears of again ends that. */
static bool
awaits_plan(struct hand *h)
{
	const struct view *v = h->view;

	if (v->reading[0] == '\0' ||
	    h->frame->now.real_ms - v->reading_ms >= VIEW_AWAIT_MS)
		return false;
	say(h, "not yet: a plan is being made, R and esc work meanwhile");
	return true;
}

/* Making a plan reads the world: that takes its time, which is shown. */
static void
await(struct hand *h)
{
	const struct command *c = &h->out->command;
	const struct book *b = h->frame->book;

	if (c->verb == COMMAND_ROLLBACK)
		view_await(h->view, h->frame->now.real_ms, -1,
			   "the rollback's plan is being made");
	for (size_t i = 0; c->verb == COMMAND_ARM && i < b->step_count; i++)
		if (str_same(b->steps[i].id, c->target))
			view_await(h->view, h->frame->now.real_ms, (int)i,
				   "the plan of %s is being made", c->target);
}

static void
send(struct hand *h, enum command_verb verb, const char *target)
{
	struct command *c = &h->out->command;

	*c = (struct command){ .verb = verb };
	str_copy(c->target, sizeof(c->target), target);
	h->out->has_command = true;
	await(h);
}

/* Opens a question; its answer becomes the command. */
static void
ask(struct hand *h, enum command_verb verb, const char *target,
    const char *word, const char *title)
{
	struct view_ask *a = &h->view->ask;

	if (!may_act(h) || (word[0] == '\0' && awaits_plan(h)))
		return;
	*a = (struct view_ask){ .verb = verb,
				.since_ms = h->frame->now.real_ms };
	str_copy(a->target, sizeof(a->target), target);
	str_copy(a->word, sizeof(a->word), word);
	str_printf(a->title, sizeof(a->title), "%s %s", title, target);
	view_open(h->view, MODE_ASK);
}

static const struct gate *
gate_meant(struct hand *h)
{
	const struct frame *f = h->frame;
	int gate = f->decision.leading;
	char id[SIGNAL_NAME];

	if (h->view->mode == MODE_GATE) {
		gate = frame_gate(f, h->view->subject);
	} else if (h->view->focus != VIEW_RUNBOOK) {
		const struct pane_kind *k = pane_kinds[h->view->focus];
		int row = pane_selected(f, h->view->focus);

		id[0] = '\0';
		if (row >= 0)
			k->identify(k, f, row, id, sizeof(id));
		gate = frame_gate(f, id);
	}
	if (gate < 0)
		say(h, "no gate is meant: select one");
	return gate < 0 ? NULL : &f->book->gates.gates[gate];
}

static void
enter_step(struct hand *h)
{
	const struct book_step *s = verb_step_meant(h);
	enum step_state state;

	if (s == NULL)
		return;
	state = h->frame->room->steps[s - h->frame->book->steps].state;
	if (h->frame->room->prompt.open && h->view->prompt.digest[0] != '\0') {
		view_open(h->view, MODE_PROMPT); /* the plan is still there */
		entry_clear(&h->view->prompt.typed);
		h->view->prompt.since_ms = h->frame->now.real_ms;
	} else if (state == STEP_READY && s->confirm == CONFIRM_NONE) {
		ask(h, COMMAND_ARM, s->id, "yes", "This runs at once:");
	} else if (state == STEP_READY) {
		if (may_act(h))
			send(h, COMMAND_ARM, s->id);
	} else if (state == STEP_FAILED) {
		ask(h, COMMAND_RETRY, s->id, "retry", "Try again:");
	} else {
		verb_step(h);
	}
}

void
verb_enter(struct hand *h)
{
	if (h->view->mode == MODE_JOURNAL)
		h->out->record_seq = records_selected(h->frame);
	else if (h->view->mode == MODE_STEP)
		verb_records(h);
	else if (h->view->focus != VIEW_RUNBOOK)
		verb_gate(h);
	else if (frame_shows_rollback(h->frame))
		say(h,
		    "v shows the runbook; r tries a halted rollback again, and "
		    "ends a wait");
	else
		enter_step(h);
}

void
verb_rollback(struct hand *h)
{
	h->view->is_leaving = false; /* whoever asks for it stays */
	if (!may_act(h))
		return;
	if (h->frame->room->rollback == ROLLBACK_ARMED) {
		h->view->prompt.digest[0] = '\0'; /* the box opens again */
		return;
	}
	send(h, COMMAND_ROLLBACK, "");
	str_copy(h->out->command.text, sizeof(h->out->command.text),
		 h->view->marks);
	h->view->marks[0] = '\0';
}

void
verb_mark(struct hand *h)
{
	const struct frame *f = h->frame;
	int row = pane_selected(f, VIEW_RUNBOOK);
	const char *name = NULL;

	if (!may_act(h))
		return;
	if (h->view->focus == VIEW_RUNBOOK && row >= 0)
		name = frame_shows_rollback(f)
			       ? plan_name(f->book, &f->room->undos[row].item)
			       : f->book->steps[row].id;
	if (name == NULL) {
		say(h, "nothing is marked: 5 leads to the runbook");
		return;
	}
	view_mark(h->view, name);
	if (h->view->marks[0] != '\0')
		view_say(h->view, f->now.real_ms,
			 "R shows the plan that takes back: %s",
			 h->view->marks);
	else
		say(h, "nothing is marked: R takes all back");
}

void
verb_decline(struct hand *h)
{
	bool was_prompt = h->view->mode == MODE_PROMPT;

	if (!may_act(h))
		return;
	send(h, COMMAND_DECLINE, "");
	view_open(h->view, MODE_MAIN);
	say(h, was_prompt ? "declined: everything stays as it is"
			  : "declined: the rollback stays available: R");
}

void
verb_ack(struct hand *h)
{
	const struct gate *g;

	if (h->view->focus == VIEW_RUNBOOK && frame_shows_rollback(h->frame)) {
		verb_mark(h);
		return;
	}
	g = gate_meant(h);
	if (g != NULL && may_act(h) && !awaits_plan(h))
		send(h, COMMAND_ACK, g->signal);
}

void
verb_probe(struct hand *h)
{
	const struct gate *g = gate_meant(h);
	const struct book_probe *p;

	if (g == NULL || !may_act(h) || awaits_plan(h))
		return;
	p = frame_feeder(h->frame, (size_t)frame_gate(h->frame, g->signal));
	if (p == NULL)
		say(h, "no probe feeds this gate");
	else
		send(h, COMMAND_PROBE, p->id);
}

void
verb_note(struct hand *h)
{
	ask(h, COMMAND_NOTE, "", "", "Note for the journal");
}

void
verb_skip(struct hand *h)
{
	const struct book_step *s = verb_step_meant(h);

	if (s != NULL)
		ask(h, COMMAND_SKIP, s->id, "", "Reason to leave out");
}

/* An item of the rollback that waits for a person goes before any step. */
static bool
ask_of_item(struct hand *h, enum command_verb verb, const char *title)
{
	const struct room *r = h->frame->room;
	int item = room_awaits_person(r);

	if (item >= 0)
		ask(h, verb, plan_name(r->book, &r->undos[item].item), "",
		    title);
	return item >= 0;
}

void
verb_done(struct hand *h)
{
	const struct book_step *s;

	if (ask_of_item(h, COMMAND_DONE, "Proof that it is taken back:"))
		return;
	s = verb_step_meant(h);
	if (s != NULL)
		ask(h, COMMAND_DONE, s->id, "", "Proof that it is done:");
}

void
verb_fail(struct hand *h)
{
	const struct book_step *s;

	if (ask_of_item(h, COMMAND_FAIL, "Reason to halt the rollback at"))
		return;
	if (room_rollback_runs(h->frame->room))
		ask(h, COMMAND_FAIL, "", "", "Reason to give up the rollback");
	else if ((s = verb_step_meant(h)) != NULL)
		ask(h, COMMAND_FAIL, s->id, "", "Reason to give up");
}

void
verb_abort(struct hand *h)
{
	const struct book_step *s;

	if (room_rollback_runs(h->frame->room))
		ask(h, COMMAND_ABORT, "", "abort", "Give up the rollback");
	else if ((s = verb_step_meant(h)) != NULL)
		ask(h, COMMAND_ABORT, s->id, "abort", "End what is under way:");
}

/* What a retry of the rollback does as it stands; NULL: it does not go on. */
static const char *
retry_title(const struct frame *f)
{
	if (f->room->rollback == ROLLBACK_HALTED)
		return "Try the rollback again";
	if (f->room->rollback == ROLLBACK_VALIDATING)
		return "Look again now at what does not hold";
	if (rollback_waits(f) && f->room->stagger.state == STAGGER_WAITING)
		return "Take it back now, though carriers may turn it away";
	if (rollback_waits(f))
		return "Take it back without waiting for calls to end";
	return room_rollback_goes_on(f->room) ? "Try its item again now" : NULL;
}

void
verb_retry(struct hand *h)
{
	const char *title = retry_title(h->frame);
	const struct book_step *s;

	if (title != NULL)
		ask(h, COMMAND_RETRY, "", "retry", title);
	else if ((s = verb_step_meant(h)) != NULL)
		ask(h, COMMAND_RETRY, s->id, "retry", "Try again:");
}

void
verb_recheck(struct hand *h)
{
	const struct book_step *s = verb_step_meant(h);

	if (s != NULL)
		ask(h, COMMAND_RECHECK, s->id, "recheck",
		    "Read the outcome back:");
}

void
verb_mute(struct hand *h)
{
	const struct gate *g = gate_meant(h);
	int gate;

	if (g == NULL)
		return;
	gate = frame_gate(h->frame, g->signal);
	if (h->frame->room->gates[gate].muted)
		ask(h, COMMAND_UNMUTE, g->signal, "unmute", "Judge again:");
	else
		ask(h, COMMAND_MUTE, g->signal, "",
		    "\"15m reason\", or a reason, to mute");
}

/* Whoever only looks at a room that is held here parks it by leaving. */
static bool
parks(const struct hand *h)
{
	return h->view->is_read_only && h->frame->snapshot->is_held &&
	       h->frame->room->life == ROOM_OPEN;
}

void
verb_leave(struct hand *h)
{
	const char *why;

	if (h->view->is_leaving)
		say(h, "the room is being parked: the act in hand ends first");
	else if (!frame_may_act(h->frame, &why) && !parks(h))
		h->out->wants_leave = true;
	else if (!awaits_plan(h))
		view_open(h->view, MODE_LEAVE);
}

/* To stand still takes one key, to go on a word: that sends something. */
void
verb_pause(struct hand *h)
{
	int step = room_step_under_way(h->frame->room);
	const char *why, *id;

	if (step < 0 || !frame_may_act(h->frame, &why)) {
		verb_leave(h);
		return;
	}
	id = h->frame->book->steps[step].id;
	if (h->frame->room->steps[step].is_paused)
		ask(h, COMMAND_RESUME, id, "resume", "Let it go on:");
	else
		send(h, COMMAND_PAUSE, id);
}

void
verb_park(struct hand *h)
{
	if (h->view->mode != MODE_LEAVE) {
		verb_leave(h);
		return;
	}
	if (parks(h)) {
		h->out->wants_leave = true;
		return;
	}
	if (!may_act(h))
		return;
	send(h, COMMAND_PARK, "");
	view_open(h->view, MODE_MAIN);
	h->view->is_leaving = true;
	say(h, room_rollback_runs(h->frame->room)
		       ? "parking: the rollback goes on to its end; R stays"
		       : "parking: the act in hand ends first");
}

/* "15m reason" says how long; any other text is the reason alone. */
static void
split_duration(struct command *c)
{
	char word[16];
	size_t len = 0;

	while (c->text[len] != '\0' && c->text[len] != ' ')
		len++;
	if (len < sizeof(word) &&
	    str_copy_n(word, sizeof(word), c->text, len) &&
	    str_to_duration_ms(word, &c->duration_ms)) {
		char rest[sizeof(c->text)];

		str_copy(rest, sizeof(rest),
			 c->text + len + (c->text[len] == ' '));
		str_copy(c->text, sizeof(c->text), rest);
	}
}

static void
submit_ask(struct hand *h)
{
	const struct view_ask *a = &h->view->ask;
	const char *typed = h->view->typed.text;

	if (!may_act(h))
		return;
	if (a->word[0] != '\0' && !str_same(a->word, typed)) {
		view_say(h->view, h->frame->now.real_ms,
			 "nothing was done: type  %s  exactly", a->word);
		return;
	}
	if (typed[0] == '\0' && !a->may_be_empty) {
		say(h, "nothing was typed: a text is needed");
		return;
	}
	send(h, a->verb, a->target);
	if (a->word[0] == '\0')
		str_copy(h->out->command.text, sizeof(h->out->command.text),
			 typed);
	if (a->verb == COMMAND_MUTE) {
		split_duration(&h->out->command);
		if (h->out->command.text[0] == '\0') {
			h->out->has_command = false;
			say(h, "nothing was muted: a reason is needed");
			return;
		}
	}
	view_open(h->view, MODE_MAIN);
}

/* ":override RULE REASON" under the plan it is for; the box shows the plan
 * anew, as it is then. */
static void
submit_override(struct hand *h)
{
	struct entry *typed = &h->view->prompt.typed;
	struct command c;
	char why[200];

	if (!palette_parse(h->frame, typed->text + 1, &c, why, sizeof(why))) {
		say(h, why);
	} else if (c.verb != COMMAND_OVERRIDE) {
		say(h, "under a plan only :override is taken: esc leaves it");
	} else {
		h->out->command = c;
		h->out->has_command = true;
		entry_clear(typed);
	}
}

/* The one place where a confirm is made. */
static void
submit_prompt(struct hand *h)
{
	const struct room_prompt *p = &h->frame->room->prompt;
	struct view_prompt *seen = &h->view->prompt;
	struct prompt_box box;
	char why[240];

	if (!may_act(h) || seen->is_sent)
		return;
	if (seen->typed.text[0] == ':') {
		submit_override(h);
		return;
	}
	if (!p->open || !str_same(p->digest, seen->digest)) {
		say(h, "the plan has changed: look again");
		entry_clear(&seen->typed);
		return;
	}
	prompt_measure(h->frame->room, h->view, &box);
	if (!box.fits) {
		view_say(h->view, h->frame->now.real_ms,
			 "not confirmed: the plan needs a window of %d x %d",
			 box.need_cols, box.need_rows);
		return;
	}
	if (prompt_unread(h->view, &box) > 0) {
		view_say(h->view, h->frame->now.real_ms,
			 "not confirmed: %d lines of the plan were not shown "
			 "yet: down shows them",
			 prompt_unread(h->view, &box));
		return;
	}
	if (!prompt_check(p, seen->typed.text, why, sizeof(why))) {
		say(h, why);
		return;
	}
	send(h, COMMAND_CONFIRM, "");
	str_copy(h->out->command.text, sizeof(h->out->command.text),
		 seen->typed.text);
	str_copy(h->out->command.digest, sizeof(h->out->command.digest),
		 seen->digest);
	seen->is_sent = true;
}

static void
submit_palette(struct hand *h)
{
	char why[200];

	if (!may_act(h))
		return;
	if (!palette_parse(h->frame, h->view->typed.text, &h->out->command, why,
			   sizeof(why))) {
		say(h, why);
		return;
	}
	h->out->has_command = true;
	view_open(h->view, MODE_MAIN);
	await(h);
	if (h->out->command.verb == COMMAND_PARK)
		h->view->is_leaving = true;
}

void
verb_submit(struct hand *h)
{
	switch (h->view->mode) {
	case MODE_PROMPT:
		submit_prompt(h);
		break;
	case MODE_ASK:
		submit_ask(h);
		break;
	case MODE_PALETTE:
		submit_palette(h);
		break;
	default: /* the filter works while it is typed */
		view_close(h->view);
		break;
	}
}

void
verb_complete(struct hand *h)
{
	palette_complete(h->frame, &h->view->typed);
}

void
verb_erase(struct hand *h)
{
	struct view *v = h->view;
	struct entry *e = v->mode == MODE_PROMPT   ? &v->prompt.typed
			  : v->mode == MODE_FILTER ? view_filter(v)
						   : &v->typed;

	if (h->code == PRESS_CTRL('u'))
		entry_clear(e);
	else if (h->code == PRESS_CTRL('w'))
		entry_erase_word(e);
	else
		entry_erase(e);
}
