/* traffic - limits of steps that make calls or load or run a program, checked
 * as written. */
#include "conf/runbook.h"

#include <string.h>

#include "base/str.h"

#define DAY_MS 86400000.0

/* Steps and probes may share a name: what a kind does not have is not there. */
static const struct range {
	const char *kind, *key;
	bool is_time;
	double least, most;
	const char *wants;
} ranges[] = {
	{ "calls", "count", false, 1, 1000, "1 to 1000" },
	{ "calls", "every", true, 10, 3600000, "10ms to 1h" },
	{ "calls", "answer_within", true, 1000, 120000, "1s to 2m" },
	{ "calls", "min_answered_percent", false, 0.001, 100,
	  "a share above 0 %, at most 100" },
	{ "calls", "min_right_percent", false, 0.001, 100,
	  "a share above 0 %, at most 100" },
	{ "load", "min_attempts", false, 1, 1e9, "1 to 1000000000" },
	{ "load", "max_failed_percent", false, 0, 99.999,
	  "a share below 100 %" },
	{ "load", "max_p95", true, 1, DAY_MS, "1ms to 1d" },
	{ "load", "min_peak_cps", false, 0.001, 1e6, "0.001 to 1000000" },
	{ "load", "min_peak_sessions", false, 1, 1e6, "1 to 1000000" },
	{ "load", "grace", true, 0, 600000, "0s to 10m" },
	/* A rollback waits for what is under way, and for its end. */
	{ "exec", "grace", true, 0, 60000, "0s to 1m" },
};

static void
check_range(const struct site *s, const struct range *r, const struct node *n,
	    const struct settings *with)
{
	double value;

	/* One of the wrong type has been reported. */
	if (n == NULL || n->type != NODE_SCALAR ||
	    settings_text(with, r->key) == NULL)
		return;
	value = r->is_time ? (double)settings_duration_ms(with, r->key, 0)
			   : settings_number(with, r->key, 0);
	if (value >= r->least && value <= r->most)
		return;
	node_error(s, n, "range", "\"%s\" is %.32s, want %s", r->key, n->text,
		   r->wants);
}

/* sipp calls for ever unless it is told how often. */
static void
check_end(const struct site *s, const struct node *map)
{
	const struct node *tool = node_get(map, "tool");
	const struct node *argv = node_get(map, "argv");

	if (tool == NULL || argv == NULL || argv->type != NODE_LIST ||
	    !node_is_plain(tool, "sipp"))
		return;
	for (const struct node *n = argv->first; n != NULL; n = n->next)
		if (n->type == NODE_SCALAR && strcmp(n->text, "-m") == 0)
			return;
	node_key_warn(s, argv, "unbounded-load",
		      "sipp goes on until the step's time is over, which fails "
		      "it: say how many calls, as in \"-m\", \"1000\"");
}

/* Counts of calls are half of a share. */
static void
check_counts(const struct site *s, const struct node *queues)
{
	const struct node *calls, *right;

	if (queues == NULL || queues->type != NODE_MAP)
		return;
	calls = node_get(queues, "calls");
	right = node_get(queues, "right");
	if ((calls == NULL) != (right == NULL))
		node_key_error(s, calls != NULL ? calls : right, "missing",
			       "\"calls\" and \"right\" belong together: add "
			       "\"%s\"",
			       calls == NULL ? "calls" : "right");
}

void
traffic_check(const struct site *s, const struct kind_spec *spec,
	      const struct node *map, const struct settings *with)
{
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (strcmp(ranges[i].kind, spec->name) == 0)
			check_range(s, &ranges[i], node_get(map, ranges[i].key),
				    with);
	if (strcmp(spec->name, "load") == 0)
		check_end(s, map);
	if (strcmp(spec->name, "calls") == 0)
		check_counts(s, node_get(map, "queues"));
}
