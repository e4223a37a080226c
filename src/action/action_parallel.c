/*
 * action_parallel - one act in several regions at once.
 *
 * Done only when every region was read back; until then the step converges
 * and names who it waits for.  A region that is there already is left alone,
 * so trying again tells only those that are not.
 */
#include "action/action.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "action/branch.h"
#include "action/kinds.h"
#include "action/request.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/spread.h"

#define SHOWN 5		/* requests of a plan, past six of them */
#define WAITED_FOR 3	/* regions by name */
#define RETELL_MS 10000 /* room time; how long it waits is told again */
#define SAID_EACH 64	/* sayings on their way, for each region */

/* Does any region change the world? */
static bool
parallel_mutates(const struct act *act)
{
	struct regions over;
	bool mutates = false;

	spread_regions(&over, act);
	for (size_t i = 0; i < over.count && !mutates; i++) {
		struct act one;

		spread_act(&one, act, over.items[i].name);
		mutates = action_kind_of(one.kind)->mutates(&one);
		act_clear(&one);
	}
	return mutates;
}

/* Does each region make a value what it says? */
static bool
parallel_sets(const struct act *act)
{
	struct regions over;
	bool sets;

	spread_regions(&over, act);
	sets = over.count > 0;
	for (size_t i = 0; i < over.count && sets; i++) {
		struct act one;

		spread_act(&one, act, over.items[i].name);
		sets = action_sets(&one);
		act_clear(&one);
	}
	return sets;
}

/* The same in all regions, or "v-2 in 6, v-1 in 2". */
static void
summarise(char *to, size_t size, const struct branches *b, size_t offset)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < b->count; i++) {
		const char *text = (const char *)&b->items[i].plan + offset;
		size_t alike = 0;
		bool is_known = false;

		for (size_t n = 0; n < b->count; n++) {
			const char *other =
				(const char *)&b->items[n].plan + offset;

			alike += str_same(text, other);
			is_known = is_known || (n < i && str_same(text, other));
		}
		if (is_known)
			continue;
		if (alike == b->count) {
			str_copy(to, size, text);
			return;
		}
		str_printf(to + used, size - used, "%s%.40s in %zu",
			   used == 0 ? "" : ", ", text, alike);
		used = strlen(to);
	}
}

/* Is the line behind line `i` the rest of it? */
static bool
goes_on(const struct action_plan *plan, size_t i)
{
	return i + 1 < plan->count && str_starts(plan->lines[i + 1], "  ");
}

/* A request to its end; those of the other regions differ in their region. */
static void
show_whole(const struct branch *b, struct action_plan *out)
{
	char line[ACTION_LINE + REGION_NAME];
	size_t i = 0;

	str_printf(line, sizeof(line), "%s: %s", b->region, b->plan.lines[0]);
	request_add_line(out, line, 2);
	for (; goes_on(&b->plan, i) && out->count < ACTION_LINES; i++)
		str_copy(out->lines[out->count++], ACTION_LINE,
			 b->plan.lines[i + 1]);
}

static void
show_rest(const struct branches *b, size_t from, struct action_plan *out)
{
	char line[REGIONS_MOST * (REGION_NAME + 2) + 40];
	size_t used;

	str_printf(line, sizeof(line),
		   "and %zu more like it: ", b->count - from);
	for (size_t i = from; i < b->count; i++) {
		used = strlen(line);
		str_printf(line + used, sizeof(line) - used, "%s%s",
			   i == from ? "" : ", ", b->items[i].region);
	}
	request_add_line(out, line, 1);
}

static void
show(const struct branches *b, struct action_plan *out)
{
	const struct action_plan *first = &b->items[0].plan;
	size_t shown = b->count <= SHOWN + 1 ? b->count : SHOWN;
	char line[ACTION_LINE + REGION_NAME];

	show_whole(&b->items[0], out);
	for (size_t i = 1; i < shown; i++) {
		const struct action_plan *plan = &b->items[i].plan;

		str_printf(line, sizeof(line), "%s: %s%s", b->items[i].region,
			   plan->lines[0], goes_on(plan, 0) ? " …" : "");
		request_add_line(out, line, 1);
	}
	if (shown < b->count)
		show_rest(b, shown, out);
	if (first->count > 1) {
		str_printf(line, sizeof(line), "%s: %s", b->items[0].region,
			   first->lines[first->count - 1]);
		request_add_line(out, line, 1);
	}
}

