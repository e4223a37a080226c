/* baseline - limits from the history of ninety days: a manifest for gate. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/load.h"
#include "conf/history.h"
#include "conf/scalar.h"
#include "model/value.h"

#define MANIFEST_CAP (256u << 20)
#define MIN_SAMPLES 8	 /* an hourly history has a dozen per hour of week */
#define ROUGH_SAMPLES 60 /* fewer are warned about */
#define DAY_MS 86400000
#define SOURCE_TEXT 64 /* what a gate keeps of it */

struct making {
	const struct cli_command *self;
	const char *path;
	struct history history;
	struct findings f;
	struct baseline_rule rule;
	const char *at_least; /* "a.x,b.y", or NULL */
	const char *id;
	bool with_small; /* write what tests of small samples need */
	const char *line, *indent, *blank; /* "" in JSON on one line */
	struct buf out;
	char domain[SIGNAL_NAME]; /* under way; "" none */
	size_t limits;
};

static bool
is_in_list(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (list != NULL && *list != '\0') {
		size_t word = strcspn(list, ",");

		if (word == len && memcmp(list, name, len) == 0)
			return true;
		list += word + (list[word] == ',');
	}
	return false;
}

/* Is more of it better?  Time and queues never are; else by the words. */
static bool
is_good(const char *name)
{
	static const char words[] = "success successful answered available "
				    "availability registered consistent "
				    "consistency uptime mos sla alive healthy "
				    "completed completion coverage passed "
				    "delivered";
	static const char *const never[] = { "_ms",	 "_s",	   "_seconds",
					     "_minutes", "_depth", "_age" };
	char word[SIGNAL_NAME];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (str_ends(name, never[i]))
			return false;
	if (strstr(name, "error") != NULL || strstr(name, "fail") != NULL)
		return false;
	if (strstr(name, "service_level") != NULL)
		return true;
	for (const char *p = name; *p != '\0'; p += len + (p[len] != '\0')) {
		len = strcspn(p, "_");
		str_copy_n(word, sizeof(word), p, len);
		if (len > 0 && str_in_words(words, word))
			return true;
	}
	return false;
}

/* The name behind the dot without "max_" or "min_", and the direction. */
static const char *
plain_name(const struct making *m, const char *signal, bool *is_at_least)
{
	const char *name = strchr(signal, '.') + 1;

	*is_at_least = is_in_list(m->at_least, signal);
	if (str_starts(name, "min_")) {
		*is_at_least = true;
		return name + 4;
	}
	if (str_starts(name, "max_"))
		return name + 4;
	*is_at_least = *is_at_least || is_good(name);
	return name;
}

static void
warn(struct making *m, const char *rule, const char *signal, const char *text)
{
	findings_warn(&m->f, (struct place){ m->path, 0, 0 }, rule, "%s: %s",
		      signal, text);
}

/* A limit that nothing can breach is none. */
static bool
is_useful(const struct baseline_rule *rule, const struct baseline_limit *limit)
{
	if (rule->is_at_least)
		return limit->limit > 0 || limit->quantile < 0;
	return !rule->is_percent || limit->limit < 100;
}

static void
put_base(struct jwriter *w, const struct baseline_limit *limit, bool with_small)
{
	const struct baseline *b = &limit->base;

	jw_object(w, "baseline");
	jw_number(w, "limit", value_round(limit->limit));
	jw_number(w, "mean", value_round(b->mean));
	jw_number(w, "deviation", value_round(b->deviation));
	if (with_small) {
		jw_int(w, "events", b->events);
		jw_array(w, "ranks");
		for (size_t i = 0; i < b->rank_count; i++)
			jw_number(w, NULL, value_round(b->ranks[i]));
		jw_array_end(w);
	}
	jw_object_end(w);
}

/* Opens the domain of the signal, when it is a new one. */
static void
open_domain(struct making *m, const char *signal)
{
	size_t len = strcspn(signal, ".");
	bool is_first = m->domain[0] == '\0';

	if (strlen(m->domain) == len && memcmp(m->domain, signal, len) == 0) {
		buf_char(&m->out, ',');
		return;
	}
	if (!is_first)
		buf_printf(&m->out, "%s%s},", m->line, m->indent);
	str_copy_n(m->domain, sizeof(m->domain), signal, len);
	buf_printf(&m->out, "%s%s\"%s\":%s{", m->line, m->indent, m->domain,
		   m->blank);
}

