/* room_fold - one record into the room: a row for each kind. */
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
fold_open(struct room *r, const struct record *rec, struct err *e)
{
	const char *mode = record_get(rec, "mode");

	if (r->life != ROOM_NEW)
		return room_refuse(rec, e, "the room was open already");
	if (!str_same(mode, "LIVE") && !str_same(mode, "DRILL"))
		return room_refuse(rec, e, "mode is LIVE or DRILL, not \"%s\"",
				   mode);
	r->life = ROOM_OPEN;
	r->epoch = 1;
	str_copy(r->name, sizeof(r->name), record_get(rec, "room"));
	str_copy(r->mode, sizeof(r->mode), mode);
	str_copy(r->commander, sizeof(r->commander),
		 record_get(rec, "commander"));
	r->seed = (uint64_t)record_get_int(rec, "seed", 0);
	r->opened_ms = rec->at_ms;
	r->opened_wall_ms = rec->wall_ms;
	r->verdict_since_ms = rec->at_ms;
	for (size_t i = 0; i < r->book->gates.gate_count; i++)
		r->gates[i].since_ms = rec->at_ms;
	return ERR_NONE;
}

/* What was under way when the last process ended is not judged here: the new
 * one says so in records of its own.  Nor is a green carried over: nobody has
 * measured since, so the decision is blind until the next one. */
