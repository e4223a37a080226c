/* room_view - what the room's records mean as of now. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/room.h"

static int64_t
since(int64_t then_ms, int64_t now_ms)
{
	return then_ms < now_ms ? now_ms - then_ms : 0;
}

static void
make_blind(struct gate_finding *out, enum gate_reason reason, int64_t since_ms)
{
	out->verdict = VERDICT_BLIND;
	out->reason = reason;
	out->since_ms = since_ms;
	out->why[0] = '\0';
}

/* A green from data that has grown old since the record was written, or a
 * mute that has ended, is no verdict any more. */
static void
judge_age(struct gate_finding *out, const struct gate *g)
{
	int64_t most = g->max_age_ms > 0 ? g->max_age_ms : GATE_MAX_AGE_MS;

	if (out->verdict == VERDICT_NO_GO || out->verdict == VERDICT_BLIND)
		return;
	if (out->age_ms < 0)
		make_blind(out, GATE_NEVER_SEEN, out->since_ms);
	else if (out->age_ms > most)
		make_blind(out, GATE_STALE, out->age_ms - most);
	else if (out->verdict == VERDICT_OFF)
		make_blind(out, GATE_STALE, 0);
}

void
room_finding(const struct room *r, size_t gate, int64_t now_ms,
	     struct gate_finding *out)
{
	assert(gate < r->book->gates.gate_count);
	static const struct sample nothing = { .n = -1 };
	const struct gate *g = &r->book->gates.gates[gate];
	const struct room_gate *state = &r->gates[gate];

	assert(gate < r->book->gates.gate_count);
	*out = (struct gate_finding){
		.verdict = state->verdict,
		.reason = state->reason,
		.since_ms = since(state->since_ms, now_ms),
		.flaps = state->flaps,
		.beneath = VERDICT_OFF,
	};
	str_copy(out->why, sizeof(out->why), state->why);
	out->held_ms = gate_hold_ms(&state->hold);
	gate_measured(out, g,
		      state->signal < 0 ? &nothing
					: &r->signals[state->signal].last_good,
		      now_ms);
	if (!state->muted ||
	    (state->muted_until_ms > 0 && now_ms >= state->muted_until_ms)) {
		judge_age(out, g);
		return;
	}
	out->beneath = state->verdict;
	out->verdict = VERDICT_OFF;
	out->reason = GATE_MUTED;
	if (state->muted_until_ms > 0)
		out->left_ms = state->muted_until_ms - now_ms;
}

/* After a rollback the first thing to know is how it ended; the gates then
 * judge a platform that carries no traffic any more. */
static void
tell_rollback(const struct room *r, struct decision *d)
{
	const char *word = verdict_word(d->verdict);
	const char *gates = d->sentence;
	char told[DECISION_SENTENCE];

	if (!room_is_rolled_back(r) && !room_is_halted(r))
		return;
	if (str_starts(gates, word))
		gates += strlen(word) + strspn(gates + strlen(word), ": ");
	str_printf(told, sizeof(told), "%s: %s%s%s%s. Gates: %s", word,
		   room_is_halted(r) ? "rollback " : "",
		   room_is_halted(r) ? rollback_word(r->rollback) : "",
		   room_is_halted(r) ? ": " : "", r->rollback_detail, gates);
	str_copy(d->sentence, sizeof(d->sentence), told);
}

void
room_decision(const struct room *r, int64_t now_ms, struct decision *out)
{
	const struct gate_set *set = &r->book->gates;
	struct gate_finding *findings =
		mem_new(set->gate_count, sizeof(*findings));

	for (size_t i = 0; i < set->gate_count; i++)
		room_finding(r, i, now_ms, &findings[i]);
	decision_make(out, set, findings);
	tell_rollback(r, out);
	mem_free(findings);
}

bool
room_is_rolled_back(const struct room *r)
{
	return r->rollback == ROLLBACK_VALIDATED && !r->is_targeted;
}