static enum err_code
parallel_plan(const struct action_env *env, const struct act *act,
	      struct cancel *cancel, struct action_plan *out, struct err *e)
{
	struct digest_part parts[2 * REGIONS_MOST];
	enum err_code code = ERR_NONE;
	struct branches b;

	branches_open(&b, env, act, cancel);
	branches_run(&b, branch_plan);
	for (size_t i = 0; i < b.count; i++) {
		struct branch *one = &b.items[i];

		if (one->err.code != ERR_NONE && code == ERR_NONE)
			code = err_set(e, one->err.code, "%s: %s", one->region,
				       one->err.text);
		if (one->plan.unread[0] != '\0' && out->unread[0] == '\0')
			str_printf(out->unread, sizeof(out->unread),
				   "%s: %.100s", one->region, one->plan.unread);
		parts[2 * i] = (struct digest_part){ one->region,
						     strlen(one->region) + 1 };
		parts[2 * i + 1] = (struct digest_part){
			one->plan.fingerprint, strlen(one->plan.fingerprint) + 1
		};
	}
	if (b.count == 0)
		code = err_set(e, ERR_ARG, "the act names no region");
	if (code == ERR_NONE) {
		show(&b, out);
		summarise(out->before, sizeof(out->before), &b,
			  offsetof(struct action_plan, before));
		summarise(out->after, sizeof(out->after), &b,
			  offsetof(struct action_plan, after));
		digest_parts(out->fingerprint, parts, 2 * b.count);
	}
	branches_close(&b);
	return code;
}

/* The whole as it is told while it goes on. */
struct whole {
	const struct action_job *job;
	struct branches b;
	struct queue *said;
	int64_t began_ms, told_ms;
	enum step_state state; /* last told */
	struct regions sides;  /* last told */
	size_t over;
};

/* What all branches together are doing: the one that is furthest behind. */
static enum step_state
state_of(const struct whole *w)
{
	bool is_in[STEP_STATE_COUNT] = { false };
	enum step_state now = STEP_BACKOFF;

	for (size_t i = 0; i < w->b.count; i++)
		if (!w->b.items[i].is_over)
			is_in[w->b.items[i].state] = true;
	if (is_in[STEP_ACTING])
		now = STEP_ACTING;
	else if (is_in[STEP_ACCEPTED] || is_in[STEP_CONVERGING] || w->over > 0)
		now = STEP_CONVERGING;
	else if (is_in[STEP_VERIFYING])
		now = STEP_VERIFYING;
	return step_may_move(w->state, now) ? now : w->state;
}

/* "7 of 8 regions, waiting for eu-west-1 38 s: …" */
static void
describe(const struct whole *w, int64_t now_ms, char *to, size_t size)
{
	char names[WAITED_FOR * (REGION_NAME + 2) + 24], since[24];
	const struct branch *last = NULL;
	struct regions late = { 0 };
	size_t there = 0;

	for (size_t i = 0; i < w->b.count; i++) {
		const struct branch *b = &w->b.items[i];

		there += b->is_over && b->side == SIDE_TARGET;
		if (b->is_over)
			continue;
		last = b;
		regions_set(&late, b->region, SIDE_UNKNOWN, -1);
	}
	str_printf(to, size, "%zu of %zu regions", there, w->b.count);
	if (last == NULL)
		return;
	regions_names(names, sizeof(names), &late, SIDE_UNKNOWN, WAITED_FOR);
	str_duration(since, sizeof(since), now_ms - w->began_ms);
	str_printf(to, size, "%zu of %zu regions, waiting for %s %s%s%.100s",
		   there, w->b.count, names, since,
		   late.count == 1 && last->heard[0] != '\0' ? ": " : "",
		   late.count == 1 ? last->heard : "");
}

/* Is it long since it was told?  What is paused has nothing to tell. */
static bool
is_due(const struct whole *w, int64_t now_ms)
{
	return now_ms >= w->told_ms + RETELL_MS &&
	       (w->job->cancel == NULL || !cancel_is_paused(w->job->cancel));
}

