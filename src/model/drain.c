/* drain - calls in progress end before what carries them is taken away. */
#include "model/drain.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "model/room_fold.h"

#define DRAIN_ROW(state, word, help) [state] = word,
static const char *const words[DRAIN_STATE_COUNT] = { DRAIN_LIST(DRAIN_ROW) };
#undef DRAIN_ROW

#define TO(state) (1u << DRAIN_##state)
/* Once the session timer has passed nothing is held back any more. */
static const unsigned moves[DRAIN_STATE_COUNT] = {
	[DRAIN_NONE] = TO(WAITING),
	[DRAIN_WAITING] = TO(WAITING) | TO(ENDED) | TO(PASSED) | TO(CUT),
	[DRAIN_ENDED] = TO(WAITING) | TO(ENDED) | TO(PASSED),
	[DRAIN_CUT] = TO(WAITING) | TO(ENDED) | TO(PASSED),
};
#undef TO

const char *
drain_word(enum drain_state s)
{
	assert((unsigned)s < DRAIN_STATE_COUNT);
	return words[s];
}

bool
drain_parse(const char *word, enum drain_state *out)
{
	for (unsigned i = 0; i < DRAIN_STATE_COUNT; i++)
		if (strcmp(words[i], word) == 0) {
			*out = (enum drain_state)i;
			return true;
		}
	return false;
}

/* Is it, or a step it takes back, one of the words? */
static bool
is_named(const char *named, const struct book *b, const struct plan_item *item)
{
	if (str_in_words(named, plan_name(b, item)) ||
	    str_in_words(named, plan_object(b, item)))
		return true;
	for (size_t s = 0; s < b->step_count; s++)
		if (plan_covers(b, item, s) &&
		    str_in_words(named, b->steps[s].id))
			return true;
	return false;
}

bool
drain_applies(const struct book_drain *drain, const struct book *b,
	      const struct plan_item *item)
{
	if (drain->before[0] == '\0')
		return item->layer <= LAYER_ROUTING;
	return is_named(drain->before, b, item);
}

bool
drain_is_settled(const struct room_drain *drain, int item)
{
	/* What has ended may have begun again until the item acts. */
	return drain->state == DRAIN_PASSED ||
	       (drain->state == DRAIN_CUT && drain->item == item);
}

/* Is the last measurement a good one, taken since then?  Says what it is. */
static bool
is_within(const struct room *r, const struct book_drain *drain,
	  int64_t since_ms, int64_t now_ms, char *text, size_t size)
{
	const struct gate *g = &drain->gate;
	const struct room_signal *s = room_signal(r, g->signal);
	char value[64], limit[64];
	struct gate_finding f;
	struct gate_watch w;

	gate_watch_init(&w);
	if (s != NULL && s->last.signal[0] != '\0')
		gate_feed(g, &w, &s->last);
	gate_judge(g, &w, now_ms, &f);
	gate_limit_text(limit, sizeof(limit), g);
	if (!w.seen || w.last.at_ms < since_ms || f.verdict == VERDICT_BLIND) {
		str_printf(text, size, "%s not measured%s%s, wanted %s",
			   g->title, f.why[0] ? ": " : "", f.why, limit);
		return false;
	}
	gate_value_text(value, sizeof(value), g, &f.value);
	str_printf(text, size, "%s %s, wanted %s", g->title, value, limit);
	return f.verdict == VERDICT_GO;
}

enum drain_state
drain_judge(const struct room *r, size_t i, int64_t now_ms, char *text,
	    size_t size)
{
	const struct book_drain *drain = &r->book->rollback.drains[i];
	const struct room_drain *now = &r->drains[i];
	bool has_begun = now->state != DRAIN_NONE;
	int64_t since_ms = has_begun ? now->began_ms : now_ms;
	char timer[24];

	assert(i < r->book->rollback.drain_count);
	str_duration(timer, sizeof(timer), drain->session_timer_ms);
	if (drain->gate.signal[0] == '\0')
		str_printf(text, size, "sessions end within %s", timer);
	else if (is_within(r, drain, since_ms, now_ms, text, size) && has_begun)
		return DRAIN_ENDED;
	return has_begun && now_ms >= now->until_ms ? DRAIN_PASSED
						    : DRAIN_WAITING;
}

