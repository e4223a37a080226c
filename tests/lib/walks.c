/* walks - random nights: one legal record after the other, by a seed. */
#include "tests/lib/walks.h"

#include <assert.h>

#include "base/str.h"
#include "model/drain.h"
#include "model/stagger.h"

void
walk_init(struct walk *w, uint64_t seed)
{
	rng_seed(&w->rng, seed);
	w->at_ms = 1000;
}

static int64_t
below(struct walk *w, uint64_t bound)
{
	return (int64_t)rng_below(&w->rng, bound);
}

const char *
walk_text(struct walk *w)
{
	static const char *const texts[] = {
		"",
		"plain",
		"202 job 6f0",
		"say \"yes\" \\ no",
		"two\nlines\tand a tab",
		"\x1b[31mred\x1b[0m \a",
		"Zo\xc3\xab \xe2\x89\xa4 2.5 \xf0\x9f\x9a\xa8",
		"\xe2\x80\xaeinverted \xe2\x80\x8b",
		"cut \xc3",
		"\xff\xfe\x80 bytes",
		"{\"seq\":1,\"hash\":\"00\"}",
		"\",\"hash\":\"",
		"\x7f\xc2\x9b",
	};

	return texts[below(w, ARRAY_LEN(texts))];
}

static void
make_open(struct walk *w, struct record *rec)
{
	record_text(rec, "room", "night");
	record_text(rec, "mode", below(w, 2) == 0 ? "LIVE" : "DRILL");
	record_text(rec, "commander", "lead");
	record_int(rec, "seed", below(w, 1u << 30));
	record_text(rec, "host", walk_text(w));
}

static void
make_samples(struct walk *w, const struct room *r, struct record *rec)
{
	static const char *const values[] = {
		"0",   "2.9",		"true",	 "false", "null",
		"300", "\"US_EAST_1\"", "-1e-3", "1e30"
	};
	struct buf json;

	buf_init(&json, 65536);
	buf_char(&json, '[');
	for (int64_t n = below(w, 6); n > 0; n--)
		buf_printf(&json, "[\"%s\", %s, %lld, %lld%s]%s",
			   below(w, 8) == 0
				   ? "not.in_the_book"
				   : r->signals[below(w, r->signal_count)].name,
			   values[below(w, ARRAY_LEN(values))],
			   (long long)below(w, 500) - 1,
			   (long long)(w->at_ms - below(w, 3000)),
			   below(w, 4) == 0 ? ", \"no \\u001b answer\"" : "",
			   n > 1 ? "," : "");
	buf_char(&json, ']');
	record_json(rec, "s", buf_str(&json));
	buf_clear(&json);
}

static const char *
any_gate(struct walk *w, const struct room *r)
{
	return r->book->gates.gates[below(w, r->book->gates.gate_count)].signal;
}

static void
make_verdict(struct walk *w, const struct room *r, struct record *rec)
{
	record_text(rec, "gate", any_gate(w, r));
	record_text(rec, "verdict",
		    verdict_word((enum verdict)below(w, VERDICT_COUNT)));
	record_text(rec, "reason",
		    gate_reason_word(
			    (enum gate_reason)below(w, GATE_REASON_COUNT)));
	record_int(rec, "since", w->at_ms - below(w, 500));
	record_int(rec, "flaps", below(w, 4));
	record_text(rec, "why", walk_text(w));
}

static void
make_decision(struct walk *w, struct record *rec)
{
	record_text(rec, "verdict",
		    verdict_word((enum verdict)below(w, VERDICT_COUNT)));
	record_number(rec, "score", rng_unit(&w->rng) * 100);
	record_flag(rec, "vetoed", below(w, 2) == 0);
	record_text(rec, "sentence", walk_text(w));
}

/* What both kinds of acts say. */
static void
add_act(struct walk *w, struct record *rec, enum step_state to)
{
	record_text(rec, "state", step_word(to));
	record_int(rec, "attempt", below(w, 5));
	record_text(rec, "detail", walk_text(w));
	if (to == STEP_BACKOFF || to == STEP_CONVERGING)
		record_int(rec, "next", w->at_ms + below(w, 9000));
	if (to == STEP_INTENT)
		record_text(rec, "key", "small:1:key");
	if (to == STEP_CONVERGING)
		record_int(rec, "polls", below(w, 9));
}

/* A move the table allows for the act, or false when it has none. */
static bool
pick_move(struct walk *w, enum step_state from, enum step_state *to)
{
	for (int tries = 0; tries < 50; tries++) {
		*to = (enum step_state)below(w, STEP_STATE_COUNT);
		if (step_may_move(from, *to))
			return true;
	}
	return false;
}