static void
put_limit(struct making *m, const char *signal, const char *name,
	  const struct baseline_rule *rule, const struct baseline_limit *limit)
{
	char source[SOURCE_TEXT];
	struct jwriter w;

	open_domain(m, signal);
	buf_printf(&m->out, "%s%s%s\"%s%s\":%s", m->line, m->indent, m->indent,
		   rule->is_at_least ? "min_" : "max_", name, m->blank);
	baseline_source(source, sizeof(source), rule, limit);
	str_printf(source + strlen(source), sizeof(source) - strlen(source),
		   ", %lld d", (long long)rule->days);
	jw_init(&w, &m->out);
	jw_object(&w, NULL);
	jw_number(&w, "limit", value_round(limit->limit));
	jw_text(&w, "source", source);
	put_base(&w, limit, m->with_small);
	jw_object_end(&w);
	m->limits++;
}

static void
make_limit(struct making *m, const struct history_signal *s)
{
	struct baseline_rule rule = m->rule;
	struct baseline_limit limit;
	struct err e = { .code = ERR_NONE };
	char text[160];
	const char *name;

	name = plain_name(m, s->name, &rule.is_at_least);
	rule.is_percent = str_ends(name, "_percent");
	if (baseline_make(&limit, &rule, s->points, s->count, &e) != ERR_NONE) {
		warn(m, "few-samples", s->name, e.text);
		return;
	}
	if (limit.nonsense > 0) {
		str_printf(text, sizeof(text),
			   "%zu measurements make no sense and were left out",
			   limit.nonsense);
		warn(m, "nonsense", s->name, text);
	}
	if (!is_useful(&rule, &limit)) {
		warn(m, "never-breached", s->name,
		     "its limit could never be breached: left out");
		return;
	}
	if (limit.points < ROUGH_SAMPLES) {
		str_printf(text, sizeof(text),
			   "the limit rests on %zu measurements only; more "
			   "--hours or a finer history make it surer",
			   limit.points);
		warn(m, "rough", s->name, text);
	}
	put_limit(m, s->name, name, &rule, &limit);
}

static void
put_history(struct making *m)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu",
					    "Fri", "Sat", "Sun" };
	char until[CLOCK_TEXT], window[64], digest[DIGEST_HEX + 8];
	struct jwriter w;

	clock_text(until, m->rule.until_ms);
	str_printf(digest, sizeof(digest), "sha256:%s", m->history.digest);
	str_printf(window, sizeof(window), "%s %02d:00 UTC, %d h",
		   days[m->rule.hour / 24], m->rule.hour % 24, m->rule.hours);
	jw_init(&w, &m->out);
	jw_object(&w, NULL);
	jw_text(&w, "digest", digest);
	jw_text(&w, "until", until);
	jw_int(&w, "days", m->rule.days);
	jw_text(&w, "window", window);
	jw_object_end(&w);
}

static void
put_manifest(struct making *m)
{
	struct buf *out = &m->out;

	buf_char(out, '{');
	if (m->id != NULL)
		buf_printf(out, "%s\"gate_id\":%s\"%s\",", m->line, m->blank,
			   m->id);
	else
		buf_printf(out, "%s\"gate_id\":%s\"baseline-%.12s\",", m->line,
			   m->blank, m->history.digest);
	buf_printf(out, "%s\"history\":%s", m->line, m->blank);
	put_history(m);
	buf_printf(out, ",%s\"thresholds\":%s{", m->line, m->blank);
	for (size_t i = 0; i < m->history.signal_count; i++)
		make_limit(m, m->history.signals[i]);
	if (m->limits > 0)
		buf_printf(out, "%s%s}%s", m->line, m->indent, m->line);
	buf_printf(out,
		   "},%s\"decision_logic\":%s\"ALL_THRESHOLDS_MET\",%s"
		   "\"rollback_trigger\":%s"
		   "\"ANY_CRITICAL_THRESHOLD_BREACH\"%s}\n",
		   m->line, m->blank, m->line, m->blank, m->line);
}

static void
warn_short(struct making *m)
{
	int64_t span = m->rule.until_ms - m->history.first_ms;
	char text[120];

	if (m->history.points == 0 || span >= (m->rule.days - 1) * DAY_MS)
		return;
	str_printf(text, sizeof(text), "covers %lld of %lld days",
		   (long long)(span / DAY_MS), (long long)m->rule.days);
	warn(m, "short-history", "the history", text);
}

