/*
 * twin_call - one state of the twin in the hand, asked without a network.
 *
 * Room time stands still but for twin_later(); wall time is fixed.
 */
#ifndef TESTS_UNIT_TWIN_CALL_H
#define TESTS_UNIT_TWIN_CALL_H

#include "tests/lib/test.h"

#include "base/json.h"
#include "base/str.h"
#include "twin/route.h"
#include "twin/settle.h"
#include "twin/weather.h"

#define WALL_MS 1790000000000
#define FLOW_PATH "/api/v2/architect/flows/f-8473625190"
#define TRUNK_PATH "/api/v2/telephony/trunks/validation_trunk_primary"
#define RECORD_PATH                                                      \
	"/client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/dns_records/" \
	"372e67954025e0ba6aaa6d586b9e0b59"
#define QUERY_PATH "/api/v2/analytics/conversations/aggregates/query"
#define QUERY_BODY                                                             \
	"{\"interval\":\"2026-05-01T10:00:00.000Z/2026-05-01T10:30:00.000Z\"," \
	"\"groupBy\":[\"mediaType\"],\"metrics\":[\"nOffered\",\"tAbandon\","  \
	"\"tAnswered\",\"nConnected\"]}"

struct twin {
	struct twin_state state;
	struct twin_reply reply; /* of the last call */
	int64_t now_ms;
	char token[96];
	bool is_control;
	int arrivals;
	char arrived[TWIN_LINE]; /* the last effect that came into force */
};

static inline void
twin_note_arrival(void *ctx, const char *path, const char *key,
		  const char *effect)
{
	struct twin *t = ctx;

	(void)path;
	(void)key;
	t->arrivals++;
	str_copy(t->arrived, sizeof(t->arrived), effect);
}

static inline int
twin_call(struct twin *t, const char *method, const char *path,
	  const char *body, const char *key)
{
	struct twin_request q = { .method = method,
				  .path = path,
				  .authorization = t->token,
				  .key = key,
				  .body = body,
				  .body_len = strlen(body),
				  .is_control = t->is_control,
				  .ledger = "",
				  .now_ms = t->now_ms,
				  .wall_ms = WALL_MS };

	route_reply_clear(&t->reply);
	(void)settle_due(&t->state, t->now_ms, twin_note_arrival, t);
	route_answer(&t->state, &q, &t->reply);
	return t->reply.status;
}

static inline int
twin_get(struct twin *t, const char *path)
{
	return twin_call(t, "GET", path, "", "");
}

static inline void
twin_later(struct twin *t, int64_t ms)
{
	t->now_ms += ms;
	(void)settle_due(&t->state, t->now_ms, twin_note_arrival, t);
}

/* The scalar at `pointer` of the last answer; "-" when there is none. */
static inline const char *
twin_at(struct twin *t, const char *pointer, char to[TWIN_LINE])
{
	struct err e;
	struct json *doc =
		json_parse(buf_str(&t->reply.body), t->reply.body.len, &e);

	if (!json_scalar(json_at(doc, pointer), to, TWIN_LINE))
		str_copy(to, TWIN_LINE, "-");
	json_free(doc);
	return to;
}

static inline bool
twin_says(struct twin *t, const char *pointer, const char *value)
{
	char seen[TWIN_LINE];

	return str_same(twin_at(t, pointer, seen), value);
}

static inline void
twin_begin(struct twin *t, const char *scenario, uint64_t seed)
{
	const struct scenario *row;
	char token[TWIN_LINE];
	struct err e;

	*t = (struct twin){ .now_ms = 1000, .token = "Basic YTpi" };
	CHECK_OK(scenario_find(&row, scenario, &e), &e);
	state_init(&t->state, row, seed);
	assert_int_equal(twin_call(t, "POST", "/oauth/token",
				   "grant_type=client_credentials", ""),
			 200);
	str_printf(t->token, sizeof(t->token), "Bearer %s",
		   twin_at(t, "/access_token", token));
}

static inline void
twin_end(struct twin *t)
{
	route_reply_clear(&t->reply);
	state_clear(&t->state);
}

/* Asks the analytics; percent of abandoned and of connected calls, mean wait.
 */
static inline void
twin_figures(struct twin *t, double *abandoned, double *connected,
	     double *wait_ms)
{
	struct err e;
	struct json *doc;
	double n[4] = { 0 }, sum = 0;

	assert_int_equal(twin_call(t, "POST", QUERY_PATH, QUERY_BODY, ""), 200);
	doc = json_parse(buf_str(&t->reply.body), t->reply.body.len, &e);
	for (int i = 0; i < 4; i++) {
		char at[80];

		str_printf(at, sizeof(at),
			   "/results/0/data/0/metrics/%d/stats/count", i);
		assert_true(json_number(json_at(doc, at), &n[i]));
	}
	assert_true(json_number(
		json_at(doc, "/results/0/data/0/metrics/2/stats/sum"), &sum));
	json_free(doc);
	*abandoned = 100 * n[1] / n[0];
	*connected = 100 * n[3] / n[0];
	*wait_ms = sum / n[2];
}

/* One OPTIONS with a branch of its own; the status, 0 for silence. */
static inline int
twin_ping(struct twin *t, const char *trunk, int number)
{
	struct twin_ping ping;
	char branch[32];

	str_printf(branch, sizeof(branch), "z9hG4bK%d", number);
	weather_ping(&t->state, trunk, branch, &ping);
	return ping.is_silent ? 0 : ping.status;
}

static inline void
twin_point(struct twin *t, const char *address)
{
	char body[96];

	str_printf(body, sizeof(body), "{\"content\":\"%s\",\"ttl\":300}",
		   address);
	assert_int_equal(twin_call(t, "PATCH", RECORD_PATH, body, ""), 200);
}

#endif
