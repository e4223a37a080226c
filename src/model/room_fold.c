/*
 * room_fold - one record into the room: a row for each kind.
 *
 * Whether it may come next is judged apart from what it changes, so that a
 * writer can ask before it writes.
 */
#include "model/room_fold.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum err_code
room_refuse(const struct record *rec, struct err *e, const char *fmt, ...)
{
	char text[240];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return err_set(e, ERR_DAMAGED, "record %lld (%s): %s",
		       (long long)rec->seq, record_rows[rec->kind].word, text);
}

static int64_t
within(int64_t value, int64_t most)
{
	return value < 0 ? 0 : value > most ? most : value;
}

int64_t
room_time(const struct record *rec, const char *name, int64_t fallback)
{
	return within(record_get_int(rec, name, fallback), ROOM_TIME_MOST);
}

int
room_count(const struct record *rec, const char *name, int fallback)
{
	return (int)within(record_get_int(rec, name, fallback), INT_MAX);
}

static enum err_code
judge_open(const struct room *r, const struct record *rec, struct err *e)
{
	const char *mode = record_get(rec, "mode");

	if (r->life != ROOM_NEW)
		return room_refuse(rec, e, "the room was open already");
	if (!str_same(mode, "LIVE") && !str_same(mode, "DRILL"))
		return room_refuse(rec, e, "mode is LIVE or DRILL, not \"%s\"",
				   mode);
	return ERR_NONE;
}

static void
fold_open(struct room *r, const struct record *rec)
{
	r->life = ROOM_OPEN;
	r->epoch = 1;
	str_copy(r->name, sizeof(r->name), record_get(rec, "room"));
	str_copy(r->mode, sizeof(r->mode), record_get(rec, "mode"));
	str_copy(r->commander, sizeof(r->commander),
		 record_get(rec, "commander"));
	r->seed = (uint64_t)record_get_int(rec, "seed", 0);
	r->opened_ms = rec->at_ms;
	r->opened_wall_ms = rec->wall_ms;
	r->verdict_since_ms = rec->at_ms;
	for (size_t i = 0; i < r->book->gates.gate_count; i++)
		r->gates[i].since_ms = rec->at_ms;
}

/* What was under way when the last process ended is not judged here: the new
 * one says so in records of its own.  Nor is a green carried over: nobody has
 * measured since, so the decision is blind until the next one. */
static void
fold_resume(struct room *r, const struct record *rec)
{
	r->life = ROOM_OPEN;
	if (r->verdict != VERDICT_NO_GO) {
		if (r->verdict != VERDICT_BLIND)
			r->verdict_since_ms = rec->at_ms;
		r->verdict = VERDICT_BLIND;
		r->sentence[0] = '\0';
	}
	r->epoch = room_count(rec, "epoch", (int)r->epoch + 1);
	if (record_has(rec, "commander"))
		str_copy(r->commander, sizeof(r->commander),
			 record_get(rec, "commander"));
	r->prompt.open = false;
	r->console_lost = false;
}

static bool
parse_reason(const char *word, enum gate_reason *out)
{
	for (unsigned i = 0; i < GATE_REASON_COUNT; i++)
		if (strcmp(gate_reason_word((enum gate_reason)i), word) == 0) {
			*out = (enum gate_reason)i;
			return true;
		}
	return false;
}

/* The gate a record is about, or -1.  Of several on one signal "nth" says
 * which: 0, or left out, is the first. */
static int
gate_of(const struct room *r, const struct record *rec)
{
	const char *name = record_get(rec, "gate");
	int nth = room_count(rec, "nth", 0);

	for (size_t i = 0; i < r->book->gates.gate_count; i++)
		if (str_same(r->book->gates.gates[i].signal, name) &&
		    nth-- == 0)
			return (int)i;
	return -1;
}

static enum err_code
judge_gate(const struct room *r, const struct record *rec, struct err *e)
{
	if (gate_of(r, rec) >= 0)
		return ERR_NONE;
	return room_refuse(rec, e, "the runbook has no gate \"%s\"",
			   record_get(rec, "gate"));
}

