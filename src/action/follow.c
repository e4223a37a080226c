/* follow - watches what a request set off. */
#include "action/follow.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"

#define READ_TRIES 3
#define READ_PAUSE_MS 500
#define STRIKES 2 /* refusals in a row that end the watching */

/* How one kind of watching ended. */
enum ended { ENDED_HOLDS, ENDED_FAILED, ENDED_OPEN };

struct watch {
	struct work *work;
	const struct request *request;
	char seen[128];		 /* last value, clean */
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

/* Length of "https://host:port" in `url`. */
static size_t
origin_len(const char *url)
{
	const char *host = strstr(url, "://");

	return host == NULL
		       ? 0
		       : (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");
}

/* Where a Location leads, when that is the endpoint's own origin: tokens and
 * keys go nowhere else.  NULL otherwise; mem_free() it. */
static char *
resolve(const struct request *r, const char *location)
{
	size_t len = origin_len(r->url);
	size_t size = len + strlen(location) + 1;
	char *url;

	if (strncasecmp(location, r->url, len) == 0 &&
	    (location[len] == '/' || location[len] == '?'))
		return mem_text(location);
	if (location[0] != '/' || location[1] == '/' || location[1] == '\\')
		return NULL;
	url = mem_new(size, 1);
	str_printf(url, size, "%.*s%s", (int)len, r->url, location);
	return url;
}

static enum ended
poll_accepted(struct watch *t, const struct http_answer *first)
{
	const struct request *r = t->request;
	const char *location = first == NULL ? "" : first->location;
	int64_t retry_after_ms = first == NULL ? -1 : first->retry_after_ms;
	enum ended end;
	char *url;

	if (r->poll_url != NULL)
		return poll_job(t, r->poll_url, retry_after_ms);
	if (location[0] == '\0')
		return poll_job(t, r->url, retry_after_ms);
	url = resolve(r, location);
	if (url == NULL) {
		char shown[121];

		redact_clean(shown, sizeof(shown), location, strlen(location));
		str_printf(t->why, sizeof(t->why),
			   "accepted, but its Location leads elsewhere: %s",
			   shown);
		return ENDED_OPEN;
	}
	end = poll_job(t, url, retry_after_ms);
	mem_free(url);
	return end;
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

	if (t->request->mutates && follow_outcome(&aside, t->request, seen,
						  sizeof(seen)) == LANDED_YES)
		end_holds(t, out);
	else
		result_end(out, OUTCOME_UNKNOWN, false, "%s%s%s", t->why,
			   seen[0] == '\0' ? "" : "; read back: ", seen);
	out->is_open = out->outcome == OUTCOME_UNKNOWN && t->is_open;
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
	enum ended end = ENDED_HOLDS;

	if (first != NULL && (first->status == 202 || r->has_poll)) {
		char detail[48];

		str_printf(detail, sizeof(detail), "HTTP %d, accepted",
			   first->status);
		work_say(w, STEP_ACCEPTED, detail, 0);
	}
	if (r->has_poll && !is_landed) {
		end = poll_accepted(&t, first);
	} else if (first != NULL && first->status == 202 && !r->has_verify) {
		str_copy(t.why, sizeof(t.why),
			 "accepted for later, and the step has neither poll "
			 "nor verify to see it through");
		end = ENDED_OPEN;
	}
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

enum action_landed
follow_outcome(struct work *w, const struct request *r, char *why, size_t size)
{
	enum action_landed landed = follow_landed(w, r, why, size);
	size_t len = strlen(why);

	if (landed != LANDED_YES || r->items_pointer == NULL)
		return landed;
	str_printf(why + len, size - len,
		   "; how its items ended is not known: look, then say done "
		   "or fail");
	return LANDED_UNHEARD;
}