/* Tells the whole when something of it has changed or time has passed. */
static void
tell(struct whole *w)
{
	int64_t now_ms = clock_ms();
	enum step_state state = state_of(w);
	struct action_event event = { .state = state, .attempt = 1 };

	branches_sides(&w->b, &event.regions);
	if (state == w->state && !is_due(w, now_ms) &&
	    regions_same_sides(&event.regions, &w->sides))
		return;
	for (size_t i = 0; i < w->b.count; i++) {
		const struct branch *b = &w->b.items[i];

		if (b->attempt > event.attempt)
			event.attempt = b->attempt;
		if (!b->is_over && b->next_ms > 0 &&
		    (event.next_ms == 0 || b->next_ms < event.next_ms))
			event.next_ms = b->next_ms;
	}
	describe(w, now_ms, event.detail, sizeof(event.detail));
	w->state = state;
	w->sides = event.regions;
	w->told_ms = now_ms;
	if (w->job->report != NULL)
		w->job->report(w->job->ctx, &event);
}

/* An exchange is passed on as it is, under the region's name. */
static void
pass_on(struct whole *w, const struct branch *b, struct action_event *event)
{
	char detail[ACTION_DETAIL];

	if (event->method[0] == '\0' || w->job->report == NULL)
		return;
	str_printf(detail, sizeof(detail), "%s: %.200s", b->region,
		   event->detail);
	str_copy(event->detail, sizeof(event->detail), detail);
	event->state = w->state;
	w->job->report(w->job->ctx, event);
}

static void
hear(struct whole *w, struct branch_said *s)
{
	struct branch *b = &w->b.items[s->index];

	if (s->is_end) {
		b->is_over = true;
		w->over++;
	} else {
		b->state = s->event.state;
		b->attempt = s->event.attempt;
		if (s->event.method[0] == '\0') {
			b->next_ms = s->event.next_ms;
			str_copy(b->heard, sizeof(b->heard), s->event.detail);
		}
		pass_on(w, b, &s->event);
	}
	mem_free(s);
}

static void
drop_said(void *item)
{
	mem_free(item);
}

/* The first region that ended so, for its words. */
static const struct branch *
first_that(const struct branches *b, enum action_outcome outcome)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->items[i].result.outcome == outcome)
			return &b->items[i];
	return NULL;
}

static enum action_outcome
outcome_of(const struct branches *b)
{
	if (first_that(b, OUTCOME_UNKNOWN) != NULL)
		return OUTCOME_UNKNOWN;
	if (first_that(b, OUTCOME_FAILED) != NULL)
		return OUTCOME_FAILED;
	if (first_that(b, OUTCOME_CANCELLED) == NULL)
		return OUTCOME_DONE;
	/* Cancelled as a whole only when no region was reached. */
	return first_that(b, OUTCOME_DONE) == NULL ? OUTCOME_CANCELLED
						   : OUTCOME_FAILED;
}

/* "split: target in 6 (…), baseline in 2 (…); eu-west-1: HTTP 500" */
static void
say_split(char *to, size_t size, const struct regions *sides,
	  const struct branch *why, const char *words)
{
	char text[ACTION_DETAIL];
	bool is_split = regions_count(sides, SIDE_TARGET) > 0;

	regions_text(text, sizeof(text), sides);
	str_printf(to, size, "%s%.150s; %s: %.70s", is_split ? "split: " : "",
		   text, why->region, words);
}

static void
finish(const struct branches *b, struct action_result *out)
{
	enum action_outcome outcome = outcome_of(b);
	const struct branch *why = first_that(b, outcome);
	char detail[ACTION_DETAIL];
	int attempts = 0;
	bool may_retry = true, is_down = true;

	branches_sides(b, &out->regions);
	for (size_t i = 0; i < b->count; i++) {
		const struct action_result *r = &b->items[i].result;

		if (r->attempts > attempts)
			attempts = r->attempts;
		out->is_open = out->is_open || r->is_open;
		out->in_doubt = out->in_doubt || r->in_doubt;
		if (r->outcome == OUTCOME_FAILED)
			may_retry = may_retry && r->may_retry;
		if (r->outcome != OUTCOME_DONE)
			is_down = is_down && r->is_down;
	}
	if (why == NULL) /* failed as a whole: reached some, cancelled others */
		why = first_that(b, OUTCOME_CANCELLED);
	assert(why != NULL);
	if (outcome == OUTCOME_DONE)
		str_printf(detail, sizeof(detail), "all %zu regions: %.200s",
			   b->count, why->result.detail);
	else
		say_split(detail, sizeof(detail), &out->regions, why,
			  why->result.detail);
	out->attempts = attempts;
	out->is_down = is_down && outcome != OUTCOME_DONE;
	result_end(out, outcome, may_retry, "%s", detail);
}

