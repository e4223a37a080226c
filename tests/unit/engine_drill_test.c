/* engine: a headless drill ends when nothing moves, and not before. */
#include "tests/unit/engine_night.h"

#include <unistd.h>

#include "engine/drill.h"

/* Real time: long enough for any machine, and far too short for one wait. */
#define LONG_MS 60000
#define SHORT_MS 30

/* clang-format off */
static const char book_text[] =
	"runbook: desk\n"
	"environment: PROD\n"
	"region: us-east-1\n"
	"rto: 30m\n"
	"thresholds:\n"
	"  telephony:\n"
	"    max_loss_percent: {limit: 2.5, max_age: 20h}\n"
	"endpoints:\n"
	"  platform: {adapter: plain, url: \"{url}\"}\n"
	"probes:\n"
	"  loss:\n"
	"    every: 4s\n"
	"    http: {endpoint: platform, path: /loss}\n"
	"    signals: {telephony.loss_percent: /lost}\n"
	"steps:\n"
	"  - id: publish\n"
	"    takes: 1s\n"
	"    timeout: 2h\n"
	"    object: flow:1\n"
	"    layer: routing\n"
	"    do:\n" NIGHT_ACT("flow", "new")
	"    undo:\n" NIGHT_ACT("flowback", "old")
	"  - id: watched\n"
	"    do: {wait: {for: 2m}}\n"
	"rollback:\n"
	"  policy: propose\n"
	"  stagger: 1s\n"
	"{drain}";

static const char drain_text[] =
	"  drain:\n"
	"    sessions: {session_timer: 60s}\n";
/* clang-format on */

/* What the platform says of losses; its thread alone. */
struct weather {
	bool is_struck, flaps, odd;
};

static void
strike(void *ctx, const char *request, struct peer_row *row)
{
	TEST_UNUSED(request);
	TEST_UNUSED(row);
	((struct weather *)ctx)->is_struck = true;
}

static void
tell_loss(void *ctx, const char *request, struct peer_row *row)
{
	struct weather *w = ctx;

	TEST_UNUSED(request);
	w->odd = !w->odd;
	row->body = w->is_struck && (!w->flaps || w->odd) ? "{\"lost\":9}"
							  : "{\"lost\":1}";
}

/* A platform under that weather. */
#define ROWS_OF(weather)                                                     \
	{ .expect = "PATCH /flow ",                                          \
	  .body = "{}",                                                      \
	  .always = true,                                                    \
	  .decide = strike,                                                  \
	  .ctx = &(weather) },                                               \
	{                                                                    \
		.expect = "GET /loss ", .always = true, .decide = tell_loss, \
		.ctx = &(weather)                                            \
	}

/* A drill, and what its looks saw. */
struct drill_run {
	struct peer *peer;
	struct book *book;
	char dir[FS_PATH];
	struct drill_policy policy;
	int64_t think_ms;
	int stop[2];
	enum verdict verdict; /* at the last look */
	int flaps, looks_waiting;
};

/* Walks the book on a platform of these rows; the exit code. */
static int
drill(struct drill_run *d, const struct peer_row *rows, size_t count,
      const char *drain, void (*watch)(void *ctx, const struct snapshot *s))
{
	struct err e = { .code = ERR_NONE };
	const struct fence fence = { 0 };
	struct engine_options o = { .fence = &fence,
				    .commander = "policy",
				    .seed = 7 };
	char *text, *whole;
	struct engine *g;
	int code;

	clock_set_speed(NIGHT_SPEED);
	d->peer = peer_start(rows, count);
	text = lint_replace(book_text, "{url}", peer_url(d->peer));
	whole = lint_replace(text, "{drain}", drain);
	d->book = desk_load(whole);
	d->book->gates.rollback_on_critical = true;
	mem_free(text);
	mem_free(whole);
	test_dir_make(d->dir);
	assert_int_equal(pipe(d->stop), 0);
	d->policy = (struct drill_policy){ .think_ms = d->think_ms,
					   .patience_ms = LONG_MS,
					   .stop_fd = d->stop[0],
					   .watch = watch,
					   .ctx = d };
	o.book = d->book;
	o.dir = d->dir;
	CHECK_OK(engine_open(&g, &o, &e), &e);
	code = drill_walk(g, &d->policy);
	engine_close(g);
	return code;
}

