/* gate_text - a gate and its finding in words. */
#include "model/gate.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

#define SHORT_TEXT 96

static const char *const reason_words[GATE_REASON_COUNT] = {
	[GATE_MET] = "met",
	[GATE_BREACHED] = "breached",
	[GATE_STILL_BREACHED] = "still breached",
	[GATE_PENDING] = "pending",
	[GATE_WARNED] = "near its limit",
	[GATE_FLAPPING] = "flapping",
	[GATE_NEVER_SEEN] = "never seen",
	[GATE_FAILED] = "failed",
	[GATE_STALE] = "stale",
	[GATE_THIN] = "too few",
	[GATE_WRONG_TYPE] = "wrong type",
	[GATE_NONSENSE] = "nonsense",
	[GATE_DRIFTING] = "drifting",
	[GATE_MUTED] = "muted",
	[GATE_UNSURE] = "low confidence",
	[GATE_UNPROVEN] = "not yet proven",
};

const char *
gate_reason_word(enum gate_reason r)
{
	assert(r < GATE_REASON_COUNT);
	return reason_words[r];
}

static const char *
met_sign(const struct gate *g)
{
	static const char *const signs[] = { "<=", ">=", "=", ">=" };

	return g->is_strict ? "<" : signs[g->op];
}

static const char *
past_sign(const struct gate *g)
{
	static const char *const signs[] = { ">", "<", "not", "<" };

	return g->is_strict ? ">=" : signs[g->op];
}

void
gate_limit_text(char *to, size_t size, const struct gate *g)
{
	char limit[SHORT_TEXT];

	value_text(limit, sizeof(limit), &g->limit, g->unit);
	str_printf(to, size, "%s %s", met_sign(g), limit);
}

/* Two minutes and more in the usual short form, less in one unit. */
static void
span_text(char *to, size_t size, int64_t ms)
{
	if (ms > 0 && ms < 1000)
		str_printf(to, size, "%lld ms", (long long)ms);
	else if (ms < 120000)
		str_printf(to, size, "%lld s", (long long)(ms / 1000));
	else
		str_duration(to, size, ms);
}

static void
put_span(struct buf *out, const char *before, int64_t ms)
{
	char text[SHORT_TEXT];

	span_text(text, sizeof(text), ms);
	buf_printf(out, "%s%s", before, text);
}

static void
put_number(struct buf *out, const struct gate *g, double number)
{
	char text[SHORT_TEXT];
	struct value v = value_of_number(number);

	value_text(text, sizeof(text), &v, g->unit);
	buf_text(out, text);
}

static void
put_title(struct buf *out, const struct gate *g)
{
	buf_text(out, g->title[0] != '\0' ? g->title : g->signal);
}

/* " (critical)": whose word counts more, or not at all. */
static void
put_role(struct buf *out, const struct gate *g)
{
	const char *role = g->critical ? "critical" : g->key ? "key" : "";

	if (g->shadow)
		buf_printf(out, " (%s%sshadow)", role,
			   role[0] != '\0' ? ", " : "");
	else if (role[0] != '\0')
		buf_printf(out, " (%s)", role);
}

void
gate_value_text(char *to, size_t size, const struct gate *g,
		const struct value *v)
{
	struct value shown = *v;

	if (v->kind == VALUE_NUMBER && g->limit.kind == VALUE_NUMBER)
		shown.number = value_round_beside(v->number, g->limit.number);
	value_text(to, size, &shown, g->unit);
}

/* "abandonment rate 2.9 % > 2.5 % (critical)". */
static void
put_claim(struct buf *out, const struct gate *g, const struct gate_finding *f,
	  bool is_past)
{
	char value[SHORT_TEXT], limit[SHORT_TEXT];

	gate_value_text(value, sizeof(value), g, &f->value);
	value_text(limit, sizeof(limit), &g->limit, g->unit);
	put_title(out, g);
	if (g->op != GATE_EQUALS)
		buf_printf(out, " %s %s %s", value,
			   is_past ? past_sign(g) : met_sign(g), limit);
	else if (is_past)
		buf_printf(out, " is %s, not %s", value, limit);
	else
		buf_printf(out, " is %s", value);
	put_role(out, g);
}

