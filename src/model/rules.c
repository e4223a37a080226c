/* rules - what one measurement says about a gate, without any memory. */
#include "model/rules.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

/* Texts this long may have been cut: they prove nothing. */
#define WORDS_CUT (VALUE_TEXT - 4)

int64_t
rules_max_age_ms(const struct gate *g)
{
	return g->max_age_ms > 0 ? g->max_age_ms : GATE_MAX_AGE_MS;
}

bool
rules_is_share(const struct gate *g)
{
	return str_ends(g->signal, "_percent");
}

/* Signals that cannot be below zero, by the unit in their name. */
static bool
is_never_negative(const struct gate *g)
{
	return rules_is_share(g) || str_ends(g->signal, "_count") ||
	       str_ends(g->signal, "_ms") || str_ends(g->signal, "_depth");
}

const char *
rules_nonsense(const struct gate *g, double number)
{
	if (isnan(number))
		return "not a number";
	if (isinf(number))
		return "infinite";
	if (number < 0 && is_never_negative(g))
		return "negative";
	return NULL;
}

const char *
rules_misfit(const struct gate *g, const struct value *v)
{
	int order;

	if (v->kind == VALUE_NONE)
		return "no value";
	if (v->kind != g->limit.kind) {
		switch (g->limit.kind) {
		case VALUE_NUMBER:
			return "a number belongs here";
		case VALUE_FLAG:
			return "yes or no belongs here";
		case VALUE_WORDS:
			return "a text belongs here";
		case VALUE_NONE:
			break;
		}
		return "the gate has no limit";
	}
	if (g->op == GATE_VERSION_AT_LEAST &&
	    !value_compare_versions(v->words, g->limit.words, &order))
		return "a version belongs here";
	if (v->kind == VALUE_WORDS && strlen(v->words) >= WORDS_CUT)
		return "too long to compare";
	if (g->op <= GATE_AT_LEAST && v->kind != VALUE_NUMBER)
		return "the limit is no number";
	return NULL;
}

const char *
rules_doubt(const struct gate *g, const struct value *v)
{
	if (!rules_is_share(g) || v->kind != VALUE_NUMBER)
		return NULL;
	if (v->number > 100 && g->limit.number <= 100)
		return "over 100 %";
	if (g->limit.number > 0 && g->limit.number < 1 &&
	    v->number >= 50 * g->limit.number)
		return "limit a fraction, value a percentage?";
	return NULL;
}

/* Negated, so that a limit that is no number is passed, never met. */
static bool
is_over(const struct gate *g, const struct value *v)
{
	int order = -1;

	switch (g->op) {
	case GATE_AT_MOST:
		return g->is_strict ? !(v->number < g->limit.number)
				    : !(v->number <= g->limit.number);
	case GATE_AT_LEAST:
		return !(v->number >= g->limit.number);
	case GATE_EQUALS:
		return !value_same(v, &g->limit);
	case GATE_VERSION_AT_LEAST:
		break;
	}
	return !value_compare_versions(v->words, g->limit.words, &order) ||
	       order < 0;
}

bool
rules_is_clear(const struct gate *g, const struct value *v)
{
	if (!g->has_clear)
		return true;
	if (g->op == GATE_AT_MOST)
		return v->number <= g->clear;
	if (g->op == GATE_AT_LEAST)
		return v->number >= g->clear;
	return true;
}

static bool
is_warned(const struct gate *g, const struct value *v)
{
	if (rules_doubt(g, v) != NULL)
		return true;
	if (!g->has_warn)
		return false;
	if (g->op == GATE_AT_MOST)
		return v->number >= g->warn;
	return g->op == GATE_AT_LEAST && v->number <= g->warn;
}

static bool
is_thin(const struct gate *g, const struct sample *s)
{
	return s->n == 0 || (g->min_samples > 0 && s->n < g->min_samples);
}

enum gate_reason
rules_band(const struct gate *g, const struct sample *s)
{
	if (s->failed)
		return GATE_FAILED;
	if (rules_misfit(g, &s->value) != NULL)
		return GATE_WRONG_TYPE;
	if (s->value.kind == VALUE_NUMBER &&
	    rules_nonsense(g, s->value.number) != NULL)
		return GATE_NONSENSE;
	if (is_thin(g, s))
		return GATE_THIN;
	if (is_over(g, &s->value))
		return GATE_BREACHED;
	return is_warned(g, &s->value) ? GATE_WARNED : GATE_MET;
}

bool
rules_is_gap(enum gate_reason band)
{
	return band != GATE_MET && band != GATE_WARNED && band != GATE_BREACHED;
}
