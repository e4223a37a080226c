/* site - the state behind its one lock, and the ledger beside it. */
#include "twin/site.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/text.h"
#include "twin/settle.h"
#include "twin/weather.h"

enum err_code
site_open(struct site *s, const char *dir, const struct scenario *scenario,
	  uint64_t seed, struct err *e)
{
	*s = (struct site){ .changed.fd = -1, .stop.wake.fd = -1 };
	lock_init(&s->lock);
	state_init(&s->state, scenario, seed);
	s->used_real_us = clock_real_us();
	if (ledger_open(&s->ledger, dir, e) != ERR_NONE ||
	    wake_open(&s->changed, e) != ERR_NONE ||
	    cancel_open(&s->stop, e) != ERR_NONE) {
		site_close(s);
		return e->code;
	}
	return ERR_NONE;
}

void
site_close(struct site *s)
{
	if (s->stop.wake.fd >= 0)
		cancel_close(&s->stop);
	wake_close(&s->changed);
	ledger_close(&s->ledger);
	state_clear(&s->state);
	lock_clear(&s->lock);
}

/* A witness that cannot write must not go on: the twin ends and says why. */
static void
note(struct site *s, const struct ledger_line *line)
{
	struct err e;

	if (ledger_write(&s->ledger, line, clock_wall_ms(), &e) == ERR_NONE)
		return;
	s->failure = e;
	cancel_raise(&s->stop);
}

static void
note_arrival(void *ctx, const char *path, const char *key, const char *effect)
{
	note(ctx, &(struct ledger_line){ .surface = "job",
					 .method = "",
					 .path = path,
					 .key = key,
					 .status = 200,
					 .effect = effect,
					 .fault = "" });
}

/* Lock held. */
static int64_t
settle(struct site *s)
{
	return settle_due(&s->state, clock_ms(), note_arrival, s);
}

static void
note_request(struct site *s, const struct twin_request *q,
	     const struct twin_reply *r)
{
	char path[TWIN_PATH];
	char method[16];

	text_clean(path, sizeof(path), q->path, strlen(q->path));
	text_clean(method, sizeof(method), q->method, strlen(q->method));
	note(s, &(struct ledger_line){ .surface = "http",
				       .method = method,
				       .path = path,
				       .key = q->key,
				       .status = r->status,
				       .effect = r->effect,
				       .is_repeat = r->is_repeat,
				       .fault = r->fault });
}

/* The moment from which a console can see that something is wrong. */
static void
date_fault(struct site *s, bool is_fault)
{
	if (is_fault && s->state.weather.fault_wall_ms == 0)
		s->state.weather.fault_wall_ms = clock_wall_ms();
}

void
site_http(struct site *s, struct twin_request *q, struct twin_reply *r)
{
	lock_take(&s->lock);
	(void)settle(s);
	s->used_real_us = clock_real_us();
	q->now_ms = clock_ms();
	q->wall_ms = clock_wall_ms();
	q->ledger = s->ledger.path;
	route_answer(&s->state, q, r);
	date_fault(s, r->fault[0] != '\0');
	if (r->kind == ROUTE_WRITE || r->kind == ROUTE_TRIAL ||
	    r->effect[0] != '\0')
		note_request(s, q, r);
	lock_drop(&s->lock);
	if (r->kind == ROUTE_WRITE)
		wake_raise(&s->changed);
}

void
site_sip(struct site *s, const char *trunk, const char *branch,
	 struct twin_ping *out)
{
	lock_take(&s->lock);
	(void)settle(s);
	s->used_real_us = clock_real_us();
	weather_ping(&s->state, trunk, branch, out);
	date_fault(s, s->state.weather.refused > 0);
	lock_drop(&s->lock);
}

void
site_sip_asked(struct site *s, const char *trunk, struct twin_ping *out)
{
	lock_take(&s->lock);
	(void)settle(s);
	s->used_real_us = clock_real_us();
	weather_call(&s->state, trunk, out);
	lock_drop(&s->lock);
}

void
site_sip_call(struct site *s, const char *trunk, enum twin_call_event event)
{
	struct twin_trunk *t;

	lock_take(&s->lock);
	t = state_trunk(&s->state, trunk);
	if (t != NULL) {
		t->calls_made += event == TWIN_CALL_MADE;
		t->calls_refused += event == TWIN_CALL_REFUSED;
		t->calls_open += event == TWIN_CALL_MADE;
		t->calls_open -= event == TWIN_CALL_ENDED;
	}
	lock_drop(&s->lock);
}

void
site_dns(struct site *s, struct zone_view *out)
{
	lock_take(&s->lock);
	(void)settle(s);
	s->used_real_us = clock_real_us();
	s->state.counts.dns++;
	str_copy(out->address, sizeof(out->address),
		 s->state.record.content.now);
	out->ttl_s = s->state.record.shown_ttl_s;
	out->serial = s->state.record.serial;
	lock_drop(&s->lock);
}

int64_t
site_settle(struct site *s)
{
	int64_t next_ms;

	lock_take(&s->lock);
	next_ms = settle(s);
	lock_drop(&s->lock);
	return next_ms;
}

int64_t
site_used_us(struct site *s)
{
	int64_t used_us;

	lock_take(&s->lock);
	used_us = s->used_real_us;
	lock_drop(&s->lock);
	return used_us;
}

enum err_code
site_failure(struct site *s, struct err *e)
{
	enum err_code code;

	lock_take(&s->lock);
	code = s->failure.code;
	if (code != ERR_NONE)
		*e = s->failure;
	lock_drop(&s->lock);
	return code;
}
