/*
 * decision - the verdict of the whole room, in one sentence.
 *
 * The score.  A gate earns its weight times its domain's risk multiplier, half
 * of it for HOLD, nothing for NO-GO and BLIND; muted, shadow and key gates
 * take no part.  A BLIND gate keeps its place in the total: what nobody sees
 * never raises the score.  So `low` is the score as if every blind gate were in
 * breach, and `high` as if every one were met.  Where both give the same
 * verdict, that is it.  Where `low` still gives HOLD, it is HOLD.  Else the
 * blind gates decide, and that is BLIND.  A domain without any data keeps the
 * room from GO (HOLD), however little it weighs.
 *
 * Over the score, worst wins: every critical or key gate.
 */
#include "model/decision.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* Sums of weights are rounded; a mark is met within this share of 100. */
#define SCORE_ROUNDING 1e-9

#define MUTED_TEXT 150 /* of the sentence, kept for muted gates */
#define TEXT_CAP 4096

/* What the domains have shown; one per domain, and one for gates of none. */
struct seen {
	bool scores; /* has a gate that takes part in the score */
	bool has_data;
};

struct tally {
	double total, low, high; /* weights */
	bool any_data;
	bool blind_domain;
	enum verdict veto; /* worst of critical and key gates */
	size_t judged;	   /* gates that count and are not muted */
	size_t shadows;
};

static bool
can_veto(const struct gate *g)
{
	return g->critical || g->key;
}

/* Index of a gate's domain, domain_count when it has none.  The search goes
 * on from the last hit: gates of one domain follow each other. */
static size_t
find_domain(const struct gate_set *set, const char *name, size_t hint)
{
	for (size_t i = 0; i < set->domain_count; i++) {
		size_t at = (hint + i) % set->domain_count;

		if (str_same(set->domains[at].name, name))
			return at;
	}
	return set->domain_count;
}

static double
weight_of(const struct gate_set *set, const struct gate *g, size_t domain)
{
	double weight = g->weight;

	if (domain < set->domain_count)
		weight *= set->domains[domain].risk_multiplier;
	return isfinite(weight) && weight > 0 ? weight : 0;
}

static void
score_gate(struct tally *t, struct seen *seen, enum verdict v, double weight)
{
	seen->scores = true;
	t->total += weight;
	if (v == VERDICT_BLIND) {
		t->high += weight;
		return;
	}
	seen->has_data = true;
	t->any_data = true;
	if (v == VERDICT_NO_GO)
		return;
	t->low += v == VERDICT_GO ? weight : weight / 2;
	t->high += v == VERDICT_GO ? weight : weight / 2;
}

static void
count_gates(struct tally *t, struct decision *out, const struct gate_set *set,
	    const struct gate_finding *findings)
{
	struct seen *seen = mem_new(set->domain_count + 1, sizeof(*seen));
	size_t domain = 0;

	for (size_t i = 0; i < set->gate_count; i++) {
		const struct gate *g = &set->gates[i];
		enum verdict v = findings[i].verdict;

		if (g->shadow) {
			t->shadows++;
			continue;
		}
		out->counts[v]++;
		if (v == VERDICT_OFF)
			continue;
		t->judged++;
		if (can_veto(g))
			t->veto = verdict_worst(t->veto, v);
		if (g->critical && v == VERDICT_NO_GO && !gate_is_readiness(g))
			out->rollback_due = set->rollback_on_critical;
		if (g->key)
			continue;
		domain = find_domain(set, g->domain, domain);
		score_gate(t, &seen[domain], v, weight_of(set, g, domain));
	}
	for (size_t i = 0; i <= set->domain_count; i++)
		t->blind_domain |= seen[i].scores && !seen[i].has_data;
	mem_free(seen);
}

/* Is `weight` of `total` at or above `mark` percent? */
static bool
reaches(double weight, double total, double mark)
{
	return 100 * weight >= (mark - 100 * SCORE_ROUNDING) * total;
}

static enum verdict
by_marks(const struct gate_set *set, double weight, double total)
{
	if (reaches(weight, total, set->pass_score))
		return VERDICT_GO;
	return reaches(weight, total, set->warn_score) ? VERDICT_HOLD
						       : VERDICT_NO_GO;
}