static int
make(struct making *m, const char *at)
{
	struct err e = { .code = ERR_NONE };
	int64_t at_ms = 0;
	int code = -1;

	if (history_read(&m->history, m->path, &m->f, &e) != ERR_NONE) {
		if (m->f.errors == 0)
			cli_fail(m->self, EXIT_USAGE, "%s", e.text);
		return EXIT_USAGE;
	}
	if (at != NULL && (!clock_parse(at, &at_ms) || at_ms < 0))
		return cli_fail(m->self, EXIT_USAGE,
				"--at %s: want a time such as "
				"2026-11-20T02:41:07Z",
				at);
	if (at == NULL)
		at_ms = m->history.last_ms;
	m->rule.hour = baseline_hour(at_ms, 0);
	m->rule.until_ms = at != NULL ? at_ms : at_ms + 1;
	warn_short(m);
	put_manifest(m);
	if (m->limits == 0)
		code = cli_fail(m->self, EXIT_USAGE,
				"%s: no signal has enough history: see "
				"--at, --hours, --min-samples",
				m->path);
	else if (m->out.cut)
		code = cli_fail(m->self, EXIT_USAGE, "%s: too many signals",
				m->path);
	else
		cli_print(&m->out);
	return code < 0 ? EXIT_GO : code;
}

static bool
read_options(const struct cli_command *self, const struct cli_args *args,
	     struct making *m)
{
	double percent = 100 * m->rule.percentile, days = (double)m->rule.days;
	double hours = m->rule.hours, samples = MIN_SAMPLES;
	double weeks = (double)m->rule.min_weeks;

	if (!cli_number(self, args, "percentile", 50, 99.99, &percent) ||
	    !cli_number(self, args, "headroom", 1, 100, &m->rule.headroom) ||
	    !cli_number(self, args, "days", 1, 3660, &days) ||
	    !cli_number(self, args, "hours", 1, BASELINE_HOURS, &hours) ||
	    !cli_number(self, args, "min-samples", 1, 1e9, &samples) ||
	    !cli_number(self, args, "min-weeks", 1, 520, &weeks))
		return false;
	m->rule.percentile = percent / 100;
	m->rule.days = (int64_t)days;
	m->rule.hours = (int)hours;
	m->rule.min_points = (size_t)samples;
	m->rule.min_weeks = (size_t)weeks;
	m->with_small = cli_has(self, args, "small-samples");
	m->at_least = cli_value(self, args, "at-least");
	m->id = cli_value(self, args, "id");
	if (m->id == NULL || id_is_sound(m->id))
		return true;
	cli_fail(self, EXIT_USAGE,
		 "--id %s: want letters, digits, \"_\", \"-\", \".\"", m->id);
	return false;
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	bool on_one_line = cli_has(self, args, "json");
	struct making m = {
		.self = self,
		.path = args->operands[0],
		.line = on_one_line ? "" : "\n",
		.indent = on_one_line ? "" : "  ",
		.blank = on_one_line ? "" : " ",
	};
	int code;

	baseline_rule_init(&m.rule);
	if (!read_options(self, args, &m))
		return EXIT_USAGE;
	buf_init(&m.out, MANIFEST_CAP);
	code = make(&m, cli_value(self, args, "at"));
	load_print_findings(&m.f);
	findings_clear(&m.f);
	buf_clear(&m.out);
	history_clear(&m.history);
	return code;
}

static const struct cli_option options[] = {
	{ "at", "TIME", "for the hour of the week of then (of the last line)" },
	{ "hours", "N", "for so many hours from then (1)" },
	{ "percentile", "P", "of the same hours in the past (95)" },
	{ "headroom", "X", "times the percentile (1.2)" },
	{ "days", "N", "of history that count (90)" },
	{ "min-samples", "N", "fewer give no limit (8)" },
	{ "min-weeks", "N", "from fewer weeks: no limit (4)" },
	{ "at-least", "LIST", "signals of which more is better, with commas" },
	{ "small-samples", NULL, "what is too little to tell becomes HOLD" },
	{ "id", "NAME", "the manifest's gate_id" },
	{ "json", NULL, "the manifest on one line" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_baseline = {
	.name = "baseline",
	.operands = "HISTORY.csv",
	.help = "limits from ninety days of history: a manifest for gate",
	.least = 1,
	.most = 1,
	.is_offline = true,
	.options = options,
	.run = run,
};
