/* record_summary - what a record says, in one short line for people. */
#include <string.h>

#include "base/jscan.h"
#include "base/str.h"
#include "model/gate.h"
#include "model/record.h"

/* One line being put together; what does not fit is cut at a character. */
struct line {
	char *to;
	size_t size, len;
};

/* Adds a word behind a blank; "" adds nothing. */
static void
add(struct line *l, const char *word)
{
	if (word[0] == '\0')
		return;
	if (l->len > 0 && l->len + 1 < l->size) {
		l->to[l->len++] = ' ';
		l->to[l->len] = '\0';
	}
	str_copy(l->to + l->len, l->size - l->len, word);
	l->len += strlen(l->to + l->len);
}

static void
add_field(struct line *l, const struct record *r, const char *name)
{
	add(l, record_get(r, name));
}

/* "8 things", nothing when the record does not count them. */
static void
add_count(struct line *l, const struct record *r, const char *name,
	  const char *things)
{
	char text[64];

	if (!record_has(r, name))
		return;
	str_printf(text, sizeof(text), "%lld %s",
		   (long long)record_get_int(r, name, 0), things);
	add(l, text);
}

/* "abandonment rate" for "telephony.abandonment_rate_percent". */
static void
add_gate(struct line *l, const struct record *r)
{
	const char *signal = record_get(r, "gate");
	struct gate g;

	if (signal[0] == '\0')
		return;
	gate_init(&g, signal);
	add(l, g.title);
}

static void
say_open(struct line *l, const struct record *r)
{
	add(l, "room opens");
	add_field(l, r, "mode");
	add_field(l, r, "room");
	add_field(l, r, "commander");
}

static void
say_resume(struct line *l, const struct record *r)
{
	add(l, "room resumed by");
	add(l, record_has(r, "commander") ? record_get(r, "commander") : r->by);
	add_field(l, r, "host");
}

static void
say_samples(struct line *l, const struct record *r)
{
	const char *json = record_get(r, "s");
	struct jscan s;
	char text[48];
	size_t n = 0;

	jscan_init(&s, json, strlen(json));
	for (enum jtok t = jscan_next(&s); t != JTOK_END && t != JTOK_ERROR;
	     t = jscan_next(&s))
		n += t == JTOK_ARRAY && s.depth == 2;
	str_printf(text, sizeof(text), "%zu measurement%s", n,
		   n == 1 ? "" : "s");
	add(l, text);
}

static void
say_verdict(struct line *l, const struct record *r)
{
	add_field(l, r, "verdict");
	add_gate(l, r);
	if (record_get(r, "value")[0] != '\0')
		add_field(l, r, "value");
	else if (record_get(r, "why")[0] != '\0')
		add_field(l, r, "why");
	else
		add_field(l, r, "reason");
}

/* The sentence begins with the verdict's word. */
static void
say_decision(struct line *l, const struct record *r)
{
	add(l, "decision");
	add_field(l, r, record_get(r, "sentence")[0] ? "sentence" : "verdict");
}

static void
say_step(struct line *l, const struct record *r)
{
	add(l, "step");
	add_field(l, r, "step");
	add_field(l, r, "state");
	add_field(l, r, "detail");
}

static void
say_undo(struct line *l, const struct record *r)
{
	add(l, "undo");
	add_field(l, r, "name");
	add_field(l, r, "state");
	add_field(l, r, "detail");
}

static void
say_pause(struct line *l, const struct record *r)
{
	add(l, "step");
	add_field(l, r, "step");
	add(l, record_get_flag(r, "paused") ? "paused by" : "goes on:");
	add(l, r->by);
}

static void
say_request(struct line *l, const struct record *r)
{
	char text[48];

	add_field(l, r, "step");
	add_field(l, r, "undo");
	add_field(l, r, "method");
	add_field(l, r, "url");
	if (record_get_int(r, "status", 0) > 0) {
		str_printf(text, sizeof(text), "%lld",
			   (long long)record_get_int(r, "status", 0));
		add(l, text);
	}
	add_count(l, r, "took_ms", "ms");
	add_field(l, r, "detail");
}

static void
say_rollback(struct line *l, const struct record *r)
{
	add(l, "rollback");
	add_field(l, r, "state");
	add_field(l, r, record_has(r, "cause") ? "cause" : "detail");
}