static enum err_code
fold_resume(struct room *r, const struct record *rec, struct err *e)
{
	(void)e;
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
	return ERR_NONE;
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

/* The gate a record is about, or NULL after room_refuse().  Of several on one
 * signal "nth" says which: 0, or left out, is the first. */
static struct room_gate *
gate_of(struct room *r, const struct record *rec, struct err *e)
{
	const char *name = record_get(rec, "gate");
	int nth = room_count(rec, "nth", 0);

	for (size_t i = 0; i < r->book->gates.gate_count; i++)
		if (str_same(r->book->gates.gates[i].signal, name) &&
		    nth-- == 0)
			return &r->gates[i];
	room_refuse(rec, e, "the runbook has no gate \"%s\"", name);
	return NULL;
}

static bool
is_on(const struct room *r, size_t gate, const struct record *rec)
{
	return str_same(r->book->gates.gates[gate].signal,
			record_get(rec, "gate"));
}

static enum err_code
fold_verdict(struct room *r, const struct record *rec, struct err *e)
{
	const char *word = record_get(rec, "verdict");
	const char *why = record_get(rec, "reason");
	struct room_gate *g = gate_of(r, rec, e);
	enum gate_reason reason;
	enum verdict verdict;

	if (g == NULL)
		return e->code;
	if (!verdict_parse(word, &verdict))
		return room_refuse(rec, e, "no verdict is called \"%s\"", word);
	if (!parse_reason(why, &reason))
		return room_refuse(rec, e, "no reason is called \"%s\"", why);
	if (verdict != g->verdict)
		g->acknowledged = false;
	/* Of several samples in one second only the last is in the journal. */
	if (gate_reason_breaks(reason))
		g->hold = (struct gate_hold){ .is_on = false };
	g->verdict = verdict;
	g->reason = reason;
	g->since_ms = room_time(rec, "since", rec->at_ms);
	g->flaps = room_count(rec, "flaps", 0);
	str_copy(g->why, sizeof(g->why), record_get(rec, "why"));
	return ERR_NONE;
}

static enum err_code
fold_decision(struct room *r, const struct record *rec, struct err *e)
{
	const char *word = record_get(rec, "verdict");
	enum verdict verdict;

	if (!verdict_parse(word, &verdict))
		return room_refuse(rec, e, "no verdict is called \"%s\"", word);
	if (verdict != r->verdict)
		r->verdict_since_ms = rec->at_ms;
	if (verdict == VERDICT_NO_GO && r->first_no_go_ms < 0)
		r->first_no_go_ms = rec->at_ms;
	r->verdict = verdict;
	str_copy(r->sentence, sizeof(r->sentence), record_get(rec, "sentence"));
	return ERR_NONE;
}

static enum err_code
fold_mute(struct room *r, const struct record *rec, struct err *e)
{
	if (gate_of(r, rec, e) == NULL)
		return e->code;
	for (size_t i = 0; i < r->book->gates.gate_count; i++) {
		struct room_gate *g = &r->gates[i];

		if (!is_on(r, i, rec))
			continue;
		g->muted = record_get_flag(rec, "muted");
		g->muted_until_ms = g->muted ? room_time(rec, "until", 0) : 0;
		str_copy(g->why, sizeof(g->why),
			 g->muted ? record_get(rec, "reason") : "");
	}
	return ERR_NONE;
}

static enum err_code
fold_ack(struct room *r, const struct record *rec, struct err *e)
{
	if (gate_of(r, rec, e) == NULL)
		return e->code;
	for (size_t i = 0; i < r->book->gates.gate_count; i++)
		if (is_on(r, i, rec))
			r->gates[i].acknowledged = true;
	return ERR_NONE;
}

/* A drill notes in `fault` the room time at which its fault began. */
static enum err_code
fold_note(struct room *r, const struct record *rec, struct err *e)
{
	(void)e;
	if (record_has(rec, "fault") && r->first_fault_ms < 0)
		r->first_fault_ms = room_time(rec, "fault", 0);
	return ERR_NONE;
}

static enum err_code
fold_console(struct room *r, const struct record *rec, struct err *e)
{
	const char *state = record_get(rec, "state");

	if (!str_same(state, "lost") && !str_same(state, "attached"))
		return room_refuse(rec, e,
				   "a console is lost or attached, not \"%s\"",
				   state);
	r->console_lost = str_same(state, "lost");
	return ERR_NONE;
}

static enum err_code
fold_parked(struct room *r, const struct record *rec, struct err *e)
{
	(void)rec;
	(void)e;
	if (r->life == ROOM_OPEN)
		r->life = ROOM_PARKED;
	r->prompt.open = false;
	return ERR_NONE;
}

/* An item that is not as it should be has not been taken back. */
static enum err_code
fold_leftover(struct room *r, const struct record *rec, struct err *e)
{
	int64_t i = record_get_int(rec, "item", -1);
	struct room_leftover *l;

	(void)e;
	if (i >= 0 && i < (int64_t)r->undo_count) {
		r->undos[i].is_left = true;
		room_objects_left(r, (size_t)i);
	}
	r->leftovers++;
	if (r->left_count == ROOM_LEFT)
		return ERR_NONE;
	r->left = mem_grow(r->left, r->left_count + 1, sizeof(*r->left));
	l = &r->left[r->left_count++];
	*l = (struct room_leftover){ .at_ms = rec->at_ms,
				     .wall_ms = rec->wall_ms };
	str_copy(l->object, sizeof(l->object), record_get(rec, "object"));
	str_copy(l->region, sizeof(l->region), record_get(rec, "region"));
	str_copy(l->detail, sizeof(l->detail), record_get(rec, "detail"));
	return ERR_NONE;
}

/* What was taken stands; a later reading that differs is told beside it. */
static enum err_code
fold_baseline(struct room *r, const struct record *rec, struct err *e)
{
	const char *object = record_get(rec, "object");
	const char *digest = record_get(rec, "digest");
	const char *value = record_get(rec, "value");
	int row = book_baseline_of(r->book, object);
	struct room_baseline *b;

	if (row < 0)
		return room_refuse(rec, e, "the runbook reads no \"%s\"",
				   object);
	b = &r->baseline[row];
	if (record_get_flag(rec, "waived")) {
		b->waived = !b->taken;
		return ERR_NONE;
	}
	if (digest[0] == '\0')
		return room_refuse(rec, e, "%s has no digest", object);
	if (b->taken) {
		str_copy(b->drift, sizeof(b->drift),
			 str_same(b->digest, digest) ? "" : value);
		room_objects_baseline(r, (size_t)row);
		return ERR_NONE;
	}
	b->taken = true;
	b->waived = false;
	b->at_ms = rec->at_ms;
	str_copy(b->value, sizeof(b->value), value);
	str_copy(b->digest, sizeof(b->digest), digest);
	room_objects_baseline(r, (size_t)row);
	return ERR_NONE;
}

static enum err_code
fold_close(struct room *r, const struct record *rec, struct err *e)
{
	(void)e;
	r->life = ROOM_CLOSED;
	r->close_code = room_count(rec, "code", 0);
	r->prompt.open = false;
	return ERR_NONE;
}

/* For people only: the tail shows it. */
static enum err_code
fold_nothing(struct room *r, const struct record *rec, struct err *e)
{
	(void)r;
	(void)rec;
	(void)e;
	return ERR_NONE;
}

static const struct {
	room_fold *fold;
	bool early; /* may come before the room opens */
	bool late;  /* may come after it has closed */
	bool quiet; /* not worth a line of the tail */
} rows[RECORD_KIND_COUNT] = {
	[RECORD_OPEN] = { .fold = fold_open, .early = true },
	[RECORD_RESUME] = { .fold = fold_resume, .late = true },
	[RECORD_SAMPLES] = { .fold = room_fold_samples,
			     .late = true,
			     .quiet = true },
	[RECORD_VERDICT] = { .fold = fold_verdict, .late = true },
	[RECORD_DECISION] = { .fold = fold_decision, .late = true },
	[RECORD_STEP] = { .fold = room_fold_step },
	[RECORD_PAUSE] = { .fold = room_fold_pause },
	[RECORD_REQUEST] = { .fold = room_fold_request, .late = true },
	[RECORD_ROLLBACK] = { .fold = room_fold_rollback },
	[RECORD_UNDO] = { .fold = room_fold_undo },
	[RECORD_DRAIN] = { .fold = room_fold_drain },
	[RECORD_APPROVAL] = { .fold = room_fold_approval },
	[RECORD_OVERRIDE] = { .fold = room_fold_override },
	[RECORD_MUTE] = { .fold = fold_mute },
	[RECORD_ACK] = { .fold = fold_ack, .late = true },
	[RECORD_NOTE] = { .fold = fold_note, .early = true, .late = true },
	[RECORD_CONSOLE] = { .fold = fold_console,
			     .early = true,
			     .late = true },
	[RECORD_PARKED] = { .fold = fold_parked, .late = true },
	[RECORD_TORN] = { .fold = fold_nothing, .early = true, .late = true },
	[RECORD_CLOCK] = { .fold = fold_nothing, .early = true, .late = true },
	[RECORD_BASELINE] = { .fold = fold_baseline },
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
room_apply(struct room *r, const struct record *rec, struct err *e)
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
	if (rows[rec->kind].fold(r, rec, e) != ERR_NONE)
		return e->code;
	r->records++;
	r->last_ms = rec->at_ms;
	r->last_wall_ms = rec->wall_ms;
	str_copy(r->head, sizeof(r->head), rec->hash);
	if (!rows[rec->kind].quiet)
		add_line(r, rec);
	return ERR_NONE;
}