static void
drill_end(struct drill_run *d)
{
	peer_stop(d->peer);
	book_drop(d->book);
	close(d->stop[0]);
	close(d->stop[1]);
	test_dir_drop(d->dir);
	clock_set_speed(1);
}

/* Once the decision has flapped a while the drill should soon give up; it is
 * told to stop when it goes on for ever. */
static void
watch_flaps(void *ctx, const struct snapshot *s)
{
	struct drill_run *d = ctx;

	d->flaps += s->room->verdict != d->verdict;
	d->verdict = s->room->verdict;
	if (d->flaps == 8)
		d->policy.patience_ms = 500;
	if (d->flaps == 400)
		assert_int_equal(write(d->stop[1], "", 1), 1);
}

static void
a_drill_whose_decision_flaps_for_ever_gives_up(void **state)
{
	struct weather weather = { .flaps = true };
	const struct peer_row rows[] = {
		ROWS_OF(weather),
		NIGHT_IS("flow", "new"),
	};
	/* Longer than the decision could be quiet on a busy machine. */
	struct drill_run d = { .think_ms = 300000 };

	TEST_UNUSED(state);
	assert_int_equal(drill(&d, rows, ARRAY_LEN(rows), "", watch_flaps), 6);
	assert_in_range(d.flaps, 8, 399);
	drill_end(&d);
}

static bool
acts(const struct room *r)
{
	return step_is_running(r->steps[0].state);
}

static bool
drains(const struct room *r)
{
	return r->rollback == ROLLBACK_RUNNING;
}

/* No patience at all while it waits. */
static void
press(struct drill_run *d, bool waits)
{
	d->looks_waiting += waits;
	d->policy.patience_ms = waits ? SHORT_MS : LONG_MS;
}

static void
press_act(void *ctx, const struct snapshot *s)
{
	press(ctx, acts(s->room));
}

static void
press_drain(void *ctx, const struct snapshot *s)
{
	press(ctx, drains(s->room));
}

static void
a_drill_waits_as_long_as_a_step_may_act(void **state)
{
	const struct peer_row rows[] = {
		{ .expect = "PATCH /flow ",
		  .body = "{}",
		  .until = "GET /loss ",
		  .until_count = 15 },
		{ .expect = "GET /loss ",
		  .body = "{\"lost\":1}",
		  .always = true },
		NIGHT_IS("flow", "new"),
	};
	struct drill_run d = { .think_ms = 1000 };

	TEST_UNUSED(state);
	assert_int_equal(drill(&d, rows, ARRAY_LEN(rows), "", press_act), 0);
	assert_true(d.looks_waiting > 2);
	drill_end(&d);
}

static void
a_drill_waits_as_long_as_a_drain_does(void **state)
{
	struct weather weather = { .flaps = false };
	const struct peer_row rows[] = {
		ROWS_OF(weather),
		NIGHT_IS("flow", "new"),
		NIGHT_PATCH("flowback"),
		NIGHT_IS("flowback", "old"),
	};
	struct drill_run d = { .think_ms = 1000 };

	TEST_UNUSED(state);
	assert_int_equal(
		drill(&d, rows, ARRAY_LEN(rows), drain_text, press_drain), 5);
	assert_true(d.looks_waiting > 2);
	drill_end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_drill_whose_decision_flaps_for_ever_gives_up),
		cmocka_unit_test(a_drill_waits_as_long_as_a_step_may_act),
		cmocka_unit_test(a_drill_waits_as_long_as_a_drain_does),
	};

	return cmocka_run_group_tests_name("drill", tests, NULL, NULL);
}