/* ", margin 0.4 %, n=412, age 8 s". */
static void
put_grounds(struct buf *out, const struct gate *g, const struct gate_finding *f)
{
	if (f->has_margin) {
		buf_text(out, ", margin ");
		put_number(out, g, value_round_beside(f->margin, 0));
	}
	if (f->n >= 0)
		buf_printf(out, ", n=%lld", (long long)f->n);
	if (f->age_ms >= 0)
		put_span(out, ", age ", f->age_ms);
}

/* "<= 2.3 %": what it takes to be GO; `ends_breach`: to leave a breach. */
static void
put_goal(struct buf *out, const struct gate *g, bool ends_breach)
{
	char limit[SHORT_TEXT];
	bool is_most = g->op == GATE_AT_MOST;
	double bound = g->limit.number;

	if (g->op == GATE_EQUALS) {
		value_text(limit, sizeof(limit), &g->limit, g->unit);
		buf_text(out, limit);
		return;
	}
	if (g->op == GATE_VERSION_AT_LEAST) {
		gate_limit_text(limit, sizeof(limit), g);
		buf_text(out, limit);
		return;
	}
	if (ends_breach && g->has_clear)
		bound = g->clear;
	if (g->has_warn && (is_most ? g->warn <= bound : g->warn >= bound)) {
		buf_text(out, is_most ? "< " : "> ");
		bound = g->warn;
	} else {
		buf_printf(out, "%s ", met_sign(g));
	}
	put_number(out, g, bound);
}

static void
put_go_when(struct buf *out, const struct gate *g, bool ends_breach)
{
	buf_text(out, "GO when ");
	put_goal(out, g, ends_breach);
	if (ends_breach && g->clear_for_ms > 0)
		put_span(out, " for ", g->clear_for_ms);
	buf_char(out, '.');
}

/* "NO-GO when > 2.5 % for 60 s." */
static void
put_no_go_when(struct buf *out, const struct gate *g)
{
	char limit[SHORT_TEXT];

	value_text(limit, sizeof(limit), &g->limit, g->unit);
	buf_printf(out, "NO-GO when %s %s", past_sign(g), limit);
	if (g->for_ms > 0)
		put_span(out, " for ", g->for_ms);
	buf_char(out, '.');
}

static void
put_since(struct buf *out, const struct gate_finding *f)
{
	if (f->since_ms > 0)
		put_span(out, " for ", f->since_ms);
}

static void
put_breach(struct buf *out, const struct gate *g, const struct gate_finding *f)
{
	put_claim(out, g, f, true);
	put_since(out, f);
	put_grounds(out, g, f);
	if (f->flaps >= GATE_FLAP_MIN)
		buf_printf(out, ", breach %d of the last 10 min", f->flaps);
	buf_text(out, ". ");
	put_go_when(out, g, true);
}

/* A breach that is not seen any more, and not yet proven over. */
static void
put_still(struct buf *out, const struct gate *g, const struct gate_finding *f)
{
	char value[SHORT_TEXT];

	put_title(out, g);
	put_role(out, g);
	buf_text(out, " in breach");
	put_since(out, f);
	gate_value_text(value, sizeof(value), g, &f->value);
	if (f->why[0] != '\0')
		buf_printf(out, ", not seen to end (%s), last %s", f->why,
			   value);
	else
		buf_printf(out, ", now %s", value);
	if (f->clear_ms > 0) {
		put_span(out, ", clear for ", f->clear_ms);
		put_span(out, " of ", g->clear_for_ms);
	}
	put_grounds(out, g, f);
	buf_text(out, ". ");
	put_go_when(out, g, true);
}

static void
put_pending(struct buf *out, const struct gate *g, const struct gate_finding *f)
{
	int64_t left = g->for_ms - f->since_ms;

	put_claim(out, g, f, true);
	put_since(out, f);
	put_span(out, " of ", g->for_ms);
	put_grounds(out, g, f);
	put_span(out, ". NO-GO in ", left > 0 ? left : 0);
	buf_text(out, "; ");
	put_go_when(out, g, false);
}