static enum verdict
by_score(const struct gate_set *set, const struct tally *t)
{
	enum verdict low, high;

	if (!t->any_data || !(t->total > 0))
		return VERDICT_BLIND;
	low = by_marks(set, t->low, t->total);
	high = by_marks(set, t->high, t->total);
	if (high == VERDICT_NO_GO)
		return VERDICT_NO_GO;
	if (low == VERDICT_NO_GO)
		return t->high > t->low ? VERDICT_BLIND : VERDICT_NO_GO;
	return t->blind_domain ? VERDICT_HOLD : low;
}

/* Without any gate but key ones the score has nothing to say. */
static bool
has_scoring(const struct gate_set *set)
{
	for (size_t i = 0; i < set->gate_count; i++)
		if (!set->gates[i].key && !set->gates[i].shadow)
			return true;
	return false;
}

static enum verdict
worst_of(const struct decision *d)
{
	for (enum verdict v = VERDICT_NO_GO; v > VERDICT_OFF; v--)
		if (d->counts[v] > 0)
			return v;
	return VERDICT_BLIND;
}

static enum verdict
decide(const struct gate_set *set, const struct tally *t,
       const struct decision *d)
{
	if (t->judged == 0)
		return VERDICT_BLIND;
	if (set->logic == GATE_ALL_MET)
		return worst_of(d);
	if (!has_scoring(set))
		return t->veto;
	return verdict_worst(by_score(set, t), t->veto);
}

/* Distance to the limit as a share of it; gates without one come last. */
static double
closeness(const struct gate *g, const struct gate_finding *f)
{
	double limit = fabs(g->limit.number);

	return f->has_margin && limit > 0 ? f->margin / limit : INFINITY;
}

/* Should the sentence rather be about `a` than about `b`? */
static bool
leads(const struct gate_set *set, const struct gate_finding *findings, size_t a,
      size_t b)
{
	const struct gate *g = &set->gates[a], *h = &set->gates[b];
	enum verdict v = findings[a].verdict, w = findings[b].verdict;

	if (v != w)
		return v > w;
	if (v == VERDICT_GO)
		return closeness(g, &findings[a]) < closeness(h, &findings[b]);
	if (can_veto(g) != can_veto(h))
		return can_veto(g);
	return g->weight > h->weight;
}

/* The worst gate; where only those that veto decide, the worst of them. */
static int
find_leading(const struct gate_set *set, const struct gate_finding *findings,
	     bool vetoers_only)
{
	int best = -1;

	for (size_t i = 0; i < set->gate_count; i++) {
		const struct gate *g = &set->gates[i];

		if (g->shadow || findings[i].verdict == VERDICT_OFF)
			continue;
		if (vetoers_only && !can_veto(g))
			continue;
		if (best < 0 || leads(set, findings, i, (size_t)best))
			best = (int)i;
	}
	return best;
}

/* "Muted: abandonment rate (critical) muted: ...": all that fit, critical
 * ones first, and how many more. */
static void
put_muted(struct buf *out, const struct gate_set *set,
	  const struct gate_finding *findings, size_t count)
{
	struct buf one;
	size_t shown = 0;

	buf_init(&one, TEXT_CAP);
	for (int vetoing = 1; vetoing >= 0; vetoing--)
		for (size_t i = 0; i < set->gate_count; i++) {
			const struct gate *g = &set->gates[i];

			if (g->shadow || findings[i].verdict != VERDICT_OFF ||
			    can_veto(g) != (vetoing == 1))
				continue;
			buf_reset(&one);
			gate_sentence(&one, g, &findings[i]);
			if (shown > 0 && out->len + one.len > MUTED_TEXT - 20)
				goto full;
			buf_printf(out, " OFF: %s", buf_str(&one));
			shown++;
		}
full:
	if (shown < count)
		buf_printf(out, " %zu more OFF.", count - shown);
	buf_clear(&one);
}

