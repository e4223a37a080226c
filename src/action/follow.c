/* follow - watches what a request set off. */
#include "action/follow.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "action/job.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define READ_TRIES 3
#define READ_PAUSE_MS 500
#define STRIKES 2 /* refusals in a row that end the watching */

/* How one kind of watching ended. */
enum ended { ENDED_HOLDS, ENDED_FAILED, ENDED_OPEN };

struct watch {
	struct work *work;
	const struct request *request;
	char *url;	/* where its job is looked at; NULL: not known */
	char seen[128]; /* last value, clean */
	char why[ACTION_DETAIL]; /* of ENDED_FAILED and ENDED_OPEN */
	int strikes;
	bool is_open; /* accepted for later, and not said to be done or failed
		       */
};

/* Waits for the next look; false when there will be none. */
static bool
wait_next(struct watch *t, enum step_state state, int64_t retry_after_ms,
	  const char *detail)
{
	int64_t ms = t->request->every_ms;

	if (retry_after_ms > RETRY_AFTER_MOST_MS)
		retry_after_ms = RETRY_AFTER_MOST_MS;
	if (retry_after_ms > ms)
		ms = retry_after_ms;
	switch (work_sleep(t->work, state, detail, ms)) {
	case WORK_SLEPT:
		return true;
	case WORK_CANCELLED:
		str_printf(t->why, sizeof(t->why), "cancelled; %.180s", detail);
		return false;
	case WORK_LATE:
		str_printf(t->why, sizeof(t->why), "time is over; %.180s",
			   detail);
		return false;
	}
	return false;
}

/* Counts refusals in a row; true when it makes no sense to go on. */
static bool
strike(struct watch *t, const struct reading *now)
{
	bool is_refusal =
		now->class == RETRY_FINAL || now->class == RETRY_CONFLICT;

	t->strikes = is_refusal ? t->strikes + 1 : 0;
	if (t->strikes < STRIKES)
		return false;
	str_printf(t->why, sizeof(t->why), "%s (%.160s)",
		   now->status == 404 ? "vanished while it was watched"
				      : "cannot be watched",
		   now->why);
	return true;
}

/* A job that is done may have left parts of it undone: every item is read.
 * ENDED_OPEN when there is none to read. */
static enum ended
judge_items(struct watch *t, const struct json *doc)
{
	const struct request *r = t->request;
	const struct json *items = json_at(doc, r->items_pointer);
	size_t failed = 0, used = 0;
	char names[ACTION_DETAIL - 80] = "";

	if (json_type(items) != JSON_ARRAY && json_type(items) != JSON_OBJECT)
		items = NULL;
	for (const struct json *i = json_first(items); i != NULL;
	     i = json_next(i)) {
		char name[64], is[40];

		if (reading_is(i, r->item_ok, r->item_equals, is, sizeof(is)))
			continue;
		reading_is(i, r->item_name, "", name, sizeof(name));
		failed++;
		if (used + 1 < sizeof(names))
			str_printf(names + used, sizeof(names) - used,
				   "%s%s (%s)", used > 0 ? ", " : "", name, is);
		used = strlen(names);
	}
	if (json_count(items) == 0)
		str_printf(t->why, sizeof(t->why),
			   "said to be done, but there is no item at %s",
			   r->items_pointer);
	else if (failed > 0)
		str_printf(t->why, sizeof(t->why),
			   "%zu of %zu items failed: %s", failed,
			   json_count(items), names);
	else
		return ENDED_HOLDS;
	return failed > 0 ? ENDED_FAILED : ENDED_OPEN;
}

/* The same of an answer that was the whole act. */
static enum ended
judge_answer(struct watch *t, const struct http_answer *first)
{
	struct err ignored;
	struct json *doc =
		json_parse(buf_str(&first->body), first->body.len, &ignored);
	enum ended end = judge_items(t, doc);

	json_free(doc);
	return end;
}

/* One look at the job.  True: `end` is known. */
static bool
poll_once(struct watch *t, const struct reading *now, char *detail, size_t size,
	  enum ended *end)
{
	const struct request *r = t->request;
	char denied[ACTION_DETAIL];
	bool is_done;

	*end = ENDED_FAILED;
	is_done = reading_is(now->doc, r->poll_pointer, r->poll_done, t->seen,
			     sizeof(t->seen));
	str_printf(detail, size, "%s is %s, waiting for %s", r->poll_pointer,
		   t->seen, r->poll_done);
	if (r->poll_failed != NULL &&
	    reading_is(now->doc, r->poll_pointer, r->poll_failed, t->seen,
		       sizeof(t->seen))) {
		str_printf(t->why, sizeof(t->why), "the peer reports %s %s",
			   r->poll_pointer, t->seen);
		return true;
	}
	if (reading_denies(now->doc, denied, sizeof(denied))) {
		str_printf(t->why, sizeof(t->why), "%s", denied);
		return true;
	}
	*end = ENDED_HOLDS;
	t->is_open = !is_done;
	if (is_done && r->items_pointer != NULL)
		*end = judge_items(t, now->doc);
	return is_done;
}

