/*
 * twin_fuzz - any bytes as what callers send to the twin.
 *
 * Exercises src/twin: zone.c with a DNS query (first byte even), else a series
 * of HTTP requests on one state: a byte picks the route, the bytes up to the
 * next newline are the body.  Beyond "no crash": each request has a status and
 * a JSON answer, a refusal changes nothing, and a DNS answer is an answer to
 * its query.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "twin/route.h"
#include "twin/settle.h"
#include "twin/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask_zone(const uint8_t *query, size_t len)
{
	static const struct zone_view view = { "192.0.2.10", 300, 1 };
	struct buf out;

	buf_init(&out, ZONE_ANSWER_CAP);
	if (zone_answer(&out, &view, query, len)) {
		assert(out.len >= 12);
		assert(memcmp(out.data, query, 2) == 0);
		assert(((unsigned char)out.data[2] & 0x80) != 0);
	} else {
		assert(out.len == 0);
	}
	buf_clear(&out);
}

static const struct route *
pick(size_t number)
{
	for (;;)
		for (size_t t = 0; route_tables[t] != NULL; t++)
			for (const struct route *r = route_tables[t];
			     r->path != NULL; r++)
				if (number-- == 0)
					return r;
}

static void
nothing(void *ctx, const char *path, const char *key, const char *effect)
{
	(void)ctx;
	(void)path;
	(void)key;
	(void)effect;
}

static void
check(const struct twin_reply *r)
{
	struct json *doc;
	struct err e;

	assert(r->status >= 200 && r->status <= 599);
	assert(r->status < 300 || r->effect[0] == '\0');
	if (r->file != NULL)
		return;
	doc = json_parse(r->body.data, r->body.len, &e);
	assert(doc != NULL);
	json_free(doc);
}

static void
ask_route(struct twin_state *s, const struct route *row, const char *body,
	  size_t len)
{
	char key[2] = { len % 7 == 0 ? (char)('a' + len % 26) : '\0', '\0' };
	struct twin_request q = { .method = row->method,
				  .path = row->path,
				  .authorization = "Bearer fuzz",
				  .key = key,
				  .body = body,
				  .body_len = len,
				  .is_control = true,
				  .ledger = "",
				  .now_ms = (int64_t)len * 100,
				  .wall_ms = 1 };
	struct twin_reply r;
	char path[TWIN_PATH];
	const char *open = strstr(row->path, "{flowId}");

	if (open != NULL) {
		str_printf(path, sizeof(path), "%.*s" TWIN_FLOW "%s",
			   (int)(open - row->path), row->path, open + 8);
		q.path = path;
	}
	(void)settle_due(s, q.now_ms, nothing, NULL);
	route_answer(s, &q, &r);
	check(&r);
	route_reply_clear(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scenario *scenario;
	struct twin_state s;
	struct err e;

	if (size < 2)
		return 0;
	if (data[0] % 2 == 0) {
		ask_zone(data + 1, size - 1);
		return 0;
	}
	if (scenario_find(&scenario, NULL, &e) != ERR_NONE)
		return 0;
	state_init(&s, scenario, 1);
	str_copy(s.tokens[0].text, TWIN_WORD, "fuzz");
	s.tokens[0].ends_wall_ms = INT64_MAX;
	for (size_t at = 1; at < size;) {
		const struct route *row = pick(data[at++] % 64);
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t len =
			end == NULL ? size - at : (size_t)(end - (data + at));
		char *body = mem_text_n((const char *)data + at, len);

		ask_route(&s, row, body, len);
		mem_free(body);
		at += len + 1;
	}
	state_clear(&s);
	return 0;
}