static bool
make_step(struct walk *w, const struct room *r, struct record *rec)
{
	size_t i = (size_t)below(w, r->book->step_count);
	const struct room_act *a = &r->steps[i];
	enum step_state to;

	if (r->life == ROOM_CLOSED || !pick_move(w, a->state, &to))
		return false;
	if (r->book->steps[i].confirm != CONFIRM_NONE &&
	    (a->state == STEP_READY || a->state == STEP_FAILED) &&
	    (to == STEP_INTENT || to == STEP_CONFIRMED))
		return false;
	if (to == STEP_CONFIRMED && room_awaits_second(r) &&
	    r->prompt.step == (int)i)
		return false;
	if ((a->state == STEP_ARMED || a->state == STEP_CONFIRMED) &&
	    (to == STEP_READY || to == STEP_FAILED) && to != a->before)
		return false;
	if (to == STEP_UNDONE &&
	    (a->began_ms < 0 && !step_may_have_run(a->state)))
		return false;
	record_text(rec, "step", r->book->steps[i].id);
	add_act(w, rec, to);
	if (to == a->state && below(w, 2) == 0)
		record_flag(rec, "given_up", true);
	if (to != STEP_ARMED)
		return true;
	record_text(rec, "phrase", "PUBLISH prod us-east-1");
	record_json(rec, "lines", "[\"PATCH /flows\", \"a \\u202e b\"]");
	if (below(w, 2) == 0)
		record_text(rec, "second", "warroom approve /r publish-flow");
	return true;
}

static bool
make_pause(struct walk *w, const struct room *r, struct record *rec)
{
	size_t i = (size_t)below(w, r->book->step_count);

	if (r->life == ROOM_CLOSED || !step_is_running(r->steps[i].state))
		return false;
	record_text(rec, "step", r->book->steps[i].id);
	record_flag(rec, "paused", !r->steps[i].is_paused);
	return true;
}

static bool
make_approval(struct walk *w, const struct room *r, struct record *rec)
{
	if (r->life == ROOM_CLOSED || !room_awaits_second(r) ||
	    str_same(r->commander, "bob"))
		return false;
	record_text(rec, "step", room_prompt_name(r));
	record_text(rec, "digest", r->prompt.digest);
	record_text(rec, "who", "bob");
	record_text(rec, "how", walk_text(w));
	return true;
}

static bool
make_override(struct walk *w, const struct room *r, struct record *rec)
{
	char digest[DIGEST_HEX];
	const char *rule;

	if (r->life == ROOM_CLOSED || !r->prompt.open ||
	    r->book->invariant_count == 0 ||
	    r->override_count == ROOM_OVERRIDES)
		return false;
	rule = r->book->invariants[below(w, r->book->invariant_count)].id;
	str_copy(digest, sizeof(digest), r->prompt.digest);
	room_override_mix(digest, rule, "on purpose");
	record_text(rec, "step", room_prompt_name(r));
	record_text(rec, "rule", rule);
	record_text(rec, "reason", "on purpose");
	record_text(rec, "digest", digest);
	record_text(rec, "second", "warroom approve /r publish-flow");
	return true;
}

static bool
make_undo(struct walk *w, const struct room *r, struct record *rec)
{
	enum step_state to;
	size_t i;

	if (r->life == ROOM_CLOSED || r->undo_count == 0)
		return false;
	i = (size_t)below(w, r->undo_count);
	if (!pick_move(w, r->undos[i].act.state, &to) ||
	    (r->rollback == ROLLBACK_HALTING && to == STEP_INTENT))
		return false;
	record_int(rec, "item", (int64_t)i);
	record_text(rec, "name", plan_name(r->book, &r->undos[i].item));
	add_act(w, rec, to);
	record_text(rec, "before", walk_text(w));
	return true;
}

/* A wait begins, ends, or is told again for another item. */
static bool
make_drain(struct walk *w, const struct room *r, struct record *rec)
{
	static const enum drain_state ends[] = { DRAIN_WAITING, DRAIN_ENDED,
						 DRAIN_PASSED, DRAIN_CUT };
	size_t rows = r->book->rollback.drain_count, i;
	enum drain_state to = DRAIN_WAITING;

	if (r->life == ROOM_CLOSED || r->undo_count == 0 || rows == 0)
		return false;
	i = (size_t)below(w, rows);
	if (r->drains[i].state == DRAIN_PASSED)
		return false;
	if (r->drains[i].state == DRAIN_WAITING)
		to = ends[below(w, ARRAY_LEN(ends))];
	record_text(rec, "drain", r->book->rollback.drains[i].id);
	record_int(rec, "item", below(w, r->undo_count));
	record_text(rec, "state", drain_word(to));
	if (to == DRAIN_WAITING)
		record_int(rec, "until", w->at_ms + below(w, 9000));
	record_text(rec, "detail", walk_text(w));
	return true;
}

/* The same of a wait between two items. */
static bool
make_stagger(struct walk *w, const struct room *r, struct record *rec)
{
	static const enum stagger_state ends[] = { STAGGER_WAITING,
						   STAGGER_PASSED,
						   STAGGER_CUT };
	enum stagger_state to = STAGGER_WAITING;

	if (r->life == ROOM_CLOSED || r->undo_count == 0 ||
	    r->rollback != ROLLBACK_RUNNING)
		return false;
	if (r->stagger.state == STAGGER_WAITING)
		to = ends[below(w, ARRAY_LEN(ends))];
	record_int(rec, "item", below(w, r->undo_count));
	record_int(rec, "after", below(w, r->undo_count));
	record_text(rec, "state", stagger_word(to));
	if (to == STAGGER_WAITING)
		record_int(rec, "until", w->at_ms + below(w, 9000));
	record_text(rec, "detail", walk_text(w));
	return true;
}