static enum ended
poll_job(struct watch *t, const char *url, int64_t retry_after_ms)
{
	char detail[ACTION_DETAIL] = "accepted, not looked at yet";
	enum ended end;

	if (retry_after_ms > 0 &&
	    !wait_next(t, STEP_CONVERGING, retry_after_ms, detail))
		return ENDED_OPEN;
	for (;;) {
		struct reading now;
		bool is_over;

		t->work->state = STEP_CONVERGING;
		work_read(t->work, url, &now);
		end = ENDED_OPEN;
		if (now.class == RETRY_ACCEPTED) {
			t->strikes = 0;
			is_over = poll_once(t, &now, detail, sizeof(detail),
					    &end);
		} else {
			str_printf(detail, sizeof(detail), "%.200s", now.why);
			is_over = strike(t, &now);
		}
		retry_after_ms = now.retry_after_ms;
		reading_clear(&now);
		if (is_over)
			return end;
		if (!wait_next(t, STEP_CONVERGING, retry_after_ms, detail))
			return ENDED_OPEN;
	}
}

static enum ended
verify(struct watch *t)
{
	const struct request *r = t->request;
	char detail[ACTION_DETAIL];

	work_say(t->work, STEP_VERIFYING, "reading back", 0);
	t->strikes = 0;
	for (;;) {
		struct reading now;
		int64_t retry_after_ms;
		bool holds, is_over;

		work_read(t->work, r->verify_url, &now);
		holds = now.class == RETRY_ACCEPTED &&
			reading_is(now.doc, r->verify_pointer, r->verify_equals,
				   t->seen, sizeof(t->seen));
		if (now.class == RETRY_ACCEPTED)
			str_printf(detail, sizeof(detail), "%s is %s, not %s",
				   r->verify_pointer, t->seen,
				   r->verify_equals);
		else
			str_printf(detail, sizeof(detail), "%.200s", now.why);
		is_over = strike(t, &now);
		retry_after_ms = now.retry_after_ms;
		reading_clear(&now);
		if (holds)
			return ENDED_HOLDS;
		if (is_over ||
		    !wait_next(t, STEP_VERIFYING, retry_after_ms, detail))
			return ENDED_OPEN;
	}
}

static void
end_holds(struct watch *t, struct action_result *out)
{
	const struct request *r = t->request;

	if (r->has_verify)
		result_end(out, OUTCOME_DONE, false, "%s is %s, read back",
			   r->verify_pointer, r->verify_equals);
	else if (r->has_poll)
		result_end(out, OUTCOME_DONE, false, "%s is %s",
			   r->poll_pointer, t->seen);
	else
		result_end(out, OUTCOME_DONE, false,
			   "accepted; not read back (the step has no verify)");
}

/* The watching ended without an answer: one last look, then the truth. */
static void
end_open(struct watch *t, struct action_result *out)
{
	struct work aside = work_aside(t->work);
	char seen[ACTION_DETAIL] = "";

	if (t->request->mutates &&
	    follow_outcome(&aside, t->request, NULL, seen, sizeof(seen)) ==
		    LANDED_YES)
		end_holds(t, out);
	else
		result_end(out, OUTCOME_UNKNOWN, false, "%s%s%s", t->why,
			   seen[0] == '\0' ? "" : "; read back: ", seen);
	out->is_open = out->outcome == OUTCOME_UNKNOWN && t->is_open;
}

/* Says that it was accepted, and where it goes on. */
static void
say_accepted(struct watch *t, const struct http_answer *first)
{
	char detail[48], place[ACTION_DETAIL] = "";

	str_printf(detail, sizeof(detail), "HTTP %d, accepted", first->status);
	if (t->url != NULL)
		job_place(t->request, first, t->url, place, sizeof(place));
	work_say_accepted(t->work, detail, place);
}

/* Until what the request set off has ended, as far as it can be seen. */
static enum ended
watch_job(struct watch *t, const struct http_answer *first)
{
	const struct request *r = t->request;

	if (r->has_poll)
		t->url = job_url(r, first, t->why, sizeof(t->why));
	if (first != NULL && (first->status == 202 || r->has_poll))
		say_accepted(t, first);
	if (r->has_poll)
		return t->url == NULL
			       ? ENDED_OPEN
			       : poll_job(t, t->url,
					  first == NULL
						  ? -1
						  : first->retry_after_ms);
	if (first == NULL || first->status != 202 || r->has_verify)
		return ENDED_HOLDS;
	str_copy(t->why, sizeof(t->why),
		 "accepted for later, and the step has neither poll nor verify "
		 "to see it through");
	return ENDED_OPEN;
}

