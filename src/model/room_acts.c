/* room_acts - steps, the rollback and its items into the room. */
#include <assert.h>
#include <string.h>

#include "base/jscan.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "model/drain.h"
#include "model/room_fold.h"
#include "model/room_health.h"

/* What the record says of the regions; a side that stays keeps its time.  An
 * end that says nothing of them is the same in all: the state tells it. */
static void
move_regions(struct room_act *a, const struct record *rec, enum step_state to)
{
	struct regions said;

	if (!record_has(rec, "regions")) {
		if (step_is_over(to) || to == STEP_READY) {
			mem_free(a->regions);
			a->regions = NULL;
		}
		return;
	}
	if (!regions_read(&said, record_get(rec, "regions"), rec->at_ms))
		return; /* judge_move() has refused it */
	if (a->regions == NULL)
		a->regions = mem_new(1, sizeof(*a->regions));
	for (size_t i = 0; i < said.count; i++) {
		const struct region *old =
			regions_find(a->regions, said.items[i].name);

		if (old != NULL && old->side == said.items[i].side)
			said.items[i].at_ms = old->at_ms;
	}
	*a->regions = said;
}

/* Was its plan shown, and nothing done yet? */
static bool
is_shown(const struct room_act *a)
{
	return a->state == STEP_ARMED || a->state == STEP_CONFIRMED;
}

/* While its plan is shown, and when it is left, a step that failed is what it
 * was: its end and the words of it stand. */
static bool
keeps_its_end(const struct room_act *a, enum step_state to)
{
	if (to == STEP_ARMED)
		return a->state == STEP_FAILED;
	return is_shown(a) && a->before == STEP_FAILED &&
	       (to == STEP_CONFIRMED || to == STEP_FAILED);
}

int64_t
room_idle_ms(const struct room_act *a, int64_t now_ms)
{
	return a->idle_ms + (a->is_paused ? now_ms - a->paused_ms : 0);
}

static void
end_pause(struct room_act *a, int64_t now_ms)
{
	a->idle_ms = room_idle_ms(a, now_ms);
	a->is_paused = false;
}

/* Moves the act; the table has allowed it. */
static void
move_act(struct room_act *a, const struct record *rec, enum step_state to)
{
	bool was_running = step_is_running(a->state);
	bool keeps = keeps_its_end(a, to);

	if (to == STEP_INTENT && !was_running) {
		a->began_ms = rec->at_ms;
		a->polls = 0;
		a->idle_ms = 0;
	}
	if (!step_is_running(to))
		end_pause(a, rec->at_ms);
	if (record_get_flag(rec, "given_up"))
		str_copy(a->given_up, sizeof(a->given_up),
			 record_get(rec, "detail"));
	else if (to != STEP_UNKNOWN && !(was_running && step_is_running(to)))
		a->given_up[0] = '\0';
	/* Read back and proved never to have landed: it did not begin. */
	if (to == STEP_READY && (was_running || a->state == STEP_UNKNOWN))
		a->began_ms = -1;
	if (to == STEP_ARMED)
		a->before = a->state;
	if (!keeps)
		a->ended_ms =
			step_is_over(to) || to == STEP_FAILED ? rec->at_ms : -1;
	if (to == STEP_CONFIRMED || (to == STEP_INTENT && a->by[0] == '\0'))
		str_copy(a->by, sizeof(a->by), rec->by);
	if (to != a->state)
		a->since_ms = rec->at_ms;
	a->state = to;
	if (to == STEP_UNKNOWN || record_get_flag(rec, "doubt"))
		a->in_doubt = true;
	else if (step_is_over(to))
		a->in_doubt = false;
	a->is_open = to == STEP_UNKNOWN && record_get_flag(rec, "open");
	a->attempt = room_count(rec, "attempt", a->attempt);
	a->polls = room_count(rec, "polls", a->polls);
	a->next_ms = room_time(rec, "next", 0);
	if (!keeps)
		str_copy(a->detail, sizeof(a->detail),
			 record_get(rec, "detail"));
	if (to == STEP_INTENT || record_has(rec, "job"))
		str_copy(a->job, sizeof(a->job), record_get(rec, "job"));
	if (record_has(rec, "key"))
		str_copy(a->key, sizeof(a->key), record_get(rec, "key"));
	move_regions(a, rec, to);
}

