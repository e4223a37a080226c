/* schema - the JSON Schema of a runbook, made from the rows. */
#include "cli/load.h"

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct conf_kinds kinds = load_kinds();
	struct buf out;

	(void)self;
	(void)args;
	buf_init(&out, 1024 * 1024);
	conf_write_schema(&out, &kinds);
	buf_char(&out, '\n');
	cli_print(&out);
	buf_clear(&out);
	return EXIT_GO;
}

static const struct cli_option options[] = { { NULL, NULL, NULL } };

const struct cli_command cli_schema = {
	.name = "schema",
	.operands = "",
	.help = "print the JSON Schema of a runbook",
	.options = options,
	.run = run,
};
