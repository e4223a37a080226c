/* weather - what the simulated callers go through, cause by cause. */
#include "twin/weather.h"

#include <assert.h>
#include <math.h>

#include "base/rng.h"
#include "base/str.h"

#define WORST 10
#define GOOD_PINGS 2	    /* answered by the primary after the move */
#define REFUSALS_TO_STORM 6 /* then callers begin to give up */
#define REFUSAL_S 5
#define STRANDED 7 /* open calls without a route after the move */
#define TICKETS 18
#define RECORDINGS 41

/*
 * A storm by level.  Order matters: abandonment passes 2.5 % one level before
 * success falls below 99.2 %, and the response time follows last.  With four
 * hundred calls a whole call is 0.25 %, which all steps between the rows
 * exceed, so rounding never turns the order round.
 */
static const struct {
	double abandoned, connected, wait_ms;
} levels[WORST + 1] = {
	{ 1.0, 99.6, 840 },  { 1.3, 99.6, 840 },  { 1.9, 99.6, 845 },
	{ 2.9, 99.5, 850 },  { 4.2, 98.8, 880 },  { 5.5, 98.1, 960 },
	{ 6.6, 97.4, 1080 }, { 7.5, 96.8, 1210 }, { 8.2, 96.3, 1330 },
	{ 8.7, 95.9, 1430 }, { 9.0, 95.6, 1500 },
};

static const char *const phase_words[PHASE_COUNT] = {
	[PHASE_CALM] = "calm",	       [PHASE_MOVED] = "moved",
	[PHASE_STORM] = "storm",       [PHASE_DRAINING] = "draining",
	[PHASE_RETURNED] = "returned",
};

const char *
weather_phase_word(enum twin_phase phase)
{
	return phase_words[phase];
}

/* How bad the next answer of a phase is. */
static int
level_of(enum twin_phase phase, int64_t asked, int level)
{
	switch (phase) {
	case PHASE_STORM:
		return asked + 1 < WORST ? (int)asked + 1 : WORST;
	case PHASE_DRAINING:
		return level;
	case PHASE_RETURNED:
		return asked > WORST || level <= 2 * (asked + 1)
			       ? 0
			       : level - 2 * ((int)asked + 1);
	default:
		return 0;
	}
}

static int64_t
share(int64_t of, double percent)
{
	return llround((double)of * percent / 100);
}

void
weather_figures(struct weather_figures *out, uint64_t seed,
		enum twin_phase phase, int64_t asked, int level)
{
	int bad = level_of(phase, asked, level);
	struct rng r;

	rng_seed(&r, seed ^ ((uint64_t)phase << 56) ^ (uint64_t)asked);
	out->offered = 404 + (int64_t)rng_below(&r, 17);
	out->wait_ms = levels[bad].wait_ms + 40 * (rng_unit(&r) - 0.5);
	out->abandoned = 4 + (int64_t)rng_below(&r, 2);
	out->connected = out->offered - 1 - (int64_t)rng_below(&r, 2);
	if (bad > 0) {
		out->abandoned = share(out->offered, levels[bad].abandoned);
		out->connected = share(out->offered, levels[bad].connected);
	}
	out->answered = out->offered - out->abandoned;
}

void
weather_ask(struct twin_state *s, struct weather_figures *out)
{
	struct twin_weather *w = &s->weather;

	weather_figures(out, s->seed, w->phase, w->asked, w->level);
	if (w->phase == PHASE_STORM)
		w->level = level_of(w->phase, w->asked, w->level);
	w->asked++;
}

static void
enter(struct twin_weather *w, enum twin_phase phase)
{
	w->phase = phase;
	w->asked = 0;
}

/* Calls arrive on the new platform: what they leave behind is there. */
static void
arrive(struct twin_state *s)
{
	struct twin_pile *tickets = &s->piles[PILE_TICKETS];
	struct twin_pile *recordings = &s->piles[PILE_RECORDINGS];

	enter(&s->weather, PHASE_MOVED);
	s->weather.pinged = 0;
	s->weather.refused = 0;
	s->weather.level = 0;
	s->weather.fault_wall_ms = 0;
	s->weather.unrouted = STRANDED;
	*tickets = (struct twin_pile){ .total = TICKETS };
	*recordings = (struct twin_pile){ .total = RECORDINGS };
	str_copy(tickets->place.now, TWIN_WORD, "new_queue_pool");
	str_copy(recordings->place.now, TWIN_WORD, "new_storage_bucket");
}