static bool
is_on(const struct room *r, size_t gate, const struct record *rec)
{
	return str_same(r->book->gates.gates[gate].signal,
			record_get(rec, "gate"));
}

static enum err_code
judge_verdict(const struct room *r, const struct record *rec, struct err *e)
{
	const char *word = record_get(rec, "verdict");
	const char *why = record_get(rec, "reason");
	enum gate_reason reason;
	enum verdict verdict;

	if (judge_gate(r, rec, e) != ERR_NONE)
		return e->code;
	if (!verdict_parse(word, &verdict))
		return room_refuse(rec, e, "no verdict is called \"%s\"", word);
	if (!parse_reason(why, &reason))
		return room_refuse(rec, e, "no reason is called \"%s\"", why);
	return ERR_NONE;
}

/* A mute covers a breach and ends none.  One that began later than the breach
 * that was answered is another. */
static void
fold_breach(struct room_gate *g)
{
	if (g->verdict == VERDICT_OFF)
		return;
	if (g->verdict != VERDICT_NO_GO || g->breached_ms < 0 ||
	    g->since_ms > g->breached_ms)
		g->answered = false;
	g->breached_ms = g->verdict == VERDICT_NO_GO ? g->since_ms : -1;
}

static void
fold_verdict(struct room *r, const struct record *rec)
{
	struct room_gate *g = &r->gates[gate_of(r, rec)];
	enum gate_reason reason = g->reason;
	enum verdict verdict = g->verdict;

	verdict_parse(record_get(rec, "verdict"), &verdict);
	parse_reason(record_get(rec, "reason"), &reason);
	if (verdict != g->verdict)
		g->acknowledged = false;
	/* Of several samples in one second only the last is in the journal. */
	if (gate_reason_breaks(reason))
		g->hold = (struct gate_hold){ .is_on = false };
	g->verdict = verdict;
	g->reason = reason;
	g->since_ms = room_time(rec, "since", rec->at_ms);
	fold_breach(g);
	g->flaps = room_count(rec, "flaps", 0);
	str_copy(g->why, sizeof(g->why), record_get(rec, "why"));
}

static enum err_code
judge_decision(const struct room *r, const struct record *rec, struct err *e)
{
	const char *word = record_get(rec, "verdict");
	enum verdict verdict;

	(void)r;
	if (!verdict_parse(word, &verdict))
		return room_refuse(rec, e, "no verdict is called \"%s\"", word);
	return ERR_NONE;
}

static void
fold_decision(struct room *r, const struct record *rec)
{
	enum verdict verdict = r->verdict;

	verdict_parse(record_get(rec, "verdict"), &verdict);
	if (verdict != r->verdict)
		r->verdict_since_ms = rec->at_ms;
	if (verdict == VERDICT_NO_GO && r->first_no_go_ms < 0)
		r->first_no_go_ms = rec->at_ms;
	r->verdict = verdict;
	str_copy(r->sentence, sizeof(r->sentence), record_get(rec, "sentence"));
}

static void
fold_mute(struct room *r, const struct record *rec)
{
	for (size_t i = 0; i < r->book->gates.gate_count; i++) {
		struct room_gate *g = &r->gates[i];

		if (!is_on(r, i, rec))
			continue;
		g->muted = record_get_flag(rec, "muted");
		g->muted_until_ms = g->muted ? room_time(rec, "until", 0) : 0;
		str_copy(g->why, sizeof(g->why),
			 g->muted ? record_get(rec, "reason") : "");
	}
}

static void
fold_ack(struct room *r, const struct record *rec)
{
	for (size_t i = 0; i < r->book->gates.gate_count; i++)
		if (is_on(r, i, rec))
			r->gates[i].acknowledged = true;
}

/* A drill notes in `fault` the room time at which its fault began. */
static void
fold_note(struct room *r, const struct record *rec)
{
	if (record_has(rec, "fault") && r->first_fault_ms < 0)
		r->first_fault_ms = room_time(rec, "fault", 0);
}

static enum err_code
judge_console(const struct room *r, const struct record *rec, struct err *e)
{
	const char *state = record_get(rec, "state");

	(void)r;
	if (!str_same(state, "lost") && !str_same(state, "attached"))
		return room_refuse(rec, e,
				   "a console is lost or attached, not \"%s\"",
				   state);
	return ERR_NONE;
}

