/* work - an act under way: its deadline, its exchanges, what it tells. */
#include "action/work.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/redact.h"
#include "base/str.h"
#include "net/identity.h"

#define EXCHANGE_MS 10000      /* real; most for one exchange */
#define EXCHANGE_LEAST_MS 1000 /* real; a fast drill must not cut shorter */
#define ASIDE_MS 3000	       /* real; for reading back at the end */

static int64_t
room_us_of_real_ms(int real_ms)
{
	return (int64_t)(real_ms * 1000.0 * clock_speed());
}

static int64_t
idle_in_all_us(const struct work *w)
{
	return w->cancel == NULL ? 0 : cancel_idle_us(w->cancel);
}

int64_t
work_idle_us(const struct work *w)
{
	return idle_in_all_us(w) - w->idle_us;
}

static void
due_us(struct work *w, int64_t left_us)
{
	w->idle_us = idle_in_all_us(w);
	w->until_us = clock_us() + left_us;
}

void
work_due(struct work *w, int64_t room_ms)
{
	due_us(w, room_ms * 1000);
}

int64_t
work_left_us(const struct work *w)
{
	return w->until_us + work_idle_us(w) - clock_us();
}

void
work_open_alone(struct work *out, const struct action_env *env,
		struct cancel *cancel, int real_ms)
{
	*out = (struct work){ .env = env, .cancel = cancel, .attempt = 1 };
	due_us(out, room_us_of_real_ms(real_ms));
}

enum err_code
work_open(struct work *out, const struct action_env *env, const struct act *act,
	  struct cancel *cancel, int real_ms, struct err *e)
{
	const char *id = settings_text_or(&act->with, "endpoint", "");