void
weather_pointed(struct twin_state *s, const char *content)
{
	enum twin_phase phase = s->weather.phase;

	if (!str_same(content, TWIN_ADDRESS_NEW))
		return;
	if (phase != PHASE_MOVED && phase != PHASE_STORM)
		arrive(s);
}

static bool
rests_at(const struct twin_value *v, const char *value)
{
	return v->next[0] == '\0' && str_same(v->now, value);
}

void
weather_settled(struct twin_state *s)
{
	struct twin_weather *w = &s->weather;
	struct twin_trunk *primary = state_trunk(s, TWIN_PRIMARY);

	assert(primary != NULL);
	if (w->phase != PHASE_MOVED && w->phase != PHASE_STORM)
		return;
	if (rests_at(&s->record.content, TWIN_ADDRESS_OLD) &&
	    rests_at(&primary->status, "disabled") &&
	    rests_at(&s->piles[PILE_TICKETS].place, "legacy_queue_pool") &&
	    rests_at(&s->piles[PILE_RECORDINGS].place, "legacy_storage_bucket"))
		enter(w, PHASE_DRAINING);
}

void
weather_open_calls(struct twin_state *s, int *open, int *unrouted)
{
	struct twin_weather *w = &s->weather;

	if (w->phase == PHASE_DRAINING) {
		w->unrouted = w->unrouted > 3 ? 3 : 0;
		if (w->unrouted == 0)
			enter(w, PHASE_RETURNED);
	}
	*unrouted = w->unrouted;
	*open = 38 + w->unrouted;
}

/* The primary after the move, in a scenario with a storm. */
static void
fail_slowly(struct twin_weather *w, struct twin_ping *out)
{
	if (++w->pinged <= GOOD_PINGS)
		return;
	out->status = 503;
	out->retry_after_s = REFUSAL_S;
	if (++w->refused >= REFUSALS_TO_STORM && w->phase == PHASE_MOVED)
		enter(w, PHASE_STORM);
}

/* What a fault makes of any request to the trunk; false: nothing. */
static bool
spoil(struct twin_state *s, const char *trunk, struct twin_ping *out)
{
	struct fault f;

	if (fault_take(&s->faults, FAULT_LOST_TRUNK, trunk, NULL)) {
		out->is_silent = true;
		return true;
	}
	if (!fault_take(&s->faults, FAULT_TRUNK_503, trunk, &f))
		return false;
	out->status = 503;
	out->retry_after_s = f.retry_after_s;
	return true;
}

void
weather_call(struct twin_state *s, const char *trunk, struct twin_ping *out)
{
	const struct twin_trunk *t = state_trunk(s, trunk);
	const struct twin_weather *w = &s->weather;

	*out = (struct twin_ping){ .is_silent = t == NULL, .status = 200 };
	s->counts.sip++;
	if (t == NULL || spoil(s, trunk, out))
		return;
	out->g722_only = fault_take(&s->faults, FAULT_TRUNK_G722, trunk, NULL);
	out->rings = fault_take(&s->faults, FAULT_TRUNK_RINGS, trunk, NULL);
	if (str_same(t->status.now, "disabled") ||
	    (w->refused > 0 && str_same(trunk, TWIN_PRIMARY) &&
	     (w->phase == PHASE_MOVED || w->phase == PHASE_STORM)))
		out->status = 503;
}

void
weather_ping(struct twin_state *s, const char *trunk, const char *branch,
	     struct twin_ping *out)
{
	struct twin_trunk *t = state_trunk(s, trunk);
	enum twin_phase phase = s->weather.phase;

	*out = (struct twin_ping){ .is_silent = true };
	s->counts.sip++;
	if (t == NULL)
		return;
	if (branch[0] != '\0' && str_same(t->branch, branch)) {
		*out = t->last;
		return;
	}
	t->pings++;
	*out = (struct twin_ping){ .status = 200 };
	if (!spoil(s, trunk, out) && t->pings % 6 >= 3 &&
	    fault_take(&s->faults, FAULT_TRUNK_FLAP, trunk, NULL))
		out->is_silent = true;
	if (out->is_silent || out->status != 200) {
		t->last = *out;
		str_copy(t->branch, sizeof(t->branch), branch);
		return;
	}
	if (str_same(t->status.now, "disabled"))
		out->status = 503;
	else if (s->scenario->storms && str_same(trunk, TWIN_PRIMARY) &&
		 (phase == PHASE_MOVED || phase == PHASE_STORM))
		fail_slowly(&s->weather, out);
	str_copy(t->branch, sizeof(t->branch), branch);
	t->last = *out;
}