static void
fold_console(struct room *r, const struct record *rec)
{
	r->console_lost = str_same(record_get(rec, "state"), "lost");
}

static void
fold_parked(struct room *r, const struct record *rec)
{
	(void)rec;
	if (r->life == ROOM_OPEN)
		r->life = ROOM_PARKED;
	r->prompt.open = false;
}

/* An item that is not as it should be has not been taken back; without one
 * (-1) nothing is known of the object, and nothing acts again for that. */
static void
fold_leftover(struct room *r, const struct record *rec)
{
	int64_t i = record_get_int(rec, "item", -1);
	struct room_leftover *l;

	if (i >= 0 && i < (int64_t)r->undo_count) {
		r->undos[i].is_left = true;
		room_objects_left(r, (size_t)i);
	}
	r->leftovers++;
	if (r->left_count == ROOM_LEFT)
		return;
	r->left = mem_grow(r->left, r->left_count + 1, sizeof(*r->left));
	l = &r->left[r->left_count++];
	*l = (struct room_leftover){ .at_ms = rec->at_ms,
				     .wall_ms = rec->wall_ms };
	str_copy(l->object, sizeof(l->object), record_get(rec, "object"));
	str_copy(l->region, sizeof(l->region), record_get(rec, "region"));
	str_copy(l->detail, sizeof(l->detail), record_get(rec, "detail"));
}

static enum err_code
judge_baseline(const struct room *r, const struct record *rec, struct err *e)
{
	const char *object = record_get(rec, "object");

	if (book_baseline_of(r->book, object) < 0)
		return room_refuse(rec, e, "the runbook reads no \"%s\"",
				   object);
	if (!record_get_flag(rec, "waived") && !record_has(rec, "digest"))
		return room_refuse(rec, e, "%s has no digest", object);
	return ERR_NONE;
}

/* What was taken stands; a later reading that differs is told beside it. */
static void
fold_baseline(struct room *r, const struct record *rec)
{
	const char *digest = record_get(rec, "digest");
	const char *value = record_get(rec, "value");
	int row = book_baseline_of(r->book, record_get(rec, "object"));
	struct room_baseline *b = &r->baseline[row];

	if (record_get_flag(rec, "waived")) {
		b->waived = !b->taken;
		return;
	}
	if (b->taken) {
		str_copy(b->drift, sizeof(b->drift),
			 str_same(b->digest, digest) ? "" : value);
		str_copy(b->declared, sizeof(b->declared),
			 record_get(rec, "declared"));
		b->seen_ms = rec->at_ms;
		room_objects_baseline(r, (size_t)row);
		return;
	}
	b->taken = true;
	b->waived = false;
	b->at_ms = rec->at_ms;
	str_copy(b->value, sizeof(b->value), value);
	str_copy(b->digest, sizeof(b->digest), digest);
	room_objects_baseline(r, (size_t)row);
}

static void
fold_close(struct room *r, const struct record *rec)
{
	r->life = ROOM_CLOSED;
	r->close_code = room_count(rec, "code", 0);
	r->prompt.open = false;
}

/* For people only: the tail shows it. */
static void
fold_nothing(struct room *r, const struct record *rec)
{
	(void)r;
	(void)rec;
}

