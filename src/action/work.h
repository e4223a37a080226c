/*
 * work - an act under way: its deadline, its exchanges, what it tells.
 *
 * Actor thread.  Room time for deadlines and waits, real time for each
 * exchange.
 */
#ifndef ACTION_WORK_H
#define ACTION_WORK_H

#include "action/action.h"
#include "action/retry.h"
#include "base/json.h"

struct work {
	const struct action_env *env;
	const struct book_endpoint *endpoint;
	struct auth_client who;
	struct cancel *cancel;	      /* NULL: nothing ends it early */
	int64_t until_us;	      /* room time, pauses apart */
	int64_t waits_until_us;	      /* an aside: no wait between exchanges
					 lasts longer; 0: until_us */
	int64_t idle_us;	      /* paused in all when those were set */
	const struct action_job *job; /* NULL: planning or reading back */
	enum step_state state;	      /* last told */
	int attempt;
	bool is_urgent;	 /* probes stand back: it waits for its endpoint */
	bool is_hurried; /* a person has ended the wait: the next request is
			    sent whatever its endpoint's budget says */
	struct rng rng;
};

/* Whose endpoint is named by `setting` of `act`; ERR_ARG when there is none.
 * `out` is ready for reading only: at most `real_ms` for all of it. */
enum err_code work_open(struct work *out, const struct action_env *env,
			const struct act *act, struct cancel *cancel,
			int real_ms, struct err *e) MUST_CHECK;
/* The same for performing, until the job's time is over. */
enum err_code work_open_job(struct work *out, const struct action_job *job,
			    struct err *e) MUST_CHECK;

/* The same two for an act that has no endpoint: no exchange may be asked of
 * them. */
void work_open_alone(struct work *out, const struct action_env *env,
		     struct cancel *cancel, int real_ms);
/* As work_open_job(); cannot fail. */
void work_open_job_alone(struct work *out, const struct action_job *job);

/* A copy that can still read back: after a cancel nothing ends it but three
 * real seconds; after the deadline it has as long.  Those are for exchanges:
 * it waits no longer between two of them than `w` would. */
struct work work_aside(const struct work *w);

/* The person or the room has ended it. */
bool work_is_cancelled(const struct work *w);
/* Its deadline is over. */
bool work_is_late(const struct work *w);
/* Room time left until the deadline; a pause takes nothing of it. */
int64_t work_left_us(const struct work *w);
/* Its deadline becomes `room_ms` from now. */
void work_due(struct work *w, int64_t room_ms);
/* Waits while the act is paused: due before whatever leaves the house.  False
 * when it was cancelled. */
bool work_hold(struct work *w);
/* Room time the act was paused for since its deadline was set. */
int64_t work_idle_us(const struct work *w);

/* Tells a state; `next_ms` room time of the next try, 0 none. */
void work_say(struct work *w, enum step_state state, const char *detail,
	      int64_t next_ms);

/* Tells STEP_ACCEPTED; `job` as in struct action_event. */
void work_say_accepted(struct work *w, const char *detail, const char *job);

/* Tells an exchange that has ended; `url` is redacted and cleaned here,
 * `status` 0: none came. */
void work_say_exchange(struct work *w, const char *method, const char *url,
		       int status, int64_t took_us, const char *why);

enum work_wait { WORK_SLEPT, WORK_CANCELLED, WORK_LATE };

/* Tells `state` and sleeps `room_ms`, at most until the deadline, and for as
 * long as the act is paused. */
enum work_wait work_sleep(struct work *w, enum step_state state,
			  const char *detail, int64_t room_ms);

/* One exchange, told; `r->timeout_ms` is filled in.  The caller clears `out`
 * always.  What came back is judged; `why` gets its words. */
enum retry_class work_exchange(struct work *w, const struct http_request *r,
			       struct http_answer *out, char *why, size_t size);

/* What a GET of JSON found. */
struct reading {
	enum retry_class class; /* RETRY_ACCEPTED: doc is there */
	int status;
	int64_t retry_after_ms;
	struct json *doc; /* NULL: none, see why */
	char why[ACTION_DETAIL];
};
/* One GET of JSON; reading_clear() is due in each case. */
void work_read(struct work *w, const char *url, struct reading *out);
void reading_clear(struct reading *r); /* twice is fine */

/* Does the scalar at `pointer` read as `text`?  `shown` gets it, clean, or
 * why there is none. */
bool reading_is(const struct json *doc, const char *pointer, const char *text,
		char *shown, size_t size);

/* Does a body of a 2xx carry an error (non-empty "errors" or "error", "success"
 * false, "status" of 400 and more)?  `why` says which. */
bool reading_denies(const struct json *doc, char *why, size_t size);

/* Fills in outcome and detail, redacted; `may_retry` counts for FAILED only. */
void result_end(struct action_result *out, enum action_outcome outcome,
		bool may_retry, const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