	work_open_alone(out, env, cancel, real_ms);
	out->endpoint = book_endpoint(env->book, id);
	if (out->endpoint == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
	out->who = identity_client(out->endpoint);
	return ERR_NONE;
}

static void
take_job(struct work *out, const struct action_job *job)
{
	assert(job->max_attempts >= 1 && job->key != NULL);
	out->job = job;
	work_due(out, job->timeout_ms);
	out->state = STEP_ACTING;
	rng_seed(&out->rng, job->seed);
}

void
work_open_job_alone(struct work *out, const struct action_job *job)
{
	work_open_alone(out, job->env, job->cancel, 0);
	take_job(out, job);
}

enum err_code
work_open_job(struct work *out, const struct action_job *job, struct err *e)
{
	if (work_open(out, job->env, job->act, job->cancel, 0, e) != ERR_NONE)
		return e->code;
	take_job(out, job);
	return ERR_NONE;
}

static int64_t
waits_left_us(const struct work *w)
{
	if (w->waits_until_us == 0)
		return work_left_us(w);
	return w->waits_until_us + work_idle_us(w) - clock_us();
}

struct work
work_aside(const struct work *w)
{
	int64_t least_us = room_us_of_real_ms(ASIDE_MS);
	int64_t left_us = work_left_us(w), waits_us = waits_left_us(w);
	struct work aside = *w;

	if (work_is_cancelled(w)) {
		aside.cancel = NULL;
		left_us = least_us;
		waits_us = 0;
	} else if (left_us < least_us) {
		left_us = least_us;
	}
	due_us(&aside, left_us);
	aside.waits_until_us = aside.until_us - left_us + waits_us;
	return aside;
}

bool
work_is_cancelled(const struct work *w)
{
	return w->cancel != NULL && cancel_is_raised(w->cancel);
}

bool
work_is_late(const struct work *w)
{
	return work_left_us(w) <= 0;
}

/* No probe has to stand back for an act that stands still. */
bool
work_hold(struct work *w)
{
	bool goes_on;

	if (w->cancel == NULL)
		return true;
	if (!w->is_urgent || !cancel_is_paused(w->cancel))
		return cancel_hold(w->cancel);
	budget_act_waits(w->env->budget, w->endpoint, false);
	goes_on = cancel_hold(w->cancel);
	budget_act_waits(w->env->budget, w->endpoint, true);
	return goes_on;
}

static void
tell(struct work *w, struct action_event *event)
{
	event->state = w->state;
	event->attempt = w->attempt;
	if (w->job != NULL && w->job->report != NULL)
		w->job->report(w->job->ctx, event);
}

void
work_say(struct work *w, enum step_state state, const char *detail,
	 int64_t next_ms)
{
	struct action_event event = { .next_ms = next_ms };

	w->state = state;
	str_copy(event.detail, sizeof(event.detail), detail);
	tell(w, &event);
}

void
work_say_accepted(struct work *w, const char *detail, const char *job)
{
	struct action_event event = { .attempt = w->attempt };

	w->state = STEP_ACCEPTED;
	str_copy(event.detail, sizeof(event.detail), detail);
	str_copy(event.job, sizeof(event.job), job);
	tell(w, &event);
}

/* Sleeps, paused or not; false when it did not sleep to the end. */
static bool
nap(struct work *w, int64_t room_us, unsigned nudges)
{
	int64_t room_ms = (room_us + 999) / 1000;
	bool slept;

	if (w->cancel == NULL) {
		struct cancel never;
		struct err e;

		slept = cancel_open(&never, &e) == ERR_NONE &&
			cancel_sleep_ms(&never, room_ms);
		cancel_close(&never);
		return slept;
	}
	slept = cancel_sleep_since(w->cancel, room_ms, nudges);
	if (cancel_nudges(w->cancel) == nudges)
		return slept;
	w->is_hurried = true;
	return false;
}

/* Sleeps until `end_us` or the deadline, which a pause puts off, or until it is
 * nudged once more than `nudges`. */
static enum work_wait
sleep_until(struct work *w, int64_t end_us, unsigned nudges)
{
	int64_t wait_us, left_us;
	bool is_woken = false;

	while (!is_woken && work_hold(w) &&
	       (wait_us = end_us - clock_us()) > 0 &&
	       (left_us = waits_left_us(w)) > 0)
		is_woken =
			!nap(w, wait_us < left_us ? wait_us : left_us, nudges);
	if (!work_hold(w) || (is_woken && w->cancel == NULL))
		return WORK_CANCELLED;
	return is_woken || end_us <= clock_us() + waits_left_us(w) ? WORK_SLEPT
								   : WORK_LATE;
}

enum work_wait
work_sleep(struct work *w, enum step_state state, const char *detail,
	   int64_t room_ms)
{
	int64_t left_ms = waits_left_us(w) / 1000;
	/* From before it is told: who hears of the wait may end it. */
	unsigned nudges = w->cancel == NULL ? 0 : cancel_nudges(w->cancel);

	if (work_is_cancelled(w))
		return WORK_CANCELLED;
	if (left_ms <= 0)
		return WORK_LATE;
	work_say(w, state, detail,
		 clock_ms() + (room_ms > left_ms ? left_ms : room_ms));
	return sleep_until(w, clock_us() + room_ms * 1000, nudges);
}

/* The words of a peer for its refusal, where JSON APIs put them; "" none. */
static void
words_of(const struct json *doc, char *to, size_t size)
{
	static const char *const places[] = {
		"/message",	  "/errors/0/message", "/error_description",
		"/error/message", "/error/code",       "/error"
	};
	const char *said = NULL;

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (said == NULL || said[0] == '\0')
			said = json_text(json_at(doc, places[i]));
	if (said == NULL)
		said = "";
	redact_clean(to, size, said, strlen(said));
}

static void
add_message(char *why, size_t size, const struct http_answer *a)
{
	struct err ignored;
	struct json *doc = json_parse(buf_str(&a->body), a->body.len, &ignored);
	size_t len = strlen(why);
	char shown[120];

	words_of(doc, shown, sizeof(shown));
	if (shown[0] != '\0')
		str_printf(why + len, size - len, ": %s", shown);
	json_free(doc);
}

static void
show_body(char to[ACTION_BODY], const char *bytes, size_t len)
{
	const size_t tail = 48; /* room for the words about what is cut */

	if (bytes == NULL || len == 0)
		return;
	if (redact_clean(to, ACTION_BODY - tail, bytes, len))
		return;
	str_printf(to + strlen(to), tail, " … cut, %zu bytes in all", len);
}

/* What all exchanges have; `to` is zeroed but for what is its own. */
static void
name_exchange(struct action_event *to, const char *method, const char *url,
	      const char *why)
{
	str_copy(to->detail, sizeof(to->detail), why);
	str_copy(to->method, sizeof(to->method), method);
	redact_clean(to->url, sizeof(to->url), url, strlen(url));
}

void
work_say_exchange(struct work *w, const char *method, const char *url,
		  int status, int64_t took_us, const char *why)
{
	struct action_event event = { .status = status, .took_us = took_us };

	name_exchange(&event, method, url, why);
	tell(w, &event);
}

static void
tell_exchange(struct work *w, const struct http_request *r,
	      const struct http_answer *a, const char *why)
{
	struct action_event event = { .status = a->status,
				      .took_us = a->took_us };

	name_exchange(&event, r->method, r->url, why);
	show_body(event.sent, r->body, r->body_len);
	show_body(event.answer, buf_str(&a->body), a->body.len);
	tell(w, &event);
}

static int
exchange_ms(const struct work *w)
{
	int ms = clock_real_wait_ms(work_left_us(w) / 1000);

	if (ms > EXCHANGE_MS)
		return EXCHANGE_MS;
	return ms < EXCHANGE_LEAST_MS ? EXCHANGE_LEAST_MS : ms;
}

/* Sleeps in the state the act is in. */
static enum err_code
sleep_for_budget(struct work *w, enum budget_word word, int64_t wait_ms,
		 struct err *e)
{
	char said[ACTION_DETAIL], left[24];

