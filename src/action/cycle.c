/* cycle - one act through all its attempts. */
#include "action/cycle.h"

#include <assert.h>

#include "base/clock.h"
#include "base/str.h"

#define LOOK_MS 1000 /* room time between two doubting looks */

/* Some attempt may have had the effect, or may have it yet. */
static void
begin_doubt(struct cycle *c)
{
	c->is_in_doubt = c->is_in_doubt || c->mutates;
	c->doubt_until_us = clock_us() + c->work->job->doubt_ms * 1000;
}

/* Looks again for as long as it is doubted, whatever the act's own deadline;
 * LANDED_UNCLEAR when that is cut short. */
static enum action_landed
doubt(struct cycle *c, char *why, size_t size)
{
	int64_t left_us = c->doubt_until_us - clock_us();
	enum action_landed found = LANDED_NO;
	struct work aside = *c->work;

	aside.waits_until_us = 0;
	work_due(&aside, left_us / 1000 + LOOK_MS);
	while (found == LANDED_NO && clock_us() < c->doubt_until_us) {
		char seen[ACTION_DETAIL];

		str_copy(seen, sizeof(seen), why);
		if (work_sleep(&aside, c->work->state, seen, LOOK_MS) !=
		    WORK_SLEPT)
			return LANDED_UNCLEAR;
		found = c->landed(c->ctx, &aside, why, size);
	}
	return found;
}

static enum action_landed
read_back(struct cycle *c, char *why, size_t size)
{
	struct work aside = work_aside(c->work);
	enum action_landed found;

	if (!c->mutates)
		return LANDED_NO;
	found = c->landed(c->ctx, &aside, why, size);
	if (found == LANDED_NO && !work_is_cancelled(c->work) &&
	    clock_us() < c->doubt_until_us)
		found = doubt(c, why, size);
	return found;
}

/* Reading back found the wanted state. */
static void
end_landed(struct cycle *c, struct action_result *out)
{
	struct work aside = work_aside(c->work);

	c->follow(c->ctx, &aside, NULL, out);
}

/* No further attempt: what is the truth about those that were made? */
static void
settle(struct cycle *c, bool may_retry, const char *why,
       struct action_result *out)
{
	char seen[ACTION_DETAIL] = "";

	out->is_down = may_retry; /* no more tries, and none was decisive */
	if (!c->is_in_doubt) {
		result_end(out, OUTCOME_FAILED, may_retry, "%s", why);
		return;
	}
	switch (read_back(c, seen, sizeof(seen))) {
	case LANDED_YES:
		end_landed(c, out);
		return;
	case LANDED_NO:
		result_end(out, OUTCOME_FAILED, may_retry,
			   "%s; read back: not there (%s)", why, seen);
		return;
	case LANDED_PART:
	case LANDED_UNHEARD:
	case LANDED_PENDING:
	case LANDED_UNCLEAR:
		break;
	}
	result_end(out, OUTCOME_UNKNOWN, false,
		   "%s; may have happened, reading back is unclear: %s", why,
		   seen);
}

/* What was cut off in flight may still be carried out after we looked: only
 * "landed" is proof then. */
static void
end_cancelled(struct cycle *c, const char *why, struct action_result *out)
{
	char seen[ACTION_DETAIL] = "";

	if (!c->is_in_doubt && !c->was_heard)
		result_end(out, OUTCOME_CANCELLED, false,
			   "cancelled before anything was sent");
	else if (!c->is_in_doubt)
		result_end(out, OUTCOME_FAILED, true, "cancelled after: %s",
			   why);
	else if (read_back(c, seen, sizeof(seen)) == LANDED_YES)
		end_landed(c, out);
	else
		result_end(out, OUTCOME_UNKNOWN, false,
			   "cancelled after sending; may have happened (%s)",
			   seen);
}

static bool
is_idempotent(const struct cycle *c)
{
	return !c->mutates || c->work->job->idempotent;
}