static void
say_drain(struct line *l, const struct record *r)
{
	add(l, "drain");
	add_field(l, r, "drain");
	add_field(l, r, "state");
	add(l, "before");
	add_field(l, r, "name");
	add_field(l, r, "detail");
}

static void
say_stagger(struct line *l, const struct record *r)
{
	add(l, "stagger");
	add_field(l, r, "state");
	add(l, "before");
	add_field(l, r, "name");
	add_field(l, r, "detail");
}

static void
say_approval(struct line *l, const struct record *r)
{
	add(l, "approved");
	add_field(l, r, "step");
	add(l, "by");
	add_field(l, r, "who");
	add_field(l, r, "how");
}

static void
say_override(struct line *l, const struct record *r)
{
	add(l, record_has(r, "item") ? "leaves out" : "override");
	add_field(l, r, "rule");
	add(l, "for");
	add_field(l, r, "step");
	add_field(l, r, "reason");
}

static void
say_mute(struct line *l, const struct record *r)
{
	add(l, record_get_flag(r, "muted") ? "muted" : "unmuted");
	add_gate(l, r);
	add_field(l, r, "reason");
}

static void
say_ack(struct line *l, const struct record *r)
{
	add(l, "acknowledged");
	add_gate(l, r);
}

static void
say_note(struct line *l, const struct record *r)
{
	add(l, "note");
	add(l, r->by);
	add_field(l, r, "text");
}

static void
say_console(struct line *l, const struct record *r)
{
	add(l, "console");
	add_field(l, r, "state");
	add_field(l, r, "why");
}

static void
say_parked(struct line *l, const struct record *r)
{
	add(l, "parked");
	add_field(l, r, "why");
}

static void
say_torn(struct line *l, const struct record *r)
{
	add(l, "torn tail cut off");
	add_count(l, r, "bytes", "bytes");
}

static void
say_clock(struct line *l, const struct record *r)
{
	add(l, "wall clock jumped");
	add_count(l, r, "jump_ms", "ms");
}

static void
say_baseline(struct line *l, const struct record *r)
{
	add(l, record_get_flag(r, "waived")  ? "going without the baseline of"
	       : record_has(r, "declared")   ? "not at its baseline:"
	       : record_get_flag(r, "drift") ? "drifted from its baseline:"
					     : "baseline");
	add_field(l, r, "object");
	add_field(l, r, record_has(r, "declared") ? "declared" : "value");
	add_field(l, r, "reason");
}

static void
say_leftover(struct line *l, const struct record *r)
{
	add(l, "left behind");
	add_field(l, r, "object");
	add_field(l, r, "region");
	add_field(l, r, "detail");
}

static void
say_close(struct line *l, const struct record *r)
{
	char text[48];

	str_printf(text, sizeof(text), "room closes, code %lld",
		   (long long)record_get_int(r, "code", 0));
	add(l, text);
	add_field(l, r, "why");
}

static void (*const says[RECORD_KIND_COUNT])(struct line *,
					     const struct record *) = {
	[RECORD_OPEN] = say_open,	  [RECORD_RESUME] = say_resume,
	[RECORD_SAMPLES] = say_samples,	  [RECORD_VERDICT] = say_verdict,
	[RECORD_DECISION] = say_decision, [RECORD_STEP] = say_step,
	[RECORD_PAUSE] = say_pause,	  [RECORD_REQUEST] = say_request,
	[RECORD_ROLLBACK] = say_rollback, [RECORD_UNDO] = say_undo,
	[RECORD_APPROVAL] = say_approval, [RECORD_OVERRIDE] = say_override,
	[RECORD_MUTE] = say_mute,	  [RECORD_ACK] = say_ack,
	[RECORD_NOTE] = say_note,	  [RECORD_CONSOLE] = say_console,
	[RECORD_PARKED] = say_parked,	  [RECORD_TORN] = say_torn,
	[RECORD_CLOCK] = say_clock,	  [RECORD_BASELINE] = say_baseline,
	[RECORD_LEFTOVER] = say_leftover, [RECORD_CLOSE] = say_close,
	[RECORD_DRAIN] = say_drain,	  [RECORD_STAGGER] = say_stagger,
};

void
record_summary(char *to, size_t size, const struct record *r)
{
	struct line l = { .to = to, .size = size };

	to[0] = '\0';
	says[r->kind](&l, r);
}
