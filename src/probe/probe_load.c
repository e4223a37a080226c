/*
 * probe_load - the result of a load test, from the file its tool wrote.
 *
 * The file is read when it has changed, at most its last 4 MiB.  A result that
 * is old, cut short or not there is a failed measurement.
 */
#include "probe/probe.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "conf/load_file.h"
#include "probe/answer.h"
#include "probe/facts.h"
#include "probe/inquiry.h"
#include "probe/kinds.h"

#define TAIL_MOST (4 * 1024 * 1024)
#define FUTURE_MS 5000 /* clocks may differ by this much */

struct load_state {
	char path[FS_PATH];
	const char *name; /* as the runbook has it */
	enum load_tool tool;
	int64_t max_age_ms;
	struct ends_stamp stamp; /* of what was read; zeros: nothing */
	enum err_code code;
	char why[SAMPLE_WHY];
	struct load_figures figures;
};

static void
read_file(struct load_state *s)
{
	struct err e;

	s->code = load_file_read(&s->figures, &s->stamp, s->path, s->tool,
				 TAIL_MOST, &e);
	if (s->code != ERR_NONE)
		str_printf(s->why, sizeof(s->why), "%s", e.text);
}

static struct probe_fact
known(const char *name, double v, const char *why)
{
	return v < 0 ? facts_missing(name, why) : facts_number(name, v);
}

static void
fill_facts(const struct load_state *s, struct probe_fact facts[7],
	   int64_t age_ms)
{
	const struct load_figures *f = &s->figures;
	static const char none[] = "the tool does not say";

	facts[0] = known("attempts", f->attempts, none);
	facts[1] =
		f->finished < 0
			? facts_missing("success_percent", none)
			: ask_share("success_percent", f->finished - f->failed,
				    f->finished, "finished attempts");
	facts[2] = known("failed", f->failed, none);
	facts[3] = known("p95_ms", f->p95_ms,
			 "the tool does not say, or beyond its buckets");
	if (f->p95_is_bound)
		str_copy(facts[3].why, sizeof(facts[3].why),
			 "at most: counted in buckets");
	facts[4] = known("peak_cps", f->peak_cps, none);
	facts[5] = known("peak_sessions", f->peak_sessions, none);
	facts[6] = facts_number("age_seconds", (double)age_ms / 1000);
	if (f->is_part)
		str_copy(facts[0].why, sizeof(facts[0].why),
			 "of the end of a long file");
}

static void
judge(const struct load_state *s, struct probe_result *r,
      struct probe_fact facts[7])
{
	int64_t newest_ms = s->figures.newest_ms;
	int64_t age_ms;
	char why[SAMPLE_WHY], age[24], most[24];

	if (newest_ms == 0)
		newest_ms = s->stamp.mtime_ns / 1000000;
	age_ms = clock_wall_ms() - newest_ms;
	str_duration(age, sizeof(age), age_ms < 0 ? -age_ms : age_ms);
	str_duration(most, sizeof(most), s->max_age_ms);
	if (age_ms < -FUTURE_MS) {
		str_printf(why, sizeof(why),
			   "measured %s in the future: the clocks differ", age);
		answer_fail(r, ERR_FORMAT, why);
	} else if (age_ms > s->max_age_ms) {
		str_printf(why, sizeof(why),
			   "stale: measured %s ago, at most %s is fresh", age,
			   most);
		answer_fail(r, ERR_REFUSED, why);
	} else {
		fill_facts(s, facts, age_ms < 0 ? 0 : age_ms);
		r->facts = facts;
		r->fact_count = 7;
		str_printf(r->detail, sizeof(r->detail),
			   "%.0f attempts, %.0f failed, %s ago",
			   s->figures.attempts, s->figures.failed, age);
	}
}

static void
load_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	   void *ctx)
{
	struct load_state *s = state;
	struct probe_result r = { .code = ERR_NONE };
	struct probe_fact facts[7];
	struct ends_stamp now;
	int64_t began_us = clock_real_us();
	struct err e;

	(void)l;
	(void)timeout_ms;
	if (ends_stamp(&now, s->path, &e) != ERR_NONE ||
	    !ends_same(&now, &s->stamp))
		read_file(s);
	if (s->code == ERR_NONE) {
		judge(s, &r, facts);
	} else {
		char why[SAMPLE_WHY + 64];

		str_printf(why, sizeof(why), "%.60s: %s", s->name, s->why);
		answer_fail(&r, s->code, why);
	}
	r.took_us = clock_real_us() - began_us;
	done(ctx, &r);
}

static enum err_code
load_init(void *state, const struct probe_env *env,
	  const struct book_probe *probe, struct err *e)
{
	struct load_state *s = state;
	const struct settings *with = &probe->with;

	s->name = settings_text_or(with, "file", "");
	s->max_age_ms = settings_duration_ms(with, "max_age", 900000);
	s->tool = load_tool_of(settings_text_or(with, "tool", ""));
	return load_file_path(s->path, env->book->path, s->name, e);
}

static void
load_clear(void *state)
{
	(void)state;
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "file", .type = PARAM_TEXT, .required = true,
	  .help = "what the tool wrote; beside the runbook when not absolute" },
	{ .name = "tool", .type = PARAM_WORD, .required = true,
	  .choices = LOAD_TOOLS, .help = "what wrote it" },
	{ .name = "max_age", .type = PARAM_DURATION, .fallback = "15m",
	  .help = "older is a failed measurement" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_load = {
	.spec = { .name = "load",
		  .help = "read the result of a load test from its file",
		  .params = params,
		  .facts = "attempts success_percent failed p95_ms peak_cps "
			   "peak_sessions age_seconds" },
	.state_size = sizeof(struct load_state),
	.init = load_init,
	.start = load_begin,
	.clear = load_clear,
};