bool
room_is_halted(const struct room *r)
{
	return r->rollback == ROLLBACK_HALTED ||
	       r->rollback == ROLLBACK_HALTING;
}

bool
room_rollback_runs(const struct room *r)
{
	return r->rollback == ROLLBACK_RUNNING ||
	       r->rollback == ROLLBACK_VALIDATING ||
	       r->rollback == ROLLBACK_HALTING;
}

bool
room_rollback_goes_on(const struct room *r)
{
	return r->rollback_began_ms >= 0 && r->rollback != ROLLBACK_VALIDATED;
}

/* A step that was taken back holds nothing up any more, and carries nothing
 * either: what needs it must not begin. */
bool
room_step_is_past(const struct room *r, size_t step)
{
	assert(step < r->book->step_count);
	return step_is_over(r->steps[step].state) ||
	       (r->book->steps[step].cleanup &&
		r->steps[step].state == STEP_FAILED);
}

const struct act *
room_step_act(const struct room *r, size_t step)
{
	const struct book_step *s = &r->book->steps[step];

	assert(step < r->book->step_count);
	return r->steps[step].is_emergency ? &s->emergency : &s->act;
}

const struct act *
room_undo_act(const struct room *r, size_t item)
{
	const struct room_undo *u = &r->undos[item];

	assert(item < r->undo_count);
	return u->act.is_emergency ? plan_emergency(r->book, &u->item)
				   : plan_act(r->book, &u->item);
}

int
room_awaits_person(const struct room *r)
{
	for (size_t i = 0; r->rollback == ROLLBACK_RUNNING && i < r->undo_count;
	     i++)
		if (r->undos[i].act.state == STEP_ACTING &&
		    str_same(room_undo_act(r, i)->kind, "manual"))
			return (int)i;
	return -1;
}

bool
room_before_holds(const struct room *r, size_t step, int *gate)
{
	const struct book_step *s = &r->book->steps[step];

	if (s->before_gates && r->verdict != VERDICT_GO) {
		*gate = -1;
		return false;
	}
	for (size_t i = 0; i < s->before_count; i++)
		if (r->gates[s->before[i]].verdict != VERDICT_GO) {
			*gate = s->before[i];
			return false;
		}
	return true;
}

bool
room_needs_met(const struct room *r, size_t step)
{
	const struct book_step *s = &r->book->steps[step];

	assert(step < r->book->step_count);
	assert(step < r->book->step_count);
	for (size_t i = 0; i < s->need_count; i++) {
		enum step_state need = r->steps[s->needs[i]].state;

		if (!room_step_is_past(r, (size_t)s->needs[i]) ||
		    need == STEP_UNDONE)
			return false;
	}
	return true;
}

/* How soon a person should look at it; 0: not at all. */
static int
urgency(const struct room *r, size_t step)
{
	enum step_state s = r->steps[step].state;

	if (step_is_running(s))
		return 4;
	if (s == STEP_ARMED || s == STEP_CONFIRMED)
		return 3;
	if (room_step_is_past(r, step))
		return 0;
	if (s == STEP_UNKNOWN || s == STEP_FAILED)
		return 2;
	return s == STEP_READY && room_needs_met(r, step) ? 1 : 0;
}

int
room_next_step(const struct room *r)
{
	int most = 0;
	int found = -1;

	for (size_t i = 0; i < r->book->step_count; i++) {
		int u = urgency(r, i);

		if (u > most) {
			most = u;
			found = (int)i;
		}
	}
	return found;
}

int
room_step_under_way(const struct room *r)
{
	for (size_t i = 0; i < r->book->step_count; i++)
		if (step_is_running(r->steps[i].state))
			return (int)i;
	return -1;
}

bool
room_is_busy(const struct room *r)
{
	if (room_step_under_way(r) >= 0)
		return true;
	for (size_t i = 0; i < r->undo_count; i++)
		if (step_is_running(r->undos[i].act.state))
			return true;
	return false;
}