static const struct {
	room_judging *judge; /* NULL: it may always come */
	room_folding *fold;
	bool early; /* may come before the room opens */
	bool late;  /* may come after it has closed */
	bool quiet; /* not worth a line of the tail */
} rows[RECORD_KIND_COUNT] = {
	[RECORD_OPEN] = { .judge = judge_open,
			  .fold = fold_open,
			  .early = true },
	[RECORD_RESUME] = { .fold = fold_resume, .late = true },
	[RECORD_SAMPLES] = { .judge = room_judge_samples,
			     .fold = room_fold_samples,
			     .late = true,
			     .quiet = true },
	[RECORD_VERDICT] = { .judge = judge_verdict,
			     .fold = fold_verdict,
			     .late = true },
	[RECORD_DECISION] = { .judge = judge_decision,
			      .fold = fold_decision,
			      .late = true },
	[RECORD_STEP] = { .judge = room_judge_step, .fold = room_fold_step },
	[RECORD_PAUSE] = { .judge = room_judge_pause, .fold = room_fold_pause },
	[RECORD_REQUEST] = { .fold = room_fold_request, .late = true },
	[RECORD_ROLLBACK] = { .judge = room_judge_rollback,
			      .fold = room_fold_rollback },
	[RECORD_UNDO] = { .judge = room_judge_undo, .fold = room_fold_undo },
	[RECORD_DRAIN] = { .judge = room_judge_drain, .fold = room_fold_drain },
	[RECORD_STAGGER] = { .judge = room_judge_stagger,
			     .fold = room_fold_stagger },
	[RECORD_APPROVAL] = { .judge = room_judge_approval,
			      .fold = room_fold_approval },
	[RECORD_OVERRIDE] = { .judge = room_judge_override,
			      .fold = room_fold_override },
	[RECORD_MUTE] = { .judge = judge_gate, .fold = fold_mute },
	[RECORD_ACK] = { .judge = judge_gate, .fold = fold_ack, .late = true },
	[RECORD_NOTE] = { .fold = fold_note, .early = true, .late = true },
	[RECORD_CONSOLE] = { .judge = judge_console,
			     .fold = fold_console,
			     .early = true,
			     .late = true },
	[RECORD_PARKED] = { .fold = fold_parked, .late = true },
	[RECORD_TORN] = { .fold = fold_nothing, .early = true, .late = true },
	[RECORD_CLOCK] = { .fold = fold_nothing, .early = true, .late = true },
	[RECORD_BASELINE] = { .judge = judge_baseline, .fold = fold_baseline },
	[RECORD_LEFTOVER] = { .fold = fold_leftover, .late = true },
	[RECORD_CLOSE] = { .fold = fold_close, .late = true },
};

static void
add_line(struct room *r, const struct record *rec)
{
	size_t slot = (r->tail_start + r->tail_count) % ROOM_TAIL;
	struct room_line *l = &r->tail[slot];

	l->seq = rec->seq;
	l->wall_ms = rec->wall_ms;
	l->kind = rec->kind;
	record_summary(l->text, sizeof(l->text), rec);
	if (r->tail_count < ROOM_TAIL)
		r->tail_count++;
	else
		r->tail_start = (r->tail_start + 1) % ROOM_TAIL;
}

enum err_code
room_judge(const struct room *r, const struct record *rec, struct err *e)
{
	assert((unsigned)rec->kind < RECORD_KIND_COUNT);
	if (rec->at_ms < 0 || rec->at_ms > ROOM_TIME_MOST)
		return room_refuse(rec, e, "%lld is no room time",
				   (long long)rec->at_ms);
	if (r->records > 0 && rec->at_ms < r->last_ms)
		return room_refuse(
			rec, e, "room time runs backwards: %lld after %lld",
			(long long)rec->at_ms, (long long)r->last_ms);
	if (r->life == ROOM_NEW && !rows[rec->kind].early)
		return room_refuse(rec, e, "the room was not open yet");
	if (r->life == ROOM_CLOSED && !rows[rec->kind].late)
		return room_refuse(rec, e, "the room was closed already");
	if (rows[rec->kind].judge == NULL)
		return ERR_NONE;
	return rows[rec->kind].judge(r, rec, e);
}

void
room_take(struct room *r, const struct record *rec)
{
	rows[rec->kind].fold(r, rec);
	r->records++;
	r->last_ms = rec->at_ms;
	r->last_wall_ms = rec->wall_ms;
	str_copy(r->head, sizeof(r->head), rec->hash);
	if (!rows[rec->kind].quiet)
		add_line(r, rec);
}

enum err_code
room_apply(struct room *r, const struct record *rec, struct err *e)
{
	struct err why;

	if (room_judge(r, rec, &why) != ERR_NONE)
		return err_set(e, why.code,
			       "%.160s.  No room can come to that; warroom(1), "
			       "\"Records that cannot be\", says how to go on",
			       why.text);
	room_take(r, rec);
	return ERR_NONE;
}