static void
parallel_perform(const struct action_job *job, struct action_result *out)
{
	struct whole w = { .job = job, .state = STEP_INTENT };

	*out = (struct action_result){ .outcome = OUTCOME_FAILED };
	branches_open(&w.b, job->env, job->act, job->cancel);
	if (w.b.count == 0) {
		result_end(out, OUTCOME_FAILED, false,
			   "the act names no region");
		branches_close(&w.b);
		return;
	}
	w.said = queue_new(SAID_EACH * w.b.count, drop_said);
	w.began_ms = clock_ms();
	branches_start(&w.b, job, w.said);
	for (size_t i = 0; i < w.b.count; i++)
		w.over += w.b.items[i].is_over;
	for (tell(&w); w.over < w.b.count; tell(&w)) {
		struct branch_said *s = queue_take(
			w.said, clock_real_us() +
					clock_real_wait_ms(RETELL_MS) * 1000LL);

		if (s != NULL)
			hear(&w, s);
	}
	branches_join(&w.b);
	finish(&w.b, out);
	queue_free(w.said);
	branches_close(&w.b);
}

static enum action_landed
parallel_readback_regions(const struct action_env *env, const struct act *act,
			  struct cancel *cancel, struct regions *out,
			  char *detail, size_t size)
{
	enum action_landed landed = LANDED_PART;
	const struct branch *odd = NULL; /* whose words say what is wrong */
	size_t there = 0, unheard = 0, pending = 0;
	struct branches b;

	branches_open(&b, env, act, cancel);
	branches_run(&b, branch_read);
	for (size_t i = 0; i < b.count; i++) {
		const struct branch *one = &b.items[i];

		b.items[i].is_over = true;
		if (one->side == SIDE_UNKNOWN &&
		    (odd == NULL || odd->side != SIDE_UNKNOWN))
			odd = one;
		else if (one->side != SIDE_TARGET && odd == NULL)
			odd = one;
	}
	branches_sides(&b, out);
	for (size_t i = 0; i < b.count; i++) {
		there += b.items[i].landed == LANDED_YES;
		unheard += b.items[i].landed == LANDED_UNHEARD;
		pending += b.items[i].landed == LANDED_PENDING;
	}
	if (unheard > 0 && there + unheard == b.count)
		landed = LANDED_UNHEARD;
	else if (pending > 0 && there + pending == b.count)
		landed = LANDED_PENDING;
	else if (b.count == 0 || regions_count(out, SIDE_UNKNOWN) > 0)
		landed = LANDED_UNCLEAR;
	else if (regions_count(out, SIDE_TARGET) == b.count)
		landed = LANDED_YES;
	else if (regions_count(out, SIDE_TARGET) == 0)
		landed = LANDED_NO;
	if (odd != NULL)
		say_split(detail, size, out, odd, odd->detail);
	else if (b.count > 0)
		str_printf(detail, size, "all %zu regions: %.200s", b.count,
			   b.items[0].detail);
	branches_close(&b);
	return landed;
}

static enum action_landed
parallel_readback(const struct action_env *env, const struct act *act,
		  struct cancel *cancel, char *detail, size_t size)
{
	struct regions ignored;

	return parallel_readback_regions(env, act, cancel, &ignored, detail,
					 size);
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "over", .type = PARAM_LIST, .required = true,
	  .help = "the regions, at most 32; each fills in {region}" },
	{ .name = "http", .type = PARAM_EACH, .inside = action_http_params,
	  .help = "an http act in each region" },
	{ .name = "dns", .type = PARAM_EACH, .inside = action_dns_params,
	  .help = "a dns act in each region" },
	{ .name = "trunk", .type = PARAM_EACH, .inside = action_trunk_params,
	  .help = "a trunk act in each region" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_parallel = {
	.spec = { .name = SPREAD_KIND,
		  .help = "do the same in several regions at once",
		  .params = params },
	.class = ACTION_NETWORK,
	.mutates = parallel_mutates,
	.sets = parallel_sets,
	.plan = parallel_plan,
	.perform = parallel_perform,
	.readback = parallel_readback,
	.readback_regions = parallel_readback_regions,
};