/* After AGAIN, which had no effect.  True: send again.  What is not idempotent
 * is read back all the same, where that may decide. */
static bool
may_try_again(struct cycle *c, const char *why, struct action_result *out)
{
	char seen[ACTION_DETAIL] = "";

	if (is_idempotent(c))
		return true;
	if (c->work->job->if_absent)
		switch (read_back(c, seen, sizeof(seen))) {
		case LANDED_YES:
			end_landed(c, out);
			return false;
		case LANDED_NO:
			return true;
		case LANDED_PART:
		case LANDED_UNHEARD:
		case LANDED_PENDING:
		case LANDED_UNCLEAR:
			break;
		}
	settle(c, true, why, out);
	return false;
}

/* After LOST and DOUBT.  True: send again. */
static bool
may_send_again(struct cycle *c, enum retry_class class, const char *why,
	       struct action_result *out)
{
	char seen[ACTION_DETAIL] = "";

	begin_doubt(c);
	switch (read_back(c, seen, sizeof(seen))) {
	case LANDED_YES:
		end_landed(c, out);
		return false;
	case LANDED_NO:
		if (is_idempotent(c) || c->work->job->if_absent)
			return true;
		result_end(out, OUTCOME_FAILED, true,
			   "%s; read back: not there (%s)", why, seen);
		return false;
	case LANDED_PART:
	case LANDED_UNHEARD:
	case LANDED_PENDING:
	case LANDED_UNCLEAR:
		break;
	}
	/* An answered 5xx is repeated under the same key, a silence is not. */
	if (class == RETRY_DOUBT && is_idempotent(c))
		return true;
	result_end(out, OUTCOME_UNKNOWN, false,
		   "%s; may have happened, reading back is unclear: %s", why,
		   seen);
	return false;
}

/* True: send again.  A 409 that says when to come back is a lock (RFC 9110,
 * section 10.2.3); any other says that it is refused. */
static bool
may_outwait(struct cycle *c, const struct http_answer *a, const char *why,
	    struct action_result *out)
{
	bool may_repeat = is_idempotent(c) || c->work->job->if_absent;
	char seen[ACTION_DETAIL] = "";
	enum action_landed found = LANDED_NO;

	if (c->mutates)
		found = read_back(c, seen, sizeof(seen));
	if (found == LANDED_YES)
		end_landed(c, out);
	else if (found == LANDED_NO && may_repeat && !c->is_in_doubt &&
		 a->status == 409 && a->retry_after_ms >= 0)
		return true;
	else if (c->is_in_doubt)
		result_end(out, OUTCOME_UNKNOWN, false,
			   "%s after an answer was lost: the first request may "
			   "still be under way",
			   why);
	else
		result_end(out, OUTCOME_FAILED, false, "%s", why);
	return false;
}

/* True: send again. */
static bool
judge(struct cycle *c, enum retry_class class, const struct http_answer *a,
      const char *why, struct action_result *out)
{
	/* A request of ours that we cut off in flight comes back as lost. */
	if (class == RETRY_LOST && work_is_cancelled(c->work))
		class = RETRY_CUT;
	switch (class) {
	case RETRY_ACCEPTED:
		c->follow(c->ctx, c->work, a, out);
		return false;
	case RETRY_AGAIN:
		return may_try_again(c, why, out);
	case RETRY_DOUBT:
	case RETRY_LOST:
		return may_send_again(c, class, why, out);
	case RETRY_CONFLICT:
		return may_outwait(c, a, why, out);
	case RETRY_ODD:
		begin_doubt(c);
		settle(c, false, why, out);
		return false;
	case RETRY_CUT:
		c->is_in_doubt =
			c->is_in_doubt || (c->mutates && a->maybe_sent);
		end_cancelled(c, why, out);
		return false;
	default:
		settle(c, false, why, out);
		return false;
	}
}

