/*
 * gate over time: random series against a slow reference.
 *
 * The reference keeps no state between measurements.  It walks back through
 * all of them for each question, so it shares no idea with the gate but the
 * rules of the header.
 */
#include "tests/lib/test.h"

#include <math.h>

#include "base/rng.h"
#include "base/str.h"
#include "model/gate.h"

#define SEEDS 6000
#define LENGTH 48
#define MAX_AGE 60000

enum kind { INSIDE, WARN, MIDDLE, OVER, GAP };

struct entry {
	int64_t at_ms;
	enum kind kind;
};

struct series {
	struct gate gate;
	struct entry entries[LENGTH]; /* as the reference keeps them */
	size_t count;
	struct gate_watch busy; /* judged all the time */
	struct gate_watch calm; /* judged only to compare */
	struct sample last;
};

/* What the rules say, each question from scratch. */
struct answer {
	bool breached;
	int flaps;
	enum verdict verdict;
	enum gate_reason reason;
};

/* Begin of the run of over-the-limit that entry `i` belongs to; gaps do not
 * end it. */
static int64_t
over_since(const struct series *s, size_t i)
{
	int64_t since = s->entries[i].at_ms;

	for (size_t j = i; j-- > 0;) {
		if (s->entries[j].kind == GAP)
			continue;
		if (s->entries[j].kind != OVER)
			break;
		since = s->entries[j].at_ms;
	}
	return since;
}

/* Begin of the unbroken run of clear measurements that ends with entry `i`. */
static int64_t
clear_since(const struct series *s, size_t i)
{
	while (i > 0 && s->entries[i - 1].kind <= WARN &&
	       s->entries[i].at_ms - s->entries[i - 1].at_ms <= MAX_AGE)
		i--;
	return s->entries[i].at_ms;
}

static void
ask_breach(const struct series *s, int64_t now_ms, struct answer *out)
{
	int64_t starts[LENGTH];
	size_t start_count = 0;

	out->breached = false;
	for (size_t i = 0; i < s->count; i++) {
		const struct entry *e = &s->entries[i];
		int64_t until =
			i + 1 < s->count ? s->entries[i + 1].at_ms : now_ms;
		bool proven;

		if (e->kind <= WARN && out->breached &&
		    e->at_ms - clear_since(s, i) >= s->gate.clear_for_ms)
			out->breached = false;
		if (e->kind != OVER || out->breached)
			continue;
		if (until > e->at_ms + MAX_AGE)
			until = e->at_ms + MAX_AGE;
		proven = e->at_ms - over_since(s, i) >= s->gate.for_ms ||
			 until - over_since(s, i) > s->gate.for_ms;
		if (!proven)
			continue;
		out->breached = true;
		starts[start_count++] = over_since(s, i) + s->gate.for_ms;
	}
	out->flaps = 0;
	for (size_t i = start_count; i-- > 0 && out->flaps < GATE_FLAPS;)
		out->flaps += now_ms - starts[i] < GATE_FLAP_WINDOW_MS;
}

static struct answer
ask(const struct series *s, int64_t now_ms)
{
	struct answer a = { .verdict = VERDICT_BLIND,
			    .reason = GATE_NEVER_SEEN };
	const struct entry *last;
	bool stale;

	if (s->count == 0)
		return a;
	last = &s->entries[s->count - 1];
	ask_breach(s, now_ms, &a);
	stale = now_ms - last->at_ms > MAX_AGE;
	if (a.breached) {
		a.verdict = VERDICT_NO_GO;
		a.reason = last->kind == OVER && !stale ? GATE_BREACHED
							: GATE_STILL_BREACHED;
	} else if (last->kind == GAP) {
		a.reason = GATE_REASON_COUNT; /* some gap */
	} else if (stale) {
		a.reason = GATE_STALE;
	} else {
		a.verdict = VERDICT_HOLD;
		if (last->kind == OVER)
			a.reason = GATE_PENDING;
		else if (a.flaps >= 3)
			a.reason = GATE_FLAPPING;
		else if (last->kind != INSIDE && s->gate.has_warn)
			a.reason = GATE_WARNED;
		else {
			a.reason = GATE_MET;
			a.verdict = VERDICT_GO;
		}
	}
	return a;
}

/* AT_MOST: limit 2.5, clear 2.3, warn 2.1; AT_LEAST mirrored. */
static void
make_gate(struct series *s, struct rng *r)
{
	static const int64_t spans[] = { 0, 10000, 30000, 45000 };
	struct gate *g = &s->gate;
	double sign = rng_below(r, 2) == 0 ? 1 : -1;

	gate_init(g, "telephony.mood");
	g->op = sign > 0 ? GATE_AT_MOST : GATE_AT_LEAST;
	g->limit = value_of_number(sign * 2.5);
	g->has_clear = rng_below(r, 2) == 0;
	g->clear = sign * 2.3;
	g->has_warn = rng_below(r, 2) == 0;
	g->warn = sign * 2.1;
	g->for_ms = spans[rng_below(r, ARRAY_LEN(spans))];
	g->clear_for_ms = spans[rng_below(r, ARRAY_LEN(spans))];
	g->max_age_ms = MAX_AGE;
	g->min_samples = rng_below(r, 2) == 0 ? 10 : 0;
}

static struct value
value_for(const struct series *s, enum kind kind, struct rng *r)
{
	static const double inside[] = { 0, 1, 2.0999999999999996 };
	static const double warn[] = { 2.1, 2.2, 2.3 };
	static const double middle[] = { 2.3000000000000003, 2.4, 2.5 };
	static const double over[] = { 2.5000000000000004, 2.6, 1e300 };
	static const double *const by_kind[] = { inside, warn, middle, over };
	double x = by_kind[kind][rng_below(r, 3)];

	return value_of_number(s->gate.op == GATE_AT_MOST ? x : -x);
}