/* Texts of an array into the prompt's lines (or nowhere, when NULL); what is
 * too much is left out.  False when it is no array of texts. */
static bool
take_lines(struct room_prompt *p, const char *json)
{
	char text[RECORD_TEXT + 1];
	struct jscan s;
	enum jtok t;

	if (json[0] == '\0')
		return true;
	jscan_init(&s, json, strlen(json));
	if (jscan_next(&s) != JTOK_ARRAY)
		return false;
	while ((t = jscan_next(&s)) == JTOK_STRING) {
		if (!jscan_string(&s, text, sizeof(text)))
			return false;
		if (p != NULL && p->line_count < ROOM_LINES)
			text_clean(p->lines[p->line_count++], ROOM_LINE, text,
				   strlen(text));
	}
	return t == JTOK_ARRAY_END && jscan_next(&s) == JTOK_END;
}

static void
open_prompt(struct room *r, const struct record *rec, int step)
{
	struct room_prompt *p = &r->prompt;

	memset(p, 0, sizeof(*p));
	p->open = true;
	p->step = step;
	p->since_ms = rec->at_ms;
	str_copy(p->phrase, sizeof(p->phrase), record_get(rec, "phrase"));
	str_copy(p->digest, sizeof(p->digest), record_get(rec, "digest"));
	str_copy(p->awaits, sizeof(p->awaits), record_get(rec, "second"));
	p->begins_ms = room_time(rec, "begins", 0);
	take_lines(p, record_get(rec, "lines"));
}

static void
close_prompt(struct room *r, int step)
{
	if (r->prompt.step == step)
		r->prompt.open = false;
}

/* Which state the record moves to, and may it? */
static enum err_code
judge_move(const struct room_act *a, const struct record *rec, const char *what,
	   enum step_state *to, struct err *e)
{
	const char *word = record_get(rec, "state");
	struct regions regions;

	if (!step_parse(word, to))
		return room_refuse(rec, e, "%s: no state is called \"%s\"",
				   what, word);
	if (!step_may_move(a->state, *to))
		return room_refuse(rec, e, "%s cannot move from %s to %s", what,
				   step_word(a->state), word);
	if (record_has(rec, "regions") &&
	    !regions_read(&regions, record_get(rec, "regions"), 0))
		return room_refuse(rec, e, "%s: its regions cannot be read",
				   what);
	return ERR_NONE;
}

/* Beyond the table: forward steps act only once confirmed, by two persons
 * where the runbook says so, and only what has begun can be undone. */
static enum err_code
judge_forward(const struct room *r, const struct record *rec, int step,
	      enum step_state to, struct err *e)
{
	const struct book_step *s = &r->book->steps[step];
	const struct room_act *a = &r->steps[step];
	bool fresh = a->state == STEP_READY || a->state == STEP_FAILED;

	if (fresh && s->confirm != CONFIRM_NONE &&
	    (to == STEP_INTENT || to == STEP_CONFIRMED))
		return room_refuse(rec, e, "%s acts without having been shown",
				   s->id);
	if (to == STEP_CONFIRMED && !room_has_second(r, step) &&
	    (s->confirm == CONFIRM_TWO_PERSON ||
	     (r->prompt.step == step && room_awaits_second(r))))
		return room_refuse(rec, e,
				   "%s is confirmed without a second person",
				   s->id);
	if (is_shown(a) && (to == STEP_READY || to == STEP_FAILED) &&
	    to != a->before)
		return room_refuse(rec, e,
				   "%s was %s before its plan was shown", s->id,
				   step_word(a->before));
	if (to == STEP_UNDONE && a->began_ms < 0 &&
	    !step_may_have_run(a->state))
		return room_refuse(rec, e, "%s is undone but never began",
				   s->id);
	if (to == STEP_ARMED && record_has(rec, "variant") &&
	    s->emergency.kind[0] == '\0')
		return room_refuse(rec, e, "%s has no emergency variant",
				   s->id);
	if (to == STEP_ARMED && !take_lines(NULL, record_get(rec, "lines")))
		return room_refuse(rec, e, "%s: its plan cannot be read",
				   s->id);
	return ERR_NONE;
}