/* Why a gate inside its limit is only HOLD. */
static void
put_caution(struct buf *out, const struct gate *g, const struct gate_finding *f)
{
	switch (f->reason) {
	case GATE_FLAPPING:
		buf_printf(out, ", but flapping: %d breaches in 10 min",
			   f->flaps);
		break;
	case GATE_WARNED:
		if (f->why[0] != '\0') {
			buf_printf(out, ", but doubtful: %s", f->why);
			break;
		}
		buf_text(out, ", but in the warn band from ");
		put_number(out, g, g->warn);
		break;
	case GATE_DRIFTING:
		buf_text(out, ", but drifting away from its baseline");
		if (g->base != NULL) {
			buf_char(out, ' ');
			put_number(out, g, value_round(g->base->mean));
		}
		if (f->why[0] != '\0')
			buf_printf(out, " (%s)", f->why);
		break;
	case GATE_UNSURE:
		buf_text(out, ", but low confidence: too few to tell from "
			      "the baseline");
		if (f->why[0] != '\0')
			buf_printf(out, " (%s)", f->why);
		break;
	case GATE_UNPROVEN:
		put_span(out, ", held for ", f->held_ms);
		put_span(out, " of ", g->held_for_ms);
		break;
	default:
		break;
	}
}

static void
put_inside(struct buf *out, const struct gate *g, const struct gate_finding *f)
{
	put_claim(out, g, f, false);
	put_caution(out, g, f);
	if (f->reason != GATE_UNPROVEN) /* it has said how long */
		put_since(out, f);
	put_grounds(out, g, f);
	buf_text(out, ". ");
	switch (f->reason) {
	case GATE_FLAPPING:
		buf_printf(out, "GO when fewer than %d breaches in 10 min.",
			   GATE_FLAP_MIN);
		break;
	case GATE_WARNED:
		if (f->why[0] == '\0')
			put_go_when(out, g, false);
		else
			buf_text(out, "GO when limit and value agree.");
		break;
	case GATE_DRIFTING:
		buf_text(out, "GO when back at its baseline.");
		break;
	case GATE_UNSURE:
		buf_text(out, "GO when enough is measured.");
		break;
	case GATE_UNPROVEN:
		put_span(out, "GO when held for ", g->held_for_ms);
		buf_text(out, " without a gap.");
		break;
	default:
		put_no_go_when(out, g);
		break;
	}
}

/* What is wrong with the data; the title goes before it. */
static const char *
blind_words(enum gate_reason r)
{
	switch (r) {
	case GATE_NEVER_SEEN:
		return "was never measured";
	case GATE_STALE:
		return "is stale";
	case GATE_THIN:
		return "rests on too few events";
	case GATE_WRONG_TYPE:
		return "has a value of the wrong type";
	case GATE_NONSENSE:
		return "has a nonsensical value";
	default:
		return "cannot be measured";
	}
}

static void
put_blind(struct buf *out, const struct gate *g, const struct gate_finding *f)
{
	char value[SHORT_TEXT];

	put_title(out, g);
	put_role(out, g);
	buf_printf(out, " %s", blind_words(f->reason));
	if (f->why[0] != '\0')
		buf_printf(out, " (%s)", f->why);
	put_since(out, f);
	if (f->reason == GATE_THIN && g->min_samples > 0)
		buf_printf(out, ", %lld needed", (long long)g->min_samples);
	if (f->value.kind != VALUE_NONE) {
		gate_value_text(value, sizeof(value), g, &f->value);
		buf_printf(out, ", last %s", value);
		put_grounds(out, g, f);
	}
	buf_text(out, ". GO when measured ");
	put_goal(out, g, false);
	buf_char(out, '.');
}

static void
put_muted(struct buf *out, const struct gate *g, const struct gate_finding *f)
{
	put_title(out, g);
	put_role(out, g);
	buf_printf(out, " muted: %s", f->why);
	if (f->left_ms > 0)
		put_span(out, ", ends in ", f->left_ms);
	else
		buf_text(out, ", until unmuted");
	if (f->beneath != VERDICT_OFF)
		buf_printf(out, "; without the mute %s",
			   verdict_word(f->beneath));
	buf_char(out, '.');
}

void
gate_sentence(struct buf *out, const struct gate *g,
	      const struct gate_finding *f)
{
	switch (f->reason) {
	case GATE_BREACHED:
		put_breach(out, g, f);
		return;
	case GATE_STILL_BREACHED:
		put_still(out, g, f);
		return;
	case GATE_PENDING:
		put_pending(out, g, f);
		return;
	case GATE_MET:
	case GATE_WARNED:
	case GATE_FLAPPING:
	case GATE_DRIFTING:
	case GATE_UNSURE:
	case GATE_UNPROVEN:
		put_inside(out, g, f);
		return;
	case GATE_MUTED:
		put_muted(out, g, f);
		return;
	default:
		put_blind(out, g, f);
		return;
	}
}
