/* check - lints the files people write; all findings at once. */
#include <stdio.h>

#include "cli/load.h"

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct conf_kinds kinds = load_kinds();
	struct findings f = { 0 };
	struct err e = { .code = ERR_NONE };
	struct buf out;
	int code = EXIT_GO;

	kinds.advises = true;
	for (int i = 0; i < args->count; i++) {
		enum err_code c = conf_check(args->operands[i], &kinds, &f, &e);

		if (c != ERR_NONE && c != ERR_INPUT)
			code = cli_fail(self, EXIT_USAGE, "%s", e.text);
	}
	findings_sort(&f);
	buf_init(&out, 1024 * 1024);
	findings_print(&out, &f);
	if (f.errors == 0 && code == EXIT_GO)
		buf_printf(&out, "%d %s checked, %zu warnings\n", args->count,
			   args->count == 1 ? "file" : "files", f.warnings);
	cli_print(&out);
	if (f.errors > 0)
		code = EXIT_USAGE;
	buf_clear(&out);
	findings_clear(&f);
	return code;
}

static const struct cli_option options[] = { { NULL, NULL, NULL } };

const struct cli_command cli_check = {
	.name = "check",
	.operands = "FILE...",
	.help = "lint runbooks, manifests, themes",
	.least = 1,
	.most = -1,
	.options = options,
	.run = run,
};
