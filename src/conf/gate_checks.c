/* gate_checks - limits that make no sense are found before the night. */
#include "conf/manifest.h"

#include <string.h>

#include "base/str.h"

static bool
is_percent(const struct gate *g)
{
	return strcmp(g->unit, "%") == 0;
}

/* Can the measured thing be negative?  Only what names itself is known. */
static bool
is_never_negative(const struct gate *g)
{
	return str_in_words("% ms s", g->unit) ||
	       str_ends(g->signal, "_count") || str_ends(g->signal, "_depth") ||
	       str_ends(g->signal, "_total") || str_ends(g->signal, "_rate");
}

static void
check_at_most(const struct site *s, const struct node *n, const struct gate *g)
{
	double limit = g->limit.number;

	if (limit < 0 && is_never_negative(g))
		node_error(s, n, "never-met",
			   "\"%s\" is never below 0, so this limit can never "
			   "be met",
			   g->signal);
	else if (is_percent(g) && limit >= 100)
		node_error(s, n, "never-breached",
			   "\"%s\" is never above 100 %%, so this limit can "
			   "never be breached",
			   g->signal);
}

static void
check_at_least(const struct site *s, const struct node *n, const struct gate *g)
{
	double limit = g->limit.number;

	if (is_percent(g) && limit > 100)
		node_error(s, n, "never-met",
			   "\"%s\" is never above 100 %%, so this limit can "
			   "never be met",
			   g->signal);
	else if (limit <= 0 && is_never_negative(g))
		node_error(s, n, "never-breached",
			   "\"%s\" is never below 0, so this limit can never "
			   "be breached",
			   g->signal);
}

/* `clear` and `warn` lie on the good side of the limit. */
static void
check_band(const struct site *s, const struct node *n, const struct gate *g,
	   const char *key, double value)
{
	const struct node *at = node_get(n, key);
	bool is_number = g->op == GATE_AT_MOST || g->op == GATE_AT_LEAST;
	char limit[40];

	if (!is_number) {
		node_key_error(s, at, "no-band",
			       "\"%s\" is for limits that are numbers", key);
		return;
	}
	str_number(limit, sizeof(limit), g->limit.number);
	if (g->op == GATE_AT_MOST ? value > g->limit.number
				  : value < g->limit.number)
		node_error(s, at, "wrong-side",
			   "\"%s\" must be %s the limit %s", key,
			   g->op == GATE_AT_MOST ? "at or below"
						 : "at or above",
			   limit);
}

/* Where the number stands. */
static const struct node *
limit_node(const struct node *threshold)
{
	if (threshold->type != NODE_MAP)
		return threshold;
	for (const struct node *n = threshold->first; n != NULL; n = n->next)
		if (gate_is_limit_word(n->key))
			return n;
	return threshold;
}

void
gate_check(const struct site *s, const struct node *n, const struct gate *g)
{
	if (g->op == GATE_AT_MOST)
		check_at_most(s, limit_node(n), g);
	else if (g->op == GATE_AT_LEAST)
		check_at_least(s, limit_node(n), g);
	if (g->has_clear)
		check_band(s, n, g, "clear", g->clear);
	if (g->has_warn)
		check_band(s, n, g, "warn", g->warn);
}

static struct place
gate_place(const struct site *s, const struct gate *g)
{
	return (struct place){ s->file, g->line, g->column };
}

/* 0.02 beside 2.5: someone wrote a fraction where percent is meant. */
static void
check_fractions(const struct site *s, const struct gate_set *set)
{
	double largest = 0;

	for (size_t i = 0; i < set->gate_count; i++) {
		const struct gate *g = &set->gates[i];

		if (is_percent(g) && g->limit.number > largest)
			largest = g->limit.number;
	}
	for (size_t i = 0; i < set->gate_count && largest > 1; i++) {
		const struct gate *g = &set->gates[i];
		double limit = g->limit.number;

		if (!is_percent(g) || limit <= 0)
			continue;
		if ((g->op == GATE_AT_MOST && limit <= 0.05) ||
		    (g->op == GATE_AT_LEAST && limit <= 1))
			findings_warn(s->f, gate_place(s, g), "fraction",
				      "a limit of %g %% beside one of %g %%: "
				      "is this a fraction?",
				      limit, largest);
	}
}

static bool
has_weight(const struct node *domain)
{
	for (const struct node *n = domain->first; n != NULL; n = n->next)
		if (node_get(n, "weight") != NULL)
			return true;
	return false;
}

/* Weights here and none there: what the group counts for is not said. */
static void
check_weights(const struct site *s, const struct node *thresholds)
{
	bool any = false;

	for (const struct node *n = thresholds->first; n != NULL; n = n->next)
		any = any || has_weight(n);
	for (const struct node *n = thresholds->first; any && n != NULL;
	     n = n->next)
		if (n->type == NODE_MAP && n->count > 0 && !has_weight(n))
			node_key_error(s, n, "no-weight",
				       "WEIGHTED_SCORE: other groups have a "
				       "\"weight\", \"%.48s\" has none",
				       n->key);
}

void
gates_check(const struct site *s, const struct node *thresholds,
	    const struct gate_set *set)
{
	size_t counted = 0;

	check_fractions(s, set);
	if (set->logic == GATE_WEIGHTED)
		check_weights(s, thresholds);
	for (size_t i = 0; i < set->gate_count; i++) {
		const struct gate *g = &set->gates[i];

		counted +=
			!g->shadow && (set->logic == GATE_ALL_MET || !g->key);
	}
	if (set->gate_count > 0 && counted == 0)
		node_key_error(s, thresholds, "nothing-counts",
			       "no threshold counts: all are \"shadow\"%s",
			       set->logic == GATE_WEIGHTED ? " or \"key\""
							   : "");
}

/* Only what is measured has a history: a flag, a text, a version that must be
 * so rests on a rule. */
static bool
wants_baseline(const struct gate *g)
{
	return g->op == GATE_AT_MOST || g->op == GATE_AT_LEAST;
}

static bool
has_baseline(const struct gate *g)
{
	return g->base != NULL || g->source[0] != '\0';
}

void
gates_check_baselines(const struct site *s, const struct node *at,
		      const struct gate_set *set, const struct site *named,
		      size_t named_count)
{
	const struct gate *first = NULL;
	size_t with = 0;

	for (size_t i = 0; i < set->gate_count; i++) {
		const struct gate *g = &set->gates[i];

		with += wants_baseline(g) && has_baseline(g);
		if (first == NULL && wants_baseline(g) && !has_baseline(g))
			first = g;
	}
	if (first == NULL)
		return;
	if (with == 0) {
		node_key_warn(s, at, "no-baseline",
			      "no limit has a baseline, \"%s\" for one: let "
			      "\"warroom baseline\" make them from history, "
			      "or say where each comes from (\"source\")",
			      first->signal);
		return;
	}
	for (size_t i = 0; i < set->gate_count; i++) {
		const struct gate *g = &set->gates[i];

		if (wants_baseline(g) && !has_baseline(g))
			findings_warn(
				s->f,
				gate_place(i < named_count ? named : s, g),
				"no-baseline",
				"the limit of \"%s\" has no \"baseline\" and "
				"does not say where it comes from "
				"(\"source\")",
				g->signal);
	}
}