void
follow(struct work *w, const struct request *r, const struct http_answer *first,
       struct action_result *out)
{
	struct watch t = { .work = w,
			   .request = r,
			   .is_open = first != NULL &&
				      (first->status == 202 || r->has_poll) };
	bool is_landed = first == NULL && r->mutates;
	enum ended end = is_landed ? ENDED_HOLDS : watch_job(&t, first);

	if (end == ENDED_HOLDS && r->items_pointer != NULL && !r->has_poll &&
	    first != NULL && first->status != 202)
		end = judge_answer(&t, first);
	if (end == ENDED_HOLDS && r->has_verify)
		end = verify(&t);
	if (end == ENDED_HOLDS)
		end_holds(&t, out);
	else if (end == ENDED_FAILED)
		result_end(out, OUTCOME_FAILED, false, "%s", t.why);
	else
		end_open(&t, out);
	mem_free(t.url);
}

enum action_landed
follow_landed(struct work *w, const struct request *r, char *why, size_t size)
{
	enum action_landed landed = LANDED_UNCLEAR;
	char seen[128];

	str_copy(why, size, "the step has no verify to read back by");
	if (!r->has_verify)
		return LANDED_UNCLEAR;
	for (int i = 0; i < READ_TRIES; i++) {
		struct reading now;
		bool may_try;

		work_read(w, r->verify_url, &now);
		may_try = now.class == RETRY_AGAIN || now.class == RETRY_DOUBT;
		str_copy(why, size, now.why);
		if (now.status == 404) {
			landed = LANDED_NO;
		} else if (now.class == RETRY_ACCEPTED) {
			landed =
				reading_is(now.doc, r->verify_pointer,
					   r->verify_equals, seen, sizeof(seen))
					? LANDED_YES
				: str_same(seen, "no value") ? LANDED_UNCLEAR
							     : LANDED_NO;
			str_printf(why, size, "%s is %s", r->verify_pointer,
				   seen);
		}
		reading_clear(&now);
		if (landed != LANDED_UNCLEAR || !may_try ||
		    work_sleep(w, w->state, why, READ_PAUSE_MS) != WORK_SLEPT)
			break;
	}
	return landed;
}

/* What the job of the request says now.  LANDED_PART: it, or an item of it, has
 * failed.  `is_heard`: it could be asked. */
static enum action_landed
look_at_job(struct work *w, const struct request *r, const char *url,
	    bool *is_heard, char *why, size_t size)
{
	struct watch t = { .work = w, .request = r };
	enum action_landed landed = LANDED_UNCLEAR;
	char detail[ACTION_DETAIL];
	struct reading now;
	enum ended end;

	work_read(w, url, &now);
	*is_heard = now.class == RETRY_ACCEPTED;
	str_copy(why, size, now.why);
	if (*is_heard && !poll_once(&t, &now, detail, sizeof(detail), &end)) {
		str_copy(why, size, detail);
	} else if (*is_heard) {
		landed = end == ENDED_HOLDS    ? LANDED_YES
			 : end == ENDED_FAILED ? LANDED_PART
					       : LANDED_UNHEARD;
		str_copy(why, size, end == ENDED_HOLDS ? detail : t.why);
	}
	reading_clear(&now);
	return landed;
}

/* It stands there, and how its items ended was not heard. */
static enum action_landed
unheard(char *why, size_t size)
{
	size_t len = strlen(why);

	str_printf(why + len, size - len,
		   "; how its items ended is not known: look, then say done "
		   "or fail");
	return LANDED_UNHEARD;
}

enum action_landed
follow_outcome(struct work *w, const struct request *r, const char *job,
	       char *why, size_t size)
{
	char *url = job == NULL || !r->has_poll ? NULL : job_at(r, job);
	enum action_landed said = LANDED_UNCLEAR, landed;
	bool has_items = r->items_pointer != NULL, is_heard = false;
	char seen[ACTION_DETAIL];

	if (url != NULL)
		said = look_at_job(w, r, url, &is_heard, why, size);
	mem_free(url);
	/* A job that has failed is believed, and any where there is nothing
	 * else to look at. */
	if (is_heard && (said == LANDED_PART || !r->has_verify))
		return said;
	landed = follow_landed(w, r, seen, sizeof(seen));
	if (is_heard && said == LANDED_UNCLEAR &&
	    (landed != LANDED_YES || has_items))
		return said; /* it is under way still */
	str_copy(why, size, seen);
	if (landed == LANDED_YES && has_items && said != LANDED_YES)
		return unheard(why, size);
	return landed;
}