/* Which step it is about; -1 after room_refuse(). */
static int
step_of(const struct room *r, const struct record *rec, struct err *e)
{
	const char *id = record_get(rec, "step");
	int i = room_find_step(r, id);

	if (i < 0)
		room_refuse(rec, e, "the runbook has no step \"%s\"", id);
	return i;
}

/* The state it moves to, which the table has allowed. */
static enum step_state
move_of(const struct record *rec)
{
	enum step_state to = STEP_READY;

	step_parse(record_get(rec, "state"), &to);
	return to;
}

enum err_code
room_judge_step(const struct room *r, const struct record *rec, struct err *e)
{
	int i = step_of(r, rec, e);
	enum step_state to;

	if (i < 0 || judge_move(&r->steps[i], rec, r->book->steps[i].id, &to,
				e) != ERR_NONE)
		return e->code;
	return judge_forward(r, rec, i, to, e);
}

void
room_fold_step(struct room *r, const struct record *rec)
{
	int i = room_find_step(r, record_get(rec, "step"));
	enum step_state to = move_of(rec), was;
	struct regions left = { 0 };

	if (to == STEP_ARMED) {
		r->steps[i].second[0] = '\0';
		r->steps[i].is_emergency = record_has(rec, "variant");
	}
	if (to == STEP_CONFIRMED && room_has_second(r, i))
		str_copy(r->steps[i].second, sizeof(r->steps[i].second),
			 r->prompt.second);
	was = r->steps[i].state;
	if (to == STEP_UNDONE)
		room_regions_left(&left, r, (size_t)i, rec->at_ms);
	move_act(&r->steps[i], rec, to);
	room_regions_keep(&r->steps[i], was, &left, rec->at_ms);
	room_objects_step(r, (size_t)i, was);
	if (to != STEP_CONFIRMED && !step_is_running(to))
		room_overrides_end(r, i);
	if (to == STEP_ARMED)
		open_prompt(r, rec, i);
	else
		close_prompt(r, i);
}

enum err_code
room_judge_pause(const struct room *r, const struct record *rec, struct err *e)
{
	const char *id = record_get(rec, "step");
	int i = step_of(r, rec, e);
	bool pauses = record_get_flag(rec, "paused");
	const struct room_act *a;

	if (i < 0)
		return e->code;
	a = &r->steps[i];
	if (!step_is_running(a->state))
		return room_refuse(rec, e, "%s is %s: nothing of it can wait",
				   id, step_word(a->state));
	if (pauses == a->is_paused)
		return room_refuse(rec, e, "%s is %s already", id,
				   pauses ? "paused" : "going on");
	return ERR_NONE;
}

/* What is paused stays in its state, and may move on: an answer that was on
 * its way is still heard. */
void
room_fold_pause(struct room *r, const struct record *rec)
{
	struct room_act *a =
		&r->steps[room_find_step(r, record_get(rec, "step"))];
	bool pauses = record_get_flag(rec, "paused");

	if (pauses)
		a->paused_ms = rec->at_ms;
	else
		end_pause(a, rec->at_ms);
	a->is_paused = pauses;
}

enum err_code
room_judge_undo(const struct room *r, const struct record *rec, struct err *e)
{
	int64_t i = record_get_int(rec, "item", -1);
	const struct room_undo *u;
	enum step_state to;

	if (i < 0 || i >= (int64_t)r->undo_count)
		return room_refuse(rec, e,
				   "the rollback has %zu items, none is %lld",
				   r->undo_count, (long long)i);
	u = &r->undos[i];
	if (judge_move(&u->act, rec, plan_name(r->book, &u->item), &to, e) !=
	    ERR_NONE)
		return e->code;
	if (to == STEP_INTENT && record_has(rec, "variant") &&
	    plan_emergency(r->book, &u->item) == NULL)
		return room_refuse(rec, e, "%s has no emergency variant",
				   plan_name(r->book, &u->item));
	if (to == STEP_INTENT && !step_is_running(u->act.state) &&
	    r->rollback == ROLLBACK_HALTING)
		return room_refuse(
			rec, e, "%s begins though the rollback was %s",
			plan_name(r->book, &u->item), r->rollback_detail);
	return ERR_NONE;
}