/* "Score 91 of 100 did not matter." or what the score has to say. */
static void
put_score(struct buf *out, const struct gate_set *set, const struct decision *d)
{
	char score[40], pass[40], warn[40];

	if (set->logic != GATE_WEIGHTED || !d->has_score)
		return;
	str_number(score, sizeof(score), round(d->score * 10) / 10);
	str_number(pass, sizeof(pass), d->pass_score);
	str_number(warn, sizeof(warn), set->warn_score);
	if (d->vetoed)
		buf_printf(out, "Score %s of 100 did not matter. ", score);
	else
		buf_printf(out, "Score %s of 100 (GO from %s, HOLD from %s). ",
			   score, pass, warn);
}

/* " 2 more NO-GO, 1 BLIND." beside the gate the sentence is about. */
static void
put_others(struct buf *out, const struct decision *d, enum verdict leading)
{
	const char *before = " ";

	for (enum verdict v = VERDICT_NO_GO; v > VERDICT_GO; v--) {
		size_t n = d->counts[v] - (v == leading);

		if (n == 0)
			continue;
		buf_printf(out, "%s%zu %s%s", before, n,
			   v == leading ? "more " : "", verdict_word(v));
		before = ", ";
	}
	if (before[0] == ',')
		buf_char(out, '.');
}

static void
put_verdict(struct buf *out, const struct gate_set *set,
	    const struct gate_finding *findings, const struct decision *d,
	    const struct tally *t)
{
	size_t counted = t->judged + d->counts[VERDICT_OFF];

	buf_printf(out, "%s: ", verdict_word(d->verdict));
	if (d->leading < 0) {
		buf_printf(out,
			   "no gate is judged (%zu muted, %zu shadow). GO "
			   "needs a gate with data.",
			   d->counts[VERDICT_OFF], t->shadows);
		return;
	}
	if (!d->vetoed)
		put_score(out, set, d);
	if (d->verdict == VERDICT_GO)
		buf_printf(out,
			   "%zu of %zu gates met, %s: ", d->counts[VERDICT_GO],
			   counted,
			   findings[d->leading].verdict == VERDICT_GO
				   ? "nearest"
				   : "outweighed");
	gate_sentence(out, &set->gates[d->leading], &findings[d->leading]);
	if (d->vetoed) {
		buf_char(out, ' ');
		put_score(out, set, d);
		if (out->data[out->len - 1] == ' ')
			out->data[--out->len] = '\0';
	}
	put_others(out, d, findings[d->leading].verdict);
}

/* The muted gates are always shown: what stands before them gives way. */
static void
put_sentence(struct decision *out, const struct gate_set *set,
	     const struct gate_finding *findings, const struct tally *t)
{
	struct buf text, muted;
	size_t room;

	buf_init(&text, TEXT_CAP);
	buf_init(&muted, TEXT_CAP);
	if (out->counts[VERDICT_OFF] > 0)
		put_muted(&muted, set, findings, out->counts[VERDICT_OFF]);
	room = muted.len < MUTED_TEXT + 50 ? muted.len : MUTED_TEXT + 50;
	put_verdict(&text, set, findings, out, t);
	str_copy(out->sentence, sizeof(out->sentence) - room, buf_str(&text));
	room = strlen(out->sentence);
	str_copy(out->sentence + room, sizeof(out->sentence) - room,
		 buf_str(&muted));
	buf_clear(&text);
	buf_clear(&muted);
}

void
decision_make(struct decision *out, const struct gate_set *set,
	      const struct gate_finding *findings)
{
	struct tally t = { .veto = VERDICT_OFF };
	bool veto_decides;

	memset(out, 0, sizeof(*out));
	count_gates(&t, out, set, findings);
	out->pass_score = set->pass_score;
	out->has_score = t.any_data && t.total > 0;
	if (out->has_score)
		out->score = 100 * t.low / t.total;
	out->verdict = decide(set, &t, out);
	veto_decides = t.veto == out->verdict;
	out->vetoed = veto_decides && out->verdict >= VERDICT_BLIND;
	out->leading =
		find_leading(set, findings,
			     set->logic == GATE_WEIGHTED && veto_decides &&
				     out->verdict != VERDICT_GO);
	put_sentence(out, set, findings, &t);
}
