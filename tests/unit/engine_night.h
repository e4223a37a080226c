/*
 * engine_night - a runbook whose steps meet a scripted platform.
 *
 * Two steps change something (publish, route), each read back at a path of
 * its own, and so are their undos.  Room time runs a hundred times faster.
 */
#ifndef TESTS_UNIT_ENGINE_NIGHT_H
#define TESTS_UNIT_ENGINE_NIGHT_H

#include "tests/lib/desk.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/lint.h"
#include "tests/lib/peer.h"

#define NIGHT_SPEED 100

/* clang-format off */
#define NIGHT_ACT(path, wanted) \
	"      http:\n" \
	"        endpoint: platform\n" \
	"        method: PATCH\n" \
	"        path: /" path "\n" \
	"        body: {version: 2}\n" \
	"        verify: {path: /" path "/" wanted ", pointer: /is, equals: " \
	wanted "}\n"

#define NIGHT_ROLLBACK "rollback: {policy: propose, stagger: 1s}\n"

static const char night_book[] =
	"runbook: desk\n"
	"environment: PROD\n"
	"region: us-east-1\n"
	"rto: 30m\n"
	"thresholds:\n"
	"  telephony:\n"
	"    max_loss_percent: {limit: 2.5, max_age: 20h}\n"
	"    max_delay_ms: {limit: 300, max_age: 20h}\n"
	"endpoints:\n"
	"  platform: {adapter: plain, url: \"{url}\"}\n"
	"probes:\n"
	"  loss:\n"
	"    http: {endpoint: platform, path: /loss}\n"
	"    signals: {telephony.loss_percent: /lost}\n"
	"  delay:\n"
	"    http: {endpoint: platform, path: /delay}\n"
	"    signals: {telephony.delay_ms: /delay}\n"
	"{probes}\n"
	"steps:\n"
	"  - id: tell\n"
	"    do: {manual: {text: Call the floor.}}\n"
	"  - id: guarded\n"
	"    before: go\n"
	"    do: {manual: {text: Look at the wall.}}\n"
	"  - id: sign\n"
	"    confirm: phrase\n"
	"    do: {manual: {text: Sign the sheet.}}\n"
	"  - id: settle\n"
	"    do: {wait: {for: 1m, gates: ignore}}\n"
	"  - id: watched\n"
	"    do: {wait: {for: 2m}}\n"
	"  - id: publish\n"
	"    takes: 1s\n"
	"    confirm: phrase\n"
	"    object: flow:1\n"
	"    layer: flow\n"
	"    do:\n" NIGHT_ACT("flow", "new")
	"    undo:\n" NIGHT_ACT("flowback", "old")
	"  - id: route\n"
	"    takes: 1s\n"
	"    object: route:1\n"
	"    layer: routing\n"
	"    do:\n" NIGHT_ACT("route", "new")
	"    undo:\n" NIGHT_ACT("routeback", "old")
	NIGHT_ROLLBACK;
/* clang-format on */

#define NIGHT_IS(path, state)                                    \
	{                                                        \
		.expect = "GET /" path "/" state " ",            \
		.body = "{\"is\":\"" state "\"}", .always = true \
	}
#define NIGHT_PATCH(path)                                                  \
	{                                                                  \
		.expect = "PATCH /" path " ", .body = "{}", .always = true \
	}

/* A platform on which all goes well; rows of a test stand before these. */
static const struct peer_row night_rows[] = {
	NIGHT_PATCH("flow"),	  NIGHT_IS("flow", "new"),
	NIGHT_PATCH("flowback"),  NIGHT_IS("flowback", "old"),
	NIGHT_PATCH("route"),	  NIGHT_IS("route", "new"),
	NIGHT_PATCH("routeback"), NIGHT_IS("routeback", "old"),
};

struct live_night {
	struct desk desk;
	struct peer *peer;
	struct peer_row rows[32];
};

static inline void
night_measure(struct live_night *n, double loss, double delay)
{
	desk_measure(&n->desk, "loss", loss, 1000);
	desk_measure(&n->desk, "delay", delay, -1);
	n->desk.director.next_judge_ms = 0;
	desk_pass(&n->desk, 0, 1);
}

/* "{url}" is the platform; `rows` go before those without fault. */
static inline void
night_open(struct live_night *n, const struct peer_row *rows, size_t count,
	   const char *runbook)
{
	char *text;

	memset(n, 0, sizeof(*n));
	clock_set_speed(NIGHT_SPEED);
	if (count > 0)
		memcpy(n->rows, rows, count * sizeof(*rows));
	memcpy(n->rows + count, night_rows, sizeof(night_rows));
	n->peer = peer_start(n->rows, count + ARRAY_LEN(night_rows));
	text = lint_replace(runbook, "{url}", peer_url(n->peer));
	desk_begin(&n->desk, desk_load(text));
	mem_free(text);
	n->desk.book->gates.rollback_on_critical = true;
	desk_open(&n->desk);
	n->desk.director.settled = true; /* other probes may be silent */
	night_measure(n, 1, 100);
}

/* `probes` join the book's, `rollback` replaces its own; "" none. */
static inline void
night_start_with(struct live_night *n, const struct peer_row *rows,
		 size_t count, const char *probes, const char *rollback)
{
	char *more = lint_replace(night_book, "{probes}\n", probes);
	char *whole = lint_replace(more, NIGHT_ROLLBACK,
				   rollback[0] ? rollback : NIGHT_ROLLBACK);

	night_open(n, rows, count, whole);
	mem_free(more);
	mem_free(whole);
	assert_int_equal(n->desk.director.room->verdict, VERDICT_GO);
}

static inline void
night_start(struct live_night *n, const struct peer_row *rows, size_t count)
{
	night_start_with(n, rows, count, "", "");
}

static inline void
night_stop(struct live_night *n)
{
	desk_end(&n->desk);
	peer_stop(n->peer);
	clock_set_speed(1);
}

static inline void
night_arm(struct live_night *n, const char *step)
{
	desk_say(&n->desk, COMMAND_ARM, step, "");
	desk_until_step(&n->desk, step, STEP_ARMED);
	desk_rest(&n->desk);
}

static inline void
night_agree(struct live_night *n)
{
	char typed[120];

	str_copy(typed, sizeof(typed), n->desk.director.room->prompt.phrase);
	desk_confirm(&n->desk, typed[0] != '\0' ? typed : "yes");
}

static inline void
night_walk(struct live_night *n, const char *step)
{
	night_arm(n, step);
	night_agree(n);
	desk_until_step(&n->desk, step, STEP_VERIFIED);
	desk_rest(&n->desk);
}

#define night_notice(n) ((n)->desk.director.notice)

static inline const char *
night_detail(const struct live_night *n, const char *step)
{
	int i = runner_step_named(&n->desk.director, step);

	return n->desk.director.room->steps[i].detail;
}

#endif
