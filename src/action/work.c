/* work - an act under way: its deadline, its exchanges, what it tells. */
#include "action/work.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "net/identity.h"

#define EXCHANGE_MS 10000      /* real; most for one exchange */
#define EXCHANGE_LEAST_MS 1000 /* real; a fast drill must not cut shorter */
#define ASIDE_MS 3000	       /* real; for reading back at the end */

static int64_t
room_us_of_real_ms(int real_ms)
{
	return (int64_t)(real_ms * 1000.0 * clock_speed());
}

enum err_code
work_open(struct work *out, const struct action_env *env, const struct act *act,
	  struct cancel *cancel, int real_ms, struct err *e)
{
	const char *id = settings_text_or(&act->with, "endpoint", "");

	*out = (struct work){ .env = env,
			      .endpoint = book_endpoint(env->book, id),
			      .cancel = cancel,
			      .until_us =
				      clock_us() + room_us_of_real_ms(real_ms),
			      .attempt = 1 };
	if (out->endpoint == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
	out->who = identity_client(out->endpoint);
	return ERR_NONE;
}

enum err_code
work_open_job(struct work *out, const struct action_job *job, struct err *e)
{
	if (work_open(out, job->env, job->act, job->cancel, 0, e) != ERR_NONE)
		return e->code;
	assert(job->max_attempts >= 1 && job->key != NULL);
	out->job = job;
	out->until_us = clock_us() + job->timeout_ms * 1000;
	out->state = STEP_ACTING;
	rng_seed(&out->rng, job->seed);
	return ERR_NONE;
}

struct work
work_aside(const struct work *w)
{
	struct work aside = *w;
	int64_t least_us = clock_us() + room_us_of_real_ms(ASIDE_MS);

	if (work_is_cancelled(w)) {
		aside.cancel = NULL;
		aside.until_us = least_us;
	} else if (aside.until_us < least_us) {
		aside.until_us = least_us;
	}
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
	return clock_us() >= w->until_us;
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

enum work_wait
work_sleep(struct work *w, enum step_state state, const char *detail,
	   int64_t room_ms)
{
	int64_t left_ms = (w->until_us - clock_us()) / 1000;
	bool is_cut = room_ms > left_ms;
	bool woke;

	if (work_is_cancelled(w))
		return WORK_CANCELLED;
	if (left_ms <= 0)
		return WORK_LATE;
	if (is_cut)
		room_ms = left_ms;
	work_say(w, state, detail, clock_ms() + room_ms);
	if (w->cancel != NULL) {
		woke = !cancel_sleep_ms(w->cancel, room_ms);
	} else {
		struct cancel never;
		struct err e;

		woke = cancel_open(&never, &e) != ERR_NONE ||
		       !cancel_sleep_ms(&never, room_ms);
		cancel_close(&never);
	}
	if (woke)
		return WORK_CANCELLED;
	return is_cut ? WORK_LATE : WORK_SLEPT;
}

/* The words of a peer for its refusal, where JSON APIs put them. */
static void
add_message(char *why, size_t size, const struct http_answer *a)
{
	struct err ignored;
	struct json *doc = json_parse(buf_str(&a->body), a->body.len, &ignored);
	const char *said = json_text(json_at(doc, "/message"));
	size_t len = strlen(why);
	char shown[120];

	if (said == NULL)
		said = json_text(json_at(doc, "/errors/0/message"));
	if (said != NULL && said[0] != '\0') {
		text_clean(shown, sizeof(shown), said, strlen(said));
		str_printf(why + len, size - len, ": %s", shown);
	}
	json_free(doc);
}

static void
tell_exchange(struct work *w, const struct http_request *r,
	      const struct http_answer *a, const char *why)
{
	struct action_event event = { .status = a->status,
				      .took_us = a->took_us };
	struct buf url;

	str_copy(event.detail, sizeof(event.detail), why);
	str_copy(event.method, sizeof(event.method), r->method);
	buf_init(&url, 16384);
	buf_text(&url, r->url);
	redact_buf(&url);
	text_clean(event.url, sizeof(event.url), buf_str(&url), url.len);
	buf_clear(&url);
	tell(w, &event);
}

static int
exchange_ms(const struct work *w)
{
	int ms = clock_real_wait_ms((w->until_us - clock_us()) / 1000);

	if (ms > EXCHANGE_MS)
		return EXCHANGE_MS;
	return ms < EXCHANGE_LEAST_MS ? EXCHANGE_LEAST_MS : ms;
}

enum retry_class
work_exchange(struct work *w, const struct http_request *r,
	      struct http_answer *out, char *why, size_t size)
{
	struct http_request request = *r;
	struct retry_case ended = { .mutates = r->mutates };
	struct err e = { .code = ERR_NONE };

	request.timeout_ms = exchange_ms(w);
	request.ca_file = w->endpoint->ca_file;
	ended.code =
		auth_do(out, w->env->fence, w->env->auth, &w->who, &request,
			w->cancel == NULL ? -1 : w->cancel->wake.fd, &e);
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

	if (!json_scalar(json_at(doc, pointer), got, sizeof(got))) {
		str_copy(shown, size, "no value");
		return false;
	}
	text_clean(shown, size, got, strlen(got));
	return str_same(got, text);
}

bool
reading_denies(const struct json *doc, char *why, size_t size)
{
	const struct json *errors = json_get(doc, "errors");
	const struct json *success = json_get(doc, "success");
	const char *said = json_text(json_at(doc, "/errors/0/message"));
	char shown[120] = "";
	double status;

	if (said == NULL)
		said = json_text_or(doc, "message", "");
	text_clean(shown, sizeof(shown), said, strlen(said));
	if ((json_type(errors) == JSON_ARRAY ||
	     json_type(errors) == JSON_OBJECT) &&
	    json_count(errors) > 0)
		str_printf(why, size, "the answer carries errors: %s", shown);
	else if (json_type(success) == JSON_FALSE)
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
	str_copy(out->detail, sizeof(out->detail), detail);
}