/* One of the ways to say nothing. */
static void
make_gap(struct series *s, struct sample *to, struct rng *r)
{
	to->value = value_for(s, (enum kind)rng_below(r, 4), r);
	switch (rng_below(r, 6)) {
	case 0:
		to->failed = true;
		to->value.kind = VALUE_NONE;
		str_copy(to->why, sizeof(to->why), "HTTP 503");
		break;
	case 1:
		to->value = value_of_number((double)NAN);
		break;
	case 2:
		to->value = value_of_number((double)-INFINITY);
		break;
	case 3:
		to->value = value_of_words("2.0");
		break;
	case 4:
		to->value = value_of_flag(true);
		break;
	default:
		to->n = s->gate.min_samples > 0 ? 9 : 0;
		break;
	}
}

static enum kind
pick(const struct series *s, struct rng *r)
{
	/* Long runs, so that windows end. */
	if (s->count > 0 && rng_below(r, 3) != 0)
		return s->entries[s->count - 1].kind;
	return (enum kind)rng_below(r, 5);
}

static void
feed_both(struct series *s, const struct sample *sample)
{
	gate_feed(&s->gate, &s->busy, sample);
	gate_feed(&s->gate, &s->calm, sample);
}

/* Duplicates and late ones reach the gate, never the reference. */
static void
feed_noise(struct series *s, struct rng *r)
{
	struct sample late = s->last;

	if (s->count == 0)
		return;
	feed_both(s, &s->last);
	late.at_ms -= 1 + (int64_t)rng_below(r, 20000);
	late.failed = rng_below(r, 2) == 0;
	late.value = value_for(s, rng_below(r, 2) == 0 ? INSIDE : OVER, r);
	late.n = 50;
	feed_both(s, &late);
}

/* Feeds the next measurement and says when it was. */
static int64_t
step(struct series *s, int64_t now_ms, struct rng *r)
{
	struct sample x = { .n = s->gate.min_samples > 0 ? 10 : -1 };
	enum kind kind = pick(s, r);

	if (rng_below(r, 8) == 0)
		feed_noise(s, r);
	x.at_ms = now_ms + 1000 * (int64_t)(1 + rng_below(r, 15));
	if (rng_below(r, 12) == 0)
		x.at_ms += MAX_AGE - 8000;
	if (kind == GAP)
		make_gap(s, &x, r);
	else
		x.value = value_for(s, kind, r);
	/* Without a clear limit all inside is clear, and so on: the reference
	 * knows kinds only. */
	if (kind == MIDDLE && !s->gate.has_clear)
		kind = WARN;
	feed_both(s, &x);
	s->last = x;
	s->entries[s->count].at_ms = x.at_ms;
	s->entries[s->count].kind = kind;
	s->count++;
	return x.at_ms;
}

static bool
is_gap_reason(enum gate_reason r)
{
	return r == GATE_FAILED || r == GATE_WRONG_TYPE || r == GATE_NONSENSE ||
	       r == GATE_THIN;
}

static void
compare(struct series *s, struct gate_watch *w, int64_t now_ms, uint64_t seed)
{
	struct answer want = ask(s, now_ms);
	struct gate_finding got;
	bool same;

	gate_judge(&s->gate, w, now_ms, &got);
	same = got.verdict == want.verdict && got.flaps == want.flaps &&
	       w->breached == want.breached;
	if (want.reason == GATE_REASON_COUNT)
		same = same && is_gap_reason(got.reason);
	else
		same = same && got.reason == want.reason;
	if (same)
		return;
	for (size_t i = 0; i < s->count; i++)
		print_error("%lld %d\n", (long long)s->entries[i].at_ms,
			    (int)s->entries[i].kind);
	fail_msg("seed %llu at %lld: got %s (%s), want %s (%d); for %lld, "
		 "clear_for %lld",
		 (unsigned long long)seed, (long long)now_ms,
		 verdict_word(got.verdict), gate_reason_word(got.reason),
		 verdict_word(want.verdict), (int)want.reason,
		 (long long)s->gate.for_ms, (long long)s->gate.clear_for_ms);
}

static void
a_gate_follows_its_rules_in_any_series(void **state)
{
	size_t seen[VERDICT_COUNT] = { 0 };

	TEST_UNUSED(state);
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct series s = { .count = 0 };
		struct rng r;
		int64_t now = 1000;

		rng_seed(&r, seed);
		make_gate(&s, &r);
		gate_watch_init(&s.busy);
		compare(&s, &s.calm, now, seed);
		while (s.count < LENGTH) {
			int64_t before = now;
			int64_t at;

			now = step(&s, now, &r);
			compare(&s, &s.busy, now, seed);
			if (rng_below(&r, 4) == 0) {
				at = now + (int64_t)rng_below(&r, 200) * 1000;
				/* Looking ahead must not change the calm. */
				struct gate_watch copy = s.calm;

				compare(&s, &copy, at, seed);
			}
			/* The busy one is judged up to just before the next. */
			gate_judge(&s.gate, &s.busy, now + 999,
				   &(struct gate_finding){ 0 });
			seen[ask(&s, now).verdict]++;
			assert_true(now > before);
		}
		compare(&s, &s.calm, now + (int64_t)rng_below(&r, 90) * 1000,
			seed);
	}
	/* All verdicts came up often: the series are not one-sided. */
	for (int v = VERDICT_GO; v < VERDICT_COUNT; v++)
		assert_true(seen[v] > SEEDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_follows_its_rules_in_any_series),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