void
room_fold_undo(struct room *r, const struct record *rec)
{
	size_t i = (size_t)record_get_int(rec, "item", 0);
	struct room_undo *u = &r->undos[i];
	enum step_state to = move_of(rec), was = u->act.state;

	if (to == STEP_INTENT)
		u->act.is_emergency = record_has(rec, "variant");
	move_act(&u->act, rec, to);
	room_objects_undo(r, i, was);
	if (record_has(rec, "before"))
		str_copy(u->before, sizeof(u->before),
			 record_get(rec, "before"));
	if (record_has(rec, "after"))
		str_copy(u->after, sizeof(u->after), record_get(rec, "after"));
}

#define TO(state) (1u << ROLLBACK_##state)
/* Before it runs a rollback may be proposed, declined and armed as often as
 * people like; once begun it only goes on, halts or ends.  One that a person
 * gave up can only halt, whoever holds the room then.  One that halted may be
 * armed again; one that was validated makes room for a new one. */
static const unsigned rollback_moves[] = {
	[ROLLBACK_NONE] = TO(PROPOSED) | TO(ARMED) | TO(RUNNING),
	[ROLLBACK_PROPOSED] =
		TO(PROPOSED) | TO(DECLINED) | TO(ARMED) | TO(RUNNING),
	[ROLLBACK_DECLINED] =
		TO(PROPOSED) | TO(DECLINED) | TO(ARMED) | TO(RUNNING),
	[ROLLBACK_ARMED] = TO(PROPOSED) | TO(DECLINED) | TO(ARMED) |
			   TO(RUNNING) | TO(HALTED),
	[ROLLBACK_RUNNING] = TO(RUNNING) | TO(VALIDATING) | TO(HALTING) |
			     TO(VALIDATED) | TO(HALTED),
	[ROLLBACK_VALIDATING] = TO(RUNNING) | TO(VALIDATING) | TO(HALTING) |
				TO(VALIDATED) | TO(HALTED),
	[ROLLBACK_HALTING] = TO(HALTED),
	[ROLLBACK_VALIDATED] = TO(PROPOSED) | TO(ARMED) | TO(RUNNING),
	[ROLLBACK_HALTED] = TO(PROPOSED) | TO(DECLINED) | TO(ARMED) |
			    TO(RUNNING) | TO(VALIDATING) | TO(VALIDATED) |
			    TO(HALTED),
};
#undef TO

/* What a plan shows: in place of a rollback that goes on it waits until it
 * runs, so that declining it changes nothing.  `items` is taken. */
static void
show_items(struct room *r, const struct record *rec, struct room_undo *items,
	   size_t count)
{
	bool targeted = record_get_flag(rec, "targeted");

	if (room_rollback_goes_on(r)) {
		mem_free(r->planned);
		r->planned = items;
		r->planned_count = count;
		r->has_planned = true;
		r->planned_targeted = targeted;
		return;
	}
	room_free_undos(r->undos, r->undo_count);
	r->undos = items;
	r->undo_count = count;
	r->is_targeted = targeted;
}

static void
drop_planned(struct room *r)
{
	mem_free(r->planned);
	r->planned = mem_new(0, sizeof(*r->planned));
	r->planned_count = 0;
	r->has_planned = false;
}

/* Each time a plan begins, and each time one of its items must act again,
 * it is another transaction. */
static void
begin_round(struct room *r)
{
	bool goes_on = room_rollback_goes_on(r) && !r->has_planned;

	if (r->has_planned) {
		room_free_undos(r->undos, r->undo_count);
		r->undos = r->planned;
		r->undo_count = r->planned_count;
		r->is_targeted = r->planned_targeted;
		r->planned = NULL;
		r->rollback_began_ms = -1;
		drop_planned(r);
	}
	r->rollback_rounds++;
	for (size_t i = 0; i < r->undo_count; i++) {
		struct room_undo *u = &r->undos[i];

		if (!goes_on) {
			u->round = r->rollback_rounds;
		} else if (u->is_left && u->act.state == STEP_VERIFIED) {
			/* One that is in doubt stays so: it is read back. */
			mem_free(u->act.regions);
			room_act_init(&u->act);
			u->round = r->rollback_rounds;
		}
		u->is_left = false;
	}
}

