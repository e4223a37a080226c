/* run - the console of a live room; resumes the room if it exists. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/rng.h"
#include "cli/night.h"
#include "cli/session.h"

static int
sit(const struct cli_command *self, const struct cli_args *args,
    struct session *s, int signal_fd)
{
	char dir[FS_PATH], commander[64];
	struct err e = { .code = ERR_NONE };
	struct engine *g;
	struct engine_options o = {
		.book = s->book,
		.fence = &s->fence,
		.dir = dir,
		.commander = commander,
		.seed = rng_system(),
		.auto_rollback = cli_has(self, args, "auto-rollback"),
	};
	int code, claim = -1;

	load_commander(commander, sizeof(commander));
	if (load_room_dir(dir, sizeof(dir), cli_value(self, args, "room"),
			  s->book, &e) != ERR_NONE ||
	    night_take_room(dir, s->book, &claim, &e) != ERR_NONE ||
	    night_mark_room(dir, s->book, &e) != ERR_NONE ||
	    engine_open(&g, &o, &e) != ERR_NONE) {
		night_give_claim(&claim);
		return cli_fail(self, cli_code_of(e.code), "%s", e.text);
	}
	night_give_claim(&claim);
	code = night_sit(self, args, g, dir, signal_fd);
	engine_close(g);
	return code;
}

/* The runbook cannot be used; its room may say why. */
static void
tell_unread(const struct cli_command *self, const struct cli_args *args)
{
	const char *runbook = args->operands[0];
	struct book *b = load_name_only(runbook);
	char dir[FS_PATH];
	struct err e;

	if (load_room_dir(dir, sizeof(dir), cli_value(self, args, "room"), b,
			  &e) == ERR_NONE)
		night_tell_unread(dir, runbook);
	book_drop(b);
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct session s;
	int signal_fd = night_signals(true);
	int code = session_open(&s, self, args->operands[0],
				cli_value(self, args, "twin"));

	if (code >= 0) {
		tell_unread(self, args);
		return code;
	}
	code = sit(self, args, &s, signal_fd);
	session_clear(&s);
	return code;
}

static const struct cli_option options[] = {
	NIGHT_OPTIONS,
	{ "twin", "DIR", "walk it against the twin that serves in DIR" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_run = {
	.name = "run",
	.operands = "RUNBOOK",
	.help = "the console; resumes the room if it exists",
	.least = 1,
	.most = 1,
	.options = options,
	.run = run,
};
