/*
 * runner_arm - a step's plan shown, bound to a phrase, confirmed or declined.
 *
 * The plan is read live when the step is armed and once more at the confirm;
 * if the request, the live state or the decision moved in between, the confirm
 * is refused and says what moved.
 */
#include "engine/director.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"

#define PLAN_BOUND_MS 8000 /* real time an actor may read for a plan */

/* The decision is part of what a confirm is bound to. */
static void
plan_digest(const struct director *d, char out[DIGEST_HEX],
	    const char *fingerprint)
{
	const char *word = verdict_word(d->room->verdict);

	digest_parts(out,
		     (struct digest_part[]){
			     { d->book->digest, strlen(d->book->digest) },
			     { fingerprint, strlen(fingerprint) },
			     { word, strlen(word) } },
		     3);
}

static void
verb_of(const struct book_step *s, char *to, size_t size)
{
	str_copy(to, size, s->id);
	for (char *p = to; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
}

static void
write_lines(struct buf *out, const struct book_step *s,
	    const struct action_plan *plan)
{
	char takes[24], limit[24], line[ROOM_LINE];
	struct jwriter w;

	jw_init(&w, out);
	jw_array(&w, NULL);
	jw_text(&w, NULL, s->title);
	if (plan != NULL) {
		for (size_t i = 0; i < plan->count; i++)
			jw_text(&w, NULL, plan->lines[i]);
		str_printf(line, sizeof(line), "live %s -> %s", plan->before,
			   plan->after);
		jw_text(&w, NULL, line);
	} else if (settings_text(&s->act.with, "text") != NULL) {
		jw_text(&w, NULL, settings_text(&s->act.with, "text"));
	}
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
	char phrase[120] = "", digest[DIGEST_HEX], verb[BOOK_ID];
	struct buf lines;
	struct record r;

	verb_of(s, verb, sizeof(verb));
	if (s->confirm == CONFIRM_PHRASE || s->confirm == CONFIRM_TWO_PERSON)
		book_phrase(phrase, sizeof(phrase), d->book, verb);
	plan_digest(d, digest, plan != NULL ? plan->fingerprint : s->id);
	buf_init(&lines, 8192);
	write_lines(&lines, s, plan);
	runner_record(d, &r, (size_t)step, STEP_ARMED, d->options.commander);
	record_int(&r, "attempt", d->room->steps[step].attempt);
	record_text(&r, "phrase", phrase);
	record_text(&r, "digest", digest);
	record_json(&r, "lines", buf_str(&lines));
	buf_clear(&lines);
	return director_emit(d, &r);
}

static bool
send_plan(struct director *d, enum purpose purpose, int step)
{
	const struct act *acts[] = { &runner_step(d, step)->act };
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

	if (rollback_is_running(d))
		return "a rollback is running";
	if (d->room->rollback == ROLLBACK_VALIDATED)
		return "the room was rolled back";
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

/* What is only done at GO is not done, and a word says so. */
static bool
gates_allow(struct director *d, const struct book_step *s)
{
	if (!s->before_gates || d->room->verdict == VERDICT_GO)
		return true;
	director_notice(d, "not confirmed: %s needs GO, the decision is %s",
			s->id, verdict_word(d->room->verdict));
	return false;
}

static void
confirm_unasked(struct director *d, int step)
{
	const struct book_step *s = runner_step(d, step);

	if (s->confirm != CONFIRM_NONE)
		return;
	if (!gates_allow(d, s))
		runner_decline(d, "the decision is not GO");
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
	if (runner_class_of(runner_step(d, step)) == ACTION_NETWORK)
		send_plan(d, PURPOSE_ARM, step);
	else if (emit_armed(d, step, NULL))
		confirm_unasked(d, step);
}

void
runner_armed(struct director *d, int step, const struct message *m)
{
	const struct errand_found *f = &m->found[0];

	if (d->parking || rollback_is_running(d) || d->room->prompt.open)
		return;
	if (f->code != ERR_NONE)
		director_notice(d, "step %s cannot be planned: %s",
				runner_step(d, step)->id, f->detail);
	else if (emit_armed(d, step, &f->plan))
		confirm_unasked(d, step);
}

void
runner_decline(struct director *d, const char *why)
{
	const struct room_prompt *p = &d->room->prompt;

	errand_drop(d, PURPOSE_ARM);
	if (p->open && p->step >= 0)
		runner_move(d, (size_t)p->step, STEP_READY, why);
}

/* Nothing is read on the network: only the decision can have moved. */
static void
confirm_here(struct director *d, int step)
{
	char digest[DIGEST_HEX];

	plan_digest(d, digest, runner_step(d, step)->id);
	if (strcmp(digest, d->room->prompt.digest) == 0) {
		runner_carry_out(d, step, "");
		return;
	}
	director_notice(d,
			"not confirmed: since the plan was shown the decision "
			"moved to %s; look again",
			verdict_word(d->room->verdict));
	if (runner_move(d, (size_t)step, STEP_READY, "the plan was stale"))
		emit_armed(d, step, NULL);
}

void
runner_confirm(struct director *d, const struct command *c)
{
	const struct room_prompt *p = &d->room->prompt;
	const struct book_step *s = runner_step(d, p->step);
	const char *wanted = p->phrase[0] ? p->phrase : "yes";

	if (rollback_is_running(d) || errand_is_out(d, PURPOSE_RECHECK))
		return;
	if (strcmp(c->text, wanted) != 0) {
		director_notice(d, "not confirmed: type exactly %s", wanted);
	} else if (strcmp(c->digest, p->digest) != 0) {
		director_notice(d, "not confirmed: the plan you saw is not "
				   "the one that is open");
	} else if (!gates_allow(d, s)) {
		return;
	} else if (s->confirm == CONFIRM_TWO_PERSON) {
		director_notice(d, "not confirmed: %s needs a second person",
				s->id);
	} else if (runner_class_of(s) == ACTION_NETWORK) {
		send_plan(d, PURPOSE_RECHECK, p->step);
	} else {
		confirm_here(d, p->step);
	}
}

void
runner_rechecked(struct director *d, int step, const struct message *m)
{
	const struct errand_found *f = &m->found[0];
	const struct room_prompt *p = &d->room->prompt;
	char digest[DIGEST_HEX];

	if (d->parking || !p->open || p->step != step)
		return;
	if (f->code != ERR_NONE) {
		director_notice(d, "not confirmed: %s", f->detail);
		return;
	}
	plan_digest(d, digest, f->plan.fingerprint);
	if (strcmp(digest, p->digest) == 0) {
		runner_carry_out(d, step, "");
		return;
	}
	director_notice(d,
			"not confirmed: since the plan was shown something "
			"moved (live now %s, decision %s); look again",
			f->plan.before, verdict_word(d->room->verdict));
	if (runner_move(d, (size_t)step, STEP_READY, "the plan was stale"))
		emit_armed(d, step, &f->plan);
}
