/* twin - the staging platform as a process of its own. */
#include <stdio.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "cli/cli.h"
#include "twin/twin.h"

#define IDLE_MS (10 * 60 * 1000)

static const struct cli_option options[] = {
	{ "dir", "DIR", "where services.json and ledger.jsonl go (.)" },
	{ "scenario", "NAME", "what goes wrong (trunk-storm)" },
	{ "seed", "N", "of everything random (1)" },
	{ "speed", "X", "room time runs X times faster (1)" },
	{ "list", NULL, "list the scenarios" },
	{ NULL, NULL, NULL },
};

#ifndef WARROOM_NO_TWIN

static int
list(void)
{
	for (const struct twin_scenario_row *s = twin_scenarios;
	     s->name != NULL; s++)
		printf("%-16s %s\n", s->name, s->help);
	return EXIT_GO;
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	const char *dir = cli_value(self, args, "dir");
	const char *scenario = cli_value(self, args, "scenario");
	double seed = 1, speed = 1;
	struct err e = { .code = ERR_NONE };
	struct twin_options o;

	if (cli_has(self, args, "list"))
		return list();
	if (!cli_number(self, args, "seed", 0, 9e15, &seed) ||
	    !cli_number(self, args, "speed", 0.1, 1000, &speed))
		return EXIT_USAGE;
	o = (struct twin_options){
		.dir = dir != NULL ? dir : ".",
		.scenario = scenario != NULL ? scenario : "trunk-storm",
		.seed = (uint64_t)seed,
		.speed = speed,
		.idle_ms = IDLE_MS,
	};
	clock_set_speed(speed);
	if (fs_make_dirs(o.dir, 0700, &e) != ERR_NONE ||
	    twin_serve(&o, &e) != ERR_NONE)
		return cli_fail(self, cli_code_of(e.code), "%s", e.text);
	return EXIT_GO;
}

#else

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	(void)args;
	return cli_fail(self, EXIT_USAGE,
			"this binary was built without the "
			"twin (make TWIN=0)");
}

#endif

const struct cli_command cli_twin = {
	.name = "twin",
	.operands = "",
	.help = "the staging platform: APIs, trunks, DNS, on loopback",
	.options = options,
	.run = run,
};