static void
move_rollback(struct room *r, const struct record *rec, enum rollback_state to)
{
	if (to == ROLLBACK_RUNNING) {
		begin_round(r);
		room_watches_init(r);
		if (r->rollback_began_ms < 0) {
			room_drains_reset(r);
			r->stagger = (struct room_stagger){ 0 };
		}
		if (r->rollback_began_ms < 0)
			r->rollback_began_ms = rec->at_ms;
		r->rollback_ended_ms = -1;
		r->rollback_until_ms =
			room_time(rec, "until",
				  rec->at_ms + r->book->rollback.timeout_ms);
	}
	/* A plan that nobody took leaves one that halted as it was. */
	if (to == ROLLBACK_VALIDATED ||
	    (to == ROLLBACK_HALTED && r->rollback != ROLLBACK_ARMED))
		r->rollback_ended_ms = rec->at_ms;
	room_overrides_move(r, r->rollback, to);
	if (to != ROLLBACK_ARMED)
		drop_planned(r);
	/* All is read anew; former journals say so only by where it was. */
	if (to == ROLLBACK_VALIDATING &&
	    (r->rollback != to || record_get_flag(rec, "anew"))) {
		r->leftovers = 0;
		r->left_count = 0;
	}
	if (to == ROLLBACK_RUNNING && room_has_second(r, -1))
		str_copy(r->rollback_second, sizeof(r->rollback_second),
			 r->prompt.second);
	r->rollback = to;
	str_copy(r->rollback_detail, sizeof(r->rollback_detail),
		 record_get(rec,
			    record_has(rec, "detail") ? "detail" : "cause"));
	if (to == ROLLBACK_ARMED)
		open_prompt(r, rec, -1);
	else
		close_prompt(r, -1);
}

static bool
leaves_some(const struct room *r)
{
	for (size_t i = 0; i < r->undo_count; i++)
		if (room_left_out(r, &r->undos[i].item) != NULL)
			return true;
	return false;
}

enum err_code
room_judge_rollback(const struct room *r, const struct record *rec,
		    struct err *e)
{
	const char *word = record_get(rec, "state");
	struct room_undo *items;
	enum rollback_state to;
	size_t count;

	if (!rollback_parse(word, &to))
		return room_refuse(rec, e, "no rollback is called \"%s\"",
				   word);
	if ((rollback_moves[r->rollback] >> to & 1u) == 0)
		return room_refuse(rec, e, "it cannot move from %s to %s",
				   rollback_word(r->rollback), word);
	if (to == ROLLBACK_VALIDATED && leaves_some(r))
		return room_refuse(rec, e, "it has left something out");
	if (to == ROLLBACK_RUNNING && r->rollback == ROLLBACK_ARMED &&
	    room_awaits_second(r))
		return room_refuse(rec, e, "it begins without a second person");
	if (!take_lines(NULL, record_get(rec, "lines")))
		return room_refuse(rec, e, "its plan cannot be read");
	if (!room_items_read(r, rec, &items, &count))
		return room_refuse(rec, e, "its items cannot be read");
	mem_free(items);
	return ERR_NONE;
}

/* A person who declines answers the breaches that stand.  Former journals do
 * not say whether it was a person. */
static void
answer_breaches(struct room *r, const struct record *rec)
{
	bool is_answer = record_has(rec, "answered")
				 ? record_get_flag(rec, "answered")
				 : r->rollback == ROLLBACK_DECLINED;

	for (size_t i = 0; i < r->book->gates.gate_count; i++)
		if (is_answer && r->gates[i].verdict == VERDICT_NO_GO)
			r->gates[i].answered = true;
}

void
room_fold_rollback(struct room *r, const struct record *rec)
{
	enum rollback_state to = r->rollback;
	struct room_undo *items;
	size_t count;

	rollback_parse(record_get(rec, "state"), &to);
	room_items_read(r, rec, &items, &count);
	if (r->rollback == ROLLBACK_VALIDATED) {
		r->rollback_began_ms = -1;
		r->rollback_ended_ms = -1;
	}
	if (items != NULL &&
	    (!room_rollback_goes_on(r) || record_get_flag(rec, "anew")))
		show_items(r, rec, items, count);
	else
		mem_free(items);
	move_rollback(r, rec, to);
	answer_breaches(r, rec);
}
