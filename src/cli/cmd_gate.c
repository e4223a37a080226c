/* gate - judges without a console: a runbook live, or recorded samples. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/gate_live.h"
#include "cli/gate_report.h"
#include "cli/gate_signals.h"
#include "net/loop.h"

/* Prints the judgement the way it was asked for; the exit code. */
static int
report(const struct cli_command *self, const struct cli_args *args,
       const struct gate_judgement *j)
{
	const char *junit = cli_value(self, args, "junit");
	int code = verdict_exit_code(j->decision->verdict);
	struct err e = { .code = ERR_NONE };

	if (cli_has(self, args, "json"))
		report_json(j);
	else
		report_text(j);
	if (junit != NULL && report_junit(j, junit, &e) != ERR_NONE) {
		cli_fail(self, EXIT_USAGE, "--junit: %s", e.text);
		if (code == EXIT_GO)
			code = EXIT_USAGE;
	}
	return code;
}

/* One watch after the other: only one gate's memory is in use at a time. */
static void
judge_recorded(const struct gate_set *set, struct series *series,
	       int64_t now_ms, struct gate_finding *findings)
{
	struct gate_watch *watch = mem_new(1, sizeof(*watch));

	for (size_t i = 0; i < set->gate_count; i++) {
		gate_watch_init(watch);
		series_feed(series, i, now_ms, watch);
		gate_judge(&set->gates[i], watch, now_ms, &findings[i]);
		/* Without any time nobody knows how old a sample is. */
		if (series_last_ms(series) == SERIES_NO_TIME)
			findings[i].age_ms = -1;
	}
	mem_free(watch);
}

static int
judge_file(const struct cli_command *self, const struct cli_args *args,
	   const struct gate_set *set, struct signals *signals, int64_t at_ms)
{
	int64_t last_ms = series_last_ms(signals->series);
	int64_t now_ms = at_ms != REPORT_NO_TIME ? at_ms : last_ms;
	struct decision decision;
	struct gate_judgement j = {
		.set = set,
		.decision = &decision,
		.wall_ms = now_ms,
		.counts = series_counts(signals->series),
	};
	struct gate_finding *findings =
		mem_new(set->gate_count, sizeof(*findings));
	int code;

	judge_recorded(set, signals->series,
		       now_ms == REPORT_NO_TIME ? 0 : now_ms, findings);
	j.findings = findings;
	decision_make(&decision, set, findings);
	if (j.counts->future > 0)
		cli_fail(self, 0,
			 "%zu sample%s later than the judgement: not known yet",
			 j.counts->future, j.counts->future == 1 ? "" : "s");
	code = report(self, args, &j);
	mem_free(findings);
	return code;
}

/* Both files are read before findings are printed: all at once. */
static int
gate_recorded(const struct cli_command *self, const struct cli_args *args,
	      int64_t at_ms)
{
	const char *path = cli_value(self, args, "signals");
	struct signals signals = { 0 };
	struct gate_set set = { 0 };
	struct findings f = { 0 };
	struct err e = { .code = ERR_NONE };
	int code = -1;

	if (conf_load_gates(&set, args->operands[0], &f, &e) != ERR_NONE ||
	    signals_read(&signals, path, &set, &f, &e) != ERR_NONE)
		code = EXIT_USAGE;
	load_print_findings(&f);
	if (code >= 0 && f.errors == 0)
		cli_fail(self, code, "%s", e.text);
	if (code < 0)
		code = judge_file(self, args, &set, &signals, at_ms);
	findings_clear(&f);
	signals_clear(&signals);
	gate_set_clear(&set);
	return code;
}

static int
judge_live(const struct cli_command *self, const struct cli_args *args,
	   const struct session *session, int64_t for_ms)
{
	const struct gate_set *set = &session->book->gates;
	struct gate_watch *watches = mem_new(set->gate_count, sizeof(*watches));
	struct gate_finding *findings =
		mem_new(set->gate_count, sizeof(*findings));
	struct decision decision;
	struct gate_judgement j = {
		.set = set,
		.findings = findings,
		.decision = &decision,
	};
	struct err e = { .code = ERR_NONE };
	int code;

	for (size_t i = 0; i < set->gate_count; i++)
		gate_watch_init(&watches[i]);
	if (gate_live(session, for_ms, watches, &e) == ERR_NONE) {
		int64_t now_ms = clock_ms();

		for (size_t i = 0; i < set->gate_count; i++)
			gate_judge(&set->gates[i], &watches[i], now_ms,
				   &findings[i]);
		decision_make(&decision, set, findings);
		j.wall_ms = clock_wall_ms();
		code = report(self, args, &j);
	} else {
		code = cli_fail(self, EXIT_BLIND, "%s", e.text);
	}
	mem_free(findings);
	mem_free(watches);
	return code;
}

static int
gate_runbook(const struct cli_command *self, const struct cli_args *args)
{
	struct session session;
	int64_t for_ms = 0;
	int code;

	if (!cli_duration(self, args, "for", &for_ms))
		return EXIT_USAGE;
	net_setup();
	code = session_open(&session, self, args->operands[0],
			    cli_value(self, args, "twin"));
	if (code >= 0) {
		if (str_ends(args->operands[0], ".json"))
			cli_fail(self, code,
				 "a manifest alone is judged with --signals "
				 "FILE; without it a runbook is wanted");
		return code;
	}
	code = judge_live(self, args, &session, for_ms);
	session_clear(&session);
	return code;
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	const char *at = cli_value(self, args, "at");
	int64_t at_ms = REPORT_NO_TIME;

	if (!cli_has(self, args, "signals")) {
		if (at != NULL)
			return cli_fail(self, EXIT_USAGE,
					"--at goes with --signals: probes are "
					"judged now");
		return gate_runbook(self, args);
	}
	if (cli_has(self, args, "for") || cli_has(self, args, "twin"))
		return cli_fail(self, EXIT_USAGE,
				"--for and --twin run probes: they do not go "
				"with --signals");
	if (at != NULL && (!clock_parse(at, &at_ms) || at_ms < 0))
		return cli_fail(self, EXIT_USAGE,
				"--at %s: want a time such as "
				"2026-11-20T02:41:07Z",
				at);
	return gate_recorded(self, args, at_ms);
}

static const struct cli_option options[] = {
	{ "signals", "FILE",
	  "judge recorded samples (JSON Lines; - is stdin)" },
	{ "at", "TIME", "with --signals: as of then, not the last sample" },
	{ "for", "DUR", "run probes for so long instead of one round" },
	{ "twin", "DIR", "ask the twin that serves in DIR" },
	{ "json", NULL, "one JSON object on stdout" },
	{ "junit", "FILE", "write JUnit XML too" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_gate = {
	.name = "gate",
	.operands = "RUNBOOK|GATE.json",
	.help = "judge headless: probes now, or recorded samples",
	.least = 1,
	.most = 1,
	.is_offline = true,
	.options = options,
	.run = run,
};