/* What it waits for, without a measurement. */
static void
aim_of(const struct book_drain *drain, char *to, size_t size)
{
	char limit[64], timer[24];

	str_duration(timer, sizeof(timer), drain->session_timer_ms);
	if (drain->gate.signal[0] == '\0') {
		str_printf(to, size, "%s, for sessions to end", timer);
		return;
	}
	gate_limit_text(limit, sizeof(limit), &drain->gate);
	str_printf(to, size, "%s %s, at most %s", drain->gate.title, limit,
		   timer);
}

bool
drain_plan_line(char *to, size_t size, const struct book_drain *drain,
		const struct book *b, const struct plan_item *items,
		size_t count)
{
	char names[100] = "", aim[200];
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (!drain_applies(drain, b, &items[i]))
			continue;
		if (!str_printf(names + used, sizeof(names) - used, "%s%s",
				used > 0 ? ", " : "", plan_name(b, &items[i])))
			break;
		used = strlen(names);
	}
	aim_of(drain, aim, sizeof(aim));
	str_printf(to, size, "waits before %s: %s", names, aim);
	return names[0] != '\0';
}

int64_t
drain_left_ms(const struct room *r, size_t i, int64_t now_ms, bool p90)
{
	const struct book_drain *drain = &r->book->rollback.drains[i];
	const struct room_drain *now = &r->drains[i];
	bool goes_on = room_rollback_goes_on(r);
	char text[200];

	assert(i < r->book->rollback.drain_count);
	if (goes_on && now->state == DRAIN_PASSED)
		return 0;
	if (!p90 && drain->gate.signal[0] != '\0' &&
	    is_within(r, drain, 0, now_ms, text, sizeof(text)))
		return 0;
	if (!goes_on || now->state == DRAIN_NONE)
		return drain->session_timer_ms;
	return now->until_ms > now_ms ? now->until_ms - now_ms : 0;
}

void
room_drains_reset(struct room *r)
{
	for (size_t i = 0; i < r->book->rollback.drain_count; i++)
		r->drains[i] = (struct room_drain){ .item = -1 };
}

static int
find_row(const struct book *b, const char *id)
{
	for (size_t i = 0; i < b->rollback.drain_count; i++)
		if (strcmp(b->rollback.drains[i].id, id) == 0)
			return (int)i;
	return -1;
}

enum err_code
room_judge_drain(const struct room *r, const struct record *rec, struct err *e)
{
	const char *id = record_get(rec, "drain");
	const char *word = record_get(rec, "state");
	int64_t item = record_get_int(rec, "item", -1);
	int row = find_row(r->book, id);
	const struct room_drain *now;
	enum drain_state to;

	if (row < 0)
		return room_refuse(rec, e, "the runbook drains no \"%s\"", id);
	if (item < 0 || item >= (int64_t)r->undo_count)
		return room_refuse(rec, e,
				   "the rollback has %zu items, none is %lld",
				   r->undo_count, (long long)item);
	now = &r->drains[row];
	if (!drain_parse(word, &to) || (moves[now->state] >> to & 1u) == 0)
		return room_refuse(rec, e, "%s cannot move from %s to \"%s\"",
				   id, drain_word(now->state), word);
	return ERR_NONE;
}

void
room_fold_drain(struct room *r, const struct record *rec)
{
	struct room_drain *now =
		&r->drains[find_row(r->book, record_get(rec, "drain"))];

	if (now->state == DRAIN_NONE) {
		now->began_ms = rec->at_ms;
		now->until_ms = room_time(rec, "until", rec->at_ms);
	}
	drain_parse(record_get(rec, "state"), &now->state);
	now->item = (int)record_get_int(rec, "item", -1);
}