	str_duration(left, sizeof(left), wait_ms);
	if (word == BUDGET_HELD)
		str_printf(said, sizeof(said),
			   "%s asked for quiet (Retry-After): waits %s",
			   w->endpoint->id, left);
	else
		str_printf(said, sizeof(said),
			   "the budget of %s (%d requests a minute) is used "
			   "up: waits %s",
			   w->endpoint->id, w->endpoint->rate_per_minute, left);
	switch (work_sleep(w, w->state, said, wait_ms)) {
	case WORK_SLEPT:
		break;
	case WORK_CANCELLED:
		return err_set(e, ERR_CANCELLED, "cancelled: %s", said);
	case WORK_LATE:
		return err_set(e, ERR_TIMEOUT, "not sent, no time left: %s",
			       said);
	}
	return ERR_NONE;
}

/* Until the endpoint may be asked; probes stand back meanwhile.  A read that
 * would come too late for its act is sent at once: to know is worth one request
 * too many. */
static enum err_code
take_budget(struct work *w, bool mutates, struct err *e)
{
	struct budget *b = w->env->budget;
	enum err_code code = ERR_NONE;
	enum budget_word word;
	int64_t wait_us;

	if (b == NULL || budget_act(b, w->endpoint, &wait_us) == BUDGET_GO)
		return ERR_NONE;
	budget_act_waits(b, w->endpoint, true);
	w->is_urgent = true;
	while (code == ERR_NONE && !w->is_hurried &&
	       (word = budget_act(b, w->endpoint, &wait_us)) != BUDGET_GO) {
		if (!mutates && wait_us > waits_left_us(w))
			break;
		code = sleep_for_budget(w, word, wait_us / 1000 + 1, e);
	}
	w->is_urgent = false;
	budget_act_waits(b, w->endpoint, false);
	return code;
}

static enum err_code
exchange(struct work *w, const struct http_request *r, struct http_answer *out,
	 struct err *e)
{
	struct http_request request = *r;
	enum err_code code;

	*out = (struct http_answer){ .retry_after_ms = -1 };
	buf_init(&out->body, HTTP_BODY_CAP);
	if (!work_hold(w))
		return err_set(e, ERR_CANCELLED,
			       "cancelled while it was "
			       "paused");
	if (take_budget(w, r->mutates, e) != ERR_NONE)
		return e->code;
	w->is_hurried = false;
	request.timeout_ms = exchange_ms(w);
	request.ca_file = w->endpoint->ca_file;
	code = auth_do(out, w->env->fence, w->env->auth, &w->who, &request,
		       w->cancel == NULL ? -1 : w->cancel->wake.fd, e);
	if ((out->status == 429 || out->status == 503) &&
	    w->env->budget != NULL)
		budget_hold(w->env->budget, w->endpoint, out->retry_after_ms);
	return code;
}

enum retry_class
work_exchange(struct work *w, const struct http_request *r,
	      struct http_answer *out, char *why, size_t size)
{
	struct retry_case ended = { .mutates = r->mutates };
	struct err e = { .code = ERR_NONE };

