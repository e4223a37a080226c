/*
 * runner_arm - a step's plan shown, bound to a phrase, confirmed or declined.
 *
 * The plan is read live when the step is armed and once more at the confirm;
 * if the request, the live state or the decision moved in between, the confirm
 * is refused and says what moved.
 */
#include "engine/director.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

#define TEXT_LINES 12
#define PLAN_BOUND_MS 8000 /* real time an actor may read for a plan */

/* The decision is part of what a confirm is bound to, and what is overridden
 * in the plan. */
static void
plan_digest(const struct director *d, int step, char out[DIGEST_HEX],
	    const char *fingerprint)
{
	const char *word = verdict_word(d->room->verdict);

	digest_parts(out,
		     (struct digest_part[]){
			     { d->book->digest, strlen(d->book->digest) },
			     { fingerprint, strlen(fingerprint) },
			     { word, strlen(word) } },
		     3);
	room_override_digest(d->room, step, out);
}

/* An emergency variant, and a plan that was made blind, are confirmed by words
 * of their own. */
static void
verb_of(const struct book_step *s, char *to, size_t size, bool is_emergency,
	bool is_unread)
{
	str_printf(to, size, "%s%s",
		   is_emergency ? "emergency-"
		   : is_unread	? "unread-"
				: "",
		   s->id);
	for (char *p = to; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
}

/* What would be done: of the plan being made, not of the last one. */
static const struct act *
act_to_show(const struct director *d, int step)
{
	const struct book_step *s = runner_step(d, step);

	return d->arms_emergency ? &s->emergency : &s->act;
}

/* Stands for a plan where nothing is read on the network. */
static void
blind_print(char *to, size_t size, const struct book_step *s, bool is_emergency)
{
	str_printf(to, size, "%s%s", s->id, is_emergency ? " emergency" : "");
}

static void
write_variant(const struct director *d, struct jwriter *w,
	      const struct book_step *s, const struct action_plan *plan)
{
	char line[ROOM_LINE];

	if (d->arms_emergency) {
		str_printf(line, sizeof(line),
			   "EMERGENCY variant by %s, instead of %s",
			   s->emergency.kind, s->act.kind);
		jw_text(w, NULL, line);
	} else if (s->emergency.kind[0] != '\0' && plan != NULL &&
		   strcmp(plan->before, "?") == 0) {
		str_printf(line, sizeof(line),
			   "what is live was not read; without the platform: "
			   "arm %s emergency",
			   s->id);
		jw_text(w, NULL, line);
	}
}

/* What a person is to do, over as many lines as it takes; where even these are
 * too few the last says so. */
static void
write_text(struct jwriter *w, const char *text)
{
	char line[ROOM_LINE];

	for (int i = 0; i < TEXT_LINES && *text != '\0'; i++) {
		bool is_whole = str_copy(line, sizeof(line) - 3, text);
		char *end = strchr(line, '\n');

		if (end == NULL && !is_whole)
			end = strrchr(line, ' ');
		if (end != NULL && end > line)
			*end = '\0';
		text += strlen(line);
		text += strspn(text, " \n");
		if (*text != '\0' && i + 1 == TEXT_LINES)
			str_copy(line + strlen(line), 4, "…");
		jw_text(w, NULL, line);
	}
}

static void
write_lines(const struct director *d, struct buf *out, int step,
	    const struct action_plan *plan)
{
	const struct book_step *s = runner_step(d, step);
	char takes[24], limit[24], line[ROOM_LINE];
	struct jwriter w;

	jw_init(&w, out);
	jw_array(&w, NULL);
	jw_text(&w, NULL, s->title);
	write_variant(d, &w, s, plan);
	if (d->room->steps[step].in_doubt)
		jw_text(&w, NULL,
			"an earlier try may have had its effect: it is read "
			"back first, and not sent again when it is there");
	invariants_step_lines(d, &w, step);
	if (plan != NULL) {
		for (size_t i = 0; i < plan->count; i++)
			jw_text(&w, NULL, plan->lines[i]);
		str_printf(line, sizeof(line), "live %s -> %s", plan->before,
			   plan->after);
		jw_text(&w, NULL, line);
		if (plan->unread[0] != '\0') {
			str_printf(line, sizeof(line),
				   "LIVE IS UNKNOWN, it acts on what nobody "
				   "has seen: %.90s",
				   plan->unread);
			jw_text(&w, NULL, line);
		}
	} else if (settings_text(&act_to_show(d, step)->with, "text") != NULL) {
		write_text(&w,
			   settings_text(&act_to_show(d, step)->with, "text"));
	}
	if (baseline_is_due(d, step)) {
		str_printf(line, sizeof(line),
			   "takes the baseline first: %zu objects",
			   baseline_missing(d));
		jw_text(&w, NULL, line);
	}
	if (s->after == AFTER_FORWARD_ONLY)
		jw_text(&w, NULL,
			"POINT OF NO RETURN: it and what it builds on are not "
			"taken back after it");
	else if (s->after == AFTER_DATA_LOSS)
		jw_text(&w, NULL,
			"DATA LOSS: a rollback after it loses what came since");
	str_duration(takes, sizeof(takes), s->takes_ms);
	str_duration(limit, sizeof(limit), s->timeout_ms);
	str_printf(line, sizeof(line), "undo: %s   takes about %s, at most %s",
		   s->undo.kind[0] ? s->undo.kind : "none", takes, limit);
	jw_text(&w, NULL, line);
	jw_array_end(&w);
}

static bool
emit_armed(struct director *d, int step, const struct action_plan *plan)
{
	const struct book_step *s = runner_step(d, step);
	char phrase[120] = "", digest[DIGEST_HEX], id[BOOK_ID + 12];
	char verb[BOOK_ID + 12];
	bool is_unread = plan != NULL && plan->unread[0] != '\0';
	struct buf lines;
	struct record r;

	verb_of(s, verb, sizeof(verb), d->arms_emergency, is_unread);
	if (s->confirm == CONFIRM_PHRASE || s->confirm == CONFIRM_TWO_PERSON ||
	    d->arms_emergency || is_unread)
		book_phrase(phrase, sizeof(phrase), d->book, verb);
	blind_print(id, sizeof(id), s, d->arms_emergency);
	plan_digest(d, step, digest, plan != NULL ? plan->fingerprint : id);
	buf_init(&lines, 65536);
	write_lines(d, &lines, step, plan);
	runner_record(d, &r, (size_t)step, STEP_ARMED, d->options.commander);
	record_int(&r, "attempt", d->room->steps[step].attempt);
	record_text(&r, "phrase", phrase);
	if (d->arms_emergency)
		record_text(&r, "variant", "emergency");
	record_text(&r, "digest", digest);
	record_json(&r, "lines", buf_str(&lines));
	if (s->confirm == CONFIRM_TWO_PERSON)
		second_ask(d, &r, s->id);
	buf_clear(&lines);
	if (!director_emit(d, &r))
		return false;
	second_play(d);
	return !d->dead;
}

static bool
send_plan(struct director *d, enum purpose purpose, int step)
{
	const struct act *acts[] = { act_to_show(d, step) };
	const struct errand_order o = {
		.errand = ERRAND_PLAN,
		.acts = acts,
		.act_count = 1,
	};

	if (!errand_send(d, purpose, step, &o))
		return false;
	errand_bound(d, purpose, PLAN_BOUND_MS);
	return true;
}

/* Why this step cannot be armed now; NULL when it can. */
static const char *
arm_refusal(const struct director *d, int step)
{
	enum step_state state = d->room->steps[step].state;
	const struct book_step *s = runner_step(d, step);

	/* The runbook is refused for these; nothing else may let them pass. */
	if (s->confirm == CONFIRM_NONE && s->after != AFTER_FULL)
		return "a rollback cannot take all of it back, so somebody "
		       "must confirm it: correct the runbook";
	if (s->confirm == CONFIRM_NONE &&
	    runner_class_of(&s->act) == ACTION_PERSON)
		return "a person does it, so somebody must say that it is "
		       "done: correct the runbook";
	if (rollback_is_running(d))
		return "a rollback is running";
	if (room_is_rolled_back(d->room))
		return "the room was rolled back";
	if (errand_is_out(d, PURPOSE_RECONCILE))
		return "an unknown outcome is being read back: wait for it";
	if (runner_is_busy(d) || errand_is_out(d, PURPOSE_ARM))
		return "another step is under way";
	if (d->room->prompt.open)
		return "a plan is open: confirm or leave it first";
	if (step_is_over(state))
		return "it is over";
	if (state == STEP_UNKNOWN)
		return "its outcome is unknown: read it back first";
	if (!room_needs_met(d->room, (size_t)step))
		return "the steps it needs are not over";
	return NULL;
}

/* What is only done while gates hold is not done, and a word says so. */
static bool
gates_allow(struct director *d, int step)
{
	const char *id = runner_step(d, step)->id;
	const struct room *r = d->room;
	int gate;

	if (!d->settled && runner_step(d, step)->before_count > 0) {
		director_notice(d,
				"not confirmed: %s needs gates to hold, and "
				"not every probe has looked yet; wait for it",
				id);
		return false;
	}
	if (room_before_holds(r, (size_t)step, &gate))
		return true;
	if (gate < 0)
		director_notice(
			d, "not confirmed: %s needs GO, the decision is %s", id,
			verdict_word(r->verdict));
	else
		director_notice(d,
				"not confirmed: %s needs %s to hold, it is %s",
				id, d->book->gates.gates[gate].signal,
				verdict_word(r->gates[gate].verdict));
	return false;
}

/* Does the open plan wait for nobody's word? */
static bool
asks_nobody(const struct director *d, int step)
{
	return runner_step(d, step)->confirm == CONFIRM_NONE &&
	       !d->room->steps[step].is_emergency &&
	       d->room->prompt.phrase[0] == '\0';
}

static void
confirm_unasked(struct director *d, int step)
{
	if (!asks_nobody(d, step))
		return;
	if (!gates_allow(d, step))
		runner_decline(d, "what it needs does not hold");
	else if (!invariants_allow(d, step))
		return; /* it stays open, to be overridden or left */
	else if (baseline_is_due(d, step))
		baseline_take(d, step);
	else
		runner_carry_out(d, step, "");
}

void
runner_arm(struct director *d, const struct command *c)
{
	int step = runner_step_named(d, c->target);
	const char *why;

	if (step < 0) {
		director_notice(d, "no step \"%s\"", c->target);
		return;
	}
	why = arm_refusal(d, step);
	if (why != NULL) {
		director_notice(d, "step %s cannot be armed: %s", c->target,
				why);
		return;
	}
	d->arms_emergency = strcmp(c->text, "emergency") == 0;
	if (d->arms_emergency &&
	    runner_step(d, step)->emergency.kind[0] == '\0') {
		d->arms_emergency = false;
		director_notice(d, "step %s has no emergency variant",
				c->target);
		return;
	}
	if (runner_class_of(act_to_show(d, step)) == ACTION_NETWORK)
		send_plan(d, PURPOSE_ARM, step);
	else if (emit_armed(d, step, NULL))
		confirm_unasked(d, step);
}

void
runner_armed(struct director *d, int step, const struct message *m)
{
	const struct errand_found *f = &m->found[0];
	bool has_other = !d->arms_emergency &&
			 runner_step(d, step)->emergency.kind[0] != '\0';

	assert(m->found_count == 1);
	if (d->parking || rollback_is_running(d) || d->room->prompt.open)
		return;
	/* A person has ended it while its plan was read. */
	if (!step_may_move(d->room->steps[step].state, STEP_ARMED))
		return;
	if (f->code != ERR_NONE)
		director_notice(d, "step %s cannot be planned: %s%s%s%s",
				runner_step(d, step)->id, f->detail,
				has_other ? "; without the platform: arm " : "",
				has_other ? runner_step(d, step)->id : "",
				has_other ? " emergency" : "");
	else if (emit_armed(d, step, &f->plan))
		confirm_unasked(d, step);
}

void
runner_decline(struct director *d, const char *why)
{
	const struct room_prompt *p = &d->room->prompt;

	errand_drop(d, PURPOSE_ARM);
	if (p->open && p->step >= 0)
		runner_leave(d, (size_t)p->step, why);
}

/* Nothing is read on the network: only the decision can have moved. */
static void
confirm_here(struct director *d, int step)
{
	char digest[DIGEST_HEX], id[BOOK_ID + 12];

	blind_print(id, sizeof(id), runner_step(d, step),
		    d->room->steps[step].is_emergency);
	plan_digest(d, step, digest, id);
	if (strcmp(digest, d->room->prompt.digest) == 0) {
		if (gates_allow(d, step))
			runner_carry_out(d, step, "");
		return;
	}
	director_notice(d,
			"not confirmed: since the plan was shown the decision "
			"moved to %s; look again",
			verdict_word(d->room->verdict));
	if (runner_leave(d, (size_t)step, "the plan was stale"))
		emit_armed(d, step, NULL);
}

void
runner_confirm(struct director *d, const struct command *c)
{
	const struct room_prompt *p = &d->room->prompt;
	const char *wanted = p->phrase[0] ? p->phrase : "yes";

	if (rollback_is_running(d) || errand_is_out(d, PURPOSE_RECHECK) ||
	    errand_is_out(d, PURPOSE_BASELINE))
		return;
	if (strcmp(c->text, wanted) != 0) {
		director_notice(d, "not confirmed: type exactly %s", wanted);
	} else if (strcmp(c->digest, p->digest) != 0) {
		director_notice(d, "not confirmed: the plan you saw is not "
				   "the one that is open");
	} else if (!gates_allow(d, p->step) || !second_allows(d) ||
		   !invariants_allow(d, p->step)) {
		return;
	} else if (baseline_is_due(d, p->step)) {
		baseline_take(d, p->step);
	} else if (runner_class_of(room_step_act(d->room, (size_t)p->step)) ==
		   ACTION_NETWORK) {
		send_plan(d, PURPOSE_RECHECK, p->step);
	} else {
		confirm_here(d, p->step);
	}
}

/* Was it the decision alone?  Then as what it was. */
static bool
decision_was(const struct director *d, const char *fingerprint,
	     enum verdict *was)
{
	for (int v = 0; v < VERDICT_COUNT; v++) {
		const char *word = verdict_word((enum verdict)v);
		char digest[DIGEST_HEX];

		digest_parts(
			digest,
			(struct digest_part[]){
				{ d->book->digest, strlen(d->book->digest) },
				{ fingerprint, strlen(fingerprint) },
				{ word, strlen(word) } },
			3);
		room_override_digest(d->room, d->room->prompt.step, digest);
		*was = (enum verdict)v;
		if (strcmp(digest, d->room->prompt.digest) == 0)
			return true;
	}
	return false;
}

static bool
was_shown(const struct room_prompt *p, const char *line)
{
	for (size_t i = 0; i < p->line_count; i++)
		if (strcmp(p->lines[i], line) == 0)
			return true;
	return false;
}

/* The first line of the plan that reads otherwise now. */
static void
say_moved(const struct director *d, const struct action_plan *now, char *to,
	  size_t size)
{
	const struct room_prompt *p = &d->room->prompt;
	char live[ROOM_LINE];
	enum verdict was;

	if (decision_was(d, now->fingerprint, &was)) {
		str_printf(to, size, "the decision: it was %s, now %s",
			   verdict_word(was), verdict_word(d->room->verdict));
		return;
	}
	str_printf(live, sizeof(live), "live %s -> %s", now->before,
		   now->after);
	for (size_t i = 0; i < p->line_count; i++)
		if (str_starts(p->lines[i], "live ") &&
		    strcmp(p->lines[i], live) != 0) {
			str_printf(to, size,
				   "what is live: shown as \"%.60s\", now "
				   "\"%.60s\"",
				   p->lines[i], live);
			return;
		}
	for (size_t i = 0; i < now->count; i++)
		if (!was_shown(p, now->lines[i])) {
			str_printf(to, size, "the request: now \"%.120s\"",
				   now->lines[i]);
			return;
		}
	str_printf(to, size, "the request, in a part that is not shown");
}

void
runner_rechecked(struct director *d, int step, const struct message *m)
{
	const struct errand_found *f = &m->found[0];
	const struct room_prompt *p = &d->room->prompt;
	char digest[DIGEST_HEX], moved[200];

	assert(m->found_count == 1);
	if (d->parking || !p->open || p->step != step)
		return;
	if (f->code != ERR_NONE) {
		director_notice(d, "not confirmed: %s", f->detail);
		return;
	}
	plan_digest(d, step, digest, f->plan.fingerprint);
	if (strcmp(digest, p->digest) == 0) {
		if (gates_allow(d, step)) /* as they are by now */
			runner_carry_out(d, step, "");
		return;
	}
	say_moved(d, &f->plan, moved, sizeof(moved));
	director_notice(d,
			"not confirmed, since the plan was shown this moved: "
			"%s; look again",
			moved);
	if (runner_leave(d, (size_t)step, "the plan was stale"))
		emit_armed(d, step, &f->plan);
}

/* What was confirmed is compared once more with what is live. */
void
runner_baseline_stands(struct director *d, int step)
{
	if (asks_nobody(d, step))
		confirm_unasked(d, step);
	else if (rollback_is_running(d) || errand_is_out(d, PURPOSE_RECHECK))
		return;
	else if (runner_class_of(room_step_act(d->room, (size_t)step)) ==
		 ACTION_NETWORK)
		send_plan(d, PURPOSE_RECHECK, step);
	else
		confirm_here(d, step);
}