/* True: the wait is over and another attempt may begin. */
static bool
back_off(struct cycle *c, int64_t retry_after_ms, const char *why,
	 struct action_result *out)
{
	struct work *w = c->work;
	const struct book_retry *retry = &w->job->retry;
	int64_t delay_ms = retry_paced_ms(&w->rng, w->attempt, retry_after_ms,
					  retry->base_ms, retry->cap_ms);
	int64_t next_us = clock_us() + delay_ms * 1000;
	char detail[ACTION_DETAIL];
	char wait[24];

	str_duration(wait, sizeof(wait), delay_ms);
	if (w->attempt >= w->job->max_attempts) {
		settle(c, true, why, out);
		return false;
	}
	if (retry->budget_ms > 0 &&
	    next_us > c->began_us + work_idle_us(w) + retry->budget_ms * 1000) {
		str_printf(detail, sizeof(detail),
			   "%.160s; its budget for tries is used up", why);
		settle(c, true, detail, out);
		return false;
	}
	if (delay_ms * 1000 >= work_left_us(w)) {
		str_printf(detail, sizeof(detail),
			   "%.160s; no time left for another try in %s", why,
			   wait);
		settle(c, true, detail, out);
		return false;
	}
	str_printf(detail, sizeof(detail), "%.200s; next try in %s", why, wait);
	switch (work_sleep(w, STEP_BACKOFF, detail, delay_ms)) {
	case WORK_SLEPT:
		return true;
	case WORK_CANCELLED:
		end_cancelled(c, why, out);
		return false;
	case WORK_LATE:
		settle(c, true, why, out);
		return false;
	}
	return false;
}

/* An earlier try of the act was lost.  True: it may be sent, since it is not
 * there, or since nobody can say and a person has confirmed it all the same. */
static bool
looks_first(struct cycle *c, struct action_result *out)
{
	const struct action_job *job = c->work->job;
	char seen[ACTION_DETAIL] = "", said[64];
	bool may_send =
		!job->if_absent; /* an item of a rollback is sent unasked */

	if (!c->mutates || !job->is_doubted)
		return true;
	str_printf(said, sizeof(said), "attempt 1 of %d: reading back first",
		   job->max_attempts);
	work_say(c->work, STEP_ACTING, said, 0);
	switch (read_back(c, seen, sizeof(seen))) {
	case LANDED_YES:
		end_landed(c, out);
		return false;
	case LANDED_NO:
		return true;
	case LANDED_UNHEARD:
		may_send = is_idempotent(c) || job->if_absent;
		break;
	case LANDED_PART:
	case LANDED_PENDING:
	case LANDED_UNCLEAR:
		break;
	}
	if (!may_send)
		result_end(out, OUTCOME_UNKNOWN, false,
			   "not sent again, reading back is unclear: %s", seen);
	return may_send;
}

static void
run(struct cycle *c, struct action_result *out)
{
	struct work *w = c->work;
	char why[ACTION_DETAIL] = "";
	bool is_next = true;

	for (w->attempt = 1; is_next; w->attempt += is_next) {
		struct http_answer answer;
		enum retry_class class;
		char detail[48];

		out->attempts = w->attempt;
		if (!work_hold(w)) {
			end_cancelled(c, why, out);
			return;
		}
		str_printf(detail, sizeof(detail), "attempt %d of %d",
			   w->attempt, w->job->max_attempts);
		work_say(w, STEP_ACTING, detail, 0);
		class = c->send(c->ctx, w, &answer, why, sizeof(why));
		c->was_heard = c->was_heard || answer.status != 0;
		is_next = judge(c, class, &answer, why, out) &&
			  back_off(c, answer.retry_after_ms, why, out);
		http_answer_clear(&answer);
	}
}

void
cycle_run(struct cycle *c, struct action_result *out)
{
	assert(c->work->job != NULL);
	c->began_us = clock_us();
	if (looks_first(c, out))
		run(c, out);
	out->in_doubt = c->is_in_doubt && out->outcome == OUTCOME_FAILED;
}