static bool
make_rollback(struct walk *w, const struct room *r, struct record *rec)
{
	static const enum rollback_state next[] = {
		[ROLLBACK_NONE] = ROLLBACK_PROPOSED,
		[ROLLBACK_PROPOSED] = ROLLBACK_ARMED,
		[ROLLBACK_DECLINED] = ROLLBACK_ARMED,
		[ROLLBACK_ARMED] = ROLLBACK_RUNNING,
		[ROLLBACK_RUNNING] = ROLLBACK_VALIDATING,
		[ROLLBACK_VALIDATING] = ROLLBACK_VALIDATED,
		[ROLLBACK_HALTING] = ROLLBACK_HALTED,
		[ROLLBACK_VALIDATED] = ROLLBACK_PROPOSED,
		[ROLLBACK_HALTED] = ROLLBACK_ARMED,
	};
	enum rollback_state to = next[r->rollback];

	if (r->life == ROOM_CLOSED)
		return false;
	if (to == ROLLBACK_RUNNING &&
	    (room_awaits_second(r) || below(w, 2) == 0))
		to = ROLLBACK_DECLINED;
	if (to == ROLLBACK_VALIDATED && below(w, 2) == 0)
		to = ROLLBACK_HALTED;
	if ((to == ROLLBACK_VALIDATING || to == ROLLBACK_VALIDATED) &&
	    below(w, 4) == 0)
		to = ROLLBACK_HALTING;
	record_text(rec, "state", rollback_word(to));
	record_text(rec, "detail", walk_text(w));
	if (to != ROLLBACK_ARMED)
		return true;
	record_text(rec, "phrase", "ROLLBACK prod us-east-1");
	record_json(rec, "lines", "[\"1 dns_ttl_override\"]");
	record_json(rec, "items",
		    "[{\"row\":0,\"before\":\"198.51.100.7\"},{\"step\":1},"
		    "{\"row\":1,\"after\":\"\\u001b\"}]");
	return true;
}

static bool
make_kind(struct walk *w, const struct room *r, struct record *rec)
{
	switch (rec->kind) {
	case RECORD_OPEN:
	case RECORD_CLOSE:
		return false; /* once: walk_next() says when */
	case RECORD_SAMPLES:
		make_samples(w, r, rec);
		return true;
	case RECORD_VERDICT:
		make_verdict(w, r, rec);
		return true;
	case RECORD_DECISION:
		make_decision(w, rec);
		return true;
	case RECORD_STEP:
		return make_step(w, r, rec);
	case RECORD_PAUSE:
		return make_pause(w, r, rec);
	case RECORD_UNDO:
		return make_undo(w, r, rec);
	case RECORD_ROLLBACK:
		return make_rollback(w, r, rec);
	case RECORD_DRAIN:
		return make_drain(w, r, rec);
	case RECORD_STAGGER:
		return make_stagger(w, r, rec);
	case RECORD_APPROVAL:
		return make_approval(w, r, rec);
	case RECORD_OVERRIDE:
		return make_override(w, r, rec);
	case RECORD_MUTE:
		record_text(rec, "reason", walk_text(w));
		record_int(rec, "until", w->at_ms + below(w, 9000));
		record_flag(rec, "muted", below(w, 2) == 0);
		/* fall through */
	case RECORD_ACK:
		record_text(rec, "gate", any_gate(w, r));
		return true;
	case RECORD_BASELINE:
		record_text(rec, "object", "flow:f-1");
		record_text(rec, "value", walk_text(w));
		record_text(rec, "digest", below(w, 2) == 0 ? "aa" : "bb");
		record_flag(rec, "waived", below(w, 4) == 0);
		return true;
	case RECORD_CONSOLE:
		record_text(rec, "state",
			    below(w, 2) == 0 ? "lost" : "attached");
		return true;
	default:
		record_text(rec, "text", walk_text(w));
		record_text(rec, "detail", walk_text(w));
		record_int(rec, "epoch", below(w, 9));
		return true;
	}
}

void
walk_next(struct walk *w, const struct room *r, struct record *rec)
{
	bool done = false;

	w->at_ms += below(w, 1500);
	while (!done) {
		enum record_kind kind =
			(enum record_kind)below(w, RECORD_KIND_COUNT);

		/* Acts are what a night is about. */
		if (below(w, 2) == 0)
			kind = below(w, 2) == 0 ? RECORD_STEP : RECORD_UNDO;
		if (r->life == ROOM_NEW)
			kind = RECORD_OPEN;
		record_reset(rec, kind, walk_text(w));
		rec->at_ms = w->at_ms;
		rec->wall_ms = 1795140000000 + w->at_ms;
		if (kind == RECORD_OPEN) {
			done = r->life == ROOM_NEW;
			if (done)
				make_open(w, rec);
		} else {
			done = make_kind(w, r, rec);
		}
	}
}