	ended.code = exchange(w, r, out, &e);
	ended.status = out->status;
	ended.maybe_sent = out->maybe_sent;
	if (ended.code != ERR_NONE) {
		str_copy(why, size, e.text);
	} else {
		str_printf(why, size, "HTTP %d", out->status);
		if (out->status >= 300 && out->status <= 399)
			str_printf(why, size,
				   "HTTP %d: redirect not followed, correct "
				   "the endpoint",
				   out->status);
		else if (out->status >= 400)
			add_message(why, size, out);
	}
	tell_exchange(w, r, out, why);
	return retry_class_of(&ended);
}

void
work_read(struct work *w, const char *url, struct reading *out)
{
	struct http_request get = {
		.method = "GET",
		.url = url,
		.headers = { { "Accept", "application/json" } },
	};
	struct http_answer a;
	struct err e;

	*out = (struct reading){ 0 };
	out->class = work_exchange(w, &get, &a, out->why, sizeof(out->why));
	out->status = a.status;
	out->retry_after_ms = a.retry_after_ms;
	if (out->class == RETRY_ACCEPTED) {
		out->doc = json_parse(buf_str(&a.body), a.body.len, &e);
		if (out->doc == NULL) {
			out->class = RETRY_ODD;
			str_printf(out->why, sizeof(out->why),
				   "HTTP %d, but not JSON: %s", a.status,
				   e.text);
		}
	}
	http_answer_clear(&a);
}

void
reading_clear(struct reading *r)
{
	json_free(r->doc);
	r->doc = NULL;
}

bool
reading_is(const struct json *doc, const char *pointer, const char *text,
	   char *shown, size_t size)
{
	char got[1024];
	bool is_same;

	if (!json_scalar(json_at(doc, pointer), got, sizeof(got))) {
		str_copy(shown, size, "no value");
		return false;
	}
	is_same = str_same(got, text);
	redact_clean(shown, size, got, strlen(got));
	return is_same;
}

/* "error": "locked", {"code": …}, [ … ] or true; one that is empty, null or
 * false says that there is none. */
static bool
is_error(const struct json *v)
{
	const char *text = json_text(v);

	if (text != NULL)
		return text[0] != '\0';
	return json_is_true(v) || json_count(v) > 0;
}

bool
reading_denies(const struct json *doc, char *why, size_t size)
{
	const struct json *error = json_get(doc, "error");
	const char *name = json_text(error);
	char shown[120], named[60] = "";
	double status;

	words_of(doc, shown, sizeof(shown));
	if (name == NULL)
		name = json_text_or(error, "code", "");
	redact_clean(named, sizeof(named), name, strlen(name));
	if (json_count(json_get(doc, "errors")) > 0)
		str_printf(why, size, "the answer carries errors: %s", shown);
	else if (is_error(error))
		str_printf(why, size, "the answer carries an error: %s%s%s",
			   str_same(named, shown) ? "" : named,
			   named[0] == '\0' || str_same(named, shown) ? ""
								      : ": ",
			   shown);
	else if (json_type(json_get(doc, "success")) == JSON_FALSE)
		str_printf(why, size, "the answer says success false: %s",
			   shown);
	else if (json_number(json_get(doc, "status"), &status) && status >= 400)
		str_printf(why, size, "the answer carries status %.0f: %s",
			   status, shown);
	else
		return false;
	return true;
}

void
result_end(struct action_result *out, enum action_outcome outcome,
	   bool may_retry, const char *fmt, ...)
{
	char detail[2 * ACTION_DETAIL];
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(detail, sizeof(detail), fmt, args) < 0)
		detail[0] = '\0';
	va_end(args);
	redact_text(detail, sizeof(detail));
	out->outcome = outcome;
	out->may_retry = outcome == OUTCOME_FAILED && may_retry;
	str_excerpt(out->detail, sizeof(out->detail), detail);
}
